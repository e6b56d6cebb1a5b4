/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_IMAGE_H
#define LSMD_POLICY_IMAGE_H

/* The image compiler: the policies that select a subject, in the form of lsm/image.h. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/aliases.h"
#include "policy/diagnostic.h"
#include "policy/model.h"

/* Immutable and shared by reference count. */
struct image {
	unsigned references;
	uint64_t *words;
	size_t n_words;
	uint32_t n_rules; /* counters that it needs besides the fixed ones */
	uint8_t hash[16]; /* of the words: equal images have equal words */
};

/* What a rule number of an image stands for. Strings borrowed from the image. */
struct image_rule_info {
	enum verdict verdict;
	enum image_section section;
	bool is_default;
	uint8_t error;
	uint8_t severity;
	const char *kind, *name_space, *policy, *section_name, *rule, *message, *tags;
};

/**
 * image_compile() - Compile policies, all of which select the subject.
 * @policies:    in any order
 * @diagnostics: errors, each naming the policy's source and line
 * @ret_image:   set on success only; one reference, the caller's. NULL when @policies has
 * no rule and no default that could matter: then the subject needs no image
 *
 * Rules that are REFUSED are left out. The same policies give the same words.
 *
 * Return: 0; -E2BIG when a limit of lsm/limits.h is passed (the diagnostic names the
 * rule); -ENOMEM.
 */
int image_compile(const struct policy_list *policies, struct diagnostics *diagnostics,
		  struct image **ret_image);

/* What an image depends on besides the policies. */
struct image_options {
	const struct aliases *aliases; /* of the subject's root; NULL: none are known */
	/*
	 * For a dry run: nothing is denied. The policies of a tier decide together, as
	 * they do in force, but what a tier says is an audit report: its rule, and what
	 * it would be. Each tier reports for itself, as each policy in audit mode does.
	 * An event that could not be read is decided as closed, if a policy of any mode
	 * might say more than audit; state.paused makes a report of it.
	 */
	bool dry;
	/* Without exec and file: for a pod's sandbox, which runs nothing of the pod's.
	 * What it does with sockets is the pod's. */
	bool sandbox;
};

/**
 * image_compile_for() - As image_compile(), for subjects of one kind.
 *
 * What a rule says of a path it then says of the path's aliases, by name: images of roots
 * that have the same aliases are the same.
 */
int image_compile_for(const struct policy_list *policies,
		      const struct image_options *options,
		      struct diagnostics *diagnostics, struct image **ret_image);

/**
 * image_load() - Make an image of words that a kernel map held, after checking that every
 * offset in them is within and of the right kind: what passes can be decided on safely.
 * Return: 0, -EBADMSG when it is no image of this ABI_VERSION, -ENOMEM.
 */
int image_load(const uint64_t *words, size_t n_words, struct image **ret_image);

/** image_rule() - Describe a rule. Return: 0, -ENOENT for a number that it does not have.
 */
int image_rule(const struct image *image, uint32_t rule,
	       struct image_rule_info *ret_info);

struct image *image_ref(struct image *image);
struct image *image_unref(struct image *image);

#endif
