"""How the flows of a Python file are deployed there: `serve`, `deploy`, `to_deployment`, `Deployment.build_from_flow`.

Source: prefect 2.20.25 (`prefect/deployments/deployments.py`) and 3.9.1 (`prefect/flows.py`)
"""

import ast
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.python.flows.declared import File
from mlops_lint.extract.python.flows.elsewhere import scheduled
from mlops_lint.extract.python.flows.records import Declared, Settings
from mlops_lint.extract.python.flows.settings import behind, is_given, settings_of, value
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.python.tree import last_name, walk
from mlops_lint.model import Ref, Subject
from mlops_lint.subjects import Text, Texts

_METHODS = frozenset({"serve", "deploy", "to_deployment"})
_WHEN = ("cron", "interval", "rrule", "schedule", "schedules")
_MADE = frozenset({"Cron", "CronSchedule", "RRule", "RRuleSchedule"})
_LENGTH = 200


class Deployed(msgspec.Struct, frozen=True):
    """When a flow runs."""

    schedule: Text
    triggers: Texts
    deployed: bool


class Schedules:
    """The deployments that a file makes."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._made: dict[str, list[Settings]] = {}
        self._others: dict[str, Declared] = {}
        for call in file.module.calls:
            flow = self._flow(call)
            if flow is not None:
                self._made.setdefault(flow.name, []).append(settings_of(call.node, call.scope))
                if not flow.own:
                    self._others[flow.name] = flow

    def _flow(self, call: Call) -> Declared | None:
        function = call.node.func
        if not isinstance(function, ast.Attribute):
            return None
        if function.attr == "build_from_flow":
            given = settings_of(call.node, call.scope, ("flow",)).entries.get("flow")
            return self._file.resolve(*given) if given is not None else None
        found = self._file.resolve(function.value, call.scope) if function.attr in _METHODS else None
        return found if found is not None and (found.what == "pipeline" or not found.own) else None

    def elsewhere(self) -> Iterator[Subject]:
        """Gives what the file says of flows of other files."""
        for flow in self._others.values():
            found = self.of(flow)
            yield scheduled(self._file, flow, flow.node, found.schedule, found.triggers)

    def of(self, flow: Declared) -> Deployed:
        """Gives when a flow runs, by all of its deployments in the file; with none it runs by hand."""
        made = self._made.get(flow.name, [])
        found = [self._when(one) for one in made]
        known = dict.fromkeys(one for one in found if isinstance(one, str))
        events = any(is_given(one, "triggers") is True for one in made)
        schedule: Text = ", ".join(known) or next((one for one in found if one is UNSET or isinstance(one, Ref)), None)
        triggers = (*(["schedule"] if schedule is not None else []), *(["event"] if events else []))
        return Deployed(schedule, UNSET if schedule is UNSET else triggers, bool(made))

    def _when(self, settings: Settings) -> Text:
        for name in _WHEN:
            if is_given(settings, name) is True:
                return self._written(settings, name)
        return None if settings.complete else UNSET

    def _written(self, settings: Settings, name: str) -> Text:
        known = value(self._file.module, settings, name)
        if isinstance(known, (str, Ref)):
            return known
        found = behind(self._file.module, settings, name)
        if found is None:
            return UNSET
        for part in walk(found[0]):
            if isinstance(part, ast.Call) and last_name(part.func) in _MADE:
                when = settings_of(part, found[1], ("cron",))
                text = value(self._file.module, when, "cron") or value(self._file.module, when, "rrule")
                if isinstance(text, str):
                    return text
        return ast.unparse(found[0])[:_LENGTH]
