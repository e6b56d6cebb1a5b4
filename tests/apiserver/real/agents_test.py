#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Agents with the rights of their service account, against a whole and real API server.

    agents_test.py PROGRAMS BUILD

PROGRAMS has etcd, etcdctl, kube-apiserver and kubectl; BUILD is a build directory, whose programs
of tests/apiserver/ are the agents. There is no kubelet and no controller: nodes and pods are made
by hand, and stay as they are made.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

import yaml

from server import TOP, Etcd, WholeServer, claims

from node_fault_test import Node  # noqa: E402 # server.py says where these are
from rollout_test import (Cluster, Member, check_generation, check_merging, check_owner,
                          check_pending, check_takeover, wait_for)
import rollout_test
import status

ACCOUNT = "system:serviceaccount:lsmd:lsmd"
TAINT = {"key": "lsmd.io/agent-not-ready", "effect": "NoSchedule"}
# The server's own, until a kubelet says that it is ready.
READINESS = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}

expect = rollout_test.expect


def make_world(server):
    """What a cluster has before the agent comes, and the base of its manifests."""
    ask = server.client.ask
    done, _, errors = server.kubectl("apply", "--validate=false", "-k",
                                     os.path.join(TOP, "deploy/kubernetes/overlays/audit"))
    expect(done, "the audit overlay is taken", errors)
    for name in ("node-a", "node-b"):
        ask("POST", "/api/v1/nodes", {"metadata": {"name": name, "labels": {"zone": name[-1]}},
                                      "spec": {"taints": [TAINT]}}, "application/json")
        make_pod(server, "lsmd", f"lsmd-{name}", name, serviceAccountName="lsmd")
    ask("POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}}, "application/json")
    make_pod(server, "shop", "web-0", "node-a")
    make_pod(server, "shop", "web-1", "node-b")


def make_pod(server, namespace, name, node, **spec):
    code, _, body = server.client.ask("POST", f"/api/v1/namespaces/{namespace}/pods", {
        "metadata": {"name": name, "labels": {"app": "web"}},
        "spec": {"nodeName": node, "containers": [{"name": "c", "image": "i"}], **spec}},
        "application/json")
    expect(code == 201, f"pod {namespace}/{name} is made", str(body))


def agent_config(server, node):
    """The kubeconfig of an agent's pod, with a token that is bound to it, as kubelet gets one."""
    path = f"/api/v1/namespaces/lsmd/pods/lsmd-{node}"
    pod = server.client.ask("GET", path)[2]
    code, _, body = server.client.ask(
        "POST", "/api/v1/namespaces/lsmd/serviceaccounts/lsmd/token",
        {"spec": {"expirationSeconds": 3600, "boundObjectRef": {
            "apiVersion": "v1", "kind": "Pod", "name": pod["metadata"]["name"],
            "uid": pod["metadata"]["uid"]}}}, "application/json")
    expect(code == 201 and claims(body["status"]["token"])["sub"] == ACCOUNT,
           f"a token for the pod on {node}", str(body))
    with open(server.path(f"{node}.token"), "w", encoding="utf-8") as file:
        file.write(body["status"]["token"])
    return server.write_config(node, {"tokenFile": f"{node}.token"})


def merge(server, path, body):
    return server.client.ask("PATCH", path, body, "application/merge-patch+json")


def check_kubectl(server):
    policies = os.path.join(TOP, "policies")
    done, out, errors = server.kubectl("apply", "-f", policies)
    expect(done, "kubectl applies all of policies/", out + errors)
    done, out, errors = server.kubectl("apply", "-f", policies)
    expect(done and all(line.endswith(" unchanged") for line in out.splitlines()),
           "and the second time changes none", out + errors)
    done, out, errors = server.kubectl("delete", "-f", policies)
    expect(done, "and takes them away", out + errors)


def check_stand_in(server):
    """What recorded answers have not, the stand-in says in the same words."""
    code, _, body = server.client.ask(
        "GET", "/api/v1/pods?watch=1&resourceVersion=1&resourceVersionMatch=NotOlderThan")
    wanted = status.forbidden_option("resourceVersionMatch", "is forbidden for watch")
    expect((code, body) == (wanted.code, wanted.status), "the stand-in refuses a watch's option as well",
           f"{code} {body}")


def check_following(server, node):
    known = node.settled()
    expect(known["known"] and all(kind["synced"] for kind in known["cluster"]["kinds"]),
           "an agent learns all kinds", str(known["cluster"]))
    expect(sorted(known["pods"]) == ["lsmd/lsmd-node-a", "shop/web-0"],
           "the pods of its node, and no others", str(known["pods"]))


def selected(node):
    return node.know()["pods"].get("shop/web-0", {}).get("policies")


def check_changes(server, node):
    """From policy and label to what is in force, and back."""
    ask = server.client.ask
    ask("POST", f"{rollout_test.GROUP}/namespaces/shop/lsmpolicies", {
        "apiVersion": "lsmd.io/v1alpha1", "kind": "LsmPolicy", "metadata": {"name": "labelled"},
        "spec": {"podSelector": {"matchLabels": {"tier": "front"}}, "exec": {"rules": [
            {"action": "deny", "paths": ["/bin/sh"]}]}}}, "application/json")
    merge(server, "/api/v1/namespaces/shop/pods/web-0", {"metadata": {"labels": {
        "tier": "front"}}})
    expect(wait_for(lambda: selected(node) == ["shop/labelled"])[0],
           "a policy selects a pod by a label that is new", str(node.know()["pods"]))
    merge(server, f"{rollout_test.GROUP}/namespaces/shop/lsmpolicies/labelled",
          {"spec": {"mode": "audit"}})
    expect(wait_for(lambda: selected(node) == ["shop/labelled (audit)"])[0],
           "a changed policy comes", str(node.know()["pods"]))
    merge(server, "/api/v1/namespaces/shop/pods/web-0", {"metadata": {"labels": {"tier": None}}})
    expect(wait_for(lambda: selected(node) == [])[0], "a label that is gone is gone",
           str(node.know()["pods"]))
    ask("DELETE", f"{rollout_test.GROUP}/namespaces/shop/lsmpolicies/labelled")
    ask("DELETE", "/api/v1/namespaces/shop/pods/web-0?gracePeriodSeconds=0")
    expect(wait_for(lambda: selected(node) is None)[0], "a pod that is gone is gone")
    make_pod(server, "shop", "web-0", "node-a")
    expect(wait_for(lambda: selected(node) == [])[0], "its successor comes")


def kind_counts(node):
    return {kind["kind"]: kind for kind in node.know()["cluster"]["kinds"]}


def check_restart(server, node):
    """Killed and started again, it remembers less than its watchers: 410."""
    before = kind_counts(node)
    server.kill()
    server.etcd.compact()
    time.sleep(2)
    expect("shop/web-0" in node.know()["pods"], "without the server, what is known stays")
    server.start()
    merge(server, "/api/v1/namespaces/shop/pods/web-0", {"metadata": {"labels": {"after": "1"}}})
    expect(wait_for(lambda: node.know()["pods"]["shop/web-0"]["labels"].get("after") == "1",
                    120)[0], "a change after kill -9 of the server arrives", str(node.know()))
    known = node.settled()
    after = kind_counts(node)
    expired = sum(after[kind]["expired"] - before[kind]["expired"] for kind in after)
    lists = sum(after[kind]["lists"] - before[kind]["lists"] for kind in after)
    print(f"# after kill -9: {expired} watches had expired, {lists} lists were asked anew")
    expect(all(kind["synced"] for kind in known["cluster"]["kinds"]), "and all kinds are followed",
           str(known["cluster"]))


def check_taint(server, build, config):
    """node-a's goes once all is in force."""
    def taints(name):
        return server.client.ask("GET", f"/api/v1/nodes/{name}")[2]["spec"].get("taints")

    with subprocess.Popen([os.path.join(build, "tests/apiserver/untaint"), config, "node-a"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as untaint:
        untaint.stdin.write("ready\n")
        untaint.stdin.flush()
        expect(wait_for(lambda: taints("node-a") == [READINESS])[0],
               "the start-up taint goes, and no other", str(taints("node-a")))
        untaint.stdin.close()
    expect(TAINT in taints("node-b"), "another node's stays", str(taints("node-b")))


def check_rollout(server, build, configs):
    cluster = Cluster(server.client)
    for name in ("web", "db"):
        cluster.make(name)
    program = os.path.join(build, "tests/apiserver/member")
    members = [Member(program, configs[node], node) for node in ("node-a", "node-b")]
    leader, other = check_merging(cluster, *members)
    check_owner(cluster)
    check_generation(cluster, *members)
    check_pending(cluster, leader, other)
    check_cluster_policy(cluster, members)
    check_columns(server)
    check_events(server, leader)
    check_takeover(cluster, leader, other)
    for member in (leader, other):
        said = member.say()
        expect(said["problem"] is None, f"{member.node} has no problem", str(said))
        expect(member.end() == 0, "ends clean")
    holder = cluster.get(rollout_test.LEASE)["spec"].get("holderIdentity")
    expect(holder == "", "the lease is given back to nobody", str(holder))


def check_cluster_policy(cluster, members):
    path = f"{rollout_test.GROUP}/clusterlsmpolicies"
    metadata = cluster.ask("POST", path, {
        "apiVersion": "lsmd.io/v1alpha1", "kind": "ClusterLsmPolicy", "metadata": {"name": "base"},
        "spec": {"podSelector": {}, "exec": {"rules": [
            {"action": "deny", "paths": ["/bin/sh"]}]}}})[2]["metadata"]
    for member in members:
        member.say(report=[cluster.result("web", rollout_test.ENFORCED),
                           cluster.result("db", rollout_test.ENFORCED),
                           ["", "base", metadata["generation"], metadata["uid"],
                            rollout_test.ENFORCED, ""]])
    expect(wait_for(lambda: cluster.get(f"{path}/base").get("status", {}).get("nodes", {}).get(
        "enforcing") == 2)[0], "a policy of the cluster has its status",
        str(cluster.get(f"{path}/base")))


def check_columns(server):
    done, out, errors = server.kubectl("get", "lsmp,lsmnodes", "-A")
    print("# " + out.replace("\n", "\n# "))
    expect(done and "ENFORCING" in out, "kubectl shows who enforces", out + errors)
    expect("Enforced" in out, "and the state in a word", out)


def check_events(server, member):
    pod = server.client.ask("GET", "/api/v1/namespaces/shop/pods/web-0")[2]
    denial = {"verdict": "deny", "hook": "bprm_check_security", "section": "exec", "rule": "r",
              "message": "", "policy": {"kind": "LsmPolicy", "namespace": "shop", "name": "web"},
              "pod": {"namespace": "shop", "name": "web-0", "uid": pod["metadata"]["uid"]},
              "container": {"name": "c"}, "process": {"executable": "/usr/bin/nginx"},
              "object": {"type": "file", "path": "/bin/sh"}}

    def events():
        found = server.client.ask("GET", "/api/v1/namespaces/shop/events")[2]["items"]
        return [(event["reason"], event["count"], event["involvedObject"]["name"])
                for event in found]

    for _ in range(5):
        member.say(denial=denial)
    expect(wait_for(lambda: events() == [("PolicyDenied", 5, "web-0")], 60)[0],
           "denials are told in one Event", str(events()))


def check_rights(server):
    """No right was missing, and each that is given has its use."""
    asked, refused = set(), set()
    for entry in server.audited():
        if entry["user"]["username"] != ACCOUNT or "objectRef" not in entry:
            continue
        what = entry["objectRef"]
        resource = "/".join(filter(None, [what["resource"], what.get("subresource")]))
        right = (what.get("apiGroup", ""), resource, entry["verb"])
        asked.add(right)
        # An apply that makes an object is refused after it was allowed.
        if entry["annotations"].get("authorization.k8s.io/decision") != "allow" or \
                entry.get("responseStatus", {}).get("code") == 403:
            refused.add(right)
    expect(asked and not refused, "every request of an agent was allowed", str(refused))
    given = set()
    with open(os.path.join(TOP, "deploy/kubernetes/base/rbac.yaml"), encoding="utf-8") as file:
        for role in yaml.safe_load_all(file):
            if role["kind"] in ("Role", "ClusterRole") and role["metadata"]["name"] == "lsmd":
                given.update((group, resource, verb) for rule in role["rules"]
                             for group in rule["apiGroups"] for resource in rule["resources"]
                             for verb in rule["verbs"])
    # Asked for when an apply makes an object, and not named in the log.
    asked.add(("lsmd.io", "lsmnodes", "create"))
    expect(given == asked, "an agent has the rights that it uses, and no others",
           f"not used: {sorted(given - asked)}; not given: {sorted(asked - given)}")


def check(server, build):
    make_world(server)
    check_kubectl(server)
    check_stand_in(server)
    configs = {node: agent_config(server, node) for node in ("node-a", "node-b")}
    node = Node(os.path.join(build, "tests/apiserver/node"), configs["node-a"],
                os.path.join(server.directory, "state"), 90000)
    check_following(server, node)
    check_changes(server, node)
    check_taint(server, build, configs["node-a"])
    check_rollout(server, build, configs)
    check_restart(server, node)
    print(f"# {json.dumps(node.know()['cluster'])}")
    expect(node.end() == 0, "ends clean")
    check_rights(server)


def main():
    programs, build = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as directory, Etcd(programs, directory) as etcd, \
            WholeServer(etcd) as server:
        check(server, build)
    sys.exit(rollout_test.failed > 0)


if __name__ == "__main__":
    main()
