#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Make a static library whose only global names are those of the public
# interface: inner ones (utf8_encode, ...) would clash with names of programs
# and of other libraries.  All objects become one, in which hidden names are
# local.  Without objcopy the library is of use all the same, and has them.
# usage: staticlib.sh INPUT OUTPUT CC...
set -eu
in=$1 out=$2
shift 2
rm -f "$out" "$out.o"
if ! command -v objcopy >/dev/null 2>&1; then
	cp "$in" "$out"
	exit 0
fi
"$@" -r -nostdlib -Wl,--whole-archive "$in" -Wl,--no-whole-archive -o "$out.o"
objcopy --localize-hidden "$out.o"
(
	cd "$(dirname "$out")"
	name=$(basename "$out")
	ar rcs "$name" "$name.o"
	rm -f "$name.o"
)
