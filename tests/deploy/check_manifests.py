#!/usr/bin/env python3
"""What all manifests promise: check_manifests.py [--crds FOLDER] FILE...

Prints what is wrong: names that Kubernetes' schemas do not know (kubernetes-validate,
strict), what the restricted Pod Security Standard forbids, pods with service links, a
daemon without its probes, resources or the socket, a stop that takes longer than its
pod is given, a Service or policy of the daemons that selects another pod. Custom
resources whose CRD is in FOLDER are checked against it, strictly.
"""

import argparse
import copy
import pathlib
import sys

import jsonschema
import kubernetes_validate
import yaml

SOCKET = "/run/pipesched"
MAX_SOCKET_PATH = 107


def strict(schema):
    """A CRD's schema without room for names that it does not have."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: strict(value) for key, value in schema.items()}
    if schema.get("x-kubernetes-int-or-string"):
        result.pop("type", None)
    has_names = isinstance(schema.get("properties"), dict) and schema.get("type") == "object"
    open_ended = schema.get("x-kubernetes-preserve-unknown-fields")
    if has_names and not open_ended and "additionalProperties" not in schema:
        result["additionalProperties"] = False
    return result


def read_crds(folder):
    """Schemas by version and kind, and which of those are of no namespace."""
    schemas = {}
    cluster = set()
    for path in folder.rglob("*.yaml"):
        for crd in yaml.safe_load_all(path.read_text()):
            if not crd or crd.get("kind") != "CustomResourceDefinition":
                continue
            spec = crd["spec"]
            for version in spec["versions"]:
                key = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
                schema = strict(version["schema"]["openAPIV3Schema"])
                schema["properties"]["metadata"] = {"type": "object"}
                schemas[key] = schema
                if spec["scope"] == "Cluster":
                    cluster.add(key)
    # A runtime's template holds the whole specification of a JobSet.
    runtime = schemas.get(("trainer.kubeflow.org/v1alpha1", "ClusterTrainingRuntime"))
    if runtime:
        schemas[("jobset.x-k8s.io/v1alpha2", "JobSet")] = {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "apiVersion": {},
                "kind": {},
                "metadata": {"type": "object"},
                "spec": copy.deepcopy(
                    runtime["properties"]["spec"]["properties"]["template"]["properties"]["spec"]
                ),
            },
        }
    return schemas, cluster


def pods(node):
    """Every pod specification in a manifest."""
    if isinstance(node, dict):
        if isinstance(node.get("containers"), list):
            yield node
            return
        for value in node.values():
            yield from pods(value)
    elif isinstance(node, list):
        for value in node:
            yield from pods(value)


def check_container(pod, container):
    name = container["name"]
    merged = {**pod.get("securityContext", {}), **container.get("securityContext", {})}
    if merged.get("runAsNonRoot") is not True or merged.get("runAsUser", 0) < 10000:
        yield f"{name}: may run as root, or as a user below 10000"
    if merged.get("readOnlyRootFilesystem") is not True:
        yield f"{name}: can write its root"
    if merged.get("allowPrivilegeEscalation") is not False:
        yield f"{name}: may escalate privileges"
    if merged.get("capabilities", {}).get("drop") != ["ALL"]:
        yield f"{name}: keeps capabilities"
    if merged.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield f"{name}: has no seccomp profile"
    resources = container.get("resources", {})
    if not resources.get("requests") or resources.get("requests") != resources.get("limits"):
        yield f"{name}: requests and limits differ, the pod is not Guaranteed"
    for variable in container.get("env", []):
        if variable["name"].startswith("PET_"):
            yield f"{name}: sets {variable['name']}, which Kubeflow Trainer sets"


def duration(args, flag, default):
    for arg in args:
        if arg.startswith(flag + "="):
            return int(arg.split("=")[1].rstrip("s"))
    return default


def check_daemon(pod, container):
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        if probe not in container:
            yield f"pipeschedd: no {probe}"
    args = container.get("args", [])
    stop = duration(args, "--drain-delay", 0) + duration(args, "--drain-timeout", 25) + 2
    if not any(arg.startswith("--config") for arg in args):
        if stop >= pod.get("terminationGracePeriodSeconds", 30):
            yield f"pipeschedd: stops in up to {stop} s, longer than its pod is given"
        volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
        mounts = {m["mountPath"]: m["name"] for m in container.get("volumeMounts", [])}
        volume = volumes.get(mounts.get(SOCKET), {})
        if volume.get("emptyDir", {}).get("medium") != "Memory":
            yield f"pipeschedd: {SOCKET} is no memory"
        for arg in args:
            if arg.startswith("--listen=unix:") and len(arg) - 14 > MAX_SOCKET_PATH:
                yield f"pipeschedd: {arg} is too long for a socket"
        others = [c for c in pod["containers"] if c["name"] != "pipeschedd"]
        if not any(
            m["name"] == mounts.get(SOCKET) for c in others for m in c.get("volumeMounts", [])
        ):
            yield "pipeschedd: nobody mounts its socket"
        if not pod.get("securityContext", {}).get("fsGroup"):
            yield "pipeschedd: no fsGroup, others cannot use its socket"


def check_pod(pod):
    if pod.get("enableServiceLinks") is not False:
        yield "has service links"
    if pod.get("automountServiceAccountToken") is not False:
        yield "has a token of its service account"
    daemons = 0
    for container in pod.get("initContainers", []) + pod["containers"]:
        yield from check_container(pod, container)
        if container["name"] == "pipeschedd":
            daemons += 1
            yield from check_daemon(pod, container)
    for volume in pod.get("volumes", []):
        mounts = [
            m
            for c in pod.get("initContainers", []) + pod["containers"]
            for m in c.get("volumeMounts", [])
            if m["name"] == volume["name"]
        ]
        if "secret" in volume and any("subPath" in m for m in mounts):
            yield f"{volume['name']}: a subPath never sees a renewed secret"


def check_selectors(manifests):
    """A pod that no Deployment makes, as that of helm test, is none of the daemons."""
    for manifest in manifests:
        spec = manifest.get("spec", {})
        if manifest["kind"] == "Service":
            selector = spec.get("selector")
        elif manifest["kind"] == "NetworkPolicy":
            selector = spec["podSelector"].get("matchLabels")
        elif manifest["kind"] == "PodDisruptionBudget":
            selector = spec["selector"].get("matchLabels")
        else:
            continue
        for pod in manifests:
            labels = pod["metadata"].get("labels", {})
            if pod["kind"] == "Pod" and selector and selector.items() <= labels.items():
                yield f"{manifest['kind']} selects the pod {pod['metadata']['name']}"


def check_schema(manifest, crds, version):
    key = (manifest["apiVersion"], manifest["kind"])
    if key in crds:
        for error in jsonschema.Draft202012Validator(crds[key]).iter_errors(manifest):
            yield f"{error.json_path}: {error.message[:300]}"
    elif "." in key[0].split("/")[0] and not key[0].split("/")[0].endswith(".k8s.io"):
        return  # A custom resource without a CRD here: decoded by its project's own types.
    else:
        try:
            kubernetes_validate.validate(manifest, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            path = ".".join(str(part) for part in error.path)
            yield f"{path}: {error.message[:300]}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--crds", type=pathlib.Path)
    parser.add_argument("--kubernetes", default="1.31")
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    crds, cluster = read_crds(arguments.crds) if arguments.crds else ({}, set())
    wrong = 0
    seen = 0
    for path in arguments.files:
        manifests = [m for m in yaml.safe_load_all(path.read_text()) if m]
        for problem in check_selectors(manifests):
            print(f"{path}: {problem}")
            wrong += 1
        for manifest in manifests:
            seen += 1
            problems = list(check_schema(manifest, crds, arguments.kubernetes))
            if (manifest["apiVersion"], manifest["kind"]) in cluster and (
                "namespace" in manifest["metadata"]
            ):
                problems.append("has a namespace, and is of the cluster")
            for pod in pods(manifest.get("spec", {})):
                problems += check_pod(pod)
            for problem in problems:
                print(f"{path}: {manifest['kind']} {manifest['metadata']['name']}: {problem}")
            wrong += len(problems)
    print(f"{seen} manifests, {wrong} problems")
    return 1 if wrong or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
