#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Outlook's files, written from documentation (writer.py) and read.

usage: run.py MAILWHY

- a bounce as Outlook keeps it, a non-delivery report of Exchange, bounces with
  a message or a report attached, bodies in each form: recipient, cause, status
- the Perl module Email::Outlook::Message, where it is installed, finds the same
  text in them: the writer is right
- broken ones: cut anywhere, chains that loop, wild sizes, random bytes: an
  answer in time, and no more recipients than were there
- nothing of the values is left in a redacted one
"""
import json
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "meta"))
sys.path.insert(0, str(HERE))
from counts import end, hold, skip  # noqa: E402
from writer import (BINARY, INT32, STRING8, TIME, UNICODE,  # noqa: E402
                    Message, packed_rtf)

UNKNOWN = ("550 5.1.1 <bert@example.net>: Recipient address rejected: "
           "User unknown in virtual mailbox table")
FULL = "552 5.2.2 Mailbox full"
POSTFIX = f"""This is the mail system at host mx.example.org.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<bert@example.net>: host mx.example.net[192.0.2.9] said: {UNKNOWN}
    (in reply to RCPT TO command)
""".replace("\n", "\r\n")
REPORT = f"""Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; bert@example.net
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; {UNKNOWN}
""".replace("\n", "\r\n").encode()
HEADERS = """Received: from mx.example.org by mail.example.org; \
Tue, 13 Jan 2026 10:00:00 +0000
Date: Tue, 13 Jan 2026 10:00:00 +0000
From: MAILER-DAEMON@example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: anna@example.org
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="there"
Message-ID: <bounce@example.org>
""".replace("\n", "\r\n")
# 2026-01-13 10:00:00 UTC, counted from 1601
WHEN = (1768298400 + 11644473600) * 10000000


def original():
	return Message().add(0x001A, "IPM.Note").add(0x0037, "Offer").add(
	    0x0C1A, "Anna").add(0x0C1F, "anna@example.org").add(
	    0x1035, "<1@example.org>").add(0x1000, "Hello Bert").add(
	    0x0039, WHEN, TIME).recipient("Bert", "bert@example.net")


def bounce(text=POSTFIX, headers=HEADERS, text_kind=UNICODE):
	m = Message(text_kind).add(0x001A, "IPM.Note")
	if headers:
		m.add(0x007D, headers)
	else:
		m.add(0x0037, "Undelivered Mail Returned to Sender")
		m.add(0x0C1A, "Mail Delivery System")
		m.add(0x0C1F, "MAILER-DAEMON@example.org")
		m.add(0x0E06, WHEN, TIME)
		m.recipient("anna@example.org", "anna@example.org")
	return m.add(0x1000, text) if text else m


def ndr():
	"""What Exchange makes: no words of MTAs, only properties."""
	m = Message().add(0x001A, "REPORT.IPM.Note.NDR")
	m.add(0x0037, "Undeliverable: Offer").add(0x0C1A, "Microsoft Outlook")
	m.add(0x0E06, WHEN, TIME)
	m.add(0x1001, "Your message did not reach some or all of the intended "
	      "recipients.\r\n")
	m.recipient("Bert", "bert@example.net", (0x0C20, INT32, 511),
	            (0x0C04, INT32, 1), (0x0C05, INT32, 35),
	            (0x0C1B, None, f"<mx.example.net #5.1.1 smtp;{UNKNOWN}>"))
	m.recipient("Carl", "carl@example.com", (0x0C20, INT32, 522),
	            (0x0C1B, None, f"<mx.example.com #5.2.2 smtp;{FULL}>"))
	return m.embed(original())


def bare_ndr():
	"""Status and diagnostic only, and an address inside Exchange."""
	m = Message().add(0x001A, "REPORT.IPM.Note.NDR")
	m.add(0x0037, "Undeliverable: Offer")
	m.recipient("bert@example.net", "/O=EXAMPLE/CN=BERT",
	            (0x0C20, INT32, 511))
	return m.recipient("carl@example.com", "/O=EXAMPLE/CN=CARL",
	                   (0x0C05, INT32, 48))


def html_only():
	page = "<html><body><p>" + POSTFIX.replace("<", "&lt;").replace(
	    "\r\n", "<br>\r\n") + "</p></body></html>"
	return bounce(text=None).add(0x1013, page.encode(), BINARY).add(
	    0x3FDE, 65001, INT32)


def rtf_only(compress):
	words = POSTFIX.replace("'", "\\'92").replace("\r\n", "\\par\r\n")
	text = ("{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}"
	        "{\\*\\generator Riched;}\\uc1\\f0 " + words + "}").encode()
	return bounce(text=None).add(0x1009, packed_rtf(text, compress), BINARY)


def chain(depth):
	"""A message in a message in ..."""
	m = original()
	for _ in range(depth):
		m = Message().add(0x001A, "IPM.Note").add(
		    0x0037, "Fwd: Offer").add(0x1000, "see below").embed(m)
	return m


B = ("bert@example.net", "recipient.unknown", "5.1.1")
C = ("carl@example.com", "recipient.mailbox-full", "5.2.2")
# name: message, how the file is laid out, what is to be read, the day
CASES = {
    "bounce": (bounce(), {}, [B], "2026-01-13"),
    "spread": (bounce(POSTFIX + "x\r\n" * 3000), {"spread": True}, [B],
               "2026-01-13"),
    "no-header": (bounce(headers=None), {}, [B], "2026-01-13"),
    "8-bit": (bounce(POSTFIX + "Gr\xfc\xdfe", text_kind=STRING8), {}, [B],
              "2026-01-13"),
    "ndr": (ndr(), {}, [B, C], "2026-01-13"),
    "ndr-spread": (ndr(), {"spread": True}, [B, C], "2026-01-13"),
    "bare-ndr": (bare_ndr(), {}, [
        B, ("carl@example.com", "recipient.domain-unknown", "5.1.2")], None),
    "html": (html_only(), {}, [B], "2026-01-13"),
    "rtf": (rtf_only(True), {}, [B], "2026-01-13"),
    "rtf-plain": (rtf_only(False), {}, [B], "2026-01-13"),
    "report": (bounce(text="Your mail came back.").attach(
        "details.txt", "message/delivery-status", REPORT).embed(original()),
        {}, [B], "2026-01-13"),
    "report-untyped": (bounce(text="Your mail came back.").attach(
        "ATT00001.txt", None, REPORT).embed(original()),
        {}, [B], "2026-01-13"),
    "forwarded": (Message().add(0x001A, "IPM.Note").add(
        0x0037, "Fwd: Undelivered").add(0x0C1F, "anna@example.org").add(
        0x1000, "What is this?").embed(bounce()), {}, [B], None),
    "large": (bounce().attach("photo.jpg", "image/jpeg",
                              bytes(range(256)) * 40000), {}, [B],
              "2026-01-13"),
    "ordinary": (original(), {}, [], None),
    "deep": (chain(40), {}, [], None),
}


def jsonl(mailwhy, folder, *more):
	"""file name -> its answers; the exit status, and what was said."""
	done = subprocess.run([mailwhy, "explain", "--format=jsonl", *more,
	                       str(folder)], capture_output=True, timeout=120,
	                      check=False)
	out = {}
	for line in done.stdout.decode().splitlines():
		d = json.loads(line)
		out.setdefault(pathlib.Path(d["source"]["file"]).name,
		               []).append(d)
	return out, done.returncode, done.stderr.decode()


def status(d):
	return d.get("reply", {}).get("status")


def fits(want, got):
	"""Recipient, cause (None: any), status."""
	return (got.get("recipient") == want[0] and
	        status(got) == want[2] and want[1] in (None, got["cause"]))


def read(mailwhy, folder):
	"""Each file says what it should."""
	got, code, said = jsonl(mailwhy, folder)
	hold(code == 66 and said.count("\n") == 1 and "/deep.msg: " in said and
	     "nested too deep" in said, f"exit {code}: {said}")
	for name, (_, _, want, _) in CASES.items():
		found = got.get(name + ".msg", [])
		said = [(d.get("recipient"), d["cause"], status(d))
		        for d in found]
		failed = [d for d in found
		          if not d["cause"].startswith("notice.")]
		hold(len(failed) == len(want) and all(
		    any(fits(w, d) for d in failed) for w in want),
		     f"{name}: {said}, not {want}")
	for found in got.values():
		hold(all(e["offset"] == 0 for d in found
		         for e in d.get("evidence", [])),
		     "an offset of a text that is nowhere in the file")


def days(mailwhy, folder):
	"""The date of the mail is known."""
	done = subprocess.run([mailwhy, "explain", "--suppress-list",
	                       "--format=csv", str(folder)],
	                      capture_output=True, timeout=60, check=False)
	want = {day for _, _, found, day in CASES.values() if B in found and day}
	rows = done.stdout.decode().splitlines()
	hold(any(r.startswith(B[0]) and r.split(",")[-2] in want
	         for r in rows), f"no day in {rows}")


PERL = """use Email::Outlook::Message; use Email::MIME;
for (@ARGV) { my $m = Email::Outlook::Message->new($_)->to_email_mime;
print "== $_\\n"; $m->walk_parts(sub { my ($p) = @_;
print "Subject: ", $p->header("Subject") // "", "\\n";
print $p->body, "\\n" if !$p->subparts; }); }"""


def read_back(folder):
	"""Another reader finds the words too."""
	perl = shutil.which("perl")
	if not perl or subprocess.run([perl, "-MEmail::Outlook::Message", "-e",
	                               "1"], capture_output=True,
	                              check=False).returncode:
		skip("libemail-outlook-message-perl: not read back")
		return
	names = ["bounce", "spread", "no-header", "8-bit", "report",
	         "forwarded", "large", "html", "rtf", "rtf-plain"]
	for name in names:
		done = subprocess.run([perl, "-e", PERL.replace("\\\\", "\\"),
		                       str(folder / f"{name}.msg")],
		                      capture_output=True, timeout=60,
		                      check=False)
		said = done.stdout.decode(errors="replace")
		hold(done.returncode == 0 and UNKNOWN.split(">: ")[1] in said,
		     f"{name}: another reader says {said[:300]!r} "
		     f"{done.stderr.decode()[:300]}")


def broken(good):
	"""Names and bytes of files that are wrong in some way."""
	for at in list(range(1, 600, 37)) + list(range(600, len(good), 331)):
		yield f"cut-{at}", good[:at]
	sectors = len(good) // 512 - 1
	fat = struct.unpack_from("<I", good, 76)[0]
	start = 512 + fat * 512
	for i in range(min(sectors, 128)):
		for to in (i, 0, sectors - 1, 0xFFFFFFF0):
			b = bytearray(good)
			struct.pack_into("<I", b, start + i * 4, to)
			yield f"chain-{i}-{to}", bytes(b)
	for at in range(24, 80, 2):
		for value in (0, 1, 0xFFFF):
			b = bytearray(good)
			struct.pack_into("<H", b, at, value)
			yield f"head-{at}-{value}", bytes(b)
	directory = 512 + 512 * struct.unpack_from("<I", good, 48)[0]
	for i in range(12):
		for field in (68, 72, 76, 116, 120):
			for value in (0, 1, i, 0x7FFFFFFF, 0xFFFFFFFF):
				b = bytearray(good)
				struct.pack_into("<I", b,
				                 directory + i * 128 + field, value)
				yield f"entry-{i}-{field}-{value}", bytes(b)
	r = random.Random(5)
	for i in range(600):
		b = bytearray(good)
		for _ in range(r.choice((1, 3, 10, 100))):
			b[r.randrange(len(b))] = r.choice(
			    (0, 1, 0xFF, 0xFE, r.randrange(256)))
		yield f"random-{i}", bytes(b)


def hostile(mailwhy, folder):
	"""Nothing crashes, hangs or is invented."""
	n = 0
	for name in ("ndr", "report"):
		message, how, want, _ = CASES[name]
		for what, data in broken(message.bytes(**how)):
			(folder / f"{name}-{what}.msg").write_bytes(data)
			n += 1
	got, code, _ = jsonl(mailwhy, folder)
	hold(code == 66, f"exit {code} for {n} broken files")
	hold(len(got) > n / 4, f"{len(got)} of {n} broken files tell anything")
	for name, found in got.items():
		hold(len(found) <= 3, f"{name}: {len(found)} answers")


def put(data, at, value):
	b = bytearray(data)
	struct.pack_into("<I", b, at, value)
	return bytes(b)


def damaged(mailwhy, folder):
	"""What is damaged is named; what can be read is told."""
	text = POSTFIX + "x\r\n" * 3000
	good = bounce(text).bytes()
	fat = 512 + 512 * struct.unpack_from("<I", good, 76)[0]
	directory = 512 + 512 * struct.unpack_from("<I", good, 48)[0]
	name = "__substg1.0_1000001F"
	entry = next(i for i in range(directory, len(good), 128)
	             if good[i:i + 64].decode("utf-16-le").rstrip("\0") == name)
	body = struct.unpack_from("<I", good, entry + 116)[0]
	other = Message().add(0x001A, "x").bytes().replace(
	    "__".encode("utf-16-le"), "++".encode("utf-16-le"))
	for what, data, words, want in (
	        ("header", good[:300], "the header is cut off: 300 of 512", []),
	        ("sectors", good[:30] + b"\x07" + good[31:], "sectors of 2^7", [B]),
	        ("behind", good[:512], "it ends behind the header", []),
	        ("directory", put(good, 48, 99999),
	         "the directory is missing: sector 99999", [B]),
	        ("table", put(good, 76, 99999), "table of sectors", None),
	        ("loop", put(good, fat + body * 4 + 4, body),
	         "lead back to themselves", [B]),
	        ("self", put(good, fat + body * 4, body),
	         "lead back to themselves", [B]),
	        ("short", put(good, fat + body * 4 + 4, 0xFFFFFFFE),
	         f"the stream {name} is cut off", [B]),
	        ("tree", put(good, directory + 68, 0)[:directory + 76] +
	         good[directory + 76:directory + 128] +
	         put(good[directory + 128:], 68, 1),
	         "lead back to themselves", None),
	        ("other", other, "it holds no message", [])):
		path = folder / f"{what}.msg"
		path.write_bytes(data)
		done = subprocess.run([mailwhy, "explain", str(path)],
		                      capture_output=True, timeout=20, check=False,
		                      text=True, env={"COLUMNS": "200"})
		hold(done.returncode in (0, 1) and words in done.stdout and
		     "could not be read wholly" in done.stdout,
		     f"{what}: {done.returncode} {done.stdout[-300:]!r}")
		done = subprocess.run([mailwhy, "explain", "--workers=1",
		                       "--format=jsonl", str(path)],
		                      capture_output=True, timeout=20, check=False,
		                      text=True)
		hold(done.returncode == 66 and words in done.stderr and
		     path.name in done.stderr,
		     f"{what}, in bulk: {done.returncode} {done.stderr!r}")
		got = [d for d in map(json.loads, done.stdout.splitlines())
		       if not d["cause"].startswith("notice.")]
		hold(want is None or (len(got) == len(want) and
		                      all(map(fits, want, got))),
		     f"{what}: {got}, not {want}")
	done = subprocess.run([mailwhy, "explain", "--format=json",
	                       str(folder / "short.msg")], capture_output=True,
	                      timeout=20, check=False)
	said = json.loads(done.stdout)["input"][0]
	hold(said["cut"] and name in said["damage"], f"JSON: {said}")


def shared(mailwhy, folder):
	"""Streams that share their sectors cost no more than the file."""
	m = Message().add(0x001A, "IPM.Note").add(0x1000, POSTFIX)
	for i in range(150):
		m.attach(f"{i}.txt", "text/plain", b"x" * 5000)
	data = bytearray(m.attach("big.txt", "text/plain",
	                          b"y\n" * 900000).bytes())
	# The big one's start and size in each of the small ones.
	size = struct.pack("<Q", 5000)
	big = data.index(struct.pack("<Q", 1800000)) - 4
	at = 0
	while (at := data.find(size, at)) != -1:
		data[at - 4:at + 8] = data[big:big + 12]
		at += 8
	path = folder / "shared.msg"
	path.write_bytes(data)
	done = subprocess.run([mailwhy, "explain", "--format=json", str(path)],
	                      capture_output=True, timeout=20, check=False)
	hold(0 <= done.returncode <= 2, f"shared: exit {done.returncode}")


def redacted(mailwhy, folder):
	"""Names inside the file are found in spite of its clothes."""
	for name in ("ndr", "bounce", "report"):
		done = subprocess.run([mailwhy, "redact",
		                       str(folder / f"{name}.msg")],
		                      capture_output=True, timeout=20,
		                      check=False)
		hold(done.returncode == 0 and b"User unknown" in done.stdout and
		     b"\0" not in done.stdout,
		     f"{name}: not the mail, but {done.stdout[:80]!r}")


def main():
	"""Write the files, have them read."""
	mailwhy = sys.argv[1]
	with tempfile.TemporaryDirectory() as tmp:
		good, bad, odd = (pathlib.Path(tmp) / n
		                  for n in ("good", "bad", "odd"))
		for folder in (good, bad, odd):
			folder.mkdir()
		for name, (message, how, _, _) in CASES.items():
			(good / f"{name}.msg").write_bytes(message.bytes(**how))
		read(mailwhy, good)
		days(mailwhy, good)
		read_back(good)
		hostile(mailwhy, bad)
		damaged(mailwhy, odd)
		shared(mailwhy, odd)
		redacted(mailwhy, good)
	return end()


if __name__ == "__main__":
	sys.exit(main())
