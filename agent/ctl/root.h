/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_ROOT_H
#define LSMD_CTL_ROOT_H

/**
 * root_resolve() - The name that a file has when the kernel judges it: without symbolic
 * links.
 * @directory: a container's root
 * @path:      absolute, as the container would write it
 * @ret_path:  the same without links, as the container sees it; owned
 *
 * The links are followed within @directory (openat2(2), RESOLVE_IN_ROOT; Linux 5.6). Of
 * what does not exist the directory is resolved, so that a file can be asked about that
 * is yet to be made.
 *
 * Return: 0; -ENOENT when its directory does not exist either; the negative errno of
 * openat2() and readlink(); -ENOMEM.
 */
int root_resolve(const char *directory, const char *path, char **ret_path);

#endif
