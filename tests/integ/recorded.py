#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`mailwhy check` recorded and replayed, announced, and ended in time.

usage: recorded.py MAILWHY

Name servers, mail servers and a policy host in a name space of the test's own.
A replay runs in another one, without any of them, and must say the same byte
for byte.  Then servers that are silent: the run ends in its time or when the
user stops it, with what is known by then, and everything else is unknown.
"""
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "meta"),
                str(HERE.parent / "interop")]
from counts import end, hold  # noqa: E402
from names import question, reply  # noqa: E402
from probe import Server, http, mail, make_ca, make_cert, web  # noqa: E402
from space import enter, is_inside  # noqa: E402

DNS, SILENT_DNS = "192.0.2.53", "192.0.2.54"
FINE, STRANGE, NOBODY, HANGS = (f"192.0.2.{n}" for n in range(25, 29))
SILENT = ("192.0.2.40", "198.51.100.40")
STS = "192.0.2.80"
POLICY = "version: STSv1\nmode: enforce\nmx: mx.example.org\n" \
	"max_age: 604800\nnonsense: \xff\xfe\n"
TYPES = {1: "A", 2: "NS", 6: "SOA", 12: "PTR", 15: "MX", 16: "TXT",
         28: "AAAA", 52: "TLSA"}
ZONE = {
	("example.org.", "MX"): [(10, "mx.example.org."),
	                         (20, "mx2.example.org."),
	                         (30, "mx3.example.org.")],
	("example.org.", "NS"): ["ns.example.org."],
	("example.org.", "TXT"): ["v=spf1 mx -all"],
	("example.org.", "SOA"): [None],
	("ns.example.org.", "A"): [DNS],
	("mx.example.org.", "A"): [FINE],
	("mx2.example.org.", "A"): [STRANGE],
	("mx3.example.org.", "A"): [NOBODY],
	("mta-sts.example.org.", "A"): [STS],
	("_mta-sts.example.org.", "TXT"): ["v=STSv1; id=1;"],
	("_dmarc.example.org.", "TXT"): ["v=DMARC1; p=none; x=\xff\x01\""],
	("25.2.0.192.in-addr.arpa.", "PTR"): ["mx.example.org."],
	("silent.example.", "MX"): [(10, "a.silent.example."),
	                            (20, "b.silent.example.")],
	("silent.example.", "TXT"): ["v=spf1 -all"],
	("a.silent.example.", "A"): [SILENT[0]],
	("b.silent.example.", "A"): [SILENT[1]],
	("hangs.example.", "MX"): [(10, "mx.hangs.example.")],
	("hangs.example.", "TXT"): ["v=spf1 -all"],
	("mx.hangs.example.", "A"): [HANGS],
}


def wire(name):
	return b"".join(bytes([len(x)]) + x.encode()
	                for x in name.split(".") if x) + b"\0"


def rdata(kind, value):
	if kind == "A":
		return socket.inet_aton(value)
	if kind == "MX":
		return struct.pack("!H", value[0]) + wire(value[1])
	if kind == "TXT":
		text = value.encode("latin-1")
		return bytes([len(text)]) + text
	if kind == "SOA":
		return wire("ns.example.org.") + wire("h.example.org.") + \
			struct.pack("!5I", 1, 300, 300, 300, 60)
	return wire(value)


def answer(packet):
	name, number, _ = question(packet)
	kind = TYPES.get(number, "")
	rows = ZONE.get((name, kind), [])
	known = any(n == name or n.endswith("." + name) for n, _ in ZONE)
	rr = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", number, 1, 300, len(d))
	              + d for d in (rdata(kind, v) for v in rows))
	return reply(packet, 0 if known else 3, 0x8480, rr, len(rows), edns=True)


class NameServer:
	"""By UDP and TCP; counts what comes."""

	def __init__(self, ip):
		self.packets = 0
		self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		self.udp.bind((ip, 53))
		self.tcp = socket.create_server((ip, 53))
		for run in (self.run_udp, self.run_tcp):
			threading.Thread(target=run, daemon=True).start()

	def run_udp(self):
		while True:
			packet, who = self.udp.recvfrom(4096)
			self.packets += 1
			self.udp.sendto(answer(packet), who)

	def run_tcp(self):
		while True:
			client, _ = self.tcp.accept()
			self.packets += 1
			threading.Thread(target=self.serve, args=[client],
			                 daemon=True).start()

	@staticmethod
	def serve(client):
		with client:
			client.settimeout(5)
			try:
				while got := client.recv(4096):
					d = answer(got[2:])
					client.sendall(struct.pack("!H", len(d)) + d)
			except OSError:
				pass


def silent(ip, port):
	"""Nobody takes connections there, and the queue of them is full."""
	s = socket.socket()
	s.bind((ip, port))
	s.listen(0)
	kept = [s]
	for _ in range(2):
		one = socket.socket()
		one.setblocking(False)
		one.connect_ex((ip, port))
		kept.append(one)
	return kept


class Raw(str):
	"""Text of which each character is one byte."""

	def encode(self, *_):
		return super().encode("latin-1")


class World:
	def __init__(self, mailwhy, at):
		self.mailwhy, self.at = mailwhy, at
		make_ca(at, "ca")
		make_cert(at, "good", "mx.example.org", "ca")
		make_cert(at, "own", "mx2.example.org")
		make_cert(at, "sts", "mta-sts.example.org", "ca")
		self.dns = NameServer(DNS)
		self.fine = Server(mail(at / "good.chain"), FINE, 25)
		strange = Raw("220 caf\xe9 \x1b[31m \"quoted\" ready")
		Server(mail(at / "own.chain", greeting=strange, ehlo=[
			"x", "SIZE 99999999999999999999999", "AUTH =LOGIN"]),
			STRANGE, 25)
		Server(mail(hang="greeting"), HANGS, 25)
		body = http(POLICY.replace("\xff\xfe", "??"))
		body = body.replace(b"??", b"\xff\xfe")
		self.sts = Server(web(at / "sts.chain", body), STS, 443)
		self.kept = [silent(ip, 25) for ip in SILENT]
		held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		held.bind((SILENT_DNS, 53))
		self.kept.append([held])
		self.env = {**os.environ, "SSL_CERT_FILE": str(at / "ca.pem")}

	def run(self, *words, alone=False, resolver=DNS):
		command = [self.mailwhy, "check", *words]
		if resolver:
			command += ["--resolver", f"{resolver}@53"]
		if alone:
			command = ["unshare", "--net", *command]
		return subprocess.run(command, capture_output=True, timeout=60,
		                      check=False, env=self.env)

	def timed(self, *words, **more):
		"""(findings, seconds, status)"""
		begun = time.monotonic()
		done = self.run(*words, "--format=json", **more)
		took = time.monotonic() - begun
		return findings(done), took, done.returncode


def findings(done):
	return json.loads(done.stdout)["findings"]


def only_unknown(name, found, but=()):
	for f in found:
		hold(f["state"] in ("unknown", "skipped") or
		     f["id"].startswith(but or "\0"),
		     f"{name}: {f['id']} is {f['state']}")


def ids(found, *prefixes):
	return sorted(f["id"] for f in found
	              if f["id"].split(".")[0] in prefixes)


def replayed(w):
	"""The same again, with all servers gone; and each byte in the file."""
	for n, words in enumerate((
			("example.org", "--ip", FINE, "--helo", "mx.example.org",
			 "--smtp", "--own", "example.org", "--format=json"),
			("example.org", "--smtp", "--format=text"),
			("example.org", "--with", "example.org TXT \"v=spf1 -all\"",
			 "--format=json"),
			("hangs.example", "--smtp", "--timeout", "3",
			 "--format=json"))):
		path = str(w.at / f"recording{n}")
		first = w.run(*words, "--record", path)
		again = w.run(*words, "--replay", path, alone=True, resolver=None)
		hold(first.stdout and first.stdout == again.stdout and
		     first.returncode == again.returncode,
		     f"replayed: {words}: {first.stdout[:9999]} "
		     f"{again.stdout[:9999]} {again.stderr}")
		hold(not again.stderr, f"a replay says: {again.stderr}")
	lines = [json.loads(x)
	         for x in (w.at / "recording0").read_text().splitlines()]
	smtp = [x for x in lines if x.get("kind") == "smtp"]
	hold({x["ip"] for x in smtp} == {FINE, STRANGE, NOBODY},
	     f"mail servers in the recording: {smtp}")
	strange = next(x for x in smtp if x["ip"] == STRANGE)
	hold(strange["dialogue"][0] == {
		"bytes": "S: 220 caf\xe9 \x1b[31m \"quoted\" ready"},
	     f"the greeting: {strange['dialogue'][0]}")
	hold("C: STARTTLS" in strange["dialogue"] and
	     any(x.startswith("-- TLS") for x in strange["dialogue"]
	         if isinstance(x, str)) and len(strange["tls"]["chain"]) == 1,
	     f"the dialogue: {strange}")
	file = [x for x in lines if x.get("kind") == "https"]
	hold(len(file) == 1 and file[0]["status"] == 200 and
	     file[0]["body"] == {"bytes": POLICY}, f"the policy: {file}")
	# Another recording of the replay is the same recording.
	again = w.run("example.org", "--ip", FINE, "--helo", "mx.example.org",
	              "--smtp", "--own", "example.org", "--replay",
	              str(w.at / "recording0"), "--record", str(w.at / "twice"),
	              resolver=None, alone=True)
	hold(again.returncode != 70, f"recorded again: {again.stderr}")
	kinds = [x for x in (w.at / "twice").read_text().splitlines()
	         if '"kind"' in x]
	hold(sorted(kinds) == sorted(
		x for x in (w.at / "recording0").read_text().splitlines()
		if '"kind"' in x), "a recording of the replay")


def not_recorded(w):
	"""What was not asked is unknown, whatever it is."""
	path = str(w.at / "small")
	w.run("example.org", "--record", path)
	got = findings(w.run("example.org", "--smtp", "--replay", path,
	                     "--format=json", alone=True, resolver=None))
	hold(ids(got, "smtp") == ["smtp.unknown"] * 3 and all(
		"not in the recording" in json.dumps(f) for f in got
		if f["id"] == "smtp.unknown"), f"not connected to: {got}")
	got = findings(w.run("example.net", "--ip", "192.0.2.99", "--smtp",
	                     "--replay", path, "--format=json", alone=True,
	                     resolver=None))
	hold(len(got) > 3, f"another domain: {got}")
	only_unknown("another domain", got)


def dry(w):
	w.dns.packets = 0
	w.fine.said.clear()
	w.sts.said.clear()
	path = w.at / "dry"
	done = w.run("example.org", "--ip", FINE, "--smtp", "--own",
	             "example.org", "--dry-run", "--record", str(path))
	said = done.stderr.decode()
	hold(done.returncode == 0 and not done.stdout, f"dry: {done}")
	for words in (f"about example.org, {FINE}: the resolver {DNS}@53",
	              "the name servers of example.org one by one",
	              "DNS lists, by the same resolver: ",
	              "https://mta-sts.example.org/.well-known/mta-sts.txt",
	              "port 25 of the mail servers that the MX records",
	              "postmaster@"):
		hold(words in said, f"dry: no \"{words}\" in {said}")
	hold("zen.spamhaus.org" in said, f"dry: no names of lists in {said}")
	done = w.run("example.org", "--dry-run", "--format=json")
	hold(len(json.loads(done.stdout)["asks"]) == 4 and
	     "port 25" not in done.stderr.decode(), f"dry, as JSON: {done}")
	done = w.run("example.org", "--dry-run", resolver=None)
	hold("the resolvers of this system" in done.stderr.decode(),
	     f"dry, without a resolver: {done}")
	time.sleep(.2)
	hold(not w.dns.packets and not w.fine.said and not w.sts.said and
	     not path.exists(), f"dry: {w.dns.packets} questions were asked")
	done = w.run("example.org", "--ip", FINE)
	hold(w.dns.packets > 0 and done.stderr.decode().count("asks") == 1,
	     f"announced: {done.stderr}")


def in_time(w):
	"""Servers that are silent: the end is when the user said."""
	got, took, status = w.timed("example.org", "--smtp", "--timeout", "2",
	                            resolver=SILENT_DNS)
	hold(took < 6 and status == 75, f"silent DNS: {took} s, exit {status}")
	hold(len(got) > 3, f"silent DNS: {got}")
	only_unknown("silent DNS", got)

	got, took, status = w.timed("hangs.example", "--smtp", "--timeout", "2")
	hold(took < 6, f"a server that hangs: {took} s")
	hold(ids(got, "smtp") == ["smtp.unknown"] and
	     any(f["id"].startswith("spf.") and f["state"] != "unknown"
	         for f in got), f"a server that hangs: {got}")

	got, took, status = w.timed("silent.example", "--smtp", "--timeout", "2")
	hold(took < 6 and ids(got, "smtp") == ["smtp.unknown"] * 2,
	     f"silent mail servers, no time: {took} s, {got}")
	got, took, status = w.timed("silent.example", "--smtp", "--timeout",
	                            "20")
	hold(took < 15 and ids(got, "smtp") == ["smtp.blocked"],
	     f"silent mail servers: {took} s, {got}")
	blocked = [f for f in got if f["id"] == "smtp.blocked"]
	hold(blocked[0]["state"] == "unknown" and
	     blocked[0]["actor"] == "sender-admin", f"blocked: {blocked}")


def stopped(w, path=None):
	"""Ctrl-C: what is known so far is the answer."""
	begun = time.monotonic()
	child = subprocess.Popen(
		[w.mailwhy, "check", "silent.example", "--smtp", "--format=json",
		 "--timeout", "30", "--resolver", f"{DNS}@53",
		 "--record", path],
		stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=w.env)
	time.sleep(1.5)
	child.send_signal(signal.SIGINT)
	out, _ = child.communicate(timeout=30)
	took = time.monotonic() - begun
	got = json.loads(out)["findings"]
	hold(took < 10, f"Ctrl-C: {took} s")
	hold(ids(got, "smtp") == ["smtp.unknown"] * 2 and
	     "interrupted" in out.decode(), f"Ctrl-C: {out.decode()}")
	hold(any(f["id"].startswith("spf.") and f["state"] != "unknown"
	         for f in got), "Ctrl-C: what was known is told")
	again = w.run("silent.example", "--smtp", "--format=json", "--replay",
	              path, alone=True, resolver=None)
	hold(again.stdout == out and again.returncode == child.returncode,
	     f"Ctrl-C, replayed: {out} {again.stdout}")


def main(args):
	mailwhy = str(pathlib.Path(args[0]).resolve())
	if is_inside():
		with tempfile.TemporaryDirectory() as folder:
			w = World(mailwhy, pathlib.Path(folder))
			for part in (replayed, not_recorded, dry, in_time):
				part(w)
			stopped(w, str(w.at / "stopped"))
		return end()
	return enter(__file__, [mailwhy],
	             (DNS, SILENT_DNS, FINE, STRANGE, NOBODY, HANGS, STS,
	              *SILENT), 170)


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
