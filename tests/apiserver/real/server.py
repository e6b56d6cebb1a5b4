# SPDX-License-Identifier: Apache-2.0
"""Real API servers on loopback, for as long as a test takes."""
import base64
import json
import os
import socket
import ssl
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))
sys.path[1:1] = [os.path.join(TOP, "tests/apiserver"), os.path.join(TOP, "tests/unit/policy")]

from fault_test import write_kubeconfig  # noqa: E402
from recorded_test import Client  # noqa: E402
from world import DEFINITIONS  # noqa: E402

REGISTRATION = "admissionregistration.k8s.io"

AUDIT = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
         "rules": [{"level": "Metadata"}]}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Authority:
    """What signs a test's certificates."""

    def __init__(self, directory):
        self.directory = directory
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                     "/CN=ca", "-keyout", "ca.key", "-out", "ca.crt")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.directory, check=True, capture_output=True)

    def sign(self, name, subject):
        """Leaves NAME.key and NAME.crt, good for a server on loopback and for a client."""
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", subject, "-keyout",
                     f"{name}.key", "-out", f"{name}.csr")
        with open(os.path.join(self.directory, f"{name}.ext"), "w", encoding="utf-8") as file:
            file.write("subjectAltName=IP:127.0.0.1\n")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
                     "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext", "-out",
                     f"{name}.crt")


class CertificateClient(Client):
    """Asks as whom the certificate in the directory names."""

    def __init__(self, directory, name="admin"):
        super().__init__(directory)
        self.context.load_cert_chain(os.path.join(directory, f"{name}.crt"),
                                     os.path.join(directory, f"{name}.key"))

    def ask(self, method, path, body=None, content_type=None, token=None):
        return super().ask(method, path, body, content_type, token)


class Program:
    """One that runs until the end of the test, or until it is killed."""

    def __init__(self, programs, directory):
        self.programs = programs
        self.directory = directory
        self.process = None

    def path(self, name):
        return os.path.join(self.directory, name)

    def spawn(self, name, *arguments):
        with open(self.path(f"{name}.log"), "ab") as log:
            self.process = subprocess.Popen([os.path.join(self.programs, name), *arguments],
                                            stdout=log, stderr=log, cwd=self.directory)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def __exit__(self, *ignored):
        self.kill()


class Etcd(Program):
    def __enter__(self):
        port, peer = free_port(), f"http://127.0.0.1:{free_port()}"
        self.url = f"http://127.0.0.1:{port}"
        self.spawn("etcd", "--data-dir", self.path("etcd"), "--unsafe-no-fsync",
                   "--listen-client-urls", self.url, "--advertise-client-urls", self.url,
                   "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                   "--initial-cluster", f"default={peer}")
        return self

    def control(self, *arguments):
        return subprocess.run(
            [os.path.join(self.programs, "etcdctl"), f"--endpoints={self.url}", *arguments],
            check=True, capture_output=True, text=True,
            env={**os.environ, "ETCDCTL_API": "3"}).stdout

    def compact(self):
        """As a server asks every five minutes: forget what was before now."""
        status = json.loads(self.control("endpoint", "status", "-w", "json"))
        self.control("compact", str(status[0]["Status"]["header"]["revision"]))


class Server(Program):
    """What every server has. The directory has its certificates and its words."""

    def __init__(self, programs, directory):
        super().__init__(programs, directory)
        self.port = free_port()
        self.client = self.authority = None

    def prepare(self):
        self.authority = Authority(self.directory)
        self.authority.sign("server", "/CN=apiserver")
        self.authority.sign("admin", "/O=system:masters/CN=admin")
        with open(self.path("port"), "w", encoding="utf-8") as file:
            file.write(str(self.port))
        self.client = CertificateClient(self.directory)
        self.write_config("admin", {"client-certificate": "admin.crt", "client-key": "admin.key"})

    def wait_ready(self, name, seconds=240):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                # The stand-in has no services to follow.
                if self.client.ask("GET", "/readyz?exclude=informer-sync")[0] == 200:
                    return
            except (OSError, ssl.SSLError):
                pass
            time.sleep(0.2)
        with open(self.path(f"{name}.log"), encoding="utf-8") as log:
            raise RuntimeError(f"{name} is not ready: {log.read()[-4000:]}")

    def write_config(self, name, user):
        """A kubeconfig, as kubectl and the agent's programs take it."""
        path = self.path(f"{name}.kubeconfig")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"apiVersion": "v1", "kind": "Config", "current-context": "t",
                       "contexts": [{"name": "t", "context": {"cluster": "c", "user": "u"}}],
                       "clusters": [{"name": "c", "cluster": {
                           "server": f"https://127.0.0.1:{self.port}",
                           "certificate-authority": "ca.crt"}}],
                       "users": [{"name": "u", "user": user}]}, file)
        return path

    def kubectl(self, *arguments):
        """Return: whether it did it, and what it said on stdout and stderr."""
        done = subprocess.run(
            [os.path.join(self.programs, "kubectl"), "--kubeconfig",
             self.path("admin.kubeconfig"), "--cache-dir", self.path("kubectl-cache"),
             *arguments], capture_output=True, text=True, check=False)
        return done.returncode == 0, done.stdout, done.stderr


class WholeServer(Server):
    """kube-apiserver, with RBAC, and an audit log of all that is asked."""

    def __init__(self, etcd):
        super().__init__(etcd.programs, etcd.directory)
        self.etcd = etcd

    def start(self):
        """The first time, or with what it has kept."""
        self.spawn(
            "kube-apiserver", f"--etcd-servers={self.etcd.url}",
            "--bind-address=127.0.0.1", f"--secure-port={self.port}",
            "--advertise-address=192.0.2.1", "--endpoint-reconciler-type=none",
            "--tls-cert-file=server.crt", "--tls-private-key-file=server.key",
            "--client-ca-file=ca.crt", "--authorization-mode=Node,RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-key-file=server.key",
            "--service-account-signing-key-file=server.key",
            "--service-cluster-ip-range=10.0.0.0/24",
            # It wants what a controller makes, which is not there.
            "--disable-admission-plugins=ServiceAccount",
            "--audit-policy-file=audit.json", "--audit-log-path=audit.log")
        self.wait_ready("kube-apiserver")

    def audited(self):
        with open(self.path("audit.log"), encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def __enter__(self):
        self.prepare()
        with open(self.path("audit.json"), "w", encoding="utf-8") as file:
            json.dump(AUDIT, file)
        self.start()
        return self


class StandIn(Program):
    """tests/apiserver/apiserver.py, for what a part of a server asks of the rest."""

    def __init__(self, directory):
        super().__init__(None, directory)
        self.client = self.config = None

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(TOP, "tests/apiserver/apiserver.py"), "--directory",
             self.directory])
        while not os.path.exists(self.path("port")):
            time.sleep(0.05)
        self.client = Client(self.directory)
        self.config = write_kubeconfig(self.directory, self.client.port)
        self.define("ValidatingAdmissionPolicy", "validatingadmissionpolicies")
        self.define("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings")
        return self

    def define(self, kind, plural):
        """What it need not understand to keep: who follows it does."""
        self.client.ask("POST", DEFINITIONS, {"metadata": {"name": f"{plural}.{REGISTRATION}"}, "spec": {
            "group": REGISTRATION, "scope": "Cluster", "names": {"plural": plural, "kind": kind},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {
                "openAPIV3Schema": {"type": "object",
                                    "x-kubernetes-preserve-unknown-fields": True}}}]}},
            "application/json")


class DefinitionsServer(Server):
    """The part of a server that serves custom resources, newer than the whole one. Namespaces and
    admission policies it asks the stand-in for.
    """

    def __init__(self, etcd, stand_in):
        super().__init__(etcd.programs, etcd.directory)
        self.etcd = etcd
        self.core = stand_in.config

    def __enter__(self):
        self.prepare()
        self.authority.sign("proxy", "/CN=proxy")
        self.spawn(
            "apiextensions-apiserver", f"--etcd-servers={self.etcd.url}",
            "--bind-address=127.0.0.1", f"--secure-port={self.port}",
            "--tls-cert-file=server.crt", "--tls-private-key-file=server.key",
            f"--kubeconfig={self.core}", f"--authentication-kubeconfig={self.core}",
            f"--authorization-kubeconfig={self.core}", "--client-ca-file=ca.crt",
            "--authentication-skip-lookup",
            # Who bears the proxy's certificate says who it is.
            "--requestheader-client-ca-file=ca.crt", "--requestheader-allowed-names=proxy",
            "--requestheader-username-headers=X-Remote-User",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            # What these follow, the stand-in has not.
            "--enable-priority-and-fairness=false", "--disable-admission-plugins="
            "MutatingAdmissionPolicy,MutatingAdmissionWebhook,ValidatingAdmissionWebhook")
        self.wait_ready("apiextensions-apiserver")
        return self


def claims(token):
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
