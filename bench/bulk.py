#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Mails per second, everything included: reading, parsing, explaining, JSON
Lines to /dev/null.

usage: bulk.py MAILWHY SHARED [--big]

The mails of SHARED/corpus/bounces, repeated to some 500 MB as one mbox, and to
20,000 files as a Maildir.  With one worker and with two; the median of three
runs each.  Memory is the most that was resident.

With --big, instead of all this: an mbox of 4 GB in /var/tmp, two workers, and
the most anonymous memory (RssAnon of /proc/PID/status, looked at ten times a
second).
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
BIG = 4_000_000_000
LOOK_S = 0.1


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


def make_box(top, all_mails, size=SIZE):
	one = b"".join(b"From MAILER-DAEMON Tue Nov 24 12:00:00 2026\n" + m + b"\n"
	               for m in all_mails)
	times = size // len(one)
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


def anonymous(pid):
	"""MiB that no file is behind; 0 where the process is gone."""
	try:
		text = pathlib.Path(f"/proc/{pid}/status").read_text("ascii")
	except OSError:
		return 0
	for line in text.splitlines():
		if line.startswith("RssAnon:"):
			return int(line.split()[1]) / 1024
	return 0


def big(mailwhy, all_mails):
	"""The most anonymous memory that an mbox of BIG bytes takes."""
	with tempfile.TemporaryDirectory(dir="/var/tmp") as tmp:
		top = pathlib.Path(tmp)
		room = os.statvfs(top)
		if room.f_bavail * room.f_frsize < 2 * BIG:
			sys.exit("no room for the mailbox in /var/tmp")
		source, n = make_box(top, all_mails, BIG)
		size = source.stat().st_size
		begun, most, looks = time.monotonic(), 0, 0
		with open(os.devnull, "wb") as out:
			p = subprocess.Popen([mailwhy, "explain", "--format=jsonl",
			                      "--workers=2", str(source)], stdout=out)
		while p.poll() is None:
			most = max(most, anonymous(p.pid))
			looks += 1
			time.sleep(LOOK_S)
		took = time.monotonic() - begun
		if p.returncode:
			sys.exit(f"exit {p.returncode}")
	print(f"mbox of {size:,} bytes, {n} mails, 2 workers: {took:.0f} s, "
	      f"{most:.1f} MiB anonymous at most, of {looks} looks")


def main(mailwhy, shared, what=None):
	all_mails = mails(shared)
	if what == "--big":
		big(mailwhy, all_mails)
		return
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
