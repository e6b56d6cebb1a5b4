#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The start-up taint goes once all is in force, and no other taint does.

    taint_test.py UNTAINT

UNTAINT is the program of untaint.c.
"""
import os
import subprocess
import sys
import tempfile
import time

from fault_test import write_kubeconfig
from recorded_test import Client

NODE = "/api/v1/nodes/node-a"
OURS = {"key": "lsmd.io/agent-not-ready", "effect": "NoSchedule"}
OTHER = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
PATIENCE = 20.0


class Run:
    def __init__(self, client, untaint):
        self.client = client
        self.untaint = untaint
        self.failed = 0

    def api(self, method, path, body=None):
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        return self.client.ask(method, path, body, kind, "token-1")

    def control(self, **wanted):
        return self.client.ask("POST", "/control", wanted, "application/json", None)[2]

    def set_taints(self, *taints):
        self.api("PATCH", NODE, {"spec": {"taints": list(taints)}})

    def taints(self):
        return self.api("GET", NODE)[2]["spec"].get("taints", [])

    def patches(self):
        return self.control()["requests"].get("patch nodes", 0)

    def say(self, line=""):
        self.untaint.stdin.write(line + "\n")
        self.untaint.stdin.flush()
        return self.untaint.stdout.readline().strip()

    def soon(self, name, holds):
        end = time.monotonic() + PATIENCE
        while not holds() and time.monotonic() < end:
            time.sleep(0.05)
        self.report(holds(), name)

    def report(self, fine, name):
        self.failed += not fine
        print(f"{'ok' if fine else 'not ok'} taint: {name}")


def check(run):
    time.sleep(1.5)
    run.report(OURS in run.taints(), "not ready: it stays")
    run.control(forbid=["nodes"])
    run.say("ready")
    run.soon("refused: says so, and what it may be", lambda: "403; may lsmd" in run.say())
    run.control(forbid=[], fail=503, times=2, path=NODE)
    run.soon("the server fails: says so", lambda: " 503" in run.say())
    run.soon("it answers again: no problem any more", lambda: run.say() == "-")
    run.report(run.taints() == [OTHER], "ours is gone, and the other is not")
    asked = run.patches()
    run.set_taints()
    time.sleep(1.5)
    run.report(run.patches() == asked + 1, "without it nothing is asked")
    run.set_taints(OURS)
    run.soon("it came again, alone: it goes", lambda: run.taints() == [])


def main():
    own = os.path.dirname(os.path.abspath(__file__))
    with tempfile.TemporaryDirectory() as directory, subprocess.Popen(
            [sys.executable, os.path.join(own, "apiserver.py"), "--directory",
             directory]) as server:
        try:
            while not os.path.exists(os.path.join(directory, "port")):
                time.sleep(0.05)
            client = Client(directory)
            config = write_kubeconfig(directory, client.port)
            with subprocess.Popen([sys.argv[1], config, "node-a"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True) as untaint:
                run = Run(client, untaint)
                run.api("POST", "/api/v1/nodes", {"metadata": {"name": "node-a"},
                                                  "spec": {"taints": [OTHER, OURS]}})
                check(run)
                untaint.stdin.close()
            run.report(untaint.wait() == 0, "ends clean")
        finally:
            server.terminate()
    sys.exit(run.failed > 0)


if __name__ == "__main__":
    main()
