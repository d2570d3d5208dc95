"""Feature views of Feast to features, and what names features elsewhere to uses of them.

Source: https://docs.feast.dev/getting-started/concepts: a service takes views, or `view[["field"]]`; a request names
features as `view:field`.
"""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.python.tree import children
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.parse.words import vocabulary
from mlops_lint.subjects import Feature, Use, subject

_VIEWS = ("feast.BatchFeatureView", "feast.FeatureView", "feast.StreamFeatureView")
_FIELDS = ("Feature", "Field")
_REQUESTS = frozenset({"get_historical_features", "get_online_features", "get_online_features_async"})
_MARKS = vocabulary(*(f".{request}(" for request in _REQUESTS))
_TAKES = ("features", "feature_refs", "sources", "source")
_NAMED = re.compile(r"\w+:\w[\w.+-]*")
_ANYTHING = "*"
_NO_FEATURES = ("_id", "_key", "event_timestamp", "created", "created_timestamp", "created_at")


@python
def feast(module: Module) -> Iterator[Subject]:
    """Gives the fields of each view, and a use named `view:field`, `variable:*` or `*` for what takes features."""
    if "feast" not in module.roots and not module.says(_MARKS):
        return
    for call in module.calls:
        if call.name in _VIEWS:
            yield from _fields(module, call)
    for name, node in dict(_taken(module)).items():
        yield subject(Use(purpose="feature", tool="feast"), module.locate(node), name)


def _fields(module: Module, call: Call) -> Iterator[Subject]:
    given = {keyword.arg: keyword.value for keyword in call.node.keywords}
    schema, name = given.get("schema") or given.get("features"), given.get("name")
    view = module.values.value(name, call.scope) if name is not None else None
    if not isinstance(schema, ast.List) or not isinstance(view, str):
        return
    record = Feature(framework="feast", view=view, variable=call.targets[0] if call.targets else None)
    for field in schema.elts:
        named = _name(field)
        # The key of an entity, and the time of a row, stand in the schema too.
        if named is not None and not named.endswith(_NO_FEATURES):
            yield subject(record, module.locate(field), f"{view}:{named}", links=(module.within(call.scope),))


def _name(field: ast.expr) -> str | None:
    """The name in `Field(name="x")` or `Field("x")`."""
    if not isinstance(field, ast.Call) or ast.unparse(field.func).rpartition(".")[2] not in _FIELDS:
        return None
    named = next((keyword.value for keyword in field.keywords if keyword.arg == "name"), None)
    node = named if named is not None else field.args[0] if field.args else None
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _taken(module: Module) -> Iterator[tuple[str, ast.AST]]:
    written = {text for text in module.scopes.texts if ":" in text and _NAMED.fullmatch(text)}
    named = [(str(one.value), one) for one in module.nodes.of(ast.Constant) if one.value in written] if written else []
    yield from named
    for call in module.calls:
        if call.name in _VIEWS or call.name.endswith((".Field", ".Feature")):
            continue
        for keyword in (one for one in call.node.keywords if one.arg in _TAKES):
            yield from ((name, call.node) for name in _variables(keyword.value))
        if not named and isinstance(call.node.func, ast.Attribute) and call.node.func.attr in _REQUESTS:
            yield _ANYTHING, call.node


def _variables(node: ast.expr) -> Iterator[str]:
    """Views that are named by a variable: `view`, or `view[["field"]]` of which only some fields are taken."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.List):
        view = ast.unparse(node.value).rpartition(".")[2]
        fields = [one.value for one in node.slice.elts if isinstance(one, ast.Constant)]
        yield from (f"{view}:{field}" for field in fields if isinstance(field, str))
    elif isinstance(node, (ast.Name, ast.Attribute)):
        yield f"{ast.unparse(node).rpartition('.')[2]}:*"
    else:
        for child in children(node):
            if isinstance(child, ast.expr):
                yield from _variables(child)
