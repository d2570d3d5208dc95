"""Files that say which notebooks are run to one use for each of these notebooks.

Source: https://papermill.readthedocs.io/en/latest/usage-cli.html, https://nbconvert.readthedocs.io/en/latest/
execute_api.html, https://docs.databricks.com/api/workspace/jobs/create (`notebook_task`),
https://docs.ploomber.io/en/latest/api/spec.html, https://github.com/elyra-ai/pipeline-schemas,
https://airflow.apache.org/docs/apache-airflow-providers-papermill/stable/operators.html,
https://sagemaker.readthedocs.io/en/stable/workflows/pipelines/sagemaker.workflow.pipelines.html (`NotebookJobStep`)
"""

import posixpath
import re
from collections.abc import Iterator

from mlops_lint.extract.registry import texts
from mlops_lint.model import Link, Location, Subject
from mlops_lint.subjects import Use, subject

_FILES = (
    *("*.yml", "*.yaml", "*.json", "*.toml", "*.tf", "*.sh", "*.bash", "Makefile", "*.mk", "justfile", "Justfile"),
    *("tox.ini", "noxfile.py", "*.py", "Jenkinsfile*", "Dockerfile*", "*.pipeline", "Snakefile", "*.smk", "MLproject"),
)
_PATH = r"(?P<path>[^\s\"'=:,;()\[\]<>|]{0,300}?[\w}-]"
_COMMANDS = (
    *("papermill", "nbconvert", "jupyter", "nbmake", "nbval", "treon", "runipy"),
    *("execute_notebook", "run_notebook", "runNotebook"),
)
_KEYS = ("notebook_path", "input_nb", "input_notebook", "notebook_file", "dbutils.notebook.run")
# A command of these runs the notebooks that it names, or all that it finds.
_COMMAND = re.compile(
    r"\b(?P<tool>papermill|nbconvert(?=[^\n]*--execute)|jupyter[ -](?:execute|run)|nbmake|nbval(?:-lax)?|treon|runipy|"
    rf"execute_notebook|run_notebook|runNotebook)\b[^\n]{{0,400}}?{_PATH}\.ipynb)"
)
_ALL = re.compile(r"--(?:nbmake|nbval(?:-lax)?)\b|\btreon\b|\bnbconvert\b(?=[^\n]*--execute)[^\n]*(?:\*|\$)[^\n]*")
# A key of these holds a notebook; those of Databricks have no suffix.
_KEY = re.compile(
    r"\b(?P<tool>notebook_path|input_nb|input_notebook|notebook_file|notebook_filename|dbutils\.notebook\.run)"
    rf"[\"']?\s*[:=(]\s*f?[\"']?{_PATH}(?:\.ipynb)?)(?=[\"'\s,)]|$)",
    re.MULTILINE,
)
_SOURCE = re.compile(rf"\b(?P<tool>source|filename|notebook|script)[\"']?\s*[:=]\s*[\"']?{_PATH}\.ipynb)")
_MOST = 200


@texts(*_FILES, words=(*_COMMANDS, *_KEYS, ".ipynb"))
def notebook_runs(path: str, text: str) -> Iterator[Subject]:
    """Gives the notebooks that a file says to be run; with the name `*` where it runs all that it finds."""
    patterns = (_COMMAND, _KEY) if path.endswith(".py") else (_COMMAND, _KEY, _SOURCE)
    found = {one.start("path"): one for pattern in patterns for one in pattern.finditer(text)}
    for start in sorted(found)[:_MOST]:
        named = found[start]["path"].removesuffix(".ipynb") + ".ipynb"
        yield _use(path, text, start, named)
    if (every := _ALL.search(text)) is not None:
        yield _use(path, text, every.start(), "*")


def _use(path: str, text: str, start: int, named: str) -> Subject:
    line = text.count("\n", 0, start) + 1
    name = posixpath.basename(named)
    links = () if named == "*" else (Link("runs", f"path:{named}"),)
    record = Use(purpose="notebook-run", tool=name)
    return subject(record, Location(path, line, 1, line, 1), name, symbol=f"notebook-run:{path}#{named}", links=links)
