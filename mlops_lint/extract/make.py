"""A Makefile, justfile or Taskfile to a pipeline that people start, and those of its targets that run code to tasks.

Source: https://www.gnu.org/software/make/manual/make.html, https://just.systems/man/en/, https://taskfile.dev/docs/reference/schema
"""

import posixpath
import re
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.commands import code_links
from mlops_lint.extract.commands.invocations import invocations
from mlops_lint.extract.commands.purposes import Purposes, purposes
from mlops_lint.extract.registry import texts, trees
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.justfile import recipes
from mlops_lint.parse.makefile import Line, Rule, rules
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence
from mlops_lint.parse.tree import text as text_of
from mlops_lint.subjects import Pipeline, Task, subject

_COMMAND = 4000
# `echo '#!/bin/sh' > start.sh`, `curl -sSfL https://example.org/run.sh -o run.sh`
_WRITES = re.compile(
    r"(?:>>?|\b(?:curl|wget)\b[^\n;&|]{0,400}[ \t](?:-o|-O|--output|--output-document)|\b(?:cp|mv|ln)\b[^\n;&|]{0,400})"
    r"[ \t]*[\"']?(?:\$\([^\n]{0,200}\)|\$\{[^}\n]{0,200}\})?(?P<file>[\w./-]+)"
)
# What is made of these, or to these, is data and models; other files are sources or marks that something was done.
_DATA = frozenset(
    "csv tsv parquet json jsonl feather pkl pickle joblib npy npz h5 hdf5 pt pth ckpt onnx arrow avro xlsx "
    "zip gz".split()
)


class File(msgspec.Struct, frozen=True):
    """The file, the folder in which its commands run, None = unknown, and what they write themselves."""

    path: str
    framework: str
    folder: str | None
    written: frozenset[str]


@texts("Makefile", "makefile", "GNUmakefile", "*.mk", "Makefile.*")
def make(path: str, text: str) -> Iterator[Subject]:
    """Gives the targets whose recipes run code of the repository, test, train, check or release, and those above."""
    # A part is taken into a Makefile that lies elsewhere.
    folder = None if path.endswith(".mk") else posixpath.dirname(path)
    known = rules(text)
    yield from _pipeline(File(path, "make", folder, _written(folder, known)), {rule.target: rule for rule in known})


@texts("justfile", "Justfile", ".justfile", "*.just")
def just(path: str, text: str) -> Iterator[Subject]:
    """Gives those recipes of a justfile; just runs them in its folder."""
    folder = posixpath.dirname(path)
    known = recipes(text)
    yield from _pipeline(File(path, "just", folder, _written(folder, known)), {rule.target: rule for rule in known})


@trees("Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "taskfile.yaml", "Taskfile.dist.yml", "Taskfile.dist.yaml")
def taskfile(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives those tasks of a Taskfile; they run in its folder unless they name another."""
    root = documents[0] if documents else None
    tasks = root.get("tasks") if isinstance(root, Mapping) else None
    known = [_of_taskfile(key, value) for key, value in tasks.entries] if isinstance(tasks, Mapping) else []
    folder = posixpath.dirname(path)
    yield from _pipeline(File(path, "task", folder, _written(folder, known)), {rule.target: rule for rule in known})


def _of_taskfile(key: Scalar, value: Node) -> Rule:
    """A task is a mapping, a list of commands or one; `dir` is entered before each command."""
    body = value if isinstance(value, Mapping) else None
    where = text_of(body.get("dir")) if body is not None else None
    needs, recipe = list[str](), list[Line]()
    listed = [value] if body is None else [body.get(name) for name in ("deps", "cmds", "cmd")]
    for number, node in enumerate(listed):
        for item in node.items if isinstance(node, Sequence) else (node,):
            named = text_of(item.get("task")) if isinstance(item, Mapping) else None
            line = text_of(item.get("cmd") if isinstance(item, Mapping) else item)
            if named is not None or (body is not None and number == 0 and line is not None):
                needs.append(named or line or "")
            elif line is not None and item is not None:
                recipe.append(Line(f"cd {where} && {line}" if where else line, item.line))
    return Rule(key.text, key.line, needs, recipe)


def _pipeline(file: File, known: dict[str, Rule]) -> Iterator[Subject]:
    path = file.path
    links = {name: tuple(_links(file, rule)) for name, rule in known.items()}
    found = {name: purposes(line.text for line in rule.recipe) for name, rule in known.items()}
    idle = {name: Purposes(opaque=one.opaque, local=one.local) for name, one in found.items()}
    works = {name for name in known if links[name] or found[name] != idle[name]}
    _add_above(works, known)
    if not works:
        return
    first = next(rule for name, rule in known.items() if name in works)
    record = Pipeline(
        framework=file.framework,
        schedule=None,
        managed=False,
        triggers=(),
        schedulable=False,
        alertable=False,
        ownable=False,
        parsed=False,
        compiled=False,
    )
    yield subject(record, Location(path, first.line), path, symbol=f"pipeline:{path}")
    for name, rule in known.items():
        if name in works:
            order = [Link("depends_on", f"task:{path}#{need}") for need in rule.needs if need in works]
            yield _task(file, rule, (*order, *links[name]), found[name])


def _add_above(works: set[str], known: dict[str, Rule]) -> None:
    """Adds the targets that only name others: they are their order."""
    above: dict[str, list[str]] = {}
    for name, rule in known.items():
        for need in rule.needs:
            above.setdefault(need, []).append(name)
    waiting = list(works)
    while waiting:
        for name in above.get(waiting.pop(), ()):
            if name not in works:
                works.add(name)
                waiting.append(name)


def _task(file: File, rule: Rule, links: tuple[Link, ...], found: Purposes) -> Subject:
    path = file.path
    code = any(link.role in ("runs", "starts") for link in links)
    record = Task(
        framework=file.framework,
        operator="target",
        remote=code or found.trains or found.deploys,
        retryable=False,
        timed=False,
        image=None,
        image_pinned=None,
        packages_pinned=None,
        command="\n".join(line.text for line in rule.recipe)[:_COMMAND] or None,
        folder=file.folder if rule.recipe and file.folder is not None else UNSET,
        lineage=False,
        manual=False,
    )
    at = Location(path, rule.line, 1, rule.line, len(rule.target) + 1)
    whole = tuple(dict.fromkeys((Link("part_of", f"pipeline:{path}", at), *links)))
    return subject(record, at, rule.target, symbol=f"task:{path}#{rule.target}", links=whole)


def _written(folder: str | None, recipes: Iterable[Rule]) -> frozenset[str]:
    """The files that recipes write themselves, or bring: those are not there before."""
    lines = (line.text for rule in recipes for line in rule.recipe)
    made = (one["file"].lstrip("/") for line in lines for one in _WRITES.finditer(line))
    return frozenset(f"file:{posixpath.normpath(posixpath.join(folder or '', one))}" for one in made)


def _links(file: File, rule: Rule) -> Iterator[Link]:
    path, folder = file.path, file.folder
    for line in rule.recipe:
        place = Location(path, line.number)
        for link in code_links(line.text, folder):
            if link.symbol in file.written:
                continue
            yield Link(link.role, link.symbol, place, link.words)
        own = f"task:{path}#{rule.target}"
        yield from (link for link in invocations(line.text, folder, place) if link.symbol != own)
    if rule.recipe and file.framework == "make":
        yield from (Link("reads", symbol) for symbol in _data(folder, rule.needs))
        yield from (Link("writes", symbol) for symbol in _data(folder, [rule.target]))


def _data(folder: str | None, names: list[str]) -> Iterator[str]:
    for name in names if folder is not None else ():
        if name.rpartition(".")[2] in _DATA and "." in name and "$" not in name:
            file = posixpath.normpath(posixpath.join(folder or "", name))
            if not file.startswith(("..", "/")):
                yield f"dataset:{file}"
