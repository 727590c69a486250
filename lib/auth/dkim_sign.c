/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dkim_sign.h"

#include "auth/dkim_hash.h"

/* Not those that change on the way: Received, Return-Path, X-..., Bcc. */
const char dkim_usual_names[] =
    "From:To:Cc:Subject:Date:Message-ID:Reply-To:In-Reply-To:References:"
    "MIME-Version:Content-Type:Content-Transfer-Encoding:List-Id:"
    "List-Unsubscribe:List-Unsubscribe-Post:Feedback-ID";

/* RFC 5322 section 2.1.1, some bytes of room left. */
#define LINE_MAX_BYTES 72

void dkim_sign_usual(struct dkim_sign *with)
{
	*with = (struct dkim_sign){.header = DKIM_RELAXED,
	                           .body = DKIM_SIMPLE,
	                           .names = sv_str(dkim_usual_names),
	                           .oversign = SV("From")};
}

static bool has_name(sv list, sv name)
{
	sv item;

	while (taglist_item(&list, &item))
		if (sv_ieq(item, name))
			return true;
	return false;
}

static size_t times(const struct dkim_mail *m, sv name)
{
	uint32_t hash = dkim_name_hash(name);
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		n += dkim_is_field(&m->field[i], name, hash);
	return n;
}

bool dkim_sign_names(struct arena *a, const struct dkim_mail *m, sv names,
                     sv oversign, sv *out)
{
	sv rest = names, item;
	size_t bytes = 1, total = 0;
	char *p, *to;

	while (taglist_item(&rest, &item)) {
		size_t n = times(m, item) + has_name(oversign, item);

		total += n;
		bytes += n * (item.n + 1);
		if (total > DKIM_NAMES_MAX)
			return false;
	}
	p = to = arena_alloc(a, bytes, 1);
	rest = names;
	while (p && taglist_item(&rest, &item)) {
		size_t n = times(m, item) + has_name(oversign, item);

		for (; n; n--) {
			if (to > p)
				*to++ = ':';
			memcpy(to, item.p, item.n);
			to += item.n;
		}
	}
	*out = p ? sv_of(p, (size_t)(to - p)) : SV("");
	return true;
}

bool dkim_sign_begin(struct arena *a, sv before, sv after, sv names,
                     struct dkim_field *f, struct dkim_sig *s)
{
	char *p = arena_alloc(a, before.n + after.n + 2, 1);
	size_t colon = sv_chr(before, ':'), most = 1;
	sv item;

	if (!p || colon == SV_NPOS)
		return false;
	memcpy(p, before.p, before.n);
	if (after.n)
		memcpy(p + before.n, after.p, after.n);
	memcpy(p + before.n + after.n, "\r\n", 2);
	f->raw = sv_of(p, before.n + after.n + 2);
	f->name = sv_head(f->raw, colon);
	f->value = sv_slice(f->raw, colon + 1, f->raw.n - 2);
	s->field = f;
	s->cut = sv_of(p + before.n, 0);
	for (size_t i = 0; i < names.n; i++)
		most += names.p[i] == ':';
	if (most > DKIM_NAMES_MAX)
		return false;
	s->name = arena_alloc(a, most, sizeof(*s->name));
	while (s->name && taglist_item(&names, &item))
		s->name[s->names++] = item;
	return s->name != NULL;
}

sv dkim_sign_end(struct arena *a, sv before, sv after, bool fold,
                 sv signature)
{
	sv text = base64_encode(a, signature);
	size_t size = before.n + text.n + text.n / 16 + after.n + 16, n = 0;
	size_t column = 2;
	char *p = arena_alloc(a, size, 1);

	if (!p || !text.n)
		return SV("");
	memcpy(p, before.p, before.n);
	n = before.n;
	for (size_t i = 0; i < text.n; i++, column++) {
		if (fold && column == LINE_MAX_BYTES) {
			memcpy(p + n, "\r\n\t", 3);
			n += 3;
			column = 0;
		}
		p[n++] = text.p[i];
	}
	if (after.n)
		memcpy(p + n, after.p, after.n);
	n += after.n;
	memcpy(p + n, "\r\n", 2);
	return sv_of(p, n + 2);
}

/* ---- the field ---- */

/* "h=a:b:c" in lines. */
static sv fold_names(struct arena *a, sv names)
{
	char *p = arena_alloc(a, names.n * 4 + 4, 1);
	size_t n = 0, column = 2;
	sv item;

	while (p && taglist_item(&names, &item)) {
		if (n && column + item.n + 2 > LINE_MAX_BYTES) {
			memcpy(p + n, ":\r\n\t ", 5);
			n += 5;
			column = 2;
		} else if (n) {
			p[n++] = ':';
		}
		memcpy(p + n, item.p, item.n);
		n += item.n;
		column += item.n + 1;
	}
	return p ? sv_of(p, n) : SV("");
}

static sv optional(struct arena *a, const char *fmt, int64_t v)
{
	return v ? arena_printf(a, "; %s=%lld", fmt, (long long)v) : SV("");
}

static sv write_field(struct arena *a, const struct dkim_sign *with, sv names,
                      sv body_hash)
{
	sv identity = with->identity.n
	                  ? arena_printf(a, "; i=%.*s", SV_FMT(with->identity))
	                  : SV("");
	sv t = optional(a, "t", with->t), x = optional(a, "x", with->x);

	return arena_printf(
	    a,
	    "DKIM-Signature: v=1; a=%s; c=%s/%s;\r\n\td=%.*s; s=%.*s%.*s%.*s"
	    "%.*s;\r\n\th=%.*s;\r\n\tbh=%.*s;\r\n\tb=",
	    crypto_private_type(with->key) == CRYPTO_RSA ? "rsa-sha256"
	                                                 : "ed25519-sha256",
	    dkim_canon_name(with->header), dkim_canon_name(with->body),
	    SV_FMT(with->domain), SV_FMT(with->selector), SV_FMT(identity),
	    SV_FMT(t), SV_FMT(x), SV_FMT(fold_names(a, names)),
	    SV_FMT(body_hash));
}

enum mw_status dkim_sign(struct arena *a, const struct dkim_mail *m,
                         const struct dkim_sign *with, sv *out,
                         struct mw_err *err)
{
	struct dkim_sig s = {.hash = CRYPTO_SHA256, .header = with->header,
	                     .body = with->body};
	struct dkim_field f;
	uint8_t hash[CRYPTO_HASH_MAX];
	uint64_t size;
	sv names, before, done;

	if (!with->key || !with->domain.n || !with->selector.n ||
	    !dkim_count(m, "From"))
		return mw_fail(err, MW_EINVAL, "nothing to sign with, or no From");
	if (!dkim_sign_names(a, m,
	                     with->names.n ? with->names
	                                   : sv_str(dkim_usual_names),
	                     with->oversign.n ? with->oversign : SV("From"),
	                     &names))
		return mw_fail(err, MW_ELIMIT, "over %d fields to sign",
		               DKIM_NAMES_MAX);
	if (!dkim_hash_body(with->crypto, &s, m->body, hash, &size))
		return mw_fail(err, MW_ENOMEM, "no memory to sign");
	before = write_field(a, with, names,
	                     base64_encode(a, sv_of((char *)hash, 32)));
	if (!dkim_sign_begin(a, before, SV(""), names, &f, &s) ||
	    !dkim_hash_header(with->crypto, a, m, &s, hash))
		return mw_fail(err, MW_ENOMEM, "no memory to sign");
	done = dkim_sign_end(a, before, SV(""), true,
	                     crypto_sign(with->crypto, a, with->key,
	                                 CRYPTO_SHA256, hash));
	if (!done.n || arena_failed(a))
		return mw_fail(err, MW_ENOMEM, "no memory to sign");
	*out = done;
	return MW_OK;
}
