"""A section of a rule to the texts that it holds: paths with wildcards in braces, names of rules, numbers.

What is computed is left out, and the section is then not complete. What a path takes from elsewhere, as
`{config["out"]}`, stays in it as `<config["out"]>`, the same wherever it is used.
Source: https://snakemake.readthedocs.io/en/stable/snakefiles/rules.html
"""

import ast
import posixpath
import re
import warnings
from collections.abc import Iterator

import msgspec

# What marks a path, and leaves it what it is.
_FLAGS = frozenset(
    "temp temporary protected directory touch ancient ensure pipe service report local unpack repeat nodelist "
    "from_queue before_update update str Path".split()
)
_EXPANDS = frozenset({"expand", "collect", "Expand"})
_PATH = re.compile(r"[^\s]*[/.][^\s]*")
_LIMIT = 20_000
_MOST = 500


class Names(msgspec.Struct, frozen=True):
    """The names that a file gives one text."""

    texts: dict[str, str] = {}


class Values(msgspec.Struct):
    """What a section holds."""

    texts: list[str] = []
    rules: list[str] = []
    inputs: list[str] = []
    """The rules whose own inputs are taken: `rules.report.input`."""
    functions: list[str] = []
    plain: list[object] = []
    named: dict[str, ast.expr] = {}
    by_name: dict[str, str] = {}
    complete: bool = True


def names(code: str) -> Names:
    """Gives the texts that assignments outside of rules name; code that is not read gives none."""
    found: dict[str, str] = {}
    # Rules are taken out of the code, and a block that is left empty by that is an error of its own.
    for line in code.split("\n"):
        if "=" in line and line[:1].isalpha():
            tree = _parsed(line)
            statement = tree.body[0] if tree is not None and tree.body else None
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                value = _Reader(Names(found)).one(statement.value)
                if value is not None:
                    found[statement.targets[0].id] = value
    return Names(found)


def functions(code: str) -> dict[str, tuple[str, ...]]:
    """Gives the functions of a file with the texts in them that may be paths, which a rule may take by them."""
    found: dict[str, tuple[str, ...]] = {}
    for block in re.split(r"^(?=def |class |@)", code, flags=re.MULTILINE):
        body = re.split(r"\n(?=[^\s#)])", block, maxsplit=1)[0]
        tree = _parsed(body) if body.startswith("def ") and len(body) <= _LIMIT else None
        if tree is not None and tree.body and isinstance(tree.body[0], ast.FunctionDef):
            reader = _Reader(Names())
            parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
            whole = [node for node in ast.walk(tree) if isinstance(node, (ast.Constant, ast.JoinedStr))]
            texts = [text for node in whole if id(node) not in parts and (text := reader.one(node)) is not None]
            paths = [text for text in texts if _PATH.fullmatch(text)][:_MOST]
            if paths:
                found[tree.body[0].name] = tuple(dict.fromkeys(paths))
    return found


def values(text: str, known: Names) -> Values:
    """Gives what the arguments of a section are worth."""
    tree = _parsed(f"_({text}\n)") if len(text) <= _LIMIT else None
    call = tree.body[0].value if tree is not None and tree.body and isinstance(tree.body[0], ast.Expr) else None
    reader = _Reader(known)
    if not isinstance(call, ast.Call):
        reader.found.complete = False
        return reader.found
    for argument in call.args:
        reader.take(argument)
    for keyword in call.keywords:
        if keyword.arg is not None:
            reader.found.named[keyword.arg] = keyword.value
            if (worth := reader.one(keyword.value)) is not None:
                reader.found.by_name[keyword.arg] = worth
        reader.take(keyword.value)
    return reader.found


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            # Patterns as "\d" in texts that are not raw.
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Reader:
    def __init__(self, known: Names) -> None:
        self._known = known
        self.found = Values()

    def take(self, node: ast.expr, depth: int = 10) -> None:
        """Adds what an argument is worth."""
        found = self.found
        if depth == 0 or len(found.texts) > _MOST:
            found.complete = False
        elif isinstance(node, ast.Constant) and not isinstance(node.value, str):
            found.plain.append(node.value)
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            for item in node.elts:
                self.take(item, depth - 1)
        elif isinstance(node, ast.Starred):
            self.take(node.value, depth - 1)
        elif isinstance(node, ast.IfExp):
            self.take(node.body, depth - 1)
            self.take(node.orelse, depth - 1)
        elif isinstance(node, ast.Lambda):
            self.take(node.body, depth - 1)
        elif (rule := _rule(node)) is not None:
            (found.inputs if rule[1] == "input" else found.rules).append(rule[0])
        elif isinstance(node, ast.Call) and _name(node.func) in _FLAGS | _EXPANDS | {"multiext"}:
            self._call(node, depth)
        elif (value := self.one(node)) is not None:
            found.texts.append(value)
        else:
            found.complete = False
            called = _name(node.func if isinstance(node, ast.Call) else node)
            if called:
                found.functions.append(called)

    def _call(self, node: ast.Call, depth: int) -> None:
        name = _name(node.func)
        if name == "multiext":
            parts = [self.one(one) for one in node.args]
            known = [part for part in parts if part is not None]
            if len(known) == len(parts) > 1:
                self.found.texts.extend(f"{known[0]}{ending}" for ending in known[1:])
            else:
                self.found.complete = False
            return
        inner = _Reader(self._known)
        for argument in node.args[:1]:
            inner.take(argument, depth - 1)
        for text in inner.found.texts:
            # What is filled in at once leaves the doubled braces as wildcards.
            self.found.texts.append(text.replace("{{", "{").replace("}}", "}") if name in _EXPANDS else text)
        self.found.rules.extend(inner.found.rules)
        self.found.inputs.extend(inner.found.inputs)
        self.found.functions.extend(inner.found.functions)
        self.found.complete = self.found.complete and inner.found.complete

    def one(self, node: ast.expr) -> str | None:
        """Gives the one text that an expression is worth; None = it cannot be known."""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.Name):
            return self._known.texts.get(node.id)
        if isinstance(node, ast.JoinedStr):
            return "".join(self._part(part) for part in node.values)
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Div)):
            parts = [self.one(side) if isinstance(side, ast.Constant) else self._hole(side) for side in _sides(node)]
            if not any(isinstance(side, (ast.Constant, ast.JoinedStr)) for side in _sides(node)):
                return None
            return ("/" if isinstance(node.op, ast.Div) else "").join(part or "" for part in parts)
        if isinstance(node, ast.Call) and _name(node.func) == "join" and len(node.args) > 1:
            return posixpath.join(*(self._hole(one) for one in node.args))
        return None

    def _part(self, part: ast.expr) -> str:
        if isinstance(part, ast.Constant):
            return str(part.value)
        return self._hole(part.value) if isinstance(part, ast.FormattedValue) else ""

    def _hole(self, node: ast.expr) -> str:
        """The text of a part, or what stands there in the code; of wildcards, a wildcard."""
        value = self.one(node)
        if value is not None:
            return value
        source = ast.unparse(node)
        wild = source.startswith(("wildcards", "w.", "wc.", "wildcard"))
        return "{wildcard}" if wild else f"<{source}>".replace("{", "(").replace("}", ")")


def _sides(node: ast.BinOp) -> Iterator[ast.expr]:
    """The operands of a chain of one operator, from left to right."""
    chain: list[ast.expr] = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp) and type(left.op) is type(node.op):
        chain.append(left.right)
        left = left.left
    yield left
    yield from reversed(chain)


def _rule(node: ast.expr) -> tuple[str, str] | None:
    """The rule that is named, and which section of it: `rules.train.output`, `checkpoints.split.get(...)`."""
    section = ""
    while True:
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id in ("rules", "checkpoints"):
                return node.attr, section
            section, node = node.attr, node.value
        elif isinstance(node, ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            node = node.func
        else:
            return None


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
