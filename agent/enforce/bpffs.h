/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_BPFFS_H
#define LSMD_ENFORCE_BPFFS_H

/* The bpf file system that pins live on. */

/**
 * bpffs_require() - Make sure that @path is to be on one.
 * @path: need not exist yet; what counts is the nearest directory above that does
 *
 * Return: 0, ENFORCER_E_BPFFS, negative errno.
 */
int bpffs_require(const char *path, char **reterr_detail);

#endif
