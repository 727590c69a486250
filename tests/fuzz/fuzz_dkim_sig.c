/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_dkim_sig.c - properties of reading any field as a signature
 *
 * The place of a fault and what is left out lie in the field; limits hold;
 * what is called fine has all that a check needs.
 */
#include "auth/dkim_sig.h"
#include "must.h"

static void inside(sv part, sv text)
{
	if (part.n)
		must(part.p >= text.p && part.p + part.n <= text.p + text.n);
	touch(part);
}

static void check_fine(const struct dkim_sig *s)
{
	must(s->d.n && s->s.n && s->signature.n);
	if (s->kind == DKIM_SIGNATURE)
		must(s->signs_from && dkim_domain_under(dkim_sig_identity(s),
		                                        s->d));
	else
		must(s->instance >= 1 && s->instance <= 50);
	if (s->kind == DKIM_ARC_SEAL)
		must(!s->names && s->cv.n);
	else
		must(s->names &&
		     s->body_hash.n == crypto_hash_size(s->hash));
}

static void check(struct arena *a, enum dkim_kind kind,
                  const struct dkim_field *f)
{
	struct dkim_sig s;
	sv own;

	dkim_sig_read(a, kind, f, &s);
	must(!arena_failed(a));
	must(s.at <= f->value.n && s.len <= f->value.n - s.at);
	must(s.names <= DKIM_NAMES_MAX);
	for (size_t i = 0; i < s.names; i++)
		inside(s.name[i], f->value);
	inside(s.d, f->value);
	inside(s.s, f->value);
	inside(s.z, f->value);
	inside(s.cut, f->value);
	must(s.cut.p >= f->value.p);
	touch(s.i);
	touch(s.arg);
	if (s.fault == DKIM_FINE)
		check_fine(&s);
	own = dkim_canon_own(a, DKIM_RELAXED, f, s.cut);
	touch(own);
	touch(dkim_canon_own(a, DKIM_SIMPLE, f, s.cut));
	must(!sv_has(own, SV("\r\n")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct dkim_field f = {.name = SV("DKIM-Signature")};

	must(a != NULL);
	if (!size || size > INT32_MAX)
		return arena_free(a), 0;
	f.raw = arena_printf(a, "DKIM-Signature:%*s\r\n", (int)size, "");
	memcpy((char *)(uintptr_t)f.raw.p + 15, data, size);
	f.value = sv_of(f.raw.p + 15, size);
	for (int kind = DKIM_SIGNATURE; kind <= DKIM_ARC_SEAL; kind++)
		check(a, (enum dkim_kind)kind, &f);
	arena_free(a);
	return 0;
}
