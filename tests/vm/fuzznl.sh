#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: fuzznl.sh [TIMES]
# Requests to the netlink family that are spoilt in every way: nothing of what is in force changes, and reports.sh tells what the
# kernel has seen. $RAMPART_SEED brings a run back. With the daemon, and then without it, so that the fuzzer can be the reader.
here=$(dirname "$0")
. "$here/lib.sh"
times=${1:-4000}
changes() { echo x 2> /dev/null >> /srv/ledger/f; }
# run TIMES: nothing that is passed would count as it is. last.bundle and other-last.bundle would.
run() {
	"$here/fuzznl" "$1" "$seed" /tmp/p.bundle /tmp/old.bundle /tmp/other.token \
		$(ls "$here"/refuse/*.bundle | grep -v last.bundle)
}
# fuzz NAME TIMES: two at once, since commands may run side by side.
fuzz() {
	seed=$((seed + 1))
	run "$2" > /tmp/beside 2>&1 &
	beside=$!
	seed=$((seed + 1))
	check "$1/unchanged" run "$2"
	# check has kept what it printed.
	echo "$out"
	wait $beside && ok "$1/beside" || not_ok "$1/beside" "$(tail -n 3 /tmp/beside)"
	check "$1/enforcing" wait_enforcing
	refused "$1/protected" changes
}

mkdir -p /srv/ledger && echo original > /srv/ledger/f
check older apply 99 off off
cp /tmp/p.bundle /tmp/old.bundle
# A version above all that was signed for other tests; grants are for mode warn.
check apply apply 100 warn audit
check enforcing wait_enforcing
token 00112233445566778899aabbccddeeff /tmp/other.token
echo "# seed ${RAMPART_SEED:=$(date +%s)}"
seed=$RAMPART_SEED
fuzz daemon $((times / 2))
kill_daemon
fuzz reader $((times / 2))
check daemon_again start_daemon
check apply_again apply 101 block block
check enforcing_again wait_enforcing
fuzz self_protected $((times / 8))
finish
