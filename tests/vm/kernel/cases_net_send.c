// SPDX-License-Identifier: Apache-2.0
/* Sends with an address: judged as a connect to it would be. */

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"
#include "util/cleanup.h"

#define POLICY(action)                                                                   \
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: send, "         \
	"namespace: shop}\n"                                                             \
	"spec:\n  podSelector: {}\n  network:\n    rules:\n"                             \
	"    - {name: c2, action: " action ", to: [0.0.0.0/0, \"::/0\"], except: "       \
	"[10.0.0.0/8], ports: [4444], protocols: [tcp, udp]}\n"                          \
	"    - {name: hosts, action: " action ", to: [127.9.9.9/32, "                    \
	"\"fd00::9/128\"]}\n"

#define DENIED	  POLICY("deny")

#define FORBIDDEN 4444
#define NEIGHBOUR 4445

/* A protocol that nobody reads (RFC 3692). */
#define EXPERIMENT 253

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static void raise_loopback(void)
{
	_cleanup_(closep) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};

	CHECK(fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0);
}

/* --- attempts
 * ------------------------------------------------------------------------------ */

struct target {
	struct sockaddr_storage address;
	socklen_t length;
};

static struct target target_of(const char *text, uint16_t port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	struct target target = {.length = sizeof(v4)};

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
		memcpy(&target.address, &v4, sizeof(v4));
		return target;
	}
	CHECK(inet_pton(AF_INET6, text, &v6.sin6_addr) == 1);
	target.length = sizeof(v6);
	memcpy(&target.address, &v6, sizeof(v6));
	return target;
}

static int send_to(int fd, const struct target *target, int flags)
{
	ssize_t n = sendto(fd, "x", 1, flags | MSG_NOSIGNAL,
			   (const struct sockaddr *)&target->address, target->length);

	return n < 0 ? errno : 0;
}

/* Return: 0 when it was sent, else the errno. @family: of the socket. */
static int try_send(int family, const char *text, uint16_t port)
{
	_cleanup_(closep) int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct target target = target_of(text, port);

	CHECK(fd >= 0);
	return send_to(fd, &target, 0);
}

static int try_fast_open(int protocol, const char *text, uint16_t port)
{
	struct target target = target_of(text, port);
	_cleanup_(closep) int fd =
		socket(target.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, protocol);

	/* A kernel without the protocol. */
	if (fd < 0)
		return -errno;
	return send_to(fd, &target, MSG_FASTOPEN);
}

/* --- cases
 * --------------------------------------------------------------------------------- */

static const struct {
	int family;
	const char *address;
} forms[] = {
	{AF_INET, "127.0.0.1"},
	{AF_INET, "0.0.0.0"},
	{AF_INET6, "::1"},
	{AF_INET6, "::"},
	{AF_INET6, "::ffff:127.0.0.1"},
	{AF_INET6, "127.0.0.1"},
	{AF_INET6, "::ffff:0.0.0.0"},
};

static void each_form_of_an_address(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		CHECK(try_send(forms[i].family, forms[i].address, FORBIDDEN) == EPERM);
		CHECK(try_send(forms[i].family, forms[i].address, NEIGHBOUR) == 0);
	}
	CHECK(try_send(AF_INET, "10.0.0.1", FORBIDDEN) == ENETUNREACH);
	CHECK(try_send(AF_INET6, "::ffff:10.0.0.1", FORBIDDEN) == ENETUNREACH);
}

static void fast_open(void)
{
	CHECK(try_fast_open(0, "127.0.0.1", FORBIDDEN) == EPERM);
	CHECK(try_fast_open(0, "127.0.0.1", NEIGHBOUR) == ECONNREFUSED);
	CHECK(try_fast_open(0, "::1", FORBIDDEN) == EPERM);
	CHECK(try_fast_open(0, "::1", NEIGHBOUR) == ECONNREFUSED);
	CHECK(try_fast_open(0, "::ffff:127.0.0.1", FORBIDDEN) == EPERM);
	CHECK(try_fast_open(IPPROTO_MPTCP, "127.0.0.1", FORBIDDEN) == EPERM ||
	      try_fast_open(IPPROTO_MPTCP, "127.0.0.1", FORBIDDEN) < 0);
}

static void no_family(void)
{
	_cleanup_(closep) int v4 = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	_cleanup_(closep) int v6 = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct target forbidden = target_of("127.0.0.1", FORBIDDEN);
	struct target neighbour = target_of("127.0.0.1", NEIGHBOUR);
	struct target connected = target_of("::1", NEIGHBOUR);

	forbidden.address.ss_family = neighbour.address.ss_family = AF_UNSPEC;
	CHECK(send_to(v4, &forbidden, 0) == EPERM);
	CHECK(send_to(v4, &neighbour, 0) == 0);
	CHECK(send_to(v6, &forbidden, 0) == EDESTADDRREQ);
	CHECK(connect(v6, (struct sockaddr *)&connected.address, connected.length) == 0);
	CHECK(send_to(v6, &forbidden, 0) == 0);
}

static void raw_sockets(void)
{
	_cleanup_(closep) int v4 = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, EXPERIMENT);
	_cleanup_(closep) int v6 = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, EXPERIMENT);
	struct target forbidden = target_of("127.9.9.9", 0), neighbour;

	CHECK(send_to(v4, &forbidden, 0) == EPERM);
	forbidden.address.ss_family = AF_UNSPEC;
	CHECK(send_to(v4, &forbidden, 0) == EPERM);
	neighbour = target_of("127.0.0.1", 0);
	CHECK(send_to(v4, &neighbour, 0) == 0);
	forbidden = target_of("fd00::9", 0);
	CHECK(send_to(v6, &forbidden, 0) == EPERM);
	forbidden.address.ss_family = AF_UNSPEC;
	CHECK(send_to(v6, &forbidden, 0) == EPERM);
	neighbour = target_of("::1", 0);
	CHECK(send_to(v6, &neighbour, 0) == 0);
}

static void short_addresses(void)
{
	_cleanup_(closep) int v4 = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	_cleanup_(closep) int v6 = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct target target = target_of("127.0.0.1", NEIGHBOUR);

	for (target.length = 1; target.length < sizeof(struct sockaddr_in);
	     target.length++)
		CHECK(send_to(v4, &target, 0) == EPERM);
	CHECK(send_to(v4, &target, 0) == 0);
	/* None is no address: the kernel's own answer. */
	target.length = 0;
	CHECK(send_to(v4, &target, 0) == EINVAL);
	target = target_of("::1", FORBIDDEN);
	target.length = 24; /* SIN6_LEN_RFC2133 */
	CHECK(send_to(v6, &target, 0) == EPERM);
	target.length = 23;
	CHECK(send_to(v6, &target, 0) == EPERM);
}

static void many_messages_in_one_call(void)
{
	_cleanup_(closep) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct target forbidden = target_of("127.0.0.1", FORBIDDEN);
	struct target neighbour = target_of("127.0.0.1", NEIGHBOUR);
	struct target *const order[] = {&neighbour, &neighbour, &forbidden, &neighbour};
	struct mmsghdr messages[ARRAY_SIZE(order)] = {0};
	struct iovec part = {.iov_base = (char *)"x", .iov_len = 1};

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		messages[i].msg_hdr = (struct msghdr){.msg_name = &order[i]->address,
						      .msg_namelen = order[i]->length,
						      .msg_iov = &part,
						      .msg_iovlen = 1};
	CHECK(sendmmsg(fd, messages, 4, 0) == 2);
	CHECK(sendmmsg(fd, messages + 2, 2, 0) < 0 && errno == EPERM);
	CHECK(sendmmsg(fd, messages + 3, 1, 0) == 1);
	CHECK(sendmsg(fd, &messages[2].msg_hdr, 0) < 0 && errno == EPERM);
	CHECK(sendmsg(fd, &messages[3].msg_hdr, 0) == 1);
}

/* A server's end of a connection: what it sends goes to the client, whatever it says. */
static int accept_connection(int *ret_client)
{
	_cleanup_(closep) int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct target target = target_of("127.0.0.1", NEIGHBOUR);

	CHECK(bind(listener, (struct sockaddr *)&target.address, target.length) == 0 &&
	      listen(listener, 1) == 0);
	*ret_client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(connect(*ret_client, (struct sockaddr *)&target.address, target.length) ==
	      0);
	return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

static void what_goes_where_a_connect_led(void)
{
	_cleanup_(closep) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	_cleanup_(closep) int client = -1;
	_cleanup_(closep) int server = accept_connection(&client);
	struct target neighbour = target_of("127.0.0.1", NEIGHBOUR);
	struct target forbidden = target_of("127.0.0.1", FORBIDDEN);

	CHECK(server >= 0 && send_to(server, &forbidden, 0) == 0);
	CHECK(send(server, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL) < 0 && errno == EISCONN);
	CHECK(write(client, "x", 1) == 1);
	CHECK(connect(fd, (struct sockaddr *)&neighbour.address, neighbour.length) == 0);
	CHECK(send(fd, "x", 1, 0) == 1);
}

static void send_once(void)
{
	struct target target = target_of("127.1.2.3", FORBIDDEN);
	_cleanup_(closep) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	target.address.ss_family = AF_UNSPEC;
	CHECK(send_to(fd, &target, 0) == EPERM);
}

static void its_record_names_the_address(const struct test_case *test)
{
	static const uint8_t address[16] = {[10] = 0xff, 0xff, 127, 1, 2, 3};
	const struct denial_event *event;

	CHECK(wait_ok(subject_start(test->name)));
	event = next_denial();
	CHECK(event && event->hook == HOOK_SOCKET_SENDMSG && event->error == EPERM);
	CHECK(!memcmp(event->object.network.address, address, sizeof(address)));
	CHECK(event->object.network.port == FORBIDDEN &&
	      event->object.network.family == AF_INET);
	CHECK(event->object.network.protocol == IPPROTO_UDP && event->object_length == 0);
}

static void audited_sends(void)
{
	CHECK(try_send(AF_INET, "127.0.0.1", FORBIDDEN) == 0);
	CHECK(try_send(AF_INET, "127.0.0.1", NEIGHBOUR) == 0);
}

static void audits_are_counted(const struct test_case *test)
{
	const struct denial_event *event;

	CHECK(wait_ok(subject_start(test->name)));
	CHECK(harvest().by_rule == 1);
	event = next_denial();
	CHECK(event && event->verdict == VERDICT_AUDIT && event->error == 0);
	CHECK(event->hook == HOOK_SOCKET_SENDMSG);
}

#define THREADS 64
#define CALLS	300

static void *send_much(void *data)
{
	(void)data;
	for (int i = 0; i < CALLS; i++) {
		CHECK(try_send(AF_INET, "127.0.0.1", FORBIDDEN) == EPERM);
		CHECK(try_send(AF_INET, "127.0.0.1", NEIGHBOUR) == 0);
	}
	return NULL;
}

static void send_by_threads(void)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, send_much, NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
}

static void each_is_counted(const struct test_case *test)
{
	struct counted counted;

	CHECK(wait_ok(subject_start(test->name)));
	counted = harvest();
	CHECK(counted.by_rule == (uint64_t)THREADS * CALLS);
	CHECK(counted.fixed[COUNTER_CLOSED + HOOK_SOCKET_SENDMSG] == 0);
}

const struct test_case net_send_cases[] = {
	CASE("a datagram is denied in each form of its address", DENIED,
	     each_form_of_an_address, .set_up = raise_loopback),
	CASE("a fast open is a connect", DENIED, fast_open, .set_up = raise_loopback),
	CASE("a send to no family goes by the socket's", DENIED, no_family,
	     .set_up = raise_loopback),
	CASE("raw sockets send nowhere else", DENIED, raw_sockets,
	     .set_up = raise_loopback),
	CASE("short addresses are sent nowhere", DENIED, short_addresses,
	     .set_up = raise_loopback),
	CASE("each of many messages in one call is judged", DENIED,
	     many_messages_in_one_call, .set_up = raise_loopback),
	CASE("what goes where a connect led is not judged again", DENIED,
	     what_goes_where_a_connect_led, .set_up = raise_loopback),
	CASE("the record of a send names the address", DENIED, send_once,
	     .outside = its_record_names_the_address),
	CASE("an audited send goes through and is counted", POLICY("audit"),
	     audited_sends, .set_up = raise_loopback, .outside = audits_are_counted),
	CASE("of 64 threads no send gets through or uncounted", DENIED, send_by_threads,
	     .set_up = raise_loopback, .outside = each_is_counted),
	{0},
};
