# SPDX-License-Identifier: Apache-2.0
"""What a test can ask of the server besides the API. POST /control with one JSON object:

    {"fail": STATUS, "times": N, "retryAfter": S, "path": PREFIX}   the next N requests fail so
    {"calm": true}         no request is to fail any more
    {"cut": true}          every connection is cut, in the middle of whatever it sends
    {"stall": true}        nothing is sent any more on the connections that are open
    {"compact": true}      old versions are forgotten: watches and pages from them get 410
    {"tokens": [TOKEN...]} only these are taken from now on
    {"forbid": [RESOURCE...]}  403 for these
    {"bookmarks": S}       seconds between bookmarks

GET /control says what was asked of the server: requests by verb and resource, bytes of bodies,
events of watches, and the watches that are open.
"""
import collections

import status


class Control:
    def __init__(self, store, token):
        self.store = store
        self.tokens = {token}
        self.forbidden = set()
        self.failures = []
        self.bookmarks = 60.0
        self.connections = set()
        self.stalled = set()
        self.watches = 0
        self.requests = collections.Counter()
        self.bytes = 0
        self.events = collections.Counter()

    def change(self, wanted, own):
        """own: the connection that asks, which is spared."""
        if "fail" in wanted:
            self.failures.append({"status": wanted["fail"], "times": wanted.get("times", 1),
                                  "retryAfter": wanted.get("retryAfter", 1),
                                  "path": wanted.get("path", "/")})
        if wanted.get("calm"):
            self.failures.clear()
        if wanted.get("cut"):
            for writer in self.connections - {own}:
                writer.transport.abort()
        if wanted.get("stall"):
            self.stalled |= self.connections - {own}
        if wanted.get("compact"):
            self.store.compact()
        if "tokens" in wanted:
            self.tokens = set(wanted["tokens"])
        if "forbid" in wanted:
            self.forbidden = set(wanted["forbid"])
        if "bookmarks" in wanted:
            self.bookmarks = float(wanted["bookmarks"])

    def report(self):
        return {"requests": dict(self.requests), "bytes": self.bytes,
                "events": dict(self.events), "watches": self.watches,
                "version": str(self.store.version)}

    def fail_if_asked(self, path):
        for failure in self.failures:
            if not path.startswith(failure["path"]):
                continue
            failure["times"] -= 1
            if failure["times"] <= 0:
                self.failures.remove(failure)
            if failure["status"] == 429:
                raise status.too_many_requests(failure["retryAfter"])
            if failure["status"] == 401:
                raise status.unauthorized()
            raise status.Failure(failure["status"], "ServiceUnavailable", "asked for by the test")

    def authenticate(self, headers):
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self.tokens:
            raise status.unauthorized()
