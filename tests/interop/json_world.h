/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json_world.h - suites in JSON, and the zones in them as a world of names
 *
 * Zones: name -> type -> list of values; a TXT value may be a list of strings;
 * {"rcode": "SERVFAIL"} is an error, "timeout" "*" or a list of types.
 */
#ifndef TESTS_INTEROP_JSON_WORLD_H
#define TESTS_INTEROP_JSON_WORLD_H

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/zone.h"
#include "facts/facts.h"

static unsigned passed, wrong, files;

static inline void hold(bool ok, const char *suite, const char *which,
                        const char *what)
{
	if (ok) {
		passed++;
		return;
	}
	wrong++;
	printf("FAIL: %s: %s: %s\n", suite, which, what);
}

static inline sv j_sv(const json_t *j)
{
	return json_is_string(j) ? sv_of(json_string_value(j),
	                                 json_string_length(j))
	                         : (sv){0};
}

static inline sv j_get(const json_t *j, const char *key)
{
	return j_sv(json_object_get(j, key));
}

static inline sv j_txt(struct arena *a, const json_t *value)
{
	size_t count = json_is_array(value) ? json_array_size(value) : 1;
	size_t n = 0, total = 0;
	char *p;

	for (size_t i = 0; i < count; i++)
		total += j_sv(json_is_array(value) ? json_array_get(value, i)
		                                   : value).n;
	p = arena_alloc(a, total + total / 255 + count + 1, 1);
	for (size_t i = 0; p && i < count; i++) {
		sv s = j_sv(json_is_array(value) ? json_array_get(value, i)
		                                 : value);

		do {
			sv part = sv_head(s, 255);

			p[n++] = (char)part.n;
			memcpy(p + n, part.p, part.n);
			n += part.n;
			s = sv_drop(s, part.n);
		} while (s.n);
	}
	return sv_of(p, n);
}

static inline void j_record(struct arena *a, struct dns_zone *z,
                            const struct dns_name *name, uint16_t type,
                            const json_t *value)
{
	sv text = j_sv(value), rdata = {0};

	if (type == DNS_TXT || type == DNS_SPF)
		rdata = j_txt(a, value);
	else if (json_is_array(value))
		text = arena_printf(a, "%lld %.*s",
		                    json_integer_value(json_array_get(value, 0)),
		                    SV_FMT(j_sv(json_array_get(value, 1))));
	if (!rdata.p && dns_rdata_from(a, type, text, &rdata, NULL) != MW_OK)
		return;
	(void)dns_zone_add(z, name, type, 300, rdata);
}

static inline void j_name(struct arena *a, struct dns_zone *z,
                          const char *owner, const json_t *types)
{
	struct dns_name name;
	const char *key;
	const json_t *values, *value;
	size_t i;

	if (!dns_name_plain(sv_str(owner), &name))
		return;
	if (json_object_get(types, "rcode"))
		(void)dns_zone_state(z, &name, 0, DNS_TEMPFAIL,
		                     SV("SERVFAIL"));
	json_object_foreach((json_t *)(uintptr_t)types, key, values) {
		if (!strcmp(key, "timeout") && json_is_string(values))
			(void)dns_zone_state(z, &name, 0, DNS_TEMPFAIL,
			                     SV("timeout"));
		json_array_foreach(values, i, value) {
			uint16_t type = dns_type_from(sv_str(key));

			if (!strcmp(key, "timeout"))
				(void)dns_zone_state(
				    z, &name, dns_type_from(j_sv(value)),
				    DNS_TEMPFAIL, SV("timeout"));
			else if (type)
				j_record(a, z, &name, type, value);
		}
	}
}

static inline struct dns_zone *j_world(struct arena *a, const json_t *zone)
{
	struct dns_zone *z = dns_zone_new();
	const char *owner;
	const json_t *types;

	json_object_foreach((json_t *)(uintptr_t)zone, owner, types)
		j_name(a, z, owner, types);
	return z;
}

/* Each file of SHARED/corpus/auth/FOLDER whose name begins with prefix. */
static inline void j_each(const char *shared, const char *folder,
                          const char *prefix,
                          void (*run)(const char *suite, json_t *cases))
{
	char path[4096];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "%s/corpus/auth/%s", shared, folder);
	d = opendir(path);
	while (d && (e = readdir(d))) {
		json_t *j;

		if (strncmp(e->d_name, prefix, strlen(prefix)) ||
		    e->d_name[strlen(prefix)] != '.')
			continue;
		snprintf(path, sizeof(path), "%s/corpus/auth/%s/%s", shared,
		         folder, e->d_name);
		j = json_load_file(path, 0, NULL);
		if (!j)
			continue;
		files++;
		run(prefix, json_object_get(j, "cases"));
		json_decref(j);
	}
	if (d)
		closedir(d);
}

/* The last line, and the exit status. */
static inline int j_end(void)
{
	const char *ci = getenv("CI");

	if (!files) {
		printf("the shared folder with the suites is not there\n");
		if (!ci || strcmp(ci, "true"))
			return 77;
		wrong++;
	}
	printf("%u passed, %u failed, 0 skipped\n", passed, wrong);
	return wrong ? 1 : 0;
}

#endif
