/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DOCTOR_IMAGE_H
#define LSMD_DOCTOR_IMAGE_H

/* The node's operating system image, and how things are set in it (os-release(5)). */

struct node_image {
	char name[64];	    /* PRETTY_NAME, or "unknown" */
	const char *family; /* "al2", "al2023", "bottlerocket", "debian", "other" */
};

/** node_image_read() - From @root/etc/os-release or @root/usr/lib/os-release. */
void node_image_read(const char *root, struct node_image *ret_image);

/**
 * node_image_boot_remedy() - How a parameter gets onto this image's kernel command line.
 * @parameter: such as "lsm=lockdown,yama,bpf"
 * Return: owned; NULL: no memory.
 */
char *node_image_boot_remedy(const struct node_image *image, const char *parameter);

/**
 * node_image_lockdown_remedy() - How this image locks its kernel down for integrity, and
 * not for confidentiality.
 * Return: owned; NULL: no memory.
 */
char *node_image_lockdown_remedy(const struct node_image *image);

#endif
