"""A shell script that runs several programs of the repository, one after the other, to a pipeline of one file.

A script that only chooses which one program runs is none. What it sends to a cluster of Ray is a task in any case.
Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html and
https://docs.ray.io/en/latest/cluster/running-applications/job-submission/cli.html
"""

import posixpath
import re
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.commands import code_links
from mlops_lint.extract.commands.scripts import Line, script
from mlops_lint.extract.python.uris import HERE
from mlops_lint.extract.registry import texts
from mlops_lint.model import Link, Location, Subject
from mlops_lint.subjects import Pipeline, Task, subject

# Where a command may begin: of the words of the language those that open, part and close branches.
_TURN = re.compile(r"(?:^|(?<=[;&|])|(?<=\bdo)|(?<=\bthen)|(?<=\belse))\s*(if|elif|else|fi|case|esac)\b|(;;)")
_WAIT = re.compile(r"\s*wait\b")
_BEHIND = re.compile(r"(?<![&>|])&\s*$")
_SUBSTITUTED = re.compile(r"\s*`([^`]*)`\s*$")
_SUBMITS = re.compile(r"\bray job submit\b")
# What a job asks for by itself, by the option of the command.
_ASKED = (("cpu", "--entrypoint-num-cpus"), ("gpu", "--entrypoint-num-gpus"), ("memory", "--entrypoint-memory"))
_CODE = (".py", ".R", ".r", ".jl", ".ipynb")
_COMMAND = 4000
# More is generated; a script of a hundred steps is long.
_STEPS = 500
# Functions that call functions.
_DEPTH = 20

_ASSIGNED = re.compile(r"\s*(?:export |readonly |local )?\s*(\w+)=(\S*|\"[^\"]*\"|'[^']*')(?=\s*(?:[;#]|$))")
_OF_SCRIPT = re.compile(r"dirname (?:-- )?[\"']?\$(?:0|\{(?:0|BASH_SOURCE[^}]*)\})[\"']?\s*\)[\"']?(?P<up>(?:/\.\.)*)")
_PLACED = re.compile(r"\s*(?:export |readonly |local )?\s*(\w+)=[\"']?\$\(")
_VARIABLE = re.compile(r"[\"']?\$(?:\{(\w+)\}|(\w+))[\"']?(?=/)")
_DIRECTLY = re.compile(r"[\"']?\$\(dirname (?:-- )?[\"']?\$(?:0|\{BASH_SOURCE[^}]*\})[\"']?\)[\"']?(?=/)")
# Stands for a folder that only the environment knows.
_ANYWHERE = "?"


class _Step(msgspec.Struct, frozen=True):
    """A command that runs a program, with the names of those that have ended before it starts."""

    name: str
    line: int
    command: str
    link: Link
    after: tuple[str, ...]
    submits: bool
    """It sends the program to a cluster of Ray."""


class _Order(msgspec.Struct):
    """Who comes after whom, while a script is read from the top."""

    ends: tuple[str, ...] = ()
    """What has ended before the next command starts."""
    behind: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """What was started with `&`, and what stood before it."""
    blocks: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    """Of each branching around: what had ended before it, and the ends of its branches so far."""

    def turn(self, word: str) -> None:
        """Opens, parts or closes a branching."""
        if word in ("if", "case"):
            self.blocks.append((self.ends, ()))
            return
        if not self.blocks:
            return
        start, found = self.blocks.pop()
        found += self.ends if self.ends != start else ()
        if word in ("fi", "esac"):
            self.ends = tuple(dict.fromkeys(found)) or start
        else:
            self.blocks.append((start, found))
            self.ends = start

    def wait(self) -> None:
        """Waits for all that runs behind."""
        before = {name for _, names in self.behind for name in names}
        self.ends = (*(name for name in self.ends if name not in before), *(name for name, _ in self.behind))
        self.behind = ()


@texts("*.sh", "*.bash")
def shell(path: str, text: str) -> Iterator[Subject]:
    """Gives the pipeline and its steps, each under the name of the program that it runs."""
    if "python" not in text and ".py" not in text:
        return
    steps = _Reader(path, text).read()
    programs = {step.name: step.link.symbol for step in steps}
    if all(programs[step.name] == programs[name] for step in steps for name in step.after):
        yield from (_task(path, step, ()) for step in steps if step.submits)
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
    yield subject(record, Location(path, steps[0].line), path, symbol=f"pipeline:{path}")
    for step in steps:
        links = [Link("part_of", f"pipeline:{path}", Location(path, step.line))]
        links += [Link("depends_on", f"task:{path}#{name}", Location(path, step.line)) for name in step.after]
        yield _task(path, step, tuple(links))


class _Reader:
    """Goes through a script, and through its functions where they are called."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._lines, self._functions = script(text)
        names = "|".join(re.escape(one) for one in self._functions)
        self._called = re.compile(rf"(?:^|[;&|)]|\b(?:then|do|else)\b)\s*({names})(?=\s|;|$)") if names else None
        self._order = _Order()
        self._places: dict[str, str | None] = {}
        self._seen: dict[str, int] = {}
        self._rounds = _STEPS
        self.steps: list[_Step] = []

    def read(self) -> list[_Step]:
        """Gives the steps in the order in which they run."""
        self._block(self._lines, ())
        return self.steps

    def _block(self, lines: list[Line], around: tuple[str, ...]) -> None:
        for number, line in lines:
            _assign(self._path, line, self._places)
            for piece, turn in _pieces(_placed(self._path, line, self._places)):
                if _WAIT.match(piece):
                    self._order.wait()
                self._commands(number, line, piece)
                for found in self._called.finditer(piece) if self._called is not None else ():
                    # One that calls itself, or calls without end, is gone through once.
                    if found[1] not in around and len(around) < _DEPTH and self._rounds > 0:
                        self._rounds -= 1
                        self._block(self._functions[found[1]], (*around, found[1]))
                if turn:
                    self._order.turn(turn)

    def _commands(self, number: int, line: str, piece: str) -> None:
        # Where a script is started from is not said in it.
        links = [link for link in code_links(piece, None) if _is_code(link)]
        for link in links if len(self.steps) < _STEPS else ():
            stem = _stem(link)
            self._seen[stem] = self._seen.get(stem, 0) + 1
            name = stem if self._seen[stem] == 1 else f"{stem} {self._seen[stem]}"
            submits = _SUBMITS.search(piece) is not None
            self.steps.append(_Step(name, number, line.strip(), link, self._order.ends, submits))
            if _BEHIND.search(piece):
                self._order.behind += ((name, self._order.ends),)
            else:
                self._order.ends = (name,)


def _pieces(line: str) -> Iterator[tuple[str, str]]:
    """Gives what stands between the words that branch, each with the word after it."""
    at = 0
    for found in _TURN.finditer(line):
        yield _bare(line[at : found.start()]), found[1] or found[2]
        at = found.end()
    yield _bare(line[at:]), ""


def _bare(piece: str) -> str:
    found = _SUBSTITUTED.match(piece)
    return found[1] if found is not None else piece


# --- folders in variables


def _assign(path: str, line: str, places: dict[str, str | None]) -> None:
    """Notes what a line sets a variable to; None = it cannot be known."""
    placed, found = _PLACED.match(line), _ASSIGNED.match(line)
    of_script = _OF_SCRIPT.search(line) if placed is not None else None
    if placed is not None:
        places[placed[1]] = _of_script(path, of_script["up"]) if of_script is not None else None
    elif found is not None:
        value = _placed(path, found[2], places).replace('"', "").replace("'", "")
        known = found[1] not in places and value and not re.search(r"[$`~?]", value)
        places[found[1]] = value if known else None


def _of_script(path: str, up: str) -> str | None:
    folder = posixpath.normpath(posixpath.join(posixpath.dirname(path), up.strip("/")))
    return None if folder.startswith("..") else posixpath.join(HERE, folder)


def _placed(path: str, line: str, places: dict[str, str | None]) -> str:
    """Puts folders in the place of the variables that hold them."""
    if "$" not in line:
        return line
    line = _DIRECTLY.sub(lambda _: _of_script(path, "") or _ANYWHERE, line)
    return _VARIABLE.sub(lambda found: places.get(found[1] or found[2]) or _ANYWHERE, line)


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


def _task(path: str, step: _Step, links: tuple[Link, ...]) -> Subject:
    asked = tuple(what for what, option in _ASKED if f"{option}=" in step.command or f"{option} " in step.command)
    record = Task(
        framework="ray" if step.submits else "shell",
        operator="job submit" if step.submits else "command",
        remote=True,
        retryable=False,
        timed=False,
        # A job runs in the image of its cluster.
        image=UNSET if step.submits else None,
        image_pinned=UNSET if step.submits else None,
        packages_pinned=UNSET if step.submits else None,
        command=step.command[:_COMMAND],
        folder=UNSET,
        lineage=False,
        manual=False,
        sized=True if step.submits else UNSET,
        requests=asked if step.submits else UNSET,
    )
    at = Location(path, step.line)
    symbol = f"task:{path}#{step.name}"
    return subject(record, at, step.name, symbol=symbol, links=(*links, *_code(step.link, at)))


def _code(link: Link, at: Location) -> Iterator[Link]:
    """Gives the link to the program; of a file alone, in a folder that nobody knows, none."""
    name = link.symbol.removeprefix(f"path:{_ANYWHERE}/")
    if name == link.symbol:
        yield Link(link.role, link.symbol, at, link.words)
    elif "/" in name:
        yield Link(link.role, f"path:{name}", at, link.words)
