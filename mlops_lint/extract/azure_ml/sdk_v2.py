"""Pipelines of the second SDK for Azure Machine Learning: a decorated function whose calls are the jobs.

Source: azure-ai-ml 1.35.2, azure/ai/ml/dsl/_pipeline_decorator.py and entities/_builders/
"""

import ast
import posixpath
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.azure_ml.places import command_links, named_environment
from mlops_lint.extract.python.made import Frame, Made
from mlops_lint.extract.python.module import Module, symbol_of
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.extract.python.tree import last_name
from mlops_lint.extract.python.uris import HERE
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Subject
from mlops_lint.subjects import Flag, Number, Pipeline, Task, Text, subject

_PIPELINES = frozenset({"azure.ai.ml.dsl.pipeline", "mldesigner.dsl.pipeline"})
_MAKERS = frozenset("command spark parallel_run_function load_component sweep data_transfer import_job".split())
_AUTOML = "azure.ai.ml.automl."
# Methods of the client that give a component which is registered.
_REGISTERED = ("components.get", "components.create_or_update", "components.register")
_PURPOSES = {"sweep": "tune", "automl": "automl"}


class _Job(msgspec.Struct, frozen=True, eq=False):
    """One call in the body of a pipeline, and the call that made what it calls; None = it is not seen."""

    call: Call
    maker: tuple[ast.Call, Frame] | None
    nested: Scope | None


@python
def pipelines(module: Module) -> Iterator[Subject]:
    """Gives the pipelines that a module defines, each followed by its jobs."""
    if "pipeline" not in module.source or not module.roots & {"azure", "mldesigner"}:
        return
    made = Made(module)
    for scope in module.scopes.all:
        decorator = _decorator(module, scope)
        if decorator is not None:
            yield from _pipeline(module, made, scope, decorator)


def _decorator(module: Module, scope: Scope) -> ast.expr | None:
    """The decorator by which a function is a pipeline."""
    for one in getattr(scope.node, "decorator_list", ()) if scope.kind == "function" and scope.parent else ():
        called = one.func if isinstance(one, ast.Call) else one
        if scope.parent is not None and _is_pipeline(module, called, scope.parent):
            return one if isinstance(one, ast.expr) else None
    return None


def _is_pipeline(module: Module, node: ast.expr, scope: Scope) -> bool:
    if module.names.name(node, scope) in _PIPELINES:
        return True
    # The job is often called as the decorator is, further down.
    found = module.names.bindings(node.id, scope) if isinstance(node, ast.Name) else None
    bound = [one for one in (found[0] if found is not None else ()) if isinstance(one, str)]
    return any(one.partition(":")[2] in _PIPELINES for one in bound)


def _pipeline(module: Module, made: Made, scope: Scope, decorator: ast.expr) -> Iterator[Subject]:
    outer = made.frame(scope.parent or module.scopes.module)
    named = made.argument(decorator, outer, "name") if isinstance(decorator, ast.Call) else None
    own = scope.name.rpartition(".")[2]
    name = (made.text(*named) if named is not None else None) or own
    symbol = f"pipeline:{module.path}#{own}"
    schedule = _schedule(module, made, scope)
    record = Pipeline(
        framework="azure-ml",
        schedule=schedule,
        managed=True,
        artifacts=True,
        triggers=("schedule",) if isinstance(schedule, str) else UNSET,
        schedulable=False,
        alertable=False,
        ownable=False,
        parsed=False,
        compiled=False,
    )
    yield subject(record, module.locate(decorator), name, symbol=symbol)
    jobs = list(_jobs(module, made, scope))
    taken: dict[str, int] = {}
    names = {id(job.call.node): _name(job, taken) for job in jobs}
    frame = made.frame(scope)
    for job in jobs:
        found = [made.mentioned(argument, frame, lambda node, _: id(node) in names) for argument in _arguments(job)]
        # What stands further down is of the round before, in a loop.
        start = (job.call.node.lineno, job.call.node.col_offset)
        earlier = [node for some in found for node, _ in some if (node.lineno, node.col_offset) < start]
        inner = [node for some in found for node, _ in some if _within(node, job.call.node)]
        before = dict.fromkeys(names[id(node)] for node in (*earlier, *inner))
        prefix = f"task:{module.path}#{own}."
        links = [Link("part_of", symbol), *(Link("depends_on", f"{prefix}{one}") for one in before)]
        links += _code(module, made, job)
        task = names[id(job.call.node)]
        record_of_job = _task(module, made, job, decorator)
        yield subject(record_of_job, module.locate(job.call.node), task, symbol=f"{prefix}{task}", links=tuple(links))


def _within(node: ast.Call, outer: ast.Call) -> bool:
    """Whether a call is an argument of another."""
    end = (outer.end_lineno or outer.lineno, outer.end_col_offset or 0)
    return (outer.lineno, outer.col_offset) < (node.lineno, node.col_offset) < end


def _arguments(job: _Job) -> list[ast.expr]:
    return [*job.call.node.args, *(one.value for one in job.call.node.keywords)]


def _name(job: _Job, taken: dict[str, int]) -> str:
    """A job is called as the variable that holds it, else as its component."""
    name = job.call.targets[0] if job.call.targets else last_name(job.call.node.func) or "job"
    count = taken[name] = taken.get(name, -1) + 1
    return f"{name}__{count}" if count else name


def _jobs(module: Module, made: Made, scope: Scope) -> Iterator[_Job]:
    """The calls of a pipeline's body that make jobs, in order of the source."""
    frame = made.frame(scope)
    outputs = _with_outputs(scope)
    for call in module.calls:
        if call.scope is not scope:
            continue
        own = made.function(call.node.func, frame)
        if own is not None:
            if _decorator(module, own) is not None or _is_component(module, own):
                yield _Job(call, None, own)
            continue
        maker = _maker(made, call.node, frame)
        if (
            maker is not None
            or call.name.startswith(_AUTOML)
            or (outputs & set(call.targets) and isinstance(call.node.func, ast.Name))
        ):
            yield _Job(call, maker, None)


def _is_component(module: Module, scope: Scope) -> bool:
    for one in getattr(scope.node, "decorator_list", ()):
        called = one.func if isinstance(one, ast.Call) else one
        if scope.parent is not None and module.names.name(called, scope.parent).endswith("command_component"):
            return True
    return False


def _with_outputs(scope: Scope) -> set[str]:
    """The names whose `.outputs` are taken: each is a job."""
    found: set[str] = set()
    for _, used in scope.used:
        node: ast.expr = used
        while isinstance(node, ast.Attribute):
            if node.attr == "outputs" and isinstance(node.value, ast.Name):
                found.add(node.value.id)
            node = node.value
    return found


def _maker(made: Made, node: ast.Call, frame: Frame) -> tuple[ast.Call, Frame] | None:
    for option, where in made.options(node.func, frame):
        if isinstance(option, ast.Call) and option is not node:
            name = made.name(option.func, where)
            of_azure = name.startswith(("azure.ai.ml", "mldesigner")) and name.rpartition(".")[2] in _MAKERS
            if of_azure or ast.unparse(option.func).endswith(_REGISTERED):
                return option, where
    return None


# --- settings and code


def _task(module: Module, made: Made, job: _Job, decorator: ast.expr) -> Task:
    sort = made.name(job.maker[0].func, job.maker[1]).rpartition(".")[2] if job.maker is not None else "component"
    sort = "automl" if job.call.name.startswith(_AUTOML) else sort
    image, pinned = _environment(made, job)
    asked = ("instance",) if _computed(module, made, job, decorator) else UNSET
    nested = job.nested is not None and _decorator(module, job.nested) is not None
    return Task(
        framework="azure-ml",
        operator="pipeline" if nested else sort,
        remote=not nested,
        retryable=False,
        timed=sort == "command",
        timeout=_timeout(module, job) if sort == "command" else UNSET,
        image=image,
        image_pinned=pinned,
        lineage=False,
        cached=_cached(made, job),
        sized=not nested,
        disposable=not nested,
        requests=asked,
        limits=asked,
        purpose=_PURPOSES.get(sort, UNSET),
    )


def _given(made: Made, job: _Job, name: str) -> tuple[ast.expr, Frame] | None:
    return made.argument(*job.maker, name) if job.maker is not None else None


def _text(made: Made, job: _Job, name: str) -> str | None:
    given = _given(made, job, name)
    return made.text(*given) if given is not None else None


def _environment(made: Made, job: _Job) -> tuple[Text, Flag]:
    stated = _text(made, job, "environment")
    if stated is None:
        return UNSET, UNSET
    # What is not known of the name says nothing of its version.
    pinned = named_environment(stated.replace("{", "").replace("}", ""))[1]
    return (UNSET if "{" in stated else stated), pinned


def _timeout(module: Module, job: _Job) -> Number:
    """Seconds; None = the job may run for ever: neither `timeout` nor `set_limits` of its variable says otherwise."""
    if job.maker is not None and any(one.arg in ("timeout", "limits", None) for one in job.maker[0].keywords):
        value = next((one.value for one in job.maker[0].keywords if one.arg == "timeout"), None)
        known = module.values.value(value, job.maker[1].scope) if value is not None else UNSET
        return known if isinstance(known, (int, float)) else UNSET
    for call in module.calls:
        function = call.node.func
        if isinstance(function, ast.Attribute) and function.attr == "set_limits":
            return UNSET
    return None


def _cached(made: Made, job: _Job) -> Flag:
    given = _given(made, job, "is_deterministic")
    if given is not None:
        return given[0].value is True if isinstance(given[0], ast.Constant) else UNSET
    return True if job.maker is not None and made.name(job.maker[0].func, job.maker[1]).endswith(".command") else UNSET


def _computed(module: Module, made: Made, job: _Job, decorator: ast.expr) -> bool:
    """Whether a cluster is named for a job: where it is made, for the pipeline, or by `job.compute = ...`."""
    if isinstance(decorator, ast.Call) and any(one.arg in ("compute", "default_compute") for one in decorator.keywords):
        return True
    if _given(made, job, "compute") is not None or _given(made, job, "instance_type") is not None:
        return True
    return any(target.attr in ("compute", "default_compute", "resources") for target, _, _ in module.scopes.settings)


def _code(module: Module, made: Made, job: _Job) -> Iterator[Link]:
    if job.nested is not None:
        if _decorator(module, job.nested) is not None:
            yield Link("triggers", f"pipeline:{module.path}#{job.nested.name.rpartition('.')[2]}")
        else:
            yield Link("starts", symbol_of(job.nested))
        return
    source = _text(made, job, "source") or _text(made, job, "path") or _positional(made, job)
    if source is not None and source.endswith((".yml", ".yaml")) and "{" not in source:
        yield _runs(source)
    command, code = _text(made, job, "command"), _text(made, job, "code")
    if command is None or code is None or "{" in code or "://" in code:
        return
    if code.startswith(HERE):
        yield from command_links(command, posixpath.normpath(code.removeprefix(HERE)))
        return
    for link in command_links(command, None):
        if link.symbol.startswith("path:"):
            yield _runs(posixpath.join(code, link.symbol.removeprefix("path:")))
        else:
            yield link


def _positional(made: Made, job: _Job) -> str | None:
    """`load_component("train.yml")`."""
    if job.maker is None or not job.maker[0].args:
        return None
    return made.text(job.maker[0].args[0], job.maker[1])


def _runs(path: str) -> Link:
    if path.startswith(HERE):
        return Link("runs", f"file:{posixpath.normpath(path.removeprefix(HERE))}")
    return Link("runs", f"path:{posixpath.normpath(path)}")


def _schedule(module: Module, made: Made, scope: Scope) -> Text:
    """`JobSchedule(trigger=CronTrigger(expression="0 3 * * *"), create_job=job)` of a job that the pipeline makes."""
    for call in module.calls:
        if not call.name.endswith(".JobSchedule"):
            continue
        frame = made.frame(call.scope)
        job = made.argument(call.node, frame, "create_job")
        options = made.options(*job) if job is not None else []
        if not any(isinstance(one, ast.Call) and made.function(one.func, where) is scope for one, where in options):
            continue
        trigger = made.argument(call.node, frame, "trigger")
        for one, where in made.options(*trigger) if trigger is not None else ():
            if isinstance(one, ast.Call):
                given = [made.argument(one, where, word) for word in ("expression", "interval", "frequency")]
                texts = [made.text(*found) or ast.unparse(found[0]) for found in given if found is not None]
                return texts[0] if given[0] is not None and texts else f"every {' '.join(texts)}"
    return UNSET
