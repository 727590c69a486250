#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Build the fuzz targets with libFuzzer and the sanitizers, and run each.
# Usage: fuzz.sh BUILD [TARGET...]
# FUZZ_TIME seconds for each target (0: in turns, until stopped); JOBS processes at once.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
build=$1
shift
time=${FUZZ_TIME:-60}
jobs=${JOBS:-1}
# Without an end the targets take turns of so many seconds.
ROUND=300

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
run() {
	work=$build/fuzz/$1
	seeds=$top/tests/fuzz/seeds/${1#fuzz_}
	mkdir -p "$work/corpus"
	echo "== $1, $2 s"
	# shellcheck disable=SC2086
	"$build/tests/fuzz/$1" $fork -max_total_time="$2" \
		-rss_limit_mb=2048 -timeout=20 -max_len=65536 \
		-print_final_stats=1 -verbosity=0 \
		-artifact_prefix="$work/" "$work/corpus" \
		"$seeds" "$top/examples" "$top/tests/negatives" \
		>"$work/log" 2>&1 || {
		rc=1
		echo "FAILED; the input is in $work"
		grep -E 'ERROR|runtime error|SUMMARY' "$work/log" | head -n 5
	}
	grep -E 'number_of_executed_units|new_units_added' "$work/log" || true
}

rc=0
fork=
[ "$jobs" -le 1 ] || fork="-fork=$jobs"
while :; do
	for target in "$@"; do
		run "$target" "$([ "$time" = 0 ] && echo $ROUND || echo "$time")"
	done
	[ "$time" = 0 ] && [ $rc = 0 ] || exit $rc
done
