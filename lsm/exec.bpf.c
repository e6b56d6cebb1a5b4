// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exec: which file is executed, level by level. And the end of entering (DESIGN.md 12): the first exec of a file
 * on the container's root that is allowed; it is judged as what is inside.
 *
 * Fails closed for a subject whose image may deny an exec, open for everyone else.
 */

#include "judge.bpf.h"
#include "script.bpf.h"

/* Is a file on the root of the container that an entering task is on its way to? runc's own
 * clone of itself is on an internal mount, or on the host's. */
static __always_inline int is_inside(const struct file *file, __u64 value)
{
	__u64 namespace = (__u64)BPF_CORE_READ(mount_of(file->f_path.mnt), mnt_ns);

	if (!namespace || namespace_is_internal(namespace) || namespace != current_namespace())
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
	WRITE_ONCE(slot->arrived, bpf_ktime_get_boot_ns());
	WRITE_ONCE(slot->mount_namespace, current_namespace_identity());
}

static __always_inline int is_only_check(const struct linux_binprm *bprm)
{
	return bpf_core_field_exists(bprm->is_check) && BPF_CORE_READ_BITFIELD(bprm, is_check);
}

/** list_spared() - decide_spared(), of the image with that index. */
__global __u64 list_spared(__u32 index, __u32 list, __u64 facts, __u64 programs)
{
	const struct circumstances under = {.facts = facts, .programs = programs};

	return decide_spared((image_t){.index = index}, list, &under);
}

/**
 * called_list() - The list of the name that the caller gave, for `multicall: by-name`.
 * @index: of the image
 * @name:  linux_binprm.filename
 *
 * As it was given: a name that is not absolute, or leads by way of others, matches nothing.
 *
 * Return: its offset; OFFSET_OUTSIDE when the name cannot be read.
 */
__global __u32 called_list(__u32 index, __u64 name)
{
	image_t image = image_open(index);
	__u64 fed;

	if (!image.map)
		return OFFSET_OUTSIDE;
	fed = path_feed_string(index, automaton_start(image), name);
	if (!WORD_HI(fed))
		return OFFSET_OUTSIDE;
	return decide_path(image, automaton_accept(image, WORD_LO(fed)), ACCEPT_EXEC);
}

/* Add what rules say about the name that the caller gave, which is there to be asked once. */
static __always_inline void called_add(struct outcome *outcome, const struct linux_binprm *bprm,
				       __u32 index)
{
	const char *name = BPF_CORE_READ(bprm, filename);

	if (is_first_level(bprm))
		outcome_add(outcome, 3, index, called_list(index, (__u64)name), FACT_CALLED);
}

/* Of a script: in which groups its interpreter is spared. */
static __always_inline __u64 interpreter_spared(const struct outcome *outcome, __u32 index,
						__u64 lists)
{
	return list_spared(index, LISTS_NAME(lists),
			   outcome->under.facts | LISTS_TRUST(lists), outcome->under.programs);
}

/**
 * exec_settle() - What the lists of one level of an exec say.
 * @bprm:     struct linux_binprm
 * @programs: of circumstances_from()
 *
 * The other arguments as record.bpf.h and judge.bpf.h have them.
 *
 * Return: a positive errno to fail the call with, or 0.
 */
__global __u32 exec_settle(__u64 bprm, __u64 question, __u64 word, __u64 lists, __u64 programs)
{
	const struct linux_binprm *read = (const struct linux_binprm *)bprm;
	__u64 file = (__u64)BPF_CORE_READ(read, file);
	struct exec *exec = exec_of(bprm);
	struct outcome outcome = {};
	__u32 error;

	if (exec) {
		outcome.under.spared = exec->now & ~EXEC_NAMED;
		outcome.under.facts = exec->now & EXEC_NAMED ? FACT_INTERPRETER : 0;
		VERIFIER_FORGET(outcome.under.facts, word);
	}
	lists_circumstances(&outcome.under, file, question, lists, programs);
	if (LISTS_FACTS(lists) & FACT_CALLED)
		called_add(&outcome, read, SLOT_IMAGE(word));
	error = lists_settle(&outcome, file, question, word, lists);
	if (!error && exec && is_script(exec))
		exec->next = interpreter_spared(&outcome, SLOT_IMAGE(word), lists);
	return error;
}

/* Judge one level of an exec that rules are there for. Return: as exec_settle(). */
static __always_inline __u32 exec_rules(const struct linux_binprm *bprm,
					const struct subject *subject, __u32 more)
{
	__u64 lists, question, programs = PROGRAMS_NAMELESS;
	__u32 slot = VALUE_SLOT(subject->value);

	more |= file_more(bprm->file, subject);
	question = QUESTION(slot, HOOK_BPRM_CHECK_SECURITY, more);
	VERIFIER_FORGET(question, subject->word);
	lists = file_lists(address_of(bprm->file), question, SLOT_IMAGE(subject->word));
	if (subject->image.map)
		lists |= LISTS_ASKED(circumstances_asked(subject->image, SECTION_EXEC));
	if (!LISTS_ANY(lists) && !(LISTS_FACTS(lists) & FACT_CALLED))
		return 0;
	if (subject->image.map)
		programs = circumstances_from(subject, SECTION_EXEC);
	if (lists & LISTS_NAMELESS)
		question |= QUESTION(0, 0, QUESTION_NAMELESS);
	VERIFIER_FORGET(question, subject->word);
	return exec_settle(address_of(bprm), question, subject->word, lists, programs);
}

/* Judge one level of an exec. Return: what the hook returns. */
static __always_inline int exec_judge(const struct linux_binprm *bprm)
{
	__u64 value = value_of_current();
	__u32 error = 0, more = ACCESS_EXEC;
	struct subject subject;

	if (!value)
		return 0;
	/* The generation of programs before this one saw how it began, and judges it. */
	if (!script_enter(address_of(bprm), VALUE_SLOT(value)) && !reports_allowed(state_get()))
		return 0;
	if (task_is_entering() && is_inside(bprm->file, value))
		more |= QUESTION_ARRIVES;
	VERIFIER_FORGET(more, (__u32)value);
	if (subject_open(&subject, value) && subject.sections & IMAGE_HAS(SECTION_EXEC))
		error = exec_rules(bprm, &subject, more);
	VERIFIER_FORGET(error, (__u32)value);
	if (!error && more & QUESTION_ARRIVES && !is_only_check(bprm))
		arrive(value);
	return hook_result(error);
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
	return ret ? ret : exec_judge(bprm);
}

/* fentry/security_bprm_check: the same call, for a dry run; nothing fails. */
SEC("?fentry/security_bprm_check")
int BPF_PROG(exec_dry_check, struct linux_binprm *bprm)
{
	exec_judge(bprm);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
