# SPDX-License-Identifier: BSD-2-Clause
"""The test once more, in a network of its own where addresses are on lo."""
import os
import subprocess
import sys

from counts import end, skip

INSIDE = "TEST_INSIDE"


def is_inside():
	return INSIDE in os.environ


def enter(path, args, addresses, timeout, also=()):
	"""Run the script at path inside; its exit status.  also: of unshare."""
	if os.getuid() or subprocess.run(
			["unshare", "--net", "true"], check=False,
			capture_output=True).returncode:
		skip("root, for a name space of its own")
		return end()
	script = "ip link set lo up\n" + "".join(
		f"ip addr add {ip}/32 dev lo\n" for ip in addresses) + \
		'exec "$0" "$@"\n'
	return subprocess.run(
		["unshare", "--net", *also, "sh", "-ec", script,
		 sys.executable, os.path.abspath(path), *args], check=False,
		timeout=timeout, env={**os.environ, INSIDE: "1"}).returncode
