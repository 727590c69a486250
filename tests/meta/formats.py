#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Hold pages, JSON Lines and CSV of one log to what they promise.

usage: formats.py MAILWHY FOLDER
"""

import csv
import html.parser
import io
import json
import pathlib
import subprocess
import sys

from counts import end, hold

HEAD = ("file recipient action cause confidence actor permanence_claimed "
        "permanence_actual retry provider host code status tag text").split()
LONG = {"explain", "fix", "verify", "refs"}


def run(mailwhy, data, *options):
	done = subprocess.run([mailwhy, "explain", *options, "-"], input=data,
	                      capture_output=True, timeout=60, check=False)
	hold(done.returncode == 0, f"{options}: exit {done.returncode}")
	return done.stdout.decode("utf-8")


# Elements without an end.
VOID = {"meta", "hr", "wbr", "br"}


class Page(html.parser.HTMLParser):
	def __init__(self):
		super().__init__()
		self.open = []
		self.tags, self.ids, self.links, self.marks = set(), set(), [], 0

	def handle_endtag(self, tag):
		last = self.open.pop() if self.open else "nothing"
		hold(last == tag, f"html: {last} ends as {tag}")

	def handle_startendtag(self, tag, attrs):
		self.handle_starttag(tag, attrs)
		if tag not in VOID:
			self.handle_endtag(tag)

	def handle_starttag(self, tag, attrs):
		self.tags.add(tag)
		if tag not in VOID:
			self.open.append(tag)
		self.marks += tag == "mark"
		for name, value in attrs:
			if name == "id":
				self.ids.add(value)
			if name == "href":
				self.links.append(value)
			hold(not name.startswith("on") and name != "src",
			     f"html: {tag} {name}")


def check_goldens(folder):
	"""Pages of which each byte is known: are they well-formed?"""
	pages = sorted(pathlib.Path(folder).glob("*/want.html"))
	hold(len(pages) >= 7, f"html: {len(pages)} golden pages")
	for path in pages:
		page = Page()
		page.feed(path.read_text(encoding="utf-8"))
		page.close()
		hold(not page.open, f"{path}: {page.open} is left open")
		hold(all(link[1:] in page.ids for link in page.links
		         if link.startswith("#")), f"{path}: links lead on")
		hold(not page.tags & {"script", "img"}, f"{path}: tags")


def main(mailwhy, folder):
	check_goldens(folder)
	log = (pathlib.Path(folder) / "merged" / "input").read_bytes()
	rows = list(csv.DictReader(io.StringIO(run(mailwhy, log,
	                                           "--format=csv"))))
	hold(len(rows) == 4 and list(rows[0]) == HEAD, "csv: rows and head")
	hold(rows[3]["cause"] == "recipient.unknown" and
	     rows[3]["code"] == "550", "csv: values")
	for options, want in (([], set()), (["--full"], LONG)):
		lines = run(mailwhy, log, "--format=jsonl", *options)
		items = [json.loads(line) for line in lines.splitlines()]
		hold(len(items) == 4, f"jsonl {options}: lines")
		hold(all(LONG & set(i) == want and "evidence" in i
		         for i in items), f"jsonl {options}: members")
	for data, gaps in ((log, 0), (b"x y\n" * 9999 + log + b"z\n" * 9999, 2)):
		text = run(mailwhy, data, "--format=html")
		page = Page()
		page.feed(text)
		hold(page.ids == {"d1", "d2"}, f"html: ids {page.ids}")
		hold({"#d1", "#d2"} <= set(page.links), "html: marks lead on")
		hold(page.marks >= 4, f"html: {page.marks} marks")
		hold(text.count("left out]") == gaps, "html: what is left out")
		hold("script" not in page.tags and "default-src 'none'" in text,
		     "html: nothing runs")
	page = Page()
	page.feed(run(mailwhy, b"550 5.1.1 <script>x</script>\0\xff "
	              b"<a@example.org>: User unknown\n", "--format=html"))
	hold(page.marks and "script" not in page.tags, "html: hostile reply")
	return end()


if __name__ == "__main__":
	sys.exit(main(*sys.argv[1:]))
