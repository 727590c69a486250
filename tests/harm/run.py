#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""No answer gives advice that does harm.

usage: run.py MAILWHY ROOT

patterns.txt says what is forbidden and why.  Held against it: all causes as
`mailwhy causes` shows them, each Fix and Verify of data/kb whatever its
conditions (as the first one where it can stand first), the steps of providers,
and the answers to all golden cases, as JSON and as text.
"""

import importlib.util
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "meta"))

from counts import end, hold  # noqa: E402


def load(name):
	"""The module of another test that lies beside this one."""
	spec = importlib.util.spec_from_file_location(
		name, HERE.parent / name / "run.py")
	module = importlib.util.module_from_spec(spec)
	spec.loader.exec_module(module)
	return module


stanzas = load("variations").stanzas


class Harm:
	"""One stanza of patterns.txt."""

	def __init__(self, stanza):
		self.values = {}
		for field, value in stanza:
			self.values.setdefault(field, []).append(value)
		self.name = self.values["Harm"][0]
		self.note = self.one("In") == "note"
		self.first = self.one("Where") == "first"
		self.causes = self.alternatives("Cause")
		self.retry = self.alternatives("Retry")
		self.patterns = [re.compile(p, re.I)
		                 for p in self.values["Pattern"]]

	def one(self, field):
		return self.values.get(field, [""])[0]

	def alternatives(self, field):
		return [v.strip() for v in self.one(field).split("|")
		        if v.strip()]

	def holds_for(self, cause, retry):
		about = not self.causes or any(
			cause == c or c.endswith("*") and cause.startswith(c[:-1])
			for c in self.causes)
		return about and (not self.retry or retry in self.retry)

	def found(self, text):
		return any(p.search(text) for p in self.patterns)

	def test_itself(self):
		samples = self.values.get("Sample", [])
		hold(self.one("Why"), f"{self.name}: no reason")
		for p in self.patterns:
			hold(any(p.search(s) for s in samples),
			     f"{self.name}: no sample for {p.pattern}")
		for sample in samples:
			hold(self.found(sample), f"{self.name}: misses {sample}")
		hold("Fine" in self.values, f"{self.name}: nothing is fine")
		for fine in self.values.get("Fine", []):
			hold(not self.found(fine), f"{self.name}: catches {fine}")


class Judge:
	def __init__(self, harms):
		self.harms = harms
		self.steps = 0

	def look(self, where, cause, retry, text, first=False, note=False):
		"""Hold one step, or one note, against all that is forbidden."""
		self.steps += 1
		for harm in self.harms:
			if harm.note != note or harm.first and not first or \
			   not harm.holds_for(cause, retry):
				continue
			hold(not harm.found(text), f"{where}: {harm.name} "
			     f"({harm.one('Why')}): {text}")

	def answer(self, where, answer):
		"""One diagnosis or cause in the JSON form."""
		cause = answer.get("cause", "")
		retry = answer.get("retry", {})
		helps = retry.get("helps", "")
		for i, step in enumerate(answer.get("fix", [])):
			self.look(where, cause, helps, words(step), i == 0)
		for step in answer.get("verify", []):
			self.look(where, cause, helps, words(step))
		self.look(where, cause, helps, retry.get("note", ""), note=True)


def words(step):
	"""All of a step that people read or copy."""
	return " ".join([step["text"], step.get("command", ""),
	                 *map(str, step.get("record", {}).values())])


def causes(judge, mailwhy):
	def ask(*args):
		run = subprocess.run([mailwhy, "causes", "-f", "json", *args],
		                     capture_output=True, check=True)
		return json.loads(run.stdout)["causes"]
	for cause in ask():
		for answer in ask(cause["cause"]):
			judge.answer(cause["cause"], answer)


def parts(value):
	"""(conditions, the rest) of a value in data/kb."""
	m = re.match(r"\[([^\[\]]*)\]\s*(.*)", value, re.S)
	return (m[1], m[2]) if m else ("", value)


def sources(judge, root):
	"""Each step as data/kb has it, whether it is shown today or not."""
	for path in sorted((root / "data" / "kb").glob("*.kb")):
		stanza = next(stanzas(path))
		retry = [parts(v)[1].split()[0] for f, v in stanza
		         if f == "Retry"][-1]
		first, steps = True, []
		for field, value in stanza:
			if field in ("Fix", "Verify"):
				conditions, text = parts(value)
				can = field == "Fix" and (first or
				                          "role=" in conditions)
				if field == "Fix" and not conditions:
					first = False
				steps.append([text.split("|", 1)[1].strip(),
				              can])
			elif field in ("Command", "Record") and steps:
				steps[-1][0] += " " + value
			elif field == "Retry-note":
				judge.look(path.name, path.stem, retry,
				           parts(value)[1], note=True)
		for text, can in steps:
			judge.look(path.name, path.stem, retry, text, can)
	for path in sorted((root / "data" / "providers").glob("*.providers")):
		for stanza in stanzas(path):
			for field, value in stanza:
				if field == "Step":
					cause, _, text = value.partition("|")
					judge.look(path.name, cause.strip(), "",
					           text)


def numbered(text):
	"""The steps that stand under Fix in a printed answer."""
	for block in re.findall(r"^  Fix +1\. .*?(?=^  \w|\Z)", text,
	                        re.M | re.S):
		block = " ".join(block.split())
		yield from re.split(r" \d+\. ", block)[1:]


def goldens(judge, root, mailwhy):
	run = load("golden").run
	for folder in sorted(p.parent for p in
	                     (root / "tests" / "golden").glob("*/cmd")):
		out, _ = run(mailwhy, folder, "--format=json")
		for answer in json.loads(out).get("diagnoses", []):
			judge.answer(folder.name, answer)
		want = (folder / "want.txt").read_text(encoding="utf-8",
		                                       errors="replace")
		for step in numbered(want):
			judge.look(folder.name + "/want.txt", "", "", step)


def main(args):
	mailwhy = str(pathlib.Path(args[0]).resolve())
	root = pathlib.Path(args[1])
	harms = [Harm(s) for s in stanzas(HERE / "patterns.txt")]
	hold(len(harms) > 8, "patterns are missing")
	for harm in harms:
		harm.test_itself()
	judge = Judge(harms)
	for part in (lambda: causes(judge, mailwhy),
	             lambda: sources(judge, root),
	             lambda: goldens(judge, root, mailwhy)):
		before = judge.steps
		part()
		hold(judge.steps > before + 100, "steps are missing")
	print(f"{judge.steps} steps and notes held against "
	      f"{len(harms)} kinds of harm")
	return end()


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
