/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/https.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "probe/cert.h"

#include <curl/curl.h>
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

/* Content-Type, Location. */
#define TEXT_MAX 1000

struct https_multi {
	struct https_env env;
	CURLM *multi;
	struct event *timer;
	struct https_fetch *first;
};

struct https_fetch {
	struct https_multi *m;
	struct https_probe *r;
	CURL *easy;
	struct curl_slist *resolve;
	struct buf body;
	bool too_large;
	char error[CURL_ERROR_SIZE];
	struct https_fetch *next;
};

/* ---- ends ---- */

static void end(struct https_fetch *f, enum probe_fail fail, sv why)
{
	struct https_multi *m = f->m;
	struct https_probe *r = f->r;

	for (struct https_fetch **p = &m->first; *p; p = &(*p)->next)
		if (*p == f) {
			*p = f->next;
			break;
		}
	if (f->easy) {
		(void)curl_multi_remove_handle(m->multi, f->easy);
		curl_easy_cleanup(f->easy);
	}
	curl_slist_free_all(f->resolve);
	buf_fini(&f->body);
	free(f);
	r->state = fail == PROBE_OK ? PROBE_DONE : PROBE_FAILED;
	r->fail = fail;
	r->why = why;
	m->env.done(r, m->env.arg);
}

void https_stop(struct https_fetch *f, enum probe_fail fail, sv why)
{
	end(f, fail, why);
}

static enum probe_fail fail_of(const struct https_fetch *f, CURLcode code)
{
	long error = 0;

	(void)curl_easy_getinfo(f->easy, CURLINFO_OS_ERRNO, &error);
	if (f->too_large)
		return PROBE_TOO_LARGE;
	switch (code) {
	case CURLE_OK:
		return PROBE_OK;
	case CURLE_COULDNT_CONNECT:
		return error == ECONNREFUSED ? PROBE_REFUSED
		       : error == ETIMEDOUT  ? PROBE_TIMEOUT
		                             : PROBE_UNREACHABLE;
	case CURLE_OPERATION_TIMEDOUT:
		return f->r->tls.tried ? PROBE_SLOW : PROBE_TIMEOUT;
	case CURLE_PEER_FAILED_VERIFICATION:
		return PROBE_CERTIFICATE;
	case CURLE_SSL_CONNECT_ERROR:
		return f->r->tls.faults ? PROBE_CERTIFICATE : PROBE_TLS;
	case CURLE_FILESIZE_EXCEEDED:
		return PROBE_TOO_LARGE;
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
		return PROBE_CLOSED;
	case CURLE_OUT_OF_MEMORY:
		return PROBE_STOPPED;
	default:
		return PROBE_PROTOCOL;
	}
}

static sv keep_info(struct https_fetch *f, CURLINFO what)
{
	char *text = NULL;

	if (curl_easy_getinfo(f->easy, what, &text) != CURLE_OK || !text)
		return SV("");
	return arena_dup(f->m->env.a, sv_head(sv_str(text), TEXT_MAX));
}

static void on_done(struct https_fetch *f, CURLcode code)
{
	struct https_probe *r = f->r;
	enum probe_fail fail = fail_of(f, code);
	sv why = SV("");
	long status = 0;

	(void)curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	r->status = status > 0 && status < 1000 ? (unsigned)status : 0;
	r->type = keep_info(f, CURLINFO_CONTENT_TYPE);
	r->location = keep_info(f, CURLINFO_REDIRECT_URL);
	(void)ip_parse(keep_info(f, CURLINFO_PRIMARY_IP), &r->ip);
	r->body = arena_dup(f->m->env.a, buf_sv(&f->body));
	if (fail == PROBE_CERTIFICATE && !r->tls.faults)
		r->tls.faults = CERT_OTHER;
	if (fail == PROBE_CERTIFICATE && r->tls.why.n)
		why = r->tls.why;
	else if (fail == PROBE_TOO_LARGE)
		why = SV("it is longer than 64 KiB");
	else if (fail != PROBE_OK)
		why = arena_dup(f->m->env.a, f->error[0]
		    ? sv_str(f->error) : sv_str(curl_easy_strerror(code)));
	if (fail == PROBE_TLS)
		r->tls.error = why;
	end(f, fail, why);
}

/* ---- libcurl on the loop ---- */

static void collect(struct https_multi *m)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(m->multi, &left))) {
		char *arg = NULL;

		if (msg->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE,
		                        &arg);
		on_done((struct https_fetch *)(void *)arg, msg->data.result);
	}
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct https_multi *m = arg;
	int running, flags = 0;

	if (what & EV_READ)
		flags |= CURL_CSELECT_IN;
	if (what & EV_WRITE)
		flags |= CURL_CSELECT_OUT;
	(void)curl_multi_socket_action(m->multi, fd, flags, &running);
	collect(m);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct https_multi *m = arg;
	int running;

	(void)fd;
	(void)what;
	(void)curl_multi_socket_action(m->multi, CURL_SOCKET_TIMEOUT, 0,
	                               &running);
	collect(m);
}

/* libcurl says which sockets it waits for. */
static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg,
                       void *sock)
{
	struct https_multi *m = arg;
	struct event *ev = sock;
	short flags = EV_PERSIST;

	(void)easy;
	if (ev)
		event_free(ev);
	if (what == CURL_POLL_REMOVE) {
		(void)curl_multi_assign(m->multi, fd, NULL);
		return 0;
	}
	if (what != CURL_POLL_OUT)
		flags |= EV_READ;
	if (what != CURL_POLL_IN)
		flags |= EV_WRITE;
	ev = event_new(m->env.base, fd, flags, on_socket, m);
	if (ev)
		(void)event_add(ev, NULL);
	(void)curl_multi_assign(m->multi, fd, ev);
	return ev ? 0 : -1;
}

/* ... and when it wants to be called anyhow. */
static int want_timer(CURLM *multi, long ms, void *arg)
{
	struct https_multi *m = arg;
	struct timeval tv = {ms / 1000, (ms % 1000) * 1000};

	(void)multi;
	if (ms < 0)
		(void)evtimer_del(m->timer);
	else
		(void)evtimer_add(m->timer, &tv);
	return 0;
}

struct https_multi *https_multi_new(const struct https_env *env)
{
	struct https_multi *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->env = *env;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(m);
		return NULL;
	}
	m->multi = curl_multi_init();
	m->timer = evtimer_new(env->base, on_timer, m);
	if (!m->multi || !m->timer) {
		https_multi_free(m);
		return NULL;
	}
	(void)curl_multi_setopt(m->multi, CURLMOPT_SOCKETFUNCTION,
	                        want_socket);
	(void)curl_multi_setopt(m->multi, CURLMOPT_SOCKETDATA, m);
	(void)curl_multi_setopt(m->multi, CURLMOPT_TIMERFUNCTION, want_timer);
	(void)curl_multi_setopt(m->multi, CURLMOPT_TIMERDATA, m);
	return m;
}

void https_multi_free(struct https_multi *m)
{
	if (!m)
		return;
	for (struct https_fetch *f = m->first, *next; f; f = next) {
		next = f->next;
		(void)curl_multi_remove_handle(m->multi, f->easy);
		curl_easy_cleanup(f->easy);
		curl_slist_free_all(f->resolve);
		buf_fini(&f->body);
		free(f);
	}
	if (m->multi)
		(void)curl_multi_cleanup(m->multi);
	if (m->timer)
		event_free(m->timer);
	curl_global_cleanup();
	free(m);
}

/* ---- one fetch ---- */

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct https_fetch *f = arg;

	buf_add(&f->body, sv_of(p, size * n));
	f->too_large |= buf_failed(&f->body);
	return f->too_large ? 0 : size * n;
}

/* Instead of OpenSSL's own look at the certificate: all faults are kept. */
static int on_certificate(X509_STORE_CTX *ctx, void *arg)
{
	struct https_fetch *f = arg;
	struct tls_seen *tls = &f->r->tls;

	/* A second address that is tried starts anew. */
	*tls = (struct tls_seen){.tried = true};
	cert_judge(f->m->env.a, f->m->env.store, X509_STORE_CTX_get0_cert(ctx),
	           X509_STORE_CTX_get0_untrusted(ctx), f->r->host,
	           f->m->env.now, tls);
	if (!tls->faults)
		return 1;
	X509_STORE_CTX_set_error(ctx, X509_V_ERR_APPLICATION_VERIFICATION);
	return 0;
}

static void on_info(const SSL *ssl, int where, int result)
{
	struct https_fetch *f = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	(void)result;
	if (!f)
		return;
	f->r->tls.tried = true;
	if (!(where & SSL_CB_HANDSHAKE_DONE))
		return;
	f->r->tls.up = true;
	f->r->tls.version = sv_str(SSL_get_version(ssl));
	f->r->tls.cipher = sv_str(SSL_get_cipher_name(ssl));
}

static CURLcode on_ssl_ctx(CURL *easy, void *ssl_ctx, void *arg)
{
	SSL_CTX *ctx = ssl_ctx;

	(void)easy;
	SSL_CTX_set_cert_verify_callback(ctx, on_certificate, arg);
	SSL_CTX_set_app_data(ctx, arg);
	SSL_CTX_set_info_callback(ctx, on_info);
	return CURLE_OK;
}

/* "mta-sts.example.org:443:192.0.2.1,[2001:db8::1]" */
static bool set_addresses(struct https_fetch *f, const struct ip *ips,
                          size_t n)
{
	struct buf b;
	char text[IP_TEXT];

	buf_init(&b, 4096);
	buf_addf(&b, "%.*s:%u:", SV_FMT(f->r->host),
	         (unsigned)f->m->env.opt->https_port);
	for (size_t i = 0; i < n && i < HTTPS_IPS_MAX; i++)
		buf_addf(&b, ips[i].bytes == 4 ? "%s%s" : "%s[%s]",
		         i ? "," : "", ip_text(&ips[i], text).p);
	buf_addc(&b, '\0');
	if (!buf_failed(&b))
		f->resolve = curl_slist_append(NULL, b.p);
	buf_fini(&b);
	return f->resolve && curl_easy_setopt(f->easy, CURLOPT_RESOLVE,
	                                      f->resolve) == CURLE_OK;
}

static bool set_url(struct https_fetch *f)
{
	unsigned port = f->m->env.opt->https_port;
	sv url = port == 443
	    ? arena_printf(f->m->env.a, "https://%.*s%.*s",
	                   SV_FMT(f->r->host), SV_FMT(f->r->path))
	    : arena_printf(f->m->env.a, "https://%.*s:%u%.*s",
	                   SV_FMT(f->r->host), port, SV_FMT(f->r->path));

	return url.n && curl_easy_setopt(f->easy, CURLOPT_URL, url.p) ==
	                    CURLE_OK;
}

static bool set_options(struct https_fetch *f)
{
	CURL *e = f->easy;
	const struct probe_options *opt = f->m->env.opt;
	CURLcode bad = CURLE_OK;

#define SET(option, value) bad |= curl_easy_setopt(e, option, value)
#if LIBCURL_VERSION_NUM >= 0x075500
	SET(CURLOPT_PROTOCOLS_STR, "https");
#else
	SET(CURLOPT_PROTOCOLS, (long)CURLPROTO_HTTPS);
#endif
	SET(CURLOPT_PRIVATE, f);
	SET(CURLOPT_ERRORBUFFER, f->error);
	SET(CURLOPT_PROXY, ""); /* nor what the environment says of one */
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_MAXFILESIZE, (long)HTTPS_BODY_MAX);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)opt->connect_ms);
	SET(CURLOPT_TIMEOUT_MS, (long)(opt->connect_ms + opt->talk_ms));
	SET(CURLOPT_USERAGENT, "mailwhy");
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_CAINFO, NULL); /* on_certificate() knows the authorities */
	SET(CURLOPT_CAPATH, NULL);
	SET(CURLOPT_SSL_CTX_FUNCTION, on_ssl_ctx);
	SET(CURLOPT_SSL_CTX_DATA, f);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, f);
#undef SET
	return bad == CURLE_OK;
}

/* Only what stands in host names: nothing that could be another URL. */
static bool is_host(sv host)
{
	for (size_t i = 0; i < host.n; i++)
		if (!is_alnum(host.p[i]) && host.p[i] != '-' &&
		    host.p[i] != '.' && host.p[i] != '_')
			return false;
	return host.n > 0;
}

struct https_fetch *https_start(struct https_multi *m, struct https_probe *r,
                                const struct ip *ips, size_t n)
{
	struct https_fetch *f = calloc(1, sizeof(*f));

	if (!f || !is_host(r->host) || !n) {
		free(f);
		r->state = PROBE_FAILED;
		r->fail = PROBE_STOPPED;
		r->why = SV("no address to connect to");
		m->env.done(r, m->env.arg);
		return NULL;
	}
	f->m = m;
	f->r = r;
	f->next = m->first;
	m->first = f;
	buf_init(&f->body, HTTPS_BODY_MAX);
	f->easy = curl_easy_init();
	if (!f->easy || !set_options(f) || !set_url(f) ||
	    !set_addresses(f, ips, n) ||
	    curl_multi_add_handle(m->multi, f->easy) != CURLM_OK) {
		end(f, PROBE_STOPPED, SV("no memory to fetch it"));
		return NULL;
	}
	return f;
}
