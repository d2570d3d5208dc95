"""An expression to what it is worth, where the file says so."""

import ast
import math
import posixpath
import re
from collections.abc import Iterable

from msgspec import UNSET, UnsetType

from mlops_lint.extract.python.names import Names
from mlops_lint.extract.python.scopes import Binding, Scope
from mlops_lint.model import Ref, Value

DEPTH = 8
HERE = "@/"
"""Starts a path that is known from the root of the repository, because it was made from `__file__`."""

_JOINS = {"os.path.join", "posixpath.join", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "Path"}
_SAME = {"os.fspath", "os.path.abspath", "os.path.realpath", "os.path.normpath"}
_CONVERSIONS: dict[str, type[str] | type[int] | type[float]] = {"str": str, "int": int, "float": float}
_SAME_METHODS = {"resolve", "absolute", "as_posix", "expanduser", "strip", "__str__"}
_METHODS = _SAME_METHODS | {"joinpath", "with_suffix", "with_name"}
# `{}`, `{0}` or `{name}`: what has a format or takes an attribute is left alone.
_FIELD = re.compile(r"\{(\w*)\}")
_SPECIFIER = re.compile(r"%(.?)")
_PARENTS = {"os.path.dirname"}

# Names of functions whose result differs from run to run.
CLOCKS = frozenset(
    "time.time time.time_ns time.perf_counter time.strftime time.monotonic datetime.datetime.now "
    "datetime.datetime.utcnow datetime.datetime.today datetime.date.today uuid.uuid1 uuid.uuid4 os.urandom "
    "os.getpid secrets.token_hex secrets.randbits secrets.token_bytes pandas.Timestamp.now pandas.Timestamp.today "
    "pendulum.now pendulum.today arrow.now arrow.utcnow random.SystemRandom".split()
)

# Names may stand for texts made of names: what is longer has its parts unknown, so that none takes for ever.
_PARTS = 16
# Longer than any path, command or query that a rule could look at.
_LONGEST = 10_000
HOLE = "…"
"""Stands in an outline for what is unknown."""

Known = Value | UnsetType


class Values:
    """Evaluates expressions of one module; UNSET = cannot be known."""

    def __init__(self, names: Names, path: str) -> None:
        self._names = names
        self._path = path
        # A node is kept beside its value: an `id` is given again when its object is gone.
        self._known: dict[tuple[int, int, int], tuple[ast.expr, Known]] = {}
        self._bound: dict[tuple[str, int, int], Known] = {}

    def value(self, node: ast.expr, scope: Scope, depth: int = DEPTH) -> Known:
        """Gives the value of an expression, or a Ref to a constant of another module."""
        if isinstance(node, ast.Constant):
            return _plain(node.value)
        if depth <= 0:
            return UNSET
        key = (id(node), id(scope), depth)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = node, self._value(node, scope, depth)
        return found[1]

    def _value(self, node: ast.expr, scope: Scope, depth: int) -> Known:
        if isinstance(node, ast.Name):
            return self._of_name(node, scope, depth)
        if isinstance(node, ast.Attribute):
            return self._of_attribute(node, scope, depth)
        if isinstance(node, ast.Subscript):
            return self._of_item(node, scope, depth)
        if isinstance(node, ast.JoinedStr):
            return _text(self._piece(part, scope, depth) for part in node.values)
        if isinstance(node, ast.BinOp):
            return self._of_operation(node, scope, depth)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self.value(node.operand, scope, depth - 1)
            return _plain(-inner) if isinstance(inner, (int, float)) else UNSET
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            return self._of_sequence(node, scope, depth)
        if isinstance(node, ast.Call):
            return self._of_call(node, scope, depth)
        return self.value(node.value, scope, depth - 1) if isinstance(node, ast.NamedExpr) else UNSET

    def outline(self, node: ast.expr, scope: Scope, depth: int = DEPTH) -> str:
        """Gives what is known of a text, as `models:/…/latest`: each part that is unknown is a `HOLE`."""
        value = self.value(node, scope, depth)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            return str(value)
        if depth <= 0:
            return HOLE
        if isinstance(node, ast.JoinedStr) and len(node.values) <= _PARTS:
            return "".join(self.outline(part, scope, depth - 1) for part in node.values)
        if isinstance(node, ast.FormattedValue):
            return self.outline(node.value, scope, depth - 1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Div)):
            between = "/" if isinstance(node.op, ast.Div) else ""
            return f"{self.outline(node.left, scope, depth - 1)}{between}{self.outline(node.right, scope, depth - 1)}"
        if isinstance(node, ast.Call) and len(node.args) <= _PARTS and self._names.name(node.func, scope) in _JOINS:
            return "/".join(self.outline(argument, scope, depth - 1) for argument in node.args)
        if isinstance(node, ast.Name) and (found := self._names.bindings(node.id, scope)) is not None:
            only = found[0][0] if len(found[0]) == 1 else None
            return self.outline(only, found[1], depth - 1) if isinstance(only, ast.expr) else HOLE
        return HOLE

    def changes(self, node: ast.expr, scope: Scope, depth: int = DEPTH) -> bool:
        """Says whether the expression is made from the clock, a uuid or a random number."""
        key = (id(node), id(scope), -depth)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = node, self._changes(node, scope, depth)
        return found[1] is True

    def _changes(self, node: ast.expr, scope: Scope, depth: int) -> bool:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Call) and self._names.name(inner.func, scope) in CLOCKS:
                return True
            if isinstance(inner, ast.Name) and depth > 0 and self._name_changes(inner, scope, depth):
                return True
        return False

    def _name_changes(self, node: ast.Name, scope: Scope, depth: int) -> bool:
        found = self._names.bindings(node.id, scope)
        if found is None or len(found[0]) != 1 or not isinstance(found[0][0], ast.expr):
            return False
        return self.changes(found[0][0], found[1], depth - 3)

    def _of_name(self, node: ast.Name, scope: Scope, depth: int) -> Known:
        if node.id == "__file__":
            return HERE + self._path
        found = self._names.bindings(node.id, scope)
        if found is None:
            return UNSET
        bindings, owner = found
        return self._agreed(node.id, [(binding, owner) for binding in bindings], depth)

    def _agreed(self, name: str, bound: list[tuple[Binding, Scope]], depth: int) -> Known:
        """The value of a name or attribute, where all that it is bound to have the same."""
        key = (name, id(bound[0][1]), depth)
        if key not in self._bound:
            self._bound[key] = UNSET
            first = self._of_binding(*bound[0], depth)
            if first is not UNSET and all(self._of_binding(*other, depth) == first for other in bound[1:]):
                self._bound[key] = first
        return self._bound[key]

    def _of_binding(self, binding: Binding, owner: Scope, depth: int) -> Known:
        if isinstance(binding, ast.expr):
            return self.value(binding, owner, depth - 1)
        if binding is not None and binding.startswith("import:"):
            return Ref(f"constant:{binding.partition(':')[2]}")
        return UNSET

    def _of_attribute(self, node: ast.Attribute, scope: Scope, depth: int) -> Known:
        if node.attr == "parent":
            return _parent(self.value(node.value, scope, depth - 1))
        if self._names.altered(f".{node.attr}"):
            return UNSET
        base = self._imported(node.value, scope)
        if base is not None:
            return Ref(f"constant:{base}.{node.attr}")
        members = self._names.members(self._names.name(node.value, scope), node.attr)
        return self._agreed(f".{node.attr}", members, depth) if members else UNSET

    def _imported(self, node: ast.expr, scope: Scope) -> str | None:
        """Gives the full name of what is imported, or of an attribute of it; None = the expression is none."""
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        found = self._names.bindings(node.id, scope) if isinstance(node, ast.Name) else None
        only = found[0][0] if found is not None and len(found[0]) == 1 else None
        if not (isinstance(only, str) and only.startswith("import:")):
            return None
        return ".".join((only.partition(":")[2], *reversed(attributes)))

    def _of_item(self, node: ast.Subscript, scope: Scope, depth: int) -> Known:
        if isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
            count = node.slice.value if isinstance(node.slice, ast.Constant) else None
            found = self.value(node.value.value, scope, depth - 1)
            for _ in range(count + 1 if type(count) is int and 0 <= count < _PARTS else 0):
                found = _parent(found)
            return found if type(count) is int and 0 <= count < _PARTS else UNSET
        item = self._item(node, scope, depth)
        return self.value(*item, depth - 1) if item is not None else UNSET

    def _item(self, node: ast.Subscript, scope: Scope, depth: int) -> tuple[ast.expr, Scope] | None:
        """The expression that stands under a constant key in a literal, `D["a"]` with `D = {"a": 1}`, and its scope."""
        found = self._literal(node.value, scope, depth - 1)
        if found is None or not isinstance(node.slice, ast.Constant):
            return None
        item = _at(found[0], node.slice.value)
        return (item, found[1]) if item is not None else None

    def _literal(self, node: ast.expr, scope: Scope, depth: int) -> tuple[ast.expr, Scope] | None:
        """The mapping or sequence that an expression is, if nothing in the file changes it."""
        if depth <= 0:
            return None
        if isinstance(node, (ast.Dict, ast.Tuple, ast.List)):
            return node, scope
        if isinstance(node, ast.Call):
            return (node, scope) if self._names.name(node.func, scope) == "builtins.dict" else None
        if isinstance(node, ast.Subscript):
            item = self._item(node, scope, depth - 1)
            return self._literal(*item, depth - 1) if item is not None else None
        bound: list[tuple[Binding, Scope]] = []
        if isinstance(node, ast.Name) and not self._names.altered(node.id):
            found = self._names.bindings(node.id, scope)
            bound = [(binding, found[1]) for binding in found[0]] if found is not None else []
        elif isinstance(node, ast.Attribute) and not self._names.altered(f".{node.attr}"):
            bound = self._names.members(self._names.name(node.value, scope), node.attr)
        binding, owner = bound[0] if len(bound) == 1 else (None, scope)
        return self._literal(binding, owner, depth - 1) if isinstance(binding, ast.expr) else None

    def _piece(self, part: ast.expr, scope: Scope, depth: int) -> Known:
        if isinstance(part, ast.FormattedValue):
            plain = part.format_spec is None and part.conversion in (-1, ord("s"))
            return self.value(part.value, scope, depth - 1) if plain else UNSET
        return self.value(part, scope, depth - 1)

    def _of_operation(self, node: ast.BinOp, scope: Scope, depth: int) -> Known:
        left = self.value(node.left, scope, depth - 1)
        if isinstance(node.op, ast.Mod) and isinstance(left, str):
            parts = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            return _interpolated(left, [self.value(part, scope, depth - 1) for part in parts])
        right = self.value(node.right, scope, depth - 1)
        if isinstance(left, str) and isinstance(right, str):
            if isinstance(node.op, ast.Add):
                return _text([left, right])
            return _joined([left, right]) if isinstance(node.op, ast.Div) else UNSET
        if isinstance(left, (int, float)) and isinstance(right, (int, float)):
            return _calculated(node.op, left, right)
        return UNSET

    def _of_sequence(self, node: ast.Tuple | ast.List | ast.Set, scope: Scope, depth: int) -> Known:
        known = [self.value(item, scope, depth - 1) for item in node.elts]
        return tuple(one for one in known if isinstance(one, str)) if all(isinstance(k, str) for k in known) else UNSET

    def _of_call(self, node: ast.Call, scope: Scope, depth: int) -> Known:
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            return UNSET
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr == "format":
            return self._formatted(node, function, scope, depth)
        if node.keywords:
            return UNSET
        name = self._names.name(function, scope).removeprefix("builtins.")
        if name in _JOINS and node.args:
            return _joined([self.value(argument, scope, depth - 1) for argument in node.args])
        if len(node.args) == 1 and (name in _SAME or name in _PARENTS or name in _CONVERSIONS):
            inner = self.value(node.args[0], scope, depth - 1)
            return inner if name in _SAME else _parent(inner) if name in _PARENTS else _converted(name, inner)
        return self._of_method(node, function, scope, depth) if isinstance(function, ast.Attribute) else UNSET

    def _of_method(self, node: ast.Call, function: ast.Attribute, scope: Scope, depth: int) -> Known:
        inner = self.value(function.value, scope, depth - 1) if function.attr in _METHODS else UNSET
        if not isinstance(inner, str):
            return UNSET
        arguments = [self.value(argument, scope, depth - 1) for argument in node.args]
        if function.attr in _SAME_METHODS:
            return inner if not arguments else UNSET
        if function.attr == "joinpath":
            return _joined([inner, *arguments])
        if len(arguments) == 1 and isinstance(arguments[0], str):
            if function.attr == "with_suffix":
                return posixpath.splitext(inner)[0] + arguments[0]
            return posixpath.join(posixpath.dirname(inner), arguments[0])
        return UNSET

    def _formatted(self, node: ast.Call, function: ast.Attribute, scope: Scope, depth: int) -> Known:
        inner = self.value(function.value, scope, depth - 1)
        if not isinstance(inner, str) or re.search(r"[{}]", _FIELD.sub("", inner)):
            return UNSET
        given = {str(place): argument for place, argument in enumerate(node.args)}
        given |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg is not None}
        # The odd pieces of a split are the names of the fields; one without a name is called by its place.
        pieces: list[Known] = []
        for place, piece in enumerate(_FIELD.split(inner)):
            argument = given.get(piece or str(place // 2)) if place % 2 else None
            value = self.value(argument, scope, depth - 1) if argument is not None else UNSET
            pieces.append(value if place % 2 else piece)
        return _text(pieces)


def _at(literal: ast.expr, key: object) -> ast.expr | None:
    """The expression under a key of a mapping, or at a place of a sequence; None where that cannot be told."""
    if isinstance(literal, ast.Call):
        named = {keyword.arg: keyword.value for keyword in literal.keywords}
        return named.get(key) if isinstance(key, str) and None not in named and not literal.args else None
    if isinstance(literal, ast.Dict):
        entries: dict[object, ast.expr] = {}
        for one, value in zip(literal.keys, literal.values, strict=True):
            if not isinstance(one, ast.Constant):
                return None
            entries[one.value] = value
        return entries.get(key)
    if isinstance(literal, (ast.Tuple, ast.List)) and type(key) is int and 0 <= key < len(literal.elts):
        return None if any(isinstance(part, ast.Starred) for part in literal.elts) else literal.elts[key]
    return None


def _plain(value: object) -> Known:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else UNSET
    # MessagePack holds 64 bits; what is not finite is not even equal to itself.
    if isinstance(value, int):
        return value if abs(value) < 2**63 else UNSET
    return value if isinstance(value, float) and math.isfinite(value) else UNSET


def _text(parts: Iterable[Known]) -> Known:
    found: list[str] = []
    length = 0
    for part in parts:
        if part is UNSET or isinstance(part, (Ref, tuple)) or length > _LONGEST:
            return UNSET
        found.append(str(part))
        length += len(found[-1])
    return _plain("".join(found))


def _interpolated(text: str, values: list[Known]) -> Known:
    """`text % values`, where all that it asks for are plain texts and whole numbers."""
    pieces = _SPECIFIER.split(text)
    if any(kind not in ("s", "d") for kind in pieces[1::2]) or len(pieces) // 2 != len(values):
        return UNSET
    whole = all(isinstance(v, int) for v, kind in zip(values, pieces[1::2], strict=True) if kind == "d")
    return _text(part for pair in zip(pieces[::2], [*values, ""], strict=True) for part in pair) if whole else UNSET


def _calculated(operator: ast.operator, left: float, right: float) -> Known:
    # Division and powers can fail and grow: only what stays small is calculated.
    if isinstance(operator, ast.Mult):
        return _plain(left * right)
    if isinstance(operator, ast.Add):
        return _plain(left + right)
    if isinstance(operator, ast.Sub):
        return _plain(left - right)
    if isinstance(operator, ast.Div) and right != 0 and abs(left) < 2**63:
        return _plain(left / right)
    if isinstance(operator, ast.FloorDiv) and right != 0:
        return _plain(left // right)
    if isinstance(operator, ast.Pow) and 0 < abs(left) < 2**16 and abs(right) < 64:
        return _plain(left**right) if left > 0 or isinstance(right, int) else UNSET
    return UNSET


def _converted(name: str, value: Known) -> Known:
    if isinstance(value, (str, int, float)):
        try:
            return _plain(_CONVERSIONS[name](value))
        except (ValueError, OverflowError):
            return UNSET
    return UNSET


def _joined(parts: list[Known]) -> Known:
    texts = [part for part in parts if isinstance(part, str)]
    return _plain(posixpath.join(*texts)) if texts and len(texts) == len(parts) else UNSET


def _parent(value: Known) -> Known:
    if not isinstance(value, str) or value == HERE.rstrip("/"):
        return UNSET
    return posixpath.dirname(value.rstrip("/"))
