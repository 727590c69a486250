#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Options say the same everywhere: tables, --help, manual, completions.

usage: options.py MAILWHY SOURCE [COMPLETION...]
"""
import pathlib
import re
import shutil
import subprocess
import sys

from counts import end, hold

ROW = re.compile(r'\{"([a-z-]+)", (0|\'.\'), (OPT_[A-Z]+), &[a-z_.]+,\s*'
				 r'(NULL|"[^"]*"),\s*"([^"]*)",\s*(NULL|"[^"]*")\}')
COMMAND = re.compile(r'const struct cmd cmd_\w+ = \{\s*"(\w+)", '
					 r'(NULL|"\w+"), "((?:[^"\\]|\\.)*)",\s*"([^"]*)",\s*'
					 r'(NULL|options), run')


def check(what, good, *more):
	hold(good, " ".join(str(x) for x in (what, *more)))


def text(s):
	return None if s in ("NULL", "0") else s.strip("\"'")


def rows(source):
	"""name -> (letter, type, arg, help, choices)"""
	return {m[1]: (text(m[2]), m[3], text(m[4]), m[5], text(m[6]))
			for m in ROW.finditer(source)}


def tables(root):
	src = root / "src/mailwhy"
	commands = {}
	for file in sorted(src.glob("cmd_*.c")):
		source = file.read_text()
		m = COMMAND.search(source)
		check("%s: the command's struct is readable" % file.name, m)
		if m:
			commands[m[1]] = (text(m[2]), rows(source))
			declared = source.count(", OPT_")
			check("%s: all rows are readable" % file.name,
				  declared == len(commands[m[1]][1]), declared)
	return commands, rows((src / "options.c").read_text())


def run(mailwhy, *args):
	return subprocess.run([mailwhy, *args], capture_output=True, text=True,
						  timeout=60, check=False)


def help_of(mailwhy, command):
	"""What --help lists, in the same form without types."""
	found = {}
	out = run(mailwhy, command, "--help").stdout
	for line in re.sub(r"\n {26}(?=\S)", "  ", out).split("\n"):
		m = re.match(r"  (?:-(\w),|   ) --([a-z-]+)(?: ([A-Z=]+))? +(.*)", line)
		if m:
			found[m[2]] = (m[1], m[3], m[4])
	return found


def check_help(mailwhy, command, options):
	found = help_of(mailwhy, command)
	check("%s --help lists the options" % command,
		  set(found) == set(options), set(found) ^ set(options))
	for name, (letter, _, arg, words, choices) in options.items():
		want = (letter, arg, words + (" (%s)" % choices if choices else ""))
		check("%s --help: --%s" % (command, name), found.get(name) == want,
			  found.get(name))


def manual(page):
	"""name -> (letter, arg, plain text of the item)"""
	found = {}
	body = page.read_text().split(".Sh OPTIONS", 1)
	body = body[1].split("\n.Sh ")[0] if len(body) > 1 else ""
	for item in re.split(r"^\.It ", body, flags=re.M)[1:]:
		head, _, rest = item.partition("\n")
		m = re.fullmatch(r"(?:Fl (\w) , )?Fl -([a-z-]+)(?: Ar (\S+))?", head)
		check("%s: %s is readable" % (page.name, head), m)
		rest = re.sub(r"^\.\\\".*\n", "", rest, flags=re.M)
		rest = re.sub(r"^\.[A-Z][a-z] ?", "", rest, flags=re.M)
		if m:
			found[m[2]] = (m[1], m[3], " ".join(rest.split()))
	return found


def check_manual(page, options):
	found = manual(page)
	check("%s has the options" % page.name, set(found) == set(options),
		  set(found) ^ set(options))
	for name, (letter, _, arg, words, choices) in options.items():
		m_letter, m_arg, body = found.get(name, (None, None, ""))
		check("%s: --%s letter and value" % (page.name, name),
			  (m_letter, m_arg) == (letter, arg), m_letter, m_arg)
		check("%s: --%s begins with the words of --help" % (page.name, name),
			  body.lower().startswith(words.lower()), body[:60])
		for choice in (choices or "").split("|"):
			check("%s: --%s names %s" % (page.name, name, choice),
				  re.search(r"\b%s\b" % re.escape(choice), body))


def check_choices(mailwhy, command, options):
	for name, (_, kind, _, _, choices) in options.items():
		if kind == "OPT_CHOICE":
			bad = run(mailwhy, command, "--%s=no-such-choice" % name, "x")
			check("--%s refuses what it does not know" % name,
				  bad.returncode == 2 and "--" + name in bad.stderr)


def bash_options(body, command):
	m = re.search(r"^\t\t%s:-\*\) kind='' words='([^']*)'" % command, body,
				  re.M)
	return set(m[1].replace("--", "").split()) if m else set()


def zsh_options(body, command):
	m = re.search(r"^\t(?:\w+\|)*%s(?:\|[\w*]+)*\)\n(.*?);;" % command, body,
				  re.M | re.S)
	return set(re.findall(r"(?:^\t\t\t'\*?|,)--([a-z-]+)[\[}]",
						  m[1] if m else "", re.M))


def fish_options(body, command):
	return set(re.findall(r"__fish_seen_subcommand_from %s\b[^\n]* -l "
						  r"([a-z-]+)" % command, body))


def check_completions(mailwhy, commands, common):
	parsers = {"bash": bash_options, "zsh": zsh_options, "fish": fish_options}
	for shell, options_in in parsers.items():
		out = run(mailwhy, "completion", shell)
		check("completion %s" % shell, out.returncode == 0 and out.stdout)
		for command, (_, own) in commands.items():
			found = options_in(out.stdout, command)
			check("completion %s: options of %s" % (shell, command),
				  found == set(own) | set(common),
				  found ^ (set(own) | set(common)))
			check("completion %s names %s" % (shell, command),
				  command in out.stdout)
			for _, _, _, _, choices in {**own, **common}.values():
				words = " ".join((choices or "").split("|"))
				check("completion %s: choices %s" % (shell, words),
					  words in out.stdout)
		if shutil.which(shell):
			syntax = subprocess.run([shell, "-n"], input=out.stdout,
									text=True, capture_output=True,
									check=False)
			check("%s -n" % shell, syntax.returncode == 0 and
				  not syntax.stderr, syntax.stderr)


def bash_completes(mailwhy, line, want):
	"""What bash would offer behind the line."""
	script = run(mailwhy, "completion", "bash").stdout + """
COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _mailwhy
printf '%%s\\n' "${COMPREPLY[@]}"
""" % line
	out = subprocess.run(["bash", "-c", script], capture_output=True,
						 text=True, check=False)
	check("bash completes %s" % line, want in out.stdout.split(),
		  out.stdout.split(), out.stderr)


def lint(pages):
	if not shutil.which("mandoc"):
		return
	out = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *pages],
						 capture_output=True, text=True, check=False)
	check("mandoc -T lint", out.returncode == 0, out.stdout)


def main():
	mailwhy, root = sys.argv[1], pathlib.Path(sys.argv[2])
	commands, common = tables(root)

	check("explain is a command", "explain" in commands)
	overview = run(mailwhy, "--help").stdout
	top = (root / "man/mailwhy.1").read_text()
	for command, (alias, own) in commands.items():
		options = {**own, **common}
		check("--help names %s" % command,
			  re.search(r"^  %s " % command, overview, re.M))
		check("mailwhy.1 names %s" % command,
			  re.search(r"^\.It Cm %s\b" % command, top, re.M))
		check("names of %s are its own" % command, not set(own) & set(common))
		check_help(mailwhy, command, options)
		check_choices(mailwhy, command, own)
		if own:
			check_manual(root / ("man/mailwhy-%s.1" % command), own)
		for letter, _, _, words, _ in options.values():
			check("help without quotes or brackets: %s" % words,
				  not re.search(r"['\"\[\]\\]", words))
	version = {"version": ("V", "OPT_FLAG", None, "show the version", None)}
	check_manual(root / "man/mailwhy.1", {**common, **version})
	check_completions(mailwhy, commands, common)
	if shutil.which("bash"):
		bash_completes(mailwhy, "mailwhy cau", "causes")
		bash_completes(mailwhy, "mailwhy explain --st", "--stage")
		bash_completes(mailwhy, "mailwhy why --stage r", "rcpt")
		bash_completes(mailwhy, "mailwhy help r", "rules")
	lint([*sorted(root.glob("man/*.[1-9]")), *sys.argv[3:]])
	return end()


sys.exit(main())
