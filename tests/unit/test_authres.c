/* SPDX-License-Identifier: BSD-2-Clause */
/* Authentication-Results and Received-SPF, read and written. */
#include "unit.h"

#include "auth/authres.h"

#include <stdio.h>

/*
 * want: id|version|method/version=result(comment)reason{type.property=value,
 * ...}|... ; "none" where it says so.
 */
static const struct {
	const char *in, *want;
	unsigned defects;
} rows[] = {
    {"mx.example.org; none", "mx.example.org|1|none", 0},
    {" mx.example.org 1; none ", "mx.example.org|1|none", 0},
    {"mx.example.org 2; spf=pass", "mx.example.org|2|spf/1=pass",
     AUTHRES_VERSION},
    {"mx.example.org;\r\n\tspf=pass smtp.mailfrom=example.net",
     "mx.example.org|1|spf/1=pass{smtp.mailfrom=example.net}", 0},
    {"mx.example.org; auth=pass (cram-md5) smtp.auth=sender@example.net; "
     "spf=fail smtp.mailfrom=example.net",
     "mx.example.org|1|auth/1=pass(cram-md5){smtp.auth=sender@example.net}"
     "|spf/1=fail{smtp.mailfrom=example.net}", 0},
    {"mx.example.org; dkim=fail reason=\"bad \\\"key\\\"\" "
     "header.i=@example.net header.b=aB/c+d==",
     "mx.example.org|1|dkim/1=fail[bad \"key\"]{header.i=@example.net,"
     "header.b=aB/c+d==}", 0},
    /* RFC 8601 appendix B.7: comments anywhere. */
    {"foo.example.net (foobar) 1 (baz);\r\n dkim (Because I like it) / 1 "
     "(One yay) = (wait for it) fail\r\n policy (A dot can go here) . "
     "(like that) expired\r\n (this surprised me) = (as I wasn't expecting "
     "it) 1362471462",
     "foo.example.net|1|dkim/1=fail{policy.expired=1362471462}", 0},
    /* Without a name in front, and with properties without type. */
    {"spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.org; "
     "dkim=none (message not signed) header.d=none;dmarc=pass action=none "
     "header.from=example.org;compauth=pass reason=100",
     "|1|spf/1=pass(sender IP is 192.0.2.1){smtp.mailfrom=example.org}"
     "|dkim/1=none(message not signed){header.d=none}"
     "|dmarc/1=pass{.action=none,header.from=example.org}"
     "|compauth/1=pass[100]", AUTHRES_NO_ID | AUTHRES_LOOSE},
    {"mx.example.org; spf=pass smtp.mailfrom=\"a b\"@example.net",
     "mx.example.org|1|spf/1=pass{smtp.mailfrom=\"a b\"@example.net}", 0},
    {"mx.example.org; iprev=pass policy.iprev=2001:db8::1 (x\\)y)",
     "mx.example.org|1|iprev/1=pass{policy.iprev=2001:db8::1}", 0},
    {"mx.example.org; spf=pass (a (nested \\) one) b) x.y.z=1",
     "mx.example.org|1|spf/1=pass(a (nested ) one) b){x.y.z=1}", 0},
    {"mx.example.org; spf=pass (open", "mx.example.org|1|spf/1=pass(open)",
     AUTHRES_OPEN},
    {"mx.example.org; spf=pass reason=\"open", "mx.example.org|1"
     "|spf/1=pass[open]", AUTHRES_OPEN},
    {"mx.example.org; spf pass; dkim=pass", "mx.example.org|1|dkim/1=pass",
     AUTHRES_ODD},
    {"mx.example.org; @@; dkim=pass = x", "mx.example.org|1|dkim/1=pass",
     AUTHRES_ODD},
    {"mx.example.org; dkim=", "mx.example.org|1|dkim/1=", AUTHRES_ODD},
    {"\"a=b\"; none", "a=b|1|none", 0},
    {"", "|1", AUTHRES_NO_ID | AUTHRES_EMPTY},
    {";;;", "|1", AUTHRES_NO_ID | AUTHRES_EMPTY},
    {"mx.example.org", "mx.example.org|1", AUTHRES_EMPTY},
};

static void put_parsed(struct buf *b, const struct authres *r)
{
	buf_addf(b, "%.*s|%u%s", SV_FMT(r->id), r->version,
	         r->none ? "|none" : "");
	for (size_t i = 0; i < r->n; i++) {
		const struct authres_result *x = &r->results[i];

		buf_addf(b, "|%.*s/%u=%.*s", SV_FMT(x->method), x->version,
		         SV_FMT(x->result));
		if (x->comment.n)
			buf_addf(b, "(%.*s)", SV_FMT(x->comment));
		if (x->reason.n)
			buf_addf(b, "[%.*s]", SV_FMT(x->reason));
		for (size_t k = 0; k < x->nprops; k++)
			buf_addf(b, "%s%.*s.%.*s=%.*s", k ? "," : "{",
			         SV_FMT(x->props[k].type),
			         SV_FMT(x->props[k].property),
			         SV_FMT(x->props[k].value));
		if (x->nprops)
			buf_addc(b, '}');
	}
	buf_addc(b, '\0');
}

static void test_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *a = arena_new(1 << 20);
		struct authres r;
		struct buf b;

		buf_init(&b, 1 << 16);
		assert_int_equal(authres_parse(a, sv_str(rows[i].in), &r),
		                 MW_OK);
		put_parsed(&b, &r);
		assert_string_equal(b.p, rows[i].want);
		assert_int_equal(r.defects, rows[i].defects);
		buf_fini(&b);
		arena_free(a);
	}
}

/* What was read and written is read as the same again. */
static void test_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *a = arena_new(1 << 20);
		struct authres r, again;
		struct buf b, one, two;

		buf_init(&b, 1 << 16);
		buf_init(&one, 1 << 16);
		buf_init(&two, 1 << 16);
		assert_int_equal(authres_parse(a, sv_str(rows[i].in), &r),
		                 MW_OK);
		if (!r.id.n || (r.n && !r.results[0].result.n) ||
		    (!r.n && !r.none))
			goto next; /* the writer gives a form to such */
		authres_write(&b, &r);
		assert_int_equal(authres_parse(a, buf_sv(&b), &again), MW_OK);
		put_parsed(&one, &r);
		put_parsed(&two, &again);
		assert_string_equal(one.p, two.p);
next:
		buf_fini(&b);
		buf_fini(&one);
		buf_fini(&two);
		arena_free(a);
	}
}

static void test_write(void **state)
{
	struct authres_prop props[] = {
	    {SV_INIT("smtp"), SV_INIT("mailfrom"), SV_INIT("a@example.net"), 0},
	    {SV_INIT("x\r\ny"), SV_INIT("p;q"), SV_INIT("1\r\nEvil: \"2\""),
	     0}};
	struct authres_result result = {.method = SV("spf"),
	                                .version = 1,
	                                .result = SV("pass"),
	                                .comment = SV("a)\r\nb"),
	                                .props = props,
	                                .nprops = 2};
	struct authres r = {.id = SV("mx.example.org"),
	                    .version = 1,
	                    .results = &result,
	                    .n = 1};
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	authres_write(&b, &r);
	assert_sv(buf_sv(&b),
	          "mx.example.org;\r\n\tspf=pass (a\\)b) "
	          "smtp.mailfrom=a@example.net xy.pq=\"1Evil: \\\"2\\\"\"");
	buf_reset(&b);
	r.n = 0;
	authres_write(&b, &r);
	assert_sv(buf_sv(&b), "mx.example.org; none");
	buf_fini(&b);
}

static void test_limits(void **state)
{
	struct arena *a = arena_new(8 << 20);
	struct authres r;
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	buf_adds(&b, "mx.example.org");
	for (int i = 0; i < AUTHRES_RESULTS_MAX + 1; i++)
		buf_adds(&b, "; x=y");
	assert_int_equal(authres_parse(a, buf_sv(&b), &r), MW_OK);
	assert_int_equal(r.n, AUTHRES_RESULTS_MAX);
	assert_int_equal(r.defects, AUTHRES_MANY);
	/* Nested comments take no stack. */
	buf_reset(&b);
	for (int i = 0; i < 60000; i++)
		buf_addc(&b, '(');
	assert_int_equal(authres_parse(a, buf_sv(&b), &r), MW_OK);
	assert_true(r.defects & AUTHRES_OPEN);
	buf_fini(&b);
	arena_free(a);
	a = arena_new(64);
	assert_int_equal(authres_parse(a, SV("a; x=y"), &r), MW_ENOMEM);
	arena_free(a);
}

static void test_received_spf(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct received_spf r, again;
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	assert_int_equal(
	    received_spf_parse(
	        a,
	        SV("pass (mx.example.org: domain of me@example.net designates "
	           "192.0.2.1 as permitted sender)\r\n receiver=mx.example.org; "
	           "client-ip=192.0.2.1;\r\n envelope-from=\"me@example.net\"; "
	           "helo=foo.example.net; pr=C"),
	        &r),
	    MW_OK);
	assert_sv(r.result, "pass");
	assert_int_equal(r.defects, 0);
	assert_int_equal(r.n, 5);
	assert_sv(received_spf_get(&r, SV("client-ip")), "192.0.2.1");
	assert_sv(received_spf_get(&r, SV("Envelope-From")), "me@example.net");
	assert_sv(received_spf_get(&r, SV("identity")), "");
	received_spf_write(&b, &r);
	assert_int_equal(received_spf_parse(a, buf_sv(&b), &again), MW_OK);
	assert_int_equal(again.n, 5);
	assert_true(sv_eq(again.comment, r.comment));
	assert_sv(received_spf_get(&again, SV("helo")), "foo.example.net");
	assert_int_equal(received_spf_parse(a, SV("(x)"), &r), MW_OK);
	assert_int_equal(r.defects, AUTHRES_EMPTY);
	assert_int_equal(received_spf_parse(a, SV("fail ==; a b=c"), &r),
	                 MW_OK);
	assert_int_equal(r.defects, AUTHRES_ODD);
	assert_sv(received_spf_get(&r, SV("b")), "c");
	buf_fini(&b);
	arena_free(a);
}

UNIT_MAIN(cmocka_unit_test(test_read), cmocka_unit_test(test_again),
          cmocka_unit_test(test_write), cmocka_unit_test(test_limits),
          cmocka_unit_test(test_received_spf))
