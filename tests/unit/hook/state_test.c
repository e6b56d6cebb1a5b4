// SPDX-License-Identifier: Apache-2.0
#include "hook/state.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "hook/barrier.h"
#include "util/cleanup.h"

/* As crun and runc give it; the annotations are containerd's. */
static const char text[] =
	"{\"ociVersion\": \"1.0.2\", \"id\": \"0123abc\", \"status\": \"created\","
	"\"pid\": 4711, \"bundle\": \"/run/containerd/x\", \"annotations\": {"
	"\"io.kubernetes.cri.container-type\": \"container\","
	"\"io.kubernetes.cri.container-name\": \"app\","
	"\"io.kubernetes.cri.sandbox-name\": \"web-0\","
	"\"io.kubernetes.cri.sandbox-namespace\": \"shop\"}}";

static const char *const exempt[] = {"kube-system", "lsmd"};
static const struct barrier barrier = {.exempt = exempt, .n_exempt = 2};

Test(container_state, tells_whose_container_it_is)
{
	_cleanup_(container_state_clear) struct container_state state = {0};

	cr_assert_eq(container_state_parse(text, strlen(text), &state), 0);
	cr_expect_str_eq(state.id, "0123abc");
	cr_assert_not_null(state.bundle);
	cr_expect_str_eq(state.bundle->pod, "web-0");
	cr_expect(barrier_concerns(&barrier, &state));
}

Test(container_state, is_read_to_its_end)
{
	_cleanup_(container_state_clear) struct container_state state = {0};
	int ends[2];

	cr_assert_eq(pipe(ends), 0);
	cr_assert_eq(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
	close(ends[1]);
	cr_assert_eq(container_state_read(ends[0], &state), 0);
	cr_expect_str_eq(state.id, "0123abc");
	close(ends[0]);
}

Test(container_state, of_no_pod_and_of_an_exempt_namespace_is_not_waited_for)
{
	static const char *const texts[] = {
		"{\"id\": \"mine\"}", "{\"id\": \"mine\", \"annotations\": {}}",
		("{\"id\": \"a\", \"annotations\": "
		 "{\"io.kubernetes.cri-o.ContainerType\": "
		 "\"container\", \"io.kubernetes.pod.namespace\": \"kube-system\"}}"),
		("{\"id\": \"a\", \"annotations\": {\"io.kubernetes.cri.container-type\": "
		 "\"sandbox\", \"io.kubernetes.cri.sandbox-namespace\": \"lsmd\"}}")};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_(container_state_clear) struct container_state state = {0};

		cr_assert_eq(container_state_parse(texts[i], strlen(texts[i]), &state),
			     0);
		cr_expect(!barrier_concerns(&barrier, &state), "%s", texts[i]);
	}
}

Test(container_state, that_is_none_is_refused)
{
	static const char *const texts[] = {
		"", "{", "[]", "{}", "{\"id\": \"\"}", "{\"id\": 7}"};
	struct container_state state = {0};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		cr_expect_eq(container_state_parse(texts[i], strlen(texts[i]), &state),
			     -EBADMSG, "%s", texts[i]);
}
