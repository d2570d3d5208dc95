"""Follows an expression to the calls that made what it holds: through names, lists, functions and their arguments.

For frameworks whose pipelines are objects handed to one another: `Pipeline(steps=[first, second])`.
"""

import ast
from collections.abc import Callable

from mlops_lint.extract.python.arguments_of_programs import default_of
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.tree import children, last_name

# Nodes gone through in one file; one of a hundred steps needs a tenth.
BUDGET = 200_000
# Functions that call functions that make things.
DEPTH = 8
# How many names are followed from one to the next.
_STEPS = 24
_PUTS = frozenset({"append", "extend", "insert", "add", "update"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Frame:
    """One scope; that of a function with the call that led into it, None = by none that is known."""

    __slots__ = ("call", "depth", "outer", "scope")

    def __init__(self, scope: Scope, call: ast.Call | None = None, outer: "Frame | None" = None) -> None:
        self.scope = scope
        self.call = call
        self.outer = outer
        self.depth: int = outer.depth + 1 if outer is not None else 0


Found = tuple[ast.expr, Frame]
Wanted = Callable[[ast.Call, Frame], bool]


class Made:
    """Where the things of one module come from."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._frames: dict[tuple[int, int, int], Frame] = {}
        self._put: dict[tuple[str, int], list[ast.expr]] = {}
        self._budget = BUDGET
        for call in module.calls:
            self._note(call.node, call.scope)
        for grown in module.nodes.of(ast.AugAssign):
            found = isinstance(grown.target, ast.Name) and module.names.bindings(grown.target.id, module.around(grown))
            if found and isinstance(grown.target, ast.Name):
                self._put.setdefault((grown.target.id, id(found[1])), []).append(grown.value)
        self._parts: dict[str, list[tuple[ast.expr, int]]] = {}
        for assignment in module.nodes.of(ast.Assign):
            self._unpacked(assignment)

    def _unpacked(self, node: ast.Assign) -> None:
        """Keeps which part of a result a name is: `data, step = make()`."""
        for target in node.targets if isinstance(node.value, ast.Call) else ():
            for place, part in enumerate(target.elts if isinstance(target, (ast.Tuple, ast.List)) else ()):
                if isinstance(part, ast.Name):
                    self._parts.setdefault(part.id, []).append((node.value, place))

    def _note(self, node: ast.Call, scope: Scope) -> None:
        """Keeps what is put into a list, by the name of the list."""
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in _PUTS and isinstance(function.value, ast.Name):
            found = self._module.names.bindings(function.value.id, scope)
            if found is not None:
                self._put.setdefault((function.value.id, id(found[1])), []).extend(node.args)

    def frame(self, scope: Scope, call: ast.Call | None = None, outer: Frame | None = None) -> Frame:
        """Gives the frame of a scope, the same for the same call in the same frame."""
        key = (id(scope), id(call), id(outer))
        if key not in self._frames:
            self._frames[key] = Frame(scope, call, outer)
        return self._frames[key]

    def name(self, node: ast.expr, frame: Frame) -> str:
        """Gives the full name of an expression."""
        return self._module.names.name(node, frame.scope)

    def function(self, node: ast.expr, frame: Frame) -> Scope | None:
        """Gives the function of this module that an expression names."""
        found = self._module.names.scope(self.name(node, frame))
        return found if found is not None and isinstance(found.node, _FUNCTIONS) else None

    # --- one expression

    def bound(self, node: ast.Name, frame: Frame) -> list[Found]:
        """Gives what a name is bound to: the last before its use, all where none is before it."""
        found = self._module.names.bindings(node.id, frame.scope)
        if found is None:
            return []
        bindings, owner = found
        around = self._around(frame, owner)
        if node.id in owner.parameters and bindings == [None]:
            return self._parameter(node.id, around)
        known = [one for one in bindings if isinstance(one, ast.expr)]
        if not known and node.id in self._parts:
            return self._part(node, around)
        if owner is frame.scope or frame.scope.kind == "main":
            before = [one for one in known if _place(one) < _place(node)]
            known = self._last_of(before) or known
        return [(one, around) for one in known]

    def _last_of(self, known: list[ast.expr]) -> list[ast.expr]:
        """What was bound last; where that stands in a branch, what the other branch binds counts as well."""
        if len(known) < 2:
            return known
        around = self._module.nodes.around
        last = known[-1]
        node: ast.AST | None = last
        others: set[int] = set()
        while node is not None:
            outer = around.get(node)
            if isinstance(outer, ast.If) and node in outer.orelse:
                others |= {id(one) for one in outer.body}
            node = outer
        return [one for one in known[:-1] if others and self._inside_of(one, others)] + [last]

    def _inside_of(self, node: ast.AST, statements: set[int]) -> bool:
        current: ast.AST | None = node
        while current is not None:
            if id(current) in statements:
                return True
            current = self._module.nodes.around.get(current)
        return False

    def _part(self, node: ast.Name, frame: Frame) -> list[Found]:
        """What a name is that is bound to a part of what a function of the module returns."""
        found: list[Found] = []
        for call, place in self._parts[node.id]:
            whole = self.returned(call, frame) if isinstance(call, ast.Call) else None
            for value, where in whole or ():
                part = item(value, place)
                found += [(part, where)] if part is not None else []
        return found

    def _around(self, frame: Frame, owner: Scope) -> Frame:
        """The frame of the scope that binds a name: the nearest on the way in, else one that nothing is known of."""
        current: Frame | None = frame
        while current is not None:
            if current.scope is owner:
                return current
            current = current.outer
        return self.frame(owner)

    def _parameter(self, name: str, frame: Frame) -> list[Found]:
        function = frame.scope.node
        if not isinstance(function, _FUNCTIONS):
            return []
        if frame.call is not None and frame.outer is not None:
            given = _given(name, function, frame.call, frame.scope.receiver is not None)
            if given is not None:
                return [(given, frame.outer)]
        elif known := self._module.values.parameters.given(name, frame.scope):
            return [(node, self.frame(scope)) for node, scope in known]
        default = default_of(name, function)
        return [(default, self.frame(frame.scope.parent))] if default is not None and frame.scope.parent else []

    def options(self, node: ast.expr, frame: Frame) -> list[Found]:
        """Gives the expressions that one may stand for, names and functions of the module followed."""
        found: list[Found] = []
        waiting, seen = [(node, frame, 0)], set[tuple[int, int]]()
        while waiting:
            one, where, steps = waiting.pop(0)
            if (id(one), id(where)) in seen:
                continue
            seen.add((id(one), id(where)))
            behind = self._behind(one, where) if steps < _STEPS and self._spend() else None
            if behind is None:
                found.append((one, where))
            else:
                waiting += [(inner, place, steps + 1) for inner, place in behind]
        return found

    def _behind(self, node: ast.expr, frame: Frame) -> list[Found] | None:
        """What an expression only passes on; None = it is something of its own."""
        if isinstance(node, ast.Name):
            return self.bound(node, frame) or None
        if isinstance(node, ast.IfExp):
            return [(node.body, frame), (node.orelse, frame)]
        if isinstance(node, (ast.Await, ast.NamedExpr, ast.Starred)):
            return [(node.value, frame)]
        if isinstance(node, ast.BoolOp):
            return [(one, frame) for one in node.values]
        if isinstance(node, ast.Attribute):
            return self._attribute(node, frame)
        if isinstance(node, ast.Call):
            return self.returned(node, frame)
        return self._item(node, frame) if isinstance(node, ast.Subscript) else None

    def _attribute(self, node: ast.Attribute, frame: Frame) -> list[Found] | None:
        """What `self.x` is set to."""
        if not isinstance(node.value, ast.Name) or node.value.id != frame.scope.receiver:
            return None
        members = self._module.names.members(self.name(node.value, frame), node.attr)
        return [(one, self._around(frame, where)) for one, where in members if isinstance(one, ast.expr)] or None

    def _item(self, node: ast.Subscript, frame: Frame) -> list[Found] | None:
        """What stands under a constant key of a literal."""
        if not isinstance(node.slice, ast.Constant):
            return None
        found: list[Found] = []
        for holder, where in self.options(node.value, frame):
            value = item(holder, node.slice.value)
            found += [(value, where)] if value is not None else []
        return found or None

    def returned(self, node: ast.Call, frame: Frame) -> list[Found] | None:
        """Gives what a call of an undecorated function of this module returns; None = it is no such call."""
        function = self.function(node.func, frame)
        if function is None or frame.depth >= DEPTH or getattr(function.node, "decorator_list", None):
            return None
        around: Frame | None = frame
        while around is not None:
            if around.scope is function:
                # It calls itself: what it makes is made once.
                return None
            around = around.outer
        inner = self.frame(function, node, frame)
        return [(value, inner) for value in function.returns] or None

    # --- all that is in one

    def mentioned(self, node: ast.expr, frame: Frame, wanted: Wanted) -> list[tuple[ast.Call, Frame]]:
        """Gives the nearest calls that are `wanted` in an expression and in all that it names, in their order."""
        found: dict[tuple[int, int], tuple[ast.Call, Frame]] = {}
        waiting: list[tuple[ast.AST, Frame]] = [(node, frame)]
        seen = set[tuple[int, int]]()
        while waiting and self._spend():
            one, where = waiting.pop()
            key = (id(one), id(where))
            if key in seen:
                continue
            seen.add(key)
            if isinstance(one, ast.Call) and wanted(one, where):
                found.setdefault(key, (one, where))
            else:
                waiting += reversed(self._inside(one, where))
        return list(found.values())

    def _inside(self, node: ast.AST, frame: Frame) -> list[tuple[ast.AST, Frame]]:
        if isinstance(node, ast.Name):
            return [*self.bound(node, frame), *self._put_into(node, frame)]
        if isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
            behind = self._behind(node, frame)
            if behind is not None:
                return list(behind)
        # Not the word of a keyword, nor the names that a comprehension or lambda makes.
        return [(one, frame) for one in children(node)]

    def _put_into(self, node: ast.Name, frame: Frame) -> list[tuple[ast.AST, Frame]]:
        found = self._module.names.bindings(node.id, frame.scope)
        if found is None:
            return []
        around = self._around(frame, found[1])
        return [(one, around) for one in self._put.get((node.id, id(found[1])), ())]

    def _spend(self) -> bool:
        self._budget -= 1
        return self._budget > 0

    # --- texts and arguments

    def text(self, node: ast.expr, frame: Frame) -> str | None:
        """Gives a text; what cannot be known in it is the name of a variable in braces, None = nothing is known."""
        value = self._module.values.value(node, frame.scope)
        if isinstance(value, str):
            return value
        shown = self._shown(node, frame, DEPTH)
        return shown if _is_known(shown) else None

    def _shown(self, node: ast.expr, frame: Frame, depth: int) -> str:
        options = self.options(node, frame)
        only, where = options[0] if options else (node, frame)
        if isinstance(only, ast.Constant) and isinstance(only.value, (str, int, float)):
            return str(only.value)
        if isinstance(only, ast.JoinedStr) and depth > 0:
            return "".join(self._shown(part, where, depth - 1) for part in only.values)
        if isinstance(only, ast.FormattedValue):
            return self._shown(only.value, where, depth - 1)
        if isinstance(only, ast.BinOp) and isinstance(only.op, ast.Add) and depth > 0:
            return self._shown(only.left, where, depth - 1) + self._shown(only.right, where, depth - 1)
        return f"{{{last_name(node) or last_name(only)}}}"

    def argument(
        self, call: ast.Call, frame: Frame, name: str, position: int | None = None
    ) -> tuple[ast.expr, Frame] | None:
        """Gives an argument of a call, also one of a mapping that is spread into it; None = it is not seen."""
        for keyword in call.keywords:
            if keyword.arg == name:
                return keyword.value, frame
        if position is not None and position < len(call.args):
            before = call.args[: position + 1]
            return (call.args[position], frame) if not any(isinstance(one, ast.Starred) for one in before) else None
        for spread in call.keywords:
            for holder, where in self.options(spread.value, frame) if spread.arg is None else ():
                value = item(holder, name)
                if value is not None:
                    return value, where
        return None

    def complete(self, call: ast.Call, frame: Frame) -> bool:
        """Says whether all arguments of a call are seen."""
        spreads = [one.value for one in call.keywords if one.arg is None]
        known = (holder for spread in spreads for holder, _ in self.options(spread, frame))
        return all(isinstance(one, ast.Dict) or _is_dict(one) for one in known) and not any(
            isinstance(one, ast.Starred) for one in call.args
        )


def item(holder: ast.expr, key: object) -> ast.expr | None:
    """Gives what stands under a key of a literal mapping or sequence."""
    if isinstance(holder, ast.Dict):
        for name, value in zip(reversed(holder.keys), reversed(holder.values), strict=True):
            if isinstance(name, ast.Constant) and name.value == key:
                return value
    if isinstance(holder, ast.Call) and _is_dict(holder):
        return next((one.value for one in holder.keywords if one.arg == key), None)
    if isinstance(holder, (ast.List, ast.Tuple)) and isinstance(key, int) and -len(holder.elts) <= key:
        return holder.elts[key] if key < len(holder.elts) else None
    return None


def _is_dict(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict"


def _is_known(shown: str) -> bool:
    """Says whether anything of a text is known."""
    return not (shown.startswith("{") and shown.endswith("}") and shown.count("{") == 1)


def _given(
    name: str, function: ast.FunctionDef | ast.AsyncFunctionDef, call: ast.Call, method: bool
) -> ast.expr | None:
    """The argument of a call for a parameter of the function."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    positional = [one.arg for one in (*function.args.posonlyargs, *function.args.args)][1 if method else 0 :]
    place = positional.index(name) if name in positional else len(call.args)
    if place < len(call.args) and not any(isinstance(one, ast.Starred) for one in call.args[: place + 1]):
        return call.args[place]
    return None


def _place(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset
