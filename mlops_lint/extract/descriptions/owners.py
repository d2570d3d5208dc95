"""Calls that say to a registry whose a model is, to uses.

Source: https://mlflow.org/docs/latest/api_reference/python_api/mlflow.client.html (tags of models and versions),
https://sagemaker.readthedocs.io/en/v2/ (`customer_metadata_properties`, `tags`), `labels` of Vertex AI models
"""

import ast
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Use, subject

_SAYS = frozenset({"owner", "team", "maintainer", "model_owner", "owner_email", "contact", "Owner", "Team"})
_CALLS = frozenset(
    "set_registered_model_tag set_model_version_tag register_model log_model register upload create_model_version "
    "create_registered_model register_registered_model create_model_package set_tag set_tags save_model".split()
)


@python
def owners(module: Module) -> Iterator[Subject]:
    """Gives a use `model-owner` for the first call that registers, or tags, a model with an owner."""
    if not _SAYS.intersection(module.scopes.texts) and not _SAYS.intersection(module.scopes.keys):
        return
    for call in module.calls:
        name = call.node.func.attr if isinstance(call.node.func, ast.Attribute) else call.name
        if name in _CALLS and any(_names_owner(one) for one in _arguments(call.node)):
            record = Use(purpose="model-owner", tool=call.name.partition(".")[0])
            yield subject(record, module.locate(call.node), name, links=(module.within(call.scope),))
            return


def _arguments(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(one.value for one in node.keywords)]


def _names_owner(node: ast.expr) -> bool:
    if isinstance(node, ast.Dict):
        return any(isinstance(key, ast.Constant) and key.value in _SAYS for key in node.keys)
    return isinstance(node, ast.Constant) and node.value in _SAYS
