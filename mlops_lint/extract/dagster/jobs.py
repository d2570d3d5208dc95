"""Jobs of assets, and when jobs run: schedules and sensors.

Source: dagster 1.13.28 (`dagster/_core/definitions/unresolved_asset_job_definition.py`, `schedule_definition.py`,
`decorators/schedule_decorator.py`, `decorators/sensor_decorator.py`)
"""

import ast
from collections.abc import Iterator

import msgspec
from msgspec import UNSET, UnsetType

from mlops_lint.extract.dagster.settings import owner, retries
from mlops_lint.extract.python.flows.declared import File
from mlops_lint.extract.python.flows.describe import place
from mlops_lint.extract.python.flows.elsewhere import scheduled
from mlops_lint.extract.python.flows.records import Declared, Settings
from mlops_lint.extract.python.flows.settings import settings_of, text, value
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.python.tree import last_name, walk
from mlops_lint.extract.python.uses import is_own
from mlops_lint.model import Link, Ref, Subject
from mlops_lint.subjects import Function, Pipeline, Text, Texts, subject

_SCHEDULES = frozenset({"ScheduleDefinition", "schedule", "build_schedule_from_partitioned_job"})
_SENSORS = frozenset(
    "sensor asset_sensor multi_asset_sensor run_status_sensor SensorDefinition AssetSensorDefinition".split()
)
_TARGETS = ("job", "jobs", "target", "request_job")
_PARTITIONED = "the partitions of the job"


class When(msgspec.Struct, frozen=True):
    """When a job runs, by what this file says."""

    schedule: Text = None
    triggers: Texts = ()
    scheduled: bool = False


class Jobs:
    """The schedules and sensors of a file, and its jobs of assets."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._assets: dict[str, tuple[str, Call]] = {}
        """Full name of a variable -> name of the job of assets, and the call that makes it."""
        self._when: dict[str, When] = {}
        self._others: dict[str, ast.AST] = {}
        for call in file.module.calls:
            name = call.name.rpartition(".")[2]
            if not call.name.startswith("dagster"):
                continue
            if name == "define_asset_job" and call.targets:
                given = settings_of(call.node, call.scope, ("name",))
                named = text(file.module, given, "name")
                shown = named if isinstance(named, str) else call.targets[0]
                self._assets[f"{file.module.name}.{call.targets[0]}"] = shown, call
        for call in file.module.calls:
            if call.name.startswith("dagster"):
                self._note(call)

    def _note(self, call: Call) -> None:
        name = call.name.rpartition(".")[2]
        if name not in _SCHEDULES | _SENSORS:
            return
        positional = {"build_schedule_from_partitioned_job": ("job",), "schedule": ("cron_schedule",)}.get(name, ())
        given = settings_of(call.node, call.scope, positional)
        when = self._schedule(name, given) if name in _SCHEDULES else When(None, ("event",), True)
        for target in _TARGETS:
            found = given.entries.get(target)
            parts = found[0].elts if found is not None and isinstance(found[0], (ast.List, ast.Tuple)) else ()
            for node in parts or ([found[0]] if found is not None else []):
                self._add(node, call, when)

    def _schedule(self, name: str, given: Settings) -> When:
        cron = value(self._file.module, given, "cron_schedule")
        if name == "build_schedule_from_partitioned_job":
            cron = _PARTITIONED
        schedule: Text = cron if isinstance(cron, (str, Ref)) else UNSET
        return When(schedule, ("schedule",), True)

    def _add(self, node: ast.expr, call: Call, when: When) -> None:
        names = self._file.module.names
        name = names.name(node, call.scope)
        declared = self._file.resolve(node, call.scope)
        if isinstance(node, ast.Name) and f"{self._file.module.name}.{node.id}" in self._assets:
            name = f"{self._file.module.name}.{node.id}"
        elif declared is not None:
            name = declared.name
            if not declared.own:
                self._others[name] = node
        elif not is_own(name) or "(" in name or "?" in name:
            return
        known = self._when.get(name, When())
        texts = [one for one in (known.schedule, when.schedule) if isinstance(one, str)]
        schedule: Text = ", ".join(dict.fromkeys(texts)) or (
            when.schedule if known.schedule is None else known.schedule
        )
        both = [one for one in (known.triggers, when.triggers) if not isinstance(one, UnsetType)]
        self._when[name] = When(schedule, tuple(dict.fromkeys(item for one in both for item in one)), True)

    def when(self, name: str) -> When:
        """Gives when a job runs, by the full name of its function or variable."""
        return self._when.get(name, When())

    def of_assets(self) -> Iterator[Subject]:
        """Gives each job of assets as a pipeline, which runs the assets that it is seen to select."""
        module = self._file.module
        for variable, (name, call) in self._assets.items():
            found = self.when(variable)
            given = settings_of(call.node, call.scope)
            record = Pipeline(
                framework="dagster",
                schedule=found.schedule,
                managed=True,
                triggers=found.triggers,
                schedulable=found.scheduled,
                owner=owner(module, given),
                ownable=True,
                alertable=False,
                parsed=False,
                compiled=False,
                retries=retries(module, given),
                defined=True,
            )
            at = place(self._file, call.node)
            symbol = f"pipeline:{module.path}#{call.targets[0]}"
            links = (Link("starts", f"function:{variable}"),)
            yield subject(record, at, name, symbol=symbol, links=links)
            selected = tuple(Link("calls", f"function:{one}") for one in self._selected(given))
            yield subject(Function(what="app"), at, variable, symbol=f"function:{variable}", links=selected)

    def _selected(self, given: Settings) -> Iterator[str]:
        """Gives the functions of the assets that a selection names."""
        found = given.entries.get("selection")
        for part in walk(found[0]) if found is not None else ():
            if isinstance(part, (ast.Name, ast.Attribute)) and found is not None:
                name = self._file.module.names.name(part, found[1])
                if is_own(name, self._file.module.name) and not any(character in name for character in "?()"):
                    yield name

    def elsewhere(self) -> Iterator[Subject]:
        """Gives what the file says of jobs of other files."""
        for name, node in self._others.items():
            declared = Declared("pipeline", name, last_name(node) or name, node, None, Settings(), "")
            found = self.when(name)
            yield scheduled(self._file, declared, node, found.schedule, found.triggers)
