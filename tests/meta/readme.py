#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The commands that README and doc/ show print what they say.

usage: readme.py MAILWHY FILE...

An indented block that begins with "$ mailwhy ..." is run; what stands below it
in the block has to be its output, to the letter.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from counts import bad, end, ok  # noqa: E402


def blocks(text):
	"""(command, output) of each block that runs mailwhy."""
	found = re.findall(r"^    \$ (mailwhy .*)\n((?:(?:    .*)?\n)*)", text,
	                   re.M)
	for command, output in found:
		lines = [line[4:] for line in output.rstrip("\n").split("\n")]
		yield command, "\n".join(lines).strip("\n")


def main():
	mailwhy, *files = (os.path.abspath(arg) for arg in sys.argv[1:])

	for file in files:
		check(mailwhy, file)
	return end()


def check(mailwhy, readme):
	env = dict(os.environ, COLUMNS="80", NO_COLOR="1")
	count = 0

	for command, want in blocks(pathlib.Path(readme).read_text("utf-8")):
		args = shlex.split(command)[1:]
		run = subprocess.run([mailwhy, *args], capture_output=True,
		                     text=True, env=env, timeout=60, check=False,
		                     cwd=pathlib.Path(readme).parent)
		count += 1
		if run.stdout.strip("\n") == want:
			ok()
		else:
			bad(f"{command}: {readme} shows something else")
			print(run.stdout)
	if not count:
		bad(f"{readme} shows no command")


sys.exit(main())
