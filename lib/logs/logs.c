/* SPDX-License-Identifier: BSD-2-Clause */
#include "logs/logs.h"

#include "logs/parts.h"

typedef size_t (*reader)(struct line *l);

/*
 * Asked in this order.  The ones that know their lines by a sure mark come
 * first; each looks at the content, as tags are often cut off by people.
 */
static const reader readers[] = {
	exchange_read, kumomta_read,  opensmtpd_read, postfix_read,
	exim_read,     sendmail_read, qmail_read,
};

/* What the text has in front holds only where the object told nothing. */
static void set_body(struct line *l)
{
	struct log_prefix beside = l->prefix;

	l->all = mtext_sv(l->m);
	/* Quotes that people put around a pasted line. */
	if (l->all.n > 1 && (l->all.p[0] == '`' || l->all.p[0] == '"') &&
	    l->all.p[l->all.n - 1] == l->all.p[0])
		l->all = sv_slice(l->all, 1, l->all.n - 1);
	log_prefix(l->all, &l->prefix);
	l->body = sv_trim(sv_drop(l->all, l->prefix.end));
	if (beside.host.n)
		l->prefix.host = beside.host;
	if (beside.time.n)
		l->prefix.time = beside.time;
	if (beside.tag.n)
		l->prefix.tag = beside.tag;
}

/* A refusal for now: the client comes again. */
static void soften(struct log_event *e)
{
	sv s = mtext_sv(&e->at.text);
	uint16_t code = e->at.code;
	struct estatus status = e->at.status;

	if (!code && !estatus_is_set(status) && !reply_code(s, &code))
		(void)estatus_parse(s, &status);
	if (e->kind == LOG_REJECT && (code ? code / 100 : status.class) == 4)
		e->at.action = ACTION_DELAYED;
}

static size_t read_line(struct line *l)
{
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		size_t n = l->body.n ? readers[i](l) : 0;

		if (n)
			return n;
	}
	return 0;
}

size_t log_read(struct arena *a, const struct mtext *line,
		struct log_event *out, size_t max)
{
	struct line l = {.a = a, .m = line, .out = out, .max = max};
	struct mtext inner;
	size_t n;

	if (!max)
		return 0;
	set_body(&l);
	n = read_line(&l);
	if (!n && journal_open(&l, &inner)) {
		l.m = &inner;
		set_body(&l);
		n = read_line(&l);
	}
	for (size_t i = 0; i < n; i++)
		soften(&out[i]);
	if (n)
		return n;
	out[0] = (struct log_event){.kind = LOG_NONE};
	out[0].time = l.prefix.time;
	return 1;
}
