/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/message.h"

#include "base/ascii.h"

/* A boundary that waits for its delimiters. */
struct open_part {
	sv boundary;   /* empty: a part that ends with the one around it */
	uint32_t part;
	bool met;      /* a delimiter was seen */
};

struct parser {
	struct arena *a;
	struct mail *m;
	size_t fields_cap, parts_cap;
	size_t at;     /* where the next line begins */
	bool cr;       /* lines end in CR alone */
	bool many;     /* no room for more parts */
	struct open_part open[MAIL_MAX_DEPTH + 1];
	size_t nopen;
};

static void flaw(struct parser *p, enum mail_flaw f, size_t offset)
{
	struct mail *m = p->m;

	if (m->ndefects < MAIL_MAX_DEFECTS)
		m->defects[m->ndefects] = (struct mail_defect){f, offset};
	m->ndefects++;
}

/* The line at p->at without its end; p->at moves behind it. */
static sv take_line(struct parser *p)
{
	sv rest = sv_drop(p->m->raw, p->at);
	size_t n = sv_chr(rest, p->cr ? '\r' : '\n');
	sv line = sv_head(rest, n);

	p->at += n == SV_NPOS ? rest.n : n + 1;
	if (!p->cr && line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static bool at_end(const struct parser *p)
{
	return p->at >= p->m->raw.n;
}

/* ---- header ---- */

/* Bytes that a field's name may have: RFC 5322 section 3.6.8. */
static size_t name_length(sv line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] > ' ' && line.p[n] < 0x7f &&
	       line.p[n] != ':')
		n++;
	return n;
}

/* "Name: value" or "Name : value"; false for anything else. */
static bool split_field(sv line, struct mail_field *f)
{
	size_t n = name_length(line), colon = n;

	while (colon < line.n && is_blank(line.p[colon]))
		colon++;
	if (!n || colon == line.n || line.p[colon] != ':')
		return false;
	f->name = sv_head(line, n);
	f->value = sv_trim(sv_drop(line, colon + 1));
	return true;
}

static void add_field(struct parser *p, struct mail_part *part,
                      struct mail_field f)
{
	struct mail *m = p->m;
	struct mail_field *v =
	    arena_more(p->a, m->fields, m->nfields, &p->fields_cap, sizeof(f),
	               MAIL_MAX_FIELDS);

	if (!v) {
		flaw(p, MAIL_MANY_FIELDS, mail_offset(m, f.name));
		return;
	}
	m->fields = v;
	v[m->nfields++] = f;
	part->nfields++;
}

/* Folded lines belong to the field that was added last. */
static void unfold(struct parser *p, const struct mail_part *part, sv line)
{
	struct mail_field *f;

	if (!part->nfields)
		return;
	f = &p->m->fields[p->m->nfields - 1];
	line = sv_trim(line);
	if (!line.n)
		return;
	if (!f->value.n)
		f->value = line;
	f->value.n = (size_t)(line.p + line.n - f->value.p);
}

/* A fold that lost its blank: "Content-Type: x/y;" and then "boundary=...". */
static bool goes_on(const struct parser *p, const struct mail_part *part,
                    sv line)
{
	const struct mail_field *f;

	if (!part->nfields || sv_chr(line, '=') == SV_NPOS)
		return false;
	f = &p->m->fields[p->m->nfields - 1];
	return sv_ends(f->value, SV(";")) && line.p[0] != '-';
}

/*
 * Read a header up to its empty line, or to limit.  A line that is no field
 * is passed over where fields follow; where the part has none yet, it is the
 * body already.
 */
static void read_header(struct parser *p, struct mail_part *part, size_t limit)
{
	bool full = false;

	while (p->at < limit) {
		size_t from = p->at;
		sv line = take_line(p);
		struct mail_field f;

		if (!line.n)
			return;
		if (is_blank(line.p[0])) {
			if (!full)
				unfold(p, part, line);
			continue;
		}
		if (split_field(line, &f)) {
			uint32_t had = p->m->nfields;

			add_field(p, part, f);
			full = p->m->nfields == had;
			continue;
		}
		flaw(p, MAIL_BAD_HEADER, from);
		if (!full && goes_on(p, part, line)) {
			unfold(p, part, line);
			continue;
		}
		if (!part->nfields || line.p[0] == '-') {
			p->at = from;
			return;
		}
	}
	flaw(p, MAIL_NO_BODY, p->at);
}

/* ---- types ---- */

static bool is_token(char c)
{
	static const bool other[128] = {
	    ['('] = true, [')'] = true, ['<'] = true, ['>'] = true,
	    ['@'] = true, [','] = true, [';'] = true, [':'] = true,
	    ['\\'] = true, ['"'] = true, ['/'] = true, ['['] = true,
	    [']'] = true, ['?'] = true, ['='] = true, [0x7f] = true};

	return c > ' ' && !other[(unsigned char)c & 0x7f];
}

static sv take_token(sv *s)
{
	size_t n = 0;
	sv out;

	while (n < s->n && is_token(s->p[n]))
		n++;
	out = sv_head(*s, n);
	*s = sv_drop(*s, n);
	return out;
}

static sv skip_white(sv s)
{
	size_t n = 0;

	while (n < s.n && is_space(s.p[n]))
		n++;
	return sv_drop(s, n);
}

/* A quoted string's contents; *s moves behind it. */
static sv take_quoted(sv *s)
{
	size_t i = 1;
	sv out;

	while (i < s->n && s->p[i] != '"')
		i += s->p[i] == '\\' ? 2 : 1;
	out = sv_slice(*s, 1, i);
	*s = sv_drop(*s, i + 1);
	return out;
}

/* The value of a parameter: quoted, or what goes on to the next ';'. */
static sv take_value(sv *s)
{
	size_t n = 0;
	sv out;

	*s = skip_white(*s);
	if (s->n && s->p[0] == '"')
		return take_quoted(s);
	while (n < s->n && s->p[n] != ';' && !is_space(s->p[n]))
		n++;
	out = sv_head(*s, n);
	*s = sv_drop(*s, n);
	return out;
}

sv mail_param(sv value, const char *name)
{
	size_t semi;

	while ((semi = sv_chr(value, ';')) != SV_NPOS) {
		sv rest = skip_white(sv_drop(value, semi + 1)), key, got;

		key = take_token(&rest);
		rest = skip_white(rest);
		if (!rest.n || rest.p[0] != '=') {
			value = rest;
			continue;
		}
		rest = sv_drop(rest, 1);
		got = take_value(&rest);
		if (sv_ieq(key, sv_str(name)))
			return got;
		value = rest;
	}
	return SV("");
}

static enum mail_kind kind_of(const struct mail_part *p)
{
	if (!p->type.n || sv_ieq(p->type, SV("text"))) {
		if (sv_ieq(p->subtype, SV("rfc822-headers")))
			return MAIL_HEADERS;
		/* "text/rfc822" of old gateways. */
		return sv_ieq(p->subtype, SV("rfc822")) ? MAIL_MESSAGE
		                                        : MAIL_TEXT;
	}
	if (sv_ieq(p->type, SV("multipart")))
		return MAIL_MULTIPART;
	if (sv_ieq(p->type, SV("message"))) {
		if (sv_ieq(p->subtype, SV("rfc822-headers")) ||
		    sv_ieq(p->subtype, SV("global-headers")))
			return MAIL_HEADERS;
		if (sv_ieq(p->subtype, SV("rfc822")) ||
		    sv_ieq(p->subtype, SV("global")))
			return MAIL_MESSAGE;
	}
	return MAIL_OTHER;
}

static void take_types(struct parser *p, struct mail_part *part,
                       uint32_t index)
{
	sv type = mail_get(p->m, index, "Content-Type"), rest = type;

	part->type = take_token(&rest);
	rest = skip_white(rest);
	if (rest.n && rest.p[0] == '/') {
		rest = skip_white(sv_drop(rest, 1));
		part->subtype = take_token(&rest);
	}
	part->charset = mail_param(type, "charset");
	part->encoding = mail_get(p->m, index, "Content-Transfer-Encoding");
	part->kind = (uint8_t)kind_of(part);
}

/* ---- parts ---- */

static uint32_t parent_of(const struct parser *p)
{
	return p->nopen ? p->open[p->nopen - 1].part : MAIL_NONE;
}

static void push(struct parser *p, uint32_t part, sv boundary)
{
	p->open[p->nopen++] = (struct open_part){boundary, part, false};
}

/*
 * What a part's body is made of decides what its lines mean: open it.  Where
 * it cannot be opened its body is left as it is.
 */
static bool open_part(struct parser *p, uint32_t index)
{
	struct mail_part *part = &p->m->parts[index];
	sv boundary;

	if (part->kind == MAIL_TEXT || part->kind == MAIL_OTHER)
		return false;
	/* An encoded mail is no view of these bytes. */
	if (sv_ieq(part->encoding, SV("base64")))
		return false;
	if (p->nopen == MAIL_MAX_DEPTH) {
		flaw(p, MAIL_TOO_DEEP, p->at);
		return false;
	}
	if (part->kind != MAIL_MULTIPART) {
		push(p, index, SV(""));
		return true;
	}
	boundary = mail_param(mail_get(p->m, index, "Content-Type"),
	                      "boundary");
	if (!boundary.n) {
		flaw(p, MAIL_NO_BOUNDARY, mail_offset(p->m, part->raw));
		return false;
	}
	push(p, index, boundary);
	return false;
}

/* A part that begins at p->at: its header is read, parts in it are opened. */
static void begin_part(struct parser *p)
{
	struct mail *m = p->m;
	bool inner = true;

	while (inner) {
		uint32_t index = m->nparts;
		struct mail_part *v =
		    arena_more(p->a, m->parts, m->nparts, &p->parts_cap,
		               sizeof(*v), MAIL_MAX_PARTS);

		if (!v) {
			if (!p->many)
				flaw(p, MAIL_MANY_PARTS, p->at);
			p->many = true;
			return;
		}
		m->parts = v;
		m->nparts++;
		v[index] = (struct mail_part){
		    .parent = parent_of(p),
		    .depth = (uint8_t)p->nopen,
		    .field = m->nfields,
		    .raw = sv_drop(m->raw, p->at)};
		read_header(p, &v[index], m->raw.n);
		v[index].body = sv_drop(m->raw, p->at);
		take_types(p, &v[index], index);
		inner = open_part(p, index);
	}
}

/* The last part ends at byte "to"; so do all that are inside depth n. */
static void close_parts(struct parser *p, size_t n, size_t to)
{
	struct mail *m = p->m;

	for (uint32_t i = m->nparts; i-- && m->parts[i].depth >= n;) {
		struct mail_part *part = &m->parts[i];
		size_t from = mail_offset(m, part->raw);

		if (part->end)
			continue;
		part->end = m->nparts;
		part->raw.n = to > from ? to - from : 0;
		from = mail_offset(m, part->body);
		part->body.n = to > from ? to - from : 0;
	}
}

/* Where the line end before offset at begins. */
static size_t before_line(const struct parser *p, size_t at)
{
	const char *s = p->m->raw.p;

	if (at && s[at - 1] == (p->cr ? '\r' : '\n'))
		at--;
	if (!p->cr && at && s[at - 1] == '\r')
		at--;
	return at;
}

/* "--boundary" or "--boundary--", blanks behind it allowed. */
static bool is_delimiter(sv line, sv boundary, bool *last)
{
	sv rest = sv_drop(line, 2);

	if (!boundary.n || !sv_starts(rest, boundary))
		return false;
	rest = sv_drop(rest, boundary.n);
	*last = sv_starts(rest, SV("--"));
	if (*last)
		rest = sv_drop(rest, 2);
	return !sv_trim(rest).n;
}

/*
 * Programs that rewrite a header sometimes leave the boundary in the body as
 * it was: the first line that can only be a delimiter tells it.
 */
static bool is_lost_delimiter(struct parser *p, sv line)
{
	struct open_part *o = p->nopen ? &p->open[p->nopen - 1] : NULL;

	if (!o || !o->boundary.n || o->met || line.n < 8 ||
	    !sv_istarts(sv_drop(p->m->raw, p->at), SV("Content-")))
		return false;
	o->boundary = sv_trim(sv_drop(line, 2));
	return true;
}

/* A line that begins with "--": does it end or begin a part? */
static bool read_delimiter(struct parser *p, sv line, size_t from)
{
	for (size_t i = p->nopen; i--;) {
		bool last;

		if (!is_delimiter(line, p->open[i].boundary, &last))
			continue;
		for (size_t k = i + 1; k < p->nopen; k++)
			if (p->open[k].boundary.n)
				flaw(p, p->open[k].met ? MAIL_UNCLOSED
				                       : MAIL_LOST_BOUNDARY,
				     from);
		close_parts(p, i + 1, before_line(p, from));
		p->open[i].met = true;
		p->nopen = i + 1;
		if (last)
			p->open[i].boundary = SV(""); /* what follows is no part */
		else
			begin_part(p);
		return true;
	}
	return false;
}

static void read_body(struct parser *p)
{
	/* Where nothing is open no line can end or begin a part. */
	while (p->nopen && !at_end(p)) {
		size_t from = p->at;
		sv line = take_line(p);

		if (line.n <= 2 || line.p[0] != '-' || line.p[1] != '-')
			continue;
		if (read_delimiter(p, line, from) ||
		    !is_lost_delimiter(p, line))
			continue;
		flaw(p, MAIL_LOST_BOUNDARY, from);
		(void)read_delimiter(p, line, from);
	}
	for (size_t i = 0; i < p->nopen; i++)
		if (p->open[i].boundary.n)
			flaw(p, p->open[i].met ? MAIL_UNCLOSED
			                       : MAIL_LOST_BOUNDARY, p->at);
	close_parts(p, 0, p->m->raw.n);
}

/* Where the header begins: behind an mbox line and empty lines. */
static void skip_envelope(struct parser *p)
{
	size_t from = 0;

	while (!at_end(p)) {
		sv line;

		from = p->at;
		line = take_line(p);
		if (sv_starts(line, SV("From ")) && !p->m->envelope.n)
			p->m->envelope = line;
		else if (line.n && !sv_starts(line, SV(">From ")))
			break;
		from = p->at;
	}
	p->at = from;
}

/* So much is looked at to tell lone CR from the other line ends. */
#define LOOK_MAX 4096

enum mw_status mail_parse(struct arena *a, sv raw, struct mail *out,
                          struct mw_err *err)
{
	struct parser p = {.a = a, .m = out};

	*out = (struct mail){.raw = raw};
	p.cr = sv_chr(sv_head(raw, LOOK_MAX), '\n') == SV_NPOS &&
	       sv_chr(sv_head(raw, LOOK_MAX), '\r') != SV_NPOS;
	if (p.cr)
		flaw(&p, MAIL_LONE_CR, 0);
	skip_envelope(&p);
	begin_part(&p);
	read_body(&p);
	if (arena_failed(a) || !out->nparts)
		return mw_fail(err, MW_ENOMEM, "no memory to read a message");
	return MW_OK;
}

bool mail_nth(const struct mail *m, uint32_t part, const char *name,
              size_t index, sv *value)
{
	const struct mail_part *p = &m->parts[part];
	sv want = sv_str(name);

	for (uint32_t i = 0; i < p->nfields; i++) {
		const struct mail_field *f = &m->fields[p->field + i];

		if (!sv_ieq(f->name, want) || index--)
			continue;
		*value = f->value;
		return true;
	}
	return false;
}

sv mail_get(const struct mail *m, uint32_t part, const char *name)
{
	sv value = SV("");

	(void)mail_nth(m, part, name, 0, &value);
	return value;
}

/* Lines of a header that are looked at, and how much of the input. */
#define BEGINS_LINES 200
#define BEGINS_MAX 32768

/* Bits of the fields that tell a mail from any other text with colons. */
static unsigned telling(sv name)
{
	static const sv names[] = {
	    SV_INIT("From"), SV_INIT("To"), SV_INIT("Subject"),
	    SV_INIT("Date"), SV_INIT("Received"), SV_INIT("Return-Path"),
	    SV_INIT("Message-ID"), SV_INIT("MIME-Version"),
	    SV_INIT("Content-Type"), SV_INIT("Delivered-To")};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sv_ieq(name, names[i]))
			return 1u << i;
	return 0;
}

static unsigned bits(unsigned v)
{
	unsigned n = 0;

	for (; v; v &= v - 1)
		n++;
	return n;
}

bool mail_begins(sv s)
{
	sv rest = sv_head(s, BEGINS_MAX);
	unsigned seen = 0;

	for (unsigned i = 0; i < BEGINS_LINES && rest.n; i++) {
		sv line = sv_line(&rest);
		struct mail_field f;

		if (!line.n) {
			if (bits(seen) >= 3)
				return true;
			if (seen)
				return false;
			continue; /* empty lines before the header */
		}
		if (is_blank(line.p[0]) || sv_starts(line, SV("From ")) ||
		    sv_starts(line, SV(">From ")))
			continue;
		if (split_field(line, &f))
			seen |= telling(f.name);
		else if (!seen)
			return false;
		if (bits(seen) >= 4)
			return true;
	}
	return false;
}
