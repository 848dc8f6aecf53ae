#!/bin/sh
# SPDX-License-Identifier: MIT
# The demonstration, inside a guest. Every step checks what it claims; the exit status is 0 only if all did.
here=$(dirname "$0")
. "$here/lib.sh"
docs=/home/user/Documents
say() { echo; echo "== $*"; }
encrypted() { [ "$(find $docs -name '*.locked' | wc -l)" -eq 5 ]; }
untouched() { [ "$(cat $docs/report-*.txt | grep -c 'quarterly figures')" -eq 5 ]; }
fresh_documents() {
	rm -rf "${docs:?}"/*
	for i in 1 2 3 4 5; do echo "quarterly figures $i" > $docs/report-$i.txt; done
	chown -R user $docs
}
locker() { as_user "$here/locker" $docs; }
edit() { as_user /usr/local/bin/editor $docs/letter.txt "$1" && grep -q "$1" $docs/letter.txt; }

install_editor
mkdir -p $docs && chown user /home/user $docs

say "A guest with the unmodified kernel $(uname -r). Rampart is loaded; the policy key is not root's."
say "Audit: the policy only reports"
fresh_documents
check "the signed policy is accepted" apply 1 audit off
check "Rampart says that it enforces" wait_enforcing
locker
check "the attack works: the documents are encrypted" encrypted
check "an allowed editor saves" edit "first letter"
sleep 1
rampartctl events | tail -n 4
audited=$(status audited)
check "it was reported ($audited operations)" test "$audited" -ge 5

fresh_documents
say "Block: the same policy, in force"
cp /tmp/p.bundle /tmp/old.bundle
check "the signed policy is accepted" apply 2 block block
check "Rampart says that it enforces" wait_enforcing
locker
check "the attack gets nowhere: the documents are as they were" untouched
check "the allowed editor saves all the while" edit "second letter"
sleep 1
rampartctl events | tail -n 4
check "the blocks were reported" test "$(status blocked)" -ge 5

say "Root tries to switch it off"
refused "rmmod -f" rmmod -f rampart
refused "sysctl kernel.ftrace_enabled=0" sh -c 'echo 0 > /proc/sys/kernel/ftrace_enabled'
refused "kill -9 the daemon" kill -9 "$(status reader_pid)"
refused "replace the allowed editor" cp /bin/busybox /usr/local/bin/editor
refused "an older policy" rampartctl policy apply /tmp/old.bundle
locker
check "still enforced" untouched

say "Devices: a stick that is also a keyboard (BadUSB), of the kernel's own gadgets"
. "$here/gadget.sh"
needed atkbd
truncate -s 16M /var/tmp/medium && mke2fs -q -t ext4 /var/tmp/medium
mkdir -p /mnt/stick && mount -o loop /var/tmp/medium /mnt/stick && cp /usr/bin/dash /mnt/stick/tool && echo "from outside" > /mnt/stick/offer && umount /mnt/stick
gadget 001A92FF storage keyboard
write_to_it() { mount -o rw /dev/sda /mnt/stick && touch /mnt/stick/loot; e=$?; umount /mnt/stick; return $e; }
plug
check "without a policy about devices it types" eventually bound 03
check "and is written to" eventually write_to_it
unplug
eventually gone_from_bus
device_rules="    - {id: no-more-keyboards, include: [more-keyboards], entries: [{deny: [attach]}]}
    - {id: sticks-read-only, include: [sticks], entries: [{deny: [write, execute]}, {audit_allowed: [read]}]}"
with_devices() { policy 3 block block; device_policy block "$device_rules" | sed 1,4d; }
with_devices > /tmp/d.yaml
check "the signed policy is accepted" apply_yaml < /tmp/d.yaml
check "Rampart says that it enforces" wait_enforcing
plug
check "plugged in again, it is a stick" eventually bound 08
check "and no keyboard" unbound 03
check "what is on it is read" eventually sh -c 'mount -o ro /dev/sda /mnt/stick && cat /mnt/stick/offer'
refused "but not run" /mnt/stick/tool -c true
umount /mnt/stick
refused "nor is it written to" write_to_it
sleep 1
rampartctl events --limit 30 | grep 001A92FF > /tmp/trail
grep -E "attach|exec|write" /tmp/trail | tail -n 4
check "each was reported, and so was the reading" sh -c 'for e in "blocked +attach" "blocked +exec" "blocked +write" "allowed +read"; do grep -qE "$e" /tmp/trail || exit; done'
rampartctl device list
no_gadget
say "Summary"
rampartctl status | head -n 6
finish
