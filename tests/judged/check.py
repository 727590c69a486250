#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Check the judged files beside this script.

usage: check.py [PROVIDER_REPLIES.JSONL [SITUATIONS.MD [EXPECTED.JSONL]]]

Always: every line has the right shape, every cause, actor and permanence is
in causes.txt, actors.txt or permanence.txt, no list is empty or names
something twice, no key stands twice.

With the source of the replies: line N of replies.jsonl has the key of line N
of the source, there are equally many lines, and a line whose source has no
description gives a reason.

With the source of the situations: each key of situations.jsonl belongs to a
string that the source quotes.

With the expected results of the bounce corpus: the keys of bounces.jsonl
belong to diagnostic texts in it, in the order in which it first has them.

Prints what is wrong, one fault a line.  Exit: 0 nothing wrong, 1 something
is, 2 wrong usage, 66 a file could not be read.
"""

import hashlib
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent

# The members that are lists, and the file that says what may stand in each.
LISTS = {
	"causes": "causes.txt",
	"actors": "actors.txt",
	"permanence": "permanence.txt",
}
KEY = re.compile(r"[0-9a-f]{16}")
QUOTED = (re.compile(r"`([^`]+)`"), re.compile(r'"([^"]+)"'))


def key_of(text):
	"""The first 16 hex digits of the SHA-256 of a text."""
	return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def read_lines(path):
	"""The lines of a file, cut at line feeds only: JSON may hold others."""
	text = pathlib.Path(path).read_text(encoding="utf-8")
	return text.removesuffix("\n").split("\n") if text else []


def known_ids():
	"""What each list may hold, by its name."""
	return {member: set(read_lines(HERE / name))
	        for member, name in LISTS.items()}


def list_faults(member, values, allowed):
	"""Yield what is wrong with one list of a line."""
	if not isinstance(values, list) or not values:
		yield f"{member} is no list or an empty one"
		return
	if len(set(map(str, values))) != len(values):
		yield f"{member} names something twice"
	for value in values:
		if str(value) not in allowed:
			yield f"{member} has an unknown id: {value}"


def line_faults(record, known):
	"""Yield what is wrong with one line on its own."""
	if not KEY.fullmatch(str(record.get("key"))):
		yield "key is not 16 hex digits"
	for member, allowed in known.items():
		yield from list_faults(member, record.get(member), allowed)
	why = record.get("why", "-")
	if not isinstance(why, str) or not why.strip():
		yield "why is there but says nothing"


def load(name, known, faults):
	"""Read a judged file, and add its faults line by line."""
	records, seen = [], {}
	for number, line in enumerate(read_lines(HERE / name), 1):
		where = f"{name}:{number}"
		try:
			record = json.loads(line)
		except ValueError as error:
			record = None
			faults.append(f"{where}: no JSON: {error}")
		if not isinstance(record, dict):
			record = {}
		for fault in line_faults(record, known):
			faults.append(f"{where}: {fault}")
		key = str(record.get("key"))
		if key in seen:
			faults.append(f"{where}: same key as line {seen[key]}")
		seen.setdefault(key, number)
		records.append(record)
	return records


def compare_replies(records, path, faults):
	"""Check that the judged replies match their source line by line."""
	source = [json.loads(line) for line in read_lines(path)]
	if len(source) != len(records):
		faults.append(f"replies.jsonl: {len(records)} lines, "
		              f"the source has {len(source)}")
	for number, (reply, record) in enumerate(zip(source, records), 1):
		where = f"replies.jsonl:{number}"
		key = key_of(reply["provider"] + "\n" + reply["reply"])
		if record.get("key") != key:
			faults.append(f"{where}: key should be {key}")
		if not reply.get("description") and "why" not in record:
			faults.append(f"{where}: no description in the "
			              "source, so it needs a why")


def compare_situations(records, path, faults):
	"""Check that the source quotes what each judged situation names."""
	keys = {key_of(text) for line in read_lines(path)
	        for pattern in QUOTED for text in pattern.findall(line)}
	for number, record in enumerate(records, 1):
		if record.get("key") not in keys:
			faults.append(f"situations.jsonl:{number}: the source "
			              "does not quote this string")


def compare_bounces(records, path, faults):
	"""Check that the judged bounces follow the texts of their source."""
	order = {}
	for line in read_lines(path):
		for result in json.loads(line)["results"]:
			text = result.get("diagnosticcode") or ""
			order.setdefault(key_of(text), len(order))
	last = -1
	for number, record in enumerate(records, 1):
		place = order.get(record.get("key"))
		if place is None:
			faults.append(f"bounces.jsonl:{number}: the source "
			              "does not hold this text")
			continue
		if place < last:
			faults.append(f"bounces.jsonl:{number}: not in the "
			              "order of the source")
		last = place


def main(args):
	"""Check everything that args allow; return the exit status."""
	if len(args) > 3:
		print("usage: check.py [PROVIDER_REPLIES.JSONL "
		      "[SITUATIONS.MD [EXPECTED.JSONL]]]", file=sys.stderr)
		return 2
	faults = []
	known = known_ids()
	replies = load("replies.jsonl", known, faults)
	situations = []
	if (HERE / "situations.jsonl").exists():
		situations = load("situations.jsonl", known, faults)
	bounces = load("bounces.jsonl", known, faults)
	for name in ("responses.jsonl", "lab.jsonl"):
		load(name, known, faults)
	if args:
		compare_replies(replies, args[0], faults)
	if len(args) > 1:
		compare_situations(situations, args[1], faults)
	if len(args) > 2:
		compare_bounces(bounces, args[2], faults)
	for fault in faults:
		print(fault)
	print(f"{len(replies)} replies, {len(situations)} situations, "
	      f"{len(bounces)} bounces, {len(faults)} faults")
	return 1 if faults else 0


if __name__ == "__main__":
	try:
		sys.exit(main(sys.argv[1:]))
	except (OSError, UnicodeDecodeError) as trouble:
		print(f"check.py: {trouble}", file=sys.stderr)
		sys.exit(66)
