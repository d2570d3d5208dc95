"""Rule files and settings of Prometheus to monitors and alerts, as plain files and as objects of its operator.

Source: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/, .../configuration/configuration/ and
https://prometheus-operator.dev/docs/api-reference/api/ (PrometheusRule, ServiceMonitor, PodMonitor, Probe)
"""

import posixpath
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.manifests import manifests
from mlops_lint.extract.monitoring.words import names, ordered, programs, topics
from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Sequence, strings, text
from mlops_lint.subjects import Alert, Monitor, Text, subject

_GROUP = "monitoring.coreos.com"
_SCRAPED = ("ServiceMonitor", "PodMonitor", "Probe")
# Labels by which teams say who is called, nearest first.
_OWNERS = ("receiver", "team", "owner", "squad", "service_owner", "contact", "oncall", "channel", "slack", "notify")
_DESCRIBED = ("description", "summary", "message", "runbook", "runbook_url", "runbookUrl", "playbook", "title")
_SEVERITIES = ("severity", "priority", "level", "alert_level")


@trees("*.yml", "*.yaml", word=b"groups:")
def rules(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives a monitor for the rules of a file, or of an object of the operator, and an alert for each that calls."""
    for root in documents:
        if isinstance(root, Mapping) and _grouped(root):
            yield from _rules(path, root, locate(path, root.key("groups") or root), posixpath.basename(path))
    for one in manifests(documents):
        if one.group == _GROUP and one.kind == "PrometheusRule" and one.spec is not None and _grouped(one.spec):
            yield from _rules(path, one.spec, locate(path, one.key), one.name or path)


@trees("*.yml", "*.yaml")
def scraped(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives a monitor for what Prometheus collects: one for its settings, one for each object of the operator."""
    for root in documents:
        if isinstance(root, Mapping) and isinstance(root.get("scrape_configs"), Sequence) and not root.get("kind"):
            jobs = tuple(_jobs(root.get("scrape_configs")))
            links = tuple(_rule_files(path, root))
            record = Monitor(framework="prometheus", what="scrape", watches=(), drift=False, acts=bool(links))
            at = locate(path, root.key("scrape_configs") or root)
            yield subject(record, at, ", ".join(jobs)[:200] or path, symbol=f"monitor:{path}", links=links)
    for one in manifests(documents):
        if one.group == _GROUP and one.kind in _SCRAPED:
            record = Monitor(framework="prometheus", what="scrape", watches=(), drift=False, acts=False)
            links = tuple(_selected(one.spec)) if one.spec is not None else ()
            yield subject(record, locate(path, one.key), one.name or one.kind, links=links)


def _grouped(root: Mapping) -> bool:
    """Whether a mapping holds groups of rules with expressions; other tools have groups, too."""
    groups = root.get("groups")
    return isinstance(groups, Sequence) and any(_is_rule(one) for group in groups.items for one in _items(group))


def _is_rule(node: Node) -> bool:
    return isinstance(node, Mapping) and node.get("expr") is not None and _named(node) is not None


def _named(rule: Mapping) -> str | None:
    return text(rule.get("alert")) or text(rule.get("record"))


def _items(group: Node) -> tuple[Node, ...]:
    listed = group.get("rules") if isinstance(group, Mapping) else None
    return listed.items if isinstance(listed, Sequence) else ()


def _rules(path: str, root: Mapping, at: Location, name: str) -> Iterator[Subject]:
    groups = root.get("groups")
    listed = groups.items if isinstance(groups, Sequence) else ()
    found = [(group, one) for group in listed if isinstance(group, Mapping) for one in _items(group)]
    known = [(group, one) for group, one in found if isinstance(one, Mapping) and _is_rule(one)]
    said = [_watched(one) for _, one in known]
    calls = any(one.get("alert") is not None for _, one in known)
    watched = ordered({topic for one in said for topic in one})
    symbol = f"monitor:{path}#{name}"
    record = Monitor(framework="prometheus", what="rules", watches=watched, drift="drift" in watched, acts=calls)
    yield subject(record, at, name, symbol=symbol)
    for group, one in known:
        if one.get("alert") is not None:
            yield _alert(path, one, group, symbol)


def _watched(rule: Mapping) -> tuple[str, ...]:
    """What the metrics of a rule are about; where they tell nothing, its own name is asked."""
    return topics(names(text(rule.get("expr")) or "")) or topics((_named(rule) or "",))


def _alert(path: str, rule: Mapping, group: Mapping, symbol: str) -> Subject:
    labels = rule.get("labels")
    annotations = rule.get("annotations")
    shared = group.get("labels")
    record = Alert(
        framework="prometheus",
        severity=_first(_SEVERITIES, labels, shared),
        receiver=_first(_OWNERS, labels, shared) or UNSET,
        described=_first(_DESCRIBED, annotations) is not None,
        watches=_watched(rule),
    )
    at = locate(path, rule.key("alert") or rule)
    selected = programs([text(rule.get("expr")) or ""])
    links = (Link("watches", symbol), *(Link("watches", f"deployment:{one}") for one in selected))
    return subject(record, at, text(rule.get("alert")) or "?", links=links)


def _first(keys: tuple[str, ...], *places: Node | None) -> Text:
    """The first of some keys that has a text; templates in it are filled in by Prometheus."""
    for place in places:
        for key in keys:
            found = text(place.get(key)) if isinstance(place, Mapping) else None
            if found:
                return found
    return None


def _jobs(node: Node | None) -> Iterator[str]:
    for item in node.items if isinstance(node, Sequence) else ():
        name = text(item.get("job_name")) if isinstance(item, Mapping) else None
        if name is not None:
            yield name


def _rule_files(path: str, root: Mapping) -> Iterator[Link]:
    """Files of rules that lie beside; in a container they may have another folder."""
    node = root.get("rule_files")
    for item in strings(node):
        if "*" not in item and not item.startswith("/"):
            file = posixpath.normpath(posixpath.join(posixpath.dirname(path), item))
            yield Link("watches", f"monitor:{file}#{posixpath.basename(file)}", locate(path, node or root))


def _selected(spec: Mapping) -> Iterator[Link]:
    labels = spec.get("selector", "matchLabels")
    for key in ("app", "app.kubernetes.io/name"):
        name = text(labels.get(key)) if isinstance(labels, Mapping) else None
        if name is not None:
            yield Link("watches", f"deployment:{name}")
