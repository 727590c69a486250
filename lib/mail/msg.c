/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/msg.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "mail/html.h"
#include "mail/mapi.h"
#include "mail/message.h"
#include "mail/rtf.h"

/* For one property at a time: a body as it stands, and what is made of it. */
#define SCRATCH ((size_t)24 << 20)

/* Delimiters of parts; a line of the content that begins so is moved by a
 * blank. */
#define BOUNDARY "=_outlook-item-"

/* [MS-OXCMSG] 2.2.2.9: an attachment that is a message. */
#define ATTACH_EMBEDDED 5

struct level {
	uint32_t next;    /* the entry to be looked at for an attachment */
	unsigned number;  /* of its boundary */
	uint32_t codepage;
};

struct job {
	struct arena *scratch;
	struct cfb f;
	struct buf out;
	struct recode_tools tools;
	struct level levels[MSG_MAX_DEPTH];
	unsigned depth, boundaries, parts;
	uint32_t codepage; /* of the message that is being read */
	unsigned flaws;
};

bool msg_begins(sv s)
{
	return cfb_begins(s);
}

/* ---- values ---- */

static sv bytes_of(struct job *j, const struct mapi *o, enum mapi_prop p,
                   size_t max)
{
	uint32_t at = o->at[p];

	if (at == CFB_NONE)
		return SV("");
	if (j->f.entries[at].size > max)
		j->flaws |= MSG_CUT;
	return cfb_read(j->scratch, &j->f, at, max);
}

/* In scratch, until that is reset. */
static sv text_of(struct job *j, const struct mapi *o, enum mapi_prop p,
                  size_t max)
{
	sv s = bytes_of(j, o, p, max);

	if (o->type[p] == MAPI_UNICODE)
		return codepage_utf16(j->scratch, s);
	while (s.n && !s.p[s.n - 1])
		s.n--;
	return codepage_text(j->scratch, &j->tools, s, j->codepage);
}

static sv field_of(struct job *j, const struct mapi *o, enum mapi_prop p)
{
	return sv_trim(text_of(j, o, p, MSG_FIELD_MAX));
}

/* ---- writing ---- */

/* On one line, whatever it was. */
static void put_line(struct job *j, sv s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= ' ' && c != 0x7F)
			continue;
		buf_add(&j->out, sv_slice(s, from, i));
		buf_addc(&j->out, ' ');
		from = i + 1;
	}
	buf_add(&j->out, sv_drop(s, from));
}

static void put_field(struct job *j, const char *name, sv value)
{
	if (!value.n)
		return;
	buf_addf(&j->out, "%s: ", name);
	put_line(j, value);
	buf_addc(&j->out, '\n');
}

/* Content as it stands, except where it looks like a delimiter of ours. */
static void put_raw(struct job *j, sv s)
{
	const sv mark = SV("--" BOUNDARY);
	size_t at;

	if (!s.n)
		return;
	while ((at = sv_find(s, mark)) != SV_NPOS) {
		buf_add(&j->out, sv_head(s, at));
		if (!at || s.p[at - 1] == '\n' || s.p[at - 1] == '\r')
			buf_addc(&j->out, ' ');
		buf_add(&j->out, mark);
		s = sv_drop(s, at + mark.n);
	}
	buf_add(&j->out, s);
	if (!s.n || s.p[s.n - 1] != '\n')
		buf_addc(&j->out, '\n');
}

static void put_base64(struct job *j, sv s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                             "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < s.n; i += 3) {
		uint32_t v = 0;
		size_t n = s.n - i < 3 ? s.n - i : 3;

		for (size_t k = 0; k < 3; k++)
			v = v << 8 | (k < n ? (unsigned char)s.p[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			buf_addc(&j->out,
			         k <= n ? digits[v >> (18 - 6 * k) & 63] : '=');
		if (i % 57 == 54 || i + 3 >= s.n)
			buf_addc(&j->out, '\n');
	}
}

/* False, and noted, where there were parts enough. */
static bool begin_part(struct job *j, unsigned boundary)
{
	if (j->parts >= MSG_MAX_PARTS) {
		j->flaws |= MSG_MANY;
		return false;
	}
	j->parts++;
	buf_addf(&j->out, "--%s%u\n", BOUNDARY, boundary);
	return true;
}

/* ---- header ---- */

enum { SEEN_FROM = 1, SEEN_TO = 2, SEEN_SUBJECT = 4, SEEN_DATE = 8,
       SEEN_ID = 16 };

/* What the header that came with a message tells of its own. */
struct head {
	unsigned seen;
	char report[32]; /* report-type, or empty */
};

static unsigned seen_of(sv name)
{
	static const struct {
		sv name;
		unsigned bit;
	} names[] = {
	    {SV_INIT("From"), SEEN_FROM},       {SV_INIT("To"), SEEN_TO},
	    {SV_INIT("Subject"), SEEN_SUBJECT}, {SV_INIT("Date"), SEEN_DATE},
	    {SV_INIT("Message-ID"), SEEN_ID},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sv_ieq(name, names[i].name))
			return names[i].bit;
	return 0;
}

/* Parts are made anew, so what told of the old ones is left out. */
static bool is_mime(sv name)
{
	return sv_ieq(name, SV("Content-Type")) ||
	       sv_ieq(name, SV("Content-Transfer-Encoding")) ||
	       sv_ieq(name, SV("MIME-Version"));
}

static void take_type(struct head *h, sv value)
{
	sv report = mail_param(value, "report-type");

	if (!sv_istarts(sv_trim(value), SV("multipart/report")) ||
	    report.n >= sizeof(h->report))
		return;
	for (size_t i = 0; i < report.n; i++)
		if (!is_alnum(report.p[i]) && report.p[i] != '-')
			return;
	memcpy(h->report, report.p, report.n);
}

/* RFC 5322 3.6.8; not so "Microsoft Mail Internet Headers Version 2.0". */
static bool is_name(sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.n > 0;
}

/* The next field with its folds; false at the empty line or the end. */
static bool next_field(sv *rest, sv *field)
{
	sv s = *rest, line = sv_line(rest);

	if (!line.n)
		return false;
	while (rest->n && is_blank(rest->p[0]))
		(void)sv_line(rest);
	*field = sv_head(s, s.n - rest->n);
	return true;
}

static void put_headers(struct job *j, const struct mapi *o, struct head *h)
{
	sv rest = text_of(j, o, MAPI_HEADERS, MSG_HEADER_MAX), field;

	while (rest.n && is_space(rest.p[0]))
		rest = sv_drop(rest, 1);
	while (next_field(&rest, &field)) {
		size_t colon = sv_chr(field, ':');
		sv name = sv_trim(sv_head(field, colon));

		if (colon == SV_NPOS || !is_name(name))
			continue;
		if (sv_ieq(name, SV("Content-Type")))
			take_type(h, sv_drop(field, colon + 1));
		if (is_mime(name))
			continue;
		h->seen |= seen_of(name);
		put_raw(j, field);
	}
}

static void put_mailbox(struct job *j, sv name, sv address)
{
	bool quoted = name.n && !sv_eq(name, address);

	if (quoted) {
		buf_addc(&j->out, '"');
		for (size_t i = 0; i < name.n; i++)
			if (name.p[i] == '"' || name.p[i] == '\\')
				buf_addc(&j->out, '\'');
			else
				put_line(j, sv_slice(name, i, i + 1));
		buf_addc(&j->out, '"');
	}
	if (!address.n)
		return;
	buf_adds(&j->out, quoted ? " <" : "<");
	put_line(j, address);
	buf_addc(&j->out, '>');
}

/* Names inside Exchange ("/O=EXAMPLE/OU=...") are of no use outside. */
static sv internet_address(struct job *j, const struct mapi *o,
                           enum mapi_prop smtp, enum mapi_prop other)
{
	sv s = field_of(j, o, smtp);

	if (sv_chr(s, '@') == SV_NPOS)
		s = field_of(j, o, other);
	return sv_chr(s, '@') == SV_NPOS ? SV("") : s;
}

static void put_from(struct job *j, const struct mapi *o)
{
	sv name = field_of(j, o, MAPI_FROM_NAME);
	sv address = internet_address(j, o, MAPI_FROM_SMTP, MAPI_FROM_ADDRESS);

	if (!name.n)
		name = field_of(j, o, MAPI_SENDER_NAME);
	if (!address.n)
		address = internet_address(j, o, MAPI_SENDER_SMTP,
		                           MAPI_SENDER_ADDRESS);
	if (!name.n && !address.n)
		return;
	buf_adds(&j->out, "From: ");
	put_mailbox(j, name, address);
	buf_addc(&j->out, '\n');
}

static bool is_recipient(const struct cfb_entry *e)
{
	return e->storage &&
	       sv_istarts(sv_str(e->name), SV("__recip_version1.0_"));
}

static sv recipient_address(struct job *j, const struct mapi *o)
{
	sv s = internet_address(j, o, MAPI_SMTP, MAPI_ADDRESS), name;

	if (s.n)
		return s;
	name = field_of(j, o, MAPI_NAME);
	return sv_chr(name, '@') == SV_NPOS ? SV("") : name;
}

/* [MS-OXOMSG] 2.2.3.1: 1 is To, 2 Cc; upper bits are flags. */
static void put_to(struct job *j, uint32_t storage, const struct mapi *m)
{
	uint32_t at = j->f.entries[storage].first;
	unsigned n = 0, tried = 0;
	struct mapi o;

	for (; at != CFB_NONE && tried < MSG_MAX_RECIPIENTS;
	     at = j->f.entries[at].next) {
		sv address;

		if (!is_recipient(&j->f.entries[at]))
			continue;
		tried++;
		mapi_read(j->scratch, &j->f, at, MAPI_INNER, &o);
		address = recipient_address(j, &o);
		if ((o.value[MAPI_KIND] & 15) > 1 || !address.n)
			continue;
		buf_adds(&j->out, n++ ? ",\n " : "To: ");
		put_mailbox(j, field_of(j, &o, MAPI_NAME), address);
	}
	if (n)
		buf_addc(&j->out, '\n');
	else
		put_field(j, "To", field_of(j, m, MAPI_TO));
}

/* Tenths of microseconds since 1601, as RFC 5322 writes a date. */
static void put_date(struct job *j, uint64_t time)
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr",
	                                     "May", "Jun", "Jul", "Aug",
	                                     "Sep", "Oct", "Nov", "Dec"};
	uint64_t seconds = time / 10000000, days = seconds / 86400;
	/* Days since 1600-03-01, in years that begin with March. */
	unsigned z = (unsigned)days + 306, era = z / 146097, doe = z % 146097;
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153, month = (mp + 2) % 12;
	unsigned rest = (unsigned)(seconds % 86400);

	/* Before 1970 and behind 2199: not meant. */
	if (days < 134774 || days > 218781)
		return;
	buf_addf(&j->out, "Date: %u %s %u %02u:%02u:%02u +0000\n",
	         doy - (153 * mp + 2) / 5 + 1, months[month],
	         1600 + era * 400 + yoe + (month < 2), rest / 3600,
	         rest / 60 % 60, rest % 60);
}

static void make_headers(struct job *j, uint32_t storage,
                         const struct mapi *o, unsigned seen, bool report)
{
	if (!(seen & SEEN_FROM))
		put_from(j, o);
	/* The recipients of a report are those of the message it is about. */
	if (!(seen & SEEN_TO) && !report)
		put_to(j, storage, o);
	if (!(seen & SEEN_SUBJECT))
		put_field(j, "Subject", field_of(j, o, MAPI_SUBJECT));
	if (!(seen & SEEN_DATE))
		put_date(j, o->value[mapi_has(o, MAPI_SUBMITTED)
		                         ? MAPI_SUBMITTED
		                         : MAPI_DELIVERED]);
	if (!(seen & SEEN_ID))
		put_field(j, "Message-ID", field_of(j, o, MAPI_MESSAGE_ID));
}

/* ---- bodies ---- */

static void put_text(struct job *j, unsigned boundary, const char *type,
                     const char *charset, sv text)
{
	if (!begin_part(j, boundary))
		return;
	buf_addf(&j->out, "Content-Type: %s", type);
	if (*charset)
		buf_addf(&j->out, "; charset=%s", charset);
	buf_adds(&j->out, "\nContent-Transfer-Encoding: 8bit\n\n");
	put_raw(j, text);
}

static void put_html(struct job *j, unsigned boundary, const struct mapi *o)
{
	if (o->type[MAPI_HTML] == MAPI_BINARY)
		put_text(j, boundary, "text/html", codepage_name(j->codepage),
		         bytes_of(j, o, MAPI_HTML, MSG_BODY_MAX));
	else
		put_text(j, boundary, "text/html", "utf-8",
		         text_of(j, o, MAPI_HTML, MSG_BODY_MAX));
}

/* False where there was none that could be read. */
static bool put_rtf(struct job *j, unsigned boundary, const struct mapi *o)
{
	sv packed = bytes_of(j, o, MAPI_RTF, MSG_BODY_MAX);
	sv text = rtf_text(j->scratch, &j->tools,
	                   rtf_unpack(j->scratch, packed));

	if (!sv_trim(text).n) {
		j->flaws |= packed.n ? MSG_RTF : 0;
		return false;
	}
	put_text(j, boundary, "text/plain", "utf-8", text);
	return true;
}

/* The words that the page shows. */
static sv shown(struct job *j, const struct mapi *o)
{
	struct html_text t = {0};
	sv page;

	if (o->type[MAPI_HTML] == MAPI_BINARY) {
		struct recoded r = recode(
		    &j->tools, bytes_of(j, o, MAPI_HTML, MSG_BODY_MAX),
		    sv_str(codepage_name(j->codepage)), true);

		page = arena_dup(j->scratch, r.text);
	} else {
		page = text_of(j, o, MAPI_HTML, MSG_BODY_MAX);
	}
	(void)html_text(j->scratch, &j->tools, page, &t);
	return t.text;
}

/* Text and page of the same words, as mail has them. */
static void put_both(struct job *j, unsigned boundary, const struct mapi *o,
                     enum mapi_prop plain)
{
	unsigned inner = ++j->boundaries;

	if (!begin_part(j, boundary))
		return;
	buf_addf(&j->out,
	         "Content-Type: multipart/alternative; boundary=\"%s%u\"\n\n",
	         BOUNDARY, inner);
	put_text(j, inner, "text/plain", "utf-8",
	         plain == MAPI_HTML ? shown(j, o)
	                            : text_of(j, o, plain, MSG_BODY_MAX));
	arena_reset(j->scratch);
	put_html(j, inner, o);
	buf_addf(&j->out, "--%s%u--\n", BOUNDARY, inner);
}

static void put_bodies(struct job *j, unsigned boundary, const struct mapi *o)
{
	enum mapi_prop plain = mapi_has(o, MAPI_BODY) ? MAPI_BODY
	                                              : MAPI_REPORT_TEXT;

	if (mapi_has(o, MAPI_HTML))
		put_both(j, boundary, o, mapi_has(o, plain) ? plain
		                                            : MAPI_HTML);
	else if (mapi_has(o, plain))
		put_text(j, boundary, "text/plain", "utf-8",
		         text_of(j, o, plain, MSG_BODY_MAX));
	else if (mapi_has(o, MAPI_RTF) && !put_rtf(j, boundary, o))
		j->flaws |= MSG_RTF;
	arena_reset(j->scratch);
}

/* ---- reports ---- */

/* [MS-OXCMAIL] 2.2.3.7.1.1: what the class of a report tells. */
static const char *action_of(sv class)
{
	if (!sv_istarts(class, SV("REPORT.")))
		return NULL;
	if (sv_iends(class, SV(".NDR")))
		return "failed";
	if (sv_iends(class, SV(".Delayed.DR")) ||
	    sv_iends(class, SV(".Delayed")))
		return "delayed";
	if (sv_iends(class, SV(".Expanded.DR")))
		return "expanded";
	if (sv_iends(class, SV(".Relayed.DR")))
		return "relayed";
	return sv_iends(class, SV(".DR")) ? "delivered" : NULL;
}

/* "<mx.example.net #5.1.1 smtp;550 5.1.1 ...>" */
struct supplement {
	sv host, status, diagnostic;
};

static struct supplement supplement_of(sv s)
{
	struct supplement x = {SV(""), SV(""), SV("")};
	size_t hash;

	s = sv_trim(s);
	if (sv_starts(s, SV("<")) && sv_ends(s, SV(">")))
		s = sv_trim(sv_slice(s, 1, s.n - 1));
	hash = sv_chr(s, '#');
	if (hash == SV_NPOS || hash + 1 >= s.n || !is_digit(s.p[hash + 1])) {
		x.diagnostic = s;
		return x;
	}
	x.host = sv_trim(sv_head(s, hash));
	s = sv_drop(s, hash + 1);
	x.status = sv_word(&s);
	x.diagnostic = sv_trim(s);
	return x;
}

/*
 * [MS-OXCMAIL] 2.2.3.7.1.3: a status is three digits of the number.  Where
 * there is none, a diagnostic that only one status has.
 */
static void put_status(struct job *j, const struct mapi *o, sv exact)
{
	static const struct {
		uint32_t diagnostic;
		const char *status;
	} only[] = {{1, "5.1.4"}, {35, "5.1.1"}, {38, "5.2.1"},
	            {40, "5.1.6"}, {48, "5.1.2"}};
	uint64_t n = o->value[MAPI_STATUS];

	if (exact.n) {
		put_field(j, "Status", exact);
		return;
	}
	if (n >= 200 && n <= 599) {
		buf_addf(&j->out, "Status: %u.%u.%u\n", (unsigned)n / 100,
		         (unsigned)n / 10 % 10, (unsigned)n % 10);
		return;
	}
	for (size_t i = 0; i < sizeof(only) / sizeof(only[0]); i++)
		if (mapi_has(o, MAPI_DIAGNOSTIC) &&
		    o->value[MAPI_DIAGNOSTIC] == only[i].diagnostic)
			buf_addf(&j->out, "Status: %s\n", only[i].status);
}

static void put_diagnostic(struct job *j, sv s)
{
	size_t semi = sv_chr(s, ';');

	if (!s.n)
		return;
	buf_adds(&j->out, "Diagnostic-Code: ");
	if (semi == SV_NPOS || sv_chr(sv_head(s, semi), ' ') != SV_NPOS)
		buf_adds(&j->out, is_digit(s.p[0]) ? "smtp; " : "x-outlook; ");
	put_line(j, s);
	buf_addc(&j->out, '\n');
}

static void put_fate(struct job *j, const struct mapi *o, const char *action)
{
	sv address = recipient_address(j, o);
	sv remote = field_of(j, o, MAPI_REMOTE);
	struct supplement x = supplement_of(field_of(j, o, MAPI_SUPPLEMENT));
	bool mail = address.n != 0;

	if (!mail)
		address = field_of(j, o, MAPI_NAME);
	if (!address.n)
		return;
	buf_addf(&j->out, "\nFinal-Recipient: %s; ",
	         mail ? "rfc822" : "x-name");
	put_line(j, address);
	buf_addf(&j->out, "\nAction: %s\n", action);
	put_status(j, o, x.status);
	if (!remote.n)
		remote = x.host;
	if (remote.n) {
		buf_adds(&j->out, "Remote-MTA: dns; ");
		put_line(j, remote);
		buf_addc(&j->out, '\n');
	}
	put_diagnostic(j, x.diagnostic);
}

static void put_fates(struct job *j, unsigned boundary, uint32_t storage,
                      const struct mapi *m, const char *action)
{
	uint32_t at = j->f.entries[storage].first;
	unsigned n = 0;
	sv host = field_of(j, m, MAPI_REPORTING);
	struct mapi o;

	if (!begin_part(j, boundary))
		return;
	buf_adds(&j->out, "Content-Type: message/delivery-status\n\n");
	if (host.n) {
		buf_adds(&j->out, "Reporting-MTA: dns; ");
		put_line(j, host);
		buf_addc(&j->out, '\n');
	}
	for (; at != CFB_NONE; at = j->f.entries[at].next) {
		if (!is_recipient(&j->f.entries[at]))
			continue;
		if (n++ >= MSG_MAX_RECIPIENTS) {
			j->flaws |= MSG_MANY;
			break;
		}
		mapi_read(j->scratch, &j->f, at, MAPI_INNER, &o);
		put_fate(j, &o, action);
		arena_reset(j->scratch);
	}
	buf_addc(&j->out, '\n');
}

/* ---- messages ---- */

static uint32_t codepage_of(const struct mapi *o)
{
	uint64_t body = o->value[MAPI_BODY_CODEPAGE];
	uint64_t all = o->value[MAPI_CODEPAGE];

	if (body && *codepage_name((uint32_t)body))
		return (uint32_t)body;
	if (all && *codepage_name((uint32_t)all))
		return (uint32_t)all;
	return CODEPAGE_WESTERN;
}

/* Header and bodies of the message in a storage; attachments come later. */
static void begin_message(struct job *j, uint32_t storage,
                          const struct mapi *o)
{
	struct level *l = &j->levels[j->depth++];
	struct head h = {0};
	const char *action;

	*l = (struct level){j->f.entries[storage].first, ++j->boundaries,
	                    codepage_of(o)};
	j->codepage = l->codepage;
	action = action_of(field_of(j, o, MAPI_CLASS));
	put_headers(j, o, &h);
	make_headers(j, storage, o, h.seen, action != NULL);
	arena_reset(j->scratch);
	buf_adds(&j->out, "MIME-Version: 1.0\nContent-Type: multipart/");
	if (action || *h.report)
		buf_addf(&j->out, "report; report-type=%s",
		         action ? "delivery-status" : h.report);
	else
		buf_adds(&j->out, "mixed");
	buf_addf(&j->out, "; boundary=\"%s%u\"\n\n", BOUNDARY, l->number);
	put_bodies(j, l->number, o);
	if (action)
		put_fates(j, l->number, storage, o, action);
}

/* ---- attachments ---- */

/* A type that can be written as it is; else what says nothing. */
static sv type_of(struct job *j, const struct mapi *o, sv name)
{
	sv s = field_of(j, o, MAPI_MIME);
	size_t slash = sv_chr(s, '/');

	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && !sv_has(SV("/-+._"),
		                                 sv_slice(s, i, i + 1)))
			slash = SV_NPOS;
	if (slash != SV_NPOS && slash && slash + 1 < s.n)
		return s;
	if (sv_iends(name, SV(".eml")))
		return SV("message/rfc822");
	return sv_iends(name, SV(".txt")) ? SV("text/plain")
	                                  : SV("application/octet-stream");
}

static bool is_words(sv type)
{
	return sv_istarts(type, SV("text/")) ||
	       sv_istarts(type, SV("message/"));
}

/* The bytes of an attachment; those of no text are only there in part. */
static void put_attachment(struct job *j, unsigned boundary,
                           const struct mapi *o)
{
	sv name = field_of(j, o, MAPI_LONG_FILE), type, data;
	bool words;

	if (!name.n)
		name = field_of(j, o, MAPI_FILE);
	if (!begin_part(j, boundary))
		return;
	type = type_of(j, o, name);
	words = is_words(type);
	/* Of a picture nothing is lost that would be read. */
	data = words ? bytes_of(j, o, MAPI_DATA, MSG_ATTACHMENT_MAX)
	             : cfb_read(j->scratch, &j->f, o->at[MAPI_DATA],
	                        MSG_BINARY_MAX);
	words = words && sv_chr(data, '\0') == SV_NPOS;
	buf_addf(&j->out, "Content-Type: %.*s", SV_FMT(type));
	if (name.n) {
		buf_adds(&j->out, "; name=");
		put_mailbox(j, name, SV(""));
	}
	buf_addf(&j->out, "\nContent-Transfer-Encoding: %s\n\n",
	         words ? "8bit" : "base64");
	if (words)
		put_raw(j, data);
	else
		put_base64(j, data);
}

/* The storage with a message inside an attachment, or CFB_NONE. */
static uint32_t embedded(struct job *j, const struct mapi *o)
{
	uint32_t at = o->at[MAPI_DATA];

	if (at == CFB_NONE || !j->f.entries[at].storage ||
	    (mapi_has(o, MAPI_METHOD) &&
	     o->value[MAPI_METHOD] != ATTACH_EMBEDDED))
		return CFB_NONE;
	return at;
}

static void read_attachment(struct job *j, uint32_t storage)
{
	unsigned boundary = j->levels[j->depth - 1].number;
	struct mapi o, m;
	uint32_t at;

	arena_reset(j->scratch);
	mapi_read(j->scratch, &j->f, storage, MAPI_INNER, &o);
	at = embedded(j, &o);
	if (at == CFB_NONE) {
		put_attachment(j, boundary, &o);
		return;
	}
	if (j->depth == MSG_MAX_DEPTH) {
		j->flaws |= MSG_DEEP;
		return;
	}
	if (!begin_part(j, boundary))
		return;
	buf_adds(&j->out, "Content-Type: message/rfc822\n\n");
	mapi_read(j->scratch, &j->f, at, MAPI_EMBEDDED, &m);
	begin_message(j, at, &m);
}

static void read_all(struct job *j)
{
	while (j->depth && !buf_failed(&j->out)) {
		struct level *l = &j->levels[j->depth - 1];
		const struct cfb_entry *e = NULL;
		uint32_t at = l->next;

		if (at == CFB_NONE) {
			buf_addf(&j->out, "--%s%u--\n", BOUNDARY, l->number);
			j->depth--;
			continue;
		}
		e = &j->f.entries[at];
		l->next = e->next;
		j->codepage = l->codepage;
		if (e->storage &&
		    sv_istarts(sv_str(e->name), SV("__attach_version1.0_")))
			read_attachment(j, at);
	}
}

static enum mw_status read_message(struct job *j, struct arena *a,
                                   struct msg *out, struct mw_err *err)
{
	struct mapi top;

	mapi_read(j->scratch, &j->f, 0, MAPI_TOP, &top);
	if (!top.any)
		return mw_fail(err, MW_ESYNTAX, j->f.flaws
		               ? "the properties of the message are missing"
		               : "it holds no message, as those of other "
		                 "programs");
	begin_message(j, 0, &top);
	read_all(j);
	if (buf_failed(&j->out))
		j->flaws |= MSG_CUT;
	out->flaws = j->flaws;
	out->file_flaws = j->f.flaws;
	if (j->f.hurt != CFB_NONE)
		memcpy(out->hurt, j->f.entries[j->f.hurt].name, CFB_NAME);
	out->text = arena_dup(a, buf_sv(&j->out));
	if (arena_failed(a))
		return mw_fail(err, MW_ENOMEM, "no memory for the message");
	return MW_OK;
}

enum mw_status msg_read(struct arena *a, sv raw, struct msg *out,
                        struct mw_err *err)
{
	struct job *j = arena_alloc(a, 1, sizeof(*j));
	enum mw_status st;

	*out = (struct msg){0};
	if (!j)
		return mw_fail(err, MW_ENOMEM, "no memory");
	st = cfb_open(a, raw, &j->f, err);
	if (st != MW_OK)
		return st;
	j->scratch = arena_new(SCRATCH);
	buf_init(&j->out, MSG_TEXT_MAX);
	st = j->scratch ? read_message(j, a, out, err)
	                : mw_fail(err, MW_ENOMEM, "no memory");
	buf_fini(&j->out);
	recode_tools_fini(&j->tools);
	arena_free(j->scratch);
	return st;
}

sv msg_losses(struct arena *a, const struct msg *m)
{
	static const struct {
		unsigned flaw, of_file;
		const char *words;
	} all[] = {
		{0, CFB_TABLE, "the table of sectors is incomplete"},
		{0, CFB_LOOP, "sectors or folders lead back to themselves"},
		{0, CFB_SPENT, "streams share their sectors"},
		{0, CFB_MANY, "too many streams"},
		{MSG_CUT, 0, "a text is too long"},
		{MSG_MANY, 0, "too many recipients or attachments"},
		{MSG_DEEP, 0, "messages are nested too deep"},
		{MSG_RTF, 0, "a body in RTF cannot be read"},
	};
	struct buf b;
	sv out;

	buf_init(&b, 1024);
	if (m->file_flaws & CFB_CUT)
		buf_addf(&b, "the stream %s is cut off; ", m->hurt);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if ((m->flaws & all[i].flaw) ||
		    (m->file_flaws & all[i].of_file))
			buf_addf(&b, "%s; ", all[i].words);
	out = arena_dup(a, sv_head(buf_sv(&b), b.n ? b.n - 2 : 0));
	buf_fini(&b);
	return out;
}
