"""Files that declare a search of hyperparameters: a sweep of Weights & Biases, a sweeper of Hydra.

Source: https://docs.wandb.ai/models/sweeps/sweep-config-keys, https://hydra.cc/docs/plugins/optuna_sweeper/
"""

from collections.abc import Iterator

from mlops_lint.extract.registry import trees
from mlops_lint.model import Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, text
from mlops_lint.subjects import Use, subject

_METHODS = frozenset({"grid", "random", "bayes"})
# Under these a sweeper lists the values that it tries.
_SPACES = ("params", "search_space")


@trees("*.yaml", "*.yml", word=b"method")
def wandb(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the search that a sweep declares."""
    root = documents[0] if documents else None
    if not isinstance(root, Mapping) or not isinstance(root.get("parameters"), Mapping):
        return
    method = root.key("method")
    if method is not None and text(root.get("method")) in _METHODS:
        yield _search(path, method, "wandb")


@trees("*.yaml", "*.yml", word=b"sweeper")
def hydra(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the search that a configuration of Hydra declares."""
    root = documents[0] if documents else None
    settings = root.get("hydra") if isinstance(root, Mapping) else None
    sweeper = settings.get("sweeper") if isinstance(settings, Mapping) else None
    if not isinstance(settings, Mapping) or not isinstance(sweeper, Mapping):
        return
    key = settings.key("sweeper")
    spaces = [space for name in _SPACES if isinstance(space := sweeper.get(name), Mapping)]
    if key is not None and spaces:
        yield _search(path, key, "hydra")


def _search(path: str, key: Scalar, tool: str) -> Subject:
    return subject(Use(purpose="search", tool=tool), locate(path, key), "sweep")
