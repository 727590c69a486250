/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/unbound.h"

#include "dns/loop.h"
#include "dns/packet.h"
#include "dns/stub.h"

#include <event2/event.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <unbound-event.h>
#include <unbound.h>
#include <unistd.h>

/* Texts that live as long as the resolver: names of servers. */
#define TEXTS_BYTES 65536
#define SAID_MAX 1024
#define FILE_LINES 4096
/* Before who asks loses patience, so that our words reach the user. */
#define MARGIN_MS 20
/* Who is left with less is not worth asking. */
#define ASK_MIN_MS 50
/* Names whose chain of trust was asked for ahead; a power of two. */
#define AHEAD 4096

struct unbound;

/* One question under way, or waiting. */
struct work {
	struct unbound *u;
	struct dns_query *q;
	TAILQ_ENTRY(work) link;
	struct works *list; /* that it is in */
	struct event *timer;
	int id;       /* of libunbound, while it works on it */
	bool asked;   /* libunbound has it */
	bool asking, ended; /* it may answer before ub_resolve_event() returns */
	int64_t begun_ms, until_ms;
};

TAILQ_HEAD(works, work);

enum anchor_state { ANCHOR_NEW, ANCHOR_ASKED, ANCHOR_WORKS, ANCHOR_FAILS };

/* A name with a key that we trust, and whether its zone proves it. */
struct anchor {
	struct unbound *u;
	struct dns_name name;
	enum anchor_state state;
	struct works waiting; /* answers that only lack their trust */
};

/*
 * The last thing that libunbound said.  Its log belongs to the process, so
 * threads with a resolver each may write into one sink.
 */
struct sink {
	pthread_mutex_t lock;
	FILE *f;
	char line[SAID_MAX];
	size_t n;
};

struct unbound {
	struct dns_resolver r;
	struct arena *a;
	struct ub_ctx *ctx;
	struct event_base *base;
	struct works waiting, running;
	unsigned nrunning;
	bool serving;
	struct anchor anchor[DNS_ANCHORS_MAX];
	size_t nanchor;
	uint64_t ahead[AHEAD]; /* hashes of names */
	struct sink sink, *said; /* said: this one, or that of log_with */
	sv name;
	bool forwards;
};

static void serve(struct unbound *u);

/* ---- what libunbound says ---- */

static ssize_t on_log(void *cookie, const char *p, size_t n)
{
	struct sink *s = cookie;
	sv text = sv_of(p, n);

	if (!sv_has(text, SV("SERVFAIL <")))
		return (ssize_t)n;
	pthread_mutex_lock(&s->lock);
	text = sv_trim(sv_head(text, sizeof(s->line)));
	memcpy(s->line, text.p, text.n);
	s->n = text.n;
	pthread_mutex_unlock(&s->lock);
	return (ssize_t)n;
}

static bool sink_open(struct sink *s)
{
	cookie_io_functions_t io = {.write = on_log};

	s->f = fopencookie(s, "w", io);
	/* It is flushed after each line, which is a single write then. */
	return s->f && setvbuf(s->f, NULL, _IOLBF, SAID_MAX * 4) == 0;
}

/*
 * "... SERVFAIL <example.org. TXT IN>: all servers for this domain failed, at
 * zone example.org. from 192.0.2.53 got SERVFAIL": what stands behind, if it
 * is about that question.
 */
static sv reason(struct unbound *u, const struct dns_query *q)
{
	char name[DNS_NAME_TEXT], room[10];
	sv line, out = {0}, about;

	fflush(u->said->f);
	about = arena_printf(q->a, "SERVFAIL <%s%s %s IN>: ",
	                     q->name.n > 1 ? dns_name_text(&q->name, name).p
	                                   : "",
	                     ".", dns_type_name(q->type, room));
	pthread_mutex_lock(&u->said->lock);
	line = sv_of(u->said->line, u->said->n);
	if (sv_has(line, about))
		out = arena_dup(q->a, sv_drop(line, sv_find(line, about) +
		                                        about.n));
	pthread_mutex_unlock(&u->said->lock);
	return out;
}

/* "... from 192.0.2.53 got SERVFAIL": the address, if there is one. */
static sv server_in(sv said)
{
	size_t at = sv_find(said, SV(" from "));
	sv rest = at == SV_NPOS ? (sv){0} : sv_drop(said, at + 6);
	sv word = sv_word(&rest);
	struct ip ip;

	return ip_parse(word, &ip) ? word : (sv){0};
}

/* ---- one question ends ---- */

static void move(struct work *w, struct works *to)
{
	if (w->list)
		TAILQ_REMOVE(w->list, w, link);
	w->list = to;
	if (to)
		TAILQ_INSERT_TAIL(to, w, link);
}

static void retire(struct work *w)
{
	struct unbound *u = w->u;

	if (w->list == &u->running)
		u->nrunning--;
	if (w->asked && !w->ended && !w->asking)
		(void)ub_cancel(u->ctx, w->id);
	move(w, NULL);
	if (w->timer)
		event_free(w->timer);
	w->q->inner = NULL;
	w->q = NULL;
	/* ub_resolve_event() is on the stack and looks at it once more. */
	if (!w->asking)
		free(w);
}

static void finish(struct work *w)
{
	struct unbound *u = w->u;
	struct dns_query *q = w->q;

	if (u->forwards)
		q->answer->server = u->name;
	retire(w);
	q->done(q);
	serve(u);
}

static void fail(struct work *w, sv why)
{
	w->q->answer->state = DNS_TEMPFAIL;
	w->q->answer->why = why;
	finish(w);
}

static void fail_silent(struct work *w)
{
	double s = (double)(dns_loop_ms() - w->begun_ms + MARGIN_MS) / 1000;

	if (w->list == &w->u->waiting)
		fail(w, SV("it was not asked: the time was over before its "
		           "turn came"));
	else if (w->u->forwards)
		fail(w, arena_printf(w->q->a, "%.*s did not answer in %.1f s",
		                     SV_FMT(w->u->name), s));
	else
		fail(w, arena_printf(w->q->a, "no answer of the name servers "
		                     "of this name in %.1f s", s));
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	fail_silent(arg);
}

/* ---- trust ---- */

/* The one nearest above the name. */
static struct anchor *anchor_of(struct unbound *u, const struct dns_name *name)
{
	struct anchor *best = NULL;

	for (size_t i = 0; i < u->nanchor; i++)
		if (dns_name_under(name, &u->anchor[i].name) &&
		    (!best || u->anchor[i].name.n > best->name.n))
			best = &u->anchor[i];
	return best;
}

/* It is known now whether the anchor's zone can be proven. */
static void settle(struct anchor *an, bool works)
{
	struct work *w;

	if (an->state == ANCHOR_WORKS)
		return;
	an->state = works ? ANCHOR_WORKS : ANCHOR_FAILS;
	while ((w = TAILQ_FIRST(&an->waiting))) {
		w->q->answer->trust = works ? DNS_TRUST_INSECURE
		                            : DNS_TRUST_UNKNOWN;
		finish(w);
	}
}

static void on_probe(void *arg, int rcode, void *packet, int n, int sec,
                     char *why, int limited)
{
	(void)rcode;
	(void)packet;
	(void)n;
	(void)why;
	(void)limited;
	settle(arg, sec == 2);
}

/*
 * Not signed, or nobody could tell?  The keys of the anchor's zone say: they
 * are in libunbound's cache, as it wanted them before it gave this answer.
 */
static void wait_for_trust(struct work *w, struct anchor *an)
{
	char name[DNS_NAME_TEXT];
	int e;

	if (w->list == &w->u->running)
		w->u->nrunning--;
	move(w, &an->waiting);
	if (an->state != ANCHOR_NEW)
		return;
	an->state = ANCHOR_ASKED;
	e = ub_resolve_event(an->u->ctx, dns_name_text(&an->name, name).p,
	                     DNS_DNSKEY, 1, an, on_probe, NULL);
	if (e)
		settle(an, false);
}

/* ---- answers ---- */

static void judge(struct work *w, int sec, const char *why)
{
	struct dns_answer *out = w->q->answer;
	struct anchor *an = anchor_of(w->u, &w->q->name);

	if (sec == 1) {
		out->state = DNS_BOGUS;
		out->rr = NULL;
		out->n = 0;
		out->why = arena_dup(w->q->a, sv_str(why));
		out->server = server_in(out->why);
	} else if (sec == 2) {
		out->trust = DNS_TRUST_SECURE;
	} else if (!an || an->state == ANCHOR_FAILS) {
		out->trust = DNS_TRUST_UNKNOWN;
	} else if (an->state == ANCHOR_WORKS) {
		out->trust = DNS_TRUST_INSECURE;
	} else {
		wait_for_trust(w, an);
		return;
	}
	finish(w);
}

static void on_answer(void *arg, int rcode, void *packet, int n, int sec,
                      char *why, int limited)
{
	struct work *w = arg;
	struct mw_err err;
	enum mw_status st;
	char room[12];
	sv said;

	(void)limited;
	w->ended = true;
	if (!w->q)
		return;
	/* Where rcode is set the packet holds nothing. */
	if (rcode) {
		w->q->answer->rcode = (uint16_t)rcode;
		said = reason(w->u, w->q);
		w->q->answer->server = server_in(said);
		fail(w, arena_printf(w->q->a, "no usable answer (%s)%s%.*s",
		                     dns_rcode_name((uint16_t)rcode, room),
		                     said.n ? ": " : "", SV_FMT(said)));
		return;
	}
	st = dns_packet_read(w->q->a,
	                     sv_of(packet, n > 0 && packet ? (size_t)n : 0),
	                     true, w->q->answer, NULL, &err);
	if (st == MW_OK)
		judge(w, sec, why);
	else
		fail(w, st == MW_ENOMEM ? SV("no memory for the answer")
		                        : SV("the answer is broken"));
}

/* ---- the chain of trust ---- */

static void on_ahead(void *arg, int rcode, void *packet, int n, int sec,
                     char *why, int limited)
{
	(void)arg;
	(void)rcode;
	(void)packet;
	(void)n;
	(void)sec;
	(void)why;
	(void)limited;
}

/*
 * May a zone begin there?  org, example.org, and example.co.uk above a name;
 * names deeper down or with an underscore hardly ever have one of their own.
 */
static bool may_be_zone(const struct dns_name *up, const struct dns_name *name)
{
	unsigned n = dns_name_labels(up);

	return n <= 2 || (n == 3 && up->n < name->n && up->w[1] != '_');
}

/*
 * libunbound asks for DS and DNSKEY one after the other, from the anchor down,
 * once it has the answer that they are to prove.  Asked for by the side they
 * are in its cache by then: two round trips in place of six.
 */
static void ask_ahead(struct unbound *u, const struct dns_name *name)
{
	const struct anchor *an = anchor_of(u, name);
	struct dns_name up = *name;
	char text[DNS_NAME_TEXT];

	do {
		uint64_t h = dns_name_hash(&up);
		uint64_t *seen = &u->ahead[h % AHEAD];

		if (!an || !may_be_zone(&up, name))
			continue;
		/* Where this one was seen, so were those above it. */
		if (*seen == h)
			break;
		*seen = h;
		(void)dns_name_text(&up, text);
		if (!dns_name_eq(&up, &an->name))
			(void)ub_resolve_event(u->ctx, text, DNS_DS, 1, NULL,
			                       on_ahead, NULL);
		(void)ub_resolve_event(u->ctx, text, DNS_DNSKEY, 1, NULL,
		                       on_ahead, NULL);
		if (dns_name_eq(&up, &an->name))
			break;
	} while (dns_name_up(&up));
}

/* ---- the queue ---- */

static void start(struct work *w)
{
	struct unbound *u = w->u;
	char name[DNS_NAME_TEXT];
	int e;

	move(w, &u->running);
	u->nrunning++;
	w->begun_ms = dns_loop_ms();
	ask_ahead(u, &w->q->name);
	w->asking = w->asked = true;
	e = ub_resolve_event(u->ctx, dns_name_text(&w->q->name, name).p,
	                     w->q->type, 1, w, on_answer, &w->id);
	w->asking = false;
	if (!w->q) {
		if (!e && !w->ended)
			(void)ub_cancel(u->ctx, w->id);
		free(w);
		return;
	}
	if (e) {
		w->asked = false;
		fail(w, arena_printf(w->q->a, "libunbound: %s",
		                     ub_strerror(e)));
	}
}

static void turn(struct work *w)
{
	if (w->until_ms - dns_loop_ms() < ASK_MIN_MS)
		fail_silent(w);
	else
		start(w);
}

/* Start what may be.  What ends at once calls this again: let it return. */
static void serve(struct unbound *u)
{
	if (u->serving)
		return;
	u->serving = true;
	while (u->nrunning < DNS_UNBOUND_OPEN && !TAILQ_EMPTY(&u->waiting))
		turn(TAILQ_FIRST(&u->waiting));
	u->serving = false;
}

static bool set_timer(struct work *w)
{
	int64_t ms = w->until_ms - dns_loop_ms();
	struct timeval tv;

	if (ms < 0)
		ms = 0;
	tv = (struct timeval){(time_t)(ms / 1000),
	                      (suseconds_t)(ms % 1000) * 1000};
	w->timer = evtimer_new(w->u->base, on_timer, w);
	return w->timer && evtimer_add(w->timer, &tv) == 0;
}

static void unbound_ask(struct dns_resolver *r, struct dns_query *q)
{
	struct unbound *u = (struct unbound *)r;
	struct work *w;

	if (q->server.bytes) {
		dns_fail(q, DNS_TEMPFAIL, SV(""),
		         SV("this resolver asks no server of one's choice"));
		return;
	}
	w = calloc(1, sizeof(*w));
	if (!w) {
		dns_fail(q, DNS_TEMPFAIL, SV(""), SV("no memory to ask"));
		return;
	}
	w->u = u;
	w->q = q;
	w->begun_ms = dns_loop_ms();
	w->until_ms = q->deadline_ms - MARGIN_MS;
	q->inner = w;
	move(w, &u->waiting);
	if (set_timer(w))
		serve(u);
	else
		fail(w, SV("no memory to ask"));
}

static void unbound_cancel(struct dns_resolver *r, struct dns_query *q)
{
	if (!q->inner)
		return;
	retire(q->inner);
	serve((struct unbound *)r);
}

static void forget(struct works *list)
{
	while (TAILQ_FIRST(list))
		retire(TAILQ_FIRST(list));
}

static void unbound_free(struct dns_resolver *r)
{
	struct unbound *u = (struct unbound *)r;

	forget(&u->waiting);
	forget(&u->running);
	for (size_t i = 0; i < u->nanchor; i++)
		forget(&u->anchor[i].waiting);
	if (u->ctx) {
		/* The log outlives the context; one that is shared goes on. */
		if (u->said == &u->sink)
			(void)ub_ctx_debugout(u->ctx, NULL);
		ub_ctx_delete(u->ctx);
	}
	if (u->sink.f)
		(void)fclose(u->sink.f);
	pthread_mutex_destroy(&u->sink.lock);
	arena_free(u->a);
	free(u);
}

static sv unbound_name(const struct dns_resolver *r)
{
	return ((const struct unbound *)r)->name;
}

bool dns_unbound_validates(const struct dns_resolver *r)
{
	return ((const struct unbound *)r)->nanchor > 0;
}

/* ---- set-up ---- */

/*
 * Measured with 56 questions over 20 ms: the library's defaults have 16
 * sockets and need 90 ms, these 30.  Names of options unknown to an older
 * libunbound are passed over.
 */
static const char *const settings[][2] = {
    {"outgoing-range:", "256"},
    {"num-queries-per-thread:", "256"},
    {"outgoing-num-tcp:", "32"},
    {"msg-cache-size:", "16m"},
    {"rrset-cache-size:", "32m"},
    {"do-not-query-localhost:", "no"},
    {"use-syslog:", "no"},
    /* Reasons of SERVFAIL and bogus. */
    {"log-servfail:", "yes"},
    {"val-log-level:", "2"},
    {"val-log-squelch:", "no"},
    /* Records in the order they came. */
    {"rrset-roundrobin:", "no"},
    /* Fewer questions: one for each name, no addresses in advance. */
    {"qname-minimisation:", "no"},
    {"target-fetch-policy:", "0 0 0 0 0"},
    {"trust-anchor-signaling:", "no"},
    /*
     * Where the anchor's own keys come without signatures, what is below is
     * not signed rather than forged; wait_for_trust() finds out and makes it
     * unknown.  Below an anchor that works, missing signatures are bogus all
     * the same.
     */
    {"harden-dnssec-stripped:", "no"},
};

/*
 * For own recursion: a zone with only dead servers is given up after 3 to 4
 * seconds, before who asks gives up, so the reason is told (defaults: 17 s).
 * Fewer retries made a dead server beside a live one a failure now and then.  A
 * forwarder gets the defaults, as it may have to wait itself.
 */
static const char *const patience[][2] = {
    {"outbound-msg-retry:", "3"},
    {"unknown-server-time-limit:", "300"},
    {"infra-cache-max-rtt:", "1000"},
};

static enum mw_status failed(struct mw_err *err, const char *what, int e)
{
	return mw_fail(err, MW_EIO, "%s: %s", what, ub_strerror(e));
}

static enum mw_status add_forwarder(struct unbound *u, sv text,
                                    struct mw_err *err)
{
	struct ip ip;
	uint16_t port;
	char room[IP_TEXT];
	sv s, who;
	char *z;
	int e;

	if (!dns_server_from(text, &ip, &port))
		return mw_fail(err, MW_ESYNTAX,
		               "\"%.*s\" is no address of a name server",
		               (int)(text.n < 60 ? text.n : 60), text.p);
	s = arena_printf(u->a, "%.*s@%u", SV_FMT(ip_text(&ip, room)), port);
	z = sv_dupz(u->a, s);
	if (!z)
		return mw_fail(err, MW_ENOMEM, "no memory for a resolver");
	e = ub_ctx_set_fwd(u->ctx, z);
	if (e)
		return failed(err, "forwarder", e);
	who = dns_server_text(u->a, &ip, port);
	u->name = u->forwards ? arena_printf(u->a, "%.*s, %.*s",
	                                     SV_FMT(u->name), SV_FMT(who))
	                      : who;
	u->forwards = true;
	return MW_OK;
}

/* For each line of a small file: its first two words; false ends it. */
static enum mw_status each_line(const char *path,
                                enum mw_status (*f)(struct unbound *u,
                                                    sv first, sv second,
                                                    struct mw_err *err),
                                struct unbound *u, struct mw_err *err)
{
	FILE *in = fopen(path, "re");
	char line[4096];
	enum mw_status st = MW_OK;

	if (!in)
		return mw_fail(err, MW_EIO, "cannot read %.100s", path);
	for (unsigned n = 0; n < FILE_LINES && st == MW_OK &&
	                     fgets(line, sizeof(line), in); n++) {
		sv rest = sv_trim(sv_str(line)), first = sv_word(&rest);

		if (first.n && first.p[0] != ';' && first.p[0] != '#')
			st = f(u, first, sv_word(&rest), err);
	}
	(void)fclose(in);
	return st;
}

static enum mw_status nameserver(struct unbound *u, sv first, sv second,
                                 struct mw_err *err)
{
	struct ip ip;

	/* An address with a zone (fe80::1%eth0) is of no use here. */
	if (!sv_eq(first, SV("nameserver")) || !ip_parse(second, &ip))
		return MW_OK;
	return add_forwarder(u, second, err);
}

static enum mw_status add_anchor(struct unbound *u, sv owner, sv second,
                                 struct mw_err *err)
{
	struct dns_name name;

	(void)second;
	if (!dns_name_from(owner, &name))
		return mw_fail(err, MW_ESYNTAX,
		               "a trust anchor begins with a name");
	for (size_t i = 0; i < u->nanchor; i++)
		if (dns_name_eq(&u->anchor[i].name, &name))
			return MW_OK;
	if (u->nanchor == DNS_ANCHORS_MAX)
		return mw_fail(err, MW_ELIMIT, "over %d trust anchors",
		               DNS_ANCHORS_MAX);
	u->anchor[u->nanchor].u = u;
	u->anchor[u->nanchor].name = name;
	TAILQ_INIT(&u->anchor[u->nanchor].waiting);
	u->nanchor++;
	return MW_OK;
}

static enum mw_status set_anchors(struct unbound *u,
                                  const struct dns_unbound_options *opt,
                                  struct mw_err *err)
{
	const char *file = opt->anchor_file;
	enum mw_status st = MW_OK;
	int e = 0;

	if (!file)
		file = access(DNS_ROOT_KEY, R_OK) == 0 ? DNS_ROOT_KEY : "";
	if (*file) {
		st = each_line(file, add_anchor, u, err);
		e = ub_ctx_add_ta_file(u->ctx, file);
	}
	for (size_t i = 0; i < opt->nanchor && st == MW_OK && !e; i++) {
		sv rest = opt->anchor[i];
		char *z = sv_dupz(u->a, rest);

		st = add_anchor(u, sv_word(&rest), rest, err);
		e = z ? ub_ctx_add_ta(u->ctx, z) : 0;
	}
	if (st != MW_OK)
		return st;
	return e ? mw_fail(err, MW_ESYNTAX, "trust anchor: %s",
	                   ub_strerror(e))
	         : MW_OK;
}

static enum mw_status set_servers(struct unbound *u,
                                  const struct dns_unbound_options *opt,
                                  struct mw_err *err)
{
	enum mw_status st = MW_OK;

	if (opt->nforwarder > DNS_FORWARDERS_MAX)
		return mw_fail(err, MW_ELIMIT, "over %d forwarders",
		               DNS_FORWARDERS_MAX);
	for (size_t i = 0; i < opt->nforwarder && st == MW_OK; i++)
		st = add_forwarder(u, opt->forwarder[i], err);
	if (st == MW_OK && opt->resolv_conf) {
		st = each_line("/etc/resolv.conf", nameserver, u, err);
		if (st == MW_OK && !u->forwards)
			st = mw_fail(err, MW_ENOENT,
			             "/etc/resolv.conf names no server");
	}
	return st;
}

static void set_options(struct unbound *u,
                        const struct dns_unbound_options *opt)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		(void)ub_ctx_set_option(u->ctx, settings[i][0],
		                        settings[i][1]);
	for (size_t i = 0; !u->forwards &&
	                   i < sizeof(patience) / sizeof(patience[0]); i++)
		(void)ub_ctx_set_option(u->ctx, patience[i][0],
		                        patience[i][1]);
	(void)ub_ctx_set_option(u->ctx, "module-config:",
	                        u->nanchor ? "validator iterator"
	                                   : "iterator");
	if (opt->lan_zones)
		(void)ub_ctx_set_option(u->ctx, "unblock-lan-zones:", "yes");
}

static enum mw_status set_up(struct unbound *u,
                             const struct dns_unbound_options *opt,
                             struct mw_err *err)
{
	enum mw_status st;
	int e;

	/* It writes to standard error otherwise. */
	(void)ub_ctx_debugout(u->ctx, u->said->f);
	st = set_servers(u, opt, err);
	if (st == MW_OK)
		st = set_anchors(u, opt, err);
	if (st != MW_OK)
		return st;
	set_options(u, opt);
	if (opt->root_hints) {
		e = ub_ctx_set_option(u->ctx, "root-hints:", opt->root_hints);
		if (e)
			return failed(err, "root hints", e);
	}
	return arena_failed(u->a)
	           ? mw_fail(err, MW_ENOMEM, "no memory for a resolver")
	           : MW_OK;
}

enum mw_status dns_unbound_new(struct dns_loop *loop,
                               const struct dns_unbound_options *opt,
                               struct dns_resolver **out, struct mw_err *err)
{
	struct unbound *u = calloc(1, sizeof(*u));
	enum mw_status st;

	if (!u)
		return mw_fail(err, MW_ENOMEM, "no memory for a resolver");
	u->r = (struct dns_resolver){unbound_ask, unbound_cancel, unbound_free,
	                             unbound_name};
	u->base = dns_loop_base(loop);
	u->name = SV("the name servers of the name");
	TAILQ_INIT(&u->waiting);
	TAILQ_INIT(&u->running);
	pthread_mutex_init(&u->sink.lock, NULL);
	u->said = opt->log_with ? ((struct unbound *)opt->log_with)->said
	                        : &u->sink;
	u->a = arena_new(TEXTS_BYTES);
	if (u->a && (opt->log_with || sink_open(&u->sink)))
		u->ctx = ub_ctx_create_event(u->base);
	st = u->ctx ? set_up(u, opt, err)
	            : mw_fail(err, MW_ENOMEM, "no memory for a resolver");
	if (st == MW_OK)
		*out = &u->r;
	else
		unbound_free(&u->r);
	return st;
}
