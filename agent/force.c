/* SPDX-License-Identifier: Apache-2.0 */
/* From labels to what is in force: select the policies, compile them, publish the image.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent_state.h"
#include "enforce/images.h"
#include "policy/host.h"
#include "util/cleanup.h"

static int add_selected(const struct policy_list *from, const struct selection *selection,
			struct policy_list *list)
{
	for (size_t i = 0; i < from->n; i++) {
		struct policy **items;

		if (!policy_selects(from->items[i], selection))
			continue;
		items = reallocarray(list->items, list->n + 1, sizeof(*items));
		if (!items)
			return -ENOMEM;
		items[list->n++] = policy_ref(from->items[i]);
		list->items = items;
	}
	return 0;
}

static int add_by_hand(const struct by_hand *by_hand, const struct selection *selection,
		       struct policy_list *list)
{
	for (size_t i = 0; i < by_hand->n; i++) {
		struct policy *policy = by_hand->items[i].policy;
		const struct policy_list one = {.items = &policy, .n = 1};
		int r = add_selected(&one, selection, list);

		if (r < 0)
			return r;
	}
	return 0;
}

/* A selection, and what it may borrow. */
struct pod_selection {
	struct selection selection;
	struct label name;
	struct labels only_name;
};

static void selection_of_pod(const struct agent *agent, const struct pod *pod,
			     const struct subject *subject,
			     struct pod_selection *ret_selection)
{
	const struct labels *labels =
		pod_list_namespace_labels(&agent->pods, pod->name_space);

	/* What the API server gives every namespace; all that is known without its
	 * object. */
	ret_selection->name = (struct label){.key = (char *)"kubernetes.io/metadata.name",
					     .value = pod->name_space};
	ret_selection->only_name = (struct labels){.items = &ret_selection->name, .n = 1};
	ret_selection->selection = (struct selection){
		.name_space = pod->name_space,
		.pod_uid = pod->uid,
		.container = *subject->container ? subject->container : NULL,
		.pod_labels = &pod->labels,
		.namespace_labels = labels ? labels : &ret_selection->only_name,
		.node_labels = &agent->node_labels,
		.exempt_namespaces = agent->options.exempt_namespaces,
		.n_exempt_namespaces = agent->options.n_exempt_namespaces,
	};
}

bool force_would_select(const struct agent *agent, const struct subject *subject,
			const struct policy *policy)
{
	const struct pod *pod = agent_pod_of(agent, subject);
	struct pod_selection of_pod;

	if (subject->host)
		return host_is_asked(policy);
	if (!pod)
		return false;
	selection_of_pod(agent, pod, subject, &of_pod);
	return policy_selects(policy, &of_pod.selection);
}

static int select_for_pod(const struct agent *agent, const struct subject *subject,
			  struct policy_list *list)
{
	const struct pod *pod = agent_pod_of(agent, subject);
	struct pod_selection of_pod;
	int r;

	if (!pod)
		return -ESTALE;
	selection_of_pod(agent, pod, subject, &of_pod);
	r = add_selected(policy_store_policies(agent->store), &of_pod.selection, list);
	return r < 0 ? r : add_by_hand(&agent->by_hand, &of_pod.selection, list);
}

static int select_policies(const struct agent *agent, const struct subject *subject,
			   struct policy_list *ret_list)
{
	struct policy_list list = {0};
	int r = subject->host	   ? host_select(agent, subject, &list)
		: subject->pending ? pending_select(agent, subject, &list)
				   : select_for_pod(agent, subject, &list);

	if (r < 0) {
		policy_list_clear(&list);
		return r;
	}
	policy_list_sort(&list);
	*ret_list = list;
	return 0;
}

static const char *publish_error(const struct agent *agent, int r)
{
	const char *problem;

	switch (r) {
	case ENFORCER_E_HOOK:
		problem = enforcer_hook_problem(agent->enforcer);
		return problem ? problem : strerror(ENOMEM);
	case ENFORCER_E_IMAGES:
		return "the kernel holds as many distinct images as it can; let more "
		       "pods share "
		       "the same policies";
	case ENFORCER_E_COUNTERS:
		return "the kernel has no counters left; fewer rules per pod, or fewer "
		       "pods";
	default:
		return strerror(r < 0 ? -r : EIO);
	}
}

static void set_problem(struct subject *subject, const char *problem)
{
	free(subject->problem);
	subject->problem = problem ? strdup(problem) : NULL;
}

/* What was replaced a moment ago holds its image and its counters until a harvest. */
static int publish(struct agent *agent, struct subject *subject, struct image *image)
{
	int r = identities_publish(agent->identities, subject, image);

	if (r != ENFORCER_E_IMAGES && r != ENFORCER_E_COUNTERS)
		return r;
	agent_harvest(agent);
	return identities_publish(agent->identities, subject, image);
}

/* The image of policies in the subject's root. */
static int find_image(struct agent *agent, const struct subject *subject,
		      const struct policy_list *policies, char **reterr_why,
		      struct image **ret_image)
{
	_cleanup_(aliases_clear) struct aliases aliases = {0};
	const struct image_options options = {
		.aliases = &aliases, .sandbox = bundle_is_sandbox(subject->bundle)};
	int r = identities_aliases(subject, policies, &aliases);

	return r < 0 ? r
		     : image_cache_get(&agent->images, policies, &options, reterr_why,
				       ret_image);
}

bool force_is_same(struct agent *agent, const struct subject *subject,
		   const struct aliases *aliases)
{
	const struct image_options options = {
		.aliases = aliases, .sandbox = bundle_is_sandbox(subject->bundle)};
	_cleanup_(freep) char *why = NULL;
	struct image *image = NULL;

	return image_cache_get(&agent->images, &subject->policies, &options, &why,
			       &image) == 0 &&
	       image && subject->image && images_equal(image, subject->image);
}

static void set_policies(struct subject *subject, const struct policy_list *list)
{
	policy_list_clear(&subject->policies);
	subject->policies = *list;
}

/* Take @policies over, once what they mean is in force. */
static int put_in_force(struct agent *agent, struct subject *subject,
			const struct policy_list *policies, char **reterr_why)
{
	struct image *image = NULL;
	int r = find_image(agent, subject, policies, reterr_why, &image);

	if (r != 0)
		return r;
	r = publish(agent, subject, image);
	if (r != 0) {
		*reterr_why = strdup(publish_error(agent, r));
		return r;
	}
	subject->adopted = false;
	set_policies(subject, policies);
	image_ref(image);
	image_unref(subject->image);
	subject->image = image;
	return 0;
}

int force_subject(struct agent *agent, struct subject *subject)
{
	struct policy_list list = {0};
	_cleanup_(freep) char *why = NULL;
	int r;

	if (pending_is_kept(subject))
		return 0;
	r = select_policies(agent, subject, &list);
	if (r == 0 && identities_are_awaited(subject, &list)) {
		set_policies(subject, &list);
		set_problem(subject, "what was in force before lsmd started still is, "
				     "until its root has been looked at");
		identities_follow(agent->identities, subject);
		return 0;
	}
	if (r == 0)
		r = put_in_force(agent, subject, &list, &why);
	if (r != 0) {
		policy_list_clear(&list);
		set_problem(subject, why ? why : strerror(r < 0 ? -r : EIO));
		return r < 0 ? r : -ENOSPC;
	}
	set_problem(subject, NULL);
	identities_follow(agent->identities, subject);
	return 0;
}

int force_all(struct agent *agent)
{
	int first = 0;

	for (size_t i = 0; i < agent->subjects.n; i++) {
		int r = force_subject(agent, agent->subjects.items[i]);

		if (r < 0 && first == 0)
			first = r;
	}
	image_cache_trim(&agent->images);
	return first;
}

void force_stale(struct agent *agent)
{
	for (size_t i = 0; i < agent->subjects.n; i++) {
		struct subject *subject = agent->subjects.items[i];

		if (!subject->stale)
			continue;
		subject->stale = false;
		force_subject(agent, subject);
	}
}

/* Sets that a label may come back to stay compiled, as long as they are not many. */
void force_trim(struct agent *agent)
{
	for (size_t i = 0; i < agent->subjects.n; i++)
		image_cache_touch(&agent->images, &agent->subjects.items[i]->policies);
	image_cache_trim(&agent->images);
}

void force_failed(struct agent *agent)
{
	for (size_t i = 0; i < agent->subjects.n; i++)
		if (agent->subjects.items[i]->problem)
			force_subject(agent, agent->subjects.items[i]);
}
