"""Where a task of Airflow runs: its image, the packages that it installs, and what it asks a cluster for.

Source: apache-airflow-providers-cncf-kubernetes 10.8 and apache-airflow-providers-docker 4.4,
airflow/operators/python.py of apache-airflow 2.11.0.
"""

import re

import msgspec
from msgspec import UNSET, UnsetType

from mlops_lint.extract.airflow import names, settings
from mlops_lint.extract.airflow.values import Items, Mapping, Step, Text, Unknown, Value
from mlops_lint.extract.python.module import Module
from mlops_lint.parse.image import reference

# Classes whose tasks run in a pod or a container of their own.
_POD = re.compile(r"PodOperator$|^@task\.kubernetes(?:_cmd)?$")
_DOCKER = re.compile(r"^Docker(?:Swarm)?Operator$|^@task\.docker$")
# With these the pod is described elsewhere.
_TEMPLATES = ("pod_template_file", "pod_template_dict", "full_pod_spec", "pod_override", "executor_config")
_RESOURCES = ("container_resources", "resources")
_NAMES = (("gpu", "gpu"), ("tpu", "gpu"), ("cpu", "cpu"), ("memory", "memory"), ("mem", "memory"))
_EXACT = re.compile(r"===?\s*v?\d[^\s,*]*\s*(?:[,;]|$)|@[0-9a-f]{40}\b|#sha\d+=")


class Container(msgspec.Struct, frozen=True):
    """The fields of a task that its container decides."""

    sized: bool | UnsetType = UNSET
    requests: tuple[str, ...] | UnsetType = UNSET
    limits: tuple[str, ...] | UnsetType = UNSET
    image_pinned: bool | None | UnsetType = None
    packages: tuple[str, ...] | UnsetType = ()
    packages_pinned: bool | None | UnsetType = None


def container(module: Module, step: Step) -> Container:
    """Gives what a task says of its container; a task without one runs where its worker runs."""
    packages, pinned = _packages(step)
    classes = [names.shown(one) or "" for one in settings.classes(module, step)]
    pod, docker = (any(known.search(one) for one in classes) for known in (_POD, _DOCKER))
    requests, limits = _of_pod(module, step) if pod else _of_docker(step) if docker else (UNSET, UNSET)
    return Container(True if pod or docker else UNSET, requests, limits, _image(step), packages, pinned)


def _image(step: Step) -> bool | None | UnsetType:
    given = step.settings.get("image")
    if given is None:
        return None
    if isinstance(given, str):
        # A template is filled in when the task runs.
        return UNSET if "{{" in given else reference(given).pinned
    if isinstance(given, Text):
        return reference(re.sub(r"\{[^{}]*\}", "$X", given.shown)).pinned
    return UNSET


def _packages(step: Step) -> tuple[tuple[str, ...] | UnsetType, bool | None | UnsetType]:
    given = step.settings.get("requirements")
    if given is None:
        return (), None
    if not isinstance(given, Items):
        return UNSET, UNSET
    texts = tuple(one for one in given.items if isinstance(one, str))
    if len(texts) < len(given.items):
        return UNSET, UNSET
    return texts, all(_EXACT.search(one) for one in texts) if texts else None


Asked = tuple[tuple[str, ...] | UnsetType, tuple[str, ...] | UnsetType]


def _of_pod(module: Module, step: Step) -> Asked:
    """Gives what the container of a pod requests, and its limits."""
    if any(settings.effective(step, key, None) is not None for key in _TEMPLATES):
        return UNSET, UNSET
    for key in _RESOURCES:
        given = settings.of_class(module, step, key, settings.effective(step, key, None))
        if given is not None:
            return _asked(given, "request"), _asked(given, "limit")
    # An operator of one's own may have resources of its own.
    known = step.operator.startswith("@") or names.of_airflow(step.operator)
    return ((), ()) if known else (UNSET, UNSET)


def _asked(given: Value, word: str) -> tuple[str, ...] | UnsetType:
    """Gives what is asked for by `requests={...}`, by `{"cpu": {"request": 1}}`, or by `request_cpu=`."""
    if not isinstance(given, Mapping):
        return UNSET
    inner = given.entries.get(f"{word}s")
    if isinstance(inner, Mapping) and inner.complete:
        return _kinds(list(inner.entries))
    if f"{word}s" in given.entries and inner is not None:
        return UNSET
    if not given.complete:
        return UNSET
    nested = [key for key, one in given.entries.items() if isinstance(one, Mapping) and one.get(word) is not None]
    return _kinds([*nested, *(key for key in given.entries if key.startswith(f"{word}_"))])


def _kinds(keys: list[str]) -> tuple[str, ...]:
    found = (next((kind for part, kind in _NAMES if part in key.lower()), None) for key in keys)
    return tuple(sorted({kind for kind in found if kind is not None}))


def _of_docker(step: Step) -> Asked:
    """Gives what Docker holds a container to: it reserves nothing."""
    given = {key: settings.effective(step, key, None) for key in ("cpus", "mem_limit", "device_requests")}
    if any(isinstance(one, Unknown) for one in given.values()) and not step.settings.complete:
        return (), UNSET
    kinds = {"cpus": "cpu", "mem_limit": "memory", "device_requests": "gpu"}
    return (), tuple(sorted(kinds[key] for key, one in given.items() if one is not None))
