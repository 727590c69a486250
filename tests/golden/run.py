#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run the golden cases: one folder each.

usage: run.py [--update] MAILWHY [CASE...]

cmd       the arguments, on one line as in a shell; NAME=VALUE in front of
          them sets an environment variable
input     what is explained
want.txt  the text that is printed, at 80 columns
want.json the members of the JSON form that matter; lists have to be equally
          long, objects may hold more
want.html, want.csv, want.jsonl
          where there is such a file: the whole of that form, byte by byte
exit      the exit status, 0 where there is no such file

--update rewrites want.txt and those of the other forms that are there, and
nothing else: read what it changed.
"""

import json
import os
import pathlib
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "meta"))

from counts import bad, end, hold  # noqa: E402


def run(mailwhy, folder, *more):
	"""What the program prints, and its exit status."""
	env = {"COLUMNS": "80", "NO_COLOR": "1", "LC_ALL": "C.UTF-8",
	       "PATH": os.environ.get("PATH", "/usr/bin:/bin")}
	for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS"):
		if name in os.environ:
			env[name] = os.environ[name]
	words = shlex.split((folder / "cmd").read_text(encoding="utf-8"))
	while words and "=" in words[0] and not words[0].startswith("-"):
		name, _, value = words.pop(0).partition("=")
		env[name] = value
	done = subprocess.run([mailwhy, *words[:1], *more, *words[1:]],
	                      cwd=folder, env=env, capture_output=True,
	                      timeout=60, check=False)
	return done.stdout, done.returncode


def differences(want, got, where=""):
	"""Yield where got lacks what want has."""
	if isinstance(want, dict) and isinstance(got, dict):
		for key, value in want.items():
			yield from differences(value, got.get(key),
			                       f"{where}.{key}")
	elif isinstance(want, list) and isinstance(got, list):
		if len(want) != len(got):
			yield f"{where}: {len(got)} of them, not {len(want)}"
		for i, pair in enumerate(zip(want, got)):
			yield from differences(*pair, f"{where}[{i}]")
	elif want != got:
		yield f"{where}: {got!r}, not {want!r}"


def check_bytes(path, got, want, update):
	"""What is printed, to the byte, and its exit status."""
	text, status = got
	where = f"{path.parent.name}/{path.name}"
	if update and (not path.exists() or path.read_bytes() != text):
		path.write_bytes(text)
		print(f"rewritten: {path}")
	hold(status == want, f"{where}: exit {status}, not {want}")
	hold(path.exists() and text == path.read_bytes(),
	     f"{where}: other text; run.py --update shows it")


def check(mailwhy, folder, update):
	want = int((folder / "exit").read_text()) \
		if (folder / "exit").exists() else 0
	check_bytes(folder / "want.txt", run(mailwhy, folder), want, update)
	for form in ("html", "csv", "jsonl"):
		path = folder / f"want.{form}"
		if path.exists():
			check_bytes(path, run(mailwhy, folder,
			                      f"--format={form}"),
			            want, update)
	text, status = run(mailwhy, folder, "--format=json")
	hold(status == want, f"{folder.name}: exit {status} with JSON")
	try:
		got = json.loads(text)
	except ValueError:
		bad(f"{folder.name}: no JSON")
		return
	wrong = list(differences(json.loads(
		(folder / "want.json").read_text(encoding="utf-8")), got))
	hold(not wrong, f"{folder.name}: {'; '.join(wrong)}")


def main(args):
	update = "--update" in args
	args = [a for a in args if a != "--update"]
	folders = [HERE / name for name in args[1:]] or sorted(
		p.parent for p in HERE.glob("*/cmd"))
	hold(bool(folders), "no cases")
	mailwhy = str(pathlib.Path(args[0]).resolve())
	for folder in folders:
		check(mailwhy, folder, update)
	return end()


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
