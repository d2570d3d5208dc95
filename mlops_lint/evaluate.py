"""A graph and rules to verdicts."""

from collections.abc import Iterator

from mlops_lint.errors import UsageError
from mlops_lint.graph import Graph, Node
from mlops_lint.masked import masked
from mlops_lint.model import Location, Outcome, Related, Verdict
from mlops_lint.predicates.expression import Environment
from mlops_lint.rules import Rule

_WORK = ("training", "estimator", "split", "transform", "model", "model_load")
_MODELS = ("model", "model_load")
# Resources of clouds that start something by a schedule: the orchestrator's own code does not say it then.
_CLOCKS = frozenset(
    "google_cloud_scheduler_job aws_scheduler_schedule AWS::Scheduler::Schedule "
    "azurerm_data_factory_trigger_schedule".split()
)


class RuleError(UsageError):
    """An expression fails on a subject: a fault of the rule, not of the repository."""


def evaluate(graph: Graph, rules: tuple[Rule, ...], profile: str) -> list[Verdict]:
    """Gives the verdict of every rule on every subject that it is about, in order of rules and places."""
    environment = Environment(graph)
    ml = works_with_data(graph)
    asked = [
        rule
        for rule in rules
        if (rule.profile == "research" or profile == "production") and (rule.scope == "any" or ml)
    ]
    return [verdict for rule in asked for verdict in _verdicts(graph, rule, environment)]


def works_with_data(graph: Graph) -> bool:
    """Says whether the repository's own code trains, loads or serves models, or runs data through a pipeline."""
    return next(at_work(graph), None) is not None


def at_work(graph: Graph) -> Iterator[Node]:
    """Gives what in the repository's own code trains, loads or serves models, or runs data through a pipeline."""
    work = (node for kind in _WORK for node in graph.of_kind(kind) if node.own)
    yield from (node for node in work if node.modelling or node.kind in _MODELS)
    yield from _serving(graph)
    yield from (node for node in graph.of_kind("pipeline") if node.own and node.fields.get("managed") is True)


def profile_of(graph: Graph) -> str:
    """Gives `production` where something is scheduled or served, else `research`."""
    return "production" if in_production(graph) else "research"


def in_production(graph: Graph) -> Node | None:
    """Gives the first thing in the repository's own code that is scheduled or served; None = nothing is."""
    found = [
        node
        for node in graph.of_kind("pipeline")
        if isinstance(node.fields.get("schedule"), str)
        and node.fields.get("managed") is True
        and node.context == "source"
    ]
    found += [node for node in graph.of_kind("service") if node.context == "source"]
    found += _serving(graph)
    found += _clocks(graph)
    return min(found, key=lambda node: (node.location, node.id), default=None)


def _clocks(graph: Graph) -> list[Node]:
    """Schedules that infrastructure code declares beside a pipeline: what they start is a variable as a rule."""
    if not any(node.fields.get("managed") is True and node.context == "source" for node in graph.of_kind("pipeline")):
        return []
    every = graph.of_kind("resource")
    return [node for node in every if node.context == "source" and node.fields.get("what") in _CLOCKS]


def _serving(graph: Graph) -> list[Node]:
    every = graph.of_kind("deployment")
    return [node for node in every if node.context == "source" and node.fields.get("serves_model") is True]


def _verdicts(graph: Graph, rule: Rule, environment: Environment) -> Iterator[Verdict]:
    for node in sorted(graph.of_kind(rule.subject), key=lambda one: (one.location, one.id)):
        meant = _answer(rule, rule.where, node, environment)
        if meant is False:
            continue
        holds = _answer(rule, rule.must, node, environment) if meant else None
        outcome: Outcome = "unknown" if holds is None else "pass" if holds else "fail"
        detail = environment.detail
        message = masked(_message(rule, node, detail))
        # Two of one place are told apart by their messages: `<` on equal records goes on to compare None with None.
        said = {Related(one.location, masked(one.message)) for one in environment.related}
        related = sorted(said, key=lambda one: (one.location, one.message))
        location, name = node.location, node.name
        if outcome == "fail" and environment.at is not None:
            location = environment.at
        elif outcome == "pass" and node.kind == "project":
            # A project stands in no file of its own: what shows a practice of it does.
            location, name = _shown(environment, node)
        yield Verdict(rule.id, node.id, outcome, location, message, tuple(related), name=masked(name))


def _shown(environment: Environment, project: Node) -> tuple[Location, str]:
    """Where what speaks for a project stands, and what it is."""
    if environment.at is not None:
        return environment.at, environment.detail
    node = environment.shown
    return (node.location, f"{node.kind.replace('_', ' ')} '{node.name}'") if node else (project.location, "")


def _answer(rule: Rule, expression: str, node: Node, environment: Environment) -> bool | None:
    try:
        return environment.evaluate(expression, node)
    except ValueError as error:
        at = node.location
        raise RuleError(f"{rule.file}: {rule.id} on {node.kind} '{node.name}' ({at.path}:{at.line}): {error}") from None


class _Fields(dict[str, object]):
    def __missing__(self, field: str) -> str:
        return "?"


def _message(rule: Rule, node: Node, detail: str) -> str:
    fields = {name: ", ".join(value) if isinstance(value, tuple) else value for name, value in node.fields.items()}
    common = {"name": node.name, "path": node.location.path, "line": node.location.line, "detail": detail}
    return rule.message.format_map(_Fields(fields | common))
