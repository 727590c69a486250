/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/fill.h"
#include "unit.h"

static struct diag_value values[] = {
    {SV_INIT("ip"), SV_INIT("192.0.2.1")},
    {SV_INIT("domain"), SV_INIT("example.org")},
    {SV_INIT("quote"), SV_INIT("a'b")},
    {SV_INIT("subst"), SV_INIT("$(reboot)")},
    {SV_INIT("ticks"), SV_INIT("`reboot`")},
    {SV_INIT("semi"), SV_INIT("a;reboot")},
    {SV_INIT("pipe"), SV_INIT("a|b&c>d<e*f?g~h#i!j\"k\\l")},
    {SV_INIT("blank"), SV_INIT("a b")},
    {SV_INIT("dash"), SV_INIT("-rf")},
    {SV_INIT("line"), SV_INIT("a\nreboot")},
    {SV_INIT("esc"), SV_INIT("a\x1b[2J")},
    {SV_INIT("del"), SV_INIT("a\x7F")},
    {SV_INIT("nul"), SV_INIT("a\0b")},
    {SV_INIT("slot"), SV_INIT("{ip} [[x]]")},
    {SV_INIT("utf8"), SV_INIT("m\xC3\xBCller.example")},
    {SV_INIT("sender_domain"), SV_INIT("b c")},
    {SV_INIT("mail_from"), SV_INIT("<>")},
    {SV_INIT("empty"), SV_INIT("")},
};

static struct attempt attempt = {.form = FORM_LOG, .count = 1};

static struct diagnosis diagnosis(void)
{
	return (struct diagnosis){
	    .at = &attempt,
	    .values = values,
	    .nvalues = sizeof(values) / sizeof(values[0]),
	    .spoke = SPOKE_OWN_MTA,
	    .direction = DIR_OUTBOUND,
	    .stage = STAGE_RCPT,
	    .reply = {.code = 451},
	    .provider_id = SV("google"),
	};
}

struct row {
	const char *text, *want; /* NULL: left out */
};

static void check(const struct row *rows, size_t n, enum slots_mode mode)
{
	struct diagnosis d = diagnosis();
	struct arena *a = arena_new(1 << 20);

	for (size_t i = 0; i < n; i++) {
		sv out = SV("untouched");
		bool ok = fill_text(a, &d, rows[i].text, mode, &out);

		if (ok != (rows[i].want != NULL))
			fail_msg("\"%s\"", rows[i].text);
		assert_sv(out, ok ? rows[i].want : "untouched");
	}
	arena_free(a);
}

#define CHECK(rows, mode) check((rows), sizeof(rows) / sizeof((rows)[0]), mode)

static void sentences(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{"", ""},
		{"no slots", "no slots"},
		{"from {ip}.", "from 192.0.2.1."},
		{"{ip}{domain}", "192.0.2.1example.org"},
		/* words where there is no value */
		{"from {ip|the address}", "from 192.0.2.1"},
		{"from {helo|the server}", "from the server"},
		{"from {helo|}", "from "},
		{"from {empty|nobody}", "from nobody"},
		{"from {helo}", NULL},
		{"from {empty}", NULL},
		/* parts that may go */
		{"refused[[ from {ip}]].", "refused from 192.0.2.1."},
		{"refused[[ from {helo}]].", "refused."},
		{"refused[[ from {ip} to {helo}]].", "refused."},
		{"[[{helo}]][[ {ip}]] x", " 192.0.2.1 x"},
		{"a[[ {helo|b}]] c", "a b c"},
		{"a[[ {helo}]] {helo}", NULL},
		/* braces; what is broken is left out */
		{"a {{} b }", "a { b }"},
		{"a {ip", NULL},
		{"a [[ {ip}", "a  192.0.2.1"},
		/* what a value holds is no slot */
		{"x {slot} y", "x {ip} [[x]] y"},
		/* control characters are in no value */
		{"{line|none} {esc|none} {del|none} {nul|none}",
			"none none none none"},
		{"{line}", NULL},
		{"{dash} {quote} {utf8}", "-rf a'b m\xC3\xBCller.example"},
	};
	/* clang-format on */

	(void)state;
	CHECK(rows, SLOTS_PROSE);
}

static void commands(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{"dig {domain}", "dig example.org"},
		{"x {quote}", "x 'a'\\''b'"},
		{"x {subst}", "x '$(reboot)'"},
		{"x {ticks}", "x '`reboot`'"},
		{"x {semi}", "x 'a;reboot'"},
		{"x {pipe}", "x 'a|b&c>d<e*f?g~h#i!j\"k\\l'"},
		{"x {blank}", "x 'a b'"},
		{"x {slot}", "x '{ip} [[x]]'"},
		{"x {utf8}", "x 'm\xC3\xBCller.example'"},
		/* never an option, never a second line */
		{"x {dash}", NULL},
		{"x {dash|NAME}", "x NAME"},
		{"x[[ {dash}]]", "x"},
		{"x {line}", NULL},
		{"x {line|NAME}", "x NAME"},
		{"x {esc|NAME}", "x NAME"},
		{"awk '{{} print }'", "awk '{ print }'"},
		/* quotes inside of quotes would end them */
		{"grep '{subst|NAME}:'", "grep 'NAME:'"},
		{"grep \"{subst|NAME}:\"", "grep \"NAME:\""},
		{"grep '{domain|NAME}:' {subst}",
			"grep 'example.org:' '$(reboot)'"},
		{"grep \\\"{semi}", "grep \\\"'a;reboot'"},
		/* '\'' is no quote on a console of PowerShell */
		{"Get-Mailbox {quote|NAME}", "Get-Mailbox NAME"},
		{"Get-Mailbox {domain}", "Get-Mailbox example.org"},
		/* what is none of its kind is no argument */
		{"mailwhy check {domain} --ip {ip}",
			"mailwhy check example.org --ip 192.0.2.1"},
		{"mailwhy check --selector {subst}",
			"mailwhy check --selector '$(reboot)'"},
		{"mailwhy check {sender_domain|example.net}",
			"mailwhy check example.net"},
		{"mailwhy check[[ --mail-from {mail_from}]]", "mailwhy check"},
		{"dig {sender_domain} {mail_from}", "dig 'b c' '<>'"},
	};
	/* clang-format on */

	(void)state;
	CHECK(rows, SLOTS_COMMAND);
}

static void long_values_are_none(void **state)
{
	static char big[301];
	struct diag_value v = {SV("ip"), {big, 300}};
	struct diagnosis d = {.at = &attempt, .values = &v, .nvalues = 1};
	struct arena *a = arena_new(1 << 20);
	sv out;

	(void)state;
	memset(big, 'a', sizeof(big));
	assert_true(fill_text(a, &d, "{ip}", SLOTS_PROSE, &out));
	assert_int_equal(out.n, 300);
	v.value.n = 301;
	assert_false(fill_text(a, &d, "{ip}", SLOTS_PROSE, &out));
	arena_free(a);
}

/* Items are those of the knowledge base: look for conditions of each kind. */
static bool holds(const struct diagnosis *d, enum kb_var var, bool negated,
                  const char *value)
{
	for (size_t i = 0; i < kb_ncauses; i++)
		for (uint32_t k = 0; k < kb_causes[i].nitems; k++) {
			const struct kb_item *it =
			    &kb_items[kb_causes[i].item + k];
			const struct kb_cond *c = &kb_conds[it->cond];

			if (it->nconds == 1 && c->var == var &&
			    c->negated == negated &&
			    !strcmp(c->values, value))
				return fill_holds(d, it);
		}
	skip(); /* the knowledge base has no such condition any more */
	return false;
}

static void conditions(void **state)
{
	struct diagnosis d = diagnosis();

	(void)state;
	assert_true(holds(&d, KB_VAR_CODE, false, "4"));
	assert_false(holds(&d, KB_VAR_CODE, false, "5"));
	d.reply.code = 0;
	assert_false(holds(&d, KB_VAR_CODE, false, "4"));
	d.reply.status.class = 4;
	assert_true(holds(&d, KB_VAR_CODE, false, "4"));
	assert_true(holds(&d, KB_VAR_SPOKE, false, "own-mta"));
	d.spoke = SPOKE_GATEWAY;
	assert_false(holds(&d, KB_VAR_SPOKE, false, "own-mta"));
	assert_false(holds(&d, KB_VAR_DIRECTION, false, "inbound"));
	assert_true(holds(&d, KB_VAR_DIRECTION, true, "inbound"));
	assert_true(holds(&d, KB_VAR_FORM, false, "log"));
	assert_true(holds(&d, KB_VAR_FORM, true, "exception"));
	d.direction = DIR_INBOUND;
	assert_true(holds(&d, KB_VAR_DIRECTION, false, "inbound"));
	assert_false(holds(&d, KB_VAR_DIRECTION, true, "inbound"));
	d.direction = DIR_UNKNOWN;
	assert_false(holds(&d, KB_VAR_DIRECTION, false, "inbound"));
	assert_true(holds(&d, KB_VAR_DIRECTION, true, "inbound"));
}

static void conditions_on_values(void **state)
{
	struct diagnosis d = diagnosis();
	struct diag_value v = {SV("ip"), SV("2001:db8::1")};

	(void)state;
	assert_true(holds(&d, KB_VAR_HAS, false, "ip"));
	d.nvalues = 0;
	assert_false(holds(&d, KB_VAR_HAS, false, "ip"));
	d.values = &v;
	d.nvalues = 1;
	assert_true(holds(&d, KB_VAR_FAMILY, false, "6"));
	v.value = SV("192.0.2.1");
	assert_false(holds(&d, KB_VAR_FAMILY, false, "6"));
	d.nvalues = 0;
	assert_false(holds(&d, KB_VAR_FAMILY, false, "6"));
}

/* All conditions of an item must hold; none is no hindrance. */
static void items_in_their_order(void **state)
{
	const struct kb_cause *c = kb_cause(SV("identity.ptr-missing"));
	struct diagnosis d = diagnosis();
	const struct kb_item *it, *last = NULL;
	struct kb_item free_item = {.nconds = 0};
	size_t at = 0, n = 0;

	(void)state;
	assert_non_null(c);
	assert_true(fill_holds(&d, &free_item));
	while ((it = fill_next(&d, c, KB_FIX, &at))) {
		assert_int_equal(it->field, KB_FIX);
		assert_true(it > last);
		last = it;
		n++;
	}
	assert_true(n >= 2);
	assert_true(at == c->nitems);
	assert_null(fill_next(&d, c, KB_FIX, &at));
}

UNIT_MAIN(cmocka_unit_test(sentences), cmocka_unit_test(commands),
          cmocka_unit_test(long_values_are_none),
          cmocka_unit_test(conditions), cmocka_unit_test(conditions_on_values),
          cmocka_unit_test(items_in_their_order))
