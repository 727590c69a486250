/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dmarc.h"

#include "mail/address.h"

/* Addresses of one From field that are looked at. */
#define FROM_MAX 1000

const char *dmarc_author(sv from, sv *domain)
{
	struct address_list list = {.rest = from};
	struct dns_name first = {0}, name;
	struct address one;
	sv found = {0};

	for (size_t i = 0; i < FROM_MAX && address_next(&list, &one); i++) {
		if (!one.domain.n)
			continue;
		if (!psl_name(one.domain, &name))
			name.n = 0;
		if (found.n && (!name.n || !dns_name_eq(&name, &first)))
			return "from-several";
		found = one.domain;
		first = name;
	}
	if (!found.n)
		return "from-none";
	*domain = found;
	return NULL;
}

bool dmarc_aligned_7489(const struct psl_list *psl, sv a, sv b, bool strict)
{
	struct dns_name x, y, org;

	if (!psl_name(a, &x) || !psl_name(b, &y))
		return false;
	if (strict || dns_name_eq(&x, &y))
		return dns_name_eq(&x, &y);
	if (psl_list_org(psl, &x, &org))
		x = org;
	if (psl_list_org(psl, &y, &org))
		y = org;
	return dns_name_eq(&x, &y);
}
