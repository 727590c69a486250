/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The literals of all rules in a RE2::Set, over the same replies: what a
 * general library does with the first half of the job (no slots, no
 * conditions, no order of winning).
 */
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <re2/re2.h>
#include <re2/set.h>

extern "C" {
#include "literals.h"
}

static double now()
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main()
{
	RE2::Options opt;
	struct literals l;
	std::vector<double> times;
	std::vector<int> hits;
	size_t total = 0;

	opt.set_literal(true);
	opt.set_max_mem(512 << 20);
	RE2::Set set(opt, RE2::UNANCHORED);
	if (!literals_make(&l))
		return 1;
	for (size_t i = 0; i < l.nwords; i++)
		set.Add(re2::StringPiece(l.words[i].p, l.words[i].n), nullptr);
	if (!set.Compile())
		return 1;
	for (int run = 0; run < 5; run++) {
		double start = now();

		for (size_t i = 0; i < l.nreplies; i++) {
			set.Match(re2::StringPiece(l.replies[i].p,
			                           l.replies[i].n), &hits);
			total += hits.size();
		}
		times.push_back(now() - start);
	}
	std::sort(times.begin(), times.end());
	printf("re2-set-literals %zu\n", l.nwords);
	printf("re2-set-hits-per-reply %.1f\n",
	       (double)total / 5 / (double)l.nreplies);
	printf("re2-set %.0f replies/s\n", (double)l.nreplies / times[2]);
	literals_free(&l);
	return 0;
}
