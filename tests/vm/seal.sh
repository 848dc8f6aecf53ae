#!/bin/sh
# SPDX-License-Identifier: MIT
# Attacks on enforcement itself, in a guest. "sealed": the real build, they fail. "unsealed": a build for tests, they succeed.
here=$(dirname "$0")
. "$here/lib.sh"
build=$1
# attack NAME COMMAND...: expected to work against the unsealed build and to fail against the real one.
attack() {
	name=$1
	shift
	if [ "$build" = unsealed ]; then check "unsealed/$name" "$@"; else refused "sealed/$name" "$@"; fi
}
changes() { echo x 2>/dev/null > /srv/ledger/f; }

mkdir -p /srv/ledger && echo original > /srv/ledger/f
install_editor
series=$(uname -r | cut -d. -f1-2)
case $(uname -r) in *-debug) series=debug ;; esac
load_unsealed() { insmod "$here/rampart-unsealed-$series.ko"; }
wait_policy() {
	for _ in $(seq 50); do [ "$(status version)" = 2 ] && return 0; sleep 0.2; done
	return 1
}
if [ "$build" = unsealed ]; then
	load_unsealed && { rampartd > /var/log/rampartd.log 2>&1 & } && wait_daemon
fi
check "$build/apply" apply 1 block off
refused "$build/enforced" changes

if [ "$build" = sealed ]; then
	# scripts/test boots the real build without bpf among the LSMs.
	refused sealed/no_bpf_lsm grep -q bpf /sys/kernel/security/lsm
	# Another tracer on our functions does not disturb us, and does not get between.
	t=/sys/kernel/tracing
	echo security_file_open > $t/set_ftrace_filter && echo function > $t/current_tracer
	refused sealed/function_tracer changes
	check sealed/function_tracer_sees grep -q security_file_open $t/trace
	echo nop > $t/current_tracer; echo > $t/set_ftrace_filter
	echo 'p:rp security_file_open' > $t/kprobe_events && echo 1 > $t/events/kprobes/rp/enable
	refused sealed/kprobe changes
	echo 0 > $t/events/kprobes/rp/enable; echo > $t/kprobe_events
fi
kill -STOP "$(status reader_pid)"
refused "$build/daemon_stopped" changes
kill -CONT "$(status reader_pid)"
kill -9 "$(status reader_pid)"
refused "$build/daemon_killed" changes
check "$build/daemon_back" start_daemon

# A captured load, sent past the daemon: the older policy is refused by the kernel.
cp /tmp/p.bundle /tmp/old.bundle
check "$build/apply_2" apply 2 block off
refused "$build/rollback" rampartctl policy apply /tmp/old.bundle

attack ftrace_disabled sh -c 'echo 0 > /proc/sys/kernel/ftrace_enabled && echo x > /srv/ledger/f'
echo 1 > /proc/sys/kernel/ftrace_enabled
attack rmmod sh -c 'rmmod rampart && echo x > /srv/ledger/f'
if [ "$build" = unsealed ]; then
	check unsealed/back load_unsealed
	check unsealed/back_enforced wait_policy
	refused unsealed/back_refused changes
fi
attack rmmod_force sh -c 'rmmod -f rampart && echo x > /srv/ledger/f'
if [ "$build" = unsealed ]; then
	end_daemon && rm /var/lib/rampart/*
	finish
fi
refused sealed/still_enforced changes

# Lockdown, as it can be set at run time. Kprobes and tracers are refused under the second.
lockdown() { echo "$1" > /sys/kernel/security/lockdown && grep -qF "[$1]" /sys/kernel/security/lockdown; }
check sealed/integrity lockdown integrity
refused sealed/integrity_enforced changes
check sealed/confidentiality lockdown confidentiality
refused sealed/confidentiality_enforced changes

# Rampart's own files: first without self-protection. What an attack did is undone, with the same inodes.
cp /etc/rampart/trust.pem /tmp/trust.pem
replace_daemon() { mv /usr/sbin/rampartd /usr/sbin/old && cp /bin/busybox /usr/sbin/rampartd; }
replace_daemon_undo() { mv /usr/sbin/old /usr/sbin/rampartd; }
edit_config() { echo x >> /etc/rampart/trust.pem; }
edit_config_undo() { cat /tmp/trust.pem > /etc/rampart/trust.pem; }
move_config() { mv /etc/rampart /etc/elsewhere; }
move_config_undo() { mv /etc/elsewhere /etc/rampart; }
remove_state() { cp -p /var/lib/rampart/policy.bundle /tmp/policy.bundle && rm /var/lib/rampart/policy.bundle; }
remove_state_undo() { cp -p /tmp/policy.bundle /var/lib/rampart/; }
edit_program() { cp /bin/busybox /usr/local/bin/editor; }
edit_program_undo() { cp "$here/editor" /usr/local/bin/editor; }
mount_over_state() { mount -t tmpfs none /var/lib/rampart; }
mount_over_state_undo() { umount /var/lib/rampart; }
file_attacks="replace_daemon edit_config move_config remove_state edit_program mount_over_state"
for a in $file_attacks; do
	check off/$a $a
	check off/${a}_undo ${a}_undo
done

# Self-protection.
check sealed/apply_3 apply 3 block block
check sealed/enforcing wait_enforcing
daemon=$(status reader_pid)
for sig in TERM KILL STOP; do attack "signal_$sig" kill -$sig "$daemon"; done
attack ptrace "$here/daemon" seize "$daemon"
for a in $file_attacks; do attack $a $a; done
check sealed/daemon_lives kill -0 "$daemon"

# The signed way out, and back.
check sealed/token token "$(status challenge)" /tmp/token
check sealed/token_of_another token 00112233445566778899aabbccddeeff /tmp/other
refused sealed/wrong_token rampartctl disarm /tmp/other
refused sealed/not_yet_disarmed changes
check sealed/disarm rampartctl disarm /tmp/token
check sealed/disarmed changes
check sealed/says_so test "$(status enforcing)" = false
refused sealed/token_used_up rampartctl disarm /tmp/token
end_daemon
check sealed/unload rmmod rampart
check sealed/unloaded changes
# Under lockdown only a signed module comes in. It is said what to do.
refused sealed/unsigned insmod /usr/lib/rampart/rampart.ko
doctor() { rampartctl doctor | grep -A 1 "^BAD *$1" | grep -q "$2"; }
check sealed/unsigned_said doctor 'module signing' 'Sign rampart.ko'
check sealed/absence_said doctor module 'modprobe rampart'
finish
