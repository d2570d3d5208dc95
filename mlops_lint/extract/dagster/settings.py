"""Settings of ops and assets to what they are worth.

Source: dagster 1.13.28 (`dagster/_core/definitions/policy.py`, `decorators/op_decorator.py`, `asset_decorator.py`)
"""

import ast

from msgspec import UNSET, UnsetType

from mlops_lint.extract.python.flows import settings as read
from mlops_lint.extract.python.flows.records import Settings
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.tree import last_name, walk
from mlops_lint.subjects import Flag, Number, Task, Text, Texts

_QUANTITIES = {"cpu": "cpu", "memory": "memory", "nvidia.com/gpu": "gpu"}


def task(module: Module, own: Settings, above: Settings, operator: str | UnsetType, alerts: Flag) -> Task:
    """Gives the task of an op or asset; `above` is what its job says for all."""
    policy = own if "retry_policy" in own.entries or not own.complete else above
    sized = _tags(own)
    return Task(
        framework="dagster",
        operator=operator,
        retryable=True,
        retries=_retry(module, policy, "max_retries", 1),
        retry_delay=_retry(module, policy, "delay", 0),
        backoff=_backoff(policy),
        timed=False,
        owner=owner(module, own),
        alerts=True if alerts is True else UNSET,
        sized=sized is not None,
        requests=_quantities(sized, "requests"),
        limits=_quantities(sized, "limits"),
        lineage=False,
        manual=False,
    )


def owner(module: Module, given: Settings) -> Text:
    """Gives who is responsible; None = nobody named."""
    known = read.value(module, given, "owners")
    if isinstance(known, tuple):
        return ", ".join(known) or None
    return None if known is None else UNSET


def retries(module: Module, job: Settings) -> Number:
    """Gives how often a job has its runs, or all its ops, tried again."""
    if "op_retry_policy" in job.entries:
        return _retry(module, Settings({"retry_policy": job.entries["op_retry_policy"]}), "max_retries", 1)
    tags = job.entries.get("tags")
    if tags is None or not isinstance(tags[0], ast.Dict):
        return 0 if tags is None and job.complete else UNSET
    for key, value in zip(tags[0].keys, tags[0].values, strict=True):
        if isinstance(key, ast.Constant) and key.value == "dagster/max_retries":
            known = module.values.value(value, tags[1])
            return int(known) if isinstance(known, (int, str)) and str(known).isdecimal() else UNSET
    return 0


def _retry(module: Module, given: Settings, name: str, default: int) -> Number:
    """Gives a number of the retry policy; without one there are no retries."""
    if "retry_policy" not in given.entries:
        return 0 if given.complete else UNSET
    made = read.made(module, given, "retry_policy", "RetryPolicy")
    if made is not None:
        return read.number(module, made, name, default)
    return 0 if read.is_given(given, "retry_policy") is False else UNSET


def _backoff(given: Settings) -> Flag:
    found = given.entries.get("retry_policy")
    if found is None:
        return False if given.complete else UNSET
    if not isinstance(found[0], ast.Call) or last_name(found[0].func) != "RetryPolicy":
        return UNSET
    return any(one.arg == "backoff" and ast.unparse(one.value) != "None" for one in found[0].keywords)


def _tags(given: Settings) -> ast.expr | None:
    """What its tags say of the container of Kubernetes that runs it."""
    for name in ("op_tags", "tags"):
        found = given.entries.get(name)
        if found is not None and isinstance(found[0], ast.Dict):
            for key, value in zip(found[0].keys, found[0].values, strict=True):
                if isinstance(key, ast.Constant) and key.value in {"dagster-k8s/config", "ecs/cpu"}:
                    return value
    return None


def _quantities(tags: ast.expr | None, which: str) -> Texts:
    if tags is None:
        return UNSET
    for part in walk(tags):
        if isinstance(part, ast.Dict):
            for key, value in zip(part.keys, part.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == which and isinstance(value, ast.Dict):
                    names = [one.value for one in value.keys if isinstance(one, ast.Constant)]
                    return tuple(sorted({_QUANTITIES[str(one)] for one in names if str(one) in _QUANTITIES}))
    return () if isinstance(tags, ast.Dict) else UNSET
