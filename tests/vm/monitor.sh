# SPDX-License-Identifier: MIT
# Sourced by what plugs devices into the guest it runs in: by QEMU's monitor, whose other end is a port of the guest (scripts/vm --usb).
# After lib.sh.
# shellcheck shell=sh

# monitor_open: once, descriptor 9 is the monitor then.
monitor_open() {
	for port in /sys/class/virtio-ports/*; do
		[ "$(cat "$port/name")" = monitor ] || continue
		exec 9<> "/dev/${port##*/}"
		monitor_ask '{"execute": "qmp_capabilities"}' > /dev/null
		return
	done
	echo "there is no port of QEMU's monitor: scripts/vm needs --usb"
	return 1
}
# monitor_ask REQUEST: the answer; what QEMU says unasked, such as that a device is gone, is passed over.
monitor_ask() {
	echo "$1" >&9
	while read -r answer <&9; do
		case $answer in *'"return"'* | *'"error"'*) echo "$answer"; return ;; esac
	done
	return 1
}
# monitor COMMAND: one for people, such as "device_add usb-kbd,id=k"; fails with what the monitor says if it says anything.
monitor() {
	answer=$(monitor_ask "{\"execute\": \"human-monitor-command\", \"arguments\": {\"command-line\": \"$1\"}}")
	case $answer in *'"return": ""'*) ;; *) echo "monitor: $1: $answer"; return 1 ;; esac
}
# monitor_add DEVICE: once QEMU has let go of the one that was there, and of its drive, which is later than the guest has.
monitor_add() { eventually monitor "device_add $1" || monitor "device_add $1"; }
