"""A syntax tree to scopes, what their names are bound to, and the calls in them: one pass, nothing resolved yet."""

import ast
from collections.abc import Callable, Iterable

from mlops_lint.extract.python.targets import is_main_guard, names, root
from mlops_lint.extract.python.tree import children, parts

Binding = ast.expr | str | None
"""What a name is bound to: an expression, `import:dotted` or `def:dotted` as text, None = something unknown."""

# Methods that change what they are called on.
_ALTERING = frozenset({"update", "setdefault", "pop", "popitem", "clear", "append", "extend", "insert", "remove"})
_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


class Scope:
    """A module body, its `__main__` block, a class, a function, a lambda or a comprehension."""

    __slots__ = (
        "annotations", "bindings", "declared", "inner", "kind", "name", "node", "parameters", "parent", "returns",
        "taken", "used",
    )  # fmt: skip

    def __init__(self, name: str, kind: str, parent: "Scope | None", node: ast.AST) -> None:
        self.name = name
        """Dotted, with the module, as `pkg.train.Trainer.fit`; that of what it stands in where it has none."""
        self.kind = kind
        """module, main, class, function, lambda or comprehension."""
        self.parent = parent
        self.node = node
        self.bindings: dict[str, list[Binding]] = {}
        self.annotations: dict[str, ast.expr] = {}
        self.parameters: dict[str, ast.arg] = {}
        self.returns: list[ast.expr] = []
        self.declared: dict[str, Scope] = {}
        """Names that are global or nonlocal here -> where they are bound."""
        self.taken: dict[str, tuple[ast.Call, int]] = {}
        """Names that take their part of what a call gives -> the call, and which part."""
        self.inner: list[Scope] = []
        """The lambdas and comprehensions in it: scopes of names, but not of calls."""
        self.used: list[tuple[str, ast.Name | ast.Attribute]] = []
        """Names and attribute chains that are read here: the name with which each begins, and its outermost node."""

    @property
    def receiver(self) -> str | None:
        """The parameter that is the instance, or the class, in a method; None = this is none."""
        if self.kind != "function" or self.parent is None or self.parent.kind != "class" or not self.parameters:
            return None
        for one in getattr(self.node, "decorator_list", ()):
            if isinstance(one, ast.Name) and one.id == "staticmethod":
                return None
        return next(iter(self.parameters))

    @property
    def holder(self) -> "Scope":
        """The nearest scope that others can call: itself, or what a lambda or comprehension stands in."""
        scope = self
        while scope.kind in ("lambda", "comprehension") and scope.parent is not None:
            scope = scope.parent
        return scope

    def forget(self) -> None:
        """Ends what it has to do with others."""
        self.parent = None
        self.inner.clear()
        self.declared.clear()

    def bind(self, name: str, value: Binding) -> None:
        """Adds one more thing that `name` may be."""
        scope = self.parent if self.kind == "main" and self.parent is not None else self.declared.get(name, self)
        scope.bindings.setdefault(name, []).append(value)


class Call:
    """One call in the source; `name` is filled in by the resolver."""

    __slots__ = ("decorator", "name", "node", "scope", "targets")

    def __init__(self, node: ast.Call, scope: Scope, targets: tuple[str, ...]) -> None:
        self.node = node
        self.scope = scope
        self.targets = targets
        """The names that its value is assigned to, as `x` or `self.x`."""
        self.name = ""
        """Full dotted name of what is called, `?.method` on a receiver of unknown type, "" where unknown."""
        self.decorator = False


class Import:
    """One imported module or name."""

    __slots__ = ("dotted", "guarded", "module", "node", "scope")

    def __init__(self, node: ast.stmt, scope: Scope, module: str, dotted: str, guarded: bool) -> None:
        self.node = node
        self.scope = scope
        self.module = module
        """The module that is imported, relative imports made absolute."""
        self.dotted = dotted
        """The module and the name taken from it."""
        self.guarded = guarded
        """May be absent: under try or if, or inside a function."""


class Scopes:
    """All that one pass over a module finds, in order of the source."""

    def __init__(self, tree: ast.Module, module: str, package: str) -> None:
        self.module = Scope(module, "module", None, tree)
        self.main: Scope | None = None
        self.all: list[Scope] = [self.module]
        self.calls: list[Call] = []
        self.imports: list[Import] = []
        self.texts: list[str] = []
        """All texts but those in annotations, and pieces of f-strings."""
        self.keys: list[str] = []
        """Keys of literal mappings."""
        self.items: list[tuple[ast.Subscript, Scope]] = []
        """What is taken of something by a key, as `os.environ["X"]`, and where."""
        self.expressions: list[ast.Expr] = []
        """Expressions that are statements of their own."""
        self.tries: list[tuple[ast.Try | ast.TryStar, Scope]] = []
        """Statements that catch errors, and where they stand."""
        self.orders: list[ast.Compare] = []
        """Comparisons by size."""
        self.conditions: list[tuple[ast.If | ast.Assert | ast.Return, Scope]] = []
        """Statements that test something, or give it back to who will, and where they stand."""
        self.attributes: dict[tuple[str, str], list[tuple[Binding, Scope]]] = {}
        """(class, attribute) -> what `self.attribute` is set to, and where."""
        self.altered: set[str] = set()
        """Names whose items are set, and `.x` of attributes that are set on anything but `self`: of no sure value."""
        self.settings: list[tuple[ast.Attribute, ast.expr, Scope]] = []
        """Attributes that are set on anything but `self`, as `torch.backends.cudnn.benchmark`, to what, and where."""
        self.acts = False
        """The module body does more than define: it calls, loops, or has a `__main__` block."""
        self._package = package
        self._guards = 0
        self._each(tree.body, self.module)

    def _visit(self, node: ast.AST, scope: Scope) -> None:
        # What is met most looks in the table by itself: a call for each node takes a tenth of the pass.
        _HANDLERS[node.__class__](self, node, scope)

    def _each(self, nodes: Iterable[ast.AST], scope: Scope) -> None:
        for node in nodes:
            _HANDLERS[node.__class__](self, node, scope)

    def _inside(self, node: ast.AST, scope: Scope) -> None:
        for field in parts(node.__class__) or ():
            value = getattr(node, field)
            # Not by `_visit`, for a sum of a thousand numbers is as deep.
            if value.__class__ is list:
                for one in value:
                    _HANDLERS[one.__class__](self, one, scope)
            else:
                _HANDLERS[value.__class__](self, value, scope)

    def _assign(self, target: ast.expr, value: Binding, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            scope.bind(target.id, value)
        elif isinstance(target, ast.Starred):
            self._assign(target.value, None, scope)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target, value, scope)
        elif isinstance(target, ast.Attribute):
            owner = _owner(target, scope)
            if owner is not None:
                self.attributes.setdefault((owner, target.attr), []).append((value, scope))
            else:
                self.altered.add(f".{target.attr}")
                if isinstance(value, ast.expr):
                    self.settings.append((target, value, scope))
                self._visit(target.value, scope)
        else:
            self.altered.add(root(target))
            self._visit(target, scope)

    def _unpack(self, target: ast.Tuple | ast.List, value: Binding, scope: Scope) -> None:
        values: list[Binding] = [None] * len(target.elts)
        if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
            values = list(value.elts)
        if isinstance(value, ast.Call):
            names = [(part.id, index) for index, part in enumerate(target.elts) if isinstance(part, ast.Name)]
            holder = scope.parent if scope.kind == "main" and scope.parent is not None else scope
            holder.taken.update((name, (value, index)) for name, index in names if len(names) == len(values))
        for part, item in zip(target.elts, values, strict=True):
            self._assign(part, item, scope)

    def _call(self, node: ast.Call, scope: Scope, targets: tuple[str, ...] = ()) -> None:
        self.calls.append(Call(node, scope, targets))
        if isinstance(node.func, ast.Attribute) and node.func.attr in _ALTERING:
            self.altered.add(root(node.func.value))
        _HANDLERS[node.func.__class__](self, node.func, scope)
        self._each(node.args, scope)
        for keyword in node.keywords:
            _HANDLERS[keyword.value.__class__](self, keyword.value, scope)

    def _value(self, value: ast.expr, targets: list[ast.expr], scope: Scope) -> None:
        inner = value.value if isinstance(value, ast.Await) else value
        if isinstance(inner, ast.Call):
            self._call(inner, scope, tuple(names(targets)))
        else:
            _HANDLERS[value.__class__](self, value, scope)

    def _on_assign(self, node: ast.Assign, scope: Scope) -> None:
        self._value(node.value, node.targets, scope)
        for target in node.targets:
            self._assign(target, node.value, scope)

    def _on_annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        if isinstance(node.target, ast.Name):
            scope.annotations[node.target.id] = node.annotation
        if node.value is not None:
            self._value(node.value, [node.target], scope)
            self._assign(node.target, node.value, scope)

    def _on_augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        self._visit(node.value, scope)
        self._assign(node.target, None, scope)

    def _on_named(self, node: ast.NamedExpr, scope: Scope) -> None:
        # It binds in what the comprehension stands in.
        self._value(node.value, [node.target], scope)
        self._assign(node.target, node.value, scope.holder if scope.kind == "comprehension" else scope)

    def _on_expression(self, node: ast.Expr, scope: Scope) -> None:
        self.expressions.append(node)
        if scope is self.module and not isinstance(node.value, ast.Constant):
            self.acts = True
        _HANDLERS[node.value.__class__](self, node.value, scope)

    def _on_for(self, node: ast.For | ast.AsyncFor, scope: Scope) -> None:
        self.acts = self.acts or scope is self.module
        self._visit(node.iter, scope)
        self._assign(node.target, None, scope)
        self._each((*node.body, *node.orelse), scope)

    def _on_while(self, node: ast.While, scope: Scope) -> None:
        self.acts = self.acts or scope is self.module
        self._each((node.test, *node.body, *node.orelse), scope)

    def _on_comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, scope: Scope
    ) -> None:
        inner = self._nested(node, "comprehension", scope)
        for number, part in enumerate(node.generators):
            self._visit(part.iter, inner if number else scope)
            self._assign(part.target, None, inner)
            self._each(part.ifs, inner)
        self._each((node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,), inner)

    def _nested(self, node: ast.expr, kind: str, scope: Scope) -> Scope:
        inner = Scope(scope.name, kind, scope, node)
        scope.inner.append(inner)
        return inner

    def _on_pattern(self, node: ast.MatchAs | ast.MatchStar | ast.MatchMapping, scope: Scope) -> None:
        name = node.rest if isinstance(node, ast.MatchMapping) else node.name
        if name is not None:
            scope.bind(name, None)
        self._each(children(node), scope)

    def _on_delete(self, node: ast.Delete, scope: Scope) -> None:
        for target in node.targets:
            self.altered.add(root(target))
            self._visit(target, scope)

    def _on_with(self, node: ast.With | ast.AsyncWith, scope: Scope) -> None:
        for item in node.items:
            targets = [item.optional_vars] if item.optional_vars is not None else []
            self._value(item.context_expr, targets, scope)
            for target in targets:
                self._assign(target, item.context_expr, scope)
        self._each(node.body, scope)

    def _on_compare(self, node: ast.Compare, scope: Scope) -> None:
        if isinstance(node.ops[0], _ORDERS):
            self.orders.append(node)
        self._visit(node.left, scope)
        self._each(node.comparators, scope)

    def _on_assert(self, node: ast.Assert, scope: Scope) -> None:
        self.conditions.append((node, scope))
        self._inside(node, scope)

    def _on_if(self, node: ast.If, scope: Scope) -> None:
        self.conditions.append((node, scope))
        if scope is self.module and is_main_guard(node.test):
            self.acts = True
            if self.main is None:
                self.main = Scope(f"{self.module.name}.<main>", "main", self.module, node)
                self.all.append(self.main)
            inner = self.main
        else:
            self._visit(node.test, scope)
            inner = scope
        self._guarded(node.body, inner, guards=inner is scope)
        self._guarded(node.orelse, scope, guards=True)

    def _on_try(self, node: ast.Try | ast.TryStar, scope: Scope) -> None:
        self.tries.append((node, scope))
        self._guarded(node.body, scope, guards=True)
        for handler in node.handlers:
            if handler.name:
                scope.bind(handler.name, None)
            self._guarded(handler.body, scope, guards=True)
        self._guarded(node.orelse, scope, guards=True)
        self._guarded(node.finalbody, scope, guards=False)

    def _guarded(self, statements: list[ast.stmt], scope: Scope, *, guards: bool) -> None:
        self._guards += guards
        self._each(statements, scope)
        self._guards -= guards

    def _on_import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            bound = alias.name if alias.asname else name
            scope.bind(name, f"import:{bound}")
            self._imported(node, scope, alias.name, alias.name)

    def _on_import_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        module = self._absolute(node.module or "", node.level)
        for alias in node.names:
            dotted = f"{module}.{alias.name}" if module else alias.name
            if alias.name != "*":
                scope.bind(alias.asname or alias.name, f"import:{dotted}")
            self._imported(node, scope, module, dotted)

    def _imported(self, node: ast.stmt, scope: Scope, module: str, dotted: str) -> None:
        guarded = self._guards > 0 or scope.kind == "function"
        self.imports.append(Import(node, scope, module, dotted, guarded))

    def _absolute(self, module: str, level: int) -> str:
        if level == 0:
            return module
        parts = self._package.split(".") if self._package else []
        kept = parts[: len(parts) - (level - 1)] if level - 1 <= len(parts) else []
        return ".".join([*kept, module] if module else kept)

    def _on_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        inner = self._define(node, node.name, "function", scope)
        self._parameters(node.args, inner, scope)
        self._each(node.body, inner)

    def _on_lambda(self, node: ast.Lambda, scope: Scope) -> None:
        inner = self._nested(node, "lambda", scope)
        self._parameters(node.args, inner, scope)
        self._visit(node.body, inner)

    def _parameters(self, arguments: ast.arguments, inner: Scope, scope: Scope) -> None:
        """Binds parameters to what is unknown: a default holds only for calls that leave it out."""
        every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        inner.parameters = {argument.arg: argument for argument in every}
        for argument in (*every, arguments.vararg, arguments.kwarg):
            if argument is not None:
                inner.bind(argument.arg, None)
        for value in (*arguments.defaults, *arguments.kw_defaults):
            if value is not None:
                self._visit(value, scope)

    def _on_class(self, node: ast.ClassDef, scope: Scope) -> None:
        inner = self._define(node, node.name, "class", scope)
        self._each(node.bases, scope)
        for keyword in node.keywords:
            self._visit(keyword.value, scope)
        self._each(node.body, inner)

    def _define(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, name: str, kind: str, scope: Scope
    ) -> Scope:
        owner = self.module if scope.kind == "main" else scope
        inner = Scope(f"{owner.name}.{name}", kind, owner, node)
        self.all.append(inner)
        scope.bind(name, f"def:{inner.name}")
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call):
                place = len(self.calls)
                self._call(decorator, scope)
                self.calls[place].decorator = True
            else:
                self._visit(decorator, scope)
        return inner

    def _on_return(self, node: ast.Return, scope: Scope) -> None:
        if node.value is not None:
            self.conditions.append((node, scope))
            scope.returns.append(node.value)
            self._visit(node.value, scope)

    def _on_global(self, node: ast.Global, scope: Scope) -> None:
        scope.declared.update(dict.fromkeys(node.names, self.module))

    def _on_nonlocal(self, node: ast.Nonlocal, scope: Scope) -> None:
        for name in node.names:
            outer = scope.parent
            while outer is not None and not (outer.kind == "function" and name in outer.bindings):
                outer = outer.parent
            if outer is not None:
                scope.declared[name] = outer

    def _on_name(self, node: ast.Name, scope: Scope) -> None:
        scope.used.append((node.id, node))

    def _on_attribute(self, node: ast.Attribute, scope: Scope) -> None:
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            inner = inner.value
        if isinstance(inner, ast.Name):
            scope.used.append((inner.id, node))
        else:
            self._visit(inner, scope)

    def _on_subscript(self, node: ast.Subscript, scope: Scope) -> None:
        if isinstance(node.ctx, ast.Load):
            self.items.append((node, scope.holder))
        _HANDLERS[node.value.__class__](self, node.value, scope)
        _HANDLERS[node.slice.__class__](self, node.slice, scope)

    def _on_dict(self, node: ast.Dict, scope: Scope) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant):
                if isinstance(key.value, str):
                    self.keys.append(key.value)
                    self.texts.append(key.value)
            elif key is not None:
                self._visit(key, scope)
            _HANDLERS[value.__class__](self, value, scope)

    def _on_constant(self, node: ast.Constant, _: Scope) -> None:
        if node.value.__class__ is str:
            self.texts.append(node.value)

    def _skip(self, node: ast.AST, scope: Scope) -> None:
        """Leaves out what holds no names."""


def _owner(target: ast.Attribute, scope: Scope) -> str | None:
    """The class whose attribute `self.x` or `cls.x` is."""
    if isinstance(target.value, ast.Name) and target.value.id == scope.receiver and scope.parent is not None:
        return scope.parent.name
    return None


class _Handlers(dict[type, Callable[..., None]]):
    """What is done with each sort of node; with one that is not named, with what stands in it."""

    def __missing__(self, kind: type) -> Callable[..., None]:
        return self.setdefault(kind, Scopes._inside if parts(kind) else Scopes._skip)


_HANDLERS = _Handlers(
    {
        ast.Assign: Scopes._on_assign,
        ast.AnnAssign: Scopes._on_annotated,
        ast.AugAssign: Scopes._on_augmented,
        ast.NamedExpr: Scopes._on_named,
        ast.Expr: Scopes._on_expression,
        ast.For: Scopes._on_for,
        ast.AsyncFor: Scopes._on_for,
        ast.While: Scopes._on_while,
        ast.ListComp: Scopes._on_comprehension,
        ast.SetComp: Scopes._on_comprehension,
        ast.DictComp: Scopes._on_comprehension,
        ast.GeneratorExp: Scopes._on_comprehension,
        ast.MatchAs: Scopes._on_pattern,
        ast.MatchStar: Scopes._on_pattern,
        ast.MatchMapping: Scopes._on_pattern,
        ast.Delete: Scopes._on_delete,
        ast.With: Scopes._on_with,
        ast.AsyncWith: Scopes._on_with,
        ast.If: Scopes._on_if,
        ast.Assert: Scopes._on_assert,
        ast.Compare: Scopes._on_compare,
        ast.Try: Scopes._on_try,
        ast.TryStar: Scopes._on_try,
        ast.Import: Scopes._on_import,
        ast.ImportFrom: Scopes._on_import_from,
        ast.FunctionDef: Scopes._on_function,
        ast.AsyncFunctionDef: Scopes._on_function,
        ast.Lambda: Scopes._on_lambda,
        ast.ClassDef: Scopes._on_class,
        ast.Return: Scopes._on_return,
        ast.Global: Scopes._on_global,
        ast.Nonlocal: Scopes._on_nonlocal,
        ast.Call: Scopes._call,
        ast.Name: Scopes._on_name,
        ast.Attribute: Scopes._on_attribute,
        ast.Dict: Scopes._on_dict,
        ast.Subscript: Scopes._on_subscript,
        ast.Constant: Scopes._on_constant,
        ast.Pass: Scopes._skip,
        ast.Continue: Scopes._skip,
        ast.Break: Scopes._skip,
    }
)
