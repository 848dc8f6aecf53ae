#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: unload.sh [TIMES]
# Disarming and unloading while programs run, files are opened and verdicts are given; then armed again.
here=$(dirname "$0")
. "$here/lib.sh"
changes() { echo x 2> /dev/null >> /srv/ledger/f; }
running=/tmp/running
# Each loops until $running is gone. What is refused is as good as what is not.
load() {
	sh -c "while [ -e $running ]; do $1; sleep 0.01; done" > /dev/null 2>&1 &
	loads="$loads $!"
}
work() {
	: > $running
	loads=
	load '/bin/true'
	load 'echo x >> /srv/ledger/f; echo x > /srv/ledger/new'
	load 'mv /srv/ledger/f /srv/ledger/g; mv /tmp/a /tmp/b; mv /tmp/b /tmp/a'
	load 'kill -0 1'
	load 'mkdir /tmp/dir; ln /tmp/a /tmp/dir/l; rm -r /tmp/dir; mount -t tmpfs none /mnt; umount /mnt'
}
unload() {
	for _ in $(seq 50); do
		rmmod rampart && return 0
		sleep 0.1
	done
	return 1
}

mkdir -p /srv/ledger && echo original > /srv/ledger/f && echo a > /tmp/a
install_editor
dmesg -n 1
for n in $(seq "${1:-1}"); do
	check $n/apply apply $n block off
	check $n/enforcing wait_enforcing
	work
	sleep 1
	refused $n/enforced changes
	check $n/token token "$(status challenge)" /tmp/token
	check $n/disarm rampartctl disarm /tmp/token
	mv /srv/ledger/g /srv/ledger/f 2> /dev/null
	check $n/disarmed changes
	kill -9 "$(status reader_pid)"
	check $n/unload unload
	rm $running
	wait $loads; ok $n/nobody_stuck	# else the time runs out
	check $n/insmod insmod /usr/lib/rampart/rampart.ko
	rampartd >> /var/log/rampartd.log 2>&1 &
	check $n/daemon wait_daemon
	check $n/policy_back wait_enforcing
	mv /srv/ledger/g /srv/ledger/f 2> /dev/null
	refused $n/enforced_again changes
done
finish
