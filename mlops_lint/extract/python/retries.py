"""Whether code tries again when a call over the network fails.

Source: https://tenacity.readthedocs.io, https://github.com/litl/backoff, https://stamina.hynek.me,
https://urllib3.readthedocs.io/en/stable/reference/urllib3.util.html#urllib3.util.Retry
"""

import ast
import re

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.extract.python.tree import walk, written

_LIBRARIES = frozenset(
    "tenacity backoff stamina retrying retry retry2 opnieuw reretry requests_retry_session retryhttp "
    "requests_ratelimiter pyrate_limiter ratelimit redo".split()
)
_DECORATORS = re.compile(r"(?i)retr(?:y|ies|ied|ying)|backoff|on_exception|on_predicate|resilient|robust")
_ADAPTERS = re.compile(
    r"\b(?:max_retries|Retry\(|AsyncHTTPTransport\(\s*retries|HTTPTransport\(\s*retries|ExponentialRetry)"
)


def decorated(scope: Scope) -> bool:
    """Says whether a function is tried again by a decorator of its own."""
    decorators: list[ast.expr] = getattr(scope.node, "decorator_list", [])
    names = (one.func if isinstance(one, ast.Call) else one for one in decorators)
    # A task with retries is known by the settings of the task.
    return any(_DECORATORS.search(written(name)) for name in names)


def retried(module: Module, call: Call) -> bool | None:
    """Says whether a call is tried again: by a decorator, a session, a loop; None = by what cannot be followed."""
    scope: Scope | None = call.scope
    while scope is not None:
        if decorated(scope):
            return True
        scope = scope.parent
    if _in_loop(module, call.node):
        return True
    if _ADAPTERS.search(module.source):
        # Whether it is this session that got the adapter is not seen; `requests.get` has none.
        return True if "Session" in call.name or call.name.startswith("?") else None
    return None if module.roots & _LIBRARIES else False


def _in_loop(module: Module, node: ast.AST) -> bool:
    """Whether a call stands in a `try` in a loop that ends when it went well, or that counts attempts."""
    tried = False
    inner, outer = node, module.nodes.around.get(node)
    while outer is not None and not isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        if isinstance(outer, (ast.Try, ast.TryStar)) and inner in outer.body:
            tried = True
        if isinstance(outer, ast.While) and tried:
            return True
        if isinstance(outer, (ast.For, ast.AsyncFor)):
            said = f"{ast.unparse(outer.target)} {ast.unparse(outer.iter)}".lower()
            ends = any(isinstance(one, ast.Break) for one in walk(outer))
            if re.search(r"attempt|retr|tries", said) or (tried and "range(" in said and ends):
                return True
        inner, outer = outer, module.nodes.around.get(outer)
    return False
