#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What providers tell about themselves reaches the answer.

usage: facts.py MAILWHY

Each code (Tag) of data/providers is explained where that provider wrote it,
and not where another did; limits and portals stand in the answer to a cause
that they are for, in their order, with their reference.
"""
import json
import pathlib
import re
import subprocess
import sys

from counts import end, hold

DATA = pathlib.Path(__file__).resolve().parent.parent.parent / "data"

# a reply that gets such a cause, and words of the facts, in their order
SHOWN = [
	("apple", "552 5.2.3 Message size exceeds fixed maximum message size",
	 ["up to 20 MB"], "https://support.apple.com/en-ca/102198"),
	("microsoft", "550 5.7.1 part of their network is on our block list "
	 "(S3150)", ["snds", "https://olcsupport.office.com/"],
	 "https://olcsupport.office.com/"),
	("t-online", "554 IP=192.0.2.7 - A problem occurred. (Ask your "
	 "postmaster for help or to contact tosa@rx.t-online.de) (BL)",
	 ["tosa@rx.t-online.de"], "https://postmaster.t-online.de/"),
	("google", "550 5.4.5 Daily user sending limit exceeded",
	 ["2,000 messages in 24 hours"], "https://support.google.com/a/answer/166852"),
]


def ask(mailwhy, provider, reply):
	done = subprocess.run([mailwhy, "explain", "--format=json",
	                       f"--said-by={provider}", reply],
	                      capture_output=True, timeout=60, check=False)
	got = json.loads(done.stdout).get("diagnoses", [])
	return got[0] if got else {}


def tags():
	"""(provider, an example of the code, what it means)"""
	provider = None
	for file in sorted((DATA / "providers").glob("*.providers")):
		for line in file.read_text("utf-8").splitlines():
			key, _, value = line.partition(": ")
			if key == "Provider":
				provider = value
			elif key == "Tag":
				pattern, meaning = value.split(" | ", 1)
				pattern = re.sub(r"\{number:(\d+)-\d+\}", r"\1", pattern)
				yield provider, pattern.replace("*", "4"), meaning


def main(mailwhy):
	met = set()
	for provider, code, meaning in tags():
		met.add(provider)
		d = ask(mailwhy, provider, f"550 5.7.1 refused {code} by policy")
		means = [t["meaning"] for t in d.get("tags", [])]
		hold(meaning in means, f"{provider}: {code} is not explained: {means}")
		hold(all(t["ref"] and t["checked"] for t in d.get("tags", [])),
		     f"{provider}: {code} without reference or date")
	hold(len(met) >= 15, f"codes of {len(met)} providers only")
	d = ask(mailwhy, "fastmail", "550 5.7.1 refused (BL) by policy")
	hold(not d.get("tags"), "a code of T-Online explained for somebody else")
	for provider, reply, words, ref in SHOWN:
		d = ask(mailwhy, provider, reply)
		text = "\n".join(s["text"] for s in d.get("fix", []))
		at = [text.find(w) for w in words]
		hold(-1 not in at and at == sorted(at),
		     f"{provider}: {words} not in this order in: {text}")
		hold(ref in d.get("refs", []), f"{provider}: no reference {ref}")
	return end()


if __name__ == "__main__":
	sys.exit(main(*sys.argv[1:]))
