"""CEL expressions over subjects, in three values; alone imports the CEL runtime.

Source: https://github.com/google/cel-spec; a key that is not in a map gives the error NOT_FOUND, and `||` and `&&`
absorb errors as three-valued logic should.
"""

import re
from collections.abc import Callable

from cel_expr_python import cel

from mlops_lint.errors import UsageError, suggestion
from mlops_lint.graph import Graph, Node
from mlops_lint.model import Location, Related, Value
from mlops_lint.predicates.arrivals import may_come
from mlops_lint.predicates.gated import every_path_passes
from mlops_lint.predicates.registry import Answer, Predicate, predicates
from mlops_lint.predicates.steps import STEPS
from mlops_lint.roles import ROLES
from mlops_lint.subjects import COMMON, KINDS, documentation

_MAP = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
_UNKNOWN = "mlops-lint: cannot tell"
_EVERY = frozenset(COMMON).union(*(kind.__struct_fields__ for kind in KINDS.values()))
# Words that CEL keeps for itself; https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax
_RESERVED = frozenset({"import", "package", "namespace", "function", "const", "loop", "var"})
View = dict[str, object]

FUNCTIONS = {
    "linked": "linked(x, 'role'): what x links to by a role, or by the inverse of one",
    "reach": "reach(x, 'kind'): the subjects of a kind in all code that x starts, runs or stands in",
    "upstream": "upstream(x, 'kind'): the subjects of a kind that come before x in pipelines and data",
    "downstream": "downstream(x, 'kind'): the subjects of a kind that come after x in pipelines and data",
    "exists": "exists('kind') or exists('kind', {'field': value}): there is such a subject in the project's own code",
    "resolves": "resolves(x, 'role'): all that x names by a role is there",
    "precedes": "precedes(a, b): b waits for a, over others or not",
    "every_path_passes": (
        "every_path_passes(pipeline, 'from', 'to', 'gate'): every way from one step to another leads through a third;"
        " steps are data, check, train, evaluate, compare, register, deploy"
    ),
}
_UPSTREAM = ("depends_on", "reads", "written_by", "inside", "contains", "saved_by", "loads")
_DOWNSTREAM = ("depended_on_by", "writes", "read_by", "inside", "contains", "saves", "loaded_by")


class Unknown(Exception):  # noqa: N818  # an answer, not an error
    """Raised inside an expression where the answer cannot be known."""

    def __init__(self) -> None:
        super().__init__(_UNKNOWN)


class Environment:
    """Compiles and evaluates expressions over one graph."""

    def __init__(self, graph: Graph | None) -> None:
        self._graph = graph
        self._views: dict[str, View] = {}
        self.related: list[Related] = []
        """What the predicates called since the last `evaluate` pointed at."""
        self.detail = ""
        self.at: Location | None = None
        """Where one of them says that the reason stands."""
        self.shown: Node | None = None
        """The first subject that `exists` found."""
        variables = {variable(kind): _MAP for kind in KINDS}
        self._cel = cel.NewEnv(variables=variables, functions=self._functions())
        self._compiled: dict[str, cel.Expression] = {}

    def compile(self, text: str, kind: str) -> None:
        """Checks an expression over one kind of subject; raises UsageError saying what is wrong."""
        _check_fields(text, kind)
        try:
            self._compiled[text] = self._cel.compile(text)
        except Exception as error:  # noqa: BLE001  # the runtime raises what it has, of no common class
            raise UsageError(_one_line(str(error))) from None
        returned = self._compiled[text].return_type().name()
        if returned not in ("BOOL", "bool", "DYN", "dyn"):
            raise UsageError(f"the expression gives {returned}, not true or false")

    def evaluate(self, text: str, node: Node) -> bool | None:
        """Gives true, false, or None = cannot tell; raises ValueError where the expression itself is wrong."""
        self.related, self.detail, self.at, self.shown = [], "", None, None
        if text not in self._compiled:
            self._compiled[text] = self._cel.compile(text)
        result = self._compiled[text].eval(data={variable(node.kind): self.view(node)})
        value = result.value()
        if isinstance(value, bool):
            return value
        said = str(value)
        if "NOT_FOUND" in said or "Key not found" in said or _UNKNOWN in said:
            return None
        raise ValueError(_one_line(said))

    def view(self, node: Node) -> View:
        """Gives a subject as expressions see it."""
        found = self._views.get(node.id)
        if found is None:
            fields: View = {name: _seen(value) for name, value in node.fields.items()}
            common: View = {
                "id": node.id, "kind": node.kind, "name": node.name, "path": node.location.path,
                "line": node.location.line, "context": node.context, "symbol": node.symbol,
                "own": node.own,
            }  # fmt: skip
            found = self._views[node.id] = fields | common
        return found

    def _node(self, view: View) -> Node:
        return self._loaded().nodes[str(view["id"])]

    def _loaded(self) -> Graph:
        if self._graph is None:
            raise Unknown
        return self._graph

    def _functions(self) -> list[cel.FunctionDecl]:
        views = cel.Type.List(_MAP)
        declared = [
            _declared("linked", views, [_MAP, cel.Type.STRING], self._linked),
            _declared("reach", views, [_MAP, cel.Type.STRING], self._reach),
            _declared("upstream", views, [_MAP, cel.Type.STRING], self._upstream),
            _declared("downstream", views, [_MAP, cel.Type.STRING], self._downstream),
            _declared("resolves", cel.Type.BOOL, [_MAP, cel.Type.STRING], self._resolves),
            cel.FunctionDecl(
                "exists",
                [
                    cel.Overload("exists_kind", cel.Type.BOOL, [cel.Type.STRING], impl=self._exists),
                    cel.Overload("exists_such", cel.Type.BOOL, [cel.Type.STRING, _MAP], impl=self._exists),
                ],
            ),
        ]
        step = cel.Type.STRING
        declared.append(_declared("precedes", cel.Type.BOOL, [_MAP, _MAP], self._precedes))
        declared.append(_declared("every_path_passes", cel.Type.BOOL, [_MAP, step, step, step], self._passes))
        for name, function in predicates().items():
            declared.append(_declared(name, cel.Type.BOOL, [_MAP], self._predicate(function)))
        return declared

    def _predicate(self, function: Predicate) -> Callable[[View], bool]:
        return lambda view: self._said(function(self._node(view), self._loaded()))

    def _said(self, answer: bool | Answer | None) -> bool:
        """Gives the value of an answer, and keeps what explains it."""
        if isinstance(answer, Answer):
            self.related.extend(answer.related)
            self.detail = answer.detail or self.detail
            self.at = answer.at or self.at
            answer = answer.value
        if answer is None:
            raise Unknown
        return answer

    def _precedes(self, first: View, second: View) -> bool:
        return self._node(first) in self._loaded().follow(self._node(second), ("depends_on",))

    def _passes(self, view: View, start: str, end: str, gate: str) -> bool:
        return self._said(every_path_passes(self._node(view), self._loaded(), start, end, gate))

    def _linked(self, view: View, role: str) -> list[View]:
        return [self.view(node) for node in self._loaded().linked(self._node(view), role)]

    def _reach(self, view: View, kind: str) -> list[View]:
        return [self.view(node) for node in self._loaded().reach(self._node(view), kind)]

    def _upstream(self, view: View, kind: str) -> list[View]:
        return self._followed(view, kind, _UPSTREAM)

    def _downstream(self, view: View, kind: str) -> list[View]:
        return self._followed(view, kind, _DOWNSTREAM)

    def _followed(self, view: View, kind: str, roles: tuple[str, ...]) -> list[View]:
        found = self._loaded().follow(self._node(view), roles)
        return [self.view(node) for node in found if node.kind == kind]

    def _exists(self, kind: str, fields: View | None = None) -> bool:
        wanted = fields or {}
        unknown = False
        for node in self._loaded().of_kind(kind):
            own = node.own or (kind == "test" and node.context == "test")
            if own and all(node.fields.get(name, value) == value for name, value in wanted.items()):
                if wanted.keys() <= node.fields.keys():
                    self.shown = self.shown or node
                    return True
                unknown = True
        if unknown:
            raise Unknown
        return False

    def _resolves(self, view: View, role: str) -> bool:
        node = self._node(view)
        dangling = [link for link in node.dangling if link.role == role]
        if any(link.symbol.startswith("?") for link in dangling):
            raise Unknown
        missing = [link for link in dangling if not may_come(link.symbol, self._loaded())]
        if dangling and not missing:
            raise Unknown
        dangling = missing
        self.related.extend(Related(link.location, f"{_words(link.symbol)}") for link in dangling if link.location)
        self.detail = ", ".join(sorted({_words(link.symbol) for link in dangling}))
        return not dangling


def variable(kind: str) -> str:
    """Gives the name of a subject in expressions: its kind, with `_` behind it where CEL keeps the word."""
    return f"{kind}_" if kind in _RESERVED else kind


def _seen(value: Value) -> object:
    # The runtime ends a text at its first zero byte.
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    return list(value) if isinstance(value, tuple) else value


def _words(symbol: str) -> str:
    return symbol.partition(":")[2] or symbol


def _declared(
    name: str, returns: cel.Type, parameters: list[cel.Type], function: Callable[..., object]
) -> cel.FunctionDecl:
    return cel.FunctionDecl(name, [cel.Overload(f"{name}_of", returns, parameters, impl=function)])


def _check_fields(text: str, kind: str) -> None:
    """Raises UsageError at a field that no such subject has, a kind or a role that is not there."""
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "''", text)
    for name, field in re.findall(r"(?<![\w.])([a-z_]\w*)\.([a-z_]\w*)(?!\w*\()", bare):
        owner = name.removesuffix("_")
        known = set(documentation(KINDS[owner])) if owner in KINDS else _EVERY
        if field not in known:
            what = (
                f"'{owner}' has no field '{field}'" if owner in KINDS else f"no kind of subject has a field '{field}'"
            )
            raise UsageError(what + suggestion(field, known))
    for owner in re.findall(r"(?<![\w.])([a-z_]\w*)\.", bare):
        if owner in KINDS and owner != variable(kind):
            raise UsageError(f"the rule is about '{kind}', so its expressions cannot name '{owner}'")
    for function, argument in re.findall(r"\b(reach|upstream|downstream|exists)\((?:[\w.]+, *)?'(\w+)'", text):
        if argument not in KINDS:
            raise UsageError(f"{function}(): no kind of subject is called '{argument}'{suggestion(argument, KINDS)}")
    for arguments in re.findall(r"\bevery_path_passes\(\w+, *'([\w-]+)', *'([\w-]+)', *'([\w-]+)'", text):
        for argument in arguments:
            if argument not in STEPS:
                raise UsageError(f"every_path_passes(): no step is called '{argument}'{suggestion(argument, STEPS)}")
    for argument in re.findall(r"\b(?:linked|resolves)\([\w.]+, *'(\w+)'", text):
        if not any(argument in (role, inverse) for role, (inverse, _) in ROLES.items()):
            raise UsageError(f"no link has the role '{argument}'; `mlops-lint vocabulary` lists them")


def _one_line(text: str) -> str:
    return " ".join(text.split())[:400]
