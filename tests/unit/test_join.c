/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "event/join.h"
#include "unit.h"

static struct attempt of(const char *host, const char *id)
{
	return (struct attempt){.own_host = sv_str(host),
				.queue_id = sv_str(id)};
}

static sv sender_of(const struct join *j, const char *host, const char *id)
{
	struct attempt at = of(host, id);

	join_apply(j, &at);
	return at.sender;
}

static void learnt_is_applied(void **state)
{
	struct join *j = join_new(8);
	struct attempt at = of("mx", "A1B2C");
	char sender[] = "a@example.org";

	(void)state;
	at.sender = sv_str(sender);
	at.account = SV("bob");
	join_learn(j, &at);
	/* The line is gone when its event is used: views were copied. */
	memset(sender, 'x', sizeof(sender) - 1);
	at = of("mx", "A1B2C");
	at.message_id = SV("1@example.org");
	at.account = SV("");
	join_learn(j, &at);
	at = of("mx", "A1B2C");
	join_apply(j, &at);
	assert_sv(at.sender, "a@example.org");
	assert_sv(at.account, "bob");
	assert_sv(at.message_id, "1@example.org");
	join_free(j);
}

static void own_line_is_kept(void **state)
{
	struct join *j = join_new(8);
	struct attempt at = of("mx", "A1B2C");

	(void)state;
	at.sender = SV("a@example.org");
	join_learn(j, &at);
	at.sender = SV("b@example.org");
	join_apply(j, &at);
	assert_sv(at.sender, "b@example.org");
	join_free(j);
}

static void hosts_and_instances_are_apart(void **state)
{
	struct join *j = join_new(8);
	struct attempt at = of("mx1", "A1B2C");

	(void)state;
	at.sender = SV("a@example.org");
	join_learn(j, &at);
	assert_sv(sender_of(j, "mx2", "A1B2C"), "");
	assert_sv(sender_of(j, "mx1", "A1B2"), "");
	at = of("mx1", "A1B2C");
	at.instance = SV("postfix-out2");
	join_apply(j, &at);
	assert_sv(at.sender, "");
	join_free(j);
}

static void ended_lives_are_forgotten(void **state)
{
	struct join *j = join_new(8);
	struct attempt at = of("mx", "A1B2C");

	(void)state;
	at.sender = SV("a@example.org");
	join_learn(j, &at);
	join_end(j, &at);
	join_end(j, &at);
	assert_sv(sender_of(j, "mx", "A1B2C"), "");
	assert_int_equal(join_lost(j), 0);
	join_free(j);
}

static void no_id_no_life(void **state)
{
	struct join *j = join_new(8);
	struct attempt at = of("mx", "");

	(void)state;
	at.sender = SV("a@example.org");
	join_learn(j, &at);
	assert_sv(sender_of(j, "mx", ""), "");
	join_end(j, &at);
	join_free(j);
	join_free(NULL);
}

/* One id stays used; of many others the oldest give way. */
static void the_oldest_give_way(void **state)
{
	struct join *j = join_new(100);
	char id[16];

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		struct attempt at;

		(void)snprintf(id, sizeof(id), "ID%05u", i);
		at = of("mx", id);
		at.sender = sv_str(id);
		join_learn(j, &at);
		if (i % 7 == 0)
			join_end(j, &at);
	}
	assert_sv(sender_of(j, "mx", "ID00999"), "ID00999");
	assert_sv(sender_of(j, "mx", "ID00900"), "ID00900");
	assert_sv(sender_of(j, "mx", "ID00800"), "");
	assert_int_equal(join_lost(j), 1000 - 143 - 100);
	join_free(j);
}

UNIT_MAIN(cmocka_unit_test(learnt_is_applied),
	  cmocka_unit_test(own_line_is_kept),
	  cmocka_unit_test(hosts_and_instances_are_apart),
	  cmocka_unit_test(ended_lives_are_forgotten),
	  cmocka_unit_test(no_id_no_life),
	  cmocka_unit_test(the_oldest_give_way))
