"""pyproject.toml, Pipfile and setup.cfg to the dependencies that they declare.

Source: https://packaging.python.org/en/latest/specifications/pyproject-toml/ and dependency-groups/,
https://python-poetry.org/docs/dependency-specification/, https://pipenv.pypa.io/en/latest/pipfile.html,
https://pdm-project.org/latest/reference/pep621/, https://docs.astral.sh/uv/concepts/projects/dependencies/ and
https://setuptools.pypa.io/en/latest/userguide/declarative_config.html
"""

import re
from collections.abc import Iterator

from mlops_lint.extract.dependencies.stated import Stated, dependency, group, normalised, stated
from mlops_lint.extract.registry import trees
from mlops_lint.model import Location, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, plain, strings, text

_GIT_COMMIT = re.compile(r"[0-9a-f]{40}")
_WHOLE_VERSION = re.compile(r"v?\d+(?:\.\d+)*(?:(?:a|b|rc|\.post|\.dev)\d+)?(?:\+[\w.]+)?")


@trees("pyproject.toml")
def pyproject(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the dependencies of a project, of its groups and extras, and of its build."""
    root = documents[0] if documents else None
    if not isinstance(root, Mapping):
        return
    library = _is_library(root)
    sources = _sources(root)
    yield from _listed(path, root.get("project", "dependencies"), "main", library, sources)
    yield from _grouped(path, root.get("project", "optional-dependencies"), "optional", library, sources)
    yield from _grouped(path, root.get("dependency-groups"), "dev", False, sources)
    yield from _listed(path, root.get("build-system", "requires"), "build", True)
    yield from _grouped(path, root.get("tool", "pdm", "dev-dependencies"), "dev", False)
    yield from _listed(path, root.get("tool", "uv", "dev-dependencies"), "dev", False, sources)
    yield from _environments(path, root.get("tool", "hatch", "envs"))
    yield from _poetry(path, root.get("tool", "poetry"), library)


@trees("Pipfile")
def pipfile(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the packages of every category; a Pipfile is for applications."""
    root = documents[0] if documents else None
    if isinstance(root, Mapping):
        for key, table in root.entries:
            if key.text not in ("source", "requires", "scripts", "pipenv"):
                sort = "main" if key.text == "packages" else group(key.text, "optional")
                yield from _table(path, table, sort, False)


@trees("setup.cfg")
def setup_cfg(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the requirements that setuptools reads."""
    root = documents[0] if documents else None
    if not isinstance(root, Mapping):
        return
    for name, sort in (("install_requires", "main"), ("setup_requires", "build"), ("tests_require", "test")):
        yield from _lines(path, root.get("options", name), sort)
    extras = root.get("options.extras_require")
    if isinstance(extras, Mapping):
        for key, value in extras.entries:
            yield from _lines(path, value, group(key.text, "optional"))


def _is_library(root: Mapping) -> bool:
    """Whether others install the project; without a build system uv and PDM take it for an application."""
    if plain(root.get("tool", "uv", "package")) is False or plain(root.get("tool", "poetry", "package-mode")) is False:
        return False
    if "Private :: Do Not Upload" in strings(root.get("project", "classifiers")):
        return False
    return root.get("build-system") is not None


def _sources(root: Mapping) -> dict[str, bool]:
    """What uv takes from elsewhere than an index, and whether that is one fixed state of it."""
    table = root.get("tool", "uv", "sources")
    if not isinstance(table, Mapping):
        return {}
    return {normalised(key.text): _is_fixed(value) for key, value in table.entries if isinstance(value, Mapping)}


def _is_fixed(table: Mapping) -> bool:
    if table.get("git") is not None:
        return _GIT_COMMIT.fullmatch(text(table.get("rev")) or text(table.get("ref")) or "") is not None
    return any(table.get(name) is not None for name in ("path", "workspace", "file"))


def _listed(
    path: str, node: Node | None, sort: str, library: bool, sources: dict[str, bool] | None = None
) -> Iterator[Subject]:
    for item in node.items if isinstance(node, Sequence) else ():
        written = text(item)
        found = stated(written) if written is not None else None
        if found is not None:
            exact = True if sources and sources.get(found.name) else None
            yield dependency(found, locate(path, item), sort, library=library, exact=exact)


def _grouped(
    path: str, node: Node | None, sort: str, library: bool, sources: dict[str, bool] | None = None
) -> Iterator[Subject]:
    if isinstance(node, Mapping):
        for key, items in node.entries:
            yield from _listed(path, items, group(key.text, sort), library, sources)


def _environments(path: str, node: Node | None) -> Iterator[Subject]:
    if isinstance(node, Mapping):
        for key, environment in node.entries:
            if isinstance(environment, Mapping):
                sort = group(key.text, "dev")
                yield from _listed(path, environment.get("dependencies"), sort, False)
                yield from _listed(path, environment.get("extra-dependencies"), sort, False)


def _poetry(path: str, node: Node | None, library: bool) -> Iterator[Subject]:
    if not isinstance(node, Mapping):
        return
    yield from _table(path, node.get("dependencies"), "main", library)
    yield from _table(path, node.get("dev-dependencies"), "dev", False)
    groups = node.get("group")
    for key, table in groups.entries if isinstance(groups, Mapping) else ():
        if isinstance(table, Mapping):
            sort = group(key.text, "main" if key.text == "main" else "dev")
            yield from _table(path, table.get("dependencies"), sort, False)


def _table(path: str, node: Node | None, sort: str, library: bool) -> Iterator[Subject]:
    """Gives the entries `name = version` or `name = {version = ..., git = ..., path = ...}` of Poetry and Pipenv."""
    for key, value in node.entries if isinstance(node, Mapping) else ():
        name = normalised(key.text)
        # Poetry states the version of Python among the packages.
        if name == "python":
            continue
        choices = value.items if isinstance(value, Sequence) else (value,)
        found = [_entry(name, choice) for choice in choices]
        if found:
            optional = isinstance(value, Mapping) and plain(value.get("optional")) is True
            location = _whole(path, key, value)
            exact = all(fixed for _, fixed in found)
            yield dependency(found[0][0], location, "optional" if optional else sort, library=library, exact=exact)


def _entry(name: str, node: Node) -> tuple[Stated, bool]:
    """Gives a requirement of Poetry or Pipenv, and whether it is pinned."""
    if not isinstance(node, Mapping):
        specifier = text(node) or ""
        return Stated(name, "" if specifier == "*" else specifier, None), _is_exact(specifier)
    for source in ("git", "path", "file", "url"):
        where = text(node.get(source))
        if where is not None:
            reference = text(node.get("rev")) or text(node.get("ref")) or ""
            fixed = source in ("path", "file") or _GIT_COMMIT.fullmatch(reference) is not None
            return Stated(name, "", f"git+{where}@{reference}".rstrip("@") if source == "git" else where), fixed
    version = text(node.get("version")) or ""
    return Stated(name, "" if version == "*" else version, None), _is_exact(version)


def _is_exact(specifier: str) -> bool:
    """Whether one version is meant: in Poetry `1.2.3` as well as `==1.2.3`; `^`, `~` and `*` are ranges."""
    written = specifier.strip()
    return _WHOLE_VERSION.fullmatch(re.sub(r"^={1,3}\s*", "", written)) is not None


def _whole(path: str, key: Scalar, value: Node) -> Location:
    end = (value.end_line, value.end_column) if value.end_line == key.line else (key.end_line, key.end_column)
    return Location(path, key.line, key.column, *end)


def _lines(path: str, node: Node | None, sort: str) -> Iterator[Subject]:
    """Gives the requirements of a value in lines, each at its own line."""
    written = text(node)
    if node is None or written is None:
        return
    lines = written.split("\n")
    for number, line in enumerate(lines, node.end_line - len(lines) + 1):
        found = stated(line) if line.strip() else None
        if found is not None:
            # Of a value in lines the parser keeps no indentation.
            column = node.column if number == node.line else 1
            location = Location(path, number, column, number, column + len(line.strip()))
            yield dependency(found, location, sort, library=True)
