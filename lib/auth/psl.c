/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/psl.h"

#include "base/ascii.h"

#include <idn2.h>
#include <libpsl.h>
#include <stdlib.h>

struct psl_list {
	psl_ctx_t *ctx;
};

struct psl_list *psl_list_new(const char *file)
{
	struct psl_list *list = calloc(1, sizeof(*list));

	if (!list)
		return NULL;
	list->ctx = file ? psl_load_file(file) : psl_latest(NULL);
	if (!list->ctx) {
		free(list);
		return NULL;
	}
	return list;
}

void psl_list_free(struct psl_list *list)
{
	if (!list)
		return;
	psl_free(list->ctx);
	free(list);
}

/* libpsl counts dots, so a label that holds one must not reach it. */
static bool has_odd(const struct dns_name *name)
{
	for (size_t i = 0; i < name->n; i += name->w[i] + 1U)
		for (size_t k = 1; k <= name->w[i]; k++) {
			char c = (char)name->w[i + k];

			if (!is_alnum(c) && c != '-' && c != '_')
				return true;
		}
	return false;
}

bool psl_list_org(const struct psl_list *list, const struct dns_name *name,
                  struct dns_name *out)
{
	char room[DNS_NAME_TEXT], z[DNS_NAME_MAX + 1];
	sv text = dns_name_text(name, room);
	const char *org;

	if (!list || text.n >= sizeof(z) || has_odd(name))
		return false;
	memcpy(z, text.p, text.n);
	z[text.n] = 0;
	org = psl_registrable_domain(list->ctx, z);
	return org && dns_name_plain(sv_str(org), out);
}

bool psl_name(sv domain, struct dns_name *out)
{
	char z[PSL_TEXT_MAX];
	uint8_t *ascii = NULL;
	bool high = false, ok;

	while (domain.n && domain.p[domain.n - 1] == '.')
		domain.n--;
	while (domain.n && domain.p[0] == '.')
		domain = sv_drop(domain, 1);
	for (size_t i = 0; i < domain.n && !high; i++)
		high = is_high(domain.p[i]);
	if (!domain.n || domain.n >= sizeof(z))
		return false;
	if (!high)
		return dns_name_plain(domain, out);
	if (memchr(domain.p, 0, domain.n))
		return false;
	memcpy(z, domain.p, domain.n);
	z[domain.n] = 0;
	if (idn2_lookup_u8((const uint8_t *)z, &ascii,
	                   IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return false;
	ok = dns_name_plain(sv_str((char *)ascii), out);
	idn2_free(ascii);
	return ok;
}
