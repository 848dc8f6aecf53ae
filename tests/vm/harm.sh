#!/bin/sh
# SPDX-License-Identifier: MIT
# Ordinary file work, in a guest that came up without Rampart: it has the same results and errors with no module, in audit mode
# whoever does it, and in block mode for allowed programs everywhere and for all others elsewhere. The same means: byte for byte
# what the work prints, which tells what each call gave and what was in the folder after it. With "programs": the work of real
# programs (harm-programs.sh) in place of system calls and small tools.
here=$(dirname "$0")
. "$here/lib.sh"
results=/tmp/harm
protected=/srv/ledger
open=/srv/open
mkdir -p $results $protected $open /usr/local/bin

# run PROGRAM ARGUMENT...: by $tools, if there is one program for them.
tools=
run() {
	$tools "$@"
	set -- "${1##*/}" $?
	echo "$1: $2"
	return "$2"
}
# written FILE: by tee, what comes in.
written() { $tools tee "$1" > /dev/null; }
if [ "${1-}" = programs ]; then
	. "$here/harm-programs.sh"
else
	. "$here/harm-files.sh"
fi

# policy_for MODE PROGRAM...: all rules in this mode, for all programs but these. All are about the protected folder.
policy_for() {
	mode=$1
	shift
	allow=$(for program; do printf '{exe: %s}, ' "$program"; done)
	apply_yaml <<YAML
rampart: 1
name: test
version: $version
valid: {from: 2020-01-01, until: 2040-01-01}
folders: {mode: $mode, protect: [$protected], allow: [${allow%, }]}
secrets: {mode: $mode, places: [{path: $protected, allow: [${allow%, }]}]}
self_protection: {mode: $mode}
YAML
}
version=$((${version_before:-0}))

# perform WORK FOLDER
perform() { (cd "$2" && "work_$1" 2>&1); }
# same PHASE FOLDER WORK...: as without Rampart.
same() {
	phase=$1 folder=$2
	shift 2
	for work; do
		perform "$work" "$folder" > $results/now
		check "$phase${folder#/srv}/$work" diff $results/none-"$work" $results/now
	done
}
# reports: how many operations were reported.
reports() {
	settled
	echo $(($(status audited) + $(status blocked)))
}
# begin PHASE MODE PROGRAM...
begin() {
	phase=$1 version=$((version + 1))
	shift
	check "$phase/apply" policy_for "$@"
	check "$phase/enforcing" wait_enforcing
	before=$(reports)
}
quiet() { check "$phase/nothing_reported" test "$(reports)" = "$before"; }
# reported OPERATION: by each program that changes the folder in these works.
reported() {
	for program in $changers; do check "$phase/reported/${program##*/}/$1" grep -qx "$program $1" $results/events; done
}

for work in $works $by_shell; do
	perform "$work" $protected > $results/none-"$work"
	check "none/$work" test "$(wc -l < $results/none-"$work")" -ge "$lines"
done
refused none/failing sh -c "grep -hE '^[a-z0-9_.]+: [1-9][0-9]*\$' $results/none-* | grep -vxE '$failing'"
check module insmod /usr/lib/rampart/rampart.ko
check daemon start_daemon

begin audit audit
same audit $protected $works $by_shell
check audit/reported test "$(reports)" -gt $((before + least_reports))
# A machine that is busy reads them too slowly for the daemon's patience now and then.
settled
read_events() { rampartctl events --json --limit 100000 > $results/all; }
check audit/events eventually read_events
jq -r '[.[] | select(.outcome == "audited") | "\(.exe) \(.op)"] | unique[]' $results/all > $results/events
for operation in $operations; do reported "$operation"; done

begin audit-allowed audit $programs
same audit-allowed $protected $again
quiet

begin block block
same block $open $works $by_shell
quiet
# What the comparison is worth: it does see that others are refused.
for work in $controls; do
	perform "$work" $protected > $results/now
	refused "block/ledger/$work" cmp -s $results/none-"$work" $results/now
done

begin block-allowed block $programs
same block-allowed $protected $works
same block-allowed $open $again
quiet
finish
