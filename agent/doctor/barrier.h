/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DOCTOR_BARRIER_H
#define LSMD_DOCTOR_BARRIER_H

/* Which runtime keeps containers from starting until lsmd confirms. */

#include <stdbool.h>

#include "doctor/doctor.h"

/** barrier_of_crio() - Does a file of its hooks' directories name lsmd-oci-hook? */
bool barrier_of_crio(const char *root);

/** barrier_of_containerd() - Does a base_runtime_spec of its configuration? */
bool barrier_of_containerd(const char *root);

/** check_start_barrier() - A row of doctor_checks(). */
int check_start_barrier(const struct doctor *doctor, struct finding *finding);

#endif
