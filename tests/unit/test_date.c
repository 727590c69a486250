/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "mail/date.h"

/* 2026-11-24 11:45:19 UTC */
#define THEN 1795520719
#define MIDNIGHT (THEN - (11 * 60 + 45) * 60 - 19)

/* clang-format off */
static const struct {
	const char *in;
	int64_t time;
	int zone;
	unsigned defects;
} good[] = {
	{"Tue, 24 Nov 2026 11:45:19 +0000", THEN, 0, 0},
	{"Tue, 24 Nov 2026 12:45:19 +0100 (CET)", THEN, 60, 0},
	{" tue,24 nov 2026 06:45:19 -0500\r\n", THEN, -300, 0},
	{"24 Nov 2026 17:15:19 +0530", THEN, 330, 0},
	{"Tue, 24 Nov 2026 11:45 GMT", THEN - 19, 0, 0},
	{"Tue, 24 Nov 2026 11:45:19 -0000", THEN, 0, DATE_NO_ZONE},
	{"Tue, 24 Nov 2026 11:45:19", THEN, 0, DATE_NO_ZONE},
	{"Tue (a (b) c), 24 (x) Nov 2026\r\n 11:45:19 +0000", THEN, 0, 0},
	{"Tue, 24 November 2026 11:45:19 UT", THEN, 0, 0},
	/* Old zones and years. */
	{"Tue, 24 Nov 26 06:45:19 EST", THEN, -300, DATE_SHORT | DATE_ZONE_NAME},
	{"Tue, 24 Nov 126 03:45:19 PST", THEN, -480,
		DATE_SHORT | DATE_ZONE_NAME},
	{"Tue, 24 Nov 2026 20:45:19 JST", THEN, 540, DATE_ZONE_NAME},
	{"Tue, 24 Nov 2026 11:45:19 A", THEN, 0, DATE_NO_ZONE | DATE_ODD},
	{"Sun, 06 Nov 94 08:49:37 GMT", 784111777, 0, DATE_SHORT},
	{"Sunday, 06-Nov-94 08:49:37 GMT", 784111777, 0, DATE_SHORT},
	/* Zones that are told oddly. */
	{"24 Nov 2026 12:45:19 +01:00", THEN, 60, 0},
	{"24 Nov 2026 12:45:19 +1", THEN, 60, 0},
	{"24 Nov 2026 12:45:19 GMT+0100", THEN, 60, 0},
	{"24 Nov 2026 11:45:19 +9999", THEN, 0, DATE_NO_ZONE | DATE_ODD},
	/* Other orders. */
	{"Tue Nov 24 11:45:19 2026", THEN, 0, DATE_NO_ZONE | DATE_ODD},
	{"Tue Nov 24 11:45:19 UTC 2026", THEN, 0, DATE_ODD},
	{"Tue Nov 24 2026 12:45:19 GMT+0100 (Central European Standard Time)",
		THEN, 60, DATE_ODD},
	{"Tue, Nov 24, 2026 at 11:45:19 AM +0000", THEN, 0, DATE_ODD},
	{"11/24/2026 11:45:19 PM", THEN + 43200, 0, DATE_NO_ZONE | DATE_ODD},
	{"24/11/2026 11:45:19", THEN, 0, DATE_NO_ZONE | DATE_ODD},
	{"24.11.2026 11:45:19", THEN, 0, DATE_NO_ZONE | DATE_ODD},
	{"2/1/2026 00:00:00 Z", 1769904000, 0, DATE_ODD | DATE_UNSURE},
	/* ISO 8601 */
	{"2026-11-24T11:45:19Z", THEN, 0, DATE_ODD},
	{"2026-11-24T12:45:19.123+01:00", THEN, 60, DATE_ODD},
	{"2026-11-24 06:45:19-05:00", THEN, -300, DATE_ODD},
	{"2026-11-24", MIDNIGHT, 0, DATE_NO_ZONE | DATE_ODD | DATE_NO_TIME},
	/* Ends of things. */
	{"1 Jan 1970 00:00:00 +0000", 0, 0, 0},
	{"29 Feb 2024 00:00:00 +0000", 1709164800, 0, 0},
	{"31 Dec 2016 23:59:60 +0000", 1483228799, 0, 0},
	{"31 Dec 1969 23:59:59 +0000", -1, 0, 0},
};

static const char *const bad[] = {
	"", "yesterday", "Tue, 24 Nov", "24 Nov 11:45:19", "11:45:19 +0000",
	"31 Feb 2026 00:00:00 +0000", "29 Feb 2026 00:00:00 +0000",
	"0 Nov 2026", "24 Nov 2026 25:00:00", "24 Nov 2026 11:60:00",
	"24 Nox 2026 11:45:19", "2026-13-01", "(24 Nov 2026", "99999999999",
};
/* clang-format on */

static void reads(void **state)
{
	struct date d;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (date_read(sv_str(good[i].in), &d) != MW_OK)
			fail_msg("%s: not read", good[i].in);
		if (d.time != good[i].time || d.zone != good[i].zone ||
		    d.defects != good[i].defects)
			fail_msg("%s: %lld %d %#x", good[i].in,
			         (long long)d.time, d.zone, d.defects);
	}
}

static void refuses(void **state)
{
	struct date d;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (date_read(sv_str(bad[i]), &d) != MW_ESYNTAX)
			fail_msg("%s: read", bad[i]);
}

UNIT_MAIN(cmocka_unit_test(reads), cmocka_unit_test(refuses))
