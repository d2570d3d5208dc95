"""The install commands of a notebook to the dependencies that they install by name.

Source: https://pip.pypa.io/en/stable/cli/pip_install/, https://docs.astral.sh/uv/pip/packages/ and
https://docs.conda.io/projects/conda/en/stable/commands/install.html
"""

import posixpath
import re
from collections.abc import Iterator

import msgspec

from mlops_lint.extract.commands import unwrapped
from mlops_lint.extract.commands.cells import command, commands
from mlops_lint.extract.commands.words import HOLE, tokens
from mlops_lint.extract.dependencies.conda import matched
from mlops_lint.extract.dependencies.installs import INSTALLERS, WITH_VALUE, is_file
from mlops_lint.extract.dependencies.stated import Stated, dependency, pinned, stated
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.registry import notebooks
from mlops_lint.model import Location, Subject
from mlops_lint.parse.notebook import Notebook

_PIP = re.compile(r"pip[\d.]*$")
_CONDA = frozenset({"conda", "mamba", "micromamba"})
_CONDA_VALUES = frozenset({"-c", "--channel", "-n", "--name", "-p", "--prefix", "--file", "--override-channels"})
_REPOSITORY = re.compile(r"git\+.*[/:](?P<name>[\w.-]+?)(?:\.git)?/?(?:@.*)?(?:#.*)?$")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


class Installed(msgspec.Struct, frozen=True):
    """One package that a command installs; `exact` None = its version is filled in when the command runs."""

    found: Stated
    exact: bool | None


@notebooks
def cell_installs(parsed: Notebook, _module: Module | None) -> Iterator[Subject]:
    """Gives what the cells of a notebook install from an index or a repository, at the line that does so."""
    for line in parsed.shell:
        text = command(line) if "install" in line.text else None
        for at, one in commands(line, text, parsed) if text is not None else ():
            for installed in _of_command(one):
                yield _subject(installed, at)


def _subject(installed: Installed, at: Location) -> Subject:
    if installed.exact is not None:
        return dependency(installed.found, at, "notebook", exact=installed.exact)
    made = dependency(installed.found, at, "notebook", exact=False)
    unknown = {name: value for name, value in made.fields.items() if name != "pinned"}
    return msgspec.structs.replace(made, fields=unknown)


def _of_command(text: str) -> Iterator[Installed]:
    words: list[str] = []
    for kind, token in (*tokens(text), ("break", "\n")):
        if kind == "word":
            words.append(token)
        elif kind == "break":
            yield from _installed(unwrapped(words))
            words = []


def _installed(words: list[str]) -> Iterator[Installed]:
    """Gives what one command installs; nothing where it is no installation."""
    if words[1:2] == ["-m"]:
        words = words[2:]
    if words[:2] == ["uv", "pip"]:
        words = words[1:]
    tool = posixpath.basename(words[0]) if words else ""
    if words[1:2] != ["install"]:
        return
    conda = tool in _CONDA
    if not conda and not _PIP.match(tool):
        return
    valued = _CONDA_VALUES if conda else WITH_VALUE
    for word, before in zip(words[2:], words[1:], strict=False):
        if not word.startswith("-") and before not in valued:
            found = _of_conda(word) if conda else _of_pip(word)
            if found is not None and found.found.name not in INSTALLERS | {"python"}:
                yield found


def _of_conda(word: str) -> Installed | None:
    if HOLE in word:
        return _filled(word)
    found, exact = matched(word)
    return Installed(found, exact is True) if found is not None else None


def _of_pip(word: str) -> Installed | None:
    if HOLE in word:
        return _filled(word)
    repository = _REPOSITORY.match(word)
    found = Stated(repository["name"].lower(), "", word) if repository is not None else None
    if found is None and not is_file(word) and word != ".":
        found = stated(word)
    if found is None:
        return None
    return Installed(found, pinned(found.specifier, found.url))


def _filled(word: str) -> Installed | None:
    """A name with a version that is not seen; what is filled in as a whole may be a file."""
    named = _NAME.match(word.partition(HOLE)[0])
    if named is None or "/" in word:
        return None
    found = stated(named[0].rstrip(".-_"))
    return Installed(found, None) if found is not None else None
