#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Run all tests and add up their cases: sub-tests, not executables.
set -u
build=$1
rc=0
meson test -C "$build" --no-rebuild --print-errorlogs || rc=$?
python=/usr/bin/python3
[ -x "$python" ] || python=python3
"$python" "$(dirname "$0")/count_cases.py" "$build/meson-logs/testlog.json" ||
	rc=1
exit $rc
