/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spf_world.h - the zones of the SPF suites, out of JSON
 *
 * { name: { type: [values] } }; a TXT value is a list of character-strings;
 * "timeout" is "*" (all types without records) or a list of types; "rcode"
 * an error for all.  Characters U+0080 to U+00FF stand for single bytes.
 */
#ifndef TESTS_INTEROP_SPF_WORLD_H
#define TESTS_INTEROP_SPF_WORLD_H

#include <jansson.h>
#include <stdio.h>

#include "base/arena.h"
#include "dns/zone.h"

/* UTF-8 to one byte a character. */
static inline sv world_bytes(struct arena *a, const json_t *s)
{
	size_t n = json_string_length(s), k = 0;
	const char *p = json_string_value(s);
	char *out = arena_alloc(a, n + 1, 1);

	for (size_t i = 0; p && i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c >= 0xC0 && i + 1 < n)
			c = (unsigned char)(c << 6 | (p[++i] & 0x3F));
		out[k++] = (char)c;
	}
	return sv_of(out, k);
}

static inline void world_strings(struct arena *a, char *room, size_t *n,
                                 const json_t *string)
{
	sv s = world_bytes(a, string);

	do {
		sv part = sv_head(s, 255);

		room[(*n)++] = (char)part.n;
		memcpy(room + *n, part.p, part.n);
		*n += part.n;
		s = sv_drop(s, part.n);
	} while (s.n);
}

/* A value in wire form; false where it is none of that type. */
static inline bool world_rdata(struct arena *a, uint16_t type,
                               const json_t *v, sv *out)
{
	char *room = arena_alloc(a, 70000, 1);
	size_t n = 0, i;
	struct dns_name name;
	struct ip ip;
	json_t *s;

	if (type == DNS_TXT || type == DNS_SPF) {
		if (json_is_string(v))
			world_strings(a, room, &n, v);
		json_array_foreach(v, i, s)
			world_strings(a, room, &n, s);
	} else if (type == DNS_A || type == DNS_AAAA) {
		if (!ip_parse(world_bytes(a, v), &ip))
			return false;
		memcpy(room, ip.at, ip.bytes);
		n = ip.bytes;
	} else {
		json_int_t pref = json_integer_value(json_array_get(v, 0));
		const json_t *host = json_is_array(v) ? json_array_get(v, 1)
		                                      : v;

		if (type == DNS_MX) {
			room[n++] = (char)(pref >> 8);
			room[n++] = (char)pref;
		}
		if (!dns_name_plain(world_bytes(a, host), &name))
			return false;
		memcpy(room + n, name.w, name.n);
		n += name.n;
	}
	*out = sv_of(room, n);
	return true;
}

static inline void world_failures(struct dns_zone *z,
                                  const struct dns_name *name,
                                  const char *key, const json_t *v)
{
	size_t i;
	json_t *t;

	if (!strcmp(key, "rcode")) {
		(void)dns_zone_state(z, name, 0, DNS_TEMPFAIL,
		                     sv_str(json_string_value(v)));
	} else if (json_is_string(v)) {
		(void)dns_zone_state(z, name, 0, DNS_TEMPFAIL,
		                     SV("no answer in time"));
	}
	json_array_foreach(v, i, t)
		(void)dns_zone_state(z, name,
		    dns_type_from(sv_str(json_string_value(t))), DNS_TEMPFAIL,
		    SV("no answer in time"));
}

/* False: a record that could not be read, which is told. */
static inline bool world_read(struct dns_zone *z, const json_t *zones)
{
	struct arena *a = arena_new((size_t)64 << 20);
	const char *owner, *key;
	json_t *types, *values, *v, *zs = json_incref((json_t *)(uintptr_t)zones);
	bool ok = true;

	json_object_foreach(zs, owner, types) {
		json_t *text = json_string(owner);
		struct dns_name name;
		bool named = dns_name_plain(world_bytes(a, text), &name);

		json_decref(text);
		/* Some are too long on purpose: nobody can ask for them. */
		if (!named)
			continue;
		json_object_foreach(types, key, values) {
			uint16_t type = dns_type_from(sv_str(key));
			size_t i;
			sv rdata;

			if (!type) {
				world_failures(z, &name, key, values);
				continue;
			}
			json_array_foreach(values, i, v) {
				if (world_rdata(a, type, v, &rdata) &&
				    !dns_zone_add(z, &name, type, 300, rdata))
					continue;
				printf("%s %s: not read\n", owner, key);
				ok = false;
			}
		}
	}
	json_decref(zs);
	arena_free(a);
	return ok;
}

#endif
