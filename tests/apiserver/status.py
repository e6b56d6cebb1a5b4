# SPDX-License-Identifier: Apache-2.0
"""Failures as the API server words them: objects of kind Status."""


class Failure(Exception):
    """An answer other than success. headers: besides those that every answer has."""

    def __init__(self, code, reason, message, details=None, metadata=None, headers=None):
        super().__init__(message)
        self.code = code
        self.headers = headers or {}
        self.status = {"kind": "Status", "apiVersion": "v1", "metadata": metadata or {},
                       "status": "Failure", "message": message, "reason": reason,
                       "code": code}
        if details:
            self.status["details"] = details


def unauthorized():
    return Failure(401, "Unauthorized", "Unauthorized")


def forbidden(user, verb, resource, group):
    return Failure(403, "Forbidden",
                   f'{resource} is forbidden: User "{user}" cannot {verb} resource '
                   f'"{resource}" in API group "{group}" at the cluster scope',
                   {"kind": resource})


def forbidden_option(name, why):
    """What an option of a list or a watch may not be."""
    message = f"Forbidden: {name} {why}"
    return Failure(422, "Invalid", f'ListOptions.meta.k8s.io "" is invalid: {name}: {message}',
                   {"group": "meta.k8s.io", "kind": "ListOptions", "causes": [
                       {"reason": "FieldValueForbidden", "message": message, "field": name}]})


def not_found(resource, name):
    return Failure(404, "NotFound", f'{resource} "{name}" not found',
                   {"name": name, "kind": resource})


def conflict(resource, name):
    return Failure(409, "Conflict",
                   f'Operation cannot be fulfilled on {resource} "{name}": the object has been '
                   "modified; please apply your changes to the latest version and try again",
                   {"name": name, "kind": resource})


def exists(resource, name):
    return Failure(409, "AlreadyExists", f'{resource} "{name}" already exists',
                   {"name": name, "kind": resource})


def bad_request(message):
    return Failure(400, "BadRequest", message)


def expired_continue(token):
    return Failure(410, "Expired",
                   "The provided continue parameter is too old to display a consistent list "
                   "result. You can start a new list without the continue parameter, or use the "
                   "continue token in this response to retrieve the remainder of the results. "
                   "Continuing with the provided token results in an inconsistent list - objects "
                   "that were created, modified, or deleted between the time the first chunk was "
                   "returned and now may show up in the list.", metadata={"continue": token})


def expired_version(asked, oldest):
    return Failure(410, "Expired", f"too old resource version: {asked} ({oldest})")


def too_large_version(asked, current):
    return Failure(504, "Timeout",
                   f"Timeout: Too large resource version: {asked}, current: {current}",
                   {"causes": [{"reason": "ResourceVersionTooLarge",
                                "message": "Too large resource version"}],
                    "retryAfterSeconds": 1}, headers={"Retry-After": "1"})


def too_many_requests(seconds):
    return Failure(429, "TooManyRequests",
                   "The server has received too many requests and has asked us to try again later",
                   {"retryAfterSeconds": seconds}, headers={"Retry-After": str(seconds)})


def internal():
    return Failure(500, "InternalError", "Internal error occurred: etcdserver: leader changed")
