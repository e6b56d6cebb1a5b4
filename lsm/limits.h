/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
#ifndef LSMD_LSM_LIMITS_H
#define LSMD_LSM_LIMITS_H

/*
 * Every limit of the kernel side, and what happens when it is reached. None is silent: what
 * does not fit is refused by the agent with the thing named, or counted by the kernel.
 */

/* Subjects on one node. One more is refused: its pod is listed as not covered in `status`. */
#define LIMIT_SLOTS 65536

/* Cgroups that point to a slot. One more sets state.overflow: look-ups then climb to the
 * nearest ancestor that has a slot, so that nothing is uncovered, only slower. */
#define LIMIT_CGROUPS 65536

/* Cgroups of one subject in that map. Those made inside beyond it stay out, and are looked up by
 * climbing, so that one subject cannot fill the map for all. */
#define LIMIT_SUBJECT_CGROUPS 1024

/* Cells of the counting filter in front of the cgroup map; a power of two. It has no full
 * state: cells are shared, and a shared cell costs a look-up that finds nothing. */
#define LIMIT_FILTER 65536

/* Distinct images in the kernel at once, index 0 being "none". One more leaves the subject
 * under its last image and is reported. */
#define LIMIT_IMAGES 16384

/* Words (8 bytes) of one image: 8 MiB. The compiler refuses a larger one, naming the rule. */
#define LIMIT_IMAGE_WORDS (1U << 20)

/* Counters of all subjects together. What does not fit leaves the last image in force. */
#define LIMIT_COUNTERS (1U << 19)

/* Tasks on their way into a container (DESIGN.md 12). When full, a newcomer is judged at once. */
#define LIMIT_ENTERING 16384

/* Threads that execute a script at this moment, or failed to and still live. When full, a script's
 * interpreter is judged as if it were executed by itself, and the script is not known for `from`. */
#define LIMIT_EXECS 4096

/* Processes that execute a script, whose path `from` asks for, and of those of one subject, so that
 * none can use up the map for all. One more marks its subject: what it does not know of the
 * subject's processes may then be each program (slot.scripts_lost). */
#define LIMIT_SCRIPTS 16384
#define LIMIT_SUBJECT_SCRIPTS 2048

/* Bytes of a script's path with its NUL, a power of two. A longer one, or one of more than 32 names,
 * may be each program. */
#define LIMIT_SCRIPT_PATH 256

/* Bytes of a script's first line up to the end of its interpreter's name, which the kernel has 256
 * of; a power of two. Of a longer one the interpreter is judged as if it were executed by itself. */
#define LIMIT_SCRIPT_LINE 128

/* Candidates for one event in one list, of which those that another always decides before are
 * left out: two or three for each group. The compiler refuses a longer list, naming the rule. */
#define LIMIT_LIST 128

/* Groups decided apart: the two tiers, their audit rules, and of each audit-mode policy of a
 * subject its rules and its audit rules. The compiler refuses the policy that would be one too many. */
#define LIMIT_GROUPS 63

/* Different lists of programs (`from`) in one image. The compiler refuses the rule that has one too
 * many. */
#define LIMIT_PROGRAM_SETS 32

/* Bytes and components of a path, as the kernel's PATH_MAX has them. Beyond: closed. */
#define LIMIT_PATH 4096
#define LIMIT_NAMES 2048

/* Identities of all subjects together; room for what 500 containers' literal paths name. The
 * agent lists a subject whose identities do not fit as partial. */
#define LIMIT_IDENTITIES 65536

/* Paths with different rules that one file of a container is; a multi-call program can be many.
 * The agent lists what does not fit. */
#define LIMIT_IDENTITY_ACCEPTS 8

/* Bytes of the ring buffer; a record that does not fit is counted, the verdict stands. */
#define LIMIT_RING (1U << 20)

/* Records per subject and second unless --records-per-second says otherwise; the counters
 * go on, and the number that was not recorded is shown. */
#define LIMIT_RECORDS_PER_SECOND 200

/* Bytes of names that a record carries for its object and its executable together, in a short
 * and in a long record. What is longer loses its root-side names and is marked truncated. */
#define LIMIT_RECORD_SHORT 768
#define LIMIT_RECORD_LONG (2 * LIMIT_PATH)

#endif
