# SPDX-License-Identifier: BSD-2-Clause
"""Write Outlook's .msg files, from documentation: [MS-CFB] for the file,
[MS-OXMSG] and [MS-OXPROPS] for what is in it.

A message is a Message; its bytes are made by compound().  What is broken on
purpose is broken afterwards, see broken().
"""

import struct

FREE, END, FAT, DIFAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC
NOTHING = 0xFFFFFFFF
SECTOR, MINI, CUTOFF = 512, 64, 4096

UNICODE, STRING8, BINARY, INT32, TIME, OBJECT = (0x1F, 0x1E, 0x102, 3, 0x40,
                                                  0xD)


class Folder:
	"""A storage: streams and storages by name."""

	def __init__(self):
		self.entries = {}


def fixed(kind, value):
	"""Numbers and times stand in the list of properties itself."""
	return struct.pack("<IQ" if kind == TIME else "<IIxxxx", 6, value)


def properties(values, head, text=UNICODE, codepage="cp1252"):
	"""The streams of an object: [(id, kind or None for text, value)]."""
	out, rows = {}, b""
	for number, kind, value in values:
		kind = kind or text
		tag = number << 16 | kind
		if kind in (INT32, TIME):
			rows += struct.pack("<I", tag) + fixed(kind, value)
			continue
		if kind == UNICODE:
			data = value.encode("utf-16-le")
			size = len(data) + 2
		elif kind == STRING8:
			data = value.encode(codepage)
			size = len(data) + 1
		else:
			data = value
			size = len(data)
		rows += struct.pack("<IIII", tag, 6, size, 0)
		out[f"__substg1.0_{tag:08X}"] = data
	out["__properties_version1.0"] = head + rows
	return out


class Message:
	"""Properties, recipients, attachments, embedded messages."""

	def __init__(self, text=UNICODE, codepage="cp1252"):
		self.text, self.codepage = text, codepage
		self.values, self.recipients, self.attachments = [], [], []

	def add(self, number, value, kind=None):
		"""A property of the message; text where no kind is given."""
		self.values.append((number, kind, value))
		return self

	def recipient(self, name, address, *more):
		"""A row of the recipient table."""
		self.recipients.append([
		    (0x0C15, INT32, 1), (0x3001, None, name),
		    (0x3002, None, "SMTP" if "@" in address else "EX"),
		    (0x3003, None, address), *more])
		return self

	def attach(self, name, mime, data):
		"""A file."""
		values = [(0x3705, INT32, 1), (0x3704, None, name),
		          (0x3707, None, name), (0x3701, BINARY, data)]
		if mime:
			values.append((0x370E, None, mime))
		self.attachments.append((values, None))
		return self

	def embed(self, message):
		"""A message inside."""
		self.attachments.append(([(0x3705, INT32, 5)], message))
		return self

	def folder(self, top=True):
		"""The storage of it all."""
		counts = struct.pack("<8xIIII", len(self.recipients),
		                     len(self.attachments),
		                     len(self.recipients),
		                     len(self.attachments))
		f = Folder()
		f.entries = properties(self.values,
		                       counts + (b"\0" * 8 if top else b""),
		                       self.text, self.codepage)
		for i, row in enumerate(self.recipients):
			f.entries[f"__recip_version1.0_#{i:08X}"] = inner = Folder()
			inner.entries = properties(row, b"\0" * 8, self.text,
			                           self.codepage)
		for i, (values, message) in enumerate(self.attachments):
			f.entries[f"__attach_version1.0_#{i:08X}"] = inner = Folder()
			inner.entries = properties(values, b"\0" * 8, self.text,
			                           self.codepage)
			if message:
				inner.entries["__substg1.0_3701000D"] = \
				    message.folder(False)
		return f

	def bytes(self, **how):
		"""The file."""
		return compound(self.folder(), **how)


class Node:
	"""An entry of the directory."""

	def __init__(self, name, content):
		self.name, self.content = name, content
		self.left = self.right = self.child = NOTHING
		self.start, self.size = END, 0


def flatten(root):
	"""The directory as a list; each storage's entries are a tree."""
	nodes = [Node("Root Entry", root)]
	todo = [nodes[0]]
	for node in todo:
		names = sorted(node.content.entries,
		               key=lambda n: (len(n), n.upper()))
		at = len(nodes)
		some = [Node(n, node.content.entries[n]) for n in names]
		nodes += some
		node.child = balance(some, at)
		todo += [s for s in some if isinstance(s.content, Folder)]
	return nodes


def balance(nodes, at):
	"""The number of the node in the middle, those beside it hung to it."""
	if not nodes:
		return NOTHING
	mid = len(nodes) // 2
	nodes[mid].left = balance(nodes[:mid], at)
	nodes[mid].right = balance(nodes[mid + 1:], at + mid + 1)
	return at + mid


def padded(data, size):
	"""Up to a multiple of size."""
	return data + b"\0" * (-len(data) % size)


class Sectors:
	"""Pieces of a file with the table of their chains."""

	def __init__(self, size, spread=False):
		self.size, self.spread = size, spread
		self.data, self.table = [], []

	def add(self, data, mark=None):
		"""Append and chain them; the first, and how many."""
		pieces = [padded(data[i:i + self.size], self.size)
		          for i in range(0, len(data), self.size)]
		first = at = END
		for piece in pieces:
			if self.spread and mark is None:
				self.data.append(b"\xEE" * self.size)
				self.table.append(FREE)
			if at != END and mark is None:
				self.table[at] = len(self.data)
			at = len(self.data)
			first = at if first == END else first
			self.data.append(piece)
			self.table.append(END if mark is None else mark)
		return first, len(pieces)


def entry(node, number):
	"""128 bytes."""
	name = node.name.encode("utf-16-le")
	kind = 5 if number == 0 else 1 if isinstance(node.content, Folder) else 2
	return struct.pack("<64sHBBIII16xI16xIQ", name, len(name) + 2, kind, 1,
	                   node.left, node.right, node.child, 0, node.start,
	                   node.size)


def compound(root, spread=False):
	"""The bytes of a compound file; spread: no two sectors of a stream lie
	side by side."""
	nodes = flatten(root)
	big, mini = Sectors(SECTOR, spread), Sectors(MINI, spread)
	for node in nodes[1:]:
		if not isinstance(node.content, Folder):
			where = mini if len(node.content) < CUTOFF else big
			node.start, _ = where.add(node.content)
			node.size = len(node.content)
	stream = b"".join(mini.data)
	nodes[0].start, _ = big.add(stream)
	nodes[0].size = len(stream)
	mini_fat, n_mini = big.add(b"".join(struct.pack("<I", x)
	                                    for x in mini.table))
	directory, _ = big.add(padded(b"".join(
	    entry(n, i) for i, n in enumerate(nodes)), SECTOR))
	return assemble(big, directory, mini_fat, n_mini)


def assemble(big, directory, mini_fat, n_mini):
	"""The table itself, then the header in front."""
	per = SECTOR // 4
	n = len(big.data)
	n_fat = n_difat = 0
	while n_fat * per < n + n_fat + n_difat or \
	        109 + n_difat * (per - 1) < n_fat:
		n_fat = -(-(n + n_fat + n_difat) // per)
		n_difat = max(0, -(-(n_fat - 109) // (per - 1)))
	table = big.table + [FAT] * n_fat + [DIFAT] * n_difat
	table += [FREE] * (n_fat * per - len(table))
	fat_at = list(range(n, n + n_fat))
	more = fat_at[109:]
	data = big.data + [struct.pack(f"<{per}I", *table[i:i + per])
	                   for i in range(0, len(table), per)]
	for i in range(n_difat):
		part = more[i * (per - 1):(i + 1) * (per - 1)]
		part += [FREE] * (per - 1 - len(part))
		then = n + n_fat + i + 1 if i + 1 < n_difat else END
		data.append(struct.pack(f"<{per}I", *part, then))
	head = struct.pack(
	    "<8s16xHHHHH6x9I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E,
	    3, 0xFFFE, 9, 6, 0, n_fat, directory, 0, CUTOFF, mini_fat, n_mini,
	    n + n_fat if n_difat else END, n_difat)
	fat_at = (fat_at + [FREE] * 109)[:109]
	return head + struct.pack("<109I", *fat_at) + b"".join(data)


def packed_rtf(text, compress=True):
	"""[MS-OXRTFCP]: with literal bytes only, or not compressed at all."""
	if not compress:
		return struct.pack("<II4sI", len(text) + 12, len(text), b"MELA",
		                   0) + text
	out, at = b"", 207
	for i in range(0, len(text), 8):
		out += b"\0" + text[i:i + 8]
		at += len(text[i:i + 8])
	at %= 4096
	if len(text) % 8:
		# The end mark belongs to the last group.
		n = len(text) % 8
		out = out[:-n - 1] + bytes([1 << n]) + text[-n:]
	else:
		out += b"\1"
	out += bytes([at >> 4, at << 4 & 0xF0])
	return struct.pack("<II4sI", len(out) + 12, len(text), b"LZFu", 0) + out
