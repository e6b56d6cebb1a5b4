// SPDX-License-Identifier: Apache-2.0
/* Attempts through an io_uring. */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe.h"
#include "probe_attempt.h"
#include "probe_send.h"

/* One request through an io_uring, by a worker thread. Return: its result; ENOSYS where
 * none is. */
static int ring_do(const struct io_uring_sqe *request)
{
	struct io_uring_params params = {0};
	int result, fd = (int)syscall(SYS_io_uring_setup, 1, &params);
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqe;
	char *rings;

	if (fd < 0)
		return -errno;
	rings = mmap(NULL,
		     params.cq_off.cqes + params.cq_entries * sizeof(*cqe) +
			     params.sq_off.array + 64,
		     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
		     IORING_OFF_SQ_RING);
	sqes = mmap(NULL, sizeof(*sqes), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQES);
	if (rings == MAP_FAILED || sqes == MAP_FAILED)
		die("map the ring");
	*sqes = *request;
	sqes->flags |= IOSQE_ASYNC;
	*(unsigned *)(void *)(rings + params.sq_off.array) = 0;
	__atomic_store_n((unsigned *)(void *)(rings + params.sq_off.tail), 1,
			 __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		die("enter the ring");
	cqe = (struct io_uring_cqe *)(void *)(rings + params.cq_off.cqes);
	result = cqe->res;
	close(fd);
	return result;
}

int attempt_ring_open(char **words)
{
	struct io_uring_sqe request = {
		.opcode = IORING_OP_OPENAT,
		.fd = AT_FDCWD,
		.addr = (uintptr_t)words[0],
	};
	int r = ring_do(&request);

	if (r >= 0)
		close(r);
	return r < 0 ? -r : 0;
}

int attempt_ring_connect(char **words)
{
	struct sockaddr_storage address;
	socklen_t length = make_address(words[0], atoi(words[1]), &address);
	int r, fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct io_uring_sqe request = {
		.opcode = IORING_OP_CONNECT,
		.fd = fd,
		.addr = (uintptr_t)&address,
		.off = length,
	};

	if (fd < 0)
		return errno;
	r = ring_do(&request);
	close(fd);
	return r == -ECONNREFUSED || r >= 0 ? 0 : -r;
}
