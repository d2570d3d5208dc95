"""Code to the platform whose jobs it is written for, by names that only its jobs are given.

Source: https://github.com/aws/sagemaker-training-toolkit/blob/master/ENVIRONMENT_VARIABLES.md (and the folder /opt/ml),
https://cloud.google.com/vertex-ai/docs/training/code-requirements#environment-variables,
https://github.com/kubeflow-kale/kale (the metadata that its extension of JupyterLab keeps),
https://www.kubeflow.org/docs/components/pipelines/legacy-v1/sdk/pipelines-metrics/
"""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.registry import python, texts
from mlops_lint.model import Location, Subject
from mlops_lint.parse.words import vocabulary
from mlops_lint.subjects import Use, subject

# A text without any of these names no job; looking for them is cheaper than for the names.
_MARKS = vocabulary("SM_", "/opt/ml/", "AIP_", "mlpipeline-")
_GIVEN = (
    (
        "sagemaker",
        re.compile(
            r"^SM_(?:MODEL_DIR|CHANNELS?(?:_\w+)?|OUTPUT_\w+|HOSTS|CURRENT_HOST|NUM_[CG]PUS|HPS?(?:_\w+)?|TRAINING_ENV)$"
            r"|^/opt/ml/(?:model|input|output|checkpoints|processing)\b"
        ),
    ),
    ("kubeflow", re.compile(r"(?:^|/)mlpipeline-(?:metrics|ui-metadata)\b")),
    ("vertex", re.compile(r"^AIP_(?:MODEL_DIR|CHECKPOINT_DIR|TENSORBOARD_LOG_DIR|\w+_DATA_URI)$")),
)
# Kale makes a pipeline of Kubeflow from a notebook, and notes how in the notebook.
_KALE = re.compile(r'^ *"kubeflow_notebook" *: *\{', re.MULTILINE)


@python
def jobs(module: Module) -> Iterator[Subject]:
    """Gives one use for each platform: it keeps the parameters, the log and the output of every job."""
    if not module.says(_MARKS):
        return
    texts = [node for node in module.nodes.of(ast.Constant) if isinstance(node.value, str)]
    for tool, given in _GIVEN:
        found = [node for node in texts if given.search(str(node.value))]
        if found:
            first = min(found, key=lambda node: (node.lineno, node.col_offset))
            record = Use(purpose="run-record", tool=tool)
            yield subject(record, module.locate(first), tool, links=(module.within(module.scopes.module),))


@texts("*.ipynb", words=("kubeflow_notebook",))
def kale(path: str, text: str) -> Iterator[Subject]:
    """Gives one use for a notebook that is run as a pipeline of Kubeflow."""
    if found := _KALE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        yield subject(Use(purpose="run-record", tool="kubeflow"), Location(path, line, 1, line, 2), "kubeflow")
