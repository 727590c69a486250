/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mailwhy.h - why mail was rejected, who has to act, and the fix
 *
 * The library reads what a person has in hand (a reply, log lines, an
 * exception, a dialogue, the text of a bounce) and explains it, offline.  It
 * never logs, prints, exits, reads files or the environment, and keeps no
 * global state.
 *
 * Threads: any number of threads may use one context at the same time; its
 * rules are compiled once, by the first call that needs them, and only read
 * from then on.  Free it when no call is running.  An answer is for one thread
 * at a time, and is freed before its context.  A function that is told of
 * mistakes runs in the thread that adds or proves rules, and must not use that
 * context.
 *
 * Structs that callers fill in begin with their size, so that they may grow:
 * set .size = sizeof(struct ...), leave what you do not need zero.  Without
 * .size, or with members set that this version does not know, a call fails
 * with MW_EINVAL.  Members and functions are only ever added, at the end.
 *
 * All text is UTF-8.  Sizes and offsets are bytes.
 */
#ifndef MAILWHY_MAILWHY_H
#define MAILWHY_MAILWHY_H

#include <stddef.h>
#include <stdint.h>

#include "mailwhy/redact.h"
#include "mailwhy/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "0.1.0" */
MW_API const char *mw_version(void);

/* What is built in. */
struct mw_about {
	size_t size;
	size_t rules, causes;
	const char *checked; /* "2026-11": the newest confirmation of a rule */
	size_t providers, lists; /* that are known */
	const char *providers_checked, *lists_checked; /* newest, as above */
	/* Added to a context: none where mw_about() is asked. */
	size_t user_providers, user_lists, user_receivers;
	const char *user_checked; /* newest of these; "" */
};

MW_API void mw_about(struct mw_about *out);

/* Rules, knowledge and what is needed to use them. */
struct mw_ctx;

/*
 * What is built in, and what was added to ctx, which counts as used from then
 * on.  MW_EINVAL, MW_ENOMEM: *out is untouched.
 */
MW_API enum mw_status mw_ctx_about(struct mw_ctx *ctx, struct mw_about *out,
                                   struct mw_err *err);

/* NULL if there is no memory. */
MW_API struct mw_ctx *mw_ctx_new(void);
/* NULL is accepted. */
MW_API void mw_ctx_free(struct mw_ctx *ctx);

/* Told of each mistake in a rules file. */
typedef void mw_complain(void *arg, const char *file, unsigned line,
                         const char *text);

/*
 * Add rules of the user (format: mailwhy-rules(5)); they win over built-in
 * ones.  A broken stanza is told to complain (which may be NULL) and left
 * out, the others work.  To be called before the context is used.  text is
 * copied.  A file whose name ends in ".receiver" holds rules of a receiver for
 * mw_check(), which tells of mistakes in these by its note.
 *	MW_OK		added, perhaps with complaints
 *	MW_ENOMEM	no memory
 *	MW_EINVAL	the context is in use already
 */
MW_API enum mw_status mw_ctx_add_rules(struct mw_ctx *ctx, const char *file,
                                       const char *text, size_t n,
                                       mw_complain *complain, void *arg,
                                       struct mw_err *err);

/*
 * Hold the rules added so far to their own Seen lines.  Returns the number of
 * mistakes, each told to complain.  Texts that begin with "warning: " are
 * told and not counted.
 */
MW_API size_t mw_ctx_prove_rules(struct mw_ctx *ctx, mw_complain *complain,
                                 void *arg);

/* One paste; name is for messages ("-", a file's name) and may be NULL. */
struct mw_input {
	const char *name;
	const void *data;
	size_t n;
};

/* What the paste cannot tell.  All members may be NULL or 0. */
struct mw_explain_options {
	size_t size;
	const char *said_by; /* provider or host that spoke */
	const char *stage;   /* connect, helo, starttls, auth, mail, rcpt ... */
	const char *form;    /* reply, log, exception, transcript, ndr, text */
	const char *role;    /* sender, admin, developer, list: fixes first */
	const char *const *own; /* own hosts, addresses, domains */
	size_t nown;
	/* class in text: mailwhy, sisimai, kumomta, sparkpost, rfc3463 */
	const char *taxonomy;
	/*
	 * Language ("en", "de") of a text to pass on, which takes the place
	 * of the explanation for people; and for whom, an actor (NULL:
	 * whoever must act).
	 */
	const char *forward, *forward_to;
};

/* Pastes longer than this are read up to here, and the answer says so. */
#define MW_PASTE_MAX ((size_t)32 << 20)

struct mw_answer;

/*
 * Explain pastes, in their order.  The data must live as long as the answer.
 *	MW_OK		*out is the answer; free it with mw_answer_free()
 *	MW_EINVAL	an option's value does not exist; err says which
 *	MW_ENOMEM	no memory, or an input that would need too much
 */
MW_API enum mw_status mw_explain(struct mw_ctx *ctx,
                                 const struct mw_input *inputs, size_t n,
                                 const struct mw_explain_options *opt,
                                 struct mw_answer **out, struct mw_err *err);

/* The list of causes, or all about one; MW_ENOENT if there is no such id. */
MW_API enum mw_status mw_causes(struct mw_ctx *ctx, const char *id,
                                struct mw_answer **out, struct mw_err *err);

/* The list of rules, or all about one; MW_ENOENT if there is no such id. */
MW_API enum mw_status mw_rules(struct mw_ctx *ctx, const char *id,
                               struct mw_answer **out, struct mw_err *err);

/*
 * A stanza for a rules file that knows the first rejection of the paste, its
 * values replaced by documentation ones.  month ("2026-11") is written as the
 * month of its confirmation; opt may be NULL.
 *	MW_OK		*out is the stanza; its text form can be used as a file
 *	MW_ENOENT	the paste holds no rejection with words
 *	MW_EINVAL	month or an option has a value that does not exist
 *	MW_ENOMEM	no memory
 */
MW_API enum mw_status mw_rules_draft(struct mw_ctx *ctx,
                                     const struct mw_input *input,
                                     const struct mw_explain_options *opt,
                                     const char *month,
                                     struct mw_answer **out,
                                     struct mw_err *err);

/* NULL is accepted. */
MW_API void mw_answer_free(struct mw_answer *answer);

/* Diagnoses, causes or rules in the answer. */
MW_API size_t mw_answer_count(const struct mw_answer *answer);

/*
 * A member of item i, as in the JSON form ("cause", "actor", "verdict",
 * "confidence"); a path goes deeper ("permanence.actual").  NULL if there is
 * none.  The string lives as long as the answer.
 */
MW_API const char *mw_answer_get(const struct mw_answer *answer, size_t i,
                                 const char *path);

enum mw_format {
	MW_FORMAT_TEXT,
	MW_FORMAT_JSON,
	MW_FORMAT_JSONL, /* one diagnosis, cause or rule on a line */
	MW_FORMAT_CSV,   /* a row for each of them */
	MW_FORMAT_HTML   /* one self-contained page */
};
enum mw_depth { MW_DEPTH_PLAIN, MW_DEPTH_NORMAL, MW_DEPTH_TECHNICAL };

struct mw_render_options {
	size_t size;
	enum mw_format format;
	enum mw_depth depth;
	unsigned width; /* columns of text; 0: 80 */
	int colour;     /* not 0: ANSI colours in text */
	int compact;    /* not 0: JSON on one line */
	int full;       /* not 0: JSON Lines with explain, fix, verify, refs */
};

/*
 * The whole answer as text.  *text is terminated, *n its length; both live as
 * long as the answer, or until it is rendered again.
 *	MW_OK, MW_ENOMEM
 *	MW_EINVAL	no answer, or options without their size
 */
MW_API enum mw_status mw_answer_render(struct mw_answer *answer,
                                       const struct mw_render_options *opt,
                                       const char **text, size_t *n);

#ifdef __cplusplus
}
#endif

#endif
