#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: asr.sh [RULE]...
# Attack surface reduction, in a guest: each attack of tests/bypass/asr on a rule, or on these, works with no policy and in audit
# mode, where it is reported, and fails in block mode. With all rules in block mode ordinary work goes on.
here=$(dirname "$0")
. "$here/lib.sh"
asr="$here/asr"
all=$("$asr" list | awk -F '\t' '!seen[$1]++ { print $1 }')
rules=${*:-$all}
results=/tmp/asr-results

# Commands that are links to busybox would make it a member of the classes that they are in.
for path in /usr/bin/* /usr/sbin/*; do
	case ${path##*/}:$(readlink "$path") in
	dpkg:*busybox | rpm:*busybox | httpd:*busybox | su:*busybox | login:*busybox | passwd:*busybox | crontab:*busybox | crond:*busybox | \
	getty:*busybox | sulogin:*busybox | run-parts:*busybox | telnetd:*busybox | sysctl:*busybox | vi:*busybox) rm "$path" ;;
	esac
done
# Modules are where they can be written to, and one is where none should be.
modprobe -q overlay
mkdir -p /mnt/work/asr/upper /mnt/work/asr/work /var/tmp/asr
mount -t overlay -o lowerdir=/usr/lib/modules,upperdir=/mnt/work/asr/upper,workdir=/mnt/work/asr/work overlay /usr/lib/modules ||
	echo "# modules cannot be written to here"
module=$(find "/usr/lib/modules/$(uname -r)" -name 'dummy.ko*')
case $module in
*.xz) xz -dc "$module" > /var/tmp/asr/dummy.ko ;;
*) cp "$module" /var/tmp/asr/dummy.ko ;;
esac
check install "$asr" install

prepare() {
	mkdir -p /usr/lib/modules/evil && rm -f /usr/lib/modules/evil/* && echo > /usr/lib/modules/evil/existing.ko
	"$asr" clean && "$asr" prepare
}
# policy_of VERSION TEXT: of the rules
policy_of() {
	cat <<-YAML
		rampart: 1
		name: test
		version: $((${version_before:-0} + $1))
		valid: {from: 2020-01-01, until: 2040-01-01}
		asr: $2
		classes:
		  exec_trusted: {add: [$(realpath "$here"), /opt/zoom]}
		${classes-}
	YAML
}
version=0
# in_force NAME TEXT
in_force() {
	version=$((version + 1))
	policy_of $version "$2" > /tmp/asr.yaml
	check "$1/apply" apply_yaml < /tmp/asr.yaml
	check "$1/enforcing" wait_enforcing
}
# attack RULE PHASE EXPECTED: each attack on a rule.
attack() {
	"$asr" run "$1" > $results 2> /tmp/asr-complaints
	"$asr" list | awk -F '\t' -v rule="$1" '$1 == rule && $3 == "attack" { print $2, $4 }' > /tmp/asr-list
	[ "$(wc -l < $results)" = "$(wc -l < /tmp/asr-list)" ] && ok "$1/$2/all" || not_ok "$1/$2/all" "attacks are missing"
	while read -r name result errno begin end; do
		case "$3 $result $errno" in
		*" missing "*) skip "$1/$2/$name" "this system has not what it takes" ;;
		# Of /proc/PID/mem the kernel says that it may not be opened.
		"works works "* | "fails fails EPERM" | "fails fails EACCES") ok "$1/$2/$name" ;;
		"fails works "*) # What is known to be open, and stands in the rule's cannot_see.
			grep -q "^$name gap$" /tmp/asr-list && ok "$1/$2/$name is a gap" || not_ok "$1/$2/$name" "it works" ;;
		"fails fails -") # What is refused is a system call of another program's, which does not tell.
			grep -q "^$name elsewhere$" /tmp/asr-list && ok "$1/$2/$name" || not_ok "$1/$2/$name" "fails without a reason" ;;
		*) not_ok "$1/$2/$name" "$result $errno $(grep "^# $1/$name:" /tmp/asr-complaints | head -n 1)" ;;
		esac
	done < $results
}
# reported RULE PHASE OUTCOME: an event of this rule about each.
reported() {
	settled
	rampartctl events --json --since "$(head -n 1 $results | cut -d ' ' -f 4)" --limit 100000 > /tmp/events.json
	jq -r --rawfile results $results --rawfile list /tmp/asr-list --arg rule "$1" --arg outcome "$3" '
		[.[] | select(.rule == $rule and .outcome == $outcome) | .time] as $times |
		($list | split("\n") | map(select(endswith(" gap")) | split(" ")[0])) as $gaps |
		$results | split("\n")[] | select(. != "") | split(" ") | select(.[1] != "missing" and (.[0] | IN($gaps[]) | not)) |
		. as [$name, $result, $errno, $from, $to] | "\($name) \(any($times[]; . >= $from and . <= $to))"' /tmp/events.json > /tmp/asr-reported
	while read -r name seen; do
		[ "$seen" = true ] && ok "$1/$2/reported/$name" || not_ok "$1/$2/reported/$name" "no event of this rule, $3: $(
			jq -c --arg from "$(awk -v n="$name" '$1 == n { print $4 }' $results)" --arg to "$(awk -v n="$name" '$1 == n { print $5 }' $results)" \
				'[.[] | select(.time >= $from and .time <= $to) | [.rule, .outcome, .op, .path]]' /tmp/events.json | tail -n 1)"
	done < /tmp/asr-reported
}

for rule in $rules; do
	prepare || not_ok "$rule/off/prepare" "$?"
	attack "$rule" off works
done
# A busybox that has a link for each command would be an interpreter of what each of them reads.
without_busybox='  shell: {paths: [/usr/bin/dash, /usr/bin/bash], roles: [interprets]}
  interpreter: {paths: [/usr/bin/dash, /usr/bin/bash], roles: [interprets]}'
for rule in $rules; do
	case $rule in trust_exec | script_dl_exec | mail_exec) classes=$without_busybox ;; *) classes= ;; esac
	in_force "$rule/audit" "{$rule: {mode: audit}}"
	prepare || not_ok "$rule/audit/prepare" "$?"
	attack "$rule" audit works
	reported "$rule" audit audited
	prepare || not_ok "$rule/block/prepare" "$?"
	in_force "$rule/block" "{$rule: {mode: block}}"
	attack "$rule" block fails
	reported "$rule" block blocked
done

# Ordinary work, with all of them.
classes=$without_busybox
in_force harmless/audit '{"*": {mode: audit}}'
prepare || not_ok harmless/prepare "$?"
# Who builds programs has a folder for it.
in_force harmless '{"*": {mode: block}, trust_exec: {exclude: [{object: ~/work, owner: me, reason: a test}]}}'
"$asr" list | awk -F '\t' '{ print $1 "/" $2, $4 }' > /tmp/asr-list
"$asr" run harmless > $results 2> /tmp/asr-complaints
settled
rampartctl events --json --since "$(head -n 1 $results | cut -d ' ' -f 4)" --limit 100000 > /tmp/events.json
while read -r name result errno begin end; do
	# What is close to other rules may take what this guest has not.
	case " $(echo $rules) " in *" ${name%%/*} "*) ;; *) continue ;; esac
	# What is known to be refused stands in the rule's false_positives.
	grep -q "^$name gap$" /tmp/asr-list && expected=fails || expected=works
	[ "$result" = $expected ] && ok "harmless/$name" || not_ok "harmless/$name" "$result $errno $(grep "^# $name:" /tmp/asr-complaints | head -n 1) $(
		jq -c --arg from "$begin" --arg to "$end" \
			'[.[] | select(.time >= $from and .time <= $to) | [.rule, .outcome, .op, .exe, .path]]' /tmp/events.json)"
done < $results
policy_of $((version + 1)) '{"*": {mode: off}}' > /tmp/asr.yaml
check off/apply apply_yaml < /tmp/asr.yaml
umount -l /usr/lib/modules
finish
