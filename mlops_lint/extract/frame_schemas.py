"""Schemas of data frames, by pandera, to uses: a check where one is put to data, a file of checks where one is written.

Source: https://pandera.readthedocs.io/en/stable/ (`DataFrameSchema`, `DataFrameModel`, decorators), pandera 0.35
"""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Subject
from mlops_lint.subjects import Use, subject

_SCHEMA = r"^pandera\.(?:\w+\.)*(?:DataFrameSchema|SeriesSchema|ArraySchema|DatasetSchema|Column|Index|MultiIndex)"
_MADE = re.compile(rf"{_SCHEMA}$")
_OF_FILE = re.compile(r"^pandera\.(?:\w+\.)*(?:from_yaml|from_json|infer_schema|infer_dataframe_schema)$")
_VALIDATED = re.compile(
    rf"{_SCHEMA}(?:\.\w+\(\))*\.(?:validate|validate_column)$|^pandera\.(?:\w+\.)*\w+\(\)\.validate$"
)
_MODEL = re.compile(r"^pandera\.(?:\w+\.)*(?:DataFrameModel|SchemaModel)$")
_DECORATOR = re.compile(r"^pandera\.(?:\w+\.)*check_(?:input|output|io|types)$")
_TYPED = re.compile(r"^pandera\.typing\.(?:\w+\.)*(?:DataFrame|GeoDataFrame|LazyFrame)$")
_CONVERTED = re.compile(r"\.to_schema\(\)$")
# What a schema of another file is called.
_CALLED_SO = re.compile(r"(?:Schema|schema|SCHEMA)(?:Model)?$")
_FRAMES = frozenset({"pandas", "polars", "pyspark", "dask", "modin", "geopandas"})


@python
def frame_schemas(module: Module) -> Iterator[Subject]:
    """Gives a use `data-check` for each place that checks a frame; without any, `data-check-file` for a schema."""
    if "pandera" not in module.roots:
        yield from _of_others(module)
        return
    models = _models(module)
    calls = ((call.node, call.scope) for call in module.calls if _applies(module, call, models))
    applied: list[tuple[ast.expr, Scope]] = [*calls, *_decorated(module)]
    for node, scope in applied:
        yield _use(module, "data-check", node, (module.within(scope),))
    written: list[ast.expr | ast.stmt] = [*models.values(), *(call.node for call in module.calls if _writes(call))]
    if written and not applied:
        yield _use(module, "data-check-file", min(written, key=lambda node: node.lineno), ())


def _of_others(module: Module) -> Iterator[Subject]:
    """A schema of another file that is put to data here: what it is of is known there."""
    if "validate" not in module.source or not module.roots & _FRAMES:
        return
    for call in module.calls:
        owner, _, method = call.name.rpartition(".")
        # A name without a dot is a parameter, or of this file, where no schema is.
        known = "." in owner and not owner.startswith("?")
        if method == "validate" and known and call.node.args and _CALLED_SO.search(owner):
            yield _use(module, "data-check", call.node, (module.within(call.scope),))


def _use(module: Module, purpose: str, node: ast.AST, links: tuple[Link, ...]) -> Subject:
    return subject(Use(purpose=purpose, tool="pandera"), module.locate(node), "pandera", links=links)


def _models(module: Module) -> dict[str, ast.ClassDef]:
    """The classes of the file that are schemas, by their full names."""
    return {
        scope.name: scope.node
        for scope in module.scopes.all
        if isinstance(scope.node, ast.ClassDef) and any(_MODEL.match(base) for base in module.names.bases(scope.name))
    }


def _applies(module: Module, call: Call, models: dict[str, ast.ClassDef]) -> bool:
    function = call.node.func
    owner, _, method = call.name.rpartition(".")
    if _VALIDATED.match(call.name) or (method == "validate" and _CONVERTED.sub("", owner) in models):
        return True
    if isinstance(function, ast.Name):
        # `schema(frame)`: what is called was made before, and `Model(frame)` checks, too.
        return (_MADE.match(call.name) is not None and not _writes(call)) or call.name in models
    if isinstance(function, ast.Subscript):
        return _TYPED.match(module.names.name(function.value, call.scope)) is not None
    if method == "pipe" and call.node.args:
        return _is_validate(module, call.node.args[0], call.scope, models)
    return False


def _is_validate(module: Module, node: ast.expr, scope: Scope, models: dict[str, ast.ClassDef]) -> bool:
    name = module.names.name(node, scope)
    return _VALIDATED.match(name) is not None or (
        name.endswith(".validate") and name.removesuffix(".validate") in models
    )


def _writes(call: Call) -> bool:
    """Whether a call makes a schema, and does not put one to data."""
    function = call.node.func
    last = (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
    return _OF_FILE.match(call.name) is not None or (_MADE.match(call.name) is not None and call.name.endswith(last))


def _decorated(module: Module) -> Iterator[tuple[ast.expr, Scope]]:
    for scope in module.scopes.all:
        for decorator in getattr(scope.node, "decorator_list", ()):
            node = decorator.func if isinstance(decorator, ast.Call) else decorator
            if scope.parent is not None and _DECORATOR.match(module.names.name(node, scope.parent)):
                yield decorator, scope
