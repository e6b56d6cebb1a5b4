// SPDX-License-Identifier: Apache-2.0
/* Unix sockets: the peer by its file's name, in whose mount namespace ever, or by its
 * abstract name. */

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "util/cleanup.h"

#define POLICY(rules)                                                                    \
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: unix, "         \
	"namespace: shop}\n"                                                             \
	"spec:\n  podSelector: {}\n  network:\n    rules:\n" rules

#define DIRECTORY "/tmp/unix"
#define DENIED                                                                           \
	POLICY("    - {name: runtime, action: deny, unix: [/tmp/unix/denied, "           \
	       "\"/tmp/unix/all/**\", \"@denied*\"]}\n")
#define AUDITED POLICY("    - {name: runtime, action: audit, unix: [/tmp/unix/denied]}\n")
#define BY_PROGRAM                                                                       \
	POLICY("    - {name: own, action: deny, unix: [/tmp/unix/denied, \"@free\"], "   \
	       "from: [\"/**/kernel-test\"]}\n"                                          \
	       "    - {name: other, action: deny, unix: [/tmp/unix/free], from: "        \
	       "[/bin/other]}\n")
#define KILLED POLICY("    - {name: runtime, action: kill, unix: [/tmp/unix/denied]}\n")

/* --- sockets
 * ------------------------------------------------------------------------------- */

struct target {
	struct sockaddr_un address;
	socklen_t length;
};

/* A leading "@" is an abstract name's, whose every byte counts. */
static struct target target_sized(const char *name, size_t length)
{
	struct target target = {.address = {.sun_family = AF_UNIX}};

	memcpy(target.address.sun_path, name, length);
	target.length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	if (name[0] == '@')
		target.address.sun_path[0] = '\0';
	else
		target.length++;
	return target;
}

static struct target target_of(const char *name)
{
	return target_sized(name, strlen(name));
}

static int serve_target(int type, const struct target *target)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (target->address.sun_path[0])
		unlink(target->address.sun_path);
	CHECK(fd >= 0 &&
	      bind(fd, (const struct sockaddr *)&target->address, target->length) == 0);
	CHECK(type == SOCK_DGRAM || listen(fd, 4096) == 0);
	return fd;
}

static int serve(int type, const char *name)
{
	struct target target = target_of(name);

	return serve_target(type, &target);
}

static int connect_target(int type, const struct target *target)
{
	_cleanup_(closep) int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	CHECK(fd >= 0);
	return connect(fd, (const struct sockaddr *)&target->address, target->length) < 0
		       ? errno
		       : 0;
}

static int try_peer(int type, const char *name)
{
	struct target target = target_of(name);

	return connect_target(type, &target);
}

static int try_datagram(const char *name)
{
	_cleanup_(closep) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct target target = target_of(name);

	CHECK(fd >= 0);
	return sendto(fd, "x", 1, MSG_DONTWAIT, (const struct sockaddr *)&target.address,
		      target.length) < 0
		       ? errno
		       : 0;
}

/* --- servers outside: in another mount namespace than the subject's
 * ------------------------- */

static int servers[8];
static size_t n_servers;

static void make_directories(void)
{
	make_directory("/tmp");
	make_directory(DIRECTORY);
	make_directory(DIRECTORY "/all");
	make_directory("/tmp/elsewhere");
}

static void serve_streams(void)
{
	static const char *const names[] = {
		DIRECTORY "/denied", DIRECTORY "/free", DIRECTORY "/all/one",
		"@denied-one",	     "@free",
	};

	make_directories();
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		servers[n_servers++] = serve(SOCK_STREAM, names[i]);
}

static void serve_packets(void)
{
	make_directories();
	servers[n_servers++] = serve(SOCK_SEQPACKET, DIRECTORY "/denied");
	servers[n_servers++] = serve(SOCK_SEQPACKET, DIRECTORY "/free");
}

static void serve_datagrams(void)
{
	make_directories();
	servers[n_servers++] = serve(SOCK_DGRAM, DIRECTORY "/denied");
	servers[n_servers++] = serve(SOCK_DGRAM, DIRECTORY "/free");
	servers[n_servers++] = serve(SOCK_DGRAM, "@denied");
	servers[n_servers++] = serve(SOCK_DGRAM, "@freed");
}

static void close_servers(void)
{
	while (n_servers)
		close(servers[--n_servers]);
}

/* --- cases
 * --------------------------------------------------------------------------------- */

static void streams(void)
{
	CHECK(try_peer(SOCK_STREAM, DIRECTORY "/denied") == EPERM);
	CHECK(try_peer(SOCK_STREAM, DIRECTORY "/free") == 0);
	CHECK(try_peer(SOCK_STREAM, DIRECTORY "/all/one") == EPERM);
	CHECK(try_peer(SOCK_STREAM, "@denied-one") == EPERM);
	CHECK(try_peer(SOCK_STREAM, "@free") == 0);
	CHECK(try_peer(SOCK_STREAM, DIRECTORY "/none") == ENOENT);
}

static void packets(void)
{
	CHECK(try_peer(SOCK_SEQPACKET, DIRECTORY "/denied") == EPERM);
	CHECK(try_peer(SOCK_SEQPACKET, DIRECTORY "/free") == 0);
}

static void datagrams(void)
{
	CHECK(try_datagram(DIRECTORY "/denied") == EPERM);
	CHECK(try_datagram(DIRECTORY "/free") == 0);
	CHECK(try_peer(SOCK_DGRAM, DIRECTORY "/denied") == EPERM);
	CHECK(try_peer(SOCK_DGRAM, DIRECTORY "/free") == 0);
	CHECK(try_datagram("@denied") == EPERM);
	CHECK(try_datagram("@freed") == 0);
	CHECK(try_peer(SOCK_DGRAM, "@denied") == EPERM);
	CHECK(try_peer(SOCK_DGRAM, "@freed") == 0);
}

static void other_names(void)
{
	CHECK(mount(DIRECTORY, "/tmp/elsewhere", NULL, MS_BIND, NULL) == 0);
	CHECK(try_peer(SOCK_STREAM, "/tmp/elsewhere/denied") == EPERM);
	CHECK(try_peer(SOCK_STREAM, "/tmp/elsewhere/free") == 0);
	CHECK(try_peer(SOCK_STREAM, "/tmp/elsewhere/../unix/./denied") == EPERM);
	CHECK(symlink(DIRECTORY "/denied", DIRECTORY "/link") == 0 || errno == EEXIST);
	CHECK(try_peer(SOCK_STREAM, DIRECTORY "/link") == EPERM);
	CHECK(link(DIRECTORY "/denied", DIRECTORY "/hard") == 0 || errno == EEXIST);
	CHECK(try_peer(SOCK_STREAM, DIRECTORY "/hard") == EPERM);
	CHECK(chdir(DIRECTORY) == 0);
	CHECK(try_peer(SOCK_STREAM, "denied") == EPERM);
	CHECK(try_peer(SOCK_STREAM, "free") == 0);
	CHECK(chroot(DIRECTORY) == 0);
	CHECK(try_peer(SOCK_STREAM, "/denied") == EPERM);
	CHECK(try_peer(SOCK_STREAM, "/free") == 0);
}

/* The subject's own server is in its own mount namespace; those of the others are not. */
static void own_server(void)
{
	_cleanup_(closep) int own = serve(SOCK_STREAM, DIRECTORY "/all/own");
	_cleanup_(closep) int other = serve(SOCK_STREAM, DIRECTORY "/own");

	CHECK(own >= 0 && other >= 0);
	CHECK(try_peer(SOCK_STREAM, DIRECTORY "/all/own") == EPERM);
	CHECK(try_peer(SOCK_STREAM, DIRECTORY "/own") == 0);
	CHECK(unlink(DIRECTORY "/all/own") == 0 && unlink(DIRECTORY "/own") == 0);
}

static void abstract_names(void)
{
	static const char with_nul[] = "@denied\0more";
	static const char other_nul[] = "@other\0denied";
	char longest[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct target target = target_sized(with_nul, sizeof(with_nul) - 1);
	_cleanup_(closep) int first = serve_target(SOCK_STREAM, &target);
	_cleanup_(closep) int second = -1, third = -1;

	CHECK(connect_target(SOCK_STREAM, &target) == EPERM);
	target = target_sized(other_nul, sizeof(other_nul) - 1);
	second = serve_target(SOCK_STREAM, &target);
	CHECK(connect_target(SOCK_STREAM, &target) == 0);
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "@denied", strlen("@denied"));
	target = target_sized(longest, sizeof(longest));
	third = serve_target(SOCK_STREAM, &target);
	CHECK(connect_target(SOCK_STREAM, &target) == EPERM);
	CHECK(first >= 0 && second >= 0 && third >= 0);
}

static void without_names(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_(closep) int server = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	_cleanup_(closep) int client = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t length = sizeof(address);
	int pair[2];

	CHECK(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) == 0);
	CHECK(write(pair[0], "x", 1) == 1);
	close(pair[0]);
	close(pair[1]);
	/* Bound by the kernel to a name of its own choice. */
	CHECK(bind(server, (struct sockaddr *)&address, sizeof(address.sun_family)) == 0);
	CHECK(getsockname(server, (struct sockaddr *)&address, &length) == 0);
	CHECK(connect(client, (struct sockaddr *)&address, length) == 0);
	CHECK(write(client, "x", 1) == 1);
}

static void who_acts_counts(void)
{
	CHECK(try_peer(SOCK_STREAM, DIRECTORY "/denied") == EPERM);
	CHECK(try_peer(SOCK_STREAM, "@free") == EPERM);
	CHECK(try_peer(SOCK_STREAM, DIRECTORY "/free") == 0);
}

static void connect_to_each(void)
{
	CHECK(try_peer(SOCK_STREAM, DIRECTORY "/denied") == EPERM);
	CHECK(try_peer(SOCK_STREAM, "@denied-one") == EPERM);
}

static void records_name_the_peer(const struct test_case *test)
{
	const struct denial_event *event;

	CHECK(wait_ok(subject_start(test->name)));
	CHECK(harvest().by_rule == 2);
	event = next_denial();
	CHECK(event && event->hook == HOOK_UNIX_STREAM_CONNECT && event->error == EPERM);
	CHECK(!event->object.peer.is_abstract && event->object.peer.inode);
	CHECK(event->object_length == sizeof("denied\0unix\0tmp"));
	CHECK(!memcmp(event->names, "denied\0unix\0tmp", sizeof("denied\0unix\0tmp")));
	CHECK(!strcmp(event->names + event->object_length, "kernel-test"));
	event = next_denial();
	CHECK(event && event->object.peer.is_abstract && !event->object.peer.inode);
	CHECK(event->object_length == sizeof("@denied-one"));
	CHECK(!strcmp(event->names, "@denied-one"));
	CHECK(!strcmp(event->names + event->object_length, "kernel-test"));
}

static void audited(void)
{
	CHECK(try_peer(SOCK_STREAM, DIRECTORY "/denied") == 0);
	CHECK(try_peer(SOCK_STREAM, DIRECTORY "/free") == 0);
}

static void audits_are_counted(const struct test_case *test)
{
	const struct denial_event *event;

	CHECK(wait_ok(subject_start(test->name)));
	CHECK(harvest().by_rule == 1);
	event = next_denial();
	CHECK(event && event->verdict == VERDICT_AUDIT && event->error == 0);
}

static void killed(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		try_peer(SOCK_STREAM, DIRECTORY "/denied");
		_exit(0);
	}
	status = wait_status(pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	CHECK(try_peer(SOCK_STREAM, DIRECTORY "/free") == 0);
}

#define THREADS 64
#define CALLS	200

static void *connect_much(void *data)
{
	(void)data;
	for (int i = 0; i < CALLS; i++) {
		CHECK(try_peer(SOCK_DGRAM, DIRECTORY "/denied") == EPERM);
		CHECK(try_datagram("@denied") == EPERM);
		CHECK(try_peer(SOCK_DGRAM, DIRECTORY "/free") == 0);
	}
	return NULL;
}

static void connect_by_threads(void)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, connect_much, NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
}

static void each_is_counted(const struct test_case *test)
{
	struct counted counted;

	CHECK(wait_ok(subject_start(test->name)));
	counted = harvest();
	CHECK(counted.by_rule == 2ULL * THREADS * CALLS);
	CHECK(counted.fixed[COUNTER_CLOSED + HOOK_UNIX_MAY_SEND] == 0);
}

#define STREAMS	  .set_up = serve_streams, .tear_down = close_servers
#define DATAGRAMS .set_up = serve_datagrams, .tear_down = close_servers

const struct test_case unix_cases[] = {
	CASE("a stream is denied by its peer's name", DENIED, streams, STREAMS),
	CASE("a packet stream is denied by its peer's name", DENIED, packets,
	     .set_up = serve_packets, .tear_down = close_servers),
	CASE("a datagram is denied by its receiver's name", DENIED, datagrams, DATAGRAMS),
	CASE("a peer is denied by each of its names", DENIED, other_names, STREAMS),
	CASE("a peer of the subject's own is denied as well", DENIED, own_server,
	     STREAMS),
	CASE("each byte of an abstract name counts", DENIED, abstract_names),
	CASE("a peer that nobody named matches nothing", DENIED, without_names),
	CASE("who acts counts for peers", BY_PROGRAM, who_acts_counts, STREAMS),
	CASE("records name the peer", DENIED, connect_to_each, STREAMS,
	     .outside = records_name_the_peer),
	CASE("an audited peer is connected to and counted", AUDITED, audited, STREAMS,
	     .outside = audits_are_counted),
	CASE("kill kills who connects", KILLED, killed, STREAMS),
	CASE("of 64 threads no peer is reached or uncounted", DENIED, connect_by_threads,
	     DATAGRAMS, .outside = each_is_counted),
	{0},
};
