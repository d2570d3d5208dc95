"""Whether what a request brings is checked before a handler uses it: names are followed, in order of the source.

What may be a check that we cannot read is never said to be none.
"""

import ast
import re
import sys
from collections.abc import Iterator, Sequence

from msgspec import UNSET, UnsetType

from mlops_lint.extract.endpoints.handlers import Handler
from mlops_lint.extract.libraries import available
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.tree import children, last_name, walk

# Attributes of a request that tell about it, and hold no data.
_ABOUT = frozenset(
    "method headers remote_addr path url cookies META user endpoint app state client scope session id".split()
)
_FILES = frozenset({"files", "FILES", "file", "image"})
_SCHEMA = re.compile(r"(?i)valid|schema|use_args|use_kwargs|expects_json|parse_args|parse_obj")
_CHECK = re.compile(r"(?i)check|sanit|verify|pars(e|er)_|ensure|clean|assert|allowed|from_dict|decode|secure|require")
_REFUSALS = frozenset(
    "ValueError KeyError TypeError ValidationError BadRequest IndexError JSONDecodeError AssertionError".split()
)
_CONVERSIONS = frozenset({"float", "int", "Decimal", "bool"})
# Annotations that FastAPI and its like pass on as they come.
_UNTYPED = re.compile(
    r"^(?:typing\.)?(?:dict|Dict|Any|list|List|object|Mapping|MutableMapping)"
    r"(?:\[(?:.*\bAny\b.*|dict|str, ?(?:object|Any))\])?$"
)
_REQUEST = re.compile(r"(?:^|\.)(?:Request|HttpRequest)$")
_NOT_INPUT = re.compile(
    r"(?:^|\.)(?:Response|BackgroundTasks|Session|AsyncSession|WebSocket)$|^Context$|ServicerContext$|bentoml\.Context"
)
_FILE = re.compile(r"UploadFile|\bFile\b|\bbytes\b|Image|Path\b|ndarray|DataFrame|Tensor")
_DEPTH = 3
_LIBRARIES = frozenset(sys.stdlib_module_names) | available()

Answer = tuple[bool | UnsetType, bool | UnsetType]


class Inputs:
    """What a handler takes, and what is done with it."""

    def __init__(self, module: Module, handler: Handler) -> None:
        self._module = module
        self._handler = handler
        self._kind = handler.kind

    def judged(self) -> Answer:
        """Gives whether the handler takes input, and whether that is checked; UNSET = cannot tell."""
        scope, how = self._handler.scope, self._kind.input
        if how == "message":
            return True, True
        if scope is None or how == "any" or not isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return UNSET, UNSET
        if any(_SCHEMA.search(ast.unparse(one)) for one in scope.node.decorator_list):
            return True, True
        if how == "descriptor":
            return self._described()
        before = self._before(scope)
        if how == "annotated":
            return self._annotated(scope.node, scope)
        return self._followed(before or scope, before is not None or how == "parameter")

    def _before(self, scope: Scope) -> Scope | None:
        """The function beside a handler that is given the input first."""
        owner = scope.parent.name if scope.parent is not None else ""
        return next((one for name in self._kind.reads if (one := self._module.names.scope(f"{owner}.{name}"))), None)

    def _described(self) -> Answer:
        told = self._handler.told
        given = [*told.node.args[:1], *(one.value for one in told.node.keywords if one.arg == "input")] if told else []
        bare = not given or ast.unparse(given[0]).endswith(("JSON()", "Text()", "File()"))
        return True, UNSET if bare else True

    def _annotated(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> Answer:
        defaults = _defaults(node)
        raw: set[str] = set()
        typed = unsure = False
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            default = ast.unparse(defaults[argument.arg]) if argument.arg in defaults else ""
            if argument.arg == scope.receiver or "Depends(" in default or "Security(" in default:
                continue
            annotation = ast.unparse(argument.annotation) if argument.annotation is not None else ""
            if _NOT_INPUT.search(annotation):
                continue
            if _FILE.search(annotation) or "File(" in default:
                unsure = True
            elif not annotation or _REQUEST.search(annotation) or _UNTYPED.match(annotation):
                raw.add(argument.arg)
            else:
                typed = True
        if not raw:
            return typed or unsure, UNSET if unsure else True if typed else UNSET
        flow = _Flow(self._module, scope, raw, self._kind.request)
        if not flow.taken:
            return typed, True if typed else UNSET
        return True, flow.checked

    def _followed(self, scope: Scope, last: bool) -> Answer:
        names = [one for one in scope.parameters if one != scope.receiver]
        if self._kind.framework == "lambda":
            names = names[:1]
        raw = set(names[-1:] if last and self._kind.framework != "lambda" else names[:1])
        if last and any(one.annotation is not None for name, one in scope.parameters.items() if name in raw):
            annotation = next(one.annotation for name, one in scope.parameters.items() if name in raw)
            if (
                annotation is not None
                and not _UNTYPED.match(ast.unparse(annotation))
                and ast.unparse(annotation) != "str"
            ):
                return True, UNSET
        # The parameters of a route are no request where that is a name of the framework.
        flow = _Flow(self._module, scope, set() if self._kind.request else raw, self._kind.request)
        return (flow.taken, flow.checked) if flow.taken else (False, UNSET)


def _defaults(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, ast.expr]:
    positional = [*node.args.posonlyargs, *node.args.args]
    found = {one.arg: value for one, value in zip(positional[::-1], node.args.defaults[::-1], strict=False)}
    found |= {one.arg: value for one, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if value}
    return found


class _Flow:
    """The names of one function that hold what a request brought, and whether anything checks them."""

    def __init__(self, module: Module, scope: Scope, raw: set[str], requests: list[str], depth: int = _DEPTH) -> None:
        self._module = module
        self._scope = scope
        self._raw = set(raw)
        self._requests = frozenset(requests)
        self._depth = depth
        self._foreign = _LIBRARIES.union(*(one.roots for one in module.libraries.handlers))
        self.taken = depth < _DEPTH
        """Something of the request is used."""
        self.checked: bool | UnsetType = False
        body = getattr(scope.node, "body", [])
        nodes = [node for statement in body for node in walk(statement)]
        self._bound = False
        self.taken = self.taken or any(self._holds(statement) for statement in body)
        self._bound = True
        # Twice, as a loop may use above what it binds below.
        for _ in range(2):
            for node in nodes:
                self._bind(node)
        for node in nodes:
            self._judge(node)

    def _bind(self, node: ast.AST) -> None:
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if self._holds(node.value):
                self._raw.update(_names(targets))
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)) and self._holds(node.iter):
            self._raw.update(_names([node.target]))

    def _holds(self, node: ast.AST) -> bool:
        """Whether an expression is made from data of the request."""
        return any(True for _ in self._uses(node))

    def _uses(self, node: ast.AST) -> Iterator[ast.AST]:
        if isinstance(node, ast.Attribute):
            if self._is_source(node.value):
                if node.attr in _ABOUT:
                    return
                yield node
                return
        elif isinstance(node, ast.Name):
            if node.id in self._raw:
                yield node
            return
        elif self._bound and isinstance(node, ast.Call) and last_name(node.func).startswith("predict"):
            # What a model says of it is no longer what was sent: to test a prediction checks no input.
            return
        for child in children(node):
            yield from self._uses(child)

    def _is_source(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Name) and node.id in self._raw:
            return True
        known = isinstance(node, (ast.Name, ast.Attribute)) and bool(self._requests)
        return known and self._module.names.name(node, self._scope) in self._requests  # type: ignore[arg-type]  # of these two

    def _judge(self, node: ast.AST) -> None:
        if isinstance(node, ast.Attribute):
            if node.attr in _FILES and self._holds(node):
                self._unsure()
        elif self._tests(node):
            self._unsure()
        elif isinstance(node, ast.Call):
            self._call(node)

    def _tests(self, node: ast.AST) -> bool:
        if isinstance(node, (ast.If, ast.IfExp, ast.While, ast.Assert)):
            return self._holds(node.test)
        if isinstance(node, ast.Match):
            return self._holds(node.subject)
        return isinstance(node, ast.ExceptHandler) and node.type is not None and _refuses(node.type)

    def _call(self, node: ast.Call) -> None:
        given = [*node.args, *(one.value for one in node.keywords)]
        last = last_name(node.func)
        if _SCHEMA.search(last) or (isinstance(node.func, ast.Attribute) and self._is_schema(node.func.value)):
            self.checked = True
        tainted = [one for one in given if self._holds(one)]
        if not tainted and not (isinstance(node.func, ast.Attribute) and self._holds(node.func.value)):
            return
        checks = _CHECK.search(last) and last not in ("decode", "b64decode")
        if checks or (last in _CONVERSIONS and any(_is_field(one) for one in tainted)):
            self._unsure()
        elif tainted:
            self._handed_on(node, tainted)

    def _handed_on(self, node: ast.Call, tainted: list[ast.expr]) -> None:
        """What another function does with it: read where it stands in this file, unknown where it is of another."""
        name = self._module.names.name(node.func, self._scope)
        scope = self._module.names.scope(name)
        if scope is None:
            if not name.startswith(("?", "builtins.")) and name.partition(".")[0] not in self._foreign:
                self._unsure()
        elif scope.kind == "class":
            self.checked = True if _is_schema(self._module.names.bases(scope.name)) else self.checked
            self._unsure()
        elif self._depth > 0 and scope is not self._scope:
            names = [one for one in scope.parameters if one != scope.receiver]
            raw = {names[index] for index, one in enumerate(node.args) if one in tainted and index < len(names)}
            raw |= {one.arg for one in node.keywords if one.arg and one.value in tainted}
            inner = _Flow(self._module, scope, raw, [], self._depth - 1)
            if inner.checked is True:
                self.checked = True
            elif inner.checked is UNSET:
                self._unsure()

    def _is_schema(self, receiver: ast.expr) -> bool:
        name = self._module.names.name(receiver, self._scope)
        return bool(_SCHEMA.search(ast.unparse(receiver)[:80])) or _is_schema(self._module.names.bases(name))

    def _unsure(self) -> None:
        if self.checked is False:
            self.checked = UNSET


def _is_schema(bases: tuple[str, ...]) -> bool:
    return any(base.endswith(("BaseModel", "Schema")) for base in bases)


def _is_field(node: ast.expr) -> bool:
    """Whether an expression is one named field: `data["age"]`, `data.get("age")`, `data.age`."""
    key = (
        node.slice
        if isinstance(node, ast.Subscript)
        else node.args[0]
        if isinstance(node, ast.Call) and node.args
        else None
    )
    return isinstance(node, ast.Attribute) or (isinstance(key, ast.Constant) and isinstance(key.value, str))


def _refuses(node: ast.expr) -> bool:
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    return any(last_name(one) in _REFUSALS for one in parts)


def _names(targets: Sequence[ast.expr]) -> Iterator[str]:
    for target in targets:
        for node in walk(target):
            if isinstance(node, ast.Name):
                yield node.id
