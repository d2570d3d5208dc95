"""An expression to the full dotted name of what it is: a module, function or class, or the class of an instance."""

import ast

from mlops_lint.extract.libraries import Libraries
from mlops_lint.extract.python.scopes import Binding, Scope, Scopes

# How many steps are followed before we give up: a chain of methods, as of `tf.data`, takes two for each.
DEPTH = 24
UNKNOWN = "?"


class Names:
    """Resolves names in one module; an instance of a class has the name of the class."""

    def __init__(self, scopes: Scopes, libraries: Libraries) -> None:
        self._scopes = scopes
        self._libraries = libraries
        self._by_name = {scope.name: scope for scope in scopes.all}
        self._cache: dict[tuple[int, int], str] = {}
        self._bound: dict[tuple[str, int], str] = {}

    def name(self, node: ast.expr, scope: Scope, depth: int = DEPTH) -> str:
        """Gives the dotted name of an expression; `?` where unknown, `?.x` for attribute x of something unknown."""
        key = (id(node), id(scope))
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = self._name(node, scope, depth)
        return found

    def bindings(self, name: str, scope: Scope) -> tuple[list[Binding], Scope] | None:
        """Gives what `name` is bound to in the nearest scope that binds it, and that scope."""
        current: Scope | None = scope
        while current is not None:
            if name in current.bindings and (current.kind != "class" or current is scope):
                return current.bindings[name], current
            current = current.parent
        return None

    def scope(self, dotted: str) -> Scope | None:
        """Gives the function or class of this module with that full name."""
        return self._by_name.get(dotted)

    def bases(self, dotted: str, depth: int = DEPTH) -> tuple[str, ...]:
        """Gives the bases of a class, of this module or of the tables, nearest first."""
        found = self._by_name.get(dotted)
        if found is None or not isinstance(found.node, ast.ClassDef) or found.parent is None or depth <= 0:
            return self._libraries.bases(dotted)
        direct = [self.name(base, found.parent, depth - 1) for base in found.node.bases]
        return tuple(direct) + tuple(more for base in direct for more in self.bases(base, depth - 1))

    def _name(self, node: ast.expr, scope: Scope, depth: int) -> str:
        if depth <= 0:
            return UNKNOWN
        if isinstance(node, ast.Name):
            return self._of_name(node.id, scope, depth)
        if isinstance(node, ast.Attribute):
            return self._of_attribute(node, scope, depth)
        if isinstance(node, ast.Call):
            return self.returned(node, scope, depth)
        if isinstance(node, ast.Await):
            return self.name(node.value, scope, depth - 1)
        if isinstance(node, (ast.IfExp, ast.BoolOp)):
            options = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
            return self._agreed([self.name(option, scope, depth - 1) for option in options])
        if isinstance(node, ast.Subscript):
            return self._of_subscript(node, scope, depth)
        return UNKNOWN

    def _of_name(self, name: str, scope: Scope, depth: int) -> str:
        found = self.bindings(name, scope)
        if found is None:
            return f"builtins.{name}"
        bindings, owner = found
        if name in owner.parameters and len(bindings) == 1:
            return self._of_parameter(owner.parameters[name], owner, depth)
        key = (name, id(owner))
        if key not in self._bound:
            # A name that is bound in terms of itself is unknown while we look: once for each name, not for each use.
            self._bound[key] = UNKNOWN
            known = [self._of_binding(binding, owner, depth) for binding in bindings]
            self._bound[key] = self._agreed([one for one in known if one != UNKNOWN] or known)
        return self._bound[key]

    def _of_parameter(self, parameter: ast.arg, owner: Scope, depth: int) -> str:
        first = next(iter(owner.parameters), None)
        if owner.parent is not None and owner.parent.kind == "class" and parameter.arg == first:
            return owner.parent.name
        if parameter.annotation is not None and owner.parent is not None:
            annotation = parameter.annotation
            if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
                return UNKNOWN
            return self.name(annotation, owner.parent, depth - 1)
        return UNKNOWN

    def _of_binding(self, binding: Binding, owner: Scope, depth: int) -> str:
        if isinstance(binding, str):
            return self._libraries.canonical(binding.partition(":")[2])
        return UNKNOWN if binding is None else self.name(binding, owner, depth - 1)

    def _of_attribute(self, node: ast.Attribute, scope: Scope, depth: int) -> str:
        base = self.name(node.value, scope, depth - 1)
        if base.startswith(UNKNOWN):
            return f"{UNKNOWN}.{node.attr}"
        owner = self._by_name.get(base)
        if owner is not None and owner.kind == "class":
            return self._of_member(base, node.attr, depth)
        return self._libraries.canonical(f"{base}.{node.attr}")

    def _of_member(self, owner: str, attribute: str, depth: int) -> str:
        for name in (owner, *self.bases(owner)):
            if f"{name}.{attribute}" in self._by_name:
                return f"{name}.{attribute}"
            assigned = self._scopes.attributes.get((name, attribute))
            if assigned is not None:
                holder = next((s for s in self._scopes.all if s.parent is self._by_name.get(name)), None)
                known = [self._of_binding(one, holder or self._scopes.module, depth) for one in assigned]
                return self._agreed([one for one in known if not one.startswith(UNKNOWN)] or [UNKNOWN])
            if self._libraries.entry(f"{name}.{attribute}") is not None:
                return f"{name}.{attribute}"
        return f"{owner}.{attribute}"

    def _of_subscript(self, node: ast.Subscript, scope: Scope, depth: int) -> str:
        base = self.name(node.value, scope, depth - 1)
        entry = self._libraries.entry(f"{base}.__getitem__")
        return entry.returns if entry is not None and entry.returns else UNKNOWN

    def returned(self, call: ast.Call, scope: Scope, depth: int = DEPTH) -> str:
        """Gives the class of what a call returns: `f()` where that is not known."""
        called = self.name(call.func, scope, depth - 1)
        entry = self._libraries.entry(called)
        if entry is not None and entry.returns is not None:
            return self._filled(entry.returns, called, call)
        if called.startswith(UNKNOWN) or self._is_instance(call.func, scope, depth - 1):
            return UNKNOWN
        own = self._by_name.get(called)
        if own is not None and own.kind == "function":
            known = [self.name(value, own, depth - 2) for value in own.returns]
            return self._agreed(known) if known else f"{called}()"
        if (own is not None and own.kind == "class") or called.rpartition(".")[2][:1].isupper():
            return called
        return f"{called}()"

    def _is_instance(self, node: ast.expr, scope: Scope, depth: int) -> bool:
        """Whether an expression was made by a call: to call it in turn, as `criterion(y)`, makes no instance."""
        if isinstance(node, ast.Name):
            found = self.bindings(node.id, scope)
            return found is not None and any(isinstance(binding, ast.Call) for binding in found[0])
        if isinstance(node, ast.Attribute):
            known = self._scopes.attributes.get((self.name(node.value, scope, depth), node.attr), ())
            return any(isinstance(binding, ast.Call) for binding in known)
        return isinstance(node, ast.Call)

    def _filled(self, returns: str, called: str, call: ast.Call) -> str:
        if returns == "self":
            return called.rpartition(".")[0]
        if "{0}" in returns:
            first = call.args[0] if call.args else None
            known = first.value if isinstance(first, ast.Constant) else UNKNOWN
            return returns.replace("{0}", str(known))
        return returns

    def _agreed(self, known: list[str]) -> str:
        return known[0] if len(set(known)) == 1 else UNKNOWN
