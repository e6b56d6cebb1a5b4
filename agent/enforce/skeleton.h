/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_SKELETON_H
#define LSMD_ENFORCE_SKELETON_H

/*
 * The programs and maps that are built in, which bpftool made lsmd.skel.h of. Needed to
 * load, and freed then: what goes on is held by descriptors (struct kernel).
 */

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "enforce/enforcer.h"

struct skeleton;

/* Tells one set of programs from another: of their object file, and of what is set in it.
 */
struct build_id {
	uint8_t bytes[16];
};

/**
 * skeleton_open() - Read the object, nothing in the kernel yet.
 * Return: 0, negative errno.
 */
int skeleton_open(struct skeleton **ret_skeleton);
struct skeleton *skeleton_free(struct skeleton *skeleton);

/** skeleton_build_id() - Equal when loading again would give the same programs. */
struct build_id skeleton_build_id(const struct enforcer_options *options);

/**
 * skeleton_configure() - Set the constants that the programs are verified with.
 * @generation: see struct state
 * Return: 0, negative errno.
 */
int skeleton_configure(struct skeleton *skeleton, const struct enforcer_options *options,
		       uint32_t generation);

/**
 * skeleton_trace() - Have the programs that only trace what is to be judged, in place of
 * those that may refuse it: the same judgement, at the entry of the function that calls
 * the hook.
 * Return: 0; -ENOTSUP when none are built in; another negative errno.
 */
int skeleton_trace(struct skeleton *skeleton);

/** skeleton_size_map() - Before loading. Return: 0, negative errno. */
int skeleton_size_map(struct skeleton *skeleton, const char *name, uint32_t max_entries);

/** skeleton_program_fd() - Borrowed. Return: negative errno before loading. */
int skeleton_program_fd(const struct skeleton *skeleton, const char *name);

/**
 * skeleton_use_map() - Load with a map that is there already.
 * Return: 0; -EEXIST when it is not what the programs were built for; another negative
 * errno.
 */
int skeleton_use_map(struct skeleton *skeleton, const char *name, int fd);

/** skeleton_load() - Return: 0, negative errno; why is in the libbpf log. */
int skeleton_load(struct skeleton *skeleton);

/** skeleton_map_fd() - Borrowed. Return: negative errno before loading. */
int skeleton_map_fd(const struct skeleton *skeleton, const char *name);

/** skeleton_next_program() - Of those that this kernel is to have; @previous: NULL first.
 */
struct bpf_program *skeleton_next_program(const struct skeleton *skeleton,
					  const struct bpf_program *previous);

/** skeleton_is_callable() - Is it run by the agent (BPF_PROG_TEST_RUN) and attached
 * nowhere? */
bool skeleton_is_callable(const struct bpf_program *program);

#endif
