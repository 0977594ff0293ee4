#!/bin/sh
# Makes target/debian-13: a Debian 13 with PostgreSQL 17 and RabbitMQ 4, which `make chaos` also holds trials on.
# Takes root, mmdebstrap and some minutes; without them it says so, and those trials are skipped. Instant once made.

set -eu

ROOT=$(cd "$(dirname "$0")/../.." && pwd)/target/debian-13
MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

skip() { printf 'make-debian-13: %s; trials on newer servers are skipped\n' "$*"; exit 0; }

[ ! -d "$ROOT" ] || exit 0
[ "$(id -u)" = 0 ] || skip "this takes root"
command -v mmdebstrap >/dev/null 2>&1 || skip "mmdebstrap is not installed"

draft=$ROOT.new
rm -rf --one-file-system "$draft"
mkdir -p "$(dirname "$ROOT")"
printf 'Making %s (once; some minutes) ...\n' "$ROOT"
mmdebstrap --quiet --variant=minbase --include=postgresql-17,rabbitmq-server trixie "$draft" "$MIRROR" ||
    skip "Debian 13 cannot be fetched from $MIRROR"
mv "$draft" "$ROOT"
