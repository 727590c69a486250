# SPDX-License-Identifier: BSD-2-Clause
"""What the tests written in Python share: counting, and the last line.

A test calls ok() for each case it looked at, bad() for each that is wrong and
skip() for each whose data a user may lack.  end() prints the counts and gives
the exit status: 1 something is wrong, 77 everything was skipped, else 0.
Where CI=true, missing data is wrong too.
"""

import os
import sys

_counts = {"passed": 0, "failed": 0, "skipped": 0}


def ok():
	_counts["passed"] += 1


def bad(what):
	_counts["failed"] += 1
	print(f"FAIL: {what}")


def hold(condition, what):
	"""A case that holds if condition is true."""
	ok() if condition else bad(what)


def skip(what):
	if os.environ.get("CI") == "true":
		bad(f"missing in CI: {what}")
		return
	_counts["skipped"] += 1
	print(f"skipped: {what}")


def end():
	print(", ".join(f"{n} {name}" for name, n in _counts.items()))
	sys.stdout.flush()
	if _counts["failed"]:
		return 1
	return 77 if _counts["skipped"] and not _counts["passed"] else 0
