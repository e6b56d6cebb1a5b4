/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_LIBBPF_LOG_H
#define LSMD_ENFORCE_LIBBPF_LOG_H

/*
 * What libbpf would print is kept instead, for the detail of an outcome: the first
 * warning, which is nearest the cause, and of a verifier's log the last line that says
 * something. libbpf has one print callback for the process; so there is one log.
 */

/** libbpf_log_start() - Take libbpf's output over, and forget what is kept. */
void libbpf_log_start(void);

/** libbpf_log_text() - One line; "" when nothing was printed. Valid until the next start.
 */
const char *libbpf_log_text(void);

/**
 * libbpf_log_reason() - The last line of a verifier's log that names a reason.
 * @log:        the log, as the kernel wrote it
 * @ret_length: bytes of it
 * Return: where it begins in @log; NULL when there is none.
 */
const char *libbpf_log_reason(const char *log, unsigned long *ret_length);

#endif
