#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Events on pods for denials: few requests, no denial lost in them without being counted.

    events_test.py MEMBER

MEMBER is the program of member.c.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

from fault_test import report, write_kubeconfig
from recorded_test import Client

PACE = 100  # five minutes are three seconds
EVENTS = "/api/v1/namespaces/shop/events"

failed = 0


def expect(ok, name, why=""):
    global failed
    failed += report(bool(ok), name, why)


def wait_for(condition, seconds=15):
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if condition():
            return True
        time.sleep(0.05)
    return False


def denial(rule, namespace="shop"):
    return {"verdict": "deny", "hook": "bprm_check_security", "section": "exec", "rule": rule,
            "message": "", "policy": {"kind": "LsmPolicy", "namespace": "shop", "name": "web"},
            "pod": {"namespace": namespace, "name": "web-0", "uid": "u-1"},
            "container": {"name": "app"}, "process": {"executable": "/usr/bin/nginx"},
            "object": {"type": "file", "path": "/bin/sh"}}


class Run:
    def __init__(self, client, member):
        self.client = client
        self.member = member

    def say(self, **wanted):
        self.member.stdin.write(json.dumps(wanted) + "\n")
        self.member.stdin.flush()
        return json.loads(self.member.stdout.readline())["events"]

    def control(self, **wanted):
        return self.client.ask("POST", "/control", wanted, "application/json", None)[2]

    def requests(self, verb):
        return self.control()["requests"].get(f"{verb} events", 0)

    def events(self):
        return self.client.ask("GET", EVENTS)[2]["items"]

    def settled(self, denials):
        """Does every denial have its place: in an Event, or among those dropped?"""
        counts = self.say()
        return counts["denials"] + counts["dropped"] == denials


def check_series(run):
    for _ in range(50):
        run.say(denial=denial("no-shells"))
    expect(wait_for(lambda: run.settled(50)), "fifty denials by one rule are told",
           str(run.say()))
    found = run.events()
    expect(len(found) == 1 and found[0]["count"] == 50, "in one Event", str(found))
    expect((run.requests("post"), run.requests("patch")) == (1, 1), "by two requests",
           str(run.control()["requests"]))
    expect(found[0]["involvedObject"]["kind"] == "Pod" and "no-shells" in found[0]["message"] and
           found[0]["reason"] == "PolicyDenied", "that says what", str(found))


def check_expired(run):
    """A server keeps Events for an hour."""
    name = run.events()[0]["metadata"]["name"]
    run.client.ask("DELETE", f"{EVENTS}/{name}")
    run.say(denial=denial("no-shells"))
    expect(wait_for(lambda: [event["count"] for event in run.events()] == [1]),
           "one that the server forgot is made anew", str(run.events()))


def check_many(run, before):
    """Rules by the hundred: the bucket, then the table, bound them."""
    posted = run.requests("post")
    counts = run.say(denial=denial(""), rules=300)
    expect(counts["dropped"] == 300 - 256, "beyond the table they are dropped, and counted",
           str(counts))
    began = time.monotonic()
    wait_for(lambda: run.requests("post") - posted >= 100)
    allowed = 20 + (time.monotonic() - began) * PACE
    expect(run.requests("post") - posted <= allowed + PACE / 10, "a burst, then by the bucket",
           f"{run.requests('post') - posted}, not {allowed}")
    expect(wait_for(lambda: run.settled(before + 300)), "the others are told in their turn",
           str(run.say()))


def check_faults(run, before):
    run.control(fail=429, times=1, retryAfter=1, path=EVENTS)
    run.control(fail=500, times=2, path=EVENTS)
    run.say(denial=denial("after-faults"))
    expect(wait_for(lambda: run.settled(before + 1), 30), "429 and 500 only delay", str(run.say()))
    run.say(denial=denial("nowhere", "no-such-namespace"))
    expect(wait_for(lambda: run.settled(before + 2)), "where there is no namespace: dropped",
           str(run.say()))
    run.control(forbid=["events"])
    run.say(denial=denial("forbidden"))
    expect(wait_for(lambda: run.settled(before + 3)), "without the right to: dropped",
           str(run.say()))


def main():
    own = os.path.dirname(os.path.abspath(__file__))
    with tempfile.TemporaryDirectory() as directory, subprocess.Popen(
            [sys.executable, os.path.join(own, "apiserver.py"), "--directory",
             directory]) as server:
        try:
            while not os.path.exists(os.path.join(directory, "port")):
                time.sleep(0.05)
            client = Client(directory)
            client.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}},
                       "application/json")
            config = write_kubeconfig(directory, client.port)
            with subprocess.Popen([sys.argv[1], config, "node-a", str(PACE)], text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE) as member:
                run = Run(client, member)
                check_series(run)
                check_expired(run)
                check_many(run, 51)
                check_faults(run, 351)
                print(f"# {run.say()}, {run.control()['requests']}")
                member.stdin.close()
            expect(member.wait() == 0, "ends clean")
        finally:
            server.terminate()
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
