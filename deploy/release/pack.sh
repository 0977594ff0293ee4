#!/usr/bin/env bash
# Packs a release: the programs, what they are made of, and the digests of all. `make release` builds them before.
#   pack.sh PROGRAMS FOLDER    FOLDER is made anew
set -euo pipefail
cd "$(dirname "$0")/../.."

programs=$1
folder=$2
target=$(rustc --version --verbose | sed -n 's/^host: //p')

rm -rf "$folder"
mkdir -p "$folder"
for program in rollcall rollcall-scheduler rollcall-worker rollcall-reconcile rollcall-results; do
    install -m 755 "$programs/$program" "$folder/"
done
install -m 644 LICENSE SECURITY.md "$folder/"
deploy/release/bill_of_materials.py "$target" >"$folder/rollcall.cdx.json"
(cd "$folder" && sha256sum -- * >SHA256SUMS)
echo "$folder: programs, bill of materials (CycloneDX) and SHA256SUMS"
