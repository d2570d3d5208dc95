"""Workflows that are made to be large are read in part, and no nest of templates has no end."""

import pytest

from mlops_lint.extract import extract

ARGO = """
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: w}
spec:
  entrypoint: t0
  templates:
"""
NESTED_ARGO = ARGO + "".join(
    f"    - {{name: t{i}, steps: [[{{name: a, template: t{i + 1}}}, {{name: b, template: t{i + 1}}}]]}}\n"
    for i in range(29)
)
RECURSIVE_ARGO = ARGO + "    - {name: t0, steps: [[{name: a, template: t0}, {name: b, template: t0}]]}\n"
NESTED_HERA = (
    "from hera.workflows import DAG, Workflow, script\n@script()\ndef s(): ...\n"
    "with Workflow(name='w', entrypoint='d28'):\n    with DAG(name='d0') as d0:\n        s(name='a')\n"
) + "".join(
    f"    with DAG(name='d{i}') as d{i}:\n        d{i - 1}(name='a')\n        d{i - 1}(name='b')\n"
    for i in range(1, 29)
)
NESTED_KUBEFLOW = (
    "from kfp import dsl\n@dsl.component\ndef c(x): ...\n@dsl.pipeline\ndef p0():\n    c(x=1)\n"
    + "".join(f"@dsl.pipeline\ndef p{i}():\n    p{i - 1}()\n    p{i - 1}()\n" for i in range(1, 30))
)
CHAIN = (
    "components: {c: {executorLabel: e}}\ndeploymentSpec: {executors: {e: {container: {image: 'a:1.2'}}}}\n"
    "pipelineInfo: {name: long}\nroot:\n  dag:\n    tasks:\n"
) + "".join(f"      t{i}: {{componentRef: {{name: c}}, dependentTasks: [t{i - 1}]}}\n" for i in range(1500, 0, -1))


@pytest.mark.parametrize(
    ("path", "text", "most"),
    [
        ("argo.yaml", NESTED_ARGO, 3_000),
        ("recursive.yaml", RECURSIVE_ARGO, 2),
        ("hera.py", NESTED_HERA, 3_000),
        ("kubeflow.py", NESTED_KUBEFLOW, 5_000),
        ("chain.yaml", CHAIN, 1_500),
    ],
)
def test_a_workflow_that_grows_without_bound_is_read_in_part(path: str, text: str, most: int) -> None:
    facts = extract(path, text.encode())
    assert facts.problems == ()
    assert 0 < sum(one.kind == "task" for one in facts.subjects) <= most
