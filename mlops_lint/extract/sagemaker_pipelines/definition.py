"""The JSON definition of a pipeline of SageMaker to a pipeline and its tasks.

Source: https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/
"""

from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.registry import trees
from mlops_lint.extract.sagemaker_pipelines.names import ATTEMPTS, DAY
from mlops_lint.model import Link, Subject
from mlops_lint.parse.image import reference
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, strings, text
from mlops_lint.subjects import Number, Pipeline, Task, subject

VERSION = "2020-12-01"
# Steps that do no work of their own, and those that a job does, which can be tried again.
_IDLE = frozenset({"Condition", "Fail"})
_JOBS = frozenset({"Processing", "Training", "Transform", "Tuning", "Model", "RegisterModel", "AutoML", "EMR"})
_TIMED = frozenset({"Processing", "Training"})
_SIZED = frozenset({"Processing", "Training", "Transform", "Tuning", "AutoML", "QualityCheck", "ClarifyCheck"})
_PURPOSES = {
    "Training": "train",
    "AutoML": "automl",
    "Tuning": "tune",
    "Transform": "predict",
    "RegisterModel": "register",
}
_IMAGES = (("AlgorithmSpecification", "TrainingImage"), ("AppSpecification", "ImageUri"))
# Nodes looked at in the arguments of one step.
_MOST = 5_000


@trees("*.json", word=b'"2020-12-01"')
def definition(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the pipeline and its steps, those in the branches of a condition too."""
    root = documents[0] if documents else None
    if not isinstance(root, Mapping) or text(root.get("Version")) != VERSION:
        return
    found = [(step, within) for step, within in _steps(root.get("Steps")) if text(step.get("Type")) is not None]
    key = root.key("Steps")
    if not found or key is None:
        return
    name = path.rpartition("/")[2].removesuffix(".json")
    record = Pipeline(
        framework="sagemaker-pipelines", managed=True, artifacts=True, compiled=True, schedulable=False, parsed=False
    )
    yield subject(record, locate(path, key), name, symbol=f"pipeline:{path}")
    names = {text(step.get("Name")) for step, _ in found}
    for step, within in found:
        own = text(step.get("Name"))
        before = [*([within] if within else []), *strings(step.get("DependsOn")), *_taken(step.get("Arguments"))]
        order = (
            Link("depends_on", f"task:{path}#{one}") for one in dict.fromkeys(before) if one in names and one != own
        )
        links = (Link("part_of", f"pipeline:{path}"), *order)
        yield subject(_task(step), locate(path, step), own or "", symbol=f"task:{path}#{own}", links=links)


def _steps(node: Node | None) -> Iterator[tuple[Mapping, str | None]]:
    """The steps with the condition that each stands in."""
    waiting: list[tuple[Node | None, str | None]] = [(node, None)]
    while waiting:
        one, within = waiting.pop(0)
        for step in one.items if isinstance(one, Sequence) else ():
            if isinstance(step, Mapping):
                yield step, within
                held = (step.get("Arguments", branch) for branch in ("IfSteps", "ElseSteps"))
                waiting += [(branch, text(step.get("Name"))) for branch in held]


def _taken(arguments: Node | None) -> Iterator[str]:
    """The names of the steps whose output is taken: `{"Get": "Steps.Train.ModelArtifacts"}`."""
    waiting: list[Node | None] = [arguments]
    for _ in range(_MOST):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, Sequence):
            waiting += node.items
        elif isinstance(node, Mapping):
            for key, value in node.entries:
                found = text(value) if key.text == "Get" else None
                if found is not None and found.startswith("Steps."):
                    yield found.split(".")[1].partition("[")[0]
                elif key.text not in ("IfSteps", "ElseSteps"):
                    waiting.append(value)


def _task(step: Mapping) -> Task:
    sort = text(step.get("Type")) or ""
    retryable = sort in _JOBS
    arguments = step.get("Arguments")
    given = [text(arguments.get(*keys)) for keys in _IMAGES] if isinstance(arguments, Mapping) else []
    image = next((one for one in given if one is not None), None)
    return Task(
        framework="sagemaker-pipelines",
        operator=sort,
        remote=sort not in _IDLE,
        retryable=retryable,
        retries=_retries(step.get("RetryPolicies")) if retryable else UNSET,
        timed=sort in _TIMED,
        timeout=_timeout(step.get("Arguments", "StoppingCondition", "MaxRuntimeInSeconds"))
        if sort in _TIMED
        else UNSET,
        image=image if image is not None else UNSET,
        image_pinned=reference(image).pinned if image is not None else UNSET,
        lineage=False,
        cached=_enabled(step.get("CacheConfig", "Enabled")),
        sized=sort in _SIZED,
        disposable=sort in _SIZED,
        requests=("instance",) if sort in _SIZED else UNSET,
        limits=("instance",) if sort in _SIZED else UNSET,
        purpose=_PURPOSES.get(sort, UNSET),
    )


def _retries(node: Node | None) -> Number:
    policies = node.items if isinstance(node, Sequence) else ()
    found = [one.get("MaxAttempts") for one in policies if isinstance(one, Mapping)]
    known = [one.value if isinstance(one, Scalar) and isinstance(one.value, int) else ATTEMPTS for one in found]
    return max(known, default=0)


def _timeout(node: Node | None) -> Number:
    if node is None:
        return DAY
    return node.value if isinstance(node, Scalar) and isinstance(node.value, int) else UNSET


def _enabled(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.value is True
