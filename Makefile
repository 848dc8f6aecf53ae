# SPDX-License-Identifier: MIT
# make demo, make test: everything, set-up included. make: builds what is installed. Outputs are under build/.
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

B := build
SERIES := 6.1 6.12
TRUST ?= $(B)/keys/trust.pem

CC := gcc
CFLAGS ?= -O2 -g
CFLAGS += -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
LDFLAGS += -pie -Wl,-z,relro,-z,now
INCLUDES := -Ipolicy/env/user -Itests/env/user -Ipolicy -Iproto -I$(B)/gen -Idaemon/lib -Idaemon
LIBS = libcrypto yaml-0.1 libprotobuf-c libmnl libnl-genl-3.0 libbpf sqlite3 libsystemd jansson
# Deferred, so that pkg-config runs only when a compiler does: `make demo` starts on a machine that has none of these.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $$(LIBS)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(shell pkg-config --libs $$(LIBS)))$(PKG_LIBS)

PROTO := policy event control
GEN_H := $(PROTO:%=$(B)/gen/%.pb-c.h) $(B)/gen/hook_functions.h
CORE_SRC := $(wildcard policy/*.c)
LIB_SRC := $(wildcard daemon/lib/*.c)
DAEMON_SRC := $(wildcard daemon/*.c)
CLI_SRC := $(wildcard daemon/cli/*.c)
UNIT_SRC := $(wildcard tests/unit/test_*.c)
obj = $(patsubst %.c,$(B)/obj/%.o,$(1))

.SECONDARY:
.PHONY: all user kmod setup keys demo test test-debug harm bench bench-usb unit unit-programs kunit fuzz fuzzers torture coverage soak man clean
all: user kmod man

setup:
	@scripts/setup

# --- user space ---
user: $(B)/bin/rampartd $(B)/bin/rampartctl

$(B)/gen/%.pb-c.c $(B)/gen/%.pb-c.h: proto/%.proto
	@mkdir -p $(B)/gen
	protoc --proto_path=proto --c_out=$(B)/gen $<

# The functions of the module's one table of hooks, for doctor, which tells what holds them before the module is there.
$(B)/gen/hook_functions.h: kmod/hooks.h
	@mkdir -p $(B)/gen
	grep -oE '[HF]\([a-z_]+, [0-9]' $< | sed -E 's/H\((.*),.*/"security_\1",/; s/F\((.*),.*/"\1",/' > $@

# The catalogue of rules, as C strings. Its list is written anew only when files come or go.
CATALOG := $(sort $(wildcard policy/catalog/*.yaml))
.PHONY: always
$(B)/gen/catalog_files.list: always
	@mkdir -p $(@D)
	@printf '%s\n' $(CATALOG) | cmp -s - $@ || printf '%s\n' $(CATALOG) > $@
$(B)/gen/catalog_files.h: $(B)/gen/catalog_files.list $(CATALOG)
	for f in $(CATALOG); do echo "{ \"$${f##*/}\","; sed 's/[\\"?]/\\&/g; s/.*/"&\\n"/' $$f; echo "},"; done > $@.new
	mv $@.new $@
$(B)/obj/daemon/lib/catalog.o: $(B)/gen/catalog_files.h

$(B)/obj/%.o: %.c $(GEN_H)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(INCLUDES) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/obj/gen/%.o: $(B)/gen/%.pb-c.c $(GEN_H)
	@mkdir -p $(@D)
	$(CC) -O2 -g -fPIE -I$(B)/gen -c -o $@ $<

$(B)/librampart.a: $(call obj,$(CORE_SRC) $(LIB_SRC)) $(PROTO:%=$(B)/obj/gen/%.o)
	@rm -f $@
	ar rcs $@ $^

$(B)/bin/rampartd: $(call obj,$(DAEMON_SRC)) $(B)/librampart.a
$(B)/bin/rampartctl: $(call obj,$(CLI_SRC)) $(B)/librampart.a
$(B)/bin/rampartd $(B)/bin/rampartctl:
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

# --- kernel module: one folder of links to the sources per kernel series, so that two series build side by side ---
keys $(B)/keys/trust.pem: scripts/keys
	@scripts/keys $(B)/keys

kmod: $(SERIES:%=kmod-%)
kmod-%: $(B)/keys/trust.pem
	@scripts/build-kmod $* $(TRUST)

# The same, not sealed: what the seal prevents is shown against it.
unsealed: $(SERIES:%=unsealed-%)
unsealed-%: $(B)/keys/trust.pem
	@scripts/build-kmod $* $(TRUST) --unsealed

# --- programs that run inside guests ---
SWAPS := 701
.PHONY: guest-files guest-demo unsealed
guest-files: $(addprefix $(B)/guest/,file asr disk device secret inject daemon preload.so syscalls ask bench cycle faults flood hold move slow told rawnl cut fuzznl foreign refuse/.made swap/.made-$(SWAPS)) guest-demo unsealed
guest-demo: $(B)/guest/editor $(B)/guest/locker
	@cp -p tests/vm/*.sh tests/vm/*.awk $(B)/guest/
$(B)/guest/secret: tests/bypass/secret.c tests/bypass/ways.h
$(B)/guest/disk: tests/bypass/disk.c
$(B)/guest/device: tests/bypass/device.c
# The attacks on files, and ordinary work on them: several sources, one program each.
$(B)/guest/file: $(wildcard tests/bypass/file/*.c tests/bypass/file/*.h)
$(B)/guest/syscalls: $(wildcard tests/vm/syscalls/*.c tests/vm/syscalls/*.h) $(addprefix tests/bypass/file/,ring.c ring.h)
$(B)/guest/asr: $(wildcard tests/bypass/asr/*.c tests/bypass/asr/*.h)
$(B)/guest/file $(B)/guest/syscalls $(B)/guest/asr:
	@mkdir -p $(@D)
	$(CC) -O2 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -static -o $@ $(filter %.c,$^) -lpthread
$(B)/guest/inject: tests/bypass/inject.c
$(B)/guest/daemon: tests/bypass/daemon.c
$(B)/guest/ask: tests/vm/ask.c
$(B)/guest/bench: tests/vm/bench.c
$(B)/guest/cycle: tests/vm/cycle.c
$(B)/guest/faults: tests/vm/faults.c
$(B)/guest/flood: tests/vm/flood.c
$(B)/guest/hold: tests/vm/hold.c
$(B)/guest/move: tests/vm/move.c
$(B)/guest/slow: tests/vm/slow.c
$(B)/guest/told: tests/vm/told.c
# Not static: a loader has to load it, which is what the attacks through libraries are about.
$(B)/guest/editor: tests/vm/editor.c
	@mkdir -p $(@D)
	$(CC) -O2 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -o $@ $<
$(B)/guest/preload.so: tests/bypass/preload.c
	@mkdir -p $(@D)
	$(CC) -O2 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter -shared -fPIC -o $@ $<
$(B)/guest/locker: tests/vm/locker.c
$(B)/guest/%:
	@mkdir -p $(@D)
	$(CC) -O2 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter -static -o $@ $<

$(addprefix $(B)/guest/,rawnl fuzznl twin attrs foreign swap-make): $(B)/guest/%: $(B)/obj/tests/vm/%.o $(B)/librampart.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -Wl,--as-needed -o $@ $^ $(PKG_LIBS)
$(B)/guest/cut: $(B)/obj/tests/vm/cut.o $(call obj,$(addprefix daemon/,state.c store.c store_db.c store_read.c)) $(B)/librampart.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -Wl,--as-needed -o $@ $^ $(PKG_LIBS)
# Signed messages that are to be refused: made where the root's key is.
$(B)/guest/refuse/.made: tests/vm/refuse-make tests/vm/lib.sh $(B)/keys/trust.pem $(B)/bin/rampartctl \
		$(addprefix $(B)/guest/,twin attrs)
	tests/vm/refuse-make $(B) $(@D)

# Policies that take turns, as many as SWAPS; in one file, since a guest is slow to open each by its share.
$(B)/guest/swap/.made-$(SWAPS): $(B)/guest/swap-make $(B)/keys/trust.pem $(wildcard tests/vm/swap/*.yaml)
	rm -rf $(@D) && mkdir $(@D)
	$(B)/guest/swap-make $(SWAPS) $(B)/keys/policy.key $(B)/keys/policy.crt $(@D) $(wildcard tests/vm/swap/*.yaml)
	cd $(@D) && tar -cf all.tar -- *.bundle && rm -- *.bundle
	@touch $@

# --- man pages ---
MAN := $(patsubst daemon/man/%.scd,$(B)/man/%,$(wildcard daemon/man/*.scd))
man: $(MAN)
$(B)/man/%: daemon/man/%.scd
	@mkdir -p $(@D)
	scdoc < $< > $@

# --- tests ---
UNIT_BIN := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(UNIT_SRC))
$(B)/tests/unit/%: $(B)/obj/tests/unit/%.o $(B)/librampart.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(PKG_LIBS)

# Those of the core run it under the sanitizers; so does the one that has it compiled in.
SANITIZE := -fsanitize=address,undefined
CORE_TESTS := $(patsubst %,$(B)/tests/unit/%,test_pb test_names test_decode test_device test_cms test_floor test_ruleset test_decide test_arguments test_ransom)
SANITIZED_CORE := $(CORE_SRC:%.c=$(B)/obj/sanitized/%.o)
SANITIZED := $(CORE_TESTS) $(B)/tests/unit/test_ruleset_memory
$(SANITIZED_CORE) $(SANITIZED:$(B)/%=$(B)/obj/%.o): private CFLAGS += $(SANITIZE) -fno-sanitize-recover=all
$(SANITIZED): private LDFLAGS += $(SANITIZE)
$(SANITIZED_CORE): $(B)/obj/sanitized/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(INCLUDES) -MMD -MP -c -o $@ $<
$(CORE_TESTS): $(B)/tests/unit/%: $(B)/obj/tests/unit/%.o $(SANITIZED_CORE)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lcmocka

# Signed messages to parse, as C: the tests in the kernel have them too.
$(B)/tests/cms_messages: tests/unit/cms_messages.c tests/unit/cms_cases.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(INCLUDES) $(LDFLAGS) -o $@ $<
$(B)/gen/cms_messages.h: $(B)/tests/cms_messages
	$< >$@.new
	mv $@.new $@
$(addprefix $(B)/obj/tests/,unit/test_cms.o unit/test_cms_openssl.o fuzz/seeds.o): $(B)/gen/cms_messages.h

unit-programs: $(UNIT_BIN)
unit: unit-programs $(B)/bin/rampartctl $(B)/bin/rampartd $(B)/guest/file
	@scripts/readme check
	@scripts/run-unit $(UNIT_BIN)

# The same tests of the core inside a kernel: user-mode Linux here, and as a module for others.
kunit: $(B)/gen/cms_messages.h
	@scripts/kunit

# Fuzz targets: by clang, with libFuzzer and the sanitizers, and of the daemon what they have no other end for.
FUZZ := $(B)/fuzz
FUZZ_CFLAGS := -std=gnu11 -D_GNU_SOURCE -gline-tables-only -O1 -Wall -Wextra -Wno-unused-parameter -fno-sanitize-recover=all
FUZZERS := $(patsubst tests/fuzz/%.c,$(FUZZ)/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZED := $(CORE_SRC) $(filter-out %/bundle.c %/facts.c %/tracing.c,$(LIB_SRC)) \
	$(addprefix daemon/,intake.c requests.c server.c store.c store_db.c store_read.c cli/event_print.c cli/output.c)
$(FUZZ)/obj/%.o: %.c $(GEN_H)
	@mkdir -p $(@D)
	clang $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link,address,undefined $(INCLUDES) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<
$(FUZZ)/obj/daemon/lib/catalog.o: $(B)/gen/catalog_files.h
$(FUZZ)/obj/gen/%.o: $(B)/gen/%.pb-c.c $(GEN_H)
	@mkdir -p $(@D)
	clang $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link,address,undefined $(INCLUDES) -c -o $@ $<
$(FUZZ)/rampart.a: $(FUZZED:%.c=$(FUZZ)/obj/%.o) $(PROTO:%=$(FUZZ)/obj/gen/%.o)
	@rm -f $@
	ar rcs $@ $^
$(FUZZERS): $(FUZZ)/%: $(FUZZ)/obj/tests/fuzz/%.o $(FUZZ)/rampart.a
	clang -fsanitize=fuzzer,address,undefined -Wl,--as-needed -o $@ $^ $(PKG_LIBS)
$(FUZZ)/seeds: $(B)/obj/tests/fuzz/seeds.o $(B)/librampart.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)
$(FUZZ)/seed/.made: $(FUZZ)/seeds
	$(FUZZ)/seeds $(@D)
	@touch $@
fuzzers: $(FUZZERS) $(FUZZ)/seed/.made
-include $(shell find $(FUZZ)/obj -name "*.d" 2>/dev/null)

T ?= 60
fuzz: setup
	@scripts/run-fuzz $(T)

# 16 KiB, signed: each prefix and each single bit of it, through all that rampartd checks. Half a minute.
torture: $(B)/tests/unit/test_bundle
	@RAMPART_TORTURE=1 $< 2>&1 | grep -E '^#|FAILED|PASSED'

# The core by its unit tests, the module by the suites in the debug kernel.
coverage: setup
	@scripts/coverage

# Hours.
soak: setup
	@scripts/soak

demo: setup
	@$(MAKE) --no-print-directory -j2 user kmod-6.12
	@scripts/demo

test: setup
	@scripts/test

test-debug: setup
	@scripts/test-debug

# What real programs do to files, with Rampart as without. Half an hour.
harm: setup
	@scripts/harm

# What everything costs, in both stock kernels. Half an hour.
bench: setup
	@scripts/bench

# What it does about devices, beside USBGuard, in the newer of them. Half an hour.
bench-usb: setup
	@scripts/bench-usb

clean:
	rm -rf $(B)
