/* SPDX-License-Identifier: BSD-2-Clause */
/* Records as text, and text as records (RFC 1035 section 5, RFC 3597). */
#include "base/ascii.h"
#include "base/buf.h"
#include "dns/dns.h"

#include <stdio.h>

/* Longest record (RFC 1035 section 3.2.1: 16 bits). */
#define RDATA_MAX 65535
/* A byte of it takes four signs, strings two quotation marks and a blank. */
#define TEXT_MAX (RDATA_MAX * 4 + 1024)

/*
 * What a type consists of: n name, 1 2 4 numbers of that many bytes, i IPv4,
 * I IPv6, s strings up to the end, x hexadecimal and b base64 up to the end,
 * k one string, r bytes up to the end as one quoted string.
 */
static const struct {
	uint16_t type;
	const char *form;
} forms[] = {
    {DNS_A, "i"},       {DNS_NS, "n"},        {DNS_CNAME, "n"},
    {DNS_SOA, "nn44444"}, {DNS_PTR, "n"},     {DNS_MX, "2n"},
    {DNS_TXT, "s"},     {DNS_AAAA, "I"},      {DNS_SRV, "222n"},
    {DNS_DNAME, "n"},   {DNS_DS, "211x"},     {DNS_DNSKEY, "211b"},
    {DNS_TLSA, "111x"}, {DNS_CAA, "1kr"},     {DNS_SPF, "s"},
};

static const char b64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                          "abcdefghijklmnopqrstuvwxyz0123456789+/";

static const char *form_of(uint16_t type)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].type == type)
			return forms[i].form;
	return NULL;
}

static void put_quoted(struct buf *b, sv s)
{
	buf_addc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '"' || c == '\\')
			buf_addf(b, "\\%c", c);
		else if (c < ' ' || c >= 0x7F)
			buf_addf(b, "\\%03u", c);
		else
			buf_addc(b, (char)c);
	}
	buf_addc(b, '"');
}

static void put_hex(struct buf *b, sv s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_addf(b, "%02x", (unsigned char)s.p[i]);
}

static void put_base64(struct buf *b, sv s)
{
	for (size_t i = 0; i < s.n; i += 3) {
		unsigned v = 0;

		for (size_t k = 0; k < 3; k++)
			v = v << 8 | (i + k < s.n ? (unsigned char)s.p[i + k]
			                          : 0U);
		for (size_t k = 0; k < 4; k++)
			buf_addc(b, i + k <= s.n ? b64[v >> (18 - 6 * k) & 63]
			                         : '=');
	}
}

/* One piece of a record; how many bytes it takes, SV_NPOS where none fits. */
static size_t put_piece(struct buf *b, char form, sv s)
{
	char text[DNS_NAME_TEXT];
	unsigned v = 0;
	struct dns_name name;
	struct dns_rr rr = {.rdata = s};
	struct ip ip;
	size_t n = 0;

	switch (form) {
	case 'n':
		while (n < s.n && s.p[n])
			n += (unsigned char)s.p[n] + 1U;
		rr.rdata = sv_head(s, n + 1);
		if (!dns_target(&rr, &name))
			return SV_NPOS;
		buf_add(b, dns_name_text(&name, text));
		if (name.n > 1)
			buf_addc(b, '.');
		return name.n;
	case '1':
	case '2':
	case '4':
		if (s.n < (size_t)(form - '0'))
			return SV_NPOS;
		for (; n < (size_t)(form - '0'); n++)
			v = v << 8 | (unsigned char)s.p[n];
		buf_addf(b, "%u", v);
		return n;
	case 'i':
	case 'I':
		if (s.n != (form == 'i' ? 4 : 16) || !dns_ip(&rr, &ip))
			return SV_NPOS;
		buf_add(b, ip_text(&ip, text));
		return s.n;
	case 'k':
		if (!s.n || (unsigned char)s.p[0] >= s.n)
			return SV_NPOS;
		n = (unsigned char)s.p[0];
		buf_add(b, sv_slice(s, 1, 1 + n));
		return n + 1;
	case 's':
		if (!s.n || (unsigned char)s.p[0] >= s.n)
			return SV_NPOS;
		n = (unsigned char)s.p[0];
		put_quoted(b, sv_slice(s, 1, 1 + n));
		return n + 1;
	case 'r':
		put_quoted(b, s);
		return s.n;
	case 'x':
		put_hex(b, s);
		return s.n;
	default:
		put_base64(b, s);
		return s.n;
	}
}

static bool put_known(struct buf *b, const char *form, sv rdata)
{
	for (; *form; form++) {
		do {
			size_t n;

			if (b->n)
				buf_addc(b, ' ');
			n = put_piece(b, *form, rdata);
			if (n == SV_NPOS)
				return false;
			rdata = sv_drop(rdata, n);
		} while (*form == 's' && rdata.n);
	}
	return !rdata.n;
}

sv dns_rdata_text(struct arena *a, uint16_t type, sv rdata)
{
	const char *form = form_of(type);
	struct buf b;
	sv out;

	buf_init(&b, TEXT_MAX);
	if (!form || !put_known(&b, form, rdata)) {
		buf_reset(&b);
		buf_addf(&b, "\\# %zu ", rdata.n);
		put_hex(&b, rdata);
	}
	out = arena_dup(a, buf_sv(&b));
	buf_fini(&b);
	return out;
}

/* ---- text to record ---- */

struct reader {
	sv all, rest;
	struct buf out;
	struct mw_err *err;
};

static enum mw_status fault(struct reader *r, const char *what)
{
	return mw_fail_at(r->err, MW_ESYNTAX, r->all.n - r->rest.n, "%s",
	                  what);
}

static void skip_blanks(struct reader *r)
{
	r->rest = sv_drop(r->rest, sv_blanks(r->rest));
}

static sv next_word(struct reader *r)
{
	size_t n = 0;

	skip_blanks(r);
	while (n < r->rest.n && !is_blank(r->rest.p[n]))
		n++;
	return sv_head(r->rest, n);
}

/* A quoted string, escapes resolved, added without its length. */
static bool unquote(struct reader *r)
{
	sv s = sv_drop(r->rest, 1);
	size_t i = 0;

	for (; i < s.n && s.p[i] != '"'; i++) {
		unsigned v = 0;

		if (s.p[i] != '\\') {
			buf_addc(&r->out, s.p[i]);
			continue;
		}
		if (++i >= s.n)
			return false;
		if (!is_digit(s.p[i])) {
			buf_addc(&r->out, s.p[i]);
			continue;
		}
		if (i + 3 > s.n || !sv_u32(sv_slice(s, i, i + 3), 255, &v))
			return false;
		buf_addc(&r->out, (char)v);
		i += 2;
	}
	r->rest = sv_drop(s, i + 1);
	return i < s.n;
}

/* One string, or what is over 255 octets as several. */
static void add_cut(struct reader *r, sv s)
{
	do {
		sv part = sv_head(s, 255);

		buf_addc(&r->out, (char)part.n);
		buf_add(&r->out, part);
		s = sv_drop(s, part.n);
	} while (s.n);
}

static enum mw_status read_strings(struct reader *r)
{
	skip_blanks(r);
	if (!r->rest.n || r->rest.p[0] != '"') {
		sv s = sv_trim(r->rest);

		add_cut(r, s);
		r->rest.n = 0;
		return MW_OK;
	}
	while (r->rest.n) {
		size_t at = r->out.n, n;

		if (r->rest.p[0] != '"')
			return fault(r, "a string begins with a quotation "
			                "mark");
		buf_addc(&r->out, 0);
		if (!unquote(r))
			return fault(r, "the string does not end");
		n = r->out.n - at - 1;
		if (n > 255)
			return fault(r, "a string has at most 255 octets");
		if (!r->out.failed)
			r->out.p[at] = (char)n;
		skip_blanks(r);
	}
	return MW_OK;
}

static enum mw_status read_name(struct reader *r)
{
	sv word = next_word(r);
	struct dns_name name;

	if (!word.n || !dns_name_from(word, &name))
		return fault(r, "this is no domain name");
	buf_add(&r->out, sv_of((const char *)name.w, name.n));
	r->rest = sv_drop(r->rest, word.n);
	return MW_OK;
}

static enum mw_status read_number(struct reader *r, unsigned bytes)
{
	sv word = next_word(r);
	uint32_t v, max = bytes == 4 ? UINT32_MAX : (1U << (8 * bytes)) - 1;

	if (!sv_u32(word, max, &v))
		return fault(r, "a number is missing or too large");
	for (unsigned i = bytes; i-- > 0;)
		buf_addc(&r->out, (char)(v >> (8 * i)));
	r->rest = sv_drop(r->rest, word.n);
	return MW_OK;
}

static enum mw_status read_ip(struct reader *r, unsigned bytes)
{
	sv word = next_word(r);
	struct ip ip;

	if (!ip_parse(word, &ip) || ip.bytes != bytes)
		return fault(r, bytes == 4 ? "this is no IPv4 address"
		                           : "this is no IPv6 address");
	buf_add(&r->out, sv_of((const char *)ip.at, bytes));
	r->rest = sv_drop(r->rest, word.n);
	return MW_OK;
}

static int digit_of(char form, char c)
{
	const char *p;

	if (form == 'x')
		return !is_xdigit(c) ? -1
		       : is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
	p = c ? strchr(b64, c) : NULL;
	return p ? (int)(p - b64) : -1;
}

/* Hexadecimal or base64 up to the end, blanks between. */
static enum mw_status read_coded(struct reader *r, char form)
{
	unsigned bits = form == 'x' ? 4 : 6, v = 0, have = 0;

	for (; r->rest.n; r->rest = sv_drop(r->rest, 1)) {
		char c = r->rest.p[0];
		int d = digit_of(form, c);

		if (is_blank(c) || (form == 'b' && c == '='))
			continue;
		if (d < 0)
			return fault(r, form == 'x' ? "no hexadecimal digit"
			                            : "not in base64");
		v = (v << bits | (unsigned)d) & 0xFFFF;
		have += bits;
		if (have >= 8)
			buf_addc(&r->out, (char)(v >> (have -= 8)));
	}
	return form == 'x' && have ? fault(r, "half a byte") : MW_OK;
}

static enum mw_status read_word(struct reader *r, bool length)
{
	sv word = next_word(r);

	if (length && (!word.n || word.n > 255))
		return fault(r, "a word is missing or too long");
	if (length)
		buf_addc(&r->out, (char)word.n);
	if (!length && word.n && word.p[0] == '"')
		return unquote(r) ? MW_OK : fault(r, "the string does not end");
	buf_add(&r->out, word);
	r->rest = sv_drop(r->rest, word.n);
	return MW_OK;
}

static enum mw_status read_piece(struct reader *r, char form)
{
	switch (form) {
	case 'n':
		return read_name(r);
	case '1':
	case '2':
	case '4':
		return read_number(r, (unsigned)(form - '0'));
	case 'i':
		return read_ip(r, 4);
	case 'I':
		return read_ip(r, 16);
	case 's':
		return read_strings(r);
	case 'k':
		return read_word(r, true);
	case 'r':
		return read_word(r, false);
	default:
		return read_coded(r, form);
	}
}

/* "\# 4 C0000201": any type (RFC 3597 section 5). */
static enum mw_status read_generic(struct reader *r)
{
	uint32_t n;
	enum mw_status st;
	sv word;

	r->rest = sv_drop(r->rest, 2);
	word = next_word(r);
	if (!sv_u32(word, RDATA_MAX, &n))
		return fault(r, "the length is missing");
	r->rest = sv_drop(r->rest, word.n);
	st = read_coded(r, 'x');
	if (st == MW_OK && r->out.n != n)
		return fault(r, "the length is another one");
	return st;
}

static enum mw_status read_rdata(struct reader *r, uint16_t type)
{
	const char *form = form_of(type);
	enum mw_status st = MW_OK;

	skip_blanks(r);
	if (sv_starts(r->rest, SV("\\#")))
		return read_generic(r);
	if (!form)
		return fault(r, "records of this type are written \\# LENGTH "
		                "HEX");
	for (; *form && st == MW_OK; form++)
		st = read_piece(r, *form);
	skip_blanks(r);
	if (st == MW_OK && r->rest.n)
		return fault(r, "more than a record of this type holds");
	return st;
}

enum mw_status dns_rdata_from(struct arena *a, uint16_t type, sv text,
                              sv *out, struct mw_err *err)
{
	struct reader r = {.all = text, .rest = text, .err = err};
	enum mw_status st;

	buf_init(&r.out, RDATA_MAX);
	st = read_rdata(&r, type);
	if (st == MW_OK && buf_failed(&r.out))
		st = mw_fail(err, MW_ELIMIT, "longer than a record may be");
	if (st == MW_OK) {
		*out = arena_dup(a, buf_sv(&r.out));
		if (arena_failed(a))
			st = mw_fail(err, MW_ENOMEM, "out of memory");
	}
	buf_fini(&r.out);
	return st;
}
