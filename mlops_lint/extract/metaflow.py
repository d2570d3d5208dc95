"""Flows of Metaflow to pipelines, and their steps to tasks.

Source: metaflow 2.19.39 (`metaflow/flowspec.py`, `metaflow/plugins/*_decorator.py`, `metaflow/metaflow_config.py`),
https://docs.metaflow.org/metaflow/basics
"""

import ast
from collections.abc import Iterator

import msgspec
from msgspec import UNSET, UnsetType

from mlops_lint.extract.python.flows.records import Settings
from mlops_lint.extract.python.flows.settings import is_given, meant, number, settings_of, text, value
from mlops_lint.extract.python.module import Module, symbol_of
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.image import reference
from mlops_lint.subjects import Flag, Number, Pipeline, Task, Text, Texts, subject

_FLOW = "metaflow.FlowSpec"
# Decorators that send a step to a cluster.
_REMOTE = ("kubernetes", "batch", "titus", "slurm")
_SIZES = {"cpu": "cpu", "memory": "memory", "gpu": "gpu"}
_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600}
_DAY = 86_400
# DEFAULT_RUNTIME_LIMIT ends a step on a cluster after five days.
_LIMIT = 5 * _DAY
_RETRIES = 3
_MINUTES = 2

Decorators = dict[str, Settings]


class Step(msgspec.Struct, frozen=True):
    """A step with its decorators; `after` are steps that go on with it."""

    name: str
    scope: Scope
    node: ast.AST
    decorators: Decorators
    after: dict[str, None]


@python
def metaflow(module: Module) -> Iterator[Subject]:
    """Gives each flow of a file, followed by its steps."""
    if "metaflow" not in module.roots or "FlowSpec" not in module.source:
        return
    for scope in module.scopes.all:
        if _is_flow(module, scope):
            steps = _steps(module, scope)
            if steps:
                yield from _flow(module, scope, steps)


def _is_flow(module: Module, scope: Scope) -> bool:
    if not isinstance(scope.node, ast.ClassDef):
        return False
    around = scope.parent or module.scopes.module
    direct = (meant(module, base, around) for base in scope.node.bases)
    return _FLOW in direct or _FLOW in module.names.bases(scope.name)


def _decorators(module: Module, scope: Scope) -> dict[str, tuple[ast.AST, Settings]]:
    """Gives the decorators of Metaflow on a class or method, with what they are given."""
    found: dict[str, tuple[ast.AST, Settings]] = {}
    for node in getattr(scope.node, "decorator_list", ()):
        call = node if isinstance(node, ast.Call) else None
        around = scope.parent or module.scopes.module
        name = meant(module, node if call is None else call.func, around)
        if name.startswith("metaflow."):
            given = Settings() if call is None else settings_of(call, around)
            found[name.rpartition(".")[2]] = node, given
    return found


def _steps(module: Module, flow: Scope) -> dict[str, Step]:
    """Gives the steps of a flow, those of its bases in the file too, with their order."""
    owners = [flow, *(one for base in module.names.bases(flow.name) if (one := module.names.scope(base)) is not None)]
    found: dict[str, Step] = {}
    for owner in owners:
        for scope in module.scopes.all:
            name = scope.name.rpartition(".")[2]
            if scope.parent is owner and scope.kind == "function" and name not in found:
                decorators = _decorators(module, scope)
                if "step" in decorators:
                    first = next(iter(decorators.values()))[0]
                    plain = {key: given for key, (_, given) in decorators.items()}
                    found[name] = Step(name, scope, first, plain, {})
    _order(module, found)
    return found


def _order(module: Module, steps: dict[str, Step]) -> None:
    """`self.next(...)` says what comes after; a switch may also go back, which is no order."""
    scopes = {id(step.scope): step for step in steps.values()}
    switches: list[tuple[Step, str]] = []
    for call in module.calls:
        step, function = scopes.get(id(call.scope.holder)), call.node.func
        if step is None or not isinstance(function, ast.Attribute) or function.attr != "next":
            continue
        if not isinstance(function.value, ast.Name) or function.value.id != step.scope.receiver:
            continue
        for argument in call.node.args:
            if isinstance(argument, ast.Attribute) and argument.attr in steps:
                steps[argument.attr].after[step.name] = None
            elif isinstance(argument, ast.Dict):
                names = [one.attr for one in argument.values if isinstance(one, ast.Attribute)]
                switches += [(step, name) for name in names if name in steps]
    for step, name in switches:
        if name not in _before(step.name, steps):
            steps[name].after[step.name] = None


def _before(name: str, steps: dict[str, Step]) -> set[str]:
    found: set[str] = set()
    pending = [name]
    while pending:
        current = pending.pop()
        if current not in found:
            found.add(current)
            pending.extend(steps[current].after)
    return found


def _flow(module: Module, flow: Scope, steps: dict[str, Step]) -> Iterator[Subject]:
    decorators = {name: given for name, (_, given) in _decorators(module, flow).items()}
    name = flow.name.rpartition(".")[2]
    symbol = f"pipeline:{module.path}#{name}"
    schedule = _schedule(module, decorators)
    events = [one for one in ("trigger", "trigger_on_finish") if one in decorators]
    hook = decorators.get("exit_hook")
    record = Pipeline(
        framework="metaflow",
        schedule=schedule,
        managed=True,
        artifacts=True,
        triggers=(*(["schedule"] if schedule is not None else []), *(["event"] if events else [])),
        schedulable=True,
        ownable=False,
        alerts=is_given(hook, "on_error") if hook is not None else False,
        alertable=True,
        parsed=False,
        compiled=False,
        defined=True,
    )
    yield subject(record, _first(module, flow.node), name, symbol=symbol)
    prefix = f"task:{module.path}#{name}"
    for step in steps.values():
        links = [Link("part_of", symbol), *(Link("depends_on", f"{prefix}.{one}") for one in step.after)]
        links.append(Link("starts", symbol_of(step.scope)))
        record_of_step = _task(module, step, decorators)
        yield subject(record_of_step, _first(module, step.node), step.name, symbol=f"{prefix}.{step.name}",
                      links=tuple(links))  # fmt: skip


def _first(module: Module, node: ast.AST) -> Location:
    found = module.locate(node)
    if found.end_line == found.line:
        return found
    return Location(found.path, found.line, found.column, found.line, found.column + 1, found.cell, found.cell_line)


def _schedule(module: Module, decorators: Decorators) -> Text:
    """Gives when a flow runs once it is deployed; the bare decorator means daily."""
    given = decorators.get("schedule")
    if given is None:
        return None
    cron = text(module, given, "cron")
    if cron is not None:
        return cron
    for name in ("hourly", "weekly", "daily"):
        if value(module, given, name) is True:
            return f"@{name}"
    return "@daily" if given.complete and not given.entries else UNSET


def _task(module: Module, step: Step, flow: Decorators) -> Task:
    own = step.decorators
    cluster = next((own[name] for name in _REMOTE if name in own), None)
    packages = _packages(own, flow)
    image = text(module, cluster, "image") if cluster is not None else None
    return Task(
        framework="metaflow",
        operator="@step",
        remote=True if cluster is not None else UNSET,
        retryable=True,
        retries=number(module, own["retry"], "times", _RETRIES) if "retry" in own else 0,
        retry_delay=_delay(module, own),
        backoff=False,
        timed=True,
        timeout=_timeout(module, own, cluster is not None),
        ignores_failure="catch" in own,
        cached=False,
        image=image,
        image_pinned=reference(image).pinned if isinstance(image, str) else None if image is None else UNSET,
        packages=packages,
        packages_pinned=_pinned(packages),
        sized=cluster is not None or "resources" in own,
        requests=_requests([one for one in (cluster, own.get("resources")) if one is not None]),
        lineage=False,
        manual=False,
    )


def _delay(module: Module, own: Decorators) -> Number:
    if "retry" not in own:
        return 0
    minutes = number(module, own["retry"], "minutes_between_retries", _MINUTES)
    return minutes * 60 if isinstance(minutes, (int, float)) else UNSET


def _timeout(module: Module, own: Decorators, cluster: bool) -> Number:
    """Gives the seconds after which a step is ended: the sum of what its decorator says."""
    given = own.get("timeout")
    if given is None:
        return _LIMIT if cluster else None
    parts = [(number(module, given, name, 0), factor) for name, factor in _UNITS.items()]
    known = [count * factor for count, factor in parts if isinstance(count, (int, float))]
    if len(known) < len(parts):
        return UNSET
    return sum(known) or None


def _requests(given: list[Settings]) -> Texts:
    if not all(one.complete for one in given):
        return UNSET
    return tuple(sorted({_SIZES[name] for one in given for name in one.entries if name in _SIZES}))


def _packages(own: Decorators, flow: Decorators) -> Texts:
    """Gives what a step and its flow install, as requirements."""
    found: dict[str, None] = {}
    for settings in (own.get("pypi"), own.get("conda"), flow.get("pypi_base"), flow.get("conda_base")):
        if settings is None:
            continue
        for name in ("packages", "libraries"):
            given = settings.entries.get(name)
            listed = _listed(given[0]) if given is not None else {}
            if listed is None:
                return UNSET
            found |= listed
    return tuple(found)


def _listed(node: ast.expr) -> dict[str, None] | None:
    """Gives `{"pandas": "2.1"}` as requirements; None = not all of it is known."""
    if not isinstance(node, ast.Dict):
        return None
    found: dict[str, None] = {}
    for key, version in zip(node.keys, node.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(version, ast.Constant):
            return None
        name, stated = str(key.value), str(version.value)
        operator = "" if not stated or stated[0] in "<>=!~" else "=="
        found[f"{name}{operator}{stated}"] = None
    return found


def _pinned(packages: Texts) -> Flag:
    if isinstance(packages, UnsetType):
        return UNSET
    return all("==" in one and "*" not in one for one in packages) if packages else None
