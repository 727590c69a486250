/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd.h - the command: tables of commands and options
 *
 * --help, the synopsis of the manual pages and the completions are made from
 * these tables.
 */
#ifndef MAILWHY_CMD_H
#define MAILWHY_CMD_H

#include <stdbool.h>
#include <stddef.h>

#include "mailwhy/mailwhy.h"

/* Exit statuses; see EXIT STATUS in the manual pages. */
enum {
	EXIT_DONE = 0,
	EXIT_FINDING = 1,  /* explain: nothing at all was recognised */
	EXIT_USAGE = 2,
	EXIT_NOINPUT = 66, /* an input could not be read */
	EXIT_SOFTWARE = 70,
	EXIT_CANTCREAT = 73,
	EXIT_IO = 74,      /* the answer could not be written */
	EXIT_TEMPFAIL = 75 /* check: something could not be found out */
};

enum opt_type {
	OPT_FLAG,   /* bool * */
	OPT_STRING, /* const char ** */
	OPT_CHOICE, /* const char **, one of .choices */
	OPT_LIST    /* struct opt_list *: may be given several times */
};

#define OPT_LIST_MAX 32

struct opt_list {
	const char *v[OPT_LIST_MAX];
	size_t n;
};

struct opt {
	const char *name; /* without dashes */
	char letter;      /* 0: none */
	enum opt_type type;
	void *target;
	const char *arg;     /* word for the value in the help */
	const char *help;    /* one sentence, no full stop */
	const char *choices; /* "a|b|c" */
};

/* Ends a table of options. */
#define OPT_END                                                               \
	{                                                                     \
		NULL, 0, OPT_FLAG, NULL, NULL, NULL, NULL                     \
	}

/* What all commands share. */
struct common {
	const char *format, *output;
	bool plain, technical, full, help;
	struct opt_list rules;
};

extern struct common common;
extern const struct opt common_options[];

struct cmd {
	const char *name, *alias;
	const char *args;    /* synopsis of what is no option */
	const char *summary; /* one line */
	const struct opt *options;
	int (*run)(int argc, char **argv); /* what is no option */
	const char *manual;                /* the page about it */
};

extern const struct cmd *const commands[]; /* ended by NULL */
extern const struct cmd cmd_explain, cmd_check, cmd_checks, cmd_causes, cmd_rules, cmd_redact,
    cmd_completion;

const struct cmd *cmd_find(const char *name);

/*
 * Read options of a command; argv[0..] are the arguments behind its name.
 * Returns how many that are no options are left at the front of argv, or -1
 * (and said why).
 */
int opt_parse(const struct cmd *cmd, int argc, char **argv);

void help_command(const struct cmd *cmd);
void help_program(void);

/* "mailwhy: text" on standard error. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A context with the rules of the system and the user; NULL: said why. */
struct mw_ctx *context_new(void);

/*
 * Add all *.rules, *.zones and *.providers of a folder, sorted by name (or
 * one file).  False where one
 * could not be read, or where the folder must be there and is not: said why.
 */
bool rules_add_dir(struct mw_ctx *ctx, const char *dir, bool must,
                   mw_complain *tell, void *arg);

/* Hold the rules of a folder to their own examples; the exit status. */
int rules_check(const char *dir);

/*
 * Print the answer as the common options ask, and free it and its context
 * (NULL: the caller does); returns the exit status, which is "status" if all
 * went well.  A table keeps a row on one line where it is read by a program.
 */
int print_answer(struct mw_ctx *ctx, struct mw_answer *answer, int status);
/* How the common options want an answer. */
struct mw_render_options render_options(void);
int print_table(struct mw_ctx *ctx, struct mw_answer *answer, int status);

/* What is asked of many mails. */
struct bulk_wishes {
	bool summary, suppress;
	unsigned workers; /* 0: one for each processor */
	const char *container; /* what the input is, or NULL: find out */
	const struct opt_list *columns; /* of tables: "reply=HEADER" */
};

/* Is one of the arguments a mailbox, a folder or an archive? */
bool bulk_wanted(int argc, char **argv);
/* Explain them mail by mail; the exit status. */
int explain_bulk(int argc, char **argv,
                 const struct mw_explain_options *explain,
                 const struct bulk_wishes *want);

/* Say why there is no answer, and free the context; the exit status. */
int no_answer(struct mw_ctx *ctx, const struct mw_err *err);
/* Text that is no answer, to where the answer would go. */
int print_text(const char *text, size_t n, int status);
/*
 * A file that only its owner can read: written beside it, and put in its
 * place when it is safe on the disk.  False: said why.
 */
bool write_private(const char *file, const char *text, size_t n);

/* A whole file ("-": standard input) in memory; false: said why. */
struct bytes {
	char *p;
	size_t n;
};
bool read_all(const char *file, struct bytes *out);

/* What is to be explained: words, files, or standard input. */
struct inputs {
	struct mw_input *v;
	char **owned; /* to be freed */
	size_t n;
	bool failed; /* one could not be read: said why */
};

/* False where memory is exhausted; inputs_done() is due in any case. */
bool inputs_gather(struct inputs *in, int argc, char **argv);
/*
 * Free them; returns status, or EXIT_NOINPUT where all went well with those
 * that could be read and one could not.
 */
int inputs_done(struct inputs *in, int status);

/*
 * Put redacted texts in place of the inputs; NULL: said why.  Names that the
 * rules of the context know stay.
 */
struct mw_redactor *inputs_redact(struct inputs *in, struct mw_ctx *ctx);

#endif
