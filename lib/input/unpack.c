/* SPDX-License-Identifier: BSD-2-Clause */
#include "input/unpack.h"

#include <dlfcn.h>
#include <stdlib.h>

/*
 * The part of libarchive's interface that is used, declared here because no
 * headers are needed to load it.  It is that of libarchive.so.13, which all
 * releases since 3.0 (2012) have; archive_read(3) and archive_entry(3).
 */
struct archive;
struct archive_entry;

enum { LA_EOF = 1, LA_OK = 0, LA_WARN = -20, LA_FATAL = -30 };

/* ARCHIVE_FORMAT_RAW, AE_IFREG */
#define LA_RAW 0x90000
#define LA_FILE 0100000

typedef ssize_t la_read(struct archive *, void *data, const void **block);
typedef int la_close(struct archive *, void *data);

struct unpack_calls {
	struct archive *(*new)(void);
	int (*free)(struct archive *);
	int (*filters[4])(struct archive *);
	int (*formats[4])(struct archive *);
	int (*open)(struct archive *, void *data, la_close *, la_read *,
	            la_close *);
	int (*next)(struct archive *, struct archive_entry **);
	int (*data)(struct archive *, const void **p, size_t *n, int64_t *at);
	const char *(*error)(struct archive *);
	int (*format)(struct archive *);
	const char *(*name)(struct archive_entry *);
	const char *(*name_utf8)(struct archive_entry *);
	unsigned (*type)(struct archive_entry *);
};

static const struct {
	const char *name;
	size_t at;
} calls[] = {
#define CALL(name, member)                                                    \
	{"archive_" name, offsetof(struct unpack_calls, member)}
	CALL("read_new", new),
	CALL("read_free", free),
	CALL("read_support_filter_gzip", filters[0]),
	CALL("read_support_filter_bzip2", filters[1]),
	CALL("read_support_filter_xz", filters[2]),
	CALL("read_support_filter_zstd", filters[3]),
	CALL("read_support_format_tar", formats[0]),
	CALL("read_support_format_zip", formats[1]),
	CALL("read_support_format_raw", formats[2]),
	CALL("read_support_format_empty", formats[3]),
	CALL("read_open", open),
	CALL("read_next_header", next),
	CALL("read_data_block", data),
	CALL("error_string", error),
	CALL("format", format),
	CALL("entry_pathname", name),
	CALL("entry_pathname_utf8", name_utf8),
	CALL("entry_filetype", type),
#undef CALL
};

/* libarchive 3 on Linux and the BSDs; macOS names files otherwise. */
static const char *const files[] = {
	"libarchive.so.13", "libarchive.so", "libarchive.13.dylib",
};

struct unpack {
	const struct unpack_calls *calls;
	struct archive *a;
	sv first;
	struct stream from;
	struct unpack_limits limits;
	uint64_t total;
	sv data; /* of the member, not yet handed out */
	struct mw_err read_err; /* of from, which libarchive cannot tell */
	char block[WINDOW_READ];
};

static struct unpack_calls *find_calls(void *handle)
{
	struct unpack_calls *found = calloc(1, sizeof(*found));

	for (size_t i = 0; found && i < sizeof(calls) / sizeof(calls[0]); i++) {
		void *p = dlsym(handle, calls[i].name);

		if (!p) {
			free(found);
			return NULL;
		}
		memcpy((char *)found + calls[i].at, &p, sizeof(p));
	}
	return found;
}

static bool load(struct unpacker *u)
{
	for (size_t i = 0; !u->calls && i < sizeof(files) / sizeof(files[0]);
	     i++) {
		u->handle = dlopen(files[i], RTLD_NOW | RTLD_LOCAL);
		if (!u->handle)
			continue;
		u->calls = find_calls(u->handle);
		if (!u->calls)
			unpacker_fini(u);
	}
	return u->calls != NULL;
}

void unpacker_fini(struct unpacker *u)
{
	free((void *)(uintptr_t)u->calls);
	if (u->handle)
		(void)dlclose(u->handle);
	*u = (struct unpacker){0};
}

static ssize_t read_block(struct archive *a, void *data, const void **block)
{
	struct unpack *p = data;
	ssize_t n = (ssize_t)p->first.n;

	(void)a;
	if (n) {
		*block = p->first.p;
		p->first = (sv){0};
		return n;
	}
	*block = p->block;
	n = p->from.read(p->from.self, p->block, sizeof(p->block),
	                 &p->read_err);
	return n < 0 ? LA_FATAL : n;
}

/* What libarchive, or the reading below it, says was wrong. */
static enum mw_status tell(struct unpack *p, struct mw_err *err)
{
	const char *text = p->calls->error(p->a);

	if (p->read_err.status) {
		*err = p->read_err;
		return err->status;
	}
	return mw_fail(err, MW_ESYNTAX, "cannot be unpacked: %s",
	               text ? text : "its bytes make no sense");
}

/*
 * A filter that libarchive was built without is one that it would start a
 * program for: it answers LA_WARN, and then nothing is unpacked by it.
 */
static bool set_up(struct unpack *p)
{
	for (size_t i = 0; i < 4; i++) {
		(void)p->calls->filters[i](p->a);
		if (p->calls->formats[i](p->a) < LA_WARN)
			return false;
	}
	return p->calls->open(p->a, p, NULL, read_block, NULL) == LA_OK;
}

struct unpack *unpack_new(struct unpacker *u, sv first, struct stream from,
                          const struct unpack_limits *limits,
                          struct mw_err *err)
{
	struct unpack *p;

	if (!load(u)) {
		mw_err_set(err, MW_ENOENT, 0, "is packed, and libarchive, "
		           "which unpacks it, is not installed");
		return NULL;
	}
	p = calloc(1, sizeof(*p));
	if (p) {
		p->calls = u->calls;
		p->first = first;
		p->from = from;
		p->limits = *limits;
		p->a = p->calls->new();
	}
	if (!p || !p->a) {
		free(p);
		mw_err_set(err, MW_ENOMEM, 0, "no memory to unpack it");
		return NULL;
	}
	if (!set_up(p)) {
		(void)tell(p, err);
		unpack_free(p);
		return NULL;
	}
	return p;
}

void unpack_free(struct unpack *p)
{
	if (!p)
		return;
	(void)p->calls->free(p->a);
	free(p);
}

static sv name_of(struct unpack *p, struct archive_entry *e)
{
	const char *name = p->calls->name(e);

	/* NULL: it has no form in this locale, which is often "C". */
	if (!name)
		name = p->calls->name_utf8(e);
	return name ? sv_str(name) : SV("(a name that cannot be read)");
}

int unpack_next(struct unpack *p, sv *name, struct mw_err *err)
{
	struct archive_entry *e;
	int r;

	while ((r = p->calls->next(p->a, &e)) == LA_OK || r == LA_WARN) {
		int format = p->calls->format(p->a);

		if (p->calls->type(e) != LA_FILE)
			continue;
		p->data = (sv){0};
		*name = format == LA_RAW ? SV("") : name_of(p, e);
		return 1;
	}
	if (r == LA_EOF)
		return 0;
	(void)tell(p, err);
	return -1;
}

static enum mw_status check_limits(const struct unpack *p, struct mw_err *err)
{
	if (p->total > p->limits.total)
		return mw_fail(err, MW_ELIMIT, "unpacks to more than %llu MB: "
		               "not read on",
		               (unsigned long long)(p->limits.total >> 20));
	if (p->total > p->limits.from &&
	    p->total / p->limits.ratio > *p->limits.packed)
		return mw_fail(err, MW_ELIMIT, "unpacks to more than %u times "
		               "its size: not read on", p->limits.ratio);
	return MW_OK;
}

/*
 * Block by block: archive_read_data() would forget what it has when the next
 * block is damaged.  Holes of sparse files hold no mail and are skipped.
 */
ssize_t unpack_read(void *self, char *to, size_t n, struct mw_err *err)
{
	struct unpack *p = self;

	while (!p->data.n) {
		const void *block = NULL;
		size_t size = 0;
		int64_t at;
		int r = p->calls->data(p->a, &block, &size, &at);

		if (r == LA_EOF)
			return 0;
		if (r < LA_WARN) {
			(void)tell(p, err);
			return -1;
		}
		p->data = sv_of(block, size);
		p->total += size;
		if (check_limits(p, err) != MW_OK)
			return -1;
	}
	if (n > p->data.n)
		n = p->data.n;
	memcpy(to, p->data.p, n);
	p->data = sv_drop(p->data, n);
	return (ssize_t)n;
}
