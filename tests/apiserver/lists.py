# SPDX-License-Identifier: Apache-2.0
"""Lists in pages: each from the same state, by a token that expires with it."""
import base64
import binascii
import json

import selectors_
import status


def make_token(version, start):
    text = json.dumps({"v": "meta.k8s.io/v1", "rv": version, "start": start + "\0"},
                      separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_token(text):
    try:
        token = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return token["rv"], token["start"].rstrip("\0")
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise status.bad_request(f"continue key is not valid: {error}") from error


def key_of(found):
    metadata = found["metadata"]
    return f'{metadata["namespace"]}/{metadata["name"]}' if "namespace" in metadata \
        else metadata["name"]


def number_of(request, name):
    text = request.query.get(name, "0") or "0"
    if not text.isdigit():
        raise status.bad_request(f'invalid {name}: "{text}"')
    return int(text)


def state_of(request, target, store):
    """Version and objects that a list is made of, and after which of them it begins."""
    token = request.query.get("continue")
    if token:
        version, start = read_token(token)
        if version != -1 and version not in store.snapshots:
            raise status.expired_continue(make_token(-1, start))
        objects = store.snapshots.get(version)
        return (store.version if version == -1 else version), objects, start
    asked = number_of(request, "resourceVersion")
    if asked > store.version:
        raise status.too_large_version(asked, store.version)
    return store.version, None, ""


def page(request, target, store):
    version, objects, start = state_of(request, target, store)
    limit = number_of(request, "limit")
    selector = selectors_.Selector(request.query, target)
    items = [found for found in store.sorted(target.resource, objects)
             if selector.takes(found) and (not start or key_of(found) > start)]
    metadata = {"resourceVersion": str(version)}
    if target.group:
        metadata["continue"] = ""
    if limit and len(items) > limit:
        store.snapshots.setdefault(version, dict(objects or store.objects))
        items = items[:limit]
        metadata["continue"] = make_token(version, key_of(items[-1]))
    if target.group:
        items = [{"apiVersion": target.api_version, "kind": target.kind, **found}
                 for found in items]
    return {"kind": target.kind + "List", "apiVersion": target.api_version,
            "metadata": metadata, "items": items}
