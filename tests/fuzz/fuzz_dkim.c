/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_dkim.c - properties of checking any message with any key record
 *
 * The input is a key record, an empty line and a message.  Results agree with
 * each other; asking again changes nothing; a message that is signed here is
 * good here, whatever else is in it.
 */
#include "auth/arc.h"
#include "auth/dkim.h"
#include "auth/dkim_sign.h"
#include "dns/zone.h"
#include "must.h"

/* Of RFC 8463 Appendix A.2. */
static const char private_key[] =
    "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
static const char good[] = "good._domainkey.example.org TXT \"v=DKIM1; "
    "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"";

struct world {
	struct arena *a;
	struct crypto *crypto;
	struct dns_zone *z;
	struct dns_resolver *r;
	struct facts *f;
};

/* The record as strings of 255 bytes, at the selector that seeds use. */
static void add_record(struct dns_zone *z, sv text)
{
	char wire[4096];
	struct dns_name name;
	size_t n = 0;

	text = sv_head(text, 3800);
	must(dns_name_plain(SV("s._domainkey.example.org"), &name));
	do {
		sv one = sv_head(text, 255);

		wire[n++] = (char)one.n;
		if (one.n)
			memcpy(wire + n, one.p, one.n);
		n += one.n;
		text = sv_drop(text, one.n);
	} while (text.n);
	must(dns_zone_add(z, &name, DNS_TXT, 300, sv_of(wire, n)) == MW_OK);
}

static void begin(struct world *w, sv record)
{
	struct facts_options fo = {.now = 1800000000};

	*w = (struct world){.a = arena_new((size_t)256 << 20),
	                    .crypto = crypto_new(2), .z = dns_zone_new()};
	must(w->a && w->crypto && w->z);
	must(dns_zone_read(w->z, SV(good), NULL) == MW_OK);
	add_record(w->z, record);
	fo.resolver = w->r = dns_zone_resolver(w->z);
	w->f = facts_new(&fo);
	must(w->f != NULL);
}

static void end(struct world *w)
{
	facts_free(w->f);
	dns_resolver_free(w->r);
	dns_zone_free(w->z);
	crypto_free(w->crypto);
	arena_free(w->a);
}

static void check_verdict(struct world *w, const struct dkim_verdict *v)
{
	must(v->result != DKIM_NONE && v->old != DKIM_NONE);
	must(v->result == DKIM_PASS || v->reason != DKIM_FINE);
	if (v->result == DKIM_PASS)
		must(v->old == DKIM_PASS || v->key.granularity.p);
	if (v->old == DKIM_PASS)
		must(v->header == DKIM_MATCHES && v->body == DKIM_MATCHES);
	touch(dkim_label(w->a, v));
	touch(v->repaired);
	touch(v->elsewhere);
	touch(v->header_change.arg);
	must(v->key.bits >= DKIM_RSA_MIN || v->result != DKIM_PASS ||
	     v->sig.type == CRYPTO_ED25519);
}

static void verify(struct world *w, const struct dkim_mail *m,
                   struct dkim_outcome *out)
{
	struct dkim_options opt = {.crypto = w->crypto};
	bool passed = false;

	must(dkim_verify(w->f, w->a, m, &opt, out) == STEP_DONE);
	must(out->n <= DKIM_SIGNATURES_MAX);
	for (size_t i = 0; i < out->n; i++) {
		check_verdict(w, &out->sig[i]);
		passed = passed || out->sig[i].result == DKIM_PASS;
	}
	must((out->result == DKIM_PASS) == passed);
	must((out->result == DKIM_NONE) == !out->n);
	must(dkim_verify(w->f, w->a, m, &opt, out) == STEP_DONE);
	must((out->result == DKIM_PASS) == passed);
}

static void check_chain(struct world *w, const struct dkim_mail *m,
                        struct arc_outcome *out)
{
	struct dkim_options opt = {.crypto = w->crypto};

	must(arc_validate(w->f, w->a, m, &opt, out) == STEP_DONE);
	must((out->fault != ARC_FINE) == (out->result == ARC_FAIL));
	must(out->n <= ARC_SETS_MAX && out->at <= ARC_SETS_MAX);
	must(out->oldest_pass <= out->n);
	must(out->result != ARC_PASS || out->n);
}

/* Nothing of the old header may become part of the new field. */
static bool may_sign(const struct dkim_mail *m)
{
	const struct dkim_field *from = dkim_first(m, "From");

	return !m->stray && m->n < MAIL_MAX_FIELDS && from &&
	       sv_chr(from->value, '@') != SV_NPOS;
}

static void check_signed(struct world *w, const struct dkim_mail *m,
                         unsigned forms)
{
	struct dkim_sign with;
	struct dkim_options opt = {.crypto = w->crypto, .no_trials = true};
	struct dkim_outcome out = {0};
	struct dkim_mail again;
	struct crypto_private *key;
	sv field;
	char *p;

	must(crypto_private_read(sv_str(private_key), &key, NULL) == MW_OK);
	dkim_sign_usual(&with);
	with.crypto = w->crypto;
	with.key = key;
	with.domain = SV("example.org");
	with.selector = SV("good");
	with.header = forms & 1 ? DKIM_RELAXED : DKIM_SIMPLE;
	with.body = forms & 2 ? DKIM_RELAXED : DKIM_SIMPLE;
	if (dkim_sign(w->a, m, &with, &field, NULL) == MW_OK) {
		p = arena_alloc(w->a, field.n + m->raw.n + 1, 1);
		must(p != NULL);
		memcpy(p, field.p, field.n);
		memcpy(p + field.n, m->raw.p, m->raw.n);
		must(dkim_mail_read(w->a, sv_of(p, field.n + m->raw.n), &again,
		                    NULL) == MW_OK);
		must(dkim_verify(w->f, w->a, &again, &opt, &out) ==
		     STEP_DONE);
		must(out.n && out.sig[0].result == DKIM_PASS);
	}
	crypto_private_free(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sv in = fuzz_input(data, size), record = SV("");
	size_t at = sv_find(in, SV("\n\n"));
	struct dkim_outcome out = {0};
	struct arc_outcome chain = {0};
	struct dkim_mail m;
	struct world w;

	if (at != SV_NPOS) {
		record = sv_head(in, at);
		in = sv_drop(in, at + 2);
	}
	begin(&w, record);
	must(dkim_mail_read(w.a, in, &m, NULL) == MW_OK);
	verify(&w, &m, &out);
	check_chain(&w, &m, &chain);
	if (may_sign(&m))
		check_signed(&w, &m, (unsigned)size);
	must(!arena_failed(w.a));
	end(&w);
	return 0;
}
