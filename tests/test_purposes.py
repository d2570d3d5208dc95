"""What commands and actions are for, by one table for all systems."""

import pytest

from mlops_lint.extract.commands.purposes import Purposes, purposes


@pytest.mark.parametrize(
    "command",
    [
        "pytest -q tests", "poetry run pytest", "uv run -m pytest", "python -m pytest", "tox", "tox -e py311",
        "nox -s tests", "make test", "make -C sub unit-tests", "hatch run test:cov", "hatch test",
        "bash -c 'cd src && pytest'", "docker compose run app pytest", "docker run image pytest -q",
        "./scripts/run-tests.sh", "coverage run -m pytest",
        "python tests/test_model.py", "python manage.py test", "npm run test:unit", "cargo test --all",
        "flake8 . && pytest", "mise run test", "poetry poe test", "uvx --with tox-uv tox run", "script/test",
        ".venv/bin/pytest -q",
        "torchrun --nproc_per_node=8 -m pytest tests",
    ],
)  # fmt: skip
def test_a_command_that_runs_tests(command: str) -> None:
    assert purposes([command]).tests


@pytest.mark.parametrize(
    "command",
    [
        "pip install pytest", "poetry install --with test", "uv sync --extra test", "echo pytest", "tox -e lint",
        "nox -s lint", "mypy tests", "ruff check tests", "make latest", "python contest.py", "git checkout test",
        "docker build -t test .", "# pytest", "npm ci", "pre-commit run --all-files",
    ],
)  # fmt: skip
def test_a_command_that_only_names_tests(command: str) -> None:
    assert not purposes([command]).tests


@pytest.mark.parametrize(
    "command",
    [
        "docker push r/x:1", "kubectl -n prod apply -f k8s/", "helm upgrade --install x ./chart",
        "terraform apply -auto-approve",
        "gcloud run deploy x --image y", "aws --region eu sagemaker create-endpoint --name x", "twine upload dist/*",
        "az ml online-deployment create -f d.yml", "make deploy", "./deploy.sh", "ssh user@host 'docker compose up -d'",
        "poetry publish --build", "databricks bundle deploy -t prod", "python -m app.deploy", "git push heroku main",
    ],
)  # fmt: skip
def test_a_command_that_releases(command: str) -> None:
    assert purposes([command]).deploys


@pytest.mark.parametrize(
    "command",
    [
        "mkdocs gh-deploy", "make deploy-docs", "kubectl get pods", "terraform plan", "docker build -t x .", "git push",
        "helm lint chart", "python deployment_notes.py.txt", "gcloud auth login", "aws s3 cp a b", "dvc push",
    ],
)  # fmt: skip
def test_a_command_that_releases_no_program(command: str) -> None:
    assert not purposes([command]).deploys


def test_what_trains_and_what_only_fetches() -> None:
    assert all(
        purposes([one]).trains for one in ("python src/train.py", "python -m churn.train", "dvc repro", "make train")
    )
    assert not any(
        purposes([one]).trains for one in ("dvc pull", "python trainsets.py", "snakemake -n", "pip install train")
    )


def test_what_is_started_for_what_it_prints() -> None:
    assert purposes(["ARN=$(aws sagemaker start-pipeline-execution \\\n --pipeline-name x)"]).trains


def test_what_is_checked_beside_code() -> None:
    assert purposes(["great_expectations checkpoint run daily"]).checks == ("data",)
    assert purposes(["python evaluate.py", "kfp dsl compile --py p.py --output p.yaml"]).checks == (
        "evaluation",
        "pipeline",
    )
    assert purposes(["mlops-lint check ."]).checks == ("policy",)


def test_what_is_written_elsewhere_may_be_for_anything() -> None:
    assert all(
        purposes([one]).opaque
        for one in ("make all", "./ci/build.sh", "${{ matrix.command }}", "docker compose up", "xyz run tests")
    )
    assert not any(purposes([one]).opaque for one in ("make lint", "ruff check .", "pre-commit run", "pytest"))


def test_actions_by_their_names() -> None:
    assert purposes([], ["docker/build-push-action@v6"]).deploys
    assert purposes([], ["azure/webapps-deploy@v3"]).deploys
    assert not purposes([], ["actions/deploy-pages@v4", "peaceiris/actions-gh-pages@v3"]).deploys
    assert purposes([], ["example/ci/.github/workflows/all.yml@v1"]).opaque
    assert purposes([], ["actions/checkout@v4", "actions/setup-python@v5"]) == Purposes()


def test_a_cluster_that_lives_as_long_as_its_job_is_no_release() -> None:
    assert not purposes(["kind create cluster", "kubectl apply -f k8s/"]).deploys
    assert not purposes(["helm upgrade --install x ./chart"], ["helm/kind-action@v1"]).deploys


def test_a_long_word_takes_no_long_time() -> None:
    assert purposes(["python " + "a_test_" * 20_000, "x" * 100_000, "bash -c '" + "test " * 10_000 + "'"]) == Purposes()
