#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The EXAMPLES of the manual pages run, and exit as told.

A line "$ command" is run by the shell in a folder that holds the files which
the pages speak of.  It exits 0, or as a comment above it says: .\\" exit 66

usage: examples.py MAILWHY MAN [CC INCLUDE LIBRARY]
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from counts import end, hold

FILES = {
	"bounce.txt": "<anna@example.org>: host mx.example.org[192.0.2.25] said: "
				  "550 5.1.1\n    <anna@example.org>: Recipient address "
				  "rejected: User unknown (in reply to\n    RCPT TO "
				  "command)\n",
	"bounces.mbox": "From MAILER-DAEMON Tue Nov 24 04:16:01 2026\n"
					"From: MAILER-DAEMON@mail.example.org\n"
					"To: bert@example.org\nSubject: failed\n"
					"Date: Tue, 24 Nov 2026 04:16:01 +0000\n\n"
					"<anna@example.org>: host mx.example.org"
					"[192.0.2.25] said: 550 5.1.1\n    User unknown (in "
					"reply to RCPT TO command)\n\n",
	"bounces.csv": "Who,Error Text\nanna@example.org,550 5.1.1 User unknown"
				   "\n",
	"reply.txt": "552 5.2.2 Mailbox full\n",
	"mail.log": "Nov 24 04:16:01 mail postfix/smtp[4711]: 4ABC: "
				"to=<anna@example.org>, relay=mx.example.org"
				"[192.0.2.25]:25, delay=1, dsn=5.1.1, status=bounced (host "
				"mx.example.org[192.0.2.25] said: 550 5.1.1 User unknown (in "
				"reply to RCPT TO command))\n",
}


def check(what, good, *more):
	hold(good, " ".join(str(x) for x in (what, *more)))


def commands(page):
	"""(command, exit status) of each line that begins with "$ "."""
	part = page.read_text().split(".Sh EXAMPLES", 1)
	want = 0
	for line in part[1].split("\n") if len(part) > 1 else []:
		comment = re.match(r'\.\\" exit (\d+)$', line)
		if comment:
			want = int(comment[1])
		elif line.startswith("$ "):
			yield line[2:].replace("\\e", "\\"), want
			want = 0


def run_page(page, env, folder):
	found = 0
	for command, want in commands(page):
		found += 1
		out = subprocess.run(command, shell=True, cwd=folder, env=env,
							 stdin=subprocess.DEVNULL, capture_output=True,
							 text=True, timeout=60, check=False)
		check("%s: %s" % (page.name, command),
			  out.returncode == want and (out.stdout or ">" in command),
			  "exit %d" % out.returncode, out.stderr)
	check("%s has examples" % page.name,
		  found or not page.name.endswith(".1"))


def run_program(page, folder, cc, include, library):
	"""The program of mailwhy(3) compiles, without warnings, and works."""
	source = page.read_text().split(".Sh EXAMPLES", 1)[1]
	source = source.split(" indent\n", 1)[1].split("\n.Ed", 1)[0]
	(folder / "example.c").write_text(source.replace("\\e", "\\") + "\n")
	out = subprocess.run([*cc.split(), "-Wall", "-Wextra", "-Werror", "-I",
						  include, "-o", "example", "example.c", library,
						  "-Wl,-rpath," + os.path.dirname(library)],
						 cwd=folder, capture_output=True, text=True,
						 check=False)
	check("%s: the program compiles" % page.name, out.returncode == 0,
		  out.stderr)
	if out.returncode == 0:
		out = subprocess.run([folder / "example"], capture_output=True,
							 text=True, timeout=60, check=False)
		check("%s: the program works" % page.name,
			  out.stdout == "recipient.unknown\n", out.stdout)


def main():
	mailwhy, man = (pathlib.Path(x).resolve() for x in sys.argv[1:3])
	env = dict(os.environ, XDG_CONFIG_HOME="/nonexistent", NO_COLOR="1",
			   PATH="%s:%s" % (mailwhy.parent, os.environ["PATH"]))
	with tempfile.TemporaryDirectory() as name:
		folder = pathlib.Path(name)
		(folder / "local").mkdir()
		for file, text in FILES.items():
			(folder / file).write_text(text)
		for page in sorted(man.glob("*.1")):
			run_page(page, env, folder)
		if len(sys.argv) > 5:
			run_program(man / "mailwhy.3", folder, sys.argv[3],
						os.path.abspath(sys.argv[4]),
						os.path.abspath(sys.argv[5]))
	return end()


sys.exit(main())
