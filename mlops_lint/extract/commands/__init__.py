"""A shell command to the code that it starts: scripts, modules, notebooks, and the files its output is sent to.

Tolerant: what cannot be understood is left out, never guessed. Source of the grammar:
https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from mlops_lint.extract.commands.tables import (
    ASSIGNMENT,
    LAUNCHER_MODULES,
    PYTHON,
    RAY_SUBMIT,
    RUNNERS,
    SHELLS,
    SUBMITTERS,
    SUFFIXES,
    TOOL_MODULES,
    VALUED,
    WRAPPERS,
)
from mlops_lint.extract.commands.words import HOLE, tokens
from mlops_lint.extract.python.uris import HERE
from mlops_lint.model import Link

What = Literal["script", "module", "notebook", "output"]

# Longer texts are generated or hostile; what they start first is still found.
LIMIT = 50_000
# What runs what runs what: bounds how deep a command can nest.
WORDS = 200


class Started(msgspec.Struct, frozen=True):
    """A piece of code that a command starts, or a file that it writes."""

    what: What
    name: str
    """A module with dots, or a path from the folder where the command starts."""
    placed: bool
    """False where a `cd` led to a folder that cannot be known; the path is from there."""
    words: tuple[str, ...] | None = None
    """What is handed to a script or module; `HOLE` stands for what cannot be known."""


def started(command: str) -> tuple[Started, ...]:
    """Gives what a command starts, in the order of the text, each once."""
    return tuple(dict.fromkeys(_walk(command[:LIMIT])))


def code_links(command: str, folder: str | None) -> tuple[Link, ...]:
    """Gives the links from whatever runs `command` to code: `file:` where its folder is known, `path:` where not.

    `folder` is the working directory from the root of the repository, "" = the root, None = unknown.
    """
    links = (_link(one, folder) for one in started(command) if one.what != "output")
    return tuple(dict.fromkeys(link for link in links if link is not None))


def _link(one: Started, folder: str | None) -> Link | None:
    if one.what == "module":
        return Link("starts", f"module:{one.name}", None, one.words)
    if one.name.startswith(HERE):
        return _file(one.name.removeprefix(HERE), one.words)
    if folder is None or not one.placed or one.name.startswith("/"):
        return Link("runs", f"path:{one.name}", None, one.words)
    return _file(posixpath.join(folder, one.name), one.words)


def _file(path: str, words: tuple[str, ...] | None) -> Link | None:
    path = posixpath.normpath(path)
    return None if path.startswith("..") else Link("runs", f"file:{path}", None, words)


class _Folder(msgspec.Struct, frozen=True):
    """Where a command stands: `path` below the start, or below a folder that is not known."""

    path: str = ""
    placed: bool = True

    def entered(self, word: str) -> "_Folder":
        if HOLE in word or word in ("", "-") or word.startswith("~"):
            return _Folder("", placed=False)
        return _Folder(posixpath.join(self.path, word), self.placed)

    def holds(self, what: What, word: str, words: tuple[str, ...] | None = None) -> Iterator[Started]:
        if word and HOLE not in word and not word.startswith("~"):
            sure = word.startswith(("/", HERE))
            path = word if word.startswith(HERE) else posixpath.normpath(posixpath.join(self.path, word))
            yield Started(what, path, self.placed or sure, words)


def _walk(command: str) -> Iterator[Started]:
    folder, outer = _Folder(), list[_Folder]()
    words, outputs = list[str](), list[Started]()
    target = ""
    for kind, text in (*tokens(command), ("break", "\n")):
        if kind == "word" and target:
            if target in (">", ">>", "1>", "1>>", "&>", "&>>", ">|") and not text.startswith("/dev/"):
                outputs += folder.holds("output", text)
            target = ""
        elif kind == "word":
            words.append(text)
        elif kind == "redirect":
            target = "" if re.search(r"&\d$", text) else text
        else:
            yield from _of_words(words[:WORDS], folder)
            yield from outputs
            folder = _changed(words, folder)
            words, outputs, target = [], [], ""
            if text == "(":
                outer.append(folder)
            elif text == ")" and outer:
                folder = outer.pop()


def _changed(words: list[str], folder: _Folder) -> _Folder:
    rest = words[1:] if words[:1] == ["then"] or words[:1] == ["do"] or words[:1] == ["{"] else words
    if rest[:1] in (["cd"], ["pushd"]):
        return folder.entered(rest[1] if len(rest) > 1 else "~")
    return _Folder("", placed=False) if rest[:1] == ["popd"] else folder


def _of_words(words: list[str], folder: _Folder) -> Iterator[Started]:
    words = unwrapped(words)
    if not words or HOLE in words[0]:
        return
    tool = posixpath.basename(words[0])
    if PYTHON.match(words[0]):
        yield from _python(words[1:], folder)
    elif tool in SHELLS:
        yield from _shell(words[1:], folder)
    elif tool in SUBMITTERS:
        yield from _script(_operands(words[1:], SUBMITTERS[tool]), folder)
    elif tool in _TOOLS:
        yield from _TOOLS[tool](words[1:], folder)
    elif words[0].endswith(SUFFIXES):
        yield from _script(words, folder)


def unwrapped(words: list[str]) -> list[str]:
    """Leaves out what stands before the command itself: assignments, `sudo`, `poetry run`."""
    while words:
        if ASSIGNMENT.match(words[0]):
            words = words[1:]
        elif words[0] in WRAPPERS:
            rest = _operands(words[1:], WRAPPERS[words[0]])
            words = rest[1:] if words[0] == "timeout" else rest
        elif tuple(words[:2]) in RUNNERS:
            words = _operands(words[2:], RUNNERS[words[0], words[1]])
            words = ["python", *words] if words[:1] == ["-m"] else words
        else:
            return words
    return words


def _operands(words: list[str], valued: frozenset[str]) -> list[str]:
    """Gives the words from the first that is neither an option nor the value of one."""
    at = 0
    while at < len(words) and words[at].startswith("-") and words[at] != "-m":
        if words[at] == "--":
            return words[at + 1 :]
        at += 2 if words[at] in valued else 1
    return words[at:]


def _python(words: list[str], folder: _Folder) -> Iterator[Started]:
    at = 0
    while at < len(words) and words[at].startswith("-"):
        option = words[at]
        if option in ("-", "-V") or (option.endswith("c") and not option.startswith("--")):
            return
        if option.endswith("m") and not option.startswith("--"):
            yield from _module(words[at + 1 :], folder)
            return
        at += 2 if option in VALUED else 1
    yield from _script(words[at:], folder)


def _module(words: list[str], folder: _Folder) -> Iterator[Started]:
    if not words:
        return
    name = words[0]
    if name in LAUNCHER_MODULES:
        yield from _script(_operands(words[1:], LAUNCHER_MODULES[name]), folder)
    elif name.partition(".")[0] in TOOL_MODULES:
        yield from _of_words([name, *words[1:]], folder)
    elif re.fullmatch(r"[A-Za-z_][\w.]*", name):
        yield Started("module", name, placed=True, words=tuple(words[1:]))


def _script(words: list[str], folder: _Folder) -> Iterator[Started]:
    if words[:1] == ["-m"]:
        yield from _module(words[1:], folder)
    elif words and PYTHON.match(words[0]):
        yield from _python(words[1:], folder)
    elif words and words[0].endswith(SUFFIXES):
        yield from folder.holds("notebook" if words[0].endswith(".ipynb") else "script", words[0], tuple(words[1:]))


def _shell(words: list[str], folder: _Folder) -> Iterator[Started]:
    at = next((i for i, word in enumerate(words) if not word.startswith("-")), len(words))
    if any(re.fullmatch(r"-\w*c", option) for option in words[:at]):
        # The holes of the inner command were found with those of the outer one.
        inner = words[at] if at < len(words) else ""
        for one in _walk(inner.replace(HOLE, "{{}}")):
            if one.what == "module":
                yield one
            elif folder.placed and one.placed:
                yield from folder.holds(one.what, one.name, one.words)
            else:
                yield Started(one.what, one.name, placed=False, words=one.words)
    elif at < len(words) and "." in posixpath.basename(words[at]):
        yield from folder.holds("script", words[at])


def _papermill(words: list[str], folder: _Folder) -> Iterator[Started]:
    names = [word for word in words if word.endswith(".ipynb")]
    if names:
        yield from folder.holds("notebook", names[0])
    if len(names) > 1:
        yield from folder.holds("output", names[1])


def _jupyter(words: list[str], folder: _Folder) -> Iterator[Started]:
    if words[:1] == ["execute"] or (words[:1] == ["nbconvert"] and "--execute" in words):
        for word in words[1:]:
            if word.endswith(".ipynb") and not word.startswith("-"):
                yield from folder.holds("notebook", word)


def _server(words: list[str], _folder: _Folder) -> Iterator[Started]:
    """`uvicorn app.main:app`: the first word of the form module:name."""
    for word in words:
        found = re.fullmatch(r"([A-Za-z_][\w.]*):[A-Za-z_][\w.]*(?:\(\))?", word)
        if found is not None:
            yield Started("module", found[1], placed=True)
            return


def _tee(words: list[str], folder: _Folder) -> Iterator[Started]:
    for word in words:
        if not word.startswith(("-", "/dev/")):
            yield from folder.holds("output", word)


def _ray(words: list[str], _folder: _Folder) -> Iterator[Started]:
    """`ray job submit -- python train.py`: the cluster runs the command, in a copy of some folder."""
    if words[:2] == ["job", "submit"]:
        yield from _of_words(_operands(words[2:], RAY_SUBMIT), _Folder("", placed=False))


_TOOLS: dict[str, Callable[[list[str], _Folder], Iterator[Started]]] = {
    "papermill": _papermill,
    "jupyter": _jupyter,
    "jupyter-nbconvert": lambda words, folder: _jupyter(["nbconvert", *words], folder),
    "uvicorn": _server,
    "gunicorn": _server,
    "hypercorn": _server,
    "tee": _tee,
    "ray": _ray,
}
