#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The SPF suites as pyspf and libspf2 of Debian judge them, beside ours.

usage: spf_compare.py TEST_SPF_SUITES SHARED [SPF2_DUMP] [-v]

Every case is judged by all on the same zone.  A difference must be listed in
spf.reasons with a word why; what is listed and no longer differs is wrong,
too.  Where ours and pyspf agree on a result that no limit cut short, the
terms counted on the way must be as many.  An engine that is not installed is
skipped.  With -v each difference is shown as a line for spf.reasons.
"""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "meta"))
from counts import bad, end, hold, ok, skip  # noqa: E402

try:
	import spf
except ImportError:
	spf = None

HERE = pathlib.Path(__file__).resolve().parent
SUITES = ("rfc7208", "rfc4408", "pyspf-adhoc", "mail-auth-rs")


def dump(*command):
	"""(suite, scenario, id) -> what an engine says"""
	done = subprocess.run(command, capture_output=True, timeout=120,
	                      check=False)
	out = {}
	for line in done.stdout.splitlines():
		d = json.loads(line)
		out[(d["suite"], d["scenario"], d["id"])] = d
	return out


def value(kind, v):
	"""A record's value as pyspf wants it"""
	if kind in ("TXT", "SPF"):
		strings = [v] if isinstance(v, str) else v
		return [s.encode("latin-1") for s in strings]
	return tuple(v) if kind == "MX" else v


def world(zones):
	"""pyspf's way to ask: (name, type) -> [((name, type), value)]"""
	low = {name.lower().rstrip("."): types for name, types in zones.items()}

	def ask(name, kind, strict=True, timeout=0):
		types = low.get(name.lower().rstrip("."), {})
		slow = types.get("timeout", [])
		if kind in types:
			return [((name, kind), value(kind, v))
			        for v in types[kind]]
		if "rcode" in types or slow == "*" or kind in slow:
			raise spf.TempError("no answer")
		return [((name, "CNAME"), v) for v in types.get("CNAME", [])]
	return ask


def pyspf():
	out = {}
	for suite, shared in ((s, SHARED) for s in SUITES):
		path = shared / "corpus/auth/spf" / f"{suite}.dev.json"
		scenarios = json.loads(path.read_text("utf-8"))["scenarios"]
		for number, scenario in enumerate(scenarios):
			spf.DNSLookup = world(scenario["zones"])
			for t in scenario["tests"]:
				q = spf.query(i=t["ip"], s=t["mailfrom"],
				              h=t["helo"], strict=True)
				out[(suite, number, t["id"])] = {
					"result": q.check()[0],
					"terms": q.lookups}
	return out


def listed():
	"""(engine, suite, id) -> (their result, ours, why)"""
	out = {}
	for line in (HERE / "spf.reasons").read_text("utf-8").splitlines():
		if line.strip() and not line.startswith("#"):
			engine, suite, name, theirs, ours, why = line.split("\t")
			out[(engine, suite, name)] = (theirs, ours, why)
	return out


def compare(engine, ours, theirs, reasons, verbose):
	same = 0
	for key, mine in ours.items():
		name = (engine, key[0], key[2])
		got = (theirs[key]["result"], mine["result"])
		if got[0] == got[1]:
			same += 1
			hold(name not in reasons, f"{' '.join(name)}: listed, "
			     f"but all say {got[0]}")
			continue
		if verbose:
			print("\t".join((*name, *got, "?")))
		hold(reasons.get(name, ())[:2] == got and reasons[name][2],
		     f"{' '.join(name)}: they say {got[0]}, we {got[1]}")
	print(f"{engine}: {same} of {len(ours)} the same")


def compare_cost(ours, theirs, reasons):
	for key, mine in ours.items():
		if mine["why"].startswith("too-many") or mine["why"] == "inside":
			continue
		if mine["result"] != theirs[key]["result"]:
			continue
		got = (str(theirs[key]["terms"]), str(mine["terms"]))
		why = reasons.get(("pyspf-terms", key[0], key[2]), ())
		hold(why[:2] == got if why else got[0] == got[1],
		     f"{key}: {got[1]} terms, pyspf counts {got[0]}")


def main(test_spf, spf2_dump, verbose):
	if not (SHARED / "corpus/auth/spf").is_dir():
		skip("the SPF suites")
		return end()
	ours, reasons = dump(test_spf, SHARED, "-d"), listed()
	hold(len(ours) > 280, f"only {len(ours)} cases")
	engines = 0
	if spf:
		theirs = pyspf()
		compare("pyspf", ours, theirs, reasons, verbose)
		compare_cost(ours, theirs, reasons)
		engines += 1
	else:
		skip("python3-spf")
	if spf2_dump:
		compare("libspf2", ours, dump(spf2_dump, SHARED), reasons,
		        verbose)
		engines += 1
	else:
		skip("libspf2-dev")
	known = {(k[0], k[2]) for k in ours}
	for engine, suite, name in reasons:
		if (suite, name) not in known:
			bad(f"spf.reasons: no case {suite} {name}")
		else:
			ok()
	return end()


ARGS = [a for a in sys.argv[1:] if a != "-v"]
SHARED = pathlib.Path(ARGS[1])
if __name__ == "__main__":
	sys.exit(main(ARGS[0], ARGS[2] if len(ARGS) > 2 else "", "-v" in sys.argv))
