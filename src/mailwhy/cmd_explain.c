/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

static struct {
	const char *said_by, *stage, *role, *form, *taxonomy;
	const char *forward_to, *lang;
	const char *workers;
	bool forward, redact, summary, suppress;
	struct opt_list own, columns;
} opts;

/* clang-format off */
static const struct opt options[] = {
	{"said-by", 0, OPT_STRING, &opts.said_by, "NAME",
		"provider or host that said it, where the text does not tell",
		NULL},
	{"stage", 0, OPT_CHOICE, &opts.stage, "STAGE",
		"when it was said",
		"connect|helo|starttls|auth|mail|rcpt|data|end-of-data|delivery"},
	{"own", 0, OPT_LIST, &opts.own, "NAME",
		"a host, address or domain that is yours; may be repeated",
		NULL},
	{"as-role", 0, OPT_CHOICE, &opts.role, "ROLE",
		"whose fixes come first", "sender|admin|developer|list"},
	{"input-format", 0, OPT_CHOICE, &opts.form, "FORM",
		"what the input is, if the guess is wrong",
		"reply|log|exception|transcript|ndr|text|mail|mbox|csv|json"},
	{"column", 0, OPT_LIST, &opts.columns, "NAME=HEADER",
		"which column of a table tells what; may be repeated", NULL},
	{"taxonomy", 0, OPT_CHOICE, &opts.taxonomy, "NAME",
		"also show the class in this vocabulary",
		"mailwhy|sisimai|kumomta|sparkpost|rfc3463"},
	{"full", 0, OPT_FLAG, &common.full, NULL,
		"with the format jsonl, keep explain, fix, verify and refs", NULL},
	{"forward", 0, OPT_FLAG, &opts.forward, NULL,
		"print a text to send to whoever must act", NULL},
	{"forward-to", 0, OPT_STRING, &opts.forward_to, "ACTOR",
		"the same for another reader, as hosting-provider", NULL},
	{"lang", 0, OPT_STRING, &opts.lang, "LANG",
		"language of the text to send, as en or de", NULL},
	{"summary", 0, OPT_FLAG, &opts.summary, NULL,
		"of a mailbox or folder, tell how many failed of what", NULL},
	{"suppress-list", 0, OPT_FLAG, &opts.suppress, NULL,
		"of a mailbox or folder, print the addresses to write to no more",
		NULL},
	{"workers", 0, OPT_STRING, &opts.workers, "N",
		"threads that read a mailbox or folder; all processors if not set",
		NULL},
	{"redact", 0, OPT_FLAG, &opts.redact, NULL,
		"replace addresses, hosts and ids before it is explained",
		NULL},
	OPT_END
};
/* clang-format on */

static struct mw_explain_options explain_options(void)
{
	return (struct mw_explain_options){
	    .size = sizeof(struct mw_explain_options),
	    .said_by = opts.said_by,
	    .stage = opts.stage,
	    .form = opts.form,
	    .role = opts.role,
	    .own = opts.own.v,
	    .nown = opts.own.n,
	    .taxonomy = opts.taxonomy,
	    .forward = opts.forward || opts.forward_to
	                   ? opts.lang ? opts.lang : "en"
	                   : NULL,
	    .forward_to = opts.forward_to,
	};
}

static int explain(struct mw_ctx *ctx, struct inputs *in)
{
	struct mw_explain_options o = explain_options();
	struct mw_answer *answer;
	struct mw_err err;

	if (mw_explain(ctx, in->v, in->n, &o, &answer, &err) != MW_OK)
		return no_answer(NULL, &err);
	return print_answer(NULL, answer,
	                    mw_answer_count(answer) ? EXIT_DONE : EXIT_FINDING);
}

/* A value of an option as it now stands in the texts; the caller frees it. */
static char *redacted(struct mw_redactor *r, const char *value)
{
	const char *text;
	size_t n;

	if (mw_redactor_text(r, value, strlen(value), &text, &n, NULL) !=
	    MW_OK)
		return NULL;
	return strdup(text);
}

/* Explain what the pseudonyms say, with the options' names changed as well. */
static int explain_redacted(struct mw_ctx *ctx, struct inputs *in)
{
	struct mw_redactor *r = inputs_redact(in, ctx);
	char *own[OPT_LIST_MAX] = {NULL}, *said_by = NULL;
	int status;

	if (!r)
		return EXIT_SOFTWARE;
	for (size_t i = 0; i < opts.own.n; i++) {
		own[i] = redacted(r, opts.own.v[i]);
		opts.own.v[i] = own[i] ? own[i] : "";
	}
	if (opts.said_by)
		opts.said_by = said_by = redacted(r, opts.said_by);
	status = explain(ctx, in);
	for (size_t i = 0; i < opts.own.n; i++)
		free(own[i]);
	free(said_by);
	mw_redactor_free(r);
	return status;
}

/* A form of many mails, not of one paste. */
static bool is_container(void)
{
	static const char *const names[] = {"mail", "mbox", "csv", "json"};

	for (size_t i = 0; opts.form && i < 4; i++)
		if (!strcmp(opts.form, names[i]))
			return true;
	return false;
}

/* 0: not a number of threads. */
static unsigned workers(void)
{
	char *end;
	unsigned long n = strtoul(opts.workers, &end, 10);

	return *end || end == opts.workers || n > 1024 ? 0 : (unsigned)n;
}

static int run_bulk(int argc, char **argv)
{
	struct mw_explain_options o = explain_options();
	struct bulk_wishes want = {.summary = opts.summary,
				   .suppress = opts.suppress,
				   .columns = &opts.columns};

	if (is_container()) {
		want.container = opts.form;
		o.form = NULL;
	}
	if (opts.redact) {
		complain("explain: --redact is for one paste or mail; redact "
		         "the mailbox first");
		return EXIT_USAGE;
	}
	if (opts.workers) {
		want.workers = workers();
		if (!want.workers) {
			complain("explain: --workers takes a number from 1");
			return EXIT_USAGE;
		}
	}
	return explain_bulk(argc, argv, &o, &want);
}

static int run(int argc, char **argv)
{
	struct inputs in;
	struct mw_ctx *ctx;
	int status = EXIT_SOFTWARE;

	if (opts.lang && !opts.forward && !opts.forward_to) {
		complain("explain: --lang is the language of the text to send; "
		         "add --forward");
		return EXIT_USAGE;
	}
	if (opts.columns.n && opts.form && strcmp(opts.form, "csv") != 0) {
		complain("explain: --column is for tables, not for the form "
		         "%s", opts.form);
		return EXIT_USAGE;
	}
	if (opts.summary || opts.suppress || opts.columns.n || opts.workers || is_container() ||
	    bulk_wanted(argc, argv))
		return run_bulk(argc, argv);
	if (!inputs_gather(&in, argc, argv))
		return inputs_done(&in, status);
	ctx = context_new();
	if (ctx && !in.n)
		status = EXIT_NOINPUT;
	else if (ctx)
		status = opts.redact ? explain_redacted(ctx, &in)
		                     : explain(ctx, &in);
	mw_ctx_free(ctx);
	return inputs_done(&in, status);
}

const struct cmd cmd_explain = {
    "explain", "why", "\"TEXT\" | FILE... | -",
    "explain a reply, log lines, an exception, a dialogue or a bounce",
    options, run, "mailwhy-explain",
};
