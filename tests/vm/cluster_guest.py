# SPDX-License-Identifier: Apache-2.0
"""In the guest of cluster.sh: the API server's stand-in, lsmd, and what tries things in a pod."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

from fault_test import write_kubeconfig
from recorded_test import Client
from world import GROUP, definitions

NODE = "node-a"
ROOT = "/tmp/root"
STATE = "/tmp/state"
SOCKET = "/run/lsmd/lsmd.sock"
HIERARCHY = "/sys/fs/cgroup/pids" if os.path.isdir("/sys/fs/cgroup/pids") else "/sys/fs/cgroup"

passed = failed = 0


def report(ok, name, why=""):
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    print(f"{'ok' if ok else 'not ok'} cluster: {name}", flush=True)
    if not ok:
        print(f"#   {why}", flush=True)


def uid_of(number):
    return f"aaaaaaaa-0000-4000-8000-{number:012d}"


def id_of(number):
    return f"{number:064x}"


def cgroup_of(number):
    return f"{HIERARCHY}/kubepods/pod{uid_of(number)}/{id_of(number)}"


class Server:
    """The stand-in, as a process that can be killed and started again with nothing in it."""

    def __init__(self, directory="/tmp/apiserver"):
        self.directory = directory
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory)
        self.process = None
        self.start()

    def start(self, port=0):
        marker = os.path.join(self.directory, "port")
        if os.path.exists(marker):
            os.unlink(marker)
        self.process = subprocess.Popen([
            sys.executable, "/apiserver/apiserver.py", "--directory", self.directory,
            "--port", str(port)])
        while not os.path.exists(marker):
            time.sleep(0.05)
        self.client = Client(self.directory)

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def hang(self):
        """Connections are taken, and nothing is ever answered."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self):
        os.kill(self.process.pid, signal.SIGCONT)

    def ask(self, method, path, body=None):
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        status, _, answer = self.client.ask(method, path, body, kind, "token-1")[:3]
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {answer}")
        return answer

    def control(self, **wanted):
        return self.client.ask("POST", "/control", wanted, "application/json", None)[2]

    def define(self):
        for path, body in definitions():
            self.ask("POST", path, body)

    def namespace(self, name, **labels):
        self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name, "labels": labels}})

    def node(self, **labels):
        self.ask("POST", "/api/v1/nodes", {"metadata": {"name": NODE, "labels": labels}})

    def label_node(self, **labels):
        self.ask("PATCH", f"/api/v1/nodes/{NODE}", {"metadata": {"labels": labels}})

    def annotate(self, pause):
        """The Node object; None takes the annotation away."""
        self.ask("PATCH", f"/api/v1/nodes/{NODE}",
                 {"metadata": {"annotations": {"lsmd.io/pause": pause}}})

    def pod(self, number, namespace="shop", **labels):
        path = f"/api/v1/namespaces/{namespace}/pods"
        self.ask("POST", path, {
            "metadata": {"name": f"p{number}", "uid": uid_of(number), "labels": labels},
            "spec": {"nodeName": NODE, "containers": [{"name": "app", "image": "i"}]}})
        self.ask("PATCH", f"{path}/p{number}/status", {"status": {"containerStatuses": [
            {"name": "app", "containerID": f"containerd://{id_of(number)}"}]}})

    def label(self, number, **labels):
        self.ask("PATCH", f"/api/v1/namespaces/shop/pods/p{number}",
                 {"metadata": {"labels": labels}})

    def policy(self, name, selector, path="/etc/secret", more=None):
        self.ask("POST", f"{GROUP}/namespaces/shop/lsmpolicies", {
            "apiVersion": "lsmd.io/v1alpha1", "kind": "LsmPolicy", "metadata": {"name": name},
            "spec": {"podSelector": {"matchLabels": selector},
                     "file": {"rules": [{"name": "secret", "action": "deny",
                                         "paths": [path]}]}, **(more or {})}})


def answer_of(path):
    """Of whichever lsmd serves; None where nobody does."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(SOCKET)
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: l\r\n"
                               "Connection: close\r\n\r\n".encode())
            answer = b""
            while part := connection.recv(1 << 16):
                answer += part
    except OSError:
        return None, ""
    head, _, body = answer.decode().partition("\r\n\r\n")
    return (int(head.split()[1]), body) if head else (None, "")


class Agent:
    def __init__(self, server, *options):
        config = write_kubeconfig(server.directory, server.client.port)
        os.makedirs("/run/lsmd", exist_ok=True)
        self.log = open("/tmp/lsmd.log", "w", encoding="utf-8")
        self.process = subprocess.Popen(
            ["lsmd", "--kubeconfig", config, "--node", NODE, "--state-directory", STATE,
             "--policies", "/tmp/none", *options], stderr=self.log)

    def get(self, path):
        return answer_of(path)

    def wait(self, path, wanted, seconds=120):
        """Until the status of an answer is the wanted one."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends and self.process.poll() is None:
            seen = self.get(path)
            if seen[0] == wanted:
                return seen[1]
            time.sleep(0.1)
        with open("/tmp/lsmd.log", encoding="utf-8") as log:
            raise RuntimeError(f"{path} is not {wanted}: {seen}; {log.read()}")

    def ready(self):
        return self.wait("/readyz", 200)

    def status(self):
        return json.loads(self.get("/v1/status")[1])

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait()
        self.log.close()


def attempt(number, *words):
    os.makedirs(cgroup_of(number), exist_ok=True)
    return subprocess.run(["/probe", "run", cgroup_of(number), ROOT, "/probe", *words],
                          capture_output=True, text=True, check=False).stdout.strip()


def read(number):
    return attempt(number, "open", "/etc/secret", "r")


DENIED, ALLOWED = "denied EACCES", "allowed"


def soon(name, wanted, what, tries=100, pause=0.1):
    for _ in range(tries):
        seen = what()
        if seen == wanted:
            break
        time.sleep(pause)
    report(seen == wanted, name, f"wanted {wanted}, saw {seen}")


def slowly(name, wanted, what):
    """As soon(), with the patience that the pace of the agents asks for."""
    soon(name, wanted, what, tries=120, pause=1)


def make_root():
    for name in ("bin", "etc", "proc", "dev", "tmp"):
        os.makedirs(f"{ROOT}/{name}", exist_ok=True)
    shutil.copy("/probe", f"{ROOT}/probe")
    for name in ("secret", "neighbour"):
        with open(f"{ROOT}/etc/{name}", "w", encoding="utf-8") as file:
            file.write("text\n")


def fresh():
    subprocess.run(["lsmd", "--unload"], check=True)
    shutil.rmtree(STATE, ignore_errors=True)
    server = Server()
    for number in (1, 2):
        os.makedirs(cgroup_of(number), exist_ok=True)
    return server


def one_policy():
    """Of the two pods of a new server it selects one."""
    server = fresh()
    server.namespace("shop")
    server.node()
    server.define()
    server.pod(1, app="web")
    server.pod(2, app="other")
    server.policy("web", {"app": "web"})
    return server
