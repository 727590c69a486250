#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""How many real texts each rule decides.

usage: perrule.py MAILWHY ROOT SHARED

The texts are the judged replies, situations, responses, laboratory refusals
and bounce texts, the real pastes, and the whole mails of the bounce corpus
(every diagnosis of a mail counts).  A text that stands in two collections
counts in both.  Printed are the shares, one line for each rule that decides a
text, with the number for each collection, and the rules that decide none, by
file.  Rules of data/status, for codes without known words, count together.
"""

import collections
import json
import pathlib
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(sys.argv[2])
sys.path[:0] = [str(ROOT / "tests" / d) for d in
                ("meta", "judged", "variations")]

import sources  # noqa: E402
from check import QUOTED, key_of, read_lines  # noqa: E402
from run import stanzas  # noqa: E402


def rows(name):
	return [json.loads(line) for line in
	        read_lines(ROOT / "tests" / "judged" / name)]


def reply_texts(shared):
	path = shared / "corpus" / "replies" / "provider_replies.jsonl"
	for line in read_lines(path):
		reply = json.loads(line)
		yield reply["reply"], ["--said-by", reply["provider"]]


def situation_texts(shared):
	texts = {key_of(text): text for line in
	         read_lines(shared / "reference" / "situations.md")
	         for pattern in QUOTED for text in pattern.findall(line)}
	for row in rows("situations.jsonl"):
		if row["key"] in texts:
			by = row.get("said_by")
			yield texts[row["key"]], ["--said-by", by] if by else []


def source_texts(reader):
	def texts(shared):
		for _, text, options in reader(shared):
			yield text, options
	return texts


def paste_texts(shared):
	path = shared / "corpus" / "pastes" / "pastes.jsonl"
	for line in read_lines(path):
		yield json.loads(line)["text"], []


def mail_texts(shared):
	folder = shared / "corpus" / "bounces" / "maildir" / "bsd"
	for path in sorted(folder.iterdir()):
		yield path.read_bytes(), []


COLLECTIONS = {
	"replies": reply_texts,
	"situations": situation_texts,
	"responses": source_texts(sources.responses),
	"lab": source_texts(sources.lab),
	"bounces": source_texts(sources.bounces),
	"pastes": paste_texts,
	"mails": mail_texts,
}


def deciding(mailwhy, text, options):
	"""Yield the rule behind each diagnosis, or what decided instead."""
	run = subprocess.run(
		[mailwhy, "explain", "--format=json", *options, "-"],
		input=text if isinstance(text, bytes) else text.encode(),
		capture_output=True, timeout=60, check=False)
	for diagnosis in json.loads(run.stdout).get("diagnoses", []):
		evidence = diagnosis.get("evidence") or [{}]
		yield evidence[0].get("rule") or diagnosis.get("route", "none")


def known_rules():
	"""{file: [rule]} in the order in which they stand there."""
	return {path.stem: [value for stanza in stanzas(path)
	                    for field, value in stanza if field == "Rule"]
	        for path in sorted((ROOT / "data" / "rules").glob("*.rules"))}


def main():
	mailwhy, shared = sys.argv[1], pathlib.Path(sys.argv[3])
	files = known_rules()
	rules = [rule for those in files.values() for rule in those]
	used = collections.defaultdict(collections.Counter)
	answers = collections.Counter()
	for name, texts in COLLECTIONS.items():
		for text, options in texts(shared):
			for rule in deciding(mailwhy, text, options):
				answers[name] += 1
				used[rule][name] += 1
	known = [rule for rule in rules if rule in used]
	others = {name: sum(n.values()) for name, n in used.items()
	          if name not in rules}
	total = sum(answers.values())
	print(f"per rule: {total} answers, " + ", ".join(
		f"{name} {n}" for name, n in answers.items()))
	print(f"per rule: {len(known)} of {len(rules)} rules decide at least "
	      f"one text, {len(rules) - len(known)} none; "
	      "answers without one: " + ", ".join(
		      f"{name} {n}" for name, n in sorted(others.items())))
	known.sort(key=lambda rule: (-sum(used[rule].values()), rule))
	for rule in known:
		print(f"per rule: {sum(used[rule].values()):4} {rule}: "
		      + ", ".join(f"{n} {k}" for n, k in used[rule].items()))
	for name, those in files.items():
		none = [rule for rule in those if rule not in used]
		if none:
			print(textwrap.fill(
				f"per rule: none, {name} {len(none)} of "
				f"{len(those)}: " + " ".join(none), 79,
				subsequent_indent="    ",
				break_long_words=False,
				break_on_hyphens=False))


if __name__ == "__main__":
	main()
