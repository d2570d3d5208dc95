"""Models, snapshots and tests of dbt to tasks and what they wait for, and the project to a pipeline.

Source: https://docs.getdbt.com/reference/dbt-jinja-functions/ref and .../source
"""

import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.dbt import project
from mlops_lint.extract.python.module import Module, symbol_of
from mlops_lint.extract.registry import python, texts, trees
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, text
from mlops_lint.subjects import Pipeline, Task, Use, subject

# `ref('model')`, `ref('package', 'model')`, `ref("model", v=2)`; the last name is the model.
_REF = re.compile(r"\bref\s*\(\s*['\"]([\w.-]+)['\"]\s*(?:,\s*['\"]([\w.-]+)['\"]\s*)?(?:,[^)'\"]{0,80})?\)")
_SOURCE = re.compile(r"\bsource\s*\(\s*['\"]([^'\"]{1,200})['\"]\s*,\s*['\"]([^'\"]{1,200})['\"]\s*\)")
_COMMENT = re.compile(r"\{#(?s:.*?)#\}")
_SNAPSHOT = re.compile(r"\{%-?\s*snapshot\s+(\w+)\s*-?%\}")
_MATERIALIZED = re.compile(r"\bmaterialized\s*=\s*['\"](\w+)['\"]")
_JINJA = ("{{", "{%")
# Texts of generated models are longer; what they read stands at their start.
_LONGEST = 200_000


@trees("dbt_project.yml", "dbt_project.yaml")
def dbt_project(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the project."""
    root = documents[0] if documents else None
    name = text(root.get("name")) if isinstance(root, Mapping) else None
    if isinstance(root, Mapping) and name is not None:
        # dbt orders and runs its models, but whoever calls it decides when.
        record = Pipeline(framework="dbt", schedule=UNSET, managed=False, schedulable=False, parsed=False)
        location = locate(path, root.key("name") or root)
        yield subject(record, location, name, symbol=f"pipeline:{path}")


@texts("*.sql")
def models(path: str, written: str) -> Iterator[Subject]:
    """Gives the model or the snapshots of a file, or the test that it is."""
    if not any(mark in written for mark in _JINJA):
        return
    written = _COMMENT.sub("", written[:_LONGEST])
    stem = path.rpartition("/")[2].removesuffix(".sql")
    if (root := project.root(path, "tests", "data-tests")) is not None:
        if _REF.search(written) or _SOURCE.search(written):
            yield subject(Use(purpose="data-check", tool="dbt"), Location(path), "dbt")
    elif (root := project.root(path, "models")) is not None:
        yield _task(Location(path), root, stem, written)
    elif (root := project.root(path, "snapshots")) is not None:
        for found in _SNAPSHOT.finditer(written):
            line = written.count("\n", 0, found.start()) + 1
            end = written.find("endsnapshot", found.end())
            body = written[found.end() : end if end >= 0 else len(written)]
            yield _task(Location(path, line, 1, line, 1), root, found[1], body)


def _task(location: Location, root: str, name: str, written: str) -> Subject:
    kind = _MATERIALIZED.search(written)
    record = Task(
        framework="dbt",
        operator=kind[1] if kind is not None else "model",
        # A model that is ephemeral is a part of others.
        remote=kind is None or kind[1] != "ephemeral",
        retryable=False,
        timed=False,
        lineage=False,
        purpose="transform",
    )
    links = (Link("part_of", project.pipeline(root)), *_waits(root, name, written))
    return subject(record, location, name, symbol=project.task(root, name), links=links)


def _waits(root: str, name: str, written: str) -> Iterator[Link]:
    others = dict.fromkeys(found[2] or found[1] for found in _REF.finditer(written))
    for other in others:
        if other != name:
            yield Link("depends_on", project.task(root, other))
    for found in dict.fromkeys(_SOURCE.findall(written)):
        yield Link("reads", project.source(*found))


@python
def python_models(module: Module) -> Iterator[Subject]:
    """Gives the model that a Python file of a project is: `def model(dbt, session)`."""
    root = project.root(module.path, "models")
    if root is None or "def model(dbt" not in module.source:
        return
    scope = module.names.scope(f"{module.name}.model")
    if scope is not None:
        name = module.path.rpartition("/")[2].removesuffix(".py")
        record = Task(framework="dbt", operator="python", remote=True, retryable=False, timed=False, lineage=False)
        waits = _waits(root, name, module.source[:_LONGEST])
        links = (Link("part_of", project.pipeline(root)), Link("starts", symbol_of(scope)), *waits)
        yield subject(record, module.locate(scope.node), name, symbol=project.task(root, name), links=links)
