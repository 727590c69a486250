/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What 20 libraries printed, tests/fixtures/exceptions, is read as it says in
 * expected.tsv there.  Files that are not read right stand with the reason in
 * misses.txt; one that is read right must not stand there.
 */
#include "paste_unit.h"

#include <stdio.h>

#define DIR_ UNIT_SOURCE "/tests/fixtures/exceptions/"
#define ARENA ((size_t)64 << 20)

static sv load(struct arena *a, const char *path)
{
	static char buffer[1 << 20];
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(buffer, 1, sizeof(buffer), f) : 0;

	if (f)
		(void)fclose(f);
	return arena_dup(a, sv_of(buffer, n));
}

/* A dialogue is read by the reader of dialogues. */
static bool is_dialogue(sv file)
{
	return sv_has(file, SV(".debug.")) || sv_starts(file, SV("swaks/")) ||
	       sv_starts(file, SV("openssl/")) ||
	       sv_has(file, SV("mailkit-end-554-log"));
}

struct expected {
	sv file, code, stage, recipient;
};

static bool next_row(sv *table, struct expected *e)
{
	while (table->n) {
		sv row = sv_line(table);

		if (!row.n || row.p[0] == '#')
			continue;
		e->file = sv_cut(&row, '\t');
		(void)sv_cut(&row, '\t');
		e->code = sv_cut(&row, '\t');
		e->stage = sv_cut(&row, '\t');
		e->recipient = row;
		return true;
	}
	return false;
}

static unsigned code_of(struct arena *a, const struct attempt *at)
{
	struct reply r;

	if (at->code)
		return at->code;
	reply_parse(a, &at->text, &r);
	return r.code;
}

/* What is wrong with the attempt, NULL if nothing. */
static const char *wrong(struct arena *a, const struct expected *e,
                         const struct attempts *out)
{
	const struct attempt *at = out->v;
	char code[16];

	if (!out->n)
		return "nothing found";
	(void)snprintf(code, sizeof(code), "%u", code_of(a, at));
	if (!sv_eq(e->code, sv_str(code_of(a, at) ? code : "-")))
		return "code";
	if (!sv_eq(e->stage, SV("unknown")) &&
	    !sv_eq(e->stage, sv_str(smtp_stage_name(at->stage))))
		return "stage";
	if (!sv_eq(e->recipient, SV("-")) &&
	    !sv_eq(e->recipient, at->recipient))
		return "recipient";
	return out->n > 1 ? "more than one" : NULL;
}

static const char *check(const struct expected *e)
{
	struct arena *a = arena_new(ARENA);
	struct attempts out = {0};
	struct paste_seen seen = {0};
	char path[512];
	const char *why;

	(void)snprintf(path, sizeof(path), DIR_ "%.*s", SV_FMT(e->file));
	(void)paste_read(a, load(a, path), NULL, &out, &seen, NULL);
	why = wrong(a, e, &out);
	if (getenv("EXCEPTION_SHOW") &&
	    (why || strcmp(getenv("EXCEPTION_SHOW"), "all") == 0)) {
		printf("%.*s: %s (want %.*s %.*s %.*s)\n", SV_FMT(e->file),
		       why ? why : "ok", SV_FMT(e->code), SV_FMT(e->stage),
		       SV_FMT(e->recipient));
		for (size_t i = 0; i < out.n; i++)
			printf("    %s %.*s%s spoke=%s stage=%s rcpt=%.*s "
			       "from=%.*s host=%.*s %.*s %.*s\n      |%.*s|\n",
			       ev_form_name(out.v[i].form),
			       SV_FMT(out.v[i].writer),
			       out.v[i].weak ? " weak" : "",
			       ev_spoke_name(out.v[i].spoke),
			       smtp_stage_name(out.v[i].stage),
			       SV_FMT(out.v[i].recipient),
			       SV_FMT(out.v[i].sender), SV_FMT(out.v[i].host),
			       SV_FMT(out.v[i].host_ip), SV_FMT(out.v[i].port),
			       SV_FMT(mtext_sv(&out.v[i].text)));
	}
	arena_free(a);
	return why;
}

static bool is_known_miss(sv misses, sv file)
{
	while (misses.n) {
		sv row = sv_line(&misses);

		if (sv_eq(sv_cut(&row, '\t'), file))
			return true;
	}
	return false;
}

static void fixtures_are_read(void **state)
{
	struct arena *a = arena_new(ARENA);
	sv table = load(a, DIR_ "expected.tsv");
	sv misses = load(a, DIR_ "misses.txt");
	unsigned n = 0, good = 0, bad = 0;
	struct expected e;

	(void)state;
	while (next_row(&table, &e)) {
		const char *why;
		bool known = is_known_miss(misses, e.file);

		if (is_dialogue(e.file))
			continue;
		why = check(&e);
		n++;
		good += !why;
		if (!why == known) {
			print_error("%.*s: %s\n", SV_FMT(e.file),
			            why ? why : "read right, but a known miss");
			bad++;
		}
	}
	print_message("%u of %u files are read as expected\n", good, n);
	assert_true(n > 500);
	assert_int_equal(bad, 0);
	arena_free(a);
}

/* clang-format off */
static const struct {
	const char *in;
	size_t n; /* attempts of this reader alone */
	const char *text, *recipient; /* of the last one */
} pastes[] = {
	/* One attempt for each recipient that the dict names. */
	{"SMTPRecipientsRefused: {'a@example.net': (550, b'5.1.1 no a'), "
	 "'b@example.net': (452, b'4.2.2 b is full')}", 2,
		"452 4.2.2 b is full", "b@example.net"},
	/* Escapes: a line end, a quote, bytes, a letter. */
	{"smtplib.SMTPDataError: (550, b'5.7.1 a\\n5.7.1 it\\'s \\xc3')", 1,
		"550 5.7.1 a\n5.7.1 it's \u00c3", ""},
	/* The error in the log line and in the trace is the same one. */
	{"Task x raised: SMTPDataError(554, b'5.7.1 Spam message rejected')\n"
	 "Traceback (most recent call last):\n"
	 "  File \"/usr/lib/python3/smtplib.py\", line 9, in sendmail\n"
	 "    raise SMTPDataError(code, resp)\n"
	 "smtplib.SMTPDataError: (554, b'5.7.1 Spam message rejected')", 1,
		"554 5.7.1 Spam message rejected", ""},
	/* Errors of something else. */
	{"Traceback (most recent call last):\n"
	 "  File \"/srv/app/get.py\", line 3, in get\n"
	 "    sock.connect(sa)\n"
	 "ConnectionError: HTTPSConnectionPool(host='www.example.org', port=443)",
		0, "", ""},
	{"Error: connect ECONNREFUSED 192.0.2.1:5432\n"
	 "    at TCPConnectWrap.afterConnect (node:net:1611:16) {\n"
	 "  code: 'ECONNREFUSED',\n  syscall: 'connect'\n}", 0, "", ""},
	{"open-uri.rb:1:in `get': 404 Not Found (OpenURI::HTTPError)", 0, "", ""},
	{"java.io.IOException: Server returned HTTP response code: 421 for URL: "
	 "https://www.example.org/", 0, "", ""},
	{"curl: (7) Failed to connect to www.example.org port 443", 0, "", ""},
	{"except smtplib.SMTPRecipientsRefused as e:", 0, "", ""},
	{"    raise SMTPServerDisconnected(\"Connection unexpectedly closed\")",
		0, "", ""},
};
/* clang-format on */

static void errors_are_told_apart(void **state)
{
	static const struct paste_options only = {.form = FORM_EXCEPTION};

	(void)state;
	for (size_t i = 0; i < sizeof(pastes) / sizeof(pastes[0]); i++) {
		struct arena *a = arena_new(ARENA);
		struct attempts out = {0};
		struct paste_seen seen = {0};

		assert_int_equal(paste_read(a, sv_str(pastes[i].in), &only,
		                            &out, &seen, NULL), MW_OK);
		if (out.n != pastes[i].n)
			print_error("%s\n", pastes[i].in);
		assert_int_equal(out.n, pastes[i].n);
		if (out.n) {
			struct attempt *at = &out.v[out.n - 1];

			assert_sv(mtext_sv(&at->text), pastes[i].text);
			assert_sv(at->recipient, pastes[i].recipient);
		}
		arena_free(a);
	}
}

UNIT_MAIN(cmocka_unit_test(fixtures_are_read),
          cmocka_unit_test(errors_are_told_apart))
