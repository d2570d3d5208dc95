"""Templates of CloudFormation and SAM to the deployments and resources that they declare.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html and
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
"""

import posixpath
from collections.abc import Callable, Iterator

from msgspec import UNSET, structs

from mlops_lint.extract.platform.containers import environment, owner, pinned
from mlops_lint.extract.platform.kubernetes import number
from mlops_lint.extract.platform.servers import fixed, served
from mlops_lint.extract.platform.stores import CLOUDFORMATION, in_template, plainly
from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, mappings, text
from mlops_lint.subjects import Deployment, Flag, Resource, subject

_JSON = ("*template*.json", "*cfn*.json", "*cloudformation*.json", "*cloudformation/*.json", "*stack*.json")
_NONE = Mapping(0, 0, 0, 0, ())
_FUNCTIONS = {"Ref", "Fn::Ref", "Fn::Sub", "Fn::GetAtt", "Fn::If", "Fn::Join", "Fn::ImportValue", "Fn::FindInMap"}


@trees("*.yaml", "*.yml", "*.template", *_JSON)
def cloudformation(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives each resource of a template, and a deployment for those that run a program or serve a model."""
    root = documents[0] if len(documents) == 1 else None
    resources = root.get("Resources") if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or not isinstance(resources, Mapping):
        return
    for key, node in mappings(resources):
        what = text(node.get("Type")) or ""
        if "::" in what:
            yield from _resource(path, key, what, node, _globals(root, what))


def _globals(root: Mapping, what: str) -> Mapping:
    node = root.get("Globals", "Function") if what == "AWS::Serverless::Function" else None
    return node if isinstance(node, Mapping) else _NONE


def _resource(path: str, key: Scalar, what: str, node: Mapping, shared: Mapping) -> Iterator[Subject]:
    given = node.get("Properties")
    own = given if isinstance(given, Mapping) else _NONE
    properties = Mapping(own.line, own.column, own.end_line, own.end_column, (*shared.entries, *own.entries))
    made = _DEPLOYMENTS.get(what)
    if made is not None:
        tags = _tags(properties.get("Tags"))
        record = structs.replace(made(what, properties), environment=environment(path, tags), owner=owner(tags))
        symbol = f"deployment:{path}#{key.text}"
        yield subject(record, locate(path, key), key.text, symbol=symbol, links=tuple(_code(path, properties)))
    stated = Resource(
        framework="cloudformation",
        what=what,
        holds=CLOUDFORMATION.get(what, UNSET),
        public=in_template(what, properties),
        parameterised=_has_parameter(properties),
    )
    links = tuple(_links(path, what, key, properties))
    yield subject(stated, locate(path, key), key.text, symbol=f"resource:{path}#{key.text}", links=links)


def _tags(node: Node | None) -> Mapping:
    """Tags in either form as one mapping: of names to values, or a list of both."""
    if isinstance(node, Mapping):
        return node
    items = [one for one in node.items if isinstance(one, Mapping)] if isinstance(node, Sequence) else []
    pairs = [(one.get("Key"), one.get("Value")) for one in items]
    return Mapping(0, 0, 0, 0, tuple((k, v) for k, v in pairs if isinstance(k, Scalar) and v is not None))


def _has_parameter(node: Node) -> bool:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if getattr(one, "tag", None) is not None:
            return True
        if isinstance(one, Mapping):
            if any(key.text in _FUNCTIONS for key, _ in one.entries):
                return True
            waiting += [value for _, value in one.entries]
        elif isinstance(one, Sequence):
            waiting += one.items
    return False


def _links(path: str, what: str, key: Scalar, properties: Mapping) -> Iterator[Link]:
    if what == "AWS::ApplicationAutoScaling::ScalableTarget":
        if plainly(properties.get("ServiceNamespace")) == "sagemaker":
            yield Link("scales", "workload:AWS::SageMaker::EndpointConfig/*", locate(path, key))
    elif what == "AWS::SageMaker::Endpoint":
        routing = properties.get("DeploymentConfig", "BlueGreenUpdatePolicy", "TrafficRoutingConfiguration", "Type")
        rolling = properties.get("DeploymentConfig", "RollingUpdatePolicy")
        if plainly(routing) in ("CANARY", "LINEAR") or rolling is not None:
            yield Link("deploys", "workload:AWS::SageMaker::EndpointConfig/*", locate(path, key))


def _code(path: str, properties: Mapping) -> Iterator[Link]:
    """The file of the handler of a function, by the folder of its code."""
    handler, folder = plainly(properties.get("Handler")), plainly(properties.get("CodeUri"))
    if handler is not None and "." in handler and "$" not in handler:
        file = f"{handler.rpartition('.')[0].replace('.', '/')}.py"
        yield Link("deploys", f"code:script:{posixpath.normpath(posixpath.join(folder or '', file)).lstrip('./')}")
    context = plainly(properties.get("DockerContext"))
    if context is not None and "$" not in context:
        file = posixpath.normpath(posixpath.join(posixpath.dirname(path), context, "Dockerfile"))
        if not file.startswith(".."):
            yield Link("builds", f"file:{file}")


def _variants(what: str, properties: Mapping) -> Deployment:
    found, shadows = (_list(properties.get(key)) for key in ("ProductionVariants", "ShadowProductionVariants"))
    serverless = any(one.get("ServerlessConfig") is not None for one in found)
    managed = any(one.get("ManagedInstanceScaling") is not None for one in found)
    several = len(found) > 1 or bool(shadows)
    return Deployment(
        framework="sagemaker",
        what=what,
        serves_model=True,
        image=None,
        image_pinned=None,
        replicas=UNSET if serverless or not found else number(found[0].get("InitialInstanceCount"), 1),
        scales=serverless or managed if found else UNSET,
        scalable=True,
        rollout="shadow" if shadows else "split" if several else UNSET,
        # How an endpoint is brought up to date stands at the endpoint, which may be in the code that calls.
        stepwise=True if several else UNSET,
        reversible=True,
        probes=("live", "ready"),
        probed=True,
        sized=True,
        requests=("instance",),
        limits=("instance",),
        secured=True,
    )


def _list(node: Node | None) -> list[Mapping]:
    return [one for one in node.items if isinstance(one, Mapping)] if isinstance(node, Sequence) else []


def _function(what: str, properties: Mapping) -> Deployment:
    variables = properties.get("Environment", "Variables")
    named = {key.text: plainly(value) for key, value in variables.entries} if isinstance(variables, Mapping) else {}
    node = properties.get("ImageUri") or properties.get("Code", "ImageUri")
    image = plainly(node)
    found = served(image, "", named)
    preference = plainly(properties.get("DeploymentPreference", "Type"))
    steps: Flag = UNSET if preference is None else preference != "AllAtOnce"
    kept = properties.get("AutoPublishAlias") is not None
    return Deployment(
        framework="lambda",
        what=what,
        serves_model=found.serves,
        image=UNSET if node is not None and image is None else image,
        image_pinned=pinned(image) if node is not None else None,
        model_uri=found.uri,
        model_pinned=fixed(found.uri),
        scales=True,
        scalable=True,
        rollout="canary" if steps is True else UNSET,
        stepwise=steps,
        reversible=True if kept or preference is not None else UNSET,
        probed=False,
        sized=True,
        # The platform gives each function some memory, unless told otherwise.
        requests=("memory",),
        limits=("memory",),
    )


def _task(what: str, properties: Mapping) -> Deployment:
    container = next(iter(_list(properties.get("ContainerDefinitions"))), _NONE)
    image = plainly(container.get("Image"))
    variables = {name: plainly(one.get("Value")) for one in _list(container.get("Environment"))
                 if (name := plainly(one.get("Name"))) is not None}  # fmt: skip
    found = served(image, "", variables)
    sizes = tuple(
        name for name in ("cpu", "memory") if any(one.get(name.title()) is not None for one in (properties, container))
    )
    checked = container.get("HealthCheck") is not None
    return Deployment(
        framework="ecs",
        what=what,
        serves_model=found.serves,
        image=UNSET if image is None else image,
        image_pinned=pinned(image),
        model_uri=found.uri,
        model_pinned=fixed(found.uri),
        scalable=True,
        rollout="rolling",
        stepwise=UNSET,
        reversible=True,
        # A load balancer may ask in its place.
        probes=("live", "ready") if checked else UNSET,
        probed=True,
        sized=True,
        requests=sizes,
        limits=sizes,
    )


_DEPLOYMENTS: dict[str, Callable[[str, Mapping], Deployment]] = {
    "AWS::SageMaker::EndpointConfig": _variants,
    "AWS::Lambda::Function": _function,
    "AWS::Serverless::Function": _function,
    "AWS::ECS::TaskDefinition": _task,
}
