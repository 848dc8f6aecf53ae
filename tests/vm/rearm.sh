#!/bin/sh
# SPDX-License-Identifier: MIT
# Disarmed until a moment that comes: what happens until then is not seen, and counts for nothing after it. A trusted program becomes
# another one, an unprotected directory comes under a protected one, and another file takes a trusted program's place.
here=$(dirname "$0")
. "$here/lib.sh"
trusted=/usr/local/bin/editor launcher=/usr/local/bin/launcher
mkdir -p /srv/ledger /srv/public/moved && echo original > /srv/ledger/f && echo original > /srv/public/moved/f
changes() { echo x 2> /dev/null >> "$1"; }
# again: as soon as it is armed.
again() {
	for _ in $(seq 300); do
		[ "$(status disarmed_until)" = null ] && return
		sleep 0.1
	done
	return 1
}

mkdir -p ${trusted%/*} && cp "$(command -v dash)" $trusted && cp "$(command -v dash)" /usr/local/bin/next && cp "$(command -v dash)" $launcher
more_allow="
    - {exe: $launcher, children: true}"
# waits FILE: a shell's words that wait until it is there.
waits() { echo "while [ ! -e $1 ]; do sleep 0.1; done"; }
check apply apply 1 block off
check enforcing wait_enforcing
refused enforced changes /srv/ledger/f
check outside changes /srv/public/moved/f
check trusted $trusted -c 'echo x >> /srv/ledger/f'
$trusted -c "$(waits /tmp/disarmed); exec dash -c '$(waits /tmp/armed); echo stranger >> /srv/ledger/f'" 2> /tmp/stranger &
stranger=$!
$trusted -c "$(waits /tmp/armed); echo replaced >> /srv/ledger/f" 2> /tmp/replaced &
replaced=$!
mkfifo /tmp/wake
$launcher -c "dash -c 'echo child >> /srv/ledger/f; read -r _ < /tmp/wake; echo orphan >> /srv/ledger/f'; true" 2> /tmp/orphan &
orphan=$!
check token token "$(status challenge)" /tmp/token
# The token is for an hour.
date -s "@$(($(date +%s) + 3585))" > /dev/null
check disarm rampartctl disarm /tmp/token
check disarmed changes /srv/ledger/f
# Its proofs would make the kernel look again at all that was mounted.
kill_daemon
: > /tmp/disarmed
sleep 1
mv /srv/public/moved /srv/ledger/moved
mv /usr/local/bin/next $trusted
check armed again
refused armed/enforced changes /srv/ledger/f
refused armed/moved changes /srv/ledger/moved/f
check armed/new_program $trusted -c 'echo x >> /srv/ledger/f'
: > /tmp/armed
wait $stranger
wait $replaced
echo > /tmp/wake
wait $orphan
refused armed/became_another grep stranger /srv/ledger/f
check armed/said grep -q 'not permitted' /tmp/stranger
# Nobody has seen who started it: it may be an orphan that the launcher took over.
check trusted_child grep child /srv/ledger/f
refused armed/child grep orphan /srv/ledger/f
$launcher -c "dash -c 'echo begotten >> /srv/ledger/f'; true"
check armed/new_child grep begotten /srv/ledger/f
# Its file is gone from the policy's path.
refused armed/replaced grep replaced /srv/ledger/f
check daemon start_daemon
check daemon/enforcing wait_enforcing
finish
