#!/bin/sh
# SPDX-License-Identifier: MIT
# Controlled folders, in a guest: every attack succeeds with no policy and in audit mode, and fails in block mode.
here=$(dirname "$0")
. "$here/lib.sh"
file="$here/file"
install_editor
mkdir -p /srv/ledger /home/user/Documents
attack() { "$file" run "$1" "$2"; }

# Without a policy: the attack works.
mkdir -p /srv/open/docs && "$file" prepare /srv/open/docs
for a in $("$file" list); do
	r=$(attack "$a" /srv/open/docs)
	[ "${r%% *}" = changed ] && ok "no_policy/$a" || not_ok "no_policy/$a" "the attack does not work: $r"
done

# reported OUTCOME NAME: the daemon stored an event of this outcome about this attack, with who and why.
reported() {
	case $2 in
	ancestor_rename) path=/srv ;;
	folder_rename | mount_over) path=/srv/ledger ;;
	tmpfile_inside | tmpfile_linkat) path=/srv/ledger ;;
	*) path=/srv/ledger/$2 ;;
	esac
	jq -e --arg o "$1" --arg p "$path" '[.[] | select(.outcome == $o and .rule == "folders" and .exe == "/mnt/share/file" and
		((.path // "" | startswith($p)) or (.path2 // "" | startswith($p))))] | length > 0' /tmp/events.json > /dev/null
}

# phase NAME VERSION MODE EXPECTED OUTCOME: every attack under one policy, and then what was reported of it.
phase() {
	rm -rf /srv/ledger/* && "$file" prepare /srv/ledger
	check "$1/apply" apply "$2" "$3" off
	check "$1/enforcing" wait_enforcing
	for a in $("$file" list); do
		r=$(attack "$a" /srv/ledger)
		[ "${r%% *}" = "$4" ] && ok "$1/$a" || not_ok "$1/$a" "not $4: $r"
	done
	sleep 1
	rampartctl events --json --limit 1000 > /tmp/events.json
	for a in $("$file" list); do check "$1/reported/$a" reported "$5" "$a"; done
}
phase audit 1 audit changed audited
phase block 2 block unchanged blocked

check block/reading cat /srv/ledger/write_open
check block/unprotected sh -c 'echo x > /srv/free.txt && mv /srv/free.txt /srv/free2.txt && rm /srv/free2.txt'
check block/allowed_editor /usr/local/bin/editor /srv/ledger/letter "dear reader"
check block/allowed_saved grep -q "dear reader" /srv/ledger/letter
cp /usr/local/bin/editor /tmp/editor
refused block/copy_of_editor /tmp/editor /srv/ledger/letter "evil"
check block/new_user_home sh -c 'mkdir -p /home/later && mkdir /home/later/Documents'
refused block/new_user_protected sh -c 'echo x > /home/later/Documents/f'
check block/still_enforcing wait_enforcing
finish
