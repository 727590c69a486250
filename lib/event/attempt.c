/* SPDX-License-Identifier: BSD-2-Clause */
#include "event/attempt.h"

static const char *const form_names[FORM_N] = {
    [FORM_UNKNOWN] = "unknown",       [FORM_REPLY] = "reply",
    [FORM_LOG] = "log",               [FORM_EXCEPTION] = "exception",
    [FORM_TRANSCRIPT] = "transcript", [FORM_NDR] = "ndr",
    [FORM_TEXT] = "text",
};
static const char *const direction_names[DIR_N] = {
    [DIR_UNKNOWN] = "unknown",
    [DIR_OUTBOUND] = "outbound",
    [DIR_INBOUND] = "inbound",
};
static const char *const action_names[ACTION_N] = {
    [ACTION_NONE] = "none",           [ACTION_FAILED] = "failed",
    [ACTION_DELAYED] = "delayed",     [ACTION_DELIVERED] = "delivered",
    [ACTION_RELAYED] = "relayed",     [ACTION_EXPANDED] = "expanded",
};
static const char *const spoke_names[SPOKE_N] = {
    [SPOKE_UNKNOWN] = "unknown",
    [SPOKE_OWN_MTA] = "own-mta",
    [SPOKE_OWN_PROVIDER] = "own-provider",
    [SPOKE_GATEWAY] = "gateway",
    [SPOKE_MAILBOX_PROVIDER] = "mailbox-provider",
    [SPOKE_RECIPIENT_RULE] = "recipient-rule",
    [SPOKE_CLIENT_LIBRARY] = "client-library",
};

static const char *name_of(const char *const *names, unsigned n, unsigned i)
{
	return names[i < n ? i : 0];
}

static bool index_of(const char *const *names, unsigned n, sv name,
                     unsigned *out)
{
	for (unsigned i = 0; i < n; i++)
		if (sv_ieq(name, sv_str(names[i]))) {
			*out = i;
			return true;
		}
	return false;
}

const char *ev_form_name(enum ev_form f)
{
	return name_of(form_names, FORM_N, f);
}

const char *ev_direction_name(enum ev_direction d)
{
	return name_of(direction_names, DIR_N, d);
}

const char *ev_action_name(enum ev_action a)
{
	return name_of(action_names, ACTION_N, a);
}

const char *ev_spoke_name(enum ev_spoke s)
{
	return name_of(spoke_names, SPOKE_N, s);
}

bool ev_form_from(sv name, enum ev_form *out)
{
	unsigned i;

	if (!index_of(form_names, FORM_N, name, &i))
		return false;
	*out = (enum ev_form)i;
	return true;
}

bool ev_direction_from(sv name, enum ev_direction *out)
{
	unsigned i;

	if (!index_of(direction_names, DIR_N, name, &i))
		return false;
	*out = (enum ev_direction)i;
	return true;
}

bool ev_spoke_from(sv name, enum ev_spoke *out)
{
	unsigned i;

	if (!index_of(spoke_names, SPOKE_N, name, &i))
		return false;
	*out = (enum ev_spoke)i;
	return true;
}

struct attempt *attempts_add(struct attempts *list, struct arena *a)
{
	struct attempt *v;

	v = arena_more(a, list->v, list->n, &list->cap, sizeof(*v),
	               ATTEMPTS_MAX);
	if (!v) {
		list->more = true;
		return NULL;
	}
	list->v = v;
	v = &list->v[list->n++];
	*v = (struct attempt){.count = 1};
	return v;
}

void attempt_map(struct attempt *at, mtext_where *where, void *arg)
{
	at->offset = where(arg, at->offset);
	mtext_map(&at->text, where, arg);
}
