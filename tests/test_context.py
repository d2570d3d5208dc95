"""What sort of file a path is: whose code, and why it was written."""

import pytest

from mlops_lint.extract.context import context, installed, unpacked


@pytest.mark.parametrize(
    ("path", "sort"),
    [
        ("src/train.py", "source"),
        ("notebooks/explore.ipynb", "notebook"),
        ("tests/helpers/rows.py", "test"),
        ("frontend/mock-backend/data/pipeline.yaml", "test"),
        ("src/test_train.py", "test"),
        ("pipeline/hooli_tests/rows.py", "test"),
        ("ab_test/assign.py", "source"),
        ("model/unit_tests.py", "test"),
        ("steps/run_tests.py", "source"),
        ("load-test.py", "source"),
        ("python-api-examples/guide/a.ipynb", "example"),
        ("demo_churn.py", "example"),
        ("src/demography.py", "source"),
        ("under_sample/balance.py", "source"),
        ("guides/README.ipynb", "docs"),
        ("docs/conf.py", "docs"),
        ("third_party/tool/tests/test_a.py", "vendored"),
        ("api/rows_pb2.py", "generated"),
    ],
)
def test_a_path_says_what_sort_of_file_it_is(path: str, sort: str) -> None:
    assert context(path, b"") == sort


def test_packages_that_were_installed_beside_the_code_of_a_function_are_not_its_own() -> None:
    folders = unpacked(["fn/handler.py", "fn/idna/core.py", "fn/idna-3.2.dist-info/RECORD", "fn/lib/a.py"])
    assert folders == {"fn"}
    assert installed("fn/idna/core.py", folders)
    assert not installed("fn/handler.py", folders)
    assert not installed("other/idna/core.py", folders)


def test_a_distribution_that_is_the_repository_is_its_own() -> None:
    assert unpacked(["django/apps.py", "django-5.2.dist-info/METADATA"]) == frozenset()
