"""The functions of Lambda that a template declares, to the files of their code.

Source: https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
"""

import posixpath
import re

from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, mappings, text

_KINDS = ("AWS::Serverless::Function", "AWS::Lambda::Function")
_PLACES = (("Resource",), ("Parameters", "FunctionName"), ("Arguments", "FunctionName"))
_NAMES = re.compile(r"\$\{(\w+)(?:\.\w+)?\}|^(\w+)(?:\.Arn)?$")


def functions(documents: tuple[Node, ...]) -> dict[str, str]:
    """Gives the file of each function by the name of its resource, from the folder of the template."""
    root = documents[0] if documents else None
    found: dict[str, str] = {}
    shared = root.get("Globals", "Function") if isinstance(root, Mapping) else None
    for key, resource in mappings(root.get("Resources") if isinstance(root, Mapping) else None):
        given = resource.get("Properties")
        if text(resource.get("Type")) not in _KINDS or not isinstance(given, Mapping):
            continue
        folder = text(given.get("CodeUri")) or text(_of(shared, "CodeUri"))
        handler, runtime = text(given.get("Handler")), text(given.get("Runtime")) or text(_of(shared, "Runtime"))
        if folder is None or handler is None or "://" in folder or not (runtime or "").startswith("python"):
            continue
        module = handler.rpartition(".")[0].replace(".", "/")
        found[key.text] = posixpath.normpath(posixpath.join(folder, f"{module}.py"))
    return found


def _of(node: Node | None, key: str) -> Node | None:
    return node.get(key) if isinstance(node, Mapping) else None


def called(state: Mapping, given: Node | None, known: dict[str, str]) -> str | None:
    """Gives the file of the function that a state calls; `given` is what its names stand for."""
    for node in (
        state.get("Resource"),
        state.get("Parameters", "FunctionName"),
        state.get("Arguments", "FunctionName"),
    ):
        for name in _names(node):
            stated = _of(given, name)
            for one in (*_names(stated), name):
                if one in known:
                    return known[one]
    return None


def _names(node: Node | None) -> list[str]:
    """The resources that a value names: `${Train.Arn}`, `!GetAtt Train.Arn`, `{"Fn::GetAtt": ["Train", "Arn"]}`."""
    if isinstance(node, Mapping):
        node = node.entries[0][1] if len(node.entries) == 1 else None
    if isinstance(node, Sequence):
        node = node.items[0] if node.items else None
    written = node.text if isinstance(node, Scalar) else ""
    return [first or second for first, second in _NAMES.findall(written)]
