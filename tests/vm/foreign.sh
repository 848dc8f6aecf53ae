#!/bin/sh
# SPDX-License-Identifier: MIT
# Other users of the functions that Rampart attaches to. Started before the module is loaded (vm run --no-rampart).
here=$(dirname "$0")
. "$here/lib.sh"
changes() { echo x 2> /dev/null >> /srv/ledger/f; }
# hold KIND FUNCTION: returns when a BPF program is attached; $! is its process.
hold() {
	: > /tmp/foreign
	"$here/foreign" "$1" "$2" > /tmp/foreign 2>&1 &
	for _ in $(seq 100); do
		grep -qx attached /tmp/foreign && return 0
		kill -0 $! 2> /dev/null || break
		sleep 0.1
	done
	cat /tmp/foreign
	return 1
}
doctor() { rampartctl doctor > /tmp/doctor; grep -q "$1" /tmp/doctor || { cat /tmp/doctor; return 1; }; }

mkdir -p /srv/ledger && echo original > /srv/ledger/f
install_editor

# First come: that hook cannot be had. It is said, by name, and the others enforce.
hold fentry security_file_open && first=$! || not_ok first "$(cat /tmp/foreign)"
named="security_file_open is taken by BPF link [0-9]*, program [0-9]* \"foreign\" of process $first (foreign)"
check first/doctor_before doctor "$named"
check first/insmod insmod /usr/lib/rampart/rampart.ko
rampartd > /var/log/rampartd.log 2>&1 &
check first/daemon wait_daemon
check first/apply apply 1 block off
check first/said_at_once grep -q 'NOT ENFORCING' /tmp/applied
check first/status test "$(status enforcing)" = false
check first/status_reason sh -c 'rampartctl status | grep -q "security_file_open is held by another tracer"'
rampartctl status > /dev/null
check first/status_code test $? = 3
check first/doctor doctor "$named"
check first/logged sh -c 'dmesg | grep -q "security_file_open cannot be attached"'
check first/attack_succeeds changes
refused first/other_hooks rm /srv/ledger/f

# It goes: the hook is taken, and proven, without anybody's help.
kill "$first"
check regained/enforcing wait_enforcing
refused regained/attack changes

# Later ones do not get in.
refused later/fentry hold fentry security_file_open
check later/fentry_busy grep -q 'attached: Device or resource busy' /tmp/foreign
refused later/fentry_attack changes
refused later/fentry_unlink hold fentry security_inode_unlink
# Beside us, on the LSM's own list, they may.
check lsm/beside hold lsm file_open
refused lsm/attack changes
check lsm/enforcing test "$(status enforcing)" = true
finish
