// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a file is to the kernel, for the agent to write into the map "identities". The agent has
 * the file open (O_PATH will do); stat(2) would tell it other numbers than the programs see, of
 * overlayfs and btrfs.
 *
 * Decides nothing, is on no hook, and costs nobody else anything.
 */

#include "namespace.bpf.h"
#include "path.bpf.h"

/* The acting process's own, hence its to keep open meanwhile; NULL when there is none. */
static __always_inline const struct file *file_of(__u32 descriptor)
{
	const struct fdtable *table = BPF_CORE_READ(current_task(), files, fdt);
	struct file **files = BPF_CORE_READ(table, fd);
	const struct file *file = 0;

	if (descriptor < BPF_CORE_READ(table, max_fds))
		bpf_probe_read_kernel(&file, sizeof(file), files + descriptor);
	return file;
}

static __always_inline __u32 namespace_of(const struct file *file)
{
	const struct mount *mount = mount_of(BPF_CORE_READ(file, f_path.mnt));
	__u64 namespace = (__u64)BPF_CORE_READ(mount, mnt_ns);

	return namespace && !namespace_is_internal(namespace) ? namespace_identity(namespace) : 0;
}

/*
 * Tell a part of what a descriptor is; run by the agent (BPF_PROG_TEST_RUN), in whose thread this
 * runs (bpf_prog_test_run_raw_tp(), from 5.10 on). Arguments: descriptor, enum identity_part.
 */
SEC("raw_tp")
int identity_read(struct bpf_raw_tracepoint_args *ctx)
{
	const struct file *file = file_of(ctx->args[0]);

	if (!file)
		return 0;
	switch (ctx->args[1]) {
	case IDENTITY_INODE_LO:
		return (__u32)BPF_CORE_READ(file, f_inode, i_ino);
	case IDENTITY_INODE_HI:
		return (__u64)BPF_CORE_READ(file, f_inode, i_ino) >> 32;
	case IDENTITY_DEVICE:
		return BPF_CORE_READ(file, f_inode, i_sb, s_dev);
	case IDENTITY_NAMESPACE:
		return namespace_of(file);
	}
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
