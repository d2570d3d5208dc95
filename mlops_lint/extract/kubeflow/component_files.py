"""Component files of Kubeflow: what their container is, and which code it starts.

Source: https://www.kubeflow.org/docs/components/pipelines/reference/component-spec/
"""

from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.commands import code_links
from mlops_lint.extract.registry import trees
from mlops_lint.model import Subject
from mlops_lint.parse.image import reference
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Sequence, text
from mlops_lint.subjects import Constant, File, subject

_KEY = "implementation.container.image"
# What is filled in when the component is used.
_HOLE = "{{}}"


@trees("*.yaml", "*.yml", word=b"implementation")
def component_file(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the image, for tasks that are made of the component, and the file with links to the code it starts."""
    root = documents[0] if len(documents) == 1 else None
    container = root.get("implementation", "container") if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or not isinstance(container, Mapping):
        return
    image = text(container.get("image"))
    key = container.key("image")
    if image is not None and key is not None:
        pinned = reference(image).pinned
        for name, value in ((_KEY, image), (f"{_KEY}_pinned", pinned)):
            if value is not UNSET:
                yield subject(Constant(value=value), locate(path, key), name, symbol=f"config:{path}#{name}")
    words = [*_words(container.get("command")), *_words(container.get("args"))]
    command = words[2] if len(words) > 2 and words[1] in ("-c", "-ec") else " ".join(words)
    links = code_links(command, None)
    location = locate(path, root.entries[0][0])
    yield subject(File(), location, path, symbol=f"file:{path}", links=links)


def _words(node: Node | None) -> Iterator[str]:
    for item in node.items if isinstance(node, Sequence) else (node,) if node is not None else ():
        yield text(item) or _HOLE
