// SPDX-License-Identifier: Apache-2.0
#include "report/histogram.h"

#define MS UINT64_C(1000000)

const uint64_t histogram_bounds[HISTOGRAM_BUCKETS] = {
	MS / 2,	 MS,	  2 * MS,   5 * MS,   10 * MS,
	20 * MS, 50 * MS, 100 * MS, 500 * MS, 2000 * MS,
};

void histogram_add(struct histogram *histogram, uint64_t nanoseconds)
{
	unsigned i = 0;

	while (i < HISTOGRAM_BUCKETS && nanoseconds > histogram_bounds[i])
		i++;
	if (i < HISTOGRAM_BUCKETS)
		histogram->buckets[i]++;
	histogram->count++;
	histogram->sum += nanoseconds;
}
