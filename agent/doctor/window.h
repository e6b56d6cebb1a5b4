/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DOCTOR_WINDOW_H
#define LSMD_DOCTOR_WINDOW_H

/* For how long pods may run before lsmd is there, and what closes that. */

#include "doctor/doctor.h"

/** check_boot() - After a boot: does a unit put the last policies in force, before
 * kubelet? */
int check_boot(const struct doctor *doctor, struct finding *finding);

/** check_start_up_taint() - Is a new node held back from the scheduler until lsmd is up?
 */
int check_start_up_taint(const struct doctor *doctor, struct finding *finding);

#endif
