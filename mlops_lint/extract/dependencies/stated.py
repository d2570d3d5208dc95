"""One stated requirement to the distribution, the versions it allows, and the subject of it.

Source: https://packaging.python.org/en/latest/specifications/dependency-specifiers/ and version-specifiers/
"""

import re

import msgspec

from mlops_lint.model import Location, Subject
from mlops_lint.subjects import Dependency, subject

_REQUIREMENT = re.compile(
    r"\s*(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*"
    r"(?:@\s*(?P<url>\S+)|\(?(?P<specifier>[<>=!~][^;)#]*)\)?)?\s*(?:[;#].*)?$"
)
# `==1.2` is 1.2 and 1.2.0, nothing else; `==1.2.*` is many.
_EXACT = re.compile(r"===?\s*v?\d[^\s,*]*\s*(?:,|$)")
_COMMIT = re.compile(r"[0-9a-f]{40}")
# The name of a wheel or source archive states its version.
_ARCHIVE = re.compile(r"-v?\d[\w.!+]*(?:-[\w.]+-[\w.]+-[\w.]+\.whl|\.tar\.gz|\.zip)(?:[#?]|$)")
_GROUPS = (
    ("test", re.compile(r"(?:^|[-_./])(?:tests?|testing|e2e|ci|pytest|coverage)(?:$|[-_.\d/])")),
    (
        "dev",
        re.compile(
            r"dev|lint|docs?\b|documentation|format|style|typing|types|mypy|quality|notebook|local|release|build"
        ),
    ),
)
# What runs a project needs none of these, in whatever file they stand.
_TOOLS = frozenset(
    "pytest pytest-cov pytest-mock pytest-xdist coverage tox nox flake8 pylint black isort mypy ruff yapf autopep8 "
    "pre-commit sphinx sphinx-rtd-theme mkdocs mkdocs-material jupyter jupyterlab notebook ipykernel ipython twine "
    "build wheel pip setuptools bumpversion bump2version pip-tools ipdb pydocstyle interrogate".split()
)


class Stated(msgspec.Struct, frozen=True):
    """A requirement; `specifier` is "" for any version."""

    name: str
    specifier: str
    url: str | None


def stated(text: str) -> Stated | None:
    """Gives what a requirement as it stands in package metadata says; None where it is none."""
    found = _REQUIREMENT.match(text)
    if found is None:
        return None
    return Stated(normalised(found["name"]), (found["specifier"] or "").strip(), found["url"])


def normalised(name: str) -> str:
    """Gives the name under which the index knows a distribution (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(specifier: str, url: str | None = None) -> bool:
    """Says whether a requirement can only be met by one version: exact, an archive, a commit or a local path."""
    if url is None:
        return _EXACT.search(specifier) is not None
    if url.startswith(("git+", "hg+", "svn+", "bzr+", "ssh://", "git@")):
        return _COMMIT.search(url.partition("://")[2]) is not None
    if "://" in url and not url.startswith("file:"):
        return "#sha256=" in url or "#sha512=" in url or _ARCHIVE.search(url) is not None
    return True


def group(label: str, otherwise: str) -> str:
    """Gives the group that the name of an extra, a dependency group or a file speaks of."""
    lowered = label.lower()
    return next((name for name, pattern in _GROUPS if pattern.search(lowered)), otherwise)


def dependency(
    found: Stated, location: Location, group: str, *, library: bool = False, exact: bool | None = None
) -> Subject:
    """Gives the subject of a requirement; `exact` says whether it is pinned where the notation is not that of pip."""
    # What stands between `//` and `@` in an address may be a password.
    address = re.sub(r"//[^/\s]+@", "//", found.url or "")
    record = Dependency(
        distribution=found.name,
        specifier=found.specifier if found.url is None else f" @ {address}",
        pinned=pinned(found.specifier, found.url) if exact is None else exact,
        group="dev" if group == "main" and found.name in _TOOLS else group,
        library=library,
    )
    return subject(record, location, found.name, symbol=f"dependency:{location.path}#{found.name}")
