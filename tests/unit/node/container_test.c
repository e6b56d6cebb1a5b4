// SPDX-License-Identifier: Apache-2.0
#include "node/container.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define ID     "0e768f8db752fcd648adb264498daa1d8f31562320e881d6a9ec593d24b1f779"
#define UID    "7a875b5c-4d3c-4345-ac0f-5c847d8d7129"
#define UID_   "7a875b5c_4d3c_4345_ac0f_5c847d8d7129"
#define HASH   "36b6d6be73b1065af369b3985edafa09"
#define SLICES "kubepods.slice/kubepods-burstable.slice/"
#define SLICE  SLICES "kubepods-burstable-pod" UID_ ".slice"

static void is(const char *path, const char *uid, const char *id, const char *runtime)
{
	struct container_cgroup container;

	cr_assert(eq(int, container_of_cgroup(path, &container), 0), "%s", path);
	cr_expect(eq(str, container.pod_uid, (char *)uid), "%s", path);
	cr_expect(eq(str, container.container_id, (char *)id), "%s", path);
	cr_expect(eq(str, container.runtime, (char *)runtime), "%s", path);
	cr_expect(container_is_in_pod(path), "%s", path);
}

static void is_none(const char *path)
{
	struct container_cgroup container;

	cr_expect(eq(int, container_of_cgroup(path, &container), CONTAINER_E_NONE), "%s",
		  path);
}

Test(container, reads_a_pod_of_the_cgroupfs_driver)
{
	is("kubepods/pod" UID, UID, "", "");
	is("kubepods/burstable/pod" UID, UID, "", "");
	is("/kubepods/besteffort/pod" UID "/", UID, "", "");
}

Test(container, reads_a_pod_of_the_systemd_driver)
{
	is("kubepods.slice/kubepods-pod" UID_ ".slice", UID, "", "");
	is(SLICE, UID, "", "");
	is("kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UID_
	   ".slice",
	   UID, "", "");
}

Test(container, reads_static_pods_by_their_hash)
{
	is("kubepods/burstable/pod" HASH "/" ID, HASH, ID, "");
	is(SLICES "kubepods-burstable-pod" HASH ".slice/crio-" ID ".scope", HASH, ID,
	   "cri-o");
}

Test(container, reads_each_runtimes_container)
{
	is("kubepods/burstable/pod" UID "/" ID, UID, ID, "");
	is("kubepods/burstable/pod" UID "/crio-" ID, UID, ID, "cri-o");
	is(SLICE "/cri-containerd-" ID ".scope", UID, ID, "containerd");
	is(SLICE "/crio-" ID ".scope", UID, ID, "cri-o");
	is(SLICE "/docker-" ID ".scope", UID, ID, "docker");
}

Test(container, reads_a_runtime_without_the_systemd_driver)
{
	is("system.slice/containerd.service/kubepods-burstable-pod" UID_
	   ".slice:cri-containerd:" ID,
	   UID, ID, "containerd");
	is("kubepods-burstable-pod" HASH ".slice:cri-containerd:" ID, HASH, ID,
	   "containerd");
	is("kubepods-pod" UID_ ".slice:crio:" ID, UID, ID, "cri-o");
}

Test(container, reads_nested_nodes)
{
	is("docker/" ID "/kubelet/kubepods/burstable/pod" UID "/" ID, UID, ID, "");
	is("system.slice/docker-" ID ".scope/kubepods.slice/kubepods-pod" UID_
	   ".slice/crio-" ID ".scope",
	   UID, ID, "cri-o");
	is("kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/"
	   "kubelet-kubepods-besteffort-pod" UID_ ".slice/cri-containerd-" ID ".scope",
	   UID, ID, "containerd");
}

Test(container, does_not_take_a_monitor_for_a_container)
{
	is_none(SLICE "/crio-conmon-" ID ".scope");
	is_none("kubepods/burstable/pod" UID "/crio-conmon-" ID);
}

Test(container, leaves_what_a_container_made_to_inheritance)
{
	const char *nested = "kubepods/pod" UID "/" ID "/kubepods/pod" HASH "/" ID;

	is_none(SLICE "/crio-" ID ".scope/container");
	is_none(SLICE "/cri-containerd-" ID ".scope/init.scope");
	is_none("kubepods-pod" UID_ ".slice:crio:" ID "/container");
	is_none(nested);
	cr_expect(container_is_in_pod(nested));
}

Test(container, refuses_what_only_looks_like_a_pod)
{
	static const char *const paths[] = {
		"",
		"/",
		"kubepods",
		"kubepods.slice",
		SLICES,
		"init.scope",
		"docker/" ID,
		"system.slice/docker-" ID ".scope",
		"pod" UID "/" ID,
		"user.slice/pod" UID "/" ID,
		"burstable/pod" UID,
		"other/burstable/pod" UID,
		"kubepods/burstable/besteffort/pod" UID,
		"notkubepods/pod" UID,
		"kubepods/pod" UID_,
		"kubepods/pod7a875b5c-4d3c-4345-ac0f-5c847d8d712",
		"kubepods/pod7A875B5C-4d3c-4345-ac0f-5c847d8d7129",
		"kubepods/podx" HASH,
		"kubepods-burstable-pod" UID ".slice",
		"mykubepods-pod" UID_ ".slice",
		"kubepods-guaranteed-pod" UID_ ".slice",
		"kubepods-burstable-" UID_ ".slice",
		"kubepods-burstable-pod" UID_,
		"-pod" HASH ".slice",
		".slice",
		":.slice:",
		"kubepods-pod" HASH ".slice:",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		is_none(paths[i]);
		cr_expect(not(container_is_in_pod(paths[i])), "%s", paths[i]);
	}
}

Test(container, refuses_other_names_in_a_pod)
{
	is_none("kubepods/pod" UID "/" HASH);
	is_none("kubepods/pod" UID "/" ID "0");
	is_none("kubepods/pod" UID "/system.slice");
	is_none(SLICE "/cri-containerd:" ID ".scope");
	is_none(SLICE "/cri-containerd-" ID ".slice");
	is_none("kubepods-pod" UID_ ".slice:cri-containerd-" ID);
	is_none("kubepods-pod" UID_ ".slice:cri-containerd:");
	is_none("kubepods-pod" UID_ ".slice:cri-containerd");
}
