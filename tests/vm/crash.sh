#!/bin/sh
# SPDX-License-Identifier: MIT
# The daemon's folder on a disk whose power is cut at each write and each flush while policies come into force: what is found is the
# old policy or the new one, whole, and no floor below a version that was said to be in force. Then on a disk that is full, that
# is read-only, that fails, and whose calls fail one after the other.
here=$(dirname "$0")
. "$here/lib.sh"
state=/var/lib/rampart
work=/tmp/crash
log=/var/log/rampartd.log
# Nobody else makes the nodes of the devices.
export DM_DISABLE_UDEV=1
changes() { echo x 2> /dev/null >> /srv/ledger/f; }
# kernel FIELD: of the kernel's status, past the daemon. disk: BUNDLE STAGED FLOOR.
kernel() { "$here/rawnl" status | tr ' ' '\n' | sed -n "s/^$1=//p"; }
disk() { "$here/cut" show $state 2> /dev/null | awk '{ print $1, $2, $3 }'; }
down() {
	killall -9 rampartd 2> /dev/null
	while pidof rampartd > /dev/null; do sleep 0.05; done
}
up() {
	rampartd >> $log 2>&1 < /dev/null &
	wait_daemon
}
# new_kernel: one that knows of no policy, as after a boot, without a daemon.
new_kernel() {
	pidof rampartd > /dev/null || up
	token "$(status challenge)" /tmp/token && rampartctl disarm /tmp/token > /dev/null && down && rmmod rampart &&
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
# applied VERSION MODE: from here on no cut may bring an older one back.
applied() {
	check "log/apply_$1" apply "$1" "$2" off
	check "log/mark_$1" dmsetup message log 0 mark $((version_before + $1))
}

# --- a disk that is told of ---
mkdir -p $work/at /srv/ledger && echo original > /srv/ledger/f
version_before=${version_before:-0}
check log/modules modprobe -a loop dm-log-writes dm-flakey
truncate -s 8M $work/disk $work/cut
truncate -s 64M $work/log
mke2fs -q -t ext4 -b 1024 -J size=1 -E lazy_itable_init=0,lazy_journal_init=0 $work/disk
cp $work/disk $work/empty
check log/loops sh -c "losetup /dev/loop0 $work/disk && losetup /dev/loop1 $work/log && losetup /dev/loop2 $work/cut"
check log/device dmsetup create log --table '0 16384 log-writes /dev/loop0 /dev/loop1'
down
# ext4 would sync by itself what is renamed over something.
check log/mount mount -o noauto_da_alloc /dev/mapper/log $state
check log/daemon up
applied 1 block
check log/enforcing wait_enforcing
for i in $(seq 20); do changes; done
check log/settled settled
end_daemon
check log/daemon_again up
applied 2 block
end_daemon
check log/umount umount $state
check log/close dmsetup remove log

# --- the cuts ---
check cuts/read sh -c "$here/cut walk $work/log $work/empty $work/cut /dev/loop2 $work/at > $work/cuts"
cat > $work/judge << 'END'
{
	old = $3 ? $3 : "-"
	new = $3 ? $3 + 1 : before + 1
	kinds[$2]++
	if ($4 == old) olds[$3]++
	else if ($4 == new && new <= before + 2) news[$3]++
	else bad("neither the old policy nor the new one")
	if ($5 != "-" && $5 != new) bad("what was staged is not the new one")
	if ($5 != "-") staged++
	if ($6 < ($3 ? $3 : before)) bad("a lower floor")
	if ($6 > ($4 == "-" ? before : $4)) bad("a floor above the policy")
	if ($7 < time) bad("an earlier time")
	if ($8 == "bad") bad("a damaged database")
	if ($2 == "mark") time = $7
}
function bad(what) { if (bads++ < 5) print what ": " $0 }
END {
	print kinds["write"] " writes, " kinds["flush"] " flushes, " kinds["without"] " writes left out, " staged " times staged"
	for (promise = before; promise <= before + 2; promise++)
		if (promise > before + 1 ? !olds[promise] : promise && !(olds[promise] && news[promise]))
			bad("not both were seen after " promise)
	exit bads > 0 || kinds["flush"] < 20 || kinds["without"] < 20 || !staged
}
END
check cuts/all awk -v before="$version_before" -f $work/judge $work/cuts
echo "# $out"
# The daemon itself, and a kernel that has just booted, for each thing that may be found while one policy follows another.
awk -v promised=$((version_before + 1)) '$3 == promised && $2 != "without" && !seen[$4 " " $5 " " $6]++ { print $1, $4, $6 }' \
	$work/cuts > $work/shapes
while read -r n bundle floor; do
	check boot_$n/kernel new_kernel
	umount $state 2> /dev/null
	check boot_$n/cut "$here/cut" at "$n" $work/log $work/empty $work/cut
	check boot_$n/mount mount /dev/loop2 $state
	check boot_$n/daemon up
	echo "# entry $n: policy $bundle, floor $floor"
	in_force boot_$n "$bundle"
done < $work/shapes
check boot/shapes test "$(wc -l < $work/shapes)" -ge 3
finish
