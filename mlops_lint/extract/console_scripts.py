"""Declarations of a project to the commands that its installation brings, and the functions that they start.

Source: https://packaging.python.org/en/latest/specifications/entry-points/,
https://python-poetry.org/docs/pyproject/#scripts and
https://setuptools.pypa.io/en/latest/userguide/entry_point.html
"""

import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.registry import python, trees
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, text
from mlops_lint.subjects import EntryPoint, subject

_TABLES = (("project", "scripts"), ("project", "gui-scripts"), ("tool", "poetry", "scripts"))
_GROUPS = ("console_scripts", "gui_scripts")
# `train = pkg.cli:main [extra]`
_STATED = re.compile(r"\s*([\w.-]+)\s*=\s*([A-Za-z_][\w.]*\s*:\s*[\w.]+)")


@trees("pyproject.toml")
def project_scripts(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the commands of a pyproject.toml."""
    root = documents[0] if documents else None
    for keys in _TABLES:
        table = root.get(*keys) if isinstance(root, Mapping) else None
        for key, value in table.entries if isinstance(table, Mapping) else ():
            target = value.get("callable") or value.get("reference") if isinstance(value, Mapping) else value
            yield from _command(key.text, text(target) or "", locate(path, key))


@trees("setup.cfg", "entry_points.txt")
def configured_scripts(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the commands that setuptools reads from its configuration."""
    root = documents[0] if documents else None
    for group in _GROUPS:
        written = root.get("options.entry_points", group) if isinstance(root, Mapping) else None
        for line in (text(written) or "").splitlines():
            if written is not None and (found := _STATED.match(line)):
                yield from _command(found[1], found[2], locate(path, written))


@python
def setup_scripts(module: Module) -> Iterator[Subject]:
    """Gives the commands of a setup.py."""
    if module.path.rpartition("/")[2] == "setup.py" and any(group in module.source for group in _GROUPS):
        for written in module.scopes.texts:
            for line in written.splitlines():
                if found := _STATED.fullmatch(line.rstrip()):
                    yield from _command(found[1], found[2], Location(module.path))


def _command(name: str, target: str, location: Location) -> Iterator[Subject]:
    module, _, function = (part.strip() for part in target.partition(":"))
    if module and function:
        links = (Link("starts", f"function:{module}.{function}"), Link("starts", f"module:{module}"))
        symbol = f"entry:{location.path}#{name}"
        yield subject(EntryPoint(how="command"), location, name, symbol=symbol, links=links)
