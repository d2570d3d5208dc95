"""What makes tasks of Kubeflow Pipelines: functions, component files, operations, and components of other modules."""

import ast
import posixpath
import re

from mlops_lint.extract.commands import code_links
from mlops_lint.extract.kubeflow import names
from mlops_lint.extract.kubeflow.things import Component, Maker, Spec, Task
from mlops_lint.extract.python.following.things import UNKNOWN, Called, Function, Items, Mapping, held
from mlops_lint.extract.python.module import Module, symbol_of
from mlops_lint.extract.python.uris import HERE
from mlops_lint.extract.python.uses import FOREIGN
from mlops_lint.model import Link, Ref

# How the functions of other modules are called that make tasks, where they are not called by keywords alone.
_OPERATION = re.compile(r"(?:_|^)(?:op|task|component|comp|step)\d*$|[a-z]Op$|[a-z]Component$|[a-z]Task$")
_OF_TASKS = re.compile(r"\.(?:after|outputs?|set_\w+|apply|add_\w+|container)\b")
# What a pipeline calls for its own sake while it is compiled.
_PREPARES = re.compile(r"set_?up|init|config|log|print|check|validate|assert|seed")
_COMMAND = 4000
# Of a component file in a text.
_NAME = re.compile(r"^ *name: *['\"]?([^'\"\n]+)", re.MULTILINE)
_IMAGE = re.compile(r"^ +image: *['\"]?([^\s'\"]+)", re.MULTILINE)


def of_function(function: Function, maker: Maker, spec: Spec | None) -> Component:
    """Gives the component that is made of a function of the file."""
    symbol = symbol_of(function.scope)
    settings = maker.settings
    links: list[Link] = [Link("starts", symbol)]
    image, command = settings.get("base_image"), None
    packages: object = settings.get("packages_to_install")
    if maker.sort == "container":
        image, command, packages = (spec.image, spec.command, None) if spec is not None else (UNKNOWN, UNKNOWN, None)
        links = [*links, *_code(command)]
    elif maker.sort == "notebook":
        path = settings.get("notebook_path")
        links = [Link("runs", _path(path))] if isinstance(path, str) else links
    return Component(
        function.node.name,
        maker.sort,
        UNKNOWN if image is None else image,
        packages,
        command,
        tuple(links),
        settings,
    )


def of_symbol(name: str, sort: str, settings: Mapping) -> Component:
    """Gives the component that is made of a function of another module."""
    image, packages = settings.get("base_image"), settings.get("packages_to_install")
    links = (Link("starts", f"function:{name}"),) if "?" not in name else ()
    return Component(names.last(name), sort, UNKNOWN if image is None else image, packages, None, links, settings)


def loaded(loader: str, called: Called) -> Component:
    """Gives the component that is read from a file, an address or a text."""
    written = called.given.argument(0, "filename", "url", "text", "name")
    if loader == "load_component_from_text" and isinstance(written, str):
        stated, image = _NAME.search(written), _IMAGE.search(written)
        sort = "text" if stated is not None else "loaded"
        return Component(stated[1] if stated is not None else loader, sort, image[1] if image is not None else UNKNOWN)
    if loader != "load_component_from_file" or not isinstance(written, str):
        return Component(loader, "loaded", packages=UNKNOWN, command=UNKNOWN)
    symbol = _path(written)
    scheme = "config:" if symbol.startswith("file:") else "config:~"
    elsewhere = f"{scheme}{symbol.partition(':')[2]}#implementation.container.image"
    name = posixpath.basename(posixpath.dirname(written)) or "component"
    return Component(
        name,
        "loaded",
        packages=UNKNOWN,
        command=UNKNOWN,
        links=(Link("needs", symbol), Link("runs", symbol)),
        elsewhere=elsewhere,
    )


def _path(written: str) -> str:
    if written.startswith(HERE):
        return f"file:{posixpath.normpath(written.removeprefix(HERE))}"
    return f"path:{written}"


def operation(last: str, called: Called) -> Component:
    """Gives the component of an operation that is written out at its call, as `ContainerOp`."""
    given = called.given
    image = given.argument(1, "image") if last == "ContainerOp" else None
    container = last == "ContainerOp"
    words = [given.named.get("command"), given.named.get("arguments")] if container else []
    command = command_of(words) if container else None
    return Component(
        last,
        last,
        UNKNOWN if container and image is None else image,
        None,
        command,
        tuple(_code(command)),
        given.named,
    )


def on_google(component: Component, settings: Mapping) -> Component:
    """Gives a component that runs as a training job of Vertex AI."""
    found = Mapping({**component.settings.entries, **settings.entries}, complete=settings.complete)
    return Component(
        component.name, "job", component.image, component.packages, component.command, component.links, found
    )


def of_name(module: Module, called: Called) -> Component | None:
    """Gives the component that a call of another module's function is; None = it is none."""
    name, last = called.name, names.last(called.name)
    if names.of_google(name):
        return Component(last, "google", None, links=(), settings=called.given.named) if last.endswith("Op") else None
    root = name.partition(".")[0]
    if "?" in name or "." not in name or root in FOREIGN or "(" in name or name.startswith(f"{module.name}."):
        return None
    if (last[:1].isupper() or root.startswith("kfp")) and not last.endswith("Op"):
        return None
    given = called.given
    tasks = any(isinstance(one, Task) or hasattr(one, "task") for value in given.all() for one in held(value))
    if (
        not tasks
        and not _OPERATION.search(last)
        and (given.positional or (not given.all() and not _used(module, called)) or _is_plain(module, called))
    ):
        return None
    return Component(
        last, "imported", packages=UNKNOWN, links=(Link("starts", f"function:{name}"),), elsewhere=f"constant:{name}"
    )


def _is_plain(module: Module, called: Called) -> bool:
    """Says whether what a call gives is handed on as it is, and never used as a task: a query, a setting."""
    around = module.nodes.around.get(called.node)
    if not (isinstance(around, ast.Assign) and len(around.targets) == 1 and isinstance(around.targets[0], ast.Name)):
        return False
    name = re.escape(around.targets[0].id)
    handed = re.search(rf"\w(?<!exit_task)=\s*{name}\s*[,)]", module.source) is not None
    return handed and re.search(rf"\b{name}{_OF_TASKS.pattern}|\.after\([^()]*\b{name}\b", module.source) is None


def _used(module: Module, called: Called) -> bool:
    """Says whether what a call gives is used as a task."""
    around = module.nodes.around.get(called.node)
    if isinstance(around, ast.Expr):
        return _PREPARES.match(names.last(called.name)) is None
    if isinstance(around, ast.Attribute):
        return _OF_TASKS.match(f".{around.attr}") is not None
    if isinstance(around, ast.Assign) and len(around.targets) == 1 and isinstance(around.targets[0], ast.Name):
        name = re.escape(around.targets[0].id)
        return re.search(rf"\b{name}{_OF_TASKS.pattern}|\.after\([^()]*\b{name}\b", module.source) is not None
    return False


def task_name(component: Component, called: Called) -> str:
    """Gives how a task is called: as its component, or as the call of an operation says."""
    if component.sort in names.OPERATIONS:
        name = called.given.argument(0, "name")
        return name if isinstance(name, str) else component.name
    if component.sort == "google":
        # `ModelUploadOp` is the component model-upload.
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", component.name.removesuffix("Op"))
    # What its file calls it is not known here.
    return called.method or component.name if component.sort == "loaded" else component.name


def command_of(words: list[object]) -> object:
    """Gives command and arguments as one line; what is not known is a hole in it, UNKNOWN = not even one word is."""
    found: list[str] = []
    for part in words:
        if part is None:
            continue
        items = part.items if isinstance(part, Items) else [part]
        found += [item if isinstance(item, str) else "{{}}" for item in items]
    if not found:
        return None
    if len(found) > 2 and re.fullmatch(r"-\w*c", found[1]):
        return found[2][:_COMMAND]
    return UNKNOWN if all(word == "{{}}" for word in found) else " ".join(found)[:_COMMAND]


def _code(command: object) -> list[Link]:
    # Where in the image the code lies, the Dockerfile says: a path is looked for, and may be none of ours.
    return list(code_links(command, None)) if isinstance(command, str) else []


def reference(component: Component) -> Ref | None:
    """Gives the symbol under which another file states the image of a component."""
    if component.sort == "imported":
        return Ref(f"{component.elsewhere}.image")
    return Ref(component.elsewhere) if component.elsewhere else None
