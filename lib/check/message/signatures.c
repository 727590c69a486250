/* SPDX-License-Identifier: BSD-2-Clause */
/* The DKIM signatures of a message, and what broke them (RFC 6376). */
#include "auth/dkim.h"
#include "check/checks.h"

static void put_change(struct check_run *run, struct finding *f,
                       const char *what, const struct dkim_change *c)
{
	sv label;

	if (c->what == DKIM_FINE)
		return;
	label = dkim_reason_label(run->a, c->what, c->arg);
	if (c->has_at)
		label = arena_printf(run->a, "%.*s, line %zu", SV_FMT(label),
		                     c->at);
	found_seen(run, f, what, label);
}

static const char *id_of(const struct dkim_verdict *v)
{
	switch (v->result) {
	case DKIM_PASS:
		return v->key.testing ? "signature.testing" : "signature.ok";
	case DKIM_TEMPERROR:
		return "signature.no-answer";
	case DKIM_FAIL:
		return v->body == DKIM_DIFFERS    ? "signature.body"
		       : v->header == DKIM_DIFFERS ? "signature.header"
		                                   : "signature.wrong-key";
	default:
		return v->old == DKIM_PASS ? "signature.too-weak"
		                           : "signature.unusable";
	}
}

static void judge(struct check_run *run, const struct dkim_verdict *v,
                  size_t number)
{
	sv about = v->sig.d.n ? v->sig.d
	                      : arena_printf(run->a, "signature %zu", number);
	struct finding *f = found(run, id_of(v), about);

	found_value(run, f, "domain", about);
	found_value(run, f, "selector", v->sig.s);
	found_value(run, f, "name", v->name);
	found_value(run, f, "reason", dkim_label(run->a, v));
	put_change(run, f, "header", &v->header_change);
	put_change(run, f, "body", &v->body_change);
	if (v->answer && !v->answer->n)
		found_answer(run, f, v->answer);
	if (v->elsewhere.n)
		found_seen(run, f, "the key is at", v->elsewhere);
	for (unsigned i = 0; i < DKIM_NOTE_N; i++)
		if (v->notes & 1U << i)
			found_seen(run, f, "note",
			           sv_str(dkim_note_id((enum dkim_note)i)));
	if (v->repair_helps)
		found_record(run, f, v->name, "TXT", v->repaired, v->key.text);
}

static enum step check_it(struct check_run *run)
{
	struct dkim_options opt = {.crypto = run->target->crypto};
	struct dkim_outcome out = {0};
	struct dkim_mail mail;
	struct mw_err err;

	if (!opt.crypto ||
	    dkim_mail_read(run->a, run->target->message, &mail, &err) != MW_OK)
		return STEP_DONE;
	if (dkim_verify(run->facts, run->a, &mail, &opt, &out) == STEP_WAIT)
		return STEP_WAIT;
	for (size_t i = 0; i < out.n; i++)
		judge(run, &out.sig[i], i + 1);
	if (!out.n)
		(void)found(run, "signature.none", SV("the message"));
	if (mail.bare_lf || mail.bare_cr)
		(void)found(run, "signature.bare-line-ends",
		            SV("the message"));
	return STEP_DONE;
}

const struct check check_signatures = {
    "signature", "message", "the DKIM signatures of a message", check_it,
};
