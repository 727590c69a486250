/* SPDX-License-Identifier: BSD-2-Clause */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "mailwhy/check.h"

static struct {
	struct opt_list ips, selectors, with, own;
	const char *helo, *mail_from, *from, *message, *receiver, *resolver,
	    *skip, *zone, *record, *replay, *now, *timeout, *list_keys;
	bool offline, smtp, dry_run;
} opts;

/* clang-format off */
static const struct opt options[] = {
	{"ip", 0, OPT_LIST, &opts.ips, "ADDRESS",
		"an address that the mail is sent from, IPv4 or IPv6", NULL},
	{"helo", 0, OPT_STRING, &opts.helo, "NAME",
		"the name that the server calls itself by", NULL},
	{"mail-from", 0, OPT_STRING, &opts.mail_from, "ADDRESS",
		"the envelope sender, which bounces go to", NULL},
	{"from", 0, OPT_STRING, &opts.from, "ADDRESS",
		"the sender that people see", NULL},
	{"selector", 0, OPT_LIST, &opts.selectors, "NAME",
		"a selector of DKIM keys, beside the usual ones", NULL},
	{"message", 0, OPT_STRING, &opts.message, "FILE",
		"verify the signatures of this message", NULL},
	{"own", 0, OPT_LIST, &opts.own, "NAME",
		"a domain or host of yours: ask there what no stranger is asked", NULL},
	{"receiver", 0, OPT_STRING, &opts.receiver, "NAME",
		"judge by the published rules of that receiver too", NULL},
	{"list-keys", 0, OPT_STRING, &opts.list_keys, "FILE",
		"keys for DNS lists that want one", NULL},
	{"with", 0, OPT_LIST, &opts.with, "RECORD",
		"what if this were published: +NAME TYPE VALUE", NULL},
	{"skip", 0, OPT_STRING, &opts.skip, "CHECKS",
		"leave out these checks, separated by commas", NULL},
	{"resolver", 0, OPT_STRING, &opts.resolver, "SERVER",
		"ask this resolver instead of those of the system", NULL},
	{"smtp", 0, OPT_FLAG, &opts.smtp, NULL,
		"also connect to the mail servers of the domain", NULL},
	{"offline", 0, OPT_FLAG, &opts.offline, NULL,
		"ask nobody: only what --zone or --replay hold", NULL},
	{"zone", 0, OPT_STRING, &opts.zone, "FILE",
		"records of a file instead of the network", NULL},
	{"record", 0, OPT_STRING, &opts.record, "FILE",
		"keep every answer in FILE, to look at it again later", NULL},
	{"replay", 0, OPT_STRING, &opts.replay, "FILE",
		"use the answers kept in FILE, ask nobody", NULL},
	{"dry-run", 0, OPT_FLAG, &opts.dry_run, NULL,
		"say what would be asked, and of whom; ask nobody", NULL},
	{"now", 0, OPT_STRING, &opts.now, "TIME",
		"judge at this time (seconds since 1970)", NULL},
	{"timeout", 0, OPT_STRING, &opts.timeout, "SECONDS",
		"give up after so long (30)", NULL},
	OPT_END
};
/* clang-format on */

static volatile int stop;

/* The answer is what is known so far; whoever is in a hurry asks twice. */
static void on_signal(int number)
{
	(void)signal(number, SIG_DFL);
	stop = 1;
}

static void say(void *arg, const char *text)
{
	(void)arg;
	complain("%s", text);
}

/* A whole number within limits; false: said which option is wrong. */
static bool number(const char *option, const char *text, long long max,
                   long long *out)
{
	char *end;

	*out = 0;
	if (!text)
		return true;
	*out = strtoll(text, &end, 10);
	if (end != text && !*end && *out > 0 && *out <= max)
		return true;
	complain("check: --%s takes a number from 1", option);
	return false;
}

/* The records of all --with, one a line; the caller frees it. */
static char *lines_of(const struct opt_list *list)
{
	size_t size = 1;
	char *text, *p;

	for (size_t i = 0; i < list->n; i++)
		size += strlen(list->v[i]) + 1;
	text = p = malloc(size);
	for (size_t i = 0; text && i < list->n; i++)
		p = stpcpy(stpcpy(p, list->v[i]), "\n");
	if (text)
		*p = '\0';
	return text;
}

struct files {
	struct bytes message, zone, keys;
	char *with;
};

static bool read_files(struct files *f)
{
	f->with = lines_of(&opts.with);
	return f->with && (!opts.message || read_all(opts.message,
	                                             &f->message)) &&
	       (!opts.zone || read_all(opts.zone, &f->zone)) &&
	       (!opts.list_keys || read_all(opts.list_keys, &f->keys));
}

static int free_files(struct files *f, int status)
{
	free(f->message.p);
	free(f->zone.p);
	free(f->keys.p);
	free(f->with);
	return status;
}

static bool fill_options(struct mw_check_options *o, const struct files *f)
{
	long long now, timeout;

	if (!number("now", opts.now, INT64_MAX / 2, &now) ||
	    !number("timeout", opts.timeout, 3600, &timeout))
		return false;
	*o = (struct mw_check_options){
	    .size = sizeof(*o), .ips = opts.ips.v, .nips = opts.ips.n,
	    .helo = opts.helo, .mail_from = opts.mail_from,
	    .from = opts.from, .selectors = opts.selectors.v,
	    .nselectors = opts.selectors.n, .own = opts.own.v,
	    .nown = opts.own.n, .message = f->message.p,
	    .message_n = f->message.n, .with = f->with[0] ? f->with : NULL,
	    .resolver = opts.resolver, .receiver = opts.receiver,
	    .skip = opts.skip, .zone = f->zone.p, .zone_n = f->zone.n,
	    .replay = opts.replay, .record = opts.record,
	    .offline = opts.offline, .smtp = opts.smtp,
	    .dry_run = opts.dry_run,
	    .now = now, .timeout_ms = (unsigned)timeout * 1000,
	    .note = say, .stop = &stop, .list_keys = f->keys.p,
	    .list_keys_n = f->keys.n};
	return true;
}

static int check_one(struct mw_ctx *ctx, const struct mw_check_options *o)
{
	struct mw_answer *answer;
	struct mw_err err;
	int status = EXIT_DONE;

	if (mw_check(ctx, o, &answer, &err) != MW_OK)
		return no_answer(NULL, &err);
	/* What there is to read was said already. */
	if (o->dry_run && (!common.format || !strcmp(common.format, "text"))) {
		mw_answer_free(answer);
		return EXIT_DONE;
	}
	if (mw_answer_errors(answer))
		status = EXIT_FINDING;
	else if (mw_answer_unknown(answer))
		status = EXIT_TEMPFAIL;
	return print_answer(NULL, answer, status);
}

static int run(int argc, char **argv)
{
	struct files files = {0};
	struct mw_check_options o;
	struct mw_ctx *ctx;
	int status;

	if (argc > 1) {
		complain("check: one domain, address or host at a time");
		return EXIT_USAGE;
	}
	if (!read_files(&files))
		return free_files(&files, EXIT_NOINPUT);
	if (!fill_options(&o, &files))
		return free_files(&files, EXIT_USAGE);
	o.subject = argc ? argv[0] : NULL;
	ctx = context_new();
	if (!ctx)
		return free_files(&files, EXIT_SOFTWARE);
	(void)signal(SIGINT, on_signal);
	(void)signal(SIGTERM, on_signal);
	status = check_one(ctx, &o);
	mw_ctx_free(ctx);
	return free_files(&files, status);
}

const struct cmd cmd_check = {
    "check", NULL, "DOMAIN | IP | HOST | ADDRESS",
    "audit a domain, an address or a host as receivers see it",
    options, run, "mailwhy-check",
};
