"""Tasks that call what another file defines: their settings stand there, and whether they are tasks at all."""

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node

# Calls of these bring data in or leave it behind.
_DATA = frozenset({"read", "write", "model", "model_load"})
# Libraries whose data lies behind a network, whatever its name.
_REMOTE = frozenset(
    "awswrangler azure boto3 botocore comet_ml elasticsearch google huggingface_hub kaggle kagglehub minio "
    "neptune paramiko psycopg psycopg2 pymongo pymysql redis s3fs gcsfs snowflake sqlalchemy wandb".split()
)


def definitions(graph: Graph) -> None:
    """Gives each such task the settings of what it calls; a call of a plain function is no task of its own."""
    _waits(graph)
    configured = [
        one for one in graph.of_kind("task") if one.fields.get("called") is False is one.fields.get("defined")
    ]
    for stated in configured:
        graph.remove(stated)
    used: dict[str, Node] = {}
    for task in [one for one in graph.of_kind("task") if one.fields.get("defined") is False]:
        started = [_function(one, graph) for one in graph.linked(task, "starts")]
        definition = next((found for one in started if (found := _task(one, task, graph)) is not None), None)
        if definition is not None:
            used[definition.id] = definition
            _settle(task, definition, graph)
        elif pipeline := next((found for one in started if (found := _pipeline(one, task, graph)) is not None), None):
            task.fields = {"framework": task.fields.get("framework"), "operator": "pipeline", "remote": False}
            # Its code is run by the tasks of that pipeline.
            for function in list(graph.linked(task, "starts")):
                graph.disconnect(task.id, "starts", function.id)
            graph.connect(task.id, "triggers", pipeline.id)
            for outer in graph.linked(task, "part_of"):
                graph.connect(outer.id, "triggers", pipeline.id)
        else:
            _bridge(task, graph)
    _deployments(graph)
    _tried_again(graph)
    _configured(configured, graph)
    for definition in used.values():
        if definition.fields.get("called") is False:
            graph.remove(definition)


def _waits(graph: Graph) -> None:
    """A task that waits for a function or class waits for the tasks that run it."""
    for task in graph.of_kind("task"):
        for started in graph.linked(task, "depends_on"):
            if started.kind == "function":
                for one in graph.linked(_function(started, graph), "started_by"):
                    if one.kind == "task" and one is not task:
                        graph.connect(task.id, "depends_on", one.id)
                graph.disconnect(task.id, "depends_on", started.id)


def _deployments(graph: Graph) -> None:
    """Gives a pipeline what another file says of when it runs."""
    for stated in [one for one in graph.of_kind("pipeline") if one.fields.get("defined") is False]:
        for function in (_function(one, graph) for one in graph.linked(stated, "starts")):
            for one in graph.linked(function, "started_by"):
                if one.kind == "pipeline" and one.fields.get("defined") is True:
                    for field, value in stated.fields.items():
                        if field != "defined" and (one.fields.get(field) in {None, ()} or value is True):
                            one.fields[field] = value
        graph.remove(stated)


def _tried_again(graph: Graph) -> None:
    """A run that is tried again tries its tasks again; of a run of nobody knows which tasks, all may be."""
    for pipeline in graph.of_kind("pipeline"):
        count = pipeline.fields.get("retries")
        if not isinstance(count, int) or count < 1:
            continue
        jobs = [one for one in graph.linked(pipeline, "starts") if one.fields.get("what") == "app"]
        selected = [_function(one, graph) for job in jobs for one in graph.linked(job, "calls")]
        tasks = [one for function in selected for one in graph.linked(function, "started_by") if one.kind == "task"]
        top = pipeline.location.path.partition("/")[0]
        for task in tasks or [one for one in graph.of_kind("task") if one.location.path.partition("/")[0] == top]:
            if task.fields.get("retries") == 0 and task.fields["framework"] == pipeline.fields["framework"]:
                if tasks:
                    task.fields["retries"] = count
                else:
                    del task.fields["retries"]


def _configured(stated: list[Node], graph: Graph) -> None:
    """What a configuration says of a task by its name holds in runs with it: how often it is tried is then unknown."""
    named: dict[str, list[Node]] = {}
    for one in stated:
        named.setdefault(one.name, []).append(one)
    for task in graph.of_kind("task") if named else ():
        top = task.location.path.partition("/")[0]
        for one in named.get(task.name, ()):
            same = task.fields.get("framework") == one.fields.get("framework")
            if same and one.location.path.partition("/")[0] == top and task.fields.get("retries") == 0:
                del task.fields["retries"]


def _function(started: Node, graph: Graph) -> Node:
    """Where a package has a module and takes from it a function of the same name, the function is meant."""
    name = started.id.removesuffix(".<module>")
    if name == started.id:
        return started
    last = name.removeprefix("function:").rpartition(".")[2]
    # Folder, file and function may all have one name.
    same = (graph.nodes.get(f"{name}.{last}"), graph.nodes.get(f"{name}.{last}.{last}"))
    return next((one for one in same if one is not None), started)


def _task(function: Node, task: Node, graph: Graph) -> Node | None:
    """The task whose code a function is: best one that is only defined, as calls may change settings."""
    if function.kind == "task" and function.fields.get("framework") == task.fields.get("framework"):
        return function
    found = [
        one
        for one in graph.linked(function, "started_by")
        if one.kind == "task"
        and one.fields.get("defined") is not False
        and one.fields.get("framework") == task.fields.get("framework")
    ]
    return min(found, key=lambda one: (one.fields.get("called") is not False, one.id), default=None)


def _pipeline(function: Node, task: Node, graph: Graph) -> Node | None:
    found = [function, *graph.linked(function, "started_by")]
    found = [one for one in found if one.kind == "pipeline"]
    return next((one for one in found if one.fields.get("framework") == task.fields.get("framework")), None)


def _settle(task: Node, definition: Node, graph: Graph) -> None:
    """Its own settings and what its pipeline says come first; it is shown where it is defined."""
    settled = {field: value for field, value in definition.fields.items() if field != "called"}
    own = {field: value for field, value in task.fields.items() if field != "defined"}
    task.fields = settled | own
    task.context = definition.context
    graph.move(task, definition.location)
    for role in ("starts", "reads", "writes", "builds"):
        for data in graph.linked(definition, role):
            graph.connect(task.id, role, data.id)


def outward(graph: Graph) -> None:
    """Says of tasks that are functions whether they reach beyond their machine, where their code is seen to."""
    for task in graph.of_kind("task"):
        if "remote" not in task.fields and any(_is_outward(one) for one in graph.reached(task)):
            task.fields["remote"] = True


def _is_outward(call: Node) -> bool:
    """Whether a call goes over a network: a file beside the code does not fail for a moment."""
    if call.kind == "http_call":
        return True
    if call.kind not in _DATA:
        return False
    uri = call.fields.get("uri")
    if isinstance(uri, str) and (("://" in uri and not uri.startswith("file:")) or uri.startswith("table:")):
        return True
    library = str(call.fields.get("library") or call.name.partition(".")[0])
    return library in _REMOTE or call.fields.get("format") == "sql" or call.fields.get("hub") is True


def _bridge(task: Node, graph: Graph) -> None:
    """Takes out what is no task; what waits for it waits for all that it waits for."""
    for later in graph.linked(task, "depended_on_by"):
        for before in graph.linked(task, "depends_on"):
            if later is not before:
                graph.connect(later.id, "depends_on", before.id)
    graph.remove(task)
