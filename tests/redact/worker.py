# SPDX-License-Identifier: BSD-2-Clause
"""Talk to the worker, a program that redacts one text after the other."""
import collections
import struct
import subprocess
import threading

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

	def send(self, data, explain=False):
		self.process.stdin.write((b"E" if explain else b"R") +
		                         struct.pack("<I", len(data)) + data)

	def redact(self, data, explain=False):
		self.send(data, explain)
		self.process.stdin.flush()
		return self.receive(explain)

	def redact_all(self, texts):
		"""Many at once: written by a thread, so that none waits."""
		def write():
			try:
				for data in texts:
					self.send(data)
				self.process.stdin.flush()
			except BrokenPipeError:
				pass # told to whoever reads
		writer = threading.Thread(target=write)
		writer.start()
		for _ in texts:
			yield self.receive()
		writer.join()

	def receive(self, explain=False):
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
