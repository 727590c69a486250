#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Hold the JSON of explain, check and checks to the files of doc/schema.

usage: schema.py MAILWHY ROOT SHARED

Of every example, golden case and text without a rejection, and of the pastes
in SHARED/corpus/pastes where they are there; the summaries of all of these, in
each vocabulary, and of a mail that tells nothing; the same in bulk, a line at a
time too.  Of check what the golden cases and the names of its worlds give, and
the whole catalogue.
"""

import json
import pathlib
import shlex
import subprocess
import sys
import tempfile

from counts import bad, end, hold, skip

try:
	import jsonschema
except ImportError:
	jsonschema = None


def inputs(root):
	"""(name, bytes) of what the tree holds."""
	for pattern in ("examples/*", "tests/golden/*/input",
	                "tests/negatives/*/*.txt"):
		paths = sorted(root.glob(pattern))
		hold(bool(paths), f"nothing at {pattern}")
		for path in paths:
			yield str(path.relative_to(root)), path.read_bytes()


def pastes(shared):
	path = shared / "corpus" / "pastes" / "pastes.jsonl"
	if not path.exists():
		skip(path)
		return
	for line in path.read_text(encoding="utf-8").splitlines():
		row = json.loads(line)
		yield row["id"], row["text"].encode()


def printed(mailwhy, name, *args, data=b""):
	run = subprocess.run([mailwhy, "explain", "--format=json", *args],
	                     input=data, capture_output=True, timeout=60,
	                     check=False)
	if run.returncode in (0, 1):
		return json.loads(run.stdout)
	bad(f"{name}: exit {run.returncode}")
	return None


def fits(validator, name, tree):
	errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:100]}"
	          for e in validator.iter_errors(tree)]
	hold(not errors, f"{name}: {'; '.join(errors[:3])}")


def check(mailwhy, validator, name, data):
	tree = printed(mailwhy, name, "-", data=data)
	if tree is not None:
		fits(validator, name, tree)


def load(root, name, within=None):
	"""A validator of that file, or of a part of it ("#/$defs/line")."""
	store = {path.name: json.loads(path.read_text(encoding="utf-8"))
	         for path in (root / "doc" / "schema").glob("*.json")}
	schema = store[name]
	kind = jsonschema.validators.validator_for(schema)
	kind.check_schema(schema)
	resolver = jsonschema.RefResolver(name, schema, store=store)
	return kind({"$ref": name + within} if within else schema,
	            resolver=resolver), schema


NAMES = ["mailwhy", "sisimai", "kumomta", "sparkpost", "rfc3463"]
MAIL = b"From: a@example.org\nTo: b@example.org\nSubject: lunch\n\nAt noon?\n"


def summaries(mailwhy, root):
	validator, schema = load(root, "summary.schema.json")
	members = set()
	with tempfile.TemporaryDirectory() as tmp:
		top = pathlib.Path(tmp) / "all"
		top.mkdir()
		for i, (_, data) in enumerate(inputs(root)):
			# From an empty file nothing can be read: a problem.
			if data.strip():
				(top / f"{i:04}").write_bytes(data)
		mail = pathlib.Path(tmp) / "mail.eml"
		mail.write_bytes(MAIL)
		for more in ([], *([f"--taxonomy={n}"] for n in NAMES)):
			for what in (top, mail):
				name = f"summary {' '.join(more)} of {what.name}"
				tree = printed(mailwhy, name, "--summary", *more,
				               str(what))
				if tree is None:
					continue
				fits(validator, name, tree)
				members |= set(tree["summary"])
		whole = printed(mailwhy, "the whole folder", str(top))
		fits(validator, "summary behind the answers",
		     {**tree, "summary": whole["summary"]})
	known = set(schema["$defs"]["summary"]["properties"])
	# That lists have no room is not made here.
	hold(members == known - {"left_out"}, f"members: {members ^ known}")
	for member in schema["$defs"]["summary"]["required"]:
		less = {k: v for k, v in tree["summary"].items() if k != member}
		hold(not validator.is_valid({**tree, "summary": less}),
		     f"a summary without {member} is none")


def lines_fit(validator, name, text):
	rows = [json.loads(line) for line in text.splitlines()]
	hold(bool(rows), f"{name}: no lines")
	for row in rows:
		fits(validator, name, row)


def bulk(mailwhy, root):
	"""Folders: all at once, and a line each."""
	validator, _ = load(root, "bulk.schema.json")
	line, _ = load(root, "bulk.schema.json", "#/$defs/line")
	full, _ = load(root, "explain.schema.json", "#/$defs/diagnosis")
	with tempfile.TemporaryDirectory() as tmp:
		for i, (_, data) in enumerate(inputs(root)):
			if data.strip():
				(pathlib.Path(tmp) / f"{i:04}").write_bytes(data)
		tree = printed(mailwhy, "bulk", tmp)
		if tree is None:
			return
		fits(validator, "bulk", tree)
		for args, kind in (([], line), (["--full"], full)):
			done = subprocess.run(
				[mailwhy, "explain", "--format=jsonl", *args,
				 tmp], capture_output=True, timeout=60,
				check=False)
			lines_fit(kind, f"lines {args}", done.stdout)
	hold(not full.is_valid(tree["diagnoses"][0]), "short ones are no "
	     "whole ones")
	for member in ("summary", "diagnoses"):
		less = {k: v for k, v in tree.items() if k != member}
		hold(not validator.is_valid(less), f"bulk without {member}")


def checked(mailwhy, name, folder, *words):
	done = subprocess.run([mailwhy, *words, "--format=json"], cwd=folder,
	                      capture_output=True, timeout=60, check=False)
	if done.returncode not in (0, 1, 75):
		bad(f"{name}: exit {done.returncode}: {done.stderr[-200:]}")
		return None
	return json.loads(done.stdout)


def check_cases(root):
	"""(folder, words): the golden ones, and more of the same worlds."""
	for path in sorted(root.glob("tests/golden/check-*/cmd")):
		words = shlex.split(path.read_text(encoding="utf-8"))
		yield path.parent, words
		yield path.parent, [*words, "--receiver", "all", "--own",
		                    "example.org", "--from", "a@example.org",
		                    "--mail-from", "b@example.net"]
		for zone in path.parent.glob("zone"):
			names = {line.split()[0].rstrip(".") for line in
			         zone.read_text(encoding="utf-8").splitlines()
			         if line.strip() and not line.startswith("#")}
			for name in sorted(names)[:12]:
				yield path.parent, ["check", name, "--zone",
				                    "zone"]
	mail = ["check", "--message", "tests/golden/plain/input", "--offline"]
	yield root, mail
	yield root, [*mail, "--dry-run"]
	yield root, ["check", "example.org", "--dry-run", "--smtp"]


def checks(mailwhy, root):
	validator, _ = load(root, "check.schema.json")
	states, members = set(), set()
	last = None
	for folder, words in check_cases(root):
		name = f"{folder.name}: {' '.join(words)}"
		tree = checked(mailwhy, name, folder, *words)
		if tree is None:
			continue
		fits(validator, name, tree)
		hold(("asks" in tree) == ("--dry-run" in words),
		     f"{name}: asks and findings")
		for f in tree.get("findings", []):
			states.add(f["state"])
			members |= set(f)
			last = tree if "records" in f else last
	hold({"pass", "fail", "unknown"} <= states, f"only {states}")
	known = set(validator.schema["$defs"]["finding"]["properties"])
	hold(members == known, f"members: {members ^ known}")
	catalogue = checked(mailwhy, "checks", root, "checks")
	fits(validator, "checks", catalogue)
	for row in catalogue["checks"]:
		tree = checked(mailwhy, row["check"], root, "checks",
		               row["check"])
		if tree:
			fits(validator, f"checks {row['check']}", tree)
	for member in ("id", "state", "severity", "check", "verdict"):
		less = [{k: v for k, v in f.items() if k != member}
		        for f in last["findings"]]
		hold(not validator.is_valid({**last, "findings": less}),
		     f"findings without {member} are none")


def main(args):
	mailwhy, root, shared = map(pathlib.Path.resolve,
	                            map(pathlib.Path, args[:3]))
	if not jsonschema:
		skip("python3-jsonschema")
		return end()
	validator, _ = load(root, "explain.schema.json")
	for source in (inputs(root), pastes(shared)):
		for name, data in source:
			check(mailwhy, validator, name, data)
	summaries(mailwhy, root)
	bulk(mailwhy, root)
	checks(mailwhy, root)
	return end()


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
