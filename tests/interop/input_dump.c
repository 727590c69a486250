/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input_dump.c - what lib/input makes of files, one item a line
 *
 * usage: input_dump [-b] [-m MESSAGE_MAX] [-u UNPACKED_MAX] NAME...
 * -b: how many, how fast, how much memory, instead of the items
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "input/input.h"

static const char *const kinds[] = {"message", "outlook", "json", "csv",
                                    "text", "problem"};
static const char *const sources[] = {"file", "mbox", "maildir"};

/* FNV-1a: tells whether bytes are the same, no more. */
static uint64_t hash(sv s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

static void show(const struct input_item *item)
{
	if (item->kind == INPUT_PROBLEM) {
		printf("problem %d %.*s %s\n", item->problem.status,
		       SV_FMT(item->name), item->problem.text);
		return;
	}
	printf("%s %s %" PRIu64 " %" PRIu64 " %zu %" PRIu64 " %zu %016" PRIx64
	       " %.*s\n", kinds[item->kind], sources[item->source],
	       item->offset, item->line, item->raw.n, item->cut, item->cut_at,
	       hash(item->raw), SV_FMT(item->name));
}

/* Processor time: other programs on the machine do not count. */
static double cpu_s(const struct rusage *use)
{
	return (double)(use->ru_utime.tv_sec + use->ru_stime.tv_sec) +
	       (double)(use->ru_utime.tv_usec + use->ru_stime.tv_usec) / 1e6;
}

static void count(struct input *in, struct input_item *item)
{
	uint64_t bytes = 0, messages = 0, problems = 0;
	struct rusage use;
	double s;

	while (input_next(in, item) == INPUT_ITEM) {
		bytes += item->raw.n;
		if (item->kind == INPUT_PROBLEM)
			problems++;
		else
			messages++;
	}
	(void)getrusage(RUSAGE_SELF, &use);
	s = cpu_s(&use);
	printf("messages %" PRIu64 "\nproblems %" PRIu64 "\n", messages,
	       problems);
	printf("MB %.1f\nMB/s %.0f\nmessages/s %.0f\nKiB %ld\n",
	       (double)bytes / 1e6, (double)bytes / 1e6 / s,
	       (double)messages / s, use.ru_maxrss);
}

int main(int argc, char **argv)
{
	struct input_options opt = {0};
	struct input_item item = {0};
	struct input *in;
	bool bench = false;
	int c;

	while ((c = getopt(argc, argv, "bm:u:")) != -1) {
		if (c == 'b')
			bench = true;
		else if (c == 'm')
			opt.message_max = (size_t)strtoull(optarg, NULL, 10);
		else if (c == 'u')
			opt.unpacked_max = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	opt.names = (const char *const *)(argv + optind);
	opt.n = (size_t)(argc - optind);
	in = input_new(&opt);
	if (!in)
		return 1;
	if (bench)
		count(in, &item);
	else
		while (input_next(in, &item) == INPUT_ITEM)
			show(&item);
	input_free(in);
	input_item_fini(&item);
	return 0;
}
