"""Which reads of a file bring in nothing that a training of the same file could see.

Names alone are followed, without order and over all functions of the file: what may reach a training by any of them is
never said not to.
"""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.tree import children, last_name, walk

_RECEIVERS = frozenset({"self", "cls"})
_TRAINS = re.compile(r"(?i)train|fit")
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


class _Step:
    """One statement without those inside it: the names that it uses, and those that it gives a value."""

    __slots__ = ("bound", "calls", "in_function", "line", "used")

    def __init__(self, statement: ast.stmt, returning: tuple[str, ...], functions: dict[str, set[str]]) -> None:
        self.line = statement.lineno
        self.in_function = bool(returning)
        self.used: set[str] = set()
        self.bound: set[str] = set()
        self.calls: set[int] = set()
        nodes = [node for expression in _expressions(statement) for node in walk(expression)]
        for expression in _bound(statement):
            self.bound |= _names(expression)
        # The `x` of `x["a"] = 1` is changed, not used.
        given = {id(node) for expression in _bound(statement) for node in walk(expression)}
        for node in nodes:
            self._add(node, functions, id(node) in given)
        if isinstance(statement, ast.Return) or any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in nodes):
            self.bound |= set(returning)

    def _add(self, node: ast.AST, functions: dict[str, set[str]], given: bool) -> None:
        if isinstance(node, ast.Call):
            self.calls.add(id(node))
            # What is handed to a method may stay in the object, and what is handed to a function is its parameters.
            if isinstance(node.func, ast.Attribute):
                self.bound |= _names(node.func.value)
            if last_name(node.func) in functions:
                self.bound |= functions[last_name(node.func)]
                self.used.add(f".{last_name(node.func)}")
        elif isinstance(node, ast.NamedExpr):
            self.bound |= _names(node.target)
        elif isinstance(node, (ast.Name, ast.Attribute)) and not given:
            self.used |= _name(node)


def unfed(module: Module) -> frozenset[int]:
    """Gives, by the `id` of their nodes, the calls that read data of which nothing reaches a training of the file."""
    kinds = {fact.kind for entry in module.known.values() for fact in entry.facts}
    if not module.own or not {"read", "training"} <= kinds:
        return frozenset()
    known = {
        id(call.node): {fact.kind for fact in entry.facts} for call in module.calls if (entry := module.entry(call))
    }
    reads = {node for node, found in known.items() if "read" in found}
    trainings = {node for node, found in known.items() if "training" in found}
    # Functions of which we know nothing but that their names speak of training.
    unknown = (call.node for call in module.calls if id(call.node) not in known)
    trainings |= {id(node) for node in unknown if _TRAINS.search(last_name(node.func))}
    ignored = _imported(module) | _RECEIVERS
    steps = list(_steps(module.tree.body, (), _parameters(module)))
    fed = _seen(module, steps, trainings)
    # Data that is written before a training may come back in from there.
    last = max((step.line for step in steps if step.calls & trainings), default=0)
    writes = {node for node, found in known.items() if found & {"write", "model"}}
    for step in steps:
        if step.calls & writes and (step.line < last or step.in_function):
            fed |= step.used
    fed = _backwards(steps, fed - ignored, ignored, module.notebook)
    kept = {node for step in steps if step.calls & trainings or (step.bound - ignored) & fed for node in step.calls}
    # What a call gives nobody, or writes, it brings into a file; whether that is read the file cannot tell.
    return frozenset(reads - kept - writes - _alone(module))


def _alone(module: Module) -> set[int]:
    """Calls that are statements of their own, and whose result, as far as we know, is no data."""
    statements = {id(node.value) for node in module.scopes.expressions}
    calls = (call for call in module.calls if id(call.node) in statements)
    return {id(call.node) for call in calls if (entry := module.entry(call)) and entry.returns is None}


def _backwards(steps: list[_Step], fed: set[str], imported: set[str], notebook: bool) -> set[str]:
    """Gives all names that some chain of statements leads from to one that a training sees."""
    fed = set(fed)
    if not notebook:
        # What a function of a module gives back, or an object holds, others may train on.
        fed |= {name for step in steps for name in step.bound if name.startswith(("return ", "."))}
    grown = True
    while grown:
        before = len(fed)
        for step in steps:
            if step.bound & fed:
                fed |= step.used - imported
        grown = len(fed) > before
    return fed


def _seen(module: Module, steps: list[_Step], trainings: set[int]) -> set[str]:
    """The names in statements that train, and in all of a loop that does."""
    used = {name for step in steps if step.calls & trainings for name in step.used}
    for node in module.nodes.of(*_LOOPS):
        if any(id(inner) in trainings for inner in walk(node)):
            used |= _names(node)
    return used


def _steps(body: list[ast.stmt], returning: tuple[str, ...], functions: dict[str, set[str]]) -> Iterator[_Step]:
    for statement in body:
        inside = returning
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inside = (statement.name, f".{statement.name}", f"return {statement.name}")
        yield _Step(statement, returning, functions)
        for block in ("body", "orelse", "finalbody"):
            yield from _steps(getattr(statement, block, []), inside, functions)
        for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            yield from _steps(part.body, inside, functions)


def _imported(module: Module) -> set[str]:
    imports: list[ast.Import | ast.ImportFrom] = module.nodes.of(ast.Import, ast.ImportFrom)
    return {(alias.asname or alias.name).partition(".")[0] for node in imports for alias in node.names}


def _parameters(module: Module) -> dict[str, set[str]]:
    """Names of functions and classes -> the parameters that a call of them fills."""
    found: dict[str, set[str]] = {}
    for scope in module.scopes.all:
        node = scope.node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            arguments = node.args
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
            found.setdefault(node.name, set()).update(one.arg for one in every if one is not None)
        elif isinstance(node, ast.ClassDef):
            found.setdefault(node.name, set())
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and inner.name == "__init__":
                    found[node.name].update(one.arg for one in inner.args.args)
    return found


def _expressions(statement: ast.stmt) -> list[ast.AST]:
    """The parts of a statement that are no statements."""
    inner = (ast.stmt, ast.excepthandler, ast.match_case)
    return [child for child in children(statement) if not isinstance(child, inner)]


def _bound(statement: ast.stmt) -> list[ast.expr]:
    if isinstance(statement, ast.Assign):
        return statement.targets
    if isinstance(statement, (ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor)):
        return [statement.target]
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        return [item.optional_vars for item in statement.items if item.optional_vars is not None]
    return []


def _names(expression: ast.AST) -> set[str]:
    nodes = (node for node in walk(expression) if isinstance(node, (ast.Name, ast.Attribute)))
    return {name for node in nodes for name in _name(node)}


def _name(node: ast.Name | ast.Attribute) -> set[str]:
    """The name, or the attribute of the instance; attributes of others go with the name that they are of."""
    if isinstance(node, ast.Name):
        return {node.id}
    return {f".{node.attr}"} if isinstance(node.value, ast.Name) and node.value.id in _RECEIVERS else set()
