// SPDX-License-Identifier: Apache-2.0
#include "policy/names.h"

#include <string.h>

#include "policy/nearest.h"
#include "util/cleanup.h"

static const struct name_row families[] = {
	{"unspec", 0},	 {"unix", 1},	    {"local", 1},	{"inet", 2},
	{"ax25", 3},	 {"ipx", 4},	    {"appletalk", 5},	{"netrom", 6},
	{"bridge", 7},	 {"atmpvc", 8},	    {"x25", 9},		{"inet6", 10},
	{"rose", 11},	 {"decnet", 12},    {"netbeui", 13},	{"security", 14},
	{"key", 15},	 {"netlink", 16},   {"route", 16},	{"packet", 17},
	{"ash", 18},	 {"econet", 19},    {"atmsvc", 20},	{"rds", 21},
	{"sna", 22},	 {"irda", 23},	    {"pppox", 24},	{"wanpipe", 25},
	{"llc", 26},	 {"ib", 27},	    {"mpls", 28},	{"can", 29},
	{"tipc", 30},	 {"bluetooth", 31}, {"iucv", 32},	{"rxrpc", 33},
	{"isdn", 34},	 {"phonet", 35},    {"ieee802154", 36}, {"caif", 37},
	{"alg", 38},	 {"nfc", 39},	    {"vsock", 40},	{"kcm", 41},
	{"qipcrtr", 42}, {"smc", 43},	    {"xdp", 44},	{"mctp", 45},
};

static const struct name_row types[] = {
	{"stream", 1},	  {"dgram", 2}, {"raw", 3},	{"rdm", 4},
	{"seqpacket", 5}, {"dccp", 6},	{"packet", 10},
};

static const struct name_row protocols[] = {
	{"tcp", 6},	   {"tcp", 256},   {"tcp", 262},  {"udp", 17},	 {"udplite", 136},
	{"icmp", 1},	   {"icmpv6", 58}, {"sctp", 132}, {"dccp", 33},	 {"mptcp", 262},
	{"smc", 256},	   {"ip", 0},	   {"igmp", 2},	  {"ipip", 4},	 {"egp", 8},
	{"pup", 12},	   {"idp", 22},	   {"tp", 29},	  {"ipv6", 41},	 {"rsvp", 46},
	{"gre", 47},	   {"esp", 50},	   {"ah", 51},	  {"mtp", 92},	 {"beetph", 94},
	{"encap", 98},	   {"pim", 103},   {"comp", 108}, {"l2tp", 115}, {"mpls", 137},
	{"ethernet", 143}, {"raw", 255},
};

static const struct name_row capabilities[] = {
	{"CHOWN", 0},
	{"DAC_OVERRIDE", 1},
	{"DAC_READ_SEARCH", 2},
	{"FOWNER", 3},
	{"FSETID", 4},
	{"KILL", 5},
	{"SETGID", 6},
	{"SETUID", 7},
	{"SETPCAP", 8},
	{"LINUX_IMMUTABLE", 9},
	{"NET_BIND_SERVICE", 10},
	{"NET_BROADCAST", 11},
	{"NET_ADMIN", 12},
	{"NET_RAW", 13},
	{"IPC_LOCK", 14},
	{"IPC_OWNER", 15},
	{"SYS_MODULE", 16},
	{"SYS_RAWIO", 17},
	{"SYS_CHROOT", 18},
	{"SYS_PTRACE", 19},
	{"SYS_PACCT", 20},
	{"SYS_ADMIN", 21},
	{"SYS_BOOT", 22},
	{"SYS_NICE", 23},
	{"SYS_RESOURCE", 24},
	{"SYS_TIME", 25},
	{"SYS_TTY_CONFIG", 26},
	{"MKNOD", 27},
	{"LEASE", 28},
	{"AUDIT_WRITE", 29},
	{"AUDIT_CONTROL", 30},
	{"SETFCAP", 31},
	{"MAC_OVERRIDE", 32},
	{"MAC_ADMIN", 33},
	{"SYSLOG", 34},
	{"WAKE_ALARM", 35},
	{"BLOCK_SUSPEND", 36},
	{"AUDIT_READ", 37},
	{"PERFMON", 38},
	{"BPF", 39},
	{"CHECKPOINT_RESTORE", 40},
};

/* The ranges leave room for what newer kernels number; nothing above them can be asked
 * for. */
const struct name_table names_families = {
	"a socket family", families, ARRAY_SIZE(families), 0, 255,
};
const struct name_table names_types = {
	"a socket type", types, ARRAY_SIZE(types), 1, 10,
};
const struct name_table names_protocols = {
	"a protocol", protocols, ARRAY_SIZE(protocols), 0, 65535,
};
const struct name_table names_capabilities = {
	"a capability", capabilities, ARRAY_SIZE(capabilities), 0, 63,
};

size_t names_find(const struct name_table *table, const char *word, size_t from)
{
	size_t i = from;

	while (i < table->n && strcasecmp(table->rows[i].name, word) != 0)
		i++;
	return i;
}

const char *names_of(const struct name_table *table, uint32_t number)
{
	for (size_t i = 0; i < table->n; i++)
		if (table->rows[i].number == number)
			return table->rows[i].name;
	return NULL;
}

const char *names_nearest(const struct name_table *table, const char *word)
{
	struct nearest nearest = {.word = word};

	for (size_t i = 0; i < table->n; i++)
		nearest_try(&nearest, table->rows[i].name);
	return nearest.best;
}
