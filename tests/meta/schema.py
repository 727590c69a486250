#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Hold the JSON of explain to doc/schema/explain.schema.json.

usage: schema.py MAILWHY ROOT SHARED

Of every example, golden case and text without a rejection, and of the pastes
in SHARED/corpus/pastes where they are there.
"""

import json
import pathlib
import subprocess
import sys

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


def check(mailwhy, validator, name, data):
	run = subprocess.run([mailwhy, "explain", "--format=json", "-"],
	                     input=data, capture_output=True, timeout=60,
	                     check=False)
	if run.returncode not in (0, 1):
		bad(f"{name}: exit {run.returncode}")
		return
	errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:100]}"
	          for e in validator.iter_errors(json.loads(run.stdout))]
	hold(not errors, f"{name}: {'; '.join(errors[:3])}")


def main(args):
	mailwhy, root, shared = args[0], *map(pathlib.Path, args[1:3])
	if not jsonschema:
		skip("python3-jsonschema")
		return end()
	schema = json.loads((root / "doc" / "schema" / "explain.schema.json")
	                    .read_text(encoding="utf-8"))
	kind = jsonschema.validators.validator_for(schema)
	kind.check_schema(schema)
	for source in (inputs(root), pastes(shared)):
		for name, data in source:
			check(mailwhy, kind(schema), name, data)
	return end()


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
