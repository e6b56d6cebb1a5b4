// SPDX-License-Identifier: Apache-2.0
#include "enforce/self_test_image.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "lsm/abi.h"
#include "lsm/image.h"
#include "util/cleanup.h"

/* Kind, namespace, name, section, rule name, message, tags. */
static const char strings[] =
	"LsmPolicy\0\0lsmd-self-test\0sockets\0no-unix-datagram\0\0";

#define STRING_WORDS ((sizeof(strings) + 7) / 8)

/* Where each table begins. */
enum {
	RULES = IMAGE_HEADER_WORDS,
	FAMILIES = RULES + RULE_WORDS,
	TYPES = FAMILIES + 4,
	PROTOCOLS = TYPES + 4,
	LIST = PROTOCOLS + 2,
	STRINGS = LIST + 1,
	WORDS = STRINGS + STRING_WORDS,
};

#define ENTRY(rule, group, verdict, flags, error)                                        \
	((uint64_t)(error) << 56 | (uint64_t)(flags) << 48 | (uint64_t)(verdict) << 40 | \
	 (uint64_t)(group) << 32 | (uint32_t)(rule))

/* bits as RULE_W_WHAT has them */
#define WHAT(verdict, section, group, severity, error)                                   \
	((uint64_t)(error) << 32 | (uint64_t)(severity) << 24 |                          \
	 (uint64_t)(group) << 16 | (uint64_t)(section) << 8 | (uint64_t)(verdict))

int self_test_image(struct image **ret_image)
{
	uint64_t words[WORDS] = {
		[IMAGE_H_ID] = WORD(IMAGE_MAGIC, ABI_VERSION),
		[IMAGE_H_SIZE] = WORD(WORDS, 1),
		[IMAGE_H_SECTIONS] =
			WORD(IMAGE_HAS(SECTION_SOCKETS), IMAGE_HAS(SECTION_SOCKETS)),
		[IMAGE_H_RULES] = WORD(RULES, 1),
		[IMAGE_H_SOCKETS] = WORD(FAMILIES, 0),
		[IMAGE_H_STRINGS] = WORD(STRINGS, sizeof(strings)),
		[RULES + RULE_W_WHAT] =
			WHAT(VERDICT_DENY, SECTION_SOCKETS, GROUP_CLUSTER, 0, EPERM),
		/* Of families AF_UNIX alone, of its types SOCK_DGRAM, every protocol. */
		[FAMILIES] = WORD(3, 0),
		[FAMILIES + 1] = WORD(0, 0),
		[FAMILIES + 2] = WORD(AF_UNIX, TYPES),
		[FAMILIES + 3] = WORD(AF_UNIX + 1, 0),
		[TYPES] = WORD(3, 0),
		[TYPES + 1] = WORD(0, 0),
		[TYPES + 2] = WORD(SOCK_DGRAM, PROTOCOLS),
		[TYPES + 3] = WORD(SOCK_DGRAM + 1, 0),
		[PROTOCOLS] = WORD(1, 0),
		[PROTOCOLS + 1] = WORD(0, LIST),
		[LIST] = ENTRY(0, GROUP_CLUSTER, VERDICT_DENY, ENTRY_LAST, EPERM),
	};

	memcpy(&words[STRINGS], strings, sizeof(strings));
	return image_load(words, ARRAY_SIZE(words), ret_image);
}
