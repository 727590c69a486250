/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/stub.h"

#include "dns/loop.h"
#include "dns/packet.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 53
/* A lost packet is sent again after a third of the time, within these. */
#define AGAIN_MIN_MS 200
#define AGAIN_MAX_MS 1500
/* Before who asks loses patience, so that our words reach the user. */
#define MARGIN_MS 20
/* Who is left with less is not worth asking. */
#define ASK_MIN_MS 50
#define BUCKETS 256

enum way { WAY_UDP, WAY_UDP_AGAIN, WAY_TCP };

struct server;

/* One question under way, or waiting for its turn. */
struct work {
	struct stub *s;
	struct dns_query *q;
	struct server *to;
	TAILQ_ENTRY(work) link; /* of to's waiting or running ones */
	bool running;
	int fd;
	struct event *readable, *timer;
	struct bufferevent *tcp;
	int64_t begun_ms, until_ms;
	enum way way;
	bool cut; /* UDP brought a truncated answer */
	bool plain; /* without EDNS */
	uint16_t id;
};

TAILQ_HEAD(works, work);

/* There while questions to it are under way or wait. */
struct server {
	struct ip ip;
	uint16_t port;
	bool recurse;
	unsigned most, nrunning;
	struct works waiting, running;
	struct server *next;        /* of the same hash */
	TAILQ_ENTRY(server) ready;  /* some wait and it may be asked more */
	bool is_ready;
};

struct stub {
	struct dns_resolver r;
	struct event_base *base;
	struct dns_stub_options opt;
	struct server *table[BUCKETS];
	TAILQ_HEAD(, server) ready;
	unsigned open;
	bool serving;
	char name[64];
	size_t nname;
};

static void serve(struct stub *s);
static void send_udp(struct work *w);
static void start_tcp(struct work *w);

/* ---- servers ---- */

bool dns_server_from(sv text, struct ip *ip, uint16_t *port)
{
	sv host = text, number = {0};
	size_t at = sv_rchr(text, '@');
	uint32_t n = PORT;

	if (sv_starts(text, SV("["))) {
		at = sv_chr(text, ']');
		if (at == SV_NPOS)
			return false;
		host = sv_slice(text, 1, at);
		number = sv_drop(text, at + 1);
		if (number.n && number.p[0] != ':' && number.p[0] != '@')
			return false;
		number = sv_drop(number, 1);
		if (!number.n && at + 1 < text.n)
			return false;
	} else if (at != SV_NPOS ||
	           ((at = sv_chr(text, ':')) != SV_NPOS &&
	            at == sv_rchr(text, ':'))) {
		host = sv_head(text, at);
		number = sv_drop(text, at + 1);
		if (!number.n)
			return false;
	}
	if ((number.n && !sv_u32(number, UINT16_MAX, &n)) || !n ||
	    !ip_parse(host, ip))
		return false;
	*port = (uint16_t)n;
	return true;
}

sv dns_server_text(struct arena *a, const struct ip *ip, uint16_t port)
{
	char text[IP_TEXT];
	sv s = ip_text(ip, text);

	return port == PORT || !port
	           ? arena_dup(a, s)
	           : arena_printf(a, "%.*s port %u", SV_FMT(s), port);
}

static struct server **bucket(struct stub *s, const struct ip *ip,
                              uint16_t port)
{
	unsigned h = port;

	for (unsigned i = 0; i < ip->bytes; i++)
		h = h * 31 + ip->at[i];
	return &s->table[h % BUCKETS];
}

static struct server *server_for(struct stub *s, const struct dns_query *q)
{
	bool named = q->server.bytes;
	const struct ip *ip = named ? &q->server : &s->opt.forwarder;
	uint16_t port = named ? q->port : s->opt.port;
	struct server **at, *to;

	if (!port)
		port = PORT;
	at = bucket(s, ip, port);
	for (to = *at; to; to = to->next)
		if (to->port == port && ip_eq(&to->ip, ip) &&
		    to->recurse == !named)
			return to;
	to = calloc(1, sizeof(*to));
	if (!to)
		return NULL;
	to->ip = *ip;
	to->port = port;
	to->recurse = !named;
	to->most = named ? DNS_STUB_EACH : DNS_STUB_FORWARDER;
	TAILQ_INIT(&to->waiting);
	TAILQ_INIT(&to->running);
	to->next = *at;
	*at = to;
	return to;
}

static void set_ready(struct stub *s, struct server *to)
{
	bool ready = !TAILQ_EMPTY(&to->waiting) && to->nrunning < to->most;

	if (ready && !to->is_ready)
		TAILQ_INSERT_TAIL(&s->ready, to, ready);
	else if (!ready && to->is_ready)
		TAILQ_REMOVE(&s->ready, to, ready);
	to->is_ready = ready;
}

static void drop_if_idle(struct stub *s, struct server *to)
{
	struct server **at = bucket(s, &to->ip, to->port);

	if (!TAILQ_EMPTY(&to->waiting) || !TAILQ_EMPTY(&to->running))
		return;
	while (*at != to)
		at = &(*at)->next;
	*at = to->next;
	free(to);
}

static socklen_t address(const struct server *to, struct sockaddr_storage *out)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (to->ip.bytes == 4) {
		in4->sin_family = AF_INET;
		in4->sin_port = htons(to->port);
		memcpy(&in4->sin_addr, to->ip.at, 4);
		return sizeof(*in4);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(to->port);
	memcpy(&in6->sin6_addr, to->ip.at, 16);
	return sizeof(*in6);
}

/* ---- one question ends ---- */

static void close_udp(struct work *w)
{
	if (w->readable)
		event_free(w->readable);
	w->readable = NULL;
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

/* Forget the work; its query is answered or cancelled by who calls this. */
static void retire(struct work *w)
{
	struct stub *s = w->s;
	struct server *to = w->to;

	close_udp(w);
	if (w->tcp)
		bufferevent_free(w->tcp);
	if (w->timer)
		event_free(w->timer);
	TAILQ_REMOVE(w->running ? &to->running : &to->waiting, w, link);
	if (w->running) {
		to->nrunning--;
		s->open--;
	}
	w->q->inner = NULL;
	free(w);
	set_ready(s, to);
	drop_if_idle(s, to);
}

static void finish(struct work *w)
{
	struct dns_query *q = w->q;
	struct stub *s = w->s;

	q->answer->server = dns_server_text(q->a, &w->to->ip, w->to->port);
	retire(w);
	q->done(q);
	serve(s);
}

static void fail(struct work *w, sv why)
{
	w->q->answer->state = DNS_TEMPFAIL;
	w->q->answer->why = why;
	finish(w);
}

/* "192.0.2.53 did not answer in 5 s"; what is known besides. */
static void fail_silent(struct work *w)
{
	struct arena *a = w->q->a;
	sv who = dns_server_text(a, &w->to->ip, w->to->port);
	int64_t ms = dns_loop_ms() - w->begun_ms;
	double s = (double)(ms > 0 ? ms + MARGIN_MS : 0) / 1000;

	if (!w->running)
		fail(w, arena_printf(a, "%.*s was not asked: the time was over "
		                     "before the turn came", SV_FMT(who)));
	else if (w->cut)
		fail(w, arena_printf(a, "the answer of %.*s is too long for "
		                     "UDP, and over TCP it did not answer "
		                     "in %.1f s", SV_FMT(who), s));
	else
		fail(w, arena_printf(a, "%.*s did not answer %sin %.1f s",
		                     SV_FMT(who), w->q->tcp ? "over TCP " : "",
		                     s));
}

static void fail_system(struct work *w, int e)
{
	struct arena *a = w->q->a;
	sv who = dns_server_text(a, &w->to->ip, w->to->port);
	const char *how = w->way == WAY_TCP ? " over TCP" : "";

	if (e == ECONNREFUSED)
		fail(w, arena_printf(a, "no name server listens at %.*s%s%s",
		                     SV_FMT(who), how,
		                     w->cut ? ", and its answer is too long "
		                              "for UDP" : ""));
	else if (e == ENETUNREACH || e == EHOSTUNREACH ||
	         e == EADDRNOTAVAIL || e == EAFNOSUPPORT)
		fail(w, arena_printf(a, "%.*s cannot be reached from here%s",
		                     SV_FMT(who),
		                     w->to->ip.bytes == 16 ? " over IPv6"
		                                           : ""));
	else
		fail(w, arena_printf(a, "%.*s cannot be asked%s (error %d of "
		                     "the system)", SV_FMT(who), how, e));
}

/* ---- answers ---- */

/* Begin again in another way; the time goes on. */
static void restart(struct work *w, enum way way)
{
	close_udp(w);
	if (w->tcp)
		bufferevent_free(w->tcp);
	w->tcp = NULL;
	w->way = way;
	if (way == WAY_TCP)
		start_tcp(w);
	else
		send_udp(w);
}

/* An answer has come; false: it is none to the question. */
static bool take(struct work *w, sv packet)
{
	struct dns_packet_head h;
	struct dns_query *q = w->q;
	struct dns_answer got = *q->answer;
	struct mw_err err;
	enum mw_status st;

	if (!dns_packet_fits(packet, w->id, &q->name, q->type))
		return false;
	if (w->way != WAY_TCP && packet.p[2] & 2) {
		w->cut = true;
		restart(w, WAY_TCP);
		return true;
	}
	st = dns_packet_read(q->a, packet, w->to->recurse, &got, &h, &err);
	if (st == MW_ENOMEM)
		fail(w, SV("no memory for its answer"));
	else if (st != MW_OK)
		fail(w, arena_printf(q->a, "its answer is broken at byte %zu",
		                     err.where));
	else if (!w->plain && !h.edns &&
	         (h.rcode == 1 || h.rcode == 4)) {
		/* RFC 6891 section 7: it knows no EDNS. */
		w->plain = true;
		restart(w, w->way == WAY_TCP ? WAY_TCP : WAY_UDP);
	} else {
		*q->answer = got;
		finish(w);
	}
	return true;
}

/* ---- UDP ---- */

static size_t write_question(struct work *w, uint8_t out[DNS_PACKET_QUERY])
{
	struct dns_packet_query pq = {.id = w->id, .name = w->q->name,
	    .type = w->q->type, .recurse = w->to->recurse,
	    .cd = w->s->opt.cd, .edns = !w->plain,
	    .dnssec = w->s->opt.dnssec && !w->plain};

	return dns_packet_write(&pq, out);
}

static void set_timer(struct work *w)
{
	int64_t now = dns_loop_ms(), left = w->until_ms - now;
	int64_t wait = left < 0 ? 0 : left;
	struct timeval tv;

	if (w->way == WAY_UDP && w->running) {
		int64_t third = wait / 3;

		wait = third < AGAIN_MIN_MS   ? (left < AGAIN_MIN_MS
		                                     ? wait : AGAIN_MIN_MS)
		       : third > AGAIN_MAX_MS ? AGAIN_MAX_MS
		                              : third;
	}
	tv = (struct timeval){(time_t)(wait / 1000),
	                      (suseconds_t)(wait % 1000) * 1000};
	(void)evtimer_add(w->timer, &tv);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct work *w = arg;
	char packet[DNS_PACKET_MAX];

	(void)what;
	/* What does not fit is passed over; a flood waits for the next turn. */
	for (unsigned i = 0; i < 16; i++) {
		ssize_t n = recv(fd, packet, sizeof(packet), 0);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0) {
			fail_system(w, errno);
			return;
		}
		if (take(w, sv_of(packet, (size_t)n)))
			return;
	}
}

/* A new socket: the system picks a random port when it is connected. */
static bool open_udp(struct work *w)
{
	struct sockaddr_storage to;
	socklen_t n = address(w->to, &to);

	w->fd = socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	               0);
	if (w->fd < 0 || connect(w->fd, (struct sockaddr *)&to, n) != 0)
		return false;
	w->readable = event_new(w->s->base, w->fd, EV_READ | EV_PERSIST,
	                        on_readable, w);
	if (w->readable && event_add(w->readable, NULL) == 0)
		return true;
	errno = ENOMEM;
	return false;
}

static void send_udp(struct work *w)
{
	uint8_t out[DNS_PACKET_QUERY];
	size_t n = write_question(w, out);

	if ((w->fd < 0 && !open_udp(w)) ||
	    (send(w->fd, out, n, 0) < 0 && errno != EAGAIN &&
	     errno != ENOBUFS)) {
		fail_system(w, errno);
		return;
	}
	set_timer(w);
}

/* ---- TCP ---- */

static void on_tcp_read(struct bufferevent *b, void *arg)
{
	struct work *w = arg;
	struct evbuffer *in = bufferevent_get_input(b);
	unsigned char *p;
	size_t n;

	while (evbuffer_get_length(in) >= 2) {
		p = evbuffer_pullup(in, 2);
		n = (size_t)p[0] << 8 | p[1];
		if (evbuffer_get_length(in) < n + 2)
			return;
		p = evbuffer_pullup(in, (ssize_t)(n + 2));
		if (!p) {
			fail(w, SV("no memory for its answer"));
			return;
		}
		if (take(w, sv_of((char *)p + 2, n)))
			return;
		evbuffer_drain(in, n + 2);
	}
}

static void on_tcp_event(struct bufferevent *b, short what, void *arg)
{
	struct work *w = arg;
	int e = EVUTIL_SOCKET_ERROR();

	(void)b;
	if (what & BEV_EVENT_CONNECTED)
		return;
	if (what & BEV_EVENT_ERROR && e)
		fail_system(w, e);
	else
		fail(w, w->cut ? SV("its answer is too long for UDP, and over "
		                    "TCP it hung up without one")
		               : SV("it hung up without an answer (TCP)"));
}

static void start_tcp(struct work *w)
{
	struct sockaddr_storage to;
	socklen_t n = address(w->to, &to);
	uint8_t out[2 + DNS_PACKET_QUERY];
	size_t len = write_question(w, out + 2);

	out[0] = (uint8_t)(len >> 8);
	out[1] = (uint8_t)len;
	w->tcp = bufferevent_socket_new(w->s->base, -1,
	                                BEV_OPT_CLOSE_ON_FREE);
	if (!w->tcp) {
		fail(w, SV("no memory to ask it over TCP"));
		return;
	}
	bufferevent_setcb(w->tcp, on_tcp_read, NULL, on_tcp_event, w);
	bufferevent_setwatermark(w->tcp, EV_READ, 0, DNS_PACKET_MAX + 2);
	if (bufferevent_write(w->tcp, out, len + 2) != 0 ||
	    bufferevent_enable(w->tcp, EV_READ) != 0) {
		fail(w, SV("no memory to ask it over TCP"));
		return;
	}
	set_timer(w);
	if (bufferevent_socket_connect(w->tcp, (struct sockaddr *)&to,
	                               (int)n) != 0)
		fail_system(w, errno);
}

/* ---- the queue ---- */

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct work *w = arg;

	(void)fd;
	(void)what;
	if (w->running && w->way == WAY_UDP && dns_loop_ms() < w->until_ms) {
		/* The old socket stays: an answer that is late counts. */
		w->way = WAY_UDP_AGAIN;
		send_udp(w);
		return;
	}
	fail_silent(w);
}

static void start(struct work *w)
{
	struct server *to = w->to;

	TAILQ_REMOVE(&to->waiting, w, link);
	TAILQ_INSERT_TAIL(&to->running, w, link);
	w->running = true;
	to->nrunning++;
	w->s->open++;
	set_ready(w->s, to);
	w->begun_ms = dns_loop_ms();
	w->way = w->q->tcp ? WAY_TCP : WAY_UDP;
	if (w->q->tcp)
		start_tcp(w);
	else
		send_udp(w);
}

/* Start what may be.  What ends at once calls this again: let it return. */
static void serve(struct stub *s)
{
	if (s->serving)
		return;
	s->serving = true;
	while (s->open < DNS_STUB_OPEN && !TAILQ_EMPTY(&s->ready)) {
		struct server *to = TAILQ_FIRST(&s->ready);
		struct work *w = TAILQ_FIRST(&to->waiting);

		/* Each server in turn. */
		TAILQ_REMOVE(&s->ready, to, ready);
		TAILQ_INSERT_TAIL(&s->ready, to, ready);
		if (w->until_ms - dns_loop_ms() < ASK_MIN_MS)
			fail_silent(w);
		else
			start(w);
	}
	s->serving = false;
}

static struct work *work_new(struct stub *s, struct dns_query *q)
{
	struct work *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	*w = (struct work){.s = s, .q = q, .fd = -1, .plain = q->no_edns};
	w->begun_ms = dns_loop_ms();
	w->until_ms = q->deadline_ms - MARGIN_MS;
	w->timer = evtimer_new(s->base, on_timer, w);
	w->to = w->timer ? server_for(s, q) : NULL;
	if (w->to)
		return w;
	if (w->timer)
		event_free(w->timer);
	free(w);
	return NULL;
}

static void stub_ask(struct dns_resolver *r, struct dns_query *q)
{
	struct stub *s = (struct stub *)r;
	struct work *w;

	if (!q->server.bytes && !s->opt.forwarder.bytes) {
		dns_fail(q, DNS_TEMPFAIL, SV(""), SV("no server to ask"));
		return;
	}
	w = work_new(s, q);
	if (!w) {
		dns_fail(q, DNS_TEMPFAIL, SV(""), SV("no memory to ask"));
		return;
	}
	q->inner = w;
	TAILQ_INSERT_TAIL(&w->to->waiting, w, link);
	if (getrandom(&w->id, sizeof(w->id), 0) != sizeof(w->id)) {
		fail(w, SV("the system has no random numbers"));
		return;
	}
	set_timer(w);
	set_ready(s, w->to);
	serve(s);
}

static void stub_cancel(struct dns_resolver *r, struct dns_query *q)
{
	if (!q->inner)
		return;
	retire(q->inner);
	serve((struct stub *)r);
}

static void stub_free(struct dns_resolver *r)
{
	struct stub *s = (struct stub *)r;

	for (size_t i = 0; i < BUCKETS; i++)
		while (s->table[i]) {
			struct server *to = s->table[i];
			struct work *w = TAILQ_FIRST(&to->running);

			retire(w ? w : TAILQ_FIRST(&to->waiting));
		}
	free(s);
}

static sv stub_name(const struct dns_resolver *r)
{
	const struct stub *s = (const struct stub *)r;

	return sv_of(s->name, s->nname);
}

struct dns_resolver *dns_stub_new(struct dns_loop *loop,
                                  const struct dns_stub_options *opt)
{
	struct stub *s = calloc(1, sizeof(*s));
	struct arena *a = arena_new(4096);
	sv name = SV("one server at a time");

	if (!s || !a) {
		free(s);
		arena_free(a);
		return NULL;
	}
	s->r = (struct dns_resolver){stub_ask, stub_cancel, stub_free,
	                             stub_name};
	s->base = dns_loop_base(loop);
	s->opt = *opt;
	TAILQ_INIT(&s->ready);
	if (opt->forwarder.bytes)
		name = dns_server_text(a, &opt->forwarder, opt->port);
	s->nname = name.n < sizeof(s->name) ? name.n : sizeof(s->name);
	memcpy(s->name, name.p, s->nname);
	arena_free(a);
	return &s->r;
}
