#!/bin/sh
# SPDX-License-Identifier: MIT
# Which devices get a driver. Each thing works without a policy, works and is reported in audit mode, and is refused in block mode.
here=$(dirname "$0")
. "$here/lib.sh"
. "$here/gadget.sh"
# Another keyboard, as nearly every machine has one: USB ones are not the last then.
needed atkbd i8042
truncate -s 16M /var/tmp/medium && mke2fs -q -t ext4 /var/tmp/medium
deny_keyboards="    - {id: no-keyboards, include: [keyboards], entries: [{deny: [attach]}]}"

# A stick that is a keyboard, too: half of it is let in.
gadget 001A92FF storage keyboard
plug
check without/storage eventually bound 08
check without/keyboard eventually bound 03
check without/usbfs "$here/device" usbfs "$(node)"
unplug
check without/unplug eventually gone_from_bus
in_force audit audit "$deny_keyboards"
plug
check audit/storage eventually bound 08
check audit/keyboard eventually bound 03
check audit/told eventually told no-keyboards
check audit/usbfs "$here/device" usbfs "$(node)"
unplug
check audit/unplug eventually gone_from_bus
in_force block block "$deny_keyboards"
plug
check block/storage eventually bound 08
check block/keyboard unbound 03
check block/told eventually told '"outcome": "blocked".*no-keyboards'
check block/names_device eventually told 'usb 0951:1666 .*serial .*001A92FF.*interface 03:01:01'
check block/status sh -c 'rampartctl status | grep -i devices'
check block/list sh -c 'rampartctl device list | grep "attach: blocked by no-keyboards"'

# Root asks for the driver, in each way there is.
by_bind() { interface_of 03 > /sys/bus/usb/drivers/usbhid/bind; bound 03; }
by_probe() { interface_of 03 > /sys/bus/usb/drivers_probe; bound 03; }
by_new_id() { echo 0951 1666 > /sys/bus/usb/drivers/usbhid/new_id; bound 03; }
by_interface() { for value in 0 1; do echo $value > "$(device):1.1/authorized"; done; bound 03; }
by_authorized() { for value in 0 1; do echo $value > "$(device)/authorized"; done; sleep 1; bound 03; }
by_configuration() { for value in 0 1; do echo $value > "$(device)/bConfigurationValue"; done; sleep 1; bound 03; }
by_reload() { rmmod hid_generic usbhid; needed usbhid hid_generic; sleep 1; bound 03; }
by_usbfs() { "$here/device" usbfs "$(node)"; }
# The way to the device of a program that the keyboard's driver is not needed for.
for way in bind probe new_id interface authorized configuration usbfs reload; do refused "root/$way" by_$way; done
check root/storage eventually bound 08

# The same port, another device: decided anew. What the device says of itself can be said by another one: that is what serial numbers are.
no_gadget
in_force serial block "    - {id: known, include: [known], entries: [{allow: [attach]}]}
    - {id: unknown, include: [gadgets], entries: [{deny: [attach]}]}"
gadget 001A92FF storage
plug
check serial/known eventually bound 08
no_gadget
gadget 001B storage
plug
check serial/told eventually told '"rule": "unknown"'
check serial/other unbound 08
no_gadget
gadget 001A92 keyboard
plug
check serial/pretended eventually bound 03
no_gadget

# All that a device may be. Its function, the class of its interface.
families="storage:08 cd:08 keyboard:03 mouse:03 ecm:02 acm:02 gser:ff printer:07"
for pair in $families; do
	function=${pair%:*} class=${pair#*:}
	if ! gadget F1 "$function" 2> /dev/null; then
		skip "family/$function" "this kernel has no gadget of that kind"
		no_gadget
		continue
	fi
	in_force "family/$function" off "$deny_keyboards"
	plug
	# What has a vendor's own class gets a driver when root says so.
	[ "$class" != ff ] || { needed usbserial && echo 0951 1666 > /sys/bus/usb-serial/drivers/generic/new_id; }
	check "family/$function/without" eventually bound "$class"
	unplug
	check "family/$function/unplug" eventually gone_from_bus
	in_force "family/$function" block "    - {id: no-$function, include: [gadgets], entries: [{deny: [attach]}]}"
	plug
	check "family/$function/told" eventually told "no-$function"
	sleep 0.3
	check "family/$function/no_driver" no_driver
	refused "family/$function/unconfigured" present "$class"
	in_force "family/$function" block "    - {id: no-other, include: [gadgets], entries: [{allow: [attach]}]}"
	check "family/$function/allowed" eventually bound "$class"
	no_gadget
done

# A keyboard that says it is a mouse; its reports tell.
in_force hidden block "$deny_keyboards"
keys() { find /sys/class/input/ -name 'input*' | while read -r input; do case $(readlink -f "$input") in *dummy_hcd*) cat "$input/capabilities/key" ;; esac; done | grep ' .* ' ; }
gadget H1 hidden_keyboard
plug
check hidden/interface eventually bound 03
check hidden/told eventually told 'no-keyboards.*interface 03:01:02'
refused hidden/keys keys
no_gadget
in_force broken block "$deny_keyboards"
gadget "$(printf 'a\001\033[2J"\\\303\244')" broken_hid storage
plug
check broken/other_half eventually bound 08
check broken/list sh -c 'rampartctl device list --json | grep -c 0951'
no_gadget

# Another configuration of it, which has a keyboard.
in_force second block "$deny_keyboards"
gadget C2 storage / keyboard
plug
check second/first eventually bound 08
echo 2 > "$(device)/bConfigurationValue"
check second/there eventually present 03
sleep 0.5
check second/refused unbound 03
no_gadget

# What is there when the policy comes: in use it stays, until it is plugged in again.
in_force present off "$deny_keyboards"
gadget P1 storage keyboard
plug
check present/storage eventually test -b /dev/sda
check present/keyboard eventually bound 03
mkdir -p /mnt/m && mount /dev/sda /mnt/m
in_force present block "    - {id: nothing, include: [gadgets], entries: [{deny: [attach]}]}"
check present/lost eventually unbound 03
check present/kept bound 08
check present/works sh -c 'echo x > /mnt/m/x && sync'
umount /mnt/m
unplug
eventually gone_from_bus
plug
eventually on_bus
sleep 1
check present/again no_driver
no_gadget

# A second keyboard, and the last one.
in_force more block "    - {id: one-keyboard, include: [more-keyboards], entries: [{deny: [attach]}]}"
gadget K2 keyboard
plug
check more/told eventually told one-keyboard
check more/second unbound 03
in_force more off "$deny_keyboards"
check more/allowed eventually bound 03
printf serio0 > /sys/bus/serio/drivers/atkbd/unbind
in_force last block "$deny_keyboards"
sleep 1
check last/kept bound 03
unplug
eventually gone_from_bus
in_force last block "    - {id: one-keyboard, include: [more-keyboards], entries: [{deny: [attach]}]}"
plug
check last/is_first eventually bound 03
no_gadget

# Granted for a time, by who uses it, of a rule in mode warn.
in_force warn warn "    - {id: ask, include: [gadgets], entries: [{deny: [attach], notify: true}]}"
gadget W1 storage
plug
check warn/told eventually told '"outcome": "warned".*"rule": "ask"'
check warn/notify eventually told '"rule": "ask".*"notify": true'
check warn/refused no_driver
event=$(last_event '"rule": "ask"')
check warn/grant rampartctl grant "$event"
check warn/within_two_seconds sh -c "for i in 1 2 3 4; do sleep 0.5; ls -d $(device):1.0/driver && exit; done; exit 1"
no_gadget
in_force warn block "    - {id: ask, include: [gadgets], entries: [{deny: [attach]}]}"
gadget W1 storage
plug
check block/no_grant_told eventually told '"outcome": "blocked".*"rule": "ask"'
event=$(last_event '"outcome": "blocked".*"rule": "ask"')
says block/no_grant "not a warning" rampartctl grant "$event"
no_gadget

# Nothing but what is named.
in_force default block "    - {id: known, include: [known], entries: [{allow: [attach]}]}" deny
gadget D1 storage
plug
eventually on_bus
sleep 1
check default/unknown no_driver
check default/hubs sh -c 'ls -d /sys/bus/usb/devices/*-0:1.0/driver'
no_gadget
gadget 001A92D storage
plug
check default/known eventually bound 08
no_gadget
in_force off off "$deny_keyboards"
finish
