#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Redacted texts: the same diagnosis, and nothing of anybody left in them.

usage: redacted.py WORKER SHARED

For the inputs of all golden cases, the examples, the texts of libraries, and
the public collections: cause, actor and permanence stay the same, and no
address (mail or IP) that a plain search finds in the input is in the output.
"""
import ipaddress
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "meta"))
# pylint: disable=wrong-import-position
from counts import end, hold, skip
from worker import Worker
IP4 = re.compile(r"(?<![\w.:-])(?:\d{1,3}\.){3}\d{1,3}(?![\w.-])")
MAIL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*@[A-Za-z0-9-]+"
                  r"(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
# Before these stands the number of a version.
VERSION = re.compile(r"(?:version|id|mapi|[A-Za-z]/)\s*[=(]?\s*$", re.I)


def ips(text):
	for m in IP4.finditer(text):
		if VERSION.search(text[max(0, m.start() - 12):m.start()]):
			continue
		try:
			address = ipaddress.IPv4Address(m[0])
		except ValueError:
			continue
		if not (address.is_loopback or address.is_unspecified or
		        address.is_multicast or
		        address in ipaddress.ip_network("0.0.0.0/8") or
		        address in ipaddress.ip_network("169.254.0.0/16")):
			yield m[0]


def rules_text():
	return "\n".join(f.read_text("utf-8").lower()
	                 for f in [*ROOT.glob("data/rules/*.rules"),
	                           *ROOT.glob("data/providers/*.providers")])


RULES = rules_text()


def names_of_providers():
	text = "\n".join(f.read_text("utf-8").lower()
	                 for f in ROOT.glob("data/providers/*.providers"))
	return {name.strip().removeprefix("*.")
	        for line in re.findall(r"^(?:host|alias|submission): (.*)", text,
	                               re.M)
	        for name in line.split("|") if "." in name}


PROVIDERS = names_of_providers()
# The program that speaks there, not a person.
ROBOT = re.compile(r"(?:postmaster|mailer-daemon|abuse|root|unknown)@(.*)")
# Where the diagnosis of the text itself is wrong.
WRONG = {
	"corpus/logs/exim-exporter/paniclog":
		"an id ends in -No, which is read as the words No DKIM",
}


def known(address):
	"""Desks and robots of providers, which rules and marks name."""
	robot = ROBOT.fullmatch(address)
	if robot and any(robot[1] == p or robot[1].endswith("." + p)
	                 for p in PROVIDERS):
		return True
	return re.search(r"^(?:Text|Mark|Not): .*" + re.escape(address.lower()),
	                 RULES, re.M | re.I) is not None


def look(worker, name, data):
	done = worker.redact(data, explain=True)
	hold(done.before == done.after or name in WRONG,
	     f"{name}: {done.before[:2]} became {done.after[:2]}")
	text = data.decode("utf-8", "replace")
	out = done.text.decode("utf-8", "replace")
	left = set(ips(text)) & set(ips(out))
	hold(not left, f"{name}: still there: {sorted(left)[:3]}")
	addresses = {m[0].lower() for m in MAIL.finditer(text)}
	left = {a for a in addresses if a in out.lower() and not known(a)}
	hold(not left, f"{name}: still there: {sorted(left)[:3]}")


def lines_of(file, key):
	for i, line in enumerate(file.read_text("utf-8").splitlines()):
		yield f"{file.name} {i + 1}", json.loads(line)[key].encode()


def collections(shared):
	for path, key in (("pastes/pastes.jsonl", "text"),
	                  ("replies/provider_replies.jsonl", "reply")):
		file = shared / "corpus" / path
		if file.is_file():
			yield from lines_of(file, key)
		else:
			skip(f"no {path}")
	for path in ("bounces/maildir", "bounces/to-be-debugged-because",
	             "lab", "logs", "responses"):
		files = [f for f in sorted((shared / "corpus" / path).rglob("*"))
		         if f.is_file() and f.suffix != ".md" and
		         f.stat().st_size < 300000]
		if not files:
			skip(f"no {path}")
		for file in files:
			yield str(file.relative_to(shared)), file.read_bytes()


def main():
	worker = Worker(sys.argv[1])
	files = [*sorted(ROOT.glob("tests/golden/*/input")),
	         *sorted(ROOT.glob("examples/*.txt")),
	         *sorted(ROOT.glob("examples/*.log")),
	         *sorted(ROOT.glob("tests/fixtures/exceptions/*/*.txt")),
	         *sorted(ROOT.glob("tests/fixtures/exceptions/*.tsv"))]
	for file in files:
		look(worker, str(file.relative_to(ROOT)), file.read_bytes())
	for name, data in collections(pathlib.Path(sys.argv[2])):
		look(worker, name, data)
	worker.close()
	return end()


sys.exit(main())
