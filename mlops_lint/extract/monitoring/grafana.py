"""Dashboards of Grafana and its provisioned alert rules to monitors and alerts.

Source: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ and
https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning/
"""

from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.monitoring.words import names, programs, topics
from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Sequence, text
from mlops_lint.subjects import Alert, Monitor, Texts, Use, subject

# What a panel asks for, by the language of its data source.
_QUERIES = ("expr", "query", "rawSql", "target", "metric", "measurement", "metricName", "alias", "legendFormat")
_PANELS = 500
_DESCRIBED = ("description", "summary", "runbook_url", "message")
_OWNERS = ("receiver", "team", "owner", "contact", "service_owner")


@trees("*.json", word=b'"schemaVersion"')
def dashboard(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives a monitor for a dashboard, and an alert for each panel that has one of the older sort."""
    for document in documents:
        root = document.get("dashboard") if isinstance(document, Mapping) and document.get("dashboard") else document
        if isinstance(root, Mapping) and (root.get("panels") is not None or root.get("rows") is not None):
            panels = list(_panels(root))
            said = [word for panel in panels for word in _said(panel)]
            watched = topics(said)
            name = text(root.get("title")) or path
            older = [panel for panel in panels if isinstance(panel.get("alert"), Mapping)]
            record = Monitor(
                framework="grafana", what="dashboard", watches=watched, drift="drift" in watched,
                acts=True if older else UNSET,
            )  # fmt: skip
            at = locate(path, root.key("title") or root.key("panels") or root)
            links = tuple(Link("watches", f"deployment:{one}") for one in programs(_queries(panels)))
            yield subject(record, at, name, symbol=f"monitor:{path}", links=links)
            for panel in older:
                yield _older(path, panel)


@trees("*.yml", "*.yaml", word=b"groups:")
def provisioned(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives an alert for each rule of a file that Grafana is started with."""
    for root in documents:
        groups = root.get("groups") if isinstance(root, Mapping) else None
        for group in groups.items if isinstance(groups, Sequence) else ():
            rules = group.get("rules") if isinstance(group, Mapping) else None
            for rule in rules.items if isinstance(rules, Sequence) else ():
                if isinstance(rule, Mapping) and isinstance(rule.get("data"), Sequence):
                    yield _provisioned(path, rule)


@trees("*.yml", "*.yaml", word=b"policies:")
def policies(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives a use `alert-route` for the first policy of a file that Grafana is started with: it takes every alert."""
    for root in documents:
        listed = root.get("policies") if isinstance(root, Mapping) and root.get("apiVersion") is not None else None
        for one in listed.items[:1] if isinstance(listed, Sequence) else ():
            name = text(one.get("receiver")) if isinstance(one, Mapping) else None
            if name is not None:
                yield subject(Use(purpose="alert-route", tool="grafana"), locate(path, one), name)


def _panels(root: Mapping) -> Iterator[Mapping]:
    """Gives the panels, those in rows too; more than some hundred is no dashboard that people look at."""
    waiting: list[Node | None] = [root.get("panels"), root.get("rows")]
    left = _PANELS
    while waiting and left:
        node = waiting.pop()
        for one in node.items if isinstance(node, Sequence) else ():
            if isinstance(one, Mapping) and left:
                left -= 1
                yield one
                waiting.append(one.get("panels"))


def _said(panel: Mapping) -> Iterator[str]:
    yield text(panel.get("title")) or ""
    for query in _queries([panel]):
        yield from names(query)


def _queries(panels: list[Mapping]) -> Iterator[str]:
    for panel in panels:
        targets = panel.get("targets")
        for target in targets.items if isinstance(targets, Sequence) else ():
            for key in _QUERIES:
                found = text(target.get(key)) if isinstance(target, Mapping) else None
                if found is not None:
                    yield found


def _older(path: str, panel: Mapping) -> Subject:
    told = panel.get("alert", "notifications")
    record = Alert(
        framework="grafana",
        severity=text(panel.get("alert", "alertRuleTags", "severity")),
        receiver=_receiver(told),
        described=text(panel.get("alert", "message")) is not None,
        watches=topics(_said(panel)),
    )
    name = text(panel.get("alert", "name")) or text(panel.get("title")) or "alert"
    return subject(record, locate(path, panel.key("alert") or panel), name)


def _receiver(told: Node | None) -> str | None:
    for one in told.items if isinstance(told, Sequence) else ():
        found = text(one.get("uid")) or text(one.get("id")) if isinstance(one, Mapping) else None
        if found is not None:
            return found
    return None


def _provisioned(path: str, rule: Mapping) -> Subject:
    title = text(rule.get("title")) or text(rule.get("uid")) or "alert"
    labels, annotations = rule.get("labels"), rule.get("annotations")
    owner = text(rule.get("notification_settings", "receiver")) or _first(_OWNERS, labels)
    record = Alert(
        framework="grafana",
        severity=_first(("severity", "priority"), labels),
        receiver=owner or UNSET,
        described=_first(_DESCRIBED, annotations) is not None,
        watches=_watched(title, rule),
    )
    return subject(record, locate(path, rule.key("title") or rule), title)


def _watched(title: str, rule: Mapping) -> Texts:
    data = rule.get("data")
    models = [one.get("model") for one in data.items if isinstance(one, Mapping)] if isinstance(data, Sequence) else []
    queries = [text(one.get(key)) for one in models if isinstance(one, Mapping) for key in _QUERIES]
    return topics((title, *(name for query in queries if query is not None for name in names(query))))


def _first(keys: tuple[str, ...], place: Node | None) -> str | None:
    found = (text(place.get(key)) for key in keys) if isinstance(place, Mapping) else iter(())
    return next((one for one in found if one), None)
