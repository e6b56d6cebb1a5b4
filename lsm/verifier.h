/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
#ifndef LSMD_LSM_VERIFIER_H
#define LSMD_LSM_VERIFIER_H

/*
 * Keep a value, yet make the kernel's verifier forget what it could be. It would follow each
 * value and range that comparisons leave to a running value through the rest of a loop, apart
 * from all others, and not finish. @noise: something that it knows nothing about.
 */
#define VERIFIER_FORGET(value, noise)               \
	do {                                        \
		(value) ^= (noise);                 \
		__asm__ volatile("" : "+r"(value)); \
		(value) ^= (noise);                 \
	} while (0)

#endif
