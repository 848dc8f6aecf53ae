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

stored() { sqlite3 /var/lib/rampart/events.db "SELECT count(*) FROM event WHERE path LIKE '/srv/ledger/%'"; }
new_daemon() {
	rampartd >> /var/log/rampartd.log 2>&1 < /dev/null &
	wait_daemon
}
kill_daemon() {
	killall -9 rampartd
	while pidof rampartd > /dev/null; do sleep 0.05; done
}
# disturb: as long as the flood lasts.
disturb() {
	while [ -e $running ]; do
		killall -STOP rampartd; sleep 0.5; killall -CONT rampartd
		sleep 0.5
		kill_daemon
		new_daemon
		restarts=$((restarts + 1))
	done
}

check apply_off apply 1 off off
mkdir -p /srv/ledger && echo original > /srv/ledger/f
check apply apply 2 block off
check enforcing wait_enforcing
settled
blocked=$(status blocked) emitted=$(accounting blocks emitted) delivered=$(accounting blocks delivered) dropped=$(accounting blocks dropped)
had=$(stored)

# --- with a daemon that comes and goes ---
restarts=0
: > $running
{ "$here/flood" /srv/ledger/f $workers $times > /tmp/counts; rm $running; } &
disturb
wait_daemon
check flood/settled settled
read -r refused opened otherwise < /tmp/counts
all=$((workers * times))
new_emitted=$(($(accounting blocks emitted) - emitted))
new_delivered=$(($(accounting blocks delivered) - delivered))
new_dropped=$(($(accounting blocks dropped) - dropped))
check "flood/refused: $refused of $all, while $restarts daemons were killed" test "$refused $opened $otherwise" = "$all 0 0"
check flood/restarts test $restarts -gt 0
check flood/blocked test $(($(status blocked) - blocked)) = "$all"
check flood/emitted test $new_emitted = "$all"
check "flood/exact: $new_delivered delivered and $new_dropped dropped" test $((new_delivered + new_dropped)) = $all
check flood/stored test $(($(stored) - had)) = $new_delivered

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
