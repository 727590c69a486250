#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Mailboxes that are damaged, vanish or grow, and readings that are ended.

usage: damage.py MAILWHY [MEGABYTES]

Each gives a message that names what is wrong, the exit status that the manual
tells, and answers for all that could be read.  The pipe that the answers go
to is left full meanwhile: so it is known how far the program has got.  With
MEGABYTES only memory is looked at, of a mailbox of that size.
"""
import csv
import gzip
import io
import json
import os
import pathlib
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from counts import end, hold

ENV = dict(os.environ, XDG_CONFIG_HOME="/nonexistent", NO_COLOR="1")
MIB = 1 << 20
# Anonymous memory that a mailbox may take, and what a program has anyway:
# its text and tables, libc.
ALLOWED = 64 * MIB
PROGRAM = 12 * MIB
COUNT = 3000
PIPE_FULL = 0.7


def mail(i):
	return (f"From: MAILER-DAEMON@mail.example.org\nTo: anna@example.org\n"
	        f"Subject: failed\nDate: Tue, 01 Sep 2026 12:00:00 +0000\n"
	        f"Content-Type: multipart/report; boundary=b\n\n--b\n\nwords\n"
	        f"--b\nContent-Type: message/delivery-status\n\n"
	        f"Final-Recipient: rfc822; bert{i}@example.net\nAction: failed\n"
	        f"Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n\n"
	        f"--b--\n")


def box(n, start=0):
	return "".join(f"From x Tue Sep 01 12:00:00 2026\n{mail(i)}\n"
	               for i in range(start, start + n)).encode()


def start(mailwhy, *args, **more):
	more.setdefault("stdout", subprocess.PIPE)
	return subprocess.Popen(
		[mailwhy, "explain", "--format=jsonl", *map(str, args)],
		stderr=subprocess.PIPE, env=ENV, **more)


def finish(p):
	out, err = p.communicate(timeout=120)
	return p.returncode, out or b"", err.decode()


def recipients(what, out):
	"""Whole lines of JSON; whom they are about."""
	hold(not out or out.endswith(b"\n"), f"{what}: half a line at the end")
	lines = out.decode().splitlines()
	try:
		return [json.loads(line).get("recipient", "") for line in lines]
	except ValueError:
		hold(False, f"{what}: a line that is no JSON")
		return []


def expect(what, done, status, words, want=None):
	code, out, err = done
	got = recipients(what, out)
	hold(code == status, f"{what}: exit {code}, not {status}: {err[-300:]}")
	for word in words:
		hold(word in err, f"{what}: {word!r} is not in {err[-300:]!r}")
	if want is not None:
		hold(got == want, f"{what}: {len(got)} answers, not {len(want)}")
	return got


def names(numbers):
	return [f"bert{i}@example.net" for i in numbers]


def make_folder(top, n):
	folder = top / f"folder{n}"
	folder.mkdir()
	for i in range(n):
		(folder / f"{i:05}.eml").write_text(mail(i))
	return folder


def unreadable(mailwhy, top):
	"""What cannot be read stands between what can."""
	folder = make_folder(top, 4)
	packed = gzip.compress(box(50))
	(folder / "00000a.gz").write_bytes(packed[:len(packed) // 2])
	(folder / "00001a.eml").symlink_to(top / "nowhere")
	with socket.socket(socket.AF_UNIX) as s:
		s.bind(str(folder / "00002a.eml"))
		done = finish(start(mailwhy, folder))
	got = expect("damaged folder", done, 66,
	             ["00000a.gz", "00001a.eml", "00002a.eml"])
	hold([g for g in got if g in names(range(4))][-3:] == names([1, 2, 3]),
	     "damaged folder: the whole mails are not all answered")
	expect("missing file", finish(start(mailwhy, "--workers=2",
	                                    top / "none", folder / "00000.eml")),
	       66, ["none"], names([0]))
	if os.geteuid():
		(folder / "00003.eml").chmod(0)
		expect("no permission", finish(start(mailwhy, folder)), 66,
		       ["00003.eml", "Permission denied"])


def cut_mailbox(mailwhy, top):
	"""The last mail ends anywhere: what is there is read."""
	text = box(20)
	path = top / "cut"
	path.write_bytes(text[:-100])
	code, out, _ = finish(start(mailwhy, path))
	hold(code == 0 and len(recipients("cut mailbox", out)) >= 19,
	     f"cut mailbox: exit {code}")


def meanwhile(mailwhy, path, change, *args):
	"""Start to read, change something while the pipe is full, read on."""
	p = start(mailwhy, *args, path)
	time.sleep(PIPE_FULL)
	change(p)
	return finish(p)


def changing(mailwhy, top):
	path = top / "grows"
	path.write_bytes(box(COUNT))

	def grow(_):
		with path.open("ab") as f:
			f.write(box(5, COUNT))

	expect("growing mailbox", meanwhile(mailwhy, path, grow, "--workers=1"),
	       66, [str(path)], names(range(COUNT)))
	path.write_bytes(box(COUNT))
	got = expect("mailbox cut meanwhile",
	             meanwhile(mailwhy, path, lambda _: os.truncate(path, 2000),
	                       "--workers=1"), 66, [str(path)])
	hold(0 < len(got) < COUNT and got[:100] == names(range(100)),
	     f"mailbox cut meanwhile: {len(got)} answers")
	folder = make_folder(top, COUNT)

	def vanish(_):
		for f in sorted(folder.iterdir())[-10:]:
			f.unlink()

	expect("vanishing mails",
	       meanwhile(mailwhy, folder, vanish, "--workers=1"), 66,
	       [f"{COUNT - 1:05}.eml"], names(range(COUNT - 10)))


def interrupted(mailwhy, top):
	path = top / "long"
	path.write_bytes(box(4 * COUNT))
	for workers in (1, 2):
		got = expect(f"Ctrl-C, {workers} workers",
		             meanwhile(mailwhy, path,
		                       lambda p: p.send_signal(signal.SIGINT),
		                       f"--workers={workers}"), 130, ["stopped"])
		hold(0 < len(got) < 4 * COUNT and got == names(range(len(got))),
		     f"Ctrl-C, {workers} workers: {len(got)} answers, or a gap")
	# Standard input that stays open, as of a program that is slow.
	p = start(mailwhy, "--workers=1", "-", stdin=subprocess.PIPE)
	p.stdin.write(box(20))
	p.stdin.flush()
	time.sleep(PIPE_FULL)
	p.send_signal(signal.SIGINT)
	begun = time.monotonic()
	try:
		p.wait(10)
	except subprocess.TimeoutExpired:
		p.kill()
	hold(time.monotonic() - begun < 9, "Ctrl-C: waits for standard input")
	got = expect("Ctrl-C, standard input", finish(p), 130, ["stopped"])
	# So little is still being looked at for what it is.
	hold(got == names(range(len(got))), "Ctrl-C, standard input: a gap")


def interrupted_forms(mailwhy, top):
	"""Each form is whole where it is ended, and so is what was written."""
	path = top / "long"

	def stop(*args):
		done = meanwhile(mailwhy, path,
		                 lambda p: p.send_signal(signal.SIGINT), *args,
		                 "--workers=2")
		hold("stopped" in done[2], f"Ctrl-C, {args}: {done[2][-200:]}")
		return done

	code, out, _ = stop("--format=json")
	tree = json.loads(out)
	n = len(tree["diagnoses"])
	hold(code == 130 and 0 < n < 4 * COUNT and
	     tree["summary"]["failures"] >= n, f"Ctrl-C, JSON: exit {code}, {n}")
	code, out, _ = stop("--format=csv")
	rows = list(csv.DictReader(io.StringIO(out.decode())))
	hold(code == 130 and [r["recipient"] for r in rows] ==
	     names(range(len(rows))) and rows and rows[-1]["text"],
	     f"Ctrl-C, CSV: exit {code}, {len(rows)} rows")
	# Addresses are short: the pipe holds more of them than there are.
	path.write_bytes(box(20 * COUNT))
	code, out, _ = stop("--suppress-list", "--format=csv")
	rows = list(csv.reader(io.StringIO(out.decode())))
	hold(code == 130 and 0 < len(rows) < 20 * COUNT and
	     [r[0] for r in rows] == names(range(len(rows))) and
	     all(len(r) == 6 for r in rows),
	     f"Ctrl-C, list of addresses: exit {code}, {len(rows)} rows")
	path.write_bytes(box(4 * COUNT))
	# SIGTERM is heard the same way; the second signal ends it at once.
	code, out, err = meanwhile(mailwhy, path, lambda p: p.terminate())
	hold(code == 128 + signal.SIGTERM and "stopped" in err and
	     recipients("SIGTERM", out) == names(range(out.count(b"\n"))),
	     f"SIGTERM: exit {code} {err[-200:]}")

	def twice(p):
		for _ in range(2):
			p.send_signal(signal.SIGINT)
			time.sleep(0.1)

	code, _, _ = meanwhile(mailwhy, path, twice)
	hold(code == -signal.SIGINT, f"Ctrl-C twice: exit {code}")


def interrupted_summary(mailwhy):
	"""The sums of what was read, where the end never comes."""
	for args in (["--summary"], ["--suppress-list"]):
		p = start(mailwhy, *args, "--workers=2", "-", stdin=subprocess.PIPE)
		p.stdin.write(box(3000))
		p.stdin.flush()
		time.sleep(PIPE_FULL)
		p.send_signal(signal.SIGINT)
		code, out, err = finish(p)
		hold(code == 130 and "stopped" in err and out.endswith(b"\n"),
		     f"Ctrl-C, {args}: exit {code} {out[-80:]!r} {err[-200:]}")


def half_room(mailwhy, top):
	"""A disk that fills up on the way: what fits is there, and it is said."""
	path, out = top / "room", top / "answers"
	path.write_bytes(box(COUNT))
	limit = 100000

	def little():
		signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
		resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

	for workers in (1, 2):
		with out.open("wb") as f:
			done = finish(start(mailwhy, f"--workers={workers}", path,
			                    stdout=f, preexec_fn=little))
		hold(done[0] == 74 and "standard output: File too large" in done[2],
		     f"half a disk: exit {done[0]} {done[2][-200:]}")
		written = out.read_bytes()
		lines = written[:written.rfind(b"\n") + 1]
		hold(limit - 4096 <= len(written) <= limit and
		     recipients("half a disk", lines) ==
		     names(range(lines.count(b"\n"))),
		     f"half a disk: {len(written)} bytes are there")
		out.unlink()
		done = finish(start(mailwhy, f"--output={out}", path,
		                    preexec_fn=little))
		hold(done[0] == 73 and f"{out}: File too large" in done[2],
		     f"half a disk, --output: exit {done[0]} {done[2][-200:]}")


def cut_rows(mailwhy, top):
	"""Tables and archives that end anywhere."""
	rows = "".join(f"bert{i}@example.net,550 5.1.1 User unknown\r\n"
	               for i in range(50))
	path = top / "cut.csv"
	path.write_text("email,reason\r\n" + rows[:-20])
	expect("cut table", finish(start(mailwhy, path)), 0, [], names(range(50)))
	packed = gzip.compress(box(2000))
	path = top / "cut.gz"
	path.write_bytes(packed[:len(packed) // 2])
	got = expect("cut archive", finish(start(mailwhy, path)), 66,
	             [str(path)])
	hold(0 < len(got) < 2000 and got[:-1] == names(range(len(got) - 1)),
	     f"cut archive: {len(got)} answers")


def read_error(mailwhy, top):
	"""The disk fails: told by name, the rest is read."""
	good = top / "good.eml"
	good.write_text(mail(7))
	expect("a disk that fails",
	       finish(start(mailwhy, "--workers=1", "/proc/self/mem", good)), 66,
	       ["/proc/self/mem", "Input/output error"], names([7]))
	folder = make_folder(top, 5)

	def gone(_):
		for f in folder.iterdir():
			f.unlink()
		folder.rmdir()

	p = start(mailwhy, "--workers=1", "-", folder, stdin=subprocess.PIPE)
	time.sleep(PIPE_FULL)
	gone(p)
	p.stdin.write(box(5, 100))
	p.stdin.close()
	p.stdin = None
	expect("a folder that vanishes", finish(p), 66,
	       [str(folder), "No such file"], names(range(100, 105)))


def no_room(mailwhy, top):
	path = top / "room"
	path.write_bytes(box(COUNT))
	with open("/dev/full", "wb") as full:
		expect("full disk", finish(start(mailwhy, path, stdout=full)), 74,
		       ["No space left"])
	for args in ([], ["--summary", "--format=json"], ["--suppress-list"]):
		expect(f"full disk, --output {args}",
		       finish(start(mailwhy, "--output=/dev/full", *args, path)),
		       73, ["No space left", "/dev/full"])
	p = start(mailwhy, path)
	p.stdout.readline()
	p.stdout.close()
	p.stdout = None
	code, _, err = finish(p)
	hold(code in (-signal.SIGPIPE, 74), f"closed pipe: exit {code}")
	hold(code == 74 or not err, f"closed pipe: {err[:200]}")
	p = start(mailwhy, path, preexec_fn=lambda: os.close(1))
	expect("no standard output", finish(p), 74, ["standard output"])


def too_much(mailwhy, top):
	"""What is over a limit is left out, and that is said."""
	fields = "".join(f"\nFinal-Recipient: rfc822; r{i}@example.net\n"
	                 "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; "
	                 "550 5.1.1 User unknown\n" for i in range(1030))
	many = ("From: MAILER-DAEMON@mail.example.org\nTo: anna@example.org\n"
	        "Subject: failed\nDate: Tue, 01 Sep 2026 12:00:00 +0000\n"
	        "Content-Type: multipart/report; boundary=b\n\n--b\n\nwords\n"
	        "--b\nContent-Type: message/delivery-status\n\n"
	        f"Reporting-MTA: dns; mail.example.org\n{fields}\n--b--\n")
	path = top / "many"
	path.write_bytes(box(1) + b"From x Tue Sep 01 12:00:00 2026\n" +
	                 many.encode() + b"\n" + box(1, 1))
	after = box(1).count(b"\n") + 1
	want = names([0]) + [f"r{i}@example.net" for i in range(1024)] + names([1])
	for workers in (1, 2):
		expect("over 1024 recipients",
		       finish(start(mailwhy, f"--workers={workers}", path)), 66,
		       [f"{path}: line {after}: more recipients "
		        "than are read: 1024 are told"], want)
	code, out, _ = finish(start(mailwhy, "--summary", "--format=json", path))
	hold(code == 66 and json.loads(out)["summary"]["problems"] == 1,
	     "over 1024 recipients: the summary counts no problem")
	lines = [json.dumps({"event": "bounce", "email": f"bert{i}@example.net",
	                     "reason": "550 5.1.1 User unknown", "status": "5.1.1",
	                     "type": "bounce", "timestamp": 1, "sg_event_id": "x"})
	         for i in range(3)]
	lines[1] = lines[1][:40]
	path = top / "rows.json"
	path.write_text("\n".join(lines) + "\n")
	expect("a row that is no JSON",
	       finish(start(mailwhy, "--input-format=json", path)), 66,
	       [str(path), "no JSON"], names([0, 2]))
	path = top / "long.eml"
	path.write_bytes(mail(0).encode() + b"x" * 79 + b"\n" + b"y" * (50 << 20))
	expect("a mail of 50 MB", finish(start(mailwhy, "--workers=1", path)), 66,
	       [str(path), "too long", "left out"], names([0]))
	path.write_bytes(mail(0).encode() + b"x" * 79 + b"\n" + b"y" * (40 << 20))
	expect("a mail of 40 MB", finish(start(mailwhy, "--workers=1", path)), 66,
	       [str(path), "too long", "begin"], names([0]))


def memory(mailwhy, megabytes):
	"""The peak of a mailbox of so many megabytes on standard input."""
	piece = box(2000)
	p = start(mailwhy, "--workers=2", "-", stdin=subprocess.PIPE,
	          stdout=subprocess.DEVNULL)

	def feed():
		try:
			for _ in range(megabytes * 1000000 // len(piece)):
				p.stdin.write(piece)
			p.stdin.close()
		except BrokenPipeError:
			pass

	t = threading.Thread(target=feed)
	t.start()
	_, status, used = os.wait4(p.pid, 0)
	p.returncode = os.waitstatus_to_exitcode(status)
	t.join()
	hold(p.returncode == 0, f"{megabytes} MB: exit {p.returncode}")
	return used.ru_maxrss * 1024


def memory_stays(mailwhy, megabytes):
	little = memory(mailwhy, max(20, megabytes // 10))
	much = memory(mailwhy, megabytes)
	print(f"{megabytes} MB: {much / MIB:.0f} MiB resident, a tenth of it: "
	      f"{little / MIB:.0f} MiB")
	hold(much < ALLOWED + PROGRAM, f"{much / MIB:.0f} MiB resident")
	hold(much < little + 8 * MIB, f"grows with the mailbox: {little} to {much}")


def main(mailwhy, megabytes=None):
	if megabytes:
		memory_stays(mailwhy, int(megabytes))
		return end()
	with tempfile.TemporaryDirectory() as tmp:
		top = pathlib.Path(tmp)
		unreadable(mailwhy, top)
		cut_mailbox(mailwhy, top)
		changing(mailwhy, top)
		interrupted(mailwhy, top)
		interrupted_forms(mailwhy, top)
		interrupted_summary(mailwhy)
		no_room(mailwhy, top)
		half_room(mailwhy, top)
		cut_rows(mailwhy, top)
		read_error(mailwhy, top)
		too_much(mailwhy, top)
	return end()


if __name__ == "__main__":
	sys.exit(main(*sys.argv[1:]))
