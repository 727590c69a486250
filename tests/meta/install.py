#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What is installed can be used by strangers: C, C++ and Python, shared and
static, by pkg-config alone.

usage: install.py ROOT BUILD CC
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from counts import bad, end, hold, skip

REPLY = "450 4.7.1 Client host rejected: cannot find your reverse hostname, " \
        "[198.51.100.7]"
SAYS = "identity.ptr-missing: sender-admin must act\n"
WARNINGS = ["-Wall", "-Wextra", "-Werror"]


def run(*command, env=None):
	return subprocess.run([str(x) for x in command], capture_output=True,
	                      text=True, timeout=120, check=False, env=env)


def one(found, what):
	found = list(found)
	hold(len(found) == 1, f"one {what} is installed, not {len(found)}")
	return found[0] if found else None


def flags(env, *options):
	out = run("pkg-config", *options, "mailwhy", env=env)
	hold(out.returncode == 0, f"pkg-config {options}: {out.stderr}")
	return out.stdout.split()


def try_program(compiler, source, libs, folder, name, env):
	"""Compile, run, compare; the program, or None."""
	program = folder / name
	out = run(*compiler, *WARNINGS, source, *libs, "-o", program)
	hold(out.returncode == 0, f"{name} does not compile:\n{out.stderr}")
	if out.returncode:
		return None
	out = run(program, REPLY, env=env)
	hold(out.stdout == SAYS, f"{name} says {out.stdout!r} {out.stderr}")
	return program


def needs_library(program):
	return "libmailwhy" in run("ldd", program).stdout


def languages(root, folder, cc):
	source = root / "examples" / "explain.c"
	cpp = folder / "explain.cpp"
	shutil.copy(source, cpp)
	yield "c", [*cc.split(), "-std=c17", "-Wpedantic"], source
	cxx = os.environ.get("CXX", "c++").split()
	if shutil.which(cxx[0]):
		yield "cpp", [*cxx, "-std=c++17", "-Wpedantic"], cpp
	else:
		skip("a C++ compiler")


def soname(library):
	out = run("readelf", "-d", library).stdout
	hold("Library soname: [libmailwhy.so.0]" in out,
	     f"soname of {library.name}")


def own_names(library):
	"""Inner names would clash with those of programs (and of jansson)."""
	out = run("nm", "-g", "--defined-only", library).stdout.split("\n")
	names = [line.split()[2] for line in out if len(line.split()) == 3]
	foreign = [name for name in names if not name.startswith("mw_")]
	hold(names and not foreign, f"{library.name} defines {foreign[:5]}")


def python_example(root, env):
	out = run(sys.executable, root / "examples" / "explain.py", REPLY,
	          env=env)
	hold(out.stdout == SAYS, f"explain.py says {out.stdout!r} {out.stderr}")


def main():
	root, build = (pathlib.Path(x).resolve() for x in sys.argv[1:3])
	for tool in ("meson", "pkg-config", "readelf", "ldd", "nm"):
		if not shutil.which(tool):
			skip(tool)
			return end()
	with tempfile.TemporaryDirectory() as name:
		folder = pathlib.Path(name)
		dest = folder / "dest"
		out = run("meson", "install", "-C", build, "--no-rebuild",
		          "--destdir", dest)
		if out.returncode:
			bad(f"meson install: {out.stdout}{out.stderr}")
			return end()
		pc = one(dest.rglob("mailwhy.pc"), "mailwhy.pc")
		shared = one(dest.rglob("libmailwhy.so.0"), "shared library")
		static = one(dest.rglob("libmailwhy.a"), "static library")
		if not (pc and shared and static):
			return end()
		soname(shared)
		own_names(static)
		env = dict(os.environ, PKG_CONFIG_PATH=str(pc.parent),
		           PKG_CONFIG_SYSROOT_DIR=str(dest),
		           LD_LIBRARY_PATH=str(shared.parent))
		plain = dict(os.environ, LD_LIBRARY_PATH="/nonexistent")
		for lang, compiler, source in languages(root, folder, sys.argv[3]):
			p = try_program(compiler, source,
			                flags(env, "--cflags", "--libs"), folder,
			                f"shared-{lang}", env)
			hold(p and needs_library(p), f"{p} uses the shared library")
			p = try_program(compiler, source,
			                ["-static", *flags(env, "--cflags", "--libs",
			                                   "--static")],
			                folder, f"static-{lang}", plain)
			hold(p and not needs_library(p), f"{p} stands alone")
		python_example(root, env)
		out = run(one(dest.rglob("bin/mailwhy"), "command"), REPLY, env=env)
		hold("reverse" in out.stdout, f"the command says {out.stderr}")
	return end()


sys.exit(main())
