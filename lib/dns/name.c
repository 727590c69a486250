/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/name.h"

#include <stdio.h>

#include "base/ascii.h"

/* A name that is being written label by label. */
struct writer {
	struct dns_name *out;
	size_t n, label; /* bytes written; where the open label's length is */
	bool bad;
};

static void begin(struct writer *w, struct dns_name *out)
{
	*w = (struct writer){.out = out, .n = 1};
	out->n = 0;
}

static void add_byte(struct writer *w, unsigned char c)
{
	/* One byte stays free for the root. */
	if (w->n >= DNS_NAME_MAX - 1 || w->n - w->label > DNS_LABEL_MAX)
		w->bad = true;
	else
		w->out->w[w->n++] = (uint8_t)to_lower((char)c);
}

static void end_label(struct writer *w)
{
	size_t len = w->n - w->label - 1;

	if (!len || w->n >= DNS_NAME_MAX)
		w->bad = true;
	if (w->bad)
		return;
	w->out->w[w->label] = (uint8_t)len;
	w->label = w->n++;
}

static bool finish(struct writer *w)
{
	if (w->bad)
		return false;
	if (w->n - w->label > 1) {
		w->out->w[w->label] = (uint8_t)(w->n - w->label - 1);
		w->label = w->n++;
	}
	w->out->w[w->label] = 0;
	w->out->n = (uint8_t)(w->label + 1);
	return true;
}

/* The byte of an escape behind its backslash; *i is moved to its end. */
static unsigned char escaped(sv s, size_t *i, bool *bad)
{
	unsigned v = 0;

	if (*i >= s.n) {
		*bad = true;
		return 0;
	}
	if (!is_digit(s.p[*i]))
		return (unsigned char)s.p[(*i)++];
	for (unsigned k = 0; k < 3; k++, (*i)++) {
		if (*i >= s.n || !is_digit(s.p[*i])) {
			*bad = true;
			return 0;
		}
		v = v * 10 + (unsigned)(s.p[*i] - '0');
	}
	*bad |= v > 255;
	return (unsigned char)v;
}

static bool from_text(sv text, bool escapes, struct dns_name *out)
{
	struct writer w;

	begin(&w, out);
	if (sv_eq(text, SV(".")))
		text.n = 0;
	for (size_t i = 0; i < text.n && !w.bad;) {
		unsigned char c = (unsigned char)text.p[i++];

		if (c == '.')
			end_label(&w);
		else if (c == '\\' && escapes)
			add_byte(&w, escaped(text, &i, &w.bad));
		else
			add_byte(&w, c);
	}
	return finish(&w);
}

bool dns_name_from(sv text, struct dns_name *out)
{
	return from_text(text, true, out);
}

bool dns_name_plain(sv text, struct dns_name *out)
{
	return from_text(text, false, out);
}

static size_t put(char *out, uint8_t c)
{
	if (is_alnum((char)c) || c == '-' || c == '_' || c == '*' ||
	    c == '/') {
		out[0] = (char)c;
		return 1;
	}
	out[0] = '\\';
	if (c > ' ' && c < 0x7F) {
		out[1] = (char)c;
		return 2;
	}
	out[1] = (char)('0' + c / 100);
	out[2] = (char)('0' + c / 10 % 10);
	out[3] = (char)('0' + c % 10);
	return 4;
}

sv dns_name_text(const struct dns_name *name, char out[DNS_NAME_TEXT])
{
	size_t n = 0;

	for (size_t i = 0; name->n && name->w[i]; i += name->w[i] + 1U) {
		if (n)
			out[n++] = '.';
		for (size_t k = 1; k <= name->w[i]; k++)
			n += put(out + n, name->w[i + k]);
	}
	if (!n)
		out[n++] = '.';
	out[n] = '\0';
	return sv_of(out, n);
}

bool dns_name_eq(const struct dns_name *a, const struct dns_name *b)
{
	return a->n == b->n && !memcmp(a->w, b->w, a->n);
}

/* FNV-1a. */
uint64_t dns_name_hash(const struct dns_name *name)
{
	uint64_t h = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < name->n; i++)
		h = (h ^ name->w[i]) * 0x100000001b3ULL;
	return h;
}

unsigned dns_name_labels(const struct dns_name *name)
{
	unsigned n = 0;

	for (size_t i = 0; name->n && name->w[i]; i += name->w[i] + 1U)
		n++;
	return n;
}

bool dns_name_under(const struct dns_name *name, const struct dns_name *top)
{
	size_t i = 0;

	if (!top->n || name->n < top->n)
		return false;
	while (name->w[i] && name->n - i > top->n)
		i += name->w[i] + 1U;
	return name->n - i == top->n && !memcmp(name->w + i, top->w, top->n);
}

bool dns_name_up(struct dns_name *name)
{
	size_t skip = name->n ? name->w[0] + 1U : 1;

	if (skip == 1)
		return false;
	memmove(name->w, name->w + skip, name->n - skip);
	name->n = (uint8_t)(name->n - skip);
	return true;
}

bool dns_name_below(sv labels, const struct dns_name *name,
                    struct dns_name *out)
{
	struct dns_name first;

	/* The root of the first gives way to the second. */
	if (!name->n || !dns_name_plain(labels, &first) ||
	    first.n - 1 + name->n > DNS_NAME_MAX)
		return false;
	memmove(out->w + first.n - 1, name->w, name->n);
	memcpy(out->w, first.w, first.n - 1U);
	out->n = (uint8_t)(first.n - 1 + name->n);
	return true;
}

static size_t labels_of_ip(const struct ip *ip, char text[73])
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	for (size_t i = ip->bytes; i-- > 0;) {
		if (ip->bytes == 4) {
			n += (size_t)snprintf(text + n, 5, "%u.", ip->at[i]);
			continue;
		}
		text[n++] = hex[ip->at[i] & 15];
		text[n++] = '.';
		text[n++] = hex[ip->at[i] >> 4];
		text[n++] = '.';
	}
	return n ? n - 1 : 0;
}

bool dns_name_of_ip_below(const struct ip *ip, const struct dns_name *zone,
                          struct dns_name *out)
{
	char text[73];
	size_t n = labels_of_ip(ip, text);

	out->n = 0;
	return n && dns_name_below(sv_of(text, n), zone, out);
}

void dns_name_of_ip(const struct ip *ip, struct dns_name *out)
{
	struct dns_name top;

	(void)dns_name_plain(ip->bytes == 4 ? SV("in-addr.arpa")
	                                    : SV("ip6.arpa"), &top);
	(void)dns_name_of_ip_below(ip, &top, out);
}
