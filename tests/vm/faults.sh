#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: faults.sh hooks|asr|devices|requests|start [STEP]
# In a guest of the debug kernel: each memory allocation that is made below the module fails once, for each attack, each request
# and the module's own start, with STEP each STEPth. Nothing is allowed that would not be otherwise, and what is in force stays.
here=$(dirname "$0")
. "$here/lib.sh"
d=/sys/kernel/debug
sites=0
step=${2:-1}
# each NAME CHECK COMMAND...
each() {
	name=$1
	shift
	if out=$("$here/faults" "$step" "$@" 2> /tmp/stderr); then
		n=$(echo "$out" | tail -n 1)
		sites=$((sites + n / step))
		ok "$name: $n allocations"
	else
		not_ok "$name" "$(echo "$out" | head -n 3 | tr '\n' ' ') $(tail -n 3 /tmp/stderr)"
	fi
}

# Those fail that have a module's address on their stack: this kernel has no other module.
for kind in failslab fail_page_alloc; do
	echo 0xffffffffa0000000 > $d/$kind/require-start
	echo 0xffffffffff000000 > $d/$kind/require-end
	echo 0 > $d/$kind/verbose
	echo N > $d/$kind/ignore-gfp-wait
	echo 32 > $d/$kind/stacktrace-depth
done
echo N > $d/fail_page_alloc/ignore-gfp-highmem
echo 0 > $d/fail_page_alloc/min-order

install_editor
mkdir -p /srv/ledger /var/tmp/bypass && "$here/file" prepare /srv/ledger && echo original > /srv/ledger/f
check apply apply 1 block off
check enforcing wait_enforcing

export here

# --- what is decided ---
hooks() {
	export DROP_CACHES=yes
	for a in $("$here/file" list /srv/ledger | awk -F '\t' '$4 == "attack" && $5 ~ "^/srv/ledger|^/srv$|^/$" { print $2 }'); do
		# What this guest has no place or no device for was not prepared.
		[ -e "/srv/ledger/$a" ] || continue
		each "attack/$a" "[ \$STATUS != 200 ] && $here/file look /srv/ledger $a" "$here/file" try /srv/ledger "$a"
	done
	each exec/attack '[ "$(cat /srv/ledger/f)" = original ]' sh -c 'echo x >> /srv/ledger/f'
	each exec/editor true /usr/local/bin/editor /srv/ledger/letter "dear reader"
	each exec/true true /bin/true
	check hooks/enforcing wait_enforcing
}

# --- what is decided by lineage, content, marks, and what becomes of files ---
asr() {
	export DROP_CACHES=yes bin=/usr/local/bin documents=/home/user/work/documents
	"$here/asr" install && "$here/asr" prepare && mkdir -p $documents && echo Dear > $documents/letter23.txt
	for name in office fetch other; do cp "$here/told" $bin/$name; done
	# Each file has its own content, by which one is known.
	for name in denied program; do cp "$here/told" /srv/$name && echo $name >> /srv/$name; done
	printf '#!/bin/sh\n: > /tmp/done\n' > /srv/script && chmod 755 /srv/script
	check asr/apply apply_yaml <<-YAML
		rampart: 1
		name: test
		version: $((${version_before:-0} + 2))
		valid: {from: 2020-01-01, until: 2040-01-01}
		asr: {office_child: {mode: block}, script_dl_exec: {mode: block}, ransom_score: {mode: block}}
		exec: {mode: block, deny: [{sha256: $(sha256sum /srv/denied | cut -d ' ' -f 1)}]}
		classes:
		  office: {add: [$bin/office]}
		  fetcher: {paths: [$bin/fetch], roles: [downloads]}
		  shell: {paths: [/usr/bin/dash], roles: [interprets]}
		  interpreter: {paths: [/usr/bin/dash], roles: [interprets]}
	YAML
	check asr/enforcing wait_enforcing
	check asr/fetch $bin/fetch copy /srv/program /srv/fetched
	check asr/fetch_script $bin/fetch copy /srv/script /srv/fetched.sh
	refused asr/lineage $bin/office exec /bin/sh -c ':;:'
	refused asr/fetched sh -c '/srv/fetched exec /bin/true'
	not_done='[ ! -e /tmp/done ]'
	each asr/lineage "$not_done" $bin/office exec /bin/sh -c ': > /tmp/done'
	each asr/digest "$not_done" /srv/denied exec /bin/touch /tmp/done
	each asr/marked "$not_done" sh -c 'exec /srv/fetched exec /bin/touch /tmp/done'
	each asr/script "$not_done" sh /srv/fetched.sh
	# What could not be marked was not written.
	each asr/marking "sh -c 'exec /srv/new exec /bin/touch /tmp/done'; rm -f /srv/new; $not_done" $bin/fetch copy /srv/program /srv/new
	each asr/ransom "grep -q Dear $documents/letter23.txt" /usr/bin/asr-plain do ransom_score in_place
	check asr/enforcing_still wait_enforcing
}

# --- what is decided about media and about devices by their nodes ---
devices() {
	. "$here/gadget.sh"
	truncate -s 16M /var/tmp/medium && mke2fs -q -t ext4 /var/tmp/medium
	mkdir -p /mnt/m /mnt/i
	mount -o loop /var/tmp/medium /mnt/m && cp /usr/bin/dash /mnt/m/sh
	truncate -s 4M /mnt/m/image && mke2fs -q -t ext4 /mnt/m/image && mount -o loop /mnt/m/image /mnt/i && cp /usr/bin/dash /mnt/i/sh
	umount /mnt/i && umount /mnt/m
	gadget 001A92FF storage
	plug
	check device/there eventually test -b /dev/sda
	check device/mount mount -o ro /dev/sda /mnt/m
	policies=1
	in_force device block "    - {id: sticks-read-only, include: [sticks], entries: [{deny: [write, execute]}]}"
	refused='[ "$STATUS" != 0 ]'
	# In this order: what it is on is not known until the first succeeds.
	each device/exec "$refused" /mnt/m/sh -c true
	each device/loop "umount /mnt/i; $refused" sh -c 'mount -o ro,loop /mnt/m/image /mnt/i && /mnt/i/sh -c true'
	umount /mnt/m
	each device/remount "umount /mnt/m; $refused" sh -c 'mount -o ro /dev/sda /mnt/m && mount -o remount,rw /mnt/m'
	each device/write "$refused" sh -c ': <> /dev/sda'
	each device/usbfs "$refused" "$here/device" usbfs "$(node)"
	check device/still wait_enforcing
	no_gadget
}

# --- requests, and events: none is lost while their delivery fails ---
requests() {
	# Not from the share: 9p would release what it could not allocate.
	mkdir /tmp/swap && tar -xf "$here/swap/all.tar" -C /tmp/swap
	# A load that came through all the same is one version further, and so is the next; one that says it failed is not.
	# Each program that is executed here takes as long as the load.
	cat > /tmp/loaded << 'END'
read -r version < /tmp/version
if [ "$STATUS" = 0 ]; then
	version=$((version + 1))
	echo $version > /tmp/version
	ln -sf "/tmp/swap/$((version + 1)).bundle" /tmp/next.bundle
fi
case $("$here/rawnl" status) in *" version=$version "*) ;; *) false ;; esac
END
	echo 0 > /tmp/version
	STATUS=0 sh /tmp/loaded
	each request/load '. /tmp/loaded' "$here/rawnl" load /tmp/next.bundle
	check request/loaded test -e /tmp/next.bundle -a "$(cat /tmp/version)" -gt 1
	check request/apply apply 1000 block off
	token 00112233445566778899aabbccddeeff /tmp/other
	each request/disarm '[ "$STATUS" != 0 ]' "$here/rawnl" disarm /tmp/other
	each request/status true "$here/rawnl" status
	each request/hint true "$here/rawnl" send hint path:text:/srv/new hint:u32:1
	check requests/enforcing wait_enforcing
	kill_daemon
	printf 'send subscribe\nsend set_floor payload:hex:0801\nsend grant payload:hex:0801\nsend ack batch:u64:1\n' > /tmp/lines
	each request/of_the_daemon true sh -c 'exec "$here/rawnl" < /tmp/lines'
	check requests/daemon start_daemon
	check requests/enforcing_still wait_enforcing
	refused requests/enforced sh -c 'echo x >> /srv/ledger/f'

	settled
	before=$(accounting blocks delivered)
	lost=$(accounting blocks dropped)
	for kind in failslab fail_page_alloc; do
		echo 100 > $d/$kind/probability
		echo 100 > $d/$kind/times
	done
	i=0
	while [ $i -lt 200 ]; do
		echo x 2> /dev/null >> /srv/ledger/f
		i=$((i + 1))
	done
	for kind in failslab fail_page_alloc; do echo 0 > $d/$kind/probability; done
	check events/settled settled
	check events/delivered test "$(accounting blocks delivered)" = $((before + 200))
	check events/none_lost test "$(accounting blocks dropped)" = "$lost"
}

# --- the module's own start ---
start() {
	check start/token token "$(status challenge)" /tmp/token
	check start/disarm rampartctl disarm /tmp/token
	end_daemon
	check start/unload rmmod rampart
	each start/insmod '! grep -q "^rampart " /proc/modules || rmmod rampart' insmod "$here/rampart-unsealed-debug.ko"
}

"$1"
echo "# $sites allocations failed, one after the other"
finish
