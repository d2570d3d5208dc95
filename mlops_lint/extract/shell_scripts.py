"""A shell script that runs several programs of the repository, one after the other, to a pipeline of one file.

A script with branches chooses among commands, so that nobody can say which come after which: it is none.
Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
"""

import posixpath
import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.commands import code_links
from mlops_lint.extract.registry import texts
from mlops_lint.model import Link, Location, Subject
from mlops_lint.subjects import Pipeline, Task, subject

_BRANCHES = re.compile(r"^\s*(?:else|elif|case)\b|;\s*else\b", re.MULTILINE)
_CODE = (".py", ".R", ".r", ".jl", ".ipynb")
_COMMAND = 4000


@texts("*.sh", "*.bash")
def shell(path: str, text: str) -> Iterator[Subject]:
    """Gives the pipeline and its steps, each under the name of the program that it runs."""
    if ("python" not in text and ".py" not in text) or _BRANCHES.search(text):
        return
    steps = [step for step in _steps(text) if _is_code(step[2])]
    if len({link.symbol for _, _, link in steps}) < 2:
        return
    record = Pipeline(
        framework="shell",
        schedule=None,
        managed=False,
        triggers=(),
        schedulable=False,
        alertable=False,
        ownable=False,
        parsed=False,
        compiled=False,
    )
    yield subject(record, Location(path, steps[0][0]), path, symbol=f"pipeline:{path}")
    before: str | None = None
    seen: dict[str, int] = {}
    for line, command, link in steps:
        stem = _stem(link)
        seen[stem] = seen.get(stem, 0) + 1
        name = stem if seen[stem] == 1 else f"{stem} {seen[stem]}"
        yield _task(path, name, line, command, link, before)
        before = name


def _steps(text: str) -> Iterator[tuple[int, str, Link]]:
    """Gives the line, the command and the code of each command that starts some."""
    for number, line in _logical(text):
        # Where a script is started from is not said in it.
        for link in code_links(line, None):
            yield number, line.strip(), link


def _is_code(link: Link) -> bool:
    scheme, _, name = link.symbol.partition(":")
    if scheme == "module":
        # A module without a dot is a tool as often as a package of the repository.
        return "." in name
    last = posixpath.basename(name)
    return last.endswith(_CODE) and not name.startswith("..") and not last.startswith("test_") and last != "setup.py"


def _stem(link: Link) -> str:
    scheme, _, name = link.symbol.partition(":")
    return name.rpartition(".")[2] if scheme == "module" else posixpath.splitext(posixpath.basename(name))[0]


def _task(path: str, name: str, line: int, command: str, link: Link, before: str | None) -> Subject:
    record = Task(
        framework="shell",
        operator="command",
        remote=True,
        retryable=False,
        timed=False,
        image=None,
        image_pinned=None,
        packages_pinned=None,
        command=command[:_COMMAND],
        folder=UNSET,
        lineage=False,
        manual=False,
    )
    at = Location(path, line)
    links = [Link("part_of", f"pipeline:{path}", at), Link(link.role, link.symbol, at, link.words)]
    if before is not None:
        links.append(Link("depends_on", f"task:{path}#{before}", at))
    return subject(record, at, name, symbol=f"task:{path}#{name}", links=tuple(links))


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Gives lines that a backslash joins as one, with the number of the first; lines of input are left out."""
    parts: list[str] = []
    first, end = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        if end:
            end = "" if line.strip() == end else end
            continue
        if not parts:
            first = number
        parts.append(line.removesuffix("\\"))
        if not line.endswith("\\"):
            whole = " ".join(parts)
            found = re.search(r"(?<!<)<<-?\s*(['\"]?)(\w+)\1", whole)
            end = found[2] if found is not None else ""
            yield first, whole
            parts = []
