#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Run all tests and add up their cases: sub-tests, not executables.
set -u
build=$1
rc=0
# A build that was set up before cmocka was there has no unit tests.
[ -e "$build/tests/test_reply" ] || {
	meson setup --reconfigure "$build" && ninja -C "$build"
} || exit 1
[ -e "$build/tests/test_reply" ] || {
	echo "check.sh: cmocka is not found, so there are no unit tests" >&2
	exit 1
}
meson test -C "$build" --no-rebuild --print-errorlogs || rc=$?
python=/usr/bin/python3
[ -x "$python" ] || python=python3
"$python" "$(dirname "$0")/count_cases.py" "$build/meson-logs/testlog.json" ||
	rc=1
exit $rc
