/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ask - asks the questions of a command line all at once, for resolver.py
 *
 *	ask [OPTION...] NAME TYPE...
 *
 * Of each answer a line as in a recording is printed, in the order asked, and
 * at the end what it took: {"ms": 12, "who": "192.0.2.53"}.
 */
#include "dns/loop.h"
#include "dns/overlay.h"
#include "dns/record.h"
#include "dns/stub.h"
#include "dns/unbound.h"
#include "facts/facts.h"

#include <stdio.h>
#include <stdlib.h>

struct setting {
	struct dns_unbound_options ub;
	sv forwarder[DNS_FORWARDERS_MAX], anchor[DNS_ANCHORS_MAX];
	const char *stub, *record, *replay, *with;
	struct ip at;
	unsigned how;
	unsigned all_ms, question_ms;
	bool once_more;
};

struct world {
	struct dns_loop *loop;
	struct dns_overlay *overlay;
	struct dns_replay *replay;
	struct dns_recorder *rec;
	/* Each above the next; freed in this order. */
	struct dns_resolver *above[4];
	size_t n;
	struct dns_resolver *direct;
};

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "ask: %s\n", what);
	exit(2);
}

static void push(struct world *w, struct dns_resolver *r)
{
	need(r != NULL, "no resolver");
	w->above[w->n++] = r;
}

static struct dns_resolver *top(const struct world *w)
{
	return w->above[w->n - 1];
}

static void set_up(struct world *w, const struct setting *set)
{
	struct dns_stub_options direct = {0}, stub = {0};
	struct dns_resolver *r = NULL;
	static const struct dns_record_run run = {.clock = 1767225600};
	struct mw_err err = {0};

	w->loop = dns_loop_new();
	if (set->replay) {
		need(dns_replay_open(set->replay, &w->replay, &err) == MW_OK,
		     err.text);
		r = dns_replay_resolver(w->replay, false);
	} else if (set->stub) {
		need(dns_server_from(sv_str(set->stub), &stub.forwarder,
		                     &stub.port), "no server");
		r = dns_stub_new(w->loop, &stub);
	} else {
		need(dns_unbound_new(w->loop, &set->ub, &r, &err) == MW_OK,
		     err.text);
	}
	push(w, r);
	w->direct = dns_stub_new(w->loop, &direct);
	if (set->record) {
		need(dns_record_begin(set->record, &run, &w->rec,
		                      &err) == MW_OK, err.text);
		push(w, dns_record_resolver(w->rec, top(w), false));
	}
	if (set->with) {
		w->overlay = dns_overlay_new();
		need(dns_overlay_read(w->overlay, sv_str(set->with), &err) ==
		     MW_OK, err.text);
		push(w, dns_overlay_resolver(w->overlay, top(w)));
	}
}

static void tear_down(struct world *w)
{
	struct mw_err err;

	while (w->n)
		dns_resolver_free(w->above[--w->n]);
	dns_resolver_free(w->direct);
	dns_overlay_free(w->overlay);
	dns_replay_free(w->replay);
	if (w->rec)
		need(dns_record_end(w->rec, &err) == MW_OK, "recording");
	dns_loop_free(w->loop);
}

static const struct dns_answer *ask(struct facts *f, const struct setting *set,
                                    char **words)
{
	struct dns_name name;
	uint16_t type = dns_type_from(sv_str(words[1]));

	need(type && dns_name_plain(sv_str(words[0]), &name), words[0]);
	return set->at.bytes ? facts_at_by(f, &set->at, &name, type, set->how)
	                     : facts_dns(f, &name, type);
}

static void run(struct world *w, const struct setting *set, char **words)
{
	struct facts_options opt = {.resolver = top(w), .direct = w->direct,
	    .loop = w->loop, .all_ms = set->all_ms,
	    .question_ms = set->question_ms};
	struct facts *f = facts_new(&opt);
	int64_t begin = dns_loop_ms(), end;
	sv who = top(w)->name(top(w));

	need(f != NULL, "no memory");
	for (char **p = words; *p; p += 2)
		(void)ask(f, set, p);
	while (facts_pending(f))
		facts_wait(f);
	end = dns_loop_ms();
	for (char **p = words; *p; p += 2) {
		const struct dns_answer *an = ask(f, set, p);
		struct dns_query q = {.name = an->name, .type = an->type};
		struct arena *a = arena_new(DNS_RECORD_LINE * 4);
		sv line = dns_record_line(a, &q, an);

		printf("%.*s", SV_FMT(line));
		arena_free(a);
	}
	printf("{\"ms\": %lld, \"who\": \"%.*s\"}\n", (long long)(end - begin),
	       SV_FMT(who));
	facts_free(f);
}

static bool option(struct setting *set, const char *name, const char *value)
{
	sv o = sv_str(name);

	if (sv_eq(o, SV("--forward")))
		set->forwarder[set->ub.nforwarder++] = sv_str(value);
	else if (sv_eq(o, SV("--anchor")))
		set->anchor[set->ub.nanchor++] = sv_str(value);
	else if (sv_eq(o, SV("--anchor-file")))
		set->ub.anchor_file = value;
	else if (sv_eq(o, SV("--hints")))
		set->ub.root_hints = value;
	else if (sv_eq(o, SV("--stub")))
		set->stub = value;
	else if (sv_eq(o, SV("--record")))
		set->record = value;
	else if (sv_eq(o, SV("--replay")))
		set->replay = value;
	else if (sv_eq(o, SV("--with")))
		set->with = value;
	else if (sv_eq(o, SV("--at")))
		need(ip_parse(sv_str(value), &set->at), "--at");
	else if (sv_eq(o, SV("--all")))
		need(sv_u32(sv_str(value), 60000, &set->all_ms), "--all");
	else if (sv_eq(o, SV("--question")))
		need(sv_u32(sv_str(value), 60000, &set->question_ms),
		     "--question");
	else
		return false;
	return true;
}

static bool flag(struct setting *set, sv o)
{
	if (sv_eq(o, SV("--tcp")))
		set->how |= FACTS_TCP;
	else if (sv_eq(o, SV("--no-edns")))
		set->how |= FACTS_NO_EDNS;
	else if (sv_eq(o, SV("--lan")))
		set->ub.lan_zones = true;
	else if (sv_eq(o, SV("--resolv-conf")))
		set->ub.resolv_conf = true;
	else if (sv_eq(o, SV("--twice")))
		set->once_more = true;
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	struct setting set = {.ub = {.anchor_file = ""}};
	struct world w = {0};
	int i = 1;

	set.ub.forwarder = set.forwarder;
	set.ub.anchor = set.anchor;
	while (i < argc && sv_starts(sv_str(argv[i]), SV("--"))) {
		if (flag(&set, sv_str(argv[i]))) {
			i++;
			continue;
		}
		need(i + 1 < argc && option(&set, argv[i], argv[i + 1]),
		     argv[i]);
		i += 2;
	}
	need(i < argc && (argc - i) % 2 == 0, "ask [OPTION...] NAME TYPE...");
	set_up(&w, &set);
	run(&w, &set, argv + i);
	/* With what libunbound has in its cache by now. */
	if (set.once_more)
		run(&w, &set, argv + i);
	tear_down(&w);
	return 0;
}
