/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * driver - replays files through a fuzz target, without a fuzzer
 *
 *	fuzz_x FILE|FOLDER...
 *
 * Folders are walked.  A property that does not hold aborts, with the name of
 * the file told before.  Every compiler can build this.
 */
#include <ftw.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Seeds are small; what is larger is no seed. */
#define FILE_MAX ((size_t)4 << 20)
#define FOLDERS_OPEN 16

static unsigned passed, unread;
static char current[4096];

static void tell(int sig)
{
	static const char words[] = "\n0 passed, 1 failed\nit failed on ";

	(void)!write(STDOUT_FILENO, words, sizeof(words) - 1);
	(void)!write(STDOUT_FILENO, current, strlen(current));
	(void)!write(STDOUT_FILENO, "\n", 1);
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

static uint8_t *read_file(const char *path, size_t size)
{
	FILE *f = fopen(path, "rbe");
	/* Of exactly that size, so that a sanitizer sees a read behind it. */
	uint8_t *p = f ? malloc(size ? size : 1) : NULL;

	if (p && fread(p, 1, size, f) != size) {
		free(p);
		p = NULL;
	}
	if (f)
		(void)fclose(f);
	return p;
}

static int visit(const char *path, const struct stat *st, int type,
                 struct FTW *ftw)
{
	size_t size = (size_t)st->st_size;
	uint8_t *p;

	(void)ftw;
	if (type != FTW_F || size > FILE_MAX)
		return 0;
	p = read_file(path, size);
	if (!p) {
		(void)fprintf(stderr, "%s: cannot be read\n", path);
		unread++;
		return 0;
	}
	(void)snprintf(current, sizeof(current), "%s", path);
	(void)LLVMFuzzerTestOneInput(p, size);
	free(p);
	passed++;
	return 0;
}

int main(int argc, char **argv)
{
	(void)signal(SIGABRT, tell);
	(void)signal(SIGSEGV, tell);
	(void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	passed++;
	for (int i = 1; i < argc; i++)
		if (nftw(argv[i], visit, FOLDERS_OPEN, FTW_PHYS)) {
			(void)fprintf(stderr, "%s: cannot be walked\n",
			              argv[i]);
			unread++;
		}
	(void)printf("%u passed, %u failed\n", passed, unread);
	return unread != 0;
}
