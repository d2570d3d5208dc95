"""Files of tools that run pipelines, and that no other extractor describes, to the use of the tool.

Source: the reference of each tool; a file is known by its name and by a line that its schema demands.
"""

import re
from collections.abc import Iterator

from mlops_lint.extract.registry import matches, texts
from mlops_lint.model import Location, Subject
from mlops_lint.subjects import Use, subject

_YAML = ("*.yml", "*.yaml")
_INFRASTRUCTURE = (*_YAML, "*.json", "*.tf", "*.ts")


def _line(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)


# tool -> names of files, a line that shows that the file is of the tool.
_KNOWN: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = (
    ("mlflow", ("MLproject",), _line(r"^entry_points:")),
    ("snakemake", ("Snakefile", "*.smk"), _line(r"^(?:rule|checkpoint|module) ?\w*:")),
    ("databricks", ("databricks.yml", "databricks.yaml", "databricks.yml.tmpl"), _line(r"^bundle:")),
    ("databricks", (*_YAML, "*.json"), _line(r"^\s*[\"']?(?:job_clusters|notebook_task|spark_python_task)[\"']?:")),
    ("prefect", ("prefect.yaml",), _line(r"^deployments:")),
    ("prefect", _YAML, _line(r"^flow_name:")),
    ("dagster", ("dagster.yaml", "dagster_cloud.yaml", "workspace.yaml", "dg.toml"), _line(r"\S")),
    ("kedro", ("pyproject.toml",), _line(r"^\[tool\.kedro\]")),
    ("ploomber", ("pipeline*.yaml", "pipeline*.yml"), _line(r"^tasks:")),
    ("azureml", _YAML, _line(r"^(?:\$schema:.*azureml.*[jJ]ob|type: pipeline\b)")),
    ("argo", _YAML, _line(r"^kind: (?:Workflow|CronWorkflow|WorkflowTemplate|ClusterWorkflowTemplate)\s*$")),
    ("tekton", _YAML, _line(r"^apiVersion: tekton\.dev/")),
    (
        "kubeflow",
        _YAML,
        _line(r"^(?:pipelineInfo:|kind: (?:TFJob|PyTorchJob|MPIJob|XGBoostJob|TrainJob|Experiment)\s*$)"),
    ),
    ("kubernetes", _YAML, _line(r"^kind: CronJob\s*$")),
    ("ray", _YAML, _line(r"^(?:kind: RayJob\b|entrypoint: )")),
    ("codebuild", ("buildspec*.yml", "buildspec*.yaml"), _line(r"^phases:")),
    ("cloud-build", ("cloudbuild*.yml", "cloudbuild*.yaml", "*.cloudbuild.yaml"), _line(r"^steps:")),
    ("jenkins", ("Jenkinsfile*",), _line(r"\bstage\s*\(")),
    ("step-functions", ("*.json",), _line(r"\"StartAt\"\s*:")),
    (
        "infrastructure",
        _INFRASTRUCTURE,
        _line(
            r"AWS::(?:SageMaker::Pipeline|StepFunctions::|CodePipeline::)|\"aws_sfn_state_machine\"|\"databricks_job\""
        ),
    ),
    ("valohai", ("valohai.yaml",), _line(r"^- (?:step|pipeline):")),
    ("polyaxon", ("polyaxonfile*.y*ml",), _line(r"\S")),
    ("oozie", ("workflow.xml",), _line(r"<workflow-app\b")),
)
# What orders commands in a file that people start: a pipeline to some, a note to others.
_MAKE = _line(r"^[\w./-]*(?:train|pipeline|model|experiment|reproduce|all)[\w./-]*\s*:(?!=).*(?:\n[ \t]*)*\n\t")
_RUNS = _line(
    r"^[ \t@]*(?:[\w./$(){}-]+ run )?(?:python[\d.]*|\$\(?\{?PYTHON\w*\)?\}?|torchrun|accelerate launch)\s+\S"
)


# Files that are looked into only where one of these stands: the lines above of files that may be anything.
_WORDS = (
    *("job_clusters", "notebook_task", "spark_python_task", "flow_name", "azureml", "type: pipeline", "kind: Workflow"),
    *("kind: CronWorkflow", "kind: ClusterWorkflow", "tekton.dev/", "pipelineInfo", "Job", "kind: Experiment"),
    *("entrypoint: ", "StartAt", "SageMaker", "StepFunctions", "CodePipeline", "aws_sfn_state_machine"),
)
_GENERAL = tuple(row for row in _KNOWN if set(row[1]) <= set(_INFRASTRUCTURE))
_BY_NAME = tuple(row for row in _KNOWN if row not in _GENERAL)


@texts(*dict.fromkeys(pattern for _, patterns, _ in _BY_NAME for pattern in patterns))
def pipelines_by_name(path: str, text: str) -> Iterator[Subject]:
    """Gives the tool that a file is of by its name, at the line that shows it."""
    if (found := _first(path, text, _BY_NAME)) is not None:
        yield found


@texts(*_INFRASTRUCTURE, words=_WORDS)
def pipelines(path: str, text: str) -> Iterator[Subject]:
    """Gives the first tool that a file of any name is of, at the line that shows it."""
    if (found := _first(path, text, _GENERAL)) is not None and _first(path, text, _BY_NAME) is None:
        yield found


def _first(path: str, text: str, rows: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...]) -> Subject | None:
    for tool, patterns, shows in rows:
        if matches(path, patterns) and (found := shows.search(text)) is not None:
            return _use(path, text, tool, found)
    return None


@texts("Makefile", "makefile", "GNUmakefile", "*.mk", "Justfile", "justfile")
def make(path: str, text: str) -> Iterator[Subject]:
    """Gives the use of make where a target is about training and some target runs Python."""
    found = _MAKE.search(text)
    if found is not None and _RUNS.search(text) is not None:
        yield _use(path, text, "make", found)


@texts("*.sh", "*.bash")
def shell(path: str, text: str) -> Iterator[Subject]:
    """Gives the use of a shell script that runs several programs in Python one after the other."""
    runs = [found for found, _ in zip(_RUNS.finditer(text), range(2), strict=False)]
    if len(runs) > 1:
        yield _use(path, text, "shell", runs[0])


def _use(path: str, text: str, tool: str, found: re.Match[str]) -> Subject:
    line = text.count("\n", 0, found.start()) + 1
    return subject(Use(purpose="pipeline", tool=tool), Location(path, line, 1, line, 1), tool)
