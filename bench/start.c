/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole-process time of a command against /bin/true, turn by turn, so that a
 * busy machine slows both.  usage: start PROGRAM [ARGUMENTS]
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS 400

extern char **environ;

static double now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double once(char **argv)
{
	posix_spawn_file_actions_t fa;
	double start = now_ms();
	pid_t pid;
	int status;

	(void)posix_spawn_file_actions_init(&fa);
	(void)posix_spawn_file_actions_addopen(&fa, STDOUT_FILENO,
	                                       "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid, argv[0], &fa, NULL, argv, environ))
		exit(1);
	(void)waitpid(pid, &status, 0);
	(void)posix_spawn_file_actions_destroy(&fa);
	return now_ms() - start;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	static double mine[RUNS], theirs[RUNS];
	char *idle[] = {"/bin/true", NULL};

	if (argc < 2)
		return 2;
	for (int i = 0; i < RUNS; i++) {
		theirs[i] = once(idle);
		mine[i] = once(argv + 1);
	}
	qsort(mine, RUNS, sizeof(double), by_value);
	qsort(theirs, RUNS, sizeof(double), by_value);
	printf("start-true %.2f ms\n", theirs[RUNS / 2]);
	printf("start-explain %.2f ms\n", mine[RUNS / 2]);
	printf("start-difference %.2f ms\n", mine[RUNS / 2] - theirs[RUNS / 2]);
	return 0;
}
