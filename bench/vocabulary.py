#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Are the classes of other classifiers covered, and their texts answered?

usage: vocabulary.py MAILWHY ROOT SHARED

Names of classes are read from reference/rejections.md, where it tells about
KumoMTA, SparkPost, Sisimai and zone-mta.  For each class of the first three:
how many causes carry it, and to how many rules those belong.  Then, of the
texts that KumoMTA's test sink sends and of those that Sisimai takes from its
mails, how many are answered, and how many acceptably: by the judged
files, and by Sisimai's own reason for the text.
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

import sources  # noqa: E402
from check import key_of, read_lines  # noqa: E402
from run import stanzas  # noqa: E402


# What zone-mta's categories are called here.
ZONE_MTA = {
	"blacklist": "reputation.", "block": "reputation.private-list",
	"spam": "content.spam", "rate": "rate.", "capacity": "remote.busy",
	"greylist": "rate.greylisted", "network": "route.",
	"dns": "route.dns-failure", "protocol": "protocol.", "auth": "login.",
	"policy": "policy.", "config": "remote.config",
	"envelope": "recipient.bad-address", "recipient": "recipient.",
	"message": "message.", "virus": "content.virus",
	"dmarc": "auth.dmarc-reject", "sender": "sender.", "other": "remote.",
}


def section(text, number):
	"""The words of a section, its heading left out."""
	found = re.search(r"^### %s .*\n((?:(?!#).*\n?)*)" % re.escape(number),
	                  text, re.M)
	return found[1]


def vocabularies(text):
	"""{vocabulary: [class]} as the reference names them."""
	kumo = section(text, "6.1")
	kumo = kumo[kumo.index("classes:") + 8:kumo.index("(a blend")]
	sparkpost = " ".join(section(text, "6.2").split())
	zonemta = section(text, "6.4")
	zonemta = zonemta[zonemta.index("Categories:") + 11:]
	reasons = [row.split("|")[1] for row in
	           section(text, "5.3").split("\n") if row.startswith("| ")]
	return {
		"KumoMTA": re.findall(r"[A-Z]\w+", kumo),
		"SparkPost": [f"{n} {name.strip()}" for n, name in re.findall(
			r"(\d+) ([A-Z][^;(.\n]*)",
			sparkpost[:sparkpost.index("Groups:")])],
		"Sisimai": [name.strip() for cell in reasons[1:]
		            for name in cell.split(",") if name.strip()
		            and "-" not in name],
		"zone-mta": re.findall(r"[a-z]+", zonemta[:zonemta.index(".")]),
	}


def causes():
	"""{cause: {vocabulary: class}}."""
	return {path.stem: {field: value for stanza in stanzas(path)
	                    for field, value in stanza}
	        for path in (ROOT / "data" / "kb").glob("*.kb")}


def rules_of_causes():
	"""How many rules lead to each cause."""
	return collections.Counter(
		value for folder in ("rules", "status")
		for path in (ROOT / "data" / folder).glob("*.rules")
		for stanza in stanzas(path)
		for field, value in stanza if field == "Cause")


def classes(words):
	kb, rules = causes(), rules_of_causes()
	for name in ("KumoMTA", "SparkPost", "Sisimai"):
		none = []
		for one in words[name]:
			those = [c for c in kb if kb[c].get(name) == one]
			if not those:
				none.append(one)
				continue
			print(f"{name} {one}: {len(those)} causes, "
			      f"{sum(rules[c] for c in those)} rules")
		print(f"{name}: {len(words[name]) - len(none)} of "
		      f"{len(words[name])} classes carried by a cause; not: "
		      + (", ".join(none) or "-"))


def areas(categories):
	"""zone-mta's categories; a new one would have no area."""
	rules = rules_of_causes()
	for one in categories:
		area = ZONE_MTA.get(one)
		print(f"zone-mta {one}: {area or 'unknown here'}, " + str(sum(
			n for cause, n in rules.items()
			if area and cause.startswith(area))) + " rules")


def ask(mailwhy, data, options=()):
	run = subprocess.run(
		[mailwhy, "explain", "--format=json", *options, "-"],
		input=data, capture_output=True, timeout=60, check=False)
	return json.loads(run.stdout).get("diagnoses", [])


def share(name, n, of):
	print(f"{name} {n} of {of}, {100 * n / max(of, 1):.1f} %")


def sink(mailwhy, shared):
	"""The texts of KumoMTA's test sink, those that are cut included."""
	rows = {}
	for line in read_lines(ROOT / "tests" / "judged" / "responses.jsonl"):
		row = json.loads(line)
		rows[row["key"]] = row
	asked = found = right = 0
	for key, text, options in sources.responses(shared):
		asked += 1
		answers = ask(mailwhy, text.encode(), options)
		found += bool(answers)
		right += bool(answers) and key in rows and \
			answers[0]["cause"] in rows[key]["causes"]
	share("KumoMTA's sink: answered", found, asked)
	share("KumoMTA's sink: acceptable (cut ones are not judged)", right,
	      asked)


def reasons(mailwhy, shared):
	"""The reasons that Sisimai expects, by the texts it took from mails."""
	wanted = collections.defaultdict(set)
	for line in read_lines(shared / sources.BOUNCES):
		for result in json.loads(line)["results"]:
			text = (result.get("diagnosticcode") or "").strip()
			if text:
				wanted[text].add(result["reason"])
	found = same = 0
	others = collections.Counter()
	for text, those in wanted.items():
		answers = ask(mailwhy, text.encode())
		got = answers[0]["taxonomy"]["sisimai"] if answers else None
		found += bool(answers)
		same += got in those
		if got not in those:
			others[f"{'/'.join(sorted(those))} as {got}"] += 1
	share("Sisimai's texts: answered", found, len(wanted))
	share("Sisimai's texts: the same reason", same, len(wanted))
	print("Sisimai's texts: most often another: " + ", ".join(
		f"{pair} {n}" for pair, n in others.most_common(12)))


def main():
	mailwhy, shared = sys.argv[1], pathlib.Path(sys.argv[3])
	text = (shared / "reference" / "rejections.md").read_text("utf-8")
	words = vocabularies(text)
	classes(words)
	areas(words["zone-mta"])
	sink(mailwhy, shared)
	reasons(mailwhy, shared)


if __name__ == "__main__":
	main()
