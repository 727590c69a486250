#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Hold causes, rules and providers together, in both directions.

usage: knowledge.py ROOT

Every cause stands in data/kb/CAUSES and is led to by a rule, or
unreached.txt says why none does; every provider that a cause or a rule asks
for is in data/providers.
"""

import pathlib
import re
import sys

from counts import end, hold

HERE = pathlib.Path(__file__).resolve().parent
FIELD = re.compile(r"^(Cause|Also|Zone|Provider|Alias|Step|Rules|Receiver): "
                   r"*(.*)$", re.M)
CONDITION = re.compile(r"\[[^]\[]*?\bprovider!?=([^\s\]]+)[^]\[]*\]")
WITH = re.compile(r"^With:.*\bprovider=(\S+)", re.M)


def listed(path):
	"""Lines of a list, without comments."""
	return [line.strip() for line in
	        path.read_text(encoding="utf-8").splitlines()
	        if line.strip() and not line.startswith("#")]


def fields(folder, pattern, names):
	"""(path, name, value) of the fields called names."""
	for path in sorted(folder.glob(pattern)):
		for m in FIELD.finditer(path.read_text(encoding="utf-8")):
			if m.group(1) in names:
				yield path, m.group(1), m.group(2).strip()


def causes_reached(data):
	"""Causes that rules or DNS lists lead to."""
	found = set()
	for folder, pattern in (("rules", "*.rules"), ("status", "*.rules"),
	                        ("dnsbl", "*.zones")):
		for _, _, value in fields(data / folder, pattern,
		                          ("Cause", "Also")):
			found.add(value.split()[0].rstrip(":"))
	return found


def check_causes(data):
	causes = listed(data / "kb" / "CAUSES")
	hold(len(set(causes)) == len(causes), "CAUSES names something twice")
	files = {path.stem for path in (data / "kb").glob("*.kb")}
	for cause in sorted(files ^ set(causes)):
		hold(False, f"{cause}: in CAUSES or a file, not both")
	reached = causes_reached(data)
	exempt = {}
	for line in listed(HERE / "unreached.txt"):
		cause, _, why = line.partition(" ")
		exempt[cause] = why
		hold(bool(why.strip()), f"unreached.txt: {cause}: no reason")
		hold(cause in causes, f"unreached.txt: no cause {cause}")
		hold(cause not in reached,
		     f"unreached.txt: a rule leads to {cause} after all")
	for cause in causes:
		hold(cause in reached or cause in exempt,
		     f"{cause}: no rule leads to it, and unreached.txt does "
		     "not say why")
	for cause in sorted(reached - set(causes)):
		hold(False, f"{cause}: a rule leads to it, it is no cause")


def check_providers(data):
	known = {value for _, _, value in
	         fields(data / "providers", "*.providers", ("Provider",))}
	hold(len(known) > 0, "no providers")
	for path in sorted((data / "kb").glob("*.kb")):
		text = path.read_text(encoding="utf-8")
		for m in CONDITION.finditer(text):
			for name in m.group(1).split("|"):
				hold(name in known, f"{path.name}: no "
				     f"provider {name}")
	for path, _, value in fields(data / "rules", "*.rules", ("Provider",)):
		for name in re.split(r"\s*\|\s*", value):
			hold(name in known, f"{path.name}: no provider {name}")
	for path in sorted((data / "rules").glob("*.rules")):
		for m in WITH.finditer(path.read_text(encoding="utf-8")):
			hold(m.group(1) in known,
			     f"{path.name}: no provider {m.group(1)}")


def check_receivers(data):
	"""A provider whose rules check knows says so, and no other."""
	known = {value for _, _, value in fields(data / "receivers",
	                                         "*.receiver", ("Receiver",))}
	named = {value for _, _, value in fields(data / "providers",
	                                         "*.providers", ("Rules",))}
	hold(len(known) > 0, "no receivers")
	hold(known == named, f"Receiver or Rules, not both: {known ^ named}")


def main(args):
	data = pathlib.Path(args[0]) / "data"
	check_causes(data)
	check_providers(data)
	check_receivers(data)
	return end()


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
