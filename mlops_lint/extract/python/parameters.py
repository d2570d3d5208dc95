"""What the parameters of a function are given at its calls, where all of them can be seen."""

import ast

from mlops_lint.extract.python.arguments_of_programs import default_of
from mlops_lint.extract.python.scopes import Call, Scope, Scopes

# A function that is called more often is a tool, whose arguments differ.
_MOST = 20
_Given = tuple[ast.expr, Scope]


class Parameters:
    """The arguments of the functions of one module."""

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes
        self._calls: dict[str, list[Call]] = {}
        called: set[int] = set()
        for call in scopes.calls:
            called.add(id(call.node.func))
            if call.name.startswith(scopes.module.name):
                self._calls.setdefault(call.name, []).append(call)
        self._handed = {_last(node) for scope in scopes.all for node in _used(scope) if id(node) not in called}
        """Names, and `.x` of attributes, that are used without being called, so that others may call what they mean."""

    def given(self, name: str, function: Scope) -> list[_Given] | None:
        """Gives all that a parameter is given, by calls or by default; None = not all calls can be seen."""
        node = function.node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.decorator_list:
            return None
        calls = self._calls_of(function, node.name)
        if not 0 < len(calls) <= _MOST or function.parent is None:
            return None
        found: list[_Given] = []
        for call in calls:
            argument = self._argument(name, function, node, call)
            if argument is None:
                return None
            found.append(argument)
        return found

    def _calls_of(self, function: Scope, name: str) -> list[Call]:
        owner = function.parent
        within = owner.kind if owner is not None else ""
        called, used = function.name, f".{name}" if within == "class" else name
        if name == "__init__" and owner is not None:
            called, used = owner.name, owner.name.rpartition(".")[2]
        # Nobody imports a script; what begins with `_`, or stands in a function, is not for others.
        alone = self._scopes.acts or used.startswith(("_", "._")) or within == "function"
        return self._calls.get(called, []) if alone and used not in self._handed else []

    def _argument(
        self, name: str, function: Scope, node: ast.FunctionDef | ast.AsyncFunctionDef, call: Call
    ) -> _Given | None:
        if any(isinstance(one, ast.Starred) for one in call.node.args):
            return None
        for keyword in call.node.keywords:
            if keyword.arg == name:
                return keyword.value, call.scope
            if keyword.arg is None:
                return None
        positional = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        if function.receiver is not None:
            positional = positional[1:]
        if name in positional and positional.index(name) < len(call.node.args):
            return call.node.args[positional.index(name)], call.scope
        default = default_of(name, node)
        return (default, function.parent) if default is not None and function.parent is not None else None


def _used(scope: Scope) -> list[ast.expr]:
    return [*(node for _, node in scope.used), *(node for inner in scope.inner for node in _used(inner))]


def _last(node: ast.expr) -> str:
    return f".{node.attr}" if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
