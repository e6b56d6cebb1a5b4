/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_MAP_INFO_H
#define LSMD_ENFORCE_MAP_INFO_H

/* What the kernel says of a map. */

#include <bpf/bpf.h>
#include <stdint.h>

/** map_info() - Type, sizes, flags, name. Return: 0, negative errno. */
int map_info(int fd, struct bpf_map_info *ret_info);

/** map_bytes() - What it is accounted with: "memlock" in its fdinfo. Return: 0 if
 * unknown. */
uint64_t map_bytes(int fd);

#endif
