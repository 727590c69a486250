/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/mbox.h"

#include "base/ascii.h"

/* Phases of one message. */
enum { START, HEAD, LENGTH, BODY };

/* A field name is cut off behind so many bytes. */
#define NAME_MAX_BYTES 78

/* What stays before .at, for a look back at the lines' begin. */
#define LOOK_BACK 80

static const char FROM[] = "From ";
#define FROM_N (sizeof(FROM) - 1)

/* Is w one of the three-letter names in list? */
static bool is_name(sv w, const char *list)
{
	if (w.n == 4 && w.p[3] == ',')
		w.n = 3;
	if (w.n != 3)
		return false;
	for (; *list; list += 3)
		if (sv_ieq(w, sv_of(list, 3)))
			return true;
	return false;
}

static bool is_weekday(sv w)
{
	return is_name(w, "SunMonTueWedThuFriSat");
}

static bool is_month(sv w)
{
	return is_name(w, "JanFebMarAprMayJunJulAugSepOctNovDec");
}

static bool is_day(sv w)
{
	uint32_t day;

	return w.n <= 2 && sv_u32(w, 31, &day) && day;
}

static bool is_year(sv w)
{
	uint32_t year;

	return w.n == 4 && sv_u32(w, 2999, &year) && year >= 1970;
}

/* 7:54 or 17:54:04, and whatever is glued to it. */
static bool is_time(sv w)
{
	size_t n = sv_chr(w, ':');

	return n > 0 && n <= 2 && is_digit(w.p[0]) && is_digit(w.p[n - 1]) &&
	       w.n >= n + 3 && is_digit(w.p[n + 1]) && is_digit(w.p[n + 2]);
}

/* 2019-10-02, and the time glued to it by "T" or in the next word. */
static bool is_iso(sv w, sv next)
{
	sv year = sv_head(w, 4), day = sv_slice(w, 8, 10);

	if (w.n < 10 || w.p[4] != '-' || w.p[7] != '-' || !is_year(year) ||
	    !is_day(day) || !is_day(sv_slice(w, 5, 7)))
		return false;
	return w.n == 10 ? is_time(next)
	                 : w.p[10] == 'T' && is_time(sv_drop(w, 11));
}

/* "Sep 18 17:54:04 2008": a zone may stand on either side of the year. */
static bool is_asctime(sv s)
{
	if (!is_month(sv_word(&s)) || !is_day(sv_word(&s)) ||
	    !is_time(sv_word(&s)))
		return false;
	for (int i = 0; i < 3; i++)
		if (is_year(sv_word(&s)))
			return true;
	return false;
}

/* Does a date begin here?  Some writers have the form of RFC 5322. */
static bool is_date(sv s)
{
	sv rest = s, first = sv_word(&rest), after = rest;

	if (!first.n)
		return false;
	if (is_digit(first.p[0]) && is_iso(first, sv_word(&after)))
		return true;
	if (is_weekday(first)) {
		if (is_asctime(rest))
			return true;
		first = sv_word(&rest);
	}
	return is_day(first) && is_month(sv_word(&rest)) &&
	       is_year(sv_word(&rest)) && is_time(sv_word(&rest));
}

bool mbox_from_line(sv line, sv *sender, sv *date)
{
	sv s, rest;

	if (line.n > MBOX_FROM_MAX || !sv_starts(line, sv_of(FROM, FROM_N)))
		return false;
	s = sv_trim(sv_drop(line, FROM_N));
	for (rest = s; rest.n; (void)sv_word(&rest)) {
		rest = sv_drop(rest, sv_blanks(rest));
		if (!is_date(rest))
			continue;
		*date = rest;
		*sender = sv_trim(sv_head(s, s.n - rest.n));
		if (sender->n > 1 && sender->p[0] == '<' &&
		    sender->p[sender->n - 1] == '>')
			*sender = sv_slice(*sender, 1, sender->n - 1);
		return true;
	}
	return false;
}

bool mbox_is_field(sv s)
{
	size_t i = 0;

	while (i < s.n && i < NAME_MAX_BYTES && s.p[i] > ' ' &&
	       s.p[i] < 0x7f && s.p[i] != ':')
		i++;
	if (!i)
		return false;
	/* Old mailers put blanks before the colon (RFC 5322, 4.5). */
	while (i < s.n && i < NAME_MAX_BYTES && is_blank(s.p[i]))
		i++;
	return i < s.n && s.p[i] == ':';
}

/* In runs that a byte can count, which compilers make vectors of. */
static uint64_t count_lines(sv s)
{
	uint64_t all = 0;

	while (s.n) {
		sv run = sv_head(s, 255);
		unsigned char n = 0;

		for (size_t i = 0; i < run.n; i++)
			n = (unsigned char)(n + (run.p[i] == '\n'));
		all += n;
		s = sv_drop(s, run.n);
	}
	return all;
}

void mbox_init(struct mbox *m, size_t max)
{
	*m = (struct mbox){.max = max, .line = 1};
}

size_t mbox_done(const struct mbox *m)
{
	return m->phase == BODY && m->at > LOOK_BACK ? m->at - LOOK_BACK : 0;
}

void mbox_cut(struct mbox *m, size_t at, sv gone)
{
	m->at -= gone.n;
	m->cut += gone.n;
	m->cut_lines += count_lines(gone);
	m->cut_at = at;
}

static bool is_blank_before(sv w, size_t at)
{
	if (at < 2)
		return at == 0 || w.p[0] == '\n';
	if (w.p[at - 2] == '\r')
		return at == 2 || w.p[at - 3] == '\n';
	return w.p[at - 2] == '\n';
}

enum answer { NO, YES, UNKNOWN };

/* Is the line at the start of w a From_ line?  *line: all of it. */
static enum answer from_line(sv w, bool last, sv *line)
{
	sv head = sv_head(w, MBOX_FROM_MAX + 2), sender, date;
	size_t n;

	if (!sv_starts(w, sv_of(FROM, FROM_N)))
		return w.n >= FROM_N || last ? NO : UNKNOWN;
	n = sv_chr(head, '\n');
	if (n == SV_NPOS && head.n == w.n && !last)
		return UNKNOWN;
	if (n == SV_NPOS && head.n > MBOX_FROM_MAX)
		return NO;
	*line = n == SV_NPOS ? head : sv_head(w, n + 1);
	return mbox_from_line(sv_trim(*line), &sender, &date) ? YES : NO;
}

/* Does a message begin at byte at, which begins a line? */
static enum answer begins(sv w, size_t at, bool last)
{
	sv line = {0}, next;
	enum answer is = from_line(sv_drop(w, at), last, &line);

	if (is != YES || is_blank_before(w, at))
		return is;
	next = sv_drop(w, at + line.n);
	if (mbox_is_field(next))
		return YES;
	return next.n < NAME_MAX_BYTES && !last &&
			       sv_chr(next, '\n') == SV_NPOS ? UNKNOWN : NO;
}

static void content_length(struct mbox *m, sv line)
{
	sv name = sv_cut(&line, ':');
	uint32_t n;

	if (!sv_ieq(sv_trim(name), SV("Content-Length")) ||
	    !sv_u32(sv_trim(line), UINT32_MAX, &n) || n > m->max)
		return;
	m->has_length = true;
	m->length = n;
}

/* What of the window is the message, without the line that parts messages. */
static size_t without_blank(const struct mbox *m, sv w, size_t end)
{
	if (end <= m->head || !is_blank_before(w, end) ||
	    w.p[end - 1] != '\n')
		return end;
	end--;
	return end > m->head && w.p[end - 1] == '\r' ? end - 1 : end;
}

static enum mbox_kind kind(const struct mbox *m, bool stated)
{
	if (stated)
		return m->bare ? MBOX_CL2 : MBOX_CL;
	return m->quoted_twice ? MBOX_RD : MBOX_O;
}

/* The message ends at byte end; the next one begins at byte next. */
static enum mbox_step found(struct mbox *m, sv w, size_t end, size_t next,
                            bool stated, struct mbox_message *out, size_t *used)
{
	*out = (struct mbox_message){
		.raw = sv_slice(w, m->head, stated ? end
						   : without_blank(m, w, end)),
		.from = sv_trim(sv_head(w, m->head)),
		.offset = m->offset,
		.line = m->line,
		.cut = m->cut,
		.cut_at = m->cut ? m->cut_at - m->head : 0,
		.kind = kind(m, stated),
	};
	if (out->from.n)
		(void)mbox_from_line(out->from, &out->sender, &out->date);
	*used = next;
	*m = (struct mbox){
		.max = m->max,
		.offset = m->offset + next + m->cut,
		.line = m->line + count_lines(sv_head(w, next)) + m->cut_lines,
		.quoted_twice = m->quoted_twice,
	};
	return MBOX_MESSAGE;
}

static enum mbox_step start(struct mbox *m, sv w, bool last)
{
	sv line = {0};
	enum answer is = from_line(w, last, &line);

	if (is == UNKNOWN)
		return MBOX_MORE;
	m->head = m->at = is == YES ? line.n : 0;
	m->phase = is == YES ? HEAD : BODY;
	return MBOX_MESSAGE;
}

/* One line of the header; 0: it is not there yet. */
static size_t header_line(struct mbox *m, sv w)
{
	sv rest = sv_drop(w, m->at), line;
	size_t n = sv_chr(sv_head(rest, MBOX_LINE_MAX), '\n');

	if (n == SV_NPOS)
		return 0;
	line = sv_trim(sv_head(rest, n));
	if (!line.n) {
		m->body = m->at + n + 1;
		m->phase = m->has_length && m->body + m->length <= m->max
		                   ? LENGTH
		                   : BODY;
	} else if ((line.p[0] | 0x20) == 'c' && line.p == rest.p) {
		content_length(m, line);
	}
	return n + 1;
}

/*
 * Header lines one by one.  Whatever is no header is left to the body's
 * search, and so is the end of the mailbox.
 */
static enum mbox_step header(struct mbox *m, sv w, bool last)
{
	while (m->phase == HEAD) {
		enum answer next = NO;
		size_t n;

		/* Two From_ lines in a row begin one message. */
		if (m->at > m->head)
			next = begins(w, m->at, last);
		if (next == UNKNOWN)
			return MBOX_MORE;
		if (next == YES)
			m->phase = BODY;
		else if ((n = header_line(m, w)))
			m->at += n;
		else if (last || w.n - m->at >= MBOX_LINE_MAX)
			m->phase = BODY;
		else
			return MBOX_MORE;
		if (m->at - m->head > MBOX_HEADER_MAX)
			m->phase = BODY;
	}
	return MBOX_MESSAGE;
}

/* Note how a "From " at byte at stands there, which ends no message. */
static void note(struct mbox *m, sv w, size_t at)
{
	size_t n = 0;

	while (n < LOOK_BACK - 2 && n < at && w.p[at - n - 1] == '>')
		n++;
	if (n < at && w.p[at - n - 1] != '\n')
		return;
	m->bare |= n == 0;
	m->quoted_twice |= n > 1;
}

/* memchr() is two to three times as fast as memmem(): "F" is rare in mails. */
static size_t find_from(sv w, size_t at)
{
	while (at + FROM_N <= w.n) {
		const char *p = memchr(w.p + at, 'F', w.n - at - FROM_N + 1);

		if (!p)
			break;
		if (!memcmp(p, FROM, FROM_N))
			return (size_t)(p - w.p);
		at = (size_t)(p - w.p) + 1;
	}
	return SV_NPOS;
}

/* Skip one line end at byte at. */
static size_t line_end(sv w, size_t at)
{
	sv rest = sv_drop(w, at);

	return at + (sv_starts(rest, SV("\n")) ? 1u
	             : sv_starts(rest, SV("\r\n")) ? 2u : 0u);
}

/* Does the length lead to the next message?  Then to *next. */
static bool leads(sv w, size_t end, bool last, size_t *next)
{
	sv line, rest;

	if (end > w.n)
		return false;
	*next = end;
	if (w.p[end - 1] != '\n' && end < w.n) {
		*next = line_end(w, end);
		if (*next == end)
			return false;
	}
	*next = line_end(w, *next);
	rest = sv_drop(w, *next);
	return rest.n ? from_line(rest, last, &line) == YES : last;
}

static enum mbox_step by_length(struct mbox *m, sv w, bool last,
                                struct mbox_message *out, size_t *used)
{
	size_t end = m->body + m->length, next, at = m->body;

	if (w.n < end + MBOX_FROM_MAX + 6 && !last)
		return MBOX_MORE;
	m->phase = BODY;
	if (!leads(w, end, last, &next))
		return MBOX_MORE;
	while ((at = find_from(sv_head(w, end), at)) != SV_NPOS) {
		note(m, w, at);
		at += FROM_N;
	}
	return found(m, w, end, next, true, out, used);
}

static enum mbox_step by_search(struct mbox *m, sv w, bool last,
                                struct mbox_message *out, size_t *used)
{
	size_t at;

	while ((at = find_from(w, m->at)) != SV_NPOS) {
		enum answer is = NO;

		if ((at == 0 || w.p[at - 1] == '\n') && at > m->head)
			is = begins(w, at, last);
		m->at = at;
		if (is == UNKNOWN)
			return MBOX_MORE;
		if (is == YES)
			return found(m, w, at, at, false, out, used);
		note(m, w, at);
		m->at = at + FROM_N;
	}
	if (last)
		return found(m, w, w.n, w.n, false, out, used);
	if (w.n > FROM_N && w.n - FROM_N + 1 > m->at)
		m->at = w.n - FROM_N + 1;
	return MBOX_MORE;
}

enum mbox_step mbox_next(struct mbox *m, sv w, bool last,
                         struct mbox_message *out, size_t *used)
{
	if (!w.n)
		return last ? MBOX_END : MBOX_MORE;
	if (m->phase == START && start(m, w, last) == MBOX_MORE)
		return MBOX_MORE;
	if (m->phase == HEAD && header(m, w, last) == MBOX_MORE)
		return MBOX_MORE;
	if (m->phase == LENGTH) {
		enum mbox_step s = by_length(m, w, last, out, used);

		if (s != MBOX_MORE || m->phase == LENGTH)
			return s;
	}
	return by_search(m, w, last, out, used);
}
