/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HTTP_MESSAGE_H
#define LSMD_HTTP_MESSAGE_H

#include "util/explain.h"

/* Say what went wrong, and give the negative errno back. */
#define fail_with(reterr_message, error, ...)                                            \
	({                                                                               \
		int error_ = (error);                                                    \
		explain((reterr_message), __VA_ARGS__);                                  \
		error_;                                                                  \
	})

#endif
