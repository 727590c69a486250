/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/record.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "dns/loop.h"

#include <errno.h>
#include <jansson.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const trusts[] = {"unknown", "insecure", "secure"};

#define TRUSTS (sizeof(trusts) / sizeof(trusts[0]))

/* ---- one answer as JSON ---- */

/* Texts of servers are not always UTF-8; JSON is. */
static json_t *text_of(sv s)
{
	struct buf b;
	json_t *j;

	if (utf8_valid(s))
		return json_stringn(s.n ? s.p : "", s.n);
	buf_init(&b, s.n * 3 + 1);
	while (s.n) {
		char out[4];
		size_t n;
		uint32_t c = utf8_decode(s, &n);

		buf_add(&b, sv_of(out, utf8_encode(c, out)));
		s = sv_drop(s, n);
	}
	j = json_stringn(b.n ? b.p : "", b.n);
	buf_fini(&b);
	return j;
}

json_t *dns_record_bytes(sv s)
{
	struct buf b;
	json_t *j;

	if (utf8_valid(s))
		return json_stringn(s.n ? s.p : "", s.n);
	buf_init(&b, s.n * 2 + 1);
	for (size_t i = 0; i < s.n; i++) {
		char out[4];

		buf_add(&b, sv_of(out, utf8_encode((unsigned char)s.p[i],
		                                   out)));
	}
	j = json_object();
	(void)json_object_set_new(j, "bytes", json_stringn(b.n ? b.p : "", b.n));
	buf_fini(&b);
	return j;
}

bool dns_record_bytes_of(struct arena *a, const json_t *j, sv *out)
{
	const json_t *v = json_is_object(j) ? json_object_get(j, "bytes") : j;
	char *p;
	sv s;

	if (!json_is_string(v))
		return false;
	s = sv_of(json_string_value(v), json_string_length(v));
	if (v == j) {
		*out = arena_dup(a, s);
		return true;
	}
	*out = sv_of(p = arena_alloc(a, s.n + 1, 1), 0);
	while (p && s.n) {
		size_t n;
		uint32_t c = utf8_decode(s, &n);

		if (c > 0xff)
			return false;
		p[out->n++] = (char)c;
		s = sv_drop(s, n);
	}
	return p != NULL;
}

static void set_text(json_t *j, const char *key, sv s)
{
	if (s.n)
		(void)json_object_set_new(j, key, text_of(s));
}

void dns_record_true(json_t *j, const char *key, bool value)
{
	if (value)
		(void)json_object_set_new(j, key, json_true());
}

void dns_record_number(json_t *j, const char *key, int64_t n)
{
	if (n)
		(void)json_object_set_new(j, key, json_integer(n));
}

static json_t *name_of(const struct dns_name *name)
{
	char text[DNS_NAME_TEXT];
	sv s = dns_name_text(name, text);

	return json_stringn(s.p, s.n);
}

/* As people write it, if that is the same record when it is read again. */
static sv rdata_text(struct arena *a, uint16_t type, sv rdata)
{
	sv text = dns_rdata_text(a, type, rdata), back;
	struct buf b;

	if (utf8_valid(text) &&
	    dns_rdata_from(a, type, text, &back, NULL) == MW_OK &&
	    sv_eq(back, rdata))
		return text;
	buf_init(&b, rdata.n * 2 + 32);
	buf_addf(&b, "\\# %zu ", rdata.n);
	for (size_t i = 0; i < rdata.n; i++)
		buf_addf(&b, "%02x", (unsigned char)rdata.p[i]);
	text = arena_dup(a, buf_sv(&b));
	buf_fini(&b);
	return text;
}

static void set_records(struct arena *a, json_t *j,
                        const struct dns_answer *an)
{
	json_t *list = json_array();

	for (size_t i = 0; i < an->n; i++) {
		json_t *one = json_object();

		(void)json_object_set_new(one, "ttl",
		                          json_integer(an->rr[i].ttl));
		set_text(one, "data",
		         rdata_text(a, an->type, an->rr[i].rdata));
		(void)json_array_append_new(list, one);
	}
	(void)json_object_set_new(j, "rr", list);
}

static void set_question(json_t *j, const struct dns_query *q)
{
	char room[IP_TEXT], type[10];

	(void)json_object_set_new(j, "name", name_of(&q->name));
	(void)json_object_set_new(j, "type",
	                          json_string(dns_type_name(q->type, type)));
	if (!q->server.bytes)
		return;
	set_text(j, "server", ip_text(&q->server, room));
	dns_record_number(j, "port", q->port);
	dns_record_true(j, "tcp", q->tcp);
	dns_record_true(j, "no_edns", q->no_edns);
}

static void set_answer(struct arena *a, json_t *j,
                       const struct dns_answer *an)
{
	(void)json_object_set_new(j, "state",
	                          json_string(dns_state_name(an->state)));
	(void)json_object_set_new(j, "trust",
	    json_string(trusts[(size_t)an->trust < TRUSTS ? an->trust : 0]));
	(void)json_object_set_new(j, "ttl", json_integer(an->ttl));
	if (an->n)
		set_records(a, j, an);
	if (an->nchain) {
		json_t *list = json_array();

		for (size_t i = 0; i < an->nchain; i++)
			(void)json_array_append_new(list,
			                            name_of(&an->chain[i]));
		(void)json_object_set_new(j, "chain", list);
	}
	set_text(j, "zone", an->zone);
	set_text(j, "from", an->server);
	set_text(j, "why", an->why);
	dns_record_number(j, "rcode", an->rcode);
	dns_record_number(j, "at", an->at);
	dns_record_true(j, "hypothetical", an->hypothetical);
	dns_record_true(j, "authoritative", an->authoritative);
}

sv dns_record_dump(struct arena *a, json_t *j)
{
	char *z = json_dumps(j, JSON_PRESERVE_ORDER);
	sv line = {0};

	if (z)
		line = arena_printf(a, "%s\n", z);
	free(z);
	json_decref(j);
	return line;
}

static sv line_of(struct arena *a, const struct dns_query *q, bool recursive,
                  const struct dns_answer *an)
{
	json_t *j = json_object();

	set_question(j, q);
	dns_record_true(j, "recursive", recursive);
	set_answer(a, j, an);
	return dns_record_dump(a, j);
}

sv dns_record_line(struct arena *a, const struct dns_query *q,
                   const struct dns_answer *an)
{
	return line_of(a, q, false, an);
}

/* ---- the recorder ---- */

struct dns_recorder {
	FILE *f; /* NULL: in memory */
	struct buf text;
	struct arena *a; /* for one line at a time */
	char *path, *temp;
	int fault; /* the first error, as errno has it */
};

struct layer {
	struct dns_resolver r;
	struct dns_recorder *rec;
	struct dns_resolver *below;
	bool recursive;
};

/* One question on its way down. */
struct step {
	struct layer *l;
	struct dns_query *q, sub;
};

static void write_line(struct dns_recorder *rec, sv line)
{
	if (rec->fault)
		return;
	if (!rec->f)
		buf_add(&rec->text, line);
	if (!line.n || buf_failed(&rec->text))
		rec->fault = ENOMEM;
	else if (rec->f && fwrite(line.p, 1, line.n, rec->f) != line.n)
		rec->fault = errno ? errno : EIO;
}

void dns_record_put(struct dns_recorder *rec, sv line)
{
	write_line(rec, line);
}

void dns_record_drop(struct dns_recorder *rec)
{
	if (!rec)
		return;
	if (rec->f) {
		(void)fclose(rec->f);
		(void)unlink(rec->temp);
	}
	free(rec->path);
	free(rec->temp);
	buf_fini(&rec->text);
	arena_free(rec->a);
	free(rec);
}

sv dns_record_text(const struct dns_recorder *rec)
{
	return buf_sv(&rec->text);
}

static enum mw_status io_failed(struct mw_err *err, int e, const char *what,
                                const char *path)
{
	enum mw_status st = mw_fail(err, MW_EIO, "cannot %s %.100s", what,
	                            path);

	if (err)
		err->sys = e;
	return st;
}

/* A file beside path that only the user may read. */
static bool open_temp(struct dns_recorder *rec)
{
	int fd = mkostemp(rec->temp, O_CLOEXEC);

	if (fd < 0)
		return false;
	rec->f = fdopen(fd, "w");
	if (rec->f)
		return true;
	(void)close(fd);
	(void)unlink(rec->temp);
	return false;
}

static bool set_path(struct dns_recorder *rec, const char *path)
{
	size_t n = strlen(path);

	rec->path = strdup(path);
	rec->temp = malloc(n + 8);
	if (!rec->path || !rec->temp)
		return false;
	memcpy(rec->temp, path, n);
	memcpy(rec->temp + n, ".XXXXXX", 8);
	return true;
}

static sv first_line(struct arena *a, const struct dns_record_run *run)
{
	json_t *j = json_object();

	(void)json_object_set_new(j, "mailwhy-recording",
	                          json_integer(DNS_RECORD_VERSION));
	(void)json_object_set_new(j, "clock", json_integer(run->clock));
	dns_record_true(j, "direct", run->direct);
	dns_record_true(j, "recursive", run->recursive);
	dns_record_true(j, "connects", run->connects);
	return dns_record_dump(a, j);
}

enum mw_status dns_record_begin(const char *path,
                                const struct dns_record_run *run,
                                struct dns_recorder **out, struct mw_err *err)
{
	struct dns_recorder *rec = calloc(1, sizeof(*rec));
	int e;

	if (rec) {
		buf_init(&rec->text, DNS_RECORD_BYTES);
		rec->a = arena_new(DNS_RECORD_LINE * 4);
	}
	if (!rec || !rec->a || (path && !set_path(rec, path))) {
		dns_record_drop(rec);
		return mw_fail(err, MW_ENOMEM, "no memory for a recording");
	}
	if (path && !open_temp(rec)) {
		e = errno;
		dns_record_drop(rec);
		return io_failed(err, e, "write", path);
	}
	write_line(rec, first_line(rec->a, run));
	*out = rec;
	return MW_OK;
}

static int put_in_place(struct dns_recorder *rec)
{
	int e = rec->fault;

	if (fflush(rec->f) != 0 && !e)
		e = errno;
	if (fclose(rec->f) != 0 && !e)
		e = errno;
	rec->f = NULL;
	if (!e && rename(rec->temp, rec->path) != 0)
		e = errno;
	if (e)
		(void)unlink(rec->temp);
	return e;
}

enum mw_status dns_record_end(struct dns_recorder *rec, struct mw_err *err)
{
	int e = rec->f ? put_in_place(rec) : rec->fault;
	enum mw_status st = MW_OK;

	if (e)
		st = io_failed(err, e, "write",
		               rec->path ? rec->path : "the recording");
	dns_record_drop(rec);
	return st;
}

static void write_down(struct layer *l, const struct dns_query *q,
                       const struct dns_answer *an)
{
	if (!l->rec)
		return;
	arena_reset(l->rec->a);
	write_line(l->rec, line_of(l->rec->a, q, l->recursive, an));
}

static void on_below(struct dns_query *sub)
{
	struct step *s = sub->arg;
	struct dns_query *q = s->q;

	write_down(s->l, q, q->answer);
	q->inner = NULL;
	q->done(q);
}

static void layer_ask(struct dns_resolver *r, struct dns_query *q)
{
	struct layer *l = (struct layer *)r;
	struct step *s = arena_alloc(q->a, 1, sizeof(*s));

	if (!s) {
		dns_fail(q, DNS_TEMPFAIL, SV(""), SV("no memory to ask"));
		return;
	}
	s->l = l;
	s->q = q;
	s->sub = *q;
	s->sub.done = on_below;
	s->sub.arg = s;
	s->sub.inner = NULL;
	q->inner = s;
	l->below->ask(l->below, &s->sub);
}

/*
 * That nobody waited for the answer is written down too: its time was over, or
 * before that the user had enough.
 */
static void layer_cancel(struct dns_resolver *r, struct dns_query *q)
{
	struct layer *l = (struct layer *)r;
	struct step *s = q->inner;
	struct dns_answer an = {.name = q->name, .type = q->type,
	    .state = DNS_TEMPFAIL, .server = r->name(r),
	    .why = dns_loop_ms() < q->deadline_ms ? SV("interrupted")
	                                          : SV("no answer in time")};

	if (!s)
		return;
	l->below->cancel(l->below, &s->sub);
	write_down(l, q, &an);
	q->inner = NULL;
}

static void layer_free(struct dns_resolver *r)
{
	free(r);
}

static sv layer_name(const struct dns_resolver *r)
{
	const struct layer *l = (const struct layer *)r;

	return l->below->name(l->below);
}

void dns_record_detach(struct dns_resolver *r)
{
	((struct layer *)r)->rec = NULL;
}

struct dns_resolver *dns_record_resolver(struct dns_recorder *rec,
                                         struct dns_resolver *below,
                                         bool recursive)
{
	struct layer *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->r = (struct dns_resolver){layer_ask, layer_cancel, layer_free,
	                             layer_name};
	l->rec = rec;
	l->below = below;
	l->recursive = recursive;
	return &l->r;
}

/* ---- reading ---- */

#define BUCKETS_MIN 64

/* One answer. */
struct given {
	struct dns_answer an;
	struct given *next; /* when it was asked again */
};

struct entry {
	struct dns_query q; /* the question; the rest is not set */
	bool recursive;
	struct given first, *last;
	size_t number;
	struct entry *next; /* of the same hash */
};

/* A line of another kind. */
struct other {
	sv line;
	size_t where;
};

struct dns_replay {
	struct arena *a;
	struct entry **table;
	size_t size, n; /* size is a power of two */
	size_t nanswers;
	struct other *others;
	size_t nothers, cap;
	struct dns_record_run run;
};

struct replayer {
	struct dns_resolver r;
	const struct dns_replay *rp;
	bool recursive;
	const struct given *next[]; /* of each entry; NULL: not asked yet */
};

static uint64_t hash_of(const struct dns_query *q)
{
	uint64_t h = dns_name_hash(&q->name) ^ q->type * 0x9E3779B97F4A7C15ULL;

	for (size_t i = 0; i < q->server.bytes; i++)
		h = (h ^ q->server.at[i]) * 0x100000001b3ULL;
	return h ^ h >> 32;
}

/* Ways to ask matter only where one server is asked. */
static bool same(const struct dns_query *x, const struct dns_query *y)
{
	return x->type == y->type && dns_name_eq(&x->name, &y->name) &&
	       ip_eq(&x->server, &y->server) &&
	       (!x->server.bytes ||
	        ((x->port ? x->port : 53) == (y->port ? y->port : 53) &&
	         x->tcp == y->tcp && x->no_edns == y->no_edns));
}

static struct entry *find(const struct dns_replay *r,
                          const struct dns_query *q, bool recursive)
{
	struct entry *e = r->size ? r->table[hash_of(q) & (r->size - 1)]
	                          : NULL;

	while (e && (e->recursive != recursive || !same(&e->q, q)))
		e = e->next;
	return e;
}

static bool grow(struct dns_replay *r)
{
	size_t size = r->size ? r->size * 2 : BUCKETS_MIN;
	struct entry **t = calloc(size, sizeof(struct entry *)), *e, *next;

	if (!t)
		return false;
	for (size_t i = 0; i < r->size; i++)
		for (e = r->table[i]; e; e = next) {
			struct entry **at = &t[hash_of(&e->q) & (size - 1)];

			next = e->next;
			e->next = *at;
			*at = e;
		}
	free(r->table);
	r->table = t;
	r->size = size;
	return true;
}

static sv text_at(struct arena *a, const json_t *j, const char *key)
{
	const json_t *v = json_object_get(j, key);

	return json_is_string(v)
	           ? arena_dup(a, sv_of(json_string_value(v),
	                                json_string_length(v)))
	           : (sv){0};
}

/* A number within 0..max; max + 1 where it is none. */
static int64_t number_at(const json_t *j, const char *key, int64_t max)
{
	const json_t *v = json_object_get(j, key);
	int64_t n = v ? json_integer_value(v) : 0;

	return (v && !json_is_integer(v)) || n < 0 || n > max ? max + 1 : n;
}

static bool name_at(const json_t *v, struct dns_name *out)
{
	return json_is_string(v) &&
	       dns_name_from(sv_of(json_string_value(v),
	                           json_string_length(v)), out);
}

static const char *read_question(struct arena *a, const json_t *j,
                                 struct dns_query *q)
{
	sv server = text_at(a, j, "server");
	int64_t port = number_at(j, "port", UINT16_MAX);

	if (!name_at(json_object_get(j, "name"), &q->name))
		return "\"name\" is no domain name";
	q->type = dns_type_from(text_at(a, j, "type"));
	if (!q->type)
		return "\"type\" is no type of record";
	if (server.n && !ip_parse(server, &q->server))
		return "\"server\" is no address";
	if (port > UINT16_MAX)
		return "\"port\" is none";
	q->port = (uint16_t)port;
	q->tcp = json_is_true(json_object_get(j, "tcp"));
	q->no_edns = json_is_true(json_object_get(j, "no_edns"));
	return NULL;
}

static const char *read_records(struct arena *a, const json_t *list,
                                struct dns_answer *an)
{
	struct dns_rr *rr;

	an->n = json_array_size(list);
	if (an->n > DNS_RRS_MAX)
		return "too many records";
	rr = arena_alloc(a, an->n + 1, sizeof(*rr));
	if (!rr)
		return "no memory";
	for (size_t i = 0; i < an->n; i++) {
		const json_t *one = json_array_get(list, i);
		int64_t ttl = number_at(one, "ttl", UINT32_MAX);

		if (ttl > UINT32_MAX ||
		    dns_rdata_from(a, an->type, text_at(a, one, "data"),
		                   &rr[i].rdata, NULL) != MW_OK)
			return "a record is none of that type";
		rr[i].ttl = (uint32_t)ttl;
	}
	an->rr = rr;
	return NULL;
}

static const char *read_chain(struct arena *a, const json_t *list,
                              struct dns_answer *an)
{
	struct dns_name *chain;

	an->nchain = json_array_size(list);
	if (an->nchain > DNS_CHAIN_MAX)
		return "\"chain\" is too long";
	chain = arena_alloc(a, an->nchain + 1, sizeof(*chain));
	if (!chain)
		return "no memory";
	for (size_t i = 0; i < an->nchain; i++)
		if (!name_at(json_array_get(list, i), &chain[i]))
			return "\"chain\" holds what is no domain name";
	an->chain = chain;
	return NULL;
}

static bool read_words(struct arena *a, const json_t *j,
                       struct dns_answer *an)
{
	sv state = text_at(a, j, "state"), trust = text_at(a, j, "trust");
	unsigned s = DNS_FOUND, t = 0;

	while (s < DNS_STATE_N &&
	       !sv_eq(state, sv_str(dns_state_name((enum dns_state)s))))
		s++;
	while (t < TRUSTS && !sv_eq(trust, sv_str(trusts[t])))
		t++;
	an->state = (enum dns_state)s;
	an->trust = (enum dns_trust)t;
	return s < DNS_STATE_N && t < TRUSTS;
}

static const char *read_answer(struct arena *a, const json_t *j,
                               struct dns_answer *an)
{
	int64_t ttl = number_at(j, "ttl", UINT32_MAX);
	int64_t rcode = number_at(j, "rcode", UINT16_MAX);
	const char *wrong;

	if (!read_words(a, j, an))
		return "\"state\" or \"trust\" is none that is known";
	if (ttl > UINT32_MAX || rcode > UINT16_MAX)
		return "\"ttl\" or \"rcode\" is none";
	wrong = read_records(a, json_object_get(j, "rr"), an);
	if (!wrong)
		wrong = read_chain(a, json_object_get(j, "chain"), an);
	if (wrong)
		return wrong;
	if ((an->state == DNS_FOUND) != (an->n > 0))
		return "\"state\" and \"rr\" contradict each other";
	an->ttl = (uint32_t)ttl;
	an->rcode = (uint16_t)rcode;
	an->zone = text_at(a, j, "zone");
	an->server = text_at(a, j, "from");
	an->why = text_at(a, j, "why");
	an->at = json_integer_value(json_object_get(j, "at"));
	an->hypothetical = json_is_true(json_object_get(j, "hypothetical"));
	an->authoritative = json_is_true(json_object_get(j, "authoritative"));
	return NULL;
}

/* Behind the answers that the same question got before. */
static void add_answer(struct dns_replay *r, struct entry *e)
{
	struct entry *old = find(r, &e->q, e->recursive), **at;

	r->nanswers++;
	if (old) {
		old->last->next = &e->first;
		old->last = &e->first;
		return;
	}
	at = &r->table[hash_of(&e->q) & (r->size - 1)];
	e->last = &e->first;
	e->next = *at;
	e->number = r->n++;
	*at = e;
}

static enum mw_status read_entry(struct dns_replay *r, const json_t *j,
                                 struct mw_err *err)
{
	struct entry *e = arena_alloc(r->a, 1, sizeof(*e));
	const char *wrong = e ? read_question(r->a, j, &e->q) : "no memory";

	if (!wrong) {
		e->first.an.name = e->q.name;
		e->first.an.type = e->q.type;
		e->recursive = json_is_true(json_object_get(j, "recursive"));
		wrong = read_answer(r->a, j, &e->first.an);
	}
	if (arena_failed(r->a) || (r->n >= r->size && !grow(r)))
		return mw_fail(err, MW_ENOMEM, "no memory for a recording");
	if (wrong)
		return mw_fail(err, MW_ESYNTAX, "%s", wrong);
	add_answer(r, e);
	return MW_OK;
}

static enum mw_status keep_other(struct dns_replay *r, sv line, size_t where,
                                 struct mw_err *err)
{
	if (r->nothers == r->cap) {
		size_t cap = r->cap * 2 + 16;
		struct other *more = realloc(r->others, cap * sizeof(*more));

		if (!more)
			return mw_fail(err, MW_ENOMEM,
			               "no memory for a recording");
		r->others = more;
		r->cap = cap;
	}
	r->others[r->nothers++] = (struct other){arena_dup(r->a, line), where};
	return arena_failed(r->a)
	           ? mw_fail(err, MW_ENOMEM, "no memory for a recording")
	           : MW_OK;
}

static enum mw_status read_first(struct dns_replay *r, const json_t *j,
                                 struct mw_err *err)
{
	const json_t *clock = json_object_get(j, "clock");
	int64_t version = number_at(j, "mailwhy-recording", INT32_MAX);

	if (!json_object_get(j, "mailwhy-recording") || !json_is_integer(clock))
		return mw_fail(err, MW_ESYNTAX, "this is no recording");
	if (version != DNS_RECORD_VERSION)
		return mw_fail(err, MW_ESYNTAX, "a recording of version %lld "
		               "is not known", (long long)version);
	r->run.clock = json_integer_value(clock);
	r->run.direct = json_is_true(json_object_get(j, "direct"));
	r->run.recursive = json_is_true(json_object_get(j, "recursive"));
	r->run.connects = json_is_true(json_object_get(j, "connects"));
	return MW_OK;
}

static enum mw_status read_line(struct dns_replay *r, sv line, size_t where,
                                struct mw_err *err)
{
	bool first = where == 1;
	json_t *j;
	enum mw_status st;

	if (line.n > DNS_RECORD_LINE)
		return mw_fail(err, MW_ELIMIT, "the line is too long");
	j = json_loadb(line.n ? line.p : "", line.n,
	               JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(j))
		st = mw_fail(err, MW_ESYNTAX, first ? "this is no recording"
		                                    : "no JSON object");
	else if (first)
		st = read_first(r, j, err);
	else if (json_is_string(json_object_get(j, "kind")))
		st = keep_other(r, line, where, err);
	else
		st = read_entry(r, j, err);
	json_decref(j);
	return st;
}

enum mw_status dns_replay_read(sv text, struct dns_replay **out,
                               struct mw_err *err)
{
	struct arena *a = arena_new(DNS_RECORD_BYTES);
	struct dns_replay *r = a ? arena_alloc(a, 1, sizeof(*r)) : NULL;
	enum mw_status st = MW_OK;

	if (!r) {
		arena_free(a);
		return mw_fail(err, MW_ENOMEM, "no memory for a recording");
	}
	r->a = a;
	for (size_t n = 1; st == MW_OK && (text.n || n == 1); n++) {
		sv line = sv_trim(sv_line(&text));

		if (line.n || n == 1)
			st = read_line(r, line, n, err);
		if (st != MW_OK && err)
			err->where = n;
	}
	if (st == MW_OK)
		*out = r;
	else
		dns_replay_free(r);
	return st;
}

enum mw_status dns_replay_open(const char *path, struct dns_replay **out,
                               struct mw_err *err)
{
	FILE *f = fopen(path, "re");
	char piece[65536];
	struct buf b;
	size_t n;
	enum mw_status st;

	if (!f)
		return io_failed(err, errno, "read", path);
	buf_init(&b, DNS_RECORD_BYTES);
	while ((n = fread(piece, 1, sizeof(piece), f)) && !buf_failed(&b))
		buf_add(&b, sv_of(piece, n));
	if (ferror(f))
		st = io_failed(err, errno, "read", path);
	else if (buf_failed(&b))
		st = mw_fail(err, MW_ELIMIT, "%.100s is too large", path);
	else
		st = dns_replay_read(buf_sv(&b), out, err);
	(void)fclose(f);
	buf_fini(&b);
	return st;
}

void dns_replay_free(struct dns_replay *r)
{
	if (!r)
		return;
	free(r->table);
	free(r->others);
	arena_free(r->a);
}

const struct dns_record_run *dns_replay_run(const struct dns_replay *r)
{
	return &r->run;
}

bool dns_replay_other(const struct dns_replay *r, size_t *at, sv *line,
                      size_t *where)
{
	if (*at >= r->nothers)
		return false;
	*line = r->others[*at].line;
	*where = r->others[(*at)++].where;
	return true;
}

size_t dns_replay_count(const struct dns_replay *r)
{
	return r->nanswers;
}

static void replay_ask(struct dns_resolver *r, struct dns_query *q)
{
	struct replayer *p = (struct replayer *)r;
	const struct entry *e = find(p->rp, q, p->recursive);
	const struct given *g;

	if (!e) {
		dns_fail(q, DNS_TEMPFAIL, SV("the recording"),
		         SV("not in the recording: this was not asked when it "
		            "was made"));
		return;
	}
	g = p->next[e->number] ? p->next[e->number] : &e->first;
	*q->answer = g->an;
	p->next[e->number] = g->next ? g->next : g;
	q->done(q);
}

static void replay_cancel(struct dns_resolver *r, struct dns_query *q)
{
	(void)r;
	(void)q;
}

static void replay_free(struct dns_resolver *r)
{
	free(r);
}

static sv replay_name(const struct dns_resolver *r)
{
	(void)r;
	return SV("a recording");
}

struct dns_resolver *dns_replay_resolver(const struct dns_replay *rp,
                                         bool recursive)
{
	struct replayer *r =
	    calloc(1, sizeof(*r) + rp->n * sizeof(struct given *));

	if (!r)
		return NULL;
	r->r = (struct dns_resolver){replay_ask, replay_cancel, replay_free,
	                             replay_name};
	r->rp = rp;
	r->recursive = recursive;
	return &r->r;
}
