#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: swap.sh [SECONDS RATE [memory]]
# Two policies take turns for so many seconds, and as many times at least, RATE a second if that many can be, while 4 programs rename
# files and 4 write. The one protects /srv/a and /srv/d from all but the mover, the other /srv/b and /srv/d from all. The mover may
# move between /srv/a and /srv/c and write in /srv/a under either; others may move between /srv/a and /srv/b and write in /srv/d
# under neither: but for a verdict on labels of the one by the rules of the other, or on none. With "memory", that it is back to
# base is seen, too: once IMA, which queues each certificate in the first five minutes, has let them go.
here=$(dirname "$0")
. "$here/lib.sh"
running=/tmp/running
seconds=${1:-5} rate=${2:-100}
next=$((${version_before:-0} + 1))
# loads SECONDS: past the daemon.
loads() { "$here/rawnl" swap /tmp/swap $next "$1" "$rate" > /tmp/loads; }
# start NAME PROGRAM ARGUMENT...
start() {
	out=/tmp/count.$1
	shift
	"$@" $running > "$out" &
}
# base: what the quarantine of KASAN keeps, if there is one, is freed too.
base() {
	for cache in /sys/kernel/slab/*/shrink; do echo 1 > "$cache"; done 2> /dev/null
	memory
}

mkdir -p /tmp/swap && tar -xf "$here/swap/all.tar" -C /tmp/swap
mkdir -p /srv/a /srv/b /srv/c /srv/d /usr/local/bin
for f in a/mover1 a/mover2 a/other1 b/other2 a/writer1 a/writer2 d/stranger1 d/stranger2; do echo original > /srv/$f; done
cp "$here/move" /usr/local/bin/mover
kill_daemon
: > $running
check load "$here/rawnl" load /tmp/swap/$next.bundle
for n in 1 2; do
	start mover$n /usr/local/bin/mover /srv/a/mover$n /srv/c/mover$n
	start writer$n /usr/local/bin/mover /srv/a/writer$n
	start stranger$n "$here/move" /srv/d/stranger$n
done
start other1 "$here/move" /srv/a/other1 /srv/b/other1
start other2 "$here/move" /srv/b/other2 /srv/a/other2
next=$((next + 1))
check loads/warm loads $(((seconds + 3) / 4))
read -r n _ < /tmp/loads
next=$((next + n))
if [ "${3-}" = memory ]; then
	while [ "$(cut -d. -f1 /proc/uptime)" -lt 310 ]; do sleep 1; done
	before=$(base)
fi
check loads loads "$seconds"
read -r n took longest < /tmp/loads
last=$((next + n - 1))
[ "${3-}" = memory ] && after=$(base)
rm $running
wait
for n in 1 2; do
	for name in mover$n writer$n; do
		read -r worked refused other < /tmp/count.$name
		check "$name: $worked of $((worked + refused + other)) worked" test "$worked" -ge 100 -a "$refused $other" = "0 0"
	done
	for name in other$n stranger$n; do
		read -r worked refused other < /tmp/count.$name
		check "$name: $refused of $((worked + refused + other)) refused" test "$refused" -ge 100 -a "$worked $other" = "0 0"
	done
done
rate=$(awk -v n=$((last - next + 1)) -v ms="$took" 'BEGIN { printf "%.1f", n * 1000 / ms }')
check "version: $((last - next + 1)) loads in $took ms, $rate a second, the longest took $longest ms" \
	test "$("$here/rawnl" status | grep -o ' version=[0-9]*')" = " version=$last"
[ "${3-}" != memory ] ||
	check "memory: $((after - before)) kB more than after the first loads" test $((after - before)) -lt 256
check daemon start_daemon
finish
