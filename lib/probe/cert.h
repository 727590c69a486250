/* SPDX-License-Identifier: BSD-2-Clause */
/* cert.h - certificates as OpenSSL has them, to what is kept of them */
#ifndef PROBE_CERT_H
#define PROBE_CERT_H

#include "probe/probe.h"

#include <openssl/ssl.h>

/* The authorities of a file, or (NULL) of the system; NULL: none to be had. */
X509_STORE *cert_store_new(const char *ca_file);

/* One certificate as it was sent; false where those bytes are none. */
bool cert_from(struct arena *a, sv der, struct cert *out);

/*
 * Keep what a server sent, and judge it for host at a Unix time: all faults,
 * not the first one only.  leaf may be the first of rest as well.
 */
void cert_judge(struct arena *a, X509_STORE *store, X509 *leaf,
                STACK_OF(X509) *rest, sv host, int64_t now,
                struct tls_seen *out);

/*
 * Why a handshake failed, out of OpenSSL's queue of errors, which is emptied.
 * error: errno of a failed system call, 0: the other side hung up.
 */
sv tls_error_words(struct arena *a, int error);

/*
 * Have TLS read from and write to a socket, which stays the caller's.  The
 * method is shared by many and freed after them.
 */
BIO_METHOD *socket_method_new(void);
bool socket_attach(SSL *ssl, const BIO_METHOD *m, int fd);

#endif
