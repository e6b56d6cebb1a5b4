/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DOCTOR_KUBELET_H
#define LSMD_DOCTOR_KUBELET_H

/* The kubelet that runs on this node, by procfs. */

#include <stdbool.h>
#include <stdint.h>

struct kubelet {
	int pid;
	uint64_t started; /* seconds from the boot */
	char *arguments;  /* owned; one space between them */
};

/**
 * kubelet_find() - The first process of that name, or of one that has it built in.
 * Return: 0; -ESRCH: there is none; -ENOMEM.
 */
int kubelet_find(struct kubelet *ret_kubelet);

void kubelet_clear(struct kubelet *kubelet);

/**
 * kubelet_has_taint() - Do its arguments or the file of its configuration name a taint
 * that it registers its node with?
 * @root: of the host's files, "" for "/"
 * @key: of the taint
 */
bool kubelet_has_taint(const struct kubelet *kubelet, const char *root, const char *key);

#endif
