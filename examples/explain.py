#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Explain a reply through libmailwhy, without a program in between.

usage: explain.py "550 5.7.1 ..."
"""

import ctypes
import json
import sys

JSON = 1  # enum mw_format


class Input(ctypes.Structure):
	_fields_ = [("name", ctypes.c_char_p), ("data", ctypes.c_char_p),
	            ("n", ctypes.c_size_t)]


class RenderOptions(ctypes.Structure):
	_fields_ = [("size", ctypes.c_size_t), ("format", ctypes.c_int),
	            ("depth", ctypes.c_int), ("width", ctypes.c_uint),
	            ("colour", ctypes.c_int), ("compact", ctypes.c_int)]


def load(name="libmailwhy.so.0"):
	lib = ctypes.CDLL(name)
	pointer = ctypes.c_void_p
	lib.mw_ctx_new.restype = pointer
	lib.mw_ctx_free.argtypes = [pointer]
	lib.mw_explain.argtypes = [pointer, ctypes.POINTER(Input),
	                           ctypes.c_size_t, pointer,
	                           ctypes.POINTER(pointer), pointer]
	lib.mw_answer_render.argtypes = [pointer, ctypes.POINTER(RenderOptions),
	                                 ctypes.POINTER(ctypes.c_char_p),
	                                 ctypes.POINTER(ctypes.c_size_t)]
	lib.mw_answer_free.argtypes = [pointer]
	return lib


def explain(lib, ctx, paste):
	"""The answer for one paste, as the JSON schema describes it."""
	data = paste.encode()
	answer = ctypes.c_void_p()
	given = Input(b"paste", data, len(data))
	if lib.mw_explain(ctx, given, 1, None, answer, None):
		raise MemoryError("mailwhy could not explain this")
	options = RenderOptions(size=ctypes.sizeof(RenderOptions), format=JSON)
	text, n = ctypes.c_char_p(), ctypes.c_size_t()
	status = lib.mw_answer_render(answer, options, text, n)
	out = text.value
	lib.mw_answer_free(answer)
	if status:
		raise MemoryError("no memory for the text")
	return json.loads(out)


if __name__ == "__main__":
	mailwhy = load()
	context = mailwhy.mw_ctx_new()
	for diagnosis in explain(mailwhy, context, sys.argv[1])["diagnoses"]:
		print(f"{diagnosis['cause']}: {diagnosis['actor']} must act")
	mailwhy.mw_ctx_free(context)
