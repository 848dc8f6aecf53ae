#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: bench-usb.sh
# What Rampart and USBGuard do about devices, beside each other and beside neither of them, in one Debian guest of scripts/vm --usb
# --icount, as a table. Fails if what it measures is not in force, or if an attack does not work where nothing is there to stop it.
here=$(dirname "$0")
. "$here/lib.sh"
. "$here/monitor.sh"
. "$here/gadget.sh"
tracing=/sys/kernel/tracing
drivers=/sys/bus/usb/drivers
rules=10000
plugs=5
ok=works
mkdir -p /mnt/m

say() { echo "bench-usb: $(cut -d' ' -f1 /proc/uptime) s: $*" >&2; }
die() { say "$*"; exit 1; }
# put ROW VALUE: what the table says there of $who.
put() {
	say "$who: $1: $2"
	echo "$1|$who|$2" >> /tmp/results
}
needed xhci_pci evdev atkbd i8042
monitor_open || die "no monitor"
# The only fast bus is that of QEMU's controller.
eventually grep -qx 5000 /sys/bus/usb/devices/usb*/speed || die "no controller"
stick=$(grep -lx 5000 /sys/bus/usb/devices/usb*/speed)
stick=${stick%/usb*/speed}/$(cat "${stick%/speed}/busnum")-1
place=${stick##*/}

# --- a stick of QEMU's: GOOD is let in, BAD is not ---
# Programs that are started must not keep the monitor.
stick_is_there() { [ -e "$stick" ]; }
plug_stick() {
	monitor_add "usb-storage,id=stick,port=1,drive=stick,serial=$1" >&2 || die "no stick"
	eventually stick_is_there || die "the stick does not come"
}
away() {
	monitor "device_del stick" >&2 || die "no stick"
	eventually stick_is_gone || die "the stick stays"
}
stick_is_gone() { ! stick_is_there; }
stick_bound() { [ -e "$stick:1.0/driver" ]; }
authorized_default() { for hub in /sys/bus/usb/devices/usb*/authorized_default; do echo "$1" > "$hub"; done; }

# --- when things happen: the trace has those of one plug ---
# trace_on: also of what decides, if it is the kernel.
trace_on() {
	trace_off
	printf 'usb_new_device\nstorage_probe\nauthorized_store\n' > $tracing/set_ftrace_filter || die "cannot trace"
	[ $who != Rampart ] || echo rampart_device_conclude >> $tracing/set_ftrace_filter || die "cannot trace Rampart"
	echo function > $tracing/current_tracer
	: > $tracing/trace
	echo 1 > $tracing/tracing_on
}
trace_off() {
	echo 0 > $tracing/tracing_on
	echo nop > $tracing/current_tracer
}
# moment PATTERN [FROM]: from a line of the trace to the first like PATTERN after it, in ms; nothing if there is none.
moment() {
	awk -v from="${2-: usb_new_device}" -v to="$1" '
		match($0, /[0-9]+\.[0-9]+: /) { at = substr($0, RSTART, RLENGTH - 2) + 0 }
		!began && $0 ~ from { began = at; next }
		began && $0 ~ to { printf "%.2f\n", (at - began) * 1000; exit }' /tmp/trace
}
keep_trace() { echo 0 > $tracing/tracing_on; grep -v '^#' $tracing/trace > /tmp/trace; trace_off; }
decision() {
	case $who in
	USBGuard) moment 'usbguard-daemon.*: authorized_store' ;;
	Rampart) moment ': rampart_device_conclude' ;;
	esac
}
# spread FILE: the median of $plugs numbers, the least and the greatest; fails if there are not so many.
spread() {
	[ "$(wc -l < "$1")" = $plugs ] &&
		sort -n "$1" | awk '{ n[NR] = $1 } END { printf "%s ms (%s to %s)\n", n[int((NR + 1) / 2)], n[1], n[NR] }'
}
# time_plugs SERIAL: plugs it in again and again; the moments are in /tmp/decisions and /tmp/probes then.
time_plugs() {
	: > /tmp/decisions
	: > /tmp/probes
	for _ in $(seq $plugs); do
		trace_on
		plug_stick "$1"
		sleep 10
		keep_trace
		decision >> /tmp/decisions
		moment ': storage_probe' >> /tmp/probes
		if [ "$1" = GOOD ] || [ "$who" = nothing ]; then
			stick_bound || die "$who does not let $1 in"
		else
			! stick_bound || die "$who lets $1 in"
		fi
		away
	done
}
decided() { m=$(spread /tmp/decisions) || die "$who: not every plug was decided"; put "$1" "$m"; }
probed() { m=$(spread /tmp/probes) || die "$who: not every plug led to a probe"; put "$1" "$m"; }
bench_times() {
	time_plugs GOOD
	decided decision_allowed
	probed probe_allowed
	time_plugs BAD
	decided decision_refused
	[ ! -s /tmp/probes ] || die "$who: a refused stick's driver was probed"
	put probe_refused "none in 10 s"
}

# --- what root tries with a stick that is refused. With nothing there to refuse it, root takes its driver away first. ---
take_away() {
	case $1 in
	authorized) echo 0 > "$stick/authorized" ;;
	bind | new_id) echo "$place:1.0" > $drivers/usb-storage/unbind ;;
	esac
}
by_authorized() { for value in 0 1; do echo $value > "$stick/authorized"; done; }
by_bind() {
	echo "$place" > $drivers/usb/bind
	echo 1 > "$stick/bConfigurationValue"
	for file in $drivers/usb-storage/bind /sys/bus/usb/drivers_probe; do echo "$place:1.0" > "$file"; done
}
by_new_id() { echo 46f4 0001 > $drivers/usb-storage/new_id; }
# works_by WAY: it had its driver probed, or has it now.
works_by() {
	trace_on
	"by_$1" > /dev/null 2>&1
	sleep 5
	keep_trace
	grep -q ': storage_probe' /tmp/trace || stick_bound
}
usb_node() { printf '/dev/bus/usb/%03d/%03d' "$(cat "$stick/busnum")" "$(cat "$stick/devnum")"; }
try_usbfs() { "$here/device" "$1" "$(usb_node)"; }
# result ROW COMMAND...
result() {
	row=$1
	shift
	if "$@" > /tmp/tried 2>&1; then put "$row" "$ok"; else put "$row" stopped; fi
	[ "$who" != nothing ] || tail -n 1 /tmp/results | grep -q "|$ok\$" || die "$row does not work by itself: $(tail -n 3 /tmp/tried)"
}
refused_stick() {
	plug_stick BAD
	if [ "$who" = nothing ]; then
		eventually stick_bound || die "the stick has no driver"
		take_away "$1"
	fi
	sleep 5
	case $who.$1 in nothing.ask | nothing.usbfs) return ;; esac
	! stick_bound || die "$who: $1: the stick is not refused"
}
bench_root() {
	for way in authorized bind new_id; do
		refused_stick $way
		result by_$way works_by $way
		echo 46f4 0001 > $drivers/usb-storage/remove_id 2> /dev/null
		away
	done
	for way in ask usbfs; do
		refused_stick $way
		result by_$way try_usbfs $way
		away
	done
	# What comes after root has said that all may come.
	authorized_default 1
	trace_on
	plug_stick BAD
	sleep 10
	keep_trace
	if ! grep -q ': storage_probe' /tmp/trace; then
		put by_default stopped
	elif stick_bound; then
		put by_default "$ok"
	else
		put by_default "its driver works for $(moment 'usbguard-daemon.*: authorized_store' ': storage_probe') ms"
	fi
	away
	[ "$who" != USBGuard ] || authorized_default 0
}

# --- and with one that is let in, to be read only where there is a word for that ---
disk() { basename "$(find "$(realpath "$stick")" -path '*/block/sd?')"; }
generic() { basename "$(find "$(realpath "$stick")" -path '*/scsi_generic/sg?')"; }
has_disk() { [ -b "/dev/$(disk)" ] && [ -c "/dev/$(generic)" ]; }
block_is() { dd if="/dev/$(disk)" bs=512 skip=30000 count=1 iflag=direct | cmp -n 512 - "$1"; }
by_write() {
	head -c 512 /dev/urandom > /tmp/pattern
	dd if=/tmp/pattern of="/dev/$(disk)" bs=512 seek=30000 conv=notrunc,fsync && block_is /tmp/pattern
}
by_sg() { "$here/device" sg "/dev/$(generic)" && block_is /dev/zero; }
by_commands() { "$here/device" sg "/dev/$(disk)" && block_is /dev/zero; }
on_medium() { mount -o "$1" "/dev/$(disk)" /mnt/m && shift && "$@"; e=$?; umount /mnt/m; return "$e"; }
by_mount() { on_medium rw touch /mnt/m/x; }
by_exec() { on_medium ro /mnt/m/sh -c true; }
by_read() { on_medium ro grep -q x /mnt/m/file; }
bench_media() {
	plug_stick GOOD
	eventually has_disk || die "$who: the stick has no disk"
	result by_read by_read
	[ "$(tail -n 1 /tmp/results)" = "by_read|$who|$ok" ] || die "$who: the stick cannot be read"
	for way in write sg commands mount exec; do result by_$way by_$way; done
	away
}

# --- gadgets: what is a stick and a keyboard; what is as one that is let in, but for its descriptors; what is a keyboard but calls itself so ---
plug_gadget() { plug; eventually on_bus || die "no gadget"; sleep 5; }
half() {
	gadget H1 storage keyboard
	plug_gadget
	case $(bound 08 && echo stick)$(bound 03 && echo keyboard) in
	stickkeyboard) echo "both let in" ;;
	stick) echo "only the stick let in" ;;
	keyboard) echo "only the keyboard let in" ;;
	*) echo "both refused" ;;
	esac
	no_gadget
}
original() { gadget S1 storage; plug_gadget; }
bench_clones() {
	original
	bound 08 || die "$who: a stick whose rule was made from it is not let in"
	no_gadget
	gadget S1 storage && echo 0x0200 > $gadgets/g$controller/bcdDevice && plug_gadget
	result clone bound 08
	no_gadget
	gadget S1 keyboard && plug_gadget
	result pretended bound 03
	no_gadget
}
let_in() { plug_stick "$1"; sleep 10; if stick_bound; then put "$2" "let in"; else put "$2" refused; fi; away; }

# --- neither ---
bench_nothing() {
	who=nothing
	time_plugs GOOD
	probed probe_allowed
	for row in decision_allowed decision_refused many_allowed; do put $row "nobody decides"; done
	put probe_refused "nobody refuses"
	for row in memory_kernel memory_daemon; do put $row 0; done
	for row in killed_allowed killed_refused; do put $row "no daemon"; done
	put by_half "$(half)"
	bench_clones
	bench_root
	bench_media
}

# --- USBGuard, as Debian configures it: what no rule allows is refused ---
# start_usbguard RULES: those, after what it makes itself of what is there.
start_usbguard() {
	{ usbguard generate-policy && echo "$1"; } | grep . > /etc/usbguard/rules.conf
	chmod 600 /etc/usbguard/rules.conf
	/usr/sbin/usbguard-daemon -f -s -c /etc/usbguard/usbguard-daemon.conf 9>&- || die "usbguard-daemon does not start"
	eventually usbguard_is_ready || die "usbguard-daemon does not have its rules"
}
usbguard_is_ready() { [ "$(usbguard list-rules | wc -l)" = "$(wc -l < /etc/usbguard/rules.conf)" ]; }
usbguard_is_gone() { ! pidof usbguard-daemon; }
end_usbguard() {
	killall "${1--TERM}" usbguard-daemon
	eventually usbguard_is_gone || die "usbguard-daemon stays"
}
good='allow id 46f4:0001 serial "GOOD"'
many_usbguard() { for i in $(seq 2 $rules); do printf 'allow id 46f4:0001 serial "%08d"\n' "$i"; done; echo "$good"; }
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$(pidof "$1")/status"; }
# put_memory BEFORE PROGRAM
put_memory() {
	after=$(memory)
	put memory_kernel "$((after - $1)) kB"
	put memory_daemon "$(resident "$2") kB"
}
bench_usbguard() {
	who=USBGuard
	start_usbguard "$good"
	bench_times
	bench_root
	bench_media
	end_usbguard -KILL
	let_in GOOD killed_allowed
	let_in BAD killed_refused
	# A device is let in as a whole or not at all, whichever way the rule is written.
	start_usbguard 'allow with-interface one-of { 08:*:* }'
	one_of=$(half)
	end_usbguard
	start_usbguard 'allow with-interface equals { 08:*:* }'
	put by_half "$one_of, or $(half), as the rule is"
	end_usbguard
	authorized_default 1
	original
	start_usbguard ""
	no_gadget
	bench_clones
	end_usbguard
	many_usbguard > /tmp/many
	before=$(memory)
	start_usbguard "$(cat /tmp/many)"
	put_memory "$before" usbguard-daemon
	time_plugs GOOD
	decided many_allowed
	end_usbguard
	authorized_default 1
}

# --- Rampart: last, since its module does not go before the machine does ---
version=0
# rampart_policy DEVICES: a section as in rampart-policy(5), without its first line.
rampart_policy() {
	version=$((version + 1))
	printf 'rampart: 1\nname: bench\nversion: %s\nvalid: {from: 2020-01-01, until: 2040-01-01}\ndevices:\n%s\n' $version "$1" > /tmp/y
	apply_yaml < /tmp/y || die "the policy does not apply: $(head -n 3 /tmp/applied)"
	wait_enforcing > /dev/null || die "the policy is not in force"
	sleep 3
}
rule_of() { printf '    - {id: r%s, include: [g%s], entries: [{allow: [attach]}]}\n' "$1" "$1"; }
group_of() { printf '    - {id: g%s, vendor: "46f4", product: "0001", serial: "%s"}\n' "$1" "$2"; }
many_rampart() {
	printf '  mode: block\n  default: deny\n  groups:\n'
	for i in $(seq 2 $rules); do printf '    - {id: g%d, vendor: "46f4", product: "0001", serial: "%08d"}\n' "$i" "$i"; done
	group_of 1 GOOD
	echo "  rules:"
	for i in $(seq 2 $rules) 1; do rule_of "$i"; done
}
good_rampart="  mode: block
  default: deny
  groups:
$(group_of 1 GOOD)
  rules:
$(rule_of 1)"
family() {
	printf '  mode: block\n  default: allow\n  groups:\n    - {id: these, family: %s}\n  rules:\n    - {id: none, include: [these], entries: [{deny: [%s]}]}\n' \
		"$1" "$2"
}
bench_rampart() {
	who=Rampart
	before=$(memory)
	insmod /usr/lib/rampart/rampart.ko || die "the module does not load"
	start_daemon 9>&- || die "no daemon"
	rampart_policy "$good_rampart"
	bench_times
	bench_root
	rampart_policy "$(family removable_media 'write, execute')"
	bench_media
	rampart_policy "$good_rampart"
	kill_daemon
	let_in GOOD killed_allowed
	let_in BAD killed_refused
	start_daemon 9>&- || die "no daemon again"
	rampart_policy "$(family keyboard attach)"
	put by_half "$(half)"
	original
	rampart_policy "$(rampartctl device generate | sed '1,/^devices:/d; s/mode: audit/mode: block/')"
	no_gadget
	bench_clones
	many_rampart > /tmp/many
	rampart_policy "$(cat /tmp/many)"
	put_memory "$before" rampartd
	time_plugs GOOD
	decided many_allowed
	end_daemon
}

# A guest that counts starts at a fixed date, before the signer's certificate.
date -s "$(openssl x509 -noout -startdate -in $KEYS/policy.crt | cut -d= -f2)" > /dev/null || die "no date"
: > /tmp/results
truncate -s 4M /var/tmp/medium
bench_nothing
bench_usbguard
bench_rampart
awk -F '|' '
	BEGIN {
		n = split("decision_allowed|From reading the descriptors of a stick that is let in to the decision;probe_allowed|to its driver;" \
			"many_allowed|to the decision, with 10,000 rules, of which the last lets it in;" \
			"decision_refused|From reading the descriptors of a stick that is refused to the decision;probe_refused|to its driver;" \
			"memory_kernel|Memory with 10,000 rules: the kernel;memory_daemon|the daemon;" \
			"by_half|What is a stick and a keyboard, of which the stick is to be let in;" \
			"pretended|A keyboard that has the numbers and the serial number of a stick that is let in;" \
			"clone|A stick that has them, but not the same descriptors otherwise;" \
			"killed_allowed|The daemon is killed: a stick that is let in;killed_refused|one that is refused;" \
			"by_authorized|Root lets a refused stick in: authorized;by_default|authorized_default, before it is plugged in;" \
			"by_bind|bind, bConfigurationValue, drivers_probe;by_new_id|new_id;" \
			"by_ask|A program sends a refused stick requests by usbfs: to the device;by_usbfs|to its function, which takes data;" \
			"by_read|A stick to be read only: it is read;by_write|its disk is written to;" \
			"by_sg|the same by a SCSI command to its node sg;by_commands|to that of the disk, opened to be read;" \
			"by_mount|it is mounted, and a file is written;by_exec|a program on it is run", row, ";")
	}
	{ got[$1, $2] = $3 }
	END {
		split("nothing USBGuard Rampart", column, " ")
		print "| | nothing | USBGuard | Rampart |\n|---|---|---|---|"
		for (i = 1; i <= n; i++) {
			split(row[i], part, "|")
			line = "| " part[2]
			for (c = 1; c <= 3; c++) {
				if (got[part[1], column[c]] == "") { print "bench-usb: no " part[1] " of " column[c]; missing = 1 }
				line = line " | " got[part[1], column[c]]
			}
			print line " |"
		}
		exit missing
	}' /tmp/results
