# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Sourced by the suites that put the daemon's folder on a disk of its own.
state=/var/lib/rampart
work=/tmp/store
log=/var/log/rampartd.log
# Nobody else makes the nodes of the devices.
export DM_DISABLE_UDEV=1
changes() { echo x 2> /dev/null >> /srv/ledger/f; }
# disk: BUNDLE STAGED FLOOR.
disk() { "$here/cut" show $state 2> /dev/null | awk '{ print $1, $2, $3 }'; }
# new_kernel: one that knows of no policy, as after a boot, without a daemon.
new_kernel() {
	pidof rampartd > /dev/null || start_daemon
	token "$(status challenge)" /tmp/token && rampartctl disarm /tmp/token > /dev/null && kill_daemon && rmmod rampart &&
		insmod /usr/lib/rampart/rampart.ko
}
# is NAME VALUE COMMAND...: passes when it prints VALUE.
is() {
	name=$1 value=$2
	shift 2
	out=$("$@" 2>&1)
	[ "$out" = "$value" ] && ok "$name" || not_ok "$name" "$out instead of $value"
}
# in_force NAME VERSION: in the kernel and on the disk, which has no more than that.
in_force() {
	check "$1/enforcing" wait_enforcing
	is "$1/kernel" "$2 $2" sh -c "echo $(kernel version) $(kernel floor_version)"
	is "$1/disk" "$2 - $2" disk
	is "$1/files" "events.db floor policy.bundle " sh -c "ls $state | grep -v -e -shm -e -wal -e lost -e fill | tr '\n' ' '"
}
# make_disk: 4 MiB, as a loop.
make_disk() {
	mkdir -p $work/at && truncate -s 4M $work/disk &&
		mke2fs -q -t ext4 -b 1024 -J size=1 -E lazy_itable_init=0,lazy_journal_init=0 $work/disk &&
		modprobe -a loop dm-log-writes dm-flakey && losetup /dev/loop0 $work/disk
}
