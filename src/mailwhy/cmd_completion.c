/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Completions for shells, made from the tables that the command itself uses.
 * Help texts hold no quotes or brackets; a test looks after that.
 */
#include <stdio.h>
#include <string.h>

#include "cmd.h"

typedef void each_opt(const struct cmd *cmd, const struct opt *o);

static void options_of(const struct cmd *cmd, each_opt *f)
{
	for (const struct opt *o = cmd->options; o && o->name; o++)
		f(cmd, o);
	for (const struct opt *o = common_options; o->name; o++)
		f(cmd, o);
}

/* "a|b|c" with blanks between. */
static void put_choices(const char *choices)
{
	for (; *choices; choices++)
		(void)putchar(*choices == '|' ? ' ' : *choices);
}

static bool is_arg(const struct opt *o, const char *arg)
{
	return o->arg && !strcmp(o->arg, arg);
}

/* "explain|why" or "causes" */
static void put_names(const struct cmd *cmd, const char *between)
{
	(void)fputs(cmd->name, stdout);
	if (cmd->alias)
		(void)printf("%s%s", between, cmd->alias);
}

static void bash_word(const struct cmd *cmd, const struct opt *o)
{
	(void)cmd;
	(void)printf(" --%s", o->name);
}

/* What follows an option that takes a value. */
static void bash_value(const struct cmd *cmd, const struct opt *o)
{
	if (o->type == OPT_FLAG)
		return;
	(void)printf("\t%s:--%s", cmd->name, o->name);
	if (o->letter)
		(void)printf("|%s:-%c", cmd->name, o->letter);
	(void)fputs(") ", stdout);
	if (o->choices) {
		(void)fputs("words='", stdout);
		put_choices(o->choices);
		(void)fputs("' ;;\n", stdout);
	} else {
		(void)printf("kind=%s ;;\n", is_arg(o, "DIR")    ? "-d"
		                             : is_arg(o, "FILE") ? "-f"
		                                                 : "none");
	}
}

static void bash(void)
{
	(void)fputs("# bash completion for mailwhy\n"
	            "_mailwhy()\n{\n"
	            "\tlocal cur=${COMP_WORDS[COMP_CWORD]} cmd=explain\n"
	            "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]} words='' "
	            "kind='' names\n"
	            "\tnames='help", stdout);
	for (size_t i = 0; commands[i]; i++) {
		(void)putchar(' ');
		put_names(commands[i], " ");
	}
	(void)fputs("'\n\tcase \" $names \" in\n"
	            "\t*\" ${COMP_WORDS[1]} \"*) cmd=${COMP_WORDS[1]} ;;\n"
	            "\tesac\n", stdout);
	for (size_t i = 0; commands[i]; i++)
		if (commands[i]->alias)
			(void)printf("\t[ \"$cmd\" = %s ] && cmd=%s\n",
			             commands[i]->alias, commands[i]->name);
	(void)fputs("\tcase \"$cmd:$prev\" in\n", stdout);
	for (size_t i = 0; commands[i]; i++)
		options_of(commands[i], bash_value);
	(void)fputs("\thelp:help) words=$names ;;\n\tesac\n"
	            "\tif [ -z \"$words$kind\" ]; then\n"
	            "\t\tkind=-f\n"
	            "\t\tcase \"$cmd:$cur\" in\n", stdout);
	for (size_t i = 0; commands[i]; i++) {
		(void)printf("\t\t%s:-*) kind='' words='", commands[i]->name);
		options_of(commands[i], bash_word);
		(void)fputs("' ;;\n", stdout);
	}
	(void)fputs("\t\tesac\n"
	            "\t\t[ \"$COMP_CWORD\" = 1 ] && [ -n \"$kind\" ] && "
	            "words=$names\n"
	            "\tfi\n"
	            "\t[ \"$kind\" = none ] && kind=''\n"
	            "\tCOMPREPLY=($(compgen $kind -W \"$words\" -- \"$cur\"))\n"
	            "}\n"
	            "complete -o filenames -F _mailwhy mailwhy\n", stdout);
}

static void zsh_option(const struct cmd *cmd, const struct opt *o)
{
	(void)cmd;
	(void)fputs("\t\t\t", stdout);
	if (o->letter)
		(void)printf("'(-%c --%s)'{-%c,--%s}'", o->letter, o->name,
		             o->letter, o->name);
	else
		(void)printf("'%s--%s", o->type == OPT_LIST ? "*" : "",
		             o->name);
	(void)printf("[%s]", o->help);
	if (o->type != OPT_FLAG) {
		(void)printf(":%s:", o->arg);
		if (o->choices) {
			(void)putchar('(');
			put_choices(o->choices);
			(void)putchar(')');
		} else {
			(void)fputs(is_arg(o, "DIR")    ? "_files -/"
			            : is_arg(o, "FILE") ? "_files"
			                                : " ", stdout);
		}
	}
	(void)fputs("' \\\n", stdout);
}

static void zsh_command(const struct cmd *cmd, const char *more)
{
	(void)fputs("\t", stdout);
	put_names(cmd, "|");
	(void)printf("%s)\n\t\t_arguments -s \\\n", more);
	options_of(cmd, zsh_option);
	(void)fputs("\t\t\t'*:file:_files' ;;\n", stdout);
}

static void zsh(void)
{
	(void)fputs("#compdef mailwhy\n"
	            "_mailwhy()\n{\n"
	            "\tlocal -a names\n"
	            "\tlocal cmd=${words[2]}\n"
	            "\tnames=(\n"
	            "\t\t'help:show the help of a command'\n", stdout);
	for (size_t i = 0; commands[i]; i++)
		(void)printf("\t\t'%s:%s'\n", commands[i]->name,
		             commands[i]->summary);
	(void)fputs("\t)\n"
	            "\tif (( CURRENT == 2 )) && [[ $cmd != -* ]]; then\n"
	            "\t\t_describe command names\n"
	            "\t\t_files\n"
	            "\t\treturn\n"
	            "\tfi\n"
	            "\tcase $cmd in\n", stdout);
	for (size_t i = 1; commands[i]; i++)
		zsh_command(commands[i], "");
	/* What is no command is explained, so that one takes all others. */
	zsh_command(commands[0], "|*");
	(void)fputs("\tesac\n}\n_mailwhy \"$@\"\n", stdout);
}

static void fish_option(const struct cmd *cmd, const struct opt *o)
{
	(void)fputs("complete -c mailwhy -n '__fish_seen_subcommand_from ",
	            stdout);
	put_names(cmd, " ");
	(void)putchar('\'');
	if (o->letter)
		(void)printf(" -s %c", o->letter);
	(void)printf(" -l %s", o->name);
	if (o->choices) {
		(void)fputs(" -x -a '", stdout);
		put_choices(o->choices);
		(void)putchar('\'');
	} else if (o->type != OPT_FLAG) {
		(void)fputs(is_arg(o, "FILE") || is_arg(o, "DIR") ? " -r"
		                                                  : " -x",
		            stdout);
	}
	(void)printf(" -d '%s'\n", o->help);
}

static void fish(void)
{
	(void)fputs("# fish completion for mailwhy\n"
	            "complete -c mailwhy -n __fish_use_subcommand -a help "
	            "-d 'show the help of a command'\n", stdout);
	for (size_t i = 0; commands[i]; i++)
		(void)printf("complete -c mailwhy -n __fish_use_subcommand "
		             "-a %s -d '%s'\n", commands[i]->name,
		             commands[i]->summary);
	for (size_t i = 0; commands[i]; i++)
		options_of(commands[i], fish_option);
}

static int run(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

	for (size_t i = 0; argc == 1 && i < 3; i++)
		if (!strcmp(argv[0], shells[i].name)) {
			shells[i].print();
			return EXIT_DONE;
		}
	complain("completion: one of bash, zsh and fish");
	return EXIT_USAGE;
}

const struct cmd cmd_completion = {
    "completion", NULL, "bash | zsh | fish",
    "print the completions for a shell",
    NULL, run, "mailwhy",
};
