# SPDX-License-Identifier: Apache-2.0
"""What each request of the API does (Kubernetes API concepts)."""
import json
import re

import builtin
import custom
import discovery
import lists
import patches
import status
import watches

CRDS = "customresourcedefinitions"
EXTENSIONS = "apiextensions.k8s.io"

VERSION = {"major": "1", "minor": "20+", "gitVersion": "v1.20.2", "platform": "linux/amd64"}

PATH = re.compile(r"^/(?:api/(?P<core>v1)|apis/(?P<group>[^/]+)/(?P<version>[^/]+))"
                  r"(?:/namespaces/(?P<namespace>[^/]+)(?=/[^/]+(?:/|$)(?!status$)))?"
                  r"/(?P<plural>[^/]+)(?:/(?P<name>[^/]+))?(?:/(?P<sub>[^/]+))?$")


class Target:
    """What a path names."""

    def __init__(self, match, kind, namespaced, definition=None):
        self.group = match["group"] or ""
        self.version = match["core"] or match["version"]
        self.plural = match["plural"]
        self.namespace = match["namespace"]
        self.name = match["name"]
        self.sub = match["sub"]
        self.kind = kind
        self.namespaced = namespaced
        self.definition = definition
        self.api_version = f"{self.group}/{self.version}" if self.group else self.version
        self.resource = f"{self.group}/{self.plural}" if self.group else self.plural


def complete(target, body):
    """What the server adds to an object of its own kinds, and leaves out when it is empty."""
    metadata = body.setdefault("metadata", {})
    for key in ("labels", "annotations"):
        if metadata.get(key) == {}:
            del metadata[key]
    if target.plural == "pods":
        body["status"] = {"phase": "Pending", "qosClass": "BestEffort"}
    if target.plural == CRDS:
        body["status"] = {"acceptedNames": {"plural": "", "kind": ""}, "conditions": None,
                          "storedVersions": [version["name"] for version in
                                             body["spec"]["versions"] if version["storage"]]}


class Handlers:
    def __init__(self, store, control):
        self.store = store
        self.control = control
        self.verbs = {"GET": self.get, "POST": self.post, "PATCH": self.patch,
                      "PUT": self.put, "DELETE": self.delete}

    async def handle(self, request, connection):
        if request.path == "/control":
            if request.method == "POST":
                self.control.change(request.json(), connection.writer)
            await connection.answer(200, self.control.report())
            return
        self.control.fail_if_asked(request.path)
        self.control.authenticate(request.headers)
        if request.path in ("/readyz", "/livez", "/healthz"):
            await connection.answer(200, b"ok")
        elif request.path == "/version":
            await connection.answer(200, VERSION)
        else:
            await self.resource(request, connection)

    def target(self, path):
        match = PATH.match(path)
        if not match:
            return None
        if match["core"]:
            kind = builtin.KINDS.get(("", match["plural"]))
            return Target(match, *kind) if kind else None
        kind = builtin.KINDS.get((match["group"], match["plural"]))
        if kind:
            return Target(match, *kind) if match["version"] == "v1" else None
        if match["group"] == EXTENSIONS and match["plural"] == CRDS:
            return Target(match, "CustomResourceDefinition", False)
        found = custom.find(self.store, match["group"], match["plural"])
        if not found:
            return None
        spec = found["spec"]
        target = Target(match, spec["names"]["kind"], spec["scope"] == "Namespaced", found)
        return target if not target.sub or custom.has_subresource(target) else None

    async def resource(self, request, connection):
        found = discovery.answer(request.path, self.store)
        if found:
            await connection.answer(200, found)
            return
        target = self.target(request.path)
        if target is None:
            await connection.answer(404, b"404 page not found\n")
            return
        watch = request.query.get("watch") in ("true", "1")
        verb = "watch" if watch else request.method.lower()
        if request.method == "GET" and not target.name and not watch:
            verb = "list"
        self.control.requests[f"{verb} {target.plural}"] += 1
        if target.plural in self.control.forbidden:
            raise status.forbidden("lsmd", verb, target.plural, target.group)
        handler = self.verbs.get(request.method)
        if not handler:
            raise status.Failure(405, "MethodNotAllowed", "the server does not allow this method")
        await handler(request, target, connection, watch)

    async def get(self, request, target, connection, watch):
        if target.name:
            await connection.answer(200, self.shown(
                target, self.store.get(target.resource, target.namespace or "", target.name)))
        elif watch:
            await watches.watch(request, target, connection, self.store, self.control)
        else:
            await connection.answer(200, lists.page(request, target, self.store))

    @staticmethod
    def shown(target, found):
        return {"kind": target.kind, "apiVersion": target.api_version, **found}

    async def post(self, request, target, connection, _watch):
        body = request.json()
        body.pop("kind", None)
        body.pop("apiVersion", None)
        body = self.admit_new(target, body)
        complete(target, body)
        made = await self.store.create(target.resource, target.namespace or "", body)
        await connection.answer(201, self.shown(target, made))
        if target.plural == CRDS:
            custom.establish(made)

    def admit_new(self, target, body):
        """What the server checks of an object that is to be made."""
        if not target.definition:
            builtin.check(self.store, target, body)
            return body
        body = custom.admit(target, body)
        if custom.has_status(target):
            body.pop("status", None)
        body.setdefault("metadata", {})["generation"] = 1
        return body

    @staticmethod
    def admit_changed(store, target, before, after):
        if not target.definition:
            builtin.check(store, target, after)
            return
        admitted = custom.admit(target, after)
        after.clear()
        after.update(admitted)
        custom.count_generation(target, before, after)

    async def put(self, request, target, connection, _watch):
        body = request.json()

        def change(found):
            metadata = found["metadata"]
            version = body.get("metadata", {}).get("resourceVersion")
            found.clear()
            found.update({key: value for key, value in body.items()
                          if key not in ("kind", "apiVersion")})
            found["metadata"] = {**metadata, **body.get("metadata", {})}
            found["metadata"]["resourceVersion"] = version or metadata["resourceVersion"]
            self.admit_changed(self.store, target, before, found)
        before = self.store.get(target.resource, target.namespace or "", target.name)
        changed = await self.store.update(target.resource, target.namespace or "", target.name,
                                          change)
        await connection.answer(200, self.shown(target, changed))

    async def patch(self, request, target, connection, _watch):
        kind = request.headers.get("content-type", "").split(";")[0]
        if kind not in patches.KINDS:
            raise status.Failure(415, "UnsupportedMediaType",
                                 f"the body of the request was in an unknown format: {kind}")
        try:
            body = json.loads(request.body)
        except ValueError as error:
            raise status.bad_request(f"error decoding patch: {error}") from error
        if kind == patches.APPLY:
            if "fieldManager" not in request.query:
                raise status.bad_request("fieldManager is required for apply patch")
            if await self.apply_new(body, target, connection):
                return

        before = self.store.get(target.resource, target.namespace or "", target.name)

        def change(found):
            if kind == patches.OPERATIONS:
                patches.operate(found, body)
            else:
                patches.merge(found, body, target.sub,
                              target.definition and custom.has_status(target))
            self.admit_changed(self.store, target, before, found)
        changed = await self.store.update(target.resource, target.namespace or "", target.name,
                                          change)
        await connection.answer(200, self.shown(target, changed))

    async def apply_new(self, body, target, connection):
        """An apply makes what is not there."""
        if (target.resource, target.namespace or "", target.name) in self.store.objects:
            return False
        body = {key: value for key, value in body.items() if key not in ("kind", "apiVersion")}
        body.setdefault("metadata", {})["name"] = target.name
        body = self.admit_new(target, body)
        made = await self.store.create(target.resource, target.namespace or "", body)
        await connection.answer(201, self.shown(target, made))
        return True

    async def delete(self, _request, target, connection, _watch):
        gone = await self.store.delete(target.resource, target.namespace or "", target.name)
        if target.definition:
            await connection.answer(200, {"kind": "Status", "apiVersion": "v1", "metadata": {},
                                          "status": "Success", "details": {
                                              "name": target.name, "group": target.group,
                                              "kind": target.plural,
                                              "uid": gone["metadata"]["uid"]}})
            return
        await connection.answer(200, self.shown(target, gone))
