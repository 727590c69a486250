/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ascii.h"
#include "classify/classify.h"

/* Most globs end otherwise than the name: seen from its last letters. */
static bool ends_may_match(sv glob, sv name)
{
	for (size_t k = 1; k <= glob.n && k <= name.n && k <= 6; k++) {
		char c = glob.p[glob.n - k];

		if (c == '*')
			return true;
		if (to_lower(c) != to_lower(name.p[name.n - k]))
			return false;
	}
	return true;
}

bool host_matches(sv glob, sv name)
{
	size_t g = 0, i = 0, star = SV_NPOS, back = 0;

	if (name.n && name.p[name.n - 1] == '.')
		name.n--;
	if (!ends_may_match(glob, name))
		return false;
	/* "*.example.org" covers the name itself too. */
	if (sv_starts(glob, SV("*.")) && sv_ieq(sv_drop(glob, 2), name))
		return true;
	while (i < name.n) {
		if (g < glob.n && glob.p[g] == '*') {
			star = g++;
			back = i;
		} else if (g < glob.n &&
		           to_lower(glob.p[g]) == to_lower(name.p[i])) {
			g++;
			i++;
		} else if (star != SV_NPOS) {
			g = star + 1;
			i = ++back;
		} else {
			return false;
		}
	}
	while (g < glob.n && glob.p[g] == '*')
		g++;
	return g == glob.n;
}

/* The last letters of a name, the very last one lowest. */
static uint64_t tail_of(sv name)
{
	uint64_t tail = 0;

	for (size_t i = name.n > 8 ? name.n - 8 : 0; i < name.n; i++)
		tail = tail << 8 | (unsigned char)to_lower(name.p[i]);
	return tail;
}

static sv without_dot(sv name)
{
	return sv_head(name, name.n - sv_ends(name, SV(".")));
}

struct provider_key provider_key_of(sv glob, enum provider_key_kind kind,
                                    rstr text, uint16_t provider)
{
	size_t star = kind == KEY_NAME ? SV_NPOS : sv_rchr(glob, '*');
	sv tail = star == SV_NPOS ? glob : sv_drop(glob, star + 1);
	struct provider_key k = {.text = text, .provider = provider,
	                         .kind = (uint8_t)kind, .care = UINT64_MAX};

	/* "*.example.org" covers the name itself too. */
	if (star == 0 && sv_starts(tail, SV(".")))
		tail = sv_drop(tail, 1);
	if (kind == KEY_NAME)
		tail = without_dot(tail);
	if (star != SV_NPOS && tail.n < 8)
		k.care = ((uint64_t)1 << 8 * tail.n) - 1;
	k.tail = tail_of(tail);
	return k;
}

static bool key_matches(const struct ruleset *rs, const struct provider_key *k,
                        sv name)
{
	sv text = rs_str(rs, k->text);

	return k->kind == KEY_NAME ? sv_ieq(text, name)
	                           : host_matches(text, name);
}

/* The first of the keys that covers name. */
static const struct provider_key *key_for(const struct ruleset *rs,
                                          const struct provider_key *keys,
                                          uint32_t n, sv name)
{
	uint64_t tail = tail_of(without_dot(name));

	for (uint32_t i = 0; name.n && i < n; i++)
		if (!((keys[i].tail ^ tail) & keys[i].care) &&
		    key_matches(rs, &keys[i], name))
			return &keys[i];
	return NULL;
}

const struct provider *provider_by_host(const struct ruleset *rs, sv host,
                                        bool *submission)
{
	const struct provider_key *k = key_for(rs, rs->hosts, rs->nhosts, host);

	*submission = k && k->kind == KEY_SUBMISSION;
	return k ? &rs->providers[k->provider] : NULL;
}

const struct provider *provider_by_name(const struct ruleset *rs, sv name)
{
	const struct provider_key *k = key_for(rs, rs->names, rs->nnames, name);

	return k ? &rs->providers[k->provider] : NULL;
}
