#!/bin/sh
# SPDX-License-Identifier: MIT
# The daemon's folder on a disk whose power is cut at each write and each flush while policies come into force: what is found is the
# old policy or the new one, whole, and no floor below a version that was said to be in force.
here=$(dirname "$0")
. "$here/lib.sh"
state=/var/lib/rampart
work=/tmp/crash
changes() { echo x 2> /dev/null >> /srv/ledger/f; }
gone() { while pidof rampartd > /dev/null; do sleep 0.05; done; }
up() {
	rampartd >> /var/log/rampartd.log 2>&1 < /dev/null &
	wait_daemon
}
# Nobody else makes the nodes of the devices.
export DM_DISABLE_UDEV=1
# in_force_for_good VERSION MODE: from here on no cut may bring an older one back.
in_force_for_good() {
	check walk/apply_$1 apply "$1" "$2" off
	check walk/mark_$1 dmsetup message log 0 mark $((version_before + $1))
}

# --- a disk that is told of ---
mkdir -p $work/at /srv/ledger && echo original > /srv/ledger/f
version_before=${version_before:-0}
check disk/modules modprobe -a loop dm-log-writes dm-flakey
truncate -s 8M $work/disk $work/cut
truncate -s 128M $work/log
mke2fs -q -t ext4 -b 1024 -J size=1 -E lazy_itable_init=0,lazy_journal_init=0 $work/disk
cp $work/disk $work/empty
check disk/loops sh -c "losetup /dev/loop0 $work/disk && losetup /dev/loop1 $work/log && losetup /dev/loop2 $work/cut"
check disk/log dmsetup create log --table '0 16384 log-writes /dev/loop0 /dev/loop1'
killall -9 rampartd
gone
# ext4 would sync by itself what is renamed over something.
check disk/mount mount -o noauto_da_alloc /dev/mapper/log $state
check daemon up
in_force_for_good 1 block
check enforcing wait_enforcing
for i in $(seq 20); do changes; done
check settled settled
in_force_for_good 2 audit
end_daemon
check daemon/again up
in_force_for_good 3 block
end_daemon
check disk/umount umount $state
check disk/close dmsetup remove log

# --- the cuts ---
date +%s.%N
check walk/all sh -c "$here/cut walk $work/log $work/empty $work/cut /dev/loop2 $work/at > $work/cuts"
date +%s.%N
cp $work/cuts /tmp/; sed 's/^/# /' $work/cuts
finish
