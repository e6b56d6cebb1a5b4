#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The reflector under random cuts, stalls and errors ends where a fresh start ends.

    fault_test.py FOLLOW [SECONDS [SEED]]

FOLLOW is the program of follow.c, built with the sanitizers where they are wanted.
"""
import json
import os
import random
import subprocess
import sys
import tempfile
import time

from recorded_test import Client

PODS = "/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-a"


def write_kubeconfig(directory, port):
    path = os.path.join(directory, "kubeconfig")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"apiVersion": "v1", "kind": "Config", "current-context": "t",
                   "contexts": [{"name": "t", "context": {"cluster": "c", "user": "u"}}],
                   "clusters": [{"name": "c", "cluster": {
                       "server": f"https://127.0.0.1:{port}",
                       "certificate-authority": "ca.crt"}}],
                   "users": [{"name": "u", "user": {"tokenFile": "token"}}]}, file)
    return path


def resident(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Run:
    def __init__(self, client, directory, follow, seed):
        self.client = client
        self.directory = directory
        self.random = random.Random(seed)
        self.follow = follow
        self.serial = 0
        self.token = "token-1"

    def control(self, **wanted):
        return self.client.ask("POST", "/control", wanted, "application/json", None)[2]

    def api(self, method, path, body=None):
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        return self.client.ask(method, path, body, kind, self.token)

    def know(self):
        self.follow.stdin.write("\n")
        self.follow.stdin.flush()
        return json.loads(self.follow.stdout.readline())

    def listed(self):
        body = self.api("GET", PODS)[2]
        return {f'{pod["metadata"]["namespace"]}/{pod["metadata"]["name"]}':
                pod["metadata"]["resourceVersion"] for pod in body.get("items", [])}

    def create(self):
        self.serial += 1
        node = self.random.choice(["node-a", "node-a", "node-b"])
        self.api("POST", "/api/v1/namespaces/shop/pods", {
            "metadata": {"name": f"p{self.serial}", "labels": {"n": "0"}},
            "spec": {"nodeName": node, "containers": [{"name": "c", "image": "i"}]}})

    def some(self):
        return f"/api/v1/namespaces/shop/pods/p{self.random.randint(1, max(1, self.serial))}"

    def change(self):
        what = self.random.random()
        if what < 0.3:
            self.create()
        elif what < 0.8:
            self.api("PATCH", self.some(),
                     {"metadata": {"labels": {"n": str(self.random.random())}}})
        elif what < 0.9:
            self.api("PATCH", self.some(), {"spec": {
                "nodeName": self.random.choice(["node-a", "node-b"])}})
        else:
            self.api("DELETE", self.some())

    def rotate(self):
        """A new token, and from then on only that one is taken."""
        self.token = f"token-{self.random.randint(2, 10 ** 9)}"
        with open(os.path.join(self.directory, "token"), "w", encoding="utf-8") as file:
            file.write(self.token + "\n")
        self.control(tokens=[self.token])

    def fault(self):
        self.random.choice([
            lambda: self.control(cut=True),
            lambda: self.control(compact=True),
            lambda: (self.control(compact=True), self.control(cut=True)),
            lambda: self.control(fail=429, times=2, retryAfter=1, path="/api/v1/pods"),
            lambda: self.control(fail=self.random.choice([500, 503, 504]), times=2,
                                 path="/api/v1/pods"),
            lambda: self.control(fail=401, times=1, path="/api/v1/pods"),
            self.rotate,
        ])()

    def felt(self, seconds):
        """Has it been refused something, and had to list anew? Return that, and its counts."""
        for _ in range(seconds * 10):
            counts = self.know()["counts"]
            if counts["failures"] > 0 and counts["expired"] > 0:
                return True, counts
            time.sleep(0.1)
        return False, counts

    def feel(self):
        """By chance alone one run in some hundred does neither: then until it has. Requests that are
        still to fail by then would each be waited for, longer and longer."""
        self.control(calm=True)
        felt, counts = self.felt(1)
        for _ in range(10):
            if felt:
                break
            for _ in range(5):
                self.create()
            if not counts["failures"]:
                self.control(fail=503, times=1, path="/api/v1/pods")
            self.control(compact=True)
            self.control(cut=True)
            felt, counts = self.felt(10)
        return felt, counts

    def settle(self):
        """Ask for nothing but what is there, until both agree. Return what each says last."""
        self.control(calm=True, cut=True)
        for _ in range(900):
            known, there = self.know(), self.listed()
            if known["objects"] == there and not known["problem"]:
                break
            time.sleep(0.1)
        return known, there

    def go(self, seconds):
        ends, faults = time.monotonic() + seconds, 0
        while time.monotonic() < ends:
            for _ in range(self.random.randint(1, 20)):
                self.change()
            if self.random.random() < 0.3:
                self.fault()
                faults += 1
            time.sleep(self.random.random() * 0.1)
        return faults


def report(ok, name, why=""):
    print(f"{'ok' if ok else 'not ok'} apiserver: {name}")
    if not ok:
        print(f"#   {why}")
    return 0 if ok else 1


def check(run, seconds):
    for _ in range(300):
        run.create()
    known, there = run.settle()
    failed = report(known["objects"] == there and len(there) > 100, "a list in pages is whole",
                    f"{len(known['objects'])} of {len(there)}")
    before = resident(run.follow.pid)
    faults = run.go(seconds)
    felt, counts = run.feel()
    known, there = run.settle()
    failed += report(known["objects"] == there, f"{faults} faults end in what is there",
                     f"{set(known['objects'].items()) ^ set(there.items())}")
    failed += report(felt, "the faults were felt", str(counts))
    grown = resident(run.follow.pid) - before
    failed += report(grown < 32 << 20, "nothing piles up", f"{grown} bytes more")
    print(f"# {seconds} s, {faults} faults, {known['counts']}, {grown >> 10} KiB more resident")
    return failed


def main():
    program = sys.argv[1]
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 20
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(10 ** 6)
    own = os.path.dirname(os.path.abspath(__file__))
    print(f"# seed {seed}")
    with tempfile.TemporaryDirectory() as directory, subprocess.Popen(
            [sys.executable, os.path.join(own, "apiserver.py"), "--directory",
             directory]) as server:
        try:
            while not os.path.exists(os.path.join(directory, "port")):
                time.sleep(0.05)
            client = Client(directory)
            config = write_kubeconfig(directory, client.port)
            with subprocess.Popen([program, config, PODS], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True) as follow:
                failed = check(Run(client, directory, follow, seed), seconds)
                follow.stdin.close()
            failed += report(follow.wait() == 0, "ends clean", f"status {follow.returncode}")
        finally:
            server.terminate()
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
