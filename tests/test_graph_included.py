"""Files that a pipeline of GitLab CI includes."""

from test_graph import graph
from test_graph_of_workflows import after

ROOT = """\
stages: [prepare, train, release]
include: [{local: /ci/templates.yml}, {local: ci/jobs/*.yml}]
default: {retry: 1, image: "python:3.12.4"}
load:
  stage: prepare
  script: [python load.py]
"""
TEMPLATES = ".fit:\n  timeout: 2h\n  retry: 2\n  script: [python src/train.py]\n"
JOBS = """\
fit:
  stage: train
  extends: .fit
check:
  stage: train
  inherit: {default: false}
  script: [pytest]
release:
  stage: release
  needs: [load, fit]
  script: ["docker push acme/churn"]
"""
FILES = {
    ".gitlab-ci.yml": ROOT,
    "ci/templates.yml": TEMPLATES,
    "ci/jobs/all.yml": JOBS,
    "src/train.py": "import os\n",
    "load.py": "import os\n",
}


def test_jobs_of_included_files_are_those_of_one_pipeline() -> None:
    of = graph(FILES)
    names = {one.name for one in of.linked(of.nodes["pipeline:.gitlab-ci.yml"], "parts")}
    assert names == {"load", "fit", "check", "release"}
    assert [one.id for one in of.of_kind("pipeline")] == ["pipeline:.gitlab-ci.yml"]
    assert {one.name for one in of.of_kind("ci_job")} == names


def test_stages_and_needs_hold_over_all_files() -> None:
    of = graph(FILES)
    assert after(of, "task:ci/jobs/all.yml#fit") == {"load"}
    assert after(of, "task:ci/jobs/all.yml#check") == {"load"}
    assert after(of, "task:ci/jobs/all.yml#release") == {"load", "fit"}


def test_a_job_has_the_settings_and_the_code_of_its_template_in_another_file() -> None:
    of = graph(FILES)
    fit = of.nodes["task:ci/jobs/all.yml#fit"]
    wanted = {"retries": 2, "timeout": 7200, "image": "python:3.12.4", "command": "python src/train.py"}
    assert wanted.items() <= fit.fields.items()
    assert [one.id for one in of.linked(fit, "runs")] == ["file:src/train.py"]
    assert of.nodes["ci-job:ci/jobs/all.yml#fit"].fields["trains"] is True


def test_defaults_hold_in_all_files_unless_a_job_inherits_none() -> None:
    of = graph(FILES)
    assert of.nodes["task:.gitlab-ci.yml#load"].fields["retries"] == 1
    assert of.nodes["task:ci/jobs/all.yml#check"].fields["retries"] == 0
    assert "image" not in of.nodes["task:ci/jobs/all.yml#check"].fields


def test_lines_that_a_reference_takes_from_another_file_are_what_the_job_does_in_part() -> None:
    quoted = ROOT + "more:\n  stage: train\n  script:\n    - !reference [.fit, script]\n"
    of = graph(FILES | {".gitlab-ci.yml": quoted})
    assert of.nodes["ci-job:.gitlab-ci.yml#more"].fields["trains"] is True


def test_of_what_another_project_says_nothing_is_known() -> None:
    of = graph({".gitlab-ci.yml": "include: [{project: a/b, file: c.yml}]\nfit:\n  script: [python fit.py]\n"})
    assert "retries" not in of.nodes["task:.gitlab-ci.yml#fit"].fields


def test_a_part_that_two_pipelines_include_stays_one_of_its_own() -> None:
    one = "include: [{local: ci/part.yml}]\n"
    of = graph({"a.gitlab-ci.yml": one, "b.gitlab-ci.yml": one, "ci/part.yml": "a:\n  stage: test\n  script: [x]\n"})
    assert "pipeline:ci/part.yml" in of.nodes


def test_files_that_include_one_another_end() -> None:
    of = graph({
        ".gitlab-ci.yml": "include: /ci/a.gitlab-ci.yml\n",
        "ci/a.gitlab-ci.yml": "include: /.gitlab-ci.yml\na:\n  extends: .b\n",
    })  # fmt: skip
    assert "task:ci/a.gitlab-ci.yml#a" in of.nodes


def test_a_job_with_lines_before_its_script_has_the_script_of_its_template() -> None:
    before = "more:\n  stage: train\n  extends: .fit\n  before_script: [echo]\n"
    of = graph(FILES | {"ci/jobs/more.yml": before})
    assert of.nodes["task:ci/jobs/more.yml#more"].fields["command"] == "echo\npython src/train.py"
    assert of.nodes["ci-job:ci/jobs/more.yml#more"].fields["trains"] is True


def test_a_job_with_a_script_of_its_own_does_not_do_what_its_template_does() -> None:
    of = graph(FILES | {"ci/jobs/more.yml": "more:\n  stage: train\n  extends: .fit\n  script: [pytest]\n"})
    assert of.nodes["task:ci/jobs/more.yml#more"].fields["command"] == "pytest"
