/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/spf_tree.h"

/* So many address ranges in a row are one branch. */
#define RANGES_MIN 4

struct draw {
	struct check_run *run;
	unsigned sum;
};

/* The same record on the way of each address; NULL: it did not come here. */
struct ways {
	const struct spf_trace *of[CHECK_LIST_MAX];
};

static sv join(struct draw *d, sv words, const char *more)
{
	if (!words.n)
		return sv_str(more);
	return arena_printf(d->run->a, "%.*s; %s", SV_FMT(words), more);
}

static const struct spf_seen *seen_by(const struct ways *w, size_t ip,
                                      const struct spf_trace *t, size_t i)
{
	const struct spf_trace *x = w->of[ip];

	if (!x || !x->seen || !x->record || !t->record ||
	    !sv_eq(x->record->text, t->record->text))
		return NULL;
	return &x->seen[i];
}

static struct ways ways_into(struct draw *d, const struct ways *w,
                             const struct spf_trace *t, size_t i)
{
	struct ways in = {{NULL}};

	for (size_t ip = 0; ip < d->run->target->nips; ip++) {
		const struct spf_seen *s = seen_by(w, ip, t, i);

		/* Inside of an include that does not match, no match counts. */
		if (s && (s->state == SPF_MATCH ||
		          t->record->term[i].kind == SPF_REDIRECT))
			in.of[ip] = s->inner;
	}
	return in;
}

/* What a match means, where it is no pass. */
static const char *outcome(const struct spf_term *t)
{
	return t->qualifier == '-'   ? ": fail"
	       : t->qualifier == '~' ? ": softfail"
	       : t->qualifier == '?' ? ": neutral"
	                             : "";
}

/* "matches 192.0.2.1 and 2 more"; empty: none. */
static sv matches(struct draw *d, const struct ways *w,
                  const struct spf_trace *t, size_t i)
{
	const struct ip *first = NULL;
	size_t n = 0;

	for (size_t ip = 0; ip < d->run->target->nips; ip++) {
		const struct spf_seen *s = seen_by(w, ip, t, i);

		if (!s || s->state != SPF_MATCH)
			continue;
		if (!n++)
			first = &d->run->target->ips[ip];
	}
	if (!first)
		return SV("");
	if (n == 1)
		return arena_printf(d->run->a, "matches %.*s%s",
		                    SV_FMT(check_ip(d->run, first)),
		                    outcome(&t->record->term[i]));
	return arena_printf(d->run->a, "matches %.*s and %zu more%s",
	                    SV_FMT(check_ip(d->run, first)), n - 1,
	                    outcome(&t->record->term[i]));
}

static const char *no_answer(const struct dns_answer *an)
{
	return !an                         ? NULL
	       : an->state == DNS_TEMPFAIL ? "the DNS did not answer"
	       : an->state == DNS_BOGUS    ? "the answer is forged (DNSSEC)"
	                                   : NULL;
}

/* What is wrong with the record that a term leads to; NULL: nothing. */
static const char *fault_inside(const struct spf_seen *s)
{
	const struct spf_trace *in = s->inner;

	if (s->loop)
		return "leads back to a record that is being read";
	if (!in)
		return no_answer(s->answer);
	if (no_answer(in->txt))
		return no_answer(in->txt);
	if (in->why == SPF_WHY_NO_RECORD)
		return "no SPF record there";
	if (in->why == SPF_WHY_NO_DOMAIN)
		return "no domain name";
	return in->set && in->set->all > 1 ? "two SPF records there" : NULL;
}

/* A fatal fault of the term itself; NULL: none. */
static const char *fault_of(const struct spf_record *r, size_t i)
{
	for (size_t k = 0; k < r->nfaults; k++)
		if (r->fault[k].term == i && spf_fault_fatal(r->fault[k].id))
			return spf_fault_name(r->fault[k].id);
	return NULL;
}

/* Behind all, or a redirect beside it: nobody comes here. */
static bool is_reached(const struct spf_record *r, size_t i)
{
	if (r->term[i].kind == SPF_REDIRECT)
		return i == r->redirect && r->all == SIZE_MAX;
	return r->all == SIZE_MAX || i <= r->all;
}

static void draw_record(struct draw *d, const struct spf_trace *t,
                        const struct ways *w, unsigned level);

static sv cost_words(struct draw *d, const struct spf_seen *s)
{
	if (!s->inner || s->terms < 2)
		return arena_printf(d->run->a, "1 look-up, %u so far", d->sum);
	return arena_printf(d->run->a, "%u look-ups, %u inside; %u so far",
	                    s->terms, s->terms - 1, d->sum);
}

static void draw_term(struct draw *d, const struct spf_trace *t, size_t i,
                      const struct ways *w, unsigned level)
{
	const struct spf_seen *s = &t->seen[i];
	const struct spf_term *term = &t->record->term[i];
	const char *fault = fault_of(t->record, i);
	struct check_branch b = {.label = term->text, .level = level};
	sv match = matches(d, w, t, i);
	bool counts = spf_kind_counts(term->kind) &&
	              is_reached(t->record, i) && !term->broken;

	d->sum += counts;
	b.weight = counts;
	b.sum = d->sum;
	if (match.n) {
		b.state = RBRANCH_TAKEN;
		b.words = match;
	}
	if (!is_reached(t->record, i)) {
		b.state = RBRANCH_FAINT;
		b.words = SV("never reached");
	}
	fault = fault || !counts ? fault : fault_inside(s);
	if (fault)
		b.words = join(d, b.words, fault);
	if (counts && d->sum == SPF_TERMS_LIMIT + 1) {
		fault = "one too many";
		b.words = join(d, b.words,
		               "one too many: receivers stop here");
	}
	if (fault)
		b.state = RBRANCH_FAULT;
	if (counts)
		b.words = join(d, b.words, sv_dupz(d->run->a,
		                                   cost_words(d, s)));
	if (counts && s->voided && !s->inner)
		b.words = join(d, b.words, "finds nothing (void)");
	if (s->depends)
		b.words = join(d, b.words, "depends on who sends");
	found_branch(d->run, &b);
	if (s->inner && s->inner->record && s->inner->seen && !s->loop) {
		struct ways in = ways_into(d, w, t, i);

		draw_record(d, s->inner, &in, level + 1);
	}
}

/* Ranges in a row that cost nothing and have nothing to tell. */
static size_t ranges(struct draw *d, const struct spf_trace *t, size_t i,
                     const struct ways *w)
{
	const struct spf_record *r = t->record;
	size_t n = i;

	while (n < r->n && is_reached(r, n) && !r->term[n].broken &&
	       (r->term[n].kind == SPF_IP4 || r->term[n].kind == SPF_IP6) &&
	       !matches(d, w, t, n).n)
		n++;
	return n - i;
}

static void draw_ranges(struct draw *d, const struct spf_record *r, size_t i,
                        size_t n, unsigned level)
{
	struct check_branch b = {.level = level, .sum = d->sum};

	b.label = arena_printf(d->run->a, "%.*s \u2026 %.*s",
	                       SV_FMT(r->term[i].text),
	                       SV_FMT(r->term[i + n - 1].text));
	b.words = arena_printf(d->run->a, "%zu ranges of addresses", n);
	found_branch(d->run, &b);
}

static void draw_record(struct draw *d, const struct spf_trace *t,
                        const struct ways *w, unsigned level)
{
	for (size_t i = 0; i < t->record->n;) {
		size_t n = ranges(d, t, i, w);

		if (n >= RANGES_MIN) {
			draw_ranges(d, t->record, i, n, level);
			i += n;
		} else {
			draw_term(d, t, i++, w, level);
		}
	}
}

static sv sum_words(struct check_run *run, const struct spf_worst *worst)
{
	return arena_printf(run->a, "%u look-up%s, %d are allowed; %u void, "
	                            "%d are allowed%s%s",
	                    worst->terms, worst->terms == 1 ? "" : "s",
	                    SPF_TERMS_LIMIT, worst->voids, SPF_VOIDS_LIMIT,
	                    worst->cut ? "; there is more" : "",
	                    worst->depends ? "; more by who sends" : "");
}

void spf_tree(struct check_run *run, const struct spf_worst *worst,
              const struct spf_outcome *by_ip)
{
	const struct spf_trace *top = worst->top;
	struct draw d = {.run = run};
	struct check_branch root = {.sum = worst->terms};
	struct ways w = {{NULL}};

	if (!top || !top->record || !top->seen)
		return;
	for (size_t i = 0; i < run->target->nips; i++)
		w.of[i] = by_ip[i].top;
	found_drawing(run, arena_printf(run->a,
	                  "What the SPF record of %.*s costs",
	                  SV_FMT(top->domain)), SPF_TERMS_LIMIT);
	root.label = top->domain;
	root.words = sum_words(run, worst);
	root.state = worst->terms > SPF_TERMS_LIMIT ||
	             worst->voids > SPF_VOIDS_LIMIT ? RBRANCH_FAULT
	                                            : RBRANCH_PLAIN;
	found_branch(run, &root);
	draw_record(&d, top, &w, 1);
}
