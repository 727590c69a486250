# SPDX-License-Identifier: BSD-2-Clause
"""Read the texts that the judged responses, lab texts and bounces name.

Each reader yields (key, text, options): the key that stands in the judged
file, the text to ask the program about, and what to say beside it.
"""

import json
import pathlib
import re
import tomllib

from check import key_of

RESPONSES = "corpus/responses/kumomta-smart-sink-responses.toml"
LAB = "corpus/lab"
BOUNCES = "corpus/bounces/expected.jsonl"

# Where a refusal stands in a line of each file, from its code on.
REFUSALS = {
	"postfix.log": (
		re.compile(r" said: ([45]\d\d[ -].*) "
		           r"\(in reply to [^()]*\)\)$"),
		re.compile(r" NOQUEUE: reject: \w+ from [^ ]+: "
		           r"([45]\d\d[ -].*); from=<"),
	),
	"exim-mainlog": (
		re.compile(r": SMTP error from remote mail server after "
		           r"[^:]+(?::<[^>]*>)?: ([45]\d\d[ -].*)$"),
	),
	"opensmtpd.log": (
		re.compile(r' (?:result|stat)="([45]\d\d[ -].*)"$'),
	),
	"syslog": (
		re.compile(r", reply=([45]\d\d[ -].*), stat="),
		re.compile(r", reject=([45]\d\d[ -].*)$"),
		re.compile(r" policyd-spf\[\d+\]: : ([45]\d\d[ -].*)$"),
	),
	"swaks.txt": (
		re.compile(r"^<[*~][*] ([45]\d\d[ -].*)$"),
	),
}


def responses(shared):
	"""Yield the bounces and deferrals that a test sink sends."""
	path = pathlib.Path(shared) / RESPONSES
	table = tomllib.loads(path.read_text(encoding="utf-8"))
	seen = set()
	for kind in ("bounce", "defer"):
		for domain, entries in table[kind].items():
			for entry in entries:
				text = f"{entry['code']} {entry['msg']}"
				key = key_of(domain + "\n" + text)
				if key not in seen:
					seen.add(key)
					yield key, text, ["--said-by", domain]


def lab(shared):
	"""Yield the refusals that four real servers wrote."""
	seen = set()
	for name, patterns in REFUSALS.items():
		path = pathlib.Path(shared) / LAB / name
		text = path.read_text(encoding="utf-8", errors="replace")
		for line in text.split("\n"):
			for pattern in patterns:
				hit = pattern.search(line)
				if hit and hit[1] not in seen:
					seen.add(hit[1])
					yield key_of(hit[1]), hit[1], []


def bounces(shared):
	"""Yield the texts that the bounce corpus gives for its mails."""
	path = pathlib.Path(shared) / BOUNCES
	seen = set()
	for line in path.read_text(encoding="utf-8").split("\n"):
		for result in json.loads(line)["results"] if line else ():
			text = result.get("diagnosticcode") or ""
			if text.strip() and text not in seen:
				seen.add(text)
				yield key_of(text), text, []
