# SPDX-License-Identifier: MIT
# From what bench.sh has counted to tables. Input: its files CONFIGURATION.REPETITION, "facts" and "hold.*".
BEGIN { FS = "\t" }
FNR == 1 {
	file = FILENAME
	sub(/.*\//, "", file)
	split(file, part, ".")
}
file ~ /^trace\./ { next }
file == "facts" { fact[$1] = $2; next }
part[1] == "hold" { longest[part[2]] = $1; latest[part[2]] = $2; times[part[2]] = $3; next }
{
	config = file
	sub(/\.[0-9]+$/, "", config)
	value[config, $1, ++n[config, $1]] = $2
	if ($2 && $3 / $2 > rounds[$1] && config !~ /fapolicyd|auditd/)
		rounds[$1] = $3 / $2
	if (!($1 in known)) {
		known[$1]
		name[++names] = $1
	}
}

# The least of the repetitions: what disturbs a count adds to it.
function least(c, row,	i, low, high) {
	low = high = value[c, row, 1]
	for (i = 2; i <= n[c, row]; i++) {
		if (value[c, row, i] < low)
			low = value[c, row, i]
		if (value[c, row, i] > high)
			high = value[c, row, i]
	}
	if (low && (high - low) / low > runs[row] && c !~ /fapolicyd|auditd/)
		runs[row] = (high - low) / low
	return low
}
function cell(c, base, row,	a, b) {
	a = least(c, row)
	b = least(base, row)
	if (!a || !b)
		return ""
	return a < 2 * b ? sprintf("%+.2f %%", (a / b - 1) * 100) : sprintf("× %.1f", a / b)
}
function table(title, columns) {
	printf "\n| %s |\n", title
	gsub(/[^|]/, "", title)
	gsub(/\|/, "---|", title)
	print "|---|" title
}
function more(c, base, row) { return least(c, row) - least(base, row) }
function cold(c, row) { return sprintf("%+d (%s)", more(c, "disarmed", row), cell(c, "disarmed", row)) }
function fact_row(text, amount) { printf "| %s | %.0f |\n", text, amount }
function millions(text, key) { printf "| %s | %.1f million |\n", text, fact[key] / 1e6 }
function three(text, list) { printf "| %s | %d, %d, %d |\n", text, list["none"], list["full"], list["small"] }
function by(row) { return least("armed" part_of, row) - least("unarmed" part_of, row) }
# What it costs must be the same as alone, but for what the counts themselves differ by, and a hundredth.
function depends(row, alone) {
	d = by(row) - by(alone)
	if (d < 0)
		d = -d
	return d > (0.01 + runs[row] + rounds[row] + runs[alone] + rounds[alone]) * least("unarmed" part_of, alone)
}
function siblings(	i, row, alone) {
	table("siblings | disarmed, inside | armed | disarmed, outside | armed | spread")
	for (i = 1; i <= names; i++) {
		row = name[i]
		if (!n["unarmed", row])
			continue
		alone = row
		sub(/,[^,]*$/, ", alone", alone)
		line = "| " row
		for (k = 1; k <= 2; k++) {
			part_of = k == 1 ? "" : ".outside"
			if (!n["unarmed" part_of, row]) {
				line = line " | |"
				continue
			}
			line = line sprintf(" | %d | %+d (%s)", least("unarmed" part_of, row), by(row),
				cell("armed" part_of, "unarmed" part_of, row))
			if (depends(row, alone)) {
				print "bench: it depends on the siblings: " row > "/dev/stderr"
				bad = 1
			}
		}
		printf "%s | %.2f, %.2f %% |\n", line, runs[row] * 100, rounds[row] * 100
	}
}

END {
	siblings()
	if (!n["none", "stat"])
		exit bad
	table("instructions | no module | disarmed | no policy | audit | 1 folder | 1,000 | 100,000 | catalogue |" \
		" inside, 1 | inside, 100,000 | inside, catalogue | spread")
	for (i = 1; i <= names; i++) {
		row = name[i]
		if (!n["none", row])
			continue
		line = sprintf("| %s | %d | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |", row, least("none", row),
			cell("disarmed", "none", row), cell("loaded", "disarmed", row), cell("audit", "disarmed", row),
			cell("block1", "disarmed", row), cell("block1000", "disarmed", row), cell("block100000", "disarmed", row),
			cell("catalogue", "disarmed", row), cell("block1.inside", "disarmed.inside", row),
			cell("block100000.inside", "disarmed.inside", row), cell("catalogue.inside", "disarmed.inside", row))
		printf "%s %.2f, %.2f %% |\n", line, runs[row] * 100, rounds[row] * 100
	}

	table("cold | disarmed | 1 folder | 100,000 | spread")
	for (i = 1; i <= names; i++) {
		row = name[i]
		if (n["none", row] || !n["disarmed", row])
			continue
		line = sprintf("| %s | %d | %s | %s |", row, least("disarmed", row), cold("block1", row), cold("block100000", row))
		printf "%s %.2f, %.2f %% |\n", line, runs[row] * 100, rounds[row] * 100
	}

	table("others | Rampart, 100,000 | Landlock | AppArmor | fapolicyd | auditd")
	for (i = 1; i <= names; i++) {
		row = name[i]
		if (n["none", row])
			printf "| %s | %s | %s | %s | %s | %s |\n", row, cell("block100000", "disarmed", row),
				cell("landlock", "none", row), cell("apparmor", "none", row), cell("fapolicyd", "none", row),
				cell("auditd", "none", row)
	}

	read = "open+close, read-only"
	write = "open+close, for writing"
	beside = "the same in the parent of a protected folder"
	attachment = more("loaded", "disarmed", read)
	subject = more("block1", "loaded", "signal")
	table("step of an operation | instructions")
	fact_row("attachment, with a handler that returns at once (read: no policy − disarmed)", attachment)
	fact_row("a handler that finds that no rule asks (write: no policy − disarmed − the above)",
		more("loaded", "disarmed", write) - attachment)
	fact_row("one word that tells so of the folder, in its place (write: 1 folder − no policy)", more("block1", "loaded", write))
	fact_row("object label, by one step from the cached folder (in the parent of a protected folder: 1 folder − no policy)",
		more("block1", "loaded", beside))
	fact_row("subject label (signal: 1 folder − no policy)", subject)
	fact_row("the label in full, pair lookup and counting (write: inside − in the parent of a protected folder − subject label)",
		more("block1.inside", "disarmed.inside", write) - more("block1", "disarmed", beside) - subject)
	fact_row("what is reported: the event (audit: a stranger inside − the allowed program there)",
		more("reported", "allowed", "first in each of 200 folders"))
	shallow = more("block1", "disarmed", "nothing cached, 3 folders deep")
	deep = more("block1", "disarmed", "nothing cached, 10 folders deep")
	fact_row("each folder on the way that is not cached ((10 deep − 3 deep) / 7)", (deep - shallow) / 7)

	table("memory | bytes")
	fact_row("the module, with no policy", fact["armed memory"] - fact["no module memory"])
	fact_row("each folder of the policy ((100,000 − 1) / 99,999)",
		(fact["block100000 memory"] - fact["block1 memory"]) / 99999)
	fact_row("each exclusion of the policy, with the catalogue ((99,900 − 0) / 99,900)",
		(fact["excluded memory"] - fact["block1 memory"]) / 99900)
	fact_row("each digest of the policy ((1,000,000 − 0) / 1,000,000)",
		(fact["catalogue memory"] - fact["excluded memory"]) / 1000000)
	fact_row("each program of the policy ((10,000 − 1) / 9,999)", (fact["full memory"] - fact["block100000 memory"]) / 9999)
	fact_row("each process that was forked (armed − disarmed)", fact["armed fork"] - fact["disarmed fork"])
	fact_row("each process that was executed (armed − disarmed)", fact["armed exec"] - fact["disarmed exec"])

	table("loading 100,000 folders and 10,000 programs | instructions")
	millions("rampartctl compiles it, on the administrator's machine", "full compile")
	millions("rampartd, with the kernel's part but for what a worker does", "full rampartd")
	millions("of it the kernel, verifying", "full rampart_verify")
	millions("decoding", "full rampart_policy_decode")
	millions("building", "full rampart_ruleset_build")
	millions("finding programs and mounts, in a worker", "full rampart_resolve")
	millions("freeing it", "small rampart_ruleset_free")
	millions("finding mounts again, at each mount and unmount, " fact["full times"] " of which rampartd makes after a load",
		"full again")
	three("a real-time reader's longest open+close: without a load, during it, during that of 1 folder after it", longest)
	three("the longest until that reader had the only processor", latest)
	exit bad
}
