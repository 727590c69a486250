#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""DNS lists as they are and as they break: rbldnsd behind a root of our own.

usage: lists.py MAILWHY

In a name space of its own the address of a root server is NSD's, so that the
program's own recursion is what is tested.  Nothing may be called listed but
what a sound list lists, and nothing clean where no list said so.
"""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "meta")]
import names  # noqa: E402
from counts import bad, end, hold, skip  # noqa: E402

TOOLS = ("nsd", "rbldnsd", "unshare", "setpriv", "ip")
# The root servers that libunbound knows: it picks one by chance.
ROOTS = ("198.41.0.4", "170.247.170.2", "199.9.14.201", "192.33.4.12",
         "199.7.91.13", "192.203.230.10", "192.5.5.241", "192.112.36.4",
         "198.97.190.53", "192.36.148.17", "192.58.128.30", "193.0.14.129",
         "199.7.83.42", "202.12.27.33")
LISTS, SILENT = "192.0.2.54", "192.0.2.55"
DIR = pathlib.Path("/run/names")
HEAD = "$SOA 300 ns.lists. root.lists. 1 300 300 300 60\n$NS 300 ns.lists.\n"
TEST = "127.0.0.2 :127.0.0.2:test\n"
KEY = "0123456789abcdefghijklmnop"

# zone: its data sets
ZONES = {
	"zen.spamhaus.org": (
		("ip4set", TEST + "192.0.2.101 :127.0.0.4:see https://x.example/\n"
		 "192.0.2.102 :127.0.0.11:a line\n"
		 "192.0.2.103 :127.0.0.77:nobody knows\n"),
		("ip6trie", "::ffff:7f00:2 :127.0.0.2:test\n"
		 "2001:db8::/64 :127.0.0.4:a host\n")),
	f"{KEY}.zen.dq.spamhaus.net": (
		("ip4set", TEST + "192.0.2.106 :127.0.0.3:with a key\n"),
		("ip6trie", "::ffff:7f00:2 :127.0.0.2:test\n")),
	"b.barracudacentral.org": (
		("ip4trie", "0.0.0.0/0 :127.255.255.254:refused\n"),),
	"bl.spamcop.net": (("ip4trie", "0.0.0.0/0 :127.0.0.2:all\n"),),
	"psbl.surriel.com": (("ip4trie", "0.0.0.0/0 :198.51.100.7:parked\n"),),
	"bl.score.senderscore.com": (("ip4set", "192.0.2.101 :127.0.0.1:x\n"),),
	"dnsbl-2.uceprotect.net": (
		("ip4set", TEST + "192.0.2.0/24 :127.0.0.2:neighbours\n"),),
	"dnsbl.sorbs.net": (("ip4trie", "0.0.0.0/0 :127.0.0.2:all\n"),),
	"dbl.spamhaus.org": (
		("dnset", "dbltest.com :127.0.1.2:test\n"
		 "bad.example.org :127.0.1.4:phishing\n"),),
	"multi.surbl.org": (
		("dnset", "test.surbl.org :127.0.0.254:test\n"
		 "example.com :127.0.0.72:bits\n"),),
	"multi.uribl.com": (("dnset", ".org :127.0.0.1:refused\n"
	                     ".com :127.0.0.1:refused\n"
	                     "invalid :127.0.0.1:refused\n"),),
}
# Nobody answers, and nobody knows the zone.
DEAD = {"bl.mailspike.net": SILENT, "all.spamrats.com": LISTS}


def root():
	text = names.SOA + "@ NS a.root-servers.net.\n" \
		f"a.root-servers.net. A {ROOTS[0]}\nns.lists. A {LISTS}\nns.silent. A {SILENT}\n"
	for zone in ZONES:
		text += f"{zone}. NS ns.lists.\n"
	for zone, at in DEAD.items():
		text += f"{zone}. NS ns.{'silent' if at == SILENT else 'lists'}.\n"
	(DIR / "root").write_text(text)
	names.nsd(ROOTS[0], [(".", "root")], ROOTS[1:])


def rbldnsd():
	args = []
	for n, (zone, sets) in enumerate(ZONES.items()):
		for kind, data in sets:
			path = DIR / f"list{n}.{kind}"
			path.write_text(HEAD + data)
			args.append(f"{zone}:{kind}:{path.name}")
	return subprocess.Popen(
		["rbldnsd", "-n", "-u", "nobody", "-r", DIR, "-b", f"{LISTS}/53",
		 "-l", "+/queries", *args],
		stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def enter():
	names.run("mount", "-n", "-t", "tmpfs", "-o", "mode=755", "names", "/run")
	DIR.mkdir()
	DIR.chmod(0o777)
	(DIR / "resolv.conf").write_text("nameserver 192.0.2.60\n")
	conf = pathlib.Path(os.path.realpath("/etc/resolv.conf"))
	if not conf.exists():
		conf.parent.mkdir(parents=True, exist_ok=True)
		conf.touch()
	names.run("mount", "-n", "--bind", DIR / "resolv.conf", conf)
	if pathlib.Path("/usr/share/dns").is_dir():     # this root is not signed
		names.run("mount", "-n", "-t", "tmpfs", "names", "/usr/share/dns")
	names.run("ip", "link", "set", "lo", "up")
	for ip in (*ROOTS, LISTS, SILENT):
		names.run("ip", "addr", "add", f"{ip}/32", "dev", "lo")
	root()
	held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	held.bind((SILENT, 53))
	return rbldnsd(), held


class Checker:
	def __init__(self, program):
		self.program = program

	def __call__(self, *words):
		done = subprocess.run(
			[self.program, "check", "--format=json", "--skip",
			 "mx,spf,dkim,dmarc,ptr,helo,servers,dnssec,mtasts,tlsrpt,bimi,dane",
			 *words],
			capture_output=True, timeout=100, check=False, text=True)
		self.text = done.stdout + done.stderr
		# Whom it asks, in one line, and nothing else; a replay asks nobody.
		said = [x for x in done.stderr.splitlines() if "--replay" in words
		        or not x.endswith("DNS lists from the root servers on")]
		if done.returncode not in (0, 1, 75) or said or \
				done.stderr.count("\n") > 1:
			bad(f"check {' '.join(words)}: {done.returncode} {done.stderr}")
			return []
		return json.loads(done.stdout)["findings"]


def ids(findings, *areas):
	return {(f["id"], f["about"]) for f in findings
	        if f["id"].split(".")[0] in areas}


def evidence(findings, name):
	return {e["what"] for f in findings if f["id"] == name
	        for e in f["evidence"]}


BROKEN = {
	"dnslists.refused": {"b.barracudacentral.org"},
	"dnslists.wildcard": {"bl.spamcop.net"},
	"dnslists.parked": {"psbl.surriel.com"},
	"dnslists.no-answer": {"bl.mailspike.net", "all.spamrats.com"},
	"dnslists.empty": {"bl.score.senderscore.com"},
}


def addresses(check):
	"""Each address with what is listed, and with nothing else."""
	listed = {"192.0.2.101": "dnslists.listed",
	          "192.0.2.102": "dnslists.policy", "2001:db8::7": "dnslists.listed"}
	others = ["192.0.2.104", "198.51.100.9", "2001:db8:1::1"]
	words = [w for ip in [*listed, *others] for w in ("--ip", ip)]
	got = check(*words)
	want = {(i, ip) for ip, i in listed.items()}
	want |= {("dnslists.range", f"192.0.2.{n}") for n in (101, 102, 104)}
	want |= {("dnslists.ok", ip) for ip in ("198.51.100.9", "2001:db8:1::1")}
	want |= {(i, "lists of addresses") for i in (*BROKEN, "dnslists.minor")}
	have = ids(got, "dnslists")
	hold(have == want, f"addresses: {sorted(have ^ want)} too many or few")
	for name, zones in BROKEN.items():
		hold(evidence(got, name) == zones, f"{name}: {evidence(got, name)}")
	hold("see https://x.example/" in check.text, "the list's own words")
	got = check("192.0.2.103")
	hold(("dnslists.strange", "lists of addresses") in ids(got, "dnslists"),
	     "a code that nobody knows")
	hold("zen.spamhaus.org" not in str([f for f in got
	                                    if f["id"] == "dnslists.ok"]),
	     "not clean at the list whose answer nobody knows")
	log = (DIR / "queries").read_text()
	hold("zen.spamhaus.org" in log, "the log of rbldnsd")
	hold("sorbs" not in log, "a dead list was asked")


def domains(check):
	got = check("bad.example.org", "--from", "me@example.com")
	have = ids(got, "domainlists")
	hold(have == {("domainlists.listed", "bad.example.org"),
	              ("domainlists.listed", "example.com")}, f"names: {have}")
	hold(("dnslists.refused", "lists of names") in ids(got, "dnslists") and
	     evidence(got, "dnslists.refused") == {"multi.uribl.com"},
	     "a list of names that refuses")
	got = check("good.example.net")
	hold(ids(got, "domainlists") == {("domainlists.ok", "good.example.net")},
	     f"a name on no list: {ids(got, 'domainlists')}")


def keys(check):
	path, record = DIR / "keys", DIR / "recording"
	path.write_text(f"# of the test\ndq.spamhaus.net {KEY}\n")
	got = check("192.0.2.106", "--list-keys", str(path), "--record",
	            str(record))
	hold(("dnslists.listed", "192.0.2.106") in ids(got, "dnslists"),
	     "listed, with a key")
	recorded = record.read_text()
	hold("_key.zen.dq.spamhaus.net" in recorded and KEY not in recorded,
	     "the key is masked in the recording")
	hold(KEY not in check.text, "the key is masked in the answer")
	again = check("192.0.2.106", "--list-keys", str(path), "--replay",
	              str(record))
	hold(ids(again, "dnslists") == ids(got, "dnslists"), "replayed")


def nobody(check):
	"""No server at all: unknown, and nobody is clean."""
	got = check("192.0.2.101")
	have = {i for i, _ in ids(got, "dnslists")}
	hold(have == {"dnslists.no-answer", "dnslists.minor"},
	     f"without servers: {have}")


def is_up(server):
	"""Wait for the first answer, on a busy machine too."""
	labels = "2.0.0.127.zen.spamhaus.org".split(".")
	packet = b"\0\7\0\0\0\1\0\0\0\0\0\0" + b"".join(
		bytes([len(x)]) + x.encode() for x in labels) + b"\0\0\1\0\1"
	with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
		s.settimeout(.1)
		for _ in range(200):
			try:
				s.sendto(packet, (server, 53))
				if s.recv(512)[:2] == packet[:2]:
					return True
			except OSError:
				time.sleep(.05)
	return False


def inside(program):
	server, held = enter()
	if not is_up(LISTS) or not is_up(ROOTS[0]):
		bad("the servers do not start")
		return
	check = Checker(program)
	for part in (addresses, domains, keys):
		part(check)
	for ip in ROOTS:
		names.run("ip", "addr", "del", f"{ip}/32", "dev", "lo")
	nobody(check)
	server.kill()
	held.close()


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
