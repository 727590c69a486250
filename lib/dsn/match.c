/* SPDX-License-Identifier: BSD-2-Clause */
#include "dsn/match.h"

#include "base/ascii.h"

static const char *const slot_names[SLOTS] = {
    [SLOT_RECIPIENT] = "recipient",
    [SLOT_ORIGINAL] = "original",
    [SLOT_SENDER] = "sender",
    [SLOT_HOST] = "host",
    [SLOT_OWN] = "own",
    [SLOT_IP] = "ip",
    [SLOT_COMMAND] = "command",
    [SLOT_STATUS] = "status",
    [SLOT_ACTION] = "action",
    [SLOT_PROSE] = "prose",
    [SLOT_CODED] = "coded",
    [SLOT_REPLY] = "reply",
    [SLOT_ANY] = "*",
    [SLOT_LAST] = "end",
    [SLOT_STAGE] = "@",
    [SLOT_LINE] = "line",
};

enum frame_slot frame_slot_from(sv name)
{
	enum smtp_stage stage;
	unsigned i = 0;

	if (name.n > 1 && name.p[0] == '@')
		return smtp_stage_from(sv_drop(name, 1), &stage) ? SLOT_STAGE
		                                                 : SLOTS;
	while (i < SLOTS && !sv_eq(name, sv_str(slot_names[i])))
		i++;
	return (enum frame_slot)i;
}

/* An apostrophe or quotation mark at s, folded to ' or "; its length. */
static size_t quote(sv s, char *out)
{
	static const struct {
		sv mark;
		char as;
	} marks[] = {
	    {SV_INIT("\u2019"), '\''}, {SV_INIT("\u2018"), '\''},
	    {SV_INIT("&#39;"), '\''},  {SV_INIT("\u201c"), '"'},
	    {SV_INIT("\u201d"), '"'},  {SV_INIT("\u201e"), '"'},
	    {SV_INIT("&quot;"), '"'},  {SV_INIT("&lt;"), '<'},
	    {SV_INIT("&gt;"), '>'},
	};

	if (!s.n || (s.p[0] != '&' && s.p[0] != '\xe2'))
		return 0;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (sv_starts(s, marks[i].mark)) {
			*out = marks[i].as;
			return marks[i].mark.n;
		}
	return 0;
}

/* Length of the words that open pattern p, up to its next slot. */
static size_t words(sv p)
{
	size_t n = sv_chr(p, '{');

	return n == SV_NPOS ? p.n : n;
}

/* How much of s the words match; false if they do not. */
static bool literal(sv words_, sv s, size_t *len)
{
	size_t n = 0;
	char c;

	for (size_t i = 0; i < words_.n; i++) {
		size_t q;

		if (words_.p[i] == ' ') {
			q = sv_blanks(sv_drop(s, n));
			if (!q && n < s.n)
				return false;
			n += q;
			continue;
		}
		if (n >= s.n)
			return false;
		if (to_lower(words_.p[i]) == to_lower(s.p[n])) {
			n++;
			continue;
		}
		q = quote(sv_drop(s, n), &c);
		if (!q || c != words_.p[i])
			return false;
		n += q;
	}
	*len = n;
	return true;
}

/* May words that begin with w stand where c is?  Most places say no. */
static bool may_begin(char w, char c)
{
	return to_lower(w) == to_lower(c) || c == '&' || c == '\xe2' ||
	       (w == ' ' && is_blank(c));
}

/* Where the words stand first (or last) in s. */
static size_t seek(sv words_, sv s, bool last)
{
	size_t len;

	for (size_t k = 0; k <= s.n; k++) {
		size_t i = last ? s.n - k : k;

		if ((i == s.n || may_begin(words_.p[0], s.p[i])) &&
		    literal(words_, sv_drop(s, i), &len))
			return i;
	}
	return SV_NPOS;
}

static bool is_address_char(char c)
{
	return (unsigned char)c > ' ' && c != '<' && c != '>' && c != '(' &&
	       c != ')' && c != ',' && c != ';' && c != '"' && c != '\'' &&
	       c != '|' && c != 0x7F;
}

size_t match_address(sv s, sv *inner)
{
	size_t n = 0, end;
	bool at = false;

	if (s.n && (s.p[0] == '<' || sv_istarts(s, SV("&lt;")))) {
		size_t open = s.p[0] == '<' ? 1 : 4;

		s = sv_head(s, MATCH_ADDRESS_MAX);
		end = open == 1 ? sv_chr(s, '>') : sv_ifind(s, SV("&gt;"));
		if (end == SV_NPOS || end == open)
			return 0;
		*inner = sv_trim(sv_slice(s, open, end));
		if (sv_istarts(*inner, SV("mailto:")))
			*inner = sv_drop(*inner, 7);
		return sv_chr(*inner, ' ') == SV_NPOS ? end + open : 0;
	}
	for (; n < s.n && n < MATCH_ADDRESS_MAX && is_address_char(s.p[n]); n++)
		at |= s.p[n] == '@' && n;
	while (n && (s.p[n - 1] == ':' || s.p[n - 1] == '.' ||
	             s.p[n - 1] == '!'))
		n--;
	if (!at || !n || s.p[n - 1] == '@' || s.p[0] == '/')
		return 0;
	*inner = sv_head(s, n);
	if (sv_istarts(*inner, SV("mailto:")))
		*inner = sv_drop(*inner, 7);
	/* "rfc822;to:a@example.org" of the NTT's servers. */
	if (sv_istarts(*inner, SV("to:")))
		*inner = sv_drop(*inner, 3);
	return inner->n ? n : 0;
}

static size_t host(sv s, sv *inner)
{
	size_t n = 0;

	while (n < s.n && n < 255 &&
	       (is_alnum(s.p[n]) || s.p[n] == '.' || s.p[n] == '-' ||
	        s.p[n] == '_' || s.p[n] == '*'))
		n++;
	*inner = sv_head(s, n);
	if (n && s.p[n - 1] == '.')
		inner->n--;
	return n;
}

static size_t ip(sv s, sv *inner)
{
	size_t from = sv_istarts(s, SV("IPv6:")) ? 5 : 0, n = from;

	while (n < s.n && n < from + 64 &&
	       (is_xdigit(s.p[n]) || s.p[n] == '.' || s.p[n] == ':' ||
	        s.p[n] == '*' || (s.p[n] | 0x20) == 'x'))
		n++;
	while (n > from && (s.p[n - 1] == ':' || s.p[n - 1] == '.'))
		n--;
	*inner = sv_slice(s, from, n);
	return sv_chr(*inner, '.') == SV_NPOS && sv_chr(*inner, ':') == SV_NPOS
	           ? 0 : n;
}

static size_t status(sv s, sv *inner)
{
	struct estatus e;
	size_t n = estatus_parse(s, &e);

	*inner = sv_head(s, n);
	return n;
}

static size_t action(sv s, sv *inner)
{
	static const char *const names[] = {"failed", "delayed", "delivered",
	                                    "relayed", "expanded"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sv_istarts(s, sv_str(names[i]))) {
			*inner = sv_head(s, strlen(names[i]));
			return inner->n;
		}
	return 0;
}

/* The rest of s up to the last place of what follows in the pattern. */
static bool rest(sv pattern, sv s, sv *inner)
{
	sv next = sv_head(pattern, words(pattern));
	size_t end = s.n;

	if (next.n) {
		end = seek(next, s, true);
		if (end == SV_NPOS)
			return false;
	}
	*inner = sv_head(s, end);
	return true;
}

static bool upto(sv pattern, sv s, sv *inner)
{
	sv next = sv_head(pattern, words(pattern));
	size_t end = next.n ? seek(next, s, false) : s.n;

	if (end == SV_NPOS)
		return false;
	*inner = sv_head(s, end);
	return true;
}

static bool coded(sv s)
{
	uint16_t code;

	return s.n >= 3 && (s.p[0] == '4' || s.p[0] == '5') &&
	       reply_code(s, &code);
}

/* Take a slot from s; *len is how far it reaches. */
static bool take(enum frame_slot slot, sv pattern, sv s, sv *inner,
                 size_t *len)
{
	size_t skip = slot < SLOT_COMMAND || slot == SLOT_STATUS ||
	              slot == SLOT_ACTION ? sv_blanks(s) : 0;

	s = sv_drop(s, skip);
	switch (slot) {
	case SLOT_RECIPIENT:
	case SLOT_ORIGINAL:
	case SLOT_SENDER:
		*len = match_address(s, inner);
		break;
	case SLOT_HOST:
	case SLOT_OWN:
		*len = host(s, inner);
		break;
	case SLOT_IP:
		*len = ip(s, inner);
		break;
	case SLOT_STATUS:
		*len = status(s, inner);
		break;
	case SLOT_ACTION:
		*len = action(s, inner);
		break;
	case SLOT_CODED:
		return coded(s) && rest(pattern, s, inner) &&
		       (*len = inner->n, true);
	case SLOT_PROSE:
	case SLOT_REPLY:
		return rest(pattern, s, inner) && (*len = inner->n, true);
	case SLOT_COMMAND:
	case SLOT_ANY:
		return upto(pattern, s, inner) && (*len = inner->n, true);
	default:
		*inner = sv_head(s, 0);
		*len = 0;
		return slot != SLOT_LAST || !s.n;
	}
	if (!*len)
		return false;
	*len += skip;
	return true;
}

/* A sign as pairs see it: without case, all blanks alike. */
static unsigned pair_sign(char c)
{
	return (unsigned char)(c == '\t' ? ' ' : c) | 0x20;
}

/* What quote() knows other spellings of. */
static bool is_quote(char c)
{
	return c == '\'' || c == '"' || c == '<' || c == '>';
}

static void add_pair(struct frame_pairs *p, unsigned a, unsigned b)
{
	unsigned h = (a * 37 + b) % (FRAME_PAIRS * 64);

	p->bits[h / 64] |= (uint64_t)1 << h % 64;
}

/* Pairs that the words need: a blank at their end may be none in a text. */
static void words_pairs(struct frame_pairs *p, sv words_)
{
	for (size_t i = 1; i < words_.n; i++) {
		char a = words_.p[i - 1], b = words_.p[i];

		if (!is_quote(a) && !is_quote(b) && b != ' ')
			add_pair(p, pair_sign(a), pair_sign(b));
	}
}

struct frame_text frame_text_of(sv s)
{
	struct frame_text t = {.s = s};
	unsigned a = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned b = pair_sign(s.p[i]);

		add_pair(&t.pairs, a, b);
		a = b;
	}
	return t;
}

static bool lacks(const struct frame_pairs *has, const struct frame_pairs *want)
{
	for (size_t i = 0; i < FRAME_PAIRS; i++)
		if (want->bits[i] & ~has->bits[i])
			return true;
	return false;
}

struct frame_pattern frame_pattern_of(const char *text, enum frame_kind kind,
                                      uint16_t frame)
{
	struct frame_pattern p = {.text = text, .kind = (uint8_t)kind,
	                          .frame = frame};
	sv s = sv_str(text);
	size_t n = 0;

	p.n = (uint16_t)s.n;
	while (s.n) {
		size_t w = words(s);
		sv rest = sv_drop(s, w), name = sv_cut(&rest, '}');

		words_pairs(&p.pairs, sv_head(s, w));
		if (name.n && n < FRAME_SLOTS)
			p.slots[n++] =
			    (uint8_t)frame_slot_from(sv_drop(name, 1));
		s = rest;
	}
	return p;
}

enum frame_group frame_group_of(enum frame_kind kind)
{
	if (kind == FRAME_BEGIN)
		return GROUP_BEGIN;
	return kind == FRAME_EXPIRED ? GROUP_EXPIRED : GROUP_LINE;
}

/* Nothing is set up before the first piece of a pattern has matched. */
static void begin_match(struct frame_match *m,
                        const struct frame_pattern *pattern, bool *begun)
{
	if (*begun)
		return;
	memset(m, 0, sizeof(*m));
	m->pattern = pattern;
	*begun = true;
}

static void keep_slot(struct frame_match *m, enum frame_slot slot, sv inner,
                      sv text)
{
	if (slot == SLOT_CODED)
		slot = SLOT_REPLY;
	if (slot == SLOT_LINE) {
		slot = SLOT_REPLY;
		inner = text;
		m->line = true;
	}
	m->slot[slot] = inner;
	m->at[slot] = (size_t)(inner.p - text.p);
}

bool frame_match(const struct frame_pattern *pattern, sv text, size_t at,
                 struct frame_match *m)
{
	sv p = sv_of(pattern->text, pattern->n), name;
	bool begun = false;
	size_t len, k = 0;

	while (p.n) {
		size_t w = words(p), close;
		enum frame_slot slot;
		sv inner = {0};

		if (w) {
			if (!literal(sv_head(p, w), sv_drop(text, at), &len))
				return false;
			begin_match(m, pattern, &begun);
			m->literal += w;
			at += len;
			p = sv_drop(p, w);
			continue;
		}
		close = sv_chr(p, '}');
		name = sv_slice(p, 1, close);
		slot = k < FRAME_SLOTS ? pattern->slots[k++] : SLOTS;
		p = sv_drop(p, close + 1);
		if (slot == SLOTS ||
		    !take(slot, p, sv_drop(text, at), &inner, &len))
			return false;
		begin_match(m, pattern, &begun);
		if (slot == SLOT_STAGE)
			(void)smtp_stage_from(sv_drop(name, 1), &m->stage);
		keep_slot(m, slot, inner, text);
		at += len;
	}
	begin_match(m, pattern, &begun);
	return true;
}

/* Patterns of a group that begin with byte c, or with a slot ('{'). */
static void best_of(const struct frame_set *set, enum frame_group group,
                    unsigned char c, unsigned kinds,
                    const struct frame_text *t, size_t at,
                    struct frame_match *m)
{
	const uint16_t *first = set->first[group];
	struct frame_match one;

	for (uint16_t i = first[c]; i < first[c + 1]; i++) {
		const struct frame_pattern *p = &set->patterns[i];

		if (!(kinds & 1u << p->kind) || lacks(&t->pairs, &p->pairs) ||
		    !frame_match(p, t->s, at, &one))
			continue;
		if (!m->pattern || one.literal > m->literal)
			*m = one;
	}
}

bool frame_best(const struct frame_set *set, unsigned kinds,
                const struct frame_text *t, size_t at, struct frame_match *m)
{
	m->pattern = NULL;
	if (at < t->s.n)
		best_of(set, GROUP_LINE, (unsigned char)to_lower(t->s.p[at]),
		        kinds, t, at, m);
	best_of(set, GROUP_LINE, '{', kinds, t, at, m);
	return m->pattern != NULL;
}

/* First signs of what may be found; false if nothing may. */
static bool possible(const struct frame_set *set, const struct frame_text *t,
                     bool *firsts)
{
	const uint16_t *first = set->first[GROUP_BEGIN];
	bool any = false;

	for (uint16_t i = first[0]; i < first[256]; i++) {
		const struct frame_pattern *p = &set->patterns[i];

		if (lacks(&t->pairs, &p->pairs))
			continue;
		if (!any)
			memset(firsts, 0, 256);
		any = true;
		firsts[(unsigned char)to_lower(p->text[0])] = true;
	}
	return any;
}

bool frame_anywhere(const struct frame_set *set, const struct frame_text *t,
                    struct frame_match *m)
{
	bool firsts[256];
	sv s = t->s;

	m->pattern = NULL;
	if (!possible(set, t, firsts))
		return false;
	for (size_t i = 0; i < s.n && !m->pattern; i++) {
		unsigned char c = (unsigned char)to_lower(s.p[i]);

		/* Words begin behind what is no letter; Han has no words. */
		if (firsts[c] &&
		    (!i || is_high(s.p[i]) || !is_alnum(s.p[i - 1])))
			best_of(set, GROUP_BEGIN, c, 1u << FRAME_BEGIN, t, i,
			        m);
	}
	return m->pattern != NULL;
}

bool frame_expired(const struct frame_set *set, const struct frame_text *t)
{
	const uint16_t *first = set->first[GROUP_EXPIRED];

	for (uint16_t i = first[0]; i < first[256]; i++) {
		const struct frame_pattern *p = &set->patterns[i];

		if (!lacks(&t->pairs, &p->pairs) &&
		    sv_ihas(t->s, sv_of(p->text, p->n)))
			return true;
	}
	return false;
}
