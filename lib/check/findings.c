/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/findings.h"

#include "base/stanza.h"
#include "kb/kb.h"

#define FINDINGS_MAX 1024

struct findings {
	struct finding_known *v;
	size_t n, cap;
};

struct reader {
	struct arena *a;
	struct finding_known *k;
	const struct field *f;
	struct mw_err *err;
};

const char *severity_name(enum severity s)
{
	static const char *const names[SEV_N] = {"error", "warning", "notice",
	                                         "info"};

	return names[s];
}

const char *check_state_name(enum check_state s)
{
	static const char *const names[] = {"pass", "fail", "unknown",
	                                    "skipped"};

	return names[s];
}

static enum mw_status wrong(struct reader *r, const char *what)
{
	return mw_fail_at(r->err, MW_ESYNTAX, r->f->line, "%.*s: %s",
	                  SV_FMT(r->f->name), what);
}

static enum mw_status one(struct reader *r, const char **into)
{
	if (*into)
		return wrong(r, "given twice");
	*into = sv_dupz(r->a, r->f->value);
	return *into && **into ? MW_OK : wrong(r, "empty");
}

static enum mw_status many(struct reader *r, const char **list, size_t *n,
                           size_t max)
{
	if (*n == max)
		return wrong(r, "too many");
	list[*n] = sv_dupz(r->a, r->f->value);
	return list[(*n)++] ? MW_OK : wrong(r, "empty");
}

static enum mw_status read_state(struct reader *r)
{
	for (int i = CHECK_PASS; i <= CHECK_SKIPPED; i++)
		if (sv_eq(r->f->value,
		          sv_str(check_state_name((enum check_state)i)))) {
			r->k->state = (enum check_state)i;
			return MW_OK;
		}
	return wrong(r, "no such state");
}

static enum mw_status read_severity(struct reader *r)
{
	for (int i = 0; i < SEV_N; i++)
		if (sv_eq(r->f->value,
		          sv_str(severity_name((enum severity)i)))) {
			r->k->severity = (enum severity)i;
			return MW_OK;
		}
	return wrong(r, "no such severity");
}

/* "kind | where | text" or "kind | text". */
static enum mw_status read_step(struct reader *r, struct finding_step *list,
                                size_t *n)
{
	sv rest = r->f->value, kind = sv_trim(sv_cut(&rest, '|')), where = {0};
	struct finding_step *s = &list[*n];

	if (*n == FINDING_STEPS_MAX)
		return wrong(r, "too many");
	if (!kb_is_step_kind(kind))
		return wrong(r, "no such kind of step");
	if (sv_chr(rest, '|') != SV_NPOS)
		where = sv_trim(sv_cut(&rest, '|'));
	s->kind = sv_dupz(r->a, kind);
	s->where = sv_dupz(r->a, where);
	s->text = sv_dupz(r->a, sv_trim(rest));
	if (!s->text || !*s->text)
		return wrong(r, "no words");
	(*n)++;
	return MW_OK;
}

/* What a command or record belongs to: the step before it. */
static struct finding_step *last_step(struct finding_known *k)
{
	return k->nverify ? &k->verify[k->nverify - 1]
	       : k->nfix  ? &k->fix[k->nfix - 1]
	                  : NULL;
}

static enum mw_status read_detail(struct reader *r, bool record)
{
	struct finding_step *s = last_step(r->k);

	if (!s)
		return wrong(r, "no step before it");
	return one(r, record ? &s->record : &s->command);
}

static enum mw_status read_actor(struct reader *r)
{
	return kb_is_actor(r->f->value) ? one(r, &r->k->actor)
	                                : wrong(r, "no such actor");
}

static enum mw_status read_with(struct reader *r)
{
	return kb_is_actor(r->f->value)
	           ? many(r, r->k->with, &r->k->nwith, 4)
	           : wrong(r, "no such actor");
}

static enum mw_status read_field(struct reader *r)
{
	struct finding_known *k = r->k;
	sv name = r->f->name;

	if (sv_eq(name, SV("Finding")))
		return one(r, &k->id);
	if (sv_eq(name, SV("Title")))
		return one(r, &k->title);
	if (sv_eq(name, SV("State")))
		return read_state(r);
	if (sv_eq(name, SV("Severity")))
		return read_severity(r);
	if (sv_eq(name, SV("Verdict")))
		return one(r, &k->verdict);
	if (sv_eq(name, SV("Explain")))
		return one(r, &k->explain);
	if (sv_eq(name, SV("Actor")))
		return read_actor(r);
	if (sv_eq(name, SV("With")))
		return read_with(r);
	if (sv_eq(name, SV("Fix")))
		return read_step(r, k->fix, &k->nfix);
	if (sv_eq(name, SV("Verify")))
		return read_step(r, k->verify, &k->nverify);
	if (sv_eq(name, SV("Command")) || sv_eq(name, SV("Record")))
		return read_detail(r, sv_eq(name, SV("Record")));
	if (sv_eq(name, SV("Ref")))
		return many(r, k->ref, &k->nref, 6);
	if (sv_eq(name, SV("Cause")))
		return many(r, k->cause, &k->ncause, 6);
	return wrong(r, "unknown field");
}

/* A failure tells who acts and what to do; nothing else has to. */
static enum mw_status complete(struct reader *r)
{
	const struct finding_known *k = r->k;

	if (!k->id || !k->title || !k->verdict)
		return wrong(r, "Finding, Title or Verdict is missing");
	if (k->state == CHECK_FAIL &&
	    (!k->actor || !k->explain || !k->nfix || !k->nref))
		return wrong(r, "Actor, Explain, Fix or Ref is missing");
	return MW_OK;
}

static enum mw_status read_finding(struct reader *r, const struct stanza *s)
{
	enum mw_status st = MW_OK;

	r->k->severity = SEV_INFO;
	for (size_t i = 0; i < s->n && st == MW_OK; i++) {
		r->f = &s->fields[i];
		st = read_field(r);
	}
	r->f = s->fields;
	return st == MW_OK ? complete(r) : st;
}

enum mw_status findings_read(struct arena *a, sv text, struct findings **out,
                             struct mw_err *err)
{
	struct findings *k = arena_alloc(a, 1, sizeof(*k));
	struct stanza_reader in = stanza_open(text);
	struct reader r = {.a = a, .err = err};
	enum mw_status st = MW_OK;
	struct stanza s;

	if (!k)
		return mw_fail(err, MW_ENOMEM, "out of memory");
	while (st == MW_OK && (st = stanza_next(&in, a, &s, err)) == MW_OK) {
		k->v = arena_more(a, k->v, k->n, &k->cap, sizeof(*k->v),
		                  FINDINGS_MAX);
		if (!k->v)
			return mw_fail(err, MW_ENOMEM, "out of memory");
		r.k = &k->v[k->n];
		*r.k = (struct finding_known){0};
		st = read_finding(&r, &s);
		if (st == MW_OK && findings_get(k, sv_str(r.k->id)))
			st = wrong(&r, "this id is there already");
		k->n++;
	}
	*out = k;
	return st == MW_ENOENT ? MW_OK : st;
}

const struct finding_known *findings_get(const struct findings *k, sv id)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->v[i].id && sv_eq(sv_str(k->v[i].id), id))
			return &k->v[i];
	return NULL;
}

size_t findings_count(const struct findings *k)
{
	return k->n;
}

const struct finding_known *findings_nth(const struct findings *k, size_t i)
{
	return &k->v[i];
}
