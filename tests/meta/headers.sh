#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Each header compiles alone and twice; the installed ones as C++ too.
# usage: headers.sh ROOT
set -u
root=$1
cc=${CC:-cc}
passed=0 failed=0 skipped=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# try HEADER COMPILER ARGUMENTS...
try()
{
	header=$1
	shift
	if "$@" -Wall -Wextra -fsyntax-only -D_GNU_SOURCE -I"$root/include" \
		-I"$root/lib" "$tmp/once" >"$tmp/says" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL: $header alone and twice, with $1"
		cat "$tmp/says"
	fi
}

for h in "$root"/include/mailwhy/*.h "$root"/lib/*/*.h; do
	printf '#include "%s"\n#include "%s"\n' "$h" "$h" >"$tmp/once"
	try "$h" $cc -std=c17 -x c
	case $h in
	"$root"/include/*)
		cxx=${CXX:-c++}
		if command -v ${cxx%% *} >/dev/null 2>&1; then
			try "$h" $cxx -x c++
		else
			skipped=$((skipped + 1))
			echo "skipped: $h as C++ (no compiler)"
		fi ;;
	esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
