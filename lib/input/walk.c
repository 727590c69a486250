/* SPDX-License-Identifier: BSD-2-Clause */
#include "input/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum folder { PLAIN, MAILDIR, MESSAGES };

/* Instead of a type: it was not there any more.  No DT_ is so high. */
#define GONE '\x7f'

/* Names that were read ahead, each behind a byte of its type. */
struct names {
	struct buf mem;
	char **v;
	size_t n, i;
};

struct frame {
	DIR *d;
	enum folder is;
	int stage; /* of a Maildir: new, cur, the rest */
	bool read; /* all names were */
	size_t path; /* bytes of the path that are this folder's */
	struct names names;
	/*
	 * Of a Maildir: what was read in new.  A mail program may move it to
	 * cur meanwhile; it is one message all the same.
	 */
	struct names seen;
};

struct walk {
	const char *const *named;
	size_t n, i;
	struct buf path;
	int depth; /* frames in use */
	struct frame frames[WALK_DEPTH_MAX];
};

/* A name has 255 bytes at most, its end and its type. */
#define NAMES_MAX ((size_t)WALK_SORT_MAX * 258)

struct walk *walk_new(const char *const *names, size_t n)
{
	struct walk *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->named = names;
	w->n = n;
	buf_init(&w->path, WALK_PATH_MAX);
	return w;
}

static void forget(struct names *b)
{
	buf_fini(&b->mem);
	free(b->v);
	*b = (struct names){0};
}

static void pop(struct walk *w)
{
	struct frame *f = &w->frames[--w->depth];

	(void)closedir(f->d);
	if (f->is == MESSAGES && w->depth && f[-1].is == MAILDIR &&
	    f[-1].stage == 1) {
		f[-1].seen = f->names;
		f->names = (struct names){0};
	}
	forget(&f->names);
	forget(&f->seen);
}

void walk_free(struct walk *w)
{
	if (!w)
		return;
	while (w->depth)
		pop(w);
	buf_fini(&w->path);
	free(w);
}

sv walk_path(const struct walk *w)
{
	return buf_sv(&w->path);
}

/* The path of name in the folder f; NULL: of the folder itself. */
static void set_path(struct walk *w, const struct frame *f, const char *name)
{
	w->path.n = f->path;
	w->path.failed = false;
	if (!name)
		return;
	buf_addc(&w->path, '/');
	buf_adds(&w->path, name);
}

static enum walk_step problem(struct mw_err *err, const char *what)
{
	char text[80];
	int code = errno;
	const char *why = strerror_r(code, text, sizeof(text));

	errno = code;
	mw_err_set(err, code == ENOENT ? MW_ENOENT : MW_EIO, 0, "%s: %s", what,
	           why);
	return WALK_PROBLEM;
}

static enum walk_step refuse(struct mw_err *err, enum mw_status status,
                             const char *what)
{
	mw_err_set(err, status, 0, "%s", what);
	return WALK_PROBLEM;
}

static bool is_folder(int fd, const char *name)
{
	struct stat st;

	return !fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) &&
	       S_ISDIR(st.st_mode);
}

/* new and cur are what makes a Maildir (maildir(5)). */
static bool is_maildir(int fd)
{
	return is_folder(fd, "new") && is_folder(fd, "cur");
}

/* The open folder fd, whose path is in w->path.  WALK_END: go on. */
static enum walk_step push(struct walk *w, int fd, bool messages,
                           struct mw_err *err)
{
	struct frame *f = &w->frames[w->depth];
	DIR *d;

	if (w->depth == WALK_DEPTH_MAX) {
		(void)close(fd);
		return refuse(err, MW_ELIMIT, "lies too deep in other folders: "
		              "not read");
	}
	d = fdopendir(fd);
	if (!d) {
		enum walk_step s = problem(err, "cannot be read");

		(void)close(fd);
		return s;
	}
	*f = (struct frame){.d = d, .path = w->path.n};
	f->is = messages ? MESSAGES : is_maildir(fd) ? MAILDIR : PLAIN;
	buf_init(&f->names.mem, NAMES_MAX);
	w->depth++;
	return WALK_END;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a + 1, *(char *const *)b + 1);
}

static bool is_wanted(const struct frame *f, const char *name)
{
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	if (f->is != MAILDIR)
		return name[0] != '.';
	return strcmp(name, "new") && strcmp(name, "cur") &&
	       strcmp(name, "tmp");
}

/* errno tells whether the end or an error ended it. */
static void read_names(struct frame *f)
{
	struct names *b = &f->names;
	const struct dirent *e;

	buf_reset(&b->mem);
	b->n = b->i = 0;
	for (errno = 0; b->n < WALK_SORT_MAX; errno = 0) {
		e = readdir(f->d);
		if (!e) {
			f->read = true;
			return;
		}
		if (!is_wanted(f, e->d_name))
			continue;
		buf_addc(&b->mem, (char)e->d_type);
		buf_add(&b->mem, sv_of(e->d_name, strlen(e->d_name) + 1));
		b->n++;
	}
}

static bool order_names(struct names *b)
{
	char *p = b->mem.p;
	char **v = realloc(b->v, (b->n ? b->n : 1) * sizeof(*v));

	if (!v || buf_failed(&b->mem))
		return false;
	b->v = v;
	for (size_t i = 0; i < b->n; i++) {
		v[i] = p;
		p += strlen(p + 1) + 2;
	}
	qsort(v, b->n, sizeof(*v), by_name);
	return true;
}

/* The next run of names.  WALK_END: go on. */
static enum walk_step more_names(struct walk *w, struct frame *f,
                                 struct mw_err *err)
{
	int code;

	read_names(f);
	code = errno;
	if (!order_names(&f->names)) {
		f->names.n = 0;
		f->read = true;
		set_path(w, f, NULL);
		return refuse(err, MW_ENOMEM, "no memory for its names");
	}
	if (!f->read || !code)
		return WALK_END;
	errno = code;
	set_path(w, f, NULL);
	return problem(err, "cannot be read to its end");
}

/* May fd be read as a file?  It is closed if not. */
static enum walk_step file(int fd, bool any, struct walk_file *out,
                           struct mw_err *err)
{
	out->fd = fd;
	if (S_ISREG(out->st.st_mode) || (any && !S_ISBLK(out->st.st_mode)))
		return WALK_FILE;
	(void)close(fd);
	return refuse(err, MW_ESYNTAX, "is no file that could be read");
}

/*
 * Open name in the folder at; WALK_END: it is a folder, and on the stack.
 * O_NONBLOCK: a pipe in a folder must not wait for a writer.
 */
static enum walk_step enter(struct walk *w, int at, const char *name,
                            int flags, struct walk_file *out,
                            struct mw_err *err)
{
	bool messages = out->in_maildir, named = at == AT_FDCWD;
	int fd = openat(at, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | flags);

	if (fd < 0 && errno == ENOENT && !named)
		return refuse(err, MW_ENOENT, "was there and is gone: moved "
		              "or deleted while its folder was read");
	if (fd < 0 || fstat(fd, &out->st)) {
		enum walk_step s = problem(err, "cannot be opened");

		if (fd >= 0)
			(void)close(fd);
		return s;
	}
	if (!S_ISDIR(out->st.st_mode))
		return file(fd, named, out, err);
	/* Of hidden folders only those of a Maildir get here. */
	if (name[0] == '.' && !named && !is_maildir(fd)) {
		(void)close(fd);
		return WALK_END;
	}
	if (named || is_folder(at, name))
		return push(w, fd, messages, err);
	(void)close(fd);
	return refuse(err, MW_ESYNTAX, "is a link to a folder: not followed");
}

/* The part of a message's name that stays when it moves: before ":2,S". */
static int by_base(const void *key, const void *name)
{
	return sv_cmp(*(const sv *)key, sv_str(*(char *const *)name + 1));
}

/* Was it read in new?  name is one of cur. */
static bool is_seen(const struct walk *w, const struct frame *f,
                    const char *name)
{
	const struct names *seen;
	sv base = sv_str(name);
	char *const *found;

	if (f->is != MESSAGES || f == w->frames || f[-1].is != MAILDIR)
		return false;
	seen = &f[-1].seen;
	if (f[-1].stage != 2 || !seen->n)
		return false;
	base = sv_head(base, sv_chr(base, ':'));
	found = bsearch(&base, seen->v, seen->n, sizeof(*seen->v), by_base);
	return found && **found != GONE;
}

/* Something in the folder f.  WALK_END: go on. */
static enum walk_step visit(struct walk *w, struct frame *f, char *name,
                            struct walk_file *out, struct mw_err *err)
{
	int type = (unsigned char)*name++, at = dirfd(f->d);
	struct stat st;

	if (is_seen(w, f, name))
		return WALK_END;
	set_path(w, f, name);
	if (f->is == MAILDIR || f->is == MESSAGES ||
	    (type != DT_REG && type != DT_DIR)) {
		bool known = type == DT_REG || type == DT_DIR;
		bool folder = type == DT_DIR;

		if (!known && !fstatat(at, name, &st, 0)) {
			folder = S_ISDIR(st.st_mode);
			if (!folder && !S_ISREG(st.st_mode))
				return refuse(err, MW_ESYNTAX,
				              "is no file that could be read");
		}
		/* Lists and indexes of mail servers; folders among messages. */
		if ((f->is == MAILDIR && !folder) ||
		    (f->is == MESSAGES && folder))
			return WALK_END;
	}
	*out = (struct walk_file){.in_maildir = f->is == MESSAGES};
	return enter(w, at, name, O_NONBLOCK, out, err);
}

/* The two folders of a Maildir that hold its messages. */
static enum walk_step maildir(struct walk *w, struct frame *f,
                              struct walk_file *out, struct mw_err *err)
{
	const char *name = f->stage++ ? "cur" : "new";

	set_path(w, f, name);
	*out = (struct walk_file){.in_maildir = true};
	return enter(w, dirfd(f->d), name, O_DIRECTORY, out, err);
}

static enum walk_step named(struct walk *w, const char *name,
                            struct walk_file *out, struct mw_err *err)
{
	struct stat st;
	sv path = sv_str(name);

	*out = (struct walk_file){0};
	buf_reset(&w->path);
	if (!strcmp(name, "-")) {
		buf_adds(&w->path, "standard input");
		out->is_stdin = true;
		if (fstat(STDIN_FILENO, &out->st))
			return problem(err, "cannot be read");
		if (S_ISDIR(out->st.st_mode))
			return refuse(err, MW_ESYNTAX, "is a folder");
		return WALK_FILE;
	}
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	buf_add(&w->path, path);
	/* A pipe that was named is waited for. */
	return enter(w, AT_FDCWD, name,
	             !stat(name, &st) && S_ISREG(st.st_mode) ? O_NONBLOCK : 0,
	             out, err);
}

/* The next name of f; one that was moved away was not read. */
static enum walk_step next_name(struct walk *w, struct frame *f,
                                struct walk_file *out, struct mw_err *err)
{
	char *name = f->names.v[f->names.i++];
	enum walk_step s = visit(w, f, name, out, err);

	if (s == WALK_PROBLEM)
		name[0] = GONE;
	return s;
}

/* One step in the folder on top.  WALK_END: go on. */
static enum walk_step folder(struct walk *w, struct walk_file *out,
                             struct mw_err *err)
{
	struct frame *f = &w->frames[w->depth - 1];

	if (f->is == MAILDIR && f->stage < 2)
		return maildir(w, f, out, err);
	if (f->names.i < f->names.n)
		return next_name(w, f, out, err);
	if (!f->read)
		return more_names(w, f, err);
	pop(w);
	return WALK_END;
}

enum walk_step walk_next(struct walk *w, struct walk_file *out,
                         struct mw_err *err)
{
	enum walk_step s = WALK_END;

	while (s == WALK_END) {
		if (w->depth)
			s = folder(w, out, err);
		else if (w->i < w->n)
			s = named(w, w->named[w->i++], out, err);
		else
			break;
	}
	return s;
}
