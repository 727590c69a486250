/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/mtasts.h"

#include "auth/tagscan.h"
#include "base/ascii.h"

/* Of extension fields and ids (RFC 8461 sections 3.1 and 3.2). */
#define NAME_MAX_BYTES 32
#define ID_MAX_BYTES 32
#define AGE_MAX_DIGITS 10

static const char *const modes[] = {NULL, "enforce", "testing", "none"};

const char *mtasts_mode_name(enum mtasts_mode mode)
{
	return modes[mode];
}

static void fault(struct faults *f, struct arena *a, sv text, const char *id,
                  enum fault_weight weight, sv what)
{
	fault_add(f, a, id, weight,
	          what.p ? (size_t)(what.p - text.p) : text.n, what.n);
}

/* (ALPHA / DIGIT) *31(ALPHA / DIGIT / "_" / "-" / "."). */
static bool is_ext_name(sv s)
{
	if (!s.n || s.n > NAME_MAX_BYTES || !is_alnum(s.p[0]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '_' && s.p[i] != '-' &&
		    s.p[i] != '.')
			return false;
	return true;
}

/* Visible signs but ";" and "=". */
static bool is_ext_value(sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == ';' ||
		    s.p[i] == '=')
			return false;
	return s.n > 0;
}

static bool is_id(sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]))
			return false;
	return s.n > 0 && s.n <= ID_MAX_BYTES;
}

bool mtasts_is_record(sv text)
{
	struct tag_piece tag;
	size_t at = 0;

	return tagscan_next(text, &at, &tag) && !tag.no_equals &&
	       sv_eq(tag.name, SV("v")) && sv_eq(tag.value, SV("STSv1"));
}

static void read_field(struct arena *a, struct mtasts_record *r,
                       const struct tag_piece *tag)
{
	sv all = sv_slice(r->text, tag->at, tag->at + tag->n);

	if (tag->no_equals && !tag->name.n)
		fault(&r->faults, a, r->text, "mtasts.field-empty",
		      FAULT_WRONG, all);
	else if (tag->no_equals || !is_ext_name(tag->name))
		fault(&r->faults, a, r->text, "mtasts.field-name",
		      FAULT_WRONG, all);
	else if (sv_eq(tag->name, SV("v")))
		fault(&r->faults, a, r->text, "mtasts.v-place", FAULT_WRONG,
		      all);
	else if (!sv_eq(tag->name, SV("id")) && !is_ext_value(tag->value))
		fault(&r->faults, a, r->text, "mtasts.field-value",
		      FAULT_WRONG, all);
	else if (!sv_eq(tag->name, SV("id")))
		fault(&r->faults, a, r->text, "mtasts.field-unknown",
		      FAULT_NOTE, tag->name);
	else if (r->id.p)
		fault(&r->faults, a, r->text, "mtasts.id-twice", FAULT_WRONG,
		      all);
	else {
		r->id = tag->value;
		if (!is_id(tag->value))
			fault(&r->faults, a, r->text, "mtasts.id-value",
			      FAULT_BROKEN, all);
	}
}

enum mw_status mtasts_record_parse(struct arena *a, sv text,
                                   struct mtasts_record *out)
{
	struct mtasts_record r = {.text = text};
	struct tag_piece tag;
	size_t at = 0;

	r.is_sts = mtasts_is_record(text);
	if (!r.is_sts)
		fault_add(&r.faults, a, "mtasts.v", FAULT_BROKEN, 0,
		          sv_chr(text, ';') == SV_NPOS ? text.n
		                                       : sv_chr(text, ';'));
	if (!tagscan_next(text, &at, &tag) || !sv_ieq(tag.name, SV("v")))
		at = 0;
	while (tagscan_next(text, &at, &tag))
		read_field(a, &r, &tag);
	if (r.is_sts && !r.id.p)
		fault_add(&r.faults, a, "mtasts.id-missing", FAULT_BROKEN,
		          text.n, 0);
	r.valid = r.faults.worst == FAULT_NOTE;
	if (arena_failed(a))
		return MW_ENOMEM;
	*out = r;
	return MW_OK;
}

/* ---- policy ---- */

/* Labels of letters, digits and inner hyphens, "*." perhaps before them. */
static bool is_pattern(sv s)
{
	size_t labels = 0;

	if (sv_ends(s, SV(".")))
		return false;
	if (sv_starts(s, SV("*.")))
		s = sv_drop(s, 2);
	do {
		sv label = sv_cut(&s, '.');

		if (!label.n || label.n > 63 || label.p[0] == '-' ||
		    label.p[label.n - 1] == '-')
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!is_alnum(label.p[i]) && label.p[i] != '-' &&
			    label.p[i] != '_' && !is_high(label.p[i]))
				return false;
		labels++;
	} while (s.n);
	return labels > 0;
}

struct policy_reader {
	struct arena *a;
	struct mtasts_policy p;
	bool version, mode, age, mx_full;
};

static void p_fault(struct policy_reader *r, const char *id,
                    enum fault_weight weight, sv what)
{
	fault(&r->p.faults, r->a, r->p.text, id, weight, what);
}

static void read_version(struct policy_reader *r, sv value)
{
	if (!sv_eq(value, SV("STSv1")))
		p_fault(r, "mtasts.policy-version", FAULT_BROKEN, value);
	r->version = true;
}

static void read_mode(struct policy_reader *r, sv value)
{
	r->mode = true;
	for (int i = MTASTS_ENFORCE; i <= MTASTS_NONE; i++)
		if (sv_eq(value, sv_str(modes[i])))
			r->p.mode = (enum mtasts_mode)i;
	if (r->p.mode == MTASTS_UNSET)
		p_fault(r, "mtasts.policy-mode", FAULT_BROKEN, value);
}

static void read_age(struct policy_reader *r, sv value)
{
	r->age = true;
	r->p.has_max_age =
	    value.n <= AGE_MAX_DIGITS &&
	    sv_u32(value, UINT32_MAX, &r->p.max_age);
	if (!r->p.has_max_age)
		p_fault(r, "mtasts.policy-age", FAULT_BROKEN, value);
	else if (r->p.max_age > MTASTS_AGE_MAX)
		p_fault(r, "mtasts.policy-age-long", FAULT_NOTE, value);
	else if (r->p.max_age < 86400)
		p_fault(r, "mtasts.policy-age-short", FAULT_NOTE, value);
}

static void read_mx(struct policy_reader *r, sv value)
{
	sv *mx;

	if (!is_pattern(value))
		p_fault(r, "mtasts.policy-mx", FAULT_BROKEN, value);
	mx = arena_more(r->a, r->p.mx, r->p.nmx, &r->p.cap, sizeof(*mx),
	                MTASTS_MX_MAX);
	if (!mx) {
		if (!r->mx_full)
			p_fault(r, "mtasts.policy-mx-many", FAULT_WRONG,
			        value);
		r->mx_full = true;
		return;
	}
	r->p.mx = mx;
	mx[r->p.nmx++] = value;
}

static void read_line(struct policy_reader *r, sv line)
{
	size_t colon = sv_chr(line, ':');
	sv key = sv_trim(sv_head(line, colon));
	sv value = sv_trim(sv_drop(line, colon + 1));

	if (!sv_trim(line).n)
		p_fault(r, "mtasts.policy-line-empty", FAULT_NOTE, line);
	else if (colon == SV_NPOS)
		p_fault(r, "mtasts.policy-line", FAULT_BROKEN, line);
	else if (sv_eq(key, SV("mx")))
		read_mx(r, value);
	else if ((sv_eq(key, SV("version")) && r->version) ||
	         (sv_eq(key, SV("mode")) && r->mode) ||
	         (sv_eq(key, SV("max_age")) && r->age))
		/* Section 3.2: of all but mx the first one counts. */
		p_fault(r, "mtasts.policy-twice", FAULT_NOTE, line);
	else if (sv_eq(key, SV("version")))
		read_version(r, value);
	else if (sv_eq(key, SV("mode")))
		read_mode(r, value);
	else if (sv_eq(key, SV("max_age")))
		read_age(r, value);
	else if (!is_ext_name(key))
		p_fault(r, "mtasts.policy-name", FAULT_BROKEN, line);
	else
		p_fault(r, "mtasts.policy-unknown", FAULT_NOTE, key);
}

static void missing(struct policy_reader *r, bool there, const char *id)
{
	if (!there)
		fault_add(&r->p.faults, r->a, id, FAULT_BROKEN, r->p.text.n,
		          0);
}

enum mw_status mtasts_policy_parse(struct arena *a, sv text,
                                   struct mtasts_policy *out)
{
	struct policy_reader r = {
	    .a = a, .p = {.text = sv_head(text, MTASTS_POLICY_MAX)}};
	sv rest = r.p.text;

	if (text.n > MTASTS_POLICY_MAX)
		fault_add(&r.p.faults, a, "mtasts.policy-long", FAULT_BROKEN,
		          MTASTS_POLICY_MAX, text.n - MTASTS_POLICY_MAX);
	while (rest.n)
		read_line(&r, sv_line(&rest));
	missing(&r, r.version, "mtasts.policy-version-missing");
	missing(&r, r.mode, "mtasts.policy-mode-missing");
	missing(&r, r.age, "mtasts.policy-age-missing");
	missing(&r, r.p.nmx || r.p.mode == MTASTS_NONE || !r.mode,
	        "mtasts.policy-mx-missing");
	r.p.valid = r.p.faults.worst != FAULT_BROKEN;
	if (arena_failed(a))
		return MW_ENOMEM;
	*out = r.p;
	return MW_OK;
}

bool mtasts_match(sv pattern, sv host)
{
	size_t dot;

	if (sv_ends(host, SV(".")))
		host.n--;
	if (!sv_starts(pattern, SV("*.")))
		return host.n && sv_ieq(pattern, host);
	dot = sv_chr(host, '.');
	return dot != SV_NPOS && dot &&
	       sv_ieq(sv_drop(pattern, 1), sv_drop(host, dot));
}

const sv *mtasts_allows(const struct mtasts_policy *p, sv host)
{
	for (size_t i = 0; i < p->nmx; i++)
		if (mtasts_match(p->mx[i], host))
			return &p->mx[i];
	return NULL;
}

int64_t mtasts_expires(const struct mtasts_policy *p, int64_t fetched)
{
	uint32_t age = p->max_age < MTASTS_AGE_MAX ? p->max_age
	                                           : MTASTS_AGE_MAX;

	return fetched + age;
}
