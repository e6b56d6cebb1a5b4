/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_COMPLAIN_H
#define LSMD_CTL_COMPLAIN_H

/** complain() - "lsmctl: what; what to do" on stderr, one line, safe to be shown. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
