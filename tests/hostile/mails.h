/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mails.h - mails made to cost as much time or memory as they can
 *
 * As patterns.h: a few bytes, repeated up to any size, within a mail.
 */
#ifndef TESTS_HOSTILE_MAILS_H
#define TESTS_HOSTILE_MAILS_H

#include <stddef.h>

struct mail_pattern {
	const char *name;
	const char *head; /* stands once before the repetition */
	/* '%' becomes a number of eight digits that counts up. */
	const char *unit;
	/* In the middle of the mail, and what is repeated behind it; or NULL. */
	const char *middle, *then;
};

extern const struct mail_pattern mail_patterns[];
extern const size_t nmail_patterns;

/* Fill out with size bytes of the mail. */
void mail_pattern_fill(const struct mail_pattern *p, char *out, size_t size);

#endif
