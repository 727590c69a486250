#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A real mail server sends, is refused, and mailwhy reads its bounces.

usage: bounced.py postfix|exim|opensmtpd|sendmail MAILWHY WORK

The server of Debian runs in a name space of its own (world.py) and sends one
mail of each kind to hosts that refuse it, each in its way.  What it then
writes to its local user is what mailwhy has to explain: every recipient is
found, none is invented, and cause, stage, action and expiry are right.
WORK keeps the packages between runs, and in WORK/SERVER/out the bounces and logs.
"""
import json
import os
import pathlib
import shutil
import smtplib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "meta")]
import servers  # noqa: E402
import world  # noqa: E402
from counts import bad, end, hold, skip  # noqa: E402

SENDER = f"alice@{world.HOST}"
BIG = "x" * 70 + "\r\n"
# What stands for all servers: recipient -> cause, stage, expired.  A stage of
# None is not asked for.  Recipients of one line are those of one mail.
KINDS = [
	{"unknown@mx": ("recipient.unknown", "rcpt", False)},
	{"full5@mx": ("recipient.mailbox-full", "rcpt", False)},
	{"relay@mx": ("relay.not-hosted-here", "rcpt", False)},
	{"utf8@mx": ("recipient.unknown", "rcpt", False)},
	{"latin1@mx": ("recipient.unknown", "rcpt", False)},
	{"data@mx": ("reputation.ip-listed", "data", False)},
	{"auth@mx": ("auth.unauthenticated", "end-of-data", False)},
	{"spam@mx": ("content.spam", "end-of-data", False)},
	{"toobig@mx": ("message.too-large", "end-of-data", False)},
	{"big@small": ("message.too-large", "mail", False)},
	{"x@greeting": ("reputation.ip-listed", "connect", False)},
	{"x@ehlo": ("identity.helo-invalid", "helo", False)},
	{"x@mail": ("sender.domain-unresolvable", "mail", False)},
	{"x@needs-tls": ("tls.required", "mail", False)},
	{"x@nosuch": ("recipient.domain-unknown", None, False)},
	{"x@nullmx": ("recipient.null-mx", None, False)},
	{"full4@mx": ("recipient.mailbox-full", "rcpt", True)},
	{"later@mx": ("rate.greylisted", "rcpt", True)},
	{"x@greeting4": ("rate.too-many-connections", "connect", True)},
	{"x@hangup": ("route.connection-lost", None, True)},
	{"x@closed": ("route.unreachable", "connect", True)},
	{"x@gone": ("route.unreachable", "connect", True)},
	{"x@badmx": ("recipient.domain-unknown", None, False)},
	{"x@servfail": ("route.dns-failure", None, True)},
	{"x@plain": ("tls.unavailable", None, True)},
	{"unknown+2@mx": ("recipient.unknown", "rcpt", False),
	 "full5+2@mx": ("recipient.mailbox-full", "rcpt", False)},
	{"unknown+3@mx": ("recipient.unknown", "rcpt", False), "fine@mx": None},
	{"unknown+4@mx": ("recipient.unknown", "rcpt", False),
	 "full4+4@mx": ("recipient.mailbox-full", "rcpt", True)},
]
# Where a server tells something else, and why.
EXPIRED = ("route.expired", None, True)
DIFFERS = {
	"postfix": {
		# It compares the size with EHLO's answer, and sends nothing.
		"big@small": ("message.too-large", None, False),
		# A greeting that refuses is tried again; of EHLO it says the same.
		"x@greeting": ("reputation.ip-listed", "connect", True),
		"x@ehlo": ("identity.helo-invalid", "connect", False),
	},
	"exim": {
		"x@badmx": ("route.no-mx", None, False),
		# No reply, no reason: "retry timeout exceeded" is all it writes.
		**{f"x@{host}": EXPIRED for host in
		   ("hangup", "closed", "gone", "servfail", "plain")},
	},
	# "Envelope expired" is all it writes at the end, and it waits for what
	# others refuse at once.
	"opensmtpd": {r: EXPIRED for r in (
		"full4@mx", "full4+4@mx", "later@mx", "x@greeting4", "x@greeting",
		"x@ehlo", "x@hangup", "x@closed", "x@gone", "x@badmx", "x@nullmx",
		"x@servfail", "x@plain")},
	"sendmail": {
		# It says DATA of both places.
		"auth@mx": ("auth.unauthenticated", "data", False),
		"spam@mx": ("content.spam", "data", False),
		"toobig@mx": ("message.too-large", "data", False),
		# "Deferred: ...", without the dialogue.
		"x@greeting4": ("rate.too-many-connections", None, True),
		"x@closed": ("route.unreachable", None, True),
		"x@gone": ("route.unreachable", None, True),
	},
}
# What newer versions tell at once (OpenSMTPD 7 knows what a null MX is).
NEWER = {"opensmtpd": {"x@nullmx": ("recipient.null-mx", None, False)}}
# It never tells at which step it was refused.
NO_STAGE = {"opensmtpd"}
# Warnings before the end, of those that write them; what they have to tell.
WARNED = {
	"postfix": {},
	"exim": {"full4@mx": "recipient.mailbox-full",
	         "later@mx": "rate.greylisted",
	         "x@greeting4": "rate.too-many-connections"},
	"opensmtpd": {"full4@mx": "recipient.mailbox-full",
	              "later@mx": "rate.greylisted",
	              "x@hangup": "route.connection-lost",
	              "x@closed": "route.unreachable",
	              "x@gone": "route.unreachable",
	              "x@servfail": "route.dns-failure",
	              "x@badmx": "route.no-mx"},
	"sendmail": {"full4@mx": "recipient.mailbox-full",
	             "later@mx": "rate.greylisted",
	             "x@greeting4": "rate.too-many-connections",
	             "x@hangup": "route.connection-lost",
	             "x@closed": "route.unreachable",
	             "x@gone": "route.unreachable",
	             "x@servfail": "route.dns-failure",
	             "x@plain": "tls.unavailable"},
}


def mails():
	for kind in KINDS:
		to = [f"{r}.example.net" for r in kind]
		text = f"From: {SENDER}\r\nTo: {', '.join(to)}\r\n" \
			f"Subject: {to[0]}\r\nMessage-ID: <{to[0]}>\r\n" \
			"Date: Tue, 24 Nov 2026 12:00:00 +0000\r\n\r\nHello.\r\n"
		yield to, text + (BIG * 60 if to[0].startswith("big") else "")


# ---- inside the name space

def until(what, seconds):
	"""Wait until what() is true; tells whether it came true."""
	last = time.monotonic() + seconds
	while not what():
		if time.monotonic() > last:
			return False
		time.sleep(.1)
	return True


def listening():
	try:
		smtplib.SMTP(world.SERVER_IP, timeout=5,
		             source_address=(world.CLIENT_IP, 0)).quit()
	except (OSError, smtplib.SMTPException):
		return False
	return True


QUEUES = {"postfix": ["/var/spool/postfix/" + q for q in
                      ("maildrop", "incoming", "active", "deferred")],
          "exim": ["/var/spool/exim4/input"],
          "opensmtpd": ["/var/spool/smtpd/queue", "/var/spool/smtpd/incoming"],
          "sendmail": ["/var/spool/mqueue"]}


def empty(server):
	return not any(p.is_file() for q in QUEUES[server]
	               for p in pathlib.Path(q).rglob("*"))


def keep(server):
	"""What shall be seen outside: the logs, and what alice got."""
	out = world.WORK / "out"
	out.mkdir()
	for p in servers.logs():
		shutil.copy(p, out / p.name)
	box = pathlib.Path("/var/mail/alice")
	if box.exists():
		shutil.copy(box, out / "mail")
	elif (servers.HOME / "Maildir" / "new").is_dir():
		shutil.copytree(servers.HOME / "Maildir", out / "mail")


def work_through(server):
	"""Send all mails; returns a complaint, or None."""
	try:
		servers.START[server]()
	except subprocess.CalledProcessError as e:
		return f"{server} does not start: {e}"
	if not until(listening, 20):
		return f"{server} does not answer"
	for to, text in mails():
		with smtplib.SMTP(world.SERVER_IP, timeout=20,
		                  source_address=(world.CLIENT_IP, 0)) as s:
			s.sendmail(SENDER, to, text)
	done = until(lambda: empty(server), 50)
	time.sleep(.3)          # what left the queue last is being written
	return None if done else "mails are still in the queue"


def inside(server):
	world.enter(pathlib.Path(os.environ["MTA_WORK"]))
	world.Zone().start()
	world.sinks()
	complaint = work_through(server)
	keep(server)
	return complaint


# ---- outside

def wanted(server):
	out = {}
	for kind in KINDS:
		for r, want in kind.items():
			want = DIFFERS[server].get(r, want)
			if want and server in NO_STAGE:
				want = (want[0], None, want[2])
			if want:
				out[f"{r}.example.net"] = want
	return out


def explained(mailwhy, box):
	done = subprocess.run([mailwhy, "explain", "--format=jsonl", str(box)],
	                      capture_output=True, timeout=60, check=False)
	return [json.loads(x) for x in done.stdout.decode().splitlines()]


def check_warnings(server, warned):
	"""On a busy machine not each of them comes before the end."""
	told = 0
	for r, cause in WARNED[server].items():
		got = warned.get(f"{r}.example.net", [])
		told += bool(got)
		if got:
			hold(set(got) == {cause}, f"{r}: warned of {got}, not {cause}")
	if WARNED[server]:
		hold(told, "no warning before the end")


def check_failures(want, failed):
	for who, (cause, stage, expired) in want.items():
		got = failed.get(who, [])
		hold(len(got) == 1, f"{who}: {len(got)} failures, not 1")
		for d in got[:1]:
			hold(d["cause"] == cause, f"{who}: {d['cause']}, not {cause}")
			hold(d["expired"] == expired, f"{who}: expired {d['expired']}")
			at = d["reply"]["stage"]
			hold(stage in (None, at), f"{who}: stage {at}, not {stage}")
			if who.startswith(("utf8", "latin1")):
				text = d["reply"].get("text", "")
				hold("nger unbekannt" in text, f"{who}: {text}")


def check(server, mailwhy, out):
	want, failed, warned = wanted(server), {}, {}
	for d in explained(mailwhy, out / "mail"):
		who = d.get("recipient", "")
		if who not in want:
			bad(f"{who or 'nobody'} was not refused: {d['cause']} "
			    f"{d['source']['file']}")
		elif d["action"] == "failed":
			failed.setdefault(who, []).append(d)
		else:
			hold(d["action"] == "delayed" and want[who][2] and
			     not d["expired"], f"{who}: {d['action']}, {d['cause']}")
			warned.setdefault(who, []).append(d["cause"])
	for r, newer in NEWER.get(server, {}).items():
		who = f"{r}.example.net"
		if any(d["cause"] == newer[0] for d in failed.get(who, [])):
			want[who] = newer
	check_failures(want, failed)
	check_warnings(server, warned)


def main(server, mailwhy, work):
	work = pathlib.Path(work).resolve() / server
	if os.getuid() != 0 or not sys.platform.startswith("linux"):
		skip("a name space needs root on Linux")
		return end()
	for tool in ("apt-get", "dpkg-deb", "unshare", "setpriv", "ip"):
		if not shutil.which(tool):
			skip(f"no {tool}")
			return end()
	work.mkdir(parents=True, exist_ok=True)
	complaint = world.fetch(work, servers.PACKAGES[server])
	if complaint:
		skip(f"{server} cannot be fetched: {complaint}")
		return end()
	if world.spawn(work, "true").returncode:
		skip("this system allows no name space")
		return end()
	shutil.rmtree(work / "out", ignore_errors=True)
	done = world.spawn(work, sys.executable, __file__, "--inside", server)
	if done.returncode:
		bad(f"{server}: " + (done.stdout + done.stderr).decode(errors="replace"))
		for p in sorted((work / "out").glob("m*.*")):
			print(p.read_text(errors="replace")[-3000:])
	if (work / "out" / "mail").exists():
		check(server, mailwhy, work / "out")
	return end()


if __name__ == "__main__":
	if sys.argv[1] == "--inside":
		sys.exit(inside(sys.argv[2]))
	sys.exit(main(*sys.argv[1:4]))
