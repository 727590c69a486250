/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cfb.h - compound files [MS-CFB]: the small file system of Outlook's .msg
 *
 * Storages (folders) and streams (files) in sectors that are chained by a
 * table.  The file is hostile: chains may loop, cross and lead outside, sizes
 * may be anything.  A chain is followed for so many sectors as the stream's
 * size needs and the file has; an entry of the directory is in one storage
 * only; and all streams together give no more bytes than CFB_AGAIN times the
 * file's, so that work is linear in it.
 */
#ifndef MAIL_CFB_H
#define MAIL_CFB_H

#include "base/arena.h"
#include "base/err.h"

/* Entries of the directory; a message with 1000 recipients has some 20000. */
#define CFB_MAX_ENTRIES 65536u
/* How often each byte may be read: once, and again for a second look. */
#define CFB_AGAIN 2u
/* Letters of a name, and its end. */
#define CFB_NAME 33

#define CFB_NONE UINT32_MAX

/* What is wrong with a file that is read nevertheless. */
#define CFB_CUT 1u    /* the end of a stream is not there */
#define CFB_LOOP 2u   /* a chain or the directory comes back to itself */
#define CFB_MANY 4u   /* over CFB_MAX_ENTRIES: the rest is left out */
#define CFB_SPENT 8u  /* streams that share sectors: no more is read */
#define CFB_TABLE 16u /* the table of sectors ends before the sectors do */

struct cfb_entry {
	char name[CFB_NAME]; /* other than ASCII as '?' */
	bool storage;
	uint32_t left, right, child; /* as they stand in the file */
	uint32_t first;              /* in a storage: its first entry */
	uint32_t next;               /* the next entry of the same storage */
	uint32_t start;
	uint64_t size;
};

struct cfb {
	sv raw;
	unsigned shift;      /* of a sector's size */
	uint32_t cutoff;     /* smaller streams are in the mini stream */
	uint32_t nsectors;   /* that the file has, the last perhaps in part */
	uint32_t *fat;       /* nsectors */
	uint32_t *mini, nmini;         /* chains of the mini stream */
	uint32_t *mini_at, nmini_at;   /* its sectors */
	struct cfb_entry *entries;     /* 0 is the root */
	uint32_t nentries;
	uint64_t left;       /* bytes that may still be read */
	unsigned flaws;      /* CFB_... */
	uint32_t hurt;       /* the first stream that is cut, or CFB_NONE */
};

/* Does s begin with the signature? */
bool cfb_begins(sv s);

/*
 * Read header, tables and directory of raw (shorter than 4 GiB), which must
 * outlive *out, as must a.
 *	MW_OK		*out can be read, see .flaws
 *	MW_ESYNTAX	no compound file, or header or directory are not
 *			there: err tells which
 *	MW_ENOMEM	a is exhausted
 */
enum mw_status cfb_open(struct arena *a, sv raw, struct cfb *out,
                        struct mw_err *err);

/*
 * The bytes of a stream, at most max: a view of the file, or a copy in a.
 * Shorter where the file is broken.
 */
sv cfb_read(struct arena *a, struct cfb *f, uint32_t entry, size_t max);

/* The stream or storage of that name in a storage, or CFB_NONE. */
uint32_t cfb_find(const struct cfb *f, uint32_t storage, const char *name);

/* Numbers of the file, least byte first; s must hold them. */
static inline uint16_t cfb_u16(sv s, size_t at)
{
	const unsigned char *p = (const unsigned char *)s.p + at;

	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t cfb_u32(sv s, size_t at)
{
	return cfb_u16(s, at) | (uint32_t)cfb_u16(s, at + 2) << 16;
}

static inline uint64_t cfb_u64(sv s, size_t at)
{
	return cfb_u32(s, at) | (uint64_t)cfb_u32(s, at + 4) << 32;
}

#endif
