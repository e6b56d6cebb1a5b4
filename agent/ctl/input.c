// SPDX-License-Identifier: Apache-2.0
#include "ctl/input.h"

#include <errno.h>
#include <string.h>

#include "policy/text.h"
#include "policy/yaml.h"
#include "util/cleanup.h"

static int read_standard(struct diagnostics *diagnostics, char **ret_text,
			 size_t *ret_length)
{
	_cleanup_(freep) char *text = malloc(YAML_MAX_BYTES + 1);
	size_t length;
	int r;

	if (!text)
		return -ENOMEM;
	length = fread(text, 1, YAML_MAX_BYTES + 1, stdin);
	if (ferror(stdin)) {
		r = diagnostics_add(diagnostics, SEVERITY_ERROR, input_name("-"), 0, 0,
				    "it cannot be read (%m)");
		return r ? r : -EIO;
	}
	*ret_length = length;
	*ret_text = TAKE_PTR(text);
	return 0;
}

int input_read(const char *path, struct diagnostics *diagnostics, char **ret_text,
	       size_t *ret_length)
{
	if (!strcmp(path, "-"))
		return read_standard(diagnostics, ret_text, ret_length);
	return text_read_file(path, diagnostics, ret_text, ret_length);
}

const char *input_name(const char *path)
{
	return strcmp(path, "-") ? path : "<stdin>";
}
