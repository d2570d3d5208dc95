"""Paths to languages."""

import pytest

from mlops_lint.parse.languages import LIMITS, language


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/b.py", "python"),
        ("a/B.PY", "python"),
        ("a.pyi", "python"),
        ("eda.ipynb", "notebook"),
        ("dvc.yaml", "yaml"),
        (".github/workflows/ci.yml", "yaml"),
        ("data/x.csv.dvc", "yaml"),
        ("dvc.lock", "yaml"),
        ("MLproject", "yaml"),
        ("CITATION.cff", "yaml"),
        ("pyproject.toml", "toml"),
        ("Pipfile", "toml"),
        ("uv.lock", "toml"),
        ("poetry.lock", "toml"),
        ("pdm.lock", "toml"),
        ("Pipfile.lock", "json"),
        ("package.json", "json"),
        ("setup.cfg", "ini"),
        ("tox.ini", "ini"),
        (".dvc/config", "ini"),
        ("sub/.dvc/config.local", "ini"),
        ("Dockerfile", "dockerfile"),
        ("docker/Dockerfile.gpu", "dockerfile"),
        ("Dockerfile-dev", "dockerfile"),
        ("gpu.dockerfile", "dockerfile"),
        ("Containerfile", "dockerfile"),
        ("requirements.txt", "requirements"),
        ("requirements-dev.txt", "requirements"),
        ("dev_requirements.txt", "requirements"),
        ("requirements/base.txt", "requirements"),
        ("requirements/base.in", "requirements"),
        ("constraints.txt", "requirements"),
        (".env", "text"),
        (".env.example", "text"),
        ("run.sh", "text"),
        ("main.tf", "text"),
        ("q.sql", "text"),
        ("Makefile", "text"),
        ("Jenkinsfile", "text"),
        ("README.md", "text"),
        (".dockerignore", "text"),
        ("Dockerfile.dockerignore", None),
        ("dockerfile.py", "python"),
        ("Dockerfiles/x", None),
        ("notes.txt", None),
        ("config", None),
        ("a.dvc/x", None),
        ("model.pkl", None),
        ("yarn.lock", None),
        ("image.png", None),
        (".py", None),
        ("", None),
    ],
)
def test_a_path_tells_the_language(path: str, expected: str | None) -> None:
    assert language(path) == expected
    assert expected is None or expected in LIMITS
