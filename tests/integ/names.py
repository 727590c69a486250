# SPDX-License-Identifier: BSD-2-Clause
"""Name servers for resolver.py, in a name space of their own.

	192.0.2.1	the root (NSD, signed)
	192.0.2.53	example.org, example.com (signed), a reverse zone (NSD)
	192.0.2.54	silent
	192.0.2.55	answers for none of the zones it is given (NSD)
	192.0.2.56	SERVFAIL to everything
	192.0.2.57	cuts everything short over UDP; its TCP never connects
	192.0.2.58	the same; nothing listens on TCP
	192.0.2.59	knows no EDNS: FORMERR
	192.0.2.60	a forwarder without DNSSEC that turns NXDOMAIN into an address
	192.0.2.61	a forwarder that passes everything on
	192.0.2.62	the same, 20 ms away
	192.0.2.63	the same; 10 % of UDP is lost
	192.0.2.64	first tells lies: wrong id, other question, then the truth
"""
import asyncio
import os
import pathlib
import random
import socket
import struct
import subprocess
import time

ADDRESSES = (1, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64)
DIR = pathlib.Path("/run/names")

CONF = """server:
 ip-address: {ip}
 username: ""
 chroot: ""
 zonesdir: {dir}
 database: ""
 pidfile: {dir}/{ip}.pid
 xfrdfile: {dir}/{ip}.xfrd
 xfrdir: {dir}
 zonelistfile: {dir}/{ip}.list
 logfile: {dir}/{ip}.log
 rrl-ratelimit: 0
 server-count: 1
remote-control:
 control-enable: no
"""
SOA = "$TTL 300\n@ SOA ns1.example.org. hostmaster.example.org. 1 300 300 " \
	"300 60\n"
BIG = " ".join(f'"{"x" * 250}"' for _ in range(8))
ROOT = """@ NS a.root.
a.root. A 192.0.2.1
example.org. NS ns1.example.org.
example.org. NS ns2.example.org.
ns1.example.org. A 192.0.2.53
ns2.example.org. A 192.0.2.54
example.com. NS ns.example.com.
ns.example.com. A 192.0.2.53
example.net. NS ns.example.net.
ns.example.net. A 192.0.2.55
2.0.192.in-addr.arpa. NS ns1.example.org.
"""
ORG = f"""@ NS ns1
@ NS ns2
ns1 A 192.0.2.53
ns2 A 192.0.2.54
@ MX 10 mail
@ TXT "v=spf1 mx -all"
mail A 192.0.2.25
big TXT {BIG}
www CNAME web
web CNAME mail
outside CNAME web.example.com.
a.b.ent A 192.0.2.7
fail NS ns.fail
ns.fail A 192.0.2.56
dead NS ns.dead
ns.dead A 192.0.2.54
notcp NS ns.notcp
ns.notcp A 192.0.2.57
""" + "".join(f'n{i} TXT "number {i}"\n' for i in range(60))
COM = """@ NS ns
ns A 192.0.2.53
@ TXT "v=spf1 -all"
web A 192.0.2.80
bad TXT "before"
"""
REVERSE = """@ NS ns1.example.org.
25 PTR mail.example.org.
"""


def run(*command, **more):
	return subprocess.run([str(c) for c in command], check=True,
	                      capture_output=True, text=True, **more)


def sign(zone, path):
	"""One key for all; returns (DS record, DNSKEY record)."""
	key = run("ldns-keygen", "-a", "ECDSAP256SHA256", "-k", zone,
	          cwd=DIR).stdout.strip()
	now = int(time.time())
	run("ldns-signzone", "-i", str(now - 3600), "-e", str(now + 86400), "-f",
	    path.with_suffix(".signed"), "-o", zone, path, key, cwd=DIR)
	return ((DIR / f"{key}.ds").read_text().split(";")[0].strip(),
	        (DIR / f"{key}.key").read_text().split(";")[0].strip())


def nsd(ip, zones, more=()):
	conf = CONF.format(ip=ip, dir=DIR)
	for one in more:
		conf = conf.replace("server:\n", f"server:\n ip-address: {one}\n", 1)
	for zone, name in zones:
		conf += f"zone:\n name: {zone}\n zonefile: {name}\n"
	(DIR / f"{ip}.conf").write_text(conf)
	run("nsd", "-c", DIR / f"{ip}.conf")


def zones():
	"""Write and sign them; returns the root's trust anchor."""
	for name, text in (("org", ORG), ("com", COM), ("reverse", REVERSE)):
		(DIR / name).write_text(SOA + text)
	ds, _ = sign("example.com.", DIR / "com")
	(DIR / "root").write_text(SOA + ROOT + ds + "\n")
	_, anchor = sign(".", DIR / "root")
	signed = DIR / "com.signed"
	text = signed.read_text()
	if '"before"' not in text:
		raise RuntimeError("nothing to tamper with")
	signed.write_text(text.replace('"before"', '"after"'))
	return anchor


# ---- servers of our own

def question(packet):
	"""(name, type, offset of what follows it)."""
	at, labels = 12, []
	while packet[at]:
		labels.append(packet[at + 1:at + 1 + packet[at]].decode("latin-1"))
		at += 1 + packet[at]
	return (".".join(labels).lower() + ".",
	        struct.unpack("!H", packet[at + 1:at + 3])[0], at + 5)


def reply(packet, rcode=0, flags=0x8000, answer=b"", count=0, edns=False):
	"""Head, question and what else."""
	_, _, end = question(packet)
	flags |= struct.unpack("!H", packet[2:4])[0] & 0x0100 | rcode
	extra = b"\0" + struct.pack("!HHIH", 41, 1232, 0, 0) if edns else b""
	return packet[:2] + struct.pack("!HHHHH", flags, 1, count, 0,
	                                int(edns)) + packet[12:end] + answer + extra


def upstream(name, kind):
	"""Who has the zone of a name."""
	in_child = name.endswith(("example.org.", "example.com.",
	                          "2.0.192.in-addr.arpa."))
	apex = name in ("example.org.", "example.com.")
	return "192.0.2.1" if not in_child or (apex and kind == 43) \
		else "192.0.2.53"


class Upstream(asyncio.DatagramProtocol):
	"""One socket towards the zones' servers; each question gets an id."""

	def __init__(self):
		self.waiting, self.last = {}, 0

	def connection_made(self, transport):
		self.transport = transport

	def ask(self, packet, done):
		self.last = (self.last + 1) & 0xFFFF
		name, kind, _ = question(packet)
		self.waiting[self.last] = packet[:2], done
		self.transport.sendto(struct.pack("!H", self.last) + packet[2:],
		                      (upstream(name, kind), 53))

	def datagram_received(self, data, addr):
		asked, done = self.waiting.pop(struct.unpack("!H", data[:2])[0])
		done(asked + data[2:])


class Server(asyncio.DatagramProtocol):
	"""Answers by a function of the packet: bytes, a list of them, or None."""

	def __init__(self, answer):
		self.answer = answer

	def connection_made(self, transport):
		self.transport = transport

	def datagram_received(self, data, addr):
		got = self.answer(data)
		for one in got if isinstance(got, list) else [got]:
			if one:
				self.transport.sendto(one, addr)


class Forwarder(Server):
	def __init__(self, up, change=None, delay=0, loss=0):
		super().__init__(None)
		self.up, self.change, self.delay, self.loss = up, change, delay, loss
		self.dice = random.Random(1)

	def datagram_received(self, data, addr):
		if self.dice.random() >= self.loss:
			self.later(self.ask, data, addr)

	def later(self, what, *args):
		if not self.delay:
			what(*args)
			return
		asyncio.get_running_loop().call_later(self.delay / 2, what, *args)

	def ask(self, data, addr):
		_, _, end = question(data)
		# Without DNSSEC: the question alone is passed on.
		q = data if not self.change else \
			data[:4] + b"\0\1\0\0\0\0\0\0" + data[12:end]

		def back(packet):
			packet = packet[:3] + bytes([packet[3] | 0x80]) + packet[4:]
			if self.change:
				packet = self.change(packet)
			self.later(self.transport.sendto, packet, addr)
		self.up.ask(q, back)


def rewrite(packet):
	"""NXDOMAIN becomes the address of a page with advertisements."""
	if packet[3] & 15 != 3:
		return packet
	a = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + bytes([203, 0, 113, 1])
	return reply(packet, flags=0x8080, answer=a, count=1)


def no_edns(packet):
	if packet[10:12] != b"\0\0":
		return packet[:2] + b"\x80\x01" + b"\0" * 8
	a = b"\xc0\x0c" + struct.pack("!HHIH", 16, 1, 60, 6) + b"\5plain"
	return reply(packet, flags=0x8400, answer=a, count=1)


def liar(packet):
	def txt(text):
		return b"\xc0\x0c" + struct.pack("!HHIH", 16, 1, 60, len(text) + 1) + \
			bytes([len(text)]) + text
	lie = reply(packet, flags=0x8400, answer=txt(b"lie"), count=1)
	other = bytearray(lie)
	other[13] ^= 1          # another name is asked for
	return [bytes([lie[0] ^ 1]) + lie[1:], bytes(other), b"\0", lie[:7],
	        reply(packet, flags=0x8400, answer=txt(b"true"), count=1)]


def full_backlog(ip):
	"""A TCP port that never answers, as behind a filter."""
	s = socket.socket()
	s.bind((ip, 53))
	s.listen(0)
	held = [s]
	for _ in range(4):
		c = socket.socket()
		c.setblocking(False)
		c.connect_ex((ip, 53))
		held.append(c)
	return held


async def serve(ready):
	loop = asyncio.get_running_loop()
	_, up = await loop.create_datagram_endpoint(Upstream,
	                                            local_addr=("192.0.2.61", 0))
	cut = Server(lambda p: reply(p, flags=0x8600))
	for n, protocol in (
			(54, Server(lambda p: None)),
			(56, Server(lambda p: reply(p, rcode=2))), (57, cut),
			(58, Server(cut.answer)), (59, Server(no_edns)),
			(60, Forwarder(up, rewrite)), (61, Forwarder(up)),
			(62, Forwarder(up, delay=.02)), (63, Forwarder(up, loss=.1)),
			(64, Server(liar))):
		await loop.create_datagram_endpoint(lambda p=protocol: p,
		                                    local_addr=(f"192.0.2.{n}", 53))
	held = full_backlog("192.0.2.57")
	# TCP for the forwarder: a pipe to who has example.org.
	await asyncio.start_server(pipe, "192.0.2.61", 53)
	ready.set()
	await asyncio.Event().wait()
	del held


async def pipe(reader, writer):
	to_reader, to_writer = await asyncio.open_connection("192.0.2.53", 53)

	async def copy(a, b):
		while data := await a.read(65536):
			b.write(data)
			await b.drain()
		b.close()
	await asyncio.gather(copy(reader, to_writer), copy(to_reader, writer),
	                     return_exceptions=True)


def enter():
	"""Be inside: addresses, and servers that are NSD's.  The trust anchor."""
	run("mount", "-n", "-t", "tmpfs", "-o", "mode=755", "names", "/run")
	DIR.mkdir()
	(DIR / "resolv.conf").write_text("# of the test\nnameserver fe80::1%lo\n"
	                                 "nameserver 192.0.2.61\n")
	conf = pathlib.Path(os.path.realpath("/etc/resolv.conf"))
	if not conf.exists():   # a link into /run, which is new here
		conf.parent.mkdir(parents=True, exist_ok=True)
		conf.touch()
	run("mount", "-n", "--bind", DIR / "resolv.conf", conf)
	run("ip", "link", "set", "lo", "up")
	for n in ADDRESSES:
		run("ip", "addr", "add", f"192.0.2.{n}/32", "dev", "lo")
	anchor = zones()
	(DIR / "hints").write_text(". 300 NS a.root.\na.root. 300 A 192.0.2.1\n")
	nsd("192.0.2.1", [(".", "root.signed")])
	nsd("192.0.2.53", [("example.org", "org"), ("example.com", "com.signed"),
	                   ("2.0.192.in-addr.arpa", "reverse")])
	nsd("192.0.2.55", [("2.0.192.in-addr.arpa", "reverse")])
	return anchor
