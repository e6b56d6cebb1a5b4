#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""components/own-node as a real API server evaluates it: an agent changes its own node alone.

    own_node_test.py PROGRAMS

PROGRAMS has etcd and apiextensions-apiserver. That server has no Node objects; what it is asked is
LsmNode objects, for which the policy has the same expression.
"""
import http.client
import json
import os
import sys
import tempfile
import time

import yaml

from server import REGISTRATION, TOP, CertificateClient, DefinitionsServer, Etcd, StandIn

from recorded_test import report  # noqa: E402 # server.py says where
from world import DEFINITIONS, GROUP  # noqa: E402

AGENT = "system:serviceaccount:lsmd:lsmd"
NODE_NAME = "X-Remote-Extra-authentication.kubernetes.io%2Fnode-name"
WORDS = "an agent of lsmd changes no other node than its own"

failed = 0


def expect(ok, name, why=""):
    global failed
    failed += not ok
    report(bool(ok), name, why)


def put_policy(client):
    path = os.path.join(TOP, "deploy/kubernetes/components/own-node/policy.yaml")
    with open(path, encoding="utf-8") as file:
        for document in yaml.safe_load_all(file):
            plural = "validatingadmissionpolicybindings"
            if document["kind"] == "ValidatingAdmissionPolicy":
                plural = "validatingadmissionpolicies"
                # What a server that knows the kind fills in.
                document["spec"]["matchConstraints"].update(namespaceSelector={}, objectSelector={})
            code, _, body = client.ask("POST", f"/apis/{REGISTRATION}/v1/{plural}", document,
                                       "application/json")
            expect(code == 201, f"the stand-in has the {document['kind']}", str(body))


def define(server):
    with open(os.path.join(TOP, "deploy/crds/lsmd.io.yaml"), encoding="utf-8") as file:
        for document in yaml.safe_load_all(file):
            code, _, body = server.client.ask("POST", DEFINITIONS, document, "application/json")
            expect(code == 201, f"{document['metadata']['name']} is taken", str(body))


class Agents:
    """Asks as who the headers say, as a proxy may."""

    def __init__(self, server):
        self.server = server
        self.context = CertificateClient(server.directory, "proxy").context

    def apply(self, name, node, user=AGENT, reason="r"):
        """Tell of a node, as a token made for a pod on @node. Return: the status, and what is said."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.server.port,
                                                 context=self.context, timeout=20)
        headers = {"X-Remote-User": user, "X-Remote-Group": "system:masters",
                   "Content-Type": "application/apply-patch+yaml"}
        if node:
            headers[NODE_NAME] = node
        connection.request("PATCH", f"{GROUP}/lsmnodes/{name}?fieldManager=lsmd&force=true", json.dumps({
            "apiVersion": "lsmd.io/v1alpha1", "kind": "LsmNode", "metadata": {"name": name},
            "status": {"kernel": reason}}), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text


def refused(answer):
    return answer[0] in (403, 422) and WORDS in answer[1]


def check(server):
    agents = Agents(server)
    end = time.monotonic() + 60
    serial = 0
    while not refused(agents.apply("node-b", "node-a", reason=str(serial))) and time.monotonic() < end:
        serial += 1
        time.sleep(0.5)
    expect(refused(agents.apply("node-b", "node-a", reason="x")), "another node's report is refused",
           str(agents.apply("node-b", "node-a")))
    for reason in ("made", "changed"):
        answer = agents.apply("node-a", "node-a", reason=reason)
        expect(answer[0] in (200, 201), f"its own is {reason}", str(answer))
    answer = agents.apply("node-c", "node-a")
    expect(refused(answer), "nor may it make one", str(answer))
    answer = agents.apply("node-a", None, reason="without")
    expect(refused(answer), "a token that is for no node changes none", str(answer))
    answer = agents.apply("node-b", None, user="admin", reason="by hand")
    expect(answer[0] in (200, 201), "others are not asked", str(answer))


def main():
    with tempfile.TemporaryDirectory() as directory, tempfile.TemporaryDirectory() as other, \
            StandIn(other) as core, Etcd(sys.argv[1], directory) as etcd:
        put_policy(core.client)
        with DefinitionsServer(etcd, core) as server:
            define(server)
            check(server)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
