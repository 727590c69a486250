#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Texts that hold no rejection get no answer, or a notice.

usage: run.py MAILWHY
"""

import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "meta"))

from counts import bad, end, hold  # noqa: E402


def main(args):
	paths = sorted(p for p in HERE.rglob("*.txt") if p.parent != HERE)
	hold(len(paths) >= 50, f"only {len(paths)} texts")
	for path in paths:
		run = subprocess.run([args[0], "explain", "--format=json",
		                      str(path)], capture_output=True,
		                     timeout=60, check=False)
		name = path.relative_to(HERE)
		if run.returncode not in (0, 1):
			bad(f"{name}: exit {run.returncode}")
			continue
		found = json.loads(run.stdout)["diagnoses"]
		wrong = [f"{d['cause']} ({d['reply'].get('text', '')[:60]})"
		         for d in found
		         if not d["cause"].startswith("notice.")]
		hold(not wrong, f"{name}: {', '.join(wrong)}")
		hold(run.returncode == (0 if found else 1),
		     f"{name}: exit {run.returncode}, "
		     f"{len(found)} diagnoses")
	return end()


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
