#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""How well real pastes are answered: those that a rule was made from, others.

usage: pastes.py MAILWHY ROOT SHARED [-v]

A rule was made from a paste where its Source or Ref names it, or where one of
its Seen stands in the paste once values are replaced by their kind and codes
are taken out.  Of the others no rule has seen the words.
"""

import json
import pathlib
import re
import subprocess
import sys

from leaveout import BEGINNING, ROOT, plain
from check import read_lines
from run import examples


def words(root):
	"""[(rule, plain Seen)], and {what a Source or Ref names}."""
	seen, named = [], set()
	for rule, text, _ in examples(root):
		seen.append(plain(text))
		for value in rule.get("Source", []) + rule.get("Ref", []):
			named.add(value)
	return [s for s in seen if len(s) >= BEGINNING], named


def gave_rule(row, seen, named):
	text = f" {plain(row['text'])} "
	repo, _, number = row["source"].partition("#")
	link = re.compile(re.escape(repo) + r"/(issues|pull)/" +
	                  re.escape(number.split()[0] if number else "-") +
	                  r"\b")
	return (any(f" {s} " in text for s in seen) or
	        any(v.endswith(f"#{row['id']}") or v == row["source"] or
	            link.search(v) for v in named))


def answer(program, text):
	run = subprocess.run([program, "explain", "--format=json", "-"],
	                     input=text.encode(), capture_output=True,
	                     check=False, timeout=60)
	return json.loads(run.stdout)["diagnoses"]


def judge(row, found):
	"""(cause, actor, permanence, harmful), each True or False."""
	first = found[0] if found else {}
	good = any(d["cause"] in row["causes"] for d in found)
	return (good, first.get("actor") in row["actors"],
	        first.get("permanence", {}).get("actual") in row["permanence"],
	        not good and any(d["cause"] in row["not_causes"]
	                         for d in found))


def main():
	program, shared = sys.argv[1], pathlib.Path(sys.argv[3])
	path = shared / "corpus" / "pastes" / "pastes.jsonl"
	seen, named = words(ROOT)
	groups = {"of which a rule was made": [], "others": []}
	for line in read_lines(path):
		row = json.loads(line)
		if row["causes"] == ["none"]:
			continue
		result = judge(row, answer(program, row["text"]))
		made = gave_rule(row, seen, named)
		groups["of which a rule was made" if made
		       else "others"].append(result)
		if "-v" in sys.argv:
			print(row["id"], "rule" if made else "other", *result)
	for name, rows in groups.items():
		n = max(len(rows), 1)
		cause, actor, permanence, harm = (
			sum(r[i] for r in rows) for i in range(4))
		print(f"pastes {name}: {len(rows)}: cause "
		      f"{100 * cause / n:.1f} %, actor {100 * actor / n:.1f} %, "
		      f"permanence {100 * permanence / n:.1f} %, "
		      f"harmful {harm}")


if __name__ == "__main__":
	main()
