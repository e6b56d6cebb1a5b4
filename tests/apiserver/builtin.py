# SPDX-License-Identifier: Apache-2.0
"""The kinds that the server knows by itself, and what it refuses of those that agents write.

As the decoder and the validation of Kubernetes do (k8s.io/apimachinery, MicroTime and Time;
pkg/apis/core/validation/events.go; pkg/apis/coordination/validation).
"""
import re

import status

KINDS = {("", "pods"): ("Pod", True), ("", "namespaces"): ("Namespace", False),
         ("", "nodes"): ("Node", False), ("", "events"): ("Event", True),
         ("coordination.k8s.io", "leases"): ("Lease", True)}

SECONDS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
FORMS = {"Time": re.compile(SECONDS + r"(\.\d+)?Z"), "MicroTime": re.compile(SECONDS + r"\.\d{6}Z")}
TIMES = {"Event": {"firstTimestamp": "Time", "lastTimestamp": "Time", "eventTime": "MicroTime"},
         "Lease": {"acquireTime": "MicroTime", "renewTime": "MicroTime"}}
NUMBERS = {"Event": ["count"], "Lease": ["leaseDurationSeconds", "leaseTransitions"]}
NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")


def invalid(target, name, field, message):
    full = f"{target.kind}.{target.group}" if target.group else target.kind
    return status.Failure(422, "Invalid", f'{full} "{name}" is invalid: {field}: {message}',
                          {"name": name, "group": target.group, "kind": target.kind, "causes": [
                              {"reason": "FieldValueInvalid", "message": message,
                               "field": field}]})


def decode(target, values):
    for key, form in TIMES[target.kind].items():
        if values.get(key) is not None and not FORMS[form].fullmatch(str(values[key])):
            raise status.bad_request(f'{target.kind} in version "v1" cannot be handled as a '
                                     f'{target.kind}: parsing time "{values[key]}" as a {form}')
    for key in NUMBERS[target.kind]:
        if values.get(key) is not None and type(values[key]) is not int:
            raise status.bad_request(f"cannot unmarshal {key} into an int32")


def check_event(target, body, name):
    decode(target, body)
    involved = body.get("involvedObject", {}).get("namespace", "")
    if involved != target.namespace:
        raise invalid(target, name, "involvedObject.namespace",
                      f'Invalid value: "{involved}": does not match event.namespace')


def check_lease(target, body, name):
    spec = body.get("spec", {})
    decode(target, spec)
    if spec.get("leaseDurationSeconds") is not None and spec["leaseDurationSeconds"] <= 0:
        raise invalid(target, name, "spec.leaseDurationSeconds", "must be greater than 0")
    if spec.get("leaseTransitions") is not None and spec["leaseTransitions"] < 0:
        raise invalid(target, name, "spec.leaseTransitions",
                      "must be greater than or equal to 0")


def check(store, target, body):
    """Refuse what a server would."""
    metadata = body.get("metadata", {})
    name = metadata.get("name", metadata.get("generateName", "") + "x")
    if target.kind not in TIMES:
        return
    if not NAME.fullmatch(name) or len(name) > 253:
        raise invalid(target, name, "metadata.name", f'Invalid value: "{name}"')
    if target.namespace and ("namespaces", "", target.namespace) not in store.objects:
        raise status.not_found("namespaces", target.namespace)
    {"Event": check_event, "Lease": check_lease}[target.kind](target, body, name)
