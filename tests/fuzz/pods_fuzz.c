// SPDX-License-Identifier: Apache-2.0
/* Any text as a file of pods: no crash, no leak; an error has a diagnostic and gives no
 * pods. */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "kube/pods.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diagnostics diagnostics = {0};
	struct pod_list list = {0};
	int r;

	r = pods_parse((const char *)data, size, "fuzz", &diagnostics, &list);
	assert(r == 0 || (r == -EINVAL && diagnostics.n_errors && !list.n));
	for (size_t i = 0; i < list.n; i++) {
		const struct pod *pod = &list.items[i];

		assert(pods_find(&list, pod->name_space, pod->name) == pod);
		assert(*pod->uid && *pod->cgroup_uid && pod->node && pod->phase);
	}
	pod_list_clear(&list);
	diagnostics_clear(&diagnostics);
	return 0;
}
