// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tasks: which are entering a subject (DESIGN.md 12), and which execute a script. A task that comes
 * from outside of any subject is the runtime's, and executes the container's program only after a
 * number of steps that no policy of the container means. exec.bpf.c ends it.
 *
 * Decides nothing itself. What is not found to be entering is judged.
 */

#include "entering.bpf.h"
#include "script.bpf.h"
#include "subject.bpf.h"

static __always_inline void enter(const struct task_struct *leader)
{
	__u64 born = BPF_CORE_READ(leader, start_boottime);
	__u32 tgid = BPF_CORE_READ(leader, tgid);

	bpf_map_update_elem(&entering, &tgid, &born, BPF_ANY);
}

static __always_inline int is_ours(const struct cgroup *cgroup)
{
	return (__u32)BPF_CORE_READ(cgroup, root, hierarchy_id) == cgroup_hierarchy;
}

/*
 * fentry/cgroup_attach_task: the kernel's one way to move a process or thread, by cgroup.procs,
 * cgroup.threads or tasks, on v1 and v2; before the move, when the task's cgroup is still the old.
 *
 * One that is under a subject already is not entering, wherever it goes.
 */
SEC("fentry/cgroup_attach_task")
int BPF_PROG(task_attach, struct cgroup *to, struct task_struct *leader, _Bool threadgroup)
{
	if (!is_ours(to) || !value_of_cgroup(to) || value_of_cgroup(task_cgroup(leader)))
		return 0;
	enter(leader);
	return 0;
}

/*
 * tp_btf/cgroup_attach_task: in place of the above where that function cannot be traced. After the
 * move, thus who moves must be outside, and a task that moved itself is judged at once.
 */
SEC("?tp_btf/cgroup_attach_task")
int BPF_PROG(task_attached, struct cgroup *to, const char *path, struct task_struct *leader,
	     _Bool threadgroup)
{
	if (!is_ours(to) || !value_of_cgroup(to) || value_of_current())
		return 0;
	enter(leader);
	return 0;
}

/* A child executes what its parent does. */
static __always_inline void inherit_script(const struct task_struct *parent,
					   const struct task_struct *child)
{
	struct script *script = script_of(parent->tgid,
					  BPF_CORE_READ(parent, group_leader, start_boottime));

	if (script)
		script_keep(child->tgid, script, child->start_boottime);
}

/*
 * tp_btf/sched_process_fork: kernel_clone(), once the child is complete and in its cgroup, and
 * before it runs; not for the kernel's own threads of a process.
 *
 * A child of one that is entering is, too; so is one that was born into a subject from outside
 * (CLONE_INTO_CGROUP).
 */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(task_fork, struct task_struct *parent, struct task_struct *child)
{
	const struct cgroup *cgroup;

	if (parent->tgid == child->tgid)
		return 0;
	cgroup = task_cgroup(child);
	if (!value_of_cgroup(cgroup))
		return 0;
	inherit_script(parent, child);
	if (task_is_entering() ||
	    (task_cgroup(parent) != cgroup && !value_of_cgroup(task_cgroup(parent))))
		enter(child);
	return 0;
}

/*
 * tp_btf/sched_process_exec: exec_binprm(), once an exec has succeeded, and other threads are gone;
 * from 3.4 on. @tid: of the thread that called, before it took over its leader's.
 */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(task_exec, struct task_struct *task, int tid, struct linux_binprm *bprm)
{
	__u32 tgid = task->tgid, caller = tid;
	const struct state *now_state = state_get();
	struct exec *exec;

	/* Of two generations that are attached the new one may have missed the beginning. */
	if (!now_state || READ_ONCE(now_state->generation) != generation)
		return 0;
	script_forget(tgid);
	exec = bpf_map_lookup_elem(&execs, &caller);
	if (!exec)
		return 0;
	if (exec->bprm == address_of(bprm))
		script_keep(tgid, &exec->script, task->start_boottime);
	bpf_map_delete_elem(&execs, &caller);
	return 0;
}

/* tp_btf/sched_process_exit: do_exit(), of every thread, after the count of those left fell. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(task_exit, struct task_struct *task)
{
	__u32 tgid = task->tgid, tid = task->pid;

	bpf_map_delete_elem(&execs, &tid);
	if (task->signal->live.counter)
		return 0;
	bpf_map_delete_elem(&entering, &tgid);
	script_forget(tgid);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
