"""Settings of tasks of Flyte to what they are worth: images, packages, sizes, caches.

Source: flytekit 1.16.31 (`flytekit/core/resources.py`, `cache.py`, `image_spec/image_spec.py`), flyte 2.12.1
(`flyte/_retry.py`, `_timeout.py`, `_cache/cache.py`, `_resources.py`)
"""

import ast

from msgspec import UNSET, UnsetType

from mlops_lint.extract.python.flows import settings as read
from mlops_lint.extract.python.flows.records import Settings
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.tree import last_name
from mlops_lint.parse.image import reference
from mlops_lint.subjects import Flag, Number, Text, Texts

_SIZES = {"cpu": "cpu", "mem": "memory", "memory": "memory", "gpu": "gpu"}


def cached(module: Module, given: Settings) -> Flag:
    """Says whether a result is used again: by a flag or by a policy."""
    if "cache" in given.entries and read.made(module, given, "cache", "Cache") is not None:
        return True
    return read.flag(module, given, "cache", False)


def image(module: Module, given: Settings) -> Text:
    """Gives the image of a task; that of an image specification is built, so its base is given; None = none."""
    spec = read.made(module, given, "container_image", "ImageSpec")
    if spec is not None:
        return read.text(module, spec, "base_image")
    if "image" in given.entries:
        return read.text(module, given, "image")
    found = read.text(module, given, "container_image")
    # `{{.image.default.fqn}}` is filled in when the task is registered.
    return UNSET if isinstance(found, str) and "{{" in found else found


def pinned(found: Text) -> Flag:
    """Says whether an image has an exact tag; None = no image."""
    return None if found is None else reference(found).pinned if isinstance(found, str) else UNSET


def packages(module: Module, given: Settings) -> Texts:
    """Gives what an image specification installs."""
    spec = read.made(module, given, "container_image", "ImageSpec")
    if spec is None:
        return () if given.complete else UNSET
    found = read.value(module, spec, "packages", ())
    return found if isinstance(found, tuple) else UNSET


def exact(found: Texts) -> Flag:
    """Says whether all packages name one version; None = there are none."""
    if isinstance(found, UnsetType):
        return UNSET
    return all("==" in one or "@" in one for one in found) if found else None


def sizes(given: Settings, name: str, part: int) -> Texts:
    """Gives what a task asks for (`requests`) or is held to (`limits`), also where one text says both, as a pair."""
    if name not in given.entries and "resources" in given.entries:
        node = given.entries["resources"][0]
        if not isinstance(node, ast.Call) or last_name(node.func) != "Resources":
            return UNSET
        named = [one for one in node.keywords if part == 0 or isinstance(one.value, (ast.Tuple, ast.List))]
        return _named(named)
    if name not in given.entries:
        return () if given.complete else UNSET
    node = given.entries[name][0]
    return _named(node.keywords) if isinstance(node, ast.Call) and last_name(node.func) == "Resources" else UNSET


def _named(keywords: list[ast.keyword]) -> Texts:
    return tuple(sorted({_SIZES[one.arg] for one in keywords if one.arg in _SIZES}))


def retries_of_two(module: Module, given: Settings) -> Number:
    """Gives how often a task of Flyte 2 is tried again: a number or a strategy."""
    made = read.made(module, given, "retries", "RetryStrategy")
    return read.number(module, given if made is None else made, "retries" if made is None else "count", 0)


def timeout_of_two(module: Module, given: Settings) -> Number:
    """Gives the seconds after which a task of Flyte 2 is ended: a number, a duration or a `Timeout`."""
    made = read.made(module, given, "timeout", "Timeout")
    return read.seconds(module, given if made is None else made, "timeout" if made is None else "max_runtime")


def cached_of_two(module: Module, given: Settings) -> Flag:
    """Says whether a result is used again; without a word it is not."""
    known = read.value(module, given, "cache", "disable")
    if known is UNSET:
        return True if read.made(module, given, "cache", "Cache") is not None else UNSET
    return known not in ("disable", None)


def image_of_two(module: Module, given: Settings) -> Text:
    """Gives the image of a task of Flyte 2, where it is named by a text; None = that of the SDK."""
    known = read.value(module, given, "image")
    return known if isinstance(known, str) and known != "auto" else None if known in (None, "auto") else UNSET
