/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input/input.h"
#include "input/sniff.h"
#include "input/window.h"
#include "unit.h"

#define FROM "From a@example.org Thu Sep 18 17:54:04 2008\n"
#define MAIL "From: a@example.org\nSubject: x\n\nbody\n"

/* clang-format off */
static const struct {
	const char *bytes;
	size_t n;
	enum sniff is;
} begins[] = {
#define B(s) s, sizeof(s) - 1
	{B(""), SNIFF_EMPTY},
	{B(" \r\n\n"), SNIFF_EMPTY},
	{B("\xef\xbb\xbf\n"), SNIFF_EMPTY},
	{B(MAIL), SNIFF_MESSAGE},
	{B("\xef\xbb\xbf" MAIL), SNIFF_MESSAGE},
	{B("X-A: 1\r\nSUBJECT : x\r\nDate: y\r\n"), SNIFF_MESSAGE},
	{B("X-A: 1\rSubject: x\rDate: y\r\ry\r"), SNIFF_MESSAGE},
	{B(FROM MAIL), SNIFF_MBOX},
	{B("\n\n" FROM MAIL), SNIFF_MBOX},
	{B("From a Thu Sep 18 17:54:04 2008\r\nA: 1\r\n"), SNIFF_MBOX},
	/* Lone CR parts no mailbox. */
	{B("From a Thu Sep 18 17:54:04 2008\rFrom: a\rTo: b\r\rx\n"),
	 SNIFF_MESSAGE},
	{B("junk\n" FROM MAIL), SNIFF_MBOX},
	{B("junk\n" FROM "he wrote\n"), SNIFF_TEXT},
	{B("Subject: one field is no mail\n\nx\n"), SNIFF_TEXT},
	{B("550 5.1.1 no such user\n"), SNIFF_TEXT},
	{B("Error: x\nCode: 550\n"), SNIFF_TEXT},
	{B(" [{\"a\": 1}]"), SNIFF_JSON},
	{B("{\n\"a\": 1}"), SNIFF_JSON},
	{B("{\"a\": 1}\n{\"a\": 2}\n"), SNIFF_LINES},
	{B("email,reason\na@example.org,550 no\n"), SNIFF_CSV},
	{B("x,y\na@example.org,550 5.1.1 no\n"), SNIFF_CSV},
	{B("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0"), SNIFF_OUTLOOK},
	{B("\x1f\x8b\x08\0"), SNIFF_ARCHIVE},
	{B("BZh91AY&SY"), SNIFF_ARCHIVE},
	{B("BZhelp me\n"), SNIFF_TEXT},
	{B("\xfd" "7zXZ\0\0"), SNIFF_ARCHIVE},
	{B("\x28\xb5\x2f\xfd\0"), SNIFF_ARCHIVE},
	{B("PK\3\4\0"), SNIFF_ARCHIVE},
	{B("7z\xbc\xaf\x27\x1c\0"), SNIFF_STRANGE},
#undef B
};

/* Files, and what is read of them: see dump(). */
static const struct {
	const char *name, *bytes, *want;
} files[] = {
	{"mail", MAIL, "mail@0:" MAIL},
	{"from.eml", FROM MAIL "\n" FROM "B: 2\n",
	 "from.eml@0:" MAIL "\n" FROM "B: 2\n"},
	{"box", FROM MAIL "\n" FROM "B: 2\n", "box@0:" MAIL "|box@82:B: 2\n"},
	/* Bytes before the first From_ line: a mail, junk, nothing. */
	{"lost", "\n" FROM "B: 2\n", "lost@1:B: 2\n"},
	{"junk", "junk\n" FROM "B: 2\n",
	 "junk!" "begins with 5 bytes that are no message: left out"
	 "|junk@5:B: 2\n"},
	{"empty", "", "empty!is empty"},
	{"blank", " \n", "blank!is empty"},
	{"seven", "7z\xbc\xaf\x27\x1c",
	 "seven!is packed in a way that is not read (gzip, bzip2, xz, zstd, "
	 "zip, tar are)"},
	{"text", "550 no\n", "text@0:550 no\n"},
	{"absent", NULL, "absent!cannot be opened: No such file or directory"},
};

static const char *const tree[] = {
	"box/cur/2:2,S", "box/new/1", "box/tmp/3", "box/index",
	"box/.Sub/cur/4", "box/.Sub/new/5", "box/.other/6", "box/cur/.hidden",
	"folder/b",
	"folder/a/c", "folder/.d",
};

static const char in_tree[] = "box/new/1|box/cur/2:2,S|box/.Sub/new/5|"
	"box/.Sub/cur/4|folder/a/c|folder/b|link!is a link to a folder: not "
	"followed|pipe!is no file that could be read";
/* clang-format on */

static char dir[] = "/tmp/test_input.XXXXXX";

static void put(const char *name, const char *bytes)
{
	char path[256];
	FILE *f;

	for (size_t i = 0; name[i]; i++)
		if (name[i] == '/') {
			(void)snprintf(path, sizeof(path), "%.*s", (int)i,
			               name);
			(void)mkdir(path, 0700);
		}
	f = fopen(name, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, strlen(bytes), f), strlen(bytes));
	assert_int_equal(fclose(f), 0);
}

/* "name@offset:bytes" or "name!problem", joined by "|". */
static void dump(const char *name, bool bytes, char *out, size_t size)
{
	struct input_options opt = {.names = &name, .n = 1};
	struct input_item item = {0};
	struct input *in = input_new(&opt);
	size_t n = 0;

	out[0] = '\0';
	for (uint64_t seq = 0; input_next(in, &item) == INPUT_ITEM; seq++) {
		sv shown = item.name;

		assert_int_equal(item.seq, seq);
		if (sv_starts(shown, SV("./")))
			shown = sv_drop(shown, 2);
		n += (size_t)snprintf(out + n, size - n, "%s%.*s", n ? "|" : "",
		                      SV_FMT(shown));
		if (item.kind == INPUT_PROBLEM)
			n += (size_t)snprintf(out + n, size - n, "!%s",
			                      item.problem.text);
		else if (bytes)
			n += (size_t)snprintf(out + n, size - n, "@%d:%.*s",
			                      (int)item.offset,
			                      SV_FMT(item.raw));
	}
	input_free(in);
	input_item_fini(&item);
}

static void begins_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		enum sniff is = sniff(sv_of(begins[i].bytes, begins[i].n));

		if (is != begins[i].is)
			fail_msg("row %zu: %d", i, (int)is);
	}
}

static void files_are_read(void **state)
{
	char got[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (files[i].bytes)
			put(files[i].name, files[i].bytes);
		dump(files[i].name, true, got, sizeof(got));
		assert_string_equal(got, files[i].want);
		if (files[i].bytes)
			assert_int_equal(unlink(files[i].name), 0);
	}
}

static void folders_are_walked(void **state)
{
	char got[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(tree) / sizeof(tree[0]); i++)
		put(tree[i], MAIL);
	assert_int_equal(symlink(".", "link"), 0);
	assert_int_equal(mkfifo("pipe", 0600), 0);
	dump(".", false, got, sizeof(got));
	assert_string_equal(got, in_tree);
	dump("folder/", false, got, sizeof(got));
	assert_string_equal(got, "folder/a/c|folder/b");
}

/* A message that was read in new is not read again in cur. */
static void moved_mails_are_read_once(void **state)
{
	const char *name = "moving";
	struct input_options opt = {.names = &name, .n = 1};
	struct input_item item = {0};
	struct input *in;

	(void)state;
	put("moving/new/1", MAIL);
	put("moving/new/2", MAIL);
	put("moving/new/3", MAIL);
	put("moving/cur/0:2,", MAIL);
	in = input_new(&opt);
	assert_int_equal(input_next(in, &item), INPUT_ITEM);
	assert_sv(item.name, "moving/new/1");
	assert_int_equal(rename("moving/new/1", "moving/cur/1:2,S"), 0);
	assert_int_equal(rename("moving/new/2", "moving/cur/2:2,S"), 0);
	assert_int_equal(input_next(in, &item), INPUT_ITEM);
	assert_int_equal(item.kind, INPUT_PROBLEM);
	assert_int_equal(item.problem.status, MW_ENOENT);
	assert_int_equal(input_next(in, &item), INPUT_ITEM);
	assert_sv(item.name, "moving/new/3");
	assert_int_equal(input_next(in, &item), INPUT_ITEM);
	assert_sv(item.name, "moving/cur/0:2,");
	assert_int_equal(input_next(in, &item), INPUT_ITEM);
	assert_sv(item.name, "moving/cur/2:2,S");
	assert_int_equal(input_next(in, &item), INPUT_END);
	input_free(in);
	input_item_fini(&item);
}

static void depth_has_an_end(void **state)
{
	char got[1024];

	(void)state;
	for (int i = 0; i < 40; i++) {
		assert_int_equal(mkdir("deep", 0700), 0);
		assert_int_equal(chdir("deep"), 0);
	}
	assert_int_equal(chdir(dir), 0);
	dump("deep", false, got, sizeof(got));
	assert_true(sv_ends(sv_str(got), SV("/deep!lies too deep in other "
	                                    "folders: not read")));
}

/* A message of 100,000 bytes where 1,000 are the most: in a mailbox, alone. */
static void long_mails_are_cut(void **state)
{
	const char *name = "long";
	struct input_options opt = {.names = &name, .n = 1,
				    .message_max = 1000};
	static char text[100000];

	(void)state;
	for (size_t box = 0; box < 2; box++) {
		struct input_item item = {0};
		struct input *in;
		size_t n = strlen(FROM MAIL) - (box ? 0 : strlen(FROM));

		memset(text, 'x', sizeof(text) - 1);
		memcpy(text, box ? FROM MAIL : MAIL, n);
		put(name, text);
		in = input_new(&opt);
		assert_int_equal(input_next(in, &item), INPUT_ITEM);
		assert_int_equal(item.raw.n + item.cut + item.from.n + box,
		                 sizeof(text) - 1);
		assert_in_range(item.raw.n, 500, 1000 + MBOX_BEYOND);
		assert_in_range(item.cut_at, 400, 500);
		assert_int_equal(input_next(in, &item), INPUT_END);
		assert_int_equal(input_read(in), sizeof(text) - 1);
		assert_int_equal(input_total(in), sizeof(text) - 1);
		input_free(in);
		input_item_fini(&item);
	}
}

/* 300,000 bytes are more than are read at once: there is time to meddle. */
static void changes_are_told(void **state)
{
	static char text[600001];
	const char *name = "changing";

	(void)state;
	memset(text, '\n', sizeof(text) - 1);
	memcpy(text, FROM MAIL, strlen(FROM MAIL));
	memcpy(text + 1000, FROM MAIL, strlen(FROM MAIL));
	for (int grow = 0; grow < 2; grow++) {
		struct input_options opt = {.names = &name, .n = 1};
		struct input_item item = {0};
		struct input *in;

		put(name, text);
		in = input_new(&opt);
		assert_int_equal(input_next(in, &item), INPUT_ITEM);
		assert_int_equal(truncate(name, grow ? 600010 : 500000), 0);
		assert_int_equal(input_next(in, &item), INPUT_ITEM);
		assert_int_equal(item.kind, INPUT_MESSAGE);
		assert_int_equal(input_next(in, &item), INPUT_ITEM);
		assert_int_equal(item.kind, INPUT_PROBLEM);
		assert_int_equal(item.problem.status, MW_EMORE);
		assert_string_equal(item.problem.text, grow
			? "grew while it was read: 10 new bytes are left out"
			: "became shorter while it was read: 100000 of 600000 "
			  "bytes are missing");
		assert_int_equal(input_next(in, &item), INPUT_END);
		input_free(in);
		input_item_fini(&item);
	}
}

/* Parts end where records do, also in a cell with line ends. */
static void tables_come_in_parts(void **state)
{
	static const char row[] = "a@example.org,\"550 no,\nreally\"\n";
	static char text[5000000];
	const char *name = "table";
	struct input_options opt = {.names = &name, .n = 1};
	struct input_item item = {0};
	struct input *in;
	uint64_t at = 0, line = 1;
	size_t n = (size_t)snprintf(text, sizeof(text), "email,reason\n");

	(void)state;
	while (n + sizeof(row) < sizeof(text)) {
		memcpy(text + n, row, sizeof(row));
		n += sizeof(row) - 1;
	}
	put(name, text);
	in = input_new(&opt);
	for (unsigned part = 0; at < n; part++) {
		assert_int_equal(input_next(in, &item), INPUT_ITEM);
		assert_int_equal(item.kind, INPUT_CSV);
		assert_int_equal(item.part, part);
		assert_int_equal(item.offset, at);
		assert_int_equal(item.line, line);
		assert_int_equal(item.table.at[CSV_REPLY], 1);
		assert_true(sv_ends(item.raw, sv_str(row)));
		at += item.raw.n;
		line += 2 * (item.raw.n / (sizeof(row) - 1)) + !part;
	}
	assert_true(item.part > 2);
	assert_int_equal(input_next(in, &item), INPUT_END);
	input_free(in);
	input_item_fini(&item);
}

static void stop_is_heard(void **state)
{
	const char *name = ".";
	sig_atomic_t stop = 0;
	struct input_options opt = {.names = &name, .n = 1, .stop = &stop};
	struct input_item item = {0};
	struct input *in = input_new(&opt);

	(void)state;
	assert_int_equal(input_next(in, &item), INPUT_ITEM);
	stop = 1;
	assert_int_equal(input_next(in, &item), INPUT_END);
	input_free(in);
	input_item_fini(&item);
}

/* Bytes come out as they went in, whatever is taken at once. */
static void windows_lose_nothing(void **state)
{
	struct window w = {0};
	char *mem = NULL;
	size_t cap = 0, in = 0, out = 0, take = 1;

	(void)state;
	while (out < ((size_t)24 << 20)) {
		char *p = window_room(&w);

		assert_non_null(p);
		for (size_t i = 0; i < WINDOW_READ; i++)
			p[i] = (char)((in + i) * 31 >> 4);
		in += WINDOW_READ;
		w.n += WINDOW_READ;
		if (w.n < take)
			continue;
		p = window_move(&w, take, &mem, &cap);
		assert_non_null(p);
		for (size_t i = 0; i < take; i++)
			assert_true(p[i] == (char)((out + i) * 31 >> 4));
		out += take;
		take = take < ((size_t)4 << 20) ? take * 3 + 1 : 1;
	}
	assert_int_equal(w.n, in - out);
	free(mem);
	window_fini(&w);
}

static void items_are_used_again(void **state)
{
	struct input_pool *p = input_pool_new();
	struct input_item *a = input_pool_take(p);

	(void)state;
	assert_non_null(a);
	input_pool_give(p, a);
	assert_ptr_equal(input_pool_take(p), a);
	input_pool_give(p, a);
	input_pool_give(p, NULL);
	input_pool_free(p);
	input_pool_free(NULL);
}

static int remove_all(void)
{
	char command[] = "rm", rf[] = "-rf";
	char *argv[] = {command, rf, dir, NULL};

	return execvp(command, argv);
}

static int in_own_folder(void **state)
{
	(void)state;
	return !mkdtemp(dir) || chdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_are_known),
		cmocka_unit_test(files_are_read),
		cmocka_unit_test(folders_are_walked),
		cmocka_unit_test(moved_mails_are_read_once),
		cmocka_unit_test(depth_has_an_end),
		cmocka_unit_test(long_mails_are_cut),
		cmocka_unit_test(changes_are_told),
		cmocka_unit_test(tables_come_in_parts),
		cmocka_unit_test(stop_is_heard),
		cmocka_unit_test(windows_lose_nothing),
		cmocka_unit_test(items_are_used_again),
	};
	int failed = cmocka_run_group_tests(tests, in_own_folder, NULL);

	if (failed)
		return failed;
	return chdir("/") || remove_all();
}
