#!/bin/sh
# SPDX-License-Identifier: MIT
# The daemon's folder on a disk that is full, that is read-only, that fails to write, and whose calls fail one after the other. A
# policy that cannot be kept is refused, or said to be in force and not recorded; a stored one comes into force all the same; and
# events that cannot be stored are counted, and in the journal.
here=$(dirname "$0")
. "$here/lib.sh"
. "$here/store.sh"
refusal() { echo "$state: $1; nothing was changed"; }
stored() { rampartctl events --limit 100000 | grep -c '/srv/ledger/f'; }
unstored() { grep -c ', not in the store$' $log; }
# lost_none NAME COUNT MIN: of that many blocks each is in the store or in the journal as not in it, and that at least MIN are.
lost_none() {
	s=$(stored) u=$(unstored)
	for _ in $(seq "$2"); do changes; done
	check "$1/settled" settled
	is "$1/each_event" "$2" sh -c "echo $(($(stored) - s + $(unstored) - u))"
	check "$1/some_unstored" test $(($(unstored) - u)) -ge "$3"
	is "$1/dropped" 0 accounting blocks dropped
	lost=$(($(unstored) - u))
}
# well_again NAME COUNT: the next event is stored again, with so many others, and how many are not is said.
well_again() {
	changes
	check "$1/settled" settled
	is "$1/stored" $(($2 + 1)) stored
	is "$1/said" "rampartd: event store: written again; $lost events are not in it" sh -c "grep 'event store:' $log | tail -n 1"
}
fill() {
	dd if=/dev/zero of=$state/fill bs=64k
	dd if=/dev/zero bs=1k >> $state/fill
	sync
}
# becomes TARGET: what the device is from here on.
becomes() {
	dmsetup suspend --nolockfs --noflush disk && dmsetup load disk --table "0 8192 $1" && dmsetup resume disk
}

mkdir -p /srv/ledger && echo original > /srv/ledger/f
check disk make_disk
check device dmsetup create disk --table '0 8192 linear /dev/loop0 0'
kill_daemon
check mount mount /dev/mapper/disk $state
check daemon start_daemon
check apply apply 1 block off
v=$((version_before + 1))
in_force begin $v

# --- full ---
fill > /dev/null 2>&1
says full/apply "$(refusal 'No space left on device')" apply 2 block off
in_force full $v
lost_none full/events 300 1
check full/said grep -q 'event store: database or disk is full' $log
rm $state/fill
well_again full/again $((300 - lost))
kept=$(stored)
fill > /dev/null 2>&1
check full/new_kernel new_kernel
check full/boot start_daemon
in_force full/boot $v
rm $state/fill

# --- read-only ---
check read_only/new_kernel new_kernel
check read_only/umount umount $state
check read_only/mount mount -o ro /dev/mapper/disk $state
rampartd >> $log 2>&1 < /dev/null &
in_force read_only $v
says read_only/apply "$(refusal 'Read-only file system')" apply 2 block off
in_force read_only/refused $v
lost_none read_only/events 10 10
check read_only/remount mount -o remount,rw $state
# Nor can it be read, if that is how the daemon found it.
well_again read_only/again "$kept"
check read_only/apply_again apply 2 block off
v=$((v + 1))
in_force read_only/applied $v

# --- a disk that fails to write ---
sync
check broken/device becomes 'flakey /dev/loop0 0 0 600 1 error_writes'
says broken/apply "$(refusal 'Input/output error')" apply 3 block off
is broken/kernel "$v $v" sh -c "echo $(kernel version) $(kernel floor_version)"
# Now it is gone for good, and cannot be read either.
sync
u=$(unstored)
for _ in $(seq 10); do changes; done
check broken/settled settled
is broken/unstored $((u + 10)) unstored
check broken/lives pidof rampartd
kill_daemon
check broken/mended becomes 'linear /dev/loop0 0'
check broken/umount umount $state
check broken/mount mount /dev/mapper/disk $state
check broken/daemon start_daemon
in_force broken/after $v

# --- each call by which the daemon changes what is there ---
# Only those on the files of the policy count, since the others come as they like.
attached() {
	: > /tmp/strace
	strace -o /tmp/trace -P $state -P $state/policy.bundle.new.tmp -P $state/floor.tmp "$@" \
		-p "$(pidof rampartd)" 2> /tmp/strace &
	strace=$!
	for _ in $(seq 100); do grep -q attached /tmp/strace && return 0; sleep 0.05; done
	return 1
}
detach() {
	kill $strace
	wait $strace 2> /dev/null
}
next() { apply $((v + 1 - version_before)) block off 2> /tmp/refusal; }
check calls/first next
v=$((v + 1))
attached -e trace=openat,write,fsync,renameat
check calls/traced next
detach
v=$((v + 1))
awk '{ call = $0; sub(/\(.*/, "", call); n[call]++ }
	/^[a-z]/ && (call != "openat" || /O_CREAT/) { print call, n[call] }' /tmp/trace > $work/calls
total=0 kept=0 bad='' errors='ENOSPC EIO EROFS'
while read -r call n; do
	# They take turns; the unit tests have each of them for each call.
	error=${errors%% *} errors="${errors#* } ${errors%% *}"
	case $error in
	ENOSPC) words='No space left on device' ;;
	EIO) words='Input/output error' ;;
	EROFS) words='Read-only file system' ;;
	esac
	at="$error/$call/$n"
	attached -e trace="$call" -e inject="$call:error=$error:when=$n"
	next && bad="$bad $at:silent"
	detach
	grep -q INJECTED /tmp/trace || bad="$bad $at:not_injected"
	total=$((total + 1)) found=$(disk) said=
	case "$(kernel version) $found" in
	"$v $v - $v") said="rampartctl: $(refusal "$words")" kept=$((kept + 1)) ;;
	"$((v + 1)) $v $((v + 1)) $v" | "$((v + 1)) $((v + 1)) - $v" | "$((v + 1)) $((v + 1)) - $((v + 1))")
		said="rampartctl: $state: $words; the policy is in force but not recorded: a boot may bring back the one before"
		v=$((v + 1)) ;;
	*) bad="$bad $at:$(kernel version)/$found" ;;
	esac
	[ "$(cat /tmp/refusal)" = "$said" ] || bad="$bad $at:$(cat /tmp/refusal)"
	next || bad="$bad $at:next:$(cat /tmp/refusal)"
	v=$((v + 1))
	[ "$(kernel version) $(disk)" = "$v $v - $v" ] || bad="$bad $at:after:$(kernel version)/$(disk)"
done < $work/calls
echo "# $total calls failed, one after the other: $kept times nothing changed, $((total - kept)) times it was in force"
[ ! "$bad" ] && [ $total -ge 12 ] && [ $kept -gt 0 ] && [ $kept -lt $total ] && ok calls/all || not_ok calls/all "$total:$bad"
in_force end $v
finish
