#!/usr/bin/env bash
# Installs the tools of a pinned list from PyPI into a folder of the project: install-tools.sh LIST FOLDER
set -euo pipefail
cd "$(dirname "$0")/../.."
requirements=$1
tools=$2

# They are installed again when their list changes. The copy of the list comes last, so that it marks a whole install.
if ! cmp -s "$requirements" "$tools/requirements.txt"; then
    python3 -m pip --version >/dev/null 2>&1 || deploy/debian/install-packages.sh lint
    rm -rf "$tools"
    PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
        --target "$tools" --requirement "$requirements"
    cp "$requirements" "$tools/requirements.txt"
fi
