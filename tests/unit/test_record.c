/* SPDX-License-Identifier: BSD-2-Clause */
/* A run recorded, and made again from the file. */
#include "unit.h"

#include "dns/record.h"
#include "dns/zone.h"
#include "facts/facts.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char world[] =
    "example.org 300 MX 10 mail.example.org\n"
    "example.org 60 TXT \"a\\001\\255\\\"\" \"b\"\n"
    "www.example.org CNAME example.org\n"
    "_25._tcp.example.org TLSA 3 1 1 0A0B\n"
    "x.example.org TYPE65280 \\# 3 000102\n"
    "bad.example.org !SERVFAIL\n"
    "forged.example.org !BOGUS\n";

static const struct {
	const char *name;
	uint16_t type;
} asked[] = {
    {"example.org", DNS_MX},       {"example.org", DNS_TXT},
    {"example.org", DNS_A},        {"www.example.org", DNS_MX},
    {"none.example.org", DNS_MX},  {"_25._tcp.example.org", DNS_TLSA},
    {"x.example.org", 65280},      {"bad.example.org", DNS_A},
    {"forged.example.org", DNS_A}, {"a\\.b.example.org", DNS_A},
};

static const struct dns_record_run all = {1767225600, true, true, true};
static const struct dns_record_run five = {.clock = 5};

#define ASKED (sizeof(asked) / sizeof(asked[0]))

static void assert_same(const struct dns_answer *x, const struct dns_answer *y)
{
	assert_true(dns_name_eq(&x->name, &y->name));
	assert_int_equal(x->type, y->type);
	assert_int_equal(x->state, y->state);
	assert_int_equal(x->trust, y->trust);
	assert_int_equal(x->hypothetical, y->hypothetical);
	assert_int_equal(x->authoritative, y->authoritative);
	assert_int_equal(x->ttl, y->ttl);
	assert_int_equal(x->rcode, y->rcode);
	assert_int_equal(x->at, y->at);
	assert_true(sv_eq(x->zone, y->zone));
	assert_true(sv_eq(x->server, y->server));
	assert_true(sv_eq(x->why, y->why));
	assert_int_equal(x->n, y->n);
	for (size_t i = 0; i < x->n; i++) {
		assert_int_equal(x->rr[i].ttl, y->rr[i].ttl);
		assert_true(sv_eq(x->rr[i].rdata, y->rr[i].rdata));
	}
	assert_int_equal(x->nchain, y->nchain);
	for (size_t i = 0; i < x->nchain; i++)
		assert_true(dns_name_eq(&x->chain[i], &y->chain[i]));
}

static void on_done(struct dns_query *q)
{
	*(bool *)q->arg = true;
}

static void ask_all(struct dns_resolver *r, struct arena *a,
                    struct dns_answer *out)
{
	for (size_t i = 0; i < ASKED; i++) {
		bool done = false;
		struct dns_query q = {.type = asked[i].type, .a = a,
		    .answer = &out[i], .done = on_done, .arg = &done};

		assert_true(dns_name_from(sv_str(asked[i].name), &q.name));
		out[i] = (struct dns_answer){.name = q.name, .type = q.type};
		r->ask(r, &q);
		assert_true(done);
	}
}

static void test_again(void **state)
{
	char path[] = "/tmp/test_record.XXXXXX";
	int fd = mkstemp(path);
	struct arena *a = arena_new(1 << 20);
	struct dns_zone *z = dns_zone_new();
	struct dns_resolver *below = dns_zone_resolver(z), *r;
	struct dns_answer first[ASKED], again[ASKED];
	struct dns_recorder *rec;
	struct dns_replay *rp;
	struct stat sb;

	(void)state;
	assert_true(fd >= 0 && fchmod(fd, 0644) == 0);
	assert_int_equal(dns_zone_read(z, sv_str(world), NULL), MW_OK);
	assert_int_equal(dns_record_begin(path, &all, &rec, NULL),
	                 MW_OK);
	r = dns_record_resolver(rec, below, false);
	ask_all(r, a, first);
	/* Until it is complete the old file stays. */
	assert_int_equal(stat(path, &sb), 0);
	assert_int_equal(sb.st_size, 0);
	dns_resolver_free(r);
	assert_int_equal(dns_record_end(rec, NULL), MW_OK);
	assert_int_equal(stat(path, &sb), 0);
	assert_int_equal(sb.st_mode & 0777, 0600);

	assert_int_equal(dns_replay_open(path, &rp, NULL), MW_OK);
	assert_int_equal(dns_replay_run(rp)->clock, 1767225600);
	assert_true(dns_replay_run(rp)->direct);
	assert_true(dns_replay_run(rp)->recursive);
	assert_true(dns_replay_run(rp)->connects);
	assert_int_equal(dns_replay_count(rp), ASKED);
	r = dns_replay_resolver(rp, false);
	ask_all(r, a, again);
	for (size_t i = 0; i < ASKED; i++)
		assert_same(&first[i], &again[i]);
	dns_resolver_free(r);
	dns_replay_free(rp);
	dns_resolver_free(below);
	dns_zone_free(z);
	arena_free(a);
	close(fd);
	unlink(path);
}

static const char head[] = "{\"mailwhy-recording\": 1, \"clock\": 7}\n";

/* Everything an answer may have, and a server that was asked. */
static void test_everything(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct dns_name chain[2];
	struct dns_rr rr[2] = {{5, SV("\1a")}, {6, SV("\xff\1")}};
	struct dns_answer an = {.type = DNS_TXT, .state = DNS_FOUND,
	    .trust = DNS_TRUST_SECURE, .hypothetical = true,
	    .authoritative = true, .rr = rr, .n = 2, .chain = chain,
	    .nchain = 2, .ttl = 4, .zone = SV("example.org"),
	    .server = SV("192.0.2.53"), .why = SV("because \"\n"), .rcode = 3,
	    .at = 1767225601};
	struct dns_answer got = {0};
	struct dns_query q = {.type = DNS_TXT, .port = 5300, .tcp = true,
	    .no_edns = true, .a = a, .answer = &got, .done = on_done};
	bool done = false;
	struct dns_replay *rp;
	struct dns_resolver *r;
	sv text;

	(void)state;
	assert_true(dns_name_from(SV("a.example.org"), &an.name));
	assert_true(dns_name_from(SV("b.example.org"), &chain[0]));
	assert_true(dns_name_from(SV("c.example.org"), &chain[1]));
	assert_true(ip_parse(SV("2001:db8::53"), &q.server));
	q.name = an.name;
	q.arg = &done;
	text = dns_record_line(a, &q, &an);
	text = arena_printf(a, "%s%.*s", head, SV_FMT(text));
	assert_int_equal(dns_replay_read(text, &rp, NULL), MW_OK);
	r = dns_replay_resolver(rp, false);
	r->ask(r, &q);
	assert_true(done);
	assert_same(&an, &got);
	/* Another way to ask is another question. */
	for (unsigned i = 0; i < 4; i++) {
		struct dns_query other = q;

		if (i == 0)
			other.tcp = false;
		if (i == 1)
			other.no_edns = false;
		if (i == 2)
			other.port = 53;
		if (i == 3)
			other.server.bytes = 0;
		got = (struct dns_answer){0};
		r->ask(r, &other);
		assert_int_equal(got.state, DNS_TEMPFAIL);
		assert_true(sv_has(got.why, SV("not in the recording")));
	}
	dns_resolver_free(r);
	dns_replay_free(rp);
	arena_free(a);
}

#define Q "{\"name\": \"a.example\", \"type\": \"A\", "

static const struct {
	const char *text;
	size_t line; /* 0: right */
} texts[] = {
    {head, 0},
    {"", 1},
    {"{}", 1},
    {"x", 1},
    {"{\"mailwhy-recording\": 2, \"clock\": 7}", 1},
    {"{\"mailwhy-recording\": 1}", 1},
    {"{\"mailwhy-recording\": 1, \"clock\": 7}\n\n[]", 3},
    {"{\"mailwhy-recording\": 1, \"clock\": 7}\n"
     Q "\"state\": \"nodata\", \"trust\": \"unknown\", \"new\": 1}", 0},
    {"{\"mailwhy-recording\": 1, \"clock\": 7}\n"
     Q "\"state\": \"pending\", \"trust\": \"unknown\"}", 2},
    {"{\"mailwhy-recording\": 1, \"clock\": 7}\n"
     Q "\"state\": \"found\", \"trust\": \"unknown\"}", 2},
    {"{\"mailwhy-recording\": 1, \"clock\": 7}\n"
     Q "\"state\": \"found\", \"trust\": \"unknown\", \"rr\": "
     "[{\"ttl\": 1, \"data\": \"192.0.2.1\"}]}", 0},
    {"{\"mailwhy-recording\": 1, \"clock\": 7}\n"
     Q "\"state\": \"found\", \"trust\": \"unknown\", \"rr\": "
     "[{\"ttl\": -1, \"data\": \"192.0.2.1\"}]}", 2},
    {"{\"mailwhy-recording\": 1, \"clock\": 7}\n"
     Q "\"state\": \"found\", \"trust\": \"unknown\", \"rr\": "
     "[{\"ttl\": 1, \"data\": \"192.0.2.1.2\"}]}", 2},
    {"{\"mailwhy-recording\": 1, \"clock\": 7}\n"
     Q "\"state\": \"nodata\", \"trust\": \"unknown\", \"chain\": "
     "[\"a..b\"]}", 2},
    {"{\"mailwhy-recording\": 1, \"clock\": 7}\n"
     Q "\"state\": \"nodata\", \"trust\": \"unknown\", \"chain\": "
     "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}", 2},
    {"{\"mailwhy-recording\": 1, \"clock\": 7}\n"
     Q "\"state\": \"nodata\", \"trust\": \"unknown\", \"ttl\": "
     "4294967296}", 2},
    {"{\"mailwhy-recording\": 1, \"clock\": 7}\n"
     Q "\"state\": \"nodata\", \"trust\": \"unknown\", \"server\": \"x\"}", 2},
};

static void test_syntax(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct dns_replay *rp = NULL;
		struct mw_err err = {0};
		enum mw_status st = dns_replay_read(sv_str(texts[i].text), &rp,
		                                    &err);

		if (st != (texts[i].line ? MW_ESYNTAX : MW_OK))
			fail_msg("%s: %s", texts[i].text, err.text);
		assert_int_equal(err.where, texts[i].line);
		dns_replay_free(rp);
	}
}

static void test_memory(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct dns_zone *z = dns_zone_new();
	struct dns_resolver *below = dns_zone_resolver(z), *r;
	struct dns_answer first[ASKED], again[ASKED];
	struct dns_recorder *rec;
	struct dns_replay *rp;

	(void)state;
	assert_int_equal(dns_zone_read(z, sv_str(world), NULL), MW_OK);
	assert_int_equal(dns_record_begin(NULL, &five, &rec, NULL), MW_OK);
	r = dns_record_resolver(rec, below, false);
	ask_all(r, a, first);
	assert_int_equal(dns_replay_read(dns_record_text(rec), &rp, NULL),
	                 MW_OK);
	assert_int_equal(dns_replay_run(rp)->clock, 5);
	assert_false(dns_replay_run(rp)->direct);
	assert_false(dns_replay_run(rp)->recursive);
	assert_false(dns_replay_run(rp)->connects);
	dns_resolver_free(r);
	assert_int_equal(dns_record_end(rec, NULL), MW_OK);
	r = dns_replay_resolver(rp, false);
	ask_all(r, a, again);
	for (size_t i = 0; i < ASKED; i++)
		assert_same(&first[i], &again[i]);
	dns_resolver_free(r);
	dns_replay_free(rp);
	dns_resolver_free(below);
	dns_zone_free(z);
	arena_free(a);
}

static struct dns_answer ask_one(struct dns_resolver *r, struct arena *a)
{
	bool done = false;
	struct dns_answer an = {0};
	struct dns_query q = {.type = DNS_A, .a = a, .answer = &an,
	                      .done = on_done, .arg = &done};

	assert_true(dns_name_from(SV("a.example"), &q.name));
	r->ask(r, &q);
	assert_true(done);
	return an;
}

#define ONE(more, why)                                                        \
	"{\"name\": \"a.example\", \"type\": \"A\", " more                        \
	"\"state\": \"tempfail\", \"trust\": \"unknown\", \"why\": \"" why "\"}\n"

/* Each asking has its own answer, and each way to ask its own askings. */
static void test_several(void **state)
{
	static const char text[] =
	    "{\"mailwhy-recording\": 1, \"clock\": 7}\n"
	    ONE("", "first") ONE("\"recursive\": true, ", "root")
	    ONE("", "second");
	struct arena *a = arena_new(1 << 20);
	struct dns_resolver *r, *root, *other;
	struct dns_replay *rp;

	(void)state;
	assert_int_equal(dns_replay_read(sv_str(text), &rp, NULL), MW_OK);
	assert_int_equal(dns_replay_count(rp), 3);
	r = dns_replay_resolver(rp, false);
	root = dns_replay_resolver(rp, true);
	other = dns_replay_resolver(rp, false);
	assert_sv(ask_one(r, a).why, "first");
	assert_sv(ask_one(root, a).why, "root");
	assert_sv(ask_one(r, a).why, "second");
	assert_sv(ask_one(root, a).why, "root");
	assert_sv(ask_one(r, a).why, "second");
	assert_sv(ask_one(other, a).why, "first");
	dns_resolver_free(r);
	dns_resolver_free(root);
	dns_resolver_free(other);
	dns_replay_free(rp);
	arena_free(a);
}

/* Lines of others are kept as they are, with their place. */
static void test_others(void **state)
{
	static const char text[] = "{\"mailwhy-recording\": 1, \"clock\": 7}\n"
	    "{\"kind\": \"x\", \"n\": 1}\n" ONE("", "y") "{\"kind\": \"z\"}\n";
	struct dns_replay *rp;
	size_t at = 0, where;
	sv line;

	(void)state;
	assert_int_equal(dns_replay_read(sv_str(text), &rp, NULL), MW_OK);
	assert_int_equal(dns_replay_count(rp), 1);
	assert_true(dns_replay_other(rp, &at, &line, &where));
	assert_sv(line, "{\"kind\": \"x\", \"n\": 1}");
	assert_int_equal(where, 2);
	assert_true(dns_replay_other(rp, &at, &line, &where));
	assert_sv(line, "{\"kind\": \"z\"}");
	assert_int_equal(where, 4);
	assert_false(dns_replay_other(rp, &at, &line, &where));
	dns_replay_free(rp);
}

static void never(struct dns_resolver *r, struct dns_query *q)
{
	(void)r;
	(void)q;
}

static sv silent(const struct dns_resolver *r)
{
	(void)r;
	return SV("a silent server");
}

/* A question that nobody waits for any more may outlive its recording. */
static void test_outlived(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct dns_resolver below = {.ask = never, .cancel = never,
	                             .name = silent}, *r;
	struct dns_answer an = {0};
	struct dns_query q = {.type = DNS_A, .a = a, .answer = &an,
	                      .done = on_done};
	struct dns_recorder *rec;

	(void)state;
	assert_true(dns_name_from(SV("a.example"), &q.name));
	assert_int_equal(dns_record_begin(NULL, &five, &rec, NULL), MW_OK);
	r = dns_record_resolver(rec, &below, false);
	r->ask(r, &q);
	dns_record_detach(r);
	assert_int_equal(dns_record_end(rec, NULL), MW_OK);
	r->cancel(r, &q);
	dns_resolver_free(r);
	arena_free(a);
}

/* What cannot be written is said, and leaves nothing behind. */
static void test_no_room(void **state)
{
	struct dns_recorder *rec = NULL;
	struct mw_err err = {0};

	(void)state;
	assert_int_equal(dns_record_begin("/nonexistent/x", &five, &rec, &err),
	                 MW_EIO);
	assert_true(err.sys != 0 && !rec);
	assert_int_equal(dns_replay_open("/nonexistent/x", NULL, &err),
	                 MW_EIO);
}

static void test_dropped(void **state)
{
	char dir[] = "/tmp/test_record.XXXXXX", path[64];
	struct dns_recorder *rec;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/x", dir);
	assert_int_equal(dns_record_begin(path, &five, &rec, NULL), MW_OK);
	dns_record_drop(rec);
	/* Empty again, or this fails. */
	assert_int_equal(rmdir(dir), 0);
}

UNIT_MAIN(cmocka_unit_test(test_again), cmocka_unit_test(test_everything),
          cmocka_unit_test(test_memory), cmocka_unit_test(test_syntax),
          cmocka_unit_test(test_several), cmocka_unit_test(test_others),
          cmocka_unit_test(test_outlived),
          cmocka_unit_test(test_no_room),
          cmocka_unit_test(test_dropped))
