"""environment.yml, conda.yaml, python_env.yaml and pixi manifests to the dependencies that they declare.

Source: https://docs.conda.io/projects/conda-build/en/stable/resources/package-spec.html#package-match-specifications,
https://mlflow.org/docs/latest/ml/projects/ and https://pixi.sh/latest/reference/pixi_manifest/
"""

import re
from collections.abc import Iterator

from mlops_lint.extract.dependencies.stated import Stated, dependency, group, normalised, pinned, stated
from mlops_lint.extract.registry import trees
from mlops_lint.model import Location, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Sequence, text

_SPEC = re.compile(r"(?:[\w./-]+::)?(?P<name>[A-Za-z0-9_][\w.-]*)\s*(?P<specifier>[=<>!~ ].*)?$")
# The interpreter and the installers are no packages that code imports.
_NOT_IMPORTED = frozenset({"python", "pip", "conda"})


@trees("*env*.yml", "*env*.yaml", "*conda*.yml", "*conda*.yaml")
def conda_environment(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the packages of a conda or MLflow environment, those of its pip section too."""
    root = documents[0] if documents else None
    listed = root.get("dependencies") if isinstance(root, Mapping) else None
    # conda-lock.yml has `package`; any other YAML file may have a list of this name.
    if not isinstance(root, Mapping) or not isinstance(listed, Sequence) or not _is_environment(path, root):
        return
    sort = group(path.rpartition("/")[2], "main")
    from_index = root.get("build_dependencies") is not None
    for item in listed.items:
        written = text(item)
        if written is not None:
            yield from _one(path, item, written, sort, from_index)
        elif isinstance(item, Mapping):
            for requirement in _items(item.get("pip")):
                yield from _one(path, requirement, text(requirement) or "", sort, True)


@trees("pixi.toml", "pyproject.toml")
def pixi(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the packages of a pixi workspace and of its features."""
    root: Node | None = documents[0] if documents else None
    if path.endswith("pyproject.toml") and isinstance(root, Mapping):
        root = root.get("tool", "pixi")
    if not isinstance(root, Mapping):
        return
    yield from _tables(path, root, "main")
    features = root.get("feature")
    for key, feature in features.entries if isinstance(features, Mapping) else ():
        if isinstance(feature, Mapping):
            yield from _tables(path, feature, group(key.text, "optional"))


def _is_environment(path: str, root: Mapping) -> bool:
    return root.get("channels") is not None or root.get("name") is not None or path.endswith("python_env.yaml")


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()


def _one(path: str, node: Node, written: str, sort: str, from_index: bool) -> Iterator[Subject]:
    found, exact = (stated(written), None) if from_index else matched(written)
    if found is not None and found.name not in _NOT_IMPORTED:
        yield dependency(found, locate(path, node), sort, exact=exact)


def matched(written: str) -> tuple[Stated | None, bool | None]:
    """Gives a match specification of conda, and whether it is pinned."""
    found = _SPEC.match(written.strip())
    if found is None:
        return None, None
    specifier = (found["specifier"] or "").strip()
    return Stated(normalised(found["name"]), specifier, None), _is_exact(specifier)


def _is_exact(specifier: str) -> bool:
    """Whether one version is meant: `==1.2`, `=1.2.3` and `=1.2=build` are; `=1.2` is any 1.2.x."""
    if pinned(specifier):
        return True
    version, _, build = specifier.removeprefix("=").strip().partition("=")
    return specifier[:1] not in "<>!~" and "*" not in version and (bool(build) or version.count(".") >= 2)


def _tables(path: str, root: Mapping, sort: str) -> Iterator[Subject]:
    for name, of in (
        ("dependencies", sort),
        ("host-dependencies", "build"),
        ("build-dependencies", "build"),
        ("pypi-dependencies", sort),
    ):
        table = root.get(name)
        for key, value in table.entries if isinstance(table, Mapping) else ():
            version = text(value.get("version") if isinstance(value, Mapping) else value) or ""
            local = isinstance(value, Mapping) and value.get("path") is not None
            distribution = normalised(key.text)
            if distribution not in _NOT_IMPORTED:
                # pixi takes a bare version for exactly that one.
                exact = local or pinned(version) or re.fullmatch(r"\d[\w.]*", version) is not None
                specifier = "" if version == "*" else version
                location = Location(path, key.line, key.column, key.end_line, key.end_column)
                yield dependency(Stated(distribution, specifier, None), location, of, exact=exact)
