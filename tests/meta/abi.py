#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The binary interface is the one that abi.txt lists: each exported function,
the size of each public struct, where its members are, the values of enums.

abi.txt is for 64-bit systems.  A line that changes or goes is a break: programs
that were compiled before stop working, and the soversion in lib/meson.build
has to grow.  New lines (members at the end, functions, values) are no break:

	python3 tests/meta/abi.py ROOT CC LIBRARY --update	writes new lines
	python3 tests/meta/abi.py ROOT CC LIBRARY --break	writes all

The test also holds man 3 to describe each function.

usage: abi.py ROOT CC LIBRARY [--update | --break]
"""

import pathlib
import re
import subprocess
import sys
import tempfile

from counts import bad, end, hold, ok, skip

NOTE = "# Made by tests/meta/abi.py --update; see there.  64-bit.\n"


def public_headers(root):
	folder = root / "include" / "mailwhy"
	return sorted(folder.glob("*.h"))


def code_of(header):
	text = re.sub(r"/\*.*?\*/", " ", header.read_text("utf-8"), flags=re.S)
	return re.sub(r"^#.*(?:\\\n.*)*$", "", text, flags=re.M)


def members(body):
	for line in body.split(";"):
		for piece in line.split(","):
			name = re.search(r"(\w+)\s*(?:\[[^]]*\])*\s*$", piece)
			if name:
				yield name.group(1)


def functions(code):
	for f in re.findall(r"MW_API\s+([^;]*);", code):
		yield " ".join(f.split())


def questions(code):
	"""Lines of C that print what the compiler made of structs and enums."""
	for name, body in re.findall(r"struct (\w+) \{(.*?)\n\};", code, re.S):
		yield f'printf("struct {name} size %zu\\n", sizeof(struct {name}));'
		for m in members(body):
			yield (f'printf("struct {name} .{m} at %zu\\n", '
			       f'offsetof(struct {name}, {m}));')
	for name, body in re.findall(r"enum (\w+) \{(.*?)\}", code, re.S):
		for m in re.findall(r"(\w+)\s*(?:=[^,]*)?(?:,|$)", body.strip()):
			yield f'printf("enum {name} {m} = %d\\n", (int){m});'


def listing(root, cc):
	"""All lines, or None for a system whose sizes are other ones."""
	code = "\n".join(code_of(h) for h in public_headers(root))
	source = "#include <stddef.h>\n#include <stdio.h>\n"
	for h in public_headers(root):
		source += f"#include <mailwhy/{h.name}>\n"
	source += "int main(void)\n{\n" + "\n".join(questions(code)) + \
	          "\nreturn sizeof(void *) == 8 ? 0 : 7;\n}\n"
	with tempfile.TemporaryDirectory() as name:
		folder = pathlib.Path(name)
		(folder / "abi.c").write_text(source)
		subprocess.run([*cc.split(), "-I", root / "include", "-o",
		                folder / "abi", folder / "abi.c"], check=True)
		out = subprocess.run([folder / "abi"], capture_output=True,
		                     text=True, check=False)
	if out.returncode:
		return None
	return sorted(set(functions(code))) + out.stdout.splitlines()


def exported(library):
	out = subprocess.run(["nm", "-D", "--defined-only", library],
	                     capture_output=True, text=True, check=True)
	return {line.split()[-1] for line in out.stdout.splitlines()}


def name_of(line):
	return re.search(r"(\w+)\(", line).group(1) if "(" in line else None


def broken(old, new):
	"""Lines that old programs rely on.  Structs with .size may grow."""
	at = dict(re.findall(r"^(struct \w+ size) (\d+)$", "\n".join(new), re.M))
	for line in old:
		size = re.match(r"(struct (\w+) size) (\d+)$", line)
		if size and f"struct {size[2]} .size at 0" in new:
			if int(at.get(size[1], 0)) >= int(size[3]):
				continue
		if line not in new:
			yield line


def compare(old, new):
	for line in old:
		hold(line in new, f"gone or changed: {line}")
	for line in new:
		hold(line in old, f"new, not in abi.txt: {line}")


def described(root, names):
	page = (root / "man" / "mailwhy.3").read_text("utf-8")
	for name in names:
		hold(re.search(rf"^\.Nm {name}\b", page, re.M) and
		     re.search(rf"^\.F[no] {name}\b", page, re.M),
		     f"man 3 mailwhy does not describe {name}")


def main():
	root = pathlib.Path(sys.argv[1]).resolve()
	path = root / "tests" / "meta" / "abi.txt"
	new = listing(root, sys.argv[2])
	if new is None:
		skip("abi.txt of a 32-bit system")
		return end()
	old = path.read_text("utf-8").splitlines()[1:] if path.exists() else []
	if sys.argv[4:]:
		lost = list(broken(old, new))
		if lost and sys.argv[4] != "--break":
			print("this breaks programs:", *lost, sep="\n")
			return 1
		path.write_text(NOTE + "\n".join(new) + "\n", "utf-8")
		return 0
	compare(old, new)
	names = [name_of(line) for line in new if name_of(line)]
	for name in sorted(exported(sys.argv[3]) ^ set(names)):
		bad(f"{name} is either exported or listed, but not both")
	ok()
	described(root, names)
	return end()


sys.exit(main())
