"""What the methods of a task of Kubeflow set.

Source: kfp 2.17.3 (kfp/dsl/pipeline_task.py), kfp 1.8.22 (kfp/dsl/_container_op.py), kfp-kubernetes 2.17.3.
"""

from mlops_lint.extract.kubeflow.things import Task, tasks_of
from mlops_lint.extract.python.following.things import UNKNOWN, Called, Given, held

# What asks for a resource, or is held to it: method -> resource.
_REQUESTS = {"set_cpu_request": "cpu", "set_memory_request": "memory"}
_LIMITS = {
    "set_cpu_limit": "cpu",
    "set_memory_limit": "memory",
    "set_gpu_limit": "gpu",
    "set_accelerator_limit": "gpu",
    "set_accelerator_type": "gpu",
}
_NAMED = {"add_resource_request": "requests", "add_resource_limit": "limits"}
# The second argument of `set_retry` is one of these in version 1 only.
_POLICIES = frozenset("Always OnError OnFailure OnTransientError".split())


def call(task: Task, called: Called) -> None:
    """Does what a method of a task does."""
    task.called.add(called.method)
    method, given = called.method, called.given
    # A limit or a volume may come from another task.
    task.wait(tasks_of(given.all()))
    if method == "set_retry":
        task.retried = _retry(given)
    elif method == "set_timeout":
        task.timeout = given.argument(0, "seconds")
    elif method == "set_caching_options":
        task.cached = given.argument(0, "enable_caching")
    elif method == "set_container_image":
        task.image = given.argument(0, "name")
    elif method == "ignore_upstream_failure":
        task.ignores_failure = True
    else:
        _resource(task, method, given)


def _resource(task: Task, method: str, given: Given) -> None:
    if method in _REQUESTS:
        task.requests[_REQUESTS[method]] = None
    elif method in _LIMITS:
        task.limits[_LIMITS[method]] = None
    elif method in _NAMED:
        name = given.argument(0, "resource_name")
        kind = name if name in ("cpu", "memory") else "gpu" if isinstance(name, str) and "gpu" in name else None
        if isinstance(kind, str):
            (task.requests if method == "add_resource_request" else task.limits)[kind] = None


def _retry(given: Given) -> tuple[object, object, object]:
    """Gives the number of tries, the delay and the factor; None = not given."""
    count = given.argument(0, "num_retries")
    rest = given.positional[1:]
    if rest[:1] and (rest[0] in _POLICIES if isinstance(rest[0], str) else rest[0] is None):
        rest = rest[1:]
    named = given.named
    delay = rest[0] if rest else named.entries.get("backoff_duration")
    factor = rest[1] if len(rest) > 1 else named.entries.get("backoff_factor")
    return count, delay, factor


def of_kubernetes(name: str, called: Called) -> None:
    """Does what a function of `kfp.kubernetes` does to the task that it is given first."""
    first = called.given.argument(0, "task")
    for task in held(first):
        if isinstance(task, Task) and name == "set_timeout":
            task.timeout = called.given.argument(1, "seconds")
        elif isinstance(task, Task):
            task.wait(tasks_of(called.given.all()))


def assigned(task: Task, name: str, value: object) -> None:
    """Does what setting an attribute of a task does."""
    if name == "max_cache_staleness":
        task.cached = False if value in ("P0D", "PT0S") else UNKNOWN
    elif name == "image":
        task.image = value
