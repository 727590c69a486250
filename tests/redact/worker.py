# SPDX-License-Identifier: BSD-2-Clause
"""Talk to the worker, a program that redacts one text after the other."""
import collections
import struct
import subprocess

Done = collections.namedtuple("Done", "text map lost before after")


class Worker:
	def __init__(self, program):
		# pylint: disable=consider-using-with
		self.process = subprocess.Popen([program], stdin=subprocess.PIPE,
		                                stdout=subprocess.PIPE)

	def frame(self):
		head = self.process.stdout.read(4)
		if len(head) < 4:
			raise EOFError("the worker is gone: "
			               f"{self.process.wait()}")
		return self.process.stdout.read(struct.unpack("<I", head)[0])

	def redact(self, data, explain=False):
		self.process.stdin.write((b"E" if explain else b"R") +
		                         struct.pack("<I", len(data)) + data)
		self.process.stdin.flush()
		text, names, lost = self.frame(), self.frame(), self.frame()
		before = after = None
		if explain:
			before = self.frame().decode().splitlines()
			after = self.frame().decode().splitlines()
		rows = [tuple(line.decode("utf-8", "replace").split("\t"))
		        for line in names.split(b"\n") if line]
		return Done(text, rows, int(lost), before, after)

	def close(self):
		self.process.stdin.close()
		self.process.wait()
