"""An expression to what it is worth, where the file says so."""

import ast
import posixpath
import re
from collections.abc import Callable
from functools import cached_property

from msgspec import UNSET

from mlops_lint.extract.python.arguments_of_programs import Option, Options
from mlops_lint.extract.python.instances import Instances, default_of_field
from mlops_lint.extract.python.names import Names
from mlops_lint.extract.python.operations import (
    CONVERSIONS,
    Known,
    calculated,
    converted,
    interpolated,
    item_of,
    joined,
    parent,
    plain,
    text,
)
from mlops_lint.extract.python.parameters import Parameters
from mlops_lint.extract.python.scopes import Binding, Scope, Scopes
from mlops_lint.extract.python.tree import walk
from mlops_lint.extract.python.uris import HERE
from mlops_lint.model import Ref

DEPTH = 8

_JOINS = {"os.path.join", "posixpath.join", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "Path"}
_SAME = {"os.fspath", "os.path.abspath", "os.path.realpath", "os.path.normpath"}
_SAME_METHODS = {"resolve", "absolute", "as_posix", "expanduser", "strip", "__str__"}
_METHODS = _SAME_METHODS | {"joinpath", "with_suffix", "with_name"}
ENVIRONMENT = frozenset({"os.environ.get", "os.getenv", "os.environ.setdefault"})
"""Calls that look up an environment variable, with a default."""
# `{}`, `{0}` or `{name}`: what has a format or takes an attribute is left alone.
_FIELD = re.compile(r"\{(\w*)\}")
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


class Values:
    """Evaluates expressions of one module; UNSET = cannot be known."""

    def __init__(
        self, names: Names, scopes: Scopes, path: str, setting: Callable[[ast.expr, Scope], Ref | None]
    ) -> None:
        """`setting` gives the key of a configuration file that an expression takes."""
        self._names = names
        self._scopes = scopes
        self._path = path
        self._setting = setting
        # A node is kept beside its value: an `id` is given again when its object is gone.
        self._known: dict[tuple[int, int, int], tuple[ast.expr, Known]] = {}
        self._bound: dict[tuple[str, int, int], Known] = {}

    def value(self, node: ast.expr, scope: Scope, depth: int = DEPTH) -> Known:
        """Gives the value of an expression, or a Ref to a constant of another module."""
        if isinstance(node, ast.Constant):
            return plain(node.value)
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
            return text(self._piece(part, scope, depth) for part in node.values)
        if isinstance(node, ast.BinOp):
            return self._of_operation(node, scope, depth)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self.value(node.operand, scope, depth - 1)
            return plain(-inner) if isinstance(inner, (int, float)) else UNSET
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            return self._of_sequence(node, scope, depth)
        if isinstance(node, ast.Call):
            return self._of_call(node, scope, depth)
        if isinstance(node, ast.IfExp):
            return self._same([(node.body, scope), (node.orelse, scope)], depth)
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and len(node.values) == 2:
            return self._of_alternative(node.values[0], node.values[1], scope, depth)
        return self.value(node.value, scope, depth - 1) if isinstance(node, ast.NamedExpr) else UNSET

    @cached_property
    def options(self) -> Options:
        """The options that the module declares for its command line."""
        return Options(self._names, self._scopes.calls)

    @cached_property
    def parameters(self) -> Parameters:
        """What its functions are given."""
        return Parameters(self._scopes)

    @cached_property
    def _instances(self) -> Instances:
        return Instances(self._names)

    def _same(self, given: list[tuple[ast.expr, Scope]], depth: int) -> Known:
        """The value of several expressions, where all have the same."""
        first = self.value(*given[0], depth - 1)
        return first if all(self.value(*other, depth - 1) == first for other in given[1:]) else UNSET

    def _of_alternative(self, first: ast.expr, second: ast.expr, scope: Scope, depth: int) -> Known:
        """`os.getenv("X") or "data"`: what counts where nobody sets the variable."""
        looked_up = isinstance(first, ast.Call) and self._names.name(first.func, scope) in ENVIRONMENT
        known = self.value(first, scope, depth - 1)
        if known is UNSET and not looked_up:
            return UNSET
        return self.value(second, scope, depth - 1) if known is UNSET or not known else known

    def several(self, node: ast.expr, scope: Scope) -> tuple[Known, ...]:
        """Gives the values of an expression: several of a parameter to which calls give different ones."""
        value = self.value(node, scope)
        found = self._names.bindings(node.id, scope) if value is UNSET and isinstance(node, ast.Name) else None
        if found is None or not isinstance(node, ast.Name) or found[0] != [None] or node.id not in found[1].parameters:
            return (value,)
        given = self.parameters.given(node.id, found[1]) or []
        return tuple(dict.fromkeys(self.value(*one, DEPTH - 1) for one in given)) or (value,)

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
        for inner in walk(node):
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
        if node.id in owner.parameters and bindings == [None]:
            return self._of_parameter(node.id, owner, depth)
        return self._agreed(node.id, [(binding, owner) for binding in bindings], depth)

    def _of_parameter(self, name: str, function: Scope, depth: int) -> Known:
        key = (name, id(function), depth)
        if key not in self._bound:
            self._bound[key] = UNSET
            option = self.options.of_parameter(name, function)
            if option is not None:
                self._bound[key] = self._of_option(option, depth)
            elif given := self.parameters.given(name, function):
                self._bound[key] = self._same(given, depth)
        return self._bound[key]

    def _of_option(self, option: Option, depth: int) -> Known:
        """What an option of the command line is worth where nobody gives it."""
        if option.default is None:
            return UNSET
        value = self.value(option.default, option.scope, depth - 1)
        name = option.converter.id if isinstance(option.converter, ast.Name) else ""
        return converted(name, value) if name in CONVERSIONS and isinstance(value, str) else value

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
            return parent(self.value(node.value, scope, depth - 1))
        if self._names.altered(f".{node.attr}"):
            return UNSET
        if (setting := self._setting(node, scope)) is not None:
            return setting
        base = self._imported(node.value, scope)
        if base is not None:
            # The value of a member of an enumeration is that of the member.
            member = node.attr == "value" and base.rpartition(".")[2].isupper()
            return Ref(f"constant:{base}" if member else f"constant:{base}.{node.attr}")
        if node.attr == "value" and self._is_member(node.value, scope):
            return self.value(node.value, scope, depth - 1)
        if options := self.options.of_attribute(node, scope):
            known = {self._of_option(option, depth) for option in options}
            return known.pop() if len(known) == 1 else UNSET
        return self._of_member(node, scope, depth)

    def _is_member(self, node: ast.expr, scope: Scope) -> bool:
        """Whether an expression is a member of an enumeration of this module."""
        if not isinstance(node, ast.Attribute):
            return False
        bases = self._names.bases(self._names.name(node.value, scope))
        return any(base.startswith("enum.") for base in bases)

    def _of_member(self, node: ast.Attribute, scope: Scope, depth: int) -> Known:
        owner = self._names.name(node.value, scope)
        made = self._instances.field(node, owner, scope)
        if made is None:
            return UNSET
        if isinstance(made, Ref):
            return made
        if isinstance(made, tuple):
            return self.value(*made, depth - 1)
        members = self._names.members(owner, node.attr)
        if len(members) == 1 and isinstance(members[0][0], ast.Call):
            return self.value(default_of_field(members[0][0]), members[0][1], depth - 1)
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
                found = parent(found)
            return found if type(count) is int and 0 <= count < _PARTS else UNSET
        item = self._item(node, scope, depth)
        if item is not None:
            return self.value(*item, depth - 1)
        return self._setting(node, scope) or UNSET

    def _item(self, node: ast.Subscript, scope: Scope, depth: int) -> tuple[ast.expr, Scope] | None:
        """The expression that stands under a constant key in a literal, `D["a"]` with `D = {"a": 1}`, and its scope."""
        found = self._literal(node.value, scope, depth - 1)
        if found is None or not isinstance(node.slice, ast.Constant):
            return None
        item = item_of(found[0], node.slice.value)
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
            return interpolated(left, [self.value(part, scope, depth - 1) for part in parts])
        right = self.value(node.right, scope, depth - 1)
        if isinstance(left, (str, Ref)) and isinstance(right, (str, Ref)):
            if isinstance(node.op, ast.Add):
                return text([left, right]) if isinstance(left, str) or isinstance(right, str) else UNSET
            return joined([left, right]) if isinstance(node.op, ast.Div) else UNSET
        if isinstance(left, (int, float)) and isinstance(right, (int, float)):
            return calculated(node.op, left, right)
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
        name = self._names.name(function, scope).removeprefix("builtins.")
        if name in ENVIRONMENT:
            return self.value(node.args[1], scope, depth - 1) if len(node.args) == 2 else UNSET
        if node.keywords:
            return UNSET
        if isinstance(function, ast.Attribute) and function.attr == "get" and node.args:
            return self._looked_up(node, function, scope, depth)
        if name in _JOINS and node.args:
            return joined([self.value(argument, scope, depth - 1) for argument in node.args])
        if len(node.args) == 1 and (name in _SAME or name in _PARENTS or name in CONVERSIONS):
            inner = self.value(node.args[0], scope, depth - 1)
            return inner if name in _SAME else parent(inner) if name in _PARENTS else converted(name, inner)
        return self._of_method(node, function, scope, depth) if isinstance(function, ast.Attribute) else UNSET

    def _looked_up(self, node: ast.Call, function: ast.Attribute, scope: Scope, depth: int) -> Known:
        """`D.get("a", 1)` of a literal, or of a configuration file."""
        found = self._literal(function.value, scope, depth - 1)
        key = node.args[0]
        if found is None or not isinstance(key, ast.Constant):
            return self._setting(node, scope) or UNSET
        item = item_of(found[0], key.value)
        return self.value(item, found[1], depth - 1) if item is not None else UNSET

    def _of_method(self, node: ast.Call, function: ast.Attribute, scope: Scope, depth: int) -> Known:
        inner = self.value(function.value, scope, depth - 1) if function.attr in _METHODS else UNSET
        if not isinstance(inner, str):
            return UNSET
        arguments = [self.value(argument, scope, depth - 1) for argument in node.args]
        if function.attr in _SAME_METHODS:
            return inner if not arguments else UNSET
        if function.attr == "joinpath":
            return joined([inner, *arguments])
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
        return text(pieces)
