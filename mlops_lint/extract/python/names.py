"""An expression to the full dotted name of what it is: a module, function or class, or the class of an instance."""

import ast
import builtins
import warnings
from collections.abc import Callable

from mlops_lint.extract.libraries import Libraries, available
from mlops_lint.extract.python.scopes import Binding, Scope, Scopes

# How many steps are followed before we give up: a chain of methods, as of `tf.data`, takes two for each.
DEPTH = 24
UNKNOWN = "?"

_NONE = 1 << 30
# Real files have tens of them; a thousand names bound in terms of one another would have no end.
_MOST_UNKEPT = 5000
_BUILTINS = frozenset(dir(builtins))
# Annotations that say of a value no more than that there is one.
_ANYTHING = frozenset({"typing.Any", "builtins.object"})
# Annotations whose first argument says what the value is.
_WRAPPERS = frozenset(
    f"{module}.{name}"
    for module in ("typing", "typing_extensions")
    for name in ("Optional", "Annotated", "Final", "ClassVar", "Union")
)
_PROPERTIES = frozenset({"builtins.property", "functools.cached_property"})
# Longer than any annotation that people write; reading one costs a call of the parser.
_LONGEST = 200


class Names:
    """Resolves names in one module; an instance of a class has the name of the class."""

    def __init__(self, scopes: Scopes, libraries: Libraries) -> None:
        self._scopes = scopes
        self._libraries = libraries
        self._by_name = {scope.name: scope for scope in scopes.all}
        self._cache: dict[tuple[int, int], str] = {}
        self._bound: dict[tuple[str, int], str] = {}
        self._bases: dict[str, tuple[str, ...]] = {}
        # Names that are being looked up -> how many were before them; one that is bound in terms of itself is unknown
        # while we look. What was found in such a moment is not kept, unless it happens so often that it takes too long.
        self._open: dict[tuple[str, int], int] = {}
        self._met = _NONE
        self._unkept = 0
        self._annotations: dict[str, ast.expr | None] = {}
        self._starred = [one.module for one in scopes.imports if one.dotted.endswith(".*")]

    def name(self, node: ast.expr, scope: Scope, depth: int = DEPTH) -> str:
        """Gives the dotted name of an expression; `?` where unknown, `?.x` for attribute x of something unknown."""
        if isinstance(node, ast.Name):
            return self._of_name(node.id, scope, depth) if depth > 0 else UNKNOWN
        resolve = _RESOLVERS.get(node.__class__)
        if resolve is None:
            return UNKNOWN
        key = (id(node), id(scope))
        found = self._cache.get(key)
        if found is None:
            if not self._open or depth <= 0:
                # Nothing is being looked up: all that is found holds.
                found = self._cache[key] = resolve(self, node, scope, depth) if depth > 0 else UNKNOWN
                return found
            before, self._met = self._met, _NONE
            found = resolve(self, node, scope, depth)
            if self._met == _NONE or self._kept(_NONE):
                self._cache[key] = found
            self._met = min(self._met, before)
        return found

    def named(self, name: str, bindings: list[Binding], owner: Scope, depth: int = DEPTH) -> str:
        """Gives the dotted name of what is called `name` by what the scope that binds it binds it to."""
        if len(bindings) == 1:
            binding = bindings[0]
            # Most names are imported or defined once, or of a loop: there is nothing to look up.
            if isinstance(binding, str):
                return self._of_binding(binding, owner, depth)
            if name in owner.parameters:
                return self._of_parameter(owner.parameters[name], owner, depth)
            if binding.__class__ not in _BOUND and name not in owner.taken:
                return UNKNOWN
        known = self._bound.get((name, id(owner)))
        return known if known is not None else self._of_owner(name, bindings, owner, depth)

    def _of_owner(self, name: str, bindings: list[Binding], owner: Scope, depth: int) -> str:
        if bindings == [None]:
            return self._looked_up((name, id(owner)), lambda: self._of_part(*owner.taken[name], owner, depth))
        return self._looked_up((name, id(owner)), lambda: self._of_bindings(bindings, owner, depth))

    def _kept(self, place: int) -> bool:
        """Whether what was found holds, as it rests on no name that was opened before `place` and is still open."""
        self._unkept += self._met < place
        return self._met >= place or self._unkept > _MOST_UNKEPT

    def _looked_up(self, key: tuple[str, int], look_up: Callable[[], str]) -> str:
        """Gives what is bound under a key, looked up once."""
        if (known := self._bound.get(key)) is not None:
            return known
        if key in self._open:
            self._met = min(self._met, self._open[key])
            return UNKNOWN
        place = self._open[key] = len(self._open)
        before, self._met = self._met, _NONE
        found = look_up()
        del self._open[key]
        if self._kept(place):
            self._bound[key] = found
        self._met = min(before, self._met) if self._met < place else before
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

    def members(self, owner: str, attribute: str) -> list[tuple[Binding, Scope]]:
        """Gives what an attribute of a class of this module, or of its instances, is bound to, and where."""
        for name in (owner, *self.bases(owner)):
            held = self._by_name.get(name)
            if held is not None and held.kind == "class":
                bound = [(binding, held) for binding in held.bindings.get(attribute, ())]
                found = [*bound, *self._scopes.attributes.get((name, attribute), ())]
                if found:
                    return found
        return []

    def altered(self, name: str) -> bool:
        """Says whether the file sets items of `name`, or, for `.x`, the attribute x of anything but `self`."""
        return name in self._scopes.altered

    def bases(self, dotted: str, depth: int = DEPTH) -> tuple[str, ...]:
        """Gives the bases of a class, of this module or of the tables, nearest first."""
        found = self._by_name.get(dotted)
        if found is None or not isinstance(found.node, ast.ClassDef) or found.parent is None or depth <= 0:
            return self._libraries.bases(dotted)
        known = self._bases.get(dotted)
        if known is None:
            before, self._met = self._met, _NONE
            direct = [self.name(base, found.parent, depth - 1) for base in found.node.bases]
            known = (*direct, *(more for base in direct for more in self.bases(base, depth - 1)))
            if self._met == _NONE:
                self._bases[dotted] = known
            self._met = min(before, self._met)
        return known

    def _of_inner(self, node: ast.Await | ast.NamedExpr, scope: Scope, depth: int) -> str:
        return self.name(node.value, scope, depth - 1)

    def _of_options(self, node: ast.IfExp | ast.BoolOp, scope: Scope, depth: int) -> str:
        options = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
        return self._agreed([self.name(option, scope, depth - 1) for option in options])

    def _of_name(self, name: str, scope: Scope, depth: int) -> str:
        found = self.bindings(name, scope)
        if found is None:
            return self._unbound(name)
        return self.named(name, *found, depth)

    def _of_bindings(self, bindings: list[Binding], owner: Scope, depth: int) -> str:
        if len(bindings) == 1:
            return self._of_binding(bindings[0], owner, depth)
        known = [self._of_binding(binding, owner, depth) for binding in bindings]
        if all(isinstance(binding, str) and binding.startswith("import:") for binding in bindings):
            # Alternatives under try or if: the first that we know something of.
            known = [one for one in known if one.partition(".")[0] in available()][:1] or known
        return self._agreed([one for one in known if not one.startswith(UNKNOWN)] or known)

    def _unbound(self, name: str) -> str:
        """A builtin, or what comes from `import *`: of a library whose table names it, or of the only module."""
        for module in self._starred:
            starred = self._libraries.canonical(f"{module}.{name}")
            if self._libraries.entry(starred) is not None:
                return starred
        if name in _BUILTINS:
            return f"builtins.{name}"
        return self._libraries.canonical(f"{self._starred[0]}.{name}") if len(self._starred) == 1 else UNKNOWN

    def _of_parameter(self, parameter: ast.arg, owner: Scope, depth: int) -> str:
        if owner.parent is None:
            return UNKNOWN
        if owner.parent.kind == "class" and parameter.arg == owner.receiver:
            return owner.parent.name
        return (
            UNKNOWN
            if parameter.annotation is None
            else self._of_annotation(parameter.annotation, owner.parent, depth - 1)
        )

    def _of_annotation(self, node: ast.expr, scope: Scope, depth: int) -> str:
        """Gives the class that an annotation names: `C`, `"C"`, `Optional[C]` or `C | None`."""
        if depth <= 0:
            return UNKNOWN
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            written = self._written(node.value)
            return self._of_annotation(written, scope, depth - 1) if written is not None else UNKNOWN
        if isinstance(node, (ast.Name, ast.Attribute)):
            name = self.name(node, scope, depth)
            return UNKNOWN if name in _ANYTHING else name
        options = [node]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            options = [node.left, node.right]
        elif isinstance(node, ast.Subscript) and (wrapper := self.name(node.value, scope, depth - 1)) in _WRAPPERS:
            options = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
            options = options if wrapper.endswith(".Union") else options[:1]
        options = [one for one in options if not (isinstance(one, ast.Constant) and one.value is None)]
        if options == [node]:
            name = self.name(node, scope, depth)
            return UNKNOWN if name in _ANYTHING else name
        return self._of_annotation(options[0], scope, depth - 1) if len(options) == 1 else UNKNOWN

    def _written(self, text: str) -> ast.expr | None:
        """The expression in an annotation that is a text; None where it is none."""
        if text not in self._annotations:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    found = ast.parse(text.strip(), mode="eval").body if len(text) <= _LONGEST else None
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                found = None
            self._annotations[text] = found
        return self._annotations[text]

    def _of_binding(self, binding: Binding, owner: Scope, depth: int) -> str:
        if isinstance(binding, str):
            return self._libraries.canonical(binding.partition(":")[2])
        return UNKNOWN if binding is None else self.name(binding, owner, depth - 1)

    def _of_part(self, call: ast.Call, part: int, owner: Scope, depth: int) -> str:
        """The class of one part of what a function of this file returns: `model, service = made()`."""
        own = self._by_name.get(self.name(call.func, owner, depth - 1))
        if own is None or own.kind != "function" or not own.returns or depth <= 0:
            return UNKNOWN
        parts = [one.elts if isinstance(one, ast.Tuple) else [] for one in own.returns]
        if any(len(elements) <= part or any(isinstance(one, ast.Starred) for one in elements) for elements in parts):
            return UNKNOWN
        return self._agreed([self.name(elements[part], own, depth - 2) for elements in parts])

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
            member = f"{name}.{attribute}"
            defined = self._by_name.get(member)
            if defined is not None:
                return self._of_property(defined, depth) or member
            held = self._by_name.get(name)
            if held is not None and held.kind == "class" and (found := self._of_field(held, attribute, depth)):
                return found
            if self._libraries.entry(member) is not None:
                return member
        return f"{owner}.{attribute}"

    def _of_property(self, defined: Scope, depth: int) -> str:
        decorators = getattr(defined.node, "decorator_list", ())
        if defined.parent is None or depth <= 0 or not decorators:
            return ""
        if not any(self.name(one, defined.parent, depth - 1) in _PROPERTIES for one in decorators):
            return ""
        return self._agreed([self.name(value, defined, depth - 2) for value in defined.returns] or [UNKNOWN])

    def _of_field(self, held: Scope, attribute: str, depth: int) -> str:
        """The class of what an attribute is bound to; the attribute's own name where that is no instance."""
        return self._looked_up((f".{attribute}", id(held)), lambda: self._field(held, attribute, depth))

    def _field(self, held: Scope, attribute: str, depth: int) -> str:
        bound = [(binding, held) for binding in held.bindings.get(attribute, ())]
        assigned = self._scopes.attributes.get((held.name, attribute), [])
        known = [self._of_binding(binding, scope, depth) for binding, scope in (*bound, *assigned)]
        found = self._agreed([one for one in known if not one.startswith(UNKNOWN)] or [UNKNOWN])
        if found == UNKNOWN and attribute in held.annotations:
            found = self._of_annotation(held.annotations[attribute], held, depth - 1)
        if found != UNKNOWN or assigned:
            return found
        return f"{held.name}.{attribute}" if bound else ""

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
            return any(isinstance(binding, ast.Call) for binding, _ in known)
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
        """The name that all have; of instances of several classes, as two branches make them, the base of all."""
        if len(set(known)) == 1:
            return known[0]
        chains = [(one, *self._libraries.bases(one)) for one in known]
        return next((base for base in chains[0] if all(base in chain for chain in chains)), UNKNOWN)


# Nothing else has a name.
_RESOLVERS: dict[type[ast.expr], Callable[..., str]] = {
    ast.Attribute: Names._of_attribute,
    ast.Call: Names.returned,
    ast.Await: Names._of_inner,
    ast.NamedExpr: Names._of_inner,
    ast.IfExp: Names._of_options,
    ast.BoolOp: Names._of_options,
    ast.Subscript: Names._of_subscript,
}
_BOUND = frozenset({ast.Name, *_RESOLVERS})
