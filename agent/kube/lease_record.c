// SPDX-License-Identifier: Apache-2.0
#include "kube/lease_record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "kube/exchange.h"
#include "kube/kube_time.h"
#include "util/clock.h"

/* What others may have written, within what makes sense. */
#define DURATION_DEFAULT 30
#define DURATION_MAX	 3600
#define MEMBERS_MAX	 100000

static size_t read_members(const json_t *object)
{
	const json_t *annotations =
		json_object_get(json_object_get(object, "metadata"), "annotations");
	const char *text = json_string_value(json_object_get(annotations, LEASE_MEMBERS));
	unsigned long members = text ? strtoul(text, NULL, 10) : 0;

	return members < MEMBERS_MAX ? members : MEMBERS_MAX;
}

int lease_record_read(const json_t *object, struct lease_record *ret_record)
{
	const json_t *spec = json_object_get(object, "spec");
	const char *version = metadata_text(object, "resourceVersion");
	const char *holder = json_string_value(json_object_get(spec, "holderIdentity"));
	json_int_t duration =
		json_integer_value(json_object_get(spec, "leaseDurationSeconds"));
	const char *renewed = json_string_value(json_object_get(spec, "renewTime"));

	if (!version)
		return -EPROTO;
	if (duration <= 0 || duration > DURATION_MAX)
		duration = DURATION_DEFAULT;
	*ret_record = (struct lease_record){
		.version = version,
		.holder = holder ? holder : "",
		.duration_ms = (uint64_t)duration * 1000,
		.transitions =
			json_integer_value(json_object_get(spec, "leaseTransitions")),
		.members = read_members(object),
	};
	if (kube_time_read(renewed, &ret_record->renewed) < 0)
		ret_record->renewed = 0;
	return 0;
}

static json_t *held_json(const char *holder, unsigned duration_s, int64_t transitions)
{
	char now[KUBE_TIME_TEXT];

	kube_time_micro(clock_wall(), now);
	return json_pack("{ss si ss ss sI}", "holderIdentity", holder,
			 "leaseDurationSeconds", (int)duration_s, "acquireTime", now,
			 "renewTime", now, "leaseTransitions", (json_int_t)transitions);
}

json_t *lease_record_new(const char *name, const char *holder, unsigned duration_s)
{
	return json_pack("{ss ss s{ss} so}", "apiVersion", "coordination.k8s.io/v1",
			 "kind", "Lease", "metadata", "name", name, "spec",
			 held_json(holder, duration_s, 0));
}

json_t *lease_record_take(const struct lease_record *record, const char *holder,
			  unsigned duration_s)
{
	return json_pack("{s{ss} so}", "metadata", "resourceVersion", record->version,
			 "spec", held_json(holder, duration_s, record->transitions + 1));
}

json_t *lease_record_renew(const char *version, size_t members)
{
	char now[KUBE_TIME_TEXT], number[24];

	kube_time_micro(clock_wall(), now);
	snprintf(number, sizeof(number), "%zu", members);
	return json_pack("{s{ss s{ss}} s{ss}}", "metadata", "resourceVersion", version,
			 "annotations", LEASE_MEMBERS, number, "spec", "renewTime", now);
}

json_t *lease_record_give_back(const char *version)
{
	char now[KUBE_TIME_TEXT];

	kube_time_micro(clock_wall(), now);
	return json_pack("{s{ss} s{ss si ss ss}}", "metadata", "resourceVersion", version,
			 "spec", "holderIdentity", "", "leaseDurationSeconds", 1,
			 "acquireTime", now, "renewTime", now);
}
