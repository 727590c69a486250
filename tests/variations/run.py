#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Does the cause of a reply depend on how the reply came here?

usage: run.py ASK ROOT [STEP]

Every Seen of data/rules is varied: other values, the end cut off, wrapped,
codes repeated, small letters, and inside the log line, exception, bounce or
quotation that people paste.  The cause has to be that of the Seen's rule in
99.5 % of all variations; what differs is listed.  STEP takes every STEPth
variation.  Nothing is random: the same rules give the same variations.

Left out: Seen lines of rules for inbound mail (a frame says outbound), frames
for a Seen that belongs to a form of its own or has no reply code, and such a
Seen altogether where it is part of a log or a bounce and no paste by itself.
"""

import pathlib
import random
import re
import subprocess
import sys
import textwrap

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "meta"))

from counts import end, hold  # noqa: E402

SHARE = 99.5
AT_LEAST = 10000
COMMANDS = {
	"helo": "EHLO", "mail": "MAIL FROM", "rcpt": "RCPT TO", "data": "DATA",
	"end-of-data": "end of DATA", "starttls": "STARTTLS",
}
PYTHON = {
	"connect": "SMTPConnectError", "helo": "SMTPHeloError",
	"auth": "SMTPAuthenticationError", "end-of-data": "SMTPDataError",
	"data": "SMTPDataError",
}
NDR = (
	"Delivery has failed to these recipients or groups:\n\n"
	"bert@example.net\n\n"
	"Diagnostic information for administrators:\n\n"
	"Generating server: mail.example.org\n\n"
	"bert@example.net\nRemote Server returned '%s'\n")
CODE = re.compile(r"[245]\d\d[ -]")
IPV4 = re.compile(r"\b(192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}\b")
IPV6 = re.compile(r"\b2001:db8::[0-9a-f]{1,4}\b", re.I)
NAME = re.compile(r"(?<![\w.-])(\w+\.)?example\.(org|com|net)\b", re.I)
LOCAL = re.compile(r"(?<![\w.+-])(anna|bert|user|info|app)(?=@)")


def stanzas(path):
	"""Yield the lists of (field, value) of a file."""
	stanza = []
	for line in path.read_text(encoding="utf-8").splitlines():
		if not line.strip():
			if stanza:
				yield stanza
			stanza = []
		elif line[0] == "#":
			continue
		elif line[0] in " \t":
			stanza[-1][1] += " " + line.strip()
		else:
			field, _, value = line.partition(":")
			stanza.append([field, value.strip()])
	if stanza:
		yield stanza


def examples(root):
	"""Yield (rule, seen, with) of each Seen; rule is {field: [values]}."""
	for path in sorted((root / "data" / "rules").glob("*.rules")):
		for stanza in stanzas(path):
			rule, seen = {}, []
			for field, value in stanza:
				rule.setdefault(field, []).append(value)
				if field == "Seen":
					seen.append([value, {}])
				elif field == "With":
					seen[-1][1] = dict(
						w.split("=", 1)
						for w in value.split())
			for value, known in seen:
				yield rule, value, known


def other_values(text, dice):
	"""The same reply to another sender."""
	text = IPV4.sub(lambda m: f"{m[1]}.{dice.randint(1, 254)}", text)
	text = IPV6.sub(lambda m: f"2001:db8::{dice.randint(1, 9999)}", text)
	text = NAME.sub(lambda m: (m[1] and dice.choice(
		("mail.", "mx1.", "a-b.", "smtp.")) or "")
		+ "example." + dice.choice(("org", "com", "net")), text)
	return LOCAL.sub(lambda m: dice.choice(
		("jo", "first.last", "x9", "sales")), text)


def behind_words(text, rule):
	"""Where the longest matching Text ends."""
	best = None
	low = text.lower()
	for pattern in rule.get("Text", []):
		words = [w.strip() for w in
		         re.split(r"\{[^}]*\}|\.\.\.|\*", pattern.lower())]
		words = [w for w in words if re.search(r"\w", w)]
		at, size = 0, sum(map(len, words))
		for word in words:
			at = low.find(word, at)
			if at < 0:
				break
			at += len(word)
		else:
			if re.search(r"\{[^}]*\}[^\w]*$", pattern):
				# A slot stands behind them and has to be there.
				slot = re.compile(r"\s*\S+").match(text, at)
				at = slot.end() if slot else len(text)
			if words and (not best or size > best[0]):
				best = size, at
	return best and best[1]


def repeated(text):
	"""A reply of one line as a server sends it in several."""
	m = re.match(r"(\d\d\d)[ -]+([245]\.\d{1,3}\.\d{1,3} )?(.*)", text, re.S)
	head = m[1], m[2] or ""
	lines = textwrap.wrap(m[3], 50, break_long_words=False,
	                      break_on_hyphens=False) or [m[3]]
	return [head[0] + ("-" if i + 1 < len(lines) else " ") + head[1] + line
	        for i, line in enumerate(lines)]


def frames(text, known, host):
	"""Yield (name, paste) for the surroundings that fit."""
	stage = known.get("stage", "")
	reply = text.replace("\n", " ")
	if stage == "connect":
		said = f"refused to talk to me: {reply}"
	elif stage in COMMANDS:
		said = f"said: {reply} (in reply to {COMMANDS[stage]} command)"
	else:
		said = f"said: {reply}"
	dsn = re.match(r"\d\d\d[ -](\d\.\d+\.\d+)", reply)
	if stage != "auth":
		yield "postfix", (
			"Nov 23 09:14:03 mail postfix/smtp[2219]: 4F2A81B0C7: "
			f"to=<bert@example.net>, relay={host}[203.0.113.10]:25, "
			"delay=1.2, delays=0.1/0/0.9/0.2, "
			f"dsn={dsn[1] if dsn else reply[0] + '.0.0'}, status="
			f"{'deferred' if reply[0] == '4' else 'bounced'} "
			f"(host {host}[203.0.113.10] {said})\n")
	error = PYTHON.get(stage, "SMTPResponseException")
	body = reply[4:].encode()
	if stage == "rcpt":
		yield "python", ("smtplib.SMTPRecipientsRefused: "
		                 f"{{'bert@example.net': ({reply[:3]}, "
		                 f"{body!r})}}\n")
	elif stage == "mail":
		yield "python", (f"smtplib.SMTPSenderRefused: ({reply[:3]}, "
		                 f"{body!r}, 'app@example.org')\n")
	else:
		yield "python", f"smtplib.{error}: ({reply[:3]}, {body!r})\n"
	if stage == "auth":
		yield "nodemailer", f"Error: Invalid login: {reply}\n"
	elif stage in ("rcpt", "mail", "data", "end-of-data"):
		what = {"rcpt": "Can't send mail - all recipients were rejected",
		        "mail": "Mail command failed"}.get(
			stage, "Message failed" if stage == "end-of-data"
			else "Data command failed")
		yield "nodemailer", f"Error: {what}: {reply}\n"
	if stage != "auth":
		yield "ndr", NDR % reply
	yield "quoted", "".join(
		f"> {line}\n" for line in
		textwrap.wrap(reply, 68, break_long_words=False,
		              break_on_hyphens=False))


def variations(rule, seen, known, dice):
	"""Yield (name, paste) for one Seen."""
	for i in (1, 2, 3):
		yield "values", other_values(seen, dice)
	text = other_values(seen, dice)
	cut = behind_words(text, rule)
	if cut and cut < len(text):
		yield "cut", text[:cut]
	if CODE.match(text) and "form" not in known:
		width = dice.randint(60, 76)
		lines = textwrap.wrap(text, width, break_long_words=False,
		                      break_on_hyphens=False)
		if len(lines) > 1:
			yield "wrapped", "\n".join(lines) + "\n"
		if "-" not in text[3:4]:
			lines = repeated(text)
			yield "repeated", "\r\n".join(lines) + "\r\n"
			if len(lines) > 1:
				yield "joined", " ".join(lines)
	yield "lower", text.lower()
	if CODE.match(text) and "form" not in known and "Form" not in rule:
		globs = rule.get("Host", [""])[0].split("|")[0].strip()
		host = known.get("host") or globs.replace("*", "mx1") \
			or "mx.example.net"
		yield from frames(text, known, host)


def as_form(text, form):
	"""How a Seen of a form of its own is pasted, and how it is read."""
	if form == "ndr" and CODE.match(text):
		return NDR % text, ""
	return text, {"text": "reply", "ndr": "reply"}.get(form, form)


def ask(program, records):
	"""The causes of [(said_by, stage, form, text)]."""
	data = "".join(f"{field}\0" for record in records for field in record)
	done = subprocess.run([program], input=data.encode(),
	                      capture_output=True, timeout=280, check=True)
	return [line.split() for line in done.stdout.decode().splitlines()]


def main(args):
	root, step = pathlib.Path(args[1]), int(args[2]) if args[2:] else 1
	cases, bare = [], []
	for rule, seen, known in examples(root):
		if "inbound" in (known.get("direction", "")
		                 + " ".join(rule.get("Direction", []))):
			continue
		dice = random.Random(rule["Rule"][0] + seen)
		by = known.get("provider") or known.get("host", "")
		more = list(variations(rule, seen, known, dice))
		if "form" in known or not CODE.match(seen):
			bare.append(((by, known.get("stage", ""),
			              *as_form(seen, known.get("form", ""))[::-1]),
			             rule, known, more))
			continue
		cases += [(rule, name, (by, known.get("stage", ""), "", text))
		          for name, text in more]
	apart = 0
	for (cause, _), (record, rule, known, more) in zip(
			ask(args[0], [b[0] for b in bare]), bare):
		if cause != rule["Cause"][0]:
			apart += 1
			continue
		cases += [(rule, name, (*record[:2], form, paste))
		          for name, text in more for paste, form in
		          [as_form(text, known.get("form", ""))]]
	print(f"{apart} of {len(bare)} texts without a code or with a form of "
	      "their own are no paste by themselves")
	hold(len(cases) >= AT_LEAST, f"only {len(cases)} variations")
	cases = cases[::step]
	answers = ask(args[0], [record for _, _, record in cases])
	hold(len(answers) == len(cases), "answers are missing")
	differ, kinds = [], {}
	for (rule, name, record), (cause, _) in zip(cases, answers):
		count = kinds.setdefault(name, [0, 0])
		count[0] += 1
		if cause != rule["Cause"][0]:
			count[1] += 1
			differ.append((name, rule["Rule"][0], cause,
			               rule["Cause"][0], record[3]))
	for name, rule, cause, want, text in differ:
		print(f"differs: {name} {rule}: {cause}, not {want} | "
		      f"{text[-220:]!r}")
	for name, (n, wrong) in kinds.items():
		print(f"{name}: {n - wrong} of {n}")
	same = 100 * (len(cases) - len(differ)) / max(len(cases), 1)
	print(f"the same cause in {same:.2f} % of {len(cases)} variations")
	hold(same >= SHARE, f"{same:.2f} %, not {SHARE} %")
	return end()


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
