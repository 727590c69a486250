/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/record.h"

#include "base/ascii.h"
#include "probe/cert.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <stdlib.h>

/* What is not in a recording of that size is no recording of ours. */
#define REPLAY_BYTES ((size_t)512 << 20)
#define TABLE 4096 /* a power of two */

static const char *const faults[] = {"expired",     "not-yet",
                                     "name",        "self-signed",
                                     "unknown-issuer", "weak", "other"};

#define FAULTS (sizeof(faults) / sizeof(faults[0]))

/* Stages as smtp.c names them: what is read becomes one of these. */
static const char *const stages[] = {"connect",   "greeting",
                                     "EHLO",      "STARTTLS",
                                     "TLS handshake", "MAIL FROM",
                                     "RCPT TO",   "QUIT"};

#define STAGES (sizeof(stages) / sizeof(stages[0]))

/* ---- writing ---- */

static void set_bytes(json_t *j, const char *key, sv s)
{
	if (s.n)
		(void)json_object_set_new(j, key, dns_record_bytes(s));
}

static void set_ip(json_t *j, const char *key, const struct ip *ip)
{
	char room[IP_TEXT];

	if (ip->bytes)
		set_bytes(j, key, ip_text(ip, room));
}

static json_t *base64_of(struct arena *a, sv s)
{
	unsigned char *out = arena_alloc(a, s.n / 3 * 4 + 5, 1);
	int n = out ? EVP_EncodeBlock(out, (const unsigned char *)s.p,
	                              (int)s.n) : 0;

	return json_stringn(n > 0 ? (char *)out : "", n > 0 ? (size_t)n : 0);
}

static void set_tls(struct arena *a, json_t *to, const struct tls_seen *tls)
{
	json_t *j, *list;

	if (!tls->tried)
		return;
	j = json_object();
	dns_record_true(j, "tried", tls->tried);
	dns_record_true(j, "up", tls->up);
	set_bytes(j, "version", tls->version);
	set_bytes(j, "cipher", tls->cipher);
	set_bytes(j, "why", tls->why);
	set_bytes(j, "error", tls->error);
	list = json_array();
	for (size_t i = 0; i < FAULTS; i++)
		if (tls->faults & 1U << i)
			(void)json_array_append_new(list,
			                            json_string(faults[i]));
	(void)json_object_set_new(j, "faults", list);
	list = json_array();
	for (size_t i = 0; i < tls->n; i++)
		(void)json_array_append_new(list,
		    base64_of(a, tls->chain[i].der));
	(void)json_object_set_new(j, "chain", list);
	(void)json_object_set_new(to, "tls", j);
}

static void set_rcpt(json_t *j, const struct smtp_probe *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->nrcpt; i++) {
		json_t *one = json_object();

		set_bytes(one, "address", p->rcpt[i].address);
		dns_record_number(one, "code", p->rcpt[i].code);
		set_bytes(one, "text", p->rcpt[i].text);
		(void)json_array_append_new(list, one);
	}
	(void)json_object_set_new(j, "rcpt", list);
}

static void set_lines(json_t *j, const char *key, sv text)
{
	json_t *list = json_array();

	while (text.n)
		(void)json_array_append_new(list,
		                            dns_record_bytes(sv_line(&text)));
	(void)json_object_set_new(j, key, list);
}

sv probe_smtp_line(struct arena *a, const struct smtp_probe *p)
{
	json_t *j = json_object(), *list;

	(void)json_object_set_new(j, "kind", json_string("smtp"));
	set_bytes(j, "host", p->host);
	set_ip(j, "ip", &p->ip);
	(void)json_object_set_new(j, "fail",
	                          json_string(probe_fail_name(p->fail)));
	set_bytes(j, "why", p->why);
	set_bytes(j, "stage", sv_str(p->stage));
	dns_record_number(j, "code", p->code);
	set_bytes(j, "text", p->text);
	set_bytes(j, "greeting", p->greeting);
	dns_record_true(j, "ehlo", p->ehlo);
	dns_record_true(j, "starttls", p->starttls);
	dns_record_true(j, "has_size", p->has_size);
	dns_record_number(j, "size", (int64_t)p->size);
	if (p->nkeywords) {
		list = json_array();
		for (size_t i = 0; i < p->nkeywords; i++)
			(void)json_array_append_new(list,
			    dns_record_bytes(p->keywords[i]));
		(void)json_object_set_new(j, "keywords", list);
	}
	set_tls(a, j, &p->tls);
	if (p->nrcpt)
		set_rcpt(j, p);
	dns_record_number(j, "connect_ms", p->connect_ms);
	if (p->talk.n)
		set_lines(j, "dialogue", p->talk);
	return dns_record_dump(a, j);
}

sv probe_https_line(struct arena *a, const struct https_ask *ask,
                    const struct https_probe *p)
{
	json_t *j = json_object(), *list = json_array();
	char room[IP_TEXT];

	(void)json_object_set_new(j, "kind", json_string("https"));
	set_bytes(j, "host", p->host);
	set_bytes(j, "path", p->path);
	for (size_t i = 0; i < ask->nips && i < HTTPS_IPS_MAX; i++)
		(void)json_array_append_new(list,
		    dns_record_bytes(ip_text(&ask->ips[i], room)));
	(void)json_object_set_new(j, "ips", list);
	set_ip(j, "ip", &p->ip);
	(void)json_object_set_new(j, "fail",
	                          json_string(probe_fail_name(p->fail)));
	set_bytes(j, "why", p->why);
	dns_record_number(j, "status", p->status);
	set_bytes(j, "type", p->type);
	set_bytes(j, "location", p->location);
	set_bytes(j, "body", p->body);
	set_tls(a, j, &p->tls);
	return dns_record_dump(a, j);
}

/* ---- the recording prober ---- */

/* One result, in the order asked. */
struct noted {
	const struct smtp_probe *smtp; /* or https */
	const struct https_probe *https;
	struct https_ask ask;
	struct noted *next;  /* of the same hash */
	struct noted *after;
};

struct recording {
	struct prober p;
	struct dns_recorder *rec;
	struct prober *below;
	struct arena *a;
	struct noted *table[TABLE], *first, **last;
};

static size_t slot_of(const void *p)
{
	uint64_t h = (uint64_t)(uintptr_t)p * 0x9E3779B97F4A7C15ULL;

	return (size_t)(h >> 32) & (TABLE - 1);
}

/* The same result is asked for again and again; NULL: it is known. */
static struct noted *note_new(struct recording *r, const void *result)
{
	struct noted **at = &r->table[slot_of(result)], *x;

	for (x = *at; x; x = x->next)
		if (x->smtp == result || x->https == result)
			return NULL;
	x = arena_alloc(r->a, 1, sizeof(*x));
	if (!x)
		return NULL;
	x->next = *at;
	*at = x;
	*r->last = x;
	r->last = &x->after;
	return x;
}

static const struct smtp_probe *record_smtp(struct prober *p,
                                            const struct smtp_ask *ask)
{
	struct recording *r = (struct recording *)p;
	const struct smtp_probe *result = r->below->smtp(r->below, ask);
	struct noted *x = note_new(r, result);

	if (x)
		x->smtp = result;
	return result;
}

static const struct https_probe *record_https(struct prober *p,
                                              const struct https_ask *ask)
{
	struct recording *r = (struct recording *)p;
	const struct https_probe *result = r->below->https(r->below, ask);
	struct noted *x = note_new(r, result);
	struct ip *ips;

	if (!x)
		return result;
	x->https = result;
	ips = arena_alloc(r->a, HTTPS_IPS_MAX, sizeof(*ips));
	for (size_t i = 0; ips && i < ask->nips && i < HTTPS_IPS_MAX; i++)
		ips[x->ask.nips++] = ask->ips[i];
	x->ask.ips = ips;
	return result;
}

static size_t record_pending(const struct prober *p)
{
	const struct recording *r = (const struct recording *)p;

	return r->below->pending(r->below);
}

static void record_stop(struct prober *p, sv why)
{
	struct recording *r = (struct recording *)p;

	r->below->stop(r->below, why);
}

static void record_free(struct prober *p)
{
	struct recording *r = (struct recording *)p;

	arena_free(r->a);
	free(r);
}

struct prober *probe_record_new(struct dns_recorder *rec, struct prober *below)
{
	struct recording *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->a = arena_new(REPLAY_BYTES);
	if (!r->a) {
		free(r);
		return NULL;
	}
	r->p = (struct prober){record_smtp, record_https, record_pending,
	                       record_stop, record_free};
	r->rec = rec;
	r->below = below;
	r->last = &r->first;
	return &r->p;
}

void probe_record_end(struct prober *p)
{
	struct recording *r = (struct recording *)p;
	struct arena *a = arena_new(DNS_RECORD_LINE * 4);

	/* Without memory for all, it is no recording: an empty line says so. */
	if (!a || arena_failed(r->a))
		dns_record_put(r->rec, SV(""));
	for (struct noted *x = r->first; a && x; x = x->after) {
		arena_reset(a);
		if (x->smtp && x->smtp->state != PROBE_PENDING)
			dns_record_put(r->rec, probe_smtp_line(a, x->smtp));
		if (x->https && x->https->state != PROBE_PENDING)
			dns_record_put(r->rec, probe_https_line(a, &x->ask,
			                                        x->https));
	}
	arena_free(a);
}

/* ---- reading ---- */

struct known {
	struct smtp_probe smtp; /* or https, with the addresses asked of */
	struct https_probe https;
	struct ip ips[HTTPS_IPS_MAX];
	size_t nips;
	bool is_smtp;
	struct known *next; /* of the same hash, in their order */
};

struct replaying {
	struct prober p;
	struct arena *a;
	struct known *table[TABLE];
	size_t n;
	struct smtp_probe no_smtp;
	struct https_probe no_https;
};

/* What is wrong with a line; NULL: nothing. */
typedef const char *complaint;

static sv bytes_at(struct arena *a, const json_t *j, const char *key,
                   complaint *wrong)
{
	const json_t *v = json_object_get(j, key);
	sv s = SV("");

	if (v && !dns_record_bytes_of(a, v, &s))
		*wrong = "what should be text is none";
	return s;
}

static uint64_t number_at(const json_t *j, const char *key, uint64_t max,
                          complaint *wrong)
{
	const json_t *v = json_object_get(j, key);
	json_int_t n = json_integer_value(v);

	if (!v)
		return 0;
	if (!json_is_integer(v) || n < 0 || (uint64_t)n > max) {
		*wrong = "a number is none";
		return 0;
	}
	return (uint64_t)n;
}

static bool true_at(const json_t *j, const char *key)
{
	return json_is_true(json_object_get(j, key));
}

static void ip_at(const json_t *v, struct ip *out, complaint *wrong)
{
	if (v && (!json_is_string(v) ||
	          !ip_parse(sv_of(json_string_value(v),
	                          json_string_length(v)), out)))
		*wrong = "an address is none";
}

static void fail_at(const json_t *j, enum probe_state *state,
                    enum probe_fail *fail, complaint *wrong)
{
	const char *name = json_string_value(json_object_get(j, "fail"));
	unsigned i = 0;

	while (i < PROBE_FAIL_N &&
	       (!name || strcmp(name, probe_fail_name((enum probe_fail)i))))
		i++;
	if (i == PROBE_FAIL_N)
		*wrong = "\"fail\" is none that is known";
	*fail = (enum probe_fail)i;
	*state = i == PROBE_OK ? PROBE_DONE : PROBE_FAILED;
}

static bool read_cert(struct arena *a, const json_t *v, struct cert *out)
{
	size_t n = json_string_length(v);
	unsigned char *der = arena_alloc(a, n + 1, 1);
	sv text = sv_of(json_string_value(v), n);
	int got;

	if (!der || !json_is_string(v) || !n || n % 4 || n > INT32_MAX)
		return false;
	got = EVP_DecodeBlock(der, (const unsigned char *)text.p, (int)n);
	while (got > 0 && sv_ends(text, SV("="))) {
		text.n--;
		got--;
	}
	return got > 0 && cert_from(a, sv_of((char *)der, (size_t)got), out);
}

static void read_chain(struct arena *a, const json_t *list,
                       struct tls_seen *tls, complaint *wrong)
{
	size_t n = json_array_size(list);
	struct cert *chain;

	if (!n)
		return;
	chain = arena_alloc(a, CERT_CHAIN_MAX, sizeof(*chain));
	if (n > CERT_CHAIN_MAX || !chain) {
		*wrong = "too many certificates";
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (!read_cert(a, json_array_get(list, i), &chain[i])) {
			*wrong = "a certificate is none";
			return;
		}
	tls->chain = chain;
	tls->n = n;
}

static void read_tls(struct arena *a, const json_t *j, struct tls_seen *tls,
                     complaint *wrong)
{
	const json_t *list = json_object_get(j, "faults");

	if (!j)
		return;
	tls->tried = true_at(j, "tried");
	tls->up = true_at(j, "up");
	tls->version = bytes_at(a, j, "version", wrong);
	tls->cipher = bytes_at(a, j, "cipher", wrong);
	tls->why = bytes_at(a, j, "why", wrong);
	tls->error = bytes_at(a, j, "error", wrong);
	for (size_t i = 0; i < json_array_size(list) && i < FAULTS; i++) {
		const char *name =
		    json_string_value(json_array_get(list, i));

		for (size_t k = 0; name && k < FAULTS; k++)
			if (!strcmp(name, faults[k]))
				tls->faults |= 1U << k;
	}
	read_chain(a, json_object_get(j, "chain"), tls, wrong);
}

static void read_rcpt(struct arena *a, const json_t *list,
                      struct smtp_probe *p, complaint *wrong)
{
	p->nrcpt = json_array_size(list);
	if (p->nrcpt > SMTP_RCPT_MAX) {
		*wrong = "too many addresses";
		return;
	}
	for (size_t i = 0; i < p->nrcpt; i++) {
		const json_t *one = json_array_get(list, i);

		p->rcpt[i].address = bytes_at(a, one, "address", wrong);
		p->rcpt[i].code = (unsigned)number_at(one, "code", 999, wrong);
		p->rcpt[i].text = bytes_at(a, one, "text", wrong);
	}
}

static void read_keywords(struct arena *a, const json_t *list,
                          struct smtp_probe *p, complaint *wrong)
{
	size_t n = json_array_size(list);
	sv *words;

	if (!n)
		return;
	words = arena_alloc(a, SMTP_KEYWORDS_MAX, sizeof(*words));
	if (n > SMTP_KEYWORDS_MAX || !words) {
		*wrong = "too many keywords";
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (!dns_record_bytes_of(a, json_array_get(list, i),
		                         &words[i]))
			*wrong = "a keyword is none";
	p->keywords = words;
	p->nkeywords = n;
}

static void read_talk(struct arena *a, const json_t *list,
                      struct smtp_probe *p, complaint *wrong)
{
	char *text = arena_alloc(a, SMTP_TALK_MAX, 1);
	size_t n = 0;
	sv line;

	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!dns_record_bytes_of(a, json_array_get(list, i), &line) ||
		    !text || line.n >= SMTP_TALK_MAX - n) {
			*wrong = "\"dialogue\" is none, or too long";
			return;
		}
		if (line.n)
			memcpy(text + n, line.p, line.n);
		n += line.n;
		text[n++] = '\n';
	}
	p->talk = sv_of(text, n);
}

static const char *stage_at(const json_t *j, complaint *wrong)
{
	const char *name = json_string_value(json_object_get(j, "stage"));

	for (size_t i = 0; name && i < STAGES; i++)
		if (!strcmp(name, stages[i]))
			return stages[i];
	*wrong = "\"stage\" is none that is known";
	return stages[0];
}

static complaint read_smtp(struct arena *a, const json_t *j,
                           struct smtp_probe *p)
{
	complaint wrong = NULL;

	p->host = bytes_at(a, j, "host", &wrong);
	ip_at(json_object_get(j, "ip"), &p->ip, &wrong);
	fail_at(j, &p->state, &p->fail, &wrong);
	p->why = bytes_at(a, j, "why", &wrong);
	p->stage = stage_at(j, &wrong);
	p->code = (unsigned)number_at(j, "code", 999, &wrong);
	p->text = bytes_at(a, j, "text", &wrong);
	p->greeting = bytes_at(a, j, "greeting", &wrong);
	p->ehlo = true_at(j, "ehlo");
	p->starttls = true_at(j, "starttls");
	p->has_size = true_at(j, "has_size");
	p->size = number_at(j, "size", INT64_MAX, &wrong);
	p->connect_ms = (unsigned)number_at(j, "connect_ms", INT32_MAX,
	                                    &wrong);
	read_keywords(a, json_object_get(j, "keywords"), p, &wrong);
	read_tls(a, json_object_get(j, "tls"), &p->tls, &wrong);
	read_rcpt(a, json_object_get(j, "rcpt"), p, &wrong);
	if (json_object_get(j, "dialogue"))
		read_talk(a, json_object_get(j, "dialogue"), p, &wrong);
	return wrong;
}

static complaint read_https(struct arena *a, const json_t *j, struct known *k)
{
	const json_t *list = json_object_get(j, "ips");
	struct https_probe *p = &k->https;
	complaint wrong = NULL;

	p->host = bytes_at(a, j, "host", &wrong);
	p->path = bytes_at(a, j, "path", &wrong);
	k->nips = json_array_size(list);
	if (k->nips > HTTPS_IPS_MAX)
		return "too many addresses";
	for (size_t i = 0; i < k->nips; i++)
		ip_at(json_array_get(list, i), &k->ips[i], &wrong);
	ip_at(json_object_get(j, "ip"), &p->ip, &wrong);
	fail_at(j, &p->state, &p->fail, &wrong);
	p->why = bytes_at(a, j, "why", &wrong);
	p->status = (unsigned)number_at(j, "status", 999, &wrong);
	p->type = bytes_at(a, j, "type", &wrong);
	p->location = bytes_at(a, j, "location", &wrong);
	p->body = bytes_at(a, j, "body", &wrong);
	if (p->body.n > HTTPS_BODY_MAX)
		return "\"body\" is too long";
	read_tls(a, json_object_get(j, "tls"), &p->tls, &wrong);
	return wrong;
}

static size_t bucket(sv host)
{
	uint64_t h = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < host.n; i++)
		h = (h ^ (uint8_t)to_lower(host.p[i])) * 0x100000001b3ULL;
	return (size_t)(h ^ h >> 32) & (TABLE - 1);
}

/* Kinds that are not known are passed over: another release wrote them. */
static enum mw_status read_one(struct replaying *r, const json_t *j,
                               struct mw_err *err)
{
	const char *kind = json_string_value(json_object_get(j, "kind"));
	bool smtp = !strcmp(kind, "smtp");
	struct known *k;
	complaint wrong;
	size_t at;

	if (!smtp && strcmp(kind, "https") != 0)
		return MW_OK;
	if (r->n++ == PROBES_MAX)
		return mw_fail(err, MW_ELIMIT, "too many connections");
	k = arena_alloc(r->a, 1, sizeof(*k));
	if (!k)
		return mw_fail(err, MW_ENOMEM, "no memory for a recording");
	k->is_smtp = smtp;
	wrong = smtp ? read_smtp(r->a, j, &k->smtp) : read_https(r->a, j, k);
	if (arena_failed(r->a))
		return mw_fail(err, MW_ENOMEM, "no memory for a recording");
	if (wrong)
		return mw_fail(err, MW_ESYNTAX, "%s", wrong);
	/* Of two that are the same the last counts: there are none of ours. */
	at = bucket(smtp ? k->smtp.host : k->https.host);
	k->next = r->table[at];
	r->table[at] = k;
	return MW_OK;
}

static bool is_asked_smtp(const struct smtp_probe *p,
                          const struct smtp_ask *ask)
{
	if (!sv_ieq(p->host, ask->host) || !ip_eq(&p->ip, &ask->ip) ||
	    p->nrcpt != ask->nrcpt)
		return false;
	for (size_t i = 0; i < p->nrcpt; i++)
		if (!sv_eq(p->rcpt[i].address, ask->rcpt[i]))
			return false;
	return true;
}

static const struct smtp_probe *replay_smtp(struct prober *p,
                                            const struct smtp_ask *ask)
{
	struct replaying *r = (struct replaying *)p;
	struct known **at = &r->table[bucket(ask->host)], *k = *at;

	while (k && (!k->is_smtp || !is_asked_smtp(&k->smtp, ask)))
		k = k->next;
	if (k)
		return &k->smtp;
	k = r->n < PROBES_MAX ? arena_alloc(r->a, 1, sizeof(*k)) : NULL;
	if (!k)
		return &r->no_smtp;
	r->n++;
	k->is_smtp = true;
	k->smtp = r->no_smtp;
	k->smtp.host = arena_dup(r->a, ask->host);
	k->smtp.ip = ask->ip;
	for (size_t i = 0; i < ask->nrcpt && i < SMTP_RCPT_MAX; i++)
		k->smtp.rcpt[k->smtp.nrcpt++].address =
		    arena_dup(r->a, ask->rcpt[i]);
	k->next = *at;
	*at = k;
	return &k->smtp;
}

static bool is_asked_https(const struct known *k, const struct https_ask *ask)
{
	size_t n = ask->nips < HTTPS_IPS_MAX ? ask->nips : HTTPS_IPS_MAX;

	if (!sv_ieq(k->https.host, ask->host) ||
	    !sv_eq(k->https.path, ask->path) || k->nips != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!ip_eq(&k->ips[i], &ask->ips[i]))
			return false;
	return true;
}

static const struct https_probe *replay_https(struct prober *p,
                                              const struct https_ask *ask)
{
	struct replaying *r = (struct replaying *)p;
	const struct known *k = r->table[bucket(ask->host)];

	while (k && (k->is_smtp || !is_asked_https(k, ask)))
		k = k->next;
	return k ? &k->https : &r->no_https;
}

static size_t replay_pending(const struct prober *p)
{
	(void)p;
	return 0;
}

static void replay_stop(struct prober *p, sv why)
{
	(void)p;
	(void)why;
}

static void replay_free(struct prober *p)
{
	struct replaying *r = (struct replaying *)p;

	arena_free(r->a);
	free(r);
}

static enum mw_status read_all(struct replaying *r,
                               const struct dns_replay *from,
                               struct mw_err *err)
{
	enum mw_status st = MW_OK;
	size_t at = 0, where;
	sv line;

	while (st == MW_OK && dns_replay_other(from, &at, &line, &where)) {
		/* It was read once, so it is an object with a "kind". */
		json_t *j = json_loadb(line.p, line.n, JSON_ALLOW_NUL, NULL);

		st = j ? read_one(r, j, err)
		       : mw_fail(err, MW_ENOMEM, "no memory for a recording");
		json_decref(j);
		if (st != MW_OK && err)
			err->where = where;
	}
	return st;
}

enum mw_status probe_replay_new(const struct dns_replay *from,
                                struct prober **out, struct mw_err *err)
{
	struct replaying *r = calloc(1, sizeof(*r));
	sv why = SV("not in the recording");
	enum mw_status st;

	if (r)
		r->a = arena_new(REPLAY_BYTES);
	if (!r || !r->a) {
		free(r);
		return mw_fail(err, MW_ENOMEM, "no memory for a recording");
	}
	r->p = (struct prober){replay_smtp, replay_https, replay_pending,
	                       replay_stop, replay_free};
	r->no_smtp = (struct smtp_probe){.state = PROBE_FAILED,
	    .fail = PROBE_STOPPED, .stage = "connect", .why = why};
	r->no_https = (struct https_probe){.state = PROBE_FAILED,
	    .fail = PROBE_STOPPED, .why = why};
	st = read_all(r, from, err);
	if (st == MW_OK)
		*out = &r->p;
	else
		replay_free(&r->p);
	return st;
}
