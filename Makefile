# A thin front for Meson; everything is defined in meson.build.
# make demo shows what the program does, make check runs all tests.

BUILD ?= build
FUZZ_TIME ?= 60
JOBS ?= $(shell nproc)
# Folder with the public test collections, as Meson was told.
SHARED = $(shell sed -n "s/.*value: '\\(\.\.[^']*\\)'.*/\\1/p" meson_options.txt)

# Pages of all causes, in $(BUILD)/doc.
.PHONY: all deps check-deps demo doc check check-fast bench asan tsan fuzz \
	install clean

# One after the other: what a target needs is installed before it is built.
.NOTPARALLEL:

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD)

$(BUILD)/build.ninja:
	@sh tools/deps.sh build
	@meson setup $(BUILD) --buildtype=release

deps:
	@sh tools/deps.sh build check

demo: all
	@sh tools/demo.sh $(BUILD)/mailwhy

doc: all
	@sh tools/doc.sh $(BUILD)/mailwhy $(BUILD)/doc

check: check-deps all
	@sh tools/check.sh $(BUILD)

check-deps:
	@sh tools/deps.sh build check

check-fast: all
	@meson test -C $(BUILD) --no-rebuild --suite fast

bench:
	@sh tools/deps.sh build bench
	@$(MAKE) --no-print-directory all
	@sh bench/run.sh $(BUILD) $(SHARED)

asan:
	@sh tools/deps.sh build check fuzz
	@test -f $(BUILD)-asan/build.ninja || CC=clang meson setup $(BUILD)-asan \
		-Dbuildtype=debugoptimized -Db_sanitize=address,undefined \
		-Db_lundef=false
	@ninja -C $(BUILD)-asan
	@meson test -C $(BUILD)-asan --no-rebuild --suite fast -t 10

tsan:
	@sh tools/deps.sh build check fuzz
	@test -f $(BUILD)-tsan/build.ninja || CC=clang meson setup $(BUILD)-tsan \
		-Dbuildtype=debugoptimized -Db_sanitize=thread -Db_lundef=false
	@ninja -C $(BUILD)-tsan tests/test_threads
	@meson test -C $(BUILD)-tsan --no-rebuild --print-errorlogs threads

fuzz:
	@sh tools/deps.sh build check fuzz
	@FUZZ_TIME=$(FUZZ_TIME) JOBS=$(JOBS) sh tools/fuzz.sh $(BUILD)-fuzz

install: all
	@meson install -C $(BUILD) --no-rebuild
	@# So that the library is found at once; not for packages.
	@test -n "$(DESTDIR)" || ldconfig 2>/dev/null || :

clean:
	@rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-tsan $(BUILD)-fuzz
