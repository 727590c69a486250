/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forwardc - compile data/forward into lib/kb's table of texts to pass on
 *
 *	forwardc [--depfile FILE] --output FILE DIR
 *
 * Every mistake is named with file and line.  A language must have a text for
 * each reader that English has one for.
 */
#include "base/stanza.h"
#include "gen.h"
#include "kb/forward.h"
#include "kb/kb.h"

#include <stdio.h>

#define MEMORY ((size_t)64 << 20)
#define MAX_OUTPUT ((size_t)4 << 20)
#define MAX_TEXTS 512
#define MAX_ITEMS 32 /* of one text */

struct text {
	sv lang, to, causes, subject;
	enum forward_kind kind[MAX_ITEMS];
	sv item[MAX_ITEMS];
	size_t n;
	const char *file;
	unsigned line;
};

struct compiler {
	struct arena *a;
	struct text *texts; /* MAX_TEXTS */
	size_t n;
	unsigned mistakes;
};

static void wrong(struct compiler *c, const char *file, unsigned line,
                  const char *what, sv about)
{
	(void)fprintf(stderr, "%s:%u: %s: %.*s\n", file, line, what,
	              SV_FMT(about));
	c->mistakes++;
}

static bool known_cause(sv id)
{
	if (!sv_ends(id, SV(".*")))
		return kb_cause(id) != NULL;
	for (size_t i = 0; i < kb_ncauses; i++)
		if (sv_starts(sv_str(kb_causes[i].id), sv_head(id, id.n - 1)))
			return true;
	return false;
}

/* "a | b" as "a|b" */
static sv causes_of(struct compiler *c, const struct field *f,
                    const char *file)
{
	sv rest = f->value, out = SV("");

	while (rest.n) {
		sv one = sv_trim(sv_cut(&rest, '|'));

		if (!known_cause(one))
			wrong(c, file, f->line, "unknown cause", one);
		out = arena_printf(c->a, "%.*s%s%.*s", SV_FMT(out),
		                   out.n ? "|" : "", SV_FMT(one));
	}
	return out;
}

static bool item_kind(const struct field *f, enum forward_kind *kind)
{
	if (sv_eq(f->name, SV("Text")))
		*kind = FORWARD_TEXT;
	else if (sv_eq(f->name, SV("Fact")) && sv_has(f->value, SV(" | ")))
		*kind = FORWARD_FACT;
	else if (!sv_eq(f->name, SV("Show")))
		return false;
	else if (sv_eq(f->value, SV("reply")))
		*kind = FORWARD_QUOTE;
	else if (sv_eq(f->value, SV("reply without addresses")))
		*kind = FORWARD_MASKED;
	else if (sv_eq(f->value, SV("verdict")))
		*kind = FORWARD_VERDICT;
	else if (sv_eq(f->value, SV("steps")))
		*kind = FORWARD_STEPS;
	else
		return false;
	return true;
}

static void take_field(struct compiler *c, struct text *t,
                       const struct field *f)
{
	enum forward_kind kind;

	if (sv_eq(f->name, SV("Forward"))) {
		t->to = f->value;
		if (!kb_is_actor(t->to) && !sv_eq(t->to, SV("provider-form")))
			wrong(c, t->file, f->line, "unknown reader", t->to);
	} else if (sv_eq(f->name, SV("Language"))) {
		t->lang = f->value;
	} else if (sv_eq(f->name, SV("Cause"))) {
		t->causes = causes_of(c, f, t->file);
	} else if (sv_eq(f->name, SV("Subject"))) {
		t->subject = f->value;
	} else if (!item_kind(f, &kind) || t->n == MAX_ITEMS) {
		wrong(c, t->file, f->line, "not understood", f->name);
	} else {
		t->kind[t->n] = kind;
		t->item[t->n++] = f->value;
	}
}

static void take_stanza(struct compiler *c, const char *file,
                        const struct stanza *s)
{
	struct text *t = &c->texts[c->n];

	if (c->n == MAX_TEXTS) {
		wrong(c, file, s->line, "too many texts", SV(""));
		return;
	}
	*t = (struct text){.file = file, .line = s->line};
	for (size_t i = 0; i < s->n; i++)
		take_field(c, t, &s->fields[i]);
	if (!t->to.n || !t->lang.n || !t->subject.n || !t->n)
		wrong(c, file, s->line, "Forward, Language, Subject and a Text "
		      "are needed", t->to);
	for (size_t i = 0; i < c->n; i++)
		if (sv_eq(c->texts[i].to, t->to) &&
		    sv_eq(c->texts[i].lang, t->lang) &&
		    sv_eq(c->texts[i].causes, t->causes))
			wrong(c, file, s->line, "a second time", t->to);
	c->n++;
}

static void read_one(struct compiler *c, const char *file)
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
			take_stanza(c, file, &s);
		else
			wrong(c, file, r.line, "not understood",
			      sv_str(err.text));
		if (st == MW_ENOMEM)
			return;
	}
}

static bool has(const struct compiler *c, sv lang, sv to)
{
	for (size_t i = 0; i < c->n; i++)
		if (sv_eq(c->texts[i].lang, lang) &&
		    sv_eq(c->texts[i].to, to) && !c->texts[i].causes.n)
			return true;
	return false;
}

/* Whoever asks in a language must not find that one reader is missing. */
static void check_complete(struct compiler *c)
{
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->n; k++)
			if (!has(c, c->texts[i].lang, c->texts[k].to))
				wrong(c, c->texts[i].file, c->texts[i].line,
				      "no text for all causes to",
				      c->texts[k].to);
}

static void emit(const struct compiler *c, struct buf *out)
{
	static const char *const kinds[FORWARD_KIND_N] = {
	    "FORWARD_TEXT",   "FORWARD_FACT",    "FORWARD_QUOTE",
	    "FORWARD_MASKED", "FORWARD_VERDICT", "FORWARD_STEPS"};
	size_t at = 0;

	buf_adds(out, "/* Generated by tools/forwardc from data/forward. */\n"
	              "#include \"kb/forward.h\"\n\n"
	              "const struct forward_item forward_items[] = {\n");
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->texts[i].n; k++) {
			buf_addf(out, "\t{%s, ", kinds[c->texts[i].kind[k]]);
			gen_literal(out, c->texts[i].item[k]);
			buf_adds(out, "},\n");
		}
	buf_adds(out, "};\n\nconst struct forward_text forward_texts[] = {\n");
	for (size_t i = 0; i < c->n; i++) {
		const struct text *t = &c->texts[i];
		const sv strings[] = {t->lang, t->to, t->causes, t->subject};

		buf_adds(out, "\t{");
		for (size_t k = 0; k < 4; k++) {
			gen_literal(out, strings[k]);
			buf_adds(out, ", ");
		}
		buf_addf(out, "%zu, %zu},\n", at, t->n);
		at += t->n;
	}
	buf_addf(out, "};\n\nconst size_t forward_ntexts = %zu;\n", c->n);
}

static void compile(struct compiler *c, const char *dir, const char *output,
                    const char *depfile)
{
	struct gen_files files = {0};
	struct buf b;

	c->texts = arena_alloc(c->a, MAX_TEXTS, sizeof(*c->texts));
	if (!c->texts || !gen_list(c->a, dir, ".forward", &files)) {
		c->mistakes++;
		return;
	}
	for (size_t i = 0; i < files.n; i++)
		read_one(c, files.path[i]);
	check_complete(c);
	if (!c->n)
		wrong(c, dir, 0, "no texts", SV(""));
	if (c->mistakes)
		return;
	buf_init(&b, MAX_OUTPUT);
	emit(c, &b);
	if (buf_failed(&b) || !gen_write(output, buf_sv(&b)) ||
	    (depfile && !gen_depfile(depfile, output, &files)))
		c->mistakes++;
	buf_fini(&b);
}

int main(int argc, char **argv)
{
	const char *output = NULL, *depfile = NULL, *dir = NULL;
	struct compiler c = {0};

	for (int i = 1; i < argc; i++) {
		if (sv_eq(sv_str(argv[i]), SV("--output")) && i + 1 < argc)
			output = argv[++i];
		else if (sv_eq(sv_str(argv[i]), SV("--depfile")) &&
		         i + 1 < argc)
			depfile = argv[++i];
		else
			dir = argv[i];
	}
	if (!output || !dir) {
		(void)fputs("usage: forwardc [--depfile FILE] --output FILE "
		            "DIR\n", stderr);
		return 2;
	}
	c.a = arena_new(MEMORY);
	if (!c.a)
		return 1;
	compile(&c, dir, output, depfile);
	arena_free(c.a);
	return c.mistakes ? 1 : 0;
}
