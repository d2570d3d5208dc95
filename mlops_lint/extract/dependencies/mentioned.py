"""Commands in scripts, documents, notebooks and workflows to the packages that they install and the images they build.

They declare nothing, and what they say of versions is not asked: they only tell that a package may well be there.
Source: https://pip.pypa.io/en/stable/cli/pip_install/ and https://docs.docker.com/reference/cli/docker/buildx/build/
"""

import re
from collections.abc import Iterator

from mlops_lint.extract.dependencies.stated import normalised, stated
from mlops_lint.extract.registry import texts
from mlops_lint.model import Location, Subject
from mlops_lint.subjects import Use, subject

_FILES = (
    *("*.sh", "*.bash", "Makefile", "*.mk", "*.md", "*.rst", "*.ipynb", "*.yml", "*.yaml", "*.py", "*.toml", "*.ps1"),
    *("Justfile", "justfile", "Procfile", "Jenkinsfile*", "Dockerfile*", "*.dockerfile", "*.tf", "*.json"),
)
# `!pip install`, `["pip", "install"`, `uv add`, `zenml integration install`, `python3-numpy` of the system.
_INSTALL = re.compile(
    r"\b(?:pip[\d.]*|uv|conda|mamba|micromamba|poetry|pipenv|pdm|apt|apt-get|integration|pixi|easy_install)"
    r"[\s\"',\\]{1,9}(?:-\S{1,20}\s{1,3}){0,3}(?:install|add)$"
)
_VERBS = (re.compile(r"install\b"), re.compile(r"add\b"))
# How long all that the pattern matches can be.
_LONGEST = 100
_VARIABLE = re.compile(r"PIP_ADDITIONAL_REQUIREMENTS[^\n]*?(?::-|[:=])")
_BUILDERS = ("docker", "podman", "buildah", "nerdctl")
_BUILD = re.compile(rf"\b(?:{'|'.join(_BUILDERS)})\s+(?:buildx\s+)?build\b[^\n]*?\s(?:-t|--tag)[\s=]+[\"']?([^\s\"']+)")
# How far the arguments of one command reach: longer are generated ones.
_REACH = 600
_MOST = 200
_END = re.compile(r"\\n|[\n;&|`<>]")
_EXTRAS = re.compile(r"(?m)^[\s\"'-]*([A-Za-z0-9][\w.-]*)\s?\[([\w., -]{1,500})\]")
_TABLE = re.compile(r"\bextras\s*=\s*\[([\w., \"'-]{1,500})\]")


@texts("*requirements*.txt", "*requirements*.in", "*/requirements/*.txt", "pyproject.toml", "setup.py", "setup.cfg")
def extras(path: str, text: str) -> Iterator[Subject]:
    """Gives what extras may bring: `psycopg[pool]` psycopg-pool, `kedro-datasets[pandas-csv]` pandas."""
    names = {
        normalised(name)
        for found in _EXTRAS.finditer(text)
        for extra in re.split(r"[ ,]+", found[2])
        for name in (extra, extra.partition("-")[0], f"{found[1]}-{extra}")
        if extra
    }
    names |= {normalised(name) for found in _TABLE.findall(text) for name in re.findall(r"[\w.-]+", found)}
    for name in sorted(names)[:_MOST]:
        yield _use("installation", name, path)


@texts(*_FILES, words=("install", " add", "PIP_ADD", " build"))
def mentioned(path: str, text: str) -> Iterator[Subject]:
    """Gives each package that some command of a file installs, once, and each image that one builds."""
    if "install" in text or " add" in text or "PIP_ADD" in text:
        names = dict.fromkeys(name for found in _found(text) for name in _names(found))
        for name in list(names)[:_MOST]:
            yield _use("installation", name, path)
    if " build" in text and any(builder in text for builder in _BUILDERS):
        for image in list(dict.fromkeys(_BUILD.findall(text.replace("\\\n", " "))))[:_MOST]:
            yield _use("image-build", image.partition("@")[0].rpartition("/")[2].partition(":")[0], path)


def _found(text: str) -> Iterator[str]:
    variables = _VARIABLE.finditer(text) if "PIP_ADD" in text else ()
    for position in (*_installs(text), *(found.end() for found in variables)):
        rest = text[position : position + _REACH].replace("\\\n", " ")
        end = _END.search(rest)
        yield rest[: end.start()] if end is not None else rest


def _installs(text: str) -> Iterator[int]:
    """Gives where the arguments of each command start; to look for the programs took ten times as long."""
    for end in sorted(found.end() for verb in _VERBS for found in verb.finditer(text)):
        if _INSTALL.search(text[max(end - _LONGEST, 0) : end]):
            yield end


def _names(arguments: str) -> Iterator[str]:
    for word in re.split(r"[\s\"',\\()\[\]{}!]+", arguments):
        found = stated(word.removeprefix("python3-")) if word and not word.startswith("-") else None
        if found is not None:
            yield found.name


def _use(purpose: str, tool: str, path: str) -> Subject:
    return subject(Use(purpose=purpose, tool=tool), Location(path), tool, symbol=f"{purpose}:{path}#{tool}")
