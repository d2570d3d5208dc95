"""What code sends to Arize and Fiddler, which watch models by it, to uses, monitors and alerts.

What is sent of production is watched; what is sent of training is what that is compared with.
Source: https://arize.com/docs/ax/machine-learning/machine-learning/api-reference-ml/python-sdk (7 and 8), and the
signatures of arize 8.61 and fiddler-client 3.14; for its version 2 https://pypi.org/project/fiddler-client/2.5.4/
"""

import ast
import re
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.monitoring.reference import reference_links
from mlops_lint.extract.monitoring.words import ordered, topics
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Subject
from mlops_lint.subjects import Alert, Monitor, Text, Use, subject

_ROOTS = frozenset({"arize", "fiddler"})
_SENDS = {
    "arize": re.compile(
        r"^arize\.(?:pandas\.logger\.Client|api\.Client|(?:client\.)?ArizeClient\.ml)\.(?:log|log_stream|bulk_log)$"
    ),
    "fiddler": re.compile(
        r"^fiddler\.(?:\w+\.)*(?:FiddlerApi\.publish_events?\w*|Model(?:\(\))?\.publish(?:_stream|_batch)?)$"
    ),
}
# What is imported by files that send by means that are not seen, as a client that a function was given.
_CLIENTS = {
    "arize": ("arize.pandas.logger", "arize.api", "arize.ArizeClient", "arize.client", "arize.ml"),
    "fiddler": ("fiddler",),
}
_BASELINE = re.compile(r"^fiddler\.(?:\w+\.)*(?:Baseline|FiddlerApi\.add_baseline)$")
_RULE = re.compile(r"^fiddler\.(?:\w+\.)*(?:AlertRule|FiddlerApi\.add_alert_rule)$")
_TOLD = re.compile(r"\.set_notification_config$")
_DATA = ("dataframe", "source", "batch_source", "event", "events", "features")
_BEFORE = frozenset({"TRAINING", "VALIDATION", "PRE_PRODUCTION"})
_PURPOSES = ("prediction-log", "monitoring", "drift")
# What these platforms call what they measure.
_METRICS = (
    ("drift", re.compile(r"(?i)\bjsd\b")),
    ("features", re.compile(r"(?i)null|missing|range|type_vio|integrity")),
)
_TRAFFIC = re.compile(r"(?i)traffic|frequency")
_LENGTH = 80


class _Sent(msgspec.Struct, frozen=True):
    """A call that sends rows or events, and whether they come from before production."""

    call: Call
    tool: str
    before: bool


@python
def fed(module: Module) -> Iterator[Subject]:
    """Gives for each platform what it is sent, what it compares this with, and whom it tells."""
    if not module.roots & _ROOTS:
        return
    for tool in sorted(module.roots & _ROOTS):
        sent = [one for call in module.calls if (one := _sent(call, tool)) is not None]
        yield from _uses(module, tool, sent)
        if tool == "arize":
            yield from _watched(module, sent)
        else:
            made = [call for call in module.calls if _BASELINE.match(call.name)]
            yield from (_baseline(module, call, sent) for call in made)
            yield from _watched(module, sent) if not made else ()
            yield from (_rule(module, call) for call in module.calls if _RULE.match(call.name))


def _sent(call: Call, tool: str) -> _Sent | None:
    if not _SENDS[tool].match(call.name):
        return None
    where = _given(call).get("environment")
    word = ast.unparse(where).rpartition(".")[2].strip("'\"") if where is not None else "PRODUCTION"
    return _Sent(call, tool, word in _BEFORE)


def _uses(module: Module, tool: str, sent: list[_Sent]) -> Iterator[Subject]:
    live = [one.call for one in sent if not one.before]
    places = [(module.locate(call.node), module.within(call.scope)) for call in live[:1]]
    within = tuple(dict.fromkeys(module.within(call.scope) for call in live))
    if not sent:
        found = next((one for one in module.imports if _is_client(one.dotted, tool)), None)
        if found is None:
            return
        places, within = [(module.locate(found.node), module.within(found.scope))], (module.within(found.scope),)
    for location, _ in places:
        for purpose in _PURPOSES:
            yield subject(Use(purpose=purpose, tool=tool), location, tool, links=within)


def _is_client(dotted: str, tool: str) -> bool:
    return any(dotted == one or dotted.startswith(f"{one}.") for one in _CLIENTS[tool])


def _watched(module: Module, sent: list[_Sent]) -> Iterator[Subject]:
    """Gives a monitor for each model of production; what is sent of training is its baseline."""
    before = next((one.call for one in sent if one.before), None)
    node = _data(before) if before is not None else None
    links = reference_links(module, node, before.scope) if before is not None and node is not None else ()
    for one in (one for one in sent if not one.before):
        record = Monitor(
            framework=one.tool,
            what="job",
            watches=_topics(module, one, drift=before is not None),
            # Without one the platform may be told of a baseline by hand.
            drift=True if before is not None else UNSET,
            baseline=ast.unparse(node)[:_LENGTH] if node is not None else UNSET,
        )
        yield subject(
            record, module.locate(one.call.node), _name(module, one), links=(_within(module, one.call), *links)
        )


def _topics(module: Module, one: _Sent, *, drift: bool) -> tuple[str, ...]:
    made = [ast.unparse(call.node)[:4000] for call in module.calls if call.name.endswith(".Schema")]
    said = " ".join([ast.unparse(one.call.node)[:4000], *made])
    found = {"predictions"} | ({"drift"} if drift else set())
    found |= {"features"} if "feature_column_names" in said or "features=" in said or one.tool == "fiddler" else set()
    return ordered(found | ({"quality"} if "actual_" in said else set()))


def _name(module: Module, one: _Sent) -> str:
    given = _given(one.call)
    node = next((given[word] for word in ("model_id", "model_name") if word in given), None)
    value = module.values.value(node, one.call.scope) if node is not None else None
    return value if isinstance(value, str) and value else one.tool


def _baseline(module: Module, call: Call, sent: list[_Sent]) -> Subject:
    given = _given(call)
    sort = ast.unparse(given[word]) if (word := "type_" if "type_" in given else "type") in given else ""
    before = [one.call for one in sent if one.before]
    node = _data(before[0]) if len(before) == 1 and "dataset_id" in given else None
    links = reference_links(module, node, before[0].scope) if node is not None else ()
    written: Text = ast.unparse(given["dataset_id"])[:_LENGTH] if "dataset_id" in given else UNSET
    if "ROLLING" in sort:
        written = "a rolling window"
    elif "start_time" in given:
        written = "a fixed time of production"
    rules = any(_RULE.match(one.name) for one in module.calls)
    record = Monitor(
        framework="fiddler", what="job", watches=("drift",), drift=True, baseline=written,
        acts=True if rules else UNSET,
    )  # fmt: skip
    return subject(
        record,
        module.locate(call.node),
        _text(module, call, "name", "baseline_id"),
        links=(_within(module, call), *links),
    )


def _rule(module: Module, call: Call) -> Subject:
    given = _given(call)
    metrics = [ast.unparse(given[word]) for word in ("metric_id", "metric", "alert_type") if word in given]
    watches = set(topics(one.rpartition(".")[2].strip("'\"") for one in metrics))
    watches |= {topic for topic, pattern in _METRICS for one in metrics if pattern.search(one)}
    watches |= {"requests"} if any(_TRAFFIC.search(one) for one in metrics) else set()
    told = next((one for one in module.calls if _TOLD.search(one.name)), None)
    node = given.get("notifications_config") or (_first(told) if told is not None else None)
    hidden = any(one.arg is None for one in call.node.keywords)
    record = Alert(
        framework="fiddler",
        severity=_priority(given.get("priority")),
        receiver=ast.unparse(node)[:_LENGTH] if node is not None else UNSET if hidden else None,
        watches=ordered(watches),
    )
    return subject(record, module.locate(call.node), _text(module, call, "name"), links=(_within(module, call),))


def _priority(node: ast.expr | None) -> Text:
    """`fdl.Priority.HIGH` or `"HIGH"`; what a name holds is not known."""
    if isinstance(node, ast.Attribute) and node.attr.isupper():
        return node.attr
    return (
        None
        if node is None
        else node.value
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        else UNSET
    )


def _first(call: Call) -> ast.expr | None:
    values = [*call.node.args, *(one.value for one in call.node.keywords)]
    return next((one for one in values if not (isinstance(one, (ast.List, ast.Tuple)) and not one.elts)), None)


def _text(module: Module, call: Call, *words: str) -> str:
    given = _given(call)
    for word in words:
        value = module.values.value(given[word], call.scope) if word in given else None
        if isinstance(value, str) and value:
            return value
    return call.name.rpartition(".")[2]


def _data(call: Call) -> ast.expr | None:
    given = _given(call)
    return next((given[word] for word in _DATA if word in given), call.node.args[0] if call.node.args else None)


def _given(call: Call) -> dict[str, ast.expr]:
    return {one.arg: one.value for one in call.node.keywords if one.arg is not None}


def _within(module: Module, call: Call) -> Link:
    return module.within(call.scope)
