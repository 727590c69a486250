#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the code may not hold: unsafe or locale-bound functions, notes to
oneself, files and functions that are too long.

usage: banned.py ROOT
"""

import pathlib
import re
import sys

from counts import bad, end, hold, ok

FILE_MAX = 1200
FUNCTION_MAX = 120

CALLS = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|"
                   r"system|popen)\s*\(")
HEADERS = re.compile(r"#\s*include\s*<(ctype|locale|wctype)\.h>")
NOTES = re.compile(r"\b(TODO|FIXME|XXX)\b")
# Comments, then strings and characters: they hold words, no calls.
NO_CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"'
                     r"|'(?:\\.|[^'\\\n])*'", re.S)


def blank(match):
	"""As many lines, and nothing on them."""
	return " " + "\n" * match.group().count("\n")


def functions(code):
	"""(line, lines) of each function: from { to } at the line's begin."""
	begin = None
	for number, line in enumerate(code.split("\n"), 1):
		if line.startswith("{"):
			begin = number
		elif line.startswith("}") and begin:
			if line.rstrip() == "}":
				yield begin, number - begin + 1
			begin = None


def check(path, name):
	text = path.read_text(encoding="utf-8")
	code = NO_CODE.sub(blank, text)
	hold(text.count("\n") <= FILE_MAX,
	     f"{name}: {text.count(chr(10))} lines, over {FILE_MAX}")
	for number, line in enumerate(code.split("\n"), 1):
		m = CALLS.search(line)
		if m:
			bad(f"{name}:{number}: calls {m.group(1)}")
		m = HEADERS.search(line)
		if m:
			bad(f"{name}:{number}: includes {m.group(1)}.h")
	for number, line in enumerate(text.split("\n"), 1):
		m = NOTES.search(line)
		if m:
			bad(f"{name}:{number}: {m.group()}")
	for number, lines in functions(code):
		if lines > FUNCTION_MAX:
			bad(f"{name}:{number}: a function of {lines} lines")
		else:
			ok()


def main(args):
	root = pathlib.Path(args[0])
	for top in ("include", "lib", "src", "tools", "tests/unit",
	            "tests/fuzz", "tests/interop", "bench"):
		for path in sorted((root / top).rglob("*.[ch]")):
			check(path, path.relative_to(root))
	return end()


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
