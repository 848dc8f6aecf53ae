#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: swap.sh [TIMES [memory]]
# Two policies take turns, so many times, as fast as they load, while programs rename files. The one protects /srv/a from all but the
# mover, the other protects /srv/b from all. The mover may move between /srv/a and /srv/c under either, and others may move
# between /srv/a and /srv/b under neither: but for a verdict on labels of the one by the rules of the other. With "memory", that
# it is back to base is seen, too: once IMA, which queues each certificate in the first five minutes, has let them go.
here=$(dirname "$0")
. "$here/lib.sh"
export running=/tmp/running
times=${1:-60}
warm=$((times / 4))
# loads FIRST LAST: past the daemon.
loads() {
	seq "$1" "$2" | sed "s,.*,load $here/swap/&.bundle," | "$here/rawnl" > /tmp/answers
	test "$(grep -c '^ok 0 ' /tmp/answers)" = $(($2 - $1 + 1)) || { grep -v '^ok 0 ' /tmp/answers | head -n 3; return 1; }
}

mkdir -p /srv/a /srv/b /srv/c /usr/local/bin
for f in a/mover1 a/mover2 a/other b/other2; do echo original > /srv/$f; done
cp "$here/move" /usr/local/bin/mover
kill_daemon
check load loads 1 1
: > $running
for n in 1 2; do
	/usr/local/bin/mover /srv/a/mover$n /srv/c/mover$n $running > /tmp/mover$n &
done
"$here/move" /srv/a/other /srv/b/other $running > /tmp/other1 &
"$here/move" /srv/b/other2 /srv/a/other2 $running > /tmp/other2 &
check loads/warm loads 2 $warm
if [ "${2-}" = memory ]; then
	while [ "$(cut -d. -f1 /proc/uptime)" -lt 310 ]; do sleep 1; done
	before=$(memory)
fi
start=$(cut -d. -f1 /proc/uptime)
check loads loads $((warm + 1)) "$times"
took=$(($(cut -d. -f1 /proc/uptime) - start))
[ "${2-}" = memory ] && after=$(memory)
rm $running
wait
for n in 1 2; do
	read -r worked refused other < /tmp/mover$n
	check "mover$n: $worked of $((worked + refused + other)) worked" test "$worked" -gt 100 -a "$refused $other" = "0 0"
	read -r worked refused other < /tmp/other$n
	check "other$n: $refused of $((worked + refused + other)) refused" test "$refused" -gt 100 -a "$worked $other" = "0 0"
done
check "version: $((times - warm)) loads in $took s" test "$("$here/rawnl" status | grep -o ' version=[0-9]*')" = " version=$times"
[ "${2-}" != memory ] ||
	check "memory: $((after - before)) kB more than after the first $warm" test $((after - before)) -lt 256
check daemon start_daemon
finish
