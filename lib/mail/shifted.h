/* SPDX-License-Identifier: BSD-2-Clause */
/* shifted.h - the charsets of 7 bits that switch between sets */
#ifndef MAIL_SHIFTED_H
#define MAIL_SHIFTED_H

#include <iconv.h>

#include "mail/charsets.h"
#include "mail/sink.h"

/*
 * ISO-2022-JP (also half-width kana and JIS X 0212), ISO-2022-KR and HZ by a
 * descriptor for the set with high bits (EUC-JP-MS, CP949, GB18030).  Lines
 * of Japanese and HZ begin in ASCII, as their standards have it: what was
 * cut off spoils its own line only.  True if something was wrong.
 */
bool shifted_decode(struct sink *s, iconv_t cd, enum charset_way way, sv in);

/* UTF-7; what is none of it (a lone "+") stays as it is. */
bool shifted_utf7(struct sink *s, sv in);

#endif
