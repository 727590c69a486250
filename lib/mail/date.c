/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/date.h"

#include "base/ascii.h"

#define NONE (-1)

/* No place on earth is further from UTC. */
#define ZONE_MAX (14 * 60)

struct reading {
	int year, month, day, hour, minute, second;
	int zone, half; /* half: 0 a.m., 12 p.m. */
	bool month_first;
	unsigned defects;
};

/* clang-format off */
static const struct {
	sv name;
	int minutes;
} zones[] = {
	{SV_INIT("gmt"), 0}, {SV_INIT("utc"), 0}, {SV_INIT("ut"), 0},
	{SV_INIT("z"), 0},
	{SV_INIT("est"), -300}, {SV_INIT("edt"), -240},
	{SV_INIT("cst"), -360}, {SV_INIT("cdt"), -300},
	{SV_INIT("mst"), -420}, {SV_INIT("mdt"), -360},
	{SV_INIT("pst"), -480}, {SV_INIT("pdt"), -420},
	{SV_INIT("wet"), 0}, {SV_INIT("west"), 60},
	{SV_INIT("cet"), 60}, {SV_INIT("cest"), 120},
	{SV_INIT("met"), 60}, {SV_INIT("mest"), 120},
	{SV_INIT("eet"), 120}, {SV_INIT("eest"), 180},
	{SV_INIT("bst"), 60}, {SV_INIT("msk"), 180},
	{SV_INIT("jst"), 540}, {SV_INIT("kst"), 540},
	{SV_INIT("hkt"), 480}, {SV_INIT("aest"), 600},
	{SV_INIT("aedt"), 660}, {SV_INIT("nzst"), 720},
	{SV_INIT("nzdt"), 780},
};
/* clang-format on */

static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
static const char weekdays[] = "sunmontuewedthufrisat";

/* Which of the names of three letters s begins with, or NONE. */
static int name_index(const char *names, sv s)
{
	sv all = sv_str(names);

	for (size_t i = 0; s.n >= 3 && i + 3 <= all.n; i += 3)
		if (sv_istarts(s, sv_slice(all, i, i + 3)))
			return (int)(i / 3);
	return NONE;
}

/* The number at the begin of *s, at most digits long; NONE: there is none. */
static int cut_number(sv *s, size_t digits)
{
	int v = 0;
	size_t n = 0;

	while (n < s->n && n < digits && is_digit(s->p[n]))
		v = v * 10 + (s->p[n++] - '0');
	if (!n || (n < s->n && is_digit(s->p[n])))
		return NONE;
	*s = sv_drop(*s, n);
	return v;
}

/* "hh:mm", "hh:mm:ss", "hh:mm:ss.fff"; what follows stays in *s. */
static bool cut_time(struct reading *r, sv *s)
{
	sv rest = *s;
	int hour = cut_number(&rest, 2), minute, second = 0;

	if (hour == NONE || !rest.n || rest.p[0] != ':')
		return false;
	rest = sv_drop(rest, 1);
	minute = cut_number(&rest, 2);
	if (minute == NONE)
		return false;
	if (rest.n && rest.p[0] == ':') {
		rest = sv_drop(rest, 1);
		second = cut_number(&rest, 2);
		if (second == NONE)
			return false;
		if (rest.n > 1 && (rest.p[0] == '.' || rest.p[0] == ',') &&
		    is_digit(rest.p[1]))
			for (rest = sv_drop(rest, 1);
			     rest.n && is_digit(rest.p[0]);)
				rest = sv_drop(rest, 1);
	}
	r->hour = hour;
	r->minute = minute;
	r->second = second;
	*s = rest;
	return true;
}

/* "+0100", "-01:00", "+1"; a zone that is none is left out. */
static bool read_zone(struct reading *r, sv s)
{
	bool west = s.p[0] == '-';
	int hours, minutes = 0, all;
	sv rest = sv_drop(s, 1), four = rest;

	all = cut_number(&four, 4);
	if (all == NONE)
		return false;
	if (rest.n - four.n > 2) {
		hours = all / 100;
		minutes = all % 100;
	} else {
		hours = all;
		if (four.n && four.p[0] == ':') {
			four = sv_drop(four, 1);
			minutes = cut_number(&four, 2);
		}
	}
	if (four.n || minutes == NONE || minutes > 59 ||
	    hours * 60 + minutes > ZONE_MAX) {
		r->defects |= DATE_ODD;
		return true;
	}
	r->defects &= ~(DATE_NO_ZONE | DATE_ZONE_NAME);
	r->zone = (hours * 60 + minutes) * (west ? -1 : 1);
	/* RFC 5322 section 3.3: -0000 tells nothing of a zone. */
	if (west && !all)
		r->defects |= DATE_NO_ZONE;
	return true;
}

/* RFC 5322 section 4.3 for years of two and three digits. */
static void set_year(struct reading *r, int v, size_t digits)
{
	if (digits < 4) {
		r->defects |= DATE_SHORT;
		v += digits == 3 || v > 49 ? 1900 : 2000;
	}
	r->year = v;
}

static void read_number(struct reading *r, int v, size_t digits)
{
	if (digits >= 3 || v > 31) {
		if (r->year == NONE)
			set_year(r, v, digits);
		else
			r->defects |= DATE_ODD;
		/* "2026 Nov 24" */
		if (r->day == NONE)
			r->defects |= DATE_ODD;
	} else if (r->day == NONE) {
		r->day = v;
		r->month_first = r->month != NONE;
	} else if (r->year == NONE) {
		set_year(r, v, digits);
	} else {
		r->defects |= DATE_ODD;
	}
}

/* "2026-11-24", "24/11/2026", "11/24/26", "24.11.2026" */
static bool read_numbers(struct reading *r, sv s)
{
	int v[3];
	size_t digits[3];
	char sep = 0;

	for (size_t i = 0; i < 3; i++) {
		size_t was = s.n;

		v[i] = cut_number(&s, 4);
		digits[i] = was - s.n;
		if (v[i] == NONE)
			return false;
		if (i == 2)
			break;
		if (!s.n || (i && s.p[0] != sep) ||
		    (s.p[0] != '-' && s.p[0] != '/' && s.p[0] != '.'))
			return false;
		sep = s.p[0];
		s = sv_drop(s, 1);
	}
	if (s.n || r->year != NONE)
		return false;
	r->defects |= DATE_ODD;
	if (digits[0] > 2) {
		set_year(r, v[0], digits[0]);
		r->month = v[1] - 1;
		r->day = v[2];
		return true;
	}
	set_year(r, v[2], digits[2]);
	/* With slashes it is the American order, if it can be. */
	if (sep != '/' || v[0] > 12) {
		r->day = v[0];
		r->month = v[1] - 1;
	} else {
		r->month = v[0] - 1;
		r->day = v[1];
	}
	if (sep == '/' && v[0] <= 12 && v[1] <= 12 && v[0] != v[1])
		r->defects |= DATE_UNSURE;
	return true;
}

static bool read_zone_name(struct reading *r, sv s)
{
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		if (!sv_ieq(s, zones[i].name))
			continue;
		/* "+0100 CET": the number counts. */
		if (!(r->defects & DATE_NO_ZONE) || r->zone)
			return true;
		r->defects &= ~DATE_NO_ZONE;
		r->defects |= zones[i].minutes || i > 3 ? DATE_ZONE_NAME : 0;
		r->zone = zones[i].minutes;
		return true;
	}
	return false;
}

static void read_name(struct reading *r, sv s)
{
	int m = name_index(months, s);

	if (m != NONE && r->month == NONE)
		r->month = m;
	else if (sv_ieq(s, SV("am")) || sv_ieq(s, SV("pm")))
		r->half = to_lower(s.p[0]) == 'p' ? 12 : 0;
	else if (name_index(weekdays, s) == NONE && !read_zone_name(r, s))
		r->defects |= DATE_ODD;
}

/* Is this the begin of a zone, after a time? */
static bool is_zone(const struct reading *r, sv s)
{
	return s.n > 1 && (s.p[0] == '+' || s.p[0] == '-') &&
	       is_digit(s.p[1]) && (r->hour != NONE || s.p[0] == '+');
}

/* Letters, or digits, at the begin of *s; at least one byte is cut off. */
static sv cut_run(sv *s)
{
	size_t n = 0;

	while (n < s->n && (is_alpha(s->p[n]) || is_high(s->p[n])))
		n++;
	if (!n)
		while (n < s->n && is_digit(s->p[n]))
			n++;
	sv run = sv_head(*s, n);
	*s = sv_drop(*s, n ? n : 1);
	return run;
}

/* A word of a date, which may be of several parts ("24-Nov-2026"). */
static void read_word(struct reading *r, sv s)
{
	while (s.n) {
		sv run, rest = s;

		if (is_zone(r, s) && read_zone(r, s))
			return;
		if (is_digit(s.p[0]) && cut_time(r, &s)) {
			continue;
		}
		/* The T of ISO 8601. */
		run = cut_run(&rest);
		if (run.n && is_digit(run.p[0]) && rest.n) {
			size_t t = 0;

			while (t < s.n && to_lower(s.p[t]) != 't')
				t++;
			if (read_numbers(r, sv_head(s, t))) {
				s = sv_drop(s, t + 1);
				continue;
			}
		}
		s = rest;
		if (!run.n)
			continue;
		if (!is_digit(run.p[0])) {
			read_name(r, run);
		} else if (run.n <= 4) {
			sv digits = run;

			read_number(r, cut_number(&digits, 4), run.n);
		} else {
			r->defects |= DATE_ODD;
		}
	}
}

/* Words, without comments, commas and quotes. */
static sv next_word(sv *s)
{
	size_t from = 0, to, depth = 0;

	for (; from < s->n; from++) {
		char c = s->p[from];

		if (c == '(')
			depth++;
		else if (c == ')' && depth)
			depth--;
		else if (!depth && !is_space(c) && c != ',' && c != ';' &&
			 c != '"' && c != '\'')
			break;
	}
	for (to = from; to < s->n && !is_space(s->p[to]) && s->p[to] != ',' &&
			s->p[to] != '(' && s->p[to] != ';';
	     to++)
		;
	sv word = sv_slice(*s, from, to);
	*s = sv_drop(*s, to);
	return word;
}

/* Days from 1970-01-01 (proleptic Gregorian). */
static int64_t days_of(int year, int month, int day)
{
	int64_t y = month < 2 ? year - 1 : year, era = y / 400;
	int64_t of_era = y - era * 400, m = month < 2 ? month + 10 : month - 2;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       (m * 153 + 2) / 5 + day - 1 - 719468;
}

static bool exists(const struct reading *r)
{
	static const int days[] = {31, 28, 31, 30, 31, 30,
				   31, 31, 30, 31, 30, 31};
	bool leap;

	if (r->year < 1900 || r->month < 0 || r->month > 11 || r->day < 1 ||
	    r->hour > 24 || r->minute > 59 || r->second > 60 ||
	    (r->hour == 24 && (r->minute || r->second)))
		return false;
	leap = (r->year % 4 == 0 && r->year % 100) || r->year % 400 == 0;
	return r->day <= days[r->month] + (leap && r->month == 1);
}

enum mw_status date_read(sv value, struct date *out)
{
	struct reading r = {NONE, NONE, NONE, NONE,  0,
			    0,	  0,	NONE, false, DATE_NO_ZONE};
	sv rest = sv_head(sv_trim(value), DATE_MAX), word;

	*out = (struct date){0};
	while ((word = next_word(&rest)).n)
		read_word(&r, word);
	if (r.hour == NONE) {
		r.hour = 0;
		r.defects |= DATE_NO_TIME;
	}
	if (r.half != NONE && r.hour >= 1 && r.hour <= 12)
		r.hour = r.hour % 12 + r.half;
	if (r.month_first || r.half != NONE)
		r.defects |= DATE_ODD;
	if (!exists(&r))
		return MW_ESYNTAX;
	/* Unix time has no leap seconds. */
	out->time = days_of(r.year, r.month, r.day) * 86400 + r.hour * 3600 +
		    (r.minute - r.zone) * 60 + (r.second > 59 ? 59 : r.second);
	out->zone = r.zone;
	out->defects = r.defects;
	return MW_OK;
}
