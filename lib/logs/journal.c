/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * journal.c - a log line inside of a JSON object
 *
 * journalctl -o json ("MESSAGE", "SYSLOG_IDENTIFIER", "_HOSTNAME") and the
 * json-file logs of docker ("log").
 */
#include <jansson.h>

#include "logs/json.h"
#include "logs/parts.h"

static sv member(struct arena *a, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_string(v))
		return SV("");
	return arena_dup(a, sv_of(json_string_value(v), json_string_length(v)));
}

static void copy_prefix(struct line *l, const json_t *root)
{
	static const char *const names[] = {"SYSLOG_IDENTIFIER", "_COMM"};

	l->prefix.host = member(l->a, root, "_HOSTNAME");
	l->prefix.time = member(l->a, root, "__REALTIME_TIMESTAMP");
	if (!l->prefix.time.n)
		l->prefix.time = member(l->a, root, "time");
	for (size_t i = 0; i < 2 && !l->prefix.tag.n; i++)
		l->prefix.tag = member(l->a, root, names[i]);
}

bool journal_open(struct line *l, struct mtext *inner)
{
	static const char *const keys[] = {"MESSAGE", "log"};
	static const sv quoted[] = {SV_INIT("\"MESSAGE\""), SV_INIT("\"log\"")};
	sv s = sv_trim(l->all), text;
	json_t *root;
	size_t i = 0;

	if (!sv_starts(s, SV("{")) || !sv_ends(s, SV("}")))
		return false;
	while (i < 2 && !sv_has(s, quoted[i]))
		i++;
	if (i == 2)
		return false;
	root = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, NULL);
	if (!root)
		return false;
	text = member(l->a, root, keys[i]);
	*inner = json_place(l->a, l->m, 0, quoted[i], text);
	copy_prefix(l, root);
	json_decref(root);
	return inner->n > 0;
}
