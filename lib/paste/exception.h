/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exception.h - what the readers of exceptions share
 *
 * Private to exception*.c.  An error is put together from the lines of one
 * trace or message and then becomes an attempt.  Whatever is taken lives in
 * the arena of the attempts; a reader takes only once it knows that the lines
 * are about mail.
 */
#ifndef PASTE_EXCEPTION_H
#define PASTE_EXCEPTION_H

#include "paste/lines.h"

/* Lines of one trace that are looked at; the window has a few more. */
#define EXC_LINES 240

/*
 * Lines ahead in which a trace must show that it is about mail.  Sockets and
 * TLS put some ten frames above those of the library; looking further for
 * each line of a long text would cost too much.
 */
#define EXC_NEAR 20

/* Lines of one server reply; the longest that were seen have 12. */
#define EXC_REPLY_LINES 24

/* Recipients of one message that a library lists as refused. */
#define EXC_RECIPIENTS 64

struct exc {
	struct paste_ctx *ctx;
	sv writer;
	enum smtp_stage stage;
	struct mtext text;
	bool server; /* the text is what a server said */
	bool weak;
	bool plain; /* no application: a webmail says so, or a server */
	sv recipient, sender, host, ip, port, account;
};

/* Readers of one family: lines read from the first one on, or 0. */
size_t exc_python(struct paste_ctx *ctx);
size_t exc_node(struct paste_ctx *ctx);
size_t exc_ruby(struct paste_ctx *ctx);
size_t exc_class(struct paste_ctx *ctx); /* Java and .NET */
size_t exc_php(struct paste_ctx *ctx);
size_t exc_perl(struct paste_ctx *ctx);
size_t exc_level(struct paste_ctx *ctx); /* records with a level */
size_t exc_tool(struct paste_ctx *ctx); /* lines of the rest */

/* The cleaned text of line k, empty behind the last one. */
sv exc_line(struct paste_ctx *ctx, size_t k);

/* Offset of a needle in the line k, or SV_NPOS. */
size_t exc_find(struct paste_ctx *ctx, size_t k, sv needle);

/* The offset behind a needle in s, or SV_NPOS. */
size_t exc_behind(sv s, sv needle);

/* Is this a line of a stack trace, or of what stands between two of them? */
bool exc_is_frame(const struct pline *l);

/* The first line from k on that is none, at most EXC_LINES. */
size_t exc_skip_frames(struct paste_ctx *ctx, size_t k);

/* A mark in a text and the stage that it shows. */
struct exc_mark {
	sv mark;
	enum smtp_stage stage;
};

/* The stage of the first mark of a list (ended by an empty one) in s. */
enum smtp_stage exc_stage(sv s, const struct exc_mark *marks);

/* The stage that class names and the words of libraries show. */
enum smtp_stage exc_stage_of_words(sv s);

/* The first stage that lines from..to of a stack trace show. */
enum smtp_stage exc_stage_of_frames(struct paste_ctx *ctx, size_t from,
                                    size_t to, const struct exc_mark *marks);

/* Does s begin with a code that refuses (4xx or 5xx)?  Its value or 0. */
unsigned exc_code(sv s);

/* Length of the enhanced status at the start of s, or 0. */
size_t exc_status(sv s);

/* Room for the text that lines from..to may give, with extra bytes. */
void exc_text(struct exc *x, size_t from, size_t to, size_t extra);

/* Copy bytes from..to of line k as they are; nothing is joined with. */
void exc_copy(struct exc *x, size_t k, size_t from, size_t to);

/* The same with the escapes of a string undone; ends at the quote. */
size_t exc_unescape(struct exc *x, size_t k, size_t from, size_t to,
                    char quote);

/*
 * Take the reply that begins at from in line k: the rest of the line (up to
 * to) and the lines behind that repeat its code or status.  Returns the first
 * line that is no part of it.
 */
size_t exc_take_reply(struct exc *x, size_t k, size_t from, size_t to);

/* The same up to the mark that ends it; 0 if there is none near. */
size_t exc_take_until(struct exc *x, size_t k, size_t from, sv end);

/* A copy of a part of line k. */
sv exc_keep(struct exc *x, size_t k, size_t from, size_t to);

/* "host:25" at from in line k: to host, ip and port. */
void exc_host_port(struct exc *x, size_t k, size_t from);

/*
 * Make an attempt of it that begins in line k, or merge it with the one
 * before that tells the same.
 */
void exc_emit(struct exc *x, size_t k);

#endif
