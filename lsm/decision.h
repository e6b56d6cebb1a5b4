/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
#ifndef LSMD_LSM_DECISION_H
#define LSMD_LSM_DECISION_H

/* What deciding an event gives, as one number. For decide.h, which says what has to be defined
 * before. */

#include "abi.h"
#include "image.h"

/*
 * A decision: one number, of which the larger is the stricter: of the same verdict, the one
 * with the lower rule number. 0 is "allowed, nothing to report".
 *
 *     bits 0-7 number of audit outcomes; 16-23 errno; 24-55 inverted rule number;
 *     56-63 enum verdict
 *
 * A verdict of ALLOW has neither rule nor errno.
 */
#define DECISION(verdict, rule, error)                                         \
	((__u64)(verdict) << 56 | (__u64)(__u32) ~(__u32)(rule) << 24 |        \
	 (__u64)(error) << 16)
#define DECISION_VERDICT(decision) ((__u32)((decision) >> 56))
#define DECISION_RULE(decision) (~(__u32)((decision) >> 24))
#define DECISION_ERRNO(decision) ((__u32)((decision) >> 16) & 0xff)
#define DECISION_AUDITS(decision) ((__u32)(decision) & 0xff)

/* Denied since the tables could not be read; EPERM. The weakest of all denials: a rule that
 * says the same is the better reason. */
#define DECISION_CLOSED DECISION(VERDICT_DENY, RULE_CLOSED, 1)

/** decide_stricter() - Of two decisions about one event, the one that holds. */
static __always_inline __u64 decide_stricter(__u64 a, __u64 b)
{
	return a > b ? a : b;
}

/**
 * decide_unread() - Decide an event of which the hook could not read what it needs.
 * @section: enum image_section
 * Return: DECISION_CLOSED if a rule of the section may deny, else 0.
 */
static __always_inline __u64 decide_unread(image_t image, __u32 section)
{
	__u32 denying = WORD_HI(image_word(image, IMAGE_H_SECTIONS));

	return denying & IMAGE_HAS(section) ? DECISION_CLOSED : 0;
}

#endif
