/* SPDX-License-Identifier: BSD-2-Clause */
#include "classify/proof.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* A Seen whose text is longer is checked up to here. */
#define PROOF_TEXT 8192

struct proof {
	const struct ruleset *rs;
	struct classifier *c;
	rules_complain *complain;
	void *arg;
	bool ties;
	size_t bad;
	const struct rule *rule;
	const struct rule_seen *seen;
	char text[PROOF_TEXT];
};

static void complain(struct proof *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void complain(struct proof *p, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	p->bad++;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	p->complain(p->arg, p->rs->pool + p->rule->file,
	            p->seen ? p->seen->line : p->rule->line, text);
}

static struct classify_in input(const struct proof *p, sv reply)
{
	const struct rule_seen *s = p->seen;

	return (struct classify_in){
	    .reply = reply,
	    .host = rs_str(p->rs, s->host),
	    .provider = rs_str(p->rs, s->provider),
	    .stage = (enum smtp_stage)s->stage,
	    .form = (enum ev_form)s->form,
	    .direction = (enum ev_direction)s->direction,
	};
}

static bool wins(struct proof *p, sv reply, const char *how,
                 struct classification *out)
{
	struct classify_in in = input(p, reply);

	classify(p->c, &in, out);
	if (out->rule == p->rule)
		return true;
	/* {reply} hands over to the rule of the inner reply. */
	if (out->rule && p->rule->texts.n) {
		const struct text *t = &p->rs->texts[p->rule->texts.first];

		for (uint32_t i = 0; i < t->elems.n; i++)
			if (p->rs->elems[t->elems.first + i].slot ==
			        SLOT_REPLY &&
			    p->rs->elems[t->elems.first + i].kind == ELEM_SLOT)
				return true;
	}
	complain(p, "%s does not win its Seen%s; %s does",
	         p->rs->pool + p->rule->id, how,
	         out->rule ? out->rs->pool + out->rule->id : "no rule");
	return false;
}

/* Another value of the same kind; the same length is not needed. */
static sv other_value(sv v)
{
	bool digits = true;

	if (sv_chr(v, '@') != SV_NPOS)
		return SV("someone@mail.example.net");
	if (is_ipv4(v))
		return SV("203.0.113.77");
	if (is_ipv6(v))
		return SV("2001:db8::77");
	for (size_t i = 0; i < v.n; i++)
		digits &= v.p[i] >= '0' && v.p[i] <= '9';
	if (digits)
		return v; /* numbers may mean something */
	if (is_domain(v))
		return SV("other.example.net");
	return v;
}

/* The Seen with other values where the rule's slots found some. */
static void vary(struct proof *p, sv seen, const struct classification *c)
{
	char *out = p->text;
	size_t n = 0, at = 0;
	struct classification again;

	for (;;) {
		const struct classify_value *next = NULL;
		sv v;

		for (size_t i = 0; i < c->nvalues; i++) {
			const struct classify_value *x = &c->values[i];

			if (!x->withheld && x->value.n &&
			    x->value.p >= seen.p + at &&
			    !sv_eq(x->name, SV("listed_by")) &&
			    !sv_eq(x->name, SV("url")) &&
			    (!next || x->value.p < next->value.p))
				next = x;
		}
		v = next ? sv_of(seen.p + at,
		                 (size_t)(next->value.p - seen.p) - at)
		         : sv_drop(seen, at);
		if (n + v.n + 64 > PROOF_TEXT)
			return;
		memcpy(out + n, v.p, v.n);
		n += v.n;
		if (!next)
			break;
		v = other_value(next->value);
		memcpy(out + n, v.p, v.n);
		n += v.n;
		at = (size_t)(next->value.p - seen.p) + next->value.n;
	}
	(void)wins(p, sv_of(out, n), " with other values", &again);
}

static void cut_tail(struct proof *p, sv seen, const struct classification *c)
{
	struct classification again;
	size_t end = 0;

	for (size_t i = 0; i < c->nevidence; i++)
		if (c->evidence[i].off + c->evidence[i].len > end)
			end = c->evidence[i].off + c->evidence[i].len;
	if (end && end < seen.n)
		(void)wins(p, sv_head(seen, end), " with its tail cut off",
		           &again);
}

static void one_seen(struct proof *p)
{
	sv seen = rs_str(p->rs, p->seen->text);
	struct classification c;

	if (!wins(p, seen, "", &c))
		return;
	if (c.rule != p->rule || c.route != ROUTE_TEXT)
		return;
	if (p->ties && c.tie)
		complain(p, "%s and %s are equally strong here",
		         p->rs->pool + p->rule->id,
		         c.tie_rs->pool + c.tie->id);
	vary(p, seen, &c);
	cut_tail(p, seen, &c);
}

size_t rules_prove(const struct ruleset *rs, const struct ruleset *base,
                   bool ties, rules_complain *tell, void *arg)
{
	const struct ruleset *sets[2] = {rs, base};
	struct proof *p = calloc(1, sizeof(*p));
	size_t bad;

	if (!p)
		return 1;
	p->rs = rs;
	p->c = classifier_new(sets, base ? 2 : 1);
	p->complain = tell;
	p->arg = arg;
	p->ties = ties;
	for (uint32_t i = 0; p->c && i < rs->nrules; i++) {
		p->rule = &rs->rules[i];
		for (uint32_t k = 0; k < p->rule->seen.n; k++) {
			p->seen = &rs->seen[p->rule->seen.first + k];
			one_seen(p);
		}
	}
	bad = p->c ? p->bad : 1;
	classifier_free(p->c);
	free(p);
	return bad;
}
