/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dkim_hash.h"

/* How many fields above the one that the same name meant before. */
static size_t begin_at(const struct dkim_mail *m, const struct dkim_sig *s,
                       const uint32_t *hash, size_t k,
                       const struct dkim_field *const *done)
{
	for (size_t i = k; i--;) {
		if (hash[i] != hash[k] || !sv_ieq(s->name[i], s->name[k]))
			continue;
		return done[i] ? (size_t)(done[i] - m->field) : 0;
	}
	return m->n;
}

void dkim_select(const struct dkim_mail *m, const struct dkim_sig *s,
                 const struct dkim_field *without,
                 const struct dkim_field **out)
{
	uint32_t hash[DKIM_NAMES_MAX];

	for (size_t k = 0; k < s->names; k++) {
		size_t i;

		hash[k] = dkim_name_hash(s->name[k]);
		out[k] = NULL;
		for (i = begin_at(m, s, hash, k, out); i--;) {
			const struct dkim_field *f = &m->field[i];

			/* Its own value would have to sign itself (3.7). */
			if (f == without || f == s->field ||
			    !dkim_is_field(f, s->name[k], hash[k]))
				continue;
			out[k] = f;
			break;
		}
	}
}

void dkim_pieces(struct arena *a, const struct dkim_sig *s,
                 const struct dkim_field *const *fields, sv *out)
{
	for (size_t k = 0; k < s->names; k++)
		out[k] = fields[k] ? dkim_canon_field(a, s->header, fields[k])
		                   : SV("");
	out[s->names] = dkim_canon_own(a, s->header, s->field, s->cut);
}

bool dkim_hash_pieces(struct crypto *c, enum crypto_hash kind,
                      const sv *pieces, size_t n,
                      uint8_t out[CRYPTO_HASH_MAX])
{
	struct hash h;

	hash_begin(c, kind, &h);
	for (size_t i = 0; i < n; i++)
		hash_add(&h, pieces[i]);
	return hash_end(&h, out);
}

bool dkim_hash_header(struct crypto *c, struct arena *a,
                      const struct dkim_mail *m, const struct dkim_sig *s,
                      uint8_t out[CRYPTO_HASH_MAX])
{
	const struct dkim_field *fields[DKIM_NAMES_MAX];
	sv pieces[DKIM_NAMES_MAX + 1];

	dkim_select(m, s, NULL, fields);
	dkim_pieces(a, s, fields, pieces);
	return !arena_failed(a) &&
	       dkim_hash_pieces(c, s->hash, pieces, s->names + 1, out);
}

bool dkim_hash_body(struct crypto *c, const struct dkim_sig *s, sv body,
                    uint8_t out[CRYPTO_HASH_MAX], uint64_t *size)
{
	struct hash h;
	struct canon_out to = {.hash = &h,
	                       .left = s->has_l ? s->l : UINT64_MAX};

	hash_begin(c, s->hash, &h);
	dkim_canon_body(s->body, body, &to);
	*size = to.n;
	return hash_end(&h, out);
}
