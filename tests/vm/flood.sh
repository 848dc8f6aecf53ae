#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: flood.sh [TIMES]
# Events are exact to the last one: programs are refused as fast as they can ask while the daemon is stopped and
# killed, and each refusal has been stored or was counted as lost.
here=$(dirname "$0")
. "$here/lib.sh"
workers=4
times=$((${1:-20000} / workers))
export running=/tmp/running

# Of a copy, since rampartd keeps it locked; nothing is written while it is asked.
stored() {
	rm -f /mnt/work/events.db*
	cp /var/lib/rampart/events.db* /mnt/work/ &&
		sqlite3 /mnt/work/events.db "SELECT count(*) FROM event WHERE path LIKE '/srv/ledger/%'"
}
# disturb: as long as the flood lasts.
disturb() {
	while [ -e $running ]; do
		killall -STOP rampartd; sleep 0.5; killall -CONT rampartd
		sleep 0.5
		kill_daemon
		start_daemon
		restarts=$((restarts + 1))
	done
}

# mark: the numbers from which exact counts. exact NAME COUNT: of so many that were refused, each was delivered and stored, or was
# counted as lost.
mark() {
	settled
	blocked=$(status blocked) emitted=$(accounting blocks emitted) delivered=$(accounting blocks delivered)
	dropped=$(accounting blocks dropped) had=$(stored)
}
exact() {
	check "$1/settled" settled
	new_emitted=$(($(accounting blocks emitted) - emitted))
	new_delivered=$(($(accounting blocks delivered) - delivered))
	new_dropped=$(($(accounting blocks dropped) - dropped))
	read -r refused opened otherwise < /tmp/counts
	check "$1/refused" test "$refused $opened $otherwise" = "$2 0 0"
	check "$1/blocked" test $(($(status blocked) - blocked)) = "$2"
	check "$1/emitted" test $new_emitted = "$2"
	check "$1/exact: $new_delivered delivered and $new_dropped dropped" test $((new_delivered + new_dropped)) = "$2"
	check "$1/stored" test $(($(stored) - had)) = $new_delivered
}

check apply_off apply 1 off off
mkdir -p /srv/ledger && echo original > /srv/ledger/f
check apply apply 2 block off
check enforcing wait_enforcing

# --- with a daemon that comes and goes ---
mark
restarts=0
: > $running
{ "$here/flood" /srv/ledger/f $workers $times > /tmp/counts; rm $running; } &
disturb
wait_daemon
exact flood $((workers * times))
check "flood/restarts: $restarts daemons were killed" test $restarts -gt 0

# --- with one whose buffer takes one message at a time ---
kill_daemon
rmem=$(cat /proc/sys/net/core/rmem_default)
echo 16384 > /proc/sys/net/core/rmem_default
# It sets the size of each socket and then its timeout.
strace -f --seccomp-bpf -o /tmp/strace -e trace=setsockopt -e inject=setsockopt:retval=0:when=1+2 rampartd \
	>> /var/log/rampartd.log 2>&1 < /dev/null &
check tiny/daemon wait_daemon
echo "$rmem" > /proc/sys/net/core/rmem_default
mark
"$here/flood" /srv/ledger/f $workers 2500 > /tmp/counts
exact tiny $((workers * 2500))
check tiny/delivered test $new_delivered -gt 512
check tiny/buffer sh -c 'test $(grep -c "SO_RCVBUFFORCE.*INJECTED" /tmp/strace)$(grep SO_RCVBUF /tmp/strace | grep -vc INJECTED) = 20'
kill_daemon
check tiny/daemon_again start_daemon

# --- what is no block leaves room for blocks ---
check reserve/apply apply 3 block audit
check reserve/enforcing wait_enforcing
settled
lost=$(accounting others dropped) dropped=$(accounting blocks dropped) delivered=$(accounting blocks delivered)
killall -STOP rampartd
taskset -c 0 "$here/flood" /etc/rampart/trust.pem 1 1000 > /tmp/counts
check reserve/audited grep -qx '0 1000 0' /tmp/counts
taskset -c 0 "$here/flood" /srv/ledger/f 1 100 > /tmp/counts
check reserve/blocked grep -qx '100 0 0' /tmp/counts
killall -CONT rampartd
check reserve/settled settled
check reserve/others_lost test "$(accounting others dropped)" -gt "$lost"
check reserve/no_block_lost test "$(accounting blocks dropped)" = "$dropped"
check reserve/blocks_delivered test "$(accounting blocks delivered)" = $((delivered + 100))
finish
