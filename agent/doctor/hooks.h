/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DOCTOR_HOOKS_H
#define LSMD_DOCTOR_HOOKS_H

#include "doctor/doctor.h"

/** check_hooks() - Has the kernel all hooks that rules may need? Told by its own types.
 */
int check_hooks(const struct doctor *doctor, struct finding *finding);

/** check_neighbours() - Whose programs on LSM hooks are loaded besides lsmd's? */
int check_neighbours(const struct doctor *doctor, struct finding *finding);

#endif
