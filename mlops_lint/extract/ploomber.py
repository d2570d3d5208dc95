"""A pipeline of Ploomber to tasks, and the code of tasks to the names of those that it waits for.

Source: https://docs.ploomber.io/en/latest/api/spec.html and https://docs.ploomber.io/en/latest/get-started/basic-concepts.html
"""

import ast
import posixpath
import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.python.module import Module, names_of
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.registry import python, texts, trees
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Sequence, strings, text
from mlops_lint.parse.words import vocabulary
from mlops_lint.subjects import Constant, Pipeline, Task, subject

_ENDINGS = (".py", ".ipynb", ".sql", ".sh", ".r", ".rmd", ".md")
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_TAKEN = re.compile(r"\{\{-?\s*upstream\s*\[\s*['\"]([^'\"]{1,200})['\"]\s*\]")


@trees("*.yaml", "*.yml", word=b"source:")
def ploomber(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the pipeline and its tasks; a list of tasks that a pipeline imports belongs to the one beside it."""
    root = documents[0] if documents else None
    nodes = root.get("tasks") if isinstance(root, Mapping) else root
    tasks = [one for one in nodes.items if isinstance(one, Mapping)] if isinstance(nodes, Sequence) else []
    if not tasks or not all(_is_task(one) for one in tasks) or not any(one.get("product") for one in tasks):
        return
    folder = posixpath.dirname(path)
    symbol = f"pipeline:{path}"
    if isinstance(root, Mapping):
        record = Pipeline(
            framework="ploomber", schedule=UNSET, managed=True, schedulable=False, alertable=False, parsed=False
        )
        name = posixpath.basename(folder) or path
        yield subject(record, locate(path, root.key("tasks") or root), name, symbol=symbol)
    else:
        symbol = f"pipeline:{posixpath.join(folder, 'pipeline.yaml')}"
    loader = root.get("meta", "source_loader") if isinstance(root, Mapping) else None
    # Sources may lie below a folder of their own, or in an installed package.
    below = text(loader.get("path")) if isinstance(loader, Mapping) else ""
    for one in tasks:
        yield _task(path, folder, symbol, one, below)


def _is_task(node: Mapping) -> bool:
    source = text(node.get("source"))
    return source is not None and (source.lower().endswith(_ENDINGS) or _DOTTED.fullmatch(source) is not None)


def _task(path: str, folder: str, pipeline: str, node: Mapping, below: str | None) -> Subject:
    """`below` is the folder of the sources from that of the pipeline; None = they are elsewhere."""
    source = text(node.get("source")) or ""
    is_file = source.lower().endswith(_ENDINGS)
    stem = posixpath.splitext(posixpath.basename(source))[0] if is_file else source.rpartition(".")[2]
    name = text(node.get("name")) or stem
    given = node.get("params")
    record = Task(
        framework="ploomber",
        operator=text(node.get("class")) or ("script" if is_file else "function"),
        remote=True,
        retryable=False,
        timed=False,
        folder=folder,
        lineage=False,
        # A task is not run again while its code and its parameters are the same.
        cached=True,
        parameters=tuple(key.text for key, _ in given.entries) if isinstance(given, Mapping) else (),
        takes=tuple(f"@{one}" for one in _symbols(folder, posixpath.join(below or "", source), is_file)),
        gives=(name,),
    )
    prefix = pipeline.replace("pipeline:", "task:", 1)
    order = (Link("depends_on", f"{prefix}#{one}") for one in strings(node.get("upstream")) if one != name)
    links = [Link("part_of", pipeline), *order, *_products(folder, node.get("product"))]
    if not is_file:
        links.append(Link("starts", f"function:{source}"))
    elif "{" not in source and "*" not in source and below is not None:
        links.append(Link("runs", f"file:{posixpath.normpath(posixpath.join(folder, below, source))}"))
    return subject(record, locate(path, node), name, symbol=f"{prefix}#{name}", links=tuple(links))


def _symbols(folder: str, source: str, is_file: bool) -> Iterator[str]:
    """The symbols under which the code of a task may say what it waits for: in its file, or for a function."""
    places = [folder, posixpath.join(folder, "src")]
    if posixpath.basename(folder) == source.partition(".")[0]:
        # The pipeline lies in the package itself.
        places.append(posixpath.dirname(folder))
    for place in places:
        if is_file:
            yield _symbol(posixpath.normpath(posixpath.join(place, source)))
        else:
            yield f"constant:{'.'.join(part for part in (place.replace('/', '.'), source, 'upstream') if part)}"


def _symbol(path: str) -> str:
    return f"constant:{names_of(path)[0]}.upstream"


def _products(folder: str, node: Node | None) -> Iterator[Link]:
    """The files that a task leaves; a list is a table of a database."""
    values = [value for _, value in node.entries] if isinstance(node, Mapping) else [node]
    for value in values:
        file = text(value)
        if file is not None and "{" not in file and "://" not in file and "." in posixpath.basename(file):
            place = file if file.startswith("/") else posixpath.normpath(posixpath.join(folder, file))
            if not place.startswith(".."):
                yield Link("writes", f"dataset:{place}")


# --- what the code of a task says


_MARKS = vocabulary("upstream")


@python
def upstream(module: Module) -> Iterator[Subject]:
    """Gives the names in `upstream = [...]` of a script, and those that a function takes of its `upstream`."""
    if not module.says(_MARKS):
        return
    body = module.scopes.module
    if {"upstream", "product"} <= body.bindings.keys():
        bound = [one for one in body.bindings["upstream"] if isinstance(one, ast.expr)]
        names = _named(bound[-1]) if bound else None
        if names is not None:
            yield _constant(names, module.locate(bound[-1]), f"{module.name}.upstream")
    for scope in module.scopes.all:
        names = tuple(dict.fromkeys(_taken(module, scope))) if "upstream" in scope.parameters else ()
        if names:
            yield _constant(names, module.locate(scope.node), f"{scope.name}.upstream")


def _named(node: ast.expr) -> tuple[str, ...] | None:
    """The names in a list, set or mapping, or the only one; None = they are not written there."""
    if isinstance(node, ast.Constant):
        return (node.value,) if isinstance(node.value, str) else () if node.value is None else None
    items = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", None)
    if not isinstance(items, list):
        return None
    return tuple(one.value for one in items if isinstance(one, ast.Constant) and isinstance(one.value, str))


def _taken(module: Module, scope: Scope) -> Iterator[str]:
    for item, where in module.scopes.items:
        of_upstream = where is scope and isinstance(item.value, ast.Name) and item.value.id == "upstream"
        if of_upstream and isinstance(item.slice, ast.Constant) and isinstance(item.slice.value, str):
            yield item.slice.value


@texts("*.sql", "*.sh")
def upstream_in_text(path: str, written: str) -> Iterator[Subject]:
    """Gives the names that a script takes of `{{upstream["name"]}}`."""
    if "upstream" in written:
        names = tuple(dict.fromkeys(_TAKEN.findall(written)))
        if names:
            yield _constant(names, Location(path), _symbol(path).removeprefix("constant:"))


def _constant(names: tuple[str, ...], location: Location, dotted: str) -> Subject:
    return subject(Constant(value=names), location, dotted, symbol=f"constant:{dotted}")
