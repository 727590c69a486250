/* SPDX-License-Identifier: BSD-2-Clause */
#include "input/sniff.h"

#include "base/arena.h"
#include "input/csv.h"
#include "mail/mbox.h"

/* Where the mark of a tar file stands (POSIX, ustar header, magic). */
#define TAR_AT 257

/* A header is looked at for so many bytes. */
#define HEADER_MAX ((size_t)64 << 10)

/* For the first records of a table, and cells whose quotes were doubled. */
#define CSV_MEMORY ((size_t)2 << 20)

struct magic {
	sv bytes;
	size_t at;
	enum sniff is;
};

static const struct magic magics[] = {
	{SV_INIT("\x1f\x8b\x08"), 0, SNIFF_ARCHIVE},             /* gzip */
	{SV_INIT("\x31\x41\x59\x26\x53\x59"), 4, SNIFF_ARCHIVE}, /* bzip2 */
	{SV_INIT("\x17\x72\x45\x38\x50\x90"), 4, SNIFF_ARCHIVE}, /* its end */
	{SV_INIT("\xfd" "7zXZ\0"), 0, SNIFF_ARCHIVE},            /* xz */
	{SV_INIT("\x28\xb5\x2f\xfd"), 0, SNIFF_ARCHIVE},         /* zstd */
	{SV_INIT("PK\3\4"), 0, SNIFF_ARCHIVE},                   /* zip */
	{SV_INIT("PK\5\6"), 0, SNIFF_ARCHIVE},
	{SV_INIT("PK\7\10"), 0, SNIFF_ARCHIVE},
	{SV_INIT("ustar"), TAR_AT, SNIFF_ARCHIVE},
	{SV_INIT("7z\xbc\xaf\x27\x1c"), 0, SNIFF_STRANGE},
	{SV_INIT("Rar!\x1a\x07"), 0, SNIFF_STRANGE},
	{SV_INIT("LZIP\1"), 0, SNIFF_STRANGE},
	{SV_INIT("\x1f\x9d"), 0, SNIFF_STRANGE}, /* compress */
};

static const sv outlook = SV_INIT("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");

/* Fields that mails have and other texts with colons have not. */
static const char *const fields[] = {
	"received", "return-path", "delivered-to", "from", "to", "cc", "date",
	"subject", "message-id", "mime-version", "content-type", "reply-to",
	"sender", "x-mailer", "envelope-to", "delivery-date", "references",
	"in-reply-to", "content-transfer-encoding", "auto-submitted",
	"authentication-results", "dkim-signature", "x-original-to",
	"x-failed-recipients", "list-id", "arc-seal",
};

static bool is_known(sv name)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (sv_ieq(name, sv_str(fields[i])))
			return true;
	return false;
}

/*
 * Two fields of a mail before the header ends: "Subject:" alone is also the
 * first line of many a text.
 */
static bool is_message(sv s)
{
	int known = 0;

	for (s = sv_head(s, HEADER_MAX); s.n;) {
		sv line = sv_line(&s);

		if (!sv_trim(line).n)
			return false;
		if (!mbox_is_field(line) && !sv_blanks(line) &&
		    !sv_starts(line, SV(">From ")))
			return false;
		known += is_known(sv_trim(sv_cut(&line, ':')));
		if (known == 2)
			return true;
	}
	return false;
}

/* A From_ line and a field after it, somewhere below. */
static bool has_from_line(sv s)
{
	sv sender, date;
	size_t at;

	while ((at = sv_find(s, SV("\nFrom "))) != SV_NPOS) {
		sv rest = sv_drop(s, at + 1), line;
		size_t n = sv_chr(rest, '\n');

		s = rest;
		if (n == SV_NPOS)
			return false;
		line = sv_trim(sv_head(rest, n));
		if (mbox_from_line(line, &sender, &date) &&
		    mbox_is_field(sv_drop(rest, n + 1)))
			return true;
	}
	return false;
}

/* Lone CR parts no mailbox into messages: it is one message. */
static bool is_mbox(sv s)
{
	size_t n = sv_chr(s, '\n');
	sv sender, date;

	return n != SV_NPOS && n > 0 &&
	       sv_chr(sv_head(s, n - 1), '\r') == SV_NPOS &&
	       mbox_from_line(sv_trim(sv_head(s, n)), &sender, &date);
}

/* Is the first line an object?  Then each line is one. */
static bool is_lines(sv s)
{
	sv line = sv_trim(sv_line(&s)), next = sv_trim(s);

	return sv_starts(line, SV("{")) && sv_ends(line, SV("}")) &&
	       (!next.n || next.p[0] == '{');
}

static bool is_csv(sv s)
{
	struct arena *a = arena_new(CSV_MEMORY);
	struct csv_table table;
	bool is = a && csv_look(a, s, 0, &table);

	arena_free(a);
	return is;
}

enum sniff sniff_packed(sv head)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (sv_starts(sv_drop(head, magics[i].at), magics[i].bytes) &&
		    (magics[i].at != 4 || sv_starts(head, SV("BZh"))))
			return magics[i].is;
	return SNIFF_TEXT;
}

enum sniff sniff(sv head)
{
	enum sniff is = sniff_packed(head);
	sv text, line;

	if (is != SNIFF_TEXT)
		return is;
	if (sv_starts(head, outlook))
		return SNIFF_OUTLOOK;
	text = sv_trim(sv_starts(head, SV("\xef\xbb\xbf")) ? sv_drop(head, 3)
	                                                   : head);
	if (!text.n)
		return SNIFF_EMPTY;
	if (is_mbox(text))
		return SNIFF_MBOX;
	line = text;
	if (sv_starts(text, SV("From ")))
		(void)sv_line(&line);
	if (is_message(line))
		return SNIFF_MESSAGE;
	if (text.p[0] == '{' || text.p[0] == '[')
		return is_lines(text) ? SNIFF_LINES : SNIFF_JSON;
	if (is_csv(text))
		return SNIFF_CSV;
	return has_from_line(text) ? SNIFF_MBOX : SNIFF_TEXT;
}
