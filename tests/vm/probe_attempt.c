// SPDX-License-Identifier: Apache-2.0
#include "probe_attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "probe_send.h"

static int attempt_open(char **words)
{
	int flags = !strcmp(words[1], "rw") ? O_RDWR
		    : *words[1] == 'w'	    ? O_WRONLY
					    : O_RDONLY;
	int fd = open(words[0], flags | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static const struct attempt attempts[] = {
	{"open", 2, attempt_open},
	{"exec", 1, attempt_exec},
	{"socket", 3, attempt_socket},
	{"connect", 2, attempt_connect},
	{"descriptor-exec", 1, attempt_descriptor_exec},
	{"thread-exec", 1, attempt_thread_exec},
	{"ring-open", 1, attempt_ring_open},
	{"ring-connect", 2, attempt_ring_connect},
	{"mixed-connect", 2, attempt_mixed_connect},
	{"short-connect", 2, attempt_short_connect},
	{"memory-exec", 1, attempt_memory_exec},
	{"unix-connect", 1, attempt_unix_connect},
	{"send", 3, attempt_send},
	{"unix-send", 2, attempt_unix_send},
};

const struct attempt *find_attempt(int n, char **words)
{
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
		if (n > attempts[i].words && !strcmp(words[0], attempts[i].name))
			return &attempts[i];
	return NULL;
}
