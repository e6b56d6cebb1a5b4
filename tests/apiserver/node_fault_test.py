#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a node knows after random cuts, stalls and errors is what a fresh start knows.

    node_fault_test.py NODE [SECONDS [SEED]]

NODE is the program of node.c. All kinds of objects change: pods, their labels, namespaces, this
node's labels, policies of both kinds, some of them with errors.
"""
import json
import os
import random
import subprocess
import sys
import tempfile
import time

from fault_test import Run, report, resident, write_kubeconfig
from recorded_test import Client
from world import GROUP, definitions, policy

SILENCE_MS = 2000


class Node:
    """The program of node.c, asked line by line."""

    def __init__(self, program, config, state, silence=SILENCE_MS):
        # What ASan keeps of freed memory, to catch its use, would count as piled up.
        options = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=8"
        self.process = subprocess.Popen([program, config, "node-a", state, str(silence)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, "ASAN_OPTIONS": options})

    def know(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def settled(self, seconds=120):
        """What it knows once every kind is synced, twice the same."""
        last = None
        for _ in range(int(seconds * 5)):
            known = self.know()
            kinds = known["cluster"]["kinds"]
            if all(kind["synced"] for kind in kinds) and known["pods"] == last:
                return known
            last = known["pods"]
            time.sleep(0.2)
        return known

    def end(self):
        self.process.stdin.close()
        return self.process.wait()


class NodeRun(Run):
    def __init__(self, client, directory, seed):
        super().__init__(client, directory, None, seed)
        self.policies = 0

    def begin(self):
        # As much more often than the silence that is a fault as a real server's are.
        self.control(bookmarks=SILENCE_MS / 1000 / 4)
        for path, body in definitions():
            self.api("POST", path, body)
        self.api("POST", "/api/v1/nodes", {"metadata": {"name": "node-a", "labels": {"zone": "a"}}})
        self.api("POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}})
        for _ in range(150):
            self.create()
        for _ in range(20):
            self.create_policy()

    def create_policy(self):
        self.policies += 1
        name = f"policy-{self.policies}"
        if self.random.random() < 0.7:
            self.api("POST", f"{GROUP}/namespaces/shop/lsmpolicies", policy(
                "LsmPolicy", name, {"n": self.some_label()}))
        else:
            self.api("POST", f"{GROUP}/clusterlsmpolicies", policy(
                "ClusterLsmPolicy", name, {}, nodeSelector={"matchLabels": {
                    "zone": self.random.choice("abc")}}, namespaceSelector={"matchLabels": {
                        "team": self.some_label()}}))

    def some_label(self):
        return str(self.random.randint(0, 5))

    def some_policy(self):
        name = f"policy-{self.random.randint(1, self.policies)}"
        return self.random.choice([f"{GROUP}/namespaces/shop/lsmpolicies/{name}",
                                   f"{GROUP}/clusterlsmpolicies/{name}"])

    def change(self):
        self.random.choice([
            super().change,
            lambda: self.api("PATCH", self.some(), {"metadata": {"labels": {
                "n": self.some_label()}}}),
            lambda: self.api("PATCH", "/api/v1/namespaces/shop", {"metadata": {"labels": {
                "team": self.some_label()}}}),
            lambda: self.api("PATCH", "/api/v1/nodes/node-a", {"metadata": {"labels": {
                "zone": self.random.choice("abc")}}}),
            self.create_policy,
            lambda: self.api("DELETE", self.some_policy()),
            lambda: self.api("PATCH", self.some_policy(), {"spec": {
                "mode": self.random.choice(["enforce", "audit"])}}),
        ])()

    def fault(self):
        if self.random.random() < 0.2:
            self.control(stall=True)
        elif self.random.random() < 0.2:
            self.control(fail=503, times=3, path=self.random.choice(
                ["/apis/lsmd.io", "/api/v1/namespaces", "/api/v1/nodes"]))
        else:
            super().fault()


def differences(one, other):
    return [key for key in {**one, **other} if one.get(key) != other.get(key)][:5]


def check(run, program, config, directory, seconds):
    state = os.path.join(directory, "state")
    run.begin()
    node = Node(program, config, state)
    known = node.settled()
    failed = report(known["known"] and len(known["pods"]) > 50, "a node learns what it needs",
                    known["why"])
    before = resident(node.process.pid)
    faults = run.go(seconds)
    run.control(calm=True, cut=True)
    known = node.settled()
    grown = resident(node.process.pid) - before
    fresh = Node(program, config, os.path.join(directory, "fresh"))
    wanted = fresh.settled()
    failed += report(known["pods"] == wanted["pods"] and len(wanted["pods"]) > 50,
                     f"{faults} faults end in what a fresh start knows",
                     differences(known["pods"], wanted["pods"]))
    failed += report(any(pod["policies"] for pod in wanted["pods"].values()),
                     "and policies select something", "none do")
    failed += report(grown < 32 << 20, "nothing piles up", f"{grown} bytes more")
    failed += report(fresh.end() == 0 and node.end() == 0, "both end clean", "they did not")
    failed += check_restart(run, program, config, state, wanted)
    print(f"# {seconds} s, {faults} faults, {len(wanted['pods'])} pods, {grown >> 10} KiB more "
          f"resident; {known['cluster']['requests']} requests")
    return failed


def check_restart(run, program, config, state, wanted):
    run.control(tokens=["nobody's"])
    node = Node(program, config, state)
    known = node.know()
    failed = report(known["known"] and known["pods"] == wanted["pods"],
                    "a start without the server knows the same",
                    differences(known["pods"], wanted["pods"]))
    return failed + report(node.end() == 0, "and ends clean", "it did not")


def main():
    program = sys.argv[1]
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 20
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(10 ** 6)
    own = os.path.dirname(os.path.abspath(__file__))
    print(f"# seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as directory, subprocess.Popen(
            [sys.executable, os.path.join(own, "apiserver.py"), "--directory",
             directory]) as server:
        try:
            while not os.path.exists(os.path.join(directory, "port")):
                time.sleep(0.05)
            client = Client(directory)
            config = write_kubeconfig(directory, client.port)
            failed = check(NodeRun(client, directory, seed), program, config, directory, seconds)
        finally:
            server.terminate()
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
