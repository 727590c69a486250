/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys of signatures under names given and usual ones, over zones: ids. */
#include "check_unit.h"

/* Made for this test; their private halves are gone. */
/* clang-format off */
#define RSA_768                                                         \
	"MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhANcx1uqpjezIMxpZbyW4Iy1o"      \
	"LEbI079YdvxP9QGoKnMD0Bn6G460q1qNozdolgPHpUjZmj5uUHYLBEbr"      \
	"y3+EaEj7Y2yeQtoABmKfepPlyRSKp5l3OJzHFEBC8IIIUkBPRQIDAQAB"
#define RSA_1024                                                        \
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQD4O5lOsMhUrbFUGpV7"      \
	"0wb00bxPqZHwWktYfp9kmXrJLP3zgmDl8TTRB2dgAjJ/ZyJcn2jsHanQ"      \
	"5hAjGzoBa1hYhUvmDynjSXAPvIbq4yJzk2WENP5gGz3gJq5s5P74oIkU"      \
	"ProWHGMeJvJMFMubvyHd9Mz2+0wZErefHKw1sR1jLwIDAQAB"
#define RSA_2048                                                        \
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1eMkD8jyWa8S"      \
	"GB/hPR9lNaCjA6OzXhwLHQ/I4+chP/XgRzPO59YQrsPTxZxGbXpVvB16"      \
	"hyyxByw1goL3uMBsKZGV4TdR1zoeI9X0S+vyhmuzLgvYSC4cuFi6M3mk"      \
	"5tZTDCKt8a+oUk69j6wn7ed5zI5c6OXiYbQGZs/D6h5J2IiXoKztEFqz"      \
	"vlF53rRqykCFnHfbCSQDklCJtR9szG0EraHUv/3BBg8H89X1/rr+Yj0S"      \
	"XPuTQd02jzsvtGUXFKtHbEavq5Ty9mJ6U/Kw6XtWHcOw1BKkNwLMc98Z"      \
	"c7WMa/K61c7yJD8BH4zWvkWABqk5zFbqgOpmdL9kuzRLJhY0PwIDAQAB"
/* clang-format on */
/* The test key of RFC 8463, Appendix A.2. */
#define ED25519 "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

/* At a selector that nobody would guess, and at a usual one. */
#define MINE "mine7._domainkey.example.org"
#define USUAL "default._domainkey.example.org"

static void expect(const char *zone, const char *selector, const char *want)
{
	unit_begin(zone, "example.org");
	if (selector) {
		unit.target.selectors[0] = sv_str(selector);
		unit.target.nselectors = 1;
	}
	assert_sv(unit_run(&check_dkim), want);
	unit_end();
}

static const struct {
	const char *zone, *want;
} given[] = {
    {MINE " TXT v=DKIM1; k=rsa; p=" RSA_2048 "\n", "dkim.key-ok:" MINE},
    {MINE " TXT v=DKIM1; k=ed25519; p=" ED25519 "\n",
     "dkim.key-ok:" MINE},
    {MINE " TXT v=DKIM1; p=" RSA_1024 "\n",
     "dkim.key-1024:" MINE " dkim.key-ok:" MINE},
    {MINE " TXT v=DKIM1; p=" RSA_768 "\n", "dkim.key-small:" MINE},
    {MINE " TXT v=DKIM1; t=y; p=" RSA_2048 "\n",
     "dkim.key-testing:" MINE " dkim.key-ok:" MINE},
    {MINE " TXT v=DKIM1; p=\n", "dkim.key-revoked:" MINE},
    {MINE " TXT v=DKIM1; p=" RSA_2048 "\n"
     MINE " TXT v=DKIM1; p=" RSA_1024 "\n", "dkim.key-several:" MINE},
    {MINE " TXT v=dkim1; p=" RSA_2048 "\n", "dkim.key-broken:" MINE},
    {MINE " TXT v=DKIM1; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n",
     "dkim.key-broken:" MINE},
    {"example.org A 192.0.2.1\n", "dkim.key-missing:" MINE},
    {MINE " A 192.0.2.1\n", "dkim.key-missing:" MINE},
    {MINE ".example.org TXT v=DKIM1; p=" RSA_2048 "\n",
     "dkim.doubled-name:" MINE},
    /* Not knowing is neither "none" nor "missing". */
    {MINE " !SERVFAIL\n", "dns.tempfail:" MINE},
};

static void test_given(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(given) / sizeof(*given); i++)
		expect(given[i].zone, "mine7", given[i].want);
}

static void test_usual(void **state)
{
	(void)state;
	expect("example.org A 192.0.2.1\n", NULL,
	       "dkim.none-found:example.org");
	expect(USUAL " TXT v=DKIM1; p=" RSA_2048 "\n", NULL,
	       "dkim.key-ok:" USUAL);
	/* What is at a name that nobody gave is told only where it is a key. */
	expect(MINE " TXT v=DKIM1; p=" RSA_2048 "\n", NULL,
	       "dkim.none-found:example.org");
	expect(USUAL " !SERVFAIL\n", NULL, "dkim.unknown:example.org");
	/* The one that is given, and the usual ones beside it. */
	expect(MINE " TXT v=DKIM1; p=\n"
	       USUAL " TXT v=DKIM1; p=" RSA_2048 "\n", "mine7",
	       "dkim.key-revoked:" MINE " dkim.key-ok:" USUAL);
	/* A usual one that is given is told once. */
	expect(USUAL " TXT v=DKIM1; p=" RSA_2048 "\n", "default",
	       "dkim.key-ok:" USUAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_given),
	    cmocka_unit_test(test_usual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
