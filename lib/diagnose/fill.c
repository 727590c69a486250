/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/fill.h"

#include "base/ip.h"
#include "classify/slot.h"

static sv value_of(const void *d, sv name)
{
	return diag_value(d, name);
}

/*
 * "mailwhy check" refuses what is none of its kind: replies hold "<>", cut
 * names and worse, and a command that is shown has to run.
 */
static sv argument_of(const void *d, sv name)
{
	sv v = diag_value(d, name);
	struct ip ip;
	bool ok = true;

	if (sv_eq(name, SV("ip")))
		ok = ip_parse(v, &ip);
	else if (kb_value_in("mail_from|header_from|recipient", name))
		ok = is_mailbox(v);
	else if (kb_value_in("domain|sender_domain|recipient_domain|host|"
	                     "own_host", name))
		ok = is_domain(v) && v.n < 254;
	return ok ? v : SV("");
}

bool fill_text(struct arena *a, const struct diagnosis *d, const char *text,
               enum slots_mode mode, sv *out)
{
	bool check = mode == SLOTS_COMMAND &&
	             sv_starts(sv_str(text), SV("mailwhy check"));
	const struct slots values = {check ? argument_of : value_of, d};

	return slots_fill(a, &values, text, mode, out);
}

static sv code_digit(const struct diagnosis *d)
{
	static const char digits[] = "012345";
	unsigned c = d->reply.code ? d->reply.code / 100u
	                           : d->reply.status.class;

	return c == 4 || c == 5 ? sv_of(digits + c, 1) : SV("");
}

static sv family(const struct diagnosis *d)
{
	sv ip = diag_value(d, SV("ip"));

	return !ip.n ? SV("") : sv_chr(ip, ':') == SV_NPOS ? SV("4") : SV("6");
}

static bool cond_holds(const struct diagnosis *d, const struct kb_cond *c)
{
	sv got = SV("");
	bool unknown;

	switch ((enum kb_var)c->var) {
	case KB_VAR_SPOKE:
		got = sv_str(ev_spoke_name(d->spoke));
		break;
	case KB_VAR_DIRECTION:
		got = sv_str(ev_direction_name(d->direction));
		break;
	case KB_VAR_STAGE:
		got = sv_str(smtp_stage_name(d->stage));
		break;
	case KB_VAR_CODE:
		got = code_digit(d);
		break;
	case KB_VAR_FORM:
		got = sv_str(ev_form_name(d->at->form));
		break;
	case KB_VAR_PROVIDER:
		got = d->provider_id;
		break;
	case KB_VAR_FAMILY:
		got = family(d);
		break;
	case KB_VAR_ROLE:
		return true; /* orders steps, hides none */
	case KB_VAR_HAS: {
		sv values = sv_str(c->values);
		bool has = false;

		while (values.n)
			has |= diag_value(d, sv_cut(&values, '|')).n > 0;
		return has != c->negated;
	}
	default:
		return false;
	}
	unknown = !got.n;
	if (unknown)
		return c->negated;
	return kb_value_in(c->values, got) != c->negated;
}

bool fill_holds(const struct diagnosis *d, const struct kb_item *item)
{
	for (unsigned i = 0; i < item->nconds; i++)
		if (!cond_holds(d, &kb_conds[item->cond + i]))
			return false;
	return true;
}

const struct kb_item *fill_next(const struct diagnosis *d,
                                const struct kb_cause *cause,
                                enum kb_field field, size_t *at)
{
	while (*at < cause->nitems) {
		const struct kb_item *it = &kb_items[cause->item + (*at)++];

		if (it->field == field && fill_holds(d, it))
			return it;
	}
	return NULL;
}
