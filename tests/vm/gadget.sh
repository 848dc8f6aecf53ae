# SPDX-License-Identifier: MIT
# USB devices in a guest, which the kernel itself is: gadgets, plugged into its own controller, with real descriptors. Sourced after lib.sh.
# shellcheck shell=sh
gadgets=/sys/kernel/config/usb_gadget
controller=0

# needed MODULE...: loads each; a kernel may have it built in.
needed() { for module; do modprobe -q "$module"; done; }
needed dummy_hcd libcomposite usb_f_mass_storage usb_f_hid usb_f_ecm usb_f_acm usb_f_serial usb_f_printer
needed usb_storage uas sd_mod sr_mod sg usbhid hid_generic cdc_ether cdc_acm usblp loop dm_mod dm_crypt ext4
mount -t configfs none /sys/kernel/config 2> /dev/null
udc() { [ ! -e /sys/class/udc/dummy_udc.$controller ] || echo "dummy_udc.$controller"; }
[ "$(udc)" ] || not_ok controller "there is none"

# The report descriptors of a keyboard, and of one that has a mouse's in front.
keyboard_reports() {
	printf '\005\001\011\006\241\001\005\007\031\340\051\347\025\000\045\001\165\001\225\010\201\002\225\001\165\010\201\003\225\006\165\010\025\000\045\145\005\007\031\000\051\145\201\000\300'
}
mouse_reports() { printf '\005\001\011\002\241\001\011\001\241\000\005\011\031\001\051\003\025\000\045\001\225\003\165\001\201\002\225\001\165\005\201\003\300\300'; }
hid() {
	mkdir "functions/hid.$1" && echo "$2" > "functions/hid.$1/protocol" && echo "$3" > "functions/hid.$1/subclass" && echo 8 > "functions/hid.$1/report_length" &&
		cat > "functions/hid.$1/report_desc"
}
# make_function NAME: makes it, and prints what it is called.
make_function() {
	case $1 in
	storage | cd)
		mkdir functions/mass_storage.0 && { [ "$1" = storage ] || echo 1 > functions/mass_storage.0/lun.0/cdrom; } &&
			echo "${medium:-/var/tmp/medium}" > functions/mass_storage.0/lun.0/file && echo mass_storage.0 ;;
	keyboard) keyboard_reports | hid 0 1 1 && echo hid.0 ;;
	mouse) mouse_reports | hid 1 2 1 && echo hid.1 ;;
	hidden_keyboard) { mouse_reports; keyboard_reports; } | hid 2 2 1 && echo hid.2 ;;
	broken_hid) printf '\005\001\011\006\241\001\376\377\377\377' | hid 3 0 0 && echo hid.3 ;;
	ecm | acm | gser | printer) mkdir "functions/$1.0" && echo "$1.0" ;;
	esac
}
# gadget SERIAL FUNCTION...: makes one; "/" begins another configuration.
gadget() {
	mkdir -p $gadgets/g$controller && cd $gadgets/g$controller || return
	echo "${vendor:-0x0951}" > idVendor && echo 0x1666 > idProduct
	mkdir -p strings/0x409 configs/c.1
	echo "$1" > strings/0x409/serialnumber && echo Kingston > strings/0x409/manufacturer && echo "DataTraveler 3.0" > strings/0x409/product
	shift
	config=1
	for function; do
		if [ "$function" = / ]; then
			config=2
			mkdir configs/c.2
		else
			name=$(make_function "$function") && ln -s "functions/$name" configs/c.$config || { cd / && return 1; }
		fi
	done
	cd / || return
}
plug() { udc > $gadgets/g$controller/UDC; }
unplug() { echo "" > $gadgets/g$controller/UDC; }
no_gadget() {
	unplug 2> /dev/null
	rm -f $gadgets/g$controller/configs/*/*.?
	rmdir $gadgets/g$controller/configs/* $gadgets/g$controller/functions/* $gadgets/g$controller/strings/0x409 $gadgets/g$controller
	eventually gone_from_bus
}
# The device's folder in sysfs, its interfaces, and its node.
device() { find /sys/bus/usb/devices/ -name '[0-9]*-1' | while read -r device; do case $(readlink -f "$device") in *dummy_hcd.$controller/*) echo "$device" ;; esac; done; }
interfaces() { for interface in "$(device)":*; do [ ! -e "$interface/bInterfaceClass" ] || echo "$interface"; done; }
node() { printf '/dev/bus/usb/%03d/%03d\n' "$(cat "$(device)/busnum")" "$(cat "$(device)/devnum")"; }
on_bus() { [ "$(device)" ]; }
gone_from_bus() { ! on_bus; }
# interface_of CLASS: the name of an interface of that class. bound CLASS, unbound CLASS: whether one has a driver.
interface_of() { for interface in $(interfaces); do [ "$(cat "$interface/bInterfaceClass")" != "$1" ] || basename "$interface"; done; }
bound() { for interface in $(interface_of "$1"); do [ ! -e "/sys/bus/usb/devices/$interface/driver" ] || return 0; done; return 1; }
unbound() { ! bound "$1"; }
present() { [ "$(interface_of "$1")" ]; }
no_driver() { for interface in $(interfaces); do [ ! -e "$interface/driver" ] || return 1; done; }

# device_policy MODE RULES [DEFAULT]: each a newer version.
policies=0
device_policy() {
	cat <<YAML
rampart: 1
name: test
version: $((${version_before:-0} + policies))
valid: {from: 2020-01-01, until: 2040-01-01}
devices:
  mode: $1
  default: ${3:-allow}
  groups:
    - {id: sticks, family: [removable_media, cd_dvd]}
    - {id: plain, all: [{group: sticks}, {not: [{state: encrypted}]}]}
    - {id: keyboards, family: keyboard}
    - {id: more-keyboards, family: keyboard, state: keyboard_present}
    - {id: known, serial: "001A92*"}
    - {id: gadgets, state: virtual}
    - {id: printers, family: printer}
  rules:
$2
YAML
}
# in_force NAME MODE RULES [DEFAULT]
in_force() {
	what=$1
	shift
	policies=$((policies + 1))
	device_policy "$@" > /tmp/y && check "$what/apply" apply_yaml < /tmp/y
	[ "$1" = off ] || check "$what/enforcing" wait_enforcing
}
# Events, one a line. told PATTERN: one is like that; last_event PATTERN: the newest's number.
flat_events() { rampartctl events --json --limit 60 | tr '\n' ' ' | sed 's/{ *"id"/\n{ "id"/g'; }
told() { flat_events | grep -q "$1"; }
last_event() { flat_events | grep "$1" | tail -n 1 | sed 's/.*"id": \([0-9]*\).*/\1/'; }
