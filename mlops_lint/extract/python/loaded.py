"""Loads of serialised objects to where the file comes from: a download, or whoever calls the function."""

import ast

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.model import Value

# They bring a file from elsewhere, and give its path or take it.
_DOWNLOADS = frozenset(
    "huggingface_hub.hf_hub_download huggingface_hub.cached_download urllib.request.urlretrieve urllib.request.urlopen "
    "gdown.download gdown.cached_download wget.download requests.get httpx.get transformers.utils.cached_file "
    "transformers.utils.hub.cached_file torch.hub.download_url_to_file keras.utils.get_file "
    "tensorflow.keras.utils.get_file".split()
)
_OPENS = frozenset("builtins.open io.open gzip.open bz2.open lzma.open pathlib.Path pathlib.Path.open".split())
_SAME = frozenset({"builtins.str", "os.fspath", "os.path.abspath", "os.path.expanduser", "io.BytesIO"})
# They take what was opened; a stream that somebody hands over may come from anywhere.
_OF_STREAMS = frozenset({"pickle.load", "pickle.loads", "yaml.load", "yaml.load_all", "yaml.unsafe_load"})
DEPTH = 6


def loaded_from(module: Module, call: Call) -> dict[str, Value]:
    """Gives the fields of a load that tell of its origin; none where it is neither."""
    node = _source(call.node)
    if node is None:
        return {}
    # What a function opens itself lies on this machine; pipelines hand such paths from step to step.
    opened = call.name in _OF_STREAMS
    for _ in range(DEPTH):
        if isinstance(node, ast.Call):
            name = module.names.name(node.func, call.scope)
            if name in _DOWNLOADS:
                return {"downloaded": True}
            if name == "builtins.input":
                return {"given": True}
            opened = opened or name in _OPENS
            node = _inside(node, name)
        elif isinstance(node, ast.Attribute) and node.attr == "content":
            node = node.value
        elif isinstance(node, ast.Name):
            if _is_parameter(node.id, call.scope):
                return {} if opened else {"given": True}
            node = _bound(module, node.id, call.scope)
        else:
            break
        if node is None:
            return {}
    return _fetched(module, call, node)


def _source(node: ast.Call) -> ast.expr | None:
    if node.args:
        return None if isinstance(node.args[0], ast.Starred) else node.args[0]
    return next(
        (one.value for one in node.keywords if one.arg in ("f", "file", "filename", "filepath_or_buffer")), None
    )


def _inside(node: ast.Call, name: str) -> ast.expr | None:
    """What is opened, or read, by a call."""
    if name in _OPENS | _SAME and node.args:
        return node.args[0]
    reads = isinstance(node.func, ast.Attribute) and node.func.attr in ("open", "read", "read_bytes", "resolve")
    return node.func.value if reads and isinstance(node.func, ast.Attribute) else None


def _is_parameter(name: str, scope: Scope) -> bool:
    """Whether a name is a parameter that the function leaves as it is; of a decorated one others choose it."""
    if scope.kind != "function" or bool(getattr(scope.node, "decorator_list", None)):
        return False
    return name in scope.parameters and name != scope.receiver and not any(scope.bindings.get(name, ()))


def _bound(module: Module, name: str, scope: Scope) -> ast.expr | None:
    found = module.names.bindings(name, scope)
    only = found[0][0] if found is not None and len(found[0]) == 1 else None
    return only if isinstance(only, ast.expr) else None


def _fetched(module: Module, call: Call, node: ast.expr) -> dict[str, Value]:
    """Whether the file downloads to the very path that it loads."""
    path = module.values.value(node, call.scope)
    if not isinstance(path, str) or not path:
        return {}
    for other in module.calls:
        if other.name in _DOWNLOADS:
            given = [*other.node.args[1:], *(keyword.value for keyword in other.node.keywords)]
            if any(module.values.value(one, other.scope) == path for one in given):
                return {"downloaded": True}
    return {}
