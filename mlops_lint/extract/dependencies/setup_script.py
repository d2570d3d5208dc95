"""setup.py to the dependencies that stand in it as literals.

Source: https://setuptools.pypa.io/en/latest/references/keywords.html. What a script reads from a file is not known.
"""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.dependencies.stated import dependency, group, stated
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.registry import python
from mlops_lint.model import Location, Subject
from mlops_lint.parse.words import vocabulary
from mlops_lint.subjects import Use, subject

_SETUPS = frozenset({"setuptools.setup", "distutils.core.setup", "skbuild.setup", "numpy.distutils.core.setup"})
_LISTS = {"install_requires": "main", "setup_requires": "build", "tests_require": "test"}
_FILE = re.compile(r"[\"'/]((?:[\w.-]+/)*[\w.-]*requirements[\w.-]*\.(?:txt|in))[\"']")
# A list that is bound to a name that is bound to a list ...
_DEPTH = 5


_MARKS = vocabulary("setup")


@python
def setup_script(module: Module) -> Iterator[Subject]:
    """Gives the requirements in the lists and extras of a call of `setup`."""
    if not module.says(_MARKS):
        return
    if module.path.rpartition("/")[2] == "setup.py":
        yield from _read(module)
    for call in module.calls:
        if call.name in _SETUPS:
            for keyword in call.node.keywords:
                if keyword.arg in _LISTS:
                    yield from _requirements(module, keyword.value, call.scope, _LISTS[keyword.arg])
                elif keyword.arg == "extras_require":
                    yield from _extras(module, keyword.value, call.scope)


def _read(module: Module) -> Iterator[Subject]:
    """Gives the requirements files that the script names, as it most often does to read them."""
    for name in sorted(set(_FILE.findall(module.source))):
        yield subject(Use(purpose="metadata", tool=name), Location(module.path), name)


def _extras(module: Module, node: ast.expr, scope: Scope) -> Iterator[Subject]:
    for found in _bound(module, node, scope, _DEPTH):
        if isinstance(found, ast.Dict):
            for key, value in zip(found.keys, found.values, strict=True):
                label = key.value if isinstance(key, ast.Constant) else ""
                yield from _requirements(module, value, scope, group(str(label), "optional"))


def _requirements(module: Module, node: ast.expr, scope: Scope, sort: str) -> Iterator[Subject]:
    for found in _bound(module, node, scope, _DEPTH):
        for item in found.elts if isinstance(found, (ast.List, ast.Tuple, ast.Set)) else ():
            written = module.values.value(item, scope)
            requirement = stated(written) if isinstance(written, str) else None
            if requirement is not None:
                yield dependency(requirement, module.locate(item), sort, library=True)


def _bound(module: Module, node: ast.expr, scope: Scope, depth: int) -> Iterator[ast.expr]:
    """Gives the literals that an expression is, or is put together from."""
    if depth <= 0:
        return
    if isinstance(node, ast.Name):
        found = module.names.bindings(node.id, scope)
        for binding in found[0] if found is not None else ():
            if isinstance(binding, ast.expr):
                yield from _bound(module, binding, scope, depth - 1)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _bound(module, node.left, scope, depth - 1)
        yield from _bound(module, node.right, scope, depth - 1)
    else:
        yield node
