#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run every command of mailwhy itself that an answer shows.

usage: verify.py MAILWHY ROOT

Of every cause with nothing known, with each value known, and of every golden
case and example: as they stand, in a shell, with --dry-run and --offline added
so that nobody is asked.  An option or argument that is none ends with 2.
byhand.txt holds the causes that no check is for.  Replies with values that a
shell would run must not make one run anything.
"""

import fnmatch
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

from counts import bad, end, hold

HERE = pathlib.Path(__file__).resolve().parent
MESSAGE = b"From: a@example.org\r\nTo: b@example.net\r\n\r\nx\r\n"
# One of each that the data of causes may ask for.
SAMPLE = {
	"ip": ["192.0.2.10", "2001:db8::10"], "domain": ["example.org"],
	"sender_domain": ["example.org"], "recipient_domain": ["example.com"],
	"helo": ["mail.example.org", "localhost"], "selector": ["s1"],
	"mail_from": ["a@example.org"], "header_from": ["a@example.org"],
	"host": ["mx.example.net"],
	"receiver_rules": ["google", "microsoft", "microsoft365", "yahoo",
	                   "apple", "gmx", "laposte", "t-online"],
}
SLOT = re.compile(r"\{(\w+)(?:\|([^}]*))?\}")


class Runner:
	"""A folder with what commands name, and mailwhy in the path."""

	def __init__(self, mailwhy, tmp):
		self.tmp = pathlib.Path(tmp)
		self.done = set()
		(self.tmp / "bin").mkdir()
		(self.tmp / "bin" / "mailwhy").symlink_to(mailwhy)
		for name in ("message.eml", "post.eml"):
			(self.tmp / name).write_bytes(MESSAGE)
		self.env = {**os.environ, "LC_ALL": "C.UTF-8",
		            "PATH": f"{self.tmp}/bin:/usr/bin:/bin"}

	def run(self, where, command):
		if command in self.done:
			return
		self.done.add(command)
		done = subprocess.run(
			["sh", "-c", f"{command} --dry-run --offline"],
			cwd=self.tmp, env=self.env, stdin=subprocess.DEVNULL,
			capture_output=True, timeout=60, check=False)
		hold(done.returncode == 0,
		     f"{where}: {command}: {done.returncode}: "
		     f"{done.stderr.decode(errors='replace').strip()[-200:]}")


def is_ours(command):
	return command.startswith("mailwhy ")


def kb_commands(root):
	"""(cause, command as it stands in the file)."""
	for path in sorted((root / "data" / "kb").glob("*.kb")):
		for line in path.read_text(encoding="utf-8").splitlines():
			if line.startswith("Command: "):
				yield path.stem, line[len("Command: "):]


def filled(command, values):
	"""The command with its slots filled in, as doc/knowledge.md says."""
	def part(m):
		names = [n for n, _ in SLOT.findall(m.group(1))]
		return m.group(1) if all(n in values for n in names) else ""

	def slot(m):
		return values.get(m.group(1), m.group(2))

	return SLOT.sub(slot, re.sub(r"\[\[(.*?)\]\]", part, command))


def check_kb(runner, root):
	covered = set()
	for cause, command in kb_commands(root):
		if not is_ours(command):
			continue
		covered.add(cause)
		first = {n: v[0] for n, v in SAMPLE.items()}
		for name in {n for n, _ in SLOT.findall(command)}:
			hold(name in SAMPLE, f"{cause}: no sample of {name}")
			for value in SAMPLE.get(name, []):
				runner.run(cause, filled(command, {**first,
				                                   name: value}))
		if not re.search(r"\{\w+\}", re.sub(r"\[\[.*?\]\]", "",
		                                    command)):
			runner.run(cause, filled(command, {}))
	return covered


def check_by_hand(root, covered):
	causes = [line for line in (root / "data/kb/CAUSES").read_text()
	          .split("\n") if line and not line.startswith("#")]
	left = set(causes) - covered
	for line in (HERE / "byhand.txt").read_text().splitlines():
		if line.startswith("#"):
			continue
		pattern, _, why = line.partition(" ")
		hits = set(fnmatch.filter(causes, pattern))
		hold(bool(why.strip()), f"byhand.txt: {pattern}: no reason")
		hold(bool(hits), f"byhand.txt: no cause {pattern}")
		hold(not hits & covered, f"byhand.txt: {pattern}: has a check: "
		     f"{' '.join(sorted(hits & covered))}")
		left -= hits
	hold(not left, f"neither a check nor in byhand.txt: {sorted(left)}")


def explained(mailwhy, data):
	done = subprocess.run([mailwhy, "explain", "--format=json", "-"],
	                      input=data, capture_output=True, timeout=60,
	                      check=False)
	if done.returncode not in (0, 1):
		bad(f"explain: exit {done.returncode}")
		return []
	return json.loads(done.stdout)["diagnoses"]


def commands_of(diagnosis):
	return [s["command"] for s in diagnosis["verify"] + diagnosis["fix"]
	        if "command" in s and is_ours(s["command"])]


def check_answers(runner, mailwhy, root):
	for pattern in ("examples/*", "tests/golden/*/input"):
		for path in sorted(root.glob(pattern)):
			for d in explained(mailwhy, path.read_bytes()):
				for command in commands_of(d):
					runner.run(path, command)


# What a reply of a hostile server may hold where a value is expected.
EVIL = [
	"$(touch pwned)", "`touch pwned`", "a;touch pwned;",
	"a'$(touch pwned)", "a';touch pwned;'", 'a";touch pwned;"',
	"a|touch pwned", "a&touch pwned&", "a>pwned", "--output=pwned",
	"-opwned", "a$IFS;touch$IFS\"pwned\"", "a\\", "a #",
	"m\u00fcnchen.example", "~", "*", "{a,b}", "a\x01b",
	"a\u2019;touch pwned;\u2019"]
REPLIES = [
	"550 5.7.26 Unauthenticated email from {} is not accepted due to "
	"domain's DMARC policy.",
	"550 5.7.26 This mail has been blocked because the sender is "
	"unauthenticated. DKIM = did not pass SPF [{}] with ip: [192.0.2.10] = "
	"did not pass",
	"554 5.7.1 Service unavailable; Client host [192.0.2.10] blocked using "
	"zen.spamhaus.org; {}",
	"554 5.7.1 Service unavailable; Client host [192.0.2.10] blocked using "
	"{}; see there",
	"550 5.7.23 SPF validation failed for {}: 192.0.2.10",
	"504 5.5.2 <{}>: Helo command rejected: need fully-qualified hostname",
	"450 4.1.8 <{}>: Sender address rejected: Domain not found",
	"550 5.1.2 {}: Recipient address rejected: Domain not found",
	"550 5.7.25 The IP address {} does not have a PTR record",
	"550 5.1.10 <{}>: Recipient address rejected: domain has a null MX",
	"554 5.7.1 <a@example.org>: DKIM selector {} of example.org: no key",
]
LOG = ("Nov 24 10:00:00 mail postfix/qmgr[1]: 4abCdE1: from=<{}>, size=1, "
       "nrcpt=1 (queue active)\n"
       "Nov 24 10:00:00 mail postfix/smtp[1]: 4abCdE1: to=<{}>, orig_to=<{}>, "
       "relay={}[198.51.100.7]:25, delay=1, dsn=5.7.26, status=bounced (host "
       "{}[198.51.100.7] said: {})")


def hostile_texts():
	for evil in EVIL:
		for reply in REPLIES:
			said = reply.replace("{}", evil)
			at = f"{evil}@example.net"
			yield said
			yield LOG.format(at, at, at, evil, evil, said)
			yield reply.replace("{}", f"a@{evil}")
			yield reply.replace("{}", at)


def check_hostile(mailwhy, tmp):
	"""Every command is split by a shell into harmless words."""
	inner = pathlib.Path(tmp) / "hostile"
	inner.mkdir()
	fake = inner / "mailwhy"
	fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
	fake.chmod(0o755)
	names = []
	for i, text in enumerate(hostile_texts()):
		names.append(pathlib.Path(tmp) / f"{i:04}")
		names[-1].write_text(text, encoding="utf-8")
	done = subprocess.run([mailwhy, "explain", "--format=json", *names],
	                      capture_output=True, timeout=120, check=False)
	commands = [c for d in json.loads(done.stdout)["diagnoses"]
	            for c in commands_of(d)]
	hold(len(commands) > 500, f"only {len(commands)} commands were shown")
	quoted = sum(words(inner, c) for c in sorted(set(commands)))
	hold(quoted > 20, f"only {quoted} hostile values were quoted")


def words(inner, command):
	"""1 where the shell had quotes to take off."""
	done = subprocess.run(["sh", "-c", command], cwd=inner,
	                      capture_output=True, timeout=10, check=False,
	                      env={"PATH": f"{inner}:/usr/bin:/bin"})
	hold(done.returncode == 0 and not done.stderr,
	     f"{command!r}: {done.stderr[:100]}")
	args = done.stdout.decode(errors="replace").splitlines()
	hold(args == shlex.split(command)[1:], f"{command!r}: {args}")
	hold(sorted(p.name for p in inner.iterdir()) == ["mailwhy"],
	     f"{command!r} left a file")
	return "'" in command


def check_redacted(mailwhy):
	"""What is hidden above is hidden in the commands, by the same name."""
	text = LOG.format("jo@secret.example", "b@example.net",
	                  "b@example.net", "mx.example.net", "mx.example.net",
	                  "550 5.7.23 SPF validation failed, secret.example "
	                  "192.0.2.77").encode()
	plain = explained(mailwhy, text)
	done = subprocess.run([mailwhy, "explain", "--redact", "--format=json",
	                       "-"], input=text, capture_output=True,
	                      timeout=60, check=False)
	hidden = json.loads(done.stdout)["diagnoses"]
	hold(bool(plain) and len(plain) == len(hidden), "not one each")
	for before, after in zip(plain, hidden):
		hold(any("192.0.2.77" in c and "jo@secret.example" in c
		         for c in commands_of(before)),
		     f"no command with the values: {commands_of(before)}")
		for command in commands_of(after):
			hold("secret" not in command and
			     "192.0.2.77" not in command, command)
		hold(any(after["values"]["ip"] in c and
		         after["values"]["mail_from"] in c
		         for c in commands_of(after)),
		     f"they are called otherwise: {commands_of(after)}")


def main(args):
	mailwhy = str(pathlib.Path(args[0]).resolve())
	root = pathlib.Path(args[1])
	with tempfile.TemporaryDirectory() as tmp:
		runner = Runner(mailwhy, tmp)
		check_by_hand(root, check_kb(runner, root))
		check_answers(runner, mailwhy, root)
		check_hostile(mailwhy, tmp)
		check_redacted(mailwhy)
		hold(len(runner.done) > 60, f"only {len(runner.done)} commands")
	return end()


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
