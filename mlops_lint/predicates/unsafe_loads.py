"""Whether what is loaded may run code that somebody else put into the file."""

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import Answer, predicate

_BOUNDS = ("==", "<=", "<", ">=", ">", "~=")


@predicate
def loads_safely(load: Node, graph: Graph) -> Answer:
    """A load runs no code, or that of a file which is fixed, or which this machine has made itself."""
    fields = load.fields
    unsafe = fields.get("unsafe", _by_version(load, graph))
    if unsafe is False or fields.get("pinned") is True:
        return Answer(True)
    if unsafe is not True:
        return Answer(None)
    if fields.get("downloaded") is True or fields.get("local") is False:
        return Answer(False, "what it downloads")
    # What is asked for by a revision that we do not know may be fixed by it.
    if fields.get("given") is True and "revision" in fields:
        # Those of the repository that call it may name a file of their own.
        called = any(graph.linked(body, "called_by") for body in graph.linked(load, "within"))
        return Answer(None if called else False, "whatever file its caller names")
    return Answer(True if fields.get("local") is True and fields.get("given") is not True else None)


def _by_version(load: Node, graph: Graph) -> bool | None:
    """Whether all versions that the project admits are older, or none is, than the first that is safe by itself."""
    name, _, version = str(load.fields.get("safe_since", "")).partition(" ")
    if not version:
        return None
    declared = [one for one in graph.of_kind("dependency") if one.own and one.fields.get("distribution") == name]
    older = {_older(str(one.fields.get("specifier", "")), Version(version)) for one in declared}
    return older.pop() if len(older) == 1 else None


def _older(specifier: str, first: Version) -> bool | None:
    """Whether a specifier admits only versions before `first`; False = only such from there on, None = both."""
    try:
        bounds = list(SpecifierSet(specifier))
    except InvalidSpecifier:
        return None
    for bound in bounds:
        if bound.version.endswith(".*") or bound.operator not in _BOUNDS:
            continue
        version = Version(bound.version)
        if bound.operator in ("==", "<=", "<") and (version < first or (bound.operator == "<" and version == first)):
            return True
        if bound.operator in ("==", ">=", ">", "~=") and version >= first:
            return False
    return None
