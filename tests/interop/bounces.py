#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A public collection of bounces: who failed, and why, by another's labels.

usage: bounces.py MAILWHY SHARED [-v]

SHARED/corpus/bounces has mails and, for each, the recipients and reasons that
Sisimai's authors expect (its README tells the fields).  Held to:

- all recipients are found and none is invented;
- CRLF and CR copies give the same answer as the LF original;
- the reason: equal in 85 percent, and in 97 percent equal or listed in
  bounces.reasons with a word why ours is right; the list has at most 12
  percent of the rows, and no entry that is not needed;
- status and reply code, where the mail has them, in 98 percent.

With -v, each difference is shown.
"""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "meta"))
from counts import end, hold, skip  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
# the collection's own names for a recipient that the mail does not hold
INVENTED = ("undisclosed-recipient-in-headers@", "@libsisimai.org.invalid")


def bare(address):
	return (address or "").lower().replace('"', "")


def answers(mailwhy, folder):
	"""file name -> its answers, in their order"""
	done = subprocess.run([mailwhy, "explain", "--format=jsonl", str(folder)],
	                      capture_output=True, timeout=300, check=False)
	out = {}
	for line in done.stdout.decode().splitlines():
		d = json.loads(line)
		name = pathlib.Path(d["source"]["file"]).name
		out.setdefault(name, []).append(d)
	return out


def listed():
	"""(file, recipient or *) -> why ours is right"""
	out = {}
	for line in (HERE / "bounces.reasons").read_text("utf-8").splitlines():
		if line.strip() and not line.startswith("#"):
			name, who, why = line.split("\t")
			out[(name, bare(who))] = why
	return out


def of_recipient(got, want):
	for d in got:
		if want in (bare(d.get("recipient")), bare(d.get("final_recipient"))):
			return d
	return None


def whom(got, want):
	out = set()
	for d in got:
		to, final = bare(d.get("recipient")), bare(d.get("final_recipient"))
		out.add(final if final in want and to not in want else to)
	return out


def recipients(name, got, results, known, used):
	want = {bare(r["recipient"]) for r in results}
	want = {w for w in want if not any(i in w for i in INVENTED)}
	found = whom(got, want)
	if not want:
		found = {f for f in found if f and "libsisimai" not in f}
	ok = found - {""} == want
	used |= set() if ok else {(name, "*")}
	hold(ok or (name, "*") in known,
	     f"{name}: recipients {sorted(found)}, not {sorted(want)}")
	return ok


class Tally:
	rows = equal = told = own = statuses = status = codes = code = 0

	def __init__(self):
		self.used = set()  # entries of the list that were needed


def judge(name, got, r, known, t, show):
	d = of_recipient(got, bare(r["recipient"]))
	if not d or r.get("doubt"):
		return
	if "libsisimai.org" in r["diagnosticcode"]:
		t.own += 1
	reason = d["taxonomy"]["sisimai"]
	t.rows += 1
	if reason == r["reason"]:
		t.equal += 1
	elif (name, "*") in known or (name, bare(r["recipient"])) in known:
		t.told += 1
		t.used |= {(name, "*"), (name, bare(r["recipient"]))}
	else:
		show(f"{name}: {r['recipient']}: {reason} ({d['cause']}), label "
		     f"{r['reason']}: {r['diagnosticcode'][:90]}")
	if r["deliverystatus"] and not r["status_synthetic"]:
		t.statuses += 1
		same = d["reply"].get("status", "") == r["deliverystatus"]
		t.status += same
		if not same:
			show(f"{name}: status {d['reply'].get('status')}, label "
			     f"{r['deliverystatus']}")
		if r["replycode"]:
			t.codes += 1
			t.code += str(d["reply"].get("code", "")) == r["replycode"]


def same_answers(x, y):
	keep = ("recipient", "cause", "actor", "action")
	return [[d.get(k) for k in keep] for d in x] == \
	       [[d.get(k) for k in keep] for d in y]


def copies(mailwhy, base, lf):
	dos, mac = (answers(mailwhy, base / "maildir" / kind)
	            for kind in ("dos", "mac"))
	for file in sorted((base / "maildir" / "dos").iterdir()):
		name = file.name
		hold(same_answers(dos.get(name, []), mac.get(name, [])),
		     f"{name}: CRLF and CR give different answers")
		if (base / "maildir" / "bsd" / name).is_file():
			hold(same_answers(dos.get(name, []), lf.get(name, [])),
			     f"dos/{name}: another answer than with LF")


def none_invented(mailwhy, base):
	"""Mails that are no bounces: no failure."""
	for name, got in answers(mailwhy, base / "maildir" / "not").items():
		failed = [d for d in got if d["permanence"]["actual"] !=
		          "not-a-failure" and d.get("recipient")]
		hold(not failed or name == "rb-issue-368-bug.eml",
		     f"not/{name}: taken for a bounce: {failed}")


def percent(n, of):
	return 100.0 * n / of if of else 100.0


def main(mailwhy, shared, *more):
	base = pathlib.Path(shared) / "corpus" / "bounces"
	if not (base / "expected.jsonl").is_file():
		skip("the collection of bounces is not here")
		return end()
	show = print if "-v" in more else lambda text: None
	known, t = listed(), Tally()
	got = answers(mailwhy, base / "maildir" / "bsd")
	rows = [json.loads(x) for x in
	        (base / "expected.jsonl").read_text("utf-8").splitlines()]
	whole = 0
	for row in rows:
		folder, name = row["file"].rsplit("/", 1)
		if folder != "maildir/bsd":
			continue
		whole += recipients(name, got.get(name, []), row["results"], known,
		                    t.used)
		for r in row["results"]:
			judge(name, got.get(name, []), r, known, t, show)
	copies(mailwhy, base, got)
	none_invented(mailwhy, base)
	print(f"recipients: all of {whole} of 315 mails")
	print(f"reason: {t.equal} of {t.rows} equal, "
	      f"{percent(t.equal, t.rows):.1f} %; with the listed ones "
	      f"{percent(t.equal + t.told, t.rows):.1f} %; {t.told} listed, "
	      f"{percent(t.told, t.rows):.1f} %; {t.own} name their own label")
	print(f"status: {t.status} of {t.statuses}, "
	      f"{percent(t.status, t.statuses):.1f} %; code: {t.code} of "
	      f"{t.codes}, {percent(t.code, t.codes):.1f} %")
	hold(percent(t.told, t.rows) <= 12, "more than 12 percent listed")
	hold(percent(t.equal, t.rows) >= 85, "reasons that are equal")
	hold(percent(t.equal + t.told, t.rows) >= 97, "reasons, with the listed")
	hold(percent(t.status, t.statuses) >= 98, "statuses")
	hold(percent(t.code, t.codes) >= 98, "codes")
	for name, who in set(known) - t.used:
		hold(False, f"bounces.reasons: {name} {who} needs no entry")
	return end()


if __name__ == "__main__":
	sys.exit(main(*sys.argv[1:]))
