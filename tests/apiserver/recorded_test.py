#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The stand-in, held against what a real API server answered (corpus/apiserver).

    LSMD_CORPUS=DIR recorded_test.py

Makes the same objects in the same order, asks the same, and compares: the status, the headers
that a client acts on, and the body's shape: every key that the stand-in gives is one that the real
server gives there, with a value of the same type, and what clients read is there.
"""
import http.client
import json
import os
import ssl
import subprocess
import sys
import tempfile
import time

NEEDED = {"kind", "apiVersion", "metadata", "items", "status", "reason", "code", "message",
          "resourceVersion", "continue", "name", "namespace", "uid", "labels", "details", "type",
          "object", "nodeName", "containerID"}

passed = failed = 0


def report(ok, name, why=""):
    global passed, failed
    passed, failed = passed + ok, failed + (not ok)
    print(f"{'ok' if ok else 'not ok'} apiserver: {name}")
    if not ok:
        print(f"#   {why}")


def shape_errors(real, own, path=""):
    if isinstance(real, bool) or isinstance(own, bool) or real is None or own is None:
        return [] if type(real) is type(own) else [f"{path}: {own!r} for {real!r}"]
    if type(real) is not type(own):
        return [f"{path}: {type(own).__name__} for {type(real).__name__}"]
    if isinstance(real, list):
        return [error for item in own[:1] for error in
                (shape_errors(real[0], item, path + "[]") if real else [f"{path}: not empty"])]
    if not isinstance(real, dict):
        return []
    if path.endswith(("labels", "annotations", "nodes")):
        return []
    errors = [f"{path}.{key}: not in a real answer" for key in own if key not in real]
    errors += [f"{path}.{key}: missing" for key in real if key in NEEDED and key not in own]
    for key in own:
        if key in real:
            errors += shape_errors(real[key], own[key], f"{path}.{key}")
    return errors


class Client:
    def __init__(self, directory):
        with open(os.path.join(directory, "port"), encoding="utf-8") as file:
            self.port = int(file.read())
        self.context = ssl.create_default_context(cafile=os.path.join(directory, "ca.crt"))

    def ask(self, method, path, body=None, content_type=None, token="token-1"):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context,
                                                 timeout=20)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if content_type:
            headers["Content-Type"] = content_type
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        kind = answer.headers.get("Content-Type", "")
        value = json.loads(text) if kind == "application/json" else text.decode()
        return answer.status, answer.headers, value

    def watch(self, path):
        status, _, text = self.ask_raw(path)
        return status, [json.loads(line) for line in text.splitlines() if line]

    def ask_raw(self, path):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context,
                                                 timeout=20)
        connection.request("GET", path, headers={"Authorization": "Bearer token-1"})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, text


class Recorded:
    def __init__(self, corpus):
        self.corpus = corpus

    def load(self, name):
        with open(os.path.join(self.corpus, name + ".json"), encoding="utf-8") as file:
            return json.load(file)

    def lines(self, name):
        with open(os.path.join(self.corpus, name + ".ndjson"), encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.strip()]


def compare(client, recorded, name, path=None, token="token-1"):
    record = recorded.load(name)
    request, response = record["request"], record["response"]
    status, headers, body = client.ask(request["method"], path or request["path"],
                                       request["body"], request["content_type"], token)
    errors = []
    if status != response["status"]:
        errors.append(f"status {status}, not {response['status']}: {str(body)[:200]}")
    for header in ("Content-Type", "Retry-After"):
        if headers.get(header) != response["headers"].get(header):
            errors.append(f"{header}: {headers.get(header)}, "
                          f"not {response['headers'].get(header)}")
    errors += shape_errors(response["body"], body)
    report(not errors, name, "; ".join(errors[:4]))
    return body


def compare_watch(client, recorded, name, path):
    status, events = client.watch(path)
    real = recorded.lines(name)
    samples = {}
    for event in real:
        samples.setdefault(event["type"], []).append(event)
    errors = [] if status == 200 else [f"status {status}"]
    for event in events:
        if event["type"] not in samples:
            errors.append(f"{event['type']} is never sent")
        else:
            # Objects differ in what they say: one that was recorded must be like it.
            errors += min((shape_errors(sample, event) for sample in samples[event["type"]]),
                          key=len)
    missing = set(samples) - {event["type"] for event in events}
    errors += [f"no {kind}" for kind in sorted(missing)]
    report(not errors, name, "; ".join(errors[:4]))


def run(client, recorded):
    def control(**wanted):
        client.ask("POST", "/control", wanted, "application/json")

    compare(client, recorded, "version")
    compare(client, recorded, "readyz")
    compare(client, recorded, "unauthorized", token="wrong")
    for name in ("kube-system", "pay", "shop"):
        client.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name}, "spec": {
            "finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}, "application/json")
    compare(client, recorded, "patch-namespace")
    compare(client, recorded, "list-namespaces")
    for name in ("create-web-0", "create-web-1", "create-ledger-7c9f", "create-etcd-node-a",
                 "create-batch-00"):
        compare(client, recorded, name)
    batch = recorded.load("create-batch-00")["request"]
    for number in range(1, 12):
        body = json.loads(json.dumps(batch["body"]).replace("batch-00", f"batch-{number:02}"))
        if number % 2:
            body["spec"]["nodeName"] = "node-a"
        client.ask("POST", batch["path"], body, "application/json")
    compare(client, recorded, "list-pods-node-a")
    page = compare(client, recorded, "list-pods-node-a-page-1")
    token = page["metadata"]["continue"]
    base = "/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-a&limit=5&continue="
    compare(client, recorded, "list-pods-node-a-page-2", path=base + token)
    first = page["metadata"]["resourceVersion"]
    for name in ("patch-status-web-0", "patch-label", "patch-label-conflict", "patch-not-found",
                 "delete-batch-01", "delete-batch-03", "event-create"):
        compare(client, recorded, name)
    control(bookmarks=0.2)
    compare_watch(client, recorded, "watch-pods-node-a",
                  "/api/v1/pods?watch=true&fieldSelector=spec.nodeName%3Dnode-a"
                  "&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion=100")
    client.ask("PATCH", "/api/v1/namespaces/shop", {"metadata": {"labels": {"a": "b"}}},
               "application/merge-patch+json")
    compare_watch(client, recorded, "watch-namespaces",
                  "/api/v1/namespaces?watch=true&timeoutSeconds=1&resourceVersion=100")
    compare(client, recorded, "list-future-resource-version")
    compare(client, recorded, "list-bad-continue")
    control(forbid=["pods"])
    compare(client, recorded, "forbidden")
    control(forbid=[])
    compare(client, recorded, "crd-absent-404")
    for name in ("crd-create", "discovery", "custom-create", "custom-create-invalid",
                 "custom-create-unknown-field-pruned", "custom-list", "custom-status-patch",
                 "custom-server-side-apply"):
        compare(client, recorded, name)
    compare(client, recorded, "custom-delete")
    compare_watch(client, recorded, "watch-custom-objects",
                  "/apis/demo.example.com/v1/examples?watch=true&timeoutSeconds=1"
                  "&resourceVersion=100")
    control(compact=True)
    compare(client, recorded, "list-expired-continue-410", path=base + token)
    compare_watch(client, recorded, "watch-pods-410-expired",
                  f"/api/v1/pods?watch=true&timeoutSeconds=1&resourceVersion={first}")
    compare_watch(client, recorded, "watch-custom-410-expired",
                  "/apis/demo.example.com/v1/examples?watch=true&timeoutSeconds=1"
                  f"&resourceVersion={first}")


def find_corpus(own):
    """Beside the repository. Where there is none the test is skipped, but fails on CI."""
    corpus = os.path.join(os.environ.get("LSMD_CORPUS", own + "/../../../shared/corpus"),
                          "apiserver")
    if not os.path.isdir(corpus):
        print("# no corpus; LSMD_CORPUS can name it")
        sys.exit(1 if "CI" in os.environ else 77)
    return corpus


def main():
    own = os.path.dirname(os.path.abspath(__file__))
    corpus = find_corpus(own)
    with tempfile.TemporaryDirectory() as directory:
        with subprocess.Popen([sys.executable, os.path.join(own, "apiserver.py"), "--directory",
                               directory]) as server:
            try:
                for _ in range(200):
                    if os.path.exists(os.path.join(directory, "port")):
                        break
                    time.sleep(0.05)
                run(Client(directory), Recorded(corpus))
            finally:
                server.terminate()
    print(f"# {passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
