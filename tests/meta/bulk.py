#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Many mails at once: every format, every kind of input, any number of threads.

usage: bulk.py MAILWHY

Mails are made here; answers leave in the order of the input whatever the
number of threads; the sums are those of the answers; the list of addresses
holds only those that are dead.
"""
import csv
import gzip
import io
import json
import pathlib
import subprocess
import sys
import tempfile

from counts import end, hold

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# reply, cause, is the address dead
KINDS = [
	("550 5.1.1 User unknown", "recipient.unknown", True),
	("552 5.2.2 Mailbox full", "recipient.mailbox-full", False),
	("554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using "
	 "zen.spamhaus.org", "reputation.ip-listed", False),
	("550 5.1.10 Recipient address rejected: Domain example.net does not "
	 "accept mail (nullMX)",
	 "recipient.null-mx", True),
]


def mail(i):
	reply = KINDS[i % len(KINDS)][0]
	return (f"From: MAILER-DAEMON@mail.example.org\nTo: anna@example.org\n"
	        f"Subject: failed\nDate: Tue, {1 + i % 28:02} Sep 2026 12:00:00 "
	        f"+0000\nContent-Type: multipart/report; boundary=b\n\n--b\n\n"
	        f"words\n--b\nContent-Type: message/delivery-status\n\n"
	        f"Final-Recipient: rfc822; Bert{i}@example.net\nAction: failed\n"
	        f"Status: 5.0.0\nDiagnostic-Code: smtp; {reply}\n\n--b--\n")


COUNT = 300
MAILS = [mail(i) for i in range(COUNT)]
ORDINARY = ("From: a@example.org\nTo: b@example.org\nSubject: lunch\nDate: "
            "Tue, 01 Sep 2026 12:00:00 +0000\n\nAt noon?\n")


def run(mailwhy, *args, stdin=None, want=0):
	done = subprocess.run([mailwhy, "explain", *map(str, args)], input=stdin,
	                      capture_output=True, timeout=120, check=False)
	hold(done.returncode == want,
	     f"{args}: exit {done.returncode}: {done.stderr[:200]}")
	return done.stdout.decode()


def causes(text):
	return [(d.get("recipient", ""), d["cause"]) for d in
	        map(json.loads, text.splitlines())]


TABLE = ("Wer;Grund, lang;Wann\n"
         "Bert@example.net;550 5.1.1 User unknown, sorry;2026-09-01\n"
         "carla@example.net;552 5.2.2 Mailbox full;2026-09-02\n")


def columns(mailwhy, top):
	"""The user says what the columns of a table are."""
	good, other = top / "table.csv", top / "other.csv"
	good.write_text(TABLE)
	other.write_text("a,b\n1,2\n")
	choice = ["--column=recipient=wer", "--column", "reply=Grund, lang",
	          "--column=date=3"]
	want = [("Bert@example.net", "recipient.unknown"),
	        ("carla@example.net", "recipient.mailbox-full")]
	hold(causes(run(mailwhy, "--format=jsonl", *choice, good)) == want,
	     "--column")
	hold(causes(run(mailwhy, "--format=jsonl", *choice, "-",
	                stdin=TABLE.encode())) == want, "--column, standard input")
	days = json.loads(run(mailwhy, "--summary", "--format=json", *choice,
	                      good))["summary"]["days"]
	hold([d["day"] for d in days] == ["2026-09-01", "2026-09-02"],
	     f"--column=date: {days}")
	done = subprocess.run([mailwhy, "explain", "--format=jsonl", *choice,
	                       other, good], capture_output=True, text=True,
	                      timeout=60, check=False)
	hold(done.returncode == 66 and causes(done.stdout) == want and
	     'other.csv: has no column "wer", only a, b' in done.stderr,
	     f"a table without the column: {done.returncode} {done.stderr}")
	run(mailwhy, "--column=replies=Wer", good, want=2)
	run(mailwhy, "--column=Wer", good, want=2)
	run(mailwhy, "--column=reply=Wer", "--input-format=mbox", good, want=2)
	run(mailwhy, "--column=reply=Grund, lang", "--input-format=csv", good)


CLASSES = {"mailwhy": None, "sisimai": "userunknown",
           "kumomta": "InvalidRecipient", "sparkpost": "10 Invalid Recipient",
           "rfc3463": "x.1.1"}


def classes(mailwhy, box):
	"""Counted in the words of another program, in every format."""
	each = [json.loads(x) for x in
	        run(mailwhy, "--format=jsonl", box).splitlines()]
	for name, unknown in CLASSES.items():
		option = f"--taxonomy={name}"
		sums = {f: run(mailwhy, "--summary", option, f"--format={f}",
		               "--workers=3", box)
		        for f in ("json", "csv", "jsonl", "text", "html")}
		tree = json.loads(sums["json"])["summary"]
		hold(tree["taxonomy"] == name, f"{option}: {tree.get('taxonomy')}")
		rows = list(csv.DictReader(io.StringIO(sums["csv"])))
		lines = [json.loads(x) for x in sums["jsonl"].splitlines()]
		if not unknown:
			hold("classes" not in tree and "cause" in rows[0] and
			     "cause" in lines[0], f"{option}: not by cause")
			continue
		want = {}
		for d in each:
			c = d["taxonomy"][name]
			want[c] = want.get(c, 0) + 1
		for form, got in (("json", tree["classes"]), ("csv", rows),
		                  ("jsonl", lines)):
			found = {}
			for x in got:
				found[x["class"]] = found.get(x["class"], 0) + int(x["count"])
			hold(found == want, f"{option}, {form}: {found}")
		page = sums["html"].replace("<wbr>", "")
		hold(want.get(unknown) and unknown in sums["text"] and
		     "By class" in sums["text"] and unknown in page,
		     f"{option}: text and page")
		hold([r["class"] for r in csv.DictReader(io.StringIO(run(
			mailwhy, option, "--format=csv", box)))] ==
		     [d["taxonomy"][name] for d in each], f"{option}: CSV of mails")
		hold(run(mailwhy, option, box).count("\n  Class") == COUNT,
		     f"{option}: text of mails")
	plain = json.loads(run(mailwhy, "--summary", "--format=json", box))
	hold("taxonomy" not in plain["summary"], "no --taxonomy, but classes")


def main(mailwhy):
	want = [(f"Bert{i}@example.net", KINDS[i % len(KINDS)][1])
	        for i in range(COUNT)]
	dead = [f"Bert{i}@example.net" for i in range(COUNT)
	        if KINDS[i % len(KINDS)][2]]
	with tempfile.TemporaryDirectory() as tmp:
		top = pathlib.Path(tmp)
		box = top / "box"
		text = "".join(f"From x Tue Sep 01 12:00:00 2026\n{m}\n" for m in MAILS)
		box.write_text(text)
		folder = top / "folder"
		folder.mkdir()
		for i, m in enumerate(MAILS):
			(folder / f"{i:04}.eml").write_text(m)
		(folder / "9999.eml").write_text(ORDINARY)
		packed = top / "box.gz"
		packed.write_bytes(gzip.compress(text.encode()))
		for source in (box, folder, packed):
			for workers in (1, 2, 5):
				got = causes(run(mailwhy, "--format=jsonl",
				                 f"--workers={workers}", source))
				if source == folder:
					got = [g for g in got if g[0]]
				hold(got == want, f"{source.name}, {workers} workers: other "
				     f"answers, or another order")
		hold(causes(run(mailwhy, "--format=jsonl", "--workers=1", "-",
		                stdin=text.encode())) == want, "standard input")
		first = json.loads(run(mailwhy, "--format=jsonl", box).splitlines()[1])
		at = first["evidence"][0]
		hold(text.encode()[at["offset"]:at["offset"] + at["length"]].decode()
		     .startswith("Mailbox full"), "offsets are not those of the file")
		whole = json.loads(run(mailwhy, "--format=json", box))
		hold(len(whole["diagnoses"]) == COUNT, "JSON: not all answers")
		one = json.loads(run(mailwhy, "--format=json", KINDS[0][0]))
		head = {"schema", "tool", "command"}
		hold({k: whole[k] for k in head} == {k: one[k] for k in head},
		     "JSON: another head than that of one answer")
		hold(whole["summary"]["failures"] == COUNT, "JSON: wrong sum")
		rows = list(csv.DictReader(io.StringIO(run(mailwhy, "--format=csv",
		                                           box))))
		hold([(r["recipient"], r["cause"]) for r in rows] == want, "CSV")
		hold(run(mailwhy, box).count("== ") == COUNT, "text")
		sums = json.loads(run(mailwhy, "--summary", "--format=json",
		                      folder))["summary"]
		hold(sums["mails"] == COUNT + 1 and sums["nothing_told"] <= 1 and
		     sums["actions"]["suppress"] == len(dead) and
		     sum(d["count"] for d in sums["days"]) == COUNT,
		     f"summary: {sums}")
		rows = list(csv.DictReader(io.StringIO(run(
			mailwhy, "--summary", "--format=csv", box))))
		lines = run(mailwhy, "--summary", "--format=jsonl", box).splitlines()
		hold(sum(int(r["count"]) for r in rows) == COUNT and
		     sum(json.loads(x)["count"] for x in lines) == COUNT,
		     "summary as CSV and JSON Lines")
		hold("<table" in run(mailwhy, "--summary", "--format=html", box),
		     "HTML of the summary")
		hold(run(mailwhy, "--suppress-list", box, packed).split() == dead,
		     "list of addresses: others, or some twice")
		rows = list(csv.reader(io.StringIO(run(
			mailwhy, "--suppress-list", "--format=csv", box))))
		hold([r[0] for r in rows] == dead and
		     all(len(r) == 6 for r in rows), "list of addresses as CSV")
		columns(mailwhy, top)
		classes(mailwhy, box)
		run(mailwhy, "--summary", top / "none", want=66)
		run(mailwhy, "--workers=0", box, want=2)
	table = ROOT / "tests" / "fixtures" / "exports" / "sendgrid.json"
	hold(len(causes(run(mailwhy, "--format=jsonl", "--input-format=json",
	                    table))) == 4,
	     "an export of a provider")
	return end()


if __name__ == "__main__":
	sys.exit(main(*sys.argv[1:]))
