#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""deploy/kubernetes and deploy/helm: that they are what Kubernetes takes, that the agent gets no more than
is listed here, and that the chart and the overlays agree.

    tests/deploy/manifests_test.py LSMD

Needs python3-yaml and python3-jsonschema. Where kubectl knows kustomize's words of today it is asked too.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

try:
    import jsonschema
    import yaml
except ImportError:
    print("skipped: needs the packages python3-jsonschema and python3-yaml")
    sys.exit(1 if os.environ.get("CI") else 77)

from render import containers_of, helm, kustomize, read

TOP = pathlib.Path(__file__).resolve().parents[2]
KUBERNETES, CHART, LSMD = TOP / "deploy/kubernetes", TOP / "deploy/helm/lsmd", sys.argv[1]
failed = []

# What the agent gets. More is a decision, and is made here as well.
CAPABILITIES = {"SYS_ADMIN", "BPF", "PERFMON", "SYS_RESOURCE", "SYS_PTRACE", "DAC_OVERRIDE"}
DIRECTORIES = {"/sys/fs/bpf", "/sys/fs/cgroup", "/sys/kernel/security", "/var/lib/lsmd", "/run/lsmd"}
RIGHTS = {
    ("", "pods"): {"get", "list", "watch"}, ("", "namespaces"): {"get", "list", "watch"},
    ("", "nodes"): {"get", "list", "watch", "patch"},
    ("lsmd.io", "lsmpolicies"): {"get", "list", "watch"},
    ("lsmd.io", "clusterlsmpolicies"): {"get", "list", "watch"},
    ("lsmd.io", "lsmnodes"): {"get", "list", "watch", "create", "patch"},
    ("lsmd.io", "lsmpolicies/status"): {"get", "patch"},
    ("lsmd.io", "clusterlsmpolicies/status"): {"get", "patch"},
    ("", "events"): {"create", "patch"}, ("events.k8s.io", "events"): {"create", "patch"},
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


def differences(one_set, other_set):
    ones = {key(document): document for document in one_set}
    others = {key(document): document for document in other_set}
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


def ordered(documents):
    """Volumes and their mounts mean the same in any order."""
    for document in documents:
        for container in containers_of(document):
            container["volumeMounts"].sort(key=lambda mount: mount["mountPath"])
        spec = document.get("spec", {}).get("template", {}).get("spec", {})
        spec.get("volumes", []).sort(key=lambda volume: volume["name"])
    return documents


def without(documents, *kinds):
    return [document for document in documents if document["kind"] not in kinds]


def kubectl_says(directory):
    if not shutil.which("kubectl"):
        return None
    run = subprocess.run(["kubectl", "kustomize", str(directory)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                         check=False)
    return [document for document in yaml.safe_load_all(run.stdout) if document] if run.returncode == 0 else None


BAD_VALUES = [{"imge": {}}, {"image": {"repository": ""}}, {"image": {"repository": "a", "tag": "a b"}}, {"audit": "yes"},
              {"exemptNamespaces": ["Kube"]}, {"exemptNamespaces": ["a", "a"]}, {"listen": "9670"},
              {"extraArgs": ["cluster"]}, {"maxUnavailable": 0}, {"maxUnavailable": "0%"}, {"maxUnavailable": "101%"},
              {"resources": {"limits": {"memory": "much"}}}, {"nodeSelector": {"a": 1}}, {"image": {"pullPolicy": "No"}}]


def check_chart(rendered):
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    values, = read(CHART / "values.yaml")
    expect("the chart's values fit their schema", (error.message for error in validator.iter_errors(values)))
    expect("the schema knows just the values", set(values) ^ (set(schema["properties"]) - {"global"}))
    expect("values that are wrong are refused", (value for value in BAD_VALUES if validator.is_valid(value)))
    chart, definitions = helm(CHART, {}, "lsmd")
    kinds = ("Namespace", "CustomResourceDefinition")
    expect("the chart makes what overlays/enforce does",
           differences(ordered(chart), ordered(without(rendered["enforce"], *kinds))))
    expect("and has the same definitions",
           differences(definitions, [d for d in rendered["enforce"] if d["kind"] == "CustomResourceDefinition"]))
    audit, _ = helm(CHART, {"audit": True}, "lsmd")
    expect("with audit, what overlays/audit does", differences(ordered(audit), ordered(without(rendered["audit"], *kinds))))
    own, _ = helm(CHART, {"ownNodeOnly": True}, "lsmd")
    expect("with ownNodeOnly, components/own-node besides", differences(
        ordered(own), ordered(without(rendered["enforce"], *kinds) + kustomize(KUBERNETES / "components/own-node"))))
    much = {"image": {"repository": "r.example:5000/a", "tag": "1"}, "exemptNamespaces": ["a", "b"], "listen": "127.0.0.1:9670",
            "extraArgs": ["--history=10"], "nodeSelector": {"a": "b"}, "imagePullSecrets": [{"name": "s"}], "maxUnavailable": 3}
    full, _ = helm(CHART, much, "elsewhere")
    expect("with every value it is well-formed", list(malformed(full)) + list(unknown_options(full)))
    daemonset = one(full, "DaemonSet")
    container = daemonset["spec"]["template"]["spec"]["containers"][0]
    expect("and each value is in it", [value for value in (
        "r.example:5000/a:1", "--exempt-namespaces=elsewhere,a,b", "--listen=127.0.0.1:9670", "--history=10")
        if value not in container["args"] + [container["image"]]])
    expect("all of it where it was released", {key(d)[1] for d in full if key(d)[1]} ^ {"elsewhere"})


def main():
    rendered = {path.name: kustomize(path) for path in sorted((KUBERNETES / "overlays").iterdir())}
    for name, documents in rendered.items():
        expect(f"overlays/{name} is well-formed", malformed(documents))
        expect(f"overlays/{name}: what is named is there", dangling(documents))
        expect(f"overlays/{name}: the agent gets what it needs, no more", privileges(documents))
        expect(f"overlays/{name}: lsmd knows its options", unknown_options(documents))
        said = kubectl_says(KUBERNETES / "overlays" / name)
        if said is None:
            print(f"# manifests: no kubectl that knows kustomize: overlays/{name} was not compared with it")
        else:
            expect(f"overlays/{name} is what kubectl kustomize makes", differences(ordered(said), ordered(documents)))
    own = kustomize(KUBERNETES / "components/own-node")
    expect("components/own-node is well-formed", malformed(own))
    pause, = [argument for argument in containers_of(one(rendered["audit"], "DaemonSet"))[1]["args"] if "pause" in argument]
    expect("overlays/audit has a pause file", [] if pause == "--pause-file=/etc/lsmd/audit/pause"
           and one(rendered["audit"], "ConfigMap", "lsmd-audit")["data"]["pause"] else [pause])
    expect("overlays/enforce has none", [d for d in rendered["enforce"] if d["kind"] == "ConfigMap"])
    unload = containers_of(one(rendered["unload"], "DaemonSet"))
    expect("overlays/unload does only that", [] if [c["args"] for c in unload] == [["--unload"]] else [unload])
    check_chart(rendered)
    return 1 if failed else 0


sys.exit(main())
