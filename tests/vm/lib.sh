# SPDX-License-Identifier: MIT
# Shared by the suites that run inside a guest. Each check prints "ok NAME" or "not ok NAME: reason".
# shellcheck shell=sh
KEYS=/etc/rampart/test-keys
passed=0
failed=0
skipped=0

ok() { passed=$((passed + 1)); echo "ok $1"; }
skip() { skipped=$((skipped + 1)); echo "skip $1: $2"; }
not_ok() { failed=$((failed + 1)); echo "not ok $1: $2"; }
# check NAME COMMAND...: passes when the command does.
check() {
	name=$1
	shift
	if out=$("$@" 2>&1); then ok "$name"; else not_ok "$name" "$(echo "$out" | tail -n 3 | tr '\n' ' ')"; fi
}
# refused NAME COMMAND...: passes when the command fails.
refused() {
	name=$1
	shift
	if out=$("$@" 2>&1); then not_ok "$name" "it worked: $out"; else ok "$name"; fi
}
# says NAME WORDS COMMAND...: passes when the command fails and prints WORDS.
says() {
	name=$1 words=$2
	shift 2
	if out=$("$@" 2>&1); then not_ok "$name" "it worked: $out"; return; fi
	case $out in *"$words"*) ok "$name" ;; *) not_ok "$name" "not \"$words\": $out" ;; esac
}
install_editor() {
	mkdir -p /usr/local/bin && cp "$here/editor" /usr/local/bin/editor && chmod 0755 /usr/local/bin/editor
}
finish() { echo "$passed passed, $failed failed, $skipped skipped"; [ "$failed" -eq 0 ]; exit; }

# policy VERSION FOLDERS-MODE SELF-MODE: the YAML on stdout, with $more_folders and $more_allow. Versions count from that
# which is in force when the suite starts: another may have run before it.
policy() {
	cat <<YAML
rampart: 1
name: test
version: $((${version_before:-0} + $1))
valid: {from: 2020-01-01, until: 2040-01-01}
folders:
  mode: $2
  protect: ["~/Documents", "/srv/ledger"${more_folders:+, $more_folders}]
  allow:
    - {exe: /usr/local/bin/editor}${more_allow-}
self_protection: {mode: $3}
YAML
}
# apply VERSION FOLDERS-MODE SELF-MODE
apply() { policy "$1" "$2" "$3" | apply_yaml; }
# apply_yaml: what is on stdin.
apply_yaml() {
	cat > /tmp/p.yaml &&
	rampartctl policy compile /tmp/p.yaml -o /tmp/p.pb &&
	rampartctl policy sign /tmp/p.pb --key $KEYS/policy.key --cert $KEYS/policy.crt -o /tmp/p.bundle &&
	rampartctl policy apply /tmp/p.bundle > /tmp/applied
}
# status KEY: its value at the top level, nothing if there is none.
status() { rampartctl status --json | sed -n "s/^  \"$1\": \"\?\([^\",]*\).*/\1/p"; }
# accounting CLASS KEY: of the events of a class, "blocks" or "others".
accounting() {
	rampartctl status --json |
		awk -v class="\"$1\":" -v key="\"$2\":" '$1 == class { here = 1 } here && $1 == key { print $2 + 0; exit }'
}
version_before=$(status version 2> /dev/null) || true
# wait_enforcing: the daemon proves the hooks right after a policy has come.
wait_enforcing() {
	for _ in $(seq 50); do
		[ "$(status enforcing)" = true ] && return 0
		sleep 0.2
	done
	rampartctl status
	return 1
}
# eventually COMMAND...: within ten seconds.
eventually() {
	for _ in $(seq 100); do
		"$@" > /dev/null 2>&1 && return
		sleep 0.1
	done
	return 1
}
# wait_daemon: rampartd reads the kernel's events, and answers.
daemon_reads() { [ "$(status reader_pid)" -gt 0 ] && rampartctl events --limit 1; }
wait_daemon() { eventually daemon_reads; }
# start_daemon: up once it answers. kill_daemon, and end_daemon by SIGTERM: done once it is gone.
start_daemon() {
	rampartd >> /var/log/rampartd.log 2>&1 < /dev/null &
	wait_daemon
}
gone() { while pidof rampartd > /dev/null; do sleep 0.05; done; }
kill_daemon() {
	killall -9 rampartd 2> /dev/null
	gone
}
end_daemon() {
	killall rampartd
	gone
}
# kernel FIELD: of the kernel's status, past the daemon.
kernel() { "$here/rawnl" status | tr ' ' '\n' | sed -n "s/^$1=//p"; }
# token CHALLENGE FILE: a signed disarm for an hour.
token() { rampartctl policy token --challenge "$1" --hours 1 --key $KEYS/policy.key --cert $KEYS/policy.crt -o "$2"; }
# settled: all that was emitted has been stored.
nothing_pending() { rampartctl status --json | awk '/"pending"/ { n += $2 } END { exit n > 0 }'; }
settled() { eventually nothing_pending; }
# memory: kB that the kernel cannot take back.
memory() {
	sleep 2
	echo 3 > /proc/sys/vm/drop_caches
	awk '/^(SUnreclaim|VmallocUsed|Percpu):/ { n += $2 } END { print n }' /proc/meminfo
}
# The ordinary account of the guests.
as_user() { setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
