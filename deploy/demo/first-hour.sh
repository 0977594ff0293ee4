#!/usr/bin/env bash
# An administrator's first hour with Rollcall, as `make demo` runs it.
#
# Runs `rollcall` commands and prints each of them, against the services and the Active Directory whose
# addresses are in the environment: ROLLCALL_* and AD_*, as `rollcall-testbed run` sets them.

set -euo pipefail

PATH="$(dirname "$ROLLCALL_TESTBED_PROGRAM"):$PATH"
# The width of tables, on a terminal and in a log.
export COLUMNS=100
readonly TENANT=acme

private=$(mktemp -d)
trap 'rm -rf -- "$private"' EXIT

# Styles, only on a terminal.
bold='' plain=''
if [[ -t 1 ]]; then
    bold=$'\e[1m' plain=$'\e[0m'
fi

step=0
# A step: its headline and its purpose.
step() {
    step=$((step + 1))
    printf '\n%s── %d. %s %s%s\n' "$bold" "$step" "$1" "$(line $((94 - ${#1} - ${#step})))" "$plain"
    shift
    printf '%s\n' "$@" | fold --spaces --width=98 | sed 's/ *$//'
}

line() {
    local dashes
    printf -v dashes '%*s' "$1" ''
    printf '%s' "${dashes// /─}"
}

# A command line, as a person would enter it.
prompt() {
    printf '\n%s$ %s%s\n' "$bold" "$1" "$plain"
}

# Prints a command as a person would enter it, and runs it.
run() {
    local word line=''
    for word in "$@"; do
        [[ $word =~ ^[-+=:,./@_a-zA-Z0-9]+$ ]] || word="'$word'"
        line+="$word "
    done
    prompt "${line% }"
    "$@" 2>&1
}

# The id of the newest run.
newest() {
    rollcall run "$TENANT" --json | sed -n 's/^  "run_id": "\(.*\)",$/\1/p'
}

# An LDAP tool on the directory, as the account that the options name.
ldap() {
    LDAPTLS_CACERT=$AD_CA_FILE "$1" -H "$AD_LDAPS_URL" -x "${@:2}"
}

change_directory() {
    ldap ldapmodify -D "$AD_ADMIN_USERNAME" -y administrator.txt -f "$1" >/dev/null
}

# Counts the objects that have an attribute.
count() {
    ldap ldapsearch -D "$AD_BIND_USERNAME" -y secret.txt -LLL -E pr=500/noprompt -b "$AD_BASE" "($1=*)" 1.1 |
        grep -c '^dn:'
}

cd "$private"
umask 077
printf '%s' "$AD_BIND_PASSWORD" >secret.txt
printf '%s' "$AD_ADMIN_PASSWORD" >administrator.txt
cp "$AD_CA_FILE" ca.pem
address=${AD_LDAPS_URL#ldaps://}
host=${address%:*}

printf '\n%s' "$bold"
printf 'An administrator'"'"'s first hour with Rollcall'
printf '%s\n\n' "$plain"
fold --spaces --width=98 <<TEXT | sed 's/ *$//'
Acme is a new customer of a mail-protection portal. Its directory is a real Active Directory \
(Samba), private to this demo, at $host: invented people, groups, contacts, rooms and shared mailboxes, $(count proxyAddresses) objects with addresses, \
among them the awkward cases that real directories have. You are its administrator, and want its \
people in the portal.
TEXT

step "Whose addresses are these?" \
    "Only addresses in the customer's own domains are ever imported. corp-mail.example is a domain alias: people have the same username there as in corp.example."
run rollcall domains put "$TENANT" corp.example corp.test corp-mail.example=corp.example

step "Can the directory be reached?" \
    "Before anything is saved, a worker tests the connection and reports each step as it ends. A step that fails says what to change."
prompt "rollcall test $TENANT --host $host --ca-file ca.pem \\
      --bind-username $AD_BIND_USERNAME --password-file secret.txt"
rollcall test "$TENANT" --host "$host" --ca-file ca.pem \
    --bind-username "$AD_BIND_USERNAME" --password-file secret.txt

step "Where is the directory?" \
    "Settings say where it is, who reads it, and when. The password is sealed on arrival to a key that only workers have; nothing ever shows it again. Note the filter: it is exactly what is sent."
prompt "rollcall settings put $TENANT --host $host --ca-file ca.pem \\
      --bind-username $AD_BIND_USERNAME --password-file secret.txt \\
      --server-type active-directory --every-hours 4 --time-zone Europe/Berlin"
rollcall settings put "$TENANT" --host "$host" --ca-file ca.pem \
    --bind-username "$AD_BIND_USERNAME" --password-file secret.txt \
    --server-type active-directory --every-hours 4 --time-zone Europe/Berlin

step "What should be imported?" \
    "You do not need to know the filter syntax: Rollcall builds a filter from object types and domains, here rooms and equipment. The test showed that the directory knows msExchRecipientTypeDetails. A mistake in your own filter is marked where it is, before anything is saved. You want to import everything, so you save neither filter."
run rollcall filter build --object-type resource --domain corp.example --recipient-types
run rollcall filter check '(&(objectClass=user)(mail=*)' || true

step "What would a sync do?" \
    "A preview reads the directory, decides about every address, and changes nothing."
run rollcall preview "$TENANT"
preview=$(newest)
run rollcall rows "$TENANT" --verdict add --limit 8

step "What would be left out, and why?" \
    "Every refused address has a reason, and the row names the address or object that it conflicts with. Nothing is dropped silently."
run rollcall rows "$TENANT" --verdict skip

step "The same as a spreadsheet" \
    "For the colleague who has to approve it."
run rollcall csv "$TENANT" --output preview.csv
run head -n 3 preview.csv

step "Do it" \
    "The sync names the preview you reviewed. It applies exactly that plan, in one transaction. If the directory had changed since then, it would be HELD and show the differences."
run rollcall sync "$TENANT" --expect "$preview"

step "What does the portal have now?" \
    "An account for each object that has an address, named by its primary address."
run rollcall accounts "$TENANT" --limit 8

step "Again, and nothing happens" \
    "Nobody has touched the directory. The next sync reads all of it, sees that it is unchanged, and changes nothing in the portal."
run rollcall sync "$TENANT"

step "Life goes on" \
    "In the directory, Ben Bianchi leaves, and Anna Adler marries: anna.berg@corp.example becomes her primary address, and the old one an alias."
cat >changes.ldif <<LDIF
dn: CN=Ben Bianchi,OU=Hamburg,OU=Staff,$AD_BASE
changetype: delete

dn: CN=Anna Adler,OU=Berlin,OU=Staff,$AD_BASE
changetype: modify
delete: proxyAddresses
proxyAddresses: SMTP:anna.adler@corp.example
-
add: proxyAddresses
proxyAddresses: SMTP:anna.berg@corp.example
proxyAddresses: smtp:anna.adler@corp.example
-

dn: CN=Anna Adler,OU=Berlin,OU=Staff,$AD_BASE
changetype: modrdn
newrdn: CN=Anna Berg
deleteoldrdn: 1
LDIF
prompt "ldapmodify -f changes.ldif    # as the directory's administrator, with any tool"
change_directory changes.ldif
run rollcall sync "$TENANT"
run rollcall rows "$TENANT" --verdict add,update,stale,remove

step "Nobody is lost" \
    "Anna keeps her account under her new name. Ben's account stays as it is, marked as stale, until a person decides about it."
run rollcall accounts "$TENANT" --search anna.berg
run rollcall accounts "$TENANT" --search ben.bianchi

step "Why is this one not imported?" \
    "Every address gets an answer in sentences: the object that claims it, the rule that decided, the account that has it, and the run that last changed it."
run rollcall explain "$TENANT" dana@corp.example

step "An account that no directory knows" \
    "Accounts can also be created manually. This one is not in the directory, so removing what is absent would remove it too, unless the settings keep manual entries."
run rollcall account put "$TENANT" press@corp.example --alias media@corp.example

step "Remove people who have left" \
    "By default nobody is removed. Now removal is switched on: absent addresses are removed and can be restored. Manual entries are kept."
prompt "rollcall settings put $TENANT --remove-accounts --keep-manual"
rollcall settings put "$TENANT" --remove-accounts --keep-manual |
    grep -E '^(tenant|next run|missing from directory|limit)'

step "The first removal needs approval" \
    "No preview has shown what this would remove, so the sync changes nothing and is HELD. The same happens whenever a sync would affect more accounts than the limit allows, or an empty directory would empty the portal."
run rollcall sync "$TENANT" || [[ $? == 6 ]]

step "Review first" \
    "The rows of a HELD run show what it would do. Only Ben would be removed; press@corp.example stays."
run rollcall rows "$TENANT" --verdict remove

step "Approve it" \
    "The approval reads the directory again, asks it for Ben once more, and removes only those of the addresses shown that are still absent. On a terminal it shows the rows and asks for confirmation; --yes confirms that you have reviewed them."
run rollcall approve "$TENANT" --yes
approval=$(newest)
run rollcall accounts "$TENANT" --removed

step "Revert it" \
    "Ben is on leave and has not left! A finished sync can be reverted for 30 days: each account that nothing has changed since then returns to what it was; the others are left alone and listed."
run rollcall revert "$TENANT" "$approval" --yes
run rollcall accounts "$TENANT" --search ben.bianchi

step "Resume the schedule" \
    "The next scheduled sync would remove Ben again, so a revert pauses the schedule until it is resumed. Ben's colleagues create him again in the directory: a new object with the same address, which takes over his account."
prompt "rollcall settings show $TENANT"
rollcall settings show "$TENANT" | grep -E '^(tenant|schedule|next run|paused)'
cat >back.ldif <<LDIF
dn: CN=Ben Bianchi,OU=Hamburg,OU=Staff,$AD_BASE
changetype: add
objectClass: user
sAMAccountName: ben.bianchi
proxyAddresses: SMTP:ben.bianchi@corp.example
LDIF
prompt "ldapmodify -f back.ldif    # as the directory's administrator, with any tool"
change_directory back.ldif
run rollcall resume "$TENANT"
run rollcall sync "$TENANT"
run rollcall rows "$TENANT" --verdict add,update,stale,remove

step "What has happened so far" \
    "Each run keeps its rows, so that they still explain later why an address is as it is."
run rollcall runs "$TENANT"

step "And for the operator" \
    "An operator sees the whole fleet of tenants on one screen, and can pause all schedules or all removals at once."
run rollcall fleet

step "Where to go next" \
    "That was the whole hour. Everything that was started for it is now stopped and removed."
cat <<'TEXT'

  make up                        the same, left running; then: source .run/env
  target/debug/rollcall --help   every command, with examples and exit codes
  proto/rollcall/v1              the contract, for those who build on it
  ARCHITECTURE.md                how it is put together, and what must always hold
TEXT
