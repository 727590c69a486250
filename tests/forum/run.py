#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Ask about texts made up like forum posts, as they are and in other clothes.

usage: run.py MAILWHY

Exit: 0 every answer agrees with the judgement in cases.jsonl, 1 one does not.
"""

import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def html(text):
	for char, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
		text = text.replace(char, name)
	return text.replace("\n", "<br>\n")


CLOTHES = {
	"as it is": lambda t: t,
	"quoted": lambda t: "".join(f"> {line}\n" for line in t.split("\n")),
	"fenced": lambda t: f"```\n{t}\n```\n",
	"bbcode": lambda t: f"[QUOTE=bert;12][CODE]{t}[/CODE][/QUOTE]\nThanks",
	"html": html,
	"windows": lambda t: t.replace("\n", "\r\n"),
	"no-break": lambda t: t.replace(" ", "\u00a0"),
	"margin": lambda t: "".join(f"    {line}\n" for line in t.split("\n")),
}


def answer(program, text):
	run = subprocess.run([program, "explain", "--format=json", "-"],
	                     input=text.encode(), capture_output=True,
	                     check=False, timeout=60)
	return json.loads(run.stdout)["diagnoses"]


def faults(case, found):
	"""Yield what disagrees with the judgement."""
	if case["causes"] == ["none"]:
		if any(not d["cause"].startswith("notice.") for d in found):
			yield "taken for a rejection"
		return
	first = found[0] if found else {"permanence": {}}
	if not any(d["cause"] in case["causes"] for d in found):
		yield f"cause {first.get('cause')}"
	if first.get("actor") not in case["actors"]:
		yield f"actor {first.get('actor')}"
	if first["permanence"].get("actual") not in case["permanence"]:
		yield f"permanence {first['permanence'].get('actual')}"


def main():
	text = (HERE / "cases.jsonl").read_text(encoding="utf-8")
	cases = [json.loads(line) for line in text.splitlines()]
	bad = 0
	for case in cases:
		for name, dress in CLOTHES.items():
			found = answer(sys.argv[1], dress(case["text"]))
			for fault in faults(case, found):
				print(f"FAIL: {case['id']}, {name}: {fault}")
				bad += 1
	print(f"{len(cases)} cases in {len(CLOTHES)} clothes, {bad} faults")
	return 1 if bad or len(cases) < 200 else 0


if __name__ == "__main__":
	sys.exit(main())
