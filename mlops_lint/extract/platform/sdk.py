"""Calls of the libraries of platforms to the deployments that they make: SageMaker, Vertex AI, Azure ML, Ray, BentoML.

Source: inspect.signature of sagemaker 2.256, google-cloud-aiplatform 2.7, azure-ai-ml 1.35, ray 2.60 and bentoml 1.4;
botocore 1.44 (CreateEndpointConfig, RegisterScalableTarget)
"""

import ast
from collections.abc import Callable, Iterator

from msgspec import UNSET, structs

from mlops_lint.extract.platform.servers import fixed
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.operations import Known
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Location, Ref, Subject
from mlops_lint.parse.words import vocabulary
from mlops_lint.subjects import Deployment, Flag, Number, Resource, Text, subject

_ROOTS = frozenset({"sagemaker", "sagemaker_core", "boto3", "google", "azure", "azureml", "ray", "bentoml"})
_INSTANCE = ("instance",)
# What is taken down where it is put up was only tried.
_DELETES = frozenset({"delete_endpoint", "undeploy_all"})
_BOTH = ("live", "ready")


class Given:
    """The named arguments of one call, or the entries of one dictionary."""

    def __init__(self, module: Module, call: Call, nodes: dict[str, ast.expr], whole: bool) -> None:
        self._module = module
        self._scope = call.scope
        self.nodes = nodes
        self.whole = whole
        """Nothing else is given by `**`."""

    def value(self, name: str, default: Known = None) -> Known:
        """Gives what is given, the default where nothing is, UNSET where that cannot be known."""
        if name in self.nodes:
            return self._module.values.value(self.nodes[name], self._scope)
        return default if self.whole else UNSET

    def has(self, name: str) -> bool | None:
        """Says whether something is given; None = cannot tell."""
        node = self.nodes.get(name)
        if node is None:
            return False if self.whole else None
        # A parameter of a function may well be None.
        absent = isinstance(node, ast.Constant) and node.value is None
        return None if isinstance(node, ast.Name) and self.value(name) in (None, UNSET) else not absent

    def items(self, name: str, module: Module, call: Call) -> list["Given"] | None:
        """Gives the dictionaries of a list; None = the list is not written out."""
        node = self.nodes.get(name)
        if not isinstance(node, (ast.List, ast.Tuple)) or not all(isinstance(one, ast.Dict) for one in node.elts):
            return None
        return [_entries(module, call, one) for one in node.elts if isinstance(one, ast.Dict)]


def _entries(module: Module, call: Call, node: ast.Dict) -> Given:
    pairs = {
        str(key.value): value
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant)
    }
    return Given(module, call, pairs, all(isinstance(key, ast.Constant) for key in node.keys))


def _given(module: Module, call: Call) -> Given:
    nodes = {one.arg: one.value for one in call.node.keywords if one.arg is not None}
    return Given(module, call, nodes, all(one.arg is not None for one in call.node.keywords))


_SCALES = vocabulary("register_scalable_target")


@python
def deployments(module: Module) -> Iterator[Subject]:
    """Gives one deployment for each call that makes one, and what scales those of SageMaker."""
    # A client may be handed in, so that nothing need be imported.
    yield from _scaled(module)
    if not module.roots & _ROOTS:
        return
    deleted = {id(one.scope): one.node.lineno for one in module.calls if one.name.rpartition(".")[2] in _DELETES}
    for call in module.calls:
        last = call.name.rpartition(".")[2]
        made = _CALLS.get(last)
        if made is None:
            continue
        given = _given(module, call)
        record = made(module, call, given)
        if record is not None:
            trial = deleted.get(id(call.scope), 0) > call.node.lineno
            record = structs.replace(record, environment="trial") if trial else record
            yield _deployment(module, call, given, record)
    yield from _decorated(module)


def _deployment(module: Module, call: Call, given: Given, record: Deployment) -> Subject:
    location = module.locate(call.node)
    named = next((found for key in _NAMES if isinstance(found := given.value(key), str)), None)
    name = named or f"{record.what}"
    return subject(record, location, name, symbol=_symbol(location), links=(module.within(call.scope),))


_NAMES = ("endpoint_name", "EndpointName", "EndpointConfigName", "name", "deployed_model_display_name", "display_name")


def _symbol(at: Location) -> str:
    return f"deployment:{at.path}:{at.line}:{at.column}"


def _deploy(module: Module, _call: Call, given: Given) -> Deployment | None:
    """`model.deploy(...)` of SageMaker or Vertex, told apart by the names of their arguments."""
    names = set(given.nodes)
    if (
        names & {"instance_type", "initial_instance_count", "serverless_inference_config"}
        and "sagemaker" in module.roots
    ):
        serverless = given.has("serverless_inference_config")
        asynchronous = given.has("async_inference_config")
        kind = given.value("instance_type")
        # In local mode a container of this machine takes the place of the endpoint.
        local = isinstance(kind, str) and kind.startswith("local")
        return structs.replace(
            _SAGEMAKER,
            environment="local" if local else UNSET,
            replicas=_number(given.value("initial_instance_count", 1)),
            scales=True if serverless else UNSET if serverless is None or asynchronous is None else False,
            model_uri=UNSET,
        )
    vertex = {"machine_type", "min_replica_count", "max_replica_count", "traffic_split", "traffic_percentage"}
    if names & vertex and ("aiplatform" in module.source or "vertexai" in module.source):
        return _vertex(given)
    return None


def _vertex(given: Given) -> Deployment:
    fewest, most = (given.value(f"{end}_replica_count", 1) for end in ("min", "max"))
    known = isinstance(fewest, int) and isinstance(most, int)
    split = given.nodes.get("traffic_split")
    percentage = given.value("traffic_percentage", 0)
    parts = len(split.keys) > 1 if isinstance(split, ast.Dict) else None
    partly = isinstance(percentage, int) and 0 < percentage < 100
    stepwise: Flag = (
        True if parts or partly else UNSET if parts is None and (split is not None or not given.whole) else False
    )
    return Deployment(
        framework="vertex",
        what="Endpoint.deploy",
        serves_model=True,
        image=None,
        image_pinned=None,
        model_uri=UNSET,
        replicas=_number(fewest),
        scales=most != fewest if known else UNSET,
        scalable=True,
        rollout="split" if stepwise is True else UNSET,
        stepwise=stepwise,
        # What was there before stays on the endpoint until somebody takes it off.
        reversible=True,
        probes=_BOTH,
        probed=True,
        sized=True,
        requests=_INSTANCE,
        limits=_INSTANCE,
        secured=True,
    )


_SAGEMAKER = Deployment(
    framework="sagemaker",
    what="endpoint",
    serves_model=True,
    image=None,
    image_pinned=None,
    scalable=True,
    # Whether an update goes out in steps is said to the endpoint, by `update_endpoint` or in its configuration.
    stepwise=UNSET,
    reversible=True,
    probes=_BOTH,
    probed=True,
    sized=True,
    requests=_INSTANCE,
    limits=_INSTANCE,
    secured=True,
)


def _endpoint_config(module: Module, call: Call, given: Given) -> Deployment | None:
    """`create_endpoint_config` of boto3."""
    if "ProductionVariants" not in given.nodes:
        return None
    variants = given.items("ProductionVariants", module, call)
    if not variants:
        return structs.replace(_SAGEMAKER, what="endpoint-config")
    serverless = any("ServerlessConfig" in one.nodes for one in variants)
    managed = any("ManagedInstanceScaling" in one.nodes for one in variants)
    shadow = "ShadowProductionVariants" in given.nodes
    several = len(variants) > 1 or shadow
    whole = all(one.whole for one in variants)
    return structs.replace(
        _SAGEMAKER,
        what="endpoint-config",
        replicas=UNSET if serverless else _number(variants[0].value("InitialInstanceCount", 1)),
        scales=True if serverless or managed else False if whole else UNSET,
        rollout="shadow" if shadow else "split" if several else UNSET,
        stepwise=True if several else UNSET,
    )


def _azure(_module: Module, call: Call, given: Given) -> Deployment | None:
    """`ManagedOnlineDeployment(...)` of azure-ai-ml."""
    if not call.name.startswith("azure.ai.ml"):
        return None
    model = given.value("model")
    uri: Text = model if isinstance(model, str) else UNSET
    scaled = given.has("scale_settings")
    return Deployment(
        framework="azureml",
        what="OnlineDeployment",
        serves_model=True,
        image=None,
        image_pinned=None,
        model_uri=uri,
        model_pinned=fixed(uri),
        replicas=_number(given.value("instance_count", 1)),
        scales=False if scaled is False else UNSET,
        scalable=True,
        stepwise=UNSET,
        reversible=True,
        probes=_BOTH,
        probed=True,
        sized=True,
        requests=_INSTANCE,
        limits=_INSTANCE,
        secured=True,
    )


def _webservice(_module: Module, call: Call, given: Given) -> Deployment | None:
    """`AksWebservice.deploy_configuration(...)` of azureml-core; a container instance is one machine."""
    cluster = "AksWebservice" in call.name
    if not call.name.startswith("azureml.") or not (cluster or "AciWebservice" in call.name):
        return None
    scales = given.value("autoscale_enabled") if cluster else False
    keyed = given.value("auth_enabled", cluster)
    return Deployment(
        framework="azureml",
        what="AksWebservice" if cluster else "AciWebservice",
        serves_model=True,
        image=None,
        image_pinned=None,
        model_uri=UNSET,
        # It scales unless the number of replicas is fixed.
        scales=(given.has("num_replicas") is not True)
        if scales is None
        else scales
        if isinstance(scales, bool)
        else UNSET,
        scalable=cluster,
        stepwise=UNSET,
        reversible=UNSET,
        probes=_BOTH if cluster else UNSET,
        probed=cluster,
        sized=True,
        requests=("cpu", "memory"),
        limits=UNSET,
        secured=keyed if isinstance(keyed, bool) else UNSET,
    )


def _number(value: Known) -> Number:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else UNSET


_CALLS: dict[str, Callable[[Module, Call, Given], Deployment | None]] = {
    "deploy": _deploy,
    "create_endpoint_config": _endpoint_config,
    "ManagedOnlineDeployment": _azure,
    "KubernetesOnlineDeployment": _azure,
    "deploy_configuration": _webservice,
}


def _decorated(module: Module) -> Iterator[Subject]:
    """Classes that `@serve.deployment` or `@bentoml.service` makes into services, with what it is told."""
    if not module.roots & {"ray", "bentoml"}:
        return
    for call in module.calls:
        made = {"ray.serve.deployment": _ray, "bentoml.service": _bento}.get(call.name)
        if made is not None:
            location = module.locate(call.node)
            name = next((found for one in module.scopes.all if (found := _decorated_name(call, one.node))), call.name)
            links = (module.within(call.scope), Link("deploys", f"code:class:{module.name}.{name}"))
            yield subject(made(_given(module, call)), location, name, symbol=_symbol(location), links=links)


def _decorated_name(call: Call, node: ast.AST) -> str | None:
    if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and call.node in node.decorator_list:
        return node.name
    return None


def _ray(given: Given) -> Deployment:
    # Where nothing is said, the configuration that it is deployed with says it.
    copies = given.value("num_replicas", UNSET)
    scaled = given.has("autoscaling_config")
    return Deployment(
        framework="ray-serve",
        what="deployment",
        image=None,
        image_pinned=None,
        replicas=_number(copies),
        scales=True if scaled or copies == "auto" else UNSET if scaled is None or copies is UNSET else False,
        scalable=True,
        stepwise=UNSET,
        reversible=UNSET,
        probes=_BOTH,
        probed=True,
        sized=True,
        requests=("cpu", "gpu") if given.has("ray_actor_options") else UNSET,
        limits=UNSET,
    )


def _bento(given: Given) -> Deployment:
    """What a service of BentoML says of itself; how many copies run is said when it is deployed."""
    node = given.nodes.get("resources")
    names = [str(key.value) for key in node.keys if isinstance(key, ast.Constant)] if isinstance(node, ast.Dict) else []
    sizes = tuple(
        sorted({name.replace("gpu_type", "gpu") for name in names if name in ("cpu", "gpu", "memory", "gpu_type")})
    )
    return Deployment(
        framework="bentoml",
        what="service",
        image=None,
        image_pinned=None,
        scales=UNSET,
        stepwise=UNSET,
        reversible=UNSET,
        # `/livez` and `/readyz`, which every service has.
        probes=_BOTH,
        probed=True,
        sized=True,
        requests=sizes or UNSET,
        limits=sizes or UNSET,
    )


def _scaled(module: Module) -> Iterator[Subject]:
    """`register_scalable_target` of Application Auto Scaling, which names an endpoint by a text."""
    if not module.says(_SCALES):
        return
    for call in module.calls:
        if call.name.endswith("register_scalable_target") and call.node.keywords:
            namespace = _given(module, call).value("ServiceNamespace")
            if namespace in ("sagemaker", UNSET) or isinstance(namespace, Ref):
                record = Resource(framework="boto3", what="scalable-target", holds="scaling")
                links = tuple(Link("scales", f"workload:{what}/*") for what in ("endpoint", "endpoint-config"))
                yield subject(record, module.locate(call.node), "scalable target", links=links)
