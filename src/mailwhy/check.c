/* SPDX-License-Identifier: BSD-2-Clause */
/* rules --check: the mistakes in a folder of rules, as text or JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

struct report {
	FILE *out; /* memory: the answer goes out at once, or to --output */
	bool json;
	size_t mistakes, warnings;
};

static bool follows(const unsigned char *s, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xC0) != 0x80)
			return false;
	return true;
}

/* How long the UTF-8 character at s is; 0: it is none. */
static size_t character(const unsigned char *s)
{
	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xC2 && s[0] <= 0xDF)
		return follows(s, 2) ? 2 : 0;
	if ((s[0] & 0xF0) == 0xE0)
		return follows(s, 3) && (s[0] != 0xE0 || s[1] >= 0xA0) &&
		       (s[0] != 0xED || s[1] < 0xA0) ? 3 : 0;
	if (s[0] >= 0xF0 && s[0] <= 0xF4)
		return follows(s, 4) && (s[0] != 0xF0 || s[1] >= 0x90) &&
		       (s[0] != 0xF4 || s[1] < 0x90) ? 4 : 0;
	return 0;
}

static void put_string(FILE *f, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	(void)putc('"', f);
	while (*s) {
		size_t n = character(s);

		if (!n)
			(void)fputs("\xEF\xBF\xBD", f);
		else if (*s < 0x20 || *s == 0x7F || *s == '"' || *s == '\\')
			(void)fprintf(f, "\\u%04x", *s);
		else
			(void)fwrite(s, 1, n, f);
		s += n ? n : 1;
	}
	(void)putc('"', f);
}

static void told(void *arg, const char *file, unsigned line, const char *text)
{
	static const char mild[] = "warning: ";
	struct report *r = arg;
	bool warning = !strncmp(text, mild, sizeof(mild) - 1);

	if (!r->json) {
		(void)fprintf(r->out, "%s:%u: %s\n", file, line, text);
	} else {
		(void)fputs(r->mistakes + r->warnings ? ",\n    {" : "\n    {",
		            r->out);
		(void)fputs("\"file\": ", r->out);
		put_string(r->out, file);
		(void)fprintf(r->out, ", \"line\": %u, \"severity\": \"%s\", "
		              "\"text\": ", line,
		              warning ? "warning" : "error");
		put_string(r->out, warning ? text + sizeof(mild) - 1 : text);
		(void)putc('}', r->out);
	}
	if (warning)
		r->warnings++;
	else
		r->mistakes++;
}

static size_t count_rules(struct mw_ctx *ctx)
{
	struct mw_about about = {.size = sizeof(about)};
	struct mw_answer *answer;
	struct mw_err err;
	size_t n;

	mw_about(&about);
	if (mw_rules(ctx, NULL, &answer, &err) != MW_OK)
		return 0;
	n = mw_answer_count(answer) - about.rules;
	mw_answer_free(answer);
	return n;
}

static void begin(const struct report *r)
{
	if (!r->json)
		return;
	(void)fputs("{\n  \"schema\": 1,\n  \"tool\": {\"name\": \"mailwhy\", "
	            "\"version\": ", r->out);
	put_string(r->out, mw_version());
	(void)fputs("},\n  \"command\": \"rules\",\n  \"findings\": [", r->out);
}

static void finish(const struct report *r, size_t rules)
{
	if (r->json)
		(void)fprintf(r->out,
		              "%s],\n  \"rules\": %zu,\n  \"mistakes\": %zu,\n"
		              "  \"warnings\": %zu\n}\n",
		              r->mistakes + r->warnings ? "\n  " : "", rules,
		              r->mistakes, r->warnings);
	else
		(void)fprintf(r->out, "%zu rules, %zu mistakes, %zu warnings\n",
		              rules, r->mistakes, r->warnings);
}

/* Nothing but DIR and the built-in rules: mistakes elsewhere are not these. */
static int examine(struct mw_ctx *ctx, struct report *r, const char *dir)
{
	bool read;

	begin(r);
	read = rules_add_dir(ctx, dir, true, told, r);
	(void)mw_ctx_prove_rules(ctx, told, r);
	if (read || r->mistakes || r->json)
		finish(r, count_rules(ctx));
	return !read         ? EXIT_NOINPUT
	       : r->mistakes ? EXIT_FINDING
	                     : EXIT_DONE;
}

int rules_check(const char *dir)
{
	struct report r = {.json = common.format &&
	                           !strcmp(common.format, "json")};
	struct mw_ctx *ctx = NULL;
	char *text = NULL;
	size_t n = 0;
	int status = EXIT_SOFTWARE;

	if (common.format && !r.json && strcmp(common.format, "text") != 0) {
		complain("rules --check: the formats are text and json");
		return EXIT_USAGE;
	}
	r.out = open_memstream(&text, &n);
	if (r.out)
		ctx = mw_ctx_new();
	if (ctx)
		status = examine(ctx, &r, dir);
	if (!ctx || fclose(r.out)) {
		complain("no memory");
		status = EXIT_SOFTWARE;
	} else if (n || common.output) {
		status = print_text(text, n, status);
	}
	mw_ctx_free(ctx);
	free(text);
	return status;
}
