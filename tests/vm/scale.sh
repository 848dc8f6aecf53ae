#!/bin/sh
# SPDX-License-Identifier: MIT
# As much as the format takes, and as deep, long and odd as paths get: a policy of 100,000 places and 10,000 programs, a tree 200
# folders deep, paths of 4,095 bytes and of more, names that are hard to tell. What it costs: bench.sh.
here=$(dirname "$0")
. "$here/lib.sh"
many=/srv/many programs=/usr/local/lib/many deep=/srv/deep odd=/srv/odd
first=$programs/1 last=$programs/10000 stranger=$programs/10001 lookalike="$programs/1 (deleted)"
tab=$(printf '\t')
bytes=$(printf '\377\376')

# changes FILE [SHELL]: by a copy of the shell, which may do what its file may.
changes() { "${2:-$stranger}" -c 'echo x >> "$1"' - "$1"; }
# deep_dir DEPTH
deep_dir() { printf %s $deep && printf '/d%03d' $(seq "$1"); }
# long_path BYTES NUMBER: below /srv, of a multiple of 256 bytes less one, names as long as they get.
long_path() {
	printf /srv/%0250d "$2"
	for _ in $(seq $(($1 / 256))); do printf /%0255d 0; done
}
# cut_to BYTES PATH: as events tell a path that has more.
cut_to() { if [ ${#2} -le "$1" ]; then printf %s "$2"; else printf ... && printf %s "$2" | tail -c $(($1 - 3)); fi; }
# told NAME PATH [PATH2]: the newest event is of them, on one line for people and as JSON.
told() {
	settled
	rampartctl events --limit 1 --json > /tmp/event.json
	check "$1/json" jq -e --arg path "$2" --arg path2 "${3-}" \
		'.[0] | .outcome == "blocked" and .path == $path and .path2 == $path2' /tmp/event.json
	rampartctl events --limit 1 > /tmp/event
	check "$1/line" test "$(wc -l < /tmp/event) $(sed 's/^[^]]*\]  //' /tmp/event)" = "1 $2${3:+ -> $3}"
}

# Names as printf makes them, as the policy gives them between quotes, as events tell them.
cat > /tmp/names <<'END'
new\nline	new\nline	new\x0aline
gone (deleted)	gone (deleted)	gone (deleted)
quo"te's	quo\"te's	quo"te's
back\\slash\\x41	back\\slash\\x41	back\x5cslash\x5cx41
\303\251	\xe9	\xc3\xa9
\342\200\256txt	\u202etxt	\xe2\x80\xaetxt
end\t 	end\t 	end\x09 
# no: [comment], {a}	# no: [comment], {a}	# no: [comment], {a}
END
# each_name COMMAND...: with each as three arguments more.
each_name() { while IFS=$tab read -r made given told <&3; do "$@" "$made" "$given" "$told"; done 3< /tmp/names; }
# odd_dir NAME: as printf makes it.
odd_dir() { printf "$odd/$1"; }
make_odd() { mkdir -p "$(odd_dir "$1")"; }
place_odd() { printf '    - "%s"\n' "$odd/$2"; }
off_odd() { check "off/$3" changes "$(odd_dir "$1")/$(printf "$1")"; }
block_odd() {
	file=$(odd_dir "$1")/$(printf "$1")
	refused "odd/$3" changes "$file"
	told "odd/$3" "$odd/$3/$3"
	check "odd/$3/allowed" changes "$file" $first
}

places=$((100000 - 5 - $(wc -l < /tmp/names)))
ledger=$(long_path 3071 1) long=$(long_path 4095 2) more=$(printf %0255d/ 0 0 0 0 0)
# each_file COMMAND...: with a name and a file of each place, and how its path is told where that is not as it is.
each_file() {
	for n in 1 50000 $places; do "$@" "many/$n" "$many/$n/f"; done
	for depth in 1 50 157 158 200; do "$@" "deep/$depth" "$(deep_dir $depth)/f"; done
	"$@" "long/${#ledger}" "$ledger/f"
	"$@" "long/${#long}" "$long"
	"$@" raw_bytes "$odd/any/$bytes/$bytes" "$odd/any/\xff\xfe/\xff\xfe"
}
off() { check "off/$1" changes "$2"; }
block() {
	refused "$1" changes "$2"
	told "$1" "$(cut_to 799 "${3-$2}")"
	check "$1/allowed" changes "$2" $last
}
# beyond [SHELL]: a file whose path from the root nobody can give.
beyond() { (cd "$ledger" && changes "$more/f" "$@"); }

large() {
	cat <<-END
		rampart: 1
		name: large
		version: $((${version_before:-0} + 1))
		valid: {from: 2020-01-01, until: 2040-01-01}
		folders:
		  mode: block
		  protect:
		    - $deep
		    - "$ledger"
		    - "$long"
		    - $odd/any/*
		    - $odd/raw
	END
	each_name place_odd
	awk -v places=$places -v many=$many -v programs=$programs 'BEGIN {
		for (i = 1; i <= places; i++) print "    - " many "/" i
		print "  allow:"
		for (i = 1; i <= 10000; i++) print "    - {exe: " programs "/" i "}"
	}'
}

mkdir -p "$ledger" $many/1 $many/50000 $many/$places $many/$((places + 1)) $programs "$(deep_dir 200)" "$odd/any/$bytes" "${long%/*}"
(cd "$ledger" && mkdir -p "$more")
each_name make_odd
(cd $programs && seq 10001 | xargs touch)
for program in $first $last $stranger "$lookalike"; do cp /bin/dash "$program"; done
chmod -R 755 $programs
each_file off
each_name off_odd
check off/beyond beyond
ln "$(deep_dir 200)/f" /srv/old_link

large > /tmp/large.yaml
sed "s|- .*raw$|- $odd/$bytes|" /tmp/large.yaml > /tmp/raw.yaml
says compile/raw_bytes "invalid leading UTF-8 octet; expected well-formed YAML in UTF-8" \
	rampartctl policy compile /tmp/raw.yaml -o /tmp/raw.pb
check apply apply_yaml < /tmp/large.yaml
check enforcing wait_enforcing
each_file block
each_name block_odd
refused beyond beyond
told beyond "$(cut_to 799 "$ledger/${more}f")"
check beyond/allowed beyond $first
check many/outside changes $many/$((places + 1))/f
refused lookalike changes $many/1/f "$lookalike"
refused deep/rename mv "$(deep_dir 200)/f" "$(deep_dir 199)/g"
told deep/rename "$(cut_to 399 "$(deep_dir 200)/f")" "$(cut_to 399 "$(deep_dir 199)/g")"
# Once the daemon has looked through all places.
for _ in $(seq 100); do changes /srv/old_link 2> /dev/null || break; sleep 0.2; done
refused deep/old_link changes /srv/old_link
finish
