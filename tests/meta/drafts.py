#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""rules --check finds mistakes, rules --draft makes none, rules.d survives.

usage: drafts.py MAILWHY
"""
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from counts import end, hold

ENV = dict(os.environ, XDG_CONFIG_HOME="/nonexistent", NO_COLOR="1")

# Documentation values all of them; none of them may stand in the draft,
# save those that it would choose itself.
SECRETS = ["203.0.113.", "2001:db8:77", "example.com", "anna", "otto",
           "98765432", "k3j4h5g6f7d8s9"]

# Wordings of servers that exist, values replaced, and some that do not.
REPLIES = [
	"550 5.7.1 [203.0.113.7] Flumox policy refuses anna@mx.example.com",
	"550-5.7.26 Unauthenticated email from mx.example.com is not accepted "
	"due to domain's\n550-5.7.26 DMARC policy. Please contact the "
	"administrator of mx.example.com\n550 5.7.26 domain k3j4h5g6f7d8s9 - "
	"gsmtp",
	"450 4.7.1 Client host rejected: cannot find your reverse hostname, "
	"[203.0.113.9]",
	"552 5.3.4 Message size 30 MB exceeds the flumox limit of 20971520 bytes",
	"554 5.7.1 Service unavailable; Client host [203.0.113.9] blocked using "
	"zen.spamhaus.org; https://www.spamhaus.org/query/ip/203.0.113.9",
	"421 4.7.0 [2001:db8:77::1] Flumox: too many mails, wait 30 minutes "
	"(in reply to 98765432)",
	"550 Flumox: <anna@otto.example.com> and <otto@mx.example.com> and "
	"<anna@otto.example.com> are not known here",
	"571 weird {braces} and *stars* and ... dots, said mx.example.com",
	"550 Postfach für anna@example.com ist gesperrt – flumoxiert",
	"550 メールは拒否されました anna@example.com flumox",
	"554 5.7.1 id=k3j4h5g6f7d8s9 flumox says no (#5.7.1) see RFC 5321",
	"550 5.7.1 203.0.113.1 203.0.113.2 203.0.113.3 203.0.113.4 203.0.113.5 "
	"203.0.113.6 203.0.113.7 203.0.113.8 203.0.113.9 203.0.113.10 "
	"203.0.113.11 203.0.113.12 203.0.113.13 203.0.113.14 flumox",
	"\n".join("550-5.7.1 flumox and much of words without an end, line "
	          f"{nr}" for nr in range(6)) + "\n550 5.7.1 end of it",
	"550 5.1.1 x.x.x.x flumoxed [redacted] for ***@example.com",
	"Nov 24 04:16:01 mail postfix/smtp[4711]: 4ABC: to=<anna@example.com>, "
	"relay=mx.example.com[203.0.113.5]:25, delay=1, dsn=5.7.0, "
	"status=bounced (host mx.example.com[203.0.113.5] said: 550 5.7.0 "
	"Flumox rule 98765432 hit by <anna@example.com> (in reply to RCPT TO "
	"command))",
	"Nov 24 04:16:01 mail postfix/smtp[4711]: 4ABC: to=<anna@example.com>, "
	"relay=mx.example.com[203.0.113.5]:25, delay=1, dsn=5.7.0, "
	"status=bounced (host mx.example.com[203.0.113.5] said: 550 5.7.0 "
	"Flumox" + " and many words" * 120 + " (in reply to RCPT TO command))",
	"smtplib.SMTPDataError: (554, b'5.7.1 Flumox quarantine for "
	"anna@example.com at 203.0.113.7')",
	"550 5.7.1 Flumox\tquarantine of\x07 host mail-1.otto.example.com.",
	"550 5.7.1 \"quoted\" 'flumox' <b>html</b> &lt;anna@example.com&gt; ok",
]

GOOD = """\
Rule: local.flumox
Reply: 5xx
Text: flumox says no to {ip}
Cause: policy.gateway
Checked: 2026-11
Seen: 554 5.7.1 Flumox says no to 192.0.2.1
"""
# what is changed, line of the mistake, words of the message
BROKEN = [
	(("Cause: policy.gateway", "Cause: no.such"), 4, "no.such"),
	(("Text: flumox", "Texts: flumox"), 3, "Texts"),
	(("{ip}", "{nose}"), 3, "{nose}"),
	(("{ip}", "{ip"), 3, "'{' without '}'"),
	(("Checked: 2026-11\n", ""), 1, "Checked"),
	(("Seen: 554 5.7.1 Flumox says no to 192.0.2.1\n", ""), 1, "Seen"),
	(("says no to 192", "says yes to 192"), 6, "does not win"),
	(("Rule: local", "Rule: LOCAL"), 1, "rule id"),
	(("Reply: 5xx", "Reply: 5xx\nReply: 4xx"), 3, "given twice"),
	(("Cause: policy.gateway", "no field at all"), 4, "Field: value"),
]


def run(mailwhy, *args, stdin="", env=None):
	return subprocess.run([mailwhy, *args], input=stdin, text=True,
	                      capture_output=True, env=env or ENV, timeout=60,
	                      check=False)


def draft(mailwhy, folder, reply, nr):
	name = f"draft {nr}: {reply[:40]!r}"
	out = run(mailwhy, "rules", "--draft", "-", stdin=reply)
	file = folder / f"d{nr}.rules"

	hold(out.returncode == 0, f"{name}: {out.stderr}")
	file.write_text(out.stdout, "utf-8")
	for secret in SECRETS:
		hold(secret not in out.stdout,
		     f"{name}: {secret} is left: {out.stdout}")
	month = datetime.datetime.now(datetime.timezone.utc)
	hold(f"\nChecked: {month:%Y-%m}\n" in out.stdout, f"{name}: no month")
	checked = run(mailwhy, "rules", "--check", str(file))
	hold(checked.returncode == 0, f"{name}: {checked.stdout} {out.stdout}")
	hold(checked.stdout.split("\n")[-2].startswith("1 rules, 0 mistakes"),
	     f"{name}: {checked.stdout}")
	# The rule knows the real reply too, not only the one it shows.
	again = run(mailwhy, "--rules", str(file), "--format=json", stdin=reply)
	wins = [e["rule"] for d in json.loads(again.stdout)["diagnoses"]
	        for e in d["evidence"]]
	hold(wins and all(w.startswith("local.") for w in wins),
	     f"{name}: {wins} {out.stdout}")


def relations(mailwhy):
	"""The same value is replaced by the same one everywhere."""
	out = run(mailwhy, "rules", "--draft", REPLIES[6]).stdout
	seen = re.search(r"^Seen: (.*)", out, re.M)[1]
	found = re.findall(r"<(.*?)>", seen)
	hold(len(found) == 3 and found[0] == found[2] != found[1],
	     f"relations: {seen}")
	hold(all(x.split("@")[1].endswith("example.org") for x in found),
	     f"names below one domain stay below one: {seen}")
	data = json.loads(run(mailwhy, "rules", "--draft", "--format=json",
	                      REPLIES[0]).stdout)["drafts"]
	hold(len(data) == 1 and data[0]["stanza"].startswith("#") and
	     "{address}" in data[0]["text"], "the JSON form of a draft")


def check_json(mailwhy, folder):
	"""The same as data, whatever bytes stand in a name or a rule."""
	file = folder / 'y"\\\n.rules'
	out = folder / "out.json"
	(old, new), line, _ = BROKEN[0]
	file.write_text(GOOD.replace(old, new))
	done = run(mailwhy, "rules", "--check", str(file), "--format=json",
	           "--output", str(out))
	data = json.loads(out.read_text("utf-8"))
	one = data["findings"][0]
	hold(done.returncode == 1 and not done.stdout, "check: status, output")
	hold(data["schema"] == 1 and data["command"] == "rules" and
	     data["tool"]["name"] == "mailwhy", "check: head of the JSON form")
	hold(data["mistakes"] == len(data["findings"]) > 0 ==
	     data["warnings"], f"check: counts {data}")
	hold(one["file"] == str(file) and one["line"] == line and
	     one["severity"] == "error" and one["text"], f"check: {one}")
	bad = "\ufffd"
	for raw, want in ((b"\xff", bad), (b"\xed\xa0\x80", bad * 3),
	                  (b"\xc0\xaf", bad * 2), (b"\xe2\x82", bad * 2),
	                  (b"\xc3\xa9", "\u00e9"), (b"\x1b", "\x1b"),
	                  (b"\xf0\x9f\x93\xa8", "\U0001f4e8")):
		old, file = file, os.fsencode(folder) + b"/" + raw + b".rules"
		os.rename(old, file)
		done = subprocess.run([mailwhy, "rules", "--check", file,
		                       "--format=json"], env=ENV,
		                      capture_output=True, check=False)
		told = json.loads(done.stdout.decode("utf-8"))["findings"]
		hold(told[0]["file"] == str(folder / f"{want}.rules"),
		     f"check: {raw} became {told[0]['file']!r}")
	os.remove(file)
	hold(run(mailwhy, "rules", "--check", str(folder),
	         "--format=csv").returncode == 2, "check: no CSV")


def check_mistakes(mailwhy, folder):
	file = folder / "x.rules"
	file.write_text(GOOD)
	out = run(mailwhy, "rules", "--check", str(folder))
	hold(out.returncode == 0 and
	     out.stdout == "1 rules, 0 mistakes, 0 warnings\n",
	     f"a good rule: {out.stdout}")
	for (old, new), line, words in BROKEN:
		file.write_text(GOOD.replace(old, new))
		out = run(mailwhy, "rules", "--check", str(folder))
		told = [x for x in out.stdout.split("\n") if words in x]
		hold(out.returncode == 1 and told and
		     told[0].startswith(f"{file}:{line}: "),
		     f"{new or old!r}: exit {out.returncode}, {out.stdout}")
	file.write_text(GOOD + "\n" + GOOD)
	out = run(mailwhy, "rules", "--check", str(folder))
	hold(out.returncode == 1 and "used twice" in out.stdout,
	     f"an id used twice: {out.stdout}")
	words = "flumox says no and no again and never will it say anything"
	file.write_text(GOOD.replace("flumox says no", words)
	                .replace("Flumox says no", words))
	out = run(mailwhy, "rules", "--check", str(folder))
	hold(out.returncode == 0 and f"{file}:6: warning: " in out.stdout and
	     "0 mistakes, 1 warnings" in out.stdout, f"lint: {out.stdout}")


def broken_among_good(mailwhy, folder):
	"""A broken stanza is told by file and line, the others work."""
	rules_d = folder / "mailwhy/rules.d"
	rules_d.mkdir(parents=True)
	file = rules_d / "a.rules"
	file.write_text(GOOD.replace("local.flumox", "local.broken")
	                .replace("policy.gateway", "no.such") + "\n" + GOOD)
	env = dict(ENV, XDG_CONFIG_HOME=str(folder))
	out = run(mailwhy, "--format=json", "554 5.7.1 Flumox says no to "
	          "192.0.2.9", env=env)
	found = json.loads(out.stdout)["diagnoses"][0]
	hold(found["cause"] == "policy.gateway" and
	     found["evidence"][0]["rule"] == "local.flumox",
	     f"the good rule works: {found['cause']}")
	hold(f"{file}:4: " in out.stderr, f"the broken one: {out.stderr}")
	hold(out.returncode == 0, "a broken rule spoils the status")
	listed = run(mailwhy, "rules", env=env).stdout.split("\n")
	hold(listed[1].startswith("local.flumox"), "own rules are listed first")
	# The user's rules win over those that are built in.
	file.write_text(GOOD.replace("flumox says no to {ip}", "user unknown")
	                .replace("Flumox says no to 192.0.2.1", "User unknown"))
	out = run(mailwhy, "--format=json", "550 5.1.1 User unknown", env=env)
	hold(json.loads(out.stdout)["diagnoses"][0]["cause"] ==
	     "policy.gateway", "rules of the user win")


def main():
	mailwhy = os.path.abspath(sys.argv[1])

	with tempfile.TemporaryDirectory() as name:
		folder = pathlib.Path(name)
		for nr, reply in enumerate(REPLIES):
			draft(mailwhy, folder, reply, nr)
	relations(mailwhy)
	with tempfile.TemporaryDirectory() as name:
		check_mistakes(mailwhy, pathlib.Path(name))
	with tempfile.TemporaryDirectory() as name:
		check_json(mailwhy, pathlib.Path(name))
	with tempfile.TemporaryDirectory() as name:
		broken_among_good(mailwhy, pathlib.Path(name))
	return end()


sys.exit(main())
