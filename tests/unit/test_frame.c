/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ascii.h"
#include "dsn/match.h"
#include "unit.h"

/* clang-format off */
static const struct {
	const char *pattern, *text;
	bool matches;
	enum frame_slot slot;
	const char *value;
} patterns[] = {
	{"Remote Server returned {reply}", "remote server  returned '550 x'",
		true, SLOT_REPLY, "'550 x'"},
	{"Remote Server returned {reply}", "remote server return", false, 0, ""},
	{"'{reply}'", "'550 it's full'", true, SLOT_REPLY, "550 it's full"},
	{"I'm sorry", "I\u2019m sorry", true, SLOT_REPLY, ""},
	{"I'm sorry", "I&#39;m sorry", true, SLOT_REPLY, ""},
	{"host {host}[{ip}] said: {reply}",
		"host mx.example.net[192.0.2.7] said: 550 x", true, SLOT_HOST,
		"mx.example.net"},
	{"host {host}[{ip}] said: {reply}",
		"host mx.example.net[2001:db8::1] said: 550 x", true, SLOT_IP,
		"2001:db8::1"},
	{"{reply}(in reply to {command} command)",
		"550 (in reply to x) y (in reply to RCPT TO command)", true,
		SLOT_COMMAND, "RCPT TO"},
	{"talking to {host}:", "talking to mx.example.net.:", true, SLOT_HOST,
		"mx.example.net"},
	{"to {recipient} because", "to <a@example.org> because", true,
		SLOT_RECIPIENT, "a@example.org"},
	{"to {recipient} because", "to nobody because", false, 0, ""},
	{"for {recipient}", "for mailto:a@example.org", true, SLOT_RECIPIENT,
		"a@example.org"},
	{"for {recipient}", "for ***@***.ne.jp", true, SLOT_RECIPIENT,
		"***@***.ne.jp"},
	{"for {recipient}", "for a@", false, 0, ""},
	{"for {recipient}", "for <>", false, 0, ""},
	{"for {recipient}", "for <a@example.org", false, 0, ""},
	{"Status: {status}", "Status: 5.1.1", true, SLOT_STATUS, "5.1.1"},
	{"Status: {status}", "Status: 200", false, 0, ""},
	{"Action: {action}", "Action: Delayed", true, SLOT_ACTION, "Delayed"},
	{"#{coded}", "#550 5.1.1 x", true, SLOT_REPLY, "550 5.1.1 x"},
	{"#{coded}", "#1550 x", false, 0, ""},
	{"#{coded}", "#250 x", false, 0, ""},
	{"said{end}", "said", true, SLOT_REPLY, ""},
	{"said{end}", "said so", false, 0, ""},
	{"{*} returned {reply}", "8:13 AM - x returned 550", true, SLOT_REPLY,
		"550"},
	{"error after{line}", "error after x: 550", true, SLOT_REPLY,
		"error after x: 550"},
	{"", "x", true, SLOT_REPLY, ""},
	{"x", "", false, 0, ""},
	{"{host}", "", false, 0, ""},
	{"{*}x", "", false, 0, ""},
};
/* clang-format on */

/* The same through the filter, which must not hold back what matches. */
static bool found_in_set(const struct frame_pattern *p, sv text)
{
	struct frame_set set = {.patterns = p};
	struct frame_text t = frame_text_of(text);
	struct frame_match m;

	for (unsigned c = 0; c <= 256; c++)
		set.first[GROUP_LINE][c] =
		    c > (unsigned char)to_lower(p->text[0]);
	return frame_best(&set, 1u << FRAME_LINE, &t, 0, &m);
}

static void patterns_match(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct frame_pattern p =
		    frame_pattern_of(patterns[i].pattern, FRAME_LINE, 0);
		struct frame_match m;

		if (frame_match(&p, sv_str(patterns[i].text), 0, &m) !=
		    patterns[i].matches)
			fail_msg("\"%s\" and \"%s\"", patterns[i].pattern,
			         patterns[i].text);
		if (patterns[i].matches)
			assert_sv(m.slot[patterns[i].slot], patterns[i].value);
		if (*patterns[i].pattern &&
		    found_in_set(&p, sv_str(patterns[i].text)) !=
		        patterns[i].matches)
			fail_msg("\"%s\" in \"%s\", by pairs",
			         patterns[i].pattern, patterns[i].text);
	}
}

static void stage_is_told_by_pattern(void **state)
{
	struct frame_pattern p =
	    frame_pattern_of("no: {@rcpt}{reply}", FRAME_WRAP, 0);
	struct frame_match m;

	(void)state;
	assert_true(frame_match(&p, SV("no: 550 x"), 0, &m));
	assert_int_equal(m.stage, STAGE_RCPT);
	assert_sv(m.slot[SLOT_REPLY], "550 x");
	assert_int_equal(m.at[SLOT_REPLY], 4);
}

static void table_is_indexed(void **state)
{
	const struct frame_set *s = &frames_builtin;
	(void)state;
	assert_true(s->nframes > 40);
	for (unsigned g = 0; g < GROUPS; g++) {
		for (unsigned c = 0; c < 256; c++)
			assert_true(s->first[g][c] <= s->first[g][c + 1]);
		for (uint16_t i = s->first[g][0]; i < s->first[g][256]; i++)
			assert_true(s->patterns[i].frame < s->nframes &&
			            frame_group_of(s->patterns[i].kind) == g);
	}
	assert_int_equal(s->first[GROUP_LINE][0], s->first[GROUP_BEGIN][256]);
}

static bool begins_in(const char *text, struct frame_match *m)
{
	struct frame_text t = frame_text_of(sv_str(text));

	return frame_anywhere(&frames_builtin, &t, m);
}

static void words_begin_anywhere(void **state)
{
	struct frame_match m;

	(void)state;
	assert_true(begins_in(
	    "x. This is the mail system at host a.example.org.", &m));
	assert_sv(m.slot[SLOT_OWN], "a.example.org");
	assert_true(begins_in(
	    "THIS  IS THE\tmail system at host a.example.org.", &m));
	assert_false(begins_in(
	    "xThis is the mail system at host a.example.org.", &m));
	assert_false(begins_in("", &m));
}

UNIT_MAIN(cmocka_unit_test(patterns_match),
          cmocka_unit_test(stage_is_told_by_pattern),
          cmocka_unit_test(table_is_indexed),
          cmocka_unit_test(words_begin_anywhere))
