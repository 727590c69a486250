/* SPDX-License-Identifier: BSD-2-Clause */
#include "logs/logs.h"

#include "logs/parts.h"

typedef size_t (*reader)(struct line *l);

/*
 * Asked in this order.  The ones that know their lines by a sure mark come
 * first; each looks at the content, as tags are often cut off by people.
 */
static const reader readers[] = {
    exchange_read, kumomta_read, opensmtpd_read, postfix_read,
    exim_read,     sendmail_read, qmail_read,
};

size_t log_read(struct arena *a, const struct mtext *line,
                struct log_event *out, size_t max)
{
	struct line l = {.a = a, .m = line, .out = out, .max = max};
	size_t n;

	l.all = mtext_sv(line);
	if (!max)
		return 0;
	if (l.all.n && l.all.p[l.all.n - 1] == '`')
		l.all.n--;
	log_prefix(l.all, &l.prefix);
	l.body = sv_trim(sv_drop(l.all, l.prefix.end));
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		n = l.body.n ? readers[i](&l) : 0;
		if (n)
			return n;
	}
	out[0] = (struct log_event){.kind = LOG_NONE};
	out[0].time = l.prefix.time;
	return 1;
}
