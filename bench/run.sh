#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Measure and print; bench/RESULTS.md is written from this by hand, as it is.
set -eu
build=$1
shared=${2:-}
targets="bench/bench_classify bench/bench_start"
for t in bench_linear bench_re2 bench_spf bench_spf2 bench_dkim; do
	if meson introspect "$build" --targets | grep -q "\"$t\""; then
		targets="$targets bench/$t"
	fi
done
# shellcheck disable=SC2086
ninja -C "$build" $targets bench/bench_leaveout tests/input_dump >/dev/null
echo "date $(date +%Y-%m-%d)"
echo "cpu $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
echo "cores $(nproc)"
echo "compiler $(cc --version | head -n 1)"
if [ -n "$shared" ] && [ -d "$shared" ]; then
	echo "pastes $(python3 "$shared/tools/grade_pastes.py" "$build/mailwhy" \
		"$shared/corpus/pastes/pastes.jsonl")"
fi
if [ -n "$shared" ] && [ -d "$shared" ]; then
	# Mailboxes: split and copied, nothing looked at; processor time.
	box=$(mktemp) && trap 'rm -f "$box"' EXIT
	for _ in $(seq 1000); do
		cat "$shared/corpus/bounces/mailbox/mbox-0"
	done >"$box"
	"$build/tests/input_dump" -b "$box" | sed 's|^|mbox |'
	python3 bench/bulk.py "$build/mailwhy" "$shared"
	python3 bench/leaveout.py "$build/bench/bench_leaveout" . "$shared"
	python3 bench/pastes.py "$build/mailwhy" . "$shared"
	python3 bench/perrule.py "$build/mailwhy" . "$shared"
	python3 bench/vocabulary.py "$build/mailwhy" . "$shared"
fi
for t in $targets; do
	case $t in
	*start) "$build/$t" "$build/mailwhy" explain \
		"550 5.1.1 <anna@example.org>: User unknown" ;;
	*) "$build/$t" ;;
	esac
done
