/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "logs/exports.h"
#include "unit.h"

#define ONE                                                                   \
	"{\"email\": \"a@example.org\", \"reason\": \"550\", \"created\": 1}"
#define MEMORY ((size_t)16 << 20)

struct row {
	const char *file, *writer;
	enum ev_action action;
	const char *recipient, *text;
	uint16_t code;
	const char *status, *sender, *id, *time;
	enum ev_spoke spoke;
	bool complaint;
};

/* clang-format off */
/* The rows of the files in order: what is opened or processed is none. */
static const struct row rows[] = {
	{"ses.json", "ses", ACTION_FAILED, "jane@example.com",
	 "550 5.1.1 <jane@example.com>... User", 0, "5.1.1",
	 "john@example.org", "00000138111222aa-33322211-000000",
	 "2016-01-27T14:59:38.237Z", 0, false},
	{"ses.json", "ses", ACTION_FAILED, "richard@example.com", "General", 0,
	 "", "john@example.org", "00000138111222aa-33322211-000000",
	 "2016-01-27T14:59:38.237Z", 0, false},
	{"ses-sns.json", "ses", ACTION_NONE, "richard@example.com", "", 0, "",
	 "john@example.org", "000001378603177f-7a5433e7-000000",
	 "2016-01-27T14:59:38.237Z", 0, true},
	{"ses-sns.json", "ses", ACTION_FAILED, "mary@example.com",
	 "OnAccountSuppressionList", 0, "", "john@example.org",
	 "000001378603177f-1", "2016-01-27T14:59:38.237Z", 0, false},
	{"sendgrid.json", "sendgrid", ACTION_DELAYED, "a@example.com",
	 "400 try again later", 0, "", "", "m1", "1513299569", 0, false},
	{"sendgrid.json", "sendgrid", ACTION_FAILED, "a@example.com",
	 "500 unknown recipient", 0, "5.0.0", "", "m1", "1513299569", 0, false},
	{"sendgrid.json", "sendgrid", ACTION_FAILED, "b@example.com",
	 "Bounced Address", 0, "5.0.0", "", "m2", "1513299569",
	 SPOKE_OWN_PROVIDER, false},
	{"sendgrid.json", "sendgrid", ACTION_NONE, "c@example.com", "", 0, "",
	 "", "m3", "1513299569", 0, true},
	{"sendgrid-bounces.json", "sendgrid", ACTION_FAILED, "a@example.com",
	 "550 No Such User Here", 550, "", "", "", "1250337600", 0, false},
	{"mailgun.json", "mailgun", ACTION_FAILED, "invalid@example.com",
	 "5.1.1 The email account that you tried to reach does not exist. "
	 "Please try\n5.1.1 double-checking the recipient's email address for "
	 "typos", 550, "", "test@example.org", "", "1534110422.390", 0, false},
	{"mailgun.json", "mailgun", ACTION_DELAYED, "grey@example.com",
	 "Recipient address rejected: Greylisted", 450, "", "", "",
	 "1534111899.660", 0, false},
	{"mailgun.json", "mailgun", ACTION_DELIVERED, "recipient@example.com",
	 "OK", 250, "", "", "", "1534108637.153", 0, false},
	{"postmark.json", "postmark", ACTION_FAILED, "bounce@example.com",
	 "550 5.1.1 The email account that you tried to reach does not exist.",
	 0, "", "sender@example.org", "2706ee8a-737c",
	 "2016-04-27T16:28:50.3963933-04:00", 0, false},
	{"postmark.json", "postmark", ACTION_NONE, "spam@example.com",
	 "Test spam complaint details", 0, "", "", "2706ee8a-737d",
	 "2016-04-27T16:28:50.3963933-04:00", 0, true},
	{"postmark.json", "postmark", ACTION_DELIVERED, "recipient@example.com",
	 "Test delivery webhook details", 0, "", "", "883953f4-6105",
	 "2014-08-01T13:28:10.2735393-04:00", 0, false},
	{"sparkpost.json", "sparkpost", ACTION_FAILED, "Bounce@example.com",
	 "550 5.1.1 <Bounce@example.com>: Recipient address rejected: User "
	 "unknown", 550, "", "sender@example.org", "0004e3724f57753a3561",
	 "1464824548", 0, false},
	{"sparkpost.json", "sparkpost", ACTION_DELAYED,
	 "recipient@nomx.example.com",
	 "454 4.4.4 [internal] no MX or A for domain", 454, "", "", "",
	 "1464825748", 0, false},
	{"sparkpost.json", "sparkpost", ACTION_FAILED, "suppressed@example.com",
	 "554 5.7.1 recipient address suppressed due to customer policy", 554,
	 "", "", "", "1464900034", SPOKE_OWN_PROVIDER, false},
	{"mailjet.json", "mailjet", ACTION_FAILED, "bounce@example.com",
	 "user unknown", 0, "", "", "13792286917004336", "1430812195", 0,
	 false},
	{"mailjet.json", "mailjet", ACTION_FAILED, "bounce@example.com",
	 "user unknown", 0, "", "", "13792286917004337", "1430812195",
	 SPOKE_OWN_PROVIDER, false},
	{"mailjet.json", "mailjet", ACTION_DELIVERED, "api@example.com",
	 "sent (250 2.0.0 OK 1433333948 - gsmtp)", 0, "", "",
	 "19421777835146490", "1433333949", 0, false},
	{"kumomta.jsonl", "kumomta", ACTION_FAILED, "recipient@example.com",
	 "no such user", 550, "5.1.1", "user@example.org",
	 "1d98076abbbc11ed940250ebf67f93bd", "2026-03-02T00:00:04Z", 0, false},
};

/* What is no export, and what is no JSON: rows and bad values. */
static const struct {
	const char *text;
	size_t rows, bad;
} others[] = {
	{"", 0, 0}, {"null", 0, 0}, {"[[[[]]]]", 0, 0}, {"{}", 0, 0},
	{"{\"event\": \"bounce\"}", 0, 0},
	{"[" ONE ",", 1, 0},
	{ONE "\n{broken\n" ONE, 2, 1},
	{"{\"a\": [1, 2", 0, 1},
	{"{\"Type\": \"Notification\", \"Message\": \"no JSON\"}", 0, 0},
	{"[[[[[[[[[[[[[[[[[[[[" ONE "]]]]]]]]]]]]]]]]]]]]", 1, 0},
	{"{\"items\": [[[[[[[[[[[[[[[[[[[[" ONE "]]]]]]]]]]]]]]]]]]]]}", 0, 0},
};
/* clang-format on */

static sv load(struct arena *a, const char *name)
{
	sv path = arena_printf(a, "%s/tests/fixtures/exports/%s", UNIT_SOURCE,
	                       name);
	char *p = arena_alloc(a, 65536, 1);
	FILE *f = fopen(sv_dupz(a, path), "rb");
	size_t n;

	assert_non_null(f);
	assert_non_null(p);
	n = fread(p, 1, 65536, f);
	assert_int_equal(fclose(f), 0);
	return sv_of(p, n);
}

static void check(const struct export_row *got, const struct row *want, sv text)
{
	const struct attempt *at = &got->at;
	char status[ESTATUS_TEXT];
	size_t off, n;

	assert_sv(at->writer, want->writer);
	assert_sv(at->recipient, want->recipient);
	assert_sv(mtext_sv(&at->text), want->text);
	assert_int_equal(at->action, want->action);
	assert_int_equal(at->code, want->code);
	assert_sv(sv_str(estatus_is_set(at->status)
	                         ? estatus_format(at->status, status) : ""),
	          want->status);
	assert_sv(at->sender, want->sender);
	if (want->id[0])
		assert_sv(at->queue_id, want->id);
	assert_sv(got->time, want->time);
	assert_int_equal(at->spoke, want->spoke);
	assert_int_equal(got->complaint, want->complaint);
	assert_int_equal(at->count, 1);
	/* The reply is found where it stands. */
	if (sv_eq(sv_str(want->file), SV("ses.json")) && at->status.class) {
		assert_true(mtext_origin(&at->text, 0, at->text.n, &off, &n));
		assert_sv(sv_slice(text, off, off + n), want->text);
	}
}

static void documented_forms_are_read(void **state)
{
	const size_t n = sizeof(rows) / sizeof(rows[0]);

	(void)state;
	for (size_t i = 0; i < n;) {
		struct arena *a = arena_new(MEMORY);
		const char *file = rows[i].file;
		sv text = load(a, file);
		struct exports e;

		exports_init(&e, text);
		while (exports_next(&e, a, NULL) == MW_OK)
			for (size_t k = 0; k < e.n; k++, i++) {
				assert_true(i < n);
				assert_string_equal(rows[i].file, file);
				check(&e.rows[k], &rows[i], text);
			}
		if (i < n)
			assert_string_not_equal(rows[i].file, file);
		arena_free(a);
	}
}

static void others_are_left(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct arena *a = arena_new(MEMORY);
		struct exports e;
		enum mw_status st;
		struct mw_err err;
		size_t n = 0, bad = 0;

		exports_init(&e, sv_str(others[i].text));
		while ((st = exports_next(&e, a, &err)) != MW_ENOENT) {
			n += e.n;
			bad += st == MW_ESYNTAX;
		}
		if (n != others[i].rows || bad != others[i].bad)
			fail_msg("row %zu: %zu rows, %zu bad", i, n, bad);
		arena_free(a);
	}
}

UNIT_MAIN(cmocka_unit_test(documented_forms_are_read),
          cmocka_unit_test(others_are_left))
