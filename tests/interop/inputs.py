#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Read the same mails as files, mailbox, Maildir, stream and packed in every
way that is read, and see that they are the same mails; then what is damaged.

usage: inputs.py INPUT_DUMP SHARED
"""

import bz2
import gzip
import io
import lzma
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "meta"))

from counts import end, hold, skip

DUMP, SHARED = sys.argv[1], pathlib.Path(sys.argv[2])
BOUNCES = SHARED / "corpus" / "bounces"
FROM = b"From a@example.org Thu Sep 18 17:54:04 2008\n"
MAILS = [b"From: a@example.org\nSubject: %d\n\nbody %d\n" % (i, i)
         for i in range(3)]
MBOX = b"\n".join(FROM + m for m in MAILS)


def dump(*args, stdin=None):
	"""(items that are mails, texts of problems)"""
	run = subprocess.run([DUMP, *map(str, args)], input=stdin, timeout=60,
	                     capture_output=True, check=True)
	lines = run.stdout.decode().splitlines()
	return ([x.split(" ", 8) for x in lines if not x.startswith("problem")],
	        [x for x in lines if x.startswith("problem")])


def hashes(items):
	return sorted(x[7] for x in items)


def tar(members, mode):
	out = io.BytesIO()
	with tarfile.open(fileobj=out, mode=mode) as t:
		for name, data in members:
			info = tarfile.TarInfo(name)
			info.size = len(data)
			t.addfile(info, io.BytesIO(data))
	return out.getvalue()


def zipped(members):
	out = io.BytesIO()
	with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
		for name, data in members:
			z.writestr(name, data)
	return out.getvalue()


def packings():
	"""name: (bytes, what its members are called behind its name)"""
	mails = [(f"d/{i}.eml", m) for i, m in enumerate(MAILS)]
	names = [f":d/{i}.eml" for i in range(3)]
	box = [("box", MBOX)]
	made = {
		"gz": (gzip.compress(MBOX), [""]),
		"bz2": (bz2.compress(MBOX), [""]),
		"xz": (lzma.compress(MBOX), [""]),
		"two.gz": (gzip.compress(MBOX[:99]) + gzip.compress(MBOX[99:]),
		           [""]),
		"tar": (tar(mails, "w:"), names),
		"tar.gz": (tar(mails, "w:gz"), names),
		"tar.bz2": (tar(mails, "w:bz2"), names),
		"tar.xz": (tar(box, "w:xz"), [":box"]),
		"zip": (zipped(mails), names),
		"gz.in.zip": (zipped([("b.gz", gzip.compress(MBOX))]),
		              [":b.gz"]),
		"zip.in.tar": (tar([("z", zipped(mails))], "w:"),
		               [":z" + n for n in names]),
	}
	if shutil.which("zstd"):
		run = subprocess.run(["zstd", "-c"], input=MBOX, check=True,
		                     capture_output=True)
		made["zst"] = run.stdout, [""]
	else:
		skip("zstd")
	return made


def check_packed(folder):
	plain = folder / "box"
	plain.write_bytes(MBOX)
	want = hashes(dump(plain)[0])
	hold(len(want) == 3, f"plain mailbox: {len(want)} mails")
	items, problems = dump("-", stdin=MBOX)
	hold(hashes(items) == want and not problems, "standard input")
	hold(items[0][8] == "standard input", f"called {items[0][8]}")
	for ext, (data, names) in packings().items():
		path = folder / ("x." + ext)
		path.write_bytes(data)
		for items, problems in dump(path), dump("-", stdin=data):
			hold(hashes(items) == want and not problems,
			     f"{ext}: {items} {problems}")
		got = sorted({x[8] for x in dump(path)[0]})
		hold(got == [str(path) + n for n in names], f"{ext}: {got}")


def check_damaged(folder):
	path = folder / "damaged"
	big = MBOX * 4000
	whole = len(dump("-", stdin=big)[0])
	for ext, data in {"gz": gzip.compress(big), "bz2": bz2.compress(big),
	                  "xz": lzma.compress(big), "tar.gz":
	                  tar([("b", big)], "w:gz"), "tar": tar([("b", big)],
	                  "w:"), "zip": zipped([("b", big)])}.items():
		path.write_bytes(data[:len(data) // 2])
		items, problems = dump(path)
		hold(len(problems) == 1, f"half of {ext}: {problems}")
		hold(len(items) < whole, f"half of {ext}: all mails")
	# What was read before the damage counts.
	path.write_bytes(tar([("a", MBOX), ("b", big)], "w:")[:200000])
	items, problems = dump(path)
	hold(len(items) > 100 and len(problems) == 1, f"{problems}")
	path.write_bytes(b"\x1f\x8b\x08" + b"x" * 100)
	items, problems = dump(path)
	hold(not items and len(problems) == 1, f"no gzip: {problems}")


def check_limits(folder):
	path = folder / "bomb"
	# Three times packed is once too much; what is beside it is read.
	inner = zipped([("x", gzip.compress(zipped([("y", MBOX)])))])
	path.write_bytes(tar([("a", inner), ("b", MBOX)], "w:"))
	items, problems = dump(path)
	hold(len(items) == 3 and len(problems) == 1 and
	     "in an archive" in problems[0], f"nested: {items} {problems}")
	zeros = gzip.compress(gzip.compress(b"\n" * 300_000_000, 9), 9)
	path.write_bytes(zipped([("z.gz", zeros), ("b", MBOX)]))
	items, problems = dump(path)
	hold(len(problems) == 1 and "times its size" in problems[0],
	     f"bomb: {items} {problems}")
	path.write_bytes(gzip.compress(b"x" * 5_000_000))
	problems = dump("-u", 4 << 20, path)[1]
	hold(len(problems) == 1 and "more than 4 MB" in problems[0],
	     f"total: {problems}")


def check_missing(folder):
	"""Without libarchive: what is packed is told, the rest is read."""
	for name in "libarchive.so.13", "libarchive.so":
		(folder / name).write_text("no library\n")
	path = folder / "packed"
	path.write_bytes(gzip.compress(MBOX))
	run = subprocess.run([DUMP, path, folder / "box"], check=True,
	                     capture_output=True, timeout=60,
	                     env={"LD_LIBRARY_PATH": str(folder)})
	lines = run.stdout.decode().splitlines()
	hold("libarchive, which unpacks it, is not installed" in lines[0] and
	     len(lines) == 4, f"without libarchive: {lines}")


def check_corpus():
	files = [p for p in (BOUNCES / "maildir").rglob("*") if p.is_file()]
	items, problems = dump(BOUNCES / "maildir")
	hold(len(items) == len(files) and not problems and
	     {x[8] for x in items} == set(map(str, files)),
	     f"{len(items)} mails of {len(files)} files, {problems}")
	items, problems = dump(BOUNCES / "mailbox" / "mbox-0")
	hold(len(items) == 37 and not problems, f"mbox-0: {len(items)} mails")


def check_memory(folder):
	"""Memory does not grow with the mailbox."""
	path = folder / "grown"
	kib = []
	for times in 4000, 200_000:
		path.write_bytes(MBOX * times)
		run = subprocess.run([DUMP, "-b", path], check=True,
		                     capture_output=True, timeout=60)
		kib.append(int(run.stdout.split()[-1]))
	hold(kib[1] < kib[0] + 4096, f"{kib[0]} KiB became {kib[1]}")


def main():
	with tempfile.TemporaryDirectory() as name:
		folder = pathlib.Path(name)
		check_packed(folder)
		check_damaged(folder)
		check_limits(folder)
		check_memory(folder)
		check_missing(folder)
	if BOUNCES.is_dir():
		check_corpus()
	else:
		skip(BOUNCES)
	return end()


sys.exit(main())
