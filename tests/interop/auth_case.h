/* SPDX-License-Identifier: BSD-2-Clause */
/* auth_case.h - what the tests of DKIM and ARC share: files, zones, counts */
#ifndef TESTS_AUTH_CASE_H
#define TESTS_AUTH_CASE_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "dns/zone.h"
#include "facts/facts.h"

/* A file below the shared folder, terminated; NULL: it is not there. */
static inline char *auth_slurp(const char *dir, const char *name, size_t *n)
{
	char path[8192];
	FILE *f;
	char *p = NULL;
	long size;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "rb");
	if (!f)
		return NULL;
	if (!fseek(f, 0, SEEK_END) && (size = ftell(f)) >= 0 &&
	    !fseek(f, 0, SEEK_SET) && (p = calloc(1, (size_t)size + 1)))
		*n = fread(p, 1, (size_t)size, f);
	fclose(f);
	return p;
}

static inline json_t *auth_json(const char *dir, const char *name)
{
	size_t n = 0;
	char *p = auth_slurp(dir, name, &n);
	json_t *j = p ? json_loadb(p, n, 0, NULL) : NULL;

	free(p);
	return j;
}

/* One TXT record of the strings given: cut into pieces of 255 where longer. */
static inline bool auth_txt(struct dns_zone *z, const struct dns_name *name,
                            const json_t *value)
{
	char wire[32768];
	size_t n = 0, count = json_is_array(value) ? json_array_size(value) : 1;

	for (size_t i = 0; i < count; i++) {
		const json_t *one =
		    json_is_array(value) ? json_array_get(value, i) : value;
		const char *p = json_string_value(one);
		size_t left = json_string_length(one);

		do {
			size_t take = left < 255 ? left : 255;

			if (n + take + 1 > sizeof(wire))
				return false;
			wire[n++] = (char)take;
			memcpy(wire + n, p, take);
			n += take;
			p += take;
			left -= take;
		} while (left);
	}
	return dns_zone_add(z, name, DNS_TXT, 3600, sv_of(wire, n)) == MW_OK;
}

static inline bool auth_name(struct dns_zone *z, const char *owner,
                             const json_t *records)
{
	struct dns_name name;
	const char *rcode = json_string_value(json_object_get(records, "rcode"));
	bool timeout = rcode && !strcmp(rcode, "TIMEOUT");

	if (!dns_name_plain(sv_str(owner), &name))
		return false;
	if (rcode && !strcmp(rcode, "NXDOMAIN"))
		return true;
	if (rcode)
		return dns_zone_state(z, &name, 0, DNS_TEMPFAIL,
		                      timeout ? SV("no answer in time")
		                              : SV("the server failed "
		                                   "(SERVFAIL)")) == MW_OK;
	if (dns_zone_add(z, &name, DNS_TXT, 0, (sv){NULL, 0}) != MW_OK)
		return false;
	if (json_is_string(records))
		return auth_txt(z, &name, records);
	for (size_t i = 0; i < json_array_size(records); i++)
		if (!auth_txt(z, &name, json_array_get(records, i)))
			return false;
	return true;
}

static inline struct dns_zone *auth_zone(json_t *names)
{
	struct dns_zone *z = dns_zone_new();
	const char *owner;
	json_t *records;

	if (!z)
		return NULL;
	json_object_foreach(names, owner, records) {
		if (auth_name(z, owner, records))
			continue;
		dns_zone_free(z);
		return NULL;
	}
	return z;
}

/*
 * Cases on which we differ from a suite on purpose: "id: why" lines of a file
 * beside the test.
 */
static inline bool auth_is_listed(const char *list, const char *id)
{
	size_t n = strlen(id);

	for (const char *p = list; p && *p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (!strncmp(p, id, n) && p[n] == ':')
			return true;
	}
	return false;
}

#endif
