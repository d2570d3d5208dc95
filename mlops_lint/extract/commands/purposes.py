"""Shell commands and CI actions to what they are for: deploy, test, train, check.

The tables are in `purpose_tables`, and serve all CI systems, Makefiles and scripts alike.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator

import msgspec

from mlops_lint.extract.commands import LIMIT, WORDS, unwrapped
from mlops_lint.extract.commands import purpose_tables as tables
from mlops_lint.extract.commands.tables import PYTHON
from mlops_lint.extract.commands.words import HOLE, tokens

# Patterns are tried on no more than this of a command, and of each of its words.
_COMMAND = 600
_WORD = 120
_SHELLS = frozenset({"bash", "sh", "zsh"})
_TAKEN = re.compile(r"\$\(([^()]{1,2000})\)")
# Code that stands in the command itself.
_SCRIPT = re.compile(r"python[\d.]*(?: -)? *<<")
_NAMED = frozenset({"hatch", "pdm", "pixi", "rye"})
_INSIDE = re.compile(r"(?:docker|podman|docker-compose|kubectl|singularity|apptainer|uvx|pipx run|uv tool run) ")
_TOOLS = re.compile(r"\s(?P<rest>(?:pytest|py\.test|tox|nox|make|python[\d.]*) .*|pytest$)")
_MODULES = re.compile(
    r"(?:python[\d.]*|torchrun) (?:-\S+ )*-m (?=(?:pytest|unittest|doctest|tox|nox|coverage|dvc|mlflow|kedro|prefect|"
    r"invoke|twine|great_expectations|nose2|trial|spacy|rasa|kfp|snakemake|semantic_release)\b)"
)


class Purposes(msgspec.Struct, frozen=True):
    """What commands are for."""

    deploys: bool = False
    tests: bool = False
    trains: bool = False
    checks: tuple[str, ...] = ()
    opaque: bool = False
    """Something is started that is written elsewhere, and that may be for anything."""
    local: bool = False
    """A cluster is made for this run alone."""


def purposes(commands: Iterable[str], actions: Iterable[str] = ()) -> Purposes:
    """Gives what the commands, each of one or many lines, and the actions of one job are for."""
    found = Purposes()
    for text in commands:
        for command in simple(text):
            found = together(found, _of_command(command))
        if "<<" in text and _SCRIPT.search(text):
            found = together(found, Purposes(opaque=True))
    local = False
    for action in actions:
        local = local or tables.LOCAL_ACTION.search(action) is not None
        found = together(found, _of_action(action.partition("@")[0][:_WORD]))
    # What is applied to a cluster that lives as long as the job releases nothing.
    return msgspec.structs.replace(found, deploys=False) if local or found.local else found


def unclear(text: str) -> Iterator[str]:
    """Gives the simple commands that start what is written elsewhere."""
    return (command for command in simple(text) if _of_command(command).opaque)


def together(one: Purposes, other: Purposes) -> Purposes:
    """Gives what both are for."""
    return Purposes(
        one.deploys or other.deploys,
        one.tests or other.tests,
        one.trains or other.trains,
        tuple(check for check in tables.CHECKS if check in one.checks or check in other.checks),
        one.opaque or other.opaque,
        one.local or other.local,
    )


def simple(text: str) -> Iterator[str]:
    """Gives the simple commands of a text, without wrappers; `{}` stands for what is filled in."""
    # What is started for what it prints: `ARN=$(aws sagemaker start-pipeline-execution ...)`.
    taken = [found[1] for found in _TAKEN.finditer(text[:LIMIT])] if "$(" in text else []
    for words in (found for part in (text, *taken) for found in _split(part)):
        inner = _handed(words)
        for found in (words,) if inner is None else _split(inner):
            yield _joined(found)


def _split(text: str) -> Iterator[list[str]]:
    words: list[str] = []
    for kind, word in (*tokens(text[:LIMIT]), ("break", "\n")):
        if kind == "word":
            words.append(word)
        elif kind == "break" and words:
            known = unwrapped(words[:WORDS])
            # `hatch run test` runs a task of that name, `hatch run pytest` a program.
            if words[0] in _NAMED and known and known != words and not PYTHON.match(known[0]):
                yield words
            if known:
                yield known
            words = []


def _handed(words: list[str]) -> str | None:
    """The text of `bash -c text`; None where it is no such command."""
    if posixpath.basename(words[0]) in _SHELLS and len(words) > 2 and re.fullmatch(r"-\w*c", words[1]):
        return words[2]
    return None


def _joined(words: list[str]) -> str:
    short = [word.replace(HOLE, "{}")[:_WORD] for word in words]
    # The folder of a tool that is installed says nothing, that of a script does.
    installed = short[0].startswith("/") or "/bin/" in short[0]
    first = posixpath.basename(short[0]) if installed and not short[0].endswith((".sh", ".bash", ".py")) else short[0]
    return _MODULES.sub("", " ".join([first or short[0], *short[1:]])[:_COMMAND])


def _of_command(command: str) -> Purposes:
    if tables.INSTALLS.match(command):
        return Purposes()
    if _INSIDE.match(command) and (inner := _TOOLS.search(command)) is not None:
        return together(_matched(command), _matched(_MODULES.sub("", inner["rest"])))
    return _matched(command)


def _matched(command: str) -> Purposes:
    tests = tables.TESTS.match(command) is not None
    return Purposes(
        deploys=tables.DEPLOYS.match(command) is not None and tables.DOCUMENTS.search(command) is None,
        tests=tests,
        trains=tables.TRAINS.match(command) is not None,
        checks=tuple(check for check, pattern in tables.CHECKS.items() if pattern.match(command)),
        opaque=not tests and tables.OPAQUE.match(command) is not None,
        local=tables.LOCAL.match(command) is not None,
    )


def _of_action(name: str) -> Purposes:
    return Purposes(
        # An action of the repository itself has a file that says what it does.
        deploys=not name.startswith("./") and _releases(name),
        tests=tables.ACTION_TESTS.search(name) is not None,
        checks=tuple(check for check, pattern in tables.ACTION_CHECKS.items() if pattern.search(name)),
        opaque="/.github/workflows/" in name and not name.startswith("./"),
    )


def _releases(name: str) -> bool:
    return tables.ACTION_DEPLOYS.search(name) is not None and tables.ACTION_PAGES.search(name) is None
