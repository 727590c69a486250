/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/suits.h"

enum kind {
	KIND_ANY,     /* not a product that a paste could speak against */
	KIND_LIBRARY, /* what a program sends with */
	KIND_SERVER,  /* mail server software */
	KIND_SERVICE  /* where mail is handed in */
};

/* ids: writers of a paste and providers by which we know the product. */
/* clang-format off */
static const struct product {
	const char *where;
	enum kind kind;
	const char *ids;
} products[] = {
	{"Python", KIND_LIBRARY, "python"},
	{"Nodemailer", KIND_LIBRARY, "nodemailer"},
	{"PHPMailer", KIND_LIBRARY, "phpmailer symfony swiftmailer zend"},
	{"Java", KIND_LIBRARY, "java"},
	{"Ruby on Rails", KIND_LIBRARY, "ruby"},
	{".NET", KIND_LIBRARY, "dotnet mailkit"},
	{"Postfix", KIND_SERVER, "postfix"},
	{"Exim", KIND_SERVER, "exim"},
	{"OpenSMTPD", KIND_SERVER, "opensmtpd"},
	{"Sendmail", KIND_SERVER, "sendmail"},
	{"Exchange", KIND_SERVER, "exchange"},
	{"Microsoft 365", KIND_SERVICE, "exchange microsoft365 microsoft"},
	{"Google Workspace", KIND_SERVICE, "google gmail"},
	{"Amazon SES", KIND_SERVICE, "ses"},
	{"SendGrid", KIND_SERVICE, "sendgrid"},
	{"Mailgun", KIND_SERVICE, "mailgun"},
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct product *product_of(const char *where)
{
	for (size_t i = 0; i < COUNT(products); i++)
		if (!strcmp(products[i].where, where))
			return &products[i];
	return NULL;
}

static bool has_id(const struct product *p, sv id)
{
	sv rest = sv_str(p->ids), word;

	while (id.n && (word = sv_word(&rest)).n)
		if (sv_eq(word, id))
			return true;
	return false;
}

static bool written_by(const struct diagnosis *d, enum kind kind)
{
	for (size_t i = 0; i < COUNT(products); i++)
		if (products[i].kind == kind &&
		    has_id(&products[i], d->at->writer))
			return true;
	return false;
}

/* The software whose words the rule knows: "postfix" of postfix.no-ptr. */
static sv software(const struct diagnosis *d)
{
	sv id;

	if (!d->cl.rule)
		return SV("");
	id = rs_str(d->cl.rs, d->cl.rule->id);
	return sv_head(id, sv_chr(id, '.'));
}

/* A program or dialogue talks to a server that is often the own one. */
static bool is_own_side(const struct diagnosis *d)
{
	return d->at->form == FORM_EXCEPTION ||
	       d->at->form == FORM_TRANSCRIPT || d->spoke == SPOKE_OWN_MTA;
}

static bool is_server_side(const struct diagnosis *d)
{
	return (d->at->form == FORM_LOG || d->at->form == FORM_NDR) &&
	       !written_by(d, KIND_LIBRARY);
}

static bool names_server(const struct diagnosis *d)
{
	sv id = software(d);

	for (size_t i = 0; i < COUNT(products); i++)
		if (products[i].kind == KIND_SERVER &&
		    has_id(&products[i], id))
			return true;
	return false;
}

static enum suits suits_library(const struct diagnosis *d)
{
	if (is_server_side(d))
		return SUITS_NOT;
	/* Every client names its library, those without advice as well. */
	return d->at->form == FORM_EXCEPTION && d->at->writer.n ? SUITS_NOT
	                                                        : SUITS_MAYBE;
}

static enum suits suits_server(const struct diagnosis *d,
                               const struct product *p)
{
	if (is_server_side(d) && d->at->writer.n)
		return SUITS_NOT;
	if (!is_own_side(d))
		return SUITS_MAYBE;
	/* The provider's server is not the user's to configure. */
	if (d->spoke == SPOKE_OWN_PROVIDER && d->provider_name.n)
		return SUITS_NOT;
	if (!names_server(d))
		return SUITS_MAYBE;
	return has_id(p, software(d)) ? SUITS : SUITS_NOT;
}

static enum suits suits_service(const struct diagnosis *d)
{
	if (d->spoke == SPOKE_OWN_PROVIDER && d->provider_name.n)
		return SUITS_NOT;
	return is_server_side(d) && written_by(d, KIND_SERVER) ? SUITS_NOT
	                                                       : SUITS_MAYBE;
}

enum suits suits_paste(const struct diagnosis *d, const char *where, bool code,
                       enum diag_role role)
{
	const struct product *p = product_of(where);

	if ((code || (p && p->kind == KIND_LIBRARY)) && is_server_side(d) &&
	    role != ROLE_DEVELOPER)
		return d->at->writer.n ? SUITS_NOT : SUITS_MAYBE;
	if (!p)
		return SUITS;
	if (has_id(p, d->at->writer) || has_id(p, d->provider_id))
		return SUITS;
	switch (p->kind) {
	case KIND_LIBRARY:
		return role == ROLE_DEVELOPER && is_server_side(d)
		           ? SUITS_MAYBE
		           : suits_library(d);
	case KIND_SERVER:
		return suits_server(d, p);
	case KIND_SERVICE:
		return suits_service(d);
	default:
		return SUITS;
	}
}
