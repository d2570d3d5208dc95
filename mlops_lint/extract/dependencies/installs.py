"""The pip commands of a Dockerfile to the dependencies that they install by name.

Source: https://pip.pypa.io/en/stable/cli/pip_install/
"""

import re
import shlex
from collections.abc import Iterator

from mlops_lint.extract.dependencies.stated import dependency, stated
from mlops_lint.extract.registry import dockerfiles
from mlops_lint.model import Location, Subject
from mlops_lint.parse.dockerfile import Dockerfile, Instruction

_INSTALL = re.compile(r"\bpip[\d.]* +install +(?P<arguments>[^\n;&|]+)")
_HOLE = re.compile(r"\{\{.{0,200}?\}\}")
WITH_VALUE = frozenset(
    {
        *("-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f", "--find-links"),
        *("-t", "--target", "--prefix", "--trusted-host", "--root", "--src", "--timeout", "--platform", "--python"),
        *("--python-version", "--retries", "--default-timeout", "--cache-dir", "--upgrade-strategy", "--progress-bar"),
        *("-e", "--editable", "--no-binary", "--only-binary", "--abi", "--implementation"),
    }
)
# They install the rest.
INSTALLERS = frozenset({"pip", "setuptools", "wheel", "uv", "poetry", "pipenv", "pip-tools", "pdm", "conda"})


@dockerfiles
def installs(path: str, parsed: Dockerfile) -> Iterator[Subject]:
    """Gives what the RUN instructions install; the command is one instruction, so all have its place."""
    for stage in parsed.stages:
        for instruction in stage.instructions:
            if instruction.keyword == "RUN":
                yield from _installed(path, instruction)


def _installed(path: str, instruction: Instruction) -> Iterator[Subject]:
    location = Location(path, instruction.line, instruction.column, instruction.end_line, instruction.end_column)
    for found in _INSTALL.finditer(instruction.script):
        try:
            words = shlex.split(_HOLE.sub("$", found["arguments"]))
        except ValueError:
            continue
        for word, before in zip(words, ["", *words], strict=False):
            if not word.startswith("-") and before not in WITH_VALUE and not set("${") & set(word):
                requirement = stated(word)
                if requirement is not None and requirement.name not in INSTALLERS and not is_file(word):
                    yield dependency(requirement, location, "main")


def is_file(word: str) -> bool:
    """Says whether a word names a file or folder, not a distribution."""
    return "/" in word.partition("@")[0] or word.endswith((".whl", ".tar.gz", ".zip", ".txt"))
