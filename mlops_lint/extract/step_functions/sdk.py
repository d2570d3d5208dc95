"""Workflows of the data science SDK for Step Functions to pipelines and tasks.

Source: stepfunctions 2.3.0, src/stepfunctions/steps/{states,compute,sagemaker,service}.py and workflow/stepfunctions.py
"""

import ast
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.python.made import Frame, Made
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.registry import python
from mlops_lint.extract.step_functions.tasks import ATTEMPTS, INTERVAL, LAMBDA, RATE
from mlops_lint.model import Link, Subject
from mlops_lint.subjects import Number, Pipeline, Task, subject

# States that do no work of their own.
_IDLE = frozenset({"Pass", "Succeed", "Fail", "Wait", "Choice", "Parallel", "Map"})
_STATES = _IDLE | {"Task"}
_NO_STEPS = frozenset({"Retry", "Catch", "Chain", "ChoiceRule", "Rule", "State"})
_ENDLESS = frozenset({"BatchSubmitJobStep", "EcsRunTaskStep", "EksRunJobStep"})
_PURPOSES = {
    "TrainingStep": "train",
    "TuningStep": "tune",
    "TransformStep": "predict",
    "EndpointStep": "deploy",
    "EndpointConfigStep": "deploy",
}
# The methods that lead from a state to others, with the argument that names these and its place.
_LEADS = {
    "next": ("next_step", 0),
    "add_choice": ("next_step", 1),
    "default_choice": ("next_step", 0),
    "add_branch": ("branch", 0),
    "attach_iterator": ("iterator", 0),
}
_ARGUMENTS = ("iterator", "branches")
MOST = 500


class Step:
    """One state of a workflow."""

    __slots__ = ("frame", "leads", "name", "node", "sort")

    def __init__(self, node: ast.Call, frame: Frame, sort: str, name: str) -> None:
        self.node = node
        self.frame = frame
        self.sort = sort
        self.name = name
        self.leads: list[Step] = []
        """The states that may follow."""


@python
def workflows(module: Module) -> Iterator[Subject]:
    """Gives the workflows that a module makes, each followed by its states."""
    if "stepfunctions" not in module.roots or "Workflow" not in module.source:
        return
    reader = _Reader(module)
    for call in module.calls:
        if _of_sdk(call.name) == "Workflow":
            frame = reader.made.frame(call.scope)
            definition = reader.made.argument(call.node, frame, "definition", 1)
            given = reader.made.argument(call.node, frame, "name", 0)
            name = (reader.made.text(*given) if given is not None else None) or "workflow"
            found = reader.reached(*definition) if definition is not None else []
            yield from _workflow(reader, call.node, name, found)


def _of_sdk(name: str) -> str:
    return name.rpartition(".")[2] if name.startswith("stepfunctions.") else ""


def _is_step(name: str) -> bool:
    last = _of_sdk(name)
    return last in _STATES or (last.endswith("Step") and last not in _NO_STEPS)


def _workflow(reader: "_Reader", node: ast.Call, name: str, found: list[Step]) -> Iterator[Subject]:
    module = reader.module
    records = {step: reader.task(step) for step in found}
    told = any(record.alerts is True for record in records.values())
    symbol = f"pipeline:{module.path}#{name}"
    record = Pipeline(
        framework="step-functions", managed=True, alerts=True if told else UNSET, schedulable=False, parsed=False
    )
    yield subject(record, module.locate(node), name, symbol=symbol)
    taken: dict[str, int] = {}
    symbols: dict[Step, str] = {}
    for step in found:
        count = taken[step.name] = taken.get(step.name, -1) + 1
        symbols[step] = f"task:{module.path}#{name}.{step.name}" + (f"__{count}" if count else "")
    for step in found:
        before = (Link("depends_on", symbols[one]) for one in found if step in one.leads and one is not step)
        links = (Link("part_of", symbol), *before)
        yield subject(records[step], module.locate(step.node), step.name, symbol=symbols[step], links=links)


class _Reader:
    """Finds the states of one module, and what leads from one to another."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.made = Made(module)
        self._steps: dict[tuple[int, int], Step] = {}
        self._receivers: dict[str, dict[int, list[tuple[ast.Call, Frame]]]] = {}
        self._methods: dict[str, list[tuple[ast.Call, Frame]]] = {}
        for call in module.calls:
            if isinstance(call.node.func, ast.Attribute):
                self._methods.setdefault(call.node.func.attr, []).append((call.node, self.made.frame(call.scope)))

    def reached(self, node: ast.expr, frame: Frame) -> list[Step]:
        """Gives the states of a definition in the order in which they are met."""
        waiting = self.chain(node, frame)
        found: list[Step] = []
        while waiting and len(found) < MOST:
            step = waiting.pop(0)
            if step not in found:
                found.append(step)
                self._follow(step)
                waiting += step.leads
        return found

    def chain(self, node: ast.expr, frame: Frame) -> list[Step]:
        """Gives the states of a chain, each leading to the next; of a single state itself."""
        found: list[Step] = []
        for call, where in self.made.mentioned(node, frame, self._wanted):
            steps = [self._step(call, where)] if _is_step(self._name(call, where)) else self._of_chain(call, where)
            if found and steps and steps[0] not in found[-1].leads and self._is_list(node, frame):
                found[-1].leads.append(steps[0])
            found += steps
        return found

    def _of_chain(self, call: ast.Call, frame: Frame) -> list[Step]:
        given = self.made.argument(call, frame, "steps", 0)
        return self.chain(*given) if given is not None else []

    def _is_list(self, node: ast.expr, frame: Frame) -> bool:
        return all(isinstance(one, (ast.List, ast.BinOp)) for one, _ in self.made.options(node, frame))

    def _wanted(self, node: ast.Call, frame: Frame) -> bool:
        name = self._name(node, frame)
        return _is_step(name) or _of_sdk(name) == "Chain"

    def _name(self, node: ast.Call, frame: Frame) -> str:
        return self.made.name(node.func, frame)

    def _step(self, node: ast.Call, frame: Frame) -> Step:
        key = (id(node), id(frame))
        if key not in self._steps:
            given = self.made.argument(node, frame, "state_id", 0)
            name = self.made.text(*given) if given is not None else None
            sort = _of_sdk(self._name(node, frame))
            self._steps[key] = Step(node, frame, sort, name or sort)
        return self._steps[key]

    def _follow(self, step: Step) -> None:
        """Finds what a state leads to by its methods, catchers, branches and iterator."""
        for method, (word, place) in _LEADS.items():
            for call, frame in self._of_method(method, step):
                self._lead(step, call, frame, word, place)
        for catch, frame in self._blocks(step, "Catch", "catch", "add_catch"):
            self._lead(step, catch, frame, "next_step", 1)
        for word in _ARGUMENTS:
            self._lead(step, step.node, step.frame, word, None)

    def _lead(self, step: Step, call: ast.Call, frame: Frame, word: str, place: int | None) -> None:
        given = self.made.argument(call, frame, word, place)
        found = self.chain(*given) if given is not None else []
        if found and found[0] not in step.leads:
            step.leads.append(found[0])

    def _of_method(self, method: str, step: Step) -> list[tuple[ast.Call, Frame]]:
        """The calls of a method on a state."""
        if method not in self._receivers:
            found: dict[int, list[tuple[ast.Call, Frame]]] = {}
            for call, frame in self._methods.get(method, ()):
                function = call.func
                receivers = self.made.options(function.value, frame) if isinstance(function, ast.Attribute) else []
                for node, _ in receivers:
                    found.setdefault(id(node), []).append((call, frame))
            self._receivers[method] = found
        return self._receivers[method].get(id(step.node), [])

    def _blocks(self, step: Step, sort: str, argument: str, method: str) -> list[tuple[ast.Call, Frame]]:
        """The retriers or catchers of a state."""
        given = self.made.argument(step.node, step.frame, argument)
        places = [given] if given is not None else []
        places += [(call.args[0], frame) for call, frame in self._of_method(method, step) if call.args]
        found: list[tuple[ast.Call, Frame]] = []
        for place in places:
            found += self.made.mentioned(*place, lambda node, frame: _of_sdk(self._name(node, frame)) == sort)
        return found

    def task(self, step: Step) -> Task:
        """Gives the settings of a state."""
        works = step.sort not in _IDLE
        retriers = self._blocks(step, "Retry", "retry", "add_retry") if works else []
        attempts = [self._number(*one, "max_attempts", ATTEMPTS) for one in retriers]
        delays = [self._number(*one, "interval_seconds", INTERVAL) for one in retriers]
        rates = [self._number(*one, "backoff_rate", RATE) for one in retriers]
        catchers = self._blocks(step, "Catch", "catch", "add_catch") if works else []
        told = any(self._tells(*one) for one in catchers)
        return Task(
            framework="step-functions",
            operator=step.sort,
            remote=works,
            retryable=works,
            retries=max(attempts, default=0) if works else UNSET,
            retry_delay=max(delays) if delays else UNSET,
            backoff=any(rate > 1 for rate in rates) if rates else UNSET,
            timed=works,
            timeout=self._timeout(step) if works else UNSET,
            lineage=False,
            alerts=True if told else UNSET,
            purpose=_PURPOSES.get(step.sort, UNSET),
        )

    def _number(self, call: ast.Call, frame: Frame, name: str, default: float) -> float:
        given = self.made.argument(call, frame, name)
        value = self.module.values.value(given[0], given[1].scope) if given is not None else default
        return value if isinstance(value, (int, float)) else default

    def _timeout(self, step: Step) -> Number:
        given = self.made.argument(step.node, step.frame, "timeout_seconds")
        if given is not None:
            value = self.module.values.value(given[0], given[1].scope)
            return value if isinstance(value, (int, float)) else UNSET
        waits = self.made.argument(step.node, step.frame, "wait_for_callback") is not None
        if step.sort in _ENDLESS or waits or (step.sort == "Task" and ":activity:" in ast.unparse(step.node)):
            return None
        return LAMBDA if step.sort == "LambdaStep" else UNSET

    def _tells(self, catch: ast.Call, frame: Frame) -> bool:
        given = self.made.argument(catch, frame, "next_step", 1)
        return given is not None and any(one.sort == "SnsPublishStep" for one in self.chain(*given))
