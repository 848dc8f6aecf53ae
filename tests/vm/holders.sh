#!/bin/sh
# SPDX-License-Identifier: MIT
# Who can still write to protected files, since before the policy came, is listed and in the journal.
here=$(dirname "$0")
. "$here/lib.sh"
log=/var/log/rampartd.log
# holds NAME COMMAND...: until it says so.
holds() {
	name=$1
	shift
	: > /tmp/held
	"$@" > /tmp/held &
	for _ in $(seq 50); do grep -q held /tmp/held && break; sleep 0.1; done
	check "$name" grep -q held /tmp/held
}
listed() { rampartctl holders --json | jq -r '.[] | "\(.uid) \(.by) \(.path) \(.exe)"' | sort; }
said() { sed -n 's/.*process [0-9]* (\(.*\), user \([0-9]*\)) can still write to \(.*\): it had \(.*\) before .*/\2 \4 \3 \1/p' $log | sort; }

install_editor
cp "$here/hold" /usr/local/bin/hold && cp "$here/hold" /usr/local/bin/editor
mkdir -p /srv/ledger /srv/free /data/people/eva/Documents
echo "eva:x:1010:1010::/data/people/eva:/bin/sh" >> /etc/passwd
as_user mkdir -p /home/user/Documents
odd=$(printf '/srv/ledger/a b\n(deleted)')
for f in /srv/ledger/f /srv/ledger/m /srv/ledger/gone "$odd" /srv/free/f /data/people/eva/Documents/f; do echo original > "$f"; done
as_user sh -c 'echo original > /home/user/Documents/f'
holds hold/descriptor hold descriptor /srv/ledger/f
holds hold/mapping hold mapping /srv/ledger/m
holds hold/user as_user hold descriptor /home/user/Documents/f
holds hold/account hold mapping /data/people/eva/Documents/f
holds hold/odd hold mapping "$odd"
holds hold/reading hold reading /srv/ledger/f
holds hold/allowed editor descriptor /srv/ledger/f
holds hold/outside hold descriptor /srv/free/f
holds hold/gone hold descriptor /srv/ledger/gone
rm /srv/ledger/gone
cat > /tmp/expected << 'END'
0 descriptor /srv/ledger/f /usr/local/bin/hold
0 mapping /data/people/eva/Documents/f /usr/local/bin/hold
0 mapping /srv/ledger/a b\x0a(deleted) /usr/local/bin/hold
0 mapping /srv/ledger/m /usr/local/bin/hold
1000 descriptor /home/user/Documents/f /usr/local/bin/hold
END
check apply apply 1 block off
check enforcing wait_enforcing
listed > /tmp/listed
check listed diff /tmp/expected /tmp/listed
for _ in $(seq 50); do [ "$(said | wc -l)" -ge 5 ] && break; sleep 0.1; done
sed 's/ descriptor / opened it /; s/ mapping / mapped it /' /tmp/expected | sort > /tmp/expected_said
said > /tmp/said
check said diff /tmp/expected_said /tmp/said
check text sh -c "rampartctl holders | grep -q '^ *[0-9]* *1000  descriptor  /home/user/Documents/f, /usr/local/bin/hold$'"
says user "only root" as_user rampartctl holders
says argument "unexpected argument" rampartctl holders x
killall hold editor
sleep 0.2
check none sh -c "rampartctl holders | grep -q '^No process'"
# More than the journal takes.
check off apply 2 off off
for n in $(seq 25); do hold descriptor /srv/ledger/f > /dev/null & done
sleep 1
check many/apply apply 3 block off
for _ in $(seq 50); do grep -q 'more can still write' $log && break; sleep 0.1; done
check many/said grep -q '5 more can still write to protected files' $log
check many/listed test "$(listed | wc -l)" = 25
killall hold
finish
