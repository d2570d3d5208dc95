"""Calls of trackers to what they say of the data that a run learns from."""

import ast

import pytest

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.run_records import run_records
from mlops_lint.model import Location

CASES = [
    ("a learning rate says nothing of data", "mlflow.log_param('lr', 0.1)", set()),
    ("a metric says nothing of data", "mlflow.log_metric('data_version', 1)", set()),
    ("parameters of an estimator say nothing of data", "mlflow.log_params(model.get_params())", set()),
    ("the name of a run says nothing of data", "mlflow.start_run(run_name='first')", set()),
    ("a version is one", "mlflow.log_param('data_version', version)", {"run-data"}),
    ("a commit of DVC is one", "mlflow.set_tag('dvc', commit)", {"run-data"}),
    ("a mapping that stands there is read", "mlflow.log_params({'lr': 1, 'data_hash': digest})", {"run-data"}),
    ("a name bound to one, too", "p = {'lr': 1, 'sha': digest}\nmlflow.log_params(p)", {"run-data"}),
    ("a path may have a version in it", "mlflow.log_param('data_path', path)", {"run-data-perhaps"}),
    ("a mapping of elsewhere may hold anything", "mlflow.log_params(settings())", {"run-data-perhaps"}),
    ("so may one that is spread", "mlflow.log_params({**other})", {"run-data-perhaps"}),
    ("so may a key that is computed", "mlflow.log_param(key, 1)", {"run-data-perhaps"}),
]


@pytest.mark.parametrize(
    ("source", "expected"), [pytest.param(source, expected, id=said) for said, source, expected in CASES]
)
def test_a_record_names_the_version_of_its_data_or_may(source: str, expected: set[str]) -> None:
    source = f"import mlflow\n{source}"
    tree = ast.parse(source)

    def locate(node: ast.AST) -> Location:
        return Location("src/train.py", getattr(node, "lineno", 1), 1)

    found = run_records(Module("src/train.py", "source", tree, source, locate))
    assert {one.fields["purpose"] for one in found} == expected
