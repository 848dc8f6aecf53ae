#!/bin/sh
# SPDX-License-Identifier: MIT
# Secrets, in a guest: every way to read one works with no policy and in audit mode, and none does in block mode, for root and
# for a user, but for the programs that the policy names for that very place.
here=$(dirname "$0")
. "$here/lib.sh"
secret="$here/secret" keeper=/usr/local/bin/keeper ssh=/home/user/.ssh
attacks=$("$secret" list)
# What a user may not do anyway.
needs_root=" loop loop_write_only loop_configured swap_boot ancestor_rename bind_mount mount_namespace detached_mount chroot overlay_lower overlay_copy_up handle watched "
# 6.1 does not read by a descriptor that is open for writing only.
case $(uname -r) in
6.1.*) undone=" loop_write_only loop_configured " ;;
*) undone= ;;
esac
install_editor
cp "$secret" $keeper && cp "$secret" /usr/local/bin/other
modprobe loop
mkdir -p /srv/vault/secret /root/.ssh && as_user mkdir -p $ssh

# policy_of VERSION MODE [FOLDERS-MODE]: the keeper may read everywhere, the other in /srv only.
policy_of() {
	policy "$1" "${3-off}" off | sed 's|"/srv/ledger"|"/srv/vault/secret"|'
	cat <<-YAML
		secrets:
		  mode: $2
		  places:
		    - {path: "~/.ssh", allow: [{exe: $keeper}]}
		    - {path: /srv/vault/secret, allow: [{exe: $keeper}, {exe: /usr/local/bin/other}]}
		    - path: /etc/ledger.key
		      allow:
		        - {exe: $keeper}
	YAML
}
secrets() { policy_of "$@" | apply_yaml; }
# attack PHASE EXPECTED DIR [COMMAND...]: every attack, by COMMAND; what has come of each.
attack() {
	phase=$1 expected=$2 folder=$3
	shift 3
	rm -rf /var/tmp/bypass
	"$@" "$secret" run "$folder" $keeper > /tmp/results
	while read -r a r errno; do
		if [ $# -gt 0 ] && [ "${needs_root#* "$a" }" != "$needs_root" ]; then
			[ "$r" = unread ] && ok "$phase/$a needs root" || not_ok "$phase/$a needs root" "$r $errno"
		elif [ "$r" = "$expected" ]; then ok "$phase/$a"
		elif [ "${undone#* "$a" }" != "$undone" ] && [ "$expected $errno" = "read EIO" ]; then ok "$phase/$a comes to nothing"
		else not_ok "$phase/$a" "not $expected: $r $errno"; fi
	done < /tmp/results
	check "$phase/all" test "$(cut -d ' ' -f 1 /tmp/results)" = "$attacks"
}
# reported PHASE OUTCOME DIR UID: the daemon stored an event of this outcome about each attack. Of a process that is traced there
# is no path, and of a file opened by handle no name.
reported() {
	# shellcheck disable=SC2086 # one argument a name
	missing=$(jq -r --arg o "$2" --arg dir "$3" --argjson uid "$4" '
		[.[] | select(.outcome == $o and .rule == "secrets" and .exe == "/mnt/share/secret" and .uid == $uid)] as $events |
		{ ancestor_rename: ($dir | sub("/[^/]*$"; "")), folder_rename: $dir, handle: "/" } as $special |
		$ARGS.positional[] | . as $name | ($special[.] // "\($dir)/\(.)") as $path |
		select(any($events[]; if ($name | IN("reader_traced", "reader_copied", "reader_memory", "reader_pidfd"))
			then .op == "ptrace" else .path == $path or .path2 == $path end) | not)' /tmp/events.json --args $attacks | tr '\n' ' ')
	for a in $attacks; do
		[ "$4" != 0 ] && [ "${needs_root#* "$a" }" != "$needs_root" ] && continue
		case " $missing" in
		*" $a "*)
			not_ok "$1/reported/$a" "no event"
			rampartctl status --json | jq -c .accounting
			jq -c '.[] | [.id, .time, .outcome, .op, .exe, .path, .path2, .uid]' /tmp/events.json
			;;
		*) ok "$1/reported/$a" ;;
		esac
	done
}
prepare() {
	rm -rf /srv/vault/secret/* ${ssh:?}/* && "$secret" prepare /srv/vault/secret && as_user "$secret" prepare $ssh &&
		ln -f /srv/vault/secret/open /srv/vault/linked
}
# phase NAME VERSION MODE EXPECTED OUTCOME
phase() {
	prepare
	check "$1/apply" secrets "$2" "$3"
	check "$1/enforcing" wait_enforcing
	attack "$1/root" "$4" /srv/vault/secret
	attack "$1/user" "$4" $ssh as_user
	settled
	rampartctl events --json --limit 1000 > /tmp/events.json
	reported "$1/root" "$5" /srv/vault/secret 0
	reported "$1/user" "$5" $ssh 1000
}
shows() { "$@" | grep -q '^SECRET'; }
# hidden NAME FILE: soon, since the daemon has to see it first.
hidden() {
	for _ in $(seq 50); do out=$("$secret" show "$2" 2>&1) || break; sleep 0.1; done
	case $out in
	*"not permitted"*) ok "$1" ;;
	*) not_ok "$1" "$(echo "$out" | head -c 80)" ;;
	esac
}

prepare
attack no_policy/root read /srv/vault/secret
attack no_policy/user read $ssh as_user
cp /srv/vault/secret/open /etc/ledger.key

phase audit 1 audit read audited
check audit/status test "$(rampartctl status --json | jq -r '.modes.folders + .modes.secrets')" = offaudit
phase block 2 block unread blocked

check block/keeper shows $keeper show /srv/vault/secret/open
check block/keeper_of_user shows as_user $keeper show $ssh/open
check block/other shows /usr/local/bin/other show /srv/vault/secret/open
refused block/other_place /usr/local/bin/other show $ssh/open
check block/file_keeper shows $keeper show /etc/ledger.key
refused block/file cat /etc/ledger.key
refused block/editor /usr/local/bin/editor /etc/ledger.key x
cp $keeper /tmp/keeper
refused block/copy_of_keeper /tmp/keeper show /srv/vault/secret/open
hidden block/older_link /srv/vault/linked
says block/leave_older_link_alone "not permitted" rm -f /srv/vault/secret/open
refused block/mount_over mount -t tmpfs tmpfs /srv/vault/secret

# It is not about writing, nor about what is not read.
check block/append sh -c 'echo x >> /srv/vault/secret/open'
check block/create sh -c 'echo x > /srv/vault/secret/new'
check block/list sh -c 'ls -l /srv/vault/secret | grep -q new'
check block/delete rm /srv/vault/secret/new
refused block/read_what_one_wrote sh -c 'echo x > /srv/vault/secret/new; cat /srv/vault/secret/new'
check block/beside sh -c 'echo y > /srv/vault/beside; cat /srv/vault/beside; mv /srv/vault/beside /srv/beside'
refused block/home_of_root sh -c 'echo x > /root/.ssh/id; cat /root/.ssh/id'
refused block/home_of_root_too /tmp/keeper show /root/.ssh/id
settled
check block/why sh -c 'rampartctl why $(rampartctl events --limit 1 --json | jq .[0].id) > /tmp/why &&
	grep -q "tried to read /root/.ssh/id" /tmp/why && grep -q "number 1" /tmp/why && grep -q "^secrets:" /tmp/why'

# Both at once: each by its own rule.
check both/apply secrets 3 block block
check both/enforcing wait_enforcing
refused both/write sh -c 'echo x >> /srv/vault/secret/open'
refused both/read cat /srv/vault/secret/open
refused both/keeper_writes sh -c "dd if=/dev/zero of=/srv/vault/secret/open count=1 conv=notrunc"
check both/keeper_reads shows $keeper show /srv/vault/secret/open

# A warning is granted for one place.
check warn/apply secrets 4 warn
check warn/enforcing wait_enforcing
refused warn/other_place /tmp/keeper show /etc/ledger.key
refused warn/first /tmp/keeper show /srv/vault/secret/open
settled
check warn/grant sh -c 'rampartctl grant $(rampartctl events --limit 1 --json | jq .[0].id)'
check warn/granted shows /tmp/keeper show /srv/vault/secret/open
refused warn/not_the_other_place /tmp/keeper show /etc/ledger.key

check off/apply secrets 5 off
check off/read shows /tmp/keeper show /srv/vault/secret/open
rm -rf /srv/vault /etc/ledger.key /tmp/keeper
finish
