#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The library exports what its installed headers declare and what
# lib/api/private.list names, nothing more and nothing less.
# usage: symbols.sh ROOT LIBRARY
set -u
root=$1 lib=$2
here=$(dirname "$0")
passed=0 failed=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
LC_ALL=C
export LC_ALL

command -v nm >/dev/null 2>&1 || {
	echo "0 passed, 0 failed, 1 skipped"
	exit 77
}
nm -D --defined-only "$lib" | sed 's/.* //; s/@.*//' | sort -u >"$tmp/has"
# Names before a bracket, outside comments.
cat "$root"/include/mailwhy/*.h |
	sed 's,/\*.*\*/,,; /^\/\*/,/\*\//d; /^ \*/d' |
	grep -o 'mw_[a-z_]*(' | tr -d '(' | grep -vx 'mw_complain\|mw_bulk_out\|mw_bulk_problem\|mw_bulk_progress\|mw_check_note' |
	sort -u >"$tmp/public"
grep -v '^#' "$root/lib/api/private.list" | sort -u >"$tmp/private"
sort -u "$tmp/public" "$tmp/private" >"$tmp/may"

for s in $(cat "$tmp/has"); do
	if grep -qx "$s" "$tmp/may"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL: $s is exported, but is no part of the API"
	fi
done
for s in $(cat "$tmp/may"); do
	later=no
	grep -qx "$s" "$here/unexported.txt" && later=yes
	if grep -qx "$s" "$tmp/has"; then
		passed=$((passed + 1))
		[ $later = no ] || echo "there now, take it off: $s"
	elif [ $later = yes ]; then
		echo "not yet there: $s"
	else
		failed=$((failed + 1))
		echo "FAIL: $s is declared, but not exported"
	fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
