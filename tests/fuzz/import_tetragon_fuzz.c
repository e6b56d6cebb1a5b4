// SPDX-License-Identifier: Apache-2.0
#include "import_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return import_fuzz(data, size, IMPORT_TETRAGON);
}
