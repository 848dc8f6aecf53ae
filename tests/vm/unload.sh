#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: unload.sh [TIMES]
# Disarming and unloading while programs run, files are opened and verdicts are given; then armed again. As often as is said, past the
# daemon, and then once with it.
here=$(dirname "$0")
. "$here/lib.sh"
changes() { echo x 2> /dev/null >> /srv/ledger/f; }
running=/tmp/running
# Each loops until $running is gone. What is refused is as good as what is not.
load() {
	sh -c "while [ -e $running ]; do $1; sleep 0.5; done" > /dev/null 2>&1 &
	loads="$loads $!"
}
work() {
	: > $running
	loads=
	load '/bin/true'
	load 'echo x >> /srv/ledger/f; echo x > /srv/ledger/new'
	load 'mv /srv/ledger/f /srv/ledger/g; mv /tmp/a /tmp/b; mv /tmp/b /tmp/a'
	load 'kill -0 1'
	load 'mkdir /tmp/dir; ln /tmp/a /tmp/dir/l; rm -r /tmp/dir; mount -t tmpfs none /media; umount /media'
}
unload() {
	for _ in $(seq 50); do
		rmmod rampart && return 0
		sleep 0.1
	done
	return 1
}
back() { mv /srv/ledger/g /srv/ledger/f 2> /dev/null; }
# once: past the daemon.
once() {
	insmod /usr/lib/rampart/rampart.ko || return
	"$here/rawnl" load /tmp/p.bundle | grep -q '^ok 0 ' || { echo not loaded; return 1; }
	back
	! changes || { echo not enforced; return 1; }
	token "$(kernel challenge)" /tmp/token
	"$here/rawnl" disarm /tmp/token | grep -q '^ok 0' || { echo not disarmed; return 1; }
	back
	changes && unload
}

mkdir -p /srv/ledger /media && echo original > /srv/ledger/f && echo a > /tmp/a
install_editor
dmesg -n 1
times=${1:-0}
check apply apply 1 block off
check enforcing wait_enforcing
work
sleep 1
refused enforced changes
check token token "$(status challenge)" /tmp/token
check disarm rampartctl disarm /tmp/token
back
check disarmed changes
kill_daemon
check unload unload
good=0
for n in $(seq "$times"); do
	once || break
	good=$n
	[ $((n % 50)) != 0 ] || echo "# $n times"
done
check "again: $good times" test $good = "$times"
rm $running
wait $loads; ok nobody_stuck	# else the time runs out
check insmod insmod /usr/lib/rampart/rampart.ko
check daemon start_daemon
check policy_back wait_enforcing
back
refused enforced_again changes
finish
