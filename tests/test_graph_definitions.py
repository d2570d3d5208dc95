"""A task that another file defines is settled when the graph is linked."""

from test_graph import graph

from mlops_lint.graph import Graph

FILES = {
    "flow.py": """
from prefect import flow
from steps import load
from text import clean
from publish import publish

@flow
def main():
    rows = load.with_options(timeout_seconds=60)("a")
    text = clean(rows)
    publish(text)
""",
    # A package that gives a function the name of the module from which it takes it.
    "steps/__init__.py": "from .load import load\n",
    "steps/load.py": """
import pandas as pd
from prefect import task

@task(retries=4, timeout_seconds=5)
def load(path):
    return pd.read_csv("s3://acme/rows.csv")

@task
def never():
    pd.DataFrame().to_csv("out.csv")
""",
    # And one that gives the name to the folder too.
    "steps/score/__init__.py": "from .score import score\n",
    "steps/score/score.py": "from prefect import task\n\n@task(retries=7)\ndef score():\n    pass\n",
    "late.py": "from prefect import flow\nfrom steps.score import score\n\n@flow\ndef late():\n    score()\n",
    "later.py": "from prefect import flow\nfrom steps import score\n\n@flow\ndef later():\n    score()\n",
    "text.py": "def clean(rows):\n    return rows\n",
    "publish.py": """
from prefect import flow

@flow
def publish(text):
    print(text)
""",
    "deploy.py": "from publish import publish\n\npublish.serve(name='x', cron='5 5 * * *')\n",
    "prefect.yaml": 'deployments: [{name: a, entrypoint: "flow.py:main", schedule: {cron: "0 0 * * *"}}]\n',
}


def linked(of: Graph, id: str, role: str) -> list[str]:
    return [one.id for one in of.linked(of.nodes[id], role)]


def test_a_task_has_the_settings_of_its_definition_and_those_of_its_call_first() -> None:
    found = graph(FILES)
    load = found.nodes["task:flow.py#main.load"]
    assert (load.fields["retries"], load.fields["timeout"], load.fields["remote"]) == (4, 60, True)
    assert (load.location.path, load.location.line) == ("steps/load.py", 5)
    assert "task:steps/load.py#load" not in found.nodes


def test_folder_file_and_function_may_have_one_name() -> None:
    found = graph(FILES)
    assert found.nodes["task:late.py#late.score"].fields["retries"] == 7
    assert found.nodes["task:later.py#later.score"].fields["retries"] == 7


def test_a_configuration_of_runs_leaves_open_how_often_a_step_is_tried() -> None:
    step = "from zenml import step\n\n@step\ndef fit():\n    return 1\n\n@step\ndef tell():\n    return 2\n"
    run = "steps:\n  fit: {retry: {max_retries: 3}}\n"
    found = graph({"a/steps.py": step, "a/configs/run.yaml": run, "b/steps.py": step})
    assert "retries" not in found.nodes["task:a/steps.py#fit"].fields
    assert found.nodes["task:a/steps.py#tell"].fields["retries"] == 0
    assert found.nodes["task:b/steps.py#fit"].fields["retries"] == 0
    assert len(found.of_kind("task")) == 4


def test_a_definition_that_nobody_calls_stays() -> None:
    never = graph(FILES).nodes["task:steps/load.py#never"]
    assert never.fields["retries"] == 0
    # A file beside the code is nothing that fails for a moment.
    assert "remote" not in never.fields


def test_a_plain_function_is_no_task_and_what_waits_for_it_waits_on() -> None:
    found = graph(FILES)
    assert "task:flow.py#main.clean" not in found.nodes
    assert linked(found, "task:flow.py#main.publish", "depends_on") == ["task:flow.py#main.load"]


def test_a_call_of_a_pipeline_elsewhere_starts_it() -> None:
    found = graph(FILES)
    assert linked(found, "task:flow.py#main.publish", "triggers") == ["pipeline:publish.py#publish"]
    assert linked(found, "pipeline:flow.py#main", "triggers") == ["pipeline:publish.py#publish"]
    assert linked(found, "task:flow.py#main.publish", "starts") == []


def test_a_deployment_says_when_a_pipeline_runs_and_its_code_where_it_stands() -> None:
    main = graph(FILES).nodes["pipeline:flow.py#main"]
    assert (main.fields["schedule"], main.fields["triggers"]) == ("0 0 * * *", ("schedule",))
    assert (main.location.path, main.location.line) == ("flow.py", 7)


def test_a_file_that_schedules_a_pipeline_of_another_says_when_it_runs() -> None:
    found = graph(FILES)
    assert found.nodes["pipeline:publish.py#publish"].fields["schedule"] == "5 5 * * *"
    assert all(one.fields.get("defined") is True for one in found.of_kind("pipeline"))


ASSETS = {
    "a/raw.py": "from dagster import asset\n\n@asset\ndef orders():\n    pass\n",
    "a/clean.py": """
from dagster import AssetKey, asset
from a.raw import orders

@asset(deps=[orders])
def first():
    pass

@asset(deps=[AssetKey(["raw", "orders"])])
def second(database):
    pass
""",
    "b/clean.py": """
from dagster import AssetKey, asset

@asset(deps=[AssetKey(["x", "orders"])])
def third():
    pass
""",
    "a/jobs.py": """
from dagster import define_asset_job
from a.clean import second

again = define_asset_job("again", selection=[second], tags={"dagster/max_retries": 3})
""",
}


def test_an_asset_waits_for_those_that_make_what_it_needs_in_any_file() -> None:
    found = graph(ASSETS)
    assert linked(found, "task:a/clean.py#first", "depends_on") == ["task:a/raw.py#orders"]
    # Assets that are loaded together may be given a prefix.
    assert linked(found, "task:a/clean.py#second", "depends_on") == ["task:a/raw.py#orders"]
    assert linked(found, "task:b/clean.py#third", "depends_on") == []
    assert not any("database" in id for id in found.nodes)


def test_a_job_that_is_tried_again_tries_what_it_selects_again() -> None:
    found = graph(ASSETS)
    assert found.nodes["task:a/clean.py#second"].fields["retries"] == 3
    assert found.nodes["task:a/clean.py#first"].fields["retries"] == 0


KEDRO = {
    "shop/conf/base/catalog.yml": "orders: {type: pandas.CSVDataset, filepath: data/orders.csv}\n",
    "shop/src/shop/pipelines/clean/pipeline.py": """
from kedro.pipeline import node
from .nodes import clean

def create_pipeline():
    return [node(clean, "orders", "rows")]
""",
    "shop/src/shop/pipelines/fit/pipeline.py": """
from kedro.pipeline import node
from .nodes import fit

def create_pipeline():
    return [node(fit, ["rows", "missing"], "model")]
""",
    "other/src/other/pipelines/fit/pipeline.py": """
from kedro.pipeline import node
from .nodes import fit

def create_pipeline():
    return [node(fit, "rows", "model")]
""",
}


def test_nodes_of_one_project_wait_for_each_other_by_the_names_of_data() -> None:
    found = graph(KEDRO)
    clean = "task:shop/src/shop/pipelines/clean/pipeline.py#create_pipeline.clean"
    fit = "task:shop/src/shop/pipelines/fit/pipeline.py#create_pipeline.fit"
    assert linked(found, clean, "reads") == ["dataset:shop/data/orders.csv"]
    assert linked(found, fit, "depends_on") == [clean]
    assert [link.symbol for link in found.nodes[fit].dangling if link.role == "reads"] == ["?entry:shop#missing"]
    assert linked(found, fit.replace("shop", "other"), "depends_on") == []


def test_jobs_of_files_that_a_workflow_includes_come_after_those_of_the_stage_before() -> None:
    found = graph(
        {
            ".gitlab-ci.yml": """
stages: [format, test, check, deploy]
include:
  - local: ci/base.yaml
  - local: /ci/churn.yaml
""",
            "ci/base.yaml": """
black:
  stage: format
  script: black .
data:
  stage: check
  script: python check.py
""",
            "ci/churn.yaml": """
tests:
  stage: test
  script: pytest
release:
  stage: deploy
  script: python deploy.py
page:
  stage: deploy
  needs: [tests]
  script: mkdocs build
""",
            "ci/alone.yaml": "other:\n  stage: deploy\n  script: echo\n",
        }
    )
    assert linked(found, "task:ci/churn.yaml#tests", "depends_on") == ["task:ci/base.yaml#black"]
    assert linked(found, "task:ci/base.yaml#data", "depends_on") == ["task:ci/churn.yaml#tests"]
    assert linked(found, "task:ci/churn.yaml#release", "depends_on") == ["task:ci/base.yaml#data"]
    assert linked(found, "task:ci/churn.yaml#page", "depends_on") == ["task:ci/churn.yaml#tests"]
    assert linked(found, "task:ci/alone.yaml#other", "depends_on") == []
