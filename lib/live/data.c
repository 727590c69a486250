/* SPDX-License-Identifier: BSD-2-Clause */
#include "live/data.h"

#include <stdio.h>

/* "/etc/mailwhy/data.d/own.zones:12: Asks: no such word" */
#define SAID_MAX 600

struct teller {
	const struct mw_check_options *opt;
	const char *file;
};

static void tell(void *arg, const struct mw_err *err)
{
	const struct teller *t = arg;
	char text[SAID_MAX];

	if (!t->opt->note)
		return;
	(void)snprintf(text, sizeof(text), "%s:%zu: %s", t->file, err->where,
	               err->text);
	t->opt->note(t->opt->arg, text);
}

enum mw_status data_zones(struct arena *a, const struct live_files *files,
                          const struct mw_check_options *opt,
                          struct zones **out, struct mw_err *err)
{
	enum mw_status st = zones_read(
	    a, sv_of(zones_builtin, zones_builtin_n), out, err);

	for (size_t i = 0; i < files->n && st == MW_OK; i++) {
		struct teller t = {opt, files->v[i].name};

		if (!files->v[i].receivers)
			st = zones_add(a, *out, files->v[i].text, tell, &t);
	}
	return st == MW_ENOMEM ? mw_fail(err, st, "no memory for lists") : st;
}

enum mw_status data_receivers(struct arena *a, const struct live_files *files,
                              const struct mw_check_options *opt,
                              struct receivers **out, struct mw_err *err)
{
	enum mw_status st = receivers_read(
	    a, sv_of(receivers_builtin, receivers_builtin_n), out, err);

	for (size_t i = 0; i < files->n && st == MW_OK; i++) {
		struct teller t = {opt, files->v[i].name};

		if (files->v[i].receivers)
			st = receivers_add(a, *out, files->v[i].text, tell,
			                   &t);
	}
	return st == MW_ENOMEM ? mw_fail(err, st, "no memory for rules") : st;
}
