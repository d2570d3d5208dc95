"""Charts of Helm to what they put into manifests: values that name images and numbers of copies.

Source: https://helm.sh/docs/chart_template_guide/values_files/
"""

from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.registry import trees
from mlops_lint.model import Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, text
from mlops_lint.subjects import Resource, Use, subject

# Of these keys the linker has a use.
_WANTED = ("image", "tag", "repository", "registry", "replica", "digest")
_MOST = 400


@trees("values.yaml", "values.yml", "values[-._]*.yaml", "values[-._]*.yml")
def values(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the values of a chart that name images and numbers of copies, each by its dotted key."""
    waiting: list[tuple[str, Node]] = [("", root) for root in documents[:1]]
    count = 0
    while waiting and count < _MOST:
        dotted, node = waiting.pop()
        if isinstance(node, Mapping):
            waiting += [(f"{dotted}.{key.text}".lstrip("."), value) for key, value in node.entries]
        elif isinstance(node, Scalar) and any(word in dotted.lower() for word in _WANTED):
            count += 1
            record = Use(purpose="chart-value", tool=node.text if node.value is not None else "")
            yield subject(record, locate(path, node), dotted, symbol=f"value:{path}#{dotted}")


@trees("Chart.yaml", "Chart.yml")
def chart(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives a chart, which is made to be used with other values."""
    root = documents[0] if documents else None
    if isinstance(root, Mapping) and (key := root.key("name")) is not None:
        record = Resource(framework="helm", what="Chart", holds="release", public=UNSET, parameterised=True)
        yield subject(record, locate(path, key), text(root.get("name")) or path, symbol=f"resource:{path}")
