"""An expression to what it is worth, where the file says so."""

import ast
import posixpath

from msgspec import UNSET, UnsetType

from mlops_lint.extract.python.names import Names
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.model import Ref, Value

DEPTH = 8
HERE = "@/"
"""Starts a path that is known from the root of the repository, because it was made from `__file__`."""

_JOINS = {"os.path.join", "posixpath.join", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "Path"}
_SAME = {"str", "int", "float", "os.fspath", "os.path.abspath", "os.path.realpath", "os.path.normpath"}
_SAME_METHODS = {"resolve", "absolute", "as_posix", "expanduser", "strip", "__str__"}
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
HOLE = "…"
"""Stands in an outline for what is unknown."""

Known = Value | UnsetType


class Values:
    """Evaluates expressions of one module; UNSET = cannot be known."""

    def __init__(self, names: Names, path: str) -> None:
        self._names = names
        self._path = path

    def value(self, node: ast.expr, scope: Scope, depth: int = DEPTH) -> Known:
        """Gives the value of an expression, or a Ref to a constant of another module."""
        if depth <= 0:
            return UNSET
        if isinstance(node, ast.Constant):
            return _constant(node)
        if isinstance(node, ast.Name):
            return self._of_name(node, scope, depth)
        if isinstance(node, ast.Attribute):
            return self._of_attribute(node, scope, depth)
        if isinstance(node, ast.JoinedStr):
            return self._text([self._piece(part, scope, depth) for part in node.values])
        if isinstance(node, ast.BinOp):
            return self._of_operation(node, scope, depth)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self.value(node.operand, scope, depth - 1)
            return -inner if isinstance(inner, (int, float)) and not isinstance(inner, bool) else UNSET
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            return self._of_sequence(node, scope, depth)
        if isinstance(node, ast.Call):
            return self._of_call(node, scope, depth)
        return UNSET

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
        if isinstance(node, ast.Call) and self._names.name(node.func, scope) in _JOINS:
            return "/".join(self.outline(argument, scope, depth - 1) for argument in node.args)
        if isinstance(node, ast.Name) and (found := self._names.bindings(node.id, scope)) is not None:
            only = found[0][0] if len(found[0]) == 1 else None
            return self.outline(only, found[1], depth - 1) if isinstance(only, ast.expr) else HOLE
        return HOLE

    def changes(self, node: ast.expr, scope: Scope, depth: int = DEPTH) -> bool:
        """Says whether the expression is made from the clock, a uuid or a random number."""
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
        known = [
            Ref(f"constant:{binding.partition(':')[2]}")
            if isinstance(binding, str) and binding.startswith("import:")
            else self.value(binding, owner, depth - 1)
            if isinstance(binding, ast.expr)
            else UNSET
            for binding in bindings
        ]
        return known[0] if all(one == known[0] for one in known) else UNSET

    def _of_attribute(self, node: ast.Attribute, scope: Scope, depth: int) -> Known:
        if node.attr in ("parent", "parents"):
            inner = self.value(node.value, scope, depth - 1)
            return _parent(inner)
        name = self._names.name(node, scope)
        if name.startswith("?") or "()" in name:
            return UNSET
        owner, _, attribute = name.rpartition(".")
        held = self._names.scope(owner)
        if held is not None:
            bound = held.bindings.get(attribute)
            first = bound[0] if bound and len(bound) == 1 else None
            return self.value(first, held, depth - 1) if isinstance(first, ast.expr) else UNSET
        return Ref(f"constant:{name}") if isinstance(node.value, (ast.Name, ast.Attribute)) else UNSET

    def _piece(self, part: ast.expr, scope: Scope, depth: int) -> Known:
        if isinstance(part, ast.FormattedValue):
            return self.value(part.value, scope, depth - 1) if part.format_spec is None else UNSET
        return self.value(part, scope, depth - 1)

    def _text(self, parts: list[Known]) -> Known:
        if any(part is UNSET or isinstance(part, (Ref, tuple)) for part in parts):
            return UNSET
        return "".join(str(part) for part in parts)

    def _of_operation(self, node: ast.BinOp, scope: Scope, depth: int) -> Known:
        left = self.value(node.left, scope, depth - 1)
        right = self.value(node.right, scope, depth - 1)
        if isinstance(node.op, ast.Div) and isinstance(left, str) and isinstance(right, str):
            return _joined([left, right])
        if isinstance(node.op, ast.Add) and isinstance(left, str) and isinstance(right, str):
            return left + right
        if isinstance(node.op, ast.Mod) and isinstance(left, str) and isinstance(right, str) and left.count("%") == 1:
            return left.replace("%s", right) if "%s" in left else UNSET
        if isinstance(left, (int, float)) and isinstance(right, (int, float)):
            if isinstance(node.op, ast.Mult):
                return left * right
            if isinstance(node.op, ast.Add):
                return left + right
        return UNSET

    def _of_sequence(self, node: ast.Tuple | ast.List | ast.Set, scope: Scope, depth: int) -> Known:
        known = [self.value(item, scope, depth - 1) for item in node.elts]
        return tuple(one for one in known if isinstance(one, str)) if all(isinstance(k, str) for k in known) else UNSET

    def _of_call(self, node: ast.Call, scope: Scope, depth: int) -> Known:
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            return UNSET
        name = self._names.name(node.func, scope).removeprefix("builtins.")
        if name in _JOINS and node.args:
            return _joined([self.value(argument, scope, depth - 1) for argument in node.args])
        if name in _SAME and len(node.args) == 1:
            return self.value(node.args[0], scope, depth - 1)
        if name in _PARENTS and len(node.args) == 1:
            return _parent(self.value(node.args[0], scope, depth - 1))
        if isinstance(node.func, ast.Attribute):
            return self._of_method(node, node.func, scope, depth)
        return UNSET

    def _of_method(self, node: ast.Call, function: ast.Attribute, scope: Scope, depth: int) -> Known:
        if function.attr not in _SAME_METHODS | {"joinpath", "format", "with_suffix", "with_name"}:
            return UNSET
        inner = self.value(function.value, scope, depth - 1)
        arguments = [self.value(argument, scope, depth - 1) for argument in node.args]
        if not isinstance(inner, str):
            return UNSET
        if function.attr in _SAME_METHODS and not arguments:
            return inner
        if function.attr == "joinpath":
            return _joined([inner, *arguments])
        if len(arguments) == 1 and isinstance(arguments[0], str):
            if function.attr == "with_suffix":
                return posixpath.splitext(inner)[0] + arguments[0]
            if function.attr == "with_name":
                return posixpath.join(posixpath.dirname(inner), arguments[0])
            if function.attr == "format" and inner.count("{}") == 1 == inner.count("{"):
                return inner.replace("{}", arguments[0])
        return UNSET


def _constant(node: ast.Constant) -> Known:
    value = node.value
    if value is None or isinstance(value, (bool, float, str)):
        return value
    # MessagePack holds 64 bits.
    return value if isinstance(value, int) and abs(value) < 2**63 else UNSET


def _joined(parts: list[Known]) -> Known:
    texts = [part for part in parts if isinstance(part, str)]
    return posixpath.join(*texts) if texts and len(texts) == len(parts) else UNSET


def _parent(value: Known) -> Known:
    if not isinstance(value, str) or value == HERE.rstrip("/"):
        return UNSET
    return posixpath.dirname(value.rstrip("/"))
