#!/bin/sh
# SPDX-License-Identifier: MIT
# At the end of a guest: its kernel has reported no warning, no bad access, no lock taken in the wrong order and, where it can
# tell, no leak.
here=$(dirname "$0")
. "$here/lib.sh"
leaks=/sys/kernel/debug/kmemleak

words='WARNING|BUG|KASAN|UBSAN|Oops|general protection|refcount_t|suspicious RCU|locking dependency|lock state|INFO: task|stuck'
refused reports/kernel sh -c "dmesg | grep -E '$words'"
# What is younger than five seconds does not count yet; a kernel that is locked down tells nobody.
if [ -e $leaks ] && sleep 6 && { echo scan > $leaks; } 2> /dev/null; then
	sleep 6
	echo scan > $leaks
	# The kernel itself loses the name of a slab cache that it has no memory for in sysfs, and a request of each gadget that is a keyboard.
	check reports/leaks awk 'BEGIN { RS = "unreferenced object" } NR > 1 && !/sysfs_slab_add/ && !(/dummy_alloc_request/ && /hidg_bind/) { print; bad = 1 } END { exit bad }' $leaks
fi
finish
