/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"

struct common common;

/* clang-format off */
const struct opt common_options[] = {
	{"format", 'f', OPT_CHOICE, &common.format, "FORMAT",
		"how to print the answer", "text|json|jsonl|csv|html"},
	{"plain", 0, OPT_FLAG, &common.plain, NULL,
		"explain for people who do not run mail servers", NULL},
	{"technical", 0, OPT_FLAG, &common.technical, NULL,
		"show everything: codes, references, classes", NULL},
	{"output", 'o', OPT_STRING, &common.output, "FILE",
		"write the answer to FILE, which is replaced at once", NULL},
	{"rules", 0, OPT_LIST, &common.rules, "DIR",
		"also use the *.rules files of DIR", NULL},
	{"help", 'h', OPT_FLAG, &common.help, NULL,
		"show this help", NULL},
	OPT_END
};
/* clang-format on */

void complain(const char *fmt, ...)
{
	va_list ap;

	(void)fputs("mailwhy: ", stderr);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
}

static const struct opt *find_in(const struct opt *table, const char *name,
                                 size_t n)
{
	for (; table && table->name; table++)
		if (strlen(table->name) == n && !strncmp(table->name, name, n))
			return table;
	return NULL;
}

static const struct opt *find_letter(const struct opt *table, char c)
{
	for (; table && table->name; table++)
		if (table->letter == c)
			return table;
	return NULL;
}

static bool in_choices(const char *choices, const char *value)
{
	size_t n = strlen(value);

	while (n && choices) {
		size_t len = strcspn(choices, "|");

		if (len == n && !strncmp(choices, value, n))
			return true;
		choices = choices[len] ? choices + len + 1 : NULL;
	}
	return false;
}

static bool set(const struct opt *o, const char *value)
{
	struct opt_list *list = o->target;

	switch (o->type) {
	case OPT_FLAG:
		*(bool *)o->target = true;
		return true;
	case OPT_CHOICE:
		if (!in_choices(o->choices, value)) {
			complain("--%s: '%s' is none of %s", o->name, value,
			         o->choices);
			return false;
		}
		*(const char **)o->target = value;
		return true;
	case OPT_STRING:
		*(const char **)o->target = value;
		return true;
	case OPT_LIST:
		if (list->n == OPT_LIST_MAX) {
			complain("--%s: over %d of them", o->name,
			         OPT_LIST_MAX);
			return false;
		}
		list->v[list->n++] = value;
		return true;
	}
	return false;
}

/* One argument that begins with a dash; *i moves on where it takes a value. */
static bool take(const struct cmd *cmd, int argc, char **argv, int *i)
{
	const char *arg = argv[*i], *name = arg + 2, *value = NULL;
	const struct opt *o;
	size_t n;

	if (arg[1] == '-') {
		n = strcspn(name, "=");
		o = find_in(cmd->options, name, n);
		if (!o)
			o = find_in(common_options, name, n);
		value = name[n] ? name + n + 1 : NULL;
	} else {
		o = find_letter(cmd->options, arg[1]);
		if (!o)
			o = find_letter(common_options, arg[1]);
		value = arg[2] ? arg + 2 : NULL;
	}
	if (!o) {
		complain("unknown option '%s'; see 'mailwhy %s --help'", arg,
		         cmd->name);
		return false;
	}
	if (o->type == OPT_FLAG && value) {
		complain("--%s takes no value", o->name);
		return false;
	}
	if (o->type != OPT_FLAG && !value) {
		if (*i + 1 >= argc) {
			complain("--%s needs a value (%s)", o->name, o->arg);
			return false;
		}
		value = argv[++*i];
	}
	return set(o, value);
}

int opt_parse(const struct cmd *cmd, int argc, char **argv)
{
	int n = 0, i;

	for (i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "--"))
			break;
		if (argv[i][0] != '-' || !argv[i][1]) {
			argv[n++] = argv[i];
			continue;
		}
		if (!take(cmd, argc, argv, &i))
			return -1;
	}
	for (i++; i < argc; i++)
		argv[n++] = argv[i];
	return n;
}

static void print_option(const struct opt *o)
{
	char left[64];
	int n = snprintf(left, sizeof(left), "  %c%c%s --%s%s%s",
	                 o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
	                 o->letter ? "," : " ", o->name, o->arg ? " " : "",
	                 o->arg ? o->arg : "");

	(void)printf("%-26s%s%s", left, n > 25 ? "\n                          "
	                                       : "", o->help);
	if (o->choices)
		(void)printf(" (%s)", o->choices);
	(void)putchar('\n');
}

void help_command(const struct cmd *cmd)
{
	(void)printf("usage: mailwhy %s [options] %s\n\n%s\n\n", cmd->name,
	             cmd->args, cmd->summary);
	for (const struct opt *o = cmd->options; o && o->name; o++)
		print_option(o);
	for (const struct opt *o = common_options; o->name; o++)
		print_option(o);
	(void)printf("\nAll about it: man %s\n", cmd->manual);
}

void help_program(void)
{
	(void)fputs("usage: mailwhy \"550 5.7.1 ...\" | FILE... | -\n"
	            "       mailwhy COMMAND [options] ...\n\n"
	            "Tells why mail was rejected, who has to act, whether "
	            "waiting helps, and the\nfix. Nothing leaves this "
	            "machine.\n\nCommands:\n", stdout);
	for (size_t i = 0; commands[i]; i++)
		(void)printf("  %-12s%s\n", commands[i]->name,
		             commands[i]->summary);
	(void)fputs("  help        show the help of a command\n\n"
	            "Options:\n"
	            "  -V, --version           show the version\n"
	            "  -h, --help              show this help\n\n"
	            "Examples:\n"
	            "  mailwhy \"550 5.1.1 <anna@example.org>: User unknown\"\n"
	            "  grep status=bounced /var/log/mail.log | mailwhy\n"
	            "  mailwhy --format=json bounce.txt\n", stdout);
}
