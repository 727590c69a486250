#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Signatures made here, verified by dkimpy, Mail::DKIM and OpenDKIM; and theirs here.

usage: dkim_engines.py DKIM_DUMP [OPENDKIM_DUMP]

Messages with folds, blanks, 8-bit text, empty bodies and the like are signed
with RSA and Ed25519 in all four forms.  Whatever is signed must verify on the
other side, and must not once a byte of its body is another.  What an engine
made and does not verify itself (libopendkim 2.11.0~beta2 breaks the lines of
an Ed25519 signature in other places than it hashed, which simple headers show)
must not verify here either.  An engine that is not installed is skipped.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "meta"))
from counts import end, hold, skip  # noqa: E402

try:
	import dkim
except ImportError:
	dkim = None

HERE = pathlib.Path(__file__).resolve().parent
HEAD = (b"Received: from a.example.org by b.example.org;\r\n"
        b"\tTue, 04 Nov 2025 10:00:00 +0000\r\n"
        b"From: Anna <anna@example.org>\r\nTo: bob@example.com,\r\n"
        b"  eve@example.com\r\nSubject: An  invoice \r\n"
        b"Date: Tue, 04 Nov 2025 10:00:00 +0000\r\n"
        b"Message-ID: <1@example.org>\r\n\r\n")
MESSAGES = {
	"plain": HEAD + b"Hello Bob,\r\n\r\nhere it is.\r\n",
	"blanks": HEAD + b" a  b\t c \r\n\t\r\n\r\nd  \r\n \r\n\r\n\r\n",
	"empty": HEAD,
	"lines": HEAD + b"\r\n\r\n\r\n",
	"dots": HEAD + b".\r\n..\r\n.x\r\nFrom me\r\n",
	"eight": HEAD.replace(b"invoice", b"inv\xc3\xb6ice") + b"Gr\xfc\xdfe\r\n",
	"long": HEAD + b"x" * 5000 + b"\r\n" + b"y z " * 3000 + b"\r\n",
	"twice": b"To: x@example.com\r\nSubject:\r\n" + HEAD + b"a\r\n",
	"folds": HEAD.replace(b"Subject: An", b"Subject:\r\n\t An\r\n ") + b"b\r\n",
}
FORMS = [(h, b) for h in "rs" for b in "rs"]


def run(*command):
	done = subprocess.run([str(c) for c in command], capture_output=True,
	                      timeout=120, check=False)
	if done.returncode:
		print(done.stderr.decode("utf-8", "replace"))
	return done.stdout.decode("utf-8", "replace")


def results(out):
	"""file -> first word of the result"""
	return {line.split()[0]: line.split()[1] for line in out.splitlines()}


class Program:
	"""An engine behind a command with sign and verify"""

	def __init__(self, name, command, types):
		self.name, self.command, self.types = name, command, types

	def verify(self, records, files):
		path = files[0].parent / "records"
		path.write_text("".join(f"{n} {t}\n" for n, t in records.items()))
		return results(run(*self.command, "verify", path, *files))

	def sign(self, key, form, files):
		run(*self.command, "sign", key, *form, *files)


class Dkimpy:
	name, types = "dkimpy", ("rsa", "ed25519")

	@staticmethod
	def verify(records, files):
		def ask(name, timeout=5):
			text = records.get(name.decode().rstrip(".").lower())
			return text.encode() if text else None

		def one(raw):
			try:
				return dkim.verify(raw, dnsfunc=ask)
			except dkim.DKIMException as e:
				print(f"dkimpy: {e}")
				return False
		return {str(f): "pass" if one(f.read_bytes()) else "fail"
		        for f in files}

	@staticmethod
	def sign(key, form, files):
		word = {"r": b"relaxed", "s": b"simple"}
		raw, kind = key.read_bytes(), b"rsa-sha256"
		if key.name != "rsa":
			# It wants the seed alone: the end of PKCS#8.
			import base64
			der = base64.b64decode(b"".join(raw.split(b"\n")[1:-2]))
			raw, kind = base64.b64encode(der[-32:]), b"ed25519-sha256"
		for f in files:
			sig = dkim.sign(f.read_bytes(), key.name.encode(),
			                b"example.org", raw,
			                canonicalize=(word[form[0]], word[form[1]]),
			                signature_algorithm=kind)
			f.with_name(f.name + ".theirs").write_bytes(
				sig + f.read_bytes())


def engines(opendkim):
	found = []
	if dkim:
		found.append(Dkimpy())
	else:
		skip("dkimpy (python3-dkim)")
	perl = shutil.which("perl")
	probe = [perl, "-MMail::DKIM::Verifier", "-e", "1"]
	if perl and not subprocess.run(probe, capture_output=True,
	                               check=False).returncode:
		# Debian's has no Ed25519.
		found.append(Program("Mail::DKIM", [perl, HERE / "mail_dkim.pl"],
		                     ("rsa",)))
	else:
		skip("Mail::DKIM (libmail-dkim-perl)")
	if opendkim:
		found.append(Program("OpenDKIM", [opendkim],
		                     ("rsa", "ed25519")))
	else:
		skip("OpenDKIM (libopendkim-dev)")
	return found


def spoil(files):
	"""Copies with another byte in the body, where there is one"""
	out = []
	for f in files:
		head, _, body = f.read_bytes().partition(b"\r\n\r\n")
		if not body.strip():
			continue
		at = len(body) - len(body.lstrip())
		other = f.with_name(f.name + ".spoilt")
		other.write_bytes(head + b"\r\n\r\n" + body[:at] + b"#" +
		                  body[at + 1:])
		out.append(other)
	return out


def check(engine, what, got, files, want):
	for f in files:
		r = got.get(str(f), "nothing")
		hold((r == "pass") == (want[str(f)] == "pass"),
		     f"{engine}: {what} {f.name}: {r}")


def all_are(word, files):
	return {str(f): word for f in files}


def compare(ours, engine, kind, key, records, zone, files):
	for form in FORMS:
		what = f"{kind} {'/'.join(form)}"
		run(ours, "sign", key, *form, *files)
		made = [f.with_name(f.name + ".ours") for f in files]
		check(engine.name, f"our {what}", engine.verify(records, made),
		      made, all_are("pass", made))
		bad = spoil(made)
		check(engine.name, f"our spoilt {what}",
		      engine.verify(records, bad), bad, all_are("fail", bad))
		engine.sign(key, form, files)
		made = [f.with_name(f.name + ".theirs") for f in files]
		own = engine.verify(records, made)
		hold("pass" in own.values() or form[0] == "s",
		     f"{engine.name}: {what}: nothing that it verifies itself")
		check(engine.name, f"its {what}, here",
		      results(run(ours, "verify", zone, *made)), made, own)
		bad = spoil(made)
		check(engine.name, f"its spoilt {what}, here",
		      results(run(ours, "verify", zone, *bad)), bad,
		      all_are("fail", bad))


def main():
	ours = sys.argv[1]
	opendkim = sys.argv[2] if len(sys.argv) > 2 else None
	with tempfile.TemporaryDirectory() as tmp:
		tmp = pathlib.Path(tmp)
		records = {f"{kind}._domainkey.example.org":
		           run(ours, "key", kind, tmp / kind).strip()
		           for kind in ("rsa", "ed25519")}
		zone = tmp / "zone"
		zone.write_text("".join(f"{n} TXT {t}\n"
		                        for n, t in records.items()))
		files = []
		for name, raw in MESSAGES.items():
			(tmp / name).write_bytes(raw)
			files.append(tmp / name)
		for engine in engines(opendkim):
			for kind in engine.types:
				compare(ours, engine, kind, tmp / kind, records,
				        zone, files)
	return end()


if __name__ == "__main__":
	sys.exit(main())
