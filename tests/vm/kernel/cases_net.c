// SPDX-License-Identifier: Apache-2.0
/* Sockets and where they connect to. */

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"
#include "util/cleanup.h"

#define POLICY(sections)                                                                 \
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: net, "          \
	"namespace: shop}\n"                                                             \
	"spec:\n  podSelector: {}\n" sections

#define NO_RAW                                                                           \
	POLICY("  sockets:\n    rules:\n    - {name: raw, action: deny, types: "         \
	       "[raw]}\n")
#define NO_4444                                                                          \
	POLICY("  network:\n    rules:\n"                                                \
	       "    - {name: c2, action: deny, to: [0.0.0.0/0, \"::/0\"], except: "      \
	       "[10.0.0.0/8],"                                                           \
	       " ports: [4444], protocols: [tcp, udp]}\n")

#define BY_PROGRAM                                                                       \
	POLICY("  sockets:\n    rules:\n"                                                \
	       "    - {name: own, action: deny, types: [raw], from: "                    \
	       "[\"/**/kernel-test\"]}\n"                                                \
	       "    - {name: other, action: deny, families: [netlink], from: "           \
	       "[/bin/other]}\n"                                                         \
	       "  network:\n    rules:\n"                                                \
	       "    - {name: own, action: deny, ports: [4444], from: "                   \
	       "[\"/**/kernel-test\"]}\n"                                                \
	       "    - {name: others, action: deny, ports: [4445], from: {not: "          \
	       "[\"/**/kernel-test\"]}}\n"                                               \
	       "    - {name: not-other, action: deny, ports: [4446], from: {not: "       \
	       "[/bin/other]}}\n")

static void raise_loopback(void)
{
	_cleanup_(closep) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};

	CHECK(fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0);
}

static void raw_sockets_are_denied(void)
{
	CHECK(try_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) == EPERM);
	CHECK(try_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6) == EPERM);
	CHECK(try_socket(AF_INET, SOCK_STREAM, 0) == 0);
	CHECK(try_socket(AF_UNIX, SOCK_DGRAM, 0) == 0);
}

static void a_port_is_denied_in_each_form(void)
{
	CHECK(try_connect("127.0.0.1", 4444, SOCK_STREAM) == EPERM);
	CHECK(try_connect("127.0.0.1", 4445, SOCK_STREAM) == ECONNREFUSED);
	CHECK(try_connect("127.0.0.1", 4444, SOCK_DGRAM) == EPERM);
	CHECK(try_connect("127.0.0.1", 4445, SOCK_DGRAM) == 0);
	CHECK(try_connect("0.0.0.0", 4444, SOCK_STREAM) == EPERM);
	CHECK(try_connect("::ffff:127.0.0.1", 4444, SOCK_STREAM) == EPERM);
	CHECK(try_connect("::ffff:10.0.0.1", 4444, SOCK_DGRAM) != EPERM);
	CHECK(try_connect("10.0.0.1", 4444, SOCK_DGRAM) != EPERM);
	CHECK(try_connect("::1", 4444, SOCK_STREAM) == EPERM);
	CHECK(try_connect("::1", 4445, SOCK_STREAM) == ECONNREFUSED);
	CHECK(try_connect("::", 4444, SOCK_STREAM) == EPERM);
}

static void disconnecting_is_allowed_and_short_addresses_are_not(void)
{
	_cleanup_(closep) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr address = {.sa_family = AF_UNSPEC};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(4445)};

	CHECK(connect(fd, &address, sizeof(address)) == 0);
	CHECK(connect(fd, (struct sockaddr *)&v4, 1) < 0 &&
	      (errno == EPERM || errno == EINVAL));
	CHECK(connect(fd, (struct sockaddr *)&v4, 8) < 0 &&
	      (errno == EPERM || errno == EINVAL));
}

static void who_acts_counts(void)
{
	CHECK(try_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) == EPERM);
	CHECK(try_socket(AF_NETLINK, SOCK_DGRAM, 0) == 0);
	CHECK(try_connect("127.0.0.1", 4444, SOCK_STREAM) == EPERM);
	CHECK(try_connect("127.0.0.1", 4445, SOCK_STREAM) == ECONNREFUSED);
	CHECK(try_connect("127.0.0.1", 4446, SOCK_STREAM) == EPERM);
}

static void connect_once(void)
{
	CHECK(try_connect("127.1.2.3", 4444, SOCK_STREAM) == EPERM);
}

static void a_record_names_the_address(const struct test_case *test)
{
	static const uint8_t address[16] = {[10] = 0xff, 0xff, 127, 1, 2, 3};
	const struct denial_event *event;

	CHECK(wait_ok(subject_start(test->name)));
	event = next_denial();
	CHECK(event && event->hook == HOOK_SOCKET_CONNECT && event->error == EPERM);
	CHECK(!memcmp(event->object.network.address, address, sizeof(address)));
	CHECK(event->object.network.port == 4444 &&
	      event->object.network.family == AF_INET);
	CHECK(event->object.network.protocol == IPPROTO_TCP && event->object_length == 0);
	CHECK(!strcmp(event->names, "kernel-test") &&
	      event->exe_length > sizeof("kernel-test"));
}

const struct test_case net_cases[] = {
	CASE("raw sockets are denied", NO_RAW, raw_sockets_are_denied),
	CASE("a port is denied in each form of the address", NO_4444,
	     a_port_is_denied_in_each_form, .set_up = raise_loopback),
	CASE("disconnecting is allowed, short addresses are not", NO_4444,
	     disconnecting_is_allowed_and_short_addresses_are_not),
	CASE("who acts counts for sockets and addresses", BY_PROGRAM, who_acts_counts,
	     .set_up = raise_loopback),
	CASE("a record names the address", NO_4444, connect_once,
	     .outside = a_record_names_the_address),
	{0},
};
