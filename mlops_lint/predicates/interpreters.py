"""With which Python a project runs, and whether its files agree; what else its environment is fixed by."""

import posixpath
import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Related
from mlops_lint.predicates.registry import Answer, predicate

# An image whose tag names its Python.
_IMAGE = re.compile(r"(?:^|/)python:(\d\.\d+)|(?:python|py)[-:]?(3\.\d+)")
_MINOR = re.compile(r"(\d+)\.(\d+)")
# What no project asks for by itself: a list that has some of these holds what the dependencies depend on too.
_DEEP = frozenset(
    "certifi idna urllib3 charset-normalizer six markupsafe pytz tzdata python-dateutil zipp packaging wcwidth attrs "
    "pyparsing kiwisolver cycler threadpoolctl ca-certificates libffi openssl mpmath pycparser cffi".split()
)
_ENOUGH = 3
_OTHERS = frozenset({"vendored", "test", "example"})


@predicate
def python_stated(_project: Node, graph: Graph) -> Answer:
    """Some file says with which Python the project runs, and no two in one folder contradict each other."""
    found = _statements(graph)
    for one in found:
        for other in found:
            if _folder(one[0]) == _folder(other[0]) and _contradict(one, other):
                related = tuple(Related(node.location, f"Python {said}") for node, _, said in (one, other))
                detail = f"{one[0].location.path} says {one[2]}, and {other[0].location.path} says {other[2]}"
                return Answer(False, detail, related)
    # An exact image holds one Python, whichever.
    fixed = any(one.own and one.fields.get("pinned") is True for one in graph.of_kind("image"))
    sorts = {sort for _, sort, _ in found}
    return Answer(True if sorts - {"told"} else None if sorts or fixed else False, "no file says which")


@predicate
def locked(_project: Node, graph: Graph) -> bool | None:
    """A lock file, or a list that was written from an installation, fixes all that is installed."""
    if any(one.fields.get("purpose") == "lock" and one.context != "vendored" for one in graph.of_kind("use")):
        return True
    files: dict[str, list[Node]] = {}
    for one in graph.of_kind("dependency"):
        if one.fields.get("group") in ("main", "optional", "dev"):
            files.setdefault(one.location.path, []).append(one)
    written = [
        listed for listed in files.values()
        if len({one.fields.get("distribution") for one in listed} & _DEEP) >= _ENOUGH
    ]  # fmt: skip
    if any(one.fields.get("pinned") is True for listed in written for one in listed):
        return True if any(all(one.fields.get("pinned") for one in listed) for listed in written) else None
    return False


Statement = tuple[Node, str, str]
"""What states it, the sort of statement, and the version or range."""


def _statements(graph: Graph) -> list[Statement]:
    uses = (one for one in graph.of_kind("use") if one.fields.get("purpose") == "python-version")
    found = [(one, one.name, str(one.fields.get("tool"))) for one in uses if one.context not in _OTHERS]
    for kind, field in (("image", "reference"), ("task", "image")):
        for node in graph.of_kind(kind):
            version = _IMAGE.search(str(node.fields.get(field, "")))
            if version is not None and node.own:
                found.append((node, "used", str(version[1] or version[2])))
    return sorted(found, key=lambda one: (one[0].location, one[2]))


def _folder(node: Node) -> str:
    folder = posixpath.dirname(node.location.path)
    return "" if folder in (".github/workflows", ".circleci") else folder


def _contradict(one: Statement, other: Statement) -> bool:
    if one[1] != "used" or other[1] in ("deployed", "tested", "told"):
        return False
    if other[1] == "allowed":
        return _allows(other[2], one[2]) is False
    # Two images of one folder may be for two things.
    if _sort(one[0]) == _sort(other[0]) or any(re.match(r"[<>~!]", said[2]) for said in (one, other)):
        return False
    mine, yours = (_MINOR.search(said[2]) for said in (one, other))
    return mine is not None and yours is not None and mine.groups() != yours.groups()


def _sort(node: Node) -> str:
    """The sort of file, as `dockerfile`: of two of one sort each may be for something else."""
    name = node.location.path.rpartition("/")[2].lower()
    return next((sort for sort in ("docker", "env", "conda") if sort in name), name)


def _allows(allowed: str, used: str) -> bool | None:
    """Whether some patch of a version lies in a range; None = cannot be told."""
    minor = _MINOR.search(used)
    if minor is None or re.match(r"[<>~!]", used):
        return None
    try:
        wanted = SpecifierSet(_specifier(allowed))
    except InvalidSpecifier:
        return None
    return any(f"{minor[1]}.{minor[2]}.{patch}" in wanted for patch in range(40))


def _specifier(allowed: str) -> str:
    """A range of Poetry as one of PEP 440."""
    parts = []
    for part in allowed.replace(" ", "").split(","):
        number = _MINOR.search(part)
        if part.startswith("^") and number is not None:
            parts += [f">={part[1:]}", f"<{int(number[1]) + 1}"]
        elif part.startswith("~") and not part.startswith("~=") and number is not None:
            parts += [f">={part[1:]}", f"<{number[1]}.{int(number[2]) + 1}"]
        elif re.fullmatch(r"\d+(?:\.\d+)*(?:\.\*)?", part):
            parts.append(f"=={part}" if part.count(".") > 1 else f"=={part}.*")
        elif part not in ("", "*"):
            parts.append(part)
    return ",".join(parts)
