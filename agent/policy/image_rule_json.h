/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_IMAGE_RULE_JSON_H
#define LSMD_POLICY_IMAGE_RULE_JSON_H

#include <jansson.h>

#include "policy/eval.h"

/**
 * eval_verdict() - What comes of an event: its decision, or AUDIT where it is allowed and
 * reported.
 */
enum verdict eval_verdict(const struct eval_result *result);

/**
 * image_rule_json() - Which rule: kind, namespace, policy, section, name, and its
 * message.
 * @rule: number in the image
 * Return: owned; json_null() for a number that the image does not have; NULL: no memory.
 */
json_t *image_rule_json(const struct image *image, uint32_t rule);

#endif
