# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154 # harm.sh's
# Sourced by harm.sh in the guest that has these programs: what they ordinarily do to files. No shell and no other interpreter is
# allowed: programs that run others need these to be named too, and no shell redirects into the folder.
postgres=/usr/lib/postgresql/15/bin
core=$(printf '/usr/bin/%s ' cp mv rm mkdir ln touch tee chmod chown md5sum)
gcc="$(realpath /usr/bin/gcc) $(gcc -print-prog-name=cc1) $(gcc -print-prog-name=collect2)
	$(realpath /usr/bin/as) $(realpath /usr/bin/ld) $(realpath /usr/bin/ar)"
changers="/usr/bin/git /usr/bin/sqlite3 /usr/bin/fio /usr/bin/rsync /usr/bin/tar /usr/bin/vim.basic $postgres/postgres"
# Debian has two gits, one of which runs the other.
programs="$core $gcc $changers /usr/lib/git-core/git /usr/bin/make /usr/bin/gzip /usr/bin/bzip2 /usr/bin/zip /usr/bin/unzip
	$(printf "$postgres/%s " initdb pg_ctl pg_checksums pg_basebackup)"
works="git sqlite fio rsync backup editors build postgres"
controls=rsync
operations="write create"
by_shell=module
again="sqlite rsync backup editors"
failing="(missing|broken): 2"
lines=5 least_reports=1000
headers=$(echo /usr/src/linux-headers-*-common)

export HOME=$results LC_ALL=C TZ=UTC
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@localhost GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@localhost
export GIT_AUTHOR_DATE='2001-02-03 04:05:06 +0000' GIT_COMMITTER_DATE='2001-02-03 04:05:06 +0000'

edit() { run vim.basic -u NONE -i NONE -es "$@"; }
# change SUBSTITUTION FILE: not by sed, which is an interpreter and cannot be allowed.
change() { edit -c "%$1" -c wq "$2"; }
# listed FOLDER: all that is in it, but for what git keeps.
listed() {
	find "$1" -name .git -prune -o ! -type d -printf '%p %y %m %U:%G %n %s %l\n' -o -printf '%p %m %U:%G\n' | sort
	find "$1" -name .git -prune -o -type f -print0 | sort -z | xargs -0 md5sum
}

# --- a tree of a few thousand files ---
work_git() {
	run mkdir git && cd git || return
	run git init -q -b main repo
	run cp -r "$headers/include/uapi" repo
	run git -C repo add -A
	run git -C repo commit -qm first
	run git -C repo mv uapi/linux/fs.h uapi/moved.h
	change s/define/undef/ repo/uapi/linux/mman.h
	run git -C repo commit -qam second
	run git -C repo branch side HEAD~1
	run git clone -q repo clone
	run git -C clone checkout -q HEAD~1
	run git -C clone checkout -q main
	echo change | written clone/uapi/new.h
	run git -C clone add uapi/new.h
	run git -C clone commit -qm third
	run git -C clone push -q origin HEAD:new
	run git -C repo checkout -q side
	run rm -r repo/uapi/rdma
	run git -C repo status --short
	run git -C repo stash -q
	run git -C repo merge -q -m merged new
	run git -C repo reset -q --hard HEAD~1
	change s/struct/union/ repo/uapi/linux/stat.h
	run git -C repo commit -qam fourth
	run git -C repo tag -a -m tagged v1
	run git -C repo gc -q --prune=now
	run git -C repo fsck --full --no-progress
	run git -C clone fetch -q
	run git -C clone rebase -q origin/side
	run git -C clone worktree add -q ../tree v1
	run git -C clone archive -o ../archive.tar HEAD uapi/rdma
	run git -C clone clean -fdx
	run git -C clone log --format='%H %T %s' --all
	listed .
	cd ..
	run rm -r git
}

# --- databases ---
work_sqlite() {
	for journal in delete truncate persist memory wal; do
		run sqlite3 "$journal.db" <<-SQL
			PRAGMA journal_mode=$journal;
			CREATE TABLE t(id INTEGER PRIMARY KEY, text TEXT, n INT);
			CREATE INDEX i ON t(n);
			WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c WHERE x<3000)
				INSERT INTO t SELECT x, hex(x*x), x*7919%1009 FROM c;
			BEGIN; DELETE FROM t WHERE n<500; ROLLBACK;
			BEGIN; DELETE FROM t WHERE n<300; COMMIT;
			PRAGMA wal_checkpoint(TRUNCATE);
			VACUUM;
			PRAGMA integrity_check;
			SELECT count(*), sum(n), sum(length(text)) FROM t;
			.backup $journal.backup
			VACUUM INTO '$journal.copy';
		SQL
		run sqlite3 "$journal.copy" .dump | md5sum
		run md5sum "$journal.backup" "$journal.db" "$journal.copy"
	done
	find . -type f -printf '%f %s\n' | sort
	run rm -f ./*.db* ./*.backup ./*.copy
}

# As its own account. It is in its own folder, which root makes.
as_postgres() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
query() { as_postgres $postgres/psql -h $results/socket -AtX -c "$1" postgres; }
# Autovacuum makes blocks when it is time.
start_postgres() {
	as_postgres $postgres/postgres -D data -k $results/socket -c listen_addresses= -c wal_level=replica -c fsync=on \
		-c autovacuum=off >> $results/postgres.log 2>&1 &
	for _ in $(seq 600); do
		as_postgres $postgres/pg_isready -q -h $results/socket && return
		sleep 0.2
	done
	cat $results/postgres.log
}
bench() { as_postgres $postgres/pgbench -h $results/socket "$@" postgres 2> /dev/null | grep -E 'number of transactions|scaling'; }
sums() { query 'SELECT count(*), sum(abalance) FROM pgbench_accounts'; query 'SELECT count(*), sum(delta) FROM pgbench_history'; }
work_postgres() {
	run mkdir -p postgres $results/socket && cd postgres || return
	run chown postgres . $results/socket
	as_postgres $postgres/initdb -D data -A trust -U postgres --no-locale -k | grep -v -e '^$' -e pg_ctl
	start_postgres
	bench -i -q
	bench -t 100 --random-seed=1
	sums
	query 'VACUUM FULL pgbench_accounts'
	# As after a power failure.
	run as_postgres $postgres/pg_ctl -s -D data -m immediate stop
	start_postgres
	bench -t 50 -N --random-seed=2
	sums
	run as_postgres $postgres/pg_basebackup -h $results/socket -D copy -c fast -X stream
	query 'CREATE TABLE gone AS SELECT * FROM pgbench_accounts'
	query 'DROP TABLE gone'
	as_postgres $postgres/pg_dump -h $results/socket --exclude-table-data=pgbench_history postgres | grep -v '^\\' | md5sum
	run as_postgres $postgres/pg_ctl -s -D data -m fast stop
	run as_postgres $postgres/pg_checksums -c -D data
	cd ..
	run rm -r postgres
}

work_fio() {
	for job in 'randwrite --ioengine=psync --direct=1' 'randrw --ioengine=mmap' 'write --ioengine=libaio --iodepth=4 --direct=1' \
		'randwrite --ioengine=io_uring' 'write --ioengine=pvsync2 --fsync=16' 'randwrite --ioengine=sync --unlink=1'; do
		# shellcheck disable=SC2086 # words
		run fio --name=verify --rw=$job --size=1M --bs=4k --verify=crc32c --verify_fatal=1 --verify_state_save=0 --randseed=1 \
			--output-format=json --output=$results/fio.json
		jq -c '.jobs[] | [.error, .read.total_ios, .write.total_ios, .read.short_ios, .write.drop_ios]' $results/fio.json
		# What it writes has the time in it.
		find . -type f -printf '%f %m %s\n'
		run rm -f verify.0.0
	done
}

# --- backup and sync ---
sample() { run cp -a "$headers/include/uapi/sound" "$headers/include/uapi/rdma" /etc/pam.d "$1"; }
work_rsync() {
	run mkdir rsync from && cd rsync || return
	run mkdir from to
	sample from
	run rsync -aiO from/ to
	run rsync -aiO --delete from/ to
	change s/a/b/ from/sound/asound.h
	run touch -d 2002-03-04 from/sound/asound.h
	run rm -r from/rdma/hfi
	run mv from/pam.d from/moved
	run ln from/sound/asoc.h from/hard
	run touch -d 2001-02-03 from/moved
	run rsync -aiOHAX --delete --delay-updates from/ to
	run rsync -aiO --inplace --checksum --backup --suffix=.old from/ to
	# Which folders have another time there depends on the clock.
	run rsync -aO --link-dest=../to from/ snapshot
	run rsync -aiO --remove-source-files from/sound/ taken
	listed .
	cd ..
	run rm -r rsync from
}
work_backup() {
	run mkdir backup && cd backup || return
	run mkdir from there
	sample from
	run ln -s sound from/link
	run tar -czf backup.tar.gz from
	run tar -cjf backup.tar.bz2 from
	run tar -xzf backup.tar.gz -C there
	run tar -df backup.tar.gz -C there
	run mv there/from/sound there/sound
	run tar -xjf backup.tar.bz2 -C there --overwrite
	run tar -cf part.tar --listed-incremental=state from
	change s/a/b/ from/sound/asound.h
	run tar -cf next.tar --listed-incremental=state from
	run tar -tf next.tar
	run zip -qr all.zip from
	run unzip -q all.zip -d unzipped
	run gzip -k part.tar
	run bzip2 part.tar
	listed there
	listed unzipped
	cd ..
	run rm -r backup
}

# --- editors ---
work_editors() {
	run mkdir editors && cd editors || return
	seq 500 | written text
	run ln text hard
	run ln -s text soft
	edit -c 'set backup writebackup backupcopy=no' -c '%s/^1/one /' -c wq text
	listed .
	edit -c 'set backup backupcopy=yes' -c '2d' -c wq soft
	edit -c 'set backupcopy=auto patchmode=.orig' -c '$s/$/ end/' -c wq text
	edit -c 'set undofile undodir=.' -c '3,9m$' -c 'preserve' -c 'w other' -c 'saveas third' -c q! text
	edit -c 'set swapsync=fsync' -c 'normal ix' -c preserve -c 'w!' -c q! readonly
	run chmod 444 text
	edit -c 4d -c 'w!' -c q text
	find . -name '*.un~' -o -type f -print0 | sort -z | xargs -0 md5sum
	find . -printf '%p %y %m %U:%G %n %l\n' | sort
	cd ..
	run rm -r editors
}

# --- a compiler, and make, which runs programs without a shell ---
work_build() {
	run mkdir build && cd build || return
	written Makefile <<-'MAKE'
		.RECIPEPREFIX = >
		objects = a.o b.o main.o
		program: $(objects) library.a
		> gcc -o program $(objects) library.a
		library.a: b.o
		> ar rcsD library.a b.o
		%.o: %.c
		> gcc -O1 -c -o $@ $<
		check: program
		> ./program
		clean:
		> rm -f program library.a $(objects)
	MAKE
	echo 'int a(int x) { return x + 1; }' | written a.c
	echo 'int b(int x) { return x * 2; }' | written b.c
	written main.c <<-'C'
		#include <stdio.h>
		int a(int), b(int);
		int main(void) { printf("%d\n", a(b(20))); return 0; }
	C
	run make
	run make check
	run make
	run touch b.c
	run make -j2
	make missing
	echo "missing: $?"
	echo 'broken' | written a.c
	make program
	echo "broken: $?"
	listed .
	run make clean
	cd ..
	run rm -r build
}

# A part of the kernel's own build: a module. Its shells write beside their programs, so that it cannot be allowed in a folder.
work_module() {
	run mkdir module && cd module || return
	echo 'obj-m := harmless.o' | written Makefile
	written harmless.c <<-'C'
		#include <linux/module.h>
		static int __init harmless_init(void) { return 0; }
		static void __exit harmless_exit(void) {}
		module_init(harmless_init);
		module_exit(harmless_exit);
		MODULE_LICENSE("GPL");
	C
	run make -s -C /usr/src/linux-headers-*-amd64 M="$PWD" modules 2>&1 | sed "s,$PWD,.,"
	run strip -d -R .note.gnu.build-id -o $results/stripped harmless.ko
	md5sum < $results/stripped
	find . -printf '%p %y %m\n' | sort
	cd ..
	run rm -r module
}
