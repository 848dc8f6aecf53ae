#!/bin/sh
# SPDX-License-Identifier: MIT
# Disks in use, in a guest: a file is changed past its file system, by the whole disk, a part of it and what is stacked on it,
# with no policy and in audit mode, and in block mode it is not.
#
#	/dev/vdb		a file system on a whole disk	/mnt/work
#	loop p1			on a part of a disk		/mnt/part
#	loop - dm "stacked"	on a stacked device		/mnt/stacked
#	scsi_debug		on a SCSI disk			/mnt/scsi
here=$(dirname "$0")
. "$here/lib.sh"
ways="write direct mapping node reopening path_only zeroing"
mib=1048576
install_editor
cp "$here/disk" /usr/local/bin/disk

# loop_of FILE MIB [OPTION]: a loop device over a new file.
loop_of() {
	truncate -s "$2M" "$1" && losetup -f --show ${3:+"$3"} "$1"
}
# on_file_system DEVICE FOLDER: a new one, mounted.
on_file_system() { mkdir -p "$2" && mke2fs -q -t ext4 -b 4096 "$1" && mount -t ext4 "$1" "$2"; }

modprobe loop && modprobe dm_mod || not_ok modules "not all of them could be loaded"
parted=$(loop_of /var/tmp/parted 24 -P)
"$here/disk" part "$parted" 1 $mib $((8 * mib)) && "$here/disk" part "$parted" 2 $((10 * mib)) $((8 * mib)) || not_ok parts "none"
under=$(loop_of /var/tmp/under 16)
dmsetup create stacked --table "0 16384 linear $under 2048" && dmsetup mknodes
# The kernels that are built for tests have no SCSI disks.
scsi=
case $(uname -r) in
*-rampart-*) ;;
*)
	modprobe sd_mod && modprobe scsi_debug dev_size_mb=16
	for _ in $(seq 50); do scsi=$(ls /sys/bus/pseudo/drivers/scsi_debug/adapter0/host*/target*/*/block) && break; sleep 0.1; done
	check set_up/scsi on_file_system "/dev/$scsi" /mnt/scsi
	;;
esac
check set_up/part on_file_system "${parted}p1" /mnt/part
check set_up/stacked on_file_system /dev/mapper/stacked /mnt/stacked

# attack NAME EXPECTED FOLDER DEVICE BASE WAY...: each way; what has become of the file.
attack() {
	name=$1 expected=$2 folder=$3 on=$4 base=$5
	shift 5
	"$here/disk" prepare "$folder" "$@" || not_ok "$name/prepare" "$folder"
	"$here/disk" run "$folder" "$on" "$base" "$@" > /tmp/results
	for way; do
		r=$(grep "^$way " /tmp/results)
		case "$expected:$r" in
		"changed:$way changed" | "unchanged:$way unchanged EPERM") ok "$name/$way" ;;
		*) not_ok "$name/$way" "not $expected: $r" ;;
		esac
	done
}
# attack_all PHASE EXPECTED
attack_all() {
	# shellcheck disable=SC2086 # several words
	{
		attack "$1/whole" "$2" /mnt/work /dev/vdb 0 $ways new_part
		attack "$1/part" "$2" /mnt/part "${parted}p1" 0 $ways
		attack "$1/whole_of_part" "$2" /mnt/part "$parted" $mib $ways
		attack "$1/stacked" "$2" /mnt/stacked /dev/mapper/stacked 0 $ways
		attack "$1/under_stacked" "$2" /mnt/stacked "$under" $mib $ways
		[ -z "$scsi" ] || attack "$1/scsi" "$2" /mnt/scsi "/dev/$scsi" 0 $ways command
	}
}
# reported PHASE OUTCOME: an event of each way on each device.
reported() {
	settled
	rampartctl events --json --limit 1000 > /tmp/events.json
	for on in vdb "${parted##*/}p1" "${parted##*/}" "${under##*/}" $scsi; do
		n=$(jq --arg o "$2" --arg path "/dev/$on" '[.[] | select(.outcome == $o and .rule == "disks" and .op == "write" and
			.path == $path and .exe == "/mnt/share/disk") | .count] | add' /tmp/events.json)
		[ "$n" -ge 6 ] 2> /dev/null && ok "$1/reported/$on" || not_ok "$1/reported/$on" "$n events"
	done
	for path in /dev/vdb7 /var/tmp/disk-node; do
		check "$1/reported/$path" jq -e --arg o "$2" --arg path $path 'any(.[]; .outcome == $o and .path == $path)' /tmp/events.json
	done
}
# phase NAME VERSION MODE EXPECTED [OUTCOME]
phase() {
	check "$1/apply" disks "$2" "$3"
	check "$1/enforcing" wait_enforcing
	attack_all "$1" "$4"
	[ -z "${5-}" ] || reported "$1" "$5"
}
# disks VERSION MODE: a policy that allows the editor, and a copy of what attacks.
disks() {
	policy "$1" "$2" off | sed 's|^    - {exe: /usr/local/bin/editor}|&\n    - {exe: /usr/local/bin/disk}|' | apply_yaml
}
changes() { sh -c "echo x >> $1"; }

attack_all no_policy changed
mkdir -p /srv/ledger && echo original > /srv/ledger/f
phase audit 1 audit changed audited
check audit/status test "$(rampartctl status --json | jq -r .modes.disks)" = audit
phase block 2 block unchanged blocked
refused block/folders changes /srv/ledger/f
/usr/local/bin/disk prepare /mnt/part write
check block/allowed sh -c "/usr/local/bin/disk run /mnt/part ${parted}p1 0 write | grep -q 'write changed'"
check block/why sh -c 'rampartctl why $(rampartctl events --json | jq "[.[] | select(.rule == \"disks\")][0].id") | grep -q "a disk that is in use"'

# What is not in use is nobody's: another part of the same disk, and file systems as they are made, checked and mounted.
check block/other_part dd if=/dev/zero "of=${parted}p2" bs=4096 count=1 conv=fsync
free=$(loop_of /var/tmp/free 16)
check block/mkfs mke2fs -q -t ext4 -F "$free"
check block/fsck e2fsck -f -p "$free"
check block/mount mount -t ext4 "$free" /srv
refused block/mounted_since dd if=/dev/zero "of=$free" bs=4096 count=1
check block/fsck_mounted e2fsck -n "$free"
check block/umount umount /srv
check block/mkfs_again mke2fs -q -t ext4 -F "$free"
check block/loop_ends losetup -d "$free"
check block/reading dd if=/dev/vdb of=/dev/null bs=4096 count=1

phase disk_only 3 block-disk-only unchanged blocked
check disk_only/folders changes /srv/ledger/f
check disk_only/status test "$(rampartctl status --json | jq -r '.modes.folders + .modes.disks')" = offblock
phase audit_disk_only 4 audit-disk-only changed audited
check audit_disk_only/folders changes /srv/ledger/f

# A warning can be granted.
check warn/apply disks 5 warn
check warn/enforcing wait_enforcing
attack warn unchanged /mnt/part "${parted}p1" 0 write
settled
check warn/grant sh -c 'rampartctl grant $(rampartctl events --limit 1 --json | jq .[0].id)'
attack warn/granted changed /mnt/part "${parted}p1" 0 write

check off/apply disks 6 off
umount /mnt/part /mnt/stacked ${scsi:+/mnt/scsi}
dmsetup remove stacked
losetup -D
rm -f /var/tmp/parted /var/tmp/under /var/tmp/free
finish
