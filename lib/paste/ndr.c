/* SPDX-License-Identifier: BSD-2-Clause */
#include "paste/lines.h"

#include "dsn/frame.h"

static bool get(void *arg, size_t k, struct frame_line *out)
{
	const struct pline *l = plines_at(arg, k);

	if (!l)
		return false;
	*out = (struct frame_line){
	    .text = &l->text,
	    .offset = l->offset,
	    .number = l->number,
	    .indent = l->indent,
	    .quote = l->quote,
	    .item = l->item,
	    .continues = l->continues,
	};
	return true;
}

size_t paste_read_ndr(struct paste_ctx *ctx)
{
	size_t had = ctx->out->n;
	size_t n = frame_read(&frames_builtin, ctx->a, get, ctx->lines,
	                      ctx->out);

	for (size_t i = had; i < ctx->out->n; i++) {
		const struct attempt *at = &ctx->out->v[i];

		ctx->seen->delivered |= at->action >= ACTION_DELIVERED;
	}
	return n;
}
