/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_packet.c - properties of reading any DNS packet
 *
 * The question is taken from the packet itself, so that its answer is reached.
 * What is found is of a bounded size, its rdata is whole, absence is never
 * kept for ever, and a second reading gives the same.
 */
#include "base/arena.h"
#include "dns/packet.h"
#include "must.h"

static void question(sv s, struct dns_answer *an)
{
	size_t at = 12, n = 0;

	an->name.w[0] = 0;
	an->name.n = 1;
	an->type = DNS_TXT;
	while (at + n < s.n && s.p[at + n] && n < 200)
		n += (unsigned char)s.p[at + n] + 1U;
	if (n >= 200 || at + n + 3 > s.n)
		return;
	memcpy(an->name.w, s.p + at, n + 1);
	an->name.n = (uint8_t)(n + 1);
	for (size_t i = 0; i < n; i++)
		if (an->name.w[i] >= 'A' && an->name.w[i] <= 'Z')
			an->name.w[i] |= 0x20;
	an->type = (uint16_t)((unsigned char)s.p[at + n + 1] << 8 |
	                      (unsigned char)s.p[at + n + 2]);
}

static void check(struct arena *a, const struct dns_answer *an)
{
	must(an->state > DNS_PENDING && an->state <= DNS_TEMPFAIL);
	must((an->state == DNS_FOUND) == (an->n > 0));
	must(an->n <= DNS_RRS_MAX && an->nchain <= DNS_CHAIN_MAX);
	must(an->ttl <= INT32_MAX);
	must((an->state == DNS_TEMPFAIL) == (an->why.n > 0));
	for (size_t i = 0; i < an->n; i++) {
		sv text = dns_rdata_text(a, an->type, an->rr[i].rdata);

		touch(an->rr[i].rdata);
		touch(text);
		must(an->rr[i].ttl >= an->ttl);
		if (an->type == DNS_TXT)
			touch(dns_txt(a, &an->rr[i]));
	}
	for (size_t i = 0; i < an->nchain; i++)
		must(an->chain[i].n && !an->chain[i].w[an->chain[i].n - 1]);
	touch(an->zone);
	touch(an->why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sv in = fuzz_input(data, size);
	struct arena *a = arena_new((size_t)64 << 20);
	struct dns_answer an = {0}, again;
	struct dns_packet_head h;
	struct mw_err err;

	if (size > DNS_PACKET_MAX || !a) {
		arena_free(a);
		return 0;
	}
	question(in, &an);
	again = an;
	(void)dns_packet_fits(in, 0x1234, &an.name, an.type);
	if (dns_packet_read(a, in, size & 1, &an, &h, &err) != MW_OK) {
		must(an.state == DNS_PENDING && !an.n && !an.nchain);
		must(err.where <= size);
	} else {
		check(a, &an);
		touch(h.ede_text);
		must(dns_packet_read(a, in, size & 1, &again, NULL, &err) ==
		     MW_OK);
		must(again.state == an.state && again.n == an.n &&
		     again.ttl == an.ttl && again.nchain == an.nchain);
	}
	arena_free(a);
	return 0;
}
