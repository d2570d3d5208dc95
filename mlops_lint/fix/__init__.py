"""The source of a Python file and what is to be mended in it to the mended source, all else as it was.

Source: https://libcst.readthedocs.io/en/latest/metadata.html (positions)
"""

import ast
from collections.abc import Sequence

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from mlops_lint.fix.edits import EDITS
from mlops_lint.model import Fix, Location


def mended(source: bytes, fixes: Sequence[Fix]) -> tuple[bytes, int]:
    """Gives the source after the fixes, and how many of them could be made; what cannot be parsed stays as it is."""
    try:
        wrapper = MetadataWrapper(cst.parse_module(source))
        editor = _Editor(wrapper, fixes)
        module = wrapper.visit(editor)
        for name in sorted(editor.imports):
            module = _with_import(module, name)
        ast.parse(module.bytes)
    except (cst.ParserSyntaxError, SyntaxError, ValueError, RecursionError):
        return source, 0
    return (module.bytes, editor.made) if editor.made else (source, 0)


class _Editor(cst.CSTTransformer):
    """Makes each fix at the node that stands exactly where it says, the inner ones first."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, wrapper: MetadataWrapper, fixes: Sequence[Fix]) -> None:
        super().__init__()
        self._positions = wrapper.resolve(PositionProvider)
        self._wanted = {_place(fix.location): fix for fix in fixes}
        self.made = 0
        self.imports: set[str] = set()

    def on_leave(  # type: ignore[override]  # of libcst's overloads the one that holds for all nodes
        self, original_node: cst.CSTNode, updated_node: cst.CSTNode
    ) -> cst.CSTNode:
        """Replaces a node that a fix is about."""
        position = self._positions.get(original_node)
        fix = self._wanted.get(_range(position)) if isinstance(position, CodeRange) else None
        if fix is not None:
            edit = EDITS[fix.kind]
            made = edit.change(updated_node, fix.argument) if isinstance(updated_node, edit.nodes) else None
            if made is not None:
                self.made += 1
                self.imports |= edit.imports(made)
                del self._wanted[_place(fix.location)]
                return made
        return updated_node


def _place(location: Location) -> tuple[int, int, int, int]:
    return location.line, location.column - 1, location.end_line, location.end_column - 1


def _range(position: CodeRange) -> tuple[int, int, int, int]:
    return position.start.line, position.start.column, position.end.line, position.end.column


def _with_import(module: cst.Module, name: str) -> cst.Module:
    from libcst.codemod import CodemodContext
    from libcst.codemod.visitors import AddImportsVisitor

    context = CodemodContext()
    AddImportsVisitor.add_needed_import(context, name)
    return AddImportsVisitor(context).transform_module(module)
