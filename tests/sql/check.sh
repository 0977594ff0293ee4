#!/usr/bin/env bash
# Compiles every checked statement against the schemas, as the service's own role, and compares what the compiler saw
# with the crate's .sqlx. With `update` it writes .sqlx instead. `make sql` runs it on a bed of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."

update=${1:-}
seen=$(mktemp -d)
trap 'rm -rf "$seen"' EXIT
differs=0

for service in scheduler reconcile results; do
    known=services/$service/.sqlx
    mkdir -p "$known" "$seen/$service"
    # The flag has another value each time, so that cargo compiles the crate again, and only this one.
    SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$seen/$service \
        cargo rustc --quiet --locked --package "rollcall-$service" --lib --profile check -- --cfg "seen=\"$seen\""
    if [ "$update" = update ]; then
        rm -rf "$known"
        cp -r "$seen/$service" "$known"
    else
        diff -ru "$known" "$seen/$service" || differs=1
    fi
done

if [ "$differs" = 1 ]; then
    echo "The statements and .sqlx differ (see above): run \`make sql UPDATE=1\` and commit what it writes." >&2
    exit 1
fi
