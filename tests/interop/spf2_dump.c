/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spf2_dump - what Debian's libspf2 says of the SPF suites, on the same zones
 *
 * spf2_dump SHARED: a line of JSON for each case, for spf_compare.py.  Names
 * are looked up in our zone, so aliases are followed; libspf2's own zone layer
 * follows none.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <spf2/spf.h>

#include "facts/facts.h"
#include "spf_world.h"

static const char *const suites[] = {"rfc7208", "rfc4408", "pyspf-adhoc",
                                     "mail-auth-rs"};

static struct facts *facts; /* of the case that is judged */
static struct arena *texts;

static size_t put(const struct dns_answer *an, size_t i,
                  SPF_dns_rr_data_t *out)
{
	char text[DNS_NAME_TEXT];
	struct dns_name name;
	unsigned pref;
	struct ip ip;
	sv s = SV("");

	if (an->type == DNS_A || an->type == DNS_AAAA) {
		if (dns_ip(&an->rr[i], &ip))
			memcpy(out, ip.at, ip.bytes);
		return ip.bytes;
	}
	if (an->type == DNS_TXT)
		s = dns_txt(texts, &an->rr[i]);
	else if (an->type == DNS_MX ? dns_mx(&an->rr[i], &pref, &name)
	                            : dns_target(&an->rr[i], &name))
		s = dns_name_text(&name, text);
	if (out) {
		memcpy(out->txt, s.p, s.n);
		out->txt[s.n] = '\0';
	}
	return s.n + 1;
}

static size_t room_for(const struct dns_answer *an, size_t i)
{
	return an->type == DNS_A || an->type == DNS_AAAA ? 16
	                                                 : put(an, i, NULL);
}

static SPF_dns_rr_t *lookup(SPF_dns_server_t *server, const char *domain,
                            ns_type type, int should_cache)
{
	const struct dns_answer *an =
	    facts_text(facts, sv_str(domain), (uint16_t)type);
	SPF_dns_rr_t *rr = SPF_dns_rr_new_init(server, domain, type, 0,
	    an->state == DNS_FOUND      ? NETDB_SUCCESS
	    : an->state == DNS_NXDOMAIN ? HOST_NOT_FOUND
	    : an->state == DNS_NODATA   ? NO_DATA : TRY_AGAIN);

	(void)should_cache;
	for (size_t i = 0; rr && i < an->n; i++) {
		if (SPF_dns_rr_buf_realloc(rr, (int)i,
		                           room_for(an, i)) != SPF_E_SUCCESS)
			abort();
		(void)put(an, i, rr->rr[i]);
		rr->num_rr++;
	}
	return rr;
}

static const char *text_of(struct arena *a, const json_t *t, const char *key)
{
	const json_t *s = json_object_get(t, key);

	return json_is_string(s) ? sv_dupz(a, world_bytes(a, s)) : "";
}

static const char *judge(SPF_server_t *server, const json_t *t,
                         struct arena *a)
{
	SPF_request_t *rq = SPF_request_new(server);
	SPF_response_t *rs = NULL;
	const char *ip = text_of(a, t, "ip"), *from = text_of(a, t, "mailfrom");
	const char *result;

	if (strchr(ip, ':'))
		(void)SPF_request_set_ipv6_str(rq, ip);
	else
		(void)SPF_request_set_ipv4_str(rq, ip);
	(void)SPF_request_set_helo_dom(rq, text_of(a, t, "helo"));
	if (*from)
		(void)SPF_request_set_env_from(rq, from);
	(void)SPF_request_query_mailfrom(rq, &rs);
	result = rs ? SPF_strresult(SPF_response_result(rs)) : "none";
	SPF_response_free(rs);
	SPF_request_free(rq);
	return result;
}

static void run(const char *suite, size_t scenario, const struct dns_zone *z,
                const json_t *t)
{
	struct dns_resolver *r = dns_zone_resolver(z);
	struct facts_options opt = {.resolver = r, .now = 1};
	SPF_dns_server_t layer = {.lookup = lookup, .name = "zone"};
	SPF_server_t *server = SPF_server_new_dns(&layer, 0);
	json_t *o;

	texts = arena_new((size_t)8 << 20);
	facts = facts_new(&opt);
	SPF_server_set_rec_dom(server, "mx.example.net");
	o = json_pack("{ss sI sO ss}", "suite", suite, "scenario",
	    (json_int_t)scenario, "id", json_object_get(t, "id"), "result",
	    judge(server, t, texts));
	(void)json_dumpf(o, stdout, JSON_COMPACT);
	(void)putchar('\n');
	json_decref(o);
	SPF_server_free(server);
	facts_free(facts);
	dns_resolver_free(r);
	arena_free(texts);
}

static void run_suite(const char *dir, const char *suite)
{
	char path[4096];
	json_t *all, *s, *t;
	size_t i, k;

	(void)snprintf(path, sizeof(path), "%s/corpus/auth/spf/%s.dev.json",
	               dir, suite);
	all = json_load_file(path, JSON_ALLOW_NUL, NULL);
	json_array_foreach(json_object_get(all, "scenarios"), i, s) {
		struct dns_zone *z = dns_zone_new();

		(void)world_read(z, json_object_get(s, "zones"));
		json_array_foreach(json_object_get(s, "tests"), k, t)
			run(suite, i, z, t);
		dns_zone_free(z);
	}
	json_decref(all);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		run_suite(argv[1], suites[i]);
	return 0;
}
