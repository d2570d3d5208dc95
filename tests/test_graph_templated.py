"""Templates of Azure Pipelines and the jobs that use them."""

from test_graph import graph

PIPELINE = """\
trigger: [main]
stages:
  - stage: Train
    jobs:
      - template: templates/train.yml
        parameters: {stage: production}
      - job: Check
        steps:
          - template: templates/steps.yml
          - script: echo
"""
FILES = {
    "azure-pipelines.yml": PIPELINE,
    "templates/train.yml": (
        "parameters: [{name: stage}]\njobs:\n  - job: Fit\n    timeoutInMinutes: 20\n    steps:\n"
        "      - script: python src/train.py\n      - template: steps.yml\n"
    ),
    "templates/steps.yml": "steps:\n  - script: pytest tests\n  - template: train.yml\n",
    "src/train.py": "import os\n",
}


def test_a_job_that_is_a_template_does_what_its_jobs_do() -> None:
    of = graph(FILES)
    job = of.nodes["ci-job:azure-pipelines.yml#Train.templates/train.yml"]
    assert (job.fields["trains"], job.fields["tests"]) == (True, True)
    task = of.nodes["task:azure-pipelines.yml#Train.templates/train.yml"]
    assert [one.id for one in of.linked(task, "runs")] == ["file:src/train.py"]


def test_a_job_with_steps_of_a_template_does_these_too() -> None:
    of = graph(FILES)
    assert of.nodes["ci-job:azure-pipelines.yml#Train.Check"].fields["tests"] is True
    assert of.nodes["task:azure-pipelines.yml#Train.Check"].fields["timeout"] == 3600


def test_templates_are_no_jobs_of_their_own() -> None:
    of = graph(FILES)
    assert {one.location.path for one in of.of_kind("task")} == {"azure-pipelines.yml"}
    assert {one.location.path for one in of.of_kind("ci_job")} == {"azure-pipelines.yml"}


def test_a_template_that_is_not_here_leaves_open_what_it_does() -> None:
    of = graph({"azure-pipelines.yml": PIPELINE})
    assert "trains" not in of.nodes["ci-job:azure-pipelines.yml#Train.templates/train.yml"].fields


def test_a_job_of_github_does_what_a_composite_action_of_the_repository_does() -> None:
    job = "on: push\njobs:\n  all:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: ./.github/actions/py\n"
    action = "name: py\nruns:\n  using: composite\n  steps:\n    - run: pytest tests\n      shell: bash\n"
    of = graph({".github/workflows/ci.yml": job, ".github/actions/py/action.yml": action})
    assert of.nodes["ci-job:.github/workflows/ci.yml#all"].fields["tests"] is True
    alone = graph({".github/workflows/ci.yml": job})
    assert alone.nodes["ci-job:.github/workflows/ci.yml#all"].fields.get("tests") is not True
