#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Exit statuses, and where the answer goes.

usage: exits.py MAILWHY
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from counts import end, hold, skip

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
KNOWN = "550 5.1.1 <anna@example.org>: User unknown"
ENV = dict(os.environ, XDG_CONFIG_HOME="/nonexistent", NO_COLOR="1")

# arguments, standard input, exit status, words on either output
CASES = [
	([KNOWN], "", 0, "anna@example.org"),
	([], KNOWN, 0, "anna@example.org"),
	(["-"], KNOWN, 0, "anna@example.org"),
	(["explain", *KNOWN.split()], "", 0, "anna@example.org"),
	(["why", KNOWN], "", 0, "anna@example.org"),
	(["--", KNOWN], "", 0, "anna@example.org"),
	(["250 2.0.0 Ok: queued as 4ABC"], "", 0, ""),
	(["see you at noon"], "", 1, "No rejection"),
	(["-"], "", 1, "No rejection"),
	(["--no-such-option", KNOWN], "", 2, "--no-such-option"),
	(["-z", KNOWN], "", 2, "-z"),
	(["--format=xml", KNOWN], "", 2, "text|json"),
	(["--format"], "", 2, "needs a value"),
	(["--plain=yes", KNOWN], "", 2, "takes no value"),
	(["--lang=de", KNOWN], "", 2, "--forward"),
	(["--forward", "--lang=de", KNOWN], "", 0, "Guten Tag"),
	(["--forward-to=sender-user", "--lang", "de", KNOWN], "", 0,
	 "Guten Tag"),
	(["explian"], "", 2, "did you mean 'explain'"),
	(["caus"], "", 2, "did you mean 'causes'"),
	(["dance"], "", 2, "unknown command"),
	(["example.org"], "", 2, "mailwhy check example.org"),
	(["2001:db8::1"], "", 2, "mailwhy check 2001:db8::1"),
	(["checks", "no.such"], "", 1, "no.such"),
	(["help", "dance"], "", 2, "unknown command"),
	(["/nonexistent/file"], "", 66, "/nonexistent/file"),
	(["explain", "/nonexistent/file"], "", 66, "/nonexistent/file"),
	(["explain", "/nonexistent/file", "-"], KNOWN, 66, "anna@example.org"),
	(["--output=/nonexistent/file", KNOWN], "", 73, "/nonexistent/file"),
	(["--help"], "", 0, "Commands:"),
	(["help"], "", 0, "Commands:"),
	(["help", "rules"], "", 0, "--check"),
	(["help", "why"], "", 0, "man mailwhy-explain"),
	(["rules", "--help"], "", 0, "--check"),
	(["--version"], "", 0, "last confirmed 20"),
	(["-V"], "", 0, "causes"),
	(["causes"], "", 0, "recipient.unknown"),
	(["causes", "recipient.unknown"], "", 0, "Who must act"),
	(["causes", "no.such"], "", 1, "no.such"),
	(["causes", "one", "two"], "", 2, "one id"),
	(["rules"], "", 0, "google.dmarc-reject"),
	(["rules", "google.dmarc-reject"], "", 0, "auth.dmarc-reject"),
	(["rules", "no.such"], "", 1, "no.such"),
	(["rules", "one", "two"], "", 2, "one ID"),
	(["rules", "--check", "/nonexistent"], "", 66, "/nonexistent"),
	(["rules", "--draft", "see you at noon"], "", 1, "no rejection"),
	(["rules", "--draft", "/nonexistent/file"], "", 66, "/nonexistent"),
	(["rules", "--draft", "--check", "/"], "", 2, ""),
	(["completion"], "", 2, "bash"),
	(["completion", "tcsh"], "", 2, "bash"),
	# Domains, addresses and queue ids are texts, until there are commands.
	(["4ABCDEF123"], "", 1, "No rejection"),
]


def run(mailwhy, args, stdin="", **more):
	return subprocess.run([mailwhy, *args], input=stdin, text=True,
	                      capture_output=True, env=ENV, timeout=60,
	                      check=False, **more)


def statuses(mailwhy):
	for args, stdin, want, words in CASES:
		out = run(mailwhy, args, stdin)
		hold(out.returncode == want and
		     words in out.stdout + out.stderr,
		     f"{args}: exit {out.returncode} instead of {want}, "
		     f"{out.stderr!r}")
		hold(want in (0, 1) or out.stderr, f"{args}: nothing was said")


def own_data(mailwhy):
	"""What is the user's own is told by --version, if there is any."""
	data = ROOT / "tests" / "golden" / "check-own-data" / "data"
	hold("your own" not in run(mailwhy, ["--version"]).stdout,
	     "--version tells of data that is not there")
	with tempfile.TemporaryDirectory() as tmp:
		there = pathlib.Path(tmp) / "mailwhy"
		there.mkdir()
		(there / "data.d").symlink_to(data)
		out = subprocess.run([mailwhy, "--version"], text=True,
		                     env={**ENV, "XDG_CONFIG_HOME": tmp},
		                     capture_output=True, check=False)
	hold(out.stdout.endswith("your own: 0 providers, 4 block lists, "
	                         "1 receivers, last confirmed 2026-11\n"),
	     f"--version: {out.stdout} {out.stderr}")


def full_disk(mailwhy):
	if not os.path.exists("/dev/full"):
		skip("/dev/full")
		return
	for args in ([KNOWN], ["rules"], ["--help"], ["--version"],
	             ["completion", "bash"]):
		with open("/dev/full", "w", encoding="ascii") as full:
			out = subprocess.run([mailwhy, *args], stdout=full,
			                     stderr=subprocess.PIPE, text=True,
			                     env=ENV, check=False)
		hold(out.returncode == 74 and out.stderr.count("\n") == 1,
		     f"/dev/full, {args}: {out.returncode} {out.stderr!r}")
	out = run(mailwhy, ["--output=/dev/full", KNOWN])
	hold(out.returncode == 73, "--output=/dev/full")
	hold(not os.path.isfile("/dev/full"), "/dev/full was replaced")


def closed_pipe(mailwhy):
	"""Silent, as other programs are, whoever started it."""
	command = f"'{mailwhy}' rules --format=json | head -c 1 >/dev/null"
	for shell in (command, f"trap '' PIPE; {command}"):
		out = subprocess.run(["sh", "-c", shell], capture_output=True,
		                     text=True, env=ENV, check=False)
		hold(not out.stderr, f"closed pipe: {out.stderr!r}")


def files(mailwhy, folder):
	there = folder / "answer.json"
	there.write_text("old")
	out = run(mailwhy, ["--format=json", "-o", str(there), KNOWN])
	hold(out.returncode == 0 and not out.stdout, "--output: status, silence")
	hold(json.loads(there.read_text())["schema"] == 1, "--output: content")
	hold(os.listdir(folder) == ["answer.json"], "--output: nothing is left")
	umask = os.umask(0)
	os.umask(umask)
	hold(there.stat().st_mode & 0o777 == 0o666 & ~umask, "--output: mode")
	# A file that is called like a command can still be explained.
	(folder / "causes").write_text(KNOWN)
	out = run(mailwhy, ["explain", "causes"], cwd=folder)
	hold("anna@example.org" in out.stdout, "explain FILE named as a command")
	out = run(mailwhy, ["explain", "no", str(folder / "causes")])
	hold(out.returncode == 66 and "anna@example.org" in out.stdout,
	     "the others are done first")


def piped_lists(mailwhy):
	"""A row is a line, without colours."""
	for command in ("causes", "rules"):
		rows = run(mailwhy, [command]).stdout.rstrip("\n").split("\n")
		items = json.loads(run(mailwhy, [command, "--format=json"])
		                   .stdout)[command]
		hold(len(rows) == len(items) + 1, f"{command}: {len(rows)} rows")
		hold("\033" not in "".join(rows), f"{command}: colours")
		ids = [row.split()[0] for row in rows[1:]]
		hold(ids == [x[command[:-1]] for x in items], f"{command}: ids")


def taxonomy(mailwhy):
	for name, words in (("mailwhy", "recipient.unknown"),
	                    ("sisimai", "userunknown"),
	                    ("kumomta", "InvalidRecipient"),
	                    ("sparkpost", "10 Invalid Recipient"),
	                    ("rfc3463", "x.1.1")):
		out = run(mailwhy, [f"--taxonomy={name}", KNOWN]).stdout
		line = [x for x in out.split("\n") if x.startswith("  Class")]
		hold(len(line) == 1 and words in line[0],
		     f"--taxonomy={name}: {line}")
	hold("  Class" not in run(mailwhy, [KNOWN]).stdout, "no --taxonomy")


def main():
	mailwhy = os.path.abspath(sys.argv[1])

	statuses(mailwhy)
	own_data(mailwhy)
	full_disk(mailwhy)
	closed_pipe(mailwhy)
	with tempfile.TemporaryDirectory() as name:
		files(mailwhy, pathlib.Path(name))
	piped_lists(mailwhy)
	taxonomy(mailwhy)
	return end()


sys.exit(main())
