# SPDX-License-Identifier: Apache-2.0
"""Which groups, versions and resources there are: what kubectl asks before anything else."""
import builtin
import custom

VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]


def groups(store):
    """Pairs of a group and a version, each once, in their order."""
    own = {(group, "v1") for group, _ in builtin.KINDS if group}
    for key, found in store.objects.items():
        if key[0] == "apiextensions.k8s.io/customresourcedefinitions":
            own |= {(found["spec"]["group"], version["name"])
                    for version in found["spec"]["versions"] if version["served"]}
    return sorted(own)


def resources(group):
    """Of a group that the server knows by itself, or None."""
    found = [{"name": plural, "singularName": kind.lower(), "kind": kind, "namespaced": namespaced,
              "verbs": VERBS} for (other, plural), (kind, namespaced) in builtin.KINDS.items()
             if other == group]
    return found and {"kind": "APIResourceList", "apiVersion": "v1", "resources": found,
                      "groupVersion": f"{group}/v1" if group else "v1"}


def answer(path, store):
    """The document at the path, or None."""
    parts = path.strip("/").split("/")
    if parts == ["api"]:
        return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
    if parts == ["api", "v1"]:
        return resources("")
    if parts == ["apis"]:
        versions = [{"groupVersion": f"{group}/{version}", "version": version}
                    for group, version in groups(store)]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [
            {"name": each["groupVersion"].split("/")[0], "versions": [each],
             "preferredVersion": each} for each in versions]}
    if parts[0] != "apis" or len(parts) != 3:
        return None
    return custom.discovery(store, *parts[1:]) or (parts[2] == "v1" and resources(parts[1])) or None
