/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input/input.h"
#include "input/sniff.h"

bool input_is_many(const char *name)
{
	char head[SNIFF_MIN];
	struct stat st;
	ssize_t n = -1;
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum sniff is;
	bool folder;

	if (fd < 0)
		return false;
	folder = !fstat(fd, &st) && S_ISDIR(st.st_mode);
	if (!folder && S_ISREG(st.st_mode))
		n = pread(fd, head, sizeof(head), 0);
	(void)close(fd);
	if (folder || n <= 0)
		return folder;
	if (sniff_packed(sv_of(head, (size_t)n)) == SNIFF_ARCHIVE)
		return true;
	is = sniff(sv_of(head, (size_t)n));
	/* Logs of Exchange are tables, too. */
	return (is == SNIFF_CSV && sv_iends(sv_str(name), SV(".csv"))) ||
	       (is == SNIFF_MBOX && !sv_iends(sv_str(name), SV(".eml")));
}
