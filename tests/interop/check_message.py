#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What mailwhy check says of signed messages with a known fault.

usage: check_message.py MAILWHY SHARED

SHARED/corpus/auth/dkim has messages, the records they need, and a label for
what was done to each; asked is that the finding is of the right kind.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "meta"))
from counts import end, hold, skip  # noqa: E402

# How a label begins -> the finding; the first that fits.
KINDS = (
	("body_", "signature.body"), ("lf_", "signature.body"),
	("header_", "signature.header"), ("wrong_key", "signature.wrong-key"),
	("rsa_sha1", "signature.too-weak"),
	("key_too_small", "signature.too-weak"),
)


def zone_of(dns):
	"""The records as a zone; None where one is no plain text."""
	lines = []
	for name, values in dns.items():
		for value in values if isinstance(values, list) else [values]:
			text = "".join(value) if isinstance(value, list) else value
			if not isinstance(text, str) or '"' in text or \
					"\n" in text:
				return None
			lines.append(f"{name} TXT {text}")
	return "\n".join(lines) + "\n"


def findings(mailwhy, message, zone, now):
	with tempfile.NamedTemporaryFile("w", suffix=".zone") as file:
		file.write(zone)
		file.flush()
		done = subprocess.run(
			[mailwhy, "check", "--format=json", "--message",
			 str(message), "--zone", file.name,
			 *(["--now", str(now)] if now else [])],
			capture_output=True, timeout=60, check=False)
	hold(done.returncode in (0, 1, 75),
	     f"{message.name}: exit {done.returncode}")
	return {f["id"] for f in json.loads(done.stdout)["findings"]}


def main(mailwhy, shared):
	base = pathlib.Path(shared) / "corpus" / "auth" / "dkim"
	if not (base / "manifest.dev.json").is_file():
		skip("the collection of signed messages is not here")
		return end()
	for case in json.loads((base / "manifest.dev.json").read_text())["cases"]:
		if case.get("historic") or not case.get("own"):
			continue
		zone = zone_of(case["dns"]) if isinstance(case["dns"], dict) \
			else None
		if zone is None:
			continue
		got = findings(mailwhy, base / case["file"], zone, case["now"])
		label = case.get("reason") or ""
		want = next((k for p, k in KINDS if label.startswith(p)), None)
		if case["verdict"] == "pass":
			hold(got & {"signature.ok", "signature.testing"},
			     f"{case['id']}: {sorted(got)}")
		elif want:
			hold(want in got, f"{case['id']}: {sorted(got)}, not "
			     f"{want}")
		else:
			hold(any(i.startswith("signature.") and
			         i != "signature.ok" for i in got),
			     f"{case['id']}: {sorted(got)}")
	return end()


if __name__ == "__main__":
	sys.exit(main(*sys.argv[1:]))
