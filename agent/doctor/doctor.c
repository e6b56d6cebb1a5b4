// SPDX-License-Identifier: Apache-2.0
#include "doctor/doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "util/cleanup.h"

static const char *const results[] = {
	[FINDING_OK] = "ok",
	[FINDING_WARNING] = "warning",
	[FINDING_MISSING] = "missing",
};

int finding_say(struct finding *finding, enum finding_result result, const char *remedy,
		const char *format, ...)
{
	va_list arguments;
	int r;

	va_start(arguments, format);
	r = vasprintf(&finding->detail, format, arguments);
	va_end(arguments);
	if (r < 0) {
		finding->detail = NULL;
		return -ENOMEM;
	}
	finding->result = result;
	if (!remedy)
		return 0;
	finding->remedy = strdup(remedy);
	return finding->remedy ? 0 : -ENOMEM;
}

static void finding_clear(struct finding *finding)
{
	free(finding->detail);
	free(finding->remedy);
}

static int add(const struct doctor *doctor, const struct check *check, json_t *items,
	       bool *ready)
{
	_cleanup_(finding_clear) struct finding finding = {0};
	int r = check->run(doctor, &finding);

	if (r < 0)
		return r;
	if (finding.result == FINDING_MISSING)
		*ready = false;
	r = json_array_append_new(
		items, json_pack("{ss ss ss ss}", "check", check->name, "result",
				 results[finding.result], "detail",
				 finding.detail ? finding.detail : "", "remedy",
				 finding.remedy ? finding.remedy : ""));
	return r ? -ENOMEM : 0;
}

int doctor_json(const char *root, json_t **ret_json)
{
	_cleanup_(json_decrefp) json_t *items = json_array();
	struct doctor doctor = {.root = root};
	struct utsname kernel;
	bool ready = true;
	size_t n;
	const struct check *checks = doctor_checks(&n);

	uname(&kernel);
	node_image_read(root, &doctor.image);
	for (size_t i = 0; i < n; i++) {
		int r = items ? add(&doctor, &checks[i], items, &ready) : -ENOMEM;

		if (r < 0)
			return r;
	}
	*ret_json = json_pack("{sb ss ss sO}", "ready", ready, "image", doctor.image.name,
			      "kernel", kernel.release, "items", items);
	return *ret_json ? 0 : -ENOMEM;
}
