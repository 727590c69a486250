/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_arc.c - chains whose result is known, and chains made anew, counted
 *
 * test_arc SHARED: reads corpus/auth/arc.  The suite to sign fixes the order
 * of tags, so that signatures must be equal byte for byte; what was signed
 * must verify here, too.  Without the files: skipped (77), or wrong where the
 * environment has CI=true.
 */
#include "auth_case.h"

#include "auth/arc.h"

static size_t done, wrong;

static const char *text(const json_t *c, const char *key)
{
	const char *s = json_string_value(json_object_get(c, key));

	return s ? s : "";
}

static void bad(const char *id, const char *what, const char *got,
                const char *want)
{
	wrong++;
	printf("%s: %s: %s, the suite: %s\n", id, what, got, want);
}

struct world {
	struct dns_zone *z;
	struct dns_resolver *r;
	struct facts *f;
	struct crypto *crypto;
	struct arena *a;
};

static bool begin(struct world *w, json_t *names, struct crypto *crypto)
{
	struct facts_options fo = {.now = 1800000000};

	*w = (struct world){.z = auth_zone(names), .crypto = crypto,
	                    .a = arena_new((size_t)64 << 20)};
	w->r = w->z ? dns_zone_resolver(w->z) : NULL;
	fo.resolver = w->r;
	w->f = w->r ? facts_new(&fo) : NULL;
	return w->f && w->a;
}

static void end(struct world *w)
{
	facts_free(w->f);
	dns_resolver_free(w->r);
	dns_zone_free(w->z);
	arena_free(w->a);
}

static void validate(struct world *w, sv raw, struct dkim_mail *m,
                     struct arc_outcome *out)
{
	struct dkim_options opt = {.crypto = w->crypto, .no_trials = true};

	if (dkim_mail_read(w->a, raw, m, NULL) != MW_OK)
		return;
	while (arc_validate(w->f, w->a, m, &opt, out) == STEP_WAIT)
		facts_wait(w->f);
}

static void check(const json_t *t, json_t *names, struct crypto *crypto)
{
	struct world w;
	struct dkim_mail m;
	struct arc_outcome out = {0};
	const char *want = text(t, "cv");
	bool ok = begin(&w, names, crypto);

	done++;
	if (ok)
		validate(&w, sv_str(text(t, "message")), &m, &out);
	if (!ok || strcmp(arc_result_name(out.result), want))
		bad(text(t, "id"), arc_fault_id(out.fault),
		    arc_result_name(out.result), want);
	end(&w);
}

/* Without white space. */
static sv squeeze(struct arena *a, sv s)
{
	char *p = arena_alloc(a, s.n + 1, 1);
	size_t n = 0;

	for (size_t i = 0; p && i < s.n; i++)
		if (!strchr(" \t\r\n", s.p[i]))
			p[n++] = s.p[i];
	return sv_of(p, n);
}

static void same(struct world *w, const json_t *t, const char *key,
                 const struct dkim_field *f)
{
	sv want = squeeze(w->a, sv_str(text(t, key)));
	sv got = f ? squeeze(w->a, f->value) : SV("");

	done++;
	if (!sv_eq(got, want))
		bad(text(t, "id"), key,
		    arena_printf(w->a, "%.*s", SV_FMT(got)).p,
		    arena_printf(w->a, "%.*s", SV_FMT(want)).p);
}

static void again(struct world *w, const json_t *t, sv fields, sv raw,
                  enum arc_result had)
{
	struct dkim_mail m;
	struct arc_outcome out = {0};
	sv whole = arena_printf(w->a, "%.*s%.*s", SV_FMT(fields), SV_FMT(raw));
	enum arc_result want = had == ARC_FAIL ? ARC_FAIL : ARC_PASS;

	validate(w, whole, &m, &out);
	done++;
	if (out.result != want)
		bad(text(t, "id"), arc_fault_id(out.fault),
		    arc_result_name(out.result), arc_result_name(want));
	same(w, t, "AS", dkim_first(&m, "ARC-Seal"));
	same(w, t, "AMS", dkim_first(&m, "ARC-Message-Signature"));
	same(w, t, "AAR", dkim_first(&m, "ARC-Authentication-Results"));
}

static void make(const json_t *s, const json_t *t, struct crypto *crypto)
{
	struct world w;
	struct dkim_mail m;
	struct arc_outcome out = {0};
	struct crypto_private *key = NULL;
	struct arc_sign with = {
	    .crypto = crypto, .chain = &out, .one_piece = true,
	    .domain = sv_str(text(s, "domain")),
	    .selector = sv_str(text(s, "selector")),
	    .authserv = sv_str(text(t, "authserv_id")),
	    .names = sv_str(text(t, "sig_headers")),
	    .t = json_integer_value(json_object_get(t, "t"))};
	sv fields = SV("");
	bool ok = begin(&w, json_object_get(s, "txt_records"), crypto) &&
	          crypto_private_read(sv_str(text(s, "private_key")), &key,
	                              NULL) == MW_OK;

	if (ok) {
		validate(&w, sv_str(text(t, "message")), &m, &out);
		with.key = key;
		ok = arc_sign(w.a, &m, &with, &fields, NULL) == MW_OK;
	}
	if (!ok)
		bad(text(t, "id"), "cannot sign", "", "");
	else if (!fields.n)
		same(&w, t, "AS", NULL);
	else
		again(&w, t, fields, m.raw, out.result);
	crypto_private_free(key);
	end(&w);
}

static void whole(const char *dir, const json_t *c, struct crypto *crypto)
{
	struct world w;
	struct dkim_mail m;
	struct arc_outcome out = {0};
	struct dkim_outcome dkim = {0};
	struct dkim_options opt = {.crypto = crypto};
	size_t n = 0;
	char *raw = auth_slurp(dir, text(c, "file"), &n);
	bool ok = begin(&w, json_object_get(c, "dns"), crypto) && raw;

	done += 2;
	if (ok) {
		validate(&w, sv_of(raw, n), &m, &out);
		while (dkim_verify(w.f, w.a, &m, &opt, &dkim) == STEP_WAIT)
			facts_wait(w.f);
	}
	if (!ok || strcmp(arc_result_name(out.result), text(c, "expect_arc")))
		bad(text(c, "id"), arc_fault_id(out.fault),
		    arc_result_name(out.result), text(c, "expect_arc"));
	if (!ok || strcmp(dkim_result_name(dkim.result),
	                  text(c, "expect_dkim_any")))
		bad(text(c, "id"), "dkim", dkim_result_name(dkim.result),
		    text(c, "expect_dkim_any"));
	end(&w);
	free(raw);
}

static void each(json_t *suite, struct crypto *crypto, bool sign)
{
	size_t i, k;
	json_t *s, *t;

	json_array_foreach(json_object_get(suite, "scenarios"), i, s) {
		json_array_foreach(json_object_get(s, "tests"), k, t) {
			if (sign)
				make(s, t, crypto);
			else
				check(t, json_object_get(s, "txt_records"),
				      crypto);
		}
	}
}

int main(int argc, char **argv)
{
	char dir[4096];
	json_t *valid, *sign, *whole_ones, *c;
	struct crypto *crypto = crypto_new(16);
	size_t i, n[3] = {0};

	snprintf(dir, sizeof(dir), "%s/corpus/auth/arc",
	         argc > 1 ? argv[1] : ".");
	valid = auth_json(dir, "arc-validate.dev.json");
	sign = auth_json(dir, "arc-sign.dev.json");
	whole_ones = auth_json(dir, "messages.json");
	if (!valid || !sign || !whole_ones || !crypto) {
		const char *ci = getenv("CI");

		printf("skipped: no %s\n", dir);
		return ci && !strcmp(ci, "true") ? 1 : 77;
	}
	each(valid, crypto, false);
	n[0] = done;
	each(sign, crypto, true);
	n[1] = done - n[0];
	json_array_foreach(json_object_get(whole_ones, "cases"), i, c)
		whole(dir, c, crypto);
	n[2] = done - n[0] - n[1];
	printf("%zu chains, %zu comparisons of what was signed, %zu of whole "
	       "messages: %zu wrong\n", n[0], n[1], n[2], wrong);
	json_decref(valid);
	json_decref(sign);
	json_decref(whole_ones);
	crypto_free(crypto);
	return n[0] && n[1] && n[2] && !wrong ? 0 : 1;
}
