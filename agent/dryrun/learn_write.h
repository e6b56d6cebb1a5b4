/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DRYRUN_LEARN_WRITE_H
#define LSMD_DRYRUN_LEARN_WRITE_H

/* A learned policy as text, with what each line of it was used for. */

#include <stdio.h>

#include "dryrun/learn.h"
#include "dryrun/learn_calls.h"
#include "dryrun/learn_lines.h"

/* What a run did, by section. */
struct learn_uses {
	struct learn_paths executed, opened;
	struct learn_calls sockets, connects;
};

void learn_uses_clear(struct learn_uses *uses);

/** learn_write() - Return: 0, -ENOMEM. */
int learn_write(const struct learn_context *context, const struct learn_uses *uses,
		const struct learn_options *options, FILE *file);

#endif
