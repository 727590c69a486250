#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Mails per second, everything included: reading, parsing, explaining, JSON
Lines to /dev/null.

usage: bulk.py MAILWHY SHARED

The mails of SHARED/corpus/bounces, repeated to some 500 MB as one mbox, and to
20,000 files as a Maildir.  With one worker and with two; the median of three
runs each.  Memory is the most that was resident.
"""
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

SIZE = 500_000_000
FILES = 20_000
RUNS = 3


def mails(shared):
	base = pathlib.Path(shared) / "corpus" / "bounces" / "maildir" / "bsd"
	out = []
	for file in sorted(base.glob("*.eml")):
		raw = file.read_bytes()
		if raw.startswith(b"From "):
			raw = raw.split(b"\n", 1)[1]
		lines = [b">" + x if x.startswith(b"From ") else x
		         for x in raw.rstrip(b"\n").split(b"\n")]
		out.append(b"\n".join(lines) + b"\n")
	return out


def make_box(top, all_mails):
	one = b"".join(b"From MAILER-DAEMON Tue Nov 24 12:00:00 2026\n" + m + b"\n"
	               for m in all_mails)
	times = SIZE // len(one)
	with (top / "box").open("wb") as out:
		for _ in range(times):
			out.write(one)
	return top / "box", times * len(all_mails)


def make_folder(top, all_mails):
	for part in ("new", "cur", "tmp"):
		(top / "folder" / part).mkdir(parents=True)
	for i in range(FILES):
		(top / "folder" / "cur" / f"{i:06}:2,").write_bytes(
			all_mails[i % len(all_mails)])
	return top / "folder", FILES


def run(mailwhy, workers, source):
	"""(seconds, seconds of processor, MB)"""
	before = resource.getrusage(resource.RUSAGE_CHILDREN)
	begun = time.monotonic()
	with open(os.devnull, "wb") as out:
		subprocess.run([mailwhy, "explain", "--format=jsonl",
		                f"--workers={workers}", str(source)], stdout=out,
		               check=True)
	took = time.monotonic() - begun
	after = resource.getrusage(resource.RUSAGE_CHILDREN)
	cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
	return took, cpu, after.ru_maxrss / 1024


def main(mailwhy, shared):
	all_mails = mails(shared)
	with tempfile.TemporaryDirectory() as tmp:
		top = pathlib.Path(tmp)
		for kind, (source, n) in (("mbox", make_box(top, all_mails)),
		                          ("Maildir", make_folder(top, all_mails))):
			for workers in (1, 2):
				runs = [run(mailwhy, workers, source) for _ in range(RUNS)]
				took = statistics.median(r[0] for r in runs)
				cpu = statistics.median(r[1] for r in runs)
				print(f"{kind}: {n} mails, {workers} workers: "
				      f"{n / took:,.0f} mails/s, {n / cpu:,.0f} a second of "
				      f"processor; {runs[-1][2]:.0f} MB at most")


if __name__ == "__main__":
	main(*sys.argv[1:])
