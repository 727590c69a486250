/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/part.h"

bool part_read(struct arena *a, const struct mail *m, uint32_t i,
               struct part_text *out)
{
	const struct mail_part *p = &m->parts[i];

	*out = (struct part_text){.is_page = mail_is(p, "text", "html")};
	out->base = mail_offset(m, p->body);
	if (body_text(a, p->body, p->encoding, p->charset, out->is_page,
	              &out->body) != MW_OK)
		return false;
	out->text = out->body.text;
	if (!out->is_page)
		return true;
	if (html_text(a, NULL, out->body.text, &out->page) != MW_OK)
		return false;
	out->text = out->page.text;
	return true;
}

size_t part_origin(void *arg, size_t at)
{
	const struct part_text *t = arg;

	/* Most parts are not encoded: their text is a view of the mail. */
	if (t->text.p == t->body.raw.p)
		return t->base + at;
	if (t->is_page) {
		if (at >= t->text.n)
			return t->base + body_origin(&t->body,
			                             t->body.text.n);
		at = html_origin(&t->page, at);
	}
	return t->base + body_origin(&t->body, at);
}
