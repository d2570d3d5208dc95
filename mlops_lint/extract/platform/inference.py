"""Objects of model servers on Kubernetes to deployments: KServe, Seldon Core, Knative and Cloud Run.

Source: https://kserve.github.io/website/docs/reference/crd-api, https://docs.seldon.io/projects/seldon-core/en/v1/reference/
seldon-deployment.html, https://docs.seldon.ai/seldon-core-2/resources, https://knative.dev/docs/serving/autoscaling/,
https://cloud.google.com/run/docs/reference/yaml/v1
"""

import re
from collections.abc import Callable, Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.manifests import Manifest, manifests, quantities
from mlops_lint.extract.platform.containers import Running, environment, owner, running
from mlops_lint.extract.platform.kubernetes import number
from mlops_lint.extract.platform.servers import fixed
from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Sequence, mappings, text
from mlops_lint.subjects import Deployment, Flag, Number, Text, Texts, subject

_NOT_A_RUNTIME = frozenset(
    "affinity tolerations nodeSelector volumes initContainers imagePullSecrets autoScaling deploymentStrategy logger "
    "batcher labels annotations securityContext workerSpec scaleTarget".split()
)
# Where KServe and Seldon keep the models of their documentation, and what somebody is to put in.
_SAMPLES = re.compile(r"^gs://(?:seldon-models|kfserving-(?:examples|samples))/|[<\[][A-Za-z_ -]+[>\]]|(?i:\byour[-_])")
_MODE = "serving.kserve.io/deploymentMode"
_KNATIVE = "autoscaling.knative.dev/"


@trees("*.yaml", "*.yml")
def inference(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives one deployment for each object that serves a model or a program."""
    for one in manifests(documents):
        made = _KINDS.get((one.group, one.kind))
        record = made(path, one) if made is not None else None
        if record is not None:
            named = isinstance(record.model_uri, str) and "://" in record.model_uri
            links = (Link("serves", f"model:{record.model_uri}"),) if named else ()
            name = one.name or one.kind
            yield subject(
                record, locate(path, one.key), name, symbol=f"deployment:{path}#{one.kind}/{name}", links=links
            )


def _inference_service(path: str, one: Manifest) -> Deployment | None:
    predictor = one.root.get("spec", "predictor") or one.root.get("spec", "default", "predictor")
    if not isinstance(predictor, Mapping):
        return None
    runtime = _runtime(predictor)
    uri = (
        text(runtime.get("storageUri"))
        or text(predictor.get("storageUri"))
        or text(predictor.get("model", "storageUri"))
    )
    container = running(predictor)
    percent = predictor.get("canaryTrafficPercent") or one.root.get("spec", "canaryTrafficPercent")
    listed = predictor.get("canary") or one.root.get("spec", "canary")
    stepwise = percent is not None or listed is not None
    limits, requests = quantities(runtime, "limits"), quantities(runtime, "requests")
    probes = container.probes if container is not None else ()
    fewest = number(predictor.get("minReplicas"), 1)
    return Deployment(
        framework="kserve",
        what=one.kind,
        serves_model=True,
        image=container.image if container is not None else UNSET,
        image_pinned=container.image_pinned if container is not None else None,
        model_uri=uri if uri is not None else _model_of(container),
        model_pinned=fixed(uri if uri is not None else _model_of(container)),
        replicas=fewest,
        scales=_kserve_scales(one, predictor, fewest),
        scalable=True,
        rollout="canary" if stepwise else UNSET if _raw(one) is None else "rolling",
        stepwise=stepwise,
        # Each revision of Knative is kept, and a Deployment keeps its own.
        reversible=True,
        # Knative asks by itself whether the container listens; whether it is alive only where it is told to.
        probes=tuple(sorted({*probes, "ready"})) if isinstance(probes, tuple) and probes else UNSET,
        probed=True,
        sized=True,
        requests=_resources(tuple(sorted({*requests, *limits})), container.requests if container else ()),
        limits=_resources(limits, container.limits if container else ()),
        environment=_environment(path, one, uri, container),
        owner=owner(one.root.get("metadata", "labels"), one.root.get("metadata", "annotations")),
    )


def _environment(path: str, one: Manifest, uri: str | None, container: Running | None) -> Text:
    """Gives where it runs; a model that a platform publishes for its samples, or that nobody names, is a sample."""
    if container is not None and container.local:
        return "local"
    if uri is not None and _SAMPLES.search(uri) is not None:
        return "sample"
    return environment(path, one.root.get("metadata", "labels"), one.root.get("metadata", "namespace"))


def _resources(own: tuple[str, ...], of_container: Texts) -> Texts:
    """What a component asks for; where it asks for nothing, what its runtime asks for stands elsewhere."""
    return own or of_container or UNSET


def _model_of(container: Running | None) -> Text:
    return UNSET if container is None or container.model_uri is None else container.model_uri


def _runtime(predictor: Mapping) -> Mapping:
    """The part that names the framework: `model`, or as `sklearn` in older ones."""
    model = predictor.get("model")
    if isinstance(model, Mapping):
        return model
    return next((node for key, node in mappings(predictor) if key.text not in _NOT_A_RUNTIME), predictor)


def _raw(one: Manifest) -> Text:
    """The mode in which KServe runs it; None = what the cluster is set to."""
    return text(one.root.get("metadata", "annotations", _MODE))


def _kserve_scales(one: Manifest, predictor: Mapping, fewest: Number) -> Flag:
    sort = text(one.root.get("metadata", "annotations", "serving.kserve.io/autoscalerClass"))
    if sort in ("none", "external"):
        return UNSET if sort == "external" else False
    most = number(predictor.get("maxReplicas"), 0)
    if not isinstance(fewest, (int, float)) or not isinstance(most, (int, float)):
        return UNSET
    if most:
        return most > fewest
    # Without an upper bound Knative goes as far as it takes, and an autoscaler of Kubernetes stays at the lower one.
    return {"RawDeployment": False, "Standard": False, "Serverless": True, "Knative": True}.get(str(_raw(one)), UNSET)


def _seldon(path: str, one: Manifest) -> Deployment | None:
    nodes = one.root.get("spec", "predictors")
    predictors = [node for node in nodes.items if isinstance(node, Mapping)] if isinstance(nodes, Sequence) else []
    if not predictors:
        return None
    first = predictors[0]
    shadow = any(text(node.get("shadow")) == "true" for node in predictors)
    components = [spec for node in predictors for spec in _components(node)]
    pods = [pod for spec in components if isinstance(pod := spec.get("spec"), Mapping)]
    container = next((found for pod in pods if (found := running(pod)) is not None), None)
    uri = text(first.get("graph", "modelUri"))
    scaled = any(spec.get("hpaSpec") is not None or spec.get("kedaSpec") is not None for spec in components)
    return Deployment(
        framework="seldon",
        what=one.kind,
        serves_model=True,
        image=container.image if container is not None else UNSET,
        image_pinned=container.image_pinned if container is not None else None,
        model_uri=uri,
        model_pinned=fixed(uri),
        replicas=number(first.get("replicas") or one.root.get("spec", "replicas"), 1),
        scales=scaled,
        scalable=True,
        rollout="shadow" if shadow else "split" if len(predictors) > 1 else "rolling",
        stepwise=len(predictors) > 1,
        # What ran before is the former object, which nothing keeps but the repository: pinned, it can be applied again.
        reversible=True,
        # The operator adds both to every container that has none.
        probes=("live", "ready"),
        probed=True,
        sized=True,
        requests=container.requests if container is not None else (),
        limits=container.limits if container is not None else (),
        environment=_environment(path, one, uri, container),
        owner=owner(one.root.get("metadata", "labels"), one.root.get("metadata", "annotations")),
    )


def _components(predictor: Mapping) -> list[Mapping]:
    nodes = predictor.get("componentSpecs")
    items = nodes.items if isinstance(nodes, Sequence) else ()
    return [one for one in items if isinstance(one, Mapping)]


def _seldon_model(path: str, one: Manifest) -> Deployment | None:
    spec = one.spec
    if spec is None:
        return None
    uri = text(spec.get("storageUri"))
    fewest, most = number(spec.get("minReplicas"), None), number(spec.get("maxReplicas"), None)
    return Deployment(
        framework="seldon",
        what=one.kind,
        serves_model=True,
        # The server of the cluster, whose image stands elsewhere.
        image=None,
        image_pinned=None,
        model_uri=uri,
        model_pinned=fixed(uri),
        replicas=number(spec.get("replicas"), 1),
        scales=fewest is not None or most is not None,
        scalable=True,
        rollout="rolling",
        stepwise=UNSET,
        reversible=True,
        probes=UNSET,
        probed=False,
        sized=False,
        environment=_environment(path, one, uri, None),
        owner=owner(one.root.get("metadata", "labels"), one.root.get("metadata", "annotations")),
    )


def _knative(path: str, one: Manifest) -> Deployment | None:
    pod = one.root.get("spec", "template", "spec")
    found = running(pod) if isinstance(pod, Mapping) else None
    if found is None:
        return None
    notes = [one.root.get("metadata", "annotations"), one.root.get("spec", "template", "metadata", "annotations")]
    keys = {key.text: text(value) for node in notes if isinstance(node, Mapping) for key, value in node.entries}
    cloud_run = any(key.startswith(("run.googleapis.com/", "cloud.googleapis.com/")) for key in keys)
    fewest, most = (
        keys.get(f"{_KNATIVE}{name}Scale") or keys.get(f"{_KNATIVE}{name}-scale") for name in ("min", "max")
    )
    targets = one.root.get("spec", "traffic")
    parts = [node for node in targets.items if isinstance(node, Mapping)] if isinstance(targets, Sequence) else []
    split = sum(node.get("percent") is not None for node in parts) > 1
    record = Deployment(
        framework="cloud-run" if cloud_run else "knative",
        what=one.kind,
        serves_model=found.serves_model,
        image=found.image,
        image_pinned=found.image_pinned,
        model_uri=found.model_uri,
        model_pinned=found.model_pinned,
        replicas=int(fewest) if fewest is not None and fewest.isdecimal() and len(fewest) < 6 else 0,
        scales=fewest is None or fewest != most,
        scalable=True,
        rollout="split" if split else "rolling",
        stepwise=split,
        reversible=True,
        probes=tuple(sorted({*found.probes, "ready"})) if isinstance(found.probes, tuple) and found.probes else UNSET,
        probed=True,
        sized=True,
        requests=found.requests,
        limits=found.limits,
        environment="local" if found.local else environment(path, one.root.get("metadata", "labels")),
        owner=owner(one.root.get("metadata", "labels"), notes[0]),
    )
    # Cloud Run gives each container half a gigabyte and one processor, unless told otherwise.
    return (
        msgspec.structs.replace(record, limits=("cpu", "memory"), requests=("cpu", "memory")) if cloud_run else record
    )


_KINDS: dict[tuple[str, str], Callable[[str, Manifest], Deployment | None]] = {
    ("serving.kserve.io", "InferenceService"): _inference_service,
    ("serving.kubeflow.org", "InferenceService"): _inference_service,
    ("machinelearning.seldon.io", "SeldonDeployment"): _seldon,
    ("mlops.seldon.io", "Model"): _seldon_model,
    ("serving.knative.dev", "Service"): _knative,
}
