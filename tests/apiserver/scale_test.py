#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What one agent asks of the API server: at its start, in steady state, at its restart.

    scale_test.py NODE [SECONDS]      prints the figures of deploy/scale.md

NODE is the program of node.c. The node has 30 pods of 300 in the cluster, which has 200
namespaces and 200 policies. Counted by the stand-in: requests, bytes sent, events of watches.
"""
import os
import subprocess
import sys
import tempfile
import time

from fault_test import report, write_kubeconfig
from node_fault_test import Node
from recorded_test import Client
from world import GROUP, definitions, large_pod, policy

NODE_PODS, OTHER_PODS, NAMESPACES, POLICIES = 30, 270, 200, 200


class World:
    def __init__(self, client):
        self.client = client

    def ask(self, method, path, body=None):
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        return self.client.ask(method, path, body, kind, "token-1")[2]

    def control(self):
        return self.client.ask("GET", "/control", None, None, None)[2]

    def make(self):
        for path, body in definitions():
            self.ask("POST", path, body)
        self.ask("POST", "/api/v1/nodes", {"metadata": {"name": "node-a"}})
        for number in range(NAMESPACES):
            self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": f"ns-{number}"}})
        for number in range(NODE_PODS + OTHER_PODS):
            node = "node-a" if number < NODE_PODS else f"node-{number % 27}"
            self.ask("POST", f"/api/v1/namespaces/ns-{number % NAMESPACES}/pods",
                     large_pod(f"p{number}", node, number))
        for number in range(POLICIES):
            self.ask("POST", f"{GROUP}/namespaces/ns-{number % NAMESPACES}/lsmpolicies",
                     policy("LsmPolicy", f"policy-{number}", {"app": f"a{number % 10}"}))

    def churn(self, seconds):
        """Every pod's status changes about once in the time, as with a busy cluster."""
        for number in range(NODE_PODS + OTHER_PODS):
            self.ask("PATCH", f"/api/v1/namespaces/ns-{number % NAMESPACES}/pods/p{number}/status",
                     {"status": {"note": str(number)}})
            time.sleep(seconds / (NODE_PODS + OTHER_PODS))


def difference(after, before):
    """Of two reports: what was asked in between, without what the test itself asked."""
    verbs = {key: after["requests"].get(key, 0) - before["requests"].get(key, 0)
             for key in after["requests"] if key.split()[0] in ("list", "watch")}
    return {"requests": {key: value for key, value in verbs.items() if value},
            "events": {key: value - before["events"].get(key, 0)
                       for key, value in after["events"].items()
                       if value - before["events"].get(key, 0)}}


def show(what, counted, received):
    print(f"# {what}: {sum(counted['requests'].values())} requests "
          f"({', '.join(f'{value} {key}' for key, value in sorted(counted['requests'].items()))}), "
          f"{received >> 10} KiB of answers, {sum(counted['events'].values())} events")


def measure(world, program, config, directory, seconds):
    state = os.path.join(directory, "state")
    start = world.control()
    node = Node(program, config, state, 0)
    known = node.settled()
    time.sleep(0.5)
    listed = world.control()
    received = node.know()["cluster"]["bytes"]
    failed = report(len(known["pods"]) == NODE_PODS, "a start learns the node's pods alone",
                    len(known["pods"]))
    begun = difference(listed, start)
    show("start", begun, received)
    failed += report(sum(begun["requests"].values()) == 12, "a start is a list in pages, and a "
                     "watch, of each of five kinds", begun["requests"])
    world.churn(seconds)
    time.sleep(0.5)
    steady = difference(world.control(), listed)
    show(f"steady state, every pod changes once in {seconds:g} s", steady,
         node.know()["cluster"]["bytes"] - received)
    failed += report(not steady["requests"] and sum(steady["events"].values()) == NODE_PODS,
                     "steady state is events of the node's own pods, and nothing asked",
                     steady)
    failed += report(node.end() == 0, "ends clean", "it did not")
    before = world.control()
    node = Node(program, config, state, 0)
    known = node.know()
    failed += report(len(known["pods"]) == NODE_PODS, "a restart knows them before it has asked",
                     len(known["pods"]))
    node.settled()
    time.sleep(0.5)
    show("restart", difference(world.control(), before), node.know()["cluster"]["bytes"])
    node.end()
    size = sum(os.path.getsize(os.path.join(state, "cluster", name))
               for name in os.listdir(os.path.join(state, "cluster")))
    print(f"# saved on the node: {size >> 10} KiB")
    return failed


def main():
    program = sys.argv[1]
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 10
    own = os.path.dirname(os.path.abspath(__file__))
    with tempfile.TemporaryDirectory() as directory, subprocess.Popen(
            [sys.executable, os.path.join(own, "apiserver.py"), "--directory",
             directory]) as server:
        try:
            while not os.path.exists(os.path.join(directory, "port")):
                time.sleep(0.05)
            client = Client(directory)
            world = World(client)
            world.make()
            failed = measure(world, program, write_kubeconfig(directory, client.port), directory,
                             seconds)
        finally:
            server.terminate()
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
