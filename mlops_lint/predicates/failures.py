"""What happens when something fails: whether it is seen, and whether it is tried again."""

import re
from functools import lru_cache

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Related
from mlops_lint.predicates.registry import Answer, predicate

# What may fail without harm: cleaning up, telling somebody, drawing, asking what there is.
_OPTIONAL = frozenset(
    "close remove unlink rmtree terminate kill shutdown destroy disconnect cancel stop release cleanup makedirs "
    "mkdir exists isfile isdir log_metric log_metrics log_param log_params log_artifact log_artifacts set_tag "
    "set_tags log info debug warning error print notify send_message post_message chat_postMessage sendmail "
    "send_mail savefig plot figure title xlabel ylabel tight_layout show legend display set_theme use set_level "
    "basicConfig getLogger flush join get str int float len isinstance hasattr getattr strip split lower format "
    "dict list range seed manual_seed is_available device_count empty_cache version strftime now time time_ns "
    "gethostname getuser getenv filterwarnings subscribe unsubscribe end_run finish login init start_run "
    "set_experiment set_tracking_uri delete drop update items keys values append extend decode encode replace next "
    "iter enumerate zip set tuple sorted round abs max min sum".split()
)
# What tells of a failure must not fail itself.
_TELLS = re.compile(
    r"(?i)callback|on_(?:\w+_)?(?:failure|error|retry|success)|notif|alert|report|webhook|cleanup|teardown|close|shutdown|"
    # Settings and the state of a program are no data that others wait for.
    r"(?:save|load|write|read|store|restore)_(?:\w+_)?(?:config|settings|state|session|preferences|cache)$"
)
# Programs that a person sits before, who is shown the failure.
_SHOWN = frozenset(
    "tkinter customtkinter PyQt5 PyQt6 PySide2 PySide6 wx kivy streamlit gradio dash nicegui textual pygame".split()
)
_CODE = ("training", "write", "read", "model", "model_load", "http_call")


@predicate
def in_pipeline_code(handler: Node, graph: Graph) -> bool:
    """A handler is a setting or command of a task, or stands in code that a task, or a run that trains, runs."""
    if handler.fields.get("what") != "except":
        return True
    # A handler of requests goes on for the next one.
    if _is_shown(handler, graph) or graph.in_file(handler.location.path, "endpoint"):
        return False
    for runner in graph.runners(handler):
        if runner.own and runner.kind == "task":
            return True
        trains = runner.own and runner.kind == "entry_point" and graph.reach(runner, "training")
        if trains and not graph.in_file(handler.location.path, "service") and not _is_shown(runner, graph):
            return True
    return False


def _is_shown(node: Node, graph: Graph) -> bool:
    """Whether a person sits before a program, who sees what fails."""
    imports = (one.fields.get("top") for one in graph.in_file(node.location.path, "import"))
    return not _SHOWN.isdisjoint(map(str, imports))


@predicate
def guards_work(handler: Node, graph: Graph) -> bool:
    """What a handler guards is work: data, models, the network, a call of the project's own code that does such."""
    if handler.fields.get("what") != "except":
        return not handler.links or any(_is_work(one) for one in graph.reached(handler))
    guards = handler.fields.get("guards")
    names = set(guards) - _OPTIONAL if isinstance(guards, tuple) else set()
    # A menu asks again.
    if not names or "input" in names:
        return False
    for body in graph.linked(handler, "within"):
        if _TELLS.search(body.name.rpartition(".")[2]):
            return False
        for called in graph.linked(body, "calls"):
            last = called.name.rpartition(".")[2]
            if last in names and any(_is_work(one) for one in graph.reached(called)):
                return True
        for one in graph.linked(body, "holds"):
            if _is_work(one) and one.name.rpartition(".")[2] in names:
                return True
    return False


def _is_work(node: Node) -> bool:
    # A report or a file of settings that is not there may be none.
    return node.kind in _CODE and (node.kind != "read" or node.fields.get("data") is True)


@predicate
def tried_again(call: Node, graph: Graph) -> Answer | None:
    """A call over the network is tried again: by its own code, a caller's decorator, or all tasks that run it."""
    own = call.fields.get("retried")
    if own is True:
        return Answer(True)
    bodies = graph.linked(call, "within")
    callers = [one for body in bodies for one in (body, *graph.follow(body, ("called_by",)))]
    if any(one.fields.get("retried") is True for one in callers):
        return Answer(True)
    runners = graph.runners(call, lambda before, after: _is_step(before, after, graph))
    tasks = [one for one in runners if one.kind == "task" and one.own]
    if not tasks or any("retries" not in one.fields and one.fields.get("retryable") is not False for one in tasks):
        return None
    bare = [one for one in tasks if not one.fields.get("retries")]
    if bare and own is None:
        return None
    related = tuple(Related(one.location, f"task '{one.name}' runs it, and is not retried") for one in bare)
    return Answer(not bare, ", ".join(sorted({one.name for one in bare})), related)


def _is_step(caller: Node, called: Node, graph: Graph) -> bool:
    """The body of a pipeline calls the code of a task of it: its orchestrator does so, with the retries of the task."""
    tasks = graph.linked(called, "started_by")
    pipelines = {pipeline.id for task in tasks for pipeline in graph.linked(task, "part_of")}
    return bool(pipelines) and any(one.id in pipelines for one in graph.linked(caller, "started_by"))


@predicate
def fetched_by_task(call: Node, graph: Graph) -> bool:
    """A task of a pipeline, on a schedule or managed by an orchestrator, makes this call over the network."""
    tasks = [one for one in graph.runners(call) if one.kind == "task" and one.own]
    return any(pipeline.fields.get("managed") is True for task in tasks for pipeline in graph.linked(task, "part_of"))


@predicate
def awaited(call: Node, graph: Graph) -> bool:
    """Somebody waits for a call over the network: who asks a service, or the task of a pipeline that makes it."""
    if any(one.kind == "task" and one.own for one in graph.runners(call)):
        return True
    return call.id in _asked_for(graph)


@lru_cache(maxsize=4)
def _asked_for(graph: Graph) -> frozenset[str]:
    """All calls in the code of services: in their files, and in what their handlers run."""
    files = {one.location.path for one in graph.of_kind("service") if one.own}
    handlers = [one for one in graph.of_kind("endpoint") if one.own]
    beside = [one for path in files for one in graph.in_file(path, "http_call")]
    return frozenset(one.id for one in (*beside, *(one for each in handlers for one in graph.reach(each, "http_call"))))
