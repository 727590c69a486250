/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The same record and addresses as spf.c, judged by Debian's libspf2 with its
 * own zone in memory.  Prints "name value unit" lines.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <spf2/spf.h>
#include <spf2/spf_dns_zone.h>

#include "spf_zone.h"

#ifndef EVALUATIONS
#define EVALUATIONS 20000
#endif
#ifndef RUNS
#define RUNS 5
#endif

static const struct {
	const char *name, *ip;
	SPF_result_t result;
} cases[] = {
    {"last term", "203.0.113.9", SPF_RESULT_PASS},
    {"no match", "192.0.2.250", SPF_RESULT_FAIL},
    {"mx", "192.0.2.25", SPF_RESULT_PASS},
};

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* "name TYPE data": libspf2 wants texts bare and hosts without preference. */
static void add(SPF_dns_server_t *zone, char *line)
{
	char *rest = line, *name = strsep(&rest, " ");
	char *type = strsep(&rest, " ");

	if (!strcmp(type, "TXT")) {
		rest[strlen(rest) - 1] = '\0';
		rest++;
	} else if (!strcmp(type, "MX")) {
		(void)strsep(&rest, " ");
	}
	if (SPF_dns_zone_add_str(zone, name,
	        !strcmp(type, "TXT")  ? ns_t_txt
	        : !strcmp(type, "MX") ? ns_t_mx : ns_t_a,
	        NETDB_SUCCESS, rest) != SPF_E_SUCCESS)
		abort();
}

static void judge(SPF_server_t *server, size_t i)
{
	SPF_request_t *rq = SPF_request_new(server);
	SPF_response_t *rs = NULL;

	if (!rq || SPF_request_set_ipv4_str(rq, cases[i].ip) ||
	    SPF_request_set_helo_dom(rq, "mail.example.org") ||
	    SPF_request_set_env_from(rq, "anna@example.org"))
		abort();
	(void)SPF_request_query_mailfrom(rq, &rs);
	if (!rs || SPF_response_result(rs) != cases[i].result)
		abort();
	SPF_response_free(rs);
	SPF_request_free(rq);
}

int main(void)
{
	char *text = strdup(SPF_ZONE), *rest = text, *line;
	SPF_dns_server_t *zone = SPF_dns_zone_new(NULL, "zone", 0);
	SPF_server_t *server = zone ? SPF_server_new_dns(zone, 0) : NULL;

	if (!text || !server)
		return 1;
	while ((line = strsep(&rest, "\n")) && *line)
		add(zone, line);
	SPF_server_set_rec_dom(server, "mx.example.net");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double v[RUNS];

		for (int k = 0; k < RUNS; k++) {
			double start = now();

			for (size_t n = 0; n < EVALUATIONS; n++)
				judge(server, i);
			v[k] = EVALUATIONS / (now() - start);
		}
		qsort(v, RUNS, sizeof(*v), by_value);
		printf("libspf2, %s %.0f evaluations/s\n", cases[i].name,
		       v[RUNS / 2]);
	}
	SPF_server_free(server);
	free(text);
	return 0;
}
