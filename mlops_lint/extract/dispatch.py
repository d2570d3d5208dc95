"""The bytes of one file to subjects: its language's parser, then every extractor that reads such files."""

import json
from collections.abc import Callable, Iterator

from mlops_lint.errors import ParseError
from mlops_lint.extract import registry
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.suppressions import suppressions
from mlops_lint.model import Facts, Problem, Subject, Suppression
from mlops_lint.parse import text as plain_text
from mlops_lint.parse.tree import Node
from mlops_lint.parse.words import said

Read = tuple[tuple[Subject, ...], tuple[Suppression, ...], list[Problem], tuple[Facts, ...]]


def read(path: str, data: bytes, language: str, context: str) -> Read:
    """Gives the subjects, suppressions and problems of a file, and the facts of files that it writes."""
    subjects: list[Subject] = []
    problems: list[Problem] = []
    made: list[Facts] = []
    try:
        if language == "notebook":
            subjects.extend(_notebook(path, data, context, problems, made))
        else:
            subjects.extend(_structured(path, data, language, context))
    except ParseError as error:
        # What is no valid Python or YAML is still a text, in which credentials may stand.
        problems.append(Problem(path, error.line, error.code, error.message))
    written = _text(path, data, language, problems)
    if written is None:
        return tuple(subjects), (), problems, tuple(made)
    words_in = said(written)
    for paths, words, extractor in registry.TEXTS:
        if (not words or not words_in.isdisjoint(words)) and paths.fit(path):
            subjects.extend(extractor(path, written))
    return tuple(subjects), suppressions(path, language, data), problems, tuple(made)


def _text(path: str, data: bytes, language: str, problems: list[Problem]) -> str | None:
    """Gives the bare text; None, and a problem where there is none yet, of what is not UTF-8."""
    if language == "python" and not problems:
        # Its parser has obeyed the encoding that the file names.
        return data.decode("utf-8", "replace")
    try:
        return plain_text.decode(data)
    except ParseError as error:
        # pip reads UTF-16 too, and so does our parser of its files.
        if not problems and language != "requirements":
            problems.append(Problem(path, error.line, error.code, error.message))
        return None


def _structured(path: str, data: bytes, language: str, context: str) -> Iterator[Subject]:
    if language == "python":
        module = _python(path, data, context)
        yield from _of_python(module)
        module.close()
    elif language == "dockerfile":
        from mlops_lint.parse import dockerfile

        parsed = dockerfile.parse(data)
        for of_dockerfile in registry.DOCKERFILES:
            yield from of_dockerfile(path, parsed)
    elif language == "requirements":
        from mlops_lint.parse import requirements

        listed = requirements.parse(data)
        for of_requirements in registry.REQUIREMENTS:
            yield from of_requirements(path, listed)
    elif language != "text":
        wanted = [one for paths, word, one in registry.TREES if word in data and paths.fit(path)]
        if wanted or _is_invalid(language, data):
            trees = _trees(path, data, language)
            for of_tree in wanted:
                yield from of_tree(path, trees)


def _trees(path: str, data: bytes, language: str) -> tuple[Node, ...]:
    """The trees of a file; what is a template of a chart, and no YAML yet, is read in outline."""
    from mlops_lint.parse import helm

    try:
        return _parser(language)(data)
    except ParseError as error:
        if language != "yaml" or not helm.is_template(path, data):
            raise
        try:
            return _parser(language)(helm.outline(data))
        except ParseError:
            raise error from None


def _is_invalid(language: str, data: bytes) -> bool:
    """Whether a file that no extractor wants should be parsed all the same, so that a broken one is not passed over.

    JSON is mostly data, which the parser of Python reads ten times as fast as ours; INI has no grammar to break.
    """
    if language != "json":
        return language in ("yaml", "toml")
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return True
    return False


def _parser(language: str) -> Callable[[bytes], tuple[Node, ...]]:
    from importlib import import_module

    parser: Callable[[bytes], tuple[Node, ...]] = import_module(f"mlops_lint.parse.{language}").parse
    return parser


def _python(path: str, data: bytes, context: str) -> Module:
    from mlops_lint.parse import python

    parsed = python.parse(data, path)
    return Module(path, context, parsed.tree, parsed.positions.source, parsed.locate)


def _notebook(path: str, data: bytes, context: str, problems: list[Problem], made: list[Facts]) -> Iterator[Subject]:
    from mlops_lint.parse import notebook

    parsed = notebook.parse(data, path)
    problems.extend(parsed.problems)
    tree = parsed.python
    module = Module(path, context, tree.tree, tree.positions.source, tree.locate) if tree is not None else None
    if module is not None:
        yield from _of_python(module)
    for extractor in registry.NOTEBOOKS:
        yield from extractor(parsed, module)
    if module is not None:
        module.close()
    for of_written in registry.WRITTEN:
        found, broken = of_written(parsed, context, _of_python)
        made.extend(found)
        problems.extend(broken)


def _of_python(module: Module) -> Iterator[Subject]:
    for extractor in registry.PYTHON:
        yield from extractor(module)
