#!/bin/sh
# Makes the broker's users and gives each exactly the rights of permissions.tsv. On a node of the broker:
#   apply.sh VHOST PASSWORDS
# PASSWORDS is a folder with a file for each user, which holds its password. Running it again sets the passwords again.
# RABBITMQCTL may name another rabbitmqctl, with its options.
set -eu

if [ $# -ne 2 ]; then
    echo "usage: $0 VHOST PASSWORDS" >&2
    exit 64
fi
vhost=$1
passwords=$2
table=$(dirname "$0")/permissions.tsv
ctl() { ${RABBITMQCTL:-rabbitmqctl} --quiet "$@"; }

# Not in a pipeline, where a failure of the first command would go unseen.
vhosts=$(ctl list_vhosts name)
users=$(ctl list_users)
printf '%s\n' "$vhosts" | grep -qxF -- "$vhost" || ctl add_vhost "$vhost"
grep -v '^#' "$table" | while IFS="$(printf '\t')" read -r user configure write read; do
    # A command reads a password from its standard input, so that no list of processes shows it.
    if printf '%s\n' "$users" | cut -f1 | grep -qxF -- "$user"; then
        ctl change_password "$user" < "$passwords/$user"
    else
        ctl add_user "$user" < "$passwords/$user"
    fi
    ctl set_permissions -p "$vhost" "$user" "$configure" "$write" "$read" < /dev/null
    echo "$user"
done
