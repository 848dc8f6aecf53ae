#!/bin/sh
# SPDX-License-Identifier: MIT
# Under systemd, in a Debian guest: the units, the journal, and what systemctl does to a daemon that no signal stops.
# With "off": the boot by which who is locked out gets in (--append rampart=off).
here=$(dirname "$0")
. "$here/lib.sh"
# unit PROPERTY; is PROPERTY VALUE
unit() { systemctl show rampartd.service -P "$1"; }
is() { [ "$(unit "$1")" = "$2" ] || { unit "$1"; return 1; }; }
changes() { echo x > /srv/ledger/f; }

mkdir -p /srv/ledger && chmod 777 /srv/ledger
install -o 1000 -m 666 /dev/null /srv/ledger/f && echo original > /srv/ledger/f
install_editor
cp /usr/bin/dash /usr/local/bin/inner

# --- the way in for who is locked out ---
if [ "${1-}" = off ]; then
	for u in rampart-module rampartd; do
		check off/$u.enabled systemctl is-enabled $u
		refused off/$u.skipped systemctl is-active $u
		check off/$u.start systemctl start $u
		refused off/$u.skipped_still systemctl is-active $u
	done
	refused off/module grep -q '^rampart ' /proc/modules
	check off/write changes
	# It does enforce where it is loaded all the same.
	check off/by_hand insmod /usr/lib/rampart/rampart.ko
	rampartd > /var/log/rampartd.log 2>&1 &
	for _ in $(seq 50); do [ -S /run/rampart/control.sock ] && break; sleep 0.1; done
	check off/apply apply 1 block off
	refused off/enforced changes
	finish
fi

# --- as it comes up ---
check boot/active is ActiveState active
check boot/early sh -c 'systemctl show sysinit.target -P Wants | grep -qw rampartd.service'
check boot/before_sysinit test "$(unit ActiveEnterTimestampMonotonic)" -lt \
	"$(systemctl show sysinit.target -P ActiveEnterTimestampMonotonic)"
check boot/module grep -q '^rampart ' /proc/modules
check boot/filtered grep -q '^Seccomp:.2' "/proc/$(unit MainPID)/status"
check boot/apply apply 1 block off
check boot/enforcing wait_enforcing
check boot/doctor rampartctl doctor
cp /tmp/p.bundle /tmp/1.bundle

# --- the journal ---
as_user /usr/local/bin/inner -c 'echo $$ > /tmp/inner; echo x > /srv/ledger/f; exit 0' 2> /dev/null
settled && journalctl --sync
journalctl -q MESSAGE_ID=4f257de394154c8cbe6b419053d9c608 RAMPART_PATH=/srv/ledger/f -o json > /tmp/journal
rampartctl events --json > /tmp/events
# reported NAME FILTER: true of the entry $j and the event $e.
reported() {
	jq -en --slurpfile journal /tmp/journal --slurpfile events /tmp/events --rawfile pid /tmp/inner --arg shell $$ "
		\$journal[0] as \$j | \$events[0][-1] as \$e | (\$pid | rtrimstr(\"\\n\")) as \$pid | $2" > /tmp/said 2>&1 &&
		ok "journal/$1" || not_ok "journal/$1" "$(cat /tmp/said /tmp/journal)"
}
reported once '$journal | length == 1'
reported id '$j.RAMPART_ID == "\($e.id)" and $j.RAMPART_SEQ == "\($e.seq)" and $e.pid == ($pid | tonumber)'
reported what '$j.RAMPART_OUTCOME == "blocked" and $j.RAMPART_OPERATION == "write" and $j.RAMPART_PATH2 == "" and
	$j.RAMPART_RULE == "folders" and $j.RAMPART_MODE == "block" and $j.RAMPART_COUNT == "1" and $j.PRIORITY == "4"'
reported who '$j.RAMPART_EXE == "/usr/local/bin/inner" and $j.RAMPART_PID == $pid and $j.RAMPART_UID == "1000"'
reported lineage '$j.RAMPART_LINEAGE | startswith("/usr/bin/setpriv[\($pid)] /usr/bin/dash[\($shell)] ") and
	. == ([$e.lineage[] | "\(.exe)[\(.pid)]"] | join(" "))'
reported policy '$j.RAMPART_POLICY == "test" and $j.RAMPART_POLICY_VERSION == "1" and
	$j.RAMPART_GENERATION == "\($e.generation)"'
reported sender '$j._SYSTEMD_UNIT == "rampartd.service" and $j._EXE == "/usr/sbin/rampartd"'

# --- what dpkg knows ---
touch /srv/ledger/touched 2> /dev/null
settled
rampartctl why "$(rampartctl events --json --limit 1 | jq '.[0].id')" --json > /tmp/why
check package/why jq -e '.event.exe == "/usr/bin/touch" and .package == "coreutils"' /tmp/why
more_allow="
    - {package: coreutils}"
check package/apply apply 2 block off
check package/allowed touch /srv/ledger/touched
rampartctl trusted --json > /tmp/trusted
check package/trusted jq -e 'any(.[]; .exe == "/usr/bin/touch" and .package == "coreutils" and .trusted) and
	any(.[]; .exe == "/usr/bin/mv") and all(.[]; .exe != "/usr/bin/env")' /tmp/trusted
refused package/others changes
more_allow=

# --- a grant, under the filter for system calls ---
check grant/apply apply 3 warn off
write() { as_user /usr/local/bin/inner -c 'echo x > /srv/ledger/f'; }
refused grant/before write
settled
check grant/given as_user rampartctl grant "$(rampartctl events --json --limit 1 | jq '.[0].id')"
check grant/after write

# --- no signal stops it ---
check self/apply apply 4 block block
check self/enforcing wait_enforcing
daemon=$(unit MainPID)
reader() { rampartctl status --json | awk '$1 == "\"reader_pid\":" { print $2 + 0 }'; }
# holds NAME: the kernel refuses, and the same daemon reads its events and answers.
holds() {
	refused "$1/refused" changes
	check "$1/reader" test "$(reader)" = "$daemon"
	check "$1/answers" rampartctl events --limit 1
}
# replaced NAME: another daemon reads.
replaced() {
	for _ in $(seq 50); do
		new=$(reader)
		[ "${new:-0}" != 0 ] && [ "$new" != "$daemon" ] && break
		sleep 0.2
	done
	check "$1/replaced" is MainPID "$new"
	refused "$1/same" test "$new" = "$daemon"
	daemon=$new
}
gone() {
	for _ in $(seq 50); do kill -0 "$daemon" 2> /dev/null || return 0; sleep 0.1; done
	return 1
}
for signal in KILL TERM STOP ABRT; do
	refused "kill/$signal" systemctl kill -s $signal rampartd
done
check kill/active is ActiveState active
refused mask/for_good systemctl mask --now rampartd
refused mask/runtime systemctl mask --now --runtime rampartd
check mask/active is ActiveState active
holds mask

# systemd may not send its signals, and forgets of the daemon; started again, it takes it for its own.
check stop/done systemctl stop rampartd
check stop/inactive is ActiveState inactive
holds stop
check start/done systemctl start rampartd
check start/active is ActiveState active
check start/main is MainPID "$daemon"
check restart/done systemctl restart rampartd
check restart/main is MainPID "$daemon"
holds restart

# --- its control group ---
refused freeze/done systemctl freeze rampartd
refused freeze/frozen is FreezerState frozen
refused cgroup_kill/done sh -c 'echo 1 > /sys/fs/cgroup/system.slice/rampartd.service/cgroup.kill'
holds cgroup
# Memory can be taken from it (README, known gaps).
systemctl set-property --runtime rampartd MemoryMax=1M 2> /dev/null
check memory/killed gone
refused memory/refused changes
systemctl set-property --runtime rampartd MemoryMax=infinity
replaced memory

# --- a place below an automount: to look for it must not wait for a mount that waits for that look ---
mkdir -p /srv/real/ledger
printf '[Mount]\nWhat=/srv/real\nWhere=/mnt/auto\nType=none\nOptions=bind\n' > /run/systemd/system/mnt-auto.mount
printf '[Automount]\nWhere=/mnt/auto\n' > /run/systemd/system/mnt-auto.automount
systemctl daemon-reload && ln -s auto/ledger /mnt/ledger
check automount/start systemctl start mnt-auto.automount
mounted() { grep ' /mnt/auto ' /proc/mounts | grep -qv ' autofs '; }
more_folders=/mnt/auto/ledger
check automount/apply apply 5 block off
refused automount/not_mounted mounted
check automount/place ls /mnt/auto/ledger
check automount/mounted mounted
refused automount/protected touch /mnt/auto/ledger/f
umount /mnt/auto
# What only a symlink tells is looked for, at the cost of some seconds; the mount comes about all the same.
more_folders=/mnt/ledger
check automount/apply_link apply 6 block off
check automount/link ls /mnt/ledger/
refused automount/link_protected touch /mnt/ledger/f
more_folders=
umount /mnt/auto && systemctl stop mnt-auto.automount

# --- a crash ---
check crash/apply apply 7 block off
check crash/enforcing wait_enforcing
check crash/kill kill -9 "$daemon"
refused crash/refused changes
replaced crash
check crash/enforcing_again wait_enforcing
check crash/version test "$(status version)" = 7
rampartctl policy apply /tmp/1.bundle > /tmp/said 2>&1
check crash/rolled_back grep -q 'refused: rolled back' /tmp/said
holds crash

# --- systemd starts for others what they may not start themselves ---
cp "$here/told" /usr/local/bin/office
mkdir -p /srv/asked
# asks NAME: a program in the class office has systemd start one.
asks() { /usr/local/bin/office exec /usr/bin/systemd-run --quiet touch "/srv/asked/$1" && eventually test -e "/srv/asked/$1"; }
# broker VERSION MODE BROKERS
broker() {
	apply_yaml <<-YAML
		rampart: 1
		name: test
		version: $1
		valid: {from: 2020-01-01, until: 2040-01-01}
		asr: {office_child: {mode: $2}}
		classes: {office: {add: [/usr/local/bin/office]}, broker: $3}
	YAML
}
check broker/audit broker 8 audit '{add: [/usr/bin/at]}'
check broker/asked asks audit
check broker/block broker 9 block '{add: [/usr/bin/at]}'
refused broker/client asks client
check broker/not_asked test ! -e /srv/asked/client
# One that is not known to be a client: it asks over the D-Bus then, which is a known gap.
check broker/block_socket broker 10 block '{paths: [/run/systemd/private]}'
check broker/bus asks bus
settled
rampartctl events --json --limit 1 > /tmp/events
check broker/reported jq -e '.[0] | .rule == "office_child" and .op == "connect" and .path == "/run/systemd/private" and
	.exe == "/usr/bin/systemd-run" and .outcome == "blocked"' /tmp/events
check broker/others systemd-run --quiet touch /srv/asked/others
check broker/others_done eventually test -e /srv/asked/others

# Its own probe is not reported.
rampartctl events --json > /tmp/events
check own_events jq -e 'all(.exe != "/usr/sbin/rampartd")' /tmp/events
finish
