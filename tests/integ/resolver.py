#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The resolvers of lib/dns against real and broken name servers.

usage: resolver.py ASK

ASK (ask.c) runs in a name space of its own beside NSD and servers that are
silent, lame, cut short or lie (names.py).  No times are held, only that all
ends by its deadline; what 56 questions took is printed.
"""
import asyncio
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "meta")]
import names  # noqa: E402
from counts import bad, end, hold, skip  # noqa: E402

TOOLS = ("nsd", "ldns-signzone", "ldns-keygen", "unshare", "setpriv", "ip")
HINTS = ["--hints", "/run/names/hints"]


class Asker:
	def __init__(self, program, anchor):
		self.program, self.anchor = program, anchor

	def __call__(self, *words):
		done = subprocess.run([self.program, *words], capture_output=True,
		                      timeout=60, check=False, text=True)
		if done.returncode or done.stderr:
			bad(f"ask {' '.join(words)}: {done.returncode} {done.stderr}")
			return [], {"ms": 0, "who": ""}
		lines = [json.loads(x) for x in done.stdout.splitlines()]
		return lines[:-1], lines[-1]

	def one(self, *words):
		got, _ = self(*words)
		return got[0] if got else {}


def like(got, title, **want):
	"""Every member is as wanted; "why" and "from" have to hold a text."""
	for key, value in want.items():
		have = got.get(key)
		if key == "data":
			have = [x["data"] for x in got.get("rr", [])]
		if key in ("why", "from"):
			hold(value in (have or ""), f"{title}: {key} is {have!r}")
		else:
			hold(have == value, f"{title}: {key} is {have!r}, not {value!r}")


def recursion(ask):
	"""From the root on, with its key."""
	signed = [*HINTS, "--anchor", ask.anchor]
	like(ask.one(*signed, "example.com", "TXT"), "signed", state="found",
	     trust="secure", data=['"v=spf1 -all"'], ttl=300)
	like(ask.one(*signed, "none.example.com", "TXT"), "signed, no such name",
	     state="nxdomain", trust="secure", zone="example.com", ttl=60)
	like(ask.one(*signed, "web.example.com", "TXT"), "signed, no such type",
	     state="nodata", trust="secure", zone="example.com")
	like(ask.one(*signed, "bad.example.com", "TXT"), "tampered", state="bogus",
	     why="signature", rr=None)
	like(ask.one(*signed, "example.org", "MX"), "not signed", state="found",
	     trust="insecure", data=["10 mail.example.org."])
	like(ask.one(*signed, "www.example.org", "A"), "aliases", state="found",
	     chain=["web.example.org", "mail.example.org"], data=["192.0.2.25"])
	like(ask.one(*signed, "outside.example.org", "A"), "alias into a signed "
	     "zone", state="found", trust="insecure", data=["192.0.2.80"])
	like(ask.one(*signed, "b.ent.example.org", "A"), "above a name",
	     state="nodata", zone="example.org")
	got = ask.one(*signed, "big.example.org", "TXT")
	like(got, "2 KB", state="found")
	hold(len(got.get("rr", [{"data": ""}])[0]["data"]) > 2000, "2 KB: short")
	like(ask.one(*signed, "--lan", "25.2.0.192.in-addr.arpa", "PTR"),
	     "reverse", state="found", data=["mail.example.org."])
	like(ask.one(*HINTS, "example.com", "TXT"), "no trust anchor",
	     state="found", trust="unknown")
	like(ask.one(*HINTS, "bad.example.com", "TXT"), "tampered, not noticed",
	     state="found", trust="unknown", data=['"after"'])
	like(ask.one(*HINTS, "--anchor", ask.anchor.replace(".", "nowhere.", 1),
	             "example.com", "TXT"), "trust anchor elsewhere",
	     state="found", trust="unknown")


def failures(ask):
	"""Who failed, and how."""
	signed = [*HINTS, "--anchor", ask.anchor, "--all", "8000"]
	like(ask.one(*signed, "x.example.net", "A"), "lame", state="tempfail",
	     rcode=2, why="example.net")
	like(ask.one(*signed, "x.fail.example.org", "A"), "SERVFAIL",
	     state="tempfail", why="SERVFAIL")
	got, took = ask(*signed, "--all", "3000", "x.dead.example.org", "A")
	like(got[0], "dead", state="tempfail", rr=None)
	hold(got[0].get("why"), "dead: no reason")
	print(f"dead: {took['ms']} ms: {got[0].get('why')}")
	# One of two servers is dead: that costs time, but no answer.
	many = [w for i in range(20) for w in (f"n{i}.example.org", "TXT")]
	got, took = ask(*signed, *many)
	for one in got:
		like(one, "one dead of two", state="found")
	print(f"20 questions, one of two servers dead: {took['ms']} ms")
	# Whatever happens, by the deadline there is an answer.
	got, took = ask(*signed, "--all", "1000", "x.dead.example.org", "A",
	                "x.fail.example.org", "A", "example.org", "MX",
	                "x.notcp.example.org", "TXT")
	hold([x["state"] for x in got].count("pending") == 0, "pending")
	hold(took["ms"] < 3000, f"a deadline of 1 s took {took['ms']} ms")
	like(got[2], "beside dead ones", state="found")


def forwarders(ask):
	signed = ["--anchor", ask.anchor]
	through = ["--forward", "192.0.2.61", *signed]
	like(ask.one(*through, "example.com", "TXT"), "forwarder", state="found",
	     trust="secure", **{"from": "192.0.2.61"})
	like(ask.one(*through, "example.org", "TXT"), "forwarder, unsigned",
	     state="found", trust="insecure")
	like(ask.one(*through, "bad.example.com", "TXT"), "forwarder, tampered",
	     state="bogus", why="signature")
	like(ask.one(*through, "big.example.org", "TXT"), "forwarder, 2 KB",
	     state="found")
	like(ask.one("--resolv-conf", "example.org", "MX"), "resolv.conf",
	     state="found", **{"from": "192.0.2.61"})
	# No DNSSEC: nothing is known, and nothing is called forged.
	blind = ["--forward", "192.0.2.60", *signed]
	for name in ("example.com", "bad.example.com"):
		like(ask.one(*blind, name, "TXT"), f"blind forwarder, {name}",
		     state="found", trust="unknown")
	like(ask.one(*blind, "none.example.org", "A"), "rewritten", state="found",
	     trust="unknown", data=["203.0.113.1"])
	like(ask.one("--forward", "192.0.2.56", *signed, "example.org", "MX"),
	     "forwarder fails", state="tempfail", why="SERVFAIL",
	     **{"from": "192.0.2.56"})
	got, took = ask("--forward", "192.0.2.54", *signed, "--question", "700",
	                "example.org", "MX")
	like(got[0], "forwarder silent", state="tempfail",
	     why="192.0.2.54 did not answer in 0.7 s")
	hold(took["ms"] < 2000, f"silent: {took['ms']} ms")
	like(ask.one("--forward", "192.0.2.54@5300", "example.org", "MX"),
	     "closed port", state="tempfail", **{"from": "192.0.2.54 port 5300"})


def stubs(ask):
	"""One server's own view."""
	here = ["--at", "192.0.2.53"]
	like(ask.one(*here, "example.org", "MX"), "at", state="found",
	     authoritative=True, data=["10 mail.example.org."], ttl=300,
	     **{"from": "192.0.2.53"})
	like(ask.one(*here, "none.example.org", "MX"), "at, no such name",
	     state="nxdomain", zone="example.org", ttl=60)
	like(ask.one(*here, "--tcp", "example.org", "MX"), "over TCP",
	     state="found")
	like(ask.one(*here, "--no-edns", "example.org", "MX"), "no EDNS",
	     state="found")
	got = ask.one(*here, "big.example.org", "TXT")
	hold(len(got.get("rr", [{"data": ""}])[0]["data"]) > 2000, "cut: short")
	like(ask.one(*here, "outside.example.org", "A"), "alias that leads away",
	     state="found", chain=["web.example.com"])
	like(ask.one("--at", "192.0.2.1", "example.org", "MX"), "referral",
	     state="tempfail", why="does not hold")
	like(ask.one("--at", "192.0.2.55", "example.net", "MX"), "refused",
	     state="tempfail", rcode=5, why="REFUSED")
	like(ask.one("--at", "192.0.2.56", "example.org", "MX"), "SERVFAIL",
	     state="tempfail", rcode=2, why="SERVFAIL")
	like(ask.one("--at", "192.0.2.59", "example.org", "TXT"), "knows no EDNS",
	     state="found", data=['"plain"'])
	like(ask.one("--at", "192.0.2.64", "example.org", "TXT"), "lies",
	     state="found", data=['"true"'])
	like(ask.one("--at", "192.0.2.58", "example.org", "TXT"), "TCP closed",
	     state="tempfail", why="no name server listens at 192.0.2.58 over TCP")
	for more in ([], ["--tcp"]):
		got, took = ask("--at", "192.0.2.57", *more, "--question", "600",
		                "example.org", "TXT")
		like(got[0], "TCP blocked", state="tempfail", why="over TCP")
		hold(took["ms"] < 2000, f"TCP blocked: {took['ms']} ms")
	got, took = ask("--at", "192.0.2.54", "--question", "600", "example.org",
	                "TXT")
	like(got[0], "silent", state="tempfail",
	     why="192.0.2.54 did not answer in 0.6 s")
	like(ask.one("--at", "203.0.113.9", "example.org", "TXT"), "no way",
	     state="tempfail", why="cannot be reached")
	# Over the cap some wait for their turn; all come.
	many = [w for i in range(60) for w in (f"n{i}.example.org", "TXT")]
	got, _ = ask(*here, *many)
	for i, one in enumerate(got):
		like(one, "many at once", state="found", data=[f'"number {i}"'])
	# Of 60 that are never answered no more than 20 are asked.
	got, _ = ask("--at", "192.0.2.54", "--question", "500", *many)
	asked = sum("did not answer" in x["why"] for x in got)
	hold(asked == 20, f"{asked} under way to one server")
	hold(sum("was not asked" in x["why"] for x in got) == 40, "not 40 wait")
	got, _ = ask("--stub", "192.0.2.61", "www.example.org", "A", "big.example."
	             "org", "TXT", "none.example.org", "A", "example.com", "TXT")
	for one, state in zip(got, ("found", "found", "nxdomain", "found")):
		like(one, "plain forwarder", state=state, trust="unknown")
	got, _ = ask("--stub", "192.0.2.63", *many)
	found = sum(x["state"] == "found" for x in got)
	hold(found >= 54, f"one loss in ten: {found} of 60 answers")


def layers(ask):
	"""What if, and recordings, above a real resolver."""
	signed = [*HINTS, "--anchor", ask.anchor]
	change = "web.example.org A 192.0.2.99\n+example.com TXT \"more\""
	got, _ = ask(*signed, "--with", change, "www.example.org", "A",
	             "example.com", "TXT", "example.org", "MX")
	like(got[0], "what if", state="found", data=["192.0.2.99"],
	     hypothetical=True, chain=["web.example.org"])
	like(got[1], "what if, signed", trust="secure", hypothetical=True,
	     data=['"v=spf1 -all"', '"more"'])
	like(got[2], "what if, elsewhere", hypothetical=None)
	path = "/run/names/recording"
	asked = ["example.com", "TXT", "bad.example.com", "TXT",
	         "none.example.com", "A", "www.example.org", "A",
	         "x.fail.example.org", "A", "big.example.org", "TXT"]
	first, _ = ask(*signed, "--record", path, *asked)
	again, _ = ask("--replay", path, *asked)
	for one in first + again:
		one.pop("at", None)     # the clock of each run
	hold(first == again, f"not the same again: {first} {again}")
	hold(os.stat(path).st_mode & 0o777 == 0o600, "mode of the recording")
	like(ask.one("--replay", path, "example.net", "A"), "not recorded",
	     state="tempfail", why="not asked")


def speed(ask):
	"""Figures, for who reads them."""
	many = [w for i in range(56) for w in (f"n{i}.example.org", "TXT")]
	for title, how in (
			("libunbound, no key", ["--forward", "192.0.2.62"]),
			("libunbound, validating", ["--forward", "192.0.2.62", "--anchor",
			                            ask.anchor]),
			("stub", ["--stub", "192.0.2.62"])):
		got, took = ask(*how, *many)
		hold(len(got) == 56 and all(x["state"] == "found" for x in got),
		     f"56 questions, {title}: not all found")
		print(f"56 questions at 20 ms, {title}: {took['ms']} ms")


def inside(program):
	anchor = names.enter()
	ready = threading.Event()
	threading.Thread(target=lambda: asyncio.run(names.serve(ready)),
	                 daemon=True).start()
	if not ready.wait(10):
		bad("the servers do not start")
		return
	ask = Asker(program, anchor)
	hold(ask.one("--at", "192.0.2.53", "example.org", "MX"), "NSD answers")
	for part in (recursion, failures, forwarders, stubs, layers, speed):
		part(ask)


def main(args):
	if os.environ.get("NAMES_INSIDE"):
		inside(args[0])
		return end()
	path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
	missing = [t for t in TOOLS if not shutil.which(t, path=path)]
	if missing or os.geteuid() != 0:
		skip(f"missing: {', '.join(missing) or 'root'}")
		return end()
	done = subprocess.run(
		["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "--mount",
		 "--uts", "--ipc", "--pid", "--fork", "--kill-child=KILL",
		 "--mount-proc", "--", sys.executable, __file__, *args],
		timeout=200, check=False,
		env={**os.environ, "NAMES_INSIDE": "1", "PATH": path})
	return done.returncode


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
