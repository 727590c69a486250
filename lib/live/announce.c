/* SPDX-License-Identifier: BSD-2-Clause */
#include "live/announce.h"

#include "base/buf.h"
#include "check/lists.h"

/* One line; some fifty lists by name take 2 KB. */
#define LINE_MAX_BYTES 8192

struct plan {
	struct arena *a;
	const struct mw_check_options *opt;
	const struct check_target *target;
	const struct checks *planned;
	struct rnode *list; /* NULL: no dry run */
};

static void say(struct plan *p, sv line)
{
	char *z = sv_dupz(p->a, line);

	if (p->list)
		(void)rnode_string(p->a, p->list, SV(""), line);
	if (z && p->opt->note)
		p->opt->note(p->opt->arg, z);
}

static bool is_run(const struct plan *p, const char *name)
{
	for (size_t i = 0; i < p->planned->n; i++)
		if (sv_eq(sv_str(p->planned->runs[i].check->name),
		          sv_str(name)))
			return true;
	return false;
}

static void add(struct buf *b, sv name)
{
	if (!name.n)
		return;
	if (b->n)
		buf_adds(b, ", ");
	buf_add(b, name);
}

/* "example.org, 192.0.2.25": names and addresses that were given. */
static sv subjects(struct plan *p)
{
	const struct check_target *t = p->target;
	char room[IP_TEXT];
	struct buf b;
	sv out;

	buf_init(&b, LINE_MAX_BYTES);
	add(&b, t->domain);
	add(&b, t->helo);
	for (size_t i = 0; i < t->nips; i++)
		add(&b, ip_text(&t->ips[i], room));
	if (t->mail_from.n)
		add(&b, sv_drop(t->mail_from, sv_rchr(t->mail_from, '@') + 1));
	if (t->message.p)
		add(&b, SV("the names in the message"));
	out = arena_dup(p->a, buf_sv(&b));
	buf_fini(&b);
	return out;
}

static sv resolver(struct plan *p)
{
	return p->opt->resolver
	           ? arena_printf(p->a, "the resolver %s", p->opt->resolver)
	           : SV("the resolvers of this system");
}

/* Is the list asked about what was given? */
static bool is_list(const struct plan *p, const struct zone_known *z)
{
	unsigned family = 0;

	for (size_t i = 0; i < p->target->nips; i++)
		family |= p->target->ips[i].bytes == 4 ? ZONE_ASKS_V4
		                                       : ZONE_ASKS_V6;
	if (!is_run(p, "dnslists"))
		family = 0;
	if (is_run(p, "domainlists"))
		family |= ZONE_ASKS_NAME | ZONE_ASKS_DOMAIN;
	return z->asks & family && lists_asked(p->target, z);
}

/* How many are asked; their names in out. */
static size_t lists(struct plan *p, sv *out)
{
	const struct zones *known = p->target->lists;
	struct buf b;
	size_t n = 0;

	buf_init(&b, LINE_MAX_BYTES);
	for (size_t i = 0; known && i < zones_count(known); i++) {
		const struct zone_known *z = zones_nth(known, i);

		if (!is_list(p, z))
			continue;
		add(&b, sv_str(z->zone));
		n++;
	}
	*out = arena_dup(p->a, buf_sv(&b));
	buf_fini(&b);
	return n;
}

static const char *lists_way(const struct plan *p)
{
	return p->opt->resolver ? "by the same resolver"
	                        : "from the root servers on";
}

/* A run that is not a dry one: who learns what is asked about, in one line. */
static void say_short(struct plan *p)
{
	sv names;
	size_t n = lists(p, &names);
	bool direct = is_run(p, "servers");
	sv also = n ? arena_printf(p->a, "%s %zu DNS lists %s",
	                           direct ? "," : " and", n, lists_way(p))
	            : SV("");

	say(p, arena_printf(p->a, "asks about %.*s: %.*s%s%.*s",
	                    SV_FMT(subjects(p)), SV_FMT(resolver(p)),
	                    direct ? n ? ", its name servers themselves"
	                               : " and its name servers themselves"
	                           : "", SV_FMT(also)));
}

static void say_dns(struct plan *p)
{
	sv names;
	size_t n = lists(p, &names);

	say(p, arena_printf(p->a, "asks the DNS about %.*s: %.*s",
	                    SV_FMT(subjects(p)), SV_FMT(resolver(p))));
	if (is_run(p, "servers"))
		say(p, arena_printf(p->a, "asks the name servers of %.*s one "
		    "by one, port 53", SV_FMT(p->target->domain)));
	if (n)
		say(p, arena_printf(p->a, "asks %zu DNS lists, %s: %.*s", n,
		                    lists_way(p), SV_FMT(names)));
}

static void say_connections(struct plan *p)
{
	const struct check_target *t = p->target;

	if (is_run(p, "mtasts"))
		say(p, arena_printf(p->a, "fetches https://mta-sts.%.*s"
		    "/.well-known/mta-sts.txt if the DNS says that there is "
		    "one", SV_FMT(t->domain)));
	if (t->smtp && is_run(p, "smtp"))
		say(p, arena_printf(p->a, "connects to port 25 of the mail "
		    "servers that the MX records of %.*s name: EHLO, STARTTLS, "
		    "QUIT%s; no mail is sent", SV_FMT(t->domain),
		    t->nown && is_run(p, "postmaster")
		        ? ", and whether they take mail for postmaster@ and "
		          "abuse@" : ""));
}

static void say_all(struct plan *p)
{
	const struct mw_check_options *opt = p->opt;
	bool files = opt->zone || opt->offline || opt->replay;

	if (opt->replay && !opt->zone && !opt->offline)
		say(p, arena_printf(p->a, "asks nobody: the answers stand in "
		                          "%s", opt->replay));
	else if (files)
		say(p, opt->zone ? SV("asks no DNS server: the records stand "
		                      "in the file given")
		                 : SV("asks nobody"));
	else
		say_dns(p);
	if (!files || (opt->zone && opt->smtp && !opt->offline))
		say_connections(p);
}

void announce(struct arena *a, const struct mw_check_options *opt,
              const struct check_target *target, const struct checks *planned,
              struct rnode *root)
{
	struct plan p = {a, opt, target, planned, NULL};

	if (opt->dry_run) {
		p.list = rnode_list(a, root, SV("asks"));
		say_all(&p);
	} else if (!opt->zone && !opt->offline && !opt->replay) {
		say_short(&p);
	}
}
