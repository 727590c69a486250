/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rtf.h - the words of a body that is only there as compressed RTF
 *
 * [MS-OXRTFCP] for the compression, RTF 1.9.1 for the words: paragraphs,
 * characters and tabs; fonts, pictures and all marked as ignorable (HTML put
 * into RTF too) are passed over.  The input is hostile; work is linear.
 */
#ifndef MAIL_RTF_H
#define MAIL_RTF_H

#include "mail/codepage.h"

/* What is unpacked and what is read of it. */
#define RTF_MAX ((size_t)2 << 20)

/* Bytes packed as [MS-OXRTFCP] says; empty where they are not, or broken. */
sv rtf_unpack(struct arena *a, sv packed);

/* The words of an RTF text as UTF-8; empty where it is none. */
sv rtf_text(struct arena *a, struct recode_tools *t, sv rtf);

#endif
