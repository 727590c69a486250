/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/smtp.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "dns/loop.h"
#include "probe/cert.h"
#include "smtp/reply.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* One reply; the longest real ones are answers to EHLO of some 30 lines. */
#define REPLY_BYTES 16384
/* Texts that are kept of a reply. */
#define TEXT_KEPT 1000
/* How long the answer to QUIT is waited for. */
#define QUIT_MS 1000
#define COMMAND_MAX 1024

enum stage {
	AT_CONNECT,
	AT_GREETING,
	AT_EHLO,
	AT_STARTTLS,
	AT_HANDSHAKE,
	AT_EHLO_TLS,
	AT_MAIL,
	AT_RCPT,
	AT_QUIT
};

static const char *const stage_names[] = {
    "connect", "greeting",  "EHLO", "STARTTLS", "TLS handshake",
    "EHLO",    "MAIL FROM", "RCPT TO", "QUIT"};

struct smtp_talk {
	struct smtp_env env;
	struct smtp_probe *r;
	enum stage at;
	int fd;
	struct event *ev;
	SSL *ssl;
	bool is_done, want_write;
	int64_t begun_ms, until_ms; /* of the stage or the whole */
	size_t rcpt;                /* which is asked about */
	char in[REPLY_BYTES];
	size_t n;
	char out[COMMAND_MAX];
	size_t nout, sent;
	struct buf talk; /* what is kept of all */
};

static void on_event(evutil_socket_t fd, short what, void *arg);
static void on_writable(struct smtp_talk *t);

SSL_CTX *smtp_tls_new(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (!ctx)
		return NULL;
	/*
	 * An old version or a weak key is something to report; refusing it
	 * would only hide it.  Nothing secret is sent.
	 */
	SSL_CTX_set_security_level(ctx, 0);
	(void)SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
	                          SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return ctx;
}

/* ---- ends ---- */

static void end(struct smtp_talk *t)
{
	struct smtp_env env = t->env;
	struct smtp_probe *r = t->r;

	if (t->ev)
		event_free(t->ev);
	SSL_free(t->ssl);
	if (t->fd >= 0)
		close(t->fd);
	buf_fini(&t->talk);
	free(t);
	env.gone(r, env.arg);
}

/* One line of what was said, if that is wanted. */
static void keep_line(struct smtp_talk *t, const char *who, sv line)
{
	/* A line that has no room ends it: what is kept has no gap. */
	if (t->env.opt->keep_talk && !t->is_done)
		buf_addf(&t->talk, "%s%.*s\n", who, SV_FMT(line));
}

static void settle(struct smtp_talk *t, enum probe_fail fail, sv why)
{
	struct smtp_probe *r = t->r;

	if (t->is_done)
		return;
	t->is_done = true;
	r->talk = arena_dup(t->env.a, buf_sv(&t->talk));
	r->state = fail == PROBE_OK ? PROBE_DONE : PROBE_FAILED;
	r->fail = fail;
	r->why = why;
	if (t->at < AT_QUIT)
		r->stage = stage_names[t->at];
	t->env.done(r, t->env.arg);
}

static void fail(struct smtp_talk *t, enum probe_fail why_id, sv why)
{
	settle(t, why_id, why);
	end(t);
}

void smtp_stop(struct smtp_talk *t, enum probe_fail why_id, sv why)
{
	fail(t, why_id, why);
}

static sv error_text(struct smtp_talk *t, int error)
{
	return arena_dup(t->env.a, sv_str(strerrordesc_np(error)));
}

static void fail_connect(struct smtp_talk *t, int error)
{
	enum probe_fail id;

	switch (error) {
	case ECONNREFUSED:
		id = PROBE_REFUSED;
		break;
	case ETIMEDOUT:
		id = PROBE_TIMEOUT;
		break;
	case EACCES:
	case EPERM:
		id = PROBE_FORBIDDEN;
		break;
	case ECONNRESET:
		id = PROBE_CLOSED;
		break;
	default: /* ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL ... */
		id = PROBE_UNREACHABLE;
	}
	fail(t, id, error_text(t, error));
}

static void fail_time(struct smtp_talk *t)
{
	if (t->at == AT_CONNECT)
		fail(t, PROBE_TIMEOUT, SV("no answer"));
	else if (t->at == AT_HANDSHAKE)
		fail(t, PROBE_SLOW, SV("the TLS handshake was not done in "
		                       "time"));
	else
		fail(t, PROBE_SLOW, SV("connected, but it said nothing in "
		                       "time"));
}

/* ---- waiting ---- */

static void wait_for(struct smtp_talk *t, short what)
{
	int64_t left = t->until_ms - dns_loop_ms();
	struct timeval tv;

	if (left < 1)
		left = 1;
	tv.tv_sec = (time_t)(left / 1000);
	tv.tv_usec = (suseconds_t)(left % 1000) * 1000;
	if (t->ev)
		event_free(t->ev);
	t->ev = event_new(t->env.base, t->fd, what, on_event, t);
	/* Without memory nothing comes any more, until the prober stops it. */
	if (t->ev)
		(void)event_add(t->ev, &tv);
}

/* Would it end the command, and begin one of its own? */
static bool is_safe(sv arg)
{
	for (size_t i = 0; i < arg.n; i++)
		if ((unsigned char)arg.p[i] <= ' ' || arg.p[i] == 0x7f ||
		    arg.p[i] == '<' || arg.p[i] == '>')
			return false;
	return true;
}

static void say(struct smtp_talk *t, enum stage at, const char *command, sv arg)
{
	int n = snprintf(t->out, sizeof(t->out), "%s%.*s%s\r\n", command,
	                 SV_FMT(arg), at == AT_RCPT ? ">" : "");

	t->at = at;
	t->n = 0;
	t->sent = 0;
	t->nout = 0;
	if (n < 0 || (size_t)n >= sizeof(t->out) || !is_safe(arg)) {
		fail(t, PROBE_PROTOCOL, SV("a name that no command can hold"));
		return;
	}
	t->nout = (size_t)n;
	keep_line(t, "C: ", sv_of(t->out, t->nout - 2));
	on_writable(t); /* there mostly is room at once */
}

/* The name of this side; an address in brackets where it has none. */
static sv own_name(struct smtp_talk *t, char room[IP_TEXT + 8])
{
	struct sockaddr_storage ss = {0};
	socklen_t len = sizeof(ss);
	char text[IP_TEXT];
	struct ip ip = {0};

	if (t->env.opt->helo.n && t->env.opt->helo.n <= 255)
		return t->env.opt->helo;
	(void)getsockname(t->fd, (struct sockaddr *)&ss, &len);
	if (ss.ss_family == AF_INET) {
		ip.bytes = 4;
		memcpy(ip.at, &((struct sockaddr_in *)&ss)->sin_addr, 4);
	} else {
		ip.bytes = 16;
		memcpy(ip.at, &((struct sockaddr_in6 *)&ss)->sin6_addr, 16);
	}
	snprintf(room, IP_TEXT + 8, "[%s%s]", ip.bytes == 16 ? "IPv6:" : "",
	         ip_text(&ip, text).p);
	return sv_str(room);
}

static void say_ehlo(struct smtp_talk *t, enum stage at)
{
	char room[IP_TEXT + 8];

	say(t, at, "EHLO ", own_name(t, room));
}

/* The result stands now; only good manners are left. */
static void say_quit(struct smtp_talk *t)
{
	settle(t, PROBE_OK, SV(""));
	t->until_ms = dns_loop_ms() + QUIT_MS;
	say(t, AT_QUIT, "QUIT", SV(""));
}

/* ---- replies ---- */

/* Bytes of the first whole reply in what was read; 0: not whole yet. */
static size_t whole(sv in, bool *wrong)
{
	size_t at = 0;

	*wrong = false;
	for (;;) {
		sv rest = sv_drop(in, at);
		size_t lf = sv_chr(rest, '\n');
		uint16_t code;

		if (rest.n >= 3 && !reply_code(sv_head(rest, 3), &code)) {
			*wrong = true;
			return 0;
		}
		if (lf == SV_NPOS)
			return 0;
		at += lf + 1;
		if (rest.n < 4 || rest.p[3] != '-')
			return at;
	}
}

/* Keep code and text, lines joined by spaces. */
static void keep_reply(struct smtp_talk *t, sv reply)
{
	struct smtp_probe *r = t->r;
	char joined[TEXT_KEPT + 1];
	size_t n = 0;
	uint16_t code = 0;

	(void)reply_code(sv_head(reply, 3), &code);
	for (sv rest = reply; rest.n;)
		keep_line(t, "S: ", sv_line(&rest));
	while (reply.n && n < TEXT_KEPT) {
		sv line = sv_trim(sv_drop(sv_line(&reply), 4));

		if (n && line.n)
			joined[n++] = ' ';
		line = sv_head(line, TEXT_KEPT - n);
		memcpy(joined + n, line.n ? line.p : "", line.n);
		n += line.n;
	}
	r->code = code;
	r->text = arena_dup(t->env.a, sv_of(joined, n));
}

static void keep_size(struct smtp_probe *r, sv value)
{
	uint64_t n = 0;

	r->has_size = true;
	for (size_t i = 0; i < value.n && is_digit(value.p[i]); i++)
		n = n > INT64_MAX / 16 ? n : n * 10 + (uint64_t)
		    (value.p[i] - '0');
	r->size = n;
}

static void keep_keywords(struct smtp_talk *t, sv reply)
{
	struct smtp_probe *r = t->r;
	sv *list = arena_alloc(t->env.a, SMTP_KEYWORDS_MAX, sizeof(*list));

	(void)sv_line(&reply); /* the name that the server calls itself by */
	r->ehlo = true;
	r->nkeywords = 0;
	r->has_size = false;
	r->size = 0;
	while (list && reply.n && r->nkeywords < SMTP_KEYWORDS_MAX) {
		sv line = sv_trim(sv_drop(sv_line(&reply), 4)), rest = line;
		sv word = sv_word(&rest);

		if (!word.n)
			continue;
		list[r->nkeywords++] =
		    arena_dup(t->env.a, sv_head(line, TEXT_KEPT));
		if (sv_ieq(word, SV("SIZE")))
			keep_size(r, sv_trim(rest));
		if (sv_ieq(word, SV("STARTTLS")) && !t->ssl)
			r->starttls = true;
	}
	r->keywords = list;
}

static void say_rcpt(struct smtp_talk *t)
{
	if (t->rcpt < t->r->nrcpt)
		say(t, AT_RCPT, "RCPT TO:<", t->r->rcpt[t->rcpt].address);
	else
		say_quit(t);
}

static void after_ehlo(struct smtp_talk *t)
{
	if (t->r->nrcpt)
		say(t, AT_MAIL, "MAIL FROM:<>", SV(""));
	else
		say_quit(t);
}

static void begin_tls(struct smtp_talk *t)
{
	char *host = sv_dupz(t->env.a, t->r->host);

	t->r->tls.tried = true;
	t->at = AT_HANDSHAKE;
	t->ssl = SSL_new(t->env.ctx);
	if (!t->ssl || !socket_attach(t->ssl, t->env.method, t->fd)) {
		fail(t, PROBE_TLS, SV("no memory for TLS"));
		return;
	}
	if (host)
		(void)SSL_set_tlsext_host_name(t->ssl, host);
	wait_for(t, EV_WRITE);
}

/* A reply to EHLO that refuses: there is nothing more to learn. */
static void on_ehlo(struct smtp_talk *t, sv reply)
{
	if (t->r->code / 100 != 2) {
		fail(t, PROBE_PROTOCOL, SV("it refuses EHLO"));
		return;
	}
	keep_keywords(t, reply);
	if (t->at == AT_EHLO && t->r->starttls && t->env.ctx)
		say(t, AT_STARTTLS, "STARTTLS", SV(""));
	else
		after_ehlo(t);
}

static void on_starttls(struct smtp_talk *t, size_t more)
{
	struct smtp_probe *r = t->r;

	r->tls.tried = true;
	if (r->code / 100 != 2) {
		r->tls.error = r->text.n ? r->text : SV("it refuses STARTTLS");
		after_ehlo(t);
	} else if (more) {
		/* What stands before TLS could be somebody else's. */
		r->tls.error = SV("it goes on in clear text after STARTTLS");
		fail(t, PROBE_TLS, r->tls.error);
	} else {
		begin_tls(t);
	}
}

static void on_rcpt(struct smtp_talk *t)
{
	struct smtp_rcpt *x = &t->r->rcpt[t->rcpt++];

	x->code = t->r->code;
	x->text = t->r->text;
	say_rcpt(t);
}

static void on_reply(struct smtp_talk *t, sv reply, size_t more)
{
	if (!t->is_done)
		keep_reply(t, reply);
	switch (t->at) {
	case AT_GREETING:
		if (t->r->code / 100 != 2) {
			fail(t, PROBE_PROTOCOL, SV("it refuses to talk to "
			                           "this address"));
			return;
		}
		t->r->greeting = t->r->text;
		say_ehlo(t, AT_EHLO);
		return;
	case AT_EHLO:
	case AT_EHLO_TLS:
		on_ehlo(t, reply);
		return;
	case AT_STARTTLS:
		on_starttls(t, more);
		return;
	case AT_MAIL:
		if (t->r->code / 100 == 2)
			say_rcpt(t);
		else
			say_quit(t);
		return;
	case AT_RCPT:
		on_rcpt(t);
		return;
	default:
		end(t);
	}
}

/* ---- bytes ---- */

/* After a read or write came to n: what is next; false: it has ended. */
static bool tls_again(struct smtp_talk *t, int n)
{
	switch (SSL_get_error(t->ssl, n)) {
	case SSL_ERROR_WANT_READ:
		wait_for(t, EV_READ);
		return true;
	case SSL_ERROR_WANT_WRITE:
		wait_for(t, EV_WRITE);
		return true;
	default:
		return false;
	}
}

static void on_handshake(struct smtp_talk *t)
{
	struct tls_seen *tls = &t->r->tls;
	X509 *leaf;
	int n;

	ERR_clear_error();
	errno = 0;
	n = SSL_connect(t->ssl);
	if (n != 1) {
		int error = errno;

		if (tls_again(t, n))
			return;
		tls->error = tls_error_words(t->env.a, error);
		fail(t, PROBE_TLS, tls->error);
		return;
	}
	tls->up = true;
	tls->version = arena_dup(t->env.a, sv_str(SSL_get_version(t->ssl)));
	keep_line(t, "-- ", tls->version);
	tls->cipher = arena_dup(t->env.a,
	                        sv_str(SSL_get_cipher_name(t->ssl)));
	leaf = SSL_get1_peer_certificate(t->ssl);
	cert_judge(t->env.a, t->env.store, leaf,
	           SSL_get_peer_cert_chain(t->ssl), t->r->host, t->env.now,
	           tls);
	X509_free(leaf);
	say_ehlo(t, AT_EHLO_TLS);
}

/* -1: nothing now (and waiting), 0: it hung up, else bytes. */
static ssize_t get(struct smtp_talk *t, char *to, size_t room)
{
	ssize_t n;

	if (t->ssl) {
		int got;

		ERR_clear_error();
		got = SSL_read(t->ssl, to, (int)room);
		if (got > 0)
			return got;
		return tls_again(t, got) ? -1 : 0;
	}
	n = recv(t->fd, to, room, 0);
	if (n > 0)
		return n;
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		wait_for(t, EV_READ);
		return -1;
	}
	return 0;
}

static void on_readable(struct smtp_talk *t)
{
	size_t used = 0;
	bool wrong = false;

	while (!used && !wrong && t->n < sizeof(t->in)) {
		ssize_t n = get(t, t->in + t->n, sizeof(t->in) - t->n);

		if (n < 0)
			return;
		if (n == 0) {
			fail(t, PROBE_CLOSED, SV("it hung up"));
			return;
		}
		t->n += (size_t)n;
		used = whole(sv_of(t->in, t->n), &wrong);
	}
	if (wrong)
		fail(t, PROBE_PROTOCOL, SV("what it says is not SMTP"));
	else if (used)
		on_reply(t, sv_of(t->in, used), t->n - used);
	else
		fail(t, PROBE_TOO_LARGE, SV("its reply does not end"));
}

static void on_writable(struct smtp_talk *t)
{
	size_t left = t->nout - t->sent;
	ssize_t n;

	if (t->ssl) {
		int put;

		ERR_clear_error();
		put = SSL_write(t->ssl, t->out + t->sent, (int)left);
		if (put <= 0) {
			if (!tls_again(t, put))
				fail(t, PROBE_CLOSED, SV("it hung up"));
			return;
		}
		n = put;
	} else {
		n = send(t->fd, t->out + t->sent, left, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR) {
			fail(t, PROBE_CLOSED, SV("it hung up"));
			return;
		}
	}
	t->sent += n > 0 ? (size_t)n : 0;
	if (t->sent < t->nout)
		wait_for(t, EV_WRITE);
	else
		on_readable(t); /* of TLS some may be here without an event */
}

static void on_connected(struct smtp_talk *t)
{
	int error = 0;
	socklen_t len = sizeof(error);

	(void)getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error) {
		fail_connect(t, error);
		return;
	}
	t->r->connect_ms = (unsigned)(dns_loop_ms() - t->begun_ms);
	t->at = AT_GREETING;
	t->until_ms = dns_loop_ms() + t->env.opt->talk_ms;
	wait_for(t, EV_READ);
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	struct smtp_talk *t = arg;

	(void)fd;
	if ((what & EV_TIMEOUT) || dns_loop_ms() >= t->until_ms)
		fail_time(t);
	else if (t->at == AT_CONNECT)
		on_connected(t);
	else if (t->at == AT_HANDSHAKE)
		on_handshake(t);
	else if (t->sent < t->nout)
		on_writable(t);
	else
		on_readable(t);
}

/* ---- beginnings ---- */

static socklen_t to_sockaddr(const struct ip *ip, uint16_t port,
                             struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	*out = (struct sockaddr_storage){0};
	if (ip->bytes == 4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, ip->at, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	memcpy(&v6->sin6_addr, ip->at, 16);
	return sizeof(*v6);
}

/* 0, or errno. */
static int open_socket(struct smtp_talk *t)
{
	const struct ip *ip = &t->r->ip;
	const struct ip *source = &t->env.opt->source[ip->bytes == 16];
	struct sockaddr_storage ss;
	socklen_t len;

	t->fd = socket(ip->bytes == 4 ? AF_INET : AF_INET6,
	               SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (t->fd < 0)
		return errno;
	if (source->bytes) {
		len = to_sockaddr(source, 0, &ss);
		if (bind(t->fd, (struct sockaddr *)&ss, len) != 0)
			return errno;
	}
	len = to_sockaddr(ip, t->env.opt->smtp_port, &ss);
	if (connect(t->fd, (struct sockaddr *)&ss, len) != 0 &&
	    errno != EINPROGRESS)
		return errno;
	return 0;
}

struct smtp_talk *smtp_start(const struct smtp_env *env, struct smtp_probe *r)
{
	struct smtp_talk *t = calloc(1, sizeof(*t));
	int error;

	if (!t) {
		r->state = PROBE_FAILED;
		r->fail = PROBE_STOPPED;
		r->why = SV("no memory");
		env->done(r, env->arg);
		env->gone(r, env->arg);
		return NULL;
	}
	t->env = *env;
	t->r = r;
	buf_init(&t->talk, SMTP_TALK_MAX);
	t->begun_ms = dns_loop_ms();
	t->until_ms = t->begun_ms + env->opt->connect_ms;
	error = open_socket(t);
	if (error) {
		fail_connect(t, error);
		return NULL;
	}
	wait_for(t, EV_WRITE);
	return t;
}
