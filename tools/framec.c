/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * framec - compiles data/frames into a table and proves it
 *
 * framec OUT.c FILE.frames...
 *
 * Every mistake is named with file and line; a Seen whose attempts are not
 * what its With lines say is one.
 */
#include "base/ascii.h"
#include "base/stanza.h"
#include "dsn/frame.h"
#include "dsn/match.h"
#include "gen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define FRAMES_MAX 256
#define PATTERNS_MAX 2048
#define OUTPUT_MAX ((size_t)4 << 20)
#define ARENA_MAX ((size_t)256 << 20)

struct proof {
	const char *file;
	unsigned line;
	sv seen;
	sv with[16];
	size_t n;
};

struct compiler {
	struct arena *a;
	struct frame frames[FRAMES_MAX];
	size_t nframes;
	struct frame_pattern patterns[PATTERNS_MAX];
	size_t npatterns;
	struct proof proofs[1024];
	size_t nproofs;
	unsigned mistakes;
};

static const struct {
	const char *field;
	enum frame_kind kind;
} kinds[] = {
    {"Begin", FRAME_BEGIN}, {"Open", FRAME_OPEN}, {"Line", FRAME_LINE},
    {"Skip", FRAME_SKIP},   {"End", FRAME_END},   {"Wrap", FRAME_WRAP},
    {"Expired", FRAME_EXPIRED},
};

static void mistake(struct compiler *c, const char *file, unsigned line,
                    const char *what, sv about)
{
	fprintf(stderr, "%s:%u: %s: %.*s\n", file, line, what, SV_FMT(about));
	c->mistakes++;
}

/* Words before the first slot; all slots must be known. */
static bool check_pattern(struct compiler *c, const char *file, unsigned line,
                          enum frame_kind kind, sv text)
{
	size_t first = sv_chr(text, '{'), n = 0;
	sv rest = text;

	while (sv_chr(rest, '{') != SV_NPOS) {
		size_t open = sv_chr(rest, '{'), close = sv_chr(rest, '}');
		sv name;

		if (close == SV_NPOS || close < open) {
			mistake(c, file, line, "slot without end", text);
			return false;
		}
		name = sv_slice(rest, open + 1, close);
		if (frame_slot_from(name) == SLOTS || n++ == FRAME_SLOTS) {
			mistake(c, file, line, "unknown slot, or too many",
			        name);
			return false;
		}
		/* A search at each word of a line would not be linear. */
		if (kind == FRAME_BEGIN &&
		    (sv_eq(name, SV("*")) || sv_eq(name, SV("command")))) {
			mistake(c, file, line, "Begin with a search", text);
			return false;
		}
		rest = sv_drop(rest, close + 1);
	}
	if (kind == FRAME_BEGIN && first != SV_NPOS && first < 8) {
		mistake(c, file, line, "Begin needs words first", text);
		return false;
	}
	return true;
}

static void add_pattern(struct compiler *c, const char *file,
                        const struct field *f, enum frame_kind kind)
{
	char *text = sv_dupz(c->a, f->value);

	if (!text || !f->value.n) {
		mistake(c, file, f->line, "no words", f->name);
		return;
	}
	if (!check_pattern(c, file, f->line, kind, f->value) ||
	    c->npatterns == PATTERNS_MAX)
		return;
	c->patterns[c->npatterns++] =
	    frame_pattern_of(text, kind, (uint16_t)(c->nframes - 1));
}

/* "\n" in a Seen is a line end. */
static sv unescape(struct arena *a, sv s)
{
	char *p = arena_alloc(a, s.n + 1, 1);
	size_t n = 0;

	for (size_t i = 0; p && i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] == 'n') {
			p[n++] = '\n';
			i++;
			/* The blank that joined the lines of the value. */
			if (i + 1 < s.n && s.p[i + 1] == ' ')
				i++;
		} else {
			p[n++] = s.p[i];
		}
	}
	return sv_of(p, n);
}

static void add_proof(struct compiler *c, const char *file,
                      const struct field *f)
{
	if (c->nproofs == sizeof(c->proofs) / sizeof(c->proofs[0])) {
		mistake(c, file, f->line, "too many", f->name);
		return;
	}
	c->proofs[c->nproofs++] = (struct proof){
	    .file = file, .line = f->line, .seen = unescape(c->a, f->value)};
}

static void add_with(struct compiler *c, const char *file,
                     const struct field *f)
{
	struct proof *p = c->nproofs ? &c->proofs[c->nproofs - 1] : NULL;

	if (!p || p->file != file ||
	    p->n == sizeof(p->with) / sizeof(p->with[0]))
		mistake(c, file, f->line, "With without Seen", f->value);
	else
		p->with[p->n++] = f->value;
}

static bool action_from(sv name, enum ev_action *out)
{
	for (unsigned i = 0; i < ACTION_N; i++)
		if (sv_eq(name, sv_str(ev_action_name((enum ev_action)i)))) {
			*out = (enum ev_action)i;
			return true;
		}
	return false;
}

static void read_attribute(struct compiler *c, const char *file,
                           const struct field *f, struct frame *fr)
{
	if (sv_eq(f->name, SV("Language")))
		fr->language = sv_dupz(c->a, f->value);
	else if (sv_eq(f->name, SV("Writer")))
		fr->writer = sv_dupz(c->a, f->value);
	else if (sv_eq(f->name, SV("Fields")))
		fr->fields = sv_eq(f->value, SV("yes"));
	else if (sv_eq(f->name, SV("Action"))) {
		if (!action_from(f->value, &fr->action))
			mistake(c, file, f->line, "unknown action", f->value);
	} else if (!sv_eq(f->name, SV("Source")) &&
	           !sv_eq(f->name, SV("Frame")))
		mistake(c, file, f->line, "unknown field", f->name);
}

static void read_field(struct compiler *c, const char *file,
                       const struct field *f, struct frame *fr)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (sv_eq(f->name, sv_str(kinds[i].field))) {
			add_pattern(c, file, f, kinds[i].kind);
			return;
		}
	if (sv_eq(f->name, SV("Seen")))
		add_proof(c, file, f);
	else if (sv_eq(f->name, SV("With")))
		add_with(c, file, f);
	else
		read_attribute(c, file, f, fr);
}

static void read_frame(struct compiler *c, const char *file,
                       const struct stanza *s)
{
	size_t proofs = c->nproofs;
	struct frame *fr;

	if (!sv_eq(s->fields[0].name, SV("Frame")) ||
	    c->nframes == FRAMES_MAX) {
		mistake(c, file, s->line, "no Frame first", s->fields[0].name);
		return;
	}
	fr = &c->frames[c->nframes++];
	*fr = (struct frame){.name = sv_dupz(c->a, s->fields[0].value),
	                     .language = "",
	                     .writer = ""};
	for (size_t i = 0; i + 1 < c->nframes; i++)
		if (!strcmp(c->frames[i].name, fr->name))
			mistake(c, file, s->line, "frame twice",
			        sv_str(fr->name));
	for (size_t i = 0; i < s->n; i++)
		read_field(c, file, &s->fields[i], fr);
	if (!stanza_get(s, "Source").n || !*fr->language)
		mistake(c, file, s->line, "no Source or Language",
		        sv_str(fr->name));
	if (c->nproofs == proofs)
		mistake(c, file, s->line, "no Seen", sv_str(fr->name));
}

static void read_file(struct compiler *c, const char *file)
{
	struct stanza_reader r;
	struct stanza s;
	struct mw_err err;
	enum mw_status st;
	sv text;

	if (!gen_read(c->a, file, &text)) {
		c->mistakes++;
		return;
	}
	r = stanza_open(text);
	while ((st = stanza_next(&r, c->a, &s, &err)) != MW_ENOENT) {
		if (st == MW_OK)
			read_frame(c, file, &s);
		else
			mistake(c, file, (unsigned)err.where, "bad stanza",
			        sv_str(""));
		if (st == MW_ENOMEM)
			break;
	}
}

static unsigned first_byte(const struct frame_pattern *p)
{
	return (unsigned char)to_lower(p->text[0]);
}

static int by_group(const void *a, const void *b)
{
	const struct frame_pattern *x = a, *y = b;
	int gx = (int)frame_group_of(x->kind), gy = (int)frame_group_of(y->kind);

	if (gx != gy)
		return gx - gy;
	if (first_byte(x) != first_byte(y))
		return (int)first_byte(x) - (int)first_byte(y);
	return strcmp(x->text, y->text);
}

static struct frame_set build(struct compiler *c)
{
	struct frame_set set = {c->frames, c->nframes, c->patterns, {{0}}};
	size_t i = 0;

	qsort(c->patterns, c->npatterns, sizeof(c->patterns[0]), by_group);
	for (unsigned g = 0; g < GROUPS; g++)
		for (unsigned ch = 0; ch <= 256; ch++) {
			while (i < c->npatterns &&
			       frame_group_of(c->patterns[i].kind) == g &&
			       first_byte(&c->patterns[i]) < ch)
				i++;
			set.first[g][ch] = (uint16_t)i;
		}
	return set;
}

/* ---- proof ---- */

struct lines {
	struct frame_line v[FRAME_LINES];
	struct mtext text[FRAME_LINES];
	size_t n, at; /* at: the first that is not read yet */
};

static bool get_line(void *arg, size_t k, struct frame_line *out)
{
	const struct lines *l = arg;

	if (k >= l->n - l->at)
		return false;
	*out = l->v[l->at + k];
	return true;
}

static void split(struct arena *a, sv in, struct lines *l)
{
	const char *start = in.p;

	l->n = 0;
	while (in.n && l->n < FRAME_LINES) {
		sv line = sv_line(&in), text = sv_trim(line);
		struct mtext *t = &l->text[l->n];
		unsigned indent = 0;

		while (indent < line.n && is_blank(line.p[indent]))
			indent++;
		mtext_init(t, a, text.n ? text.n : 1);
		mtext_add(t, text, (size_t)(line.p - start) + indent);
		l->v[l->n] = (struct frame_line){
		    .text = t,
		    .offset = (size_t)(line.p - start),
		    .number = (unsigned)l->n + 1,
		    .indent = indent};
		l->n++;
	}
}

static bool holds(const struct attempt *at, sv key, sv value, char *got,
                  size_t size)
{
	uint16_t code = 0;
	char status[ESTATUS_TEXT];
	sv v = {0};

	(void)reply_code(mtext_sv(&at->text), &code);
	if (sv_eq(key, SV("recipient")))
		v = at->recipient;
	else if (sv_eq(key, SV("final")))
		v = at->final_recipient;
	else if (sv_eq(key, SV("host")))
		v = at->host;
	else if (sv_eq(key, SV("own")))
		v = at->own_host;
	else if (sv_eq(key, SV("action")))
		v = sv_str(ev_action_name(at->action));
	else if (sv_eq(key, SV("stage")))
		v = sv_str(smtp_stage_name(at->stage));
	else if (sv_eq(key, SV("status")))
		v = sv_str(estatus_format(at->status, status));
	else if (sv_eq(key, SV("text")))
		v = mtext_sv(&at->text);
	else if (!sv_eq(key, SV("code")))
		v = SV("(unknown key)");
	snprintf(got, size, "%.*s", SV_FMT(v));
	if (sv_eq(key, SV("code")))
		snprintf(got, size, "%u", code);
	return sv_eq(sv_str(got), sv_head(value, size - 1));
}

/* "key=value key=value text=all the rest" */
static void check_with(struct compiler *c, const struct proof *p, sv with,
                       const struct attempt *at)
{
	char got[4096], text[4200];

	while (with.n) {
		sv rest = with, word = sv_word(&with), key, value;
		size_t eq = sv_chr(word, '=');

		if (!word.n)
			break;
		key = sv_head(word, eq == SV_NPOS ? word.n : eq);
		value = sv_drop(word, key.n + 1);
		if (sv_eq(key, SV("text"))) {
			value = sv_trim(sv_drop(sv_trim(rest), 5));
			with = SV("");
		}
		if (holds(at, key, value, got, sizeof(got)))
			continue;
		snprintf(text, sizeof(text), "%.*s: got \"%s\"", SV_FMT(key),
		         got);
		mistake(c, p->file, p->line, "Seen does not give",
		        sv_str(text));
	}
}

static void prove(struct compiler *c, const struct frame_set *set,
                  const struct proof *p)
{
	static struct lines lines;
	struct arena *a = arena_new(ARENA_MAX);
	struct attempts out = {0};
	char text[64];

	split(a, p->seen, &lines);
	for (lines.at = 0; lines.at < lines.n;) {
		size_t n = frame_read(set, a, get_line, &lines, &out);

		lines.at += n ? n : 1;
	}
	if (out.n != p->n) {
		snprintf(text, sizeof(text), "%zu, want %zu", out.n, p->n);
		mistake(c, p->file, p->line, "number of attempts",
		        sv_str(text));
	}
	for (size_t i = 0; i < out.n && i < p->n; i++)
		check_with(c, p, p->with[i], &out.v[i]);
	arena_free(a);
}

/* ---- output ---- */

static void put_frames(struct buf *b, const struct compiler *c)
{
	buf_adds(b, "static const struct frame frames[] = {\n");
	for (size_t i = 0; i < c->nframes; i++) {
		const struct frame *fr = &c->frames[i];

		buf_adds(b, "\t{");
		gen_literal(b, sv_str(fr->name));
		buf_adds(b, ", ");
		gen_literal(b, sv_str(fr->language));
		buf_adds(b, ", ");
		gen_literal(b, sv_str(fr->writer));
		buf_addf(b, ", (enum ev_action)%d, %s},\n", (int)fr->action,
		         fr->fields ? "true" : "false");
	}
	buf_adds(b, "};\n");
}

static void put_patterns(struct buf *b, const struct compiler *c)
{
	buf_adds(b, "static const struct frame_pattern patterns[] = {\n");
	for (size_t i = 0; i < c->npatterns; i++) {
		const struct frame_pattern *p = &c->patterns[i];

		buf_adds(b, "\t{");
		gen_literal(b, sv_str(p->text));
		buf_addf(b, ", %u, %u, %u, {", p->n, p->frame, p->kind);
		for (size_t k = 0; k < FRAME_SLOTS; k++)
			buf_addf(b, "%u, ", p->slots[k]);
		buf_adds(b, "}, {{");
		for (size_t k = 0; k < FRAME_PAIRS; k++)
			buf_addf(b, "0x%" PRIx64 ", ", p->pairs.bits[k]);
		buf_adds(b, "}}},\n");
	}
	buf_adds(b, "};\n");
}

static void put_first(struct buf *b, const struct frame_set *set)
{
	for (unsigned g = 0; g < GROUPS; g++) {
		buf_adds(b, "\t{");
		for (unsigned i = 0; i <= 256; i++)
			buf_addf(b, "%s%u,", i % 16 ? " " : "\n\t\t",
			         set->first[g][i]);
		buf_adds(b, "\n\t},\n");
	}
}

static bool output(const char *name, const struct compiler *c,
                   const struct frame_set *set)
{
	struct buf b;
	bool ok;

	buf_init(&b, OUTPUT_MAX);
	buf_adds(&b, "/* Generated by framec from data/frames. */\n"
	             "#include \"dsn/frame.h\"\n\n");
	put_frames(&b, c);
	put_patterns(&b, c);
	buf_addf(&b, "const struct frame_set frames_builtin = {\n"
	             "\tframes, %zu, patterns, {\n", c->nframes);
	put_first(&b, set);
	buf_adds(&b, "}};\n");
	ok = !buf_failed(&b) && gen_write(name, buf_sv(&b));
	buf_fini(&b);
	return ok;
}

int main(int argc, char **argv)
{
	static struct compiler c;
	struct frame_set set;

	if (argc < 3) {
		fputs("usage: framec OUT.c FILE.frames...\n", stderr);
		return 2;
	}
	c.a = arena_new(ARENA_MAX);
	for (int i = 2; i < argc; i++)
		read_file(&c, argv[i]);
	set = build(&c);
	for (size_t i = 0; i < c.nproofs; i++)
		prove(&c, &set, &c.proofs[i]);
	return !c.mistakes && output(argv[1], &c, &set) ? 0 : 1;
}
