"""The fields of instances: what their construction gives, and what the class says otherwise.

Source: https://docs.python.org/3/library/dataclasses.html and https://docs.pydantic.dev/latest/concepts/fields/
"""

import ast

from mlops_lint.extract.python.names import Names
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.model import Ref

_FIELDS = frozenset({"field", "Field", "ib", "attrib", "mapped_column"})


class Instances:
    """What the fields of the instances of one module are given when they are made."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def field(self, node: ast.Attribute, owner: str, scope: Scope) -> tuple[ast.expr, Scope] | Ref | bool | None:
        """Gives what a construction sets a field to; True = it leaves it at its default, None = cannot be known."""
        made = self._made(node.value, scope)
        if made is None:
            return True
        call, where = made
        held = self._names.scope(owner)
        if held is None:
            return self._foreign(node, owner, call, where)
        if self._names.scope(f"{owner}.__init__") is not None:
            return True
        return self._given(node.attr, list(held.annotations), call, where)

    def _foreign(
        self, node: ast.Attribute, owner: str, call: ast.Call, scope: Scope
    ) -> tuple[ast.expr, Scope] | Ref | None:
        """A field of a class of another module, which is made without arguments."""
        root = owner.partition(".")[0]
        imported = "." in owner and not owner.startswith("?") and not owner.endswith(")") and root != "builtins"
        named = next((keyword.value for keyword in call.keywords if keyword.arg == node.attr), None)
        if not imported or named is not None or call.args or call.keywords:
            return (named, scope) if named is not None and imported else None
        return Ref(f"constant:{owner}.{node.attr}")

    def _given(
        self, name: str, fields: list[str], call: ast.Call, scope: Scope
    ) -> tuple[ast.expr, Scope] | bool | None:
        for keyword in call.keywords:
            if keyword.arg == name:
                return keyword.value, scope
            if keyword.arg is None:
                return None
        if not call.args:
            return True
        place = fields.index(name) if name in fields else len(call.args)
        starred = any(isinstance(one, ast.Starred) for one in call.args)
        if starred:
            return None
        return (call.args[place], scope) if place < len(call.args) else True

    def _made(self, node: ast.expr, scope: Scope) -> tuple[ast.Call, Scope] | None:
        """The construction of what an expression is, where there is one."""
        if isinstance(node, ast.Call):
            return node, scope
        found = self._names.bindings(node.id, scope) if isinstance(node, ast.Name) else None
        if found is None or len(found[0]) != 1:
            return None
        bound = found[0][0]
        return (bound, found[1]) if isinstance(bound, ast.Call) else None


def default_of_field(node: ast.expr) -> ast.expr:
    """Gives the default in `field(default=0.1)` or `Field(0.1)`, or the expression itself where it is no such thing."""
    if not isinstance(node, ast.Call):
        return node
    function = node.func
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    if name not in _FIELDS:
        return node
    if node.args:
        return node.args[0]
    return next((keyword.value for keyword in node.keywords if keyword.arg == "default"), node)
