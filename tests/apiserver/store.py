# SPDX-License-Identifier: Apache-2.0
"""What etcd and the watch cache are to a real server: objects, one version for all, a history."""
import asyncio
import copy
import uuid
from datetime import datetime, timezone

import status

# Events that are kept for watches that begin at an older version.
HISTORY = 1000


def now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Event:
    """A change: the object before and after it; None: it was not there."""

    def __init__(self, version, resource, before, after):
        self.version = version
        self.resource = resource
        self.before = before
        self.after = after


class Store:
    def __init__(self):
        self.version = 100
        self.objects = {}      # (resource, namespace, name) -> object
        self.history = []
        self.oldest = 100      # watches can begin here or later
        self.snapshots = {}    # version -> objects, for the pages of lists
        self.changed = asyncio.Condition()

    def sorted(self, resource, objects=None):
        objects = self.objects if objects is None else objects
        return [objects[key] for key in sorted(objects) if key[0] == resource]

    def snapshot(self):
        """The objects as they are now, for pages that are asked for later."""
        self.snapshots[self.version] = dict(self.objects)
        return self.version

    def compact(self):
        """Forget the history and the snapshots, as etcd does every five minutes."""
        self.history.clear()
        self.snapshots.clear()
        self.oldest = self.version

    async def record(self, resource, key, before, after):
        if after is not None:
            after["metadata"]["resourceVersion"] = str(self.version)
            self.objects[key] = after
        else:
            del self.objects[key]
        self.history.append(Event(self.version, resource, before, after))
        if len(self.history) > HISTORY:
            self.oldest = self.history.pop(0).version
        async with self.changed:
            self.changed.notify_all()

    async def create(self, resource, namespace, body):
        metadata = body.setdefault("metadata", {})
        if "name" not in metadata:
            metadata["name"] = metadata.get("generateName", "") + uuid.uuid4().hex[:5]
        key = (resource, namespace, metadata["name"])
        if key in self.objects:
            raise status.exists(resource, metadata["name"])
        self.version += 1
        if namespace:
            metadata["namespace"] = namespace
        metadata.setdefault("uid", str(uuid.uuid4()))
        metadata["creationTimestamp"] = now()
        await self.record(resource, key, None, body)
        return body

    def get(self, resource, namespace, name):
        found = self.objects.get((resource, namespace, name))
        if found is None:
            raise status.not_found(resource, name)
        return found

    async def update(self, resource, namespace, name, change):
        """change(copy of the object) changes it; a version that it names must be current."""
        before = self.get(resource, namespace, name)
        after = copy.deepcopy(before)
        change(after)
        if after["metadata"]["resourceVersion"] != before["metadata"]["resourceVersion"]:
            raise status.conflict(resource, name)
        if after == before:
            return before
        self.version += 1
        await self.record(resource, (resource, namespace, name), before, after)
        return after

    async def delete(self, resource, namespace, name):
        before = self.get(resource, namespace, name)
        self.version += 1
        gone = copy.deepcopy(before)
        gone["metadata"]["resourceVersion"] = str(self.version)
        await self.record(resource, (resource, namespace, name), gone, None)
        return gone
