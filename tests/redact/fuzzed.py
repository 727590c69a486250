#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Redact mutated pastes, and look for what should be gone.

usage: fuzzed.py WORKER SHARED COUNT [SEED [FIRST]]

Each case is made of pieces of the pastes, replies, examples and goldens, with
addresses, hosts, ids and logins of our own put in between in odd forms; it
depends on the seed, its number and the texts only.  Looked for in the output (as it is,
and with its encodings taken off) are
- every word and address that was put in, in any form,
- every original of the map, and
- what a search of its own finds in the input.
Names of data/providers and data/dnsbl, and names that rules look for, stay.
"""
import base64
import html
import ipaddress
import json
import multiprocessing
import os
import pathlib
import quopri
import random
import re
import sys
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "meta"))
# pylint: disable=wrong-import-position
from counts import bad, end, ok, skip
from worker import Worker

TLDS = ["de", "com", "net", "org", "co.uk", "io", "info", "fr", "com.br",
        "shop", "cloud", "jp", "xn--p1ai", "name"]
SYLLABLES = ["zor", "vik", "qua", "bex", "wul", "jyn", "hrez", "plok", "xan",
             "dwim", "yorp", "kvat", "fneb", "grux"]
IP4 = re.compile(r"(?<![\w.:-])(?:\d{1,3}\.){3}\d{1,3}(?![\w.-])")
MAIL = re.compile(r"[a-z0-9_][a-z0-9_.+-]*@[a-z0-9-]+"
                  r"(?:\.[a-z0-9-]+)*\.[a-z]{2,}", re.I)
HOST = re.compile(r"(?<![\w@.%\\/-])(?:[a-z0-9-]+\.)+"
                  r"(?:com|net|org|de|fr|uk|info|io)(?![\w.-]|\()")
VERSION = re.compile(r"(?:version|id|mapi|[A-Za-z]/)\s*[=(]?\s*$", re.I)
ROBOT = re.compile(r"(?:postmaster|mailer-daemon|abuse|root|unknown)@(.*)")


# --- what stays ---

def data_names():
	rules, names = [], set()
	for folder in ("rules", "providers", "dnsbl"):
		for file in (ROOT / "data" / folder).iterdir():
			rules.append(file.read_text("utf-8").lower())
	text = "\n".join(rules)
	for line in re.findall(r"^(?:host|alias|submission|zone): (.*)", text,
	                       re.M):
		names |= {n.strip().removeprefix("*.") for n in line.split("|")
		          if "." in n}
	# Names in the words of rules, marks and steps.
	said = "\n".join(re.findall(r"^(?:text|mark|not|step|portal): .*"
	                            r"(?:\n .*)*", text, re.M))
	for host in re.findall(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", said):
		names.add(host)
	return names, said


KEPT, SAID = data_names()


def kept(host):
	host = host.rstrip(".")
	while host:
		if host in KEPT:
			return True
		host = host.partition(".")[2]
	return False


# --- what is put in ---

def word(rng):
	return "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 3)))


def domain_of(rng):
	return word(rng) + rng.choice(["", "", "-" + word(rng)]) + "." + \
		rng.choice(TLDS)


def local_of(rng):
	a, b = word(rng), word(rng)
	return rng.choice([a, a + "." + b, a + "_" + b, a + str(rng.randint(1, 99)),
	                   a + "-" + b])


def ip4_of(rng):
	first = rng.choice([10, 192, 203, 198, 172, 100, 85, 62, 217, 5, 46])
	second = {10: 77, 192: 168, 172: 20, 100: 99}.get(first)
	return (f"{first}.{second or rng.randint(13, 250)}."
	        f"{rng.randint(13, 250)}.{rng.randint(13, 250)}")


def ip6_of(rng):
	head = rng.choice([0x2a02, 0x2001, 0x2600, 0xfd12])
	rest = [rng.choice([0, rng.randint(0x1000, 0xffff)]) for _ in range(6)]
	parts = [head, rng.randint(0x1000, 0xffff), *rest]
	parts[7] = rng.randint(0x1000, 0xffff)
	return str(ipaddress.IPv6Address(
		b"".join(p.to_bytes(2, "big") for p in parts)))


def nibbles(ip):
	return ".".join(reversed(ipaddress.IPv6Address(ip).exploded
	                         .replace(":", "")))


def back(ip):
	return ".".join(reversed(ip.split(".")))


def hex4(ip):
	a, b, c, d = (int(x) for x in ip.split("."))
	return f"{a << 8 | b:x}:{c << 8 | d:x}"


def encoded_b(text):
	return "=?utf-8?B?" + base64.b64encode(text.encode()).decode() + "?="


def address_forms(local, host, rng, secrets):
	other = domain_of(rng)
	tag = word(rng)
	secrets += [tag, other.split(".")[0]]
	a = f"{local}@{host}"
	return [
		a, f"<{a}>", a.upper(), a.title(), f"{local}%40{host}",
		f"{local}%2B{tag}%40{host}", f"%3C{local}%40{host}%3E",
		f"{local}=40{host}", f"{local}+40{host}", f"{local}&#64;{host}",
		f"{local}\\u0040{host}", f"{local}(at){host}", f"{local}[at]{host}",
		f"bounce+{local}={host}@{other}",
		f"bounces-17-{tag}9-{local}={host}@{other}",
		f"{local}={host}@{other}", f"SRS0=aB1c=XY={host}={local}@{other}",
		f"SRS0+aB1c=XY={host}={local}@{other}",
		f"SRS1=aB1c={tag}.de==x1Yz=XY={host}={local}@{other}",
		f"prvs=0123abcdef={local}@{host}", f"btv1==012ab==={local}@{host}",
		encoded_b(f"to {a} now"), "=?iso-8859-1?Q?" + local.replace("_", "=5F") + f"=40{host}_x?=",
		f"rfc822; {a}", f"rfc822;{a}", f"mailto:{a}", f"SMTP:{a}",
		f"{local}%{host}@{other}", f'"{local}"@{host}', f"{a}.",
		f"?x=1&to={a}&y=2", f"?x=1&to={urllib.parse.quote(a)}", f"user={a}",
		f"email={a}", f"\u7ed9{a}\u7684", f"\\n{a}\\n", f"{local}+{tag}@{host}",
		f"{a},{tag}@{host}", f"'{a}'", f"({a})", f"[{a}]", f"{a}:",
		f"email=3D{a}", f"&lt;{a}&gt;", f"\\u003c{a}\\u003e",
		f"{a}...", f"{a}>...", f"/{a}/", f"{other}!{a}", f"*{a}*", f"_{a}_",
		f"https://{tag}.de/u/{a}?id={a}", f"{a};{a}", f"{a}|{a}", f"{a}\0{a}",
	]


def host_forms(host, ip, rng, secrets):
	tag = word(rng)
	secrets.append(tag)
	return [
		host, f"{tag}.{host}", f"mx1.{host}", host + ".", host.upper(),
		f"Mx.{host}".title(), f"https://{host}/path?x={host}",
		f"{host}[{ip}]", f"{host}:25", f"({host} [{ip}])", f"HELO {host}",
		f"dns;{host}", f"dns; {tag}.{host}", f"helo=<{host}>", f"@{host}",
		f"_dmarc.{host}", f"{tag}._domainkey.{host}", f"//{host}/",
		host.replace(".", "-") + ".mail.protection.outlook.com",
		f"?host={host}&x=1", f"%2F%2F{host}%2F", f"<{host}>", f"'{host}'",
		f"*.{host}", f"{host},{tag}.{host}", f"\u5728{host}\u4e0a",
		f"{host}/{tag}.{host}", f"{host}\u3002", f"{host}_",
		f"IN MX 10 {host}.", f"postmaster@{host}", f"root@{tag}.{host}",
		f"header.d={host}", f"d={host};", f"CN={host},O=x", f"...{host}...",
	]


def ip4_forms(ip, rng, secrets):
	tag = word(rng)
	secrets.append(tag)
	dashed = ip.replace(".", "-")
	a, b, c, d = ip.split(".")
	return [
		ip, f"[{ip}]", f"({ip})", f"{ip}:25", f"{ip}.", f"{ip},",
		f"{back(ip)}.zen.spamhaus.org", f"{back(ip)}.in-addr.arpa",
		f"{back(ip)}.bl.{tag}.org", f"ip-{dashed}.{tag}.net",
		f"{dashed}.{tag}.net", f"{back(ip).replace('.', '-')}.{tag}.de",
		f"{ip}.{tag}.net", f"{back(ip)}.dyn.{tag}.net", f"helo=ip-{dashed}",
		f"::ffff:{ip}", f"[::ffff:{ip}]", f"::ffff:{hex4(ip)}",
		f"64:ff9b::{hex4(ip)}", f"client-{ip}", f"host_{ip}_failed",
		f"IP\u5730\u5740{ip}\u88ab\u62d2", f"{ip}/24", f"{ip}-{ip}", f"={ip}",
		f"\\n{ip}\\r\\n", f"%5B{ip}%5D", f"?ip={ip}&x=1", f"x@[{ip}]",
		f"x@{ip}", f"//{ip}/x", f"unknown[{ip}]", f"<{ip}>", f"ip4:{ip}/32",
		f"{int(a):03}.{int(b):03}.{int(c):03}.{int(d):03}",
		encoded_b(f"at {ip}"), f"{ip}_but_sender", f"'{ip}'", f"{ip};",
		f"client={ip}", f"{ip}|{ip}", f"{ip}\0", f"SPF.{ip}", f"{ip}\u3002",
		f"d{dashed}.{tag}.net", f"{c}.{b}.{a}.in-addr.arpa",
	]


def ip6_forms(ip, rng, secrets):
	tag = word(rng)
	secrets.append(tag)
	full = ipaddress.IPv6Address(ip).exploded
	return [
		ip, f"[{ip}]", f"[{ip}]:25", f"IPv6:{ip}", f"[IPv6:{ip}]", full,
		full.upper(), ip.upper(), urllib.parse.quote(ip, safe=""),
		ip.replace(":", "%3a"), f"{nibbles(ip)}.ip6.arpa",
		f"{nibbles(ip)}.zen.spamhaus.org", f"{nibbles(ip)}.bl.{tag}.org",
		f"{ip}%eth0", f"{ip}/64", f"{ip}.", f"{ip},", f"x@[IPv6:{ip}]",
		f"ip6:{ip}", f"({ip})", f"client={ip}", f"\\n{ip}\\n",
		encoded_b(f"at {ip}"), f"<{ip}>", f"unknown[{ip}]", f"{ip}_but",
		f"http://[{ip}]/", f"\u5730\u5740{ip}\u88ab", f"{ip}-x", f"'{ip}'",
	]


def token_of(rng, letters, n):
	while True:
		token = "".join(rng.choice(letters) for _ in range(n))
		if sum(c.isdigit() for c in token) > 2 and any(
				c.isalpha() for c in token):
			return token


def plant_id(rng, forms, secrets):
	kind = rng.randrange(4)
	if kind == 0:
		token = token_of(rng, "0123456789ABCDEF", rng.randint(9, 12))
		first = f"postfix/smtp[77]: {token}: status=bounced"
	elif kind == 1:
		token = token_of(rng, "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghj", 15)
		first = f"250 2.0.0 Ok: queued as {token}"
	elif kind == 2:
		token = (token_of(rng, "0123456789abcdefABCDEF", 6) + "-" +
		         token_of(rng, "0123456789abcdefABCDEF", 6) + "-" +
		         token_of(rng, "0123456789abcdef", 4)[:2])
		first = f"2026-11-24 10:11:12 {token} ** gone"
	else:
		token = token_of(rng, "0123456789abcdef", 24)
		first = f"({token})"
	secrets.append(token)
	forms += [first, rng.choice([f"see {token}.", f"{token}", f"[{token}]",
	                             f"id {token}", f"#{token}", f"{token},"])]


def plant_login(rng, forms, secrets):
	name = rng.choice([word(rng), word(rng) + str(rng.randint(1, 99)),
	                   word(rng) + "." + word(rng)])
	secrets += name.split(".")
	forms += [rng.choice([
		f"sasl_username={name}", f"user=<{name}>", f'"username": "{name}"',
		f"user: '{name}'", f"login={name}", f"A=plain:{name} ",
		f"user=DOM\\{name}"]).replace(" A=", "x A="),
		rng.choice([f"for {name} ", f"'{name}'", f'"{name}"', f"({name})"])]
	if forms[-2].startswith("A="):
		forms[-2] = "x " + forms[-2]


def plant(rng):
	"""Forms to put in, words that must be gone, addresses that must be."""
	forms, secrets, ips = [], [], []
	domain = domain_of(rng)
	secrets += [p for p in domain.split(".")[0].split("-")]
	hosts = [domain, word(rng) + "." + domain]
	secrets.append(hosts[1].split(".")[0])
	ip = ip4_of(rng)
	near = ip.rsplit(".", 1)[0] + f".{rng.randint(13, 250)}"
	for _ in range(rng.randint(1, 5)):
		kind = rng.randrange(8)
		if kind < 3:
			local = local_of(rng)
			secrets += re.findall("[a-z]{4,}", local)
			pick = address_forms(local, rng.choice(hosts), rng, secrets)
		elif kind < 5:
			pick = host_forms(rng.choice(hosts), ip, rng, secrets)
		elif kind < 7:
			pick = ip4_forms(rng.choice([ip, near]), rng, secrets)
		else:
			six = ip6_of(rng)
			ips.append(six)
			pick = ip6_forms(six, rng, secrets)
		forms += rng.sample(pick, rng.randint(1, 3))
	if rng.random() < .3:
		plant_id(rng, forms, secrets)
	if rng.random() < .3:
		plant_login(rng, forms, secrets)
	ips += [ip, near]
	return forms, secrets, ips


# --- cases ---

def sources(shared):
	texts = []
	for pattern in ("tests/golden/*/input", "examples/*.txt",
	                "examples/*.log", "tests/negatives/**/*",
	                "tests/fixtures/exceptions/*/*.txt"):
		texts += [f.read_bytes().decode("utf-8", "replace")
		          for f in sorted(ROOT.glob(pattern)) if f.is_file()]
	for path, key in (("corpus/pastes/pastes.jsonl", "text"),
	                  ("corpus/replies/provider_replies.jsonl", "reply")):
		file = shared / path
		if not file.is_file():
			skip(f"no {path}")
			continue
		texts += [json.loads(line)[key] for line in
		          file.read_text("utf-8").splitlines()]
	return texts


def piece(rng, text):
	if len(text) > 700:
		at = rng.randrange(len(text) - 600)
		at = text.find("\n", at) + 1
		text = text[at:at + rng.randint(100, 600)]
	return text


def mutate(rng, text):
	kind = rng.randrange(12)
	if kind == 0:
		return text.upper()
	if kind == 1:
		return text.replace("\n", "\r\n")
	if kind == 2:
		return "> " + text.replace("\n", "\n> ")
	if kind == 3:
		return text.replace("\n", "\\n")
	if kind == 4:
		return json.dumps(text)
	if kind == 5 and text:
		chars = list(text)
		for _ in range(rng.randint(1, 8)):
			chars[rng.randrange(len(chars))] = chr(rng.choice(
				[rng.randrange(128), rng.randrange(128, 0x2fff)]))
		return "".join(chars)
	if kind == 6:
		return html.escape(text)
	return text


def body(rng, secrets, ips):
	"""Sometimes a part whose text is encoded."""
	if rng.random() > .15:
		return ""
	local, host, ip = local_of(rng), domain_of(rng), ip4_of(rng)
	secrets += re.findall("[a-z]{4,}", local) + [host.split(".")[0]]
	ips.append(ip)
	said = rng.choice([
		f"550 5.1.1 <{local}@{host}> user unknown\n",
		f"client [{ip}] was refused by mx.{host}\r\n",
		f"{'word ' * 20}{local}@{host} {ip}\n"]) * rng.randint(1, 3)
	head = "\n\nContent-Type: text/plain; charset=utf-8\n" \
		"Content-Transfer-Encoding: "
	if rng.random() < .5:
		return head + "base64\n\n" + base64.encodebytes(
			said.encode()).decode() + "\n--x\n"
	return head + "quoted-printable\n\n" + quopri.encodestring(
		said.encode()).decode() + "\n--x\n"


def make(rng, texts):
	text = rng.choice(["\n", " ", "\n\n", ""]).join(
		mutate(rng, piece(rng, rng.choice(texts)))
		for _ in range(rng.randint(1, 3)))
	forms, secrets, ips = plant(rng)
	tail = body(rng, secrets, ips)
	# What stands behind "version" is no address.
	gaps = [m.start() for m in re.finditer(r"(?<!ersion)[ \n]", text, re.I)
	        ] or [0]
	# from the end on: what was found remains right
	places = sorted((rng.choice(gaps) for _ in forms), reverse=True)
	for at, form in zip(places, reversed(forms)):
		before = "" if not at else rng.choice([" ", "\n", " ", "\t", " ("])
		text = text[:at] + before + form + rng.choice([" ", "\n", " "]) + \
			text[at:]
	return text + tail, secrets, ips


# --- looking ---

def un_2047(text):
	def one(m):
		try:
			if m[1] in "Bb":
				return base64.b64decode(m[2] + "==").decode("latin-1")
			return quopri.decodestring(m[2].replace("_", " ").encode()
			                           ).decode("latin-1")
		except ValueError:
			return m[0]
	return re.sub(r"=\?[\w*-]+\?([BbQq])\?([^?\s]*)\?=", one, text)


def un_64(m):
	try:
		return base64.b64decode(m[1] + "==").decode("latin-1")
	except ValueError:
		return m[0]


def faces(text):
	"""The text, and what is behind its encodings."""
	yield text
	if "=?" in text:
		yield un_2047(text)
	if "%" in text:
		once = urllib.parse.unquote(text, "latin-1")
		yield once
	if "&" in text:
		yield html.unescape(text)
	if "=" in text:
		yield re.sub("=([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), text)
	if "base64" in text:
		yield re.sub(r"\n\n((?:[A-Za-z0-9+/=]+\n)+)", un_64, text)
	if "quoted-printable" in text:
		yield text.replace("=\n", "")
	if "\\" in text:
		yield re.sub(r"\\u00([0-9a-f]{2})", lambda m: chr(int(m[1], 16)),
		             text)


def forms_of_ip(ip):
	if ":" in ip:
		address = ipaddress.IPv6Address(ip)
		return [str(address), address.exploded, nibbles(ip)]
	a, b, c, d = ip.split(".")
	dashed = ip.replace(".", "-")
	return [ip, back(ip), dashed, back(ip).replace(".", "-"), hex4(ip),
	        f"{int(a):03}.{int(b):03}.{int(c):03}.{int(d):03}"]


def stays(ip):
	try:
		address = ipaddress.ip_address(ip)
	except ValueError:
		return True
	return (address.is_loopback or address.is_unspecified or
	        address.is_multicast or address.is_link_local or
	        (address.version == 4 and (int(address) >> 24 == 0 or
	                                   int(address) >> 24 >= 224)))


def found(text):
	"""Addresses and hosts that a plain search finds."""
	for m in IP4.finditer(text):
		if not stays(m[0]) and not VERSION.search(
				text[max(0, m.start() - 12):m.start()]):
			yield m[0]
	for m in MAIL.finditer(text):
		yield m[0]
	for m in HOST.finditer(text):
		if not kept(m[0]):
			yield m[0]


def exempt(value):
	"""Robots and desks of providers, and names that rules look for."""
	robot = ROBOT.fullmatch(value)
	if robot and kept(robot[1]):
		return True
	return value in SAID


def whole(value, text):
	at = text.find(value)
	while at >= 0:
		a = text[at - 1:at] if at else ""
		b = text[at + len(value):at + len(value) + 2]
		if not (re.match(r"[\w.:-]", a) or re.match(r"[\w-]|[.:]\w", b)):
			return True
		at = text.find(value, at + 1)
	return False


def relations(done):
	"""Neighbours stay neighbours; two become two."""
	hosts = {a: b for kind, a, b in done.map if kind == "host"}
	for a, b in hosts.items():
		parent = a.partition(".")[2]
		if parent in hosts and not b.endswith("." + hosts[parent]):
			return f"{a} became {b}, {parent} {hosts[parent]}"
	nets = {}
	for kind, a, b in done.map:
		if kind == "ip" and ":" not in a:
			net, to = a.rpartition(".")[0], b.rpartition(".")[0]
			if nets.setdefault(net, to) != to:
				return f"{a} became {b}, its neighbours {nets[net]}"
	if len(set(nets.values())) < len(nets):
		return f"networks became one: {nets}"
	return None


def judge(text, secrets, ips, done):
	if any(len(row) != 3 for row in done.map):
		return f"map: {done.map}"
	out = done.text.decode("utf-8", "replace")
	originals = [a for kind, a, _ in done.map
	             if kind in ("address", "host", "ip")]
	originals += [v.lower() for v in found(text)]
	for face in faces(out):
		face = face.lower()
		for secret in secrets:
			if secret.lower() in face:
				return f"left: {secret}"
		for ip in ips:
			for form in forms_of_ip(ip):
				if form in face:
					return f"left: {ip} as {form}"
	out = out.lower()
	for value in originals:
		if whole(value, out) and not exempt(value) and not kept(value):
			return f"left: original {value}"
	return relations(done)


CHUNK = 100


class Looker:
	"""One process of several, each with a worker of its own."""
	worker = texts = program = None

	@classmethod
	def start(cls, program, texts):
		cls.program, cls.texts = program, texts
		cls.worker = Worker(program)


def look(job):
	"""Wrong cases among some of a row: (number, what, text, redacted)."""
	seed, first, count = job
	cases = [make(random.Random(f"{seed} {i}"), Looker.texts)
	         for i in range(first, first + count)]
	data = [text.encode("utf-8", "replace") for text, _, _ in cases]
	wrong = []
	try:
		for i, done in enumerate(Looker.worker.redact_all(data)):
			what = judge(data[i].decode(), *cases[i][1:], done)
			if what:
				wrong.append((first + i, what, cases[i][0], done))
	except EOFError as gone:
		Looker.worker = Worker(Looker.program)
		wrong.append((first, f"or one of the next {count}: {gone}", "",
		              None))
	return wrong


def main():
	texts = sources(pathlib.Path(sys.argv[2]))
	numbers = [int(x) for x in sys.argv[3:]]
	count, seed, first = numbers + [1, 0][len(numbers) - 1:]
	jobs = [(seed, i, min(CHUNK, first + count - i))
	        for i in range(first, first + count, CHUNK)]
	failed = 0
	with multiprocessing.Pool(os.cpu_count(), Looker.start,
	                          (sys.argv[1], texts)) as pool:
		for wrong in pool.imap(look, jobs):
			for i, what, text, done in wrong:
				bad(f"case {i} of seed {seed}: {what}")
				failed += 1
				if failed <= 3 and done:
					print(text, done.text.decode("utf-8", "replace"),
					      *done.map, sep="\n-----\n")
			if failed > 40:
				break
	for _ in range(count - failed):
		ok()
	return end()


if __name__ == "__main__":
	sys.exit(main())
