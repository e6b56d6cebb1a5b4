// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exec: which file is executed. And the end of entering (DESIGN.md 12): the first exec of a file
 * on the container's root that is allowed; it is judged as what is inside.
 *
 * Fails closed for a subject whose image may deny an exec, open for everyone else.
 */

#include "judge.bpf.h"

/* Is a file on the root of the container that an entering task is on its way to? runc's own
 * clone of itself is on an internal mount, or on the host's. */
static __always_inline int is_inside(const struct object *object, __u64 value)
{
	if (!object->namespace || namespace_is_internal(object->namespace) ||
	    object->namespace != current_namespace())
		return 0;
	return VALUE_FLAGS(value) & CGROUP_F_HOST_ROOT ||
	       current_namespace_number() != init_mount_namespace;
}

/* The task is the container's from now on; what that tells of the container is kept. */
static __always_inline void arrive(__u64 value)
{
	__u32 tgid = current_tgid(), slot_number = VALUE_SLOT(value);
	struct slot *slot = bpf_map_lookup_elem(&slots, &slot_number);

	bpf_map_delete_elem(&entering, &tgid);
	if (!slot || VALUE_FLAGS(value) & CGROUP_F_SHARED || READ_ONCE(slot->mount_namespace))
		return;
	WRITE_ONCE(slot->root_device, BPF_CORE_READ(current_task(), fs, root.mnt, mnt_sb, s_dev));
	WRITE_ONCE(slot->mount_namespace, current_namespace_identity());
}

static __always_inline int is_only_check(const struct linux_binprm *bprm)
{
	return bpf_core_field_exists(bprm->is_check) && BPF_CORE_READ_BITFIELD(bprm, is_check);
}

/*
 * lsm/bprm_check_security: search_binary_handler(), once for each level of interpreters, with
 * bprm->file what is to be executed at this level; from 2.6.30 on. Not called for the ELF
 * interpreter, which is only opened and mapped.
 *
 * Negative return: the exec fails with that errno.
 */
SEC("lsm/bprm_check_security")
int BPF_PROG(exec_bprm_check, struct linux_binprm *bprm, int ret)
{
	__u32 more = ACCESS_EXEC;
	struct object object = {};
	struct subject subject;
	__u64 value;

	if (ret)
		return ret;
	value = value_of_current();
	if (!value)
		return 0;
	object_read(&object, bprm->file);
	if (task_is_entering() && is_inside(&object, value))
		more |= QUESTION_ARRIVES;
	VERIFIER_FORGET(more, (__u32)value);
	if (subject_open(&subject, value) && subject.sections & IMAGE_HAS(SECTION_EXEC))
		ret = file_judge(&subject, &object, bprm->file, HOOK_BPRM_CHECK_SECURITY, more,
				 SECTION_EXEC, ACCEPT_EXEC);
	if (!ret && more & QUESTION_ARRIVES && !is_only_check(bprm))
		arrive(value);
	return ret;
}

char LICENSE[] SEC("license") = "GPL";
