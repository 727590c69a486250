#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Texts to pass on, for the inputs of all golden cases.

Each diagnosis gives one; it is short, no slot is left in it, and whoever need
not know the addresses of a message does not learn them.

usage: forward.py MAILWHY
"""
import json
import pathlib
import re
import subprocess
import sys

from counts import bad, end, hold

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
# Readers who have to do with an address (IP) or a service, not with people.
STRANGERS = ("hosting-provider", "blocklist-operator")
MASKED = STRANGERS + ("sending-provider", "provider-form", "list-admin")
MAX_LINES = 40  # more is not read; steps are as many as they are


def ask(mailwhy, file, *options):
	done = subprocess.run([mailwhy, "explain", "--format=json", *options,
	                       str(file)], capture_output=True, timeout=60,
	                      check=False)
	return json.loads(done.stdout).get("diagnoses", [])


def page(mailwhy, file, to):
	"""A page is passed on as it is: no input below it tells more."""
	done = subprocess.run([mailwhy, "explain", "--format=html",
	                       "--forward-to", to, str(file)],
	                      capture_output=True, timeout=60, check=False)
	text = done.stdout.decode("utf-8")
	for d in ask(mailwhy, file):
		local = d.get("recipient", "").partition("@")[0]
		hold(not local or f"{local}@" not in text,
		     f"{file.parent.name}: {local}@ is on the page for {to}")


def look(what, diagnosis, to, lang):
	text = diagnosis.get("forward")
	if not text:
		bad(f"{what}: no text for {to or diagnosis['actor']}")
		return
	body, reader = text["body"], text["to"]
	hold(text["lang"] == lang, f"{what}: {text['lang']}")
	reply = diagnosis["reply"].get("text", "")
	said = body.replace(reply, "")
	hold(not re.search(r"\{[a-z_]+[}|]|\[\[|\]\]", said + text["subject"]),
	     f"{what}: a slot is left for {reader}")
	if "sender-" not in reader and reader != "app-developer":
		hold(body.count("\n") < MAX_LINES, f"{what}: long for {reader}")
	if reader in MASKED:
		local = diagnosis.get("recipient", "").partition("@")[0]
		hold(not local or f"{local}@" not in body,
		     f"{what}: {local}@ is told to {reader}")
	if reader in STRANGERS:
		found = re.search(r"[A-Za-z0-9_+-]@[a-z0-9.-]+", body)
		hold(not found, f"{what}: {found and found[0]} in {reader}")


def main():
	mailwhy = sys.argv[1]
	for file in sorted(GOLDEN.glob("*/input")):
		name = file.parent.name
		for d in ask(mailwhy, file, "--forward"):
			look(name, d, "", "en")
		page(mailwhy, file, STRANGERS[0])
		for to in MASKED[:3]:
			for d in ask(mailwhy, file, "--forward-to", to,
			             "--lang", "de"):
				look(name, d, to, "de")
	for options, status in ((["--forward", "--lang", "xx"], 2),
	                        (["--forward-to", "somebody"], 2),
	                        (["--forward"], 0)):
		done = subprocess.run([mailwhy, "explain", *options, "550 5.1.1 "
		                       "User unknown"], capture_output=True,
		                      check=False)
		hold(done.returncode == status, f"{options}: {done.returncode}")
	return end()


sys.exit(main())
