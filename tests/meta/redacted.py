#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Redacted texts: the same diagnosis, and nothing of anybody left in them.

usage: redacted.py MAILWHY SHARED

For the inputs of all golden cases, the examples, and the public collections:
cause, actor and permanence stay the same, and no address (mail or IP) that a
plain search finds in the input is in the output.
"""
import ipaddress
import json
import pathlib
import re
import subprocess
import sys

from counts import end, hold, skip

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
IP4 = re.compile(r"(?<![\w.:-])(?:\d{1,3}\.){3}\d{1,3}(?![\w.-])")
MAIL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*@[A-Za-z0-9-]+"
                  r"(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
# Before these stands the number of a version.
VERSION = re.compile(r"(?:version|id|mapi|[A-Za-z]/)\s*[=(]?\s*$", re.I)


def run(mailwhy, data, *args):
	done = subprocess.run([mailwhy, *args, "-"], input=data,
	                      capture_output=True, timeout=60, check=False)
	return done.stdout


def diagnoses(mailwhy, data, *more):
	found = json.loads(run(mailwhy, data, "explain", "--format=json", *more))
	return [(d["cause"], d["actor"], d["permanence"]["actual"])
	        for d in found.get("diagnoses", [])]


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
		        address in ipaddress.ip_network("10.0.0.0/8") or
		        address in ipaddress.ip_network("172.16.0.0/12") or
		        address in ipaddress.ip_network("192.168.0.0/16") or
		        address in ipaddress.ip_network("100.64.0.0/10") or
		        address in ipaddress.ip_network("169.254.0.0/16")):
			yield m[0]


def rules_text():
	return "\n".join(f.read_text("utf-8").lower()
	                 for f in [*ROOT.glob("data/rules/*.rules"),
	                           *ROOT.glob("data/providers/*.providers")])


RULES = rules_text()


def known(address):
	"""Addresses of provider's desks, which rules and marks name."""
	return re.search(r"^(?:Text|Mark|Not): .*" + re.escape(address.lower()),
	                 RULES, re.M | re.I) is not None


def look(mailwhy, name, data):
	before = diagnoses(mailwhy, data)
	after = diagnoses(mailwhy, data, "--redact")
	hold(before == after, f"{name}: {before[:2]} became {after[:2]}")
	text = data.decode("utf-8", "replace")
	out = run(mailwhy, data, "redact").decode("utf-8", "replace")
	left = set(ips(text)) & set(ips(out))
	hold(not left, f"{name}: still there: {sorted(left)[:3]}")
	addresses = {m[0].lower() for m in MAIL.finditer(text)}
	left = {a for a in addresses if a in out.lower() and not known(a)}
	hold(not left, f"{name}: still there: {sorted(left)[:3]}")


def collections(shared):
	for path, key in (("corpus/pastes/pastes.jsonl", "text"),
	                  ("corpus/replies/provider_replies.jsonl", "reply")):
		file = shared / path
		if not file.is_file():
			skip(f"no {path}")
			continue
		for i, line in enumerate(file.read_text("utf-8").splitlines()):
			yield f"{file.name} {i + 1}", json.loads(line)[key].encode()


def main():
	mailwhy = sys.argv[1]
	files = [*sorted(ROOT.glob("tests/golden/*/input")),
	         *sorted(f for f in ROOT.glob("examples/*.txt")),
	         *sorted(ROOT.glob("examples/*.log"))]
	for file in files:
		look(mailwhy, str(file.relative_to(ROOT)), file.read_bytes())
	for name, data in collections(pathlib.Path(sys.argv[2])):
		look(mailwhy, name, data)
	return end()


sys.exit(main())
