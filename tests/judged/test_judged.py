#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Ask the program about the judged replies, situations and other texts.

usage: test_judged.py MAILWHY SHARED [-v]

Every situation has to get an acceptable cause, actor and permanence, and the
values that its text names have to stand in the verdict or in a step, unless
open.txt names it with a reason.  Of the replies, and of the texts that
sources.py reads, the shares are printed, and at the end the shares of all
files together.  With -v each one that disagrees is printed too.  A judged
text that its source does not hold is a failure.

SHARED is the folder with corpus and reference/situations.md; without it
everything is skipped.
"""

import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "meta"))

from check import QUOTED, key_of, read_lines  # noqa: E402
import sources  # noqa: E402
from counts import bad, end, hold, ok, skip  # noqa: E402


EMPTY = {"causes": [""], "actors": [], "permanence": []}


def ask(mailwhy, text, said_by):
	"""The diagnoses of a text."""
	args = [mailwhy, "explain", "--format=json", "-"]
	if said_by:
		args[2:2] = ["--said-by", said_by]
	run = subprocess.run(args, input=text.encode(), capture_output=True,
	                     timeout=60, check=False)
	if run.returncode not in (0, 1):
		raise RuntimeError(f"exit {run.returncode}: {text[:60]!r}")
	return json.loads(run.stdout).get("diagnoses", [])


def judge(answer, wanted):
	"""What of cause, actor and permanence is acceptable."""
	return {
		"cause": answer.get("cause") in wanted["causes"],
		"best cause": answer.get("cause") == wanted["causes"][0],
		"actor": answer.get("actor") in wanted["actors"],
		"permanence": answer.get("permanence", {}).get("actual")
		in wanted["permanence"],
	}


class Shares:
	"""How many answers about a file were acceptable, by what was judged."""

	def __init__(self, name):
		self.name = name
		self.asked = 0
		self.right = dict.fromkeys(judge({}, EMPTY), 0)

	def add(self, marks):
		"""Count one answer."""
		self.asked += 1
		for what, right in marks.items():
			self.right[what] += right

	def join(self, other):
		"""Count the answers about another file too."""
		self.asked += other.asked
		for what, right in other.right.items():
			self.right[what] += right

	def show(self):
		"""Print them, if anything was asked."""
		for what, right in self.right.items() if self.asked else ():
			print(f"{self.name}: {what} {right} of {self.asked}, "
			      f"{100 * right / self.asked:.1f} %")


def said(answer):
	"""All that tells the reader what happened and what to do."""
	words = [answer.get("verdict", "")]
	for step in answer.get("fix", []) + answer.get("verify", []):
		words += [step["text"], step.get("command", "")]
		words += step.get("record", {}).values()
	return " ".join(words)


def faults(answer, wanted):
	"""Names of what is wrong in the answer to a situation."""
	if not answer:
		return ["nothing recognised"]
	out = [f"{name} {answer.get(name)}" for name, right in
	       judge(answer, wanted).items()
	       if not right and name != "best cause"]
	words = said(answer).lower()
	for name, value in wanted.get("values", {}).items():
		if str(value).lower() not in words:
			out.append(f"{name} {value} is not used")
	return out


def load(name):
	return [json.loads(line) for line in read_lines(HERE / name)]


def known_open():
	"""{id: reason} of situations that are known to be answered wrong."""
	out = {}
	for line in read_lines(HERE / "open.txt"):
		if line.strip() and not line.startswith("#"):
			key, _, why = line.partition(" ")
			hold(bool(why.strip()), f"open.txt: {key}: no reason")
			out[key] = why
	return out


def situations(mailwhy, path):
	texts = {key_of(text): text for line in read_lines(path)
	         for pattern in QUOTED for text in pattern.findall(line)}
	still = known_open()
	right = 0
	sums = Shares("situations")
	rows = load("situations.jsonl")
	for row in rows:
		text = texts.get(row["key"])
		if text is None:
			bad(f"{row['id']}: the source does not hold it")
			continue
		found = ask(mailwhy, text, row.get("said_by"))
		wrong = faults(found[0] if found else {}, row)
		sums.add(judge(found[0] if found else {}, row))
		right += not wrong
		if row["id"] in still:
			print(f"open: {row['id']}: {'; '.join(wrong) or 'right now, take it off the list'}")
			ok()
			continue
		hold(not wrong, f"{row['id']}: {'; '.join(wrong)} | want "
		     f"{row['causes'][0]} {row['actors'][0]} "
		     f"{row['permanence'][0]} | {text[:100]}")
	print(f"situations: {right} of {len(rows)} right")
	return sums


def replies(mailwhy, path, loud):
	rows = load("replies.jsonl")
	sums = Shares("replies")
	for row, line in zip(rows, read_lines(path)):
		reply = json.loads(line)
		key = key_of(reply["provider"] + "\n" + reply["reply"])
		hold(key == row["key"], f"replies: {row['key']} is not {key}")
		found = ask(mailwhy, reply["reply"], reply["provider"])
		answer = found[0] if found else {}
		marks = judge(answer, row)
		sums.add(marks)
		if loud and not all(marks[m] for m in
		                    ("cause", "actor", "permanence")):
			print(f"  {row['key']} {reply['provider']}: "
			      f"{answer.get('cause')} {answer.get('actor')} "
			      f"{answer.get('permanence', {}).get('actual')}"
			      f" | want {row['causes']} {row['actors']} "
			      f"{row['permanence']} | {reply['reply'][:110]}")
	sums.show()
	return sums


def measured(mailwhy, name, texts, loud):
	"""Print the shares of a judged file whose texts sources.py reads."""
	rows = load(f"{name}.jsonl")
	texts = {key: (text, options) for key, text, options in texts}
	sums = Shares(name)
	for row in rows:
		text, options = texts.get(row["key"], (None, []))
		hold(text is not None,
		     f"{name}: {row['key']}: the source does not hold it")
		if text is None:
			continue
		found = ask(mailwhy, text, options[-1] if options else "")
		answer = found[0] if found else {}
		marks = judge(answer, row)
		sums.add(marks)
		if loud and not all(marks.values()):
			wrong = [what for what in marks if not marks[what]]
			print(f"  {row['key']} {' '.join(options[1:])}: "
			      f"{', '.join(wrong)}: {answer.get('cause')} "
			      f"{answer.get('actor')} "
			      f"{answer.get('permanence', {}).get('actual')}"
			      f" | want {row['causes']} {row['actors']} "
			      f"{row['permanence']} | {text[:110]}")
	sums.show()
	return sums


def main(args):
	mailwhy, shared = args[0], pathlib.Path(args[1])
	total = Shares("all")
	source = shared / "reference" / "situations.md"
	if source.exists():
		total.join(situations(mailwhy, source))
	else:
		skip(source)
	source = shared / "corpus" / "replies" / "provider_replies.jsonl"
	if source.exists():
		total.join(replies(mailwhy, source, "-v" in args))
	else:
		skip(source)
	for name, there, read in (
		("responses", sources.RESPONSES, sources.responses),
		("lab", sources.LAB, sources.lab),
		("bounces", sources.BOUNCES, sources.bounces),
	):
		if (shared / there).exists():
			total.join(measured(mailwhy, name, read(shared),
			                    "-v" in args))
		else:
			skip(shared / there)
	total.show()
	return end()


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
