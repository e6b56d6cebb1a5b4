/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DOCTOR_HOOKS_H
#define LSMD_DOCTOR_HOOKS_H

#include "doctor/doctor.h"

struct btf;

/** check_hooks() - Has the kernel all hooks that rules may need? Told by its own types.
 */
int check_hooks(const struct doctor *doctor, struct finding *finding);

/**
 * hooks_judge() - As check_hooks(), of a kernel with these types.
 * @types: a hook is a function bpf_lsm_NAME in them (<linux/bpf_lsm.h>)
 * Return: 0, -ENOMEM.
 */
int hooks_judge(const struct btf *types, struct finding *finding);

/** check_neighbours() - Whose programs on LSM hooks are loaded besides lsmd's? */
int check_neighbours(const struct doctor *doctor, struct finding *finding);

#endif
