#!/bin/sh
# SPDX-License-Identifier: MIT
# Attacks on the running daemon by root. Without self-protection they succeed, and change no verdict; with it they fail.
here=$(dirname "$0")
. "$here/lib.sh"
group=/sys/fs/cgroup/outer
changes() { echo x 2> /dev/null >> /srv/ledger/f; }
daemon() { status reader_pid; }
attack() { timeout 20 "$here/daemon" "$1" "$pid"; }
lives() { [ "$(cat "/proc/$1/comm" 2> /dev/null)" = rampartd ] && ! grep -q '^State:.*[TZ] (' "/proc/$1/status"; }
frozen() { grep -q '^frozen 1' "$1/cgroup.events"; }
# up: a new daemon, in a group two levels down and in a session of its own.
up() {
	sh -c "echo \$\$ > $group/inner/cgroup.procs; exec setsid rampartd" >> /var/log/rampartd.log 2>&1 < /dev/null &
	wait_daemon
}
# restart: ends what is left of the daemon.
restart() {
	for pid in $(pidof rampartd); do
		kill -9 "$pid"
		while kill -0 "$pid" 2> /dev/null; do sleep 0.05; done
	done
	up
}

check apply_off apply 1 off off
mkdir -p /srv/ledger $group/inner && echo original > /srv/ledger/f
install_editor
check apply_on apply 2 block off
check restart restart
before=$(status blocked)
pid=$(daemon)
n=0
for name in tkill sigqueue pidfd group owner own_answer cpu_limit group_kill; do
	check off/$name attack $name
	refused off/$name/verdict changes
	restart || not_ok off/$name/restart "$(tail -n 3 /var/log/rampartd.log)"
	pid=$(daemon)
	n=$((n + 1))
done
for name in seize vm_writev mem getfd idle affinity; do check off/$name attack $name; done
check off/freeze attack freeze
sleep 0.5
check off/frozen frozen $group/inner
refused off/freeze/verdict changes
check off/thaw attack thaw
check off/freeze_outer sh -c "echo 1 > $group/cgroup.freeze"
refused off/freeze_outer/verdict changes
echo 0 > $group/cgroup.freeze
check off/move attack move
sleep 0.5
check off/moved frozen /sys/fs/cgroup/frozen
refused off/move/verdict changes
echo 0 > /sys/fs/cgroup/frozen/cgroup.freeze
echo "$pid" > $group/inner/cgroup.procs
check off/same_daemon test "$(daemon)" = "$pid"
check off/settled settled
# Of each block there is an event: none was lost with a daemon that was killed or frozen.
check off/blocks test "$(status blocked)" = $((before + n + 3))
check off/events test "$(rampartctl events --limit 1000 | grep -c ' blocked .*/srv/ledger/f')" = $((n + 3))

check apply_block apply 3 block block
check enforcing wait_enforcing
for name in tkill sigqueue pidfd group owner own_answer cpu_limit group_kill seize vm_writev mem getfd idle affinity freeze move; do
	refused block/$name attack $name
	refused block/$name/verdict changes
	check block/$name/daemon_lives lives "$pid"
done
refused block/freeze_outer sh -c "echo 1 > $group/cgroup.freeze"
refused block/kill_outer sh -c "echo 1 > $group/cgroup.kill"
check block/not_frozen test "$(cat $group/cgroup.freeze $group/inner/cgroup.freeze | tr -d '\n')" = 00
check block/reported sh -c 'rampartctl events --limit 1000 | grep -q "blocked  *sched .*/daemon\["'
# Other groups are nobody's business.
mkdir /sys/fs/cgroup/other && sleep 1000 &
check other/move sh -c "echo $! > /sys/fs/cgroup/other/cgroup.procs"
check other/freeze sh -c 'echo 1 > /sys/fs/cgroup/other/cgroup.freeze'
check other/kill sh -c 'echo 1 > /sys/fs/cgroup/other/cgroup.kill'
check enforcing_still wait_enforcing
finish
