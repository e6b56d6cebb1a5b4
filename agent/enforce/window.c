// SPDX-License-Identifier: Apache-2.0
#include "enforce/window.h"

#include <errno.h>
#include <sys/mman.h>

/* Bytes that it grows by: a whole number of pages, of the large ones of other machines
 * too. */
#define STEP ((size_t)64 << 10)

int window_open(int fd, size_t size, struct window *ret_window)
{
	void *base = mmap(NULL, size, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (base == MAP_FAILED)
		return -errno;
	*ret_window = (struct window){.base = base, .size = size, .fd = fd};
	return 0;
}

void window_close(struct window *window)
{
	if (window->base)
		munmap(window->base, window->size);
	*window = (struct window){.fd = -1};
}

int window_reach(struct window *window, size_t end)
{
	size_t wanted = (end + STEP - 1) / STEP * STEP;
	void *memory;

	if (end <= window->mapped)
		return 0;
	if (end > window->size)
		return -ERANGE;
	wanted = wanted < window->size ? wanted : window->size;
	memory = mmap(window->base + window->mapped, wanted - window->mapped,
		      PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, window->fd,
		      (off_t)window->mapped);
	if (memory == MAP_FAILED)
		return -errno;
	window->mapped = wanted;
	return 0;
}
