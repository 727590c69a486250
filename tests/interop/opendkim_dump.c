/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * opendkim_dump.c - what libopendkim of Debian makes of files
 *
 *	opendkim_dump sign KEY r|s r|s FILE...    FILE.theirs is FILE signed
 *	opendkim_dump verify RECORDS FILE...      "FILE pass|fail" lines
 *
 * Domain and selector are example.org and the key's file name; RECORDS has
 * lines of a name and a text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dkim.h>

static unsigned char *slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	unsigned char *p = calloc(1, 1 << 20);

	if (!f || !p)
		exit(2);
	*n = fread(p, 1, (1 << 20) - 1, f);
	fclose(f);
	return p;
}

static DKIM_STAT feed(DKIM *d, unsigned char *p, size_t n)
{
	DKIM_STAT st = dkim_chunk(d, p, n);

	if (st == DKIM_STAT_OK)
		st = dkim_chunk(d, NULL, 0);
	return st == DKIM_STAT_OK ? dkim_eom(d, NULL) : st;
}

static dkim_canon_t canon(const char *word)
{
	return *word == 'r' ? DKIM_CANON_RELAXED : DKIM_CANON_SIMPLE;
}

static int sign(DKIM_LIB *lib, char **argv)
{
	size_t nkey, n, nhead;
	unsigned char *key = slurp(argv[0], &nkey), *head;
	const char *slash = strrchr(argv[0], '/');
	const char *selector = slash ? slash + 1 : argv[0];
	int bad = 0;

	for (char **p = argv + 3; *p; p++) {
		DKIM_STAT st;
		unsigned char *raw = slurp(*p, &n);
		DKIM *d = dkim_sign(lib, (const unsigned char *)"x", NULL, key,
		                    (const unsigned char *)selector,
		                    (const unsigned char *)"example.org",
		                    canon(argv[1]), canon(argv[2]),
		                    strcmp(selector, "rsa")
		                        ? DKIM_SIGN_ED25519SHA256
		                        : DKIM_SIGN_RSASHA256,
		                    -1, &st);
		char path[4096];
		FILE *f;

		snprintf(path, sizeof(path), "%s.theirs", *p);
		f = fopen(path, "wb");
		if (!d || !f || feed(d, raw, n) != DKIM_STAT_OK ||
		    dkim_getsighdr_d(d, 16, &head, &nhead) != DKIM_STAT_OK) {
			bad = 1;
		} else {
			/* It leaves line ends to who sends it. */
			fputs("DKIM-Signature: ", f);
			for (size_t i = 0; i < nhead; i++) {
				if (head[i] == '\n' &&
				    (!i || head[i - 1] != '\r'))
					fputc('\r', f);
				fputc(head[i], f);
			}
			fputs("\r\n", f);
			fwrite(raw, 1, n, f);
		}
		if (f)
			fclose(f);
		if (d)
			dkim_free(d);
		free(raw);
	}
	free(key);
	return bad;
}

static int verify(DKIM_LIB *lib, char **argv)
{
	dkim_query_t q = DKIM_QUERY_FILE;

	dkim_options(lib, DKIM_OP_SETOPT, DKIM_OPTS_QUERYMETHOD, &q,
	             sizeof(q));
	dkim_options(lib, DKIM_OP_SETOPT, DKIM_OPTS_QUERYINFO, argv[0],
	             strlen(argv[0]) + 1);
	for (char **p = argv + 1; *p; p++) {
		DKIM_STAT st;
		size_t n;
		unsigned char *raw = slurp(*p, &n);
		DKIM *d = dkim_verify(lib, (const unsigned char *)"x", NULL,
		                      &st);

		printf("%s %s\n", *p,
		       d && feed(d, raw, n) == DKIM_STAT_OK ? "pass" : "fail");
		if (d)
			dkim_free(d);
		free(raw);
	}
	return 0;
}

int main(int argc, char **argv)
{
	DKIM_LIB *lib = dkim_init(NULL, NULL);
	int rc = 2;

	if (lib && argc > 5 && !strcmp(argv[1], "sign"))
		rc = sign(lib, argv + 2);
	else if (lib && argc > 3 && !strcmp(argv[1], "verify"))
		rc = verify(lib, argv + 2);
	if (lib)
		dkim_close(lib);
	return rc;
}
