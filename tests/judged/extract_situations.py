#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Print the quoted texts of a list of rejection situations as JSON Lines.

The list itself is not part of this repository, and neither are its texts:
situations.jsonl holds only our judgement of each, under the key printed here.

usage: extract_situations.py FILE

The file is Markdown with three places that hold texts between backticks:
column 2 of the table of causes behind "554 5.7.1" (ids T01.1 ...), the
"- Seen:" line of each situation (S01.1 ...), and the bullets of the section on
near-misses (N1.1 ..., where texts in double quotes count as well).

Each line of output is {"key", "id", "context", "text"}: key is the start of
the SHA-256 of the text as quoted, text is what to ask about, and context says
who spoke where the file tells ("" where it does not).  Ids count every quoted
string of a line, also the skipped ones, so that they stay the same when the
list of skipped ones changes.
"""

import hashlib
import json
import re
import sys

# What the file calls the speaker -> the id that names it to --said-by.
SPEAKERS = {
	"barracuda": "barracuda", "bytecamp": "bytecamp", "cisco": "cisco",
	"comcast": "comcast", "cpanel": "cpanel", "docomo": "docomo",
	"exchange": "exchange", "fireeye": "fireeye", "free": "free",
	"free.fr": "free", "gmail": "gmail", "gmx": "gmx",
	"godaddy": "godaddy", "hostpoint": "hostpoint", "icloud": "icloud",
	"improvmx": "improvmx", "la poste": "laposte", "m365": "m365", "mail.ru": "mailru",
	"messagelabs": "messagelabs", "mimecast": "mimecast",
	"mxroute": "mxroute", "orange": "orange", "outlook": "outlook", "proton": "proton",
	"proofpoint": "proofpoint",
	"qmail": "qmail", "qq": "qq", "rackspace": "rackspace",
	"rambler": "rambler", "sendgrid": "sendgrid", "ses": "ses",
	"t-online": "t-online", "titan": "titan", "trend": "trendmicro",
	"trend micro": "trendmicro", "web.de": "web.de", "yahoo": "yahoo",
	"yandex": "yandex", "zoho": "zoho", "postfix": "postfix",
}

# Situations whose heading names one speaker for all their texts.
HEADINGS = {
	"S01": "gmail", "S11": "gmail", "S18": "gmail", "S19": "yahoo",
	"S24": "m365", "S28": "m365", "S33": "m365",
}

# Texts that continue a list which the speaker's name opens ("Gmail `a`, `b`"),
# or whose speaker the words around them name in another way; "" where another
# name stands close by but belongs to a neighbour.
SPOKEN_BY = {
	"T04.1": "trendmicro",
	"S13.3": "m365", "S13.4": "m365",
	"S17.8": "outlook", "S17.9": "outlook", "S17.10": "m365",
	"S20.4": "orange", "S20.7": "cisco",
	"S23.2": "gmail", "S23.3": "gmail",
	"S34.1": "gmail", "S34.6": "yahoo",
	"S35.2": "gmail", "S35.3": "gmail",
	"S37.3": "m365", "S37.6": "mimecast",
}

# What is quoted but is no text of a reply, log, bounce or exception.
SKIP = {
	"S09.1": "a bare code",
	"S10.2": "two words that vary the text before",
	"S10.8": "a bare code",
	"S11.3": "a bare address",
	"S13.6": "a bare tag",
	"S13.7": "a range of tags; no reply is written so",
	"S14.2": "a bare tag",
	"S17.2": "a bare tag",
	"S17.3": "a bare tag",
	"S17.4": "a bare tag",
	"S17.5": "a bare tag",
	"S17.7": "a bare code",
	"S19.2": "a bare tag",
	"S19.3": "two bare tags",
	"S19.5": "a bare tag",
	"S19.7": "a bare tag",
	"S20.5": "a bare tag",
	"S23.5": "a bare tag",
	"S26.1": "the name of a log field",
	"S32.4": "a bare code",
	"S33.3": "a bare code",
	"S35.9": "a bare code",
	"S35.12": "a bare code",
	"S37.4": "a bare code",
	"S37.10": "a bare tag",
	"S39.4": "bare codes",
	"S39.5": "a bare code of HTTP",
	"S40.4": "the same text as S19.8",
	"N1.2": "what the user says, not a text of mail",
	"N4.1": "what the user says, not a text of mail",
	"N5.1": "one word about an API's answer, not the answer",
}

TABLE_PREFIX = "554 5.7.1 "
HAS_CODE = re.compile(r"[245]\d\d[ -]")
NAME = re.compile("|".join(
	r"(?<![\w.])" + re.escape(name) + r"(?![\w-])"
	for name in sorted(SPEAKERS, key=len, reverse=True)), re.IGNORECASE)
QUOTED = re.compile(r"`([^`]+)`")
QUOTED_TOO = re.compile(r'`([^`]+)`|"([^"]+)"')


def speaker(before, behind):
	"""Who spoke: the last name before a text, else one in brackets behind."""
	# A bracket that opens the gap belongs to the text before it.
	names = NAME.findall(re.sub(r"^\s*\([^)]*\)", "", before))
	if names:
		return SPEAKERS[names[-1].lower()]
	bracket = re.match(r"\s*\(([\w. ]+)\)", behind)
	if bracket and bracket.group(1).lower() in SPEAKERS:
		return SPEAKERS[bracket.group(1).lower()]
	return ""


def texts(where, line, pattern=QUOTED):
	"""Yield one record for each quoted text of a line that is not skipped."""
	end = 0
	for number, match in enumerate(pattern.finditer(line), 1):
		ident = f"{where}.{number}"
		quoted = next(group for group in match.groups() if group)
		who = SPOKEN_BY.get(ident)
		if who is None:
			who = speaker(line[end:match.start()],
			              line[match.end():])
		end = match.end()
		if ident in SKIP:
			continue
		text = quoted
		if where[0] == "T" and not HAS_CODE.match(quoted):
			text = TABLE_PREFIX + quoted
		yield {
			"key": hashlib.sha256(quoted.encode()).hexdigest()[:16],
			"id": ident,
			"context": who or HEADINGS.get(where, ""),
			"text": text,
		}


def records(lines):
	"""Yield the records of the whole file, in its order."""
	situation, bullet = None, None
	for line in lines:
		row = re.match(r"\|\s*(\d+)\s*\|([^|]*(?:`[^`]*`[^|`]*)*)\|", line)
		heading = re.match(r"\*\*(S\d\d)\b", line)
		if row:
			yield from texts(f"T{int(row.group(1)):02d}", row.group(2))
		elif heading:
			situation = heading.group(1)
		elif line.startswith("- Seen") and situation:
			yield from texts(situation, line)
		elif line.startswith("#"):
			bullet = 0 if "near-miss" in line.lower() else None
		elif line.startswith("- ") and bullet is not None:
			bullet += 1
			yield from texts(f"N{bullet}", line, QUOTED_TOO)


def main():
	if len(sys.argv) != 2:
		sys.exit("usage: extract_situations.py FILE")
	with open(sys.argv[1], encoding="utf-8") as lines:
		for record in records(lines):
			print(json.dumps(record, ensure_ascii=False))


if __name__ == "__main__":
	main()
