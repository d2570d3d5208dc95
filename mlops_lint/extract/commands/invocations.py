"""A shell command to the pipelines and targets that it starts by their tools: `make train`, `just train`, `dvc repro`.

Source: https://www.gnu.org/software/make/manual/make.html#Options-Summary, https://dvc.org/doc/command-reference/repro,
https://just.systems/man/en/, https://taskfile.dev/docs/reference/cli
"""

import posixpath
import re
from collections.abc import Iterator

from mlops_lint.extract.commands.purposes import simple
from mlops_lint.model import Link, Location

_MAKE = re.compile(r"g?make(?: |$)")
_REPRO = re.compile(r"dvc (?:repro|exp run|experiments run)\b")
_MAKE_VALUED = frozenset("-C --directory -f --file --makefile -I -j -l -o -W".split())
_MARKS = ("make", "dvc ", "just ", "task ")
# A recipe of just or Task comes first, what follows may be its arguments; which of the files is there the tree tells.
_RECIPE = re.compile(r"(just|task) (?:--?[a-z-]+ )?([A-Za-z_][\w:-]*)(?: |$)")
_RECIPES = {"just": ("justfile", "Justfile"), "task": ("Taskfile.yml", "Taskfile.yaml")}


def invocations(command: str, folder: str | None, location: Location | None = None) -> Iterator[Link]:
    """Gives `starts` for targets of a Makefile, justfile or Taskfile, `triggers` for a pipeline of DVC.

    `folder` is the working directory from the root of the repository, None = unknown.
    """
    if folder is None or not any(mark in command for mark in _MARKS):
        return
    for one in simple(command):
        if one.startswith("cd "):
            entered = _below(folder, one[3:].strip())
            if entered is None:
                return
            folder = entered
        elif _MAKE.match(one):
            yield from (Link("starts", symbol, location) for symbol in _targets(one.split()[1:], folder))
        elif (recipe := _RECIPE.match(one)) is not None:
            paths = (posixpath.normpath(posixpath.join(folder, name)) for name in _RECIPES[recipe[1]])
            yield from (Link("starts", f"task:{path}#{recipe[2]}", location) for path in paths)
        elif _REPRO.match(one):
            yield Link("triggers", f"pipeline:{posixpath.join(folder, 'dvc.yaml')}", location)


def _targets(words: list[str], folder: str) -> Iterator[str]:
    file, targets, at = "Makefile", list[str](), 0
    while at < len(words):
        word, value = words[at], words[at + 1] if at + 1 < len(words) else ""
        if word in ("-C", "--directory"):
            folder = _below(folder, value) or folder
        elif word in ("-f", "--file", "--makefile"):
            file = value
        elif not word.startswith("-") and "=" not in word and "{" not in word:
            targets.append(word)
        at += 2 if word in _MAKE_VALUED else 1
    if "$" in file or "{" in file:
        return
    path = posixpath.normpath(posixpath.join(folder, file))
    yield from (f"task:{path}#{target}" for target in targets)


def _below(folder: str, entered: str) -> str | None:
    """Gives the folder that `cd` leads to; None = outside the repository, or not known."""
    if "{" in entered or "$" in entered or entered.startswith(("/", "~", "-")):
        return None
    found = posixpath.normpath(posixpath.join(folder, entered))
    return None if found.startswith("..") else "" if found == "." else found
