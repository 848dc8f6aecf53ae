#!/bin/sh
# SPDX-License-Identifier: MIT
# Controlled folders, in a guest: every attack succeeds with no policy and in audit mode, and fails in block mode, for
# root and for a user.
here=$(dirname "$0")
. "$here/lib.sh"
file="$here/file"
docs=/home/user/Documents
attacks=$("$file" list)
# What a user may not do anyway. With user_namespace he can do most of it in one of his own.
needs_root=" chown bind_mount mount_namespace detached_mount chroot ancestor_rename overlay_upper mount_over handle acct core "
install_editor
mkdir -p /srv/ledger /srv/open/docs /root/Documents

# attack PHASE EXPECTED DIR [COMMAND...]: every attack, by COMMAND; what each has done.
attack() {
	phase=$1 expected=$2 folder=$3
	shift 3
	rm -rf /var/tmp/bypass
	"$@" "$file" run "$folder" > /tmp/results
	while read -r a r errno; do
		if [ $# -gt 0 ] && [ "${needs_root#* "$a" }" != "$needs_root" ]; then
			case "$r $errno" in
			"unchanged EPERM" | "unchanged EACCES") ok "$phase/$a needs root" ;;
			*) not_ok "$phase/$a needs root" "$r $errno" ;;
			esac
		elif [ "$r" = "$expected" ]; then ok "$phase/$a"
		else not_ok "$phase/$a" "not $expected: $r $errno"; fi
	done < /tmp/results
	check "$phase/all" test "$(cut -d ' ' -f 1 /tmp/results)" = "$attacks"
}
# reported PHASE OUTCOME DIR UID: the daemon stored an event of this outcome about each attack, with who and why. Of a file
# opened by handle no name is known.
reported() {
	# shellcheck disable=SC2086 # one argument a name
	missing=$(jq -r --arg o "$2" --arg dir "$3" --argjson uid "$4" '
		[.[] | select(.outcome == $o and .rule == "folders" and .exe == "/mnt/share/file" and .uid == $uid) |
		 .path, .path2] as $paths |
		{ ancestor_rename: ($dir | sub("/[^/]*$"; "")), folder_rename: $dir, mount_over: $dir, tmpfile_inside: $dir,
		  tmpfile_linkat: $dir, handle: "/" } as $special |
		$ARGS.positional[] | ($special[.] // "\($dir)/\(.)") as $path |
		select(any($paths[]; . == $path or ($path != "/" and startswith($path))) | not)' /tmp/events.json --args $attacks | tr '\n' ' ')
	for a in $attacks; do
		[ "$4" != 0 ] && [ "${needs_root#* "$a" }" != "$needs_root" ] && continue
		case " $missing" in
		*" $a "*) not_ok "$1/reported/$a" "no event" ;;
		*) ok "$1/reported/$a" ;;
		esac
	done
}
prepare() {
	rm -rf /srv/ledger/* ${docs:?}/* && "$file" prepare /srv/ledger && as_user "$file" prepare $docs
}
# phase NAME VERSION MODE EXPECTED OUTCOME: every attack under one policy, and then what was reported of it.
phase() {
	prepare
	check "$1/apply" apply "$2" "$3" off
	check "$1/enforcing" wait_enforcing
	attack "$1/root" "$4" /srv/ledger
	attack "$1/user" "$4" $docs as_user
	settled
	rampartctl events --json --limit 1000 > /tmp/events.json
	reported "$1/root" "$5" /srv/ledger 0
	reported "$1/user" "$5" $docs 1000
}
changes() { sh -c "echo x >> $1"; }
# protected NAME FILE: soon, since the daemon has to see it first.
protected() {
	for _ in $(seq 50); do out=$(changes "$2" 2>&1) || break; sleep 0.1; done
	case $out in
	*"not permitted"*) ok "$1" ;;
	*) not_ok "$1" "$out" ;;
	esac
}

# Without a policy: the attacks work.
"$file" prepare /srv/open/docs && prepare
attack no_policy/root changed /srv/open/docs
attack no_policy/user changed $docs as_user
echo original > /root/Documents/linked && ln /root/Documents/linked /srv/linked
check no_policy/by_other_link changes /srv/linked

phase audit 1 audit changed audited
phase block 2 block unchanged blocked

check block/reading cat /srv/ledger/write_open
# Names as long and odd as they get.
odd=$(printf '/srv/ledger/a\nb \033\377%0249d' 0)
refused block/odd_name sh -c ': > "$1"' - "$odd"
settled
check block/odd_name_reported sh -c 'rampartctl events --limit 1 --json | jq -e ".[0].path | startswith(\"/srv/ledger/a\\\\x0ab \\\\x1b\\\\xff0000\")"'
check block/unprotected sh -c 'echo x > /srv/free.txt && mv /srv/free.txt /srv/free2.txt && rm /srv/free2.txt'
check block/allowed_editor /usr/local/bin/editor /srv/ledger/letter "dear reader"
check block/allowed_saved grep -q "dear reader" /srv/ledger/letter
cp /usr/local/bin/editor /tmp/editor
refused block/copy_of_editor /tmp/editor /srv/ledger/letter "evil"
check block/user_editor as_user /usr/local/bin/editor $docs/letter "dear reader"

# A hard link that is older than the policy.
protected links/outside /srv/linked
protected links/inside /root/Documents/linked
refused links/unlink rm -f /srv/linked
check links/reported sh -c 'rampartctl events --limit 20 | grep -q "blocked .* write .*/srv/linked"'

# "~": root's home, and those of users who come later, in the usual place and outside, also by a symlink.
protected home/root /root/Documents/new
check home/usual mkdir -p /home/later/Documents
protected home/usual_protected /home/later/Documents/f
account() { echo "$1:x:$2:$2::$3:/bin/sh" >> /etc/passwd; }
mkdir -p /data/people/ann/Documents
check home/before_the_account changes /data/people/ann/Documents/f
account ann 1003 /data/people/ann
protected home/outside /data/people/ann/Documents/f
account ben 1004 /data/people/ben
sleep 0.5
mkdir -p /data/people/ben/Documents
protected home/made_after_the_account /data/people/ben/Documents/f
mkdir -p /data/real/Documents && ln -s /data/real /home/cleo
account cleo 1005 /home/cleo
protected home/by_symlink /home/cleo/Documents/f
protected home/by_symlink_real /data/real/Documents/g
mv /data/people/ann /data/people/gone 2> /dev/null && not_ok home/moved "it could be" || ok home/moved
check block/still_enforcing wait_enforcing
finish
