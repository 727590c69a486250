/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a prober sees of one server, as a line of JSON.
 *
 * usage: probe_dump smtp|https HOST IP PORT CA_FILE NOW [PATH | RCPT...]
 */
#include "dns/loop.h"
#include "probe/probe.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static json_t *text(sv s)
{
	json_t *j = json_stringn(s.p ? s.p : "", s.n);

	return j ? j : json_string("(no UTF-8)");
}

static json_t *tls_json(const struct tls_seen *t)
{
	json_t *chain = json_array(), *names;

	for (size_t i = 0; i < t->n; i++) {
		const struct cert *c = &t->chain[i];

		names = json_array();
		for (size_t k = 0; k < c->nnames; k++)
			json_array_append_new(names, text(c->names[k]));
		json_array_append_new(chain, json_pack(
		    "{s:i, s:i, s:o, s:o, s:o, s:I, s:I, s:o}",
		    "der", (int)c->der.n, "spki", (int)c->spki.n, "subject",
		    text(c->subject), "issuer", text(c->issuer), "key",
		    text(c->key), "from", (json_int_t)c->from, "until",
		    (json_int_t)c->until, "names", names));
	}
	return json_pack("{s:b, s:b, s:o, s:o, s:i, s:o, s:o}", "tried",
	                 t->tried, "up", t->up, "version", text(t->version),
	                 "chain", chain, "faults", (int)t->faults, "why",
	                 text(t->why), "error", text(t->error));
}

static json_t *smtp_json(const struct smtp_probe *r)
{
	json_t *words = json_array(), *rcpt = json_array();

	for (size_t i = 0; i < r->nkeywords; i++)
		json_array_append_new(words, text(r->keywords[i]));
	for (size_t i = 0; i < r->nrcpt; i++)
		json_array_append_new(rcpt, json_integer(r->rcpt[i].code));
	return json_pack(
	    "{s:s, s:s, s:o, s:i, s:o, s:o, s:o, s:b, s:b, s:I, s:o, s:o}",
	    "fail", probe_fail_name(r->fail), "stage", r->stage, "why",
	    text(r->why), "code", (int)r->code, "text", text(r->text),
	    "greeting", text(r->greeting), "keywords", words, "starttls",
	    r->starttls, "has_size", r->has_size, "size",
	    (json_int_t)r->size, "rcpt", rcpt, "tls", tls_json(&r->tls));
}

static json_t *https_json(const struct https_probe *r)
{
	return json_pack("{s:s, s:o, s:i, s:o, s:o, s:o, s:o}", "fail",
	                 probe_fail_name(r->fail), "why", text(r->why),
	                 "status", (int)r->status, "type", text(r->type),
	                 "location", text(r->location), "body",
	                 text(r->body), "tls", tls_json(&r->tls));
}

static void on_note(void *arg, const char *said)
{
	(void)arg;
	fprintf(stderr, "%s\n", said);
}

static void print(json_t *j)
{
	char *s = j ? json_dumps(j, JSON_SORT_KEYS) : NULL;

	puts(s ? s : "null");
	free(s);
	json_decref(j);
}

int main(int argc, char **argv)
{
	struct probe_options opt = {.note = on_note, .connect_ms = 1500,
	                            .talk_ms = 3000};
	struct dns_loop *loop = dns_loop_new();
	struct smtp_ask smtp = {0};
	struct https_ask https = {0};
	struct prober *p;
	struct ip ip;

	if (argc < 7 || !loop || !ip_parse(sv_str(argv[3]), &ip))
		return 2;
	opt.smtp_port = opt.https_port =
	    (uint16_t)strtoul(argv[4], NULL, 10);
	opt.ca_file = argv[5];
	opt.now = strtoll(argv[6], NULL, 10);
	p = probe_net_new(loop, &opt);
	if (!p)
		return 2;
	smtp.host = https.host = sv_str(argv[2]);
	smtp.ip = ip;
	https.ips = &ip;
	https.nips = 1;
	for (int i = 7; i < argc && smtp.nrcpt < SMTP_RCPT_MAX; i++)
		smtp.rcpt[smtp.nrcpt++] = https.path = sv_str(argv[i]);
	if (argv[1][0] == 's') {
		const struct smtp_probe *r = p->smtp(p, &smtp);

		while (p->pending(p))
			dns_loop_run(loop, 10000);
		print(smtp_json(r));
	} else {
		const struct https_probe *r = p->https(p, &https);

		while (p->pending(p))
			dns_loop_run(loop, 10000);
		print(https_json(r));
	}
	prober_free(p);
	dns_loop_free(loop);
	return 0;
}
