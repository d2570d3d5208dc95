"""The `uri` of a call to the symbol of the data behind it."""

import posixpath
import re
from collections.abc import Mapping

from mlops_lint.model import Value

HERE = "@/"
"""Starts a path that is known from the root of the repository, because it was made from `__file__`."""

# The role of the link from a call to the data under its `uri`.
ROLES = {"read": "reads", "write": "writes", "model": "writes", "model_load": "reads"}

# `table:` too.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")

# URIs of a model registry or a run of a tracker: no data under a path.
_REGISTRIES = ("models:/", "runs:/", "mlflow-artifacts:/")


def data_symbol(kind: str, fields: Mapping[str, Value]) -> str | None:
    """Gives the symbol of what a call of this kind reads or writes; None = it names no data."""
    uri = fields.get("uri")
    if not isinstance(uri, str) or not uri or (fields.get("data") is False and kind == "read"):
        return None
    if uri.startswith(_REGISTRIES):
        return None
    if fields.get("hub") is True:
        return f"dataset:hf://{uri}" if kind == "read" else f"model:hf://{uri}"
    if _SCHEME.match(uri):
        return f"dataset:{uri}"
    if uri.startswith(HERE):
        return f"dataset:{posixpath.normpath(uri.removeprefix(HERE))}"
    return f"path:{uri}"
