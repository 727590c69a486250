/* SPDX-License-Identifier: BSD-2-Clause */
#include "input/input.h"

#include <pthread.h>
#include <stdlib.h>

/* What an unused item may keep: the mails of a mailbox are mostly small. */
#define KEEP_MAX ((size_t)1 << 20)

struct input_pool {
	pthread_mutex_t lock;
	struct input_item *unused;
};

void input_item_fini(struct input_item *item)
{
	free(item->mem);
	free(item->names);
	*item = (struct input_item){0};
}

struct input_pool *input_pool_new(void)
{
	struct input_pool *p = calloc(1, sizeof(*p));

	if (p && pthread_mutex_init(&p->lock, NULL)) {
		free(p);
		return NULL;
	}
	return p;
}

void input_pool_free(struct input_pool *p)
{
	if (!p)
		return;
	while (p->unused) {
		struct input_item *item = p->unused;

		p->unused = item->next;
		input_item_fini(item);
		free(item);
	}
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}

struct input_item *input_pool_take(struct input_pool *p)
{
	struct input_item *item;

	(void)pthread_mutex_lock(&p->lock);
	item = p->unused;
	if (item)
		p->unused = item->next;
	(void)pthread_mutex_unlock(&p->lock);
	if (item)
		item->next = NULL;
	return item ? item : calloc(1, sizeof(*item));
}

void input_pool_give(struct input_pool *p, struct input_item *item)
{
	if (!item)
		return;
	if (item->cap > KEEP_MAX) {
		free(item->mem);
		item->mem = NULL;
		item->cap = 0;
	}
	(void)pthread_mutex_lock(&p->lock);
	item->next = p->unused;
	p->unused = item;
	(void)pthread_mutex_unlock(&p->lock);
}
