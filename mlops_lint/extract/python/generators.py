"""A generator of random numbers that is handed to a call, to the seed that it was made with."""

import ast

from msgspec import UNSET

from mlops_lint.extract.python.module import Arguments, Module
from mlops_lint.extract.python.operations import Known
from mlops_lint.extract.python.scopes import Call, Scope

# A generator has one name, seldom two.
_DEPTH = 4


def seed_of(node: ast.expr, scope: Scope, module: Module, depth: int = _DEPTH) -> Known:
    """Gives the seed of a generator, or UNSET where it is none, has none, or is made elsewhere."""
    if depth <= 0:
        return UNSET
    if isinstance(node, ast.Call):
        return _made_with(node, scope, module)
    if isinstance(node, ast.Name) and (found := module.names.bindings(node.id, scope)) is not None:
        bindings, owner = found
        if len(bindings) == 1 and isinstance(bindings[0], ast.expr):
            seed = seed_of(bindings[0], owner, module, depth - 1)
            return _seeded_later(node.id, module) if seed is UNSET else seed
    return UNSET


def _made_with(node: ast.Call, scope: Scope, module: Module) -> Known:
    made = Call(node, scope, ())
    made.name = module.names.name(node.func, scope)
    if made.name == "torch.Generator.manual_seed":
        return _given(Arguments(module, made, "seed").value("seed"))
    entry = module.entry(made)
    for fact in entry.facts if entry is not None else ():
        seed = fact.set.get("seed")
        if fact.kind == "random_call" and fact.set.get("fresh") is True and isinstance(seed, str) and entry is not None:
            return _given(Arguments(module, made, entry.signature).value(seed[1:]))
    return UNSET


def _seeded_later(name: str, module: Module) -> Known:
    """`g = torch.Generator()` and then `g.manual_seed(0)`."""
    for call in module.calls:
        if call.name == "torch.Generator.manual_seed" and ast.unparse(call.node.func) == f"{name}.manual_seed":
            return _given(Arguments(module, call, "seed").value("seed"))
    return UNSET


def _given(seed: Known) -> Known:
    """A generator without a seed is told of where it is made, not where it is used."""
    return UNSET if seed is None else seed
