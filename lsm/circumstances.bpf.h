/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_CIRCUMSTANCES_BPF_H
#define LSMD_LSM_CIRCUMSTANCES_BPF_H

/* Under what an event is decided: what the image's conditions ask for, and nothing else. */

#include "facts.bpf.h"
#include "program.bpf.h"
#include "subject.bpf.h"

/* Add what programs_of_current() said. */
static __always_inline void circumstances_programs(struct circumstances *under, __u64 programs)
{
	/* Of a nameless one the bits say what is not so. */
	if (programs == PROGRAMS_NAMELESS)
		return;
	under->programs = programs;
	if (programs != PROGRAMS_UNREAD)
		under->facts |= FACT_PROGRAM;
}

/** circumstances_asked() - Return: the FACT_* bits that the conditions of a section ask for. */
static __always_inline __u32 circumstances_asked(image_t image, const __u32 section)
{
	__u64 facts = image_word(image, IMAGE_H_FACTS);

	return section == SECTION_EXEC ? WORD_LO(facts) : WORD_HI(facts);
}

/**
 * circumstances_from() - Find the acting program, if a rule of the section says `from`.
 * Return: for circumstances_programs().
 */
static __always_inline __u64 circumstances_from(const struct subject *subject, const __u32 section)
{
	__u32 asking = WORD_LO(image_word(subject->image, IMAGE_H_PROGRAMS));

	if (!(asking & IMAGE_HAS(section)))
		return PROGRAMS_NAMELESS;
	return programs_of_current(SLOT_IMAGE(subject->word), VALUE_SLOT(subject->value));
}

#endif
