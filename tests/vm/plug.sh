#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: plug.sh [PART]...
# Devices that are plugged in, in a guest of scripts/vm --usb: those that QEMU has, on a controller as real machines have it.
here=$(dirname "$0")
. "$here/lib.sh"
. "$here/monitor.sh"

modules="xhci_pci usb_storage uas sd_mod sr_mod sg usbhid hid_generic evdev mousedev wacom cdc_ether rndis_host snd_usb_audio ftdi_sio
	sdhci_pci mmc_block ext4 loop"
for module in $modules; do modprobe -q "$module"; done
monitor_open || { not_ok monitor "there is none"; finish; }
devices=/sys/bus/usb/devices
mkdir -p /mnt/m

# All of them at once, each in a port of its own: its name, its port, and the family that a policy knows it by.
kinds="stick:1:removable_media uas:2:removable_media cd:3:removable_media keyboard:4:keyboard mouse:5:mouse tablet:6:hid portable:7:portable
	sound:8:audio network:9:network reader:10:smart_card serial:11:other hub:12:hub"
families="removable_media keyboard mouse hid portable audio network smart_card other hub"
kind() { which=${1%%:*} family=${1##*:} port=${1#*:} && port=${port%:*}; }

plug_stick() { monitor_add "usb-storage,id=stick,port=$port,drive=stick,serial=001A92FF"; }
plug_uas() {
	monitor_add "usb-uas,id=uas,port=$port" && monitor_add "scsi-hd,bus=uas.0,drive=uas" &&
		monitor "qom-set /machine/peripheral/uas attached true"
}
plug_cd() {
	monitor_add "usb-bot,id=cd,port=$port" && monitor_add "scsi-cd,bus=cd.0,drive=cd" &&
		monitor "qom-set /machine/peripheral/cd attached true"
}
plug_keyboard() { monitor_add "usb-kbd,id=keyboard,port=$port"; }
plug_mouse() { monitor_add "usb-mouse,id=mouse,port=$port"; }
plug_tablet() { monitor_add "usb-tablet,id=tablet,port=$port"; }
plug_portable() { monitor_add "usb-mtp,id=portable,port=$port,rootdir=/media"; }
plug_sound() { monitor_add "usb-audio,id=sound,port=$port,audiodev=sound"; }
plug_network() { monitor_add "usb-net,id=network,port=$port,netdev=net"; }
plug_reader() { monitor_add "usb-ccid,id=reader,port=$port"; }
plug_serial() { monitor_add "usb-serial,id=serial,port=$port,chardev=line"; }
plug_hub() { monitor_add "usb-hub,id=hub,port=$port" && monitor_add "usb-mouse,id=behind,port=$port.1"; }
unplug() { monitor "device_del $1"; }

# at PORT: the device there; fails if there is none. Fast ones are on the second bus.
at() { ls -d $devices/[12]-"$1" 2> /dev/null; }
empty() { ! at "$1"; }
# nodes PORT: what the drivers of its interfaces made that can be used: device nodes, network interfaces.
nodes() { find "$(realpath "$(at "$1")")" -mindepth 2 \( -name dev -o -name ifindex \) | grep -Ev '/[0-9]+-[0-9.]+/dev$'; }
has_node() { nodes "$1" | grep -q .; }
# node PORT NAME: the one whose name begins so.
node() { nodes "$1" | sed -n "s#.*/\($2[^/]*\)/[^/]*\$#\1#p" | head -n 1; }
has_driver() {
	for interface in "$(at "$1")":*; do
		[ -e "$interface/driver" ] && return
	done
	return 1
}
# free PORT: a device is there, and none of its interfaces has a driver.
free() { at "$1" > /dev/null && ! has_driver "$1" && ! has_node "$1"; }
usbfs() {
	device=$(at "$1") && n=$(printf '/dev/bus/usb/%03d/%03d' "$(cat "$device/busnum")" "$(cat "$device/devnum")") && ls "$n" &&
		sh -c ": <> $n"
}
# typed NODE: what is typed arrives there.
typed() {
	timeout 3 head -c 24 "/dev/input/$1" > /tmp/typed &
	sleep 0.5
	monitor "$2"
	wait $!
	[ -s /tmp/typed ]
}
disk_reads() { n=$(node "$port" sd) && [ "$n" ] && dd if="/dev/$n" of=/dev/null bs=4096 count=1; }

# What each is good for, in the port $port.
works_stick() { disk_reads; }
works_uas() { disk_reads && readlink "$(at "$port"):1.0/driver" | grep -q 'uas$'; }
works_cd() { n=$(node "$port" sr) && [ "$n" ] && mount -o ro "/dev/$n" /mnt/m && grep -q x /mnt/m/file; e=$?; umount /mnt/m; return $e; }
works_keyboard() { n=$(node "$port" event) && [ "$n" ] && typed "$n" "sendkey a"; }
works_mouse() { n=$(node "$port" event) && [ "$n" ] && ls "/dev/input/$n"; }
works_tablet() { works_mouse; }
works_portable() { usbfs "$port"; }
works_sound() { n=$(node "$port" pcm) && [ "$n" ] && ls "/dev/snd/$n"; }
works_network() { n=$(node "$port" usb) && [ "$n" ] && ip link set "$n" up && ip link set "$n" down; }
works_reader() { usbfs "$port"; }
works_serial() {
	n=$(node "$port" tty) && [ "$n" ] || return
	echo out > "/dev/$n"
	eventually heard
}
heard() { monitor_ask '{"execute": "ringbuf-read", "arguments": {"device": "line", "size": 64}}' | grep -q out; }
works_hub() { at "$port.1" && has_driver "$port.1"; }

# rules ENTRY [FAMILIES]: one rule for each family, called no-FAMILY.
rules() {
	for family in ${2-$families}; do
		echo "    - {id: no-$family, include: [$family], entries: [$1]}"
	done
}
# device_policy MODE RULES [GROUPS]: the next version, in force when this is done.
device_policy() {
	now=$(status version)
	case $now in '' | *[!0-9]*) now=0 ;; esac
	{
		cat <<-YAML
			rampart: 1
			name: test
			version: $((now + 1))
			valid: {from: 2020-01-01, until: 2040-01-01}
			devices:
			  mode: $1
			  default: allow
			  groups:
		YAML
		for family in $families cd_dvd; do echo "    - {id: $family, family: $family}"; done
		echo "${3-}"
		echo "  rules:"
		echo "$2"
	} > /tmp/y
	apply_yaml < /tmp/y && wait_enforcing
}
# soon COMMAND...: as eventually, for what takes long itself.
soon() {
	for _ in $(seq 20); do
		"$@" > /dev/null 2>&1 && return
		sleep 0.5
	done
	return 1
}
# told OUTCOME RULE WHERE: an event says so of the device there.
told() {
	rampartctl events --json --limit 200 |
		jq -e --arg o "$1" --arg r "$2" --arg d "$3" 'any(.[]; .outcome == $o and .rule == $r and (.device + "," | contains($d)))'
}
# told_of OUTCOME: of the device $which in the port $port.
told_of() { told "$1" "no-$family" "port $(basename "$(at "$port")"),"; }
all() { for kind in $kinds; do kind "$kind"; "$@"; done; }
# of NAME: that one only, for what needs $port.
of() { for kind in $kinds; do case $kind in "$1":*) kind "$kind" ;; esac; done; }
plug() { of "$1" && "plug_$1" && patiently at "$port"; }
# patiently COMMAND...: a hub whose ports flicker takes its time, since the kernel tries each of them several times, for seconds.
patiently() {
	for _ in 1 2 3 4 5 6; do eventually "$@" && return; done
	dmesg | tail -n 3
	return 1
}
works() { of "$1" && soon "works_$1"; }
away() { of "$1" && unplug "$1" && patiently empty "$port"; }
# settled_free PORT: once there has been time for a driver to come.
settled_free() { eventually at "$1" && sleep 2 && free "$1"; }
is_free() { of "$1" && settled_free "$port"; }

# --- all of them: without a policy, in audit, and in block ---
try_plug() { check "$1/$which/plug" "plug_$which" && check "$1/$which/there" eventually at "$port"; }
try_work() {
	check "$1/$which/works" soon "works_$which"
	case $which in portable | reader) skip "$1/$which/driver" "the kernel has none for it: programs use usbfs"; return ;; esac
	check "$1/$which/driver" has_driver "$port"
	[ "$which" = hub ] || check "$1/$which/node" has_node "$port"
}
try_told() { check "$1/$which/told" soon told_of "$2"; }
try_unplug() { check "$1/$which/unplug" unplug "$which" && check "$1/$which/gone" eventually empty "$port"; }
try_free() {
	check "$1/$which/free" free "$port"
	refused "$1/$which/works" "works_$which"
	refused "$1/$which/usbfs" usbfs "$port"
}
# What root can write: a configuration, the authorization, a driver's name, and a device's number into a driver.
try_force() {
	device=$(at "$port")
	for value in 0 1; do echo $value > "$device/authorized"; done
	for value in 2 1; do echo $value > "$device/bConfigurationValue"; done
	for driver in /sys/bus/usb/drivers/*; do
		for interface in "$device":*; do echo "${interface##*/}" > "$driver/bind"; done
		[ -e "$driver/new_id" ] || continue
		id="$(cat "$device/idVendor") $(cat "$device/idProduct")"
		echo "$id" > "$driver/new_id" && echo "$id" > "$driver/remove_id"
	done
	true
} 2> /dev/null
# The same where the policy allows it, on what has lost its driver.
try_force_allowed() {
	has_driver "$port" || return
	[ "$which" != uas ] || { skip allow/uas/forced "QEMU 7.2 does not survive that its driver is taken away"; return; }
	for interface in "$(at "$port")":*; do echo "${interface##*/}" > "$interface/driver/unbind"; done 2> /dev/null
	check "allow/$which/unbound" free "$port"
	try_force
	check "allow/$which/forced" soon has_driver "$port"
}

try_families() {
	all try_plug without
	all try_work without
	all try_unplug without
	check audit/apply device_policy audit "$(rules '{deny: [attach]}')"
	all try_plug audit
	all try_work audit
	all try_told audit audited
	all try_unplug audit
	check block/apply device_policy block "$(rules '{deny: [attach]}')"
	all try_plug block
	all try_told block blocked
	all try_free block
	all try_force
	all try_free forced
	check allow/apply device_policy block "$(rules '{allow: [attach]}')"
	all try_work allow
	all try_force_allowed
	check again/apply device_policy block "$(rules '{deny: [attach]}')"
	sleep 2
	all try_free again
	all try_unplug again
	for which in printer video modem bluetooth; do skip "plug/$which" "QEMU 7.2 has no such device"; done
	skip plug/composite "QEMU 7.2 has no device with several functions: devices.sh has"
}

# --- a device that also has another configuration: as a network interface of another kind, which says that it is a modem ---
rndis() { readlink "$(at "$port"):2.0/driver" | grep 'rndis_host$'; }
configure() { echo "$1" > "$(at "$port")/bConfigurationValue"; }
try_configuration() {
	check configuration/allow device_policy block "$(rules '{allow: [attach]}')"
	check configuration/plug plug network
	of network
	check configuration/works works network
	check configuration/other configure 2
	check configuration/rndis_works eventually rndis
	check configuration/apply device_policy block "$(rules '{deny: [attach]}' network)"
	check configuration/free is_free network
	configure 1 2> /dev/null
	check configuration/first_is_free is_free network
	configure 2 2> /dev/null
	check configuration/second_is_free is_free network
	check configuration/unplug away network
}

# --- what is there when a policy comes ---
try_held() {
	check held/allow device_policy block "$(rules '{allow: [attach]}')"
	check held/plug plug stick
	check held/plug_uas plug uas
	check held/plug_network plug network
	check held/works works stick
	check held/works_uas works uas
	check held/works_network works network
	of network && ip link set "$(node "$port" usb)" up
	of stick && mount "/dev/$(node "$port" sd)" /mnt/m
	dmesg -c > /dev/null
	check held/apply device_policy block "$(rules '{deny: [attach]}')"
	check held/unused_is_free is_free uas
	check held/mounted_is_kept works stick
	check held/up_is_kept works network
	check held/says_so sh -c 'dmesg | grep "is in use"'
	check held/file grep -q x /mnt/m/file
	umount /mnt/m
	check held/unplug away stick
	check held/plug_again plug stick
	check held/free is_free stick
	for which in stick uas network; do check "held/away_$which" away $which; done
}

# --- some of those that were refused: whichever the kernel comes to first ---
try_some() {
	check some/deny_all device_policy block "$(rules '{deny: [attach]}')"
	for which in stick keyboard network; do check "some/plug_$which" plug $which; done
	for which in stick keyboard network; do check "some/free_$which" is_free $which; done
	for refused in stick keyboard network; do
		of $refused
		check "some/deny_$refused" device_policy block "$(rules '{deny: [attach]}' "$family")"
		for which in stick keyboard network; do
			if [ $which = $refused ]; then check "some/free/$refused" is_free $which; else check "some/works/$refused/$which" works $which; fi
		done
	done
	for which in stick keyboard network; do check "some/away_$which" away $which; done
}

# --- keyboards ---
at_keyboard() { printf %s "$1" > /sys/bus/serio/devices/serio0/drvctl; }
plug_second() { monitor_add "usb-kbd,id=second,port=13" && eventually at 13; }
away_second() { monitor "device_del second" && eventually empty 13; }
one_of_two() { if has_driver 4; then free 13; else free 4 && has_driver 13; fi; }
second="    - {id: second, all: [{family: keyboard}, {state: keyboard_present}]}"
no_second="    - {id: no-second, include: [second], entries: [{deny: [attach]}]}"
try_keyboards() {
	check keyboards/apply device_policy block "$no_second" "$second"
	check keyboards/there grep -q 'AT Translated' /proc/bus/input/devices
	check keyboards/plug plug keyboard
	check keyboards/second_is_free is_free keyboard
	check keyboards/told soon told blocked no-second "port 1-4,"
	check keyboards/away away keyboard
	at_keyboard none
	refused keyboards/none grep -q 'AT Translated' /proc/bus/input/devices
	check keyboards/plug_first plug keyboard
	check keyboards/first_works works keyboard
	check keyboards/plug_second plug_second
	check keyboards/then_second_is_free settled_free 13
	check keyboards/deny device_policy block "$(rules '{deny: [attach]}' keyboard)"
	check keyboards/only_one_is_kept has_node 4
	check keyboards/not_the_second settled_free 13
	check keyboards/away_first away keyboard
	check keyboards/plug_again plug keyboard
	check keyboards/refused_again is_free keyboard
	check keyboards/allow device_policy block "$(rules '{allow: [attach]}')"
	check keyboards/both eventually has_node 4
	check keyboards/both_second eventually has_node 13
	check keyboards/deny_both device_policy block "$(rules '{deny: [attach]}' keyboard)"
	sleep 2
	check keyboards/one_of_two one_of_two
	at_keyboard atkbd
	check keyboards/third eventually grep -q 'AT Translated' /proc/bus/input/devices
	check keyboards/deny_all device_policy block "$(rules '{deny: [attach]}' 'keyboard mouse')"
	check keyboards/none_of_them is_free keyboard
	check keyboards/none_of_them_second settled_free 13
	check keyboards/away_keyboard away keyboard
	check keyboards/away_second away_second
}

# --- behind hubs ---
# 12 - 12.1: a mouse
#    - 12.2: a hub - 12.2.3: a keyboard
plug_tree() {
	plug hub && monitor_add "usb-hub,id=inner,port=12.2" && monitor_add "usb-kbd,id=far,port=12.2.3"
}
by_port() { device_policy block "    - {id: no-port, include: [there], entries: [{deny: [attach]}]}" "    - {id: there, port: \"$1\"}"; }
try_hubs() {
	check hubs/leaf by_port 1-12.2.3
	check hubs/plug plug_tree
	check hubs/leaf_is_free settled_free 12.2.3
	check hubs/leaf_told soon told blocked no-port "port 1-12.2.3,"
	check hubs/others has_driver 12.1
	check hubs/others_inner has_driver 12.2
	check hubs/below by_port "1-12.2.*"
	check hubs/below_is_free settled_free 12.2.3
	check hubs/below_hub has_driver 12.2
	check hubs/inner by_port 1-12.2
	check hubs/inner_is_free settled_free 12.2
	check hubs/nothing_below eventually empty 12.2.3
	check hubs/inner_others has_driver 12.1
	check hubs/elsewhere by_port 1-12.3
	check hubs/all_again eventually has_driver 12.2.3
	check hubs/away away hub
}

# --- media ---
# The stick that a policy knows by its maker and its serial number may be written to, another one may not.
plug_other() { monitor_add "usb-storage,id=other,port=14,drive=stick2,serial=0BADC0DE" && eventually has_node 14; }
medium() { node "$1" sd | grep . || node "$1" sr | grep .; }
ready() { eventually medium "$1"; }
write_whole() { n=$(medium "$1") && dd if=/dev/zero of="/dev/$n" bs=512 seek=30000 count=1 conv=notrunc; }
write_commands() { n=$(node "$1" sg) && [ "$n" ] && sh -c ": <> /dev/$n"; }
mount_writable() { n=$(medium "$1") && mount -o rw "/dev/$n" /mnt/m && touch /mnt/m/x; e=$?; umount /mnt/m; return $e; }
remount() { n=$(medium "$1") && mount -o ro "/dev/$n" /mnt/m && mount -o remount,rw /mnt/m; e=$?; umount /mnt/m; return $e; }
run_it() { n=$(medium "$1") && mount -o ro "/dev/$n" /mnt/m && /mnt/m/sh -c true; e=$?; umount /mnt/m; return $e; }
read_it() { n=$(medium "$1") && dd if="/dev/$n" of=/dev/null bs=4096 count=1; }
sticks='    - {id: unknown, all: [{family: removable_media}, {not: [{vendor: "46f4", serial: "001A92*"}]}]}'
read_only="    - {id: unknown-read-only, include: [unknown], entries: [{deny: [write, execute]}]}"
ways="write_whole write_commands mount_writable remount run_it"
try_media() {
	check media/apply device_policy block "$read_only" "$sticks"
	check media/plug plug stick
	check media/plug_other plug_other
	check media/ready ready 1
	check media/ready_other ready 14
	for way in $ways; do check "media/known_$way" "$way" 1; done
	for way in $ways; do refused "media/unknown_$way" "$way" 14; done
	check media/unknown_read read_it 14
	check media/told soon told blocked unknown-read-only "0BADC0DE"
	refused media/known_not_told told blocked unknown-read-only "001A92FF"
	check media/allow device_policy block "$(rules '{allow: [write, execute]}')"
	for way in $ways; do check "media/then_$way" "$way" 14; done
	check media/away away stick
	check media/away_other monitor "device_del other"
}

try_cd() {
	check cd/apply device_policy block "$(rules '{deny: [execute]}' cd_dvd)"
	check cd/plug plug cd
	check cd/works works cd
	check cd/read read_it 3
	refused cd/run run_it 3
	check cd/no_read device_policy block "$(rules '{deny: [read]}' cd_dvd)"
	refused cd/read_refused read_it 3
	refused cd/mount works_cd
	check cd/told soon told blocked no-cd_dvd "port 2-3,"
	check cd/allow device_policy block "$(rules '{allow: [read]}' cd_dvd)"
	check cd/run_allowed run_it 3
	check cd/away away cd
}

insert() { monitor_ask '{"execute": "blockdev-insert-medium", "arguments": {"id": "card-slot", "node-name": "card"}}' | grep '"return"' && eventually test -b /dev/mmcblk0; }
remove() { monitor_ask '{"execute": "blockdev-remove-medium", "arguments": {"id": "card-slot"}}' | grep '"return"' && eventually test ! -e /dev/mmcblk0; }
card_write() { dd if=/dev/zero of=/dev/mmcblk0 bs=512 seek=30000 count=1 conv=notrunc; }
card_mount() { mount -o rw /dev/mmcblk0 /mnt/m && touch /mnt/m/x; e=$?; umount /mnt/m; return $e; }
card_run() { mount -o ro /dev/mmcblk0 /mnt/m && /mnt/m/sh -c true; e=$?; umount /mnt/m; return $e; }
try_card() {
	check card/apply device_policy audit "$(rules '{deny: [write, execute]}' removable_media)"
	check card/insert insert
	for way in card_write card_mount card_run; do check "card/audit_$way" $way; done
	check card/told soon told audited no-removable_media "port mmc0,"
	check card/block device_policy block "$(rules '{deny: [write, execute]}' removable_media)"
	for way in card_write card_mount card_run; do refused "card/block_$way" $way; done
	check card/read dd if=/dev/mmcblk0 of=/dev/null bs=4096 count=1
	check card/remove remove
	check card/insert_again insert
	for way in card_write card_mount card_run; do refused "card/again_$way" $way; done
	check card/allow device_policy block "$(rules '{allow: [write, execute]}')"
	for way in card_write card_mount card_run; do check "card/allow_$way" $way; done
	check card/away remove
	check card/attach_block device_policy block "$(rules '{deny: [attach]}' removable_media)"
	refused card/attach_insert insert
	check card/attach_told soon told blocked no-removable_media "port mmc0,"
	refused card/attach_bind sh -c 'basename /sys/bus/mmc/devices/mmc0:* > /sys/bus/mmc/drivers/mmcblk/bind; test -b /dev/mmcblk0'
	check card/attach_allow device_policy block "$(rules '{allow: [attach]}')"
	check card/attached eventually test -b /dev/mmcblk0
	check card/attach_again device_policy block "$(rules '{deny: [attach]}' removable_media)"
	check card/detached eventually test ! -e /dev/mmcblk0
	check card/attach_away monitor_ask '{"execute": "blockdev-remove-medium", "arguments": {"id": "card-slot"}}'
}

try_virtual() {
	check virtual/apply device_policy block "    - {id: no-virtual, include: [virtual], entries: [{deny: [attach]}]}" "    - {id: virtual, state: virtual}"
	check virtual/plug plug stick
	check virtual/real_is_not works stick
	check virtual/away away stick
}

# --- gone again while drivers are looked for ---
# flicker KIND: plugged in and out 25 times, after up to half a second.
flicker() {
	of "$1"
	for i in $(seq 25); do
		"plug_$1" || return
		sleep "$(printf 0.%02d $((i * 2)))"
		unplug "$1" || return
	done
	patiently empty "$port"
}
try_flicker() {
	check flicker/apply device_policy block "$(rules '{deny: [attach]}')"
	for which in stick keyboard; do check "flicker/block_$which" flicker $which; done
	check flicker/allow device_policy block "$(rules '{allow: [attach]}')"
	for which in stick keyboard; do check "flicker/allow_$which" flicker $which; done
	for which in stick keyboard; do check "flicker/plug_$which" plug $which && check "flicker/works_$which" works $which; done
	check flicker/deny device_policy block "$(rules '{deny: [attach]}')"
	for which in stick keyboard; do check "flicker/free_$which" is_free $which && check "flicker/away_$which" away $which; done
}

# Given parts, only those. The first one begins without a policy.
[ $# -gt 0 ] || set -- families configuration held some keyboards hubs media cd card virtual flicker
for part; do "try_$part"; done
finish
