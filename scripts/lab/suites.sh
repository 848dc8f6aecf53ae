# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced by what runs suites beside one another and counts what they have found. $counts is the file for "PASSED FAILED
# SKIPPED" of each.
dir=$(dirname "$counts")
mkdir -p "$dir"
: >"$counts"
: >"$dir/failures"

# tally NAME FILE STATUS SECONDS: adds the last lines of the suites whose output it is; without any they have failed.
tally() {
	local passed failed skipped
	read -r passed failed skipped < <(awk '/^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ { p += $1; f += $3; s += $5 }
		END { print p + 0, f + 0, s + 0 }' "$2")
	if [[ $passed -eq 0 || ($3 -ne 0 && $failed -eq 0) ]]; then
		echo "$1: did not finish (status $3), see $2" | tee -a "$dir/failures"
		failed=$((failed + 1))
	fi
	echo "$passed $failed $skipped" >>"$counts"
	echo "$1: $passed passed, $failed failed, $skipped skipped (${4}s)"
}

# suite NAME COMMAND...
suite() {
	local name=$1 status=0 out=$dir/${1//[^a-z0-9.]/-}.log began=$SECONDS
	shift
	"$@" >"$out" 2>&1 || status=$?
	grep -E '^not ok|^skip|FAILED|^# ' "$out" || true
	awk -v name="$name" '/^not ok|FAILED/ { print name ": " $0 }' "$out" >>"$dir/failures"
	tally "$name" "$out" "$status" $((SECONDS - began))
}

# start NAME COMMAND...: a suite beside $beside others. A guest waits a good part of its time, so that there may be one more than
# there are cores. None is begun past $RAMPART_DEADLINE, in seconds since 1970, if that is set.
beside=$(nproc)
start() {
	while [ "$(jobs -rp | wc -l)" -gt "$beside" ]; do
		wait -n || true
	done
	if [ "$(date +%s)" -gt "${RAMPART_DEADLINE:-$(date +%s)}" ]; then
		echo "skip $1: this machine is too slow to run it as well in the time that there is"
		echo "0 0 1" >>"$counts"
		return
	fi
	suite "$@" &
}

# guest KERNEL SUITES [OPTION-OF-VM]...: a shell command that runs suites, after which the kernel must have had nothing to
# report. One processor, since those of several guests would wait for each other.
guest() {
	local kernel=$1 suites=$2
	shift 2
	start "$kernel/${suites//.sh/}" scripts/vm run --cpus 1 --kernel "$kernel" --timeout 900 --share build/guest "$@" -- \
		sh -c "PATH=\$PATH:/mnt/share; $suites; status=\$?; reports.sh && exit \$status"
}

# finish: waits for all, prints once more what has failed, since that is far up by now, and the sum; the exit status.
finish() {
	wait
	sed 's/^/failed in /' "$dir/failures"
	awk '{ p += $1; f += $2; s += $3 } END { print p + 0 " passed, " f + 0 " failed, " s + 0 " skipped"; exit f > 0 || !p }' "$counts"
}
