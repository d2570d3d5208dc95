"""The sorts of fixes: each turns the node that a finding is about into one that satisfies its rule."""

from collections.abc import Callable

import libcst as cst
import msgspec

Change = Callable[[cst.CSTNode, str], cst.CSTNode | None]

# A list of files that comes as texts or paths; entries of `os.scandir` have no order.
_SORTABLE = frozenset({"listdir", "glob", "iglob", "rglob", "iterdir", "set"})


class Edit(msgspec.Struct, frozen=True):
    """One sort of fix: which nodes it changes, how, and the modules that the new code needs to be imported."""

    nodes: tuple[type[cst.CSTNode], ...]
    change: Change
    needs: tuple[str, ...] = ()

    def imports(self, made: cst.CSTNode) -> set[str]:
        """Gives those of the modules that the new code names."""
        code = cst.Module(body=()).code_for_node(made)
        return {name for name in self.needs if f"{name}." in code}


def set_argument(node: cst.CSTNode, argument: str) -> cst.CSTNode | None:
    """Gives the call with `name=value`, which replaces what stands there; None where it may be hidden in `**x`."""
    assert isinstance(node, cst.Call)
    name, _, value = argument.partition("=")
    if not name.isidentifier() or not value or any(one.star == "**" for one in node.args):
        return None
    given = cst.Arg(
        keyword=cst.Name(name),
        value=cst.parse_expression(value),
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
    )
    for one in node.args:
        if one.keyword is not None and one.keyword.value == name:
            return node.with_deep_changes(one, value=given.value)
    return node.with_changes(args=_added(node, given))


def _added(node: cst.Call, given: cst.Arg) -> tuple[cst.Arg, ...]:
    """The arguments with one more, on a line of its own where the others are; comments stay with what they follow."""
    if not node.args:
        return (given,)
    *others, last = node.args
    comma = last.comma if isinstance(last.comma, cst.Comma) else None
    closing = comma.whitespace_after if comma is not None else last.whitespace_after_arg
    between, end = _spaces(node, closing)
    if comma is not None:
        given = given.with_changes(comma=comma.with_changes(whitespace_after=end))
    else:
        given = given.with_changes(whitespace_after_arg=end)
    before = last.with_changes(comma=cst.Comma(whitespace_after=between), whitespace_after_arg=_NOTHING)
    return (*others, before, given)


_NOTHING = cst.SimpleWhitespace("")
_Space = cst.BaseParenthesizableWhitespace


def _spaces(node: cst.Call, closing: _Space) -> tuple[_Space, _Space]:
    """What stands between the last argument and a new one, and behind that, by how the call is laid out."""
    commas = [one.comma.whitespace_after for one in node.args[:-1] if isinstance(one.comma, cst.Comma)]
    lines = [one for one in (*commas, node.whitespace_before_args) if isinstance(one, cst.ParenthesizedWhitespace)]
    if isinstance(closing, cst.ParenthesizedWhitespace):
        indented = closing.with_changes(indent=lines[0].indent, last_line=lines[0].last_line) if lines else closing
        return indented, closing.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=())
    if commas and len(lines) >= len(commas):
        return lines[0].with_changes(first_line=cst.TrailingWhitespace(), empty_lines=()), closing
    return cst.SimpleWhitespace(" "), closing


def sort(node: cst.CSTNode, _: str) -> cst.CSTNode | None:
    """Gives what lists files, or the set that is numbered, in `sorted(...)`."""
    assert isinstance(node, cst.Call)
    name = _last(node.func)
    if name == "enumerate" and node.args and isinstance(node.args[0].value, cst.Call):
        inner = sort(node.args[0].value, "")
        return node.with_deep_changes(node.args[0], value=inner) if inner is not None else None
    return cst.Call(func=cst.Name("sorted"), args=[cst.Arg(node)]) if name in _SORTABLE else None


def approximate(node: cst.CSTNode, _: str) -> cst.CSTNode | None:
    """Gives the comparison with `pytest.approx` at its right side, or `assertAlmostEqual`."""
    if isinstance(node, cst.Call):
        function = node.func
        if isinstance(function, cst.Attribute) and function.attr.value in ("assertEqual", "assertEquals"):
            return node.with_changes(func=function.with_changes(attr=cst.Name("assertAlmostEqual")))
        return None
    assert isinstance(node, cst.Comparison)
    if len(node.comparisons) != 1 or not isinstance(node.comparisons[0].operator, cst.Equal):
        return None
    target = node.comparisons[0]
    near = cst.Call(
        func=cst.Attribute(cst.Name("pytest"), cst.Name("approx")),
        args=[cst.Arg(target.comparator.with_changes(lpar=(), rpar=()))],
    )
    return node.with_changes(comparisons=[target.with_changes(comparator=near)])


def _last(function: cst.BaseExpression) -> str:
    if isinstance(function, cst.Attribute):
        return function.attr.value
    return function.value if isinstance(function, cst.Name) else ""


EDITS: dict[str, Edit] = {
    "set_argument": Edit((cst.Call,), set_argument),
    "sort": Edit((cst.Call,), sort),
    "approximate": Edit((cst.Comparison, cst.Call), approximate, ("pytest",)),
}
