#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Hold every #include "folder/x.h" to lib/LAYERS.

usage: layers.py ROOT
"""

import pathlib
import re
import sys

from counts import bad, end, hold

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
# The installed headers, and who may know them besides api and the programs.
PUBLIC = {"mailwhy/status.h": {"base"}, "mailwhy/mailwhy.h": set(),
	"mailwhy/redact.h": set(), "mailwhy/bulk.h": set(),
	"mailwhy/check.h": {"live"}}


def read_layers(path):
	"""{folder: what it may include}, and the folders of each row."""
	may, rows = {}, []
	for line in path.read_text(encoding="utf-8").splitlines():
		if not line.strip() or line.startswith("#"):
			continue
		left, _, right = line.partition(":")
		rows.append(left.split())
		for folder in left.split():
			hold(folder not in may, f"LAYERS names {folder} twice")
			may[folder] = set(right.split())
	return may, rows


def check_rows(may, rows):
	"""Arrows point downwards, and never to a sibling."""
	above = set()
	for row in rows:
		for folder in row:
			wrong = may[folder] - above - {
				"all", "include/mailwhy"}
			hold(not wrong, f"LAYERS: {folder} may include "
			     f"{', '.join(sorted(wrong))}, not below it")
		above |= set(row)


def allowed(layer, own, name, may):
	"""May a file of that layer, in the folder own, include name?"""
	folder, _, rest = name.rpartition("/")
	if not rest or not folder:
		# The programs and tools have headers beside their sources.
		return layer in ("src", "tools")
	if name in PUBLIC:
		return layer in PUBLIC[name] or layer == "api" or (
			layer == "src" and "include/mailwhy" in may[layer])
	if folder in (own, layer):
		return True
	if "all" in may[layer]:
		return folder in may and folder not in ("src", "tools")
	return folder in may[layer]


def sources(root):
	"""(layer, folder, path) of each source file."""
	for top in ("lib", "src", "tools"):
		for path in sorted((root / top).rglob("*.[ch]")):
			own = path.parent.name
			# check/ has a folder for each subject
			layer = path.relative_to(root / top).parts[0]
			yield (layer if top == "lib" else top), own, path


def main(args):
	root = pathlib.Path(args[0])
	may, rows = read_layers(root / "lib" / "LAYERS")
	check_rows(may, rows)
	for layer, own, path in sources(root):
		if layer not in may:
			bad(f"{path}: lib/LAYERS does not know {layer}")
			continue
		text = path.read_text(encoding="utf-8")
		for m in INCLUDE.finditer(text):
			line = text.count("\n", 0, m.start()) + 1
			hold(allowed(layer, own, m.group(1), may),
			     f"{path.relative_to(root)}:{line}: {layer} may "
			     f"not include {m.group(1)}")
	return end()


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
