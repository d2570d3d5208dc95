"""A view of the graph to text that Graphviz or Mermaid draws."""

from mlops_lint.graph.view import Shown, View
from mlops_lint.masked import masked
from mlops_lint.output._text import count, visible

_SHAPES = {
    "task": "box", "pipeline": "folder", "dataset": "cylinder", "model": "box3d", "service": "component",
    "endpoint": "component", "consumer": "house", "notebook": "note", "entry_point": "cds",
}  # fmt: skip
# Mermaid's words for a form, as they stand before and after the text.
_FORMS = {
    "task": ("[", "]"), "pipeline": ("[[", "]]"), "dataset": ("[(", ")]"), "model": ("{{", "}}"),
    "service": ("([", "])"), "endpoint": ("([", "])"), "consumer": ("[/", "/]"), "entry_point": (">", "]"),
}  # fmt: skip
_LONGEST = 60
_PLAIN = " ./_-:,()"


def dot(view: View) -> str:
    """Gives a directed graph in the language of Graphviz."""
    ids = {node.id: f"n{number}" for number, node in enumerate(view.nodes)}
    lines = ['digraph "mlops-lint" {', "  rankdir=LR;", '  node [fontname="sans-serif", fontsize=11];']
    for node in view.nodes:
        shape = _SHAPES.get(node.kind, "ellipse")
        lines.append(
            f'  {ids[node.id]} [shape={shape}, label="{_quoted(_label(node))}", tooltip="{_quoted(masked(node.id))}"];'
        )
    lines += [f'  {ids[source]} -> {ids[target]} [label="{role}"];' for source, role, target in view.edges]
    return "\n".join([*lines, "}"]) + "\n"


def mermaid(view: View) -> str:
    """Gives a flowchart in the language of Mermaid, as GitHub draws it."""
    ids = {node.id: f"n{number}" for number, node in enumerate(view.nodes)}
    lines = ["flowchart LR"]
    for node in view.nodes:
        before, after = _FORMS.get(node.kind, ("(", ")"))
        lines.append(f'  {ids[node.id]}{before}"{_entities(_label(node))}"{after}')
    lines += [f"  {ids[source]} -->|{role}| {ids[target]}" for source, role, target in view.edges]
    return "\n".join(lines) + "\n"


def _label(node: Shown) -> str:
    name = visible(masked(node.name))
    # The end of a path says more than its start.
    name = name if len(name) <= _LONGEST else f"…{name[-_LONGEST:]}"
    return f"{node.kind}: {name}" + (f" ({count(node.members, 'subject')})" if node.members > 1 else "")


def _quoted(text: str) -> str:
    return visible(text).replace("\\", "\\\\").replace('"', '\\"')


def _entities(text: str) -> str:
    """All that Mermaid or a browser could take for more than text, by its number."""
    return "".join(
        each if each.isalnum() or each in " ./_-:,()" or ord(each) > 127 else f"#{ord(each)};" for each in text
    )
