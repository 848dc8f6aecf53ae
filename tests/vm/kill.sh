#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: kill.sh [EVERY]
# The daemon is killed at each system call by which it changes something outside itself (or at every EVERYth): while it starts, while
# it applies a policy, and while it ends. What the kernel decides does not change, and the next daemon finds the old policy or the new
# one. Between two such calls there is nothing that could be left half done. Last it is stopped for a minute.
here=$(dirname "$0")
. "$here/lib.sh"
every=${1:-1}
effects=write,pwrite64,rename,renameat,fsync,fdatasync,unlink,unlinkat,ftruncate,mkdir,sendto,sendmsg,chmod,fchmod
changes() { echo x 2> /dev/null >> /srv/ledger/f; }
# traced COMMAND...: strace, up when it says so.
traced() {
	: > /tmp/strace
	strace -f "$@" > /tmp/strace 2>&1 &
	for _ in $(seq 100); do grep -q attached /tmp/strace && return 0; sleep 0.05; done
	cat /tmp/strace
	return 1
}
# The three things that are done to a daemon; all end without one. OPTION... is strace's.
start() {
	strace -f "$@" rampartd > /tmp/strace 2>&1 < /dev/null &
	strace=$!
	for _ in $(seq 100); do
		kill -0 $strace 2> /dev/null || break
		rampartctl events --limit 1 > /dev/null 2>&1 && break
		sleep 0.05
	done
	killall -9 rampartd 2> /dev/null
	wait $strace
}
apply_next() {
	start_daemon && traced "$@" -p "$(pidof rampartd)"
	apply $((version + 1)) block off 2> /tmp/apply
	kill_daemon
}
stop() {
	start_daemon && traced "$@" -p "$(pidof rampartd)"
	end_daemon
}

check apply_off apply 1 off off
mkdir -p /srv/ledger && echo original > /srv/ledger/f
check apply apply 2 block off
check enforcing wait_enforcing
kill_daemon
version=2
for phase in start apply_next stop; do
	$phase -o /tmp/trace -e trace=$effects
	[ $phase != apply_next ] || version=$((version + 1))
	# How often each is called; strace counts each call for itself.
	sed -n 's/^[0-9]* *\([a-z0-9]*\)(.*/\1/p' /tmp/trace | sort | uniq -c > /tmp/calls
	bad='' total=0
	while read -r times call; do
		for n in $(seq 1 "$every" "$times"); do
			was=$(kernel version)
			$phase -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$n" < /dev/null
			total=$((total + 1))
			now=$(kernel version)
			if changes; then bad="$bad $call/$n:allowed"; fi
			case $((now - was))$phase in 0* | 1apply_next) ;; *) bad="$bad $call/$n:$was->$now" ;; esac
			version=$((now - ${version_before:-0}))
			# What the kernel has, the disk has, or the other way round, and no older one.
			if start_daemon && wait_enforcing > /dev/null && [ "$(kernel version)" -ge "$now" ] &&
				[ "$(kernel version)" -le $((now + 1)) ] && ! changes; then :; else bad="$bad $call/$n:next"; fi
			version=$(($(kernel version) - ${version_before:-0}))
			kill_daemon
		done
	done < /tmp/calls
	[ ! "$bad" ] && ok "$phase: killed at $total calls" || not_ok $phase "$bad"
done
check last/daemon start_daemon
check last/enforcing wait_enforcing
refused last/enforced changes

# --- stopped for a minute ---
settled
delivered=$(accounting blocks delivered)
killall -STOP rampartd
for _ in $(seq 6); do
	refused stopped/enforced changes
	sleep 10
done
killall -CONT rampartd
# Two seconds.
for _ in $(seq 20); do
	[ "$(accounting blocks delivered)" = $((delivered + 6)) ] && break
	sleep 0.1
done
check stopped/reported test "$(accounting blocks delivered)" = $((delivered + 6))
finish
