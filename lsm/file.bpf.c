// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files: what is opened, by which access.
 *
 * Fails closed for a subject whose image may deny files, open for everyone else.
 */

#include "judge.bpf.h"

/* include/uapi/asm-generic/fcntl.h, include/linux/fs.h */
#define O_ACCMODE 3
#define O_TRUNC 01000
#define FMODE_EXEC 0x20 /* in f_flags: open_exec() and uselib() set it, no caller can */

/*
 * What an open asks for. O_TRUNC writes, whatever else the flags say. The access mode 3 is for
 * ioctl() alone, and the kernel asks for both permissions; so does this.
 */
static __always_inline __u32 access_of(__u32 flags)
{
	__u32 access = (flags + 1) & O_ACCMODE;

	if (!access)
		return ACCESS_READ | ACCESS_WRITE;
	return flags & O_TRUNC ? access | ACCESS_WRITE : access;
}

/*
 * lsm/file_open: do_dentry_open(), after the permission checks and before the file system's own
 * open; from 4.19 on with this prototype. Directories are opened to be listed. Not called for
 * O_PATH, nor by what truncates, renames or links.
 *
 * Negative return: the open fails with that errno.
 */
SEC("lsm/file_open")
int BPF_PROG(file_open, struct file *file, int ret)
{
	struct object object = {};
	struct subject subject;
	__u32 access;

	if (ret)
		return ret;
	if (!subject_open(&subject, value_of_current()) ||
	    !(subject.sections & IMAGE_HAS(SECTION_FILE)))
		return 0;
	if (file->f_flags & FMODE_EXEC)
		return 0;
	/* A file that overlayfs opens for itself bears the user's path over the layer's inode
	 * (open_with_fake_path(), up to 6.7); the user's own open was judged. */
	if (file->f_inode != file->f_path.dentry->d_inode)
		return 0;
	object_read(&object, file);
	if (namespace_is_internal(object.namespace))
		return 0;
	access = access_of(file->f_flags);
	VERIFIER_FORGET(access, (__u32)object.dentry);
	return file_judge(&subject, &object, file, HOOK_FILE_OPEN, access, SECTION_FILE, access);
}

char LICENSE[] SEC("license") = "GPL";
