/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_KERNEL_H
#define LSMD_LSM_KERNEL_H

/*
 * The kernel's types and fields that the programs read, and no others: the whole list of what
 * the project relies on inside the kernel. Offsets here mean nothing, they are put right when
 * the programs are loaded (CO-RE). Where kernels differ, the difference is said at the field,
 * and one helper of core.bpf.h or path.bpf.h hides it.
 */

#include <linux/bpf.h>
#include <linux/types.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* include/linux/fs.h, dcache.h, mount.h, path.h */

struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
	struct dentry *s_root;
};

struct timespec64 {
	__s64 tv_sec;
	long tv_nsec;
};

typedef struct {
	unsigned int val;
} kuid_t;

struct inode {
	unsigned short i_mode;
	kuid_t i_uid;
	struct super_block *i_sb;
	unsigned long i_ino;
	unsigned int i_nlink;
	long long i_size;
};

/* Times: up to 6.5 and 6.6; to 6.10; and from 6.11 on. */
struct inode___i_mtime {
	struct timespec64 i_mtime;
};

struct inode___i_ctime {
	struct timespec64 i_ctime;
};

struct inode_____i_mtime {
	struct timespec64 __i_mtime;
};

struct inode_____i_ctime {
	struct timespec64 __i_ctime;
};

struct inode___seconds {
	__s64 i_mtime_sec;
	__s64 i_ctime_sec;
	__u32 i_mtime_nsec;
	__u32 i_ctime_nsec;
};

struct qstr {
	__u64 hash_len;
	const unsigned char *name;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name; /* from 6.16 in a union, under the same name */
	struct inode *d_inode;
	struct super_block *d_sb;
};

struct vfsmount {
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
};

/* Of a mount that shows other owners: from 5.12 to 6.1, and after. */
struct vfsmount___userns {
	struct user_namespace *mnt_userns;
};

struct vfsmount___idmap {
	struct mnt_idmap *mnt_idmap;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	unsigned int f_flags;
	unsigned int f_mode;
	struct path f_path; /* from 6.17 in a union, under the same name */
	struct inode *f_inode;
	void *private_data;
};

/* fs/mount.h, fs/nsfs.c */

struct ns_common {
	unsigned int inum;
	__u64 ns_id; /* from 6.18 */
};

struct mnt_namespace {
	struct ns_common ns;
	__u64 seq; /* until 6.18 */
	_Bool is_anon; /* from 6.18; before, an anonymous one has the inum 0 */
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	const char *mnt_devname;
	struct mnt_namespace *mnt_ns;
};

/* include/linux/user_namespace.h, fs/mnt_idmapping.c, include/linux/pid_namespace.h */

struct uid_gid_extent {
	__u32 first;
	__u32 lower_first;
	__u32 count;
};

struct uid_gid_map {
	__u32 nr_extents;
	struct uid_gid_extent extent[5];
};

struct user_namespace {
	struct uid_gid_map uid_map;
	int level;
};

/* Up to 6.2 and after; of no map that shows others as they are. */
struct mnt_idmap___owner {
	struct user_namespace *owner;
};

struct mnt_idmap {
	struct uid_gid_map uid_map;
};

struct pid_namespace {
	struct task_struct *child_reaper;
	unsigned int level;
	struct pid_namespace *parent;
};

/* include/linux/cgroup-defs.h, kernfs.h */

enum cgroup_subsys_id {
	pids_cgrp_id = 11, /* its place among those that the kernel was built with */
};

struct kernfs_node {
	__u64 id;
};

struct cgroup_root {
	int hierarchy_id;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
};

struct cgroup {
	struct cgroup_subsys_state self;
	int level;
	struct kernfs_node *kn;
	struct cgroup_root *root;
};

/* Ancestors by level: ids up to 6.0, cgroups from 6.1. */
struct cgroup___ids {
	__u64 ancestor_ids[1];
};

struct cgroup___ancestors {
	struct cgroup *ancestors[1];
};

struct css_set {
	struct cgroup_subsys_state *subsys[16];
	struct cgroup *dfl_cgrp;
};

/* include/linux/sched.h, sched/signal.h, mm_types.h, nsproxy.h, fs_struct.h, fdtable.h, atomic */

typedef struct {
	int counter;
} atomic_t;

struct signal_struct {
	atomic_t live;
};

struct mm_struct {
	struct file *exe_file;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
	struct pid_namespace *pid_ns_for_children;
};

struct cred {
	kuid_t fsuid;
	struct user_namespace *user_ns;
};

struct fs_struct {
	struct path root;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
	unsigned long *close_on_exec;
};

struct files_struct {
	struct fdtable *fdt;
};

struct task_struct {
	unsigned int flags;
	int pid;
	int tgid;
	__u64 start_boottime;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct signal_struct *signal;
	struct mm_struct *mm;
	const struct cred *cred;
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct css_set *cgroups;
};

/* include/linux/binfmts.h */

struct linux_binprm {
	unsigned int is_check : 1; /* from 6.14: AT_EXECVE_CHECK, nothing will be executed */
	struct file *file;
	const char *filename; /* as the caller gave it */
	const char *interp;   /* the same until a format names an interpreter */
	char buf[256];        /* the file's beginning */
};

/* include/net/sock.h, include/linux/net.h, socket.h, include/net/af_unix.h */

struct sock_common {
	unsigned short skc_family;
};

struct sock {
	struct sock_common __sk_common;
	__u8 sk_kern_sock : 1;
	__u16 sk_type;
	__u16 sk_protocol;
};

struct socket {
	struct sock *sk;
};

struct sockaddr;

struct msghdr {
	void *msg_name; /* the kernel's copy; NULL: no address */
	int msg_namelen;
	unsigned int msg_flags;
};

struct sockaddr_un {
	__u16 sun_family;
	char sun_path[108];
};

struct unix_address {
	int len; /* of name, in bytes */
	struct sockaddr_un name[1];
};

struct unix_sock {
	struct sock sk;
	struct unix_address *addr; /* NULL: it has no name */
	struct path path;          /* of its file, as it was bound; none: an abstract name */
};

#pragma clang attribute pop

#endif
