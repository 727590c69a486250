#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Mail servers and a policy host at documentation addresses, in a name space
of the test's own, and what `mailwhy check --smtp` finds there.

usage: probed.py MAILWHY
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "meta"), str(HERE.parent / "interop")]
from counts import end, hold  # noqa: E402
from probe import Server, http, mail, make_ca, make_cert, web  # noqa: E402
from space import enter, is_inside  # noqa: E402

POLICY = "version: STSv1\nmode: enforce\nmx: {}\nmax_age: 604800\n"
# Addresses of mail servers; at .27 nobody listens.
FINE, PLAIN, NOBODY, OTHER, OWN = (f"192.0.2.{n}" for n in range(25, 30))
STS, STS_OWN = "192.0.2.80", "192.0.2.81"


def zone(host=FINE, sts=None, name="mx.example.org"):
	text = f"example.org MX 10 {name}\n{name} A {host}\n"
	if sts:
		text += f"mta-sts.example.org A {sts}\n" \
			"_mta-sts.example.org TXT \"v=STSv1; id=1;\"\n"
	return text


class World:
	def __init__(self, mailwhy, at):
		self.mailwhy, self.at = mailwhy, at
		make_ca(at, "ca")
		make_cert(at, "good", "mx.example.org", "ca")
		make_cert(at, "own", "mx.example.org")
		make_cert(at, "sts", "mta-sts.example.org", "ca")
		make_cert(at, "stsown", "mta-sts.example.org")
		good = at / "good.chain"
		self.fine = Server(mail(good), FINE, 25)
		Server(mail(), PLAIN, 25)
		Server(mail(good), OTHER, 25)
		Server(mail(at / "own.chain"), OWN, 25)
		answer = http(POLICY.format("mx.example.org"))
		self.sts = Server(web(at / "sts.chain", answer), STS, 443)
		Server(web(at / "stsown.chain", answer), STS_OWN, 443)

	def check(self, text, *words, smtp=True):
		"""(ids of this part's checks, what was announced)"""
		(self.at / "zone").write_text(text)
		done = subprocess.run(
			[self.mailwhy, "check", "example.org", "--format=json",
			 "--zone", self.at / "zone", *(["--smtp"] if smtp else []),
			 *words], capture_output=True, timeout=60, check=False,
			env={**os.environ, "SSL_CERT_FILE": str(self.at / "ca.pem")})
		if "--dry-run" in words:
			return [], done.stderr.decode()
		found = json.loads(done.stdout)["findings"]
		ids = [f["id"] for f in found if f["id"].split(".")[0] in
		       ("smtp", "mtasts", "postmaster", "dane")]
		return ids, done.stderr.decode()

	def expect(self, name, text, *want, words=()):
		ids, _ = self.check(text, *words)
		hold(sorted(ids) == sorted(want),
		     f"{name}: {ids}, not {list(want)}")


def run(mailwhy, at):
	w = World(mailwhy, at)
	w.expect("fine", zone(), "smtp.ok", "mtasts.none")
	w.expect("policy", zone(sts=STS), "smtp.ok", "mtasts.ok")
	hold(w.sts.said and w.sts.said[0].startswith(
		"GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: "
		"mta-sts.example.org\r\n"), f"request {w.sts.said}")
	w.expect("plain", zone(PLAIN, STS), "smtp.no-starttls",
	         "mtasts.mx-certificate")
	w.expect("nobody", zone(NOBODY), "smtp.refused", "mtasts.none")
	w.expect("name", zone(OTHER, STS, "mx2.example.org"),
	         "smtp.cert-name", "mtasts.mx-blocked", "mtasts.mx-unused")
	w.expect("self-signed", zone(OWN, STS), "smtp.cert-self-signed",
	         "mtasts.mx-certificate")
	w.expect("policy host", zone(sts=STS_OWN), "smtp.ok",
	         "mtasts.certificate")
	w.expect("no policy host", zone(sts=NOBODY), "smtp.ok",
	         "mtasts.fetch")
	# Nothing leads to this one: that says nothing of the server.
	w.expect("no way", zone("203.0.113.25"), "smtp.unreached",
	         "mtasts.none")
	w.expect("private", zone("127.0.0.1"), "mtasts.none")
	w.expect("own", zone(), "smtp.ok", "postmaster.abuse-missing",
	         "mtasts.none", words=["--own", "example.org"])

	w.fine.said.clear()
	ids, said = w.check(zone(sts=STS))
	hold(f"connects to {FINE} port 25 (mx.example.org)" in said,
	     f"not announced: {said}")
	hold(f"connects to {STS} port 443 (mta-sts.example.org)" in said,
	     f"not announced: {said}")
	hold(sum(x.startswith("QUIT") for x in w.fine.said) <= 1,
	     f"more than one connection: {w.fine.said}")
	w.fine.said.clear()
	w.sts.said.clear()
	ids, said = w.check(zone(sts=STS), "--dry-run")
	hold("port 25 of the mail servers that the MX records of example.org"
	     in said and not w.fine.said and not w.sts.said,
	     f"dry run: {said}")
	w.check(zone(sts=STS), smtp=False)
	hold(not w.fine.said and not w.sts.said, "connected without leave")


def main(args):
	mailwhy = str(pathlib.Path(args[0]).resolve())
	if is_inside():
		with tempfile.TemporaryDirectory() as folder:
			run(mailwhy, pathlib.Path(folder))
		return end()
	return enter(__file__, [mailwhy], [
		f"192.0.2.{n}" for n in (25, 26, 27, 28, 29, 80, 81)], 120)


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
