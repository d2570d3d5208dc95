"""What the settings of a repository are read by, declared for and compared with."""

from functools import lru_cache

from msgspec import UNSET

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Related
from mlops_lint.predicates.registry import Answer, predicate

_WHOLE = "*"
# The value of a reading of the file that a parameter names.
_PARAMETER = "parameter"
# They tell Hydra how to run, and how to put the rest together.
_FRAMEWORK = frozenset({"defaults", "hydra", "hydra_logging", "job_logging"})


@predicate
def followed(key: Node, graph: Graph) -> bool:
    """Some of the keys of its file are read by code that loads the file by name, and some of those around it."""
    name = str(key.fields.get("key"))
    parts = name.split(".")
    if parts[0] in _FRAMEWORK or parts[-1].startswith("_") or name == _WHOLE:
        return False
    above = graph.nodes.get(f"config:{key.fields.get('file')}#{name.rpartition('.')[0]}")
    # Of a group that nothing reads it is said once.
    if above is not None and above.fields.get("defined") is True and is_used(above, graph) is False:
        return False
    return any(_is_read(one, graph) for one in _of_files(graph).get(key.fields.get("file"), ()))


@predicate
def is_used(key: Node, graph: Graph) -> bool | None:
    """Code, a stage or another setting reads the key, something below it, or what it stands in."""
    name = str(key.fields.get("key"))
    for one in _of_files(graph).get(key.fields.get("file"), ()):
        other = str(one.fields.get("key"))
        related = other == name or name.startswith(f"{other}.") or other.startswith(f"{name}.")
        if related and (_is_read(one, graph) or graph.linked(one, "used_by")):
            return True
    # A file whose name is not known may be this one.
    files = (key.fields.get("file"), None)
    whole = any(
        one.fields.get("key") == _WHOLE and _is_read(one, graph) and not _is_followed(one, graph)
        for file in files
        for one in _of_files(graph).get(file, ())
    )
    return None if whole else False


@predicate
def reads_settings(task: Node, graph: Graph) -> bool:
    """The code of a task takes settings from files that it loads by name."""
    return any(one.fields.get("key") != _WHOLE for one in graph.reach(task, "config_key"))


@predicate
def declares_settings(task: Node, graph: Graph) -> Answer:
    """Each setting that the code of a task reads is one that the task declares."""
    declared = [one for one in graph.linked(task, "uses") if one.kind == "config_key"]
    whole = {one.location.path for one in graph.linked(task, "loads")}
    whole |= {str(one.fields.get("uri")) for one in graph.linked(task, "reads")}
    stated = _overridden(task)
    missing: list[Node] = []
    doubtful = any(link.role == "uses" for link in task.dangling)
    for one in graph.reach(task, "config_key"):
        if _is_followed(one, graph):
            continue
        file, key = one.fields.get("file"), str(one.fields.get("key"))
        if key in stated or any(str(file) == one or str(file).startswith(f"{one}/") for one in whole):
            continue
        known = [str(other.fields.get("key")) for other in declared if other.fields.get("file") == file]
        if any(key == other or key.startswith(f"{other}.") for other in known):
            continue
        if key == _WHOLE or any(other.startswith(f"{key}.") for other in known):
            doubtful = True
        else:
            missing.append(one)
    if missing:
        names = ", ".join(sorted({str(one.fields.get("key")) for one in missing}))
        return Answer(None if doubtful and not declared else False, names)
    return Answer(None if doubtful else True)


def _is_followed(key: Node, graph: Graph) -> bool:
    """Whether a function is told what file to load by its own module alone, where that was followed."""
    if key.fields.get("value") != _PARAMETER or key.fields.get("key") != _WHOLE:
        return False
    callers = [one for body in graph.linked(key, "within") for one in graph.linked(body, "called_by")]
    return all(one.location.path == key.location.path for one in callers)


def _overridden(task: Node) -> frozenset[str]:
    """The keys that the command itself sets, as `training.epochs=3`: another value is another command."""
    words = [word for link in task.links for word in link.words or ()]
    return frozenset(word.partition("=")[0].lstrip("+") for word in words if "=" in word and word[:1] != "-")


@predicate
def has_option(key: Node, graph: Graph) -> bool:
    """An option of a program that reads the file of this key has the same name, and is not without a default."""
    return bool(_rivals(key, graph))


@predicate
def agrees(key: Node, graph: Graph) -> Answer:
    """The defaults of all options of that name are what the file says."""
    value = key.fields.get("value")
    rivals = _rivals(key, graph)
    others = [one for one in rivals if "default" in one.fields and not _same(one.fields["default"], value)]
    if not others and any("default" not in one.fields for one in rivals):
        return Answer(None)
    related = tuple(Related(one.location, f"--{one.name} defaults to {one.fields.get('default')}") for one in others)
    said = sorted({f"{one.fields.get('default')} in {one.location.path}" for one in others})
    return Answer(not others, ", ".join(said), related)


@predicate
def configured(_project: Node, graph: Graph) -> bool:
    """The project's own code loads configuration files by name."""
    return any("file" in one.fields and _is_read(one, graph) for one in graph.of_kind("config_key"))


@predicate
def checks_configuration(_project: Node, graph: Graph) -> Answer:
    """A library that checks settings is used, or options of programs are checked."""
    uses = [one for one in graph.of_kind("use") if one.fields.get("purpose") == "settings-check" and one.own]
    options = [one for one in graph.of_kind("option") if one.own and one.fields.get("checked") is True]
    if uses or options:
        return Answer(True)
    # A dataclass refuses keys that it does not have, and may check the rest.
    if any(one.own and one.fields.get("purpose") == "settings-class" for one in graph.of_kind("use")):
        return Answer(None)
    read = [one for one in graph.of_kind("config_key") if "file" in one.fields and _is_read(one, graph)]
    files = sorted({str(one.fields["file"]) for one in read})
    related = [Related(body.location, "reads it") for one in read for body in graph.linked(one, "within")[:1]]
    return Answer(False, ", ".join(files[:3]), tuple(related[:3]))


def _is_read(key: Node, graph: Graph) -> bool:
    return any(body.own for body in graph.linked(key, "within"))


@lru_cache(maxsize=2)
def _of_files(graph: Graph) -> dict[object, list[Node]]:
    found: dict[object, list[Node]] = {}
    for one in graph.of_kind("config_key"):
        found.setdefault(one.fields.get("file"), []).append(one)
    return found


def _rivals(key: Node, graph: Graph) -> list[Node]:
    """The options of the name of a key in programs that read its file; none where several keys are so named."""
    same = _of_files(graph).get(key.fields.get("file"), [])
    name = str(key.fields.get("key")).rpartition(".")[2]
    namesakes = [one for one in same if str(one.fields.get("key")).rpartition(".")[2] == name]
    if len(namesakes) != 1 or not isinstance(key.fields.get("value"), (int, float, str)):
        return []
    found: dict[str, Node] = {}
    for run in _runs(key.fields.get("file"), graph):
        for one in graph.reach(run, "option"):
            if one.own and one.name == name and one.fields.get("default", UNSET) is not None:
                found[one.id] = one
    return list(found.values())


def _runs(file: object, graph: Graph) -> list[Node]:
    readers = [one for one in _of_files(graph).get(file, ()) if _is_read(one, graph)]
    runs = {run.id: run for one in readers for run in graph.runners(one) if run.own}
    return list(runs.values())


def _same(one: object, other: object) -> bool:
    return one == other or str(one) == str(other)
