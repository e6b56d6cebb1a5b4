/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_SELF_TEST_IMAGE_H
#define LSMD_ENFORCE_SELF_TEST_IMAGE_H

#include "policy/image.h"

/** self_test_image() - One rule: socket(AF_UNIX, SOCK_DGRAM) is denied with EPERM. */
int self_test_image(struct image **ret_image);

#endif
