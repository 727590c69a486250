/* SPDX-License-Identifier: BSD-2-Clause */
/* A socket for OpenSSL whose end is an error and not a signal (SIGPIPE). */
#include "probe/cert.h"

#include <errno.h>
#include <sys/socket.h>

static int fd_of(BIO *b)
{
	return (int)(intptr_t)BIO_get_data(b);
}

/* Is it only for now that nothing went through? */
static bool is_again(ssize_t n)
{
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static int do_write(BIO *b, const char *p, int n)
{
	ssize_t got = send(fd_of(b), p, (size_t)n, MSG_NOSIGNAL);

	BIO_clear_retry_flags(b);
	if (is_again(got))
		BIO_set_retry_write(b);
	return (int)got;
}

static int do_read(BIO *b, char *p, int n)
{
	ssize_t got = recv(fd_of(b), p, (size_t)n, 0);

	BIO_clear_retry_flags(b);
	if (is_again(got))
		BIO_set_retry_read(b);
	return (int)got;
}

static long do_ctrl(BIO *b, int what, long n, void *p)
{
	(void)b;
	(void)n;
	(void)p;
	return what == BIO_CTRL_FLUSH;
}

static int do_create(BIO *b)
{
	BIO_set_init(b, 1);
	return 1;
}

BIO_METHOD *socket_method_new(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_TYPE_SOURCE_SINK | 0x7f, "socket");

	if (m && BIO_meth_set_write(m, do_write) &&
	    BIO_meth_set_read(m, do_read) && BIO_meth_set_ctrl(m, do_ctrl) &&
	    BIO_meth_set_create(m, do_create))
		return m;
	BIO_meth_free(m);
	return NULL;
}

bool socket_attach(SSL *ssl, const BIO_METHOD *m, int fd)
{
	BIO *b = m ? BIO_new(m) : NULL;

	if (!b)
		return false;
	BIO_set_data(b, (void *)(intptr_t)fd);
	SSL_set_bio(ssl, b, b);
	return true;
}
