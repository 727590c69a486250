#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""How well the rules know replies that they were not written from.

usage: leaveout.py LEAVEOUT ROOT SHARED [-v]

Each judged reply and situation is classified without the rules one of whose
Seen came from it: the same Source, or the same text once values are replaced
by their kind and codes are taken out (also where one is the beginning of the
other).
"""

import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[2])
sys.path[:0] = [str(ROOT / "tests" / d) for d in
                ("meta", "judged", "variations")]

import sources as texts_of  # noqa: E402
from check import QUOTED, key_of, read_lines  # noqa: E402
from run import examples  # noqa: E402

KINDS = (
	(re.compile(r"https?://\S+|www\.\S+"), " url "),
	(re.compile(r"<?[\w.+=*-]+@[\w.-]+>?"), " address "),
	(re.compile(r"\[?\b\d{1,3}(\.\d{1,3}){3}\b\]?"), " ip "),
	(re.compile(r"\b[245]\d\d[ -]"), " "),
	(re.compile(r"#?\b[245]\.\d{1,3}\.\d{1,3}\b"), " "),
	(re.compile(r"\b[\w-]+(\.[\w-]+)+\b"), " name "),
	(re.compile(r"\b\w*\d\w*\b"), " number "),
	(re.compile(r"\W+"), " "),
)
BEGINNING = 30
HELD = 20


def plain(text):
	"""A text without what differs between two bounces of one kind."""
	text = text.lower()
	for pattern, kind in KINDS:
		text = pattern.sub(kind, text)
	return " ".join(text.split())


def sources(root):
	"""[(rule, plain Seen)], and {key of a Source: rules}."""
	seen = [(rule["Rule"][0], plain(text))
	        for rule, text, _ in examples(root)]
	keys = collections.defaultdict(set)
	for rule, _, _ in examples(root):
		for value in rule.get("Source", []):
			keys[value.rpartition("#")[2]].add(rule["Rule"][0])
	return seen, keys


def bounce_files(shared):
	"""{key of a bounce's text: names of the mails that hold it}."""
	names = collections.defaultdict(set)
	for line in read_lines(shared / texts_of.BOUNCES):
		mail = json.loads(line)
		for result in mail["results"]:
			names[key_of(result.get("diagnosticcode") or "")].add(
				pathlib.Path(mail["file"]).stem)
	return names


def named(sources_of, names):
	"""Rules with a Source that names one of the mails."""
	return {rule for source, rules in sources_of.items() for rule in rules
	        if source.startswith("sisimai/") and
	        source.rpartition(" ")[2].removesuffix(".eml") in names}


def holds(text, other):
	return len(other) >= HELD and f" {other} " in f" {text} "


def same(a, b):
	short, long = sorted((a, b), key=len)
	return a == b or len(short) >= BEGINNING and long.startswith(short)


def judged(root, shared):
	"""Yield (kind, said by, text, judgement)."""
	def rows(name):
		return [json.loads(line) for line in
		        read_lines(root / "tests" / "judged" / name)]
	path = shared / "corpus" / "replies" / "provider_replies.jsonl"
	for row, line in zip(rows("replies.jsonl"), read_lines(path)):
		reply = json.loads(line)
		yield "replies", reply["provider"], reply["reply"], row
	texts = {key_of(text): text for line in
	         read_lines(shared / "reference" / "situations.md")
	         for pattern in QUOTED for text in pattern.findall(line)}
	for row in rows("situations.jsonl"):
		if row["key"] in texts:
			yield ("situations", row.get("said_by", ""),
			       texts[row["key"]], row)
	for kind, read in (("responses", texts_of.responses),
	                   ("lab", texts_of.lab),
	                   ("bounces", texts_of.bounces)):
		judgements = {row["key"]: row for row in rows(f"{kind}.jsonl")}
		for key, text, options in read(shared):
			if key in judgements:
				yield (kind, options[1] if options else "",
				       text, judgements[key])


def reply_in(mailwhy, text):
	"""The reply that the program finds in the text of a bounce."""
	run = subprocess.run([mailwhy, "explain", "--format=json", "-"],
	                     input=text.encode(), capture_output=True,
	                     check=False)
	found = json.loads(run.stdout).get("diagnoses", [])
	reply = found[0]["reply"] if found else {}
	parts = (reply.get("code"), reply.get("status"), reply.get("text"))
	return " ".join(str(part) for part in parts if part) or text


def ask(program, records):
	data = "".join(f"{f}\0" for record in records for f in record)
	run = subprocess.run([program], input=data.encode(),
	                     capture_output=True, check=True)
	return [line.split("\t") for line in run.stdout.decode().splitlines()]


def share(name, n, of):
	print(f"{name} {n} of {of}, {100 * n / max(of, 1):.1f} %")


def report(kind, rows):
	"""rows: [(judgement, removed rules, full answer, answer without)]."""
	sure = right = near = 0
	routes = collections.Counter()
	wrong = collections.Counter()
	for row, _, full, (route, _, cause, confidence, alts) in rows:
		good = cause in row["causes"]
		routes[route] += 1
		sure += not good and confidence == "certain"
		right += good
		near += good or bool(set(alts.split()) & set(row["causes"]))
		if not good:
			wrong[full[1].partition(".")[0] or "none"] += 1
	name = f"leave-one-out {kind}:"
	share(f"{name} rules taken out", sum(bool(r[1]) for r in rows),
	      len(rows))
	share(f"{name} certain and wrong", sure, len(rows))
	share(f"{name} right", right, len(rows))
	share(f"{name} right or among the alternatives", near, len(rows))
	for route, n in routes.most_common():
		share(f"{name} decided by {route}", n, len(rows))
	print(f"{name} worst families " + ", ".join(
		f"{f} {n}" for f, n in wrong.most_common(10)))


def main():
	program, shared = sys.argv[1], pathlib.Path(sys.argv[3])
	seen, keys = sources(ROOT)
	cases = list(judged(ROOT, shared))
	mails = bounce_files(shared)
	gone = []
	for kind, _, text, row in cases:
		key = plain(text)
		ids = keys[row["key"]] | {rule for rule, other in seen
		                          if same(key, other)}
		if kind not in ("replies", "situations"):
			ids |= named(keys, mails.get(row["key"], ()))
			ids |= {rule for rule, other in seen
			        if holds(key, other)}
		gone.append(sorted(ids))
	mailwhy = pathlib.Path(program).parent.parent / "mailwhy"
	cases = [(kind, by, reply_in(mailwhy, text) if kind == "bounces"
	          else text, row) for kind, by, text, row in cases]
	full = ask(program, [(by, "", text) for _, by, text, _ in cases])
	left = ask(program, [(by, "".join(r + " " for r in ids), text)
	                     for (_, by, text, _), ids in zip(cases, gone)])
	rows = list(zip([c[3] for c in cases], gone, full, left))
	for kind in dict.fromkeys(c[0] for c in cases):
		those = [r for r, c in zip(rows, cases) if c[0] == kind]
		report(kind, those)
		taken = [r for r in those if r[1]]
		report(f"{kind} with rules taken out", taken)
	if "-v" in sys.argv:
		for (kind, by, text, row), ids, _, answer in zip(
				cases, gone, full, left):
			if answer[2] not in row["causes"]:
				print(f"  {kind} {by} {answer[:4]} | "
				      f"{row['causes']} | {ids} | {text[:100]}")


if __name__ == "__main__":
	main()
