#!/usr/bin/env bash
# An administrator's first hour with Rollcall, as `make demo` runs it.
#
# It is made of `rollcall` commands, printed as they run, against the services and the Active Directory whose
# addresses are in the environment: ROLLCALL_* and AD_*, as `rollcall-testbed run` sets them.

set -euo pipefail

PATH="$(dirname "$ROLLCALL_TESTBED_PROGRAM"):$PATH"
# Tables are made for a page of this width, on a terminal and in a log alike.
export COLUMNS=100
readonly TENANT=acme

private=$(mktemp -d)
trap 'rm -rf -- "$private"' EXIT

# Text that a shell does not read: styles on a terminal, nothing elsewhere.
bold='' plain=''
if [[ -t 1 ]]; then
    bold=$'\e[1m' plain=$'\e[0m'
fi

step=0
# A step: its headline, and what it is for.
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

# A command line, as it would be typed.
prompt() {
    printf '\n%s$ %s%s\n' "$bold" "$1" "$plain"
}

# Prints a command as it would be typed, and runs it.
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

# How many objects have an attribute.
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
    "Before anything is saved: a worker tries it out, and tells each step as it is over. A step that fails says what to change."
prompt "rollcall test $TENANT --host $host --ca-file ca.pem \\
      --bind-username $AD_BIND_USERNAME --password-file secret.txt"
rollcall test "$TENANT" --host "$host" --ca-file ca.pem \
    --bind-username "$AD_BIND_USERNAME" --password-file secret.txt

step "Where is the directory?" \
    "Settings say where it is, who reads it, and when. The password is sealed on arrival to a key that only workers have; nothing ever shows it again. Note the filter: that is what is sent."
prompt "rollcall settings put $TENANT --host $host --ca-file ca.pem \\
      --bind-username $AD_BIND_USERNAME --password-file secret.txt \\
      --server-type active-directory --every-hours 4 --time-zone Europe/Berlin"
rollcall settings put "$TENANT" --host "$host" --ca-file ca.pem \
    --bind-username "$AD_BIND_USERNAME" --password-file secret.txt \
    --server-type active-directory --every-hours 4 --time-zone Europe/Berlin

step "Which of it?" \
    "Nobody needs to know how filters are written: one is made from kinds of object and domains, here rooms and equipment. The test told that the directory knows msExchRecipientTypeDetails. A mistake in one's own is shown where it is, before it is saved. You want everything, so neither is."
run rollcall filter build --types resource --domains corp.example --recipient-types
run rollcall filter check '(&(objectClass=user)(mail=*)' || true

step "What would a sync do?" \
    "A preview reads the directory, decides about every address, and changes nothing."
run rollcall preview "$TENANT"
preview=$(newest)
run rollcall rows "$TENANT" --verdict add --limit 8

step "What would be left out, and why?" \
    "Every address that is refused has a reason, and whom it collides with. Nothing is dropped in silence."
run rollcall rows "$TENANT" --verdict skip

step "The same for a spreadsheet" \
    "For the colleague who has to say yes."
run rollcall csv "$TENANT" --output preview.csv
run head -n 3 preview.csv

step "Do it" \
    "The sync names the preview that was looked at. It applies exactly that plan, in one transaction; had the directory changed meanwhile, it would be HELD and show the differences."
run rollcall sync "$TENANT" --expect "$preview"

step "What does the portal hold now?" \
    "An account for each object that has an address, named by its primary address."
run rollcall accounts "$TENANT" --limit 8

step "Again, and nothing happens" \
    "Nobody touched the directory. The next sync reads all of it, notices, and leaves the portal alone."
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
    "Anna keeps her account under her new name. Ben's stays as it is, marked stale: what becomes of it is for people to decide."
run rollcall accounts "$TENANT" --search anna.berg
run rollcall accounts "$TENANT" --search ben.bianchi

step "Why is this one not imported?" \
    "Any address has an answer, in sentences: who claims it, which rule decided, who has it, and which run last changed it."
run rollcall explain "$TENANT" dana@corp.example

step "Somebody whom no directory knows" \
    "Accounts can be made by hand. The directory does not hold this one, so that removing what it does not hold would take it too: unless told to keep what was typed in."
run rollcall account put "$TENANT" press@corp.example --alias media@corp.example

step "Remove who is gone" \
    "By default nobody is removed. Now it is switched on: addresses that the directory does not hold go, softly. What was typed in the portal is kept."
prompt "rollcall settings put $TENANT --remove-accounts --keep-manual"
rollcall settings put "$TENANT" --remove-accounts --keep-manual |
    grep -E '^(tenant|next run|missing from directory|limit)'

step "The first removal asks" \
    "No preview has shown what this would remove, so the sync changes nothing at all and is HELD. The same happens whenever a sync would take more accounts than the limit allows, or an empty directory would empty the portal."
run rollcall sync "$TENANT" || [[ $? == 6 ]]

step "Look first" \
    "The rows of a run that is HELD are what it would do. Ben is the only one to go; press@corp.example stays."
run rollcall rows "$TENANT" --verdict remove

step "Approve it" \
    "The approval reads the directory again, asks it for Ben once more, and removes those of the addresses shown that are still absent. Nothing else. At a terminal it shows the rows and asks; --yes says that it was looked at."
run rollcall approve "$TENANT" --yes
approval=$(newest)
run rollcall accounts "$TENANT" --removed

step "Take it back" \
    "Ben is on leave, not gone! A finished sync can be reverted for 30 days: each account that nothing changed since goes back to what it was, the others are left alone and listed."
run rollcall revert "$TENANT" "$approval" --yes
run rollcall accounts "$TENANT" --search ben.bianchi

step "Until somebody says so" \
    "The next scheduled sync would remove Ben again, so a revert pauses the schedule until it is resumed. Ben's colleagues make him anew in the directory: another object with the same address, which takes over his account."
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
    "Each run keeps its rows, so that it can still be told later why an address is what it is."
run rollcall runs "$TENANT"

step "And for those who run it all" \
    "An operator sees the whole fleet of tenants on one screen, and can pause all schedules or all removals at once."
run rollcall fleet

step "Where to go next" \
    "That was the whole hour: everything that was started for it is stopped and removed now."
cat <<'TEXT'

  make up                        the same, left running; then: source .run/env
  target/debug/rollcall --help   every command, with examples and exit codes
  proto/rollcall/v1              the contract, for those who build on it
  ARCHITECTURE.md                how it is put together, and what always holds
TEXT
