"""Reads of tables to their columns that are named like personal data, and whether the file hides these."""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.python.tree import children, walk

_COLUMN = (
    r"(?:user_|customer_|client_|patient_|employee_|home_|mobile_|cell_|contact_|billing_)?"
    r"(?:e_?mail(?:_?address)?|phone(?:_?(?:number|no|num))?|mobile(?:_?number)?|telephone|ssn|"
    r"social_security(?:_(?:number|no))?|passport(?:_?(?:number|no))?|date_?of_?birth|dob|birth_?date|birthday|"
    r"first_?name|last_?name|full_?name|surname|(?:street|home|postal|mailing)_?address|ip_?addr(?:ess)?|"
    r"credit_?card(?:_?(?:number|no|num))?|cc_num|card_number|iban|national_?id|drivers?_?licen[sc]e(?:_?number)?)"
)
_PERSONAL = re.compile(rf"(?i){_COLUMN}")
# What is done to a column so that nobody can be known by it.
_HIDES = re.compile(r"(?i)hash|mask|encrypt|anonym|pseudonym|redact|tokeni[sz]|sha\d|scrub|presidio|obfuscat")
_STATED = ("usecols", "names", "columns", "dtype", "sql", "query")


def personal(module: Module, reads: list[Call]) -> dict[int, dict[str, tuple[str, ...] | bool]]:
    """Gives, by the `id` of the nodes of calls that read, fields on columns of people; empty for most files."""
    if not reads or not any(_is_personal(word) for text in module.scopes.texts for word in _words(text)):
        return {}
    definitions = (ast.FunctionDef, ast.ClassDef)
    statements = [
        node for node in walk(module.tree) if isinstance(node, ast.stmt) and not isinstance(node, definitions)
    ]
    found: dict[int, dict[str, tuple[str, ...] | bool]] = {}
    for read in reads:
        frames = _frames(read, statements)
        columns = {*_of_call(read.node), *(name for node in statements for name in _of_statement(node, frames))}
        if columns:
            found[id(read.node)] = {"personal": tuple(sorted(columns))}
            hidden = all(any(_hides(node, column) for node in statements) for column in columns)
            # What is taken of a frame column by column leaves the others behind.
            if hidden or not any(_chooses(node, frames) for node in statements):
                found[id(read.node)]["hidden"] = hidden
    return found


def _frames(read: Call, statements: list[ast.stmt]) -> set[str]:
    """The names that hold what a call reads, or something made of it."""
    frames = set(read.targets)
    for node in statements:
        if isinstance(node, ast.Assign) and frames & _names(node.value):
            frames |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frames


def _names(node: ast.AST) -> set[str]:
    return {ast.unparse(one) for one in walk(node) if isinstance(one, (ast.Name, ast.Attribute))}


def _of_call(call: ast.Call) -> Iterator[str]:
    """Columns of people that a call itself states, in a list or in the text of a query."""
    stated = [keyword.value for keyword in call.keywords if keyword.arg in _STATED]
    for node in (node for part in (*stated, *call.args[:1]) for node in walk(part)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from filter(_is_personal, _words(node.value))


def _of_statement(statement: ast.stmt, frames: set[str]) -> Iterator[str]:
    """Columns of people that a statement takes from one of the frames by a subscript."""
    for node in _own(statement):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and ast.unparse(node.value) in frames:
            yield from (one for one in _texts(node.slice) if _is_personal(one))


def _chooses(statement: ast.stmt, frames: set[str]) -> bool:
    """Whether a statement takes some columns of a frame, or those that a name lists."""
    return any(
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, (ast.List, ast.Name))
        and ast.unparse(node.value) in frames
        and not any(_is_personal(text) for text in _texts(node.slice))
        for node in _own(statement)
    )


def _own(statement: ast.stmt) -> Iterator[ast.AST]:
    """The expressions of a statement, without the statements inside it."""
    for expression in _expressions(statement):
        yield from walk(expression)


def _expressions(statement: ast.stmt) -> list[ast.AST]:
    return [one for one in children(statement) if isinstance(one, (ast.expr, ast.keyword))]


def _texts(node: ast.AST) -> Iterator[str]:
    for one in walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def _words(text: str) -> list[str]:
    """The words of a query, or the text itself."""
    return re.split(r"[\s,]+", text) if re.match(r"(?i)\s*select\b", text) else [text]


def _is_personal(column: str) -> bool:
    return _PERSONAL.fullmatch(re.sub(r"[ -]", "_", column.strip().strip("\"'`"))) is not None


def _hides(statement: ast.stmt, column: str) -> bool:
    """Whether a statement drops a column, or makes of it what names nobody."""
    nodes = list(_own(statement))
    if not any(isinstance(node, ast.Constant) and node.value == column for node in nodes):
        return False
    calls = [node.func.attr for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    return (
        isinstance(statement, ast.Delete)
        or bool({"drop", "pop"} & set(calls))
        or _HIDES.search(ast.unparse(statement)) is not None
    )
