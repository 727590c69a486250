/* SPDX-License-Identifier: BSD-2-Clause */
#include "kb/kb.h"

static const struct {
	const char *id, *words;
} actors[] = {
	{"sender-user", "you, who sent the mail"},
	{"sender-admin", "you, as the administrator of the sending server"},
	{"app-developer", "the developer of the program that sends"},
	{"sending-provider",
	 "the mail provider or service that you send through"},
	{"hosting-provider", "the hosting provider that owns the address"},
	{"forwarder-admin", "the administrator of the server that forwards"},
	{"list-admin", "the administrator of the mailing list"},
	{"recipient-admin", "the administrator of the recipient's mail server"},
	{"recipient-user", "the recipient"},
	{"blocklist-operator", "the operator of the blocklist"},
	{"nobody", "nobody; it heals by itself"},
	{"unknown", "unknown; the text does not tell"},
};

static const char *const vars[KB_VAR_N] = {
	[KB_VAR_SPOKE] = "spoke",   [KB_VAR_DIRECTION] = "direction",
	[KB_VAR_STAGE] = "stage",   [KB_VAR_CODE] = "code",
	[KB_VAR_FORM] = "form",	    [KB_VAR_PROVIDER] = "provider",
	[KB_VAR_FAMILY] = "family", [KB_VAR_ROLE] = "role",
	[KB_VAR_HAS] = "has",
};

bool kb_value_in(const char *values, sv value)
{
	sv rest = sv_str(values);

	/* An empty list has no part, not one empty part. */
	while (rest.n)
		if (sv_eq(sv_cut(&rest, '|'), value))
			return true;
	return false;
}

static const char *actor_words(sv id)
{
	for (size_t i = 0; i < sizeof(actors) / sizeof(actors[0]); i++)
		if (sv_eq(sv_str(actors[i].id), id))
			return actors[i].words;
	return NULL;
}

bool kb_is_actor(sv id)
{
	return actor_words(id) != NULL;
}

bool kb_is_permanence(sv id)
{
	return kb_value_in(
		"permanent|until-fixed|temporary|not-a-failure|unknown", id);
}

bool kb_is_scope(sv id)
{
	return kb_value_in("message|recipient|sender|user|tenant|address|"
			   "range|asn|helo|domain|url|server|unknown",
			   id);
}

bool kb_is_retry(sv id)
{
	return kb_value_in("yes|no|harmful|unknown", id);
}

bool kb_is_step_kind(sv id)
{
	return kb_value_in("record|command|setting|contact|wait", id);
}

int kb_var_from(sv name)
{
	for (int i = 0; i < KB_VAR_N; i++)
		if (sv_eq(sv_str(vars[i]), name))
			return i;
	return -1;
}

const char *kb_actor_words(sv id)
{
	const char *words = actor_words(id);

	return words ? words : actor_words(SV("unknown"));
}
