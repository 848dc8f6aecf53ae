#!/bin/sh
# SPDX-License-Identifier: MIT
# The daemon's folder on a disk whose power is cut at each write and each flush while policies come into force: what is found is
# the old policy or the new one, whole, and no floor below a version that was said to be in force.
here=$(dirname "$0")
. "$here/lib.sh"
. "$here/store.sh"
# applied VERSION MODE: from here on no cut may bring an older one back.
applied() {
	check "log/apply_$1" apply "$1" "$2" off
	check "log/mark_$1" dmsetup message log 0 mark $((version_before + $1))
}

# --- a disk that is told of ---
mkdir -p /srv/ledger && echo original > /srv/ledger/f
check log/disk make_disk
cp $work/disk $work/empty
truncate -s 4M $work/cut
truncate -s 64M $work/log
check log/loops sh -c "losetup /dev/loop1 $work/log && losetup /dev/loop2 $work/cut"
check log/device dmsetup create log --table '0 8192 log-writes /dev/loop0 /dev/loop1'
kill_daemon
# ext4 would sync by itself what is renamed over something.
check log/mount mount -o noauto_da_alloc /dev/mapper/log $state
check log/daemon start_daemon
applied 1 block
check log/enforcing wait_enforcing
for i in $(seq 20); do changes; done
check log/settled settled
end_daemon
check log/daemon_again start_daemon
applied 2 block
end_daemon
check log/umount umount $state
check log/close dmsetup remove log

# --- the cuts ---
# Mounting and unmounting mostly wait for RCU.
echo 1 > /sys/kernel/rcu_expedited
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
# The daemon itself, and a kernel that has just booted, for each thing that may be found half-way between two policies.
awk -v promised=$((version_before + 1)) '$3 == promised && $2 != "without" && !($5 == "-" && $4 == $6) &&
	!seen[$4 " " $5 " " $6]++ { print $1, $4, $5, $6 }' $work/cuts > $work/shapes
while read -r n bundle staged floor; do
	check boot_$n/kernel new_kernel
	umount $state 2> /dev/null
	check boot_$n/cut "$here/cut" at "$n" $work/log $work/empty $work/cut
	check boot_$n/mount mount /dev/loop2 $state
	check boot_$n/daemon start_daemon
	echo "# entry $n: policy $bundle, staged $staged, floor $floor"
	in_force boot_$n "$bundle"
done < $work/shapes
check boot/shapes test "$(wc -l < $work/shapes)" -ge 2
finish
