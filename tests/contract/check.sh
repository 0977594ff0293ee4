#!/usr/bin/env bash
# Lints the contract and its format, generates code from it, and proves that clients of the released contract still
# understand it.
# The release is proto/baseline.binpb; with `update`, the contract as it stands becomes it.
set -euo pipefail
cd "$(dirname "$0")/../.."

tools=target/contract-tools
baseline=proto/baseline.binpb

fail() { printf 'contract: %s\n' "$*" >&2; exit 1; }

deploy/debian/install-tools.sh tests/contract/requirements.txt "$tools" ||
    fail "buf and protoc cannot be installed from PyPI (see above), and without them the contract is not checked"
buf=$tools/bin/buf

"$buf" lint proto || fail "the contract breaks a rule of style (see above)"
"$buf" format --diff --exit-code --path proto/rollcall proto || fail "the contract is not formatted: run $buf format --write --path proto/rollcall proto"
tests/contract/stubs.sh "$tools" || fail "code for clients cannot be generated (see above)"
if [ "${1:-}" = update ]; then
    "$buf" build proto --exclude-source-info --output "$baseline"
else
    "$buf" breaking proto --against "$baseline" ||
        fail "clients of the released contract would break (see above). If nobody has them: make contract UPDATE=1"
fi
