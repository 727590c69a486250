#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""mailwhy redact: the file of --map, names of the user's rules, and limits.

usage: redact_files.py MAILWHY
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from counts import end, hold

ENV = dict(os.environ, XDG_CONFIG_HOME="/nonexistent", NO_COLOR="1")
TEXT = "anna@shop.de 203.0.113.5"


def redact(text, *args):
	return subprocess.run([sys.argv[1], "redact", *args, "-"], input=text,
	                      capture_output=True, text=True, env=ENV,
	                      timeout=60, check=False)


def maps(folder):
	file = folder / "map"
	file.write_text("old")
	file.chmod(0o666)
	done = redact(TEXT, f"--map={file}")
	hold(done.returncode == 0, f"map: {done.stderr}")
	hold(file.stat().st_mode & 0o777 == 0o600, "map: others can read it")
	hold("address\tanna@shop.de\tuser1@example.org\n" in file.read_text(),
	     f"map: {file.read_text()}")
	hold(os.listdir(folder) == ["map"], f"map: left {os.listdir(folder)}")

	# A link in place of the file is replaced, what it leads to is not.
	other = folder / "other"
	other.write_text("other")
	file.unlink()
	file.symlink_to(other)
	redact(TEXT, f"--map={file}")
	hold(other.read_text() == "other", "map: a link was followed")
	hold(not file.is_symlink(), "map: the link is still there")
	hold(other.stat().st_mode & 0o777 != 0o600, "map: changed another file")

	for name, words in ((folder, "folder"),
	                    (folder / "no" / "map", "No such file"),
	                    ("", "no name")):
		done = redact(TEXT, f"--map={name}")
		hold(done.returncode == 73, f"map {name}: {done.returncode}")
		hold(words in done.stderr, f"map {name}: {done.stderr}")
		hold(done.stdout == "", f"map {name}: printed nevertheless")
	done = redact(TEXT, "--map=/dev/stderr")
	hold("anna@shop.de" in done.stderr, "map: no device")


def user_names(folder):
	(folder / "my.providers").write_text(
		"Provider: myhost\nName: My Host\nKind: mailbox\nHost: *.myhost.example\n"
		"Ref: https://myhost.example/\nChecked: 2026-11\n")
	(folder / "my.zones").write_text(
		"Zone: bl.mylist.example\nName: My list\nScope: address\n"
		"Cause: reputation.ip-listed\n"
		"Ref: https://mylist.example/\nChecked: 2026-11\n")
	text = "mx.myhost.example bl.mylist.example mx.other.example"
	done = redact(text, f"--rules={folder}")
	hold(done.stdout == "mx.myhost.example bl.mylist.example "
	     "mx.example.org", f"rules: {done.stdout}{done.stderr}")
	done = redact(text)
	hold("myhost" not in done.stdout, f"no rules: {done.stdout}")


def own_names():
	done = subprocess.run(
		[sys.argv[1], "--redact", "--format=json", "--own=mx.shop.de",
		 "Nov 24 10:11:12 mx postfix/smtpd[7]: NOQUEUE: reject: RCPT from "
		 "unknown[203.0.113.5]: 554 5.7.1 <a@b.example>: Relay access "
		 "denied; from=<x@y.example> to=<a@b.example> proto=ESMTP "
		 "helo=<mx.shop.de>"], capture_output=True, text=True, env=ENV,
		timeout=60, check=False)
	hold("shop.de" not in done.stdout, f"--own: {done.stdout}")


def limits():
	"""Ranges and rooms that are too small: told, and nothing is left."""
	nets = [f"{a}.{b}.{c}.9" for a in (20, 21) for b in range(4)
	        for c in range(100)]
	done = redact("\n".join(nets))
	out = done.stdout.split("\n")
	hold(not set(nets) & set(out), "nets: some are left")
	hold(len(set(out)) == 515 + 1, f"nets: {len(set(out))} of them")
	hold(out.count("x.x.x.x") == 800 - 515, "nets: no mark for the rest")
	hold(re.search(r": 285 became", done.stderr) is not None,
	     f"nets: {done.stderr}")
	all_of_one = [f"20.0.0.{i}" for i in range(256)]
	done = redact("\n".join(all_of_one))
	hold(len(set(done.stdout.split("\n"))) == 256, "a /24: not all differ")
	hold("too many" not in done.stderr, f"a /24: {done.stderr}")

	names = [f"u{i}x@h{i}x.de" for i in range(70000)]
	done = redact("\n".join(names))
	out = done.stdout.split("\n")
	hold(not set(names) & set(out), "names: some are left")
	hold("too many" in done.stderr, f"names: {done.stderr}")
	left = [n for n in out if re.match(r"u\d|.*@h\d+x", n)]
	hold(not left, f"names: {left[:3]}")

	sites = [f"2a00:{i:x}:5::1" for i in range(1, 60000)]
	done = redact("\n".join(sites))
	hold(not set(sites) & set(done.stdout.split("\n")), "sites: left")
	local, label = "anna" * 100, "shop" * 100
	done = redact(f"{local}@{label}.de {'a1b2' * 100}")
	hold("anna" not in done.stdout and "shop" not in done.stdout and
	     "a1b2" not in done.stdout, f"long: {done.stdout}")
	hold(": 3 became" in done.stderr, f"long: {done.stderr}")


def main():
	for test in (maps, user_names):
		with tempfile.TemporaryDirectory() as folder:
			test(pathlib.Path(folder))
	own_names()
	limits()
	return end()


sys.exit(main())
