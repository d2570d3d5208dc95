"""The YAML beside the models of dbt: tests of data, who uses a model, and who owns it.

Source: https://docs.getdbt.com/reference/configs-and-properties and https://docs.getdbt.com/docs/build/exposures
"""

import re
from collections.abc import Callable, Iterator

from mlops_lint.extract.dbt import project
from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, text
from mlops_lint.subjects import Consumer, Task, Use, subject

_TESTED = ("models", "sources", "seeds", "snapshots")
_TESTS = ("tests", "data_tests")
_REF = re.compile(r"ref\(\s*['\"]([\w.-]+)['\"]\s*(?:,\s*['\"]([\w.-]+)['\"]\s*)?\)")
_SOURCE = re.compile(r"source\(\s*['\"]([^'\"]{1,200})['\"]\s*,\s*['\"]([^'\"]{1,200})['\"]\s*\)")
# Nodes looked at in one file for its first test.
_MOST = 20_000


@trees("*.yml", "*.yaml")
def properties(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives what a file says of the models, sources and users of a project."""
    root = documents[0] if documents else None
    folder = project.root(path, "models", "snapshots", "seeds")
    if folder is None or not isinstance(root, Mapping) or not any(root.get(key) for key in (*_TESTED, "exposures")):
        return
    for purpose, name, wanted in (("data-check", "dbt", _any), ("relationship-test", "relationships", _relates)):
        if (test := _first_test(root, wanted)) is not None:
            yield subject(Use(purpose=purpose, tool="dbt"), locate(path, test), name)
    for exposure in _items(root.get("exposures")):
        yield from _consumers(path, folder, exposure)
    for model in _items(root.get("models")):
        yield from _owned(path, folder, model)


def _items(node: Node | None) -> Iterator[Mapping]:
    for one in node.items if isinstance(node, Sequence) else ():
        if isinstance(one, Mapping):
            yield one


def _any(tests: Sequence) -> bool:
    return bool(tests.items)


def _relates(tests: Sequence) -> bool:
    """Whether one of some tests asks that each key leads to a row of another table."""
    keys = (key.text for one in tests.items if isinstance(one, Mapping) for key, _ in one.entries)
    return any(key.rpartition(".")[2].startswith("relationships") for key in keys)


def _first_test(root: Mapping, wanted: Callable[[Sequence], bool]) -> Scalar | None:
    """The key of the first tests of a model, column or source that are wanted."""
    waiting: list[Node] = [found for key in reversed(_TESTED) if (found := root.get(key)) is not None]
    for _ in range(_MOST):
        if not waiting:
            return None
        node = waiting.pop()
        if isinstance(node, Sequence):
            waiting += reversed(node.items)
        elif isinstance(node, Mapping):
            for key, value in node.entries:
                if key.text in _TESTS and isinstance(value, Sequence) and wanted(value):
                    return key
            waiting += [value for key, value in reversed(node.entries) if key.text in ("columns", "tables")]
    return None


def _consumers(path: str, folder: str, exposure: Mapping) -> Iterator[Subject]:
    """One consumer for each model or source that an exposure depends on."""
    name = text(exposure.get("name"))
    given = exposure.get("depends_on")
    for one in given.items if isinstance(given, Sequence) and name is not None else ():
        written = text(one) or ""
        model, table = _REF.search(written), _SOURCE.search(written)
        if model is not None:
            of = project.task(folder, model[2] or model[1])
        elif table is not None:
            of = project.source(table[1], table[2])
        else:
            continue
        record = Consumer(of=of, by=name or "", declared=True)
        yield subject(record, locate(path, one), name or "", links=(Link("consumes", of),))


def _owned(path: str, folder: str, model: Mapping) -> Iterator[Subject]:
    """A model of which the file names the owner: the rest of it stands in its own file."""
    name = text(model.get("name"))
    places = (("meta", "owner"), ("config", "meta", "owner"), ("config", "group"), ("group",))
    owner = next((found for keys in places if (found := text(model.get(*keys))) is not None), None)
    if name is not None and owner is not None:
        record = Task(framework="dbt", owner=owner)
        yield subject(record, _at(path, model), name, symbol=project.task(folder, name))


def _at(path: str, node: Mapping) -> Location:
    return locate(path, node.key("name") or node)
