# SPDX-License-Identifier: BSD-2-Clause
"""The small world in which a real mail server runs: a name space of its own.

Inside, /usr and /etc are overlays of the unpacked packages over the host's,
/var /run and /dev are new, lo carries documentation addresses, and ports 25
and 53 are free.  All of it ends with the process that called enter().
"""
import os
import pathlib
import re
import shutil
import socketserver
import struct
import subprocess
import sys
import threading

HOST = "mta.example.org"
SERVER_IP = "192.0.2.25"
CLIENT_IP = "192.0.2.106"
WORK = pathlib.Path("/mnt")     # the test's folder, seen from inside
USERS = (("postfix", 601), ("postdrop", 602), ("Debian-exim", 603),
         ("opensmtpd", 604), ("opensmtpq", 605), ("smmta", 606),
         ("smmsp", 607), ("alice", 700))
SERVICES = "smtp 25/tcp mail\ndomain 53/tcp\ndomain 53/udp\n" \
	"submission 587/tcp\nsubmissions 465/tcp\n"
# Each way in which a host can be unfriendly has an address of its own.
SINKS = {"mx": 10, "greeting": 11, "ehlo": 12, "mail": 13, "needs-tls": 14,
         "hangup": 15, "greeting4": 16, "small": 17, "plain": 18}


def run(*command, **more):
	return subprocess.run([str(c) for c in command], check=True, **more)


def spawn(work, *command):
	"""Run a command inside; it dies with this process, however that ends."""
	return subprocess.run(
		["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "--mount",
		 "--uts", "--ipc", "--pid", "--fork", "--kill-child=KILL",
		 "--mount-proc", "--", *map(str, command)],
		capture_output=True, timeout=100, check=False,
		env={**os.environ, "MTA_WORK": str(work),
		     "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"})


def apt(work, *words):
	for folder in ("lists/partial", "cache/archives/partial"):
		(work / folder).mkdir(parents=True, exist_ok=True)
	return subprocess.run(
		["apt-get", "-q", "-y", "-o", f"Dir::Cache={work}/cache",
		 "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User=root", *words],
		capture_output=True, timeout=100, check=False)


def fetch(work, packages):
	"""Unpack packages and what they need and the host lacks into WORK/tree.

	Nothing is installed: the servers exclude one another as packages.
	Returns a complaint, or None.
	"""
	tree = work / "tree"
	if (tree / "done").exists():
		return None
	shutil.rmtree(tree, ignore_errors=True)
	get = ["install", "--download-only", "--no-install-recommends", *packages]
	done = apt(work, *get)
	if done.returncode:        # old or no lists: fetch them, for this test
		own = ["-o", f"Dir::State::Lists={work}/lists"]
		done = apt(work, *own, "update")
		done = apt(work, *own, *get)
	if done.returncode:
		return done.stderr.decode(errors="replace").strip()[-400:]
	for deb in sorted((work / "cache" / "archives").glob("*.deb")):
		run("dpkg-deb", "-x", deb, tree)
	for name in ("lib", "bin", "sbin"):  # packages older than the merged /usr
		if (tree / name).is_dir() and not (tree / name).is_symlink():
			shutil.copytree(tree / name, tree / "usr" / name, symlinks=True,
			                dirs_exist_ok=True)
	for name in ("usr", "etc"):
		(tree / name).mkdir(parents=True, exist_ok=True)
	tree.chmod(0o755)
	(tree / "done").touch()
	return None


def tmpfs(where):
	run("mount", "-n", "-t", "tmpfs", "-o", "mode=755", "mta", where)


def devices():
	"""A new /dev, so that /dev/log is nobody else's."""
	dev = pathlib.Path("/run/dev")
	dev.mkdir()
	tmpfs(dev)
	for name in ("null", "zero", "full", "random", "urandom", "tty"):
		run("cp", "-a", f"/dev/{name}", dev)
	os.symlink("/proc/self/fd", dev / "fd")
	for n, name in enumerate(("stdin", "stdout", "stderr")):
		os.symlink(f"/proc/self/fd/{n}", dev / name)
	(dev / "shm").mkdir(mode=0o1777)
	run("mount", "--move", dev, "/dev")


def accounts():
	with open("/etc/passwd", "a", encoding="utf-8") as f:
		for name, n in USERS:
			f.write(f"{name}:x:{n}:{n}::/var/lib/{name}:/bin/sh\n")
	with open("/etc/group", "a", encoding="utf-8") as f:
		for name, n in USERS:
			f.write(f"{name}:x:{n}:\n")


def fresh(path, text):
	"""Write a file anew: the host's may be a bind mount or a link."""
	p = pathlib.Path(path)
	if p.is_symlink():
		p.unlink()
	p.write_text(text, "utf-8")


def enter(work):
	run("mount", "--bind", work, WORK)
	tmpfs("/run")
	pathlib.Path("/run/lock").mkdir()
	up = pathlib.Path("/run/up")
	up.mkdir()
	tmpfs(up)
	for name in ("usr", "etc"):
		(up / name).mkdir()
		(up / f"{name}.work").mkdir()
		run("mount", "-n", "-t", "overlay", "-o",
		    f"lowerdir={WORK}/tree/{name}:/{name},upperdir={up}/{name},"
		    f"workdir={up}/{name}.work", "mta", f"/{name}")
	tmpfs("/var")
	for name in ("log", "lib/alice", "spool", "mail", "tmp", "cache"):
		pathlib.Path("/var", name).mkdir(parents=True)
	for name in ("mail", "tmp"):
		os.chmod(f"/var/{name}", 0o1777)
	os.symlink("/run", "/var/run")
	os.symlink("../mail", "/var/spool/mail")
	os.chown("/var/lib/alice", 700, 700)
	devices()
	accounts()
	run("hostname", HOST)
	fresh("/etc/hostname", HOST + "\n")
	fresh("/etc/mailname", HOST + "\n")
	fresh("/etc/hosts", f"127.0.0.1 localhost\n{SERVER_IP} {HOST} mta\n")
	fresh("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1\n")
	fresh("/etc/nsswitch.conf", "passwd: files\ngroup: files\n"
	      "hosts: files dns\nservices: files\nprotocols: files\n")
	if not pathlib.Path("/etc/services").exists():
		fresh("/etc/services", SERVICES)
	run("ip", "link", "set", "lo", "up")
	for a in (SERVER_IP, CLIENT_IP, *(f"198.51.100.{n}" for n in
	                                  (*SINKS.values(), 30))):
		run("ip", "addr", "add", f"{a}/32", "dev", "lo")


class Zone(threading.Thread):
	"""A name server for example.org and example.net, by UDP and TCP."""

	A, MX, TXT = 1, 15, 16

	def __init__(self):
		super().__init__(daemon=True)
		self.names = {(HOST, self.A): [SERVER_IP],
		              ("example.org", self.MX): [(10, HOST)],
		              ("closed.example.net", self.MX): [(10, "closed-mx.example.net")],
		              ("closed-mx.example.net", self.A): ["198.51.100.30"],
		              ("gone.example.net", self.MX): [(10, "gone-mx.example.net")],
		              ("gone-mx.example.net", self.A): ["203.0.113.9"],
		              ("nullmx.example.net", self.MX): [(0, "")],
		              ("badmx.example.net", self.MX): [(10, "nosuchhost.example.net")]}
		for name, n in SINKS.items():
			self.names[(f"{name}.example.net", self.MX)] = \
				[(10, f"{name}-mx.example.net")]
			self.names[(f"{name}-mx.example.net", self.A)] = \
				[f"198.51.100.{n}"]

	@staticmethod
	def wire(name):
		return b"".join(bytes([len(x)]) + x.encode()
		                for x in name.split(".") if x) + b"\0"

	def rdata(self, kind, value):
		if kind == self.A:
			return bytes(map(int, value.split(".")))
		return struct.pack("!H", value[0]) + self.wire(value[1])

	def answer(self, q):
		at, labels = 12, []
		while q[at]:
			labels.append(q[at + 1:at + 1 + q[at]].decode("latin-1"))
			at += 1 + q[at]
		name = ".".join(labels).lower()
		kind = struct.unpack("!H", q[at + 1:at + 3])[0]
		found = self.names.get((name, kind), [])
		known = any(n == name for n, _ in self.names)
		code = 2 if name.startswith("servfail.") else 0 if known else 3
		rr = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 5, len(d)) + d
		              for d in (self.rdata(kind, v) for v in found))
		soa = b""
		if not found and code != 2:
			d = self.wire("ns.example.net") * 2 + struct.pack("!5I", 1, 5, 5, 5, 5)
			soa = b"\0" + struct.pack("!HHIH", 6, 1, 5, len(d)) + d
		return q[:2] + struct.pack("!HHHHH", 0x8580 | code, 1, len(found),
		                           1 if soa else 0, 0) + q[12:at + 5] + rr + soa

	def start(self):
		zone = self

		class Udp(socketserver.BaseRequestHandler):
			def handle(self):
				data, s = self.request
				s.sendto(zone.answer(data), self.client_address)

		class Tcp(socketserver.BaseRequestHandler):
			def handle(self):
				d = zone.answer(self.request.recv(4096)[2:])
				self.request.sendall(struct.pack("!H", len(d)) + d)

		for kind, handler in ((socketserver.ThreadingUDPServer, Udp),
		                      (socketserver.ThreadingTCPServer, Tcp)):
			s = kind(("127.0.0.1", 53), handler)
			s.daemon_threads = True
			threading.Thread(target=s.serve_forever, daemon=True).start()


# What the hosts answer: at RCPT and at the end of the data by the local part
# of the (first) recipient, at the other stages by the host.
RCPT = {
	"unknown": "550 5.1.1 <{r}>: Recipient address rejected: User unknown",
	"full5": "552 5.2.2 <{r}>: Recipient's mailbox is full",
	"full4": "452 4.2.2 <{r}>: Recipient's mailbox is over quota",
	"relay": "554 5.7.1 <{r}>: Relay access denied",
	"utf8": "550 5.1.1 <{r}>: Empfänger unbekannt, user unknown",
	"latin1": "550 5.1.1 <{r}>: Empfänger unbekannt, user unknown",
	"later": "450 4.2.0 <{r}>: Recipient address rejected: Greylisted",
}
DATA = {"data": "554 5.7.1 <DATA>: Data command rejected: Service "
                "unavailable; Client host [192.0.2.25] blocked using "
                "dnsbl.example.org"}
END = {
	"auth": "550-5.7.26 This mail has been blocked because the sender is "
	        "unauthenticated.\r\n550 5.7.26 Authenticate with either SPF "
	        "or DKIM.",
	"spam": "554 5.7.1 Message rejected as spam",
	"toobig": "552 5.3.4 Message size exceeds fixed limit",
}
FIRST = {"greeting": "554 5.7.1 Service unavailable; Client host "
                     "[192.0.2.25] blocked using dnsbl.example.org",
         "greeting4": "421 4.7.0 Too many connections from your IP address"}
EHLO = {"ehlo": "550 5.7.1 <mta.example.org>: Helo command rejected: "
                "Invalid HELO name"}
MAIL = {"mail": "553 5.1.8 <{f}>: Sender address rejected: Domain not found",
        "needs-tls": "530 5.7.0 Must issue a STARTTLS command first"}


class Dialog(socketserver.StreamRequestHandler):
	timeout = 60

	def say(self, text, charset="utf-8"):
		self.wfile.write(text.encode(charset) + b"\r\n")

	def handle(self):
		n = int(self.server.server_address[0].rsplit(".", 1)[1])
		self.host = next(k for k, v in SINKS.items() if v == n)
		self.sender, self.to = "", []
		self.say(FIRST.get(self.host, f"220 {self.host}-mx.example.net ESMTP"))
		for line in iter(lambda: self.rfile.readline(4096), b""):
			if self.command(line.decode("latin-1").strip()) == "end":
				return

	def command(self, line):
		verb = line[:4].upper()
		method = getattr(self, "on_" + verb.lower(), None)
		if verb == "QUIT":
			self.say("221 2.0.0 Bye")
			return "end"
		if method:
			return method(line)
		self.say("250 2.0.0 Ok" if verb in ("RSET", "NOOP") else
		         "502 5.5.2 Command not implemented")
		return None

	def on_ehlo(self, line):
		name = f"{self.host}-mx.example.net"
		size = 2000 if self.host == "small" else 10240000
		self.say(EHLO.get(self.host) or
		         f"250-{name}\r\n250-ENHANCEDSTATUSCODES\r\n"
		         f"250-SIZE {size}\r\n250 8BITMIME")

	def on_helo(self, line):
		self.say(EHLO.get(self.host) or f"250 {self.host}-mx.example.net")

	def on_mail(self, line):
		self.sender, self.to = re.search("<(.*?)>", line)[1], []
		size = re.search(r"SIZE=(\d+)", line)
		if self.host == "small" and size and int(size[1]) > 2000:
			self.say("552 5.3.4 Message size exceeds fixed limit")
			return
		self.say(MAIL.get(self.host, "250 2.1.0 Ok").format(f=self.sender))

	def on_rcpt(self, line):
		r = re.search("<(.*?)>", line)[1]
		local = r.split("@")[0].split("+")[0]
		if local in RCPT:
			self.say(RCPT[local].format(r=r),
			         "latin-1" if local == "latin1" else "utf-8")
			return
		self.to.append(local)
		self.say("250 2.1.5 Ok")

	def on_data(self, line):
		if not self.to:
			self.say("503 5.5.1 Need RCPT")
			return None
		if self.to[0] in DATA:
			self.say(DATA[self.to[0]])
			return None
		self.say("354 go ahead")
		if self.host == "hangup":
			return "end"
		for text in iter(self.rfile.readline, b""):
			if text in (b".\r\n", b".\n"):
				break
		self.say(END.get(self.to[0], "250 2.0.0 Ok: queued"))
		return None


class Sink(socketserver.ThreadingTCPServer):
	allow_reuse_address = daemon_threads = True
	request_queue_size = 64

	def handle_error(self, request, client_address):
		pass                    # a server that hangs up is no news


def sinks():
	for n in SINKS.values():
		s = Sink((f"198.51.100.{n}", 25), Dialog)
		threading.Thread(target=s.serve_forever, daemon=True).start()


if __name__ == "__main__":
	sys.exit("world.py is used by bounced.py")
