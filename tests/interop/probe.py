#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Servers of every kind on the loopback address, and what the prober sees.

usage: probe.py PROBE_DUMP
"""

import contextlib
import json
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "meta"))
from counts import end, hold  # noqa: E402

EXPIRED, NOT_YET, NAME, SELF_SIGNED, UNKNOWN = 1, 2, 4, 8, 16
HOST = "mx.example.org"
DAY = 86400
# Old versions of TLS are what is tested here.
warnings.simplefilter("ignore", DeprecationWarning)


# ---- certificates ----

def openssl(*words):
	subprocess.run(["openssl", *map(str, words)], check=True,
	               capture_output=True)


def make_ca(at, name):
	openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
	        "ec_paramgen_curve:P-256", "-nodes", "-keyout",
	        at / f"{name}.key", "-out", at / f"{name}.pem", "-days", 365,
	        "-subj", f"/CN=Test {name}")


def make_cert(at, name, host, issuer=None):
	"""NAME.chain (with the key), for host; without issuer: self-signed."""
	key, pem = at / f"{name}.key", at / f"{name}.crt"
	kind = ["-newkey", "rsa:2048", "-nodes", "-keyout", key, "-days", 90,
	        "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
	if issuer:
		kind += ["-CA", at / f"{issuer}.pem", "-CAkey",
		         at / f"{issuer}.key"]
	openssl("req", "-x509", "-out", pem, *kind)
	(at / f"{name}.chain").write_text(key.read_text() + pem.read_text())


# ---- servers ----

class Server:
	"""Listens (at a port of its own) and gives clients to a function."""

	def __init__(self, talk, ip="127.0.0.1", port=0):
		self.talk = talk
		self.said = []
		self.sock = socket.create_server((ip, port))
		self.port = self.sock.getsockname()[1]
		threading.Thread(target=self.run, daemon=True).start()

	def run(self):
		with contextlib.suppress(OSError):
			while True:
				client = self.sock.accept()[0]
				threading.Thread(target=self.serve, args=[client],
				                 daemon=True).start()

	def serve(self, client):
		client.settimeout(5)
		with contextlib.suppress(OSError, ssl.SSLError, ValueError):
			self.talk(self, client)
		client.close()


def tls_context(chain, **more):
	ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
	ctx.load_cert_chain(chain)
	if "version" in more:
		ctx.minimum_version = ssl.TLSVersion.TLSv1
		ctx.set_ciphers("DEFAULT:@SECLEVEL=0")
		ctx.maximum_version = more["version"]
	return ctx


def mail(chain=None, greeting="220 mx.example.org ESMTP", ehlo=None,
         starttls=b"220 go ahead\r\n", hang=None, slow=0, **more):
	"""The function of a mail server."""
	ehlo = ehlo or ["mx.example.org", "SIZE 10240000", "8BITMIME"]

	def talk(server, client):
		inside = False
		time.sleep(slow)
		if hang != "greeting":
			client.sendall(greeting.encode() + b"\r\n")
		f = client.makefile("rb")
		while True:
			line = f.readline().decode().strip()
			if not line:
				return
			server.said.append(line)
			word = line.split()[0].upper()
			if word == hang:
				return
			if word == "EHLO":
				lines = list(ehlo)
				if chain and not inside:
					lines.append("STARTTLS")
				for i, x in enumerate(lines):
					mark = " " if i == len(lines) - 1 else "-"
					client.sendall(f"250{mark}{x}\r\n".encode())
			elif word == "STARTTLS":
				client.sendall(starttls)
				if not starttls.startswith(b"220 go"):
					continue
				if more.get("garbage"):
					time.sleep(0.2)  # not with the reply
					client.sendall(b"500 what?\r\n" * 20)
					return
				if more.get("drop"):
					return
				f.close()
				client = tls_context(chain, **more).wrap_socket(
					client, server_side=True)
				f = client.makefile("rb")
				inside = True
			elif word == "RCPT":
				ok = "postmaster" in line
				client.sendall(b"250 fine\r\n" if ok
				               else b"550 5.1.1 unknown\r\n")
			elif word == "QUIT":
				client.sendall(b"221 bye\r\n")
				return
			else:
				client.sendall(b"250 ok\r\n")
	return talk


def web(chain, answer, **more):
	"""The function of a policy host."""
	def talk(server, client):
		tls = tls_context(chain, **more).wrap_socket(
			client, server_side=True)
		head = b""
		while b"\r\n\r\n" not in head:
			got = tls.recv(4096)
			if not got:
				return
			head += got
		server.said.append(head.decode())
		tls.sendall(answer)
		tls.close()
	return talk


def http(body, status="200 OK", kind="text/plain", extra=""):
	return (f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{extra}"
	        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
	        f"{body}").encode()


# ---- tests ----

class Tests:
	def __init__(self, dump, at):
		self.dump, self.at = dump, at
		self.now = int(time.time())

	def see(self, kind, server, *words, host=HOST, now=None, ca="ca",
	        port=None):
		done = subprocess.run(
			[self.dump, kind, host, "127.0.0.1",
			 str(port or server.port), str(self.at / f"{ca}.pem"),
			 str(now or self.now), *words], capture_output=True,
			timeout=30, check=True)
		hold(b"connects to 127.0.0.1 port" in done.stderr,
		     "no note of the connection")
		return json.loads(done.stdout)

	def expect(self, name, got, **want):
		"""tls_x means a member of tls."""
		for key, value in want.items():
			have = (got["tls"][key[4:]] if key.startswith("tls_")
			        else got[key])
			hold(have == value, f"{name}: {key} is {have!r}, not "
			     f"{value!r} ({got['why']})")

	def mail(self, name, server, *words, host=HOST, now=None, ca="ca",
	         **want):
		got = self.see("smtp", server, *words, host=host, now=now, ca=ca)
		self.expect(name, got, **want)
		return got

	def chain(self, name):
		return self.at / f"{name}.chain"

	def smtp(self):
		good = Server(mail(self.chain("good")))
		got = self.mail("good", good, fail="ok", stage="EHLO",
		                starttls=True, has_size=True, size=10240000,
		                tls_up=True, tls_faults=0, code=250)
		one = got["tls"]["chain"][0]
		hold(one["names"] == [HOST] and one["key"] == "RSA 2048" and
		     one["issuer"] == "CN=Test ca" and one["der"] > 500 and
		     one["spki"] == 294, f"certificate: {one}")
		hold(abs(one["until"] - self.now - 90 * DAY) < 600,
		     "the end of the certificate")
		hold(got["keywords"] == ["SIZE 10240000", "8BITMIME"],
		     f"keywords {got['keywords']}")
		time.sleep(0.1)
		words = [x.split()[0] for x in good.said]
		hold(words == ["EHLO", "STARTTLS", "EHLO", "QUIT"],
		     f"said {good.said}")
		hold(good.said[0] == "EHLO [127.0.0.1]", good.said[0])
		self.mail("expired", good, now=self.now + 91 * DAY,
		          fail="ok", tls_up=True, tls_faults=EXPIRED)
		self.mail("not yet", good, now=self.now - 2 * DAY,
		          tls_faults=NOT_YET)
		self.mail("name", good, host="mx2.example.org", tls_faults=NAME)
		self.mail("both", good, host="mx2.example.org",
		          now=self.now + 91 * DAY, tls_faults=NAME | EXPIRED)
		self.mail("unknown issuer", good, ca="other",
		          tls_faults=UNKNOWN)
		self.mail("self-signed", Server(mail(self.chain("own"))),
		          tls_faults=SELF_SIGNED)
		self.mail("plain", Server(mail()), fail="ok", starttls=False,
		          tls_tried=False)
		self.mail("old", Server(mail(
			self.chain("good"), version=ssl.TLSVersion.TLSv1_1)),
			tls_up=True, tls_version="TLSv1.1")

	def smtp_broken(self):
		chain = self.chain("good")
		self.mail("starttls refused", Server(mail(
			chain, starttls=b"454 TLS not available\r\n")),
			fail="ok", starttls=True, tls_tried=True, tls_up=False,
			tls_error="TLS not available")
		self.mail("garbage", Server(mail(chain, garbage=True)),
		          fail="tls", tls_error="what it sent is no TLS",
		          stage="TLS handshake")
		self.mail("drop", Server(mail(chain, drop=True)), fail="tls",
		          tls_error="it hung up in the middle of the handshake")
		self.mail("injected", Server(mail(
			chain, starttls=b"220 go on\r\n250 x\r\n")), fail="tls",
			tls_error="it goes on in clear text after STARTTLS")
		self.mail("refused", Server(mail(
			greeting="554 5.7.1 not you")), fail="protocol",
			stage="greeting", code=554, text="5.7.1 not you")
		self.mail("no smtp", Server(mail(
			greeting="HTTP/1.1 400 Bad Request")), fail="protocol",
			stage="greeting")
		self.mail("endless", Server(mail(
			greeting="\r\n".join(["220-" + "x" * 200] * 200))),
			fail="too-large", stage="greeting")
		self.mail("hangs up", Server(mail(hang="EHLO")), fail="closed",
		          stage="EHLO")
		self.mail("silent", Server(mail(hang="greeting", slow=5)),
		          fail="slow", stage="greeting")
		self.mail("bytes", Server(mail(ehlo=["mx \x01\x02", "\x7f",
		                                     "SIZE x"])),
		          fail="ok", has_size=True, size=0)

	def smtp_rcpt(self):
		server = Server(mail(self.chain("good")))
		self.mail("rcpt", server, "postmaster@example.org",
		          "abuse@example.org", rcpt=[250, 550], fail="ok")
		time.sleep(0.1)
		hold([x.split()[0] for x in server.said[3:]] ==
		     ["MAIL", "RCPT", "RCPT", "QUIT"], f"said {server.said}")
		self.mail("injection", server, "a@example.org>\r\nDATA",
		          fail="protocol")
		hold("DATA" not in server.said, "an injected command")

	def reach(self):
		closed = socket.create_server(("127.0.0.1", 0))
		port = closed.getsockname()[1]
		closed.close()
		for kind in ("smtp", "https"):
			got = self.see(kind, None, "/x" if kind == "https" else
			               "a@example.org", port=port)
			self.expect("closed " + kind, got, fail="refused")
		# A full backlog drops the SYN: a filtered port.
		full = socket.socket()
		full.bind(("127.0.0.1", 0))
		full.listen(0)
		port = full.getsockname()[1]
		held = []
		for _ in range(8):
			c = socket.socket()
			c.setblocking(False)
			c.connect_ex(("127.0.0.1", port))
			held.append(c)
		got = self.see("smtp", None, port=port)
		self.expect("filtered", got, fail="timeout", stage="connect")
		got = self.see("https", None, "/x", port=port)
		self.expect("filtered https", got, fail="timeout")

	def https(self):
		path, chain = "/.well-known/mta-sts.txt", self.chain("sts")
		host = "mta-sts.example.org"

		def get(name, server, host=host, now=None, ca="ca", **want):
			got = self.see("https", server, path, host=host, now=now,
			               ca=ca)
			self.expect(name, got, **want)
			return got
		body = "version: STSv1\r\nmode: enforce\r\n"
		good = Server(web(chain, http(body)))
		get("good", good, fail="ok", status=200, type="text/plain",
		    body=body, tls_up=True, tls_faults=0)
		hold(good.said[0].startswith(f"GET {path} HTTP/1.1\r\n") and
		     f"Host: {host}:{good.port}" in good.said[0],
		     f"request {good.said[0]}")
		get("expired", good, now=self.now + 91 * DAY,
		    fail="certificate", tls_faults=EXPIRED, status=0, body="")
		get("name", good, host="mta-sts.example.com",
		    fail="certificate", tls_faults=NAME)
		get("issuer", good, ca="other", fail="certificate",
		    tls_faults=UNKNOWN)
		get("self-signed", Server(web(self.chain("ownsts"), http(body))),
		    fail="certificate", tls_faults=SELF_SIGNED)
		get("404", Server(web(chain, http("no", "404 Not Found"))),
		    fail="ok", status=404)
		get("redirect", Server(web(chain, http(
			"", "301 Moved", extra="Location: https://example.net/x\r\n"
		))), fail="ok", status=301, location="https://example.net/x",
		    body="")
		get("whole", Server(web(chain, http("x" * 65536))), fail="ok",
		    body="x" * 65536)
		get("large", Server(web(chain, http("x" * 65537))),
		    fail="too-large")
		get("large, no length", Server(web(
			chain, b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 200000)),
		    fail="too-large")
		get("no http", Server(web(chain, b"\0\1\2 rubbish")),
		    fail="protocol")
		get("nothing", Server(web(chain, b"")), fail="closed")
		get("no tls", Server(mail(greeting="220 hello")), fail="tls")


def main(args):
	with tempfile.TemporaryDirectory() as folder:
		at = pathlib.Path(folder)
		make_ca(at, "ca")
		make_ca(at, "other")
		make_cert(at, "good", HOST, "ca")
		make_cert(at, "own", HOST)
		make_cert(at, "sts", "mta-sts.example.org", "ca")
		make_cert(at, "ownsts", "mta-sts.example.org")
		tests = Tests(args[0], at)
		tests.smtp()
		tests.smtp_broken()
		tests.smtp_rcpt()
		tests.reach()
		tests.https()
	return end()


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
