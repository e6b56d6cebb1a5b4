// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/socket.h>
#include <time.h>

#include "event.h"

/* Stands for the compiler's: these tests are about events. */
int image_rule(const struct image *image, uint32_t rule, struct image_rule_info *ret_info)
{
	(void)image;
	if (rule != 3)
		return -ENOENT;
	*ret_info = (struct image_rule_info){
		.severity = 7,
		.kind = "LsmPolicy",
		.name_space = "policy-namespace",
		.policy = "policy-name",
		.section_name = "file",
		.rule = "rule-name",
		.message = "ask \"ops\"\nfirst",
		.tags = "pci,a b,c",
	};
	return 0;
}

static json_t *json_of(const struct event_buffer *buffer, const struct image *image)
{
	struct denial *denial = NULL;
	json_t *json;

	cr_assert(eq(int, event_denial(buffer, image, 42, &denial), 0));
	json = denial_json(denial);
	cr_assert(ne(ptr, json, NULL));
	denial_unref(denial);
	return json;
}

/* Compare with JSON in which ' stands for ". */
static void is(const json_t *json, const char *expected)
{
	char *text = strdup(expected), *dump;
	json_error_t error;
	json_t *wanted;

	for (char *at = text; *at; at++)
		if (*at == '\'')
			*at = '"';
	wanted = json_loads(text, JSON_DECODE_ANY, &error);
	cr_assert(ne(ptr, wanted, NULL), "%s: %s", error.text, text);
	dump = json_dumps(json, JSON_ENCODE_ANY);
	cr_expect(json_equal(json, wanted), "is %s, not %s", dump, text);
	json_decref(wanted);
	free(dump);
	free(text);
}

static void object_is(const struct event_buffer *buffer, const char *expected)
{
	json_t *json = json_of(buffer, NULL);

	is(json_object_get(json, "object"), expected);
	json_decref(json);
}

static uint64_t nanoseconds(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

Test(denial_json, has_every_field_of_an_event)
{
	struct image image = {.references = 1};
	struct event_buffer buffer;
	json_t *json;

	event_init(&buffer, HOOK_FILE_OPEN);
	buffer.event.image = 100;
	buffer.event.time = nanoseconds(CLOCK_BOOTTIME);
	buffer.event.cgroup = 101;
	buffer.event.slot = 102;
	buffer.event.rule = 3;
	buffer.event.verdict = VERDICT_AUDIT;
	buffer.event.would = VERDICT_KILL;
	buffer.event.error = EROFS;
	buffer.event.flags = DENIAL_F_ENTERING | DENIAL_F_PAUSED;
	buffer.event.pid = 103;
	buffer.event.tid = 104;
	buffer.event.ppid = 105;
	buffer.event.uid = 106;
	buffer.event.gid = 4294967294;
	memcpy(buffer.event.comm, "sixteen-letters!", 16);
	buffer.event.object.file.inode = UINT64_MAX;
	buffer.event.object.file.device = 259 << 20 | 7;
	buffer.event.object.file.access = ACCESS_READ | ACCESS_WRITE;
	EVENT_NAMES(&buffer, "shadow\0etc\0", "cat\0bin\0usr\0");
	json = json_of(&buffer, &image);
	cr_expect(eq(int, json_object_del(json, "time"), 0));
	is(json,
	   "{'sequence':42,'node':'node-1','verdict':'audit','would':'kill','hook':'file_"
	   "open',"
	   "'errno':'EROFS','policy':{'kind':'LsmPolicy','namespace':'policy-namespace','"
	   "name':"
	   "'policy-name'},'section':'file','rule':'rule-name','severity':7,'message':"
	   "'ask \\'ops\\'\\\\x0afirst','tags':['pci','a "
	   "b','c'],'pod':{'namespace':'shop','name':"
	   "'web-0','uid':'7a875b5c-4d3c-4345-ac0f-5c847d8d7129'},'container':{'name':'"
	   "web','id':"
	   "'0e768f8db752fcd6'},'cgroup':'kubepods/pod7a875b5c/"
	   "0e768f8db752fcd6','process':{'pid':"
	   "103,'tid':104,'ppid':105,'uid':106,'gid':4294967294,'executable':'/usr/bin/"
	   "cat',"
	   "'command':'sixteen-letters!'},'object':{'type':'file','path':'/etc/"
	   "shadow','access':"
	   "['read','write'],'device':'259:7','inode':'18446744073709551615'},'flags':['"
	   "entering',"
	   "'paused']}");
	json_decref(json);
}

Test(denial_json, has_every_key_when_nothing_is_known)
{
	static const struct denial_subject nobody = {};
	struct event_buffer buffer;
	struct denial *denial;
	json_t *json;

	event_init(&buffer, HOOK_BPRM_CHECK_SECURITY);
	memset(buffer.event.comm, 0, sizeof(buffer.event.comm));
	buffer.event.error = 0;
	buffer.event.rule = RULE_CLOSED;
	cr_assert(eq(int,
		     denial_new(&buffer.event, sizeof(buffer.event), NULL, &nobody, 1,
				&denial),
		     0));
	json = denial_json(denial);
	cr_expect(eq(int, json_object_del(json, "time"), 0));
	is(json, "{'sequence':1,'node':'','verdict':'deny','would':'deny','hook':'bprm_"
		 "check_security',"
		 "'errno':'','policy':{'kind':'','namespace':'','name':''},'section':'"
		 "exec','rule':'',"
		 "'severity':0,'message':'','tags':[],'pod':{'namespace':'','name':'','"
		 "uid':''},"
		 "'container':{'name':'','id':''},'cgroup':'','process':{'pid':0,'tid':0,"
		 "'ppid':0,'uid':"
		 "0,'gid':0,'executable':'','command':''},'object':{'type':'file','path':"
		 "'/','access':[],"
		 "'device':'0:0','inode':'0'},'flags':[]}");
	json_decref(json);
	denial_unref(denial);
}

Test(denial_json, gives_the_wall_clocks_time)
{
	uint64_t wall = nanoseconds(CLOCK_REALTIME), shown;
	struct event_buffer buffer;
	struct tm parts = {};
	const char *rest;
	json_t *json;

	event_init(&buffer, HOOK_FILE_OPEN);
	buffer.event.time = nanoseconds(CLOCK_BOOTTIME) - 3600000000000;
	json = json_of(&buffer, NULL);
	rest = strptime(json_string_value(json_object_get(json, "time")),
			"%Y-%m-%dT%H:%M:%S", &parts);
	cr_assert(ne(ptr, (void *)rest, NULL));
	cr_expect(eq(sz, strlen(rest), 11));
	cr_expect(eq(int, rest[10], 'Z'));
	shown = (uint64_t)timegm(&parts) + 3600;
	cr_expect(shown * 1000000000 + 1000000000 >= wall &&
		  shown <= wall / 1000000000 + 60);
	json_decref(json);
}

Test(denial_json, marks_paths_that_are_not_whole)
{
	struct event_buffer buffer;
	json_t *json;

	event_init(&buffer, HOOK_FILE_OPEN);
	buffer.event.flags = DENIAL_F_TRUNCATED | DENIAL_F_EXE_TRUNCATED;
	EVENT_NAMES(&buffer, "c\0b\0", "x\0y\0");
	json = json_of(&buffer, NULL);
	is(json_object_get(json, "flags"), "['truncated','executable-truncated']");
	is(json_object_get(json_object_get(json, "object"), "path"), "'.../b/c'");
	is(json_object_get(json_object_get(json, "process"), "executable"), "'.../y/x'");
	json_decref(json);
}

Test(denial_json, gives_a_file_without_a_name_no_place)
{
	struct event_buffer buffer;
	json_t *json;

	event_init(&buffer, HOOK_BPRM_CHECK_SECURITY);
	buffer.event.flags = DENIAL_F_NO_NAME | DENIAL_F_CLOSED;
	buffer.event.object.file.access = ACCESS_EXEC;
	EVENT_NAMES(&buffer, "memfd:/bin/sh\0", "");
	json = json_of(&buffer, NULL);
	is(json_object_get(json, "flags"), "['closed','no-name']");
	is(json_object_get(json, "object"),
	   "{'type':'file','path':'memfd:\\\\x2fbin\\\\x2fsh',"
	   "'access':['exec'],'device':'0:0','inode':'0'}");
	json_decref(json);
}

Test(denial_json, names_sockets)
{
	struct event_buffer buffer;

	event_init(&buffer, HOOK_SOCKET_CREATE);
	buffer.event.object.socket.family = AF_INET;
	buffer.event.object.socket.type = SOCK_RAW;
	buffer.event.object.socket.protocol = 1;
	object_is(
		&buffer,
		"{'type':'socket','family':'inet','socketType':'raw','protocol':'icmp'}");
	buffer.event.object.socket.protocol = 262;
	object_is(&buffer, "{'type':'socket','family':'inet','socketType':'raw','"
			   "protocol':'mptcp'}");
}

Test(denial_json, gives_numbers_where_there_is_no_name)
{
	struct event_buffer buffer;

	event_init(&buffer, HOOK_SOCKET_CREATE);
	buffer.event.object.socket.family = 200;
	buffer.event.object.socket.type = 9;
	buffer.event.object.socket.protocol = UINT32_MAX;
	object_is(&buffer,
		  "{'type':'socket','family':200,'socketType':9,'protocol':4294967295}");
	/* NETLINK_FIREWALL is no IGMP. */
	buffer.event.object.socket.family = AF_NETLINK;
	buffer.event.object.socket.type = SOCK_RAW;
	buffer.event.object.socket.protocol = 2;
	object_is(&buffer,
		  "{'type':'socket','family':'netlink','socketType':'raw','protocol':2}");
}

Test(denial_json, shows_addresses_as_people_write_them)
{
	static const uint8_t mapped[16] = {[10] = 0xff, 0xff, 10, 1, 2, 3};
	static const uint8_t native[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
	struct event_buffer buffer;

	event_init(&buffer, HOOK_SOCKET_CONNECT);
	memcpy(buffer.event.object.network.address, mapped, 16);
	buffer.event.object.network.port = 65535;
	buffer.event.object.network.family = AF_INET;
	buffer.event.object.network.protocol = 6;
	object_is(&buffer,
		  "{'type':'address','family':'inet','address':'10.1.2.3','port':65535,"
		  "'protocol':'tcp'}");
	buffer.event.object.network.family = AF_INET6;
	object_is(&buffer,
		  "{'type':'address','family':'inet6','address':'10.1.2.3','port':65535,"
		  "'protocol':'tcp'}");
	memcpy(buffer.event.object.network.address, native, 16);
	buffer.event.object.network.protocol = 17;
	object_is(&buffer,
		  "{'type':'address','family':'inet6','address':'2001:db8::1','port':"
		  "65535,'protocol':'udp'}");
}

Test(denial_json, names_a_unix_socket_by_its_file)
{
	struct event_buffer buffer;

	event_init(&buffer, HOOK_UNIX_STREAM_CONNECT);
	buffer.event.object.peer.inode = 123;
	buffer.event.object.peer.device = 8U << 20 | 1;
	EVENT_NAMES(&buffer, "a.sock\0run\0", "curl\0bin\0");
	object_is(&buffer,
		  "{'type':'unix','path':'/run/a.sock','device':'8:1','inode':'123'}");
}

Test(denial_json, names_an_abstract_unix_socket_by_each_of_its_bytes)
{
	struct event_buffer buffer;
	json_t *json;

	event_init(&buffer, HOOK_UNIX_MAY_SEND);
	buffer.event.object.peer.is_abstract = 1;
	EVENT_NAMES(&buffer, "@a/b\0\n\xff\\\0", "curl\0bin\0");
	json = json_of(&buffer, NULL);
	is(json_object_get(json, "object"),
	   "{'type':'unix','path':'@a/b\\\\x00\\\\x0a\\\\xff\\\\\\\\',"
	   "'device':'','inode':''}");
	is(json_object_get(json_object_get(json, "process"), "executable"),
	   "'/bin/curl'");
	json_decref(json);
	/* No bytes at all are no name, and no reason to read what is not there. */
	EVENT_NAMES(&buffer, "", "");
	object_is(&buffer, "{'type':'unix','path':'','device':'','inode':''}");
}

Test(denial_json, shows_hostile_names_harmlessly)
{
	struct event_buffer buffer;
	json_t *json;

	event_init(&buffer, HOOK_FILE_OPEN);
	memcpy(buffer.event.comm, "\x1b]0;\\\xff", 7);
	EVENT_NAMES(&buffer, "a\nb\0\xe2\x80\xae\0", "");
	json = json_of(&buffer, NULL);
	is(json_object_get(json_object_get(json, "object"), "path"),
	   "'/\\\\xe2\\\\x80\\\\xae/a\\\\x0ab'");
	is(json_object_get(json_object_get(json, "process"), "command"),
	   "'\\\\x1b]0;\\\\\\\\\\\\xff'");
	json_decref(json);
}
