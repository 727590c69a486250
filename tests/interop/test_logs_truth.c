/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_logs_truth.c - logs whose content is known, counted
 *
 * test_logs_truth SHARED: reads corpus/logs/synth below it.  The files were
 * generated together with the truth: how many attempts were sent, bounced and
 * deferred, and for Postfix each of them.  Without the files the test is
 * skipped (77); where the environment has CI=true it fails.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "logs/logs.h"

#define MAX_FILE (8 << 20)
#define MAX_EVENTS 20000

static const struct {
	const char *log, *truth;
	const char *each; /* events, one by one */
	bool local;	  /* holds deliveries on this machine, too */
} cases[] = {
	{"plain.log", "plain", "plain", true},
	{"rfc3339.log", "rfc3339", NULL, true},
	{"modern.log", "modern", "modern", true},
	{"expiry.log", "expiry", "expiry", true},
	{"journal.ndjson", "journal", NULL, true},
	{"newyear-dirty.log", "newyear-dirty", NULL, true},
	{"other-exim.log", "plain", NULL, false},
	{"other-sendmail.log", "plain", NULL, false},
	{"other-opensmtpd.log", "plain", NULL, false},
	{"other-exchange-MSGTRK.LOG", "plain", NULL, false},
	{"other-kumomta.jsonl", "plain", NULL, false},
};

struct found {
	size_t sent, bounced, deferred, rejected, expired;
	char *keys[MAX_EVENTS]; /* one per attempt that left this machine */
	size_t n;
};

static size_t done, wrong;

static void check(const char *log, const char *what, long long got,
		  long long want)
{
	done++;
	if (got == want)
		return;
	wrong++;
	printf("%s: %s: %lld, truth %lld\n", log, what, got, want);
}

static char *slurp(const char *dir, const char *name, const char *ext,
		   size_t *n)
{
	char path[4096];
	FILE *f;
	char *p;

	(void)snprintf(path, sizeof(path), "%s/corpus/logs/synth/%s%s", dir,
		       name, ext);
	f = fopen(path, "rb");
	if (!f)
		return NULL;
	p = malloc(MAX_FILE);
	*n = p ? fread(p, 1, MAX_FILE, f) : 0;
	(void)fclose(f);
	return p;
}

static const char *word_of(const struct log_event *e)
{
	return e->kind == LOG_SENT	       ? "sent"
	       : e->at.action == ACTION_FAILED ? "bounced"
					       : "deferred";
}

static void add_key(struct found *f, const char *id, const char *to,
		    const char *status, const char *dsn)
{
	char key[1024];
	size_t n;

	(void)snprintf(key, sizeof(key), "%s %s %s %s", id, to, status, dsn);
	n = strlen(key) + 1;
	if (f->n == MAX_EVENTS || !(f->keys[f->n] = malloc(n)))
		return;
	memcpy(f->keys[f->n++], key, n);
}

static void count_event(struct arena *a, const struct log_event *e,
			struct found *f)
{
	const struct attempt *at = &e->at;
	char dsn[ESTATUS_TEXT];

	if (e->kind == LOG_REJECT && at->stage != STAGE_AUTH)
		f->rejected++;
	if (e->kind == LOG_EXPIRED)
		f->expired++;
	if (e->kind != LOG_SENT && e->kind != LOG_ATTEMPT)
		return;
	f->sent += e->kind == LOG_SENT;
	f->bounced += e->kind == LOG_ATTEMPT && at->action == ACTION_FAILED;
	f->deferred += e->kind == LOG_ATTEMPT && at->action == ACTION_DELAYED;
	/* Deliveries on this machine have no remote address. */
	if (e->kind == LOG_SENT && !at->host_ip.n)
		return;
	add_key(f, sv_dupz(a, at->queue_id),
		sv_dupz(a, at->final_recipient.n ? at->final_recipient
						 : at->recipient),
		word_of(e), estatus_format(at->status, dsn));
}

static void read_log(sv rest, struct found *f)
{
	struct arena *a = arena_new(1 << 22);
	struct log_event e[LOG_MAX_EVENTS];

	while (a && rest.n) {
		sv line = sv_line(&rest);
		struct mtext t;
		size_t n;

		mtext_init(&t, a, line.n ? line.n : 1);
		mtext_add(&t, line, 0);
		n = log_read(a, &t, e, LOG_MAX_EVENTS);
		for (size_t i = 0; i < n; i++)
			count_event(a, &e[i], f);
		arena_reset(a);
	}
	arena_free(a);
}

static const char *member(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static void read_events(sv rest, struct found *f)
{
	while (rest.n) {
		sv line = sv_line(&rest);
		json_t *o = json_loadb(line.p, line.n, 0, NULL);

		if (o)
			add_key(f, member(o, "queue_id"), member(o, "to"),
				member(o, "status"), member(o, "dsn"));
		json_decref(o);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void compare_each(const char *log, struct found *got, struct found *want)
{
	size_t i = 0, k = 0;

	qsort(got->keys, got->n, sizeof(*got->keys), by_text);
	qsort(want->keys, want->n, sizeof(*want->keys), by_text);
	while (i < got->n || k < want->n) {
		int c = i == got->n    ? 1
			: k == want->n ? -1
				       : strcmp(got->keys[i], want->keys[k]);

		done++;
		if (c && wrong++ < 20)
			printf("%s: %s: %s\n", log, c < 0 ? "extra" : "missing",
			       c < 0 ? got->keys[i] : want->keys[k]);
		i += c <= 0;
		k += c >= 0;
	}
}

static void free_found(struct found *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n; i++)
		free(f->keys[i]);
	free(f);
}

static long long number(const json_t *truth, const char *group, const char *key)
{
	return json_integer_value(
		json_object_get(json_object_get(truth, group), key));
}

static void compare(size_t i, const json_t *truth, const struct found *f)
{
	const char *log = cases[i].log;
	long long local = cases[i].local
				  ? number(truth, "inbound", "local_deliveries")
				  : 0;

	check(log, "sent", (long long)f->sent,
	      number(truth, "outgoing", "sent") + local);
	check(log, "bounced", (long long)f->bounced,
	      number(truth, "outgoing", "bounced"));
	check(log, "deferred", (long long)f->deferred,
	      number(truth, "outgoing", "deferred_attempts"));
	if (!cases[i].local)
		return;
	check(log, "rejected", (long long)f->rejected,
	      number(truth, "inbound", "rejected_at_smtpd"));
	check(log, "expired", (long long)f->expired,
	      number(truth, "outgoing", "expired_messages"));
}

static bool run(const char *dir, size_t i)
{
	size_t n = 0, tn = 0, en = 0;
	char *log = slurp(dir, cases[i].log, "", &n);
	char *truth = slurp(dir, cases[i].truth, ".truth.json", &tn);
	char *each = cases[i].each
			     ? slurp(dir, cases[i].each, ".events.ndjson", &en)
			     : NULL;
	struct found *f = calloc(1, sizeof(*f)), *w = calloc(1, sizeof(*w));
	json_t *t = truth ? json_loadb(truth, tn, 0, NULL) : NULL;
	bool ok = log && t && f && w && (each || !cases[i].each);

	if (ok) {
		read_log(sv_of(log, n), f);
		compare(i, t, f);
	}
	if (ok && each) {
		read_events(sv_of(each, en), w);
		compare_each(cases[i].log, f, w);
	}
	json_decref(t);
	free_found(f);
	free_found(w);
	free(log);
	free(truth);
	free(each);
	return ok;
}

int main(int argc, char **argv)
{
	const char *ci = getenv("CI");
	size_t missing = 0;

	if (argc != 2)
		return 2;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		missing += !run(argv[1], i);
	printf("%zu cases, %zu wrong, %zu files missing\n", done, wrong,
	       missing);
	if (wrong || (missing && ci && !strcmp(ci, "true")))
		return 1;
	return missing ? 77 : 0;
}
