/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_BOOT_H
#define LSMD_BOOT_H

/*
 * lsmd --boot: what was in force before the boot is in force again before kubelet starts
 * a container, from what the state directory keeps. It asks no API server, and goes when
 * the lsmd that stays asks it to (handover.h).
 */

struct agent;

/**
 * boot_choose_policies() - Which directory the policies are read from.
 * @copies: of the last good versions, in the state directory
 *
 * What was in force is what the copies have, also where the directory is not there yet or
 * is another on the host: a container's lsmd has its own mounted. They are left as they
 * are. Without copies it is the directory.
 *
 * Return: 0, -ENOMEM.
 */
int boot_choose_policies(struct agent *agent, const char *copies);

/** boot_follow() - Let this lsmd be asked to go; needs the loop. */
void boot_follow(struct agent *agent);

#endif
