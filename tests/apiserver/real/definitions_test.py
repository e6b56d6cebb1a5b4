#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The custom resources' definitions and the policies that ship, given to a real API server.

    definitions_test.py LSMCTL POLICIES PROGRAMS

PROGRAMS has etcd and apiextensions-apiserver. What the server evaluates itself, the expressions and
their cost too, is asked here; that the definitions say the same as the parser is crd_test.py's.
"""
import http.client
import json
import os
import sys
import tempfile

import yaml

from server import TOP, DefinitionsServer, Etcd, StandIn

from documents import NAMESPACED, check, shipped  # noqa: E402 # server.py says where
from mistakes import BAD, CUSTOM, mutated, namespaced  # noqa: E402
from recorded_test import report  # noqa: E402
from rollout_test import wait_for  # noqa: E402
from world import DEFINITIONS, GROUP  # noqa: E402

PLURALS = {"LsmPolicy": "namespaces/shop/lsmpolicies", "ClusterLsmPolicy": "clusterlsmpolicies"}

failed = 0


def expect(ok, name, why=""):
    global failed
    failed += not ok
    report(bool(ok), name, why)


class Asker:
    """An administrator, on one connection."""

    def __init__(self, server):
        self.connection = http.client.HTTPSConnection("127.0.0.1", server.port,
                                                      context=server.client.context)

    def ask(self, method, path, text=None, kind="application/json", accept="application/json"):
        """Return: the status, what is said, and the warnings beside it."""
        self.connection.request(method, path, text, {"Content-Type": kind, "Accept": accept})
        answer = self.connection.getresponse()
        body = answer.read().decode()
        return (answer.status,
                json.loads(body) if "json" in answer.headers.get("Content-Type", "") else body,
                answer.headers.get_all("Warning"))

    def apply(self, path, document):
        """As kubectl apply --server-side does."""
        return self.ask("PATCH", f"{path}/{document['metadata']['name']}"
                        "?fieldManager=kubectl&fieldValidation=Strict",
                        yaml.safe_dump(document), "application/apply-patch+yaml")

    def offer(self, document):
        """What the server says of one, which it does not keep. Return: the status, and its words."""
        kind = document.get("kind") if isinstance(document, dict) else None
        if not isinstance(kind, str) or kind not in PLURALS:
            return 404, "no such kind"
        status, body, _ = self.ask("POST", f"{GROUP}/{PLURALS[kind]}"
                                   "?dryRun=All&fieldValidation=Strict", json.dumps(document))
        return status, body.get("message", "") if isinstance(body, dict) else body


def plain(document):
    """Without what only a server may say of an object."""
    return {**document, "metadata": {key: value for key, value in document["metadata"].items()
                                     if key in ("name", "labels", "annotations")}}


def definitions():
    with open(os.path.join(TOP, "deploy/crds/lsmd.io.yaml"), encoding="utf-8") as file:
        return list(yaml.safe_load_all(file))


def check_definitions(asker):
    for document in definitions():
        path = f"{DEFINITIONS}/{document['metadata']['name']}"
        status, body, warnings = asker.apply(DEFINITIONS, document)
        expect(status == 201 and not warnings,
               f"{document['metadata']['name']} is taken, without a warning",
               f"{status} {body} {warnings}")
        wait_for(lambda path=path: conditions(asker, path).get("Established") == "True")
        expect(conditions(asker, path) == {"NamesAccepted": "True", "Established": "True"},
               "is structural, and established", str(conditions(asker, path)))


def conditions(asker, path):
    found = asker.ask("GET", path)[1].get("status", {}).get("conditions") or []
    return {one["type"]: one["status"] for one in found}


def check_shipped(asker):
    """One that is established is served a moment later."""
    wait_for(lambda: all(asker.ask("GET", f"{GROUP}/{plural}")[0] == 200
                         for plural in PLURALS.values()))
    for path, document in shipped():
        name = f"{path.name}: {document['metadata']['name']}"
        where = f"{GROUP}/{PLURALS[document['kind']]}"
        first = asker.apply(where, document)
        expect(first[0] == 201 and not first[2], f"{name} is taken, without a warning", str(first))


def check_bad(asker):
    for name, document in (("whole", CUSTOM), ("namespaced", NAMESPACED)):
        status, words = asker.offer(plain(document))
        expect(status == 201, f"{name}: everything that there is, is taken", words)
    for name, spec in BAD.items():
        status, words = asker.offer(namespaced(spec))
        expect(status in (400, 422), f"{name} is refused", f"{status} {words}")


def check_mutated(asker):
    """Whatever the parser takes, the server takes."""
    documents = mutated()
    refused = caught = 0
    wrong = []
    for document, errors in zip(documents, check(documents)):
        status, words = asker.offer(plain(document))
        refused += bool(errors)
        caught += bool(errors) and status != 201
        if not errors and status != 201:
            wrong.append(f"{status} {words}")
    expect(not wrong, f"of {len(documents)} policies, all that the parser takes are taken",
           "\n#   ".join(wrong[:10]))
    print(f"# of {refused} that the parser refuses, the server refuses {caught}")


def check_large(asker):
    """What is within the limits must not fail for the cost of expressions."""
    status, words = asker.offer(namespaced({
        "podSelector": {"matchExpressions": [{"key": f"k{i}", "operator": "In", "values": ["v"]}
                                             for i in range(4096)]},
        "exec": {"rules": [{"action": "deny", "paths": [f"/bin/{i}"], "multicall": "by-name"}
                           for i in range(4096)]},
        "network": {"rules": [{"action": "deny", "to": [f"10.{i >> 8}.{i & 255}.0/24"]}
                              for i in range(4096)]}}))
    expect(status == 201, "a policy as large as it may be is taken", words)


def check_columns(asker):
    """What kubectl get shows."""
    for definition in definitions():
        spec = definition["spec"]
        status, body, _ = asker.ask("GET", f"{GROUP}/{spec['names']['plural']}",
                                    accept="application/json;as=Table;v=v1;g=meta.k8s.io")
        columns = [column["name"] for column in body["columnDefinitions"]]
        wanted = [column["name"] for column in spec["versions"][0]["additionalPrinterColumns"]]
        expect(status == 200 and columns == ["Name"] + wanted,
               f"the columns of {spec['names']['plural']} are shown", str(columns))


def main():
    with tempfile.TemporaryDirectory() as directory, tempfile.TemporaryDirectory() as other, \
            Etcd(sys.argv[3], directory) as etcd, StandIn(other) as core, \
            DefinitionsServer(etcd, core) as server:
        core.client.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}},
                        "application/json")
        asker = Asker(server)
        check_definitions(asker)
        check_shipped(asker)
        check_bad(asker)
        check_large(asker)
        check_mutated(asker)
        check_columns(asker)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
