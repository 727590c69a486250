#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Adds up the cases of a Meson test log; prints "N passed, N failed, N skipped".

cmocka says "[  PASSED  ] 3 test(s)."; other tests end with a line
"N passed, N failed[, N skipped]".  An executable that says neither counts as
one case.  With CI=true a skip is a failure.
"""
import json
import os
import re
import sys

CMOCKA = re.compile(r"\[  (PASSED|FAILED|SKIPPED) +\] (\d+) test\(s\)")
PLAIN = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)


def cases(test):
    out = test.get("stdout", "") + "\n" + test.get("stderr", "")
    ok = test["result"] in ("OK", "EXPECTEDFAIL")
    plain = PLAIN.findall(out)
    if plain:
        got = [int(x or 0) for x in plain[-1]]
    else:
        got = [0, 0, 0]
        for word, n in CMOCKA.findall(out):
            got[("PASSED", "FAILED", "SKIPPED").index(word)] += int(n)
    if sum(got) == 0:
        got = [1, 0, 0] if ok else [0, 0, 1] if test["result"] == "SKIP" else [0, 1, 0]
    elif not ok and test["result"] != "SKIP" and got[1] == 0:
        got[1] = 1  # it crashed behind its last case
    return got


def main():
    total = [0, 0, 0]
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        for line in filter(str.strip, log):
            for i, n in enumerate(cases(json.loads(line))):
                total[i] += n
    if os.environ.get("CI") == "true" and total[2]:
        print(f"CI: {total[2]} skipped cases count as failed")
        total = [total[0], total[1] + total[2], 0]
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main())
