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

static bool any_matches(const struct ruleset *rs, struct rrange list, sv name)
{
	for (uint32_t i = 0; i < list.n; i++)
		if (host_matches(rs_str(rs, rs->strs[list.first + i]), name))
			return true;
	return false;
}

const struct provider *provider_by_host(const struct ruleset *rs, sv host,
                                        bool *submission)
{
	if (!host.n)
		return NULL;
	for (uint32_t i = 0; i < rs->nproviders; i++) {
		const struct provider *p = &rs->providers[i];

		*submission = any_matches(rs, p->submission, host);
		if (*submission || any_matches(rs, p->hosts, host))
			return p;
	}
	return NULL;
}

const struct provider *provider_by_name(const struct ruleset *rs, sv name)
{
	if (!name.n)
		return NULL;
	for (uint32_t i = 0; i < rs->nproviders; i++) {
		const struct provider *p = &rs->providers[i];

		if (sv_ieq(rs_str(rs, p->id), name) ||
		    sv_ieq(rs_str(rs, p->name), name) ||
		    any_matches(rs, p->aliases, name))
			return p;
	}
	return NULL;
}
