"""Files in which tools for checks of data keep them, to uses: suites and checkpoints, checks, and tests of tables.

Source: https://docs.greatexpectations.io/docs/reference/ (suites and checkpoints of 0.x and 1.x),
https://docs.soda.io/soda-v3/sodacl-reference, https://docs.getdbt.com/reference/resource-properties/data-tests
"""

from collections.abc import Iterator

from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Sequence, text
from mlops_lint.subjects import Use, subject

_SODA = "checks for "
_TESTS = ("tests", "data_tests")
_TABLES = ("models", "sources", "seeds", "snapshots")


@trees("*.json", word=b"expectation")
def suite(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives a use `data-check-file` for a suite of Great Expectations that expects something."""
    root = documents[0] if documents else None
    expected = root.get("expectations") if isinstance(root, Mapping) else None
    if isinstance(root, Mapping) and isinstance(expected, Sequence) and expected.items:
        name = text(root.get("expectation_suite_name")) or text(root.get("name")) or path
        at = root.key("expectation_suite_name") or root.key("expectations") or root
        yield subject(Use(purpose="data-check-file", tool="great-expectations"), locate(path, at), name)


@trees("*.yml", "*.yaml", word=b"checks for ")
def soda(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives a use `data-check-file` for each table that a file of Soda checks."""
    for root in documents:
        for key, value in root.entries if isinstance(root, Mapping) else ():
            if key.text.startswith(_SODA) and isinstance(value, Sequence) and value.items:
                table = key.text.removeprefix(_SODA).strip()
                record = Use(purpose="data-check-file", tool="soda")
                yield subject(record, locate(path, key), table, links=(Link("describes", f"dataset:table:{table}"),))


@trees("*.yml", "*.yaml", word=b"version: 2")
def dbt(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives for each table in the properties of dbt whether it is described, and whether it is tested."""
    root = documents[0] if documents else None
    if not isinstance(root, Mapping) or not any(isinstance(root.get(one), Sequence) for one in _TABLES):
        return
    for name, table in _tables(root):
        at = locate(path, table.key("name") or table)
        links = (Link("describes", f"dataset:table:{name}"),)
        if text(table.get("description")):
            yield subject(Use(purpose="data-description", tool="dbt"), at, name, links=links)
        if _tested(table):
            yield subject(Use(purpose="data-check-file", tool="dbt"), at, name, links=links)


def _tables(root: Mapping) -> Iterator[tuple[str, Mapping]]:
    for section in _TABLES:
        for one in _items(root.get(section)):
            name = text(one.get("name"))
            if section != "sources" and name is not None:
                yield name, one
            schema = text(one.get("schema")) or name
            for table in _items(one.get("tables")):
                own = text(table.get("name"))
                if own is not None:
                    yield f"{schema}.{own}", table


def _tested(table: Mapping) -> bool:
    return any(one.get(key) is not None for one in (table, *_items(table.get("columns"))) for key in _TESTS)


def _items(node: Node | None) -> Iterator[Mapping]:
    for item in node.items if isinstance(node, Sequence) else ():
        if isinstance(item, Mapping):
            yield item
