/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ascii.h"
#include "mail/charset.h"
#include "paste/state.h"
#include "paste/tidy.h"

/* Messages of one paste; the table takes some 400 bytes for each. */
#define JOIN_PASTE 4096

/* Work memory for one log line, emptied for each. */
#define SCRATCH_MAX ((size_t)4 << 20)

/*
 * What the window of lines may take: PLINES_AHEAD long lines with their maps,
 * and the shorter ones that were there before.
 */
#define LINES_MAX ((size_t)24 << 20)

/* What is kept of one paste; reading ends there, as at ATTEMPTS_MAX. */
#define KEEP_MAX ((size_t)8 << 20)

/* Room for what the readers keep of one line, the largest there is. */
#define KEEP_SLACK ((size_t)1 << 20)

/* So much is looked at to tell text from anything else. */
#define BINARY_LOOK 65536

/* Text has fewer control characters than one in this many bytes. */
#define BINARY_SHARE 32

static bool is_binary(sv s)
{
	size_t odd = 0, holes = 0;

	s = sv_head(s, BINARY_LOOK);
	for (size_t i = 0; i < s.n; i++) {
		holes += !s.p[i];
		odd += s.p[i] && (unsigned char)s.p[i] < 0x20 &&
		       !is_space(s.p[i]) && s.p[i] != '\033' &&
		       s.p[i] != '\b';
	}
	/* A crash leaves runs of NUL in a log: holes, not contents. */
	return s.n && (holes == s.n || odd > (s.n - holes) / BINARY_SHARE);
}

/* In the order of lines.h. */
static paste_reader *const readers[] = {
	paste_read_exception, paste_read_transcript, paste_read_ndr,
	paste_read_log,	      paste_read_reply,
};

/* The readers that the caller allows: FORM_UNKNOWN allows all. */
static bool allowed(enum ev_form form, size_t reader)
{
	static const enum ev_form forms[] = {FORM_EXCEPTION, FORM_TRANSCRIPT,
					     FORM_NDR, FORM_LOG, FORM_REPLY};

	return form == FORM_UNKNOWN || form == forms[reader] ||
	       (form == FORM_TEXT && forms[reader] == FORM_REPLY);
}

static void remember_line(struct paste_state *st, const struct pline *l)
{
	sv s = mtext_sv(&l->text);

	if (s.n > LEAD_MAX)
		s = sv_drop(s, s.n - LEAD_MAX);
	st->blank = !s.n;
	if (!s.n)
		return;
	st->lead_n = s.n;
	memcpy(st->lead, s.p, s.n);
}

/* Is there room for more?  Where not, what was found so far is the answer. */
static bool has_room(struct paste_ctx *ctx, size_t used)
{
	if (arena_used(ctx->a) - used > KEEP_MAX ||
	    arena_left(ctx->a) < KEEP_SLACK)
		ctx->out->more = true;
	return !ctx->out->more;
}

static void read_lines(struct paste_ctx *ctx)
{
	const size_t n = sizeof(readers) / sizeof(readers[0]);
	const size_t used = arena_used(ctx->a);
	const struct pline *line, *last;

	ctx->st->blank = true;
	while ((line = plines_at(ctx->lines, 0)) != NULL &&
	       has_room(ctx, used)) {
		size_t before = ctx->out->n, took = 0;

		/* No form begins with an empty line. */
		for (size_t i = 0; i < n && !took && line->text.n; i++)
			if (allowed(ctx->opt->form, i))
				took = readers[i](ctx);
		if (!took)
			took = 1;
		last = plines_at(ctx->lines, took - 1);
		if (last)
			remember_line(ctx->st, last);
		ctx->st->lead_reply = ctx->out->n > before;
		plines_skip(ctx->lines, took);
	}
	paste_end_log(ctx);
}

static bool found_strong(const struct attempts *out, size_t from)
{
	for (size_t i = from; i < out->n; i++)
		if (!out->v[i].weak)
			return true;
	return false;
}

/* Words for a paste in which nothing failed. */
static void say_what(const struct doc *d, struct paste_seen *seen)
{
	seen->delivered = seen->delivered || d->delivered;
	if (seen->what.n)
		return;
	if (d->complaint) {
		seen->what = SV("a complaint");
		seen->notice = "notice.complaint";
	} else if (d->automatic) {
		seen->what = SV("an automatic answer");
		seen->notice = "notice.auto-reply";
	} else if (d->report)
		seen->what = SV("a report about authentication or encryption");
	else if (d->headers)
		seen->what = SV("message headers");
	else if (d->config)
		seen->what = SV("a configuration");
	else if (d->source)
		seen->what = SV("a program");
	else if (d->catalogue || d->article)
		seen->what = SV("a text that explains");
	else if (d->arrived)
		seen->what = SV("mail that arrived");
	else if (d->delivered)
		seen->what = SV("a delivery that succeeded");
	else
		return;
	seen->not_a_bounce = true;
}

/* All offsets of an attempt from those of the decoded text to raw ones. */
static void map_back(const struct charset_text *map, struct attempt *at)
{
	at->offset = charset_origin(map, at->offset);
	for (size_t i = 0; i < at->text.n; i++)
		if (at->text.src[i] != MTEXT_NOWHERE)
			at->text.src[i] =
				(uint32_t)charset_origin(map, at->text.src[i]);
}

/* Lines that begin before each of the steps through the text. */
#define STEP 4096

struct steps {
	unsigned lines[TIDY_MAX / STEP + 2];
};

static void count_steps(sv in, struct steps *s)
{
	unsigned n = 1;

	for (size_t i = 0; i < in.n && i < TIDY_MAX; i++) {
		if (i % STEP == 0)
			s->lines[i / STEP] = n;
		n += in.p[i] == '\n';
	}
}

/* The same to those of the text before it was tidied, and the line anew. */
static void map_tidy(const struct tidy *map, sv in, const struct steps *steps,
		     struct attempt *at)
{
	size_t step;

	at->offset = tidy_origin(map, at->offset);
	if (at->offset >= in.n)
		at->offset = in.n - 1;
	step = at->offset / STEP;
	at->line = steps->lines[step];
	for (size_t i = step * STEP; i < at->offset; i++)
		at->line += in.p[i] == '\n';
	for (size_t i = 0; i < at->text.n; i++)
		if (at->text.src[i] != MTEXT_NOWHERE)
			at->text.src[i] = (uint32_t)tidy_origin(
				map, at->text.src[i]);
}

static void map_all(const struct tidy *map, sv in, struct attempts *out,
		    size_t from)
{
	struct steps steps;

	if (!map->src || from == out->n)
		return;
	count_steps(in, &steps);
	for (size_t i = from; i < out->n; i++)
		map_tidy(map, in, &steps, &out->v[i]);
}

static enum mw_status read_text(struct paste_ctx *ctx, struct arena *window,
				sv text, struct mw_err *err)
{
	size_t before = ctx->out->n;

	doc_look(text, &ctx->st->doc);
	ctx->seen->forged = ctx->st->doc.forged;
	ctx->lines = plines_new(window, text);
	if (!ctx->lines)
		return mw_fail(err, MW_ENOMEM, "no memory to read the paste");
	read_lines(ctx);
	if (!found_strong(ctx->out, before)) {
		arena_reset(window);
		ctx->lines = plines_new(window, text);
		if (ctx->lines)
			paste_read_text(ctx);
	}
	if (ctx->out->n == before)
		say_what(&ctx->st->doc, ctx->seen);
	if (arena_failed(ctx->a) || arena_failed(window))
		return mw_fail(err, MW_ENOMEM, "no memory for what was found");
	return MW_OK;
}

enum mw_status paste_read(struct arena *a, sv in,
			  const struct paste_options *opt, struct attempts *out,
			  struct paste_seen *seen, struct mw_err *err)
{
	static const struct paste_options any = {0};
	struct paste_state st = {0};
	struct paste_ctx ctx = {.a = a, .out = out, .seen = seen, .st = &st};
	struct charset_text map;
	struct tidy tidy;
	struct arena *window;
	enum mw_status status;
	size_t before = out->n;

	ctx.opt = opt ? opt : &any;
	seen->cut = in.n > PASTE_MAX;
	in = sv_head(in, PASTE_MAX);
	if (!charset_to_utf8(in, &map))
		return mw_fail(err, MW_ENOMEM, "no memory to decode");
	seen->cut = seen->cut || map.cut;
	if (is_binary(map.text)) {
		seen->binary = true;
		charset_fini(&map);
		return MW_OK;
	}
	if (!tidy_text(map.text, &tidy)) {
		charset_fini(&map);
		return mw_fail(err, MW_ENOMEM, "no memory to tidy up");
	}
	ctx.size = tidy.text.n;
	st.join = join_new(JOIN_PASTE);
	st.scratch = arena_new(SCRATCH_MAX);
	window = arena_new(LINES_MAX);
	if (st.scratch && window)
		status = read_text(&ctx, window, tidy.text, err);
	else
		status = mw_fail(err, MW_ENOMEM, "no memory to read lines");
	map_all(&tidy, map.text, out, before);
	if (map.converted)
		for (size_t i = before; i < out->n; i++)
			map_back(&map, &out->v[i]);
	arena_free(window);
	arena_free(st.scratch);
	join_free(st.join);
	tidy_fini(&tidy);
	charset_fini(&map);
	return status;
}
