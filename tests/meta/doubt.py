#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Where a reply means several things, each of them comes with a question.

usage: doubt.py MAILWHY

Each other cause in an answer has a question that tells it apart; replies that
are known to mean several things do name them.
"""
import json
import pathlib
import re
import subprocess
import sys

from counts import end, hold

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
DATA = GOLDEN.parent.parent / "data"

# reply -> causes that have to be among the others
DOUBTFUL = {
	"554 5.7.1 rejected": {"content.spam", "reputation.ip-poor",
	                       "recipient.refuses-sender", "relay.denied"},
	"550 5.4.1 Recipient address rejected: Access denied":
		{"relay.not-hosted-here", "recipient.restricted"},
	"550 5.4.1 Access denied": {"relay.not-hosted-here"},
	"421 4.7.0 Try again later": {"rate.greylisted", "remote.error"},
	"421 4.7.0": {"rate.too-many-messages", "reputation.ip-poor"},
	"452": {"remote.full", "recipient.mailbox-full",
	        "rate.too-many-recipients"},
	"550 Administrative prohibition": {"policy.gateway",
	                                   "recipient.refuses-sender"},
	"552": {"message.too-large"},
	"553": {"sender.bad-address", "relay.denied"},
	"450 4.7.1": {"rate.greylisted", "identity.ptr-missing"},
	"550 5.7.1 Message rejected": {"content.spam", "reputation.ip-poor"},
	"550 policy violation": {"policy.gateway"},
}


def ask(mailwhy, what):
	done = subprocess.run([mailwhy, "explain", "--format=json", what],
	                      capture_output=True, timeout=60, check=False)
	return json.loads(done.stdout).get("diagnoses", [])


def look(name, diagnoses):
	for d in diagnoses:
		for other in d.get("alternatives", []):
			hold(other.get("question", "").endswith("?"),
			     f"{name}: no question for {other['cause']}")


def has_ask(cause):
	file = DATA / "kb" / f"{cause}.kb"
	return "\nAsk: " in file.read_text("utf-8")


def every_rule():
	"""What rules name without a question, the cause must have one for."""
	for file in [*DATA.glob("rules/*.rules"), *DATA.glob("status/*.rules")]:
		for cause in re.findall(r"^Also: ([a-z0-9.-]+) \w+\s*$",
		                        file.read_text("utf-8"), re.M):
			hold(has_ask(cause), f"{file.name}: no question for {cause}")


def main():
	mailwhy = sys.argv[1]
	every_rule()
	for reply, others in DOUBTFUL.items():
		found = ask(mailwhy, reply)
		look(reply, found)
		got = {a["cause"] for d in found
		       for a in d.get("alternatives", [])}
		hold(others <= got, f"{reply}: without {others - got}")
	for file in sorted(GOLDEN.glob("*/input")):
		look(file.parent.name, ask(mailwhy, str(file)))
	return end()


sys.exit(main())
