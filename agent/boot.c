// SPDX-License-Identifier: Apache-2.0
#include "boot.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent_state.h"
#include "util/explain.h"

/* So that the newcomer gets its answer. */
#define GO_DELAY_MS 50

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool has_files(const char *directory)
{
	struct dirent **entries = NULL;
	int n = scandir(directory, &entries, is_shown, NULL);

	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	return n > 0;
}

int boot_choose_policies(struct agent *agent, const char *copies)
{
	if (!agent->options.boot || !has_files(copies))
		return 0;
	agent->boot_policies = strdup(copies);
	if (!agent->boot_policies)
		return -ENOMEM;
	agent->options.policies = agent->boot_policies;
	return 0;
}

static void on_go(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

void boot_follow(struct agent *agent)
{
	uv_timer_init(agent->loop, &agent->go);
	agent->go.data = agent;
}

int agent_hand_over(struct agent *agent, char **reterr_message)
{
	if (!agent->options.boot) {
		explain(reterr_message, "this lsmd is to stay; stop it by a signal");
		return -EBUSY;
	}
	uv_timer_start(&agent->go, on_go, GO_DELAY_MS, 0);
	return 0;
}
