#!/bin/sh
# Installs the missing Debian packages from which the test bed starts its servers; with `lint`, those of `make lint`.
# For Debian 12 and Ubuntu 24.04. Instant when nothing is missing; changes nothing else.
#
# The packages' own services are not started: the test bed runs private servers from the same programs,
# and a system-wide PostgreSQL, RabbitMQ, Samba or slapd would only be in the way.

set -eu

PACKAGES="
    postgresql postgresql-client
    rabbitmq-server
    samba samba-ad-dc samba-dsdb-modules samba-vfs-modules samba-ad-provision samba-common-bin winbind ldb-tools
    slapd ldap-utils
    util-linux procps ca-certificates
"
# All that `make lint` needs: it fetches the linter of the contract with pip.
[ "${1:-}" != lint ] || PACKAGES="python3 python3-pip"
# Further packages for `make chaos`: clocks that can be set, and tools that make a newer Debian for trials.
[ "${1:-}" != chaos ] || PACKAGES="$PACKAGES libfaketime mmdebstrap"
# Part of the package above it in some releases, of its own in others.
OPTIONAL=" samba-ad-provision samba-dsdb-modules samba-vfs-modules "
POLICY=/usr/sbin/policy-rc.d
SAVED_POLICY=/usr/sbin/policy-rc.d.before-rollcall

say() { printf '%s\n' "$*"; }
fail() { printf 'install-packages: %s\n' "$*" >&2; exit 1; }

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_packages() {
    for package in $PACKAGES; do
        installed "$package" && continue
        case "$OPTIONAL" in *" $package "*) known "$package" || continue ;; esac
        printf '%s ' "$package"
    done
}

known() { apt-cache show "$1" 2>/dev/null | grep -q '^Package:'; }

# Debian asks policy-rc.d before it starts a freshly installed service; 101 means no.
forbid_service_starts() {
    if [ -e "$POLICY" ] && [ ! -e "$SAVED_POLICY" ]; then mv "$POLICY" "$SAVED_POLICY"; fi
    trap restore_policy EXIT
    trap 'exit 130' INT TERM HUP
    printf '#!/bin/sh\n# Written by deploy/debian/install-packages.sh while it runs.\nexit 101\n' >"$POLICY"
    chmod 755 "$POLICY"
}

restore_policy() {
    rm -f "$POLICY"
    if [ -e "$SAVED_POLICY" ]; then mv "$SAVED_POLICY" "$POLICY"; fi
}

install() {
    apt-get install --yes --quiet --no-install-recommends \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
        "$@"
}

command -v dpkg-query >/dev/null 2>&1 ||
    fail "this machine has no dpkg. Install PostgreSQL, RabbitMQ, Samba (as a domain controller) and OpenLDAP's slapd yourself."

missing=$(missing_packages)
[ -n "$missing" ] || exit 0

command -v apt-get >/dev/null 2>&1 || fail "missing packages: $missing, and this machine has no apt-get. Install them yourself."
[ "$(id -u)" = 0 ] || fail "missing packages: $missing. Run as root: sudo $0"

export DEBIAN_FRONTEND=noninteractive
say "Installing: $missing"
forbid_service_starts
# The lists may be absent (a fresh image) or outdated (a version that no longer exists): then they are fetched, once.
# shellcheck disable=SC2086 # a list of words
if ! install $missing; then
    apt-get update --quiet
    # An optional package may be known only now.
    # shellcheck disable=SC2046
    install $(missing_packages)
fi
say "Installed."
