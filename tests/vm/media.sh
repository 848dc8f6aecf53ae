#!/bin/sh
# SPDX-License-Identifier: MIT
# What may be done with media. Each thing works without a policy, works and is reported in audit mode, and is refused in block mode.
here=$(dirname "$0")
. "$here/lib.sh"
. "$here/gadget.sh"

# A medium with a program, a script and a file on it, and an image of a file system with the program; of two parts, one for each half.
truncate -s 16M /var/tmp/medium && mke2fs -q -t ext4 /var/tmp/medium
mkdir -p /mnt/m /mnt/i
mount -o loop /var/tmp/medium /mnt/m && cp /usr/bin/dash /mnt/m/sh && printf '#!/bin/sh\necho ran\n' > /mnt/m/script && chmod 755 /mnt/m/script && echo x > /mnt/m/file
truncate -s 4M /mnt/m/image && mke2fs -q -t ext4 /mnt/m/image && mount -o loop /mnt/m/image /mnt/i && cp /usr/bin/dash /mnt/i/sh && umount /mnt/i
chmod 666 /mnt/m/file
umount /mnt/m
there() { test -b /dev/sda && "$here/disk" part /dev/sda 1 1048576 8388608; }
plugged() { plug && eventually bound 08 && eventually test -b /dev/sda && sleep 0.5; }
unplugged() { unplug && eventually gone_from_bus && eventually sh -c '! [ -b /dev/sda ]'; }
sg() { for sg in /sys/class/scsi_generic/*; do case $(readlink -f "$sg") in *dummy_hcd*) echo "/dev/${sg##*/}" ;; esac; done; }
bsg() { for bsg in /sys/class/bsg/*; do case $(readlink -f "$bsg") in *dummy_hcd*) echo "/dev/bsg/${bsg##*/}" ;; esac; done; }
table() { echo "0 $(cat /sys/block/sda/size) linear /dev/sda 0"; }
key=$(printf '%064d' 1)
# Each fails where what it is about is refused, and leaves nothing behind.
write_whole() { dd if=/dev/zero of=/dev/sda bs=512 seek=30000 count=1 conv=notrunc; }
write_part() { "$here/disk" part /dev/sda 1 1048576 8388608 && mdev -s 2> /dev/null; dd if=/dev/zero of=/dev/sda1 bs=512 seek=100 count=1 conv=notrunc; }
mount_writable() { mount -o rw /dev/sda /mnt/m && touch /mnt/m/x; e=$?; umount /mnt/m; return $e; }
remount() { mount -o ro /dev/sda /mnt/m && mount -o remount,rw /mnt/m; e=$?; umount /mnt/m; return $e; }
by_mapper() { dmsetup create over --table "$(table)"; e=$?; dmsetup remove over; return $e; }
by_crypt() { dmsetup create over --table "0 $(cat /sys/block/sda/size) crypt aes-xts-plain64 $key 0 /dev/sda 0"; e=$?; dmsetup remove over; return $e; }
by_loop() { l=$(losetup -f --show /dev/sda) && mount -o rw "$l" /mnt/m && touch /mnt/m/x; e=$?; umount /mnt/m; losetup -d "$l"; return $e; }
by_node() { mknod /var/tmp/node b 8 0; dd if=/dev/zero of=/var/tmp/node bs=512 seek=30000 count=1 conv=notrunc; e=$?; rm /var/tmp/node; return $e; }
by_command() { "$here/device" sg /dev/sda; }
by_sg() { "$here/device" sg "$(sg)"; }
by_bsg() { "$here/device" bsg "$(bsg)"; }
by_usbfs() { "$here/device" usbfs "$(node)"; e=$?; interface_of 08 > /sys/bus/usb/drivers_probe; eventually test -b /dev/sda; sleep 0.5; return $e; }
on_medium() { mount -o ro /dev/sda /mnt/m || return; "$@"; e=$?; umount /mnt/m; return $e; }
run_it() { on_medium /mnt/m/sh -c true; }
run_script() { on_medium /mnt/m/script; }
by_linker() { on_medium /lib64/ld-linux-x86-64.so.2 /mnt/m/sh -c true; }
by_bind() { on_medium sh -c 'mount --bind /mnt/m /mnt/i; /mnt/i/sh -c true; e=$?; umount /mnt/i; exit $e'; }
by_image() { on_medium sh -c 'mount -o ro,loop /mnt/m/image /mnt/i; /mnt/i/sh -c true; e=$?; umount /mnt/i; exit $e'; }
by_mapped() { dmsetup create over --readonly --table "$(table)" && dmsetup mknodes && mount -o ro /dev/mapper/over /mnt/m && /mnt/m/sh -c true; e=$?; umount /mnt/m; dmsetup remove over; return $e; }
by_descriptor() { on_medium sh -c 'exec 3< /mnt/m/sh; /proc/self/fd/3 -c true'; }
by_overlay() { on_medium sh -c 'mkdir -p /var/tmp/u /var/tmp/w && mount -t overlay -o lowerdir=/mnt/m,upperdir=/var/tmp/u,workdir=/var/tmp/w o /mnt/i && /mnt/i/sh -c true; e=$?; umount /mnt/i; exit $e'; }
by_map() { on_medium "$here/device" map /mnt/m/sh; }
by_protect() { on_medium "$here/device" protect /mnt/m/sh; }
writes="write_whole write_part mount_writable remount by_mapper by_crypt by_loop by_node by_command by_sg by_bsg by_usbfs"
runs="run_it run_script by_linker by_bind by_image by_mapped by_descriptor by_overlay by_map by_protect"
needed overlay

can_crypt() { dmsetup targets | grep -q ^crypt; }
has_sg() { test "$(sg)"; }
# needs WHAT WAY: it is left out where that is not so.
needs() { "$1" || { skip "ways/$2" "this kernel is built without"; writes=$(echo "$writes" | sed "s/ $2//"); }; }
gadget 001A92FF storage
check without/plug plugged
needs can_crypt by_crypt
needs has_sg by_sg
for way in $writes $runs; do check "without/$way" $way; done
check without/unplug unplugged
read_only="    - {id: sticks-read-only, include: [sticks], entries: [{deny: [write, execute], notify: true}, {audit_allowed: [read]}]}"
in_force audit audit "$read_only"
check audit/plug plugged
for way in $writes $runs; do check "audit/$way" $way; done
check audit/told eventually told '"outcome": "audited".*sticks-read-only'
check audit/unplug unplugged
in_force block block "$read_only"
check block/plug plugged
for way in $writes $runs; do refused "block/$way" $way; done
check block/told_write eventually told '"op": "write".*sticks-read-only'
# Where it is on the medium.
check block/told_program eventually told '"op": "exec".*sticks-read-only.*"path": "/sh"'
check block/told_script eventually told '"op": "exec".*sticks-read-only.*"path": "/script"'
check block/told_reading eventually told '"outcome": "allowed".*sticks-read-only'
check block/read dd if=/dev/sda of=/dev/null bs=4096 count=1
check block/mount on_medium cat /mnt/m/file
check block/falls_back sh -c 'mount /dev/sda /mnt/m && grep "/mnt/m ext4 ro" /proc/mounts; e=$?; umount /mnt/m; exit $e'
check block/unplug unplugged

# What is there, and mounted, when the policy comes.
in_force present off "$read_only"
check present/plug plugged
check present/mount mount /dev/sda /mnt/m
in_force present block "$read_only"
refused present/write touch /mnt/m/y
refused present/run /mnt/m/sh -c true
check present/read cat /mnt/m/file
umount /mnt/m

# By user, and by time.
in_force user block "    - {id: by-root, include: [sticks], entries: [{allow: [file_read, file_write], user: root}, {deny: [file_read, file_write]}]}"
check user/mount mount /dev/sda /mnt/m
check user/root_reads cat /mnt/m/file
check user/root_writes touch /mnt/m/z
refused user/reads as_user cat /mnt/m/file
refused user/writes as_user sh -c 'echo > /mnt/m/file'
check user/told eventually told '"op": "read".*by-root.*"path": "/file"'
umount /mnt/m
now=$(date -u +%H) today=$(date -u +%A | tr A-Z a-z)
if [ "$now" -lt 12 ]; then other=12:00-24:00; else other=00:00-12:00; fi
if [ "$now" -lt 12 ]; then this=00:00-12:00; else this=12:00-24:00; fi
in_force hours block "    - {id: not-now, include: [sticks], entries: [{deny: [read], hours: \"$this\", days: $today}]}"
refused hours/this dd if=/dev/sda of=/dev/null bs=512 count=1
in_force hours block "    - {id: not-now, include: [sticks], entries: [{deny: [read], hours: \"$other\", days: $today}]}"
check hours/other dd if=/dev/sda of=/dev/null bs=512 count=1

# What was copied to it, by whom.
in_force copies block "    - {id: copies, include: [sticks], entries: [{audit_allowed: [file_write]}]}"
check copies/mount mount /dev/sda /mnt/m
check copies/copy cp /etc/passwd /mnt/m/passwd
check copies/told eventually told '"outcome": "allowed".*"exe": "[^"]*".*"path": "/passwd".*001A92FF'
umount /mnt/m

# Only what is encrypted may be written to.
in_force luks block "    - {id: only-encrypted, include: [plain], entries: [{deny: [write]}]}"
refused luks/plain write_whole
in_force luks off "$read_only"
check luks/format sh -c "printf 'LUKS\272\276' | dd of=/dev/sda conv=notrunc && sync"
in_force luks block "    - {id: only-encrypted, include: [plain], entries: [{deny: [write]}]}"
check luks/raw write_whole
! can_crypt || check luks/crypt by_crypt
# The same words in front of a file system make nothing encrypted.
check luks/mount mount -t ext4 /dev/sda /mnt/m
refused luks/direct touch /mnt/m/w
umount /mnt/m
in_force luks off "$read_only"
check luks/erase sh -c 'dd if=/dev/zero of=/dev/sda bs=6 count=1 conv=notrunc && sync'
in_force luks block "    - {id: only-encrypted, include: [plain], entries: [{deny: [write]}]}"
refused luks/again write_whole
check luks/unplug unplugged
no_gadget

# An optical disc, which nobody may read.
if [ -d /sys/bus/scsi/drivers/sr ]; then
	in_force disc off "$read_only"
	gadget CD1 cd
	plug
	check disc/without eventually dd if=/dev/sr0 of=/dev/null bs=2048 count=1
	in_force disc block "    - {id: no-discs, include: [sticks], entries: [{deny: [read]}]}"
	refused disc/read dd if=/dev/sr0 of=/dev/null bs=2048 count=1
	refused disc/mount mount -o ro /dev/sr0 /mnt/m
	check disc/told eventually told no-discs
	no_gadget
else
	skip disc "this kernel is built without"
fi

# A printer.
in_force print off "$read_only"
if gadget PR1 printer; then
	plug
	check print/plug eventually bound 07
	cat /dev/g_printer0 > /var/tmp/printed &
	printed=$!
	page() { timeout 5 sh -c 'echo page > /dev/usb/lp0'; }
	check print/without eventually page
	in_force print block "    - {id: no-printing, include: [printers], entries: [{deny: [print]}]}"
	check print/bound bound 07
	refused print/refused page
	check print/told eventually told '"op": "print".*no-printing'
	kill $printed
else
	skip print "this kernel has no such gadget"
fi
no_gadget
in_force off off "$read_only"
finish
