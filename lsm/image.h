/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
#ifndef LSMD_LSM_IMAGE_H
#define LSMD_LSM_IMAGE_H

#ifndef __bpf__
#include <linux/types.h>
#endif

/*
 * The format of an image: the compiled, immutable form of all policies that select a subject.
 * An image is an array of 64-bit words. The kernel reads words one at a time through
 * image_word(); the host reads the same words from memory. Every offset is a word number from
 * the image's start, and offset 0 (the header) stands for "nothing there".
 *
 * Deciding is a chain of three primitives, none of which depends on the number of rules:
 *
 *   automaton   path bytes      -> accept
 *   ranges      a number        -> offset of the next table, or of a list
 *   list        what is known   -> verdict and the rule that is its reason
 *
 *   exec, file, unix sockets:  automaton over the path -> accept[kind] -> list
 *   sockets:     ranges(family) -> ranges(type) -> ranges(protocol) -> list
 *   network:     ranges(IPv4) or ranges6(IPv6) -> ranges(protocol) -> ranges(port) -> list
 */

#define IMAGE_MAGIC 0x4c534d49U /* "LSMI" */

/* Words of the header. LO and HI are the halves of a word. */
enum image_header {
	IMAGE_H_ID = 0,         /* LO: IMAGE_MAGIC, HI: ABI_VERSION */
	IMAGE_H_SIZE = 1,       /* LO: words in the image, HI: rules in it */
	IMAGE_H_SECTIONS = 2,   /* LO: IMAGE_HAS_* bits, HI: IMAGE_HAS_* bits of sections that
				 * may deny, thus in which a hook that cannot read denies */
	IMAGE_H_RULES = 3,      /* LO: offset of the rule rows, HI: groups in use */
	IMAGE_H_AUTOMATON = 4,  /* LO: start state, HI: offset of the accept of a path that
				 * nothing matches */
	IMAGE_H_SOCKETS = 5,    /* LO: ranges by family */
	IMAGE_H_CONNECT = 6,    /* LO: ranges of IPv4 addresses, HI: ranges6 */
	IMAGE_H_STRINGS = 7,    /* LO: offset, HI: bytes. For the agent, never read by a program */
	IMAGE_H_FACTS = 8,      /* FACT_* bits that conditions ask for. LO: of exec, HI: of file */
	IMAGE_H_PROGRAMS = 9,   /* LO: IMAGE_HAS_* bits of sections in which a rule says `from` */
	IMAGE_HEADER_WORDS = 32,
};

/* Bits of IMAGE_H_SECTIONS, and a rule's section. */
enum image_section {
	SECTION_EXEC = 0,
	SECTION_FILE = 1,
	SECTION_SOCKETS = 2,
	SECTION_NETWORK = 3,
	SECTION_CAPABILITIES = 4,
	SECTION_PROCESS = 5,
	SECTION_COUNT,
};
#define IMAGE_HAS(section) (1U << (section))
#define IMAGE_HAS_IDENTITIES (1U << 16) /* the map "identities" is to be asked as well */
/* Which of the hooks that are attached on demand (DESIGN.md 14) the image needs: socket_sendmsg,
 * if a network rule about connecting or its default says anything but allow; unix_stream_connect
 * and unix_may_send, if a rule says `unix`. Without its bit a hook does not ask the image. In HI:
 * IMAGE_HAS_UNIX if such a rule may deny, thus a hook that cannot read the peer's name denies. */
#define IMAGE_HAS_SENDMSG (1U << 17)
#define IMAGE_HAS_UNIX (1U << 18)

/*
 * What image_word() gives for an offset beyond the image. Both halves are beyond every image, so
 * that whatever follows such a word ends at a list beyond it, which is decided as "could not
 * read" (decide.h): no reader on the way has to check. Added to itself it does not wrap.
 */
#define WORD_OUTSIDE 0x7fffffff7fffffffULL
#define OFFSET_OUTSIDE 0x7fffffffU

/*
 * Automaton. A state is the offset of its own header word:
 *     LO: offset of its accept, 0 = as where nothing matches (IMAGE_H_AUTOMATON HI);
 *     HI: the state that follows on a byte without a transition of its own.
 * The transition on byte b is the word at state + 1 + b when its LO (check) is the state;
 * its HI is the next state. State 0 is dead: nothing can match any more, stop.
 * A state with ACCEPT_FINAL set has no words: whatever follows, the rest of it is the offset
 * of the accept; stop there.
 * The automaton is the image's last part: nothing that lies behind a state can pass for one of
 * its transitions.
 * Input is "/", then the names joined by "/"; the root directory is "/" alone.
 *
 * The name of a unix socket without a file is fed as "@" and its bytes.
 *
 * Accept: three words: five list offsets, [0] LO exec, HI read; [1] LO write, HI read + write;
 * [2] LO unix; and [2] HI: bit N says that the path is in program set N, which is what one `from`
 * lists.
 */
#define STATE_DEAD 0U
#define ACCEPT_FINAL 0x80000000U

enum accept_kind {
	ACCEPT_EXEC = 0,
	ACCEPT_READ = 1,
	ACCEPT_WRITE = 2,
	ACCEPT_READ_WRITE = 3,
	ACCEPT_UNIX = 4,
};

#define ACCEPT_WORDS 3

/*
 * Ranges: a word {LO: n}, then n words {LO: first key of the range, HI: value}, ascending, the
 * first key 0. A range goes to the next one's start. Value: an offset, or 0 for an empty list.
 *
 * Ranges6: a word {LO: n}, then n times three words: address bytes 0-7 and 8-15 as
 * big-endian numbers, and {LO: value}. IPv4-mapped addresses are never looked up here.
 */

/*
 * List: entries in order of group, then rank (kill, deny, allow, default, audit), then reason
 * (POLICY.md, Decision 4); the last has ENTRY_LAST. Of one group the first entry that holds is
 * its outcome. Offset 0 is the empty list: allowed, nothing to report.
 *
 * Entry word: bits 0-31 rule number; 32-39 group; 40-47 enum verdict (of a default: DENY);
 * 48-55 ENTRY_* flags; 56-63 errno.
 *
 * Groups: GROUP_CLUSTER and GROUP_NAMESPACE are enforced and the stricter holds, of equal ones
 * the lower rule number is the reason. In all other groups an outcome of deny or kill
 * is an audit report with the outcome as "would".
 */
#define GROUP_CLUSTER 0
#define GROUP_NAMESPACE 1
#define GROUP_FIRST_AUDIT 2

#define ENTRY_LAST 1U
#define ENTRY_UNTIL 2U /* holds until the rule's boot time, RULE_W_UNTIL */
/* An allow (a default never has it): holds only for a name that counts (DESIGN.md 5). */
#define ENTRY_TRUSTED 4U
/* The rule's `except` has the name: holds only for a name that does not count. */
#define ENTRY_EXCEPTED 8U
/* A section's default: an object's identity says nothing about it (DESIGN.md 4). */
#define ENTRY_DEFAULT 16U
#define ENTRY_CONDITION 32U /* holds only under the rule's RULE_W_CONDITION */
/* `multicall: by-name`: holds for the name that the caller of an exec gives, and for no other. */
#define ENTRY_CALLED 64U

#define ENTRY_RULE(word) ((__u32)(word))
#define ENTRY_GROUP(word) ((__u32)((word) >> 32) & 0xff)
#define ENTRY_VERDICT(word) ((__u32)((word) >> 40) & 0xff)
#define ENTRY_FLAGS(word) ((__u32)((word) >> 48) & 0xff)
#define ENTRY_ERRNO(word) ((__u32)((word) >> 56) & 0xff)

/* Rule rows, RULE_WORDS words each. Defaults are rules of their own. */
enum image_rule {
	RULE_W_WHAT = 0,  /* bits 0-7 enum verdict, 8-15 section, 16-23 group, 24-31 severity,
			   * 32-39 errno, 40: is a section's default */
	RULE_W_UNTIL = 1, /* CLOCK_BOOTTIME in ns, 0: no end */
	RULE_W_TEXT = 2,  /* LO: offset in the strings, in bytes, of: policy kind, namespace, name,
			   * section, rule name, message, tags (joined by ","), each ended by NUL */
	RULE_W_CONDITION = 3,
	RULE_WORDS = 4,
};

/*
 * Facts about an event that a list may depend on, bits of one number.
 *
 * FACT_TRUSTED_NAME: the object's name counts (DESIGN.md 5), so that allow rules and `except`
 * apply. FACT_IDENTITY: the list is that of a name which the object merely is, too, under
 * another: allow rules and defaults do not apply, so that it can only add to what the name's
 * own list says. FACT_CALLED: the list is that of the name which the caller of an exec gave: only
 * rules that ask for that apply.
 *
 * The rest is what conditions of rules ask for (RULE_W_CONDITION).
 */
#define FACT_TRUSTED_NAME 1ULL
#define FACT_IDENTITY 2ULL
#define FACT_CALLED 4ULL
#define FACT_NAMES (FACT_TRUSTED_NAME | FACT_IDENTITY | FACT_CALLED)
#define FACT_FILELESS 8ULL       /* no link left, a memfd, or on a tmpfs for shared memory */
#define FACT_DRIFTED 16ULL       /* data that is not from the container's image */
#define FACT_STDIO_SOCKET 32ULL  /* one of descriptors 0-2 is an inet, inet6 or vsock socket */
#define FACT_OWNER_OTHER 64ULL   /* the file is not the acting user's */
#define FACT_INTERPRETER 128ULL  /* executed since a `#!` names it */
#define FACT_PROGRAM 256ULL      /* the acting program has a name; not for conditions */

/* RULE_W_CONDITION: bits 0-15 FACT_* that must hold, 16-31 those that must not; 32-36 a program
 * set, with one of the two flags below; 0: no condition. */
#define CONDITION_WANTED(word) ((__u32)(word) & 0xffff)
#define CONDITION_UNWANTED(word) ((__u32)(word) >> 16)
#define CONDITION_SET(word) ((__u32)((word) >> 32) & 31)
#define CONDITION_FROM (1ULL << 40)     /* the acting program is in the set */
#define CONDITION_FROM_NOT (1ULL << 41) /* it is not */
#define CONDITION(wanted, unwanted, set) \
	((__u64)(set) << 32 | (__u64)(unwanted) << 16 | (__u64)(wanted))

#define WORD_LO(word) ((__u32)(word))
#define WORD_HI(word) ((__u32)((word) >> 32))
#define WORD(lo, hi) ((__u64)(__u32)(hi) << 32 | (__u32)(lo))

#endif
