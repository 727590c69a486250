#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Name servers of one domain that are fine, stale, lame, failing and silent
(NSD, in a name space of the test's own), and what `mailwhy check` says.

usage: nameservers.py MAILWHY
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "meta"))
from counts import end, hold, skip  # noqa: E402
from space import enter, is_inside  # noqa: E402

NSD = shutil.which("nsd", path=os.environ.get("PATH", "") + ":/usr/sbin")
CONF = """server:
 ip-address: {ip}
 port: 53
 username: ""
 database: ""
 zonesdir: "{at}"
 pidfile: "{at}/pid"
 xfrdfile: "{at}/xfrd"
 zonelistfile: "{at}/list"
 logfile: "{at}/log"
 rrl-ratelimit: 0
 server-count: 1
remote-control:
 control-enable: no
zone:
 name: {zone}
 zonefile: "{at}/zone"
"""
HEAD = """$TTL 300
{name}. SOA ns1 h {serial} 2 3 4 5
"""
GOOD = """@ TXT "v=spf1 mx -all"
@ MX 10 mx
mx A 192.0.2.25
_dmarc TXT "v=DMARC1; p=none"
"""


def records(servers, name="example.org", serial=7, more=GOOD):
	"""A zone with name servers at 192.0.2.N."""
	text = f"$ORIGIN {name}.\n" + HEAD.format(name=name, serial=serial)
	for n in servers:
		text += f"@ NS ns{n}\nns{n} A 192.0.2.{n}\n"
	return text + more


def start(at, n, zone, text):
	"""NSD at 192.0.2.N; text None: a zone that cannot be read."""
	folder = at / str(n)
	folder.mkdir()
	if text is not None:
		(folder / "zone").write_text(text)
	(folder / "conf").write_text(CONF.format(
		ip=f"192.0.2.{n}", at=folder, zone=zone))
	child = subprocess.Popen([NSD, "-d", "-c", folder / "conf"])
	for _ in range(100):
		with socket.socket() as s:
			if s.connect_ex((f"192.0.2.{n}", 53)) == 0:
				return child
		time.sleep(0.05)
	return child


def check(mailwhy):
	done = subprocess.run(
		[mailwhy, "check", "example.org", "--format=json", "--resolver",
		 "192.0.2.1@53"], capture_output=True, timeout=60, check=False)
	found = json.loads(done.stdout)["findings"]
	return sorted((f["id"], f["about"]) for f in found
	              if f["id"].startswith("servers."))


def case(mailwhy, name, servers, others, want):
	"""Server 1 is fine; others is {N: (zone, text)}."""
	with tempfile.TemporaryDirectory() as folder:
		at = pathlib.Path(folder)
		all_ = {1: ("example.org", records(servers)), **others}
		children = [start(at, n, *row) for n, row in all_.items()]
		begun = time.monotonic()
		got = check(mailwhy)
		took = time.monotonic() - begun
		for child in children:
			child.terminate()
			child.wait()
	hold(got == sorted(want), f"{name}: {got}, not {sorted(want)}")
	return took


def run(mailwhy):
	two = records([1, 2])
	case(mailwhy, "fine", [1, 2], {2: ("example.org", two)},
	     [("servers.ok", "example.org")])
	case(mailwhy, "stale", [1, 2], {2: ("example.org", records(
		[1, 2], serial=6))}, [("servers.serial", "example.org")])
	case(mailwhy, "other SPF", [1, 2], {2: ("example.org", two.replace(
		"mx -all", "-all"))}, [("servers.differ", "example.org TXT")])
	case(mailwhy, "lame", [1, 2], {2: ("example.net", records(
		[1, 2], "example.net"))}, [("servers.lame", "192.0.2.2")])
	case(mailwhy, "failing", [1, 2], {2: ("example.org", None)},
	     [("servers.servfail", "192.0.2.2")])
	took = case(mailwhy, "silent", [1, 2], {},
	            [("servers.silent", "192.0.2.2")])
	hold(took < 10, f"a silent server takes {took:.1f} s")
	case(mailwhy, "single", [1], {}, [("servers.single", "example.org")])
	# 2 KB in one record: over UDP it is cut, and asked for again.
	long = GOOD + "@ TXT " + " ".join(['"' + "x" * 250 + '"'] * 8) + "\n"
	case(mailwhy, "long", [1, 2], {
		1: ("example.org", records([1, 2], more=long)),
		2: ("example.org", records([1, 2], more=long))},
		[("servers.ok", "example.org")])


def main(args):
	mailwhy = str(pathlib.Path(args[0]).resolve())
	if is_inside():
		run(mailwhy)
		return end()
	if not NSD:
		skip("nsd")
		return end()
	return enter(__file__, [mailwhy],
	             [f"192.0.2.{n}" for n in (1, 2, 25)], 150,
	             ("--pid", "--fork", "--kill-child"))


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
