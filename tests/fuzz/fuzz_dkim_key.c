/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_dkim_key.c - properties of reading any text as a key record
 *
 * Places of faults lie in the text; what is called fine has a key; a repaired
 * record is fine and holds the key that its owner meant; a key that is written
 * again is the same.
 */
#include "auth/dkim_key.h"
#include "must.h"

static void check_faults(const struct dkim_key *k)
{
	bool broken = false;

	for (size_t i = 0; i < k->faults.n; i++) {
		const struct fault *f = &k->faults.list[i];

		must(f->at <= k->text.n && f->n <= k->text.n - f->at);
		broken = broken || f->weight == FAULT_BROKEN;
	}
	must(broken == (k->fault != DKIM_FINE) || k->faults.more);
}

static void check_again(struct arena *a, const struct dkim_key *k)
{
	struct dkim_key again;
	sv text = arena_printf(a, "k=%s; p=%.*s",
	                       k->key.type == CRYPTO_RSA ? "rsa" : "ed25519",
	                       SV_FMT(dkim_key_text(a, &k->key)));

	dkim_key_read(a, text, &again);
	must(again.fault == DKIM_FINE);
	must(dkim_key_same(&again.key, &k->key) && again.bits == k->bits);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct dkim_key k, mended;
	sv text;

	must(a != NULL);
	dkim_key_read(a, fuzz_input(data, size), &k);
	check_faults(&k);
	touch(k.p);
	touch(k.arg);
	touch(k.granularity);
	must(k.fault != DKIM_FINE || k.has_public);
	if (k.has_public)
		check_again(a, &k);
	text = dkim_key_repair(a, &k);
	must(!text.n || k.fault != DKIM_FINE);
	if (text.n) {
		dkim_key_read(a, text, &mended);
		must(mended.fault == DKIM_FINE && mended.has_public);
		must(!dkim_key_repair(a, &mended).n);
	}
	must(!arena_failed(a));
	arena_free(a);
	return 0;
}
