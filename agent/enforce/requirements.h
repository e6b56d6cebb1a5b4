/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_REQUIREMENTS_H
#define LSMD_ENFORCE_REQUIREMENTS_H

/* What a node must have before programs can be loaded, and why it went wrong when they
 * can't. */

#include <stdbool.h>

/**
 * requirements_check() - BTF of the kernel, and "bpf" among the active LSMs.
 * @tracing: programs that only see calls will do, for which no LSM has to be active
 *
 * The list of LSMs is believed only when it can be read (securityfs may not be mounted);
 * that hooks are really called is for enforcer_self_test() to say.
 *
 * Return: 0, ENFORCER_E_NO_BTF, ENFORCER_E_NO_LSM.
 */
int requirements_check(bool tracing, char **reterr_detail);

/** requirements_lsm_is_active() - Is "bpf" known to be among the active LSMs? */
bool requirements_lsm_is_active(void);

/** requirements_missing_capability() - "CAP_BPF"; NULL when this process has them all. */
const char *requirements_missing_capability(void);

/**
 * requirements_explain() - Turn a failure of bpf(2) into an outcome.
 * @error: negative errno
 * @what:  what was tried, e.g. "load the programs"
 * Return: ENFORCER_E_PRIVILEGE where the process lacks a capability, ENFORCER_E_LOAD for
 * a program that the kernel refused, else @error.
 */
int requirements_explain(int error, const char *what, char **reterr_detail);

/**
 * requirements_lsm_lacks_bpf() - Judge a list such as "lockdown,yama,bpf".
 * Return: 1 when it has no "bpf", else 0.
 */
int requirements_lsm_lacks_bpf(const char *list);

#endif
