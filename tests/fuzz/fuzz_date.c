/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_date.c - properties of reading any date
 *
 * A date that is read lies in the years 1900 to 9999, in a zone that exists,
 * and the same text behind other blanks is the same date.
 */
#include "mail/date.h"
#include "must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sv in = sv_trim(fuzz_input(data, size));
	struct date d, again;
	char moved[64];

	if (date_read(in, &d) != MW_OK) {
		must(!d.time && !d.defects);
		return 0;
	}
	must(d.time > -2240610000 && d.time < 253402387200);
	must(d.zone >= -14 * 60 && d.zone <= 14 * 60);
	if (in.n + 2 <= sizeof(moved)) {
		moved[0] = moved[in.n + 1] = ' ';
		memcpy(moved + 1, in.p, in.n);
		must(date_read(sv_of(moved, in.n + 2), &again) == MW_OK);
		must(again.time == d.time && again.zone == d.zone);
	}
	return 0;
}
