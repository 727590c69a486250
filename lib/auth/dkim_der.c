/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dkim_der.h"

enum { INTEGER = 0x02, BITS = 0x03, OID = 0x06, SEQ = 0x30 };

static const char oid_rsa[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
static const char oid_ed25519[] = "\x2b\x65\x70";

struct der {
	sv rest;
	enum der_flaw flaw; /* sticky */
	const char *where;
};

static uint8_t byte_at(sv s, size_t i)
{
	return (uint8_t)s.p[i];
}

static sv fail(struct der *d, enum der_flaw flaw)
{
	if (d->flaw == DER_FINE) {
		d->flaw = flaw;
		d->where = d->rest.p;
	}
	return sv_of(d->rest.p, 0);
}

/* How many bytes the length takes, and the length; 0: cut or absurd. */
static size_t read_length(struct der *d, size_t *length)
{
	size_t n;

	if (d->rest.n < 2) {
		(void)fail(d, DER_CUT);
		return 0;
	}
	*length = byte_at(d->rest, 1);
	if (*length < 0x80)
		return 1;
	n = *length & 0x7f;
	if (!n || n > 3) {
		(void)fail(d, DER_WRONG);
		return 0;
	}
	if (d->rest.n < 2 + n) {
		(void)fail(d, DER_CUT);
		return 0;
	}
	*length = 0;
	for (size_t i = 0; i < n; i++)
		*length = *length << 8 | byte_at(d->rest, 2 + i);
	return 1 + n;
}

/* The contents of the next element, which must be of that kind. */
static sv take(struct der *d, int kind)
{
	size_t n, length = 0;
	sv out;

	if (d->flaw != DER_FINE)
		return sv_of(d->rest.p, 0);
	if (!d->rest.n)
		return fail(d, DER_CUT);
	if (byte_at(d->rest, 0) != kind)
		return fail(d, DER_WRONG);
	n = read_length(d, &length);
	if (!n)
		return sv_of(d->rest.p, 0);
	out = sv_drop(d->rest, 1 + n);
	if (length > out.n) {
		d->rest = sv_drop(out, out.n);
		return fail(d, DER_CUT);
	}
	d->rest = sv_drop(out, length);
	return sv_head(out, length);
}

static sv unsigned_number(sv s)
{
	while (s.n && !*s.p)
		s = sv_drop(s, 1);
	return s;
}

static void read_rsa(struct der *d, struct crypto_public *out)
{
	out->type = CRYPTO_RSA;
	out->n = unsigned_number(take(d, INTEGER));
	out->e = unsigned_number(take(d, INTEGER));
	if (!out->n.n || !out->e.n)
		(void)fail(d, DER_WRONG);
}

static void into(struct der *d, sv inner, struct der *out)
{
	*out = (struct der){inner, d->flaw, d->where};
}

static void take_flaw(struct der *d, const struct der *inner)
{
	if (d->flaw == DER_FINE && inner->flaw != DER_FINE) {
		d->flaw = inner->flaw;
		d->where = inner->where;
	}
}

/* The bits of SubjectPublicKeyInfo, by its algorithm. */
static void read_info(struct der *d, sv oid, struct crypto_public *out)
{
	sv bits = take(d, BITS);
	struct der inner;

	if (!bits.n || *bits.p) {
		(void)fail(d, DER_WRONG);
		return;
	}
	bits = sv_drop(bits, 1);
	if (sv_eq(oid, SV(oid_ed25519))) {
		out->type = CRYPTO_ED25519;
		out->raw = bits;
		if (bits.n != CRYPTO_ED25519_BYTES)
			(void)fail(d, DER_WRONG);
		return;
	}
	if (!sv_eq(oid, SV(oid_rsa))) {
		(void)fail(d, DER_WRONG);
		return;
	}
	into(d, bits, &inner);
	into(d, take(&inner, SEQ), &inner);
	read_rsa(&inner, out);
	take_flaw(d, &inner);
}

enum der_flaw der_public(sv der, struct crypto_public *out, bool *bare,
                         size_t *at)
{
	struct der d = {.rest = der}, seq, algorithm;
	sv all = take(&d, SEQ), oid;

	*out = (struct crypto_public){.type = CRYPTO_RSA};
	*bare = all.n && byte_at(all, 0) == INTEGER;
	into(&d, all, &seq);
	if (*bare) {
		read_rsa(&seq, out);
	} else {
		into(&seq, take(&seq, SEQ), &algorithm);
		oid = take(&algorithm, OID);
		take_flaw(&seq, &algorithm);
		read_info(&seq, oid, out);
	}
	take_flaw(&d, &seq);
	if (d.flaw == DER_FINE && (d.rest.n || seq.rest.n)) {
		d.flaw = DER_MORE;
		d.where = d.rest.n ? d.rest.p : seq.rest.p;
	}
	*at = d.flaw == DER_FINE ? 0 : (size_t)(d.where - der.p);
	return d.flaw;
}

unsigned der_bits(sv number)
{
	unsigned n = (unsigned)(number.n * 8);

	if (!number.n)
		return 0;
	for (uint8_t top = byte_at(number, 0); !(top & 0x80);
	     top = (uint8_t)(top << 1 | 1))
		n--;
	return n;
}

/* ---- writing ---- */

/* An element before what stands at the end of room: *at moves back. */
static void put_head(uint8_t *room, size_t *at, int kind, size_t length)
{
	if (length < 0x80) {
		room[--*at] = (uint8_t)length;
	} else {
		unsigned n = 0;

		for (size_t v = length; v; v >>= 8, n++)
			room[--*at] = (uint8_t)v;
		room[--*at] = (uint8_t)(0x80 | n);
	}
	room[--*at] = (uint8_t)kind;
}

static void put_bytes(uint8_t *room, size_t *at, sv s)
{
	*at -= s.n;
	memcpy(room + *at, s.p, s.n);
}

static void put_number(uint8_t *room, size_t *at, sv number)
{
	size_t n = number.n;

	put_bytes(room, at, number);
	if (byte_at(number, 0) & 0x80) {
		room[--*at] = 0;
		n++;
	}
	put_head(room, at, INTEGER, n);
}

sv der_rsa(struct arena *a, const struct crypto_public *key)
{
	size_t size = key->n.n + key->e.n + 64, at = size, end;
	uint8_t *room = key->n.n && key->e.n ? arena_alloc(a, size, 1) : NULL;
	static const char algorithm[] = "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7"
	                                "\x0d\x01\x01\x01\x05";

	if (!room)
		return SV("");
	put_number(room, &at, key->e);
	put_number(room, &at, key->n);
	put_head(room, &at, SEQ, size - at);
	room[--at] = 0; /* no unused bits */
	end = size - at;
	put_head(room, &at, BITS, end);
	put_bytes(room, &at, sv_of(algorithm, 15)); /* its NULL's length too */
	put_head(room, &at, SEQ, size - at);
	return sv_of((const char *)room + at, size - at);
}
