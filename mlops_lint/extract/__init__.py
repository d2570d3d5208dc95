"""A file to its facts: parse it once, and hand the tree to every extractor that reads such files."""

import gc
import os
import re
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import msgspec

from mlops_lint.extract.context import context
from mlops_lint.model import Facts, Problem, Subject, Suppression
from mlops_lint.parse.languages import language

# `\ud800` in code or data makes half of a character, for which UTF-8 has no bytes.
_HALF = re.compile(rb"\\[uU](?:0000)?[dD][89a-fA-F]")


def extract(path: str, data: bytes) -> Facts:
    """Gives all that one file says: a pure function of its path, from the root of the repository, and its bytes.

    What cannot be read becomes a problem in the facts.
    """
    from mlops_lint.extract import dispatch

    load()
    sort = context(path, data)
    subjects: tuple[Subject, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    problems: list[Problem] = []
    written: tuple[Facts, ...] = ()
    try:
        subjects, suppressions, found, written = dispatch.read(path, data, language(path) or "text", sort)
        problems.extend(found)
    except (RecursionError, MemoryError):
        problems.append(Problem(path, 1, "MLL004", "too deeply nested to analyse"))
    except Exception as error:
        # One strange file must not cost the report on all others; MLOPS_LINT_DEBUG lets the error fly.
        if os.environ.get("MLOPS_LINT_DEBUG"):
            raise
        what = f"the analysis of this file failed ({type(error).__name__}); please report it as a bug of mlops-lint"
        problems.append(Problem(path, 1, "MLL009", what))
    facts = Facts(path, sort, subjects, suppressions, tuple(problems), written)
    return _encodable(facts) if _HALF.search(data) else facts


@cache
def load() -> None:
    """Imports every module of this package, so that all have registered; not done where all facts are cached."""
    for found in walk_packages(__path__, f"{__name__}."):
        import_module(found.name)


def _encodable(facts: Facts) -> Facts:
    """The same with `?` for halves of characters, which neither the cache nor an output can hold."""
    try:
        msgspec.msgpack.encode(facts)
    except UnicodeEncodeError:
        return msgspec.convert(_cleaned(msgspec.to_builtins(facts)), Facts)
    return facts


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, (list, tuple)):
        return [_cleaned(item) for item in value]
    return {_cleaned(key): _cleaned(item) for key, item in value.items()} if isinstance(value, dict) else value


def prepare(libraries: tuple[Path, ...]) -> None:
    """Prepares a process that only extracts: the tables it needs, and no search for garbage before it ends."""
    from mlops_lint.extract.libraries import teach

    gc.disable()
    teach(libraries)
