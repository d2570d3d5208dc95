"""When workflows run: launch plans with their schedules and notifications.

Source: flytekit 1.16.31 (`flytekit/core/launch_plan.py`, `schedule.py`, `notification.py`), flyte 2.12.1
(`flyte/_trigger.py`)
"""

import ast
from collections.abc import Iterator

import msgspec
from msgspec import UNSET, UnsetType

from mlops_lint.extract.python.flows.declared import File
from mlops_lint.extract.python.flows.elsewhere import scheduled
from mlops_lint.extract.python.flows.records import Declared, Settings
from mlops_lint.extract.python.flows.settings import behind, is_given, settings_of, value
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.tree import last_name, walk
from mlops_lint.model import Ref, Subject
from mlops_lint.subjects import Text, Texts

_MAKERS = {
    "flytekit.LaunchPlan.get_or_create": ("workflow", "name"),
    "flytekit.LaunchPlan.create": ("name", "workflow"),
}
_LENGTH = 200


class Plan(msgspec.Struct, frozen=True):
    """What the launch plans of a workflow say."""

    schedule: Text = None
    triggers: Texts = ()
    alerts: bool = False
    launched: bool = False


class Plans:
    """The launch plans of a file."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._made: dict[str, list[Settings]] = {}
        self._others: dict[str, tuple[Declared, ast.Call]] = {}
        for call in file.module.calls:
            order = _MAKERS.get(call.name)
            given = settings_of(call.node, call.scope, order) if order is not None else Settings()
            workflow = file.resolve(*given.entries["workflow"]) if "workflow" in given.entries else None
            if workflow is not None:
                self._made.setdefault(workflow.name, []).append(given)
                if not workflow.own:
                    self._others[workflow.name] = workflow, call.node

    def of(self, name: str) -> Plan:
        """Gives what is planned for a workflow, by the name of its function."""
        made = self._made.get(name, [])
        found = [when(self._file.module, one) for one in made]
        known = dict.fromkeys(one for one in found if isinstance(one, str))
        schedule: Text = ", ".join(known) or next((one for one in found if one is not None), None)
        events = any(is_given(one, "trigger") is True for one in made)
        triggers = (*(["schedule"] if schedule is not None else []), *(["event"] if events else []))
        told = any(is_given(one, "notifications") is True for one in made)
        return Plan(schedule, UNSET if isinstance(schedule, UnsetType) else triggers, told, bool(made))

    def elsewhere(self) -> Iterator[Subject]:
        """Gives what the file plans for workflows of other files."""
        for name, (workflow, node) in self._others.items():
            plan = self.of(name)
            if plan.schedule is not None:
                yield scheduled(self._file, workflow, node, plan.schedule, plan.triggers)


def when(module: Module, given: Settings) -> Text:
    """Gives the schedule of a launch plan; None = it has none."""
    if is_given(given, "schedule") is not True:
        return None if given.complete else UNSET
    return _written(module, given, "schedule")


def of_two(module: Module, given: Settings) -> Text:
    """Gives the schedule of a task of Flyte 2; None = it has none."""
    if is_given(given, "triggers") is not True:
        return None if given.complete else UNSET
    return _written(module, given, "triggers")


def _written(module: Module, given: Settings, name: str) -> Text:
    found = behind(module, given, name)
    if found is None:
        known = value(module, given, name)
        return known if isinstance(known, Ref) else UNSET
    for part in walk(found[0]):
        if isinstance(part, ast.Call) and last_name(part.func) in ("CronSchedule", "Cron"):
            made = settings_of(part, found[1], ("schedule",))
            for word in ("schedule", "cron_expression"):
                if isinstance(cron := value(module, made, word), str):
                    return cron
    return ast.unparse(found[0])[:_LENGTH]
