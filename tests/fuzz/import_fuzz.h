/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_FUZZ_IMPORT_FUZZ_H
#define LSMD_TESTS_FUZZ_IMPORT_FUZZ_H

/*
 * Any text as a file of another system's policies: no crash, no leak, bounded time; each
 * document is counted once; what comes out is a policy of ours, and is read again as it
 * was written.
 */

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "import/import.h"
#include "import/output.h"
#include "policy/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void check_output(const json_t *policies)
{
	struct diagnostics diagnostics = {0};
	struct policy_list read = {0};
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	int r;

	assert(file && !output_yaml(policies, file) && !fclose(file));
	r = policy_parse(text, size, "fuzz", &diagnostics, &read);
	/* Of several policies two may have one name: that is an error of all of them
	 * together. */
	assert(json_array_size(policies) > 1 ||
	       (!r && read.n == json_array_size(policies)));
	policy_list_clear(&read);
	diagnostics_clear(&diagnostics);
	free(text);
}

static inline void import_any(const uint8_t *data, size_t size,
			      const struct import_options *options)
{
	struct diagnostics diagnostics = {0};
	struct import_counts counts = {0};
	json_t *policies = json_array();

	assert(!import_text((const char *)data, size, "fuzz", options, &diagnostics,
			    policies, &counts));
	assert(json_array_size(policies) <= counts.converted + counts.partial);
	assert(options->partial || !counts.partial);
	assert(!(counts.refused || counts.wrong) || diagnostics.n);
	if (json_array_size(policies))
		check_output(policies);
	json_decref(policies);
	diagnostics_clear(&diagnostics);
}

/* The whole and in part. */
static inline int import_fuzz(const uint8_t *data, size_t size, enum import_origin from)
{
	struct import_options options = {.from = from};

	import_any(data, size, &options);
	options.partial = true;
	import_any(data, size, &options);
	return 0;
}

#endif
