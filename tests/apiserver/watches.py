# SPDX-License-Identifier: Apache-2.0
"""Watches: what changed since a version, then what changes, with bookmarks between."""
import asyncio

import lists
import selectors_
import status


class Watch:
    def __init__(self, request, target, connection, store, control):
        self.target = target
        self.connection = connection
        self.store = store
        self.control = control
        self.selector = selectors_.Selector(request.query, target)
        self.version = lists.number_of(request, "resourceVersion")
        self.bookmarks = request.query.get("allowWatchBookmarks") in ("true", "1")
        loop = asyncio.get_running_loop()
        self.ends = loop.time() + (lists.number_of(request, "timeoutSeconds") or 1800)
        self.next_bookmark = loop.time() + control.bookmarks

    async def send(self, kind, found):
        shown = {"kind": self.target.kind, "apiVersion": self.target.api_version, **found}
        self.control.events[f"{kind} {self.target.plural}"] += 1
        await self.connection.chunk({"type": kind, "object": shown})

    async def send_event(self, event):
        """A selector makes of a change what it is to who asked: in, out, or within."""
        was, is_now = self.selector.takes(event.before), self.selector.takes(event.after)
        if was and is_now:
            await self.send("MODIFIED", event.after)
        elif is_now:
            await self.send("ADDED", event.after)
        elif was:
            gone = event.after or event.before
            shown = {**event.before, "metadata": {**event.before["metadata"],
                                                  "resourceVersion": str(event.version)}}
            await self.send("DELETED", shown if event.after else gone)

    async def send_bookmark(self):
        found = {"metadata": {"resourceVersion": str(self.version), "creationTimestamp": None}}
        if self.target.plural == "pods":
            found.update({"spec": {"containers": None}, "status": {}})
        await self.send("BOOKMARK", found)

    async def begin(self):
        if self.version == 0:
            self.version = self.store.version
            for found in self.store.sorted(self.target.resource):
                if self.selector.takes(found):
                    await self.send("ADDED", found)

    async def catch_up(self):
        """Return False when the version is older than the history."""
        if self.version < self.store.oldest:
            failure = status.expired_version(self.version, self.store.oldest)
            await self.connection.chunk({"type": "ERROR", "object": failure.status})
            return False
        for event in [event for event in self.store.history if event.version > self.version]:
            if event.resource == self.target.resource:
                await self.send_event(event)
            self.version = event.version
        return True

    async def wait(self):
        loop = asyncio.get_running_loop()
        until = min(self.ends, self.next_bookmark)
        async with self.store.changed:
            if self.store.version > self.version:
                return
            try:
                await asyncio.wait_for(self.store.changed.wait(), max(0, until - loop.time()))
            except asyncio.TimeoutError:
                pass

    async def run(self):
        loop = asyncio.get_running_loop()
        await self.begin()
        while loop.time() < self.ends and await self.catch_up():
            if loop.time() >= self.next_bookmark:
                self.next_bookmark = loop.time() + self.control.bookmarks
                if self.bookmarks:
                    await self.send_bookmark()
            await self.wait()
        await self.connection.end_stream()


async def watch(request, target, connection, store, control):
    if "resourceVersionMatch" in request.query:
        raise status.forbidden_option("resourceVersionMatch", "is forbidden for watch")
    asked = Watch(request, target, connection, store, control)
    if asked.version > store.version:
        raise status.too_large_version(asked.version, store.version)
    await connection.begin_stream()
    control.watches += 1
    try:
        await asked.run()
    finally:
        control.watches -= 1
