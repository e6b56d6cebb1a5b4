// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics_page.h"

static char *page;

static void make_page(void)
{
	size_t length;

	cr_assert(eq(int, metrics_page(&page, &length), 0));
	cr_assert(eq(sz, length, strlen(page)));
}

static void free_page(void)
{
	free(page);
}

TestSuite(metrics, .init = make_page, .fini = free_page);

static void has_line(const char *line)
{
	char text[512];

	snprintf(text, sizeof(text), "\n%s\n", line);
	cr_expect(ne(ptr, strstr(page, text), NULL), "%s is not in\n%s", line, page);
}

Test(metrics, has_every_value)
{
	has_line("lsmd_build_info{version=\"0.1.0\",kernel_release=\"6.1.0-42-cloud-"
		 "amd64\"} 1");
	has_line("lsmd_denials_recorded_total 1");
	has_line("lsmd_denials_dropped_total 2");
	has_line("lsmd_cgroup_events_lost_total 3");
	has_line("lsmd_subjects 4");
	has_line("lsmd_subjects_failed 5");
	has_line("lsmd_subjects_pending 3");
	has_line("lsmd_pods 6");
	has_line("lsmd_policies 7");
	has_line("lsmd_policy_errors 8");
	has_line("lsmd_rules_partial 9");
	has_line("lsmd_rules_refused 10");
	has_line("lsmd_reloads_total 11");
	has_line("lsmd_reload_failures_total 12");
	has_line("lsmd_kernel_memory_bytes 13");
	has_line("process_resident_memory_bytes 14");
	has_line("lsmd_reports_written_total 21");
	has_line("lsmd_report_failures_total 22");
	has_line("lsmd_pod_events_total 23");
	has_line("lsmd_pod_events_dropped_total 24");
	has_line("lsmd_status_leader 1");
	has_line("lsmd_paused 1");
	has_line("lsmd_cgroup_map_overflow 0");
	has_line("process_start_time_seconds 1767225600.250");
}

Test(metrics, counts_denials_exactly_by_whom_and_why)
{
	has_line("lsmd_denials_total{namespace=\"shop\",pod=\"web-0\",container=\"web\","
		 "policy_kind=\"LsmPolicy\",policy_namespace=\"shop\",policy=\"web\","
		 "section=\"file\","
		 "rule=\"secrets\",verdict=\"deny\"} 9007199254740993");
}

Test(metrics, escapes_labels)
{
	has_line("lsmd_denials_total{namespace=\"a\\\"b\",pod=\"c\\\\\\\\d\",container="
		 "\"e\\\\x0af\","
		 "policy_kind=\"g\\\\xffh\",policy_namespace=\"i{j}\",policy=\"k,l="
		 "\\\"m\\\"\","
		 "section=\"\",rule=\" \",verdict=\"kill\"} 15");
}

Test(metrics, describes_every_family_once)
{
	char *line, *rest = page, name[128], type[32];
	unsigned families = 0;

	while ((line = strsep(&rest, "\n"))) {
		char head[256], *found;

		if (sscanf(line, "# TYPE %127s %31s", name, type) != 2)
			continue;
		families++;
		snprintf(head, sizeof(head), "# TYPE %s ", name);
		found = rest ? strstr(rest, head) : NULL;
		cr_expect(eq(ptr, found, NULL), "%s twice", name);
		found = strstr(name, "_total");
		cr_expect(eq(str, type, found ? (char *)"counter" : (char *)"gauge"),
			  "%s", name);
	}
	cr_expect(eq(uint, families, 27));
}
