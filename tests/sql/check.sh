#!/usr/bin/env bash
# Compiles every checked statement against the schemas, a service's as its own role, and compares what the compiler saw
# with the crate's .sqlx. With `update` it writes .sqlx instead. `make sql` runs it on a bed of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."

update=${1:-}
# The compiler asks as one role for statements about a tenant and for those about all: here, and only on this bed, a service's
# role has the rights of both.
for role in rollcall_scheduler rollcall_reconcile rollcall_results; do
    psql --no-psqlrc --quiet --command "ALTER ROLE $role INHERIT" "$SCHEMAS_DATABASE_URL"
done
seen=$(mktemp -d)
trap 'rm -rf "$seen"' EXIT
differs=0

# Before it asks for the plan of a statement, the compiler runs a block of PL/pgSQL, which no service's role may.
psql "$SCHEMAS_DATABASE_URL" --no-psqlrc --quiet --command \
    'GRANT USAGE ON LANGUAGE plpgsql TO rollcall_scheduler, rollcall_reconcile, rollcall_results'

for crate in chassis scheduler reconcile results; do
    known=services/$crate/.sqlx
    mkdir -p "$known" "$seen/$crate"
    # The flag has another value each time, so that cargo compiles the crate again, and only this one.
    SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$seen/$crate \
        cargo rustc --quiet --locked --package "rollcall-$crate" --lib --profile check -- --cfg "seen=\"$seen\""
    # The chassis, which comes first, is compiled again with each service.
    for file in "$seen/chassis"/*; do
        [ "$crate" = chassis ] || rm -f "$seen/$crate/${file##*/}"
    done
    if [ "$update" = update ]; then
        rm -rf "$known"
        cp -r "$seen/$crate" "$known"
    else
        diff -ru "$known" "$seen/$crate" || differs=1
    fi
done

if [ "$differs" = 1 ]; then
    echo "The statements and .sqlx differ (see above): run \`make sql UPDATE=1\` and commit what it writes." >&2
    exit 1
fi
