#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The programs of doc/integrate.md work and print what it says.

A block below a line <!-- file: NAME --> is written to NAME and run.

usage: integrate.py MAILWHY ROOT
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from counts import bad, end, hold, skip

RUNS = {"why.py": sys.executable, "why.js": "node", "why.php": "php"}
REPLY = b"552 5.2.2 Mailbox full\n"
BLOCK = re.compile(r"^<!-- file: (\S+) -->\n```\w+\n(.*?)^```$", re.M | re.S)


def run(command, given, env):
	return subprocess.run([str(x) for x in command], input=given, env=env,
	                      capture_output=True, timeout=60, check=False)


def broken_mailwhy(folder):
	"""A mailwhy that always fails, first in the path."""
	folder.mkdir()
	program = folder / "mailwhy"
	program.write_text("#!/bin/sh\ncat >/dev/null\necho broken >&2\nexit 70\n")
	program.chmod(0o755)


def try_language(name, folder, env, broken, says):
	tool = RUNS[name]
	if not shutil.which(tool):
		skip(f"{tool}, for {name}")
		return
	out = run([tool, folder / name], REPLY, env)
	hold(out.stdout.decode() == says and not out.stderr,
	     f"{name}: {out.stdout} {out.stderr}")
	out = run([tool, folder / name], b"Dear diary\n", env)
	hold(out.returncode == 0 and not out.stdout,
	     f"{name}, nothing to explain: {out.stdout} {out.stderr}")
	out = run([tool, folder / name], REPLY, broken)
	hold(out.returncode != 0, f"{name} does not notice a failure")


def try_bounces(program, bounce, env, broken):
	program.chmod(0o755)
	path = program.parent / "bounces"
	for _ in range(2):
		out = run([program, path], bounce, env)
		hold(out.returncode == 0 and not out.stdout and not out.stderr,
		     f"{program.name}: exit {out.returncode} {out.stderr}")
	lines = [json.loads(x) for x in path.read_text("utf-8").splitlines()] \
		if path.exists() else []
	hold(len(lines) == 2, f"{program.name}: {len(lines)} lines, not 2")
	for line in lines:
		hold(line["cause"] == "recipient.mailbox-full" and
		     line["recipient"] == "anna@example.org" and line["verdict"],
		     f"{program.name}: {line}")
	hold(path.exists() and path.stat().st_mode & 0o77 == 0,
	     "others can read the file")
	for where, e in ((path, broken), (path / "no" / "folder", env)):
		out = run([program, where], bounce, e)
		hold(out.returncode == 75 and not out.stdout and not out.stderr,
		     f"{program.name}, failure: exit {out.returncode}")


def main():
	mailwhy = pathlib.Path(sys.argv[1]).resolve()
	root = pathlib.Path(sys.argv[2]).resolve()
	page = (root / "doc" / "integrate.md").read_text("utf-8")
	says = re.search(r"^For `(.*?)` each prints:\n\n    (.*\n)", page, re.M)
	hold(says and says[1].encode() + b"\n" == REPLY, "another reply")
	blocks = dict(BLOCK.findall(page))
	hold(sorted(blocks) == sorted([*RUNS, "mailwhy-bounce"]),
	     f"other programs: {sorted(blocks)}")
	hold(len(blocks) == len(re.findall(r"^```\w", page, re.M)),
	     "a program without a name")
	with tempfile.TemporaryDirectory() as temp:
		folder = pathlib.Path(temp)
		path = os.environ["PATH"]
		env = dict(os.environ, PATH=f"{mailwhy.parent}:{path}",
		           XDG_CONFIG_HOME="/nonexistent")
		broken_mailwhy(folder / "broken")
		broken = dict(env, PATH=f"{folder / 'broken'}:{path}")
		for name, text in blocks.items():
			(folder / name).write_text(text, "utf-8")
			if name in RUNS:
				try_language(name, folder, env, broken, says[2])
		if "mailwhy-bounce" in blocks:
			mail = root / "tests/fixtures/integrate/postfix-bounce.eml"
			try_bounces(folder / "mailwhy-bounce", mail.read_bytes(), env,
			            broken)
		else:
			bad("no mailwhy-bounce")
	return end()


sys.exit(main())
