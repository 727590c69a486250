#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Build the fuzz targets with libFuzzer and the sanitizers, and run each.
# Usage: fuzz.sh BUILD [TARGET...]
# FUZZ_TIME seconds for each target (0: until stopped); JOBS processes at once.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
build=$1
shift
time=${FUZZ_TIME:-60}
jobs=${JOBS:-1}

[ -f "$build/build.ninja" ] ||
	CC=clang meson setup "$build" "$top" -Dfuzz=true \
		-Dbuildtype=debugoptimized -Db_sanitize=address,undefined \
		-Db_lundef=false
[ $# -gt 0 ] || set -- $(cd "$top/tests/fuzz" &&
	for f in fuzz_*.c; do basename "$f" .c; done)
for target in "$@"; do
	ninja -C "$build" "tests/fuzz/$target"
done

# What was found new is kept between runs beside the build; seeds stay as they
# are.  A crash leaves its input in the folder of the target.
rc=0
for target in "$@"; do
	work=$build/fuzz/$target
	seeds=$top/tests/fuzz/seeds/${target#fuzz_}
	mkdir -p "$work/corpus"
	fork=
	[ "$jobs" -le 1 ] || fork="-fork=$jobs"
	echo "== $target, $time s"
	# shellcheck disable=SC2086
	"$build/tests/fuzz/$target" $fork -max_total_time="$time" \
		-rss_limit_mb=2048 -timeout=20 -max_len=65536 \
		-print_final_stats=1 -verbosity=0 \
		-artifact_prefix="$work/" "$work/corpus" \
		"$seeds" "$top/examples" "$top/tests/negatives" \
		>"$work/log" 2>&1 || {
		rc=1
		echo "FAILED; the input is in $work"
		grep -E 'ERROR|runtime error|SUMMARY' "$work/log" | head -5
	}
	grep -E 'number_of_executed_units|new_units_added' "$work/log" || true
done
exit $rc
