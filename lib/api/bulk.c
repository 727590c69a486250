/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mails in bulk.  The caller's thread reads and writes; workers explain whole
 * batches, so that handing over costs nothing; results leave in the order of
 * the input.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "api/api.h"
#include "api/bulk_item.h"
#include "mailwhy/bulk.h"

/* Mails of a batch, and bytes after which it is full. */
#define BATCH_ITEMS 64
#define BATCH_BYTES ((size_t)1 << 20)
#define WORKERS_MAX 64
/* Batches for each worker, and two that are read and written. */
#define BATCHES(workers) (2 * (workers) + 2)
#define BATCH_TEXT_MAX ((size_t)1 << 30)
/* Names and numbers of the program, and of columns. */
#define HEAD_MEMORY ((size_t)64 << 10)
/* Some for each thing that a column can tell. */
#define COLUMNS_MAX 32

struct batch {
	struct input_item items[BATCH_ITEMS];
	size_t n;
	struct buf out;
	bool done;
};

struct job {
	struct mw_ctx *ctx;
	const struct mw_bulk_options *opt;
	struct bulk_how how;
	struct csv_choice columns[COLUMNS_MAX];
	struct input *in;
	pthread_mutex_t lock; /* of the members down to failed */
	pthread_cond_t work, done;
	size_t read, taken, written; /* batches, ever */
	bool closing, failed;
	struct batch *ring;
	size_t nring;
	struct bulk_worker workers[WORKERS_MAX];
	pthread_t threads[WORKERS_MAX];
	size_t nworkers, nthreads;
	struct bulk_seen *seen; /* addresses that were written */
	bool ended;   /* nothing more to read */
	bool refused; /* out() asked to end */
	bool begun;   /* JSON: a member was written */
	uint64_t mails;
	struct timespec told;
};

/* ---- explaining ---- */

static void explain_batch(struct job *j, struct bulk_worker *w,
                          struct batch *b)
{
	buf_reset(&b->out);
	for (size_t i = 0; i < b->n; i++)
		bulk_item(w, &j->how, &b->items[i], &b->out);
}

static struct batch *wait_work(struct job *j)
{
	struct batch *b = NULL;

	(void)pthread_mutex_lock(&j->lock);
	while (j->taken == j->read && !j->closing)
		(void)pthread_cond_wait(&j->work, &j->lock);
	if (j->taken < j->read)
		b = &j->ring[j->taken++ % j->nring];
	(void)pthread_mutex_unlock(&j->lock);
	return b;
}

static void *run_worker(void *arg)
{
	struct bulk_worker *w = arg;
	struct job *j = w->job;
	struct batch *b;

	while ((b = wait_work(j)) != NULL) {
		explain_batch(j, w, b);
		(void)pthread_mutex_lock(&j->lock);
		b->done = true;
		(void)pthread_cond_signal(&j->done);
		(void)pthread_mutex_unlock(&j->lock);
	}
	return NULL;
}

/* ---- reading ---- */

static bool is_stopped(const struct job *j)
{
	return j->refused || (j->opt->stop && *j->opt->stop);
}

static void fill_batch(struct job *j, struct batch *b)
{
	size_t bytes = 0;

	b->n = 0;
	b->done = false;
	while (b->n < BATCH_ITEMS && bytes < BATCH_BYTES && !is_stopped(j)) {
		struct input_item *item = &b->items[b->n];

		if (input_next(j->in, item) == INPUT_END) {
			j->ended = true;
			return;
		}
		bytes += item->raw.n;
		b->n++;
	}
}

/* ---- writing ---- */

/* Names are as long as paths may be; of a longer one the end tells more. */
#define NAME_BYTES 4096

/* Where in a file of many it is. */
static void say_problem(const struct job *j, const struct input_item *item)
{
	char name[NAME_BYTES], text[sizeof(item->problem.text) + 32];
	sv n = item->name;

	if (n.n >= sizeof(name))
		n = sv_drop(n, n.n - sizeof(name) + 1);
	(void)snprintf(name, sizeof(name), "%.*s", SV_FMT(n));
	if (item->kind == INPUT_PROBLEM || item->source != INPUT_FROM_MBOX)
		(void)snprintf(text, sizeof(text), "%s", item->problem.text);
	else
		(void)snprintf(text, sizeof(text), "line %llu: %s",
		               (unsigned long long)item->line,
		               item->problem.text);
	j->opt->problem(j->opt->arg, name, text);
}

static void say_problems(const struct job *j, const struct batch *b)
{
	for (size_t i = 0; j->opt->problem && i < b->n; i++)
		if (b->items[i].problem.status)
			say_problem(j, &b->items[i]);
}

static void count_mails(struct job *j, const struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		j->mails += b->items[i].kind != INPUT_PROBLEM;
}

static void put(struct job *j, sv text)
{
	if (text.n && !j->refused && j->opt->out &&
	    j->opt->out(j->opt->arg, text.p, text.n))
		j->refused = true;
}

/* Objects of JSON Lines as members of one list. */
static void put_members(struct job *j, sv text)
{
	while (text.n) {
		sv line = sv_line(&text);

		if (!line.n)
			continue;
		put(j, j->begun ? SV(",\n") : SV("\n"));
		put(j, line);
		j->begun = true;
	}
}

/* Each address once, whatever its case. */
static void put_addresses(struct job *j, sv text)
{
	while (text.n) {
		sv rest = text, line = sv_line(&text);

		rest.n -= text.n;
		if (bulk_first_time(j->seen, sv_head(line, sv_chr(line, ','))))
			put(j, rest);
	}
}

static void write_batch(struct job *j, const struct batch *b)
{
	sv text = buf_sv(&b->out);

	count_mails(j, b);
	say_problems(j, b);
	if (buf_failed(&b->out)) {
		j->failed = true;
		return;
	}
	if (j->how.suppress)
		put_addresses(j, text);
	else if (j->how.format == MW_FORMAT_JSON)
		put_members(j, text);
	else
		put(j, text);
}

/* About ten times a second. */
static void tell_progress(struct job *j)
{
	struct timespec now;

	if (!j->opt->progress || clock_gettime(CLOCK_MONOTONIC, &now))
		return;
	if (now.tv_sec == j->told.tv_sec &&
	    now.tv_nsec - j->told.tv_nsec < 100000000)
		return;
	j->told = now;
	j->opt->progress(j->opt->arg, input_read(j->in), input_total(j->in),
	                 j->mails);
}

/* ---- the loop ---- */

static void wait_done(struct job *j, const struct batch *b)
{
	(void)pthread_mutex_lock(&j->lock);
	while (!b->done)
		(void)pthread_cond_wait(&j->done, &j->lock);
	(void)pthread_mutex_unlock(&j->lock);
}

static void hand_over(struct job *j)
{
	(void)pthread_mutex_lock(&j->lock);
	j->read++;
	(void)pthread_cond_signal(&j->work);
	(void)pthread_mutex_unlock(&j->lock);
}

static void alone(struct job *j)
{
	struct batch *b = &j->ring[0];

	while (!j->ended && !is_stopped(j) && !j->failed) {
		fill_batch(j, b);
		explain_batch(j, &j->workers[0], b);
		write_batch(j, b);
		tell_progress(j);
	}
}

static void together(struct job *j)
{
	for (;;) {
		bool more = !j->ended && !is_stopped(j) && !j->failed;

		if (more && j->read - j->written < j->nring) {
			fill_batch(j, &j->ring[j->read % j->nring]);
			hand_over(j);
			continue;
		}
		if (j->written == j->read)
			return;
		wait_done(j, &j->ring[j->written % j->nring]);
		write_batch(j, &j->ring[j->written % j->nring]);
		j->written++;
		tell_progress(j);
	}
}

static void join_all(struct job *j)
{
	(void)pthread_mutex_lock(&j->lock);
	j->closing = true;
	(void)pthread_cond_broadcast(&j->work);
	(void)pthread_mutex_unlock(&j->lock);
	for (size_t i = 0; i < j->nthreads; i++)
		(void)pthread_join(j->threads[i], NULL);
}

/* Threads that cannot be started are done without. */
static void start_all(struct job *j)
{
	for (size_t i = 0; i < j->nworkers && j->nworkers > 1; i++) {
		if (pthread_create(&j->threads[i], NULL, run_worker,
		                   &j->workers[i]))
			break;
		j->nthreads++;
	}
}

/* ---- begin and end ---- */

static size_t processors(const struct mw_bulk_options *opt)
{
	long n = opt->workers ? (long)opt->workers
	                      : sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : (size_t)n;
}

static enum mw_status open_workers(struct job *j, struct mw_err *err)
{
	size_t n = processors(j->opt);
	enum mw_status st;

	for (size_t i = 0; i < n; i++) {
		struct bulk_worker *w = &j->workers[i];

		w->job = j;
		w->c = ctx_take(j->ctx, &st, err);
		if (!w->c)
			return st;
		j->nworkers++;
		w->a = arena_new(BULK_MEMORY);
		w->row = arena_new(BULK_MEMORY);
		w->tally = tally_new();
		if (!w->a || !w->row || !w->tally)
			return mw_fail(err, MW_ENOMEM, "no memory");
	}
	return MW_OK;
}

static enum mw_status open_job(struct job *j, struct mw_err *err)
{
	struct input_options io = {
	    .names = j->opt->names,
	    .n = j->opt->n,
	    .columns = j->columns,
	    .ncolumns = j->opt->ncolumns,
	    .stop = (const volatile sig_atomic_t *)j->opt->stop,
	};
	sv container = sv_str(j->opt->container);
	enum mw_status st = open_workers(j, err);

	if (sv_eq(container, SV("mail")))
		io.format = INPUT_AS_MESSAGE;
	else if (sv_eq(container, SV("mbox")))
		io.format = INPUT_AS_MBOX;
	else if (io.ncolumns)
		io.format = INPUT_AS_CSV;
	if (st != MW_OK)
		return st;
	j->nring = BATCHES(j->nworkers);
	j->ring = calloc(j->nring, sizeof(*j->ring));
	j->in = input_new(&io);
	j->seen = j->how.suppress ? bulk_seen_new() : NULL;
	if (!j->ring || !j->in || (j->how.suppress && !j->seen))
		return mw_fail(err, MW_ENOMEM, "no memory");
	for (size_t i = 0; i < j->nring; i++)
		buf_init(&j->ring[i].out, BATCH_TEXT_MAX);
	return MW_OK;
}

static void close_job(struct job *j)
{
	for (size_t i = 0; j->ring && i < j->nring; i++) {
		for (size_t k = 0; k < BATCH_ITEMS; k++)
			input_item_fini(&j->ring[i].items[k]);
		buf_fini(&j->ring[i].out);
	}
	free(j->ring);
	for (size_t i = 0; i < j->nworkers; i++) {
		ctx_give(j->ctx, j->workers[i].c);
		arena_free(j->workers[i].a);
		arena_free(j->workers[i].row);
		tally_free(j->workers[i].tally);
	}
	bulk_seen_free(j->seen);
	input_free(j->in);
}

static struct mw_answer *summarise(struct job *j)
{
	struct mw_answer *x = answer_new(BULK_MEMORY, "summary");
	struct rnode *o;
	bool other;

	if (!x)
		return NULL;
	for (size_t i = 1; i < j->nworkers; i++)
		tally_merge(j->workers[0].tally, j->workers[i].tally);
	other = j->how.taxonomy != TAXONOMY_MAILWHY;
	o = rnode_object(x->a, x->root, SV("summary"));
	if (j->how.named)
		(void)rnode_string(x->a, o, SV("taxonomy"),
		                   sv_str(taxonomy_name(j->how.taxonomy)));
	tally_tree(x->a, j->workers[0].tally,
	           other ? taxonomy_title(j->how.taxonomy) : NULL, o);
	for (struct rnode *m = o ? o->first : NULL; m; m = m->next)
		if (sv_eq(m->key, other ? SV("classes") : SV("causes")))
			x->items = m;
	x->class_path = other ? "class" : NULL;
	if (arena_failed(x->a)) {
		mw_answer_free(x);
		return NULL;
	}
	return x;
}

/* The members of any answer, and the list that the answers go into. */
static void json_head(struct buf *out)
{
	struct mw_answer *x = answer_new(HEAD_MEMORY, "explain");

	if (x)
		render_json(x->root, 0, out);
	mw_answer_free(x);
	while (out->n && out->p[out->n - 1] != '}')
		out->n--;
	if (out->n)
		out->n--;
	buf_adds(out, ",\"diagnoses\":[");
}

static bool open_output(struct job *j)
{
	struct buf b;
	bool good;

	if (j->how.suppress || !j->how.each)
		return true;
	buf_init(&b, HEAD_MEMORY);
	if (j->how.format == MW_FORMAT_JSON)
		json_head(&b);
	if (j->how.format == MW_FORMAT_CSV)
		answer_csv(NULL, class_path(j->how.named), true, &b);
	good = !buf_failed(&b) && (!b.n || b.p[0] != ',');
	if (good)
		put(j, buf_sv(&b));
	buf_fini(&b);
	return good;
}

static void close_output(struct job *j, const struct mw_answer *summary)
{
	const struct rnode *o = rnode_get(summary->root, SV("summary"));
	struct buf b;

	if (j->how.suppress || !j->how.each ||
	    j->how.format != MW_FORMAT_JSON)
		return;
	buf_init(&b, BATCH_TEXT_MAX);
	buf_adds(&b, "\n],\"summary\":");
	render_json(o, 0, &b);
	if (b.n && b.p[b.n - 1] == '\n')
		b.n--;
	buf_adds(&b, "}\n");
	put(j, buf_sv(&b));
	buf_fini(&b);
}

static enum mw_status run(struct job *j, struct mw_answer **summary,
                          struct mw_err *err)
{
	if (!open_output(j))
		return mw_fail(err, MW_ENOMEM, "no memory");
	start_all(j);
	if (j->nthreads)
		together(j);
	else
		alone(j);
	join_all(j);
	*summary = summarise(j);
	if (!*summary || j->failed)
		return mw_fail(err, MW_ENOMEM, "no memory for the answers");
	close_output(j, *summary);
	return j->refused ? mw_fail(err, MW_EIO, "writing was ended")
	                  : MW_OK;
}

static enum mw_status columns(struct job *j, struct mw_err *err)
{
	enum mw_status st = MW_OK;

	if (j->opt->ncolumns > COLUMNS_MAX)
		return mw_fail(err, MW_EINVAL, "over %d columns", COLUMNS_MAX);
	for (size_t i = 0; st == MW_OK && i < j->opt->ncolumns; i++)
		st = csv_choice_parse(sv_str(j->opt->columns[i]),
		                      &j->columns[i], err);
	return st;
}

static enum mw_status options(const struct mw_bulk_options *opt,
                              struct mw_bulk_options *copy, struct job *j,
                              struct mw_explain_options *explain,
                              struct mw_render_options *render,
                              struct mw_err *err)
{
	if (!opt || !sized_in(copy, sizeof(*copy), opt) || !copy->names ||
	    !copy->n)
		return mw_fail(err, MW_EINVAL, "no names, or no .size");
	if (copy->render && !sized_in(render, sizeof(*render), copy->render))
		return mw_fail(err, MW_EINVAL, "render options without .size");
	if (copy->render)
		copy->render = render;
	j->opt = copy;
	if (sized_options(&copy->explain, explain, err) != MW_OK ||
	    columns(j, err) != MW_OK)
		return MW_EINVAL;
	return bulk_how(copy, &j->how, err);
}

enum mw_status mw_bulk(struct mw_ctx *ctx, const struct mw_bulk_options *opt,
                       struct mw_answer **summary, struct mw_err *err)
{
	struct mw_bulk_options copy;
	struct mw_explain_options explain;
	struct mw_render_options render;
	struct job *j = calloc(1, sizeof(*j));
	enum mw_status st;

	if (!j)
		return mw_fail(err, MW_ENOMEM, "no memory");
	*summary = NULL;
	j->ctx = ctx;
	(void)pthread_mutex_init(&j->lock, NULL);
	(void)pthread_cond_init(&j->work, NULL);
	(void)pthread_cond_init(&j->done, NULL);
	st = options(opt, &copy, j, &explain, &render, err);
	if (st == MW_OK)
		st = open_job(j, err);
	if (st == MW_OK)
		st = run(j, summary, err);
	if (st != MW_OK && st != MW_EIO && *summary) {
		mw_answer_free(*summary);
		*summary = NULL;
	}
	close_job(j);
	(void)pthread_mutex_destroy(&j->lock);
	(void)pthread_cond_destroy(&j->work);
	(void)pthread_cond_destroy(&j->done);
	free(j);
	return st;
}

int mw_is_mailbox(const char *name)
{
	return input_is_many(name);
}
