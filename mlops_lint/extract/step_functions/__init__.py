"""State machines of AWS Step Functions to pipelines and tasks.

Source: https://states-language.net/spec.html and
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html
"""

import posixpath
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.registry import trees
from mlops_lint.extract.step_functions.functions import called, functions
from mlops_lint.extract.step_functions.machines import Machine, machines
from mlops_lint.extract.step_functions.states import State, order, states
from mlops_lint.extract.step_functions.tasks import task
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.tree import Mapping, Node, mappings, text
from mlops_lint.subjects import Pipeline, Text, Texts, subject

_SERVERLESS = "AWS::Serverless::StateMachine"
_EVENTS = {"Schedule": "schedule", "ScheduleV2": "schedule", "Api": "call", "EventBridgeRule": "event"}
_SCHEDULES = ("Schedule", "ScheduleExpression")


@trees("*.json", "*.asl", "*.yaml", "*.yml", word=b"StartAt")
def step_functions(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives each state machine of a file with its states."""
    known: dict[str, str] | None = None
    for machine in machines(documents):
        found = states(machine.root)
        if found:
            known = functions(documents) if known is None else known
            resource = _resource(documents, machine.name)
            given = resource.get("DefinitionSubstitutions") if resource is not None else None
            code = {state.name: file for state in found if (file := called(state.node, given, known)) is not None}
            yield from _machine(path, machine, found, code, _events(resource))


def _machine(
    path: str, machine: Machine, found: list[State], code: dict[str, str], events: tuple[Text, Texts]
) -> Iterator[Subject]:
    file = path.rpartition("/")[2]
    name = machine.name or file.partition(".")[0]
    symbol = f"pipeline:{path}#{machine.name}" if machine.name else f"pipeline:{path}"
    named = {state.name: state for state in found}
    records = {state.name: task(state, machine.root, named) for state in found}
    record = Pipeline(
        framework="step-functions",
        schedule=events[0],
        managed=True,
        triggers=events[1],
        alerts=True if any(one.alerts is True for one in records.values()) else UNSET,
        schedulable=events[0] is not UNSET,
        alertable=False,
        ownable=False,
        parsed=False,
        compiled=False,
    )
    key = machine.root.key("States") or found[0].key
    yield subject(record, _located(path, machine, key), name, symbol=symbol)
    before = order(found, text(machine.root.get("StartAt")))
    prefix = f"task:{path}#{machine.name}." if machine.name else f"task:{path}#"
    for state in found:
        after = (Link("depends_on", f"{prefix}{one}") for one in before[state.name])
        runs = (Link("runs", f"path:{code[state.name]}"),) if state.name in code else ()
        links = (Link("part_of", symbol), *after, *runs)
        location = _located(path, machine, state.key)
        yield subject(records[state.name], location, state.name, symbol=f"{prefix}{state.name}", links=links)


def _located(path: str, machine: Machine, node: Node) -> Location:
    return Location(path, node.line + machine.lines, node.column, node.end_line + machine.lines, node.end_column)


# --- what starts it


def _resource(documents: tuple[Node, ...], name: str) -> Mapping | None:
    """The resource of a template by its name."""
    root = documents[0] if documents and name else None
    found = root.get("Resources", name, "Properties") if isinstance(root, Mapping) else None
    return found if isinstance(found, Mapping) else None


def _events(resource: Mapping | None) -> tuple[Text, Texts]:
    """The schedule and what else starts a machine, as far as SAM says it beside the definition."""
    schedules: list[str] = []
    triggers: list[str] = []
    for _, event in mappings(resource.get("Events")) if resource is not None else ():
        sort = text(event.get("Type")) or ""
        triggers += [_EVENTS[sort]] if sort in _EVENTS else []
        given = [text(event.get("Properties", word)) for word in _SCHEDULES]
        schedules += [one for one in given if one is not None]
    return ", ".join(schedules) or UNSET, tuple(dict.fromkeys(triggers)) or UNSET


@trees("*.json", "*.yaml", "*.yml", word=_SERVERLESS.encode())
def scheduled(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives what a template of SAM says of machines whose definitions are files of their own."""
    root = documents[0] if documents else None
    resources = root.get("Resources") if isinstance(root, Mapping) else None
    for key, resource in mappings(resources):
        uri = text(resource.get("Properties", "DefinitionUri"))
        found = resource.get("Properties")
        if text(resource.get("Type")) == _SERVERLESS and uri is not None and isinstance(found, Mapping):
            schedule, triggers = _events(found)
            file = posixpath.normpath(posixpath.join(posixpath.dirname(path), uri))
            if triggers is not UNSET and "://" not in uri and not file.startswith(".."):
                record = Pipeline(framework="step-functions", schedule=schedule, managed=True, triggers=triggers)
                location = Location(path, key.line, key.column, key.end_line, key.end_column)
                yield subject(record, location, key.text, symbol=f"pipeline:{file}")
