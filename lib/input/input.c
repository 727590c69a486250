/* SPDX-License-Identifier: BSD-2-Clause */
#include "input/input.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "input/sniff.h"
#include "input/unpack.h"
#include "input/walk.h"

/* A file, a member of it, a member of that. */
/* Milliseconds after which a silent pipe is left to look at the stop sign. */
#define LOOK_MS 100

#define LEVELS 3

/* The longest name for people: path, member, member. */
#define NAME_MAX_BYTES ((size_t)3 * WALK_PATH_MAX)

/* For the first records of a table. */
#define TABLE_MEMORY ((size_t)4 << 20)

enum state {
	NEW,     /* nothing was looked at */
	MBOX,    /* being split */
	PARTS,   /* being cut at records */
	ARCHIVE, /* its members are read, one level up */
	DONE     /* .err may still have to be told */
};

struct level {
	enum state state;
	struct stream from;
	struct window w;
	bool last; /* nothing follows what is in the window */
	struct mbox mbox;
	/* Of what comes in parts. */
	enum input_kind kind;
	unsigned part;
	uint64_t offset, line;
	struct csv_table table;
	struct unpack *unpack;
	struct buf name;
	struct mw_err err;
	bool too_deep;      /* packed once more than is read */
	bool member_failed; /* and was told: the end of it all is no news */
	uint64_t cut;       /* of a single message */
};

struct input {
	struct input_options opt;
	struct walk *walk;
	struct unpacker unpacker;
	struct unpack_limits limits;
	struct level levels[LEVELS];
	int depth; /* levels in use */
	/* The file of the first level. */
	struct walk_file file;
	uint64_t at;   /* bytes read of it */
	uint64_t seq, read, total;
};

/* Of files that were named; a pipe or a folder makes it unknown. */
static uint64_t total_of(const struct input_options *opt)
{
	uint64_t total = 0;
	struct stat st;

	for (size_t i = 0; i < opt->n; i++) {
		if (!strcmp(opt->names[i], "-"))
			return 0;
		if (stat(opt->names[i], &st))
			continue;
		if (!S_ISREG(st.st_mode))
			return 0;
		total += (uint64_t)st.st_size;
	}
	return total;
}

struct input *input_new(const struct input_options *opt)
{
	struct input *in = calloc(1, sizeof(*in));

	if (!in)
		return NULL;
	in->opt = *opt;
	if (!in->opt.message_max)
		in->opt.message_max = INPUT_MESSAGE_MAX;
	in->limits = (struct unpack_limits){
		.total = opt->unpacked_max ? opt->unpacked_max
		                           : INPUT_UNPACKED_MAX,
		.ratio = opt->ratio_max ? opt->ratio_max : INPUT_RATIO_MAX,
		.from = INPUT_RATIO_FROM,
		.packed = &in->at,
	};
	in->total = total_of(opt);
	in->walk = walk_new(opt->names, opt->n);
	for (int i = 0; i < LEVELS; i++)
		buf_init(&in->levels[i].name, NAME_MAX_BYTES);
	if (!in->walk) {
		free(in);
		return NULL;
	}
	return in;
}

static void close_level(struct input *in)
{
	struct level *l = &in->levels[--in->depth];

	unpack_free(l->unpack);
	l->unpack = NULL;
	if (!in->depth && !in->file.is_stdin)
		(void)close(in->file.fd);
}

void input_free(struct input *in)
{
	if (!in)
		return;
	while (in->depth)
		close_level(in);
	for (int i = 0; i < LEVELS; i++) {
		window_fini(&in->levels[i].w);
		buf_fini(&in->levels[i].name);
	}
	unpacker_fini(&in->unpacker);
	walk_free(in->walk);
	free(in);
}

uint64_t input_read(const struct input *in)
{
	return in->read;
}

uint64_t input_total(const struct input *in)
{
	return in->total;
}

static bool is_stopped(const struct input *in)
{
	return in->opt.stop && *in->opt.stop;
}

/* Has the size of the file a meaning?  Of those in /proc it has none. */
static bool is_sized(const struct input *in)
{
	return S_ISREG(in->file.st.st_mode) && in->file.st.st_size > 0 &&
	       !in->file.is_stdin;
}

/* At the end of a file: was that all, and is it all there is? */
static void check_size(const struct input *in, struct mw_err *err)
{
	uint64_t size = (uint64_t)in->file.st.st_size;
	struct stat now;

	if (!is_sized(in))
		return;
	if (in->at < size)
		mw_err_set(err, MW_EMORE, in->at, "became shorter while it was "
		           "read: %llu of %llu bytes are missing",
		           (unsigned long long)(size - in->at),
		           (unsigned long long)size);
	else if (!fstat(in->file.fd, &now) && now.st_size > in->file.st.st_size)
		mw_err_set(err, MW_EMORE, in->at, "grew while it was read: "
		           "%llu new bytes are left out",
		           (unsigned long long)(now.st_size -
		                                in->file.st.st_size));
}

/*
 * A pipe may be silent for long, and the signal that stops us may have come
 * to another thread or before read(2): look from time to time.
 */
static bool wait_for_bytes(const struct input *in)
{
	struct pollfd p = {.fd = in->file.fd, .events = POLLIN};

	if (is_sized(in) || !in->opt.stop)
		return true;
	while (!is_stopped(in)) {
		int n = poll(&p, 1, LOOK_MS);

		if (n > 0 || (n < 0 && errno != EINTR))
			return true;
	}
	errno = EINTR;
	return false;
}

static ssize_t read_file(void *self, char *to, size_t n, struct mw_err *err)
{
	struct input *in = self;
	int fd = in->file.fd;
	ssize_t got;

	if (is_sized(in) && n > (uint64_t)in->file.st.st_size - in->at)
		n = (size_t)((uint64_t)in->file.st.st_size - in->at);
	if (!n)
		return 0;
	do {
		got = !wait_for_bytes(in) ? -1
		      : is_sized(in)      ? pread(fd, to, n, (off_t)in->at)
		                          : read(fd, to, n);
	} while (got < 0 && errno == EINTR && !is_stopped(in));
	if (got < 0) {
		char text[80];

		mw_err_set(err, MW_EIO, in->at, "cannot be read from byte %llu "
		           "on: %s", (unsigned long long)in->at,
		           strerror_r(errno, text, sizeof(text)));
		return -1;
	}
	in->at += (uint64_t)got;
	in->read += (uint64_t)got;
	return got;
}

/* More bytes into the window; .last and .err where there are none. */
static void fill(struct input *in, struct level *l)
{
	char *room = window_room(&l->w);
	ssize_t n = -1;

	if (room)
		n = l->from.read(l->from.self, room, WINDOW_READ, &l->err);
	else
		mw_err_set(&l->err, MW_ENOMEM, 0, "no memory to read it");
	if (n > 0)
		l->w.n += (size_t)n;
	else
		l->last = true;
	if (n == 0 && l == in->levels)
		check_size(in, &l->err);
}

static void start_item(struct input *in, struct input_item *item,
                       enum input_kind kind)
{
	*item = (struct input_item){
		.kind = kind,
		.seq = in->seq++,
		.source = in->depth == 1 && in->file.in_maildir
		                  ? INPUT_FROM_MAILDIR
		                  : INPUT_FROM_FILE,
		.line = 1,
		.mem = item->mem,
		.cap = item->cap,
		.names = item->names,
		.names_cap = item->names_cap,
	};
}

static void set_name(struct input_item *item, sv name)
{
	if (item->names_cap < name.n) {
		char *p = realloc(item->names, name.n * 2);

		if (!p)
			return;
		item->names = p;
		item->names_cap = name.n * 2;
	}
	if (name.n)
		memcpy(item->names, name.p, name.n);
	item->name = sv_of(item->names, name.n);
}

static enum input_step tell(struct input *in, struct input_item *item,
                            sv name, const struct mw_err *err)
{
	start_item(in, item, INPUT_PROBLEM);
	set_name(item, name);
	item->problem = *err;
	return INPUT_ITEM;
}

/* Where the middle is taken out of a message that is too long. */
static size_t head_max(const struct input *in)
{
	size_t max = in->opt.message_max;

	return max - (INPUT_TAIL < max / 2 ? INPUT_TAIL : max / 2);
}

static void shorten(const struct input *in, struct level *l)
{
	size_t max = in->opt.message_max, head = head_max(in), n;
	bool split = l->state == MBOX;

	if (l->w.n <= max + (split ? MBOX_BEYOND : 0))
		return;
	n = l->w.n - max;
	if (split) {
		if (mbox_done(&l->mbox) < head + n)
			return;
		mbox_cut(&l->mbox, head, sv_slice(window_sv(&l->w), head,
		                                  head + n));
	}
	l->cut += n;
	window_cut(&l->w, head, n);
}

static enum input_step no_memory(struct input *in, struct level *l,
                                 struct input_item *item)
{
	struct mw_err err;

	mw_err_set(&err, MW_ENOMEM, 0, "no memory for a message of it");
	l->state = DONE;
	return tell(in, item, buf_sv(&l->name), &err);
}

/* v, a view of the window that began at old, after it moved to p. */
static sv moved(sv v, const char *old, char *p)
{
	return sv_of(v.n ? p + (v.p - old) : NULL, v.n);
}

/* The message msg, and used bytes of the window, go into the item. */
static enum input_step give(struct input *in, struct level *l,
                            struct input_item *item, enum input_kind kind,
                            const struct mbox_message *msg, size_t used)
{
	const char *old = window_sv(&l->w).p;
	char *p;

	p = window_move(&l->w, used, &item->mem, &item->cap);
	if (!p)
		return no_memory(in, l, item);
	start_item(in, item, kind);
	set_name(item, buf_sv(&l->name));
	item->raw = moved(msg->raw, old, p);
	item->from = moved(msg->from, old, p);
	item->sender = moved(msg->sender, old, p);
	item->date = moved(msg->date, old, p);
	item->offset = msg->offset;
	item->line = msg->line;
	item->cut = msg->cut;
	item->cut_at = msg->cut_at;
	item->mbox = msg->kind;
	item->part = l->part;
	item->table = l->table;
	if (l->state == MBOX)
		item->source = INPUT_FROM_MBOX;
	return INPUT_ITEM;
}

/* A From_ line may stand before a message that is alone in its file. */
static void take_from_line(struct mbox_message *msg)
{
	sv rest = msg->raw, line = sv_line(&rest);

	if (!mbox_from_line(line, &msg->sender, &msg->date))
		return;
	msg->from = line;
	msg->raw = rest;
	msg->cut_at -= msg->cut ? (size_t)(rest.p - line.p) : 0;
}

/* All of the file is one item. */
static enum input_step whole(struct input *in, struct level *l,
                             struct input_item *item, enum input_kind kind)
{
	struct mbox_message msg = {.line = 1};

	while (!l->last && !is_stopped(in)) {
		fill(in, l);
		shorten(in, l);
	}
	l->state = DONE;
	msg.raw = window_sv(&l->w);
	msg.cut = l->cut;
	msg.cut_at = l->cut ? head_max(in) : 0;
	if (kind == INPUT_MESSAGE)
		take_from_line(&msg);
	return give(in, l, item, kind, &msg, l->w.n);
}

/* Where the records end that go into the next part; 0: read on. */
static size_t part_end(const struct input *in, const struct level *l)
{
	sv w = window_sv(&l->w);
	size_t end;

	if (l->last)
		return w.n;
	if (l->kind == INPUT_CSV)
		end = csv_end(w, false);
	else
		end = sv_rchr(w, '\n') + 1;
	/* One quote too many, or no line end at all. */
	if (!end && w.n >= in->opt.message_max)
		end = sv_rchr(w, '\n') + 1;
	return !end && w.n >= in->opt.message_max ? w.n : end;
}

/* The next part of a table or of lines; false: there is none. */
static bool parts(struct input *in, struct level *l, struct input_item *item)
{
	struct mbox_message msg = {.offset = l->offset, .line = l->line};
	size_t want = INPUT_PART, end = 0;

	/* Twice as much each time, so that little is looked at twice. */
	for (; !end; want *= 2) {
		while (!l->last && l->w.n < want && !is_stopped(in))
			fill(in, l);
		if (is_stopped(in))
			return false;
		end = part_end(in, l);
		if (!end && l->last)
			break;
	}
	if (!end) {
		l->state = DONE;
		return false;
	}
	msg.raw = sv_head(window_sv(&l->w), end);
	l->offset += end;
	for (sv s = msg.raw; s.n; l->line++) {
		size_t n = sv_chr(s, '\n');

		if (n == SV_NPOS)
			break;
		s = sv_drop(s, n + 1);
	}
	(void)give(in, l, item, l->kind, &msg, end);
	l->part++;
	return true;
}

/* The first look at a table: what its columns are. */
static void begin_table(const struct input *in, struct level *l)
{
	struct arena *a = arena_new(TABLE_MEMORY);
	sv w = window_sv(&l->w);

	if (in->opt.ncolumns) {
		if (csv_choose(a, w, in->opt.columns, in->opt.ncolumns,
		               &l->table, &l->err) != MW_OK)
			l->state = DONE;
	} else if (!a || !csv_look(a, w, 0, &l->table)) {
		csv_plain(w, 0, &l->table);
	}
	arena_free(a);
}

static void begin_parts(const struct input *in, struct level *l,
                        enum input_kind kind)
{
	l->state = PARTS;
	l->kind = kind;
	if (kind == INPUT_CSV)
		begin_table(in, l);
}

/* Bytes before the first From_ line: a mail whose begin was lost, or junk. */
static bool junk(struct input *in, struct level *l, struct input_item *item,
                 const struct mbox_message *msg, size_t used)
{
	struct mw_err err;

	if (!sv_trim(msg->raw).n) {
		window_drop(&l->w, used);
		return false;
	}
	if (sniff(msg->raw) == SNIFF_MESSAGE) {
		(void)give(in, l, item, INPUT_MESSAGE, msg, used);
		return true;
	}
	mw_err_set(&err, MW_ESYNTAX, 0, "begins with %zu bytes that are no "
	           "message: left out", msg->raw.n);
	(void)tell(in, item, buf_sv(&l->name), &err);
	window_drop(&l->w, used);
	return true;
}

/* The next message of a mailbox; false: there is none. */
static bool split(struct input *in, struct level *l, struct input_item *item)
{
	struct mbox_message msg;
	size_t used;

	while (!is_stopped(in)) {
		switch (mbox_next(&l->mbox, window_sv(&l->w), l->last, &msg,
		                  &used)) {
		case MBOX_MORE:
			shorten(in, l);
			fill(in, l);
			break;
		case MBOX_END:
			l->state = DONE;
			return false;
		case MBOX_MESSAGE:
			if (msg.from.n) {
				(void)give(in, l, item, INPUT_MESSAGE, &msg,
				           used);
				return true;
			}
			if (junk(in, l, item, &msg, used))
				return true;
			break;
		}
	}
	return false;
}

/* Reading goes on one level up, with a member of l or with a file. */
static struct level *open_level(struct input *in, struct stream from)
{
	struct level *l = &in->levels[in->depth++];
	struct window w = l->w;
	struct buf name = l->name;

	w.start = w.n = 0;
	*l = (struct level){.from = from, .w = w, .name = name, .line = 1};
	buf_reset(&l->name);
	return l;
}

static void open_archive(struct input *in, struct level *l)
{
	l->state = DONE;
	if (in->depth == LEVELS) {
		l->too_deep = true;
		mw_err_set(&l->err, MW_ELIMIT, 0, "is packed, in an archive in "
		           "an archive: not read");
		return;
	}
	l->unpack = unpack_new(&in->unpacker, window_sv(&l->w), l->from,
	                       &in->limits, &l->err);
	if (l->unpack)
		l->state = ARCHIVE;
}

static void next_member(struct input *in, struct level *l)
{
	struct mw_err err;
	sv name;
	struct level *up;

	switch (unpack_next(l->unpack, &name, &err)) {
	case 1:
		up = open_level(in, (struct stream){unpack_read, l->unpack});
		buf_add(&up->name, buf_sv(&l->name));
		if (!name.n)
			return;
		buf_addc(&up->name, ':');
		buf_add(&up->name, name);
		return;
	case 0:
		break;
	default:
		if (!l->member_failed)
			l->err = err;
		break;
	}
	l->state = DONE;
}

/* What is it?  As long as the begin may still change the answer, read on. */
static enum sniff look(struct input *in, struct level *l)
{
	enum sniff is;

	while (!l->last && l->w.n < SNIFF_MIN && !is_stopped(in))
		fill(in, l);
	is = sniff_packed(window_sv(&l->w));
	if (is != SNIFF_TEXT)
		return is;
	is = sniff(window_sv(&l->w));
	if (is == SNIFF_EMPTY)
		return l->last ? is : SNIFF_TEXT;
	if (in->opt.format == INPUT_AS_MBOX)
		return SNIFF_MBOX;
	if (in->opt.format == INPUT_AS_CSV)
		return SNIFF_CSV;
	if (in->opt.format == INPUT_AS_JSON)
		return is == SNIFF_LINES ? is : SNIFF_JSON;
	if (in->opt.format == INPUT_AS_MESSAGE ||
	    (in->depth == 1 && in->file.in_maildir) ||
	    (is == SNIFF_MBOX && sv_iends(buf_sv(&l->name), SV(".eml"))))
		return SNIFF_MESSAGE;
	return is;
}

/* What is read piece by piece, or not at all; false: it is one item. */
static bool open_by(struct input *in, struct level *l, enum sniff is)
{
	switch (is) {
	case SNIFF_EMPTY:
		l->state = DONE;
		if (!l->err.status)
			mw_err_set(&l->err, MW_ENOENT, 0, "is empty");
		return true;
	case SNIFF_ARCHIVE:
		open_archive(in, l);
		return true;
	case SNIFF_STRANGE:
		l->state = DONE;
		mw_err_set(&l->err, MW_ESYNTAX, 0, "is packed in a way that is "
		           "not read (gzip, bzip2, xz, zstd, zip, tar are)");
		return true;
	case SNIFF_MBOX:
		l->state = MBOX;
		mbox_init(&l->mbox, in->opt.message_max);
		return true;
	case SNIFF_LINES:
		begin_parts(in, l, INPUT_JSON);
		return true;
	case SNIFF_CSV:
		begin_parts(in, l, INPUT_CSV);
		return true;
	default:
		return false;
	}
}

/* The first look at a level; false: there is no item yet. */
static bool begin(struct input *in, struct level *l, struct input_item *item)
{
	enum sniff is = look(in, l);

	if (open_by(in, l, is))
		return false;
	(void)whole(in, l, item, is == SNIFF_MESSAGE   ? INPUT_MESSAGE
	                         : is == SNIFF_OUTLOOK ? INPUT_OUTLOOK
	                         : is == SNIFF_JSON    ? INPUT_JSON
	                                               : INPUT_TEXT);
	return true;
}

/* Leave the level; false: without a word. */
static bool finish(struct input *in, struct level *l, struct input_item *item)
{
	struct mw_err err = l->err;

	l->err = (struct mw_err){0};
	if (in->depth > 1 && err.status) {
		struct level *below = l - 1;

		below->member_failed = true;
		/* A bomb; what is merely nested too deep is left out. */
		if (err.status == MW_ELIMIT && !l->too_deep)
			below->state = DONE;
	}
	close_level(in);
	if (!err.status)
		return false;
	(void)tell(in, item, buf_sv(&l->name), &err);
	return true;
}

/* The next file; INPUT_END: there is none; else *told: there is an item. */
static enum input_step next_file(struct input *in, struct input_item *item,
                                 bool *told)
{
	struct mw_err err = {0};
	struct level *l;

	*told = false;
	switch (walk_next(in->walk, &in->file, &err)) {
	case WALK_END:
		return INPUT_END;
	case WALK_PROBLEM:
		*told = true;
		return tell(in, item, walk_path(in->walk), &err);
	case WALK_FILE:
		break;
	}
	if (in->file.is_stdin)
		in->file.fd = STDIN_FILENO;
	in->at = 0;
	l = open_level(in, (struct stream){read_file, in});
	buf_add(&l->name, walk_path(in->walk));
	return INPUT_ITEM;
}

/* One step in the level on top; true: there is an item. */
static bool step(struct input *in, struct level *l, struct input_item *item)
{
	switch (l->state) {
	case NEW:
		return begin(in, l, item);
	case MBOX:
		return split(in, l, item);
	case PARTS:
		return parts(in, l, item);
	case ARCHIVE:
		next_member(in, l);
		return false;
	case DONE:
		break;
	}
	return finish(in, l, item);
}

enum input_step input_next(struct input *in, struct input_item *item)
{
	bool told = false;

	while (!told && !is_stopped(in)) {
		if (in->depth)
			told = step(in, &in->levels[in->depth - 1], item);
		else if (next_file(in, item, &told) == INPUT_END)
			return INPUT_END;
	}
	return told ? INPUT_ITEM : INPUT_END;
}
