# SPDX-License-Identifier: Apache-2.0
"""What cluster_test.py runs of a node's life: paused by its Node object, booted with no server."""
import datetime
import json
import os
import shutil
import signal
import subprocess
import time

from cluster_guest import (ALLOWED, DENIED, ROOT, STATE, Agent, answer_of, attempt, cgroup_of,
                           one_policy, read, report, soon)

UNTIL_SECONDS = 8


class Resident:
    """A process that runs in a pod all the while, and tries what it is asked to."""

    def __init__(self, number):
        shutil.rmtree(f"{ROOT}/fifo", ignore_errors=True)
        os.makedirs(f"{ROOT}/fifo")
        for name in ("in", "out"):
            os.mkfifo(f"{ROOT}/fifo/{name}")
        self.process = subprocess.Popen(["/probe", "run", cgroup_of(number), ROOT, "/probe",
                                         "listen", "/fifo/in", "/fifo/out"])
        self.cgroup = cgroup_of(number)

    def ask(self, *words):
        with open(f"{ROOT}/fifo/in", "w", encoding="ascii") as file:
            file.write(" ".join(words) + "\n")
        with open(f"{ROOT}/fifo/out", encoding="ascii") as file:
            return file.read().strip()

    def read(self):
        return self.ask("open", "/etc/secret", "r")

    def end(self):
        with open(f"{self.cgroup}/cgroup.procs", encoding="ascii") as file:
            for line in file:
                os.kill(int(line), signal.SIGKILL)
        self.process.wait()


def sources(agent):
    return [item["source"] for item in agent.status()["pause"]["sources"]]


def is_wrong(agent):
    return any("lsmd.io/pause" in text for text in agent.status()["problems"])


def flags(agent):
    return [item["flags"] for item in json.loads(agent.get("/v1/denials")[1])["items"]
            if item["rule"] == "secret"][-1:]


def check_pause(server, agent, resident):
    report(resident.read() == DENIED, "a running process is denied", resident.read())
    server.annotate("true")
    soon("the Node's annotation: it is allowed", ALLOWED, resident.read)
    soon("and reported as paused", [["paused"]], lambda: flags(agent))
    report(sources(agent) == ["annotation"], "status says by whom", agent.status()["pause"])
    server.annotate("no more")
    soon("a value that is neither is told of", True, lambda: is_wrong(agent))
    report(resident.read() == ALLOWED, "and changes nothing: still allowed", resident.read())
    server.annotate(None)
    soon("without the annotation: denied again", DENIED, resident.read)
    report(not is_wrong(agent) and not sources(agent), "and nothing is wrong",
           agent.status()["problems"])
    server.annotate("10m")
    soon("a duration, which has no beginning, is told of", True, lambda: is_wrong(agent))
    report(resident.read() == DENIED, "and changes nothing: still denied", resident.read())


def check_end(server, resident):
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=UNTIL_SECONDS)
    server.annotate(end.strftime("%Y-%m-%dT%H:%M:%SZ"))
    soon("a time: allowed until then", ALLOWED, resident.read)
    time.sleep(max(0, end.timestamp() - time.time()))
    soon("and denied after, with nobody asking for it", DENIED, resident.read)


def check_silence(server, agent, resident):
    """The server says nothing any more. Return the agent that runs then."""
    server.annotate("true")
    soon("paused once more", ALLOWED, resident.read)
    server.hang()
    agent.stop(signal.SIGKILL)
    report(resident.read() == ALLOWED, "server silent, lsmd killed: it stays", resident.read())
    agent = Agent(server)
    agent.ready()
    report(resident.read() == ALLOWED and sources(agent) == ["annotation"],
           "and with an lsmd that has not heard of the server yet", agent.status()["pause"])
    server.go_on()
    server.annotate(None)
    soon("the server is back, without it: denied", DENIED, resident.read)
    return agent


def test_paused():
    """The Node's annotation turns denials to reports, on what runs, and back."""
    server = one_policy()
    agent = Agent(server)
    agent.ready()
    resident = Resident(1)
    check_pause(server, agent, resident)
    check_end(server, resident)
    agent = check_silence(server, agent, resident)
    resident.end()
    agent.stop()
    server.stop()


class BootAgent:
    """As lsmd-boot.service starts it."""

    def __init__(self):
        self.log = open("/tmp/boot.log", "w", encoding="utf-8")
        self.process = subprocess.Popen(["lsmd", "--boot", "--state-directory", STATE, "--policies",
                                         "/tmp/none"], stderr=self.log)
        ends = time.monotonic() + 120
        while answer_of("/readyz")[0] != 200:
            if time.monotonic() > ends or self.process.poll() is not None:
                with open("/tmp/boot.log", encoding="utf-8") as log:
                    raise RuntimeError(f"lsmd --boot is not ready: {log.read()}")
            time.sleep(0.1)


def connect(number):
    return attempt(number, "connect", "127.0.0.1", "4444")


def is_saved():
    """Is all that a start needs on the disk?"""
    wanted = {"nodes": "stage", "namespaces": "shop", "pods": "p2", "lsmpolicies": "staged",
              "clusterlsmpolicies": ""}
    try:
        for name, word in wanted.items():
            with open(f"{STATE}/cluster/{name}", encoding="utf-8") as file:
                if word not in file.read():
                    return False
    except OSError:
        return False
    return True


def check_boot():
    """What is in force before any server is asked."""
    report(read(1) == DENIED, "at the boot: a policy object denies", read(1))
    report(attempt(1, "open", "/etc/neighbour", "r") == ALLOWED, "at the boot: not its neighbour")
    report(read(2) == ALLOWED, "at the boot: by the pods' labels", read(2))
    report(attempt(2, "open", "/etc/neighbour", "r") == DENIED,
           "at the boot: by the node's labels as well")
    report(connect(2) == "denied EPERM", "at the boot: what was denied by hand", connect(2))
    report(connect(1) == ALLOWED, "at the boot: that pod alone", connect(1))
    first = f"{cgroup_of(1)}/first"
    os.makedirs(first)
    seen = subprocess.run(["/probe", "run", first, ROOT, "/probe", "open", "/etc/secret", "r"],
                          capture_output=True, text=True, check=False).stdout.strip()
    report(seen == DENIED, "at the boot: a container that starts", seen)
    os.rmdir(first)


def check_handover(server, boot):
    """The agent that stays comes while a process tries all the time. Return it."""
    with subprocess.Popen(["/probe", "run", cgroup_of(1), ROOT, "/probe", "flood", "4", "12",
                           "open", "/etc/secret", "r"],
                          stdout=subprocess.PIPE, text=True) as flood:
        time.sleep(1)
        agent = Agent(server)
        report(boot.process.wait(60) == 0, "the one of the boot goes, with status 0")
        agent.ready()
        counts = dict(word.split("=") for word in flood.stdout.read().split())
    report(counts["allowed"] == counts["other"] == "0" and int(counts["denied"]) > 100,
           "meanwhile not one call gets through", counts)
    print(f"# {counts['denied']} denied in 12 s, one handover")
    return agent


def test_rebooted():
    """lsmd --boot puts in force what was saved of the objects, before any server answers."""
    server = one_policy()
    server.label_node(stage="one")
    server.policy("staged", {"app": "other"}, "/etc/neighbour",
                  {"nodeSelector": {"matchLabels": {"stage": "one"}}})
    agent = Agent(server)
    agent.ready()
    subprocess.run(["lsmctl", "deny", "--pod", "shop/p2", "--connect", "0.0.0.0/0:4444"],
                   check=True, capture_output=True)
    soon("what is known is saved", True, is_saved)
    agent.stop(signal.SIGKILL)
    server.hang()
    subprocess.run(["lsmd", "--unload"], check=True)
    report(read(1) == connect(2) == ALLOWED, "as after a boot nothing is in force", read(1))
    boot = BootAgent()
    check_boot()
    agent = check_handover(server, boot)
    report(read(1) == DENIED and connect(2) == "denied EPERM", "and all of it stays", read(1))
    server.go_on()
    server.label(1, app="other")
    soon("then it follows the server", ALLOWED, lambda: read(1))
    report(connect(2) == "denied EPERM", "which does not touch what was denied by hand")
    agent.stop()
    server.stop()
