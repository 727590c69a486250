/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_dkim.c - signatures whose result is known, counted
 *
 * test_dkim SHARED LIST: reads corpus/auth/dkim/manifest.*.json.  Compared are
 * the verdict in the sense of RFC 8301, what an older verifier says, and for
 * cases made with one fault its label.  Cases of drafts before RFC 4871 are
 * left out.  The small suites of syntax in corpus/auth/parse are run, too.
 * LIST names the cases in which we differ, and why; a case that agrees must
 * not be in it.  Without the files: skipped (77), or wrong where the
 * environment has CI=true.
 */
#include "auth_case.h"

#include "auth/dkim.h"

/* The time to judge at where a case does not care. */
#define ANY_TIME 1800000000

struct counts {
	size_t cases, verdicts, old, labels, labelled, wrong, listed;
};

static const char *fold(enum dkim_result r)
{
	switch (r) {
	case DKIM_PASS:
		return "pass";
	case DKIM_NONE:
		return "none";
	case DKIM_TEMPERROR:
		return "temperror";
	default:
		return "notpass";
	}
}

/* Of several signatures the first that passes, else the first one. */
static const struct dkim_verdict *main_one(const struct dkim_outcome *o)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->sig[i].result == DKIM_PASS)
			return &o->sig[i];
	return o->n ? &o->sig[0] : NULL;
}

static const char *text(const json_t *c, const char *key)
{
	const char *s = json_string_value(json_object_get(c, key));

	return s ? s : "";
}

static void verify(struct arena *a, struct crypto *crypto, const json_t *c,
                   sv raw, struct dkim_outcome *out)
{
	struct dns_zone *z = auth_zone(json_object_get(c, "dns"));
	struct dns_resolver *r = z ? dns_zone_resolver(z) : NULL;
	json_int_t now = json_integer_value(json_object_get(c, "now"));
	struct facts_options fo = {.resolver = r,
	                           .now = now ? now : ANY_TIME};
	struct dkim_options opt = {.crypto = crypto};
	struct facts *f = r ? facts_new(&fo) : NULL;
	struct dkim_mail m;

	if (f && dkim_mail_read(a, raw, &m, NULL) == MW_OK)
		while (dkim_verify(f, a, &m, &opt, out) == STEP_WAIT)
			facts_wait(f);
	/* What is told of DNS is not looked at any more. */
	facts_free(f);
	dns_resolver_free(r);
	dns_zone_free(z);
}

static void compare(const json_t *c, const struct dkim_outcome *o,
                    struct arena *a, const char *list, struct counts *n)
{
	const char *id = text(c, "id"), *want = text(c, "verdict");
	bool own = json_is_true(json_object_get(c, "own"));
	const struct dkim_verdict *v = main_one(o);
	sv label = v ? dkim_label(a, v) : SV("");
	bool ok = !strcmp(fold(o->result), want), good = ok;
	bool old = !strcmp(dkim_result_name(o->old), text(c, "expect"));

	n->cases++;
	n->verdicts += ok;
	n->old += old;
	good = good && old;
	if (own && *text(c, "reason")) {
		n->labelled++;
		ok = sv_eq(label, sv_str(text(c, "reason")));
		n->labels += ok;
		good = good && ok;
	}
	if (good == !auth_is_listed(list, id))
		n->listed += !good;
	else
		n->wrong++;
	if (!good)
		printf("%s: %s, old %s, \"%.*s\"; the suite: %s, old %s, "
		       "\"%s\"\n", id, fold(o->result),
		       dkim_result_name(o->old), SV_FMT(label), want,
		       text(c, "expect"), own ? text(c, "reason") : "");
}

static bool run(const char *dir, const json_t *c, struct crypto *crypto,
                const char *list, struct counts *n)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct dkim_outcome out = {0};
	size_t size = 0;
	char *raw = auth_slurp(dir, text(c, "file"), &size);
	bool ok = a && raw;

	if (ok) {
		verify(a, crypto, c, sv_of(raw, size), &out);
		compare(c, &out, a, list, n);
	} else {
		printf("%s: no file\n", text(c, "id"));
	}
	free(raw);
	arena_free(a);
	return ok;
}

/* ---- syntax alone ---- */

/* A record without a key is well formed: it revokes. */
static bool is_key(struct arena *a, const json_t *c)
{
	struct dkim_key k;

	dkim_key_read(a, sv_str(text(c, "record")), &k);
	return k.fault == DKIM_FINE || k.fault == DKIM_KEY_REVOKED;
}

static bool is_signature(struct arena *a, const json_t *c)
{
	struct dkim_mail m;
	struct dkim_sig s;

	if (dkim_mail_read(a, sv_str(text(c, "header")), &m, NULL) != MW_OK ||
	    m.n != 1)
		return false;
	dkim_sig_read(a, DKIM_SIGNATURE, &m.field[0], &s);
	return s.fault == DKIM_FINE;
}

static bool parse(const char *dir, const char *name,
                  bool (*valid)(struct arena *, const json_t *))
{
	json_t *j = auth_json(dir, name), *c;
	size_t i, wrong = 0, n = 0;

	json_array_foreach(json_object_get(j, "cases"), i, c) {
		struct arena *a = arena_new(1 << 20);
		bool want = json_is_true(json_object_get(c, "valid"));

		n++;
		if (a && valid(a, c) == want) {
			arena_free(a);
			continue;
		}
		wrong++;
		printf("%s %zu: the suite: %s\n", name, i,
		       want ? "valid" : "not valid");
		arena_free(a);
	}
	json_decref(j);
	printf("%s: %zu cases, %zu wrong\n", name, n, wrong);
	return n && !wrong;
}

int main(int argc, char **argv)
{
	char dir[4096];
	json_t *j, *c;
	size_t i, listsize = 0, skipped = 0;
	struct counts n = {0};
	struct crypto *crypto = crypto_new(16);
	char *list = argc > 2 ? auth_slurp("", argv[2], &listsize) : NULL;
	bool ok = crypto && list;

	snprintf(dir, sizeof(dir), "%s/corpus/auth/dkim",
	         argc > 1 ? argv[1] : ".");
	j = auth_json(dir, "manifest.dev.json");
	if (!j) {
		const char *ci = getenv("CI");

		printf("skipped: no %s\n", dir);
		return ci && !strcmp(ci, "true") ? 1 : 77;
	}
	json_array_foreach(json_object_get(j, "cases"), i, c) {
		if (json_is_true(json_object_get(c, "historic")))
			skipped++;
		else if (ok)
			ok = run(dir, c, crypto, list, &n);
	}
	printf("%zu cases (%zu of old drafts left out): verdict %zu, before "
	       "RFC 8301 %zu; labels %zu of %zu; %zu explained, %zu wrong\n",
	       n.cases, skipped, n.verdicts, n.old, n.labels, n.labelled,
	       n.listed, n.wrong);
	snprintf(dir, sizeof(dir), "%s/corpus/auth/parse", argv[1]);
	ok = parse(dir, "dkim_key_record.dev.json", is_key) && ok;
	ok = parse(dir, "dkim_signature.dev.json", is_signature) && ok;
	json_decref(j);
	crypto_free(crypto);
	free(list);
	return ok && n.cases && !n.wrong ? 0 : 1;
}
