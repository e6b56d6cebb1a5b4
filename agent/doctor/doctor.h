/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DOCTOR_H
#define LSMD_DOCTOR_H

/*
 * What a node has and lacks for lsmd: each thing by trying it, where it can be tried, and
 * the remedy in the words of the node's image.
 */

#include <jansson.h>
#include <stdbool.h>

#include "doctor/image.h"

enum finding_result {
	FINDING_OK,
	FINDING_WARNING, /* lsmd runs; something is weaker than it could be */
	FINDING_MISSING, /* lsmd cannot enforce here */
};

/* What one check found. Both texts are owned; NULL: nothing to say. */
struct finding {
	enum finding_result result;
	char *detail;
	char *remedy;
};

/* What the checks look at. */
struct doctor {
	const char *root; /* of the host's files, "" for "/" */
	struct node_image image;
};

/* Fills the finding, which is {0}. Return: 0, -ENOMEM. */
typedef int (*doctor_check)(const struct doctor *doctor, struct finding *finding);

struct check {
	const char *name;
	doctor_check run;
};

/** doctor_checks() - In the order in which they are to be read. */
const struct check *doctor_checks(size_t *ret_n);

/**
 * doctor_json() - Run every check.
 * @root: where the host's root is mounted, for its /etc and /boot; "": here
 * @ret_json: {"ready", "image", "kernel", "items": [{"check", "result", "detail",
 *            "remedy"}]}; "ready" is false when anything is missing
 * Return: 0, -ENOMEM.
 */
int doctor_json(const char *root, json_t **ret_json);

/** finding_say() - Fill a finding. @remedy: may be NULL. Return: 0, -ENOMEM. */
int finding_say(struct finding *finding, enum finding_result result, const char *remedy,
		const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
