#!/bin/sh
# SPDX-License-Identifier: MIT
# The tests of the core inside this kernel. insmod waits for all of them, which is minutes, and no task that hangs.
here=$(dirname "$0")
echo 1800 > /proc/sys/kernel/hung_task_timeout_secs
insmod "$here/rampart-kunit.ko"
dmesg | awk -f "$here/ktap"
