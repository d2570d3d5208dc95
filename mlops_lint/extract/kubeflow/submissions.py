"""Calls that run pipelines of Kubeflow or Vertex AI again and again to their schedules.

Source: kfp 2.17.3 (kfp/client/client.py, create_recurring_run), google-cloud-aiplatform 2.7.0 (pipeline_jobs.py,
create_schedule; pipeline_job_schedules.py, create)
"""

import ast
import re
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.kubeflow.names import last
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call
from mlops_lint.model import Ref
from mlops_lint.subjects import Text

MARK = ("create_recurring_run", "create_schedule", "PipelineJobSchedule", "create_schedule_from_job_spec")
# The argument that holds a cron expression, by the last name of what is called.
_NAMING = frozenset(
    "display_name template_path pipeline_func job_name pipeline_package_path pipeline_name job_id".split()
)
_CRON = {
    "create_recurring_run": ("cron_expression",),
    "create_schedule": ("cron", "cron_expression"),
    "create_schedule_from_job_spec": ("schedule",),
    "create": ("cron", "cron_expression"),
}


class Submission(msgspec.Struct, frozen=True):
    """A call that schedules runs; `schedule` may be unknown, `name` is that of the job."""

    node: ast.Call
    schedule: Text
    name: str
    targets: tuple[str, ...]
    """How the pipeline may be called that is run."""


def submissions(module: Module) -> Iterator[Submission]:
    """Gives the calls that schedule runs, in order of the source."""
    if not any(mark in module.source for mark in MARK):
        return
    for call in module.calls:
        name = last(call.name)
        if name not in _CRON or (name == "create" and "PipelineJobSchedule" not in call.name):
            continue
        given = {keyword.arg: keyword.value for keyword in call.node.keywords if keyword.arg is not None}
        if name == "create_schedule" and not given.keys() & {"cron", "cron_expression"} and not call.node.args:
            continue
        yield Submission(
            call.node, _schedule(module, call, given, name), _name(module, call, given), _targets(module, call)
        )


def _schedule(module: Module, call: Call, given: dict[str, ast.expr], name: str) -> Text:
    node = next((given[key] for key in _CRON[name] if key in given), None)
    if node is None and name != "create_recurring_run" and call.node.args:
        node = call.node.args[0]
    if node is None and "interval_second" in given:
        return f"every {ast.unparse(given['interval_second'])[:60]} seconds"
    found = module.values.value(node, call.scope) if node is not None else UNSET
    return found if isinstance(found, (str, Ref)) else UNSET


def _targets(module: Module, call: Call) -> tuple[str, ...]:
    """Gives what the call, or the job that it schedules, names: a pipeline, its function or its compiled file."""
    jobs = [one for one in module.calls if last(one.name) in ("PipelineJob", "from_pipeline_func")]
    found: dict[str, None] = {}
    for one in (call, *(jobs if len(jobs) == 1 else ())):
        for keyword in one.node.keywords:
            if keyword.arg in _NAMING:
                known = module.values.value(keyword.value, one.scope)
                name = known if isinstance(known, str) else last(module.names.name(keyword.value, one.scope))
                found[re.sub(r"\.(?:ya?ml|json|zip|tar\.gz)$", "", name.rpartition("/")[2])] = None
    return tuple(name for name in found if re.search(r"\w", name))


def _name(module: Module, call: Call, given: dict[str, ast.expr]) -> str:
    for key in ("job_name", "display_name"):
        if key in given:
            found = module.values.value(given[key], call.scope)
            if isinstance(found, str):
                return found
    return last(call.name)
