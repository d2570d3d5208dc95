"""The names by which nodes and catalogues of Kedro call data, and to which project they belong.

Source: kedro 1.7.0 (`kedro/pipeline/node.py`, `kedro/pipeline/pipeline.py`, `kedro/pipeline/transcoding.py`)
"""

import ast

import msgspec

from mlops_lint.extract.python.flows.settings import expression, settings_of, value
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.extract.python.tree import last_name

_PARAMETERS = ("params:", "parameters")
_PIPELINES = frozenset({"Pipeline", "pipeline"})


class Names(msgspec.Struct, frozen=True):
    """What a node is given or gives; not `known` where some of it is computed."""

    data: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    known: bool = True


def entry(project: str, name: str) -> str:
    """Gives the symbol of data by its name in a project."""
    return f"entry:{project}#{name}"


def project_of_code(path: str) -> str:
    """Gives the folder of the project that a file of code belongs to: that above `src`, or above the package."""
    above, source, _ = f"/{path}".rpartition("/src/")
    if source:
        return above.removeprefix("/")
    package = f"/{path}".partition("/pipelines/")[0]
    return package.rpartition("/")[0].removeprefix("/")


def project_of_settings(path: str) -> str:
    """Gives the folder of the project that a file of its configuration belongs to: that above `conf`."""
    return f"/{path}".rpartition("/conf/")[0].removeprefix("/")


def node_names(module: Module, call: Call, given: tuple[ast.expr, Scope] | None) -> Names:
    """Gives the names of one side of a node: a text, a list of texts, or what parameters of the function are given."""
    behind = expression(module, *given) if given is not None else None
    if behind is None:
        return Names(known=given is None)
    node, scope = behind
    parts = list(node.values) if isinstance(node, ast.Dict) else None
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        parts = list(node.elts)
    elif isinstance(node, ast.Call) and last_name(node.func) == "dict" and not node.args:
        parts = [one.value for one in node.keywords]
    found = [module.values.value(part, scope) for part in ([node] if parts is None else parts)]
    texts = [one for one in found if isinstance(one, str)]
    known = all(isinstance(one, str) or one is None for one in found)
    outer, mapped = _namespace(module, call)
    data = [one.partition("@")[0] for one in texts if not one.startswith(_PARAMETERS)]
    data = [mapped.get(one, f"{outer}.{one}") if outer else one for one in data]
    parameters = tuple(one.removeprefix("params:") for one in texts if one.startswith(_PARAMETERS))
    return Names(tuple(dict.fromkeys(data)), parameters, known)


def _namespace(module: Module, call: Call) -> tuple[str, dict[str, str]]:
    """Gives the namespace of the pipeline whose list holds a node, and the names that it maps to others."""
    around: ast.AST | None = module.nodes.around.get(call.node)
    while around is not None and not isinstance(around, ast.stmt):
        if isinstance(around, ast.Call) and last_name(around.func) in _PIPELINES:
            given = settings_of(around, call.scope)
            named = value(module, given, "namespace")
            mapped = _mapped(module, given.entries.get("inputs")) | _mapped(module, given.entries.get("outputs"))
            return (named, mapped) if isinstance(named, str) else ("", {})
        around = module.nodes.around.get(around)
    return "", {}


def _mapped(module: Module, given: tuple[ast.expr, Scope] | None) -> dict[str, str]:
    if given is None:
        return {}
    node, scope = given
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        known = [(module.values.value(key, scope), module.values.value(one, scope)) for key, one in pairs if key]
        return {key: one for key, one in known if isinstance(key, str) and isinstance(one, str)}
    found = module.values.value(node, scope)
    listed = found if isinstance(found, tuple) else (found,)
    return {one: one for one in listed if isinstance(one, str)}
