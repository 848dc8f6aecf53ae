#!/bin/sh
# SPDX-License-Identifier: MIT
# What a policy can say of a rule of ASR: its mode, what is excluded from it, and what its classes are; and what is remembered of how
# a process came about.
here=$(dirname "$0")
. "$here/lib.sh"
bin=/usr/local/bin
mkdir -p $bin
for name in office helper other; do cp "$here/told" $bin/$name && chmod 755 $bin/$name; done
shell=$(readlink -f /bin/sh)
echo 0 > /tmp/version
# rule MODE [EXCLUSION]: of office_child, whose office is $bin/office, in force. $more: more of the policy.
more=
rule() {
	version=$(($(cat /tmp/version) + 1))
	echo $version > /tmp/version
	apply_yaml <<-YAML && { [ "$1$more" = off ] || wait_enforcing; }
		rampart: 1
		name: test
		version: $((${version_before:-0} + version))
		valid: {from: 2020-01-01, until: 2040-01-01}
		asr:
		  office_child: {mode: $1, exclude: [${2-}]}
		classes:
		  office: {add: [$bin/office]}
		$more
	YAML
}
starts() { as_user $bin/office exec "$@"; }
starts_shell() { starts /bin/sh -c ':;:'; }
# last FILTER: of the last event.
last() {
	settled
	rampartctl events --json --limit 1 > /tmp/event
	jq -e ".[0] | $1" /tmp/event > /dev/null || { cat /tmp/event; return 1; }
}

check off rule off
check off/starts starts_shell
check audit rule audit
check audit/starts starts_shell
check audit/reported last '.rule == "office_child" and .outcome == "audited" and .op == "exec" and .exe == "/usr/local/bin/office"'
check status sh -c 'rampartctl status | grep -q "1 rule, the strictest in mode audit\|1 rules, the strictest in mode audit"'
check block rule block
refused block/starts starts_shell
check block/reported last '.outcome == "blocked"'
runs_other() { starts $bin/other; [ $? = 2 ]; }
check block/others runs_other
check block/nobody_else as_user $bin/other exec /bin/sh -c ':;:'
refused block/through_another starts $bin/other exec /bin/sh -c ':;:'
# More programs than are remembered one by one.
set -- exec /bin/sh -c ':;:'
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do set -- exec $bin/other "$@"; done
refused block/far_away as_user $bin/office "$@"
check block/far_away_allowed as_user $bin/other "$@"

# --- warn ---
check warn rule warn
refused warn/starts starts_shell
check warn/reported last '.outcome == "warned"'
event=$(jq '.[0].id' /tmp/event)
check warn/grant as_user rampartctl grant "$event"
# At once, with nothing started again.
check warn/granted starts_shell
check warn/bypassed last '.outcome == "bypassed"'
cp "$shell" /tmp/copy && chown 1000 /tmp/copy
refused warn/another_object starts /tmp/copy -c :
cp $bin/office /tmp/office
check warn/no_office as_user /tmp/office exec /bin/sh -c ':;:'
refused warn/another_user $bin/office exec /bin/sh -c ':;:'

# --- exclusions ---
excluded() { last ".outcome == \"allowed\" and .exclusion == \"$1\""; }
check exclusion rule block "{exe: $bin/helper, name: helper, owner: me, reason: a test}"
refused exclusion/others starts_shell
check exclusion/starts starts $bin/helper exec /bin/sh -c ':;:'
check exclusion/reported excluded helper
refused exclusion/children starts $bin/helper exec $bin/other exec /bin/sh -c ':;:'
ln -f $bin/helper /usr/local/link
check exclusion/by_file starts /usr/local/link exec /bin/sh -c ':;:'
cp $bin/helper /tmp/helper && chown 1000 /tmp/helper
refused exclusion/no_copy starts /tmp/helper exec /bin/sh -c ':;:'
# hits NAME FILTER
hits() {
	settled
	rampartctl asr exclusions --json | jq -e ".[] | select(.name == \"$1\") | $2" > /dev/null || { rampartctl asr exclusions; return 1; }
}
check exclusion/hits hits helper '.hits == 2 and .rule == "office_child" and .exe == "/usr/local/bin/helper" and .last_hit and (.stale | not)'
check exclusion/shown sh -c 'rampartctl asr exclusions | grep -q "hits: 2, the last one at "'
refused exclusion/users as_user rampartctl asr exclusions
check exclusion/children_too rule block "{exe: $bin/helper, children: true, name: helper, owner: me, reason: a test}"
check exclusion/children_start starts $bin/helper exec $bin/other exec /bin/sh -c ':;:'
check exclusion/more_hits hits helper '.hits == 3'
check exclusion/expired rule block "{exe: $bin/helper, name: helper, until: 2021-01-01, owner: me, reason: a test}"
refused exclusion/expired_starts starts $bin/helper exec /bin/sh -c ':;:'
check exclusion/expired_shown hits helper '.hits == 3 and .expired'
check exclusion/object rule block "{object: /tmp/tools, name: tools, owner: me, reason: a test}"
mkdir -p /tmp/tools && cp "$shell" /tmp/tools/shell && chown -R 1000 /tmp/tools
check exclusion/object_starts starts /tmp/tools/shell -c :
check exclusion/object_reported excluded tools
refused exclusion/object_elsewhere starts /tmp/copy -c :
check exclusion/both rule block "{exe: $bin/helper, object: /tmp/tools, name: both, owner: me, reason: a test}"
check exclusion/both_start starts $bin/helper exec /tmp/tools/shell -c :
refused exclusion/both_place starts $bin/helper exec /tmp/copy -c :
refused exclusion/both_program starts /tmp/tools/shell -c :

# --- nobody becomes an exempt program by writing to its memory ---
traced() {
	$bin/helper wait &
	pid=$!
	for _ in $(seq 100); do
		[ "$(readlink /proc/$pid/exe)" = $bin/helper ] && break
		sleep 0.1
	done
	"$1" attach $pid
	status=$?
	kill -9 $pid	# it may be stopped
	return $status
}
check exempt rule block "{exe: $bin/helper, name: helper, owner: me, reason: a test}"
refused exempt/traced traced $bin/other
check exempt/reported last '.rule == "exempt_program" and .op == "ptrace" and .outcome == "blocked"'
check exempt/by_itself traced $bin/helper
check exempt/none rule block
check exempt/none_traced traced $bin/other

# --- what led to a process is known under the next policy too, whose classes have other numbers ---
begin() { rm -f /tmp/go && as_user $bin/office after /tmp/go "$@" && sleep 0.5; }
go() { rm -f /tmp/done && touch /tmp/go && sleep 2 && [ -e /tmp/done ]; }
begin /bin/sh -c ': > /tmp/done'
more='  aaa: {add: [/usr/local/bin/aaa]}
rules:
  - {id: own, mode: block, on: exec, subject: [aaa], object: [viewer], title: "a rule of its own", attack: [T1204]}'
check swap rule block
refused swap/still_office go
begin /bin/sh -c ': > /tmp/done'
more=
check swap/audit rule audit
check swap/audited go

# --- a rule of the policy's own ---
cp "$here/told" $bin/aaa && chmod 755 $bin/aaa
more='  aaa: {add: [/usr/local/bin/aaa]}
  ledger: {add: [/srv/asr]}
rules:
  - {id: own, mode: block, on: [read, change], subject: [aaa], object: [ledger], title: "a rule of its own", attack: [T1204]}'
mkdir -p /srv/asr && echo x > /srv/asr/f
check own rule off
refused own/reads $bin/aaa exec /bin/cat /srv/asr/f
check own/reported last '.rule == "own" and .outcome == "blocked" and .op == "read"'
refused own/changes $bin/aaa exec /bin/sh -c 'echo y > /srv/asr/f'
refused own/moves $bin/aaa exec /bin/mv /srv/asr /srv/asr2
check own/others cat /srv/asr/f
check own/elsewhere $bin/aaa exec /bin/sh -c 'echo y > /srv/elsewhere'
# Whoever is not in the class.
more=$(echo "$more" | sed 's/subject: \[aaa\]/not_subject: [aaa]/')
check own/exempts rule off
refused own/others_read $bin/other exec /bin/cat /srv/asr/f
check own/exempt_reads $bin/aaa exec /bin/cat /srv/asr/f
check own/trusted sh -c 'rampartctl trusted --json |
	jq -e "[.[] | select(.class)] == [{class: \"aaa\", list: \"classes\", may: \"do what rules refuse to others\", rules: [\"own\"],
		paths: [\"/usr/local/bin/aaa\"], children: true}]"'

# --- of a login, or of none; what a login starts stays its own ---
of_login() { sh -c 'echo 1000 > /proc/self/loginuid && "$@"' login "$@"; }
far_from_login() { of_login setsid sh -c '( "$@" )' far "$@"; }
for session in login none; do
	more="  ledger: {add: [/srv/asr]}
rules:
  - {id: own, mode: block, on: read, session: [$session], object: [ledger], title: \"a rule of its own\", attack: [T1204]}"
	check session/$session rule off
	[ $session = login ] && expect=refused other=check || expect=check other=refused
	$expect session/$session/of_login of_login cat /srv/asr/f
	$expect session/$session/far_away far_from_login cat /srv/asr/f
	$other session/$session/of_none cat /srv/asr/f
done

# --- as a user, and in a control group ---
grep -q /sys/fs/cgroup /proc/mounts || mount -t cgroup2 none /sys/fs/cgroup
mkdir -p /sys/fs/cgroup/asr/one /sys/fs/cgroup/asr2 && chmod 644 /srv/asr/f && chmod 755 /srv/asr
in_group() { sh -c 'echo 0 > "/sys/fs/cgroup/$0/cgroup.procs" && exec "$@"' "$@"; }
origin() {
	more="  ledger: {add: [/srv/asr]}
rules:
  - {id: own, mode: block, on: read, $1, object: [ledger], title: \"a rule of its own\", attack: [T1204]}"
	rule off
}
check user origin 'user: [1000-2000]'
refused user/one as_user cat /srv/asr/f
check user/root cat /srv/asr/f
check not_user origin 'not_user: [root]'
refused not_user/one as_user cat /srv/asr/f
check not_user/root cat /srv/asr/f
check cgroup origin 'cgroup: [/asr]'
refused cgroup/there in_group asr cat /srv/asr/f
refused cgroup/below in_group asr/one cat /srv/asr/f
check cgroup/beside in_group asr2 cat /srv/asr/f
check cgroup/elsewhere cat /srv/asr/f
check both origin 'user: [root], not_cgroup: [/*/one]'
refused both/holds in_group asr cat /srv/asr/f
check both/another_group in_group asr/one cat /srv/asr/f
check both/another_user as_user cat /srv/asr/f
# Other suites begin without a rule.
more=
check end rule off
finish
