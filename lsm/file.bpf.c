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

/**
 * file_settle() - What the lists of an open say.
 * @programs: of circumstances_from()
 *
 * The other arguments as record.bpf.h and judge.bpf.h have them.
 *
 * Return: a positive errno to fail the call with, or 0.
 */
__global __u32 file_settle(__u64 file, __u64 question, __u64 word, __u64 lists, __u64 programs)
{
	struct outcome outcome = {};

	lists_circumstances(&outcome.under, file, question, lists, programs);
	return lists_settle(&outcome, file, question, word, lists);
}

/* Judge an open. Return: what the hook returns. */
static __always_inline int open_judge(const struct file *file)
{
	__u64 lists, question, programs = PROGRAMS_NAMELESS;
	struct subject subject;
	__u32 more, slot;

	if (!subject_open(&subject, value_of_current()) ||
	    !(subject.sections & IMAGE_HAS(SECTION_FILE)))
		return 0;
	if (file->f_flags & FMODE_EXEC)
		return 0;
	/* A file that overlayfs opens for itself bears the user's path over the layer's inode
	 * (open_with_fake_path(), up to 6.7); the user's own open was judged. */
	if (file->f_inode != file->f_path.dentry->d_inode)
		return 0;
	slot = VALUE_SLOT(subject.value);
	more = access_of(file->f_flags) | file_more(file, &subject);
	question = QUESTION(slot, HOOK_FILE_OPEN, more);
	VERIFIER_FORGET(question, subject.word);
	lists = file_lists(address_of(file), question, SLOT_IMAGE(subject.word));
	if (!LISTS_ANY(lists))
		return 0;
	if (subject.image.map) {
		lists |= LISTS_ASKED(circumstances_asked(subject.image, SECTION_FILE));
		programs = circumstances_from(&subject, SECTION_FILE);
	}
	if (lists & LISTS_NAMELESS)
		question |= QUESTION(0, 0, QUESTION_NAMELESS);
	VERIFIER_FORGET(question, subject.word);
	return hook_result(file_settle(address_of(file), question, subject.word, lists, programs));
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
	return ret ? ret : open_judge(file);
}

/* fentry/security_file_open: the same call, for a dry run; nothing fails. */
SEC("?fentry/security_file_open")
int BPF_PROG(file_dry_open, struct file *file)
{
	open_judge(file);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
