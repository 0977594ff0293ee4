#!/usr/bin/env bash
# Generates clients' code from the contract with the generators that protoc brings, and loads the Python code: a name
# that two files want, or that a language reserves, shows here. Usage: stubs.sh TOOLS, a folder that check.sh fills.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools=$PWD/$1
stubs=$(mktemp -d)
trap 'rm -rf "$stubs"' EXIT

"$tools/bin/buf" build proto --output "$stubs/contract.binpb"
mapfile -t files < <(cd proto && find rollcall google -name '*.proto' | sort)
for language in cpp csharp java kotlin objc php pyi python ruby; do
    mkdir "$stubs/$language"
    "$tools/bin/protoc" --descriptor_set_in="$stubs/contract.binpb" --"${language}_out=$stubs/$language" "${files[@]}"
done
for file in "${files[@]}"; do
    module=${file%.proto}_pb2
    printf 'import %s\n' "${module//\//.}"
done >"$stubs/load.py"
PYTHONPATH=$stubs/python:$tools python3 "$stubs/load.py"
