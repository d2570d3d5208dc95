"""A state of a machine to a task with the settings that take effect.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html and
https://docs.aws.amazon.com/step-functions/latest/dg/sfn-stuck-execution.html
"""

from msgspec import UNSET

from mlops_lint.extract.step_functions.states import State
from mlops_lint.parse.image import reference
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, text
from mlops_lint.subjects import Flag, Number, Task, Text

# What a retrier does that does not say how often, how late, and how much later each time.
ATTEMPTS, INTERVAL, RATE = 3, 1, 2.0
# A function of Lambda is ended after fifteen minutes at the latest.
LAMBDA = 900
# What the state starts may wait for ever: an activity, a token, a container that nobody gave a limit.
_ENDLESS = ("waitForTaskToken", ":activity:", ":ecs:runTask.sync", ":batch:submitJob.sync", ":eks:runJob.sync")
_CALLS = ("arn:aws:states:::lambda:", "arn:aws:lambda:", "arn:${AWS::Partition}:states:::lambda:")
_TELLS = (":sns:publish", ":ses:", ":sesv2:", ":chatbot:")
_PURPOSES = (
    ("createtrainingjob", "train"),
    ("createhyperparametertuningjob", "tune"),
    ("createautomljob", "automl"),
    ("createtransformjob", "predict"),
    ("createmodelpackage", "register"),
    ("createendpoint", "deploy"),
    ("updateendpoint", "deploy"),
)


def task(state: State, root: Mapping, named: dict[str, State]) -> Task:
    """Gives the settings of a state, its own and those of what stands around it."""
    works = state.sort == "Task"
    image = text(_argument(state, "AlgorithmSpecification", "TrainingImage"))
    image = text(_argument(state, "AppSpecification", "ImageUri")) if image is None else image
    resource = _resource(state)
    return Task(
        framework="step-functions",
        operator=_operator(state, resource),
        remote=works,
        retryable=works,
        retries=_retries(state) if works else UNSET,
        retry_delay=_delay(state) if works else UNSET,
        backoff=_backoff(state) if works else UNSET,
        timed=works,
        timeout=_timeout(state, root, resource) if works else UNSET,
        image=image if image is not None and "$" not in image else UNSET,
        image_pinned=reference(image).pinned if image is not None else UNSET,
        lineage=False,
        alerts=True if works and _told(state, named) else UNSET,
        purpose=next((what for word, what in _PURPOSES if word in resource.lower()), UNSET) if works else UNSET,
    )


def tells(state: State) -> bool:
    """Says whether a state tells somebody something."""
    resource = _resource(state)
    return any(word in resource for word in _TELLS)


def _resource(state: State) -> str:
    """The address of what a state calls; that of a function in the same template by the name of its resource."""
    node = state.node.get("Resource")
    if isinstance(node, Mapping):
        node = node.entries[0][1] if node.entries else None
    if isinstance(node, Sequence):
        node = node.items[0] if node.items else None
    return text(node) or ""


def _operator(state: State, resource: str) -> Text:
    if state.sort != "Task":
        return state.sort or UNSET
    return resource.partition(":::")[2] or ("lambda" if _is_function(resource) else "Task")


def _is_function(resource: str) -> bool:
    """Whether it is a function of Lambda; `${TrainFunction.Arn}` says so by its name."""
    named = resource.startswith(("${", "!")) or ":" not in resource
    return resource.startswith(_CALLS) or (named and ("lambda" in resource.lower() or "function" in resource.lower()))


def _argument(state: State, *keys: str) -> Node | None:
    for word in ("Parameters", "Arguments"):
        found = state.node.get(word, *keys)
        if found is not None:
            return found
    return None


def _retriers(state: State) -> list[Mapping]:
    """The retriers of a state, or of the nearest state around it that has any."""
    current: State | None = state
    while current is not None:
        found = current.node.get("Retry")
        known = [one for one in found.items if isinstance(one, Mapping)] if isinstance(found, Sequence) else []
        if known:
            return known
        current = current.around
    return []


def _number(node: Node | None, default: float) -> float | None:
    """The number of a field; None = it cannot be known."""
    if node is None:
        return default
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _retries(state: State) -> Number:
    found = [_number(one.get("MaxAttempts"), ATTEMPTS) for one in _retriers(state)]
    known = [one for one in found if one is not None]
    return max(known) if known and max(known) > 0 else UNSET if len(known) < len(found) else 0


def _delay(state: State) -> Number:
    found = [_number(one.get("IntervalSeconds"), INTERVAL) for one in _retriers(state)]
    known = [one for one in found if one is not None]
    return max(known) if known else UNSET


def _backoff(state: State) -> Flag:
    found = [_number(one.get("BackoffRate"), RATE) for one in _retriers(state)]
    known = [one for one in found if one is not None]
    return any(one > 1 for one in known) if known else UNSET


def _timeout(state: State, root: Mapping, resource: str) -> Number:
    """How long a state may take; None = for ever, UNSET where what it starts has a limit that we do not see."""
    if state.node.get("TimeoutSecondsPath") is not None:
        return UNSET
    stated = state.node.get("TimeoutSeconds")
    outer = root.get("TimeoutSeconds")
    limit = _argument(state, "StoppingCondition", "MaxRuntimeInSeconds")
    for node in (stated, outer, limit):
        if node is not None:
            return UNSET if (found := _number(node, 0)) is None else found
    if any(word in resource for word in _ENDLESS):
        return None
    return LAMBDA if _is_function(resource) else UNSET


def _told(state: State, named: dict[str, State]) -> bool:
    """Whether a failure that a state catches leads to one that tells somebody."""
    current: State | None = state
    while current is not None:
        found = current.node.get("Catch")
        for one in found.items if isinstance(found, Sequence) else ():
            name = text(one.get("Next")) if isinstance(one, Mapping) else None
            for _ in range(3):
                handler = named.get(name) if name is not None else None
                if handler is None:
                    break
                if tells(handler):
                    return True
                name = handler.next[0] if handler.next else None
        current = current.around
    return False
