"""Clauses that catch any error to what they do with it.

Source: https://docs.python.org/3/reference/compound_stmts.html#the-try-statement
"""

import ast
import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.tree import Around, last_name, walk
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Flag, Handler, subject

_ANY = frozenset({"Exception", "BaseException"})
_SAYS = frozenset(
    "print debug info warning warn error exception critical log print_exc format_exc pprint echo secho write str repr "
    "format getLogger get_logger type join sleep now time strftime isoformat exc_info flush append".split()
)
# Whoever waits, or counts, tries again.
_WAITS = frozenset({"sleep", "wait"})
_ATTEMPTS = ("attempt", "retry", "retries", "tries", "trial")
_MOST = 12
# Whoever writes this has thought of it.
_MEANT = re.compile(
    r"(?i)non[- ]?(?:fatal|critical|blocking|essential)|best[- ]effort|\b(?:is|are) optional|\(optional\)|"
    # A picture, or a message to somebody, is no result.
    r"\b(?:plot(?:s|ting)?|figures?|charts?|shap|explanations?|webhooks?|notifications?)\b"
)


@python
def handlers(module: Module) -> Iterator[Subject]:
    """Gives each clause of the project's own code that catches any error; those that guard an import are none."""
    if not module.own or module.notebook or not module.scopes.tries:
        return
    for node, scope in module.scopes.tries:
        if any(isinstance(one, (ast.Import, ast.ImportFrom)) for one in node.body):
            continue
        if isinstance(node, ast.TryStar) or not any(_is_broad(one.type) for one in node.handlers):
            continue
        # What is awaited belongs to a service as a rule, which must go on.
        if isinstance(scope.node, ast.AsyncFunctionDef):
            continue
        guards: tuple[str, ...] | None = None
        for clause in node.handlers:
            if _is_broad(clause.type):
                guards = _guards(node) if guards is None else guards
                says = _says(clause)
                swallows = _swallows(module.nodes.around, node, clause)
                record = Handler(what="except", broad=True, swallows=swallows, logs=says, guards=guards)
                links = (module.within(scope),)
                name = ", ".join(guards[:3]) or "the code above"
                yield subject(record, module.locate(clause), name, links=links)


def _is_broad(caught: ast.expr | None) -> bool:
    parts = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(part is None or last_name(part) in _ANY for part in parts)


def _guards(node: ast.Try) -> tuple[str, ...]:
    names = (last_name(one.func) for part in node.body for one in walk(part) if isinstance(one, ast.Call))
    return tuple(dict.fromkeys(name for name in names if name))[:_MOST]


def _says(clause: ast.ExceptHandler) -> bool:
    return any(isinstance(one, ast.Call) and last_name(one.func) in _SAYS for part in clause.body for one in walk(part))


def _swallows(around: Around, node: ast.Try, clause: ast.ExceptHandler) -> Flag:
    """Says whether a run goes on as if nothing had failed; None of the two where something is handed back or called."""
    inner = [one for part in clause.body for one in walk(part)]
    if any(isinstance(one, ast.Raise) for one in inner) or _tries_again(around, node, inner):
        return False
    if any(isinstance(one, ast.Constant) and _means_it(one.value) for one in inner) or _runs_on(around, node):
        return UNSET
    # Where it went well it is over here; else something else is tried.
    if any(isinstance(one, ast.Return) for part in node.body for one in walk(part)) and _goes_on(around, node):
        return UNSET
    # A value that stands for the failure, a flag, a call that may tell others: whoever comes after may look at it.
    for one in inner:
        if isinstance(one, (ast.Return, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Yield, ast.Delete, ast.Await)):
            return UNSET
        if isinstance(one, ast.Call) and (last_name(one.func) not in _SAYS or _keeps(one, clause)):
            return UNSET
    return True


def _keeps(call: ast.Call, clause: ast.ExceptHandler) -> bool:
    """Whether a call puts the failure into a list, that somebody may count."""
    names = {one.id for given in call.args for one in walk(given) if isinstance(one, ast.Name)}
    return last_name(call.func) == "append" and clause.name in names


def _means_it(value: object) -> bool:
    return isinstance(value, str) and _MEANT.search(value) is not None


def _runs_on(blocks: Around, node: ast.Try) -> bool:
    """Whether it stands in a loop that never ends, as that of a program that waits for messages."""
    around = blocks.get(node)
    while around is not None and not isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef)):
        if isinstance(around, ast.While) and isinstance(around.test, ast.Constant):
            return True
        around = blocks.get(around)
    return False


def _goes_on(blocks: Around, node: ast.Try) -> bool:
    """Whether other statements of the function follow, in the same block or in one around it."""
    inner: ast.AST = node
    around = blocks.get(node)
    while around is not None and not isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
        if isinstance(around, ast.Module):
            return False
        lists = (getattr(around, name, None) for name in ("body", "orelse", "finalbody"))
        if any(isinstance(one, list) and inner in one and one[-1] is not inner for one in lists):
            return True
        inner, around = around, blocks.get(around)
    return False


def _tries_again(around: Around, node: ast.Try, inner: list[ast.AST]) -> bool:
    """Whether it stands in a loop that waits, counts attempts, or ends by itself when it went well."""
    loop = around.get(node)
    while loop is not None and not isinstance(loop, (ast.For, ast.While, ast.AsyncFor)):
        if isinstance(loop, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return False
        loop = around.get(loop)
    if loop is None:
        return False
    waits = any(isinstance(one, ast.Call) and last_name(one.func) in _WAITS for one in inner)
    counted = isinstance(loop, (ast.For, ast.AsyncFor)) and any(
        word in ast.unparse(loop.target).lower() for word in _ATTEMPTS
    )
    inside = [one for part in node.body for one in walk(part)]
    ends = any(isinstance(one, (ast.Break, ast.Return)) for one in inside)
    # One of several ways that goes well ends the search.
    found = any(isinstance(one, ast.Break) for one in inside)
    return waits or counted or found or (isinstance(loop, ast.While) and ends)
