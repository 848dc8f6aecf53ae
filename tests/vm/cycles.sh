#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: cycles.sh TIMES
# A stick that is a keyboard too is plugged in and out TIMES times, in all ports at once, and has no driver at any time: each disk, and each
# thing that one types on, has a number that none had before.
here=$(dirname "$0")
. "$here/lib.sh"
modprobe -q dummy_hcd num=4
. "$here/gadget.sh"
ports=$(find /sys/class/udc/ -name 'dummy_udc.*' | wc -l)
times=$((${1:-80} / ports))
truncate -s 16M /var/tmp/medium

# Of the only one that is there.
input_number() { find /sys/devices/platform/dummy_hcd.0/ -name 'input[0-9]*' | sed 's/.*input//' | sort -n | tail -n 1; }
disk_number() { cat "$(find /sys/devices/platform/dummy_hcd.0/ -name diskseq | head -n 1)"; }
numbers() { echo "$(input_number) $(disk_number)"; }
have_numbers() { [ "$(input_number)" ] && disk_number > /dev/null; }
# cycle N: at that controller, whose only port it is.
cycle() {
	bus=$(echo /sys/devices/platform/dummy_hcd."$1"/usb*)
	"$here/cycle" $gadgets/g"$1"/UDC dummy_udc."$1" "$bus/${bus##*/usb}-1" $times > "/var/tmp/cycles.$1"
}

for controller in $(seq 0 $((ports - 1))); do gadget "N$controller" storage keyboard; done
controller=0
plug
check cycles/without eventually have_numbers
before=$(numbers)
unplug
check cycles/unplug eventually gone_from_bus
in_force cycles block "    - {id: nothing, include: [gadgets], entries: [{deny: [attach]}]}"
start=$(status blocked)
for controller in $(seq 0 $((ports - 1))); do cycle "$controller" & done
wait
done=$(cat /var/tmp/cycles.* | awk '{ n += $1 } END { print n }')
check "cycles/all: $done times" test "$done" = $((times * ports))
blocked=$(($(status blocked) - start))
check "cycles/decided: $blocked times" test $blocked -ge "$done"
in_force cycles off "    - {id: nothing, include: [gadgets], entries: [{deny: [attach]}]}"
controller=0
plug
check cycles/with eventually have_numbers
check "cycles/no_driver: input and disk were $before, are $(numbers)" test "$(numbers)" = "$(echo "$before" | awk '{ print $1 + 1, $2 + 1 }')"
finish
