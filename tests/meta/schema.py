#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Hold the JSON of explain and its summary to the files of doc/schema.

usage: schema.py MAILWHY ROOT SHARED

Of every example, golden case and text without a rejection, and of the pastes
in SHARED/corpus/pastes where they are there; the summaries of all of these, in
each vocabulary, and of a mail that tells nothing.
"""

import json
import pathlib
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


def load(root, name):
	schema = json.loads((root / "doc" / "schema" / name)
	                    .read_text(encoding="utf-8"))
	kind = jsonschema.validators.validator_for(schema)
	kind.check_schema(schema)
	return kind(schema), schema


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


def main(args):
	mailwhy, root, shared = args[0], *map(pathlib.Path, args[1:3])
	if not jsonschema:
		skip("python3-jsonschema")
		return end()
	validator, _ = load(root, "explain.schema.json")
	for source in (inputs(root), pastes(shared)):
		for name, data in source:
			check(mailwhy, validator, name, data)
	summaries(mailwhy, root)
	return end()


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
