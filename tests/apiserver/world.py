# SPDX-License-Identifier: Apache-2.0
"""Objects that tests put into the stand-in."""

GROUP = "/apis/lsmd.io/v1alpha1"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def definition(kind, scope):
    plural = {"LsmPolicy": "lsmpolicies", "ClusterLsmPolicy": "clusterlsmpolicies",
              "LsmNode": "lsmnodes"}[kind]
    return {"metadata": {"name": f"{plural}.lsmd.io"}, "spec": {
        "group": "lsmd.io", "scope": scope, "names": {"plural": plural, "kind": kind},
        "versions": [{"name": "v1alpha1", "served": True, "storage": True,
                      "subresources": {} if kind == "LsmNode" else {"status": {}},
                      "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                          "spec": {"type": "object",
                                   "x-kubernetes-preserve-unknown-fields": True},
                          "status": {"type": "object",
                                     "x-kubernetes-preserve-unknown-fields": True}}}}}]}}


def definitions():
    """Pairs of where to post, and what: kinds that take any spec, as the parser is the judge."""
    return [(DEFINITIONS, definition("LsmPolicy", "Namespaced")),
            (DEFINITIONS, definition("ClusterLsmPolicy", "Cluster")),
            (DEFINITIONS, definition("LsmNode", "Cluster"))]


def policy(kind, name, selector, **spec):
    return {"apiVersion": "lsmd.io/v1alpha1", "kind": kind, "metadata": {"name": name},
            "spec": {"podSelector": {"matchLabels": selector}, "exec": {"rules": [
                {"name": "no-shells", "action": "deny", "paths": ["/bin/sh"]}]}, **spec}}


def large_pod(name, node, serial):
    """With as much besides what is used as real ones have: some 8 KiB."""
    return {"metadata": {"name": name, "labels": {"app": f"a{serial % 10}", "n": "0"},
                         "annotations": {"note": "x" * 1000},
                         "managedFields": [{"manager": "kubelet", "fieldsV1": {
                             f"f:{i}": {} for i in range(300)}}]},
            "spec": {"nodeName": node, "containers": [
                {"name": "app", "image": "registry/image", "env": [
                    {"name": f"VARIABLE_{i}", "value": "value " * 4} for i in range(30)]}]}}
