"""Pipelines of the first SDK for Azure Machine Learning: steps that are joined by the data they hand on.

Source: https://learn.microsoft.com/python/api/azureml-pipeline-steps/azureml.pipeline.steps
"""

import ast
import posixpath
from collections.abc import Iterator
from itertools import pairwise

from msgspec import UNSET

from mlops_lint.extract.python.made import Frame, Made
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.uris import HERE
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Location, Subject
from mlops_lint.subjects import Flag, Pipeline, Task, Text, subject

_PURPOSES = {"AutoMLStep": "automl", "HyperDriveStep": "tune"}
# What is handed from step to step.
_DATA = frozenset(
    "PipelineData DataReference OutputFileDatasetConfig OutputTabularDatasetConfig PipelineOutputFileDataset "
    "PipelineOutputTabularDataset OutputDatasetConfig HDFSOutputDatasetConfig OutputPortBinding TrainingOutput".split()
)
_WRITES = ("outputs", "output", "outputs_map", "destination_data_reference")
# Of a step, or of the object that one of these arguments is: where its code lies.
_HOLDERS = ("estimator", "parallel_run_config", "hyperdrive_config", "run_config", "estimator_config")
_SCRIPTS = ("script_name", "entry_script", "python_script_name", "script", "file")
_FOLDERS = ("source_directory",)
_COMPUTE = ("compute_target", "aml_compute", "runconfig", "estimator", "parallel_run_config", "synapse_compute")


class Step:
    """One step: the call that makes it."""

    __slots__ = ("before", "frame", "name", "node", "sort")

    def __init__(self, node: ast.Call, frame: Frame, sort: str, name: str) -> None:
        self.node = node
        self.frame = frame
        self.sort = sort
        self.name = name
        self.before: list[Step] = []


@python
def pipelines(module: Module) -> Iterator[Subject]:
    """Gives the pipelines that a module makes, each followed by its steps."""
    if "azureml" not in module.roots or "Pipeline(" not in module.source:
        return
    reader = _Reader(module)
    calls = [call for call in module.calls if _is_pipeline(call.name)]
    for number, call in enumerate(calls):
        frame = reader.made.frame(call.scope)
        given = reader.made.argument(call.node, frame, "steps", 1)
        steps = reader.steps(*given) if given is not None else []
        name = call.targets[0] if call.targets else call.scope.name.rpartition(".")[2]
        symbol = f"pipeline:{module.path}#{name}" + (f"__{number}" if number else "")
        yield from _pipeline(reader, symbol, name, module.locate(call.node), steps, alone=len(calls) == 1)


def _is_pipeline(name: str) -> bool:
    return name.startswith("azureml.pipeline.core") and name.endswith(".Pipeline")


def _pipeline(
    reader: "_Reader", symbol: str, name: str, location: Location, steps: list[Step], *, alone: bool
) -> Iterator[Subject]:
    schedule = reader.schedule() if alone else UNSET
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
    yield subject(record, location, name, symbol=symbol)
    taken: dict[str, int] = {}
    symbols: dict[Step, str] = {}
    for step in steps:
        count = taken[step.name] = taken.get(step.name, -1) + 1
        symbols[step] = f"task:{symbol.partition(':')[2]}.{step.name}" + (f"__{count}" if count else "")
    for step in steps:
        before = (Link("depends_on", symbols[one]) for one in step.before if one in symbols)
        links = (Link("part_of", symbol), *before, *reader.code(step))
        yield subject(reader.task(step), reader.module.locate(step.node), step.name, symbol=symbols[step], links=links)


class _Reader:
    """Finds the steps of one module."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.made = Made(module)
        self._steps: dict[tuple[int, int], Step] = {}

    def steps(self, node: ast.expr, frame: Frame) -> list[Step]:
        """Gives the steps of a pipeline with their order; one that others name by `run_after` is one of them."""
        found = self._found(node, frame)
        self._explicit()
        for step in found:
            found += [one for one in step.before if one not in found]
        self._makers(found)
        self._by_data(found)
        self._in_sequence(node, frame)
        return found

    def _found(self, node: ast.expr, frame: Frame) -> list[Step]:
        return [self._step(*one) for one in self.made.mentioned(node, frame, self._is_step)]

    def _last(self, node: ast.Call, frame: Frame) -> str:
        name = self.made.name(node.func, frame)
        return name.rpartition(".")[2] if name.startswith("azureml.") else ""

    def _is_step(self, node: ast.Call, frame: Frame) -> bool:
        last = self._last(node, frame)
        return last.endswith("Step") and last != "StepSequence"

    def _step(self, node: ast.Call, frame: Frame) -> Step:
        key = (id(node), id(frame))
        if key not in self._steps:
            given = self.made.argument(node, frame, "name")
            sort = self._last(node, frame)
            script = self._text(node, frame, "script_name")
            name = (self.made.text(*given) if given is not None else None) or script or sort
            self._steps[key] = Step(node, frame, sort, name)
        return self._steps[key]

    def _explicit(self) -> None:
        """`register.run_after(evaluate)`."""
        for call in self.module.calls:
            function = call.node.func
            if isinstance(function, ast.Attribute) and function.attr == "run_after" and call.node.args:
                frame = self.made.frame(call.scope)
                before = self._found(call.node.args[0], frame)
                for step in self._found(function.value, frame):
                    step.before += [one for one in before if one is not step and one not in step.before]

    def _in_sequence(self, node: ast.expr, frame: Frame) -> None:
        """`StepSequence(steps=[first, second])`."""
        for call, where in self.made.mentioned(node, frame, lambda one, at: self._last(one, at) == "StepSequence"):
            given = self.made.argument(call, where, "steps", 0)
            steps = self._found(*given) if given is not None else []
            for before, after in pairwise(steps):
                after.before += [before] if before not in after.before else []

    def _by_data(self, steps: list[Step]) -> None:
        """What one step writes and another reads orders the two."""
        writers: dict[tuple[int, int], Step] = {}
        for step in steps:
            for data in self._data(step, written=True):
                writers.setdefault(data, step)
        for step in steps:
            for data in self._data(step, written=False):
                writer = writers.get(data, step)
                if writer is step:
                    # A configured output in the arguments is written by the first step that has it.
                    writers.setdefault(data, step)
                elif writer not in step.before and step not in writer.before:
                    step.before.append(writer)

    def _makers(self, steps: list[Step]) -> None:
        """Adds the steps that make what others take: they come into the pipeline unlisted."""
        others = [
            self._step(call.node, frame)
            for call in self.module.calls
            if self._is_step(call.node, frame := self.made.frame(call.scope))
        ]
        made = {data: one for one in others for data in self._data(one, written=True)}
        for step in steps:
            for data in self._data(step, written=False):
                maker = made.get(data)
                if maker is not None and maker not in steps:
                    steps.append(maker)

    def _data(self, step: Step, *, written: bool) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for keyword in step.node.keywords:
            if (keyword.arg in _WRITES) is written:
                data = self.made.mentioned(keyword.value, step.frame, self._is_data)
                found += [(id(node), id(frame)) for node, frame in data]
        return found

    def _is_data(self, node: ast.Call, frame: Frame) -> bool:
        return self._last(node, frame) in _DATA

    # --- settings and code

    def task(self, step: Step) -> Task:
        """Gives the settings of a step."""
        computed = any(one.arg in _COMPUTE for one in step.node.keywords)
        asked = ("instance",) if computed else UNSET
        return Task(
            framework="azure-ml",
            operator=step.sort,
            remote=True,
            retryable=False,
            lineage=False,
            cached=self._cached(step),
            sized=step.sort != "DataTransferStep",
            disposable=step.sort not in ("DatabricksStep", "DataTransferStep"),
            requests=asked,
            limits=asked,
            purpose=_PURPOSES.get(step.sort, UNSET),
        )

    def _cached(self, step: Step) -> Flag:
        given = self.made.argument(step.node, step.frame, "allow_reuse")
        value = self.module.values.value(given[0], given[1].scope) if given is not None else True
        return value if isinstance(value, bool) else UNSET

    def _text(self, node: ast.Call, frame: Frame, *names: str) -> str | None:
        for name in names:
            given = self.made.argument(node, frame, name)
            for one, where in self.made.options(*given) if given is not None else ():
                value = self.module.values.value(one, where.scope)
                if isinstance(value, str):
                    return value
        return None

    def code(self, step: Step) -> Iterator[Link]:
        """Gives the link to the script of a step."""
        holders = [(step.node, step.frame)]
        for word in _HOLDERS:
            given = self.made.argument(step.node, step.frame, word)
            options = self.made.options(*given) if given is not None else []
            holders += [(one, where) for one, where in options if isinstance(one, ast.Call)]
        scripts = [script for holder in holders if (script := self._text(*holder, *_SCRIPTS)) is not None]
        folders = [folder for holder in holders if (folder := self._text(*holder, *_FOLDERS)) is not None]
        if not scripts or (not folders and any(self._has(holder, _FOLDERS) for holder in holders)):
            return
        path = posixpath.join(folders[0] if folders else "", scripts[0])
        if path.startswith(HERE):
            yield Link("runs", f"file:{posixpath.normpath(path.removeprefix(HERE))}")
        elif not path.startswith("/") and "://" not in path:
            yield Link("runs", f"path:{posixpath.normpath(path)}")

    def _has(self, holder: tuple[ast.Call, Frame], names: tuple[str, ...]) -> bool:
        return any(one.arg in names for one in holder[0].keywords)

    def schedule(self) -> Text:
        """`Schedule.create(recurrence=ScheduleRecurrence(frequency="Day", interval=1))` of the only pipeline."""
        for call in self.module.calls:
            if call.name.endswith("ScheduleRecurrence"):
                frame = self.made.frame(call.scope)
                given = [self.made.argument(call.node, frame, word) for word in ("interval", "frequency")]
                texts = [self.made.text(*one) or ast.unparse(one[0]) for one in given if one is not None]
                return f"every {' '.join(texts)}"
        return UNSET
