/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
#ifndef LSMD_LSM_ABI_H
#define LSMD_LSM_ABI_H

/*
 * What the kernel side and the agent share: keys and values of the maps, and the records of
 * the ring buffer. Integers are in the machine's byte order unless a field says otherwise.
 * The image's inner format is in image.h.
 */

#include "limits.h"

#ifndef __bpf__
#include <assert.h>
#include <linux/types.h>
#endif

/* Changed when a running agent could not read what an older one left pinned. */
#define ABI_VERSION 2

enum verdict {
	VERDICT_ALLOW = 0,
	VERDICT_AUDIT = 1,
	VERDICT_DENY = 2,
	VERDICT_KILL = 3,
};

enum hook {
	HOOK_BPRM_CHECK_SECURITY = 0,
	HOOK_FILE_OPEN = 1,
	HOOK_SOCKET_CREATE = 2,
	HOOK_SOCKET_CONNECT = 3,
	HOOK_SOCKET_SENDMSG = 4,
	HOOK_UNIX_STREAM_CONNECT = 5,
	HOOK_UNIX_MAY_SEND = 6,
	HOOK_COUNT,
};

/* Map "cgroups", hash: cgroup id (__u64, the kernfs id, which is also the directory's inode
 * number) -> struct cgroup_value. A missing key: no subject, nothing is judged. */
struct cgroup_value {
	__u32 slot;
	__u32 flags; /* CGROUP_F_*, and CGROUP_TAG() of the key */
};

/* The subject's processes live on the host's root (a unit, a dry run): its first exec from
 * there ends entering. Without it only an exec from a mount namespace of its own does. */
#define CGROUP_F_HOST_ROOT 1U

/* The slot is a pod's: containers whose own is not there yet share it, each with a root and a
 * mount namespace of its own. Neither is kept for it. */
#define CGROUP_F_SHARED 2U

#define CGROUP_FLAGS 0xffffU

/* A reader that was overtaken by the removal of its cgroup may hold an element that is another
 * cgroup's by now. The tag tells: a value whose tag is not the key's is no value. */
#define CGROUP_TAG(id) ((__u32)(id) << 16)

/* Map "slots", array of LIMIT_SLOTS, memory-mapped. Slot 0 is never given out. */
struct slot {
	/* What is in force, stored and read as one word: SLOT_IMAGE() and SLOT_COUNTERS().
	 * Image 0: no rules. */
	__u64 image;
	/* The container's own mount namespace: 32 bits of what the kernel never gives twice,
	 * mnt_namespace.seq or, from 6.18, ns_id; 0 while it is not known. */
	__u32 mount_namespace;
	/* Record budget of the running second, kept by the kernel. */
	__u32 records;
	__u64 records_since;
	/* Cgroups in the map that point here, kept by the programs of cgroup.bpf.c. */
	__u32 cgroups;
	/* super_block.s_dev of the container's root file system; 0 while it is not known. These
	 * are recorded when a task arrives. */
	__u32 root_device;
	/* Boot time in ns at which the container's first program began; 0 while it is not known. */
	__u64 arrived;
	/* Processes in the map "scripts"; and 1: for one there was no room. */
	__u32 scripts;
	__u32 scripts_lost;
};

#define SLOT_IMAGE(word) ((__u32)(word))
#define SLOT_COUNTERS(word) ((__u32)((word) >> 32))
#define SLOT_WORD(image, counters) ((__u64)(counters) << 32 | (__u32)(image))

/* Map "images", array of maps of LIMIT_IMAGES: image index -> array of __u64 words. A missing
 * element behind an index that a slot holds cannot be: it is published first, freed last. */

/*
 * Map "counters", array of LIMIT_COUNTERS __u64, memory-mapped. A slot's block starts at
 * SLOT_COUNTERS() and has COUNTER_RULES + the image's number of rules elements. A reported
 * verdict bumps exactly one element: COUNTER_ENTERING, COUNTER_PAUSED, COUNTER_CLOSED, or its
 * rule's; COUNTER_UNRECORDED comes on top.
 */
enum counter {
	COUNTER_UNRECORDED = 0,   /* reported verdicts for which no record was written */
	COUNTER_ENTERING = 1,     /* verdicts turned to audit since the task was entering */
	COUNTER_PAUSED = 2,       /* verdicts turned to audit since the agent is paused */
	COUNTER_CLOSED = 3,       /* + enum hook: denied since the hook could not read */
	COUNTER_RULES = COUNTER_CLOSED + HOOK_COUNT, /* + rule number */
};

/* Rule number of a record that no rule caused. */
#define RULE_CLOSED 0xffffffffU

/* Map "filter", array of LIMIT_FILTER __u32: how many cgroups of the map fall in a cell. Zero
 * means that none does, and spares the look-up. Kept by the programs of cgroup.bpf.c alone. */
#define FILTER_CELL(id) ((__u32)(((id) * 0x9e3779b97f4a7c15ULL) >> 48))

/* Map "entering", hash: tgid (__u32) -> start_boottime of the process (__u64), which tells it
 * from a later one of the same number. The tasks that DESIGN.md 12 calls entering. */

/*
 * Map "scripts", hash: tgid (__u32) -> the script that the process executes by an interpreter, as
 * `from` asks for it. Kept by the programs alone; missing: it executes none.
 */
struct script {
	__u64 born;   /* start_boottime of the process, as in "entering" */
	__u64 inode;  /* what it is, as in identity_key */
	__u32 device;
	__u32 slot;   /* that counts it */
	__u32 flags;  /* SCRIPT_F_* */
	__u32 start;  /* of the path in these bytes, whose last is NUL */
	char path[LIMIT_SCRIPT_PATH];
};

#define SCRIPT_F_TRUSTED 1U /* its name counted when it was executed (DESIGN.md 5) */
#define SCRIPT_F_UNKNOWN 2U /* it has no name, or one that is too long */

/*
 * Map "identities", hash: what a path of a rule is in one container (DESIGN.md 4) -> its accept,
 * as an automaton's (__u32, see image.h). One file can be several paths with different accepts:
 * they are numbered from 0, without a gap.
 *
 * An entry is for one image: those of the next one are there before it is in force, and those of
 * the last one until no program decides by it any more.
 */
struct identity_key {
	__u64 inode;
	__u32 device; /* super_block.s_dev, the kernel's encoding */
	__u32 slot;
	__u32 image;
	__u32 number;
};

/* What identity_read tells of a descriptor of the process that runs it. */
enum identity_part {
	IDENTITY_INODE_LO,
	IDENTITY_INODE_HI,
	IDENTITY_DEVICE,    /* as in identity_key; 0: no such descriptor */
	IDENTITY_NAMESPACE, /* of its mount, as struct slot has it; 0: of none */
};

/* Map "state", array of one, memory-mapped. */
struct state {
	__u32 abi_version;
	__u32 paused;             /* not 0: every deny and kill becomes audit; a bit a source */
	__u32 overflow;           /* 1: the cgroup map was full once; look-ups climb */
	__u32 records_per_second; /* per subject; 0: no records */
	__u64 lost_cgroup_events; /* cgroup events that found no room in the ring */
	__u64 paused_until;       /* boot time in ns at which paused ends; 0: no end */
	/* While two generations of programs are attached (DESIGN.md 10), the one that has this
	 * number in its constant "generation" reports audits. What it denies, each reports. */
	__u32 generation;
	__u32 reserved;
	/* CLOCK_REALTIME less CLOCK_BOOTTIME in ns, kept by the agent; 0: not known. */
	__u64 realtime_offset;
};

enum event_type {
	EVENT_DENIAL = 1,
	EVENT_CGROUP_MADE = 2,
	EVENT_CGROUP_REMOVED = 3,
};

#define DENIAL_F_ENTERING 1U  /* would have been denied, the task was entering */
#define DENIAL_F_PAUSED 2U    /* would have been denied, everything is paused */
#define DENIAL_F_CLOSED 4U    /* denied because the hook could not read */
#define DENIAL_F_TRUNCATED 8U /* names on the root side are missing from a path */
#define DENIAL_F_EXE_TRUNCATED 16U
#define DENIAL_F_NO_NAME 32U  /* the object has no name in any mount namespace */

/* Bits of object.file.access. */
#define ACCESS_READ 1U
#define ACCESS_WRITE 2U
#define ACCESS_EXEC 4U

struct denial_event {
	__u32 type; /* EVENT_DENIAL */
	__u32 image;
	__u64 time; /* CLOCK_BOOTTIME, ns */
	__u64 cgroup;
	__u32 slot;
	__u32 rule; /* number in the image, or RULE_CLOSED */
	__u8 verdict;
	__u8 would; /* what it would be without audit, entering or pause */
	__u8 hook;
	__u8 error; /* positive errno that the caller got; 0 for audit */
	__u32 flags;
	__u32 pid; /* tgid, as the first pid namespace numbers it; so are the next two */
	__u32 tid;
	__u32 ppid;
	__u32 uid; /* in the first user namespace */
	__u32 gid;
	__u32 reserved;
	char comm[16];
	union {
		struct {
			__u64 inode;
			__u32 device;
			__u32 access;
		} file;
		struct {
			__u32 family;
			__u32 type;
			__u32 protocol;
		} socket;
		struct {
			__u8 address[16]; /* network order; an IPv4 one as ::ffff:a.b.c.d */
			__u16 port;       /* host order */
			__u16 family;     /* of the address as the caller wrote it */
			__u32 protocol;
		} network;
		struct {
			__u64 inode; /* of the socket's file, 0 for an abstract name */
			__u32 device;
			__u32 is_abstract; /* names[] has "@", its bytes, whatever they are, NUL */
		} peer; /* of a unix socket */
		__u8 raw[24];
	} object;
	__u16 object_length; /* bytes of names[] that are the object's */
	__u16 exe_length;    /* bytes after them that are the executable's */
	__u32 size;          /* bytes of names[] in this record */
	/* Names from the leaf to the root, each ended by NUL: "passwd\0etc\0" is /etc/passwd, no
	 * bytes at all with no flag is "/". */
	char names[];
};

struct cgroup_event {
	__u32 type;
	__u32 hierarchy; /* cgroup_root.hierarchy_id; 0 is v2 */
	__u64 id;
	__u64 parent;
};

#ifndef __bpf__
static_assert(sizeof(struct cgroup_value) == 8, "cgroup_value");
static_assert(sizeof(struct slot) == 48, "slot");
static_assert(sizeof(struct script) == 288, "script");
static_assert(sizeof(struct identity_key) == 24, "identity_key");
static_assert(sizeof(struct state) == 48, "state");
static_assert(sizeof(struct denial_event) == 112, "denial_event");
static_assert(sizeof(struct cgroup_event) == 24, "cgroup_event");
#endif

#endif
