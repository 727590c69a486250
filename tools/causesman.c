/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * causesman - the manual page mailwhy-causes(7) from the knowledge base
 *
 *	causesman OUTPUT DATE
 *
 * DATE is written as the page's date ("November 24, 2026").
 */
#include <stdio.h>

#include "gen.h"
#include "kb/kb.h"

#define PAGE_MAX ((size_t)4 << 20)

/* Does a sentence end before the blank at i? */
static bool ends_sentence(sv s, size_t i)
{
	char c = i ? s.p[i - 1] : ' ';

	if ((c == '"' || c == ')') && i > 1)
		c = s.p[i - 2];
	return s.p[i] == ' ' && (c == '.' || c == '?' || c == '!');
}

/* Text, a sentence a line: nothing in it is a request or an escape. */
static void text(struct buf *b, sv s)
{
	bool start = true;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (start && (c == '.' || c == '\''))
			buf_adds(b, "\\&");
		start = ends_sentence(s, i);
		if (c == '\\')
			buf_adds(b, "\\e");
		else
			buf_addc(b, start ? '\n' : c);
	}
	buf_addc(b, '\n');
}

static void sentence(struct buf *b, const char *label, const char *words)
{
	buf_addf(b, "%s ", label);
	text(b, sv_str(words));
}

/* The last one of a field has no condition: it is what holds in general. */
static const struct kb_item *last(const struct kb_cause *c, enum kb_field f)
{
	for (uint32_t i = c->nitems; i; i--)
		if (kb_items[c->item + i - 1].field == f)
			return &kb_items[c->item + i - 1];
	return NULL;
}

static const char *heals(sv permanence)
{
	static const char *const words[][2] = {
	    {"permanent", "no."},
	    {"until-fixed", "not by waiting; only when something is changed."},
	    {"temporary", "yes, by waiting."},
	    {"not-a-failure", "nothing failed."},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (sv_eq(permanence, sv_str(words[i][0])))
			return words[i][1];
	return "the text does not tell.";
}

static void explain(struct buf *b, const struct kb_cause *c)
{
	for (uint32_t i = 0; i < c->nitems; i++) {
		const struct kb_item *it = &kb_items[c->item + i];

		if (it->field == KB_EXPLAIN)
			text(b, sv_str(kb_str(it->text)));
	}
}

static void cause(struct buf *b, const struct kb_cause *c)
{
	const struct kb_item *actor = last(c, KB_ACTOR);
	const struct kb_item *healing = last(c, KB_PERMANENCE);

	buf_addf(b, ".It Sy %s\n", c->id);
	buf_addf(b, "%s.\n", c->title);
	explain(b, c);
	buf_adds(b, ".Pp\n");
	if (actor) {
		sv id = sv_str(kb_str(actor->text));

		buf_addf(b, "Who must act: %s.\n", kb_actor_words(id));
	}
	if (healing)
		sentence(b, "Will it heal:",
		         heals(sv_str(kb_str(healing->text))));
	buf_addf(b, ".br\nSisimai: %s; KumoMTA: %s; SparkPost: %s; "
	            "RFC 3463: %s.\n", c->sisimai, c->kumomta, c->sparkpost,
	         c->rfc3463);
}

static void causes(struct buf *b)
{
	sv area = SV("");

	for (size_t i = 0; i < kb_ncauses; i++) {
		sv id = sv_str(kb_causes[i].id), a = sv_cut(&id, '.');

		if (!sv_eq(a, area)) {
			buf_addf(b, "%s.Ss %.*s\n.Bl -tag -width Ds\n",
			         area.n ? ".El\n" : "", SV_FMT(a));
			area = a;
		}
		cause(b, &kb_causes[i]);
	}
	buf_adds(b, ".El\n");
}

int main(int argc, char **argv)
{
	struct buf b;
	bool ok;

	if (argc != 3) {
		(void)fputs("usage: causesman OUTPUT DATE\n", stderr);
		return 2;
	}
	buf_init(&b, PAGE_MAX);
	buf_addf(&b,
	         ".\\\" Generated from data/kb; do not edit.\n"
	         ".Dd %s\n.Dt MAILWHY-CAUSES 7\n.Os\n.Sh NAME\n"
	         ".Nm mailwhy-causes\n.Nd why mail is rejected\n"
	         ".Sh DESCRIPTION\n"
	         "These are the causes that\n.Xr mailwhy 1\nknows.\n"
	         "For each there is what it means, who has to act and whether "
	         "it heals, as\nfar as that is known without the words of a "
	         "reply, and the class that other\nvocabularies put it in.\n"
	         ".Ql mailwhy causes ID\nalso shows the fix.\n", argv[2]);
	causes(&b);
	buf_adds(&b, ".Sh SEE ALSO\n.Xr mailwhy 1 ,\n.Xr mailwhy-causes 1\n");
	ok = !buf_failed(&b) && gen_write(argv[1], buf_sv(&b));
	buf_fini(&b);
	return ok ? 0 : 1;
}
