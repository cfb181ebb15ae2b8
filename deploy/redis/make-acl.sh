#!/bin/sh
# Makes a password for each Redis user that has none, and the access list with the passwords' hashes.
#
#   make-acl.sh [-g GROUP] TEMPLATE CREDENTIALS ACL
#
# TEMPLATE is fengsui.acl.in. CREDENTIALS gets a file per user, readable by its owner alone: the few lines of settings
# that a unit reads over fengsui.yaml. ACL is written whole and then renamed; GROUP (redis) may read it. Run it again
# after the template changed: passwords stay. Remove a user's file and run it to change that password.
set -eu
group=
[ "${1:-}" = -g ] && { group=$2; shift 2; }
[ $# -eq 3 ] || { sed -n 's/^# *\(make-acl.sh.*\)/usage: \1/p' "$0" >&2; exit 64; }
template=$1 credentials=$2 acl=$3
umask 077
mkdir -p "$credentials"

password_of() {         # prints it; made when there is none yet
    file=$credentials/$1.yaml
    if [ ! -e "$file" ]; then
        printf 'bus:\n  user: %s\n  password: %s\n' "$1" "$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')" >"$file.new"
        mv "$file.new" "$file"
    fi
    sed -n 's/^  password: //p' "$file"
}

edit=
for user in $(sed -n 's/^user [^#]*#@\([a-z0-9-]*\)@.*/\1/p' "$template"); do
    hash=$(printf %s "$(password_of "$user")" | sha256sum | cut -d' ' -f1)
    edit="$edit;s/@$user@/$hash/"
done
sed -e '/^#/d' -e '/^$/d' -e "${edit#;}" "$template" >"$acl.new"
[ -z "$group" ] || { chgrp "$group" "$acl.new" && chmod 640 "$acl.new"; }
mv "$acl.new" "$acl"
