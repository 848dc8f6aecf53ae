#!/bin/sh
# SPDX-License-Identifier: MIT
# What Rampart costs, in a guest that counts instructions (scripts/cost). The same operations without the module, with it and
# no policy, with a policy in block mode, and with as much policy as the format takes: 100,000 folders, 10,000 programs. The
# program that does them runs under two names, in two folders; one of each is in the policy.
here=$(dirname "$0")
. "$here/lib.sh"
trusted=/usr/local/bin/editor stranger=/usr/local/bin/writer
inside=/srv/ledger outside=/srv/public
programs=/usr/local/lib/many
results=/tmp/cost

die() { echo "cost: $*" >&2; exit 1; }
# count NAME [WATCHED]: into two columns, what a stranger outside pays and what the trusted program inside pays.
count() {
	sleep 15	# until what has just been started or loaded is done with its work
	$stranger $outside ${2-} > $results/$1.outside && $trusted $inside ${2-} > $results/$1.inside ||
		die "$1 could not be measured"
	echo "cost: $1 done" >&2
}
# full VERSION: lib.sh's policy filled up. Half of the folders are neighbours of those that are measured, half are in every home.
full() {
	policy "$1" block block | awk -v programs=$programs '
		/protect:/ {
			printf "  protect: [\"~/Documents\", \"/srv/ledger\""
			for (i = 1; i <= 49999; i++) printf ", \"/srv/%d\", \"~/%d\"", i, i
			print "]"
			next
		}
		{ print }
		/allow:/ { for (i = 1; i <= 9999; i++) printf "    - {exe: %s/%d}\n", programs, i }'
}
enforced() {
	wait_enforcing && [ "$(status version)" = "$1" ] || die "policy $1 is not in force"
	(echo x > $inside/new) 2> /dev/null && die "policy $1 does not hold"
	return 0
}

# A guest that counts starts at a fixed date, before the signer's certificate.
date -s "@$(stat -c %Y "$0")" > /dev/null
mkdir -p $results $inside $outside $programs ${trusted%/*}
cp "$here/cost" $trusted && cp "$here/cost" $stranger && chmod 755 $trusted $stranger
(cd $programs && seq 9999 | xargs touch && chmod -R 755 .)
count unwatched
count none /etc

insmod /usr/lib/rampart/rampart.ko || die "the module does not load"
rampartd > /var/log/rampartd.log 2>&1 &
count loaded /etc

apply 1 block block || die "no policy"
enforced 1
count small /etc

full 2 | apply_yaml || die "no full policy"
enforced 2
count full /etc

# Everything in place but the hooks. An exec takes less than without the module: what it is compared with must have that too.
token "$(status challenge)" /tmp/token && rampartctl disarm /tmp/token || die "cannot be disarmed"
count disarmed /etc

awk -F '\t' '
	FNR == 1 { column++ }
	{ name[FNR] = $1; value[FNR, column] = $2; rows = FNR }
	function cell(row, column, base) {
		return sprintf("%d (%+.2f %%)", value[row, column], (value[row, column] / value[row, base] - 1) * 100)
	}
	END {
		print "| instructions | no module | disarmed | no policy | policy | full policy | policy, inside | full policy, inside |"
		print "|---|---|---|---|---|---|---|---|"
		for (i = 1; i <= rows; i++)
			printf "| %s | %d | %d | %s | %s | %s | %s | %s |\n", name[i], value[i, 1], value[i, 3],
				cell(i, 5, 3), cell(i, 6, 3), cell(i, 8, 3), cell(i, 7, 4), cell(i, 9, 4)
		printf "\nWith no inotify watch on the file system, no module:"
		for (i = 1; i <= rows; i++)
			printf " %s %d%s", name[i], value[i, 10], i < rows ? ";" : "\n"
	}' $results/none.outside $results/none.inside $results/disarmed.outside $results/disarmed.inside \
	$results/loaded.outside $results/small.outside $results/small.inside $results/full.outside $results/full.inside \
	$results/unwatched.outside
