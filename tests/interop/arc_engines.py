#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""ARC chains of two hops, made by us, dkimpy and Mail::DKIM, judged by all.

usage: arc_engines.py DKIM_DUMP

The first hop seals, the second puts its results on top and seals again; in
each pair of hops one is ours or both are.  All must find the chain good, good
still with empty lines behind it, and not with another Subject, text behind
the body, or the oldest seal gone.  An engine that is not installed is skipped.
"""
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from dkim_engines import HERE, MESSAGES, dkim, results, run  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "meta"))
from counts import end, hold, skip  # noqa: E402

RESULTS = (b"Authentication-Results: mx.example.org;\r\n"
           b"\tspf=pass smtp.mailfrom=example.org\r\n")


def without_seal(raw):
	"""The last ARC-Seal, which is the oldest, under another name"""
	head, _, tail = raw.rpartition(b"ARC-Seal:")
	return head + b"X-Seal:" + tail


# What is done to a sealed message, and whether it is still good then.
CHANGES = {
	"as-made": (lambda raw: raw, True),
	"lines-added": (lambda raw: raw + b"\r\n\r\n", True),
	"text-added": (lambda raw: raw + b"x\r\n", False),
	"subject": (lambda raw: raw.replace(b"\r\nSubject:",
	                                    b"\r\nSubject: x"), False),
	"no-seal": (without_seal, False),
}


class Ours:
	name = "ours"

	def __init__(self, dump, zone):
		self.dump, self.zone = dump, zone

	def seal(self, key, files):
		run(self.dump, "seal", self.zone, key, *files)
		return [f.with_name(f.name + ".ours") for f in files]

	def chain(self, _, files):
		return results(run(self.dump, "chain", self.zone, *files))


class MailDkim:
	name = "Mail::DKIM"

	@staticmethod
	def seal(key, files):
		run("perl", HERE / "mail_dkim.pl", "seal", key, *files)
		return [f.with_name(f.name + ".theirs") for f in files]

	@staticmethod
	def chain(record, files):
		path = files[0].parent / "records"
		path.write_text(f"rsa._domainkey.example.org {record}\n")
		return results(run("perl", HERE / "mail_dkim.pl", "chain", path,
		                   *files))


class Dkimpy:
	name = "dkimpy"

	@staticmethod
	def seal(key, files):
		made = []
		for f in files:
			raw = f.read_bytes()
			made.append(f.with_name(f.name + ".dkimpy"))
			made[-1].write_bytes(b"".join(dkim.arc_sign(
				raw, b"rsa", b"example.org", key.read_bytes(),
				b"mx.example.org")) + raw)
		return made

	@staticmethod
	def chain(record, files):
		def one(raw):
			try:
				return dkim.arc_verify(
					raw, dnsfunc=lambda name, timeout=5:
					record.encode())[0].decode()
			# It ends with all kinds where a chain is odd.
			except Exception as e:
				return f"{type(e).__name__}"
		return {str(f): one(f.read_bytes()) for f in files}


def engines(ours):
	found = [ours]
	if dkim:
		found.append(Dkimpy())
	else:
		skip("dkimpy (python3-dkim)")
	if shutil.which("perl") and run("perl", "-MMail::DKIM::ARC::Signer",
	                                "-e", "print 1"):
		found.append(MailDkim())
	else:
		skip("Mail::DKIM (libmail-dkim-perl)")
	return found


def judge(able, names, record, files):
	for change, (do, good) in CHANGES.items():
		made = []
		for f in files:
			made.append(f.with_name(f"{f.name}.{change}"))
			made[-1].write_bytes(do(f.read_bytes()))
		for engine in able:
			got = engine.chain(record, made)
			for f in made:
				r = got.get(str(f), "nothing")
				hold((r == "pass") == good, f"{engine.name}: "
				     f"{names} {f.name}: {r}")


def main(dump):
	with tempfile.TemporaryDirectory() as tmp:
		tmp = pathlib.Path(tmp)
		record = run(dump, "key", "rsa", tmp / "rsa").strip()
		zone = tmp / "zone"
		zone.write_text(f"rsa._domainkey.example.org TXT {record}\n")
		ours = Ours(dump, zone)
		able = engines(ours)
		files = []
		for name, raw in MESSAGES.items():
			files.append(tmp / name)
			files[-1].write_bytes(RESULTS + raw)
		for first in able:
			once = first.seal(tmp / "rsa", files)
			for f in once:
				f.write_bytes(RESULTS + f.read_bytes())
			for second in able:
				if ours in (first, second):
					judge(able, f"{first.name}, {second.name}",
					      record,
					      second.seal(tmp / "rsa", once))
	return end()


if __name__ == "__main__":
	sys.exit(main(*sys.argv[1:]))
