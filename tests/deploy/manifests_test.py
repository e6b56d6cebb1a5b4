#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""deploy/kubernetes and deploy/helm: that they are what Kubernetes takes, that the agent gets no more than
is listed here, and that the chart and the overlays agree.

    tests/deploy/manifests_test.py LSMD

Needs python3-yaml and python3-jsonschema, and what tools.sh fetches.
"""
import copy
import json
import os
import re
import subprocess
import sys

try:
    import jsonschema

    from render import CHART, TOP, Refused, ask, containers_of, definitions, helm, kustomize, read
except ImportError:
    print("skipped: needs the packages python3-jsonschema and python3-yaml")
    sys.exit(1 if os.environ.get("CI") else 77)

KUBERNETES, LSMD = TOP / "deploy/kubernetes", sys.argv[1]
failed = []

# What the agent gets. More is a decision, and is made here as well.
CAPABILITIES = {"SYS_ADMIN", "BPF", "PERFMON", "SYS_RESOURCE", "SYS_PTRACE", "DAC_OVERRIDE"}
DIRECTORIES = {"/sys/fs/bpf", "/sys/fs/cgroup", "/sys/kernel/security", "/var/lib/lsmd", "/run/lsmd"}
RIGHTS = {
    ("", "pods"): {"list", "watch"}, ("", "namespaces"): {"list", "watch"},
    ("", "nodes"): {"list", "watch", "patch"},
    ("lsmd.io", "lsmpolicies"): {"get", "list", "watch"},
    ("lsmd.io", "clusterlsmpolicies"): {"get", "list", "watch"},
    ("lsmd.io", "lsmnodes"): {"list", "watch", "create", "patch"},
    ("lsmd.io", "lsmpolicies/status"): {"patch"},
    ("lsmd.io", "clusterlsmpolicies/status"): {"patch"},
    ("", "events"): {"create", "patch"},
    ("coordination.k8s.io", "leases"): {"get", "create", "patch"},
}

TEXT, NUMBER, BOOLEAN, ANY = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}, {}
WORDS = {"type": "object", "additionalProperties": TEXT}


def form(required=(), **properties):
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def items(of):
    return {"type": "array", "items": of, "minItems": 1}


def words(*choices):
    return {"enum": list(choices)}


# The parts of Kubernetes' API (apps/v1, core/v1, rbac/v1, admissionregistration/v1) that are used here:
# a key that is not is a slip until it is added.
LABELLED = form(["name"], name=TEXT, namespace=TEXT, labels=WORDS)
RULE = form(["apiGroups", "resources", "verbs"], apiGroups=items(TEXT), resources=items(TEXT), verbs=items(
    words("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")))
PROFILE = form(["type"], type=words("RuntimeDefault", "Unconfined", "Localhost"))
SECURITY = form([], runAsUser=NUMBER, readOnlyRootFilesystem=BOOLEAN, allowPrivilegeEscalation=BOOLEAN,
                capabilities=form(["drop", "add"], drop={"const": ["ALL"]}, add=items(TEXT)),
                seccompProfile=PROFILE, appArmorProfile=PROFILE, seLinuxOptions=form(["type"], type=TEXT))
PROBE = form(["exec"], exec=form(["command"], command=items(TEXT)), periodSeconds=NUMBER,
             timeoutSeconds=NUMBER, failureThreshold=NUMBER)
MOUNT = form(["name", "mountPath"], name=TEXT, mountPath={"type": "string", "pattern": "^/[^:]+$"}, readOnly=BOOLEAN,
             mountPropagation=words("None", "HostToContainer", "Bidirectional"))
AMOUNTS = {"type": "object", "additionalProperties": {"type": "string", "pattern": "^[0-9]+(m|Mi|Gi)?$"}}
CONTAINER = form(["name", "image", "command", "securityContext", "resources"], name=TEXT, image=TEXT,
                 imagePullPolicy=words("Always", "IfNotPresent", "Never"), command=items(TEXT), args=items(TEXT),
                 env=items(form(["name"], name=TEXT, valueFrom=form(["fieldRef"], fieldRef=form(["fieldPath"], fieldPath=TEXT)))),
                 terminationMessagePolicy=words("File", "FallbackToLogsOnError"), securityContext=SECURITY,
                 resources=form([], requests=AMOUNTS, limits=AMOUNTS), volumeMounts=items(MOUNT),
                 startupProbe=PROBE, readinessProbe=PROBE, livenessProbe=PROBE)
VOLUME = form(["name"], name=TEXT, configMap=form(["name"], name=TEXT), hostPath=form(
    ["path", "type"], path=TEXT, type=words("Directory", "DirectoryOrCreate", "File", "Socket")))
POD = form(["containers"], serviceAccountName=TEXT, priorityClassName=TEXT, nodeSelector=WORDS, hostPID=BOOLEAN,
           tolerations=items(form(["operator"], operator=words("Exists", "Equal"), key=TEXT, value=TEXT, effect=TEXT)),
           hostNetwork=BOOLEAN, terminationGracePeriodSeconds=NUMBER, initContainers=items(CONTAINER),
           dnsPolicy=words("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
           containers=items(CONTAINER), volumes=items(VOLUME), imagePullSecrets=items(form(["name"], name=TEXT)))
REFERENCE = form(["apiGroup", "kind", "name"], apiGroup=words("rbac.authorization.k8s.io"), kind=TEXT, name=TEXT)
SUBJECTS = items(form(["kind", "name", "namespace"], kind=words("ServiceAccount"), name=TEXT, namespace=TEXT))
EXPRESSION = {"type": "string", "minLength": 1}
KINDS = {
    ("v1", "Namespace"): {},
    ("v1", "ServiceAccount"): {},
    ("v1", "ConfigMap"): {"data": WORDS},
    ("rbac.authorization.k8s.io/v1", "ClusterRole"): {"rules": items(RULE)},
    ("rbac.authorization.k8s.io/v1", "Role"): {"rules": items(RULE)},
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"): {"roleRef": REFERENCE, "subjects": SUBJECTS},
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): {"roleRef": REFERENCE, "subjects": SUBJECTS},
    ("apps/v1", "DaemonSet"): {"spec": form(
        ["selector", "template", "updateStrategy"], selector=form(["matchLabels"], matchLabels=WORDS),
        updateStrategy=form(["type", "rollingUpdate"], type=words("RollingUpdate"),
                            rollingUpdate=form(["maxUnavailable"], maxUnavailable=ANY)),
        template=form(["metadata", "spec"], metadata=form(["labels"], labels=WORDS), spec=POD))},
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"): {"spec": {"type": "object"}},  # crd_test.py
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"): {"spec": form(
        ["matchConstraints", "validations"], failurePolicy=words("Fail", "Ignore"),
        matchConstraints=form(["resourceRules"], resourceRules=items(form(
            ["apiGroups", "apiVersions", "operations", "resources"], apiGroups=items(TEXT),
            apiVersions=items(TEXT), operations=items(words("CREATE", "UPDATE")), resources=items(TEXT)))),
        matchConditions=items(form(["name", "expression"], name=TEXT, expression=EXPRESSION)),
        validations=items(form(["expression"], expression=EXPRESSION, message=TEXT)))},
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"): {"spec": form(
        ["policyName", "validationActions"], policyName=TEXT, validationActions=items(words("Deny", "Audit", "Warn")))},
}


def expect(name, wrong):
    """One test: what is wrong is a list, and empty when nothing is."""
    wrong = list(wrong)
    print(f"{'not ok' if wrong else 'ok'} manifests: {name}")
    for line in wrong[:10]:
        print(f"#   {line}")
    failed.extend(wrong)


def key(document):
    return document["kind"], document["metadata"].get("namespace", ""), document["metadata"]["name"]


def malformed(documents):
    for document in documents:
        properties = KINDS.get((document["apiVersion"], document["kind"]))
        if properties is None:
            yield f"{key(document)}: kind is not known here"
            continue
        schema = form(list(properties) + ["metadata"], apiVersion=TEXT, kind=TEXT, metadata=LABELLED, **properties)
        for error in jsonschema.Draft7Validator(schema).iter_errors(document):
            yield f"{key(document)}: {list(error.absolute_path)}: {error.message}"
    keys = [key(document) for document in documents]
    yield from (f"{name} is there twice" for name in keys if keys.count(name) > 1)


def one(documents, kind, name="lsmd"):
    found, = [document for document in documents if (document["kind"], document["metadata"]["name"]) == (kind, name)]
    return found


def dangling(documents):
    """What is named is there."""
    names = {key(document) for document in documents}
    pod = one(documents, "DaemonSet")["spec"]
    if pod["selector"]["matchLabels"] != pod["template"]["metadata"]["labels"]:
        yield "the DaemonSet does not select its pods"
    spec = pod["template"]["spec"]
    if ("ServiceAccount", "lsmd", spec["serviceAccountName"]) not in names:
        yield "no such service account"
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    used = {mount["name"] for container in spec.get("initContainers", []) + spec["containers"]
            for mount in container["volumeMounts"]}
    yield from (f"volumes that one has and the other not: {name}" for name in set(volumes) ^ used)
    for volume in volumes.values():
        if "configMap" in volume and ("ConfigMap", "lsmd", volume["configMap"]["name"]) not in names:
            yield f"no such map: {volume}"
    for document in documents:
        if "roleRef" in document:
            role = document["roleRef"]
            at = document["metadata"].get("namespace", "") if role["kind"] == "Role" else ""
            if (role["kind"], at, role["name"]) not in names:
                yield f"no such role: {role}"
            for subject in document["subjects"]:
                if (subject["kind"], subject["namespace"], subject["name"]) not in names:
                    yield f"no such subject: {subject}"


def privileges(documents):
    """The agent gets what is listed above, and no more."""
    daemonset = one(documents, "DaemonSet")
    for container in containers_of(daemonset):
        security = container["securityContext"]
        if set(security["capabilities"]["add"]) != CAPABILITIES:
            yield f"capabilities: {security['capabilities']['add']}"
        if not security["readOnlyRootFilesystem"] or security["allowPrivilegeEscalation"]:
            yield f"{container['name']} may write to its root, or gain privileges"
        for mount in container["volumeMounts"]:
            if mount.get("mountPropagation") == "Bidirectional":
                yield f"{mount} needs a privileged container"
    paths = {volume["hostPath"]["path"] for volume in daemonset["spec"]["template"]["spec"]["volumes"]
             if "hostPath" in volume}
    if paths != DIRECTORIES:
        yield f"directories of the node: {paths}"
    rights = {}
    for document in documents:
        if document["kind"] in ("ClusterRole", "Role") and document["metadata"]["name"] == "lsmd":
            for rule in document["rules"]:
                for group in rule["apiGroups"]:
                    for resource in rule["resources"]:
                        rights.setdefault((group, resource), set()).update(rule["verbs"])
    for name in set(rights) | set(RIGHTS):
        if rights.get(name) != RIGHTS.get(name):
            yield f"rights on {name}: {rights.get(name)}, not {RIGHTS.get(name)}"


def unknown_options(documents):
    """lsmd knows the options that it is given."""
    known = subprocess.run([LSMD, "--help"], stdout=subprocess.PIPE, check=True, text=True).stdout
    known = set(re.findall(r"--[a-z-]+", known))
    for container in one(documents, "DaemonSet")["spec"]["template"]["spec"]["containers"]:
        yield from (option for option in container.get("args", []) if option.split("=")[0] not in known)


def by_key(documents):
    """Volumes and their mounts mean the same in any order."""
    documents = copy.deepcopy(documents)
    for document in documents:
        for container in containers_of(document):
            container["volumeMounts"].sort(key=lambda mount: mount["mountPath"])
        spec = document.get("spec", {}).get("template", {}).get("spec", {})
        spec.get("volumes", []).sort(key=lambda volume: volume["name"])
    return {key(document): document for document in documents}


def differences(one_set, other_set):
    ones, others = by_key(one_set), by_key(other_set)
    for name in sorted(set(ones) | set(others)):
        if ones.get(name) != others.get(name):
            yield from first_difference(ones.get(name), others.get(name), str(name))


def first_difference(one_value, other_value, path):
    if isinstance(one_value, dict) and isinstance(other_value, dict):
        for name in sorted(set(one_value) | set(other_value)):
            yield from first_difference(one_value.get(name), other_value.get(name), f"{path}.{name}")
    elif isinstance(one_value, list) and isinstance(other_value, list) and len(one_value) == len(other_value):
        for place, (left, right) in enumerate(zip(one_value, other_value)):
            yield from first_difference(left, right, f"{path}[{place}]")
    elif one_value != other_value:
        yield f"{path}: {json.dumps(one_value)[:100]}, and {json.dumps(other_value)[:100]}"


def without(documents, *kinds):
    return [document for document in documents if document["kind"] not in kinds]


BAD_VALUES = [{"imge": {}}, {"image": {"repository": ""}}, {"image": {"repository": "a", "tag": "a b"}}, {"audit": "yes"},
              {"exemptNamespaces": ["Kube"]}, {"exemptNamespaces": ["a", "a"]}, {"listen": "9670"},
              {"extraArgs": ["cluster"]}, {"maxUnavailable": 0}, {"maxUnavailable": "0%"}, {"maxUnavailable": "101%"},
              {"resources": {"limits": {"memory": "much"}}}, {"nodeSelector": {"a": 1}}, {"image": {"pullPolicy": "No"}}]


NOT_OF_THE_CHART = ("Namespace", "CustomResourceDefinition")


def refusal(make, *arguments):
    """Why kubectl or helm makes nothing of it, or None."""
    try:
        make(*arguments)
    except Refused as refused:
        return str(refused)
    return None


def fits_schema(values):
    return "don't meet the specifications of the schema" not in (refusal(helm, values, "lsmd") or "")


def check_values():
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    values, = read(CHART / "values.yaml")
    expect("the schema knows just the values", set(values) ^ (set(schema["properties"]) - {"global"}))
    expect("helm lint finds nothing", filter(None, [refusal(ask, "helm", "lint", "--strict", str(CHART))]))
    expect("helm takes the chart's own values", filter(None, [refusal(helm, values, "lsmd")]))
    expect("helm refuses values that are wrong, by the schema", filter(fits_schema, BAD_VALUES))


def check_full_chart():
    """The chart with a value of its own in each place."""
    documents = helm({
        "image": {"repository": "r.example:5000/a", "tag": "1", "pullPolicy": "Always"}, "exemptNamespaces": ["a", "b"],
        "listen": "127.0.0.1:9670", "extraArgs": ["--history=10"], "nodeSelector": {"a": "b"}, "audit": True,
        "imagePullSecrets": [{"name": "s"}], "maxUnavailable": 3, "ownNodeOnly": True,
        "resources": {"limits": {"memory": "1Gi"}}}, "elsewhere")
    expect("with every value it is well-formed", list(malformed(documents)) + list(unknown_options(documents)))
    daemonset = one(documents, "DaemonSet")["spec"]
    spec = daemonset["template"]["spec"]
    container = spec["containers"][0]
    expect("and each value is in it", [value for value in (
        "r.example:5000/a:1", "--exempt-namespaces=elsewhere,a,b", "--listen=127.0.0.1:9670", "--history=10")
        if value not in container["args"] + [container["image"]]])
    expect("where it belongs", [] if (
        spec["nodeSelector"], spec["imagePullSecrets"], container["imagePullPolicy"], container["resources"],
        daemonset["updateStrategy"]["rollingUpdate"]) == (
        {"a": "b", "kubernetes.io/os": "linux"}, [{"name": "s"}], "Always",
        {"limits": {"memory": "1Gi"}, "requests": {"cpu": "50m", "memory": "64Mi"}}, {"maxUnavailable": 3}) else [daemonset])
    expect("all of it where it was released", {key(d)[1] for d in documents if key(d)[1]} ^ {"elsewhere"})


def check_chart(rendered):
    enforce, audit = (without(rendered[name], *NOT_OF_THE_CHART) for name in ("enforce", "audit"))
    expect("the chart makes what overlays/enforce does", differences(helm({}, "lsmd"), enforce))
    expect("and has the same definitions", differences(
        definitions(), [d for d in rendered["enforce"] if d["kind"] == "CustomResourceDefinition"]))
    expect("with audit, what overlays/audit does", differences(helm({"audit": True}, "lsmd"), audit))
    own = kustomize(KUBERNETES / "overlays/enforce", KUBERNETES / "components/own-node")
    expect("components/own-node is well-formed", malformed(own))
    expect("components/own-node adds to an overlay, and changes nothing", differences(
        without(own, "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"), rendered["enforce"]))
    expect("with ownNodeOnly, components/own-node besides", differences(
        helm({"ownNodeOnly": True}, "lsmd"), without(own, *NOT_OF_THE_CHART)))


def main():
    rendered = {path.name: kustomize(path) for path in sorted((KUBERNETES / "overlays").iterdir())}
    for name, documents in rendered.items():
        expect(f"overlays/{name} is well-formed", malformed(documents))
        expect(f"overlays/{name}: what is named is there", dangling(documents))
        expect(f"overlays/{name}: the agent gets what it needs, no more", privileges(documents))
        expect(f"overlays/{name}: lsmd knows its options", unknown_options(documents))
    pause, = [argument for argument in containers_of(one(rendered["audit"], "DaemonSet"))[1]["args"] if "pause" in argument]
    expect("overlays/audit has a pause file", [] if pause == "--pause-file=/etc/lsmd/audit/pause"
           and one(rendered["audit"], "ConfigMap", "lsmd-audit")["data"]["pause"] else [pause])
    expect("overlays/enforce has none", [d for d in rendered["enforce"] if d["kind"] == "ConfigMap"])
    unload = containers_of(one(rendered["unload"], "DaemonSet"))
    expect("overlays/unload does only that", [] if [c["args"] for c in unload] == [["--unload"]] else [unload])
    check_chart(rendered)
    check_values()
    check_full_chart()


try:
    main()
except Refused as refused:
    expect("kubectl and helm take them", [str(refused)])
sys.exit(1 if failed else 0)
