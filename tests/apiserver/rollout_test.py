#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What two agents tell the cluster of its policies, and one of them makes of it.

    rollout_test.py MEMBER DEFINITIONS

MEMBER is the program of member.c, DEFINITIONS are those of the custom resources.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import yaml

from fault_test import report, write_kubeconfig
from recorded_test import Client

PACE = 10  # every time of the agent is a tenth
GROUP = "/apis/lsmd.io/v1alpha1"
LEASE = "/apis/coordination.k8s.io/v1/namespaces/lsmd/leases/lsmd-status"
ENFORCED, PARTIAL, REFUSED, NOT_SELECTED = range(4)

failed = 0


def expect(ok, name, why=""):
    global failed
    failed += report(bool(ok), name, why)


class Cluster:
    """The server, as an administrator sees it."""

    def __init__(self, client):
        self.client = client

    def ask(self, method, path, body=None, kind="application/json"):
        return self.client.ask(method, path, body, kind)

    def get(self, path):
        """What is there; faults that a test asked for are not for who looks."""
        for _ in range(20):
            code, _, body = self.ask("GET", path)
            if code in (200, 404):
                break
        return body

    def patch(self, path, body):
        return self.ask("PATCH", path, body, "application/merge-patch+json")

    def control(self, **wanted):
        return self.client.ask("POST", "/control", wanted, "application/json", None)[2]

    def prepare(self, definitions):
        for name in ("lsmd", "shop"):
            self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        with open(definitions, encoding="utf-8") as file:
            for definition in yaml.safe_load_all(file):
                self.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                         definition)
        for name in ("web", "db"):
            self.make(name)

    def make(self, name):
        code, _, body = self.ask("POST", f"{GROUP}/namespaces/shop/lsmpolicies", {
            "apiVersion": "lsmd.io/v1alpha1", "kind": "LsmPolicy", "metadata": {"name": name},
            "spec": {"podSelector": {}, "exec": {"rules": [
                {"action": "deny", "paths": ["/bin/sh"]}]}}})
        expect(code == 201, f"policy {name} is made", str(body))

    def policy(self, name):
        return self.get(f"{GROUP}/namespaces/shop/lsmpolicies/{name}")

    def result(self, name, state, reason=""):
        """What a member is told to report of a policy as it is now."""
        metadata = self.policy(name)["metadata"]
        return ["shop", name, metadata["generation"], metadata["uid"], state, reason]

    def status(self, name):
        found = self.policy(name).get("status", {})
        ready = [item for item in found.get("conditions", []) if item["type"] == "Ready"]
        return (found.get("nodes", {}), ready[0] if ready else {}, found.get("refusals"),
                found.get("observedGeneration"))


class Member:
    def __init__(self, program, config, node, pace=PACE):
        self.node = node
        self.process = subprocess.Popen([program, config, node, str(pace)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def say(self, **wanted):
        self.process.stdin.write(json.dumps(wanted) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        return self.process.wait(10)

    def end_timed(self):
        """Its exit status, and after how many seconds."""
        began = time.monotonic()
        return self.end(), time.monotonic() - began


def wait_for(condition, seconds=25):
    """Return whether it came to be so, and after how long."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if condition():
            return True, time.monotonic() - began
        time.sleep(0.1)
    return False, seconds


def counts(enforcing=0, partial=0, refused=0, not_selected=0, pending=0):
    return {"enforcing": enforcing, "partial": partial, "refused": refused,
            "notSelected": not_selected, "pending": pending}


def becomes(cluster, name, wanted, reason, text, seconds=25):
    ok, took = wait_for(lambda: cluster.status(name)[0] == wanted and
                        cluster.status(name)[1].get("reason") == reason, seconds)
    expect(ok, text, str(cluster.status(name)))
    return took


def check_merging(cluster, a, b):
    a.say(report=[cluster.result("web", ENFORCED), cluster.result("db", PARTIAL, "renameat2")])
    b.say(report=[cluster.result("web", ENFORCED), cluster.result("db", REFUSED, "no hook here")])
    becomes(cluster, "web", counts(enforcing=2), "Enforced", "what both enforce is ready")
    becomes(cluster, "db", counts(partial=1, refused=1), "Refused", "a refusal is told")
    _, ready, refusals, generation = cluster.status("db")
    expect(refusals == [{"node": "node-b", "reason": "no hook here", "generation": 1}] and
           generation == 1, "with the node and the reason", str(refusals))
    expect(ready["status"] == "False" and cluster.status("web")[1]["status"] == "True",
           "a condition that kubectl can wait for")
    leads = [member.say()["isLeader"] for member in (a, b)]
    expect(sorted(leads) == [False, True], "one of them leads", str(leads))
    expect(wait_for(lambda: cluster.get(LEASE)["metadata"].get("annotations") ==
                    {"lsmd.io/nodes": "2"}, 5)[0], "it tells how many there are")
    return (a, b) if leads[0] else (b, a)


def check_owner(cluster):
    found = cluster.get(f"{GROUP}/lsmnodes/node-a")
    expect([owner["kind"] for owner in found["metadata"]["ownerReferences"]] == ["Node"],
           "a node's report goes with the node")
    expect(found["status"]["counts"] == {"enforced": 1, "partial": 1, "refused": 0,
                                         "notSelected": 0}, "it counts", str(found["status"]))


def check_quiet(cluster, a, b):
    """The same told again, and for seconds of the agent nothing at all."""
    time.sleep(1)
    before = cluster.control()["requests"]
    own = a.say()["reportsWritten"] + b.say()["reportsWritten"]
    for _ in range(50):
        a.say(report=[cluster.result("web", ENFORCED),
                      cluster.result("db", PARTIAL, "renameat2")])
    time.sleep(3)
    after = cluster.control()["requests"]
    written = {what: after[what] - before.get(what, 0) for what in after
               if what.startswith(("patch lsm", "patch cluster", "post"))}
    expect(own == a.say()["reportsWritten"] + b.say()["reportsWritten"] and
           not any(written.values()), "what is as it was is not written", str(written))


def check_generation(cluster, a, b):
    since = cluster.status("web")[1]["lastTransitionTime"]
    cluster.patch(f"{GROUP}/namespaces/shop/lsmpolicies/web", {"spec": {"mode": "audit"}})
    for member in (a, b):
        member.say(report=[cluster.result("web", ENFORCED), cluster.result("db", ENFORCED)])
    expect(wait_for(lambda: cluster.status("web")[3] == 2)[0], "a new generation is named")
    becomes(cluster, "web", counts(enforcing=2), "Enforced", "and rolled out")
    becomes(cluster, "db", counts(enforcing=2), "Enforced", "a changed result is merged")
    expect(cluster.status("db")[2] == [], "a refusal that is over is told no more")
    expect(cluster.status("web")[1]["lastTransitionTime"] >= since, "a condition keeps its time")


def check_pending(cluster, a, b):
    """One of them does not say yet; the policy is another of the same name."""
    cluster.ask("DELETE", f"{GROUP}/namespaces/shop/lsmpolicies/db")
    cluster.make("db")
    a.say(report=[cluster.result("web", ENFORCED), cluster.result("db", ENFORCED)])
    becomes(cluster, "db", counts(enforcing=1, pending=1), "RollingOut",
            "what was said of a deleted policy is not said of its successor")
    b.say(report=[cluster.result("web", ENFORCED), cluster.result("db", NOT_SELECTED)])
    becomes(cluster, "db", counts(enforcing=1, not_selected=1), "Enforced",
            "a node that is not selected holds up nothing")


def check_takeover(cluster, leader, other):
    holder = cluster.get(LEASE)["spec"]
    expect(holder["holderIdentity"] == leader.node, "the lease names it", str(holder))
    written = leader.say()["statusesWritten"]
    os.kill(leader.process.pid, signal.SIGSTOP)
    ok, took = wait_for(lambda: other.say()["isLeader"], 40)
    expect(ok, "another takes over from one that stands still")
    print(f"# taken over after {took * PACE:.0f} s of the agent")
    holder = cluster.get(LEASE)["spec"]
    expect(holder["holderIdentity"] == other.node and holder["leaseTransitions"] == 1,
           "and says so", str(holder))
    other.say(report=[cluster.result("web", REFUSED, "since then"),
                      cluster.result("db", ENFORCED)])
    becomes(cluster, "web", counts(enforcing=1, refused=1), "Refused", "and goes on merging")
    os.kill(leader.process.pid, signal.SIGCONT)
    expect(wait_for(lambda: not leader.say()["isLeader"], 10)[0], "the first notices")
    expect(leader.say()["statusesWritten"] in (0, written), "and has written nothing since",
           str(leader.say()))


def check_faults(cluster, leader):
    results = [cluster.result("web", ENFORCED), cluster.result("db", ENFORCED)]
    cluster.control(fail=429, times=2, retryAfter=1, path=GROUP)
    cluster.control(fail=503, times=3, path=GROUP)
    cluster.control(cut=True)
    leader.say(report=results)
    expect(wait_for(lambda: leader.say()["failures"] > 1)[0], "faults are felt")
    becomes(cluster, "web", counts(enforcing=2), "Enforced",
            "429, 503 and cut connections only delay", 60)
    expect(wait_for(lambda: leader.say()["problem"] is None, 20)[0], "and are over",
           str(leader.say()))


def check_resigning(cluster, leader, other):
    """One that ends gives the lease back; return who leads then, and its successor."""
    transitions = cluster.get(LEASE)["spec"]["leaseTransitions"]
    status, took = leader.end_timed()
    expect(status == 0 and took < 1, "one that ends is gone within a second", f"{took:.2f} s")
    print(f"# the leader ended within {took:.2f} s")
    holder = cluster.get(LEASE)["spec"]
    expect(holder["holderIdentity"] in ("", other.node), "and gives the lease back", str(holder))
    ok, took = wait_for(lambda: other.say()["isLeader"], 15 / PACE + 1)
    expect(ok, "another leads after its next look", str(other.say()))
    print(f"# led by another after {took * PACE:.0f} s of the agent")
    holder = cluster.get(LEASE)["spec"]
    expect(holder["leaseDurationSeconds"] > 1 and
           holder["leaseTransitions"] == transitions + 1, "in the usual way", str(holder))
    return leader.node


def check_resigned_in_vain(cluster, leader, server):
    """Whoever ends waits a little for a server that is silent, and no longer."""
    os.kill(server.pid, signal.SIGSTOP)
    status, took = leader.end_timed()
    os.kill(server.pid, signal.SIGCONT)
    expect(status == 0 and 1 < took < 4, "a silent server holds up nobody's end for long",
           f"status {status} after {took:.2f} s")
    print(f"# with a silent server it ended within {took:.2f} s")
    holder = cluster.get(LEASE)["spec"]
    expect(holder["holderIdentity"] == leader.node, "the lease is left to run out", str(holder))


def check_gone(cluster, leader, other):
    """A policy that is gone, then a node."""
    cluster.ask("DELETE", f"{GROUP}/namespaces/shop/lsmpolicies/db")
    for member in (leader, other):
        member.say(report=[cluster.result("web", ENFORCED)])
    expect(other.end() == 0, "ends clean")
    cluster.ask("DELETE", f"{GROUP}/lsmnodes/{other.node}")
    becomes(cluster, "web", counts(enforcing=1), "Enforced", "a node that is gone counts no more")
    cluster.control(forbid=["lsmnodes"])
    leader.say(report=[cluster.result("web", PARTIAL, "b")])
    expect(wait_for(lambda: "403" in (leader.say()["problem"] or ""), 20)[0],
           "no right to it is a problem that is told", str(leader.say()))


def main():
    member, definitions = sys.argv[1:3]
    own = os.path.dirname(os.path.abspath(__file__))
    with tempfile.TemporaryDirectory() as directory, subprocess.Popen(
            [sys.executable, os.path.join(own, "apiserver.py"), "--directory",
             directory]) as server:
        try:
            while not os.path.exists(os.path.join(directory, "port")):
                time.sleep(0.05)
            client = Client(directory)
            cluster = Cluster(client)
            cluster.prepare(definitions)
            config = write_kubeconfig(directory, client.port)
            a, b = (Member(member, config, node) for node in ("node-a", "node-b"))
            leader, other = check_merging(cluster, a, b)
            check_owner(cluster)
            check_quiet(cluster, a, b)
            check_generation(cluster, a, b)
            check_pending(cluster, leader, other)
            check_takeover(cluster, leader, other)
            check_faults(cluster, other)
            print(f"# {json.dumps(cluster.control()['requests'])}")
            former = check_resigning(cluster, other, leader)
            other = Member(member, config, former)
            check_gone(cluster, leader, other)
            check_resigned_in_vain(cluster, leader, server)
        finally:
            server.terminate()
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
