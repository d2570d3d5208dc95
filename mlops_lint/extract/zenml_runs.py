"""A run configuration of ZenML to the steps whose settings it changes.

Source: zenml 0.98.0 (`zenml/config/pipeline_run_configuration.py`, `step_configurations.py`), https://docs.zenml.io/concepts/
steps_and_pipelines/yaml_configuration
"""

from collections.abc import Iterator

from mlops_lint.extract.registry import trees
from mlops_lint.model import Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, mappings
from mlops_lint.subjects import Task, subject

_PATTERNS = tuple(f"*config{rest}.{end}" for rest in ("*", "*/*") for end in ("yaml", "yml"))


@trees(*_PATTERNS)
def runs(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives each step that a configuration has tried again: a task of a run, which another file defines."""
    for root in documents:
        if isinstance(root, Mapping):
            for key, step in mappings(root.get("steps")):
                count = step.get("retry", "max_retries")
                if isinstance(count, Scalar) and isinstance(count.value, int):
                    record = Task(framework="zenml", retries=count.value, defined=False, called=False)
                    yield subject(record, locate(path, key), key.text)
