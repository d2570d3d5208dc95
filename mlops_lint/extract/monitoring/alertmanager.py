"""Settings of Alertmanager to who is told of alerts.

Source: https://prometheus.io/docs/alerting/latest/configuration/ and AlertmanagerConfig of the operator.
"""

from collections.abc import Iterator

from mlops_lint.extract.manifests import manifests
from mlops_lint.extract.registry import trees
from mlops_lint.model import Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Sequence, text
from mlops_lint.subjects import Use, subject

_TELLS = ("_configs", "Configs")


@trees("*.yml", "*.yaml", word=b"receivers:")
def alertmanager(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives a use `alert-route` for the route of a file whose first receiver tells somebody; it takes every alert."""
    for root in documents:
        if isinstance(root, Mapping) and isinstance(root.get("receivers"), Sequence) and root.get("kind") is None:
            yield from _route(path, root)
    for one in manifests(documents):
        if one.kind == "AlertmanagerConfig" and one.spec is not None:
            yield from _route(path, one.spec)


def _route(path: str, root: Mapping) -> Iterator[Subject]:
    key, name = root.key("route"), text(root.get("route", "receiver"))
    if key is not None and name is not None and name in _told(root.get("receivers")):
        yield subject(Use(purpose="alert-route", tool="alertmanager"), locate(path, key), name)


def _told(receivers: Node | None) -> set[str]:
    """The receivers that have some means to tell: without one, an alert is dropped."""
    found: set[str] = set()
    for one in receivers.items if isinstance(receivers, Sequence) else ():
        name = text(one.get("name")) if isinstance(one, Mapping) else None
        if isinstance(one, Mapping) and name is not None and any(key.text.endswith(_TELLS) for key, _ in one.entries):
            found.add(name)
    return found
