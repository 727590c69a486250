/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ascii.h"
#include "input/csv.h"

/* So many records show what a table is. */
#define LOOK_RECORDS 20

/* The longest name of a column that is known. */
#define NAME_BYTES 40

static const char *const tells[CSV_TELLS] = {
	[CSV_RECIPIENT] = "recipient", [CSV_REPLY] = "reply",
	[CSV_CODE] = "code",           [CSV_STATUS] = "status",
	[CSV_ACTION] = "action",       [CSV_HOST] = "host",
	[CSV_SENDER] = "sender",       [CSV_TIME] = "time",
	[CSV_ID] = "id",
};

/*
 * Names of columns, letters and digits only.  Of several columns that tell
 * the same the one whose name stands first here is taken: the envelope before
 * the alias, the server's words before a category.
 */
static const struct {
	const char *name;
	enum csv_tells is;
} names[] = {
	{"recipient", CSV_RECIPIENT},
	{"recipientaddress", CSV_RECIPIENT},
	{"rcpt", CSV_RECIPIENT},
	{"rcptto", CSV_RECIPIENT},
	{"bouncedaddress", CSV_RECIPIENT},
	{"bouncedemail", CSV_RECIPIENT},
	{"bouncedrecipient", CSV_RECIPIENT},
	{"emailaddress", CSV_RECIPIENT},
	{"email", CSV_RECIPIENT},
	{"address", CSV_RECIPIENT},
	{"mail", CSV_RECIPIENT},
	{"toaddress", CSV_RECIPIENT},
	{"to", CSV_RECIPIENT},
	{"recipients", CSV_RECIPIENT},
	{"destination", CSV_RECIPIENT},
	{"subscriber", CSV_RECIPIENT},
	{"contact", CSV_RECIPIENT},
	{"dsndiag", CSV_REPLY},
	{"diagnosticcode", CSV_REPLY},
	{"diagnostic", CSV_REPLY},
	{"smtpresponse", CSV_REPLY},
	{"smtpreply", CSV_REPLY},
	{"smtperror", CSV_REPLY},
	{"serverresponse", CSV_REPLY},
	{"rawreason", CSV_REPLY},
	{"response", CSV_REPLY},
	{"reply", CSV_REPLY},
	{"bouncereason", CSV_REPLY},
	{"reason", CSV_REPLY},
	{"errormessage", CSV_REPLY},
	{"error", CSV_REPLY},
	{"bouncemessage", CSV_REPLY},
	{"details", CSV_REPLY},
	{"detail", CSV_REPLY},
	{"description", CSV_REPLY},
	{"text", CSV_REPLY},
	{"message", CSV_REPLY},
	{"smtpcode", CSV_CODE},
	{"replycode", CSV_CODE},
	{"responsecode", CSV_CODE},
	{"errorcode", CSV_CODE},
	{"bouncecode", CSV_CODE},
	{"code", CSV_CODE},
	{"dsnstatus", CSV_STATUS},
	{"dsncode", CSV_STATUS},
	{"enhancedstatuscode", CSV_STATUS},
	{"enhancedstatus", CSV_STATUS},
	{"enhancedcode", CSV_STATUS},
	{"dsn", CSV_STATUS},
	{"statuscode", CSV_STATUS},
	{"status", CSV_STATUS},
	{"dsnaction", CSV_ACTION},
	{"action", CSV_ACTION},
	{"event", CSV_ACTION},
	{"eventtype", CSV_ACTION},
	{"bouncetype", CSV_ACTION},
	{"recipientstatus", CSV_ACTION},
	{"deliverystatus", CSV_ACTION},
	{"state", CSV_ACTION},
	{"type", CSV_ACTION},
	{"dsnmta", CSV_HOST},
	{"remotemta", CSV_HOST},
	{"remotehost", CSV_HOST},
	{"mxhost", CSV_HOST},
	{"mx", CSV_HOST},
	{"host", CSV_HOST},
	{"relay", CSV_HOST},
	{"server", CSV_HOST},
	{"envelopefrom", CSV_SENDER},
	{"mailfrom", CSV_SENDER},
	{"senderaddress", CSV_SENDER},
	{"sender", CSV_SENDER},
	{"orig", CSV_SENDER},
	{"fromaddress", CSV_SENDER},
	{"from", CSV_SENDER},
	{"returnpath", CSV_SENDER},
	{"timelogged", CSV_TIME},
	{"bouncedat", CSV_TIME},
	{"eventtime", CSV_TIME},
	{"timestamp", CSV_TIME},
	{"datetime", CSV_TIME},
	{"time", CSV_TIME},
	{"date", CSV_TIME},
	{"createdat", CSV_TIME},
	{"created", CSV_TIME},
	{"messageid", CSV_ID},
	{"msgid", CSV_ID},
	{"smtpid", CSV_ID},
	{"queueid", CSV_ID},
	{"id", CSV_ID},
};

#define NAMES (sizeof(names) / sizeof(names[0]))

/* The first records of a table. */
struct sample {
	sv cells[LOOK_RECORDS][CSV_CELLS_MAX];
	size_t n[LOOK_RECORDS], records;
	bool header, ragged;
};

const char *csv_tells_name(enum csv_tells t)
{
	return t < CSV_TELLS ? tells[t] : "";
}

bool csv_tells_from(sv name, enum csv_tells *out)
{
	if (sv_eq(name, SV("date")))
		name = SV("time");
	for (int i = 0; i < CSV_TELLS; i++)
		if (sv_eq(name, sv_str(tells[i]))) {
			*out = (enum csv_tells)i;
			return true;
		}
	return false;
}

/* Number of the name that the cell is, as people write it; or NAMES. */
static size_t known(sv cell)
{
	char name[NAME_BYTES];
	size_t n = 0;

	for (size_t i = 0; i < cell.n; i++) {
		if (!is_alnum(cell.p[i]))
			continue;
		if (n == sizeof(name))
			return NAMES;
		name[n++] = to_lower(cell.p[i]);
	}
	for (size_t i = 0; i < NAMES; i++)
		if (sv_eq(sv_of(name, n), sv_str(names[i].name)))
			return i;
	return NAMES;
}

/* Nothing but an address: log lines have "to=<a@b>" between commas too. */
static bool is_address(sv s)
{
	size_t at = sv_chr(s, '@');

	if (at == SV_NPOS || !at || at + 1 == s.n || s.n > 320)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' && !is_high(s.p[i]))
			return false;
	return !sv_has(s, SV("<")) && !sv_has(s, SV("=")) &&
	       !sv_has(s, SV(":"));
}

static bool is_code(sv s)
{
	return s.n == 3 && (s.p[0] == '4' || s.p[0] == '5') &&
	       is_digit(s.p[1]) && is_digit(s.p[2]);
}

/* 5.1.1 at the start of s; how long it is, or 0. */
static size_t status_length(sv s)
{
	size_t i = 2, dots = 1;

	if (s.n < 5 || (s.p[0] != '2' && s.p[0] != '4' && s.p[0] != '5') ||
	    s.p[1] != '.')
		return 0;
	while (i < s.n && i < 9 && (is_digit(s.p[i]) || s.p[i] == '.'))
		dots += s.p[i++] == '.';
	return dots == 2 && s.p[i - 1] != '.' ? i : 0;
}

static bool is_status(sv s)
{
	return s.n && status_length(s) == s.n;
}

/* A code or a status, and words behind it. */
static bool is_reply(sv s)
{
	return s.n > 8 && sv_has(s, SV(" ")) &&
	       (is_code(sv_head(s, 3)) || status_length(s));
}

bool csv_is_such(enum csv_tells t, sv s)
{
	switch (t) {
	case CSV_RECIPIENT:
		return is_address(s);
	case CSV_REPLY:
		return is_reply(s);
	case CSV_CODE:
		return is_code(s);
	case CSV_STATUS:
		return is_status(s);
	default:
		return false;
	}
}

static void by_name(const struct sample *s, struct csv_table *t)
{
	size_t best[CSV_TELLS];

	for (int i = 0; i < CSV_TELLS; i++)
		best[i] = NAMES;
	for (size_t i = 0; i < s->n[0]; i++) {
		size_t k = known(sv_trim(s->cells[0][i]));

		if (k == NAMES || k >= best[names[k].is])
			continue;
		best[names[k].is] = k;
		t->at[names[k].is] = (int)i;
		t->header = true;
	}
}

static bool is_taken(const struct csv_table *t, size_t column)
{
	for (int i = 0; i < CSV_TELLS; i++)
		if (t->at[i] == (int)column)
			return true;
	return false;
}

/* Records below the header whose cell in the column is such a thing. */
static size_t votes(const struct sample *s, size_t column, enum csv_tells t)
{
	size_t n = 0;

	for (size_t i = s->header; i < s->records; i++)
		if (column < s->n[i])
			n += csv_is_such(t, sv_trim(s->cells[i][column]));
	return n;
}

/* What no name told: the column where most cells, and over half, are such. */
static void by_content(const struct sample *s, struct csv_table *t)
{
	static const enum csv_tells order[] = {CSV_RECIPIENT, CSV_REPLY,
	                                       CSV_STATUS, CSV_CODE};

	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
		size_t most = (s->records - s->header) / 2;

		if (t->at[order[k]] >= 0)
			continue;
		for (size_t i = 0; i < t->columns; i++) {
			size_t n = is_taken(t, i) ? 0 : votes(s, i, order[k]);

			if (n <= most)
				continue;
			most = n;
			t->at[order[k]] = (int)i;
		}
	}
}

/* A column called "status" that holds words tells what was done. */
static void settle_status(const struct sample *s, struct csv_table *t)
{
	int at = t->at[CSV_STATUS];
	size_t digits = 0;

	if (at < 0)
		return;
	for (size_t i = 1; i < s->records; i++)
		if ((size_t)at < s->n[i] && s->cells[i][at].n)
			digits += is_digit(s->cells[i][at].p[0]);
	if (digits || s->records < 2)
		return;
	t->at[CSV_STATUS] = -1;
	if (t->at[CSV_ACTION] < 0)
		t->at[CSV_ACTION] = at;
}

/* A header names, it holds no addresses, codes or replies itself. */
static bool is_header(const struct sample *s)
{
	for (size_t i = 0; i < s->n[0]; i++) {
		sv cell = sv_trim(s->cells[0][i]);

		for (int t = 0; t <= CSV_STATUS; t++)
			if (csv_is_such((enum csv_tells)t, cell))
				return false;
	}
	return true;
}

/* The first records; their number of cells is over one, .ragged: and varies. */
static bool take(struct arena *a, sv text, char separator, struct sample *s)
{
	struct csv c;

	s->records = 0;
	s->ragged = false;
	csv_init(&c, text, separator);
	while (s->records < LOOK_RECORDS &&
	       csv_next(&c, a, s->cells[s->records], CSV_CELLS_MAX,
	                &s->n[s->records])) {
		/* The last one may be cut off. */
		if (!c.rest.n && s->records > 1 &&
		    s->n[s->records] < s->n[0])
			break;
		s->ragged |= s->n[s->records] != s->n[0];
		s->records++;
	}
	return s->records && s->n[0] > 1;
}

/* Two columns at least, and what they tell is about bounces. */
static bool is_useful(const struct sample *s, const struct csv_table *t)
{
	bool what = false;
	int named = 0;

	for (int i = CSV_REPLY; i <= CSV_ACTION; i++)
		what |= t->at[i] >= 0;
	if (!what || (t->at[CSV_RECIPIENT] < 0 && t->at[CSV_REPLY] < 0))
		return false;
	for (int i = 0; i < CSV_TELLS; i++)
		named += t->at[i] >= 0;
	/* Lines of a text have commas too, but no two names between them. */
	return named > 1 && (s->header || !s->ragged);
}

static bool look(struct arena *a, sv text, char separator, struct sample *s,
                 struct csv_table *out)
{
	struct csv_table t = {.separator = separator};

	if (!take(a, text, separator, s))
		return false;
	for (int i = 0; i < CSV_TELLS; i++)
		t.at[i] = -1;
	t.columns = s->n[0];
	s->header = is_header(s);
	if (s->header)
		by_name(s, &t);
	/* Where nothing is named, all has to look like a table. */
	if (!t.header && s->ragged)
		return false;
	t.header = s->header;
	by_content(s, &t);
	settle_status(s, &t);
	if (!is_useful(s, &t))
		return false;
	*out = t;
	return true;
}

bool csv_look(struct arena *a, sv text, char separator, struct csv_table *out)
{
	static const char separators[] = ",;\t|";
	struct sample *s = arena_alloc(a, 1, sizeof(*s));
	struct csv_table t;
	struct csv c;
	bool found = false;

	if (!s)
		return false;
	csv_init(&c, text, separator);
	if (c.separator)
		return look(a, text, c.separator, s, out);
	for (size_t i = 0; separators[i]; i++) {
		if (!look(a, text, separators[i], s, &t) ||
		    (found && t.columns <= out->columns))
			continue;
		*out = t;
		found = true;
	}
	return found;
}

void csv_plain(sv text, char separator, struct csv_table *out)
{
	static const char separators[] = ",;\t|";
	struct csv c;
	sv line;
	size_t most = 0;

	csv_init(&c, text, separator);
	separator = c.separator;
	line = sv_line(&c.rest);
	*out = (struct csv_table){.separator = separator, .header = true};
	for (int i = 0; i < CSV_TELLS; i++)
		out->at[i] = -1;
	for (size_t i = 0; !separator && separators[i]; i++) {
		sv rest = line;
		size_t n = 0;

		for (; rest.n; n++)
			(void)sv_cut(&rest, separators[i]);
		if (n <= most)
			continue;
		most = n;
		out->separator = separators[i];
		out->columns = n;
	}
}
