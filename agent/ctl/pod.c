// SPDX-License-Identifier: Apache-2.0
#include "ctl/pod.h"

#include <string.h>

#include "util/cleanup.h"

error_t pod_parse(struct pod *pod, int key, char *argument)
{
	switch (key) {
	case 'p':
		pod->name = argument;
		return 0;
	case 'n':
		pod->name_space = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void pod_finish(struct pod *pod, const struct argp_state *state)
{
	char *slash = pod->name ? strchr(pod->name, '/') : NULL;
	const char *said = pod->name_space;

	if (pod->name && (!*pod->name || slash == pod->name || (slash && !slash[1]) ||
			  (slash && strchr(slash + 1, '/'))))
		argp_error(state,
			   "--pod \"%s\"; give NAMESPACE/NAME, or NAME and -n NAMESPACE",
			   pod->name);
	if (said && (!*said || strchr(said, '/')))
		argp_error(state, "-n \"%s\" is no namespace", said);
	if (!slash)
		return;
	if (said && (strncmp(said, pod->name, strlen(said)) != 0 ||
		     pod->name[strlen(said)] != '/'))
		argp_error(state, "--pod %s and -n %s disagree", pod->name, said);
	*slash = '\0';
	pod->name_space = pod->name;
	pod->name = slash + 1;
}

char *pod_full_name(const struct pod *pod)
{
	char *text;

	if (asprintf(&text, "%s/%s", pod->name_space ? pod->name_space : "default",
		     pod->name) < 0)
		return NULL;
	return text;
}
