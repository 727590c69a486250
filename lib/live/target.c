/* SPDX-License-Identifier: BSD-2-Clause */
#include "live/target.h"

#include <idn2.h>
#include <stdlib.h>

/* A domain in A-labels (RFC 5890), as the DNS knows it. */
static bool to_ascii(struct arena *a, sv name, sv *out)
{
	char *z = sv_dupz(a, name), *ascii = NULL;
	bool ok = z && idn2_to_ascii_8z(z, &ascii, IDN2_NONTRANSITIONAL |
	                                           IDN2_NFC_INPUT) == IDN2_OK;

	if (ok)
		*out = arena_dup(a, sv_str(ascii));
	free(ascii);
	return ok;
}

static enum mw_status set_domain(struct arena *a, sv name,
                                 struct check_target *t, struct mw_err *err)
{
	if (sv_ends(name, SV(".")))
		name.n--;
	/* Names with an underscore are none for hosts, but in the DNS. */
	if (!to_ascii(a, name, &t->domain))
		t->domain = name;
	if (!t->domain.n || !dns_name_plain(t->domain, &t->name))
		return mw_fail(err, MW_EINVAL, "\"%.*s\" is no domain name",
		               SV_FMT(name));
	return MW_OK;
}

static enum mw_status add_ip(struct check_target *t, sv text,
                             struct mw_err *err)
{
	if (t->nips == CHECK_LIST_MAX)
		return mw_fail(err, MW_EINVAL, "more than %d addresses",
		               CHECK_LIST_MAX);
	if (sv_starts(text, SV("[")) && sv_ends(text, SV("]")))
		text = sv_slice(text, 1, text.n - 1);
	if (!ip_parse(text, &t->ips[t->nips]))
		return mw_fail(err, MW_EINVAL, "\"%.*s\" is no IP address",
		               SV_FMT(text));
	t->nips++;
	return MW_OK;
}

static enum mw_status set_subject(struct arena *a, sv s,
                                  struct check_target *t, struct mw_err *err)
{
	size_t at = sv_rchr(s, '@');
	struct ip ip;

	if (ip_parse(s, &ip) || sv_starts(s, SV("[")))
		return add_ip(t, s, err);
	if (at == SV_NPOS)
		return set_domain(a, s, t, err);
	t->header_from = s;
	if (!t->mail_from.n)
		t->mail_from = s;
	return set_domain(a, sv_drop(s, at + 1), t, err);
}

static enum mw_status copy_list(sv *to, size_t *n, const char *const *from,
                                size_t count, const char *what,
                                struct mw_err *err)
{
	if (count > CHECK_LIST_MAX)
		return mw_fail(err, MW_EINVAL, "more than %d %s",
		               CHECK_LIST_MAX, what);
	for (size_t i = 0; i < count; i++)
		to[i] = sv_str(from[i]);
	*n = count;
	return MW_OK;
}

enum mw_status target_from(struct arena *a,
                           const struct mw_check_options *opt,
                           struct check_target *out, struct mw_err *err)
{
	enum mw_status st;

	*out = (struct check_target){
	    .helo = sv_str(opt->helo),
	    .mail_from = sv_str(opt->mail_from),
	    .header_from = sv_str(opt->from),
	    .message = sv_of(opt->message, opt->message_n),
	    .smtp = opt->smtp != 0};
	st = copy_list(out->selectors, &out->nselectors, opt->selectors,
	               opt->nselectors, "selectors", err);
	if (st == MW_OK)
		st = copy_list(out->own, &out->nown, opt->own, opt->nown,
		               "names of one's own", err);
	for (size_t i = 0; i < opt->nips && st == MW_OK; i++)
		st = add_ip(out, sv_str(opt->ips[i]), err);
	if (st == MW_OK && opt->subject)
		st = set_subject(a, sv_str(opt->subject), out, err);
	if (st == MW_OK && !opt->subject && !opt->message && !opt->nips &&
	    !opt->helo)
		st = mw_fail(err, MW_EINVAL, "nothing to check");
	return st;
}
