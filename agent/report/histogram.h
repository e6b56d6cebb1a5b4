/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_REPORT_HISTOGRAM_H
#define LSMD_REPORT_HISTOGRAM_H

/* How long something took, as Prometheus counts it. */

#include <stdint.h>

#define HISTOGRAM_BUCKETS 10

/* In nanoseconds, rising; what took longer than the last is only in the count. */
extern const uint64_t histogram_bounds[HISTOGRAM_BUCKETS];

/* Starts as {0}. */
struct histogram {
	uint64_t buckets[HISTOGRAM_BUCKETS]; /* each alone, not summed up */
	uint64_t count;
	uint64_t sum; /* ns */
};

void histogram_add(struct histogram *histogram, uint64_t nanoseconds);

#endif
