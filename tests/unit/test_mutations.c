/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 10,000 mutations of examples, negatives and fixtures, or of mails,
 * explained and rendered both ways
 *
 *	test_mutations FOLDER...
 *
 * Deterministic: the same files give the same mutations.  MUTATIONS in the
 * environment sets another number.  The target of fuzz_explain.c says what
 * must hold; and none may take a second.
 */
#include <ftw.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUTATIONS 10000
#define FILES_MAX 4096
/* Larger pastes are slow under a sanitizer and hold nothing new. */
#define FILE_MAX ((size_t)6 << 10)
#define OUT_MAX ((size_t)24 << 10)
#define FOLDERS_OPEN 16
#define LINES_MAX 1024
/* Of processor time: for one mutation in all formats, our checks included. */
#define SECONDS 1
#define SKIPPED 77

struct text {
	uint8_t *p;
	size_t n;
};

static char *paths[FILES_MAX];
static struct text texts[FILES_MAX];
static size_t npaths, ntexts;
static unsigned long done, seed;

/* xorshift: the same numbers everywhere. */
static uint32_t number(uint32_t below)
{
	static uint64_t x;

	if (!x || seed) {
		x = 0x9E3779B97F4A7C15u * (seed + 1);
		seed = 0;
	}
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return below ? (uint32_t)(x >> 33) % below : 0;
}

static size_t place(size_t n)
{
	return number((uint32_t)n + 1);
}

/* Put n bytes in at a place; what does not fit is left out. */
static void insert(struct text *t, const void *bytes, size_t n)
{
	size_t at = place(t->n);

	if (n > OUT_MAX - t->n)
		n = OUT_MAX - t->n;
	memmove(t->p + at + n, t->p + at, t->n - at);
	memcpy(t->p + at, bytes, n);
	t->n += n;
}

static void flip_bits(struct text *t)
{
	for (uint32_t i = 1 + number(16); i && t->n; i--)
		t->p[number((uint32_t)t->n)] ^= (uint8_t)(1u << number(8));
}

static void cut(struct text *t)
{
	size_t at = place(t->n), n = place(t->n - at);

	if (number(2))
		n = t->n - at;
	memmove(t->p + at, t->p + at + n, t->n - at - n);
	t->n -= n;
}

static void repeat(struct text *t)
{
	static uint8_t part[128];
	size_t at = place(t->n), n = t->n - at;

	if (n > sizeof(part))
		n = 1 + number(sizeof(part));
	memcpy(part, t->p + at, n);
	for (uint32_t i = 1 + number(32); i; i--)
		insert(t, part, n);
}

static void splice(struct text *t)
{
	const struct text *other = &texts[number((uint32_t)ntexts)];
	size_t at = place(other->n);

	insert(t, other->p + at, place(other->n - at));
}

static void odd_bytes(struct text *t)
{
	static const struct {
		const char *p;
		size_t n;
	} odd[] = {
	    {"\0", 1},           {"\xff", 1},         {"\xef\xbb\xbf", 3},
	    {"\r", 1},           {"\r\r\n", 3},       {"\033[31m", 5},
	    {"\033]0;x\007", 6}, {"\xc2\x9b", 2},     {"\xf0\x9f", 2},
	    {"\xe2\x80\xae", 3}, {"=\r\n", 3},        {"&#0;", 4},
	    {"\xed\xa0\x80", 3}, {"%s%n", 4},         {"\\u0000", 6},
	    {"```", 3},          {"550-", 4},         {"\xff\xfe", 2},
	};

	for (uint32_t i = 1 + number(8); i; i--) {
		size_t k = number(sizeof(odd) / sizeof(odd[0]));

		insert(t, odd[k].p, odd[k].n);
	}
}

static void huge_line(struct text *t)
{
	static char line[20000];
	size_t n = 1 + number(sizeof(line));

	memset(line, "a (<\"{>0\\"[number(9)], n);
	insert(t, line, n);
}

/* Quote marks before every line. */
static void deep_quotes(struct text *t)
{
	static uint8_t old[OUT_MAX];
	size_t n = t->n, depth = 1 + number(40);

	memcpy(old, t->p, n);
	t->n = 0;
	for (size_t i = 0; i < n && t->n + 2 * depth + 1 < OUT_MAX; i++) {
		bool begins = i == 0 || old[i - 1] == '\n';

		for (size_t k = 0; begins && k < depth; k++) {
			t->p[t->n++] = '>';
			t->p[t->n++] = ' ';
		}
		t->p[t->n++] = old[i];
	}
}

/* Lines of t, each with its end, in a copy of it. */
static size_t split(const struct text *t, struct text *lines)
{
	static uint8_t old[OUT_MAX];
	size_t n = 0, from = 0;

	memcpy(old, t->p, t->n);
	while (from < t->n && n < LINES_MAX) {
		const uint8_t *end = memchr(old + from, '\n', t->n - from);
		size_t to = end && n + 1 < LINES_MAX
		                ? (size_t)(end + 1 - old) : t->n;

		lines[n++] = (struct text){old + from, to - from};
		from = to;
	}
	return n;
}

static void join(struct text *t, const struct text *lines, size_t n)
{
	t->n = 0;
	for (size_t i = 0; i < n; i++) {
		size_t len = lines[i].n;

		if (len > OUT_MAX - t->n)
			len = OUT_MAX - t->n;
		if (len)
			memcpy(t->p + t->n, lines[i].p, len);
		t->n += len;
	}
}

/* Some lines change places, some stand twice, some are missing. */
static void mix_lines(struct text *t)
{
	static struct text lines[LINES_MAX];
	size_t n = split(t, lines);

	for (uint32_t i = 1 + number(8); i && n; i--) {
		size_t a = number((uint32_t)n), b = number((uint32_t)n);
		struct text line = lines[a];

		switch (number(3)) {
		case 0:
			lines[a] = lines[b];
			lines[b] = line;
			break;
		case 1:
			lines[b] = line;
			break;
		default:
			lines[a].n = 0;
		}
	}
	join(t, lines, n);
}

/* Lines that begin with "--", or tell a boundary, lose or change bytes. */
static void break_boundaries(struct text *t)
{
	static struct text lines[LINES_MAX];
	size_t n = split(t, lines);

	for (size_t i = 0; i < n; i++) {
		struct text *l = &lines[i];
		bool told = l->n > 10 && memchr(l->p, '=', l->n);

		if ((!told && (l->n < 3 || l->p[0] != '-' || l->p[1] != '-')) ||
		    number(3))
			continue;
		if (number(2))
			l->p[number((uint32_t)l->n - 1)] ^= 1;
		else
			l->n = 1 + number((uint32_t)l->n);
	}
	join(t, lines, n);
}

/* Lines lose their ends: fields are glued, or folded where they were not. */
static void glue_lines(struct text *t)
{
	size_t n = 0;
	uint32_t often = 4 + number(60);
	bool fold = number(2);

	for (size_t i = 0; i < t->n; i++) {
		uint8_t c = t->p[i];

		if (c != '\n' || number(often))
			t->p[n++] = c;
		else if (fold)
			t->p[n++] = ' ';
	}
	t->n = n;
}

/* LF, CRLF, CR and odd mixtures of them. */
static void mix_line_ends(struct text *t)
{
	static const char *const ends[] = {"\n", "\r\n", "\r", "\n\r",
	                                   "\r\r\n", "\n\n"};
	static uint8_t old[OUT_MAX];
	size_t n = t->n, kinds = 2 + number(5);

	memcpy(old, t->p, n);
	t->n = 0;
	for (size_t i = 0; i < n && t->n + 3 < OUT_MAX; i++) {
		const char *end = ends[number((uint32_t)kinds)];

		if (old[i] != '\n') {
			t->p[t->n++] = old[i];
			continue;
		}
		for (; *end; end++)
			t->p[t->n++] = (uint8_t)*end;
	}
}

/* What stands behind a line of one text, behind one of another. */
static void splice_lines(struct text *t)
{
	const struct text *other = &texts[number((uint32_t)ntexts)];
	size_t at = place(t->n), from = place(other->n), n;

	while (at < t->n && t->p[at++] != '\n')
		continue;
	while (from < other->n && other->p[from++] != '\n')
		continue;
	n = other->n - from;
	if (n > OUT_MAX - at)
		n = OUT_MAX - at;
	if (n)
		memcpy(t->p + at, other->p + from, n);
	t->n = at + n;
}

static void one(void)
{
	static void (*const ways[])(struct text *) = {
	    flip_bits, cut, repeat, splice, odd_bytes, huge_line, deep_quotes,
	    mix_lines, break_boundaries, glue_lines, mix_line_ends,
	    splice_lines,
	};
	static const struct itimerval limit = {{0, 0}, {SECONDS, 0}};
	static uint8_t out[OUT_MAX];
	const struct text *from = &texts[number((uint32_t)ntexts)];
	struct text t = {out, from->n};
	uint8_t *exact;

	memcpy(out, from->p, from->n);
	for (uint32_t i = 1 + number(3); i; i--)
		ways[number(sizeof(ways) / sizeof(ways[0]))](&t);
	/* Of exactly that size, so that a sanitizer sees a read behind it. */
	exact = malloc(t.n ? t.n : 1);
	if (!exact)
		exit(1);
	memcpy(exact, out, t.n);
	(void)setitimer(ITIMER_PROF, &limit, NULL);
	(void)LLVMFuzzerTestOneInput(exact, t.n);
	free(exact);
}

static int visit(const char *path, const struct stat *st, int type,
                 struct FTW *ftw)
{
	(void)ftw;
	if (type == FTW_F && st->st_size > 0 && npaths < FILES_MAX) {
		paths[npaths] = strdup(path);
		npaths += paths[npaths] != NULL;
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void read_texts(void)
{
	qsort(paths, npaths, sizeof(paths[0]), by_name);
	for (size_t i = 0; i < npaths; i++) {
		struct text *t = &texts[ntexts];
		FILE *f = fopen(paths[i], "rbe");

		t->p = f ? malloc(FILE_MAX) : NULL;
		if (t->p) {
			t->n = fread(t->p, 1, FILE_MAX, f);
			ntexts++;
		}
		if (f)
			(void)fclose(f);
		free(paths[i]);
	}
}

/* The number tells which one it was: MUTATION=n runs it alone. */
static void tell(int sig)
{
	char line[80];
	int n = snprintf(line, sizeof(line),
	                 "\n%lu passed, 1 failed\nit failed on mutation %lu\n",
	                 done, done);

	if (n > 0)
		(void)!write(STDOUT_FILENO, line, (size_t)n);
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

static unsigned long setting(const char *name, unsigned long otherwise)
{
	const char *value = getenv(name);

	return value ? strtoul(value, NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	static const struct itimerval none;
	unsigned long n = setting("MUTATIONS", MUTATIONS);

	if (argc > 1 && access(argv[1], R_OK)) {
		(void)printf("%s: not here\n0 passed, 0 failed, 1 skipped\n",
		             argv[1]);
		return SKIPPED;
	}
	for (int i = 1; i < argc; i++)
		if (nftw(argv[i], visit, FOLDERS_OPEN, FTW_PHYS))
			return 1;
	read_texts();
	if (!ntexts)
		return 1;
	(void)signal(SIGABRT, tell);
	(void)signal(SIGSEGV, tell);
	(void)signal(SIGPROF, tell); /* it takes too long */
	done = setting("MUTATION", 0);
	if (done)
		n = done + 1;
	for (; done < n; done++) {
		seed = done + 1;
		one();
	}
	(void)setitimer(ITIMER_PROF, &none, NULL);
	for (size_t i = 0; i < ntexts; i++)
		free(texts[i].p);
	(void)printf("%lu passed, 0 failed\n", done);
	return 0;
}
