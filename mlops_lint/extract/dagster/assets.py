"""Assets of a Dagster file: each is a task that makes data, in the order that the data says.

Source: dagster 1.13.28 (`dagster/_core/definitions/decorators/asset_decorator.py`, `asset_check_decorator.py`,
`assets/definition/asset_spec.py`)
"""

import ast
import posixpath
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.dagster import settings
from mlops_lint.extract.dagster.keys import Asset, found, made
from mlops_lint.extract.python.flows.declared import File
from mlops_lint.extract.python.flows.describe import idle, place
from mlops_lint.extract.python.flows.records import Settings
from mlops_lint.extract.python.flows.settings import value
from mlops_lint.extract.python.module import names_of, symbol_of
from mlops_lint.extract.python.tree import last_name, walk
from mlops_lint.extract.python.uris import HERE
from mlops_lint.model import Link, Location, Subject
from mlops_lint.subjects import Dataset, Pipeline, Task, Texts, Use, subject

# Names of files that say nothing of what for.
_USUAL = frozenset({"assets", "definitions", "__init__", "defs"})
_AUTOMATION = ("automation_condition", "auto_materialize_policy")


def assets(file: File) -> Iterator[Subject]:
    """Gives the assets of a file as one pipeline, each asset as a task, and the data that it makes."""
    every = [*found(file), *made(file)]
    tasks = [one for one in every if one.what != "check"]
    pipeline = f"pipeline:{file.module.path}#assets"
    if tasks:
        yield _pipeline(file, tasks, pipeline)
    taken: set[str] = set()
    for asset in every:
        name = asset.name
        while name in taken:
            name += "'"
        taken.add(name)
        yield from _asset(file, asset, name, pipeline)


def _pipeline(file: File, tasks: list[Asset], symbol: str) -> Subject:
    owners = [settings.owner(file.module, one.settings) for one in tasks]
    named = dict.fromkeys(part for one in owners if isinstance(one, str) for part in one.split(", "))
    known = all(one is not UNSET for one in owners)
    record = Pipeline(
        framework="dagster",
        managed=True,
        triggers=_triggers(tasks),
        schedulable=False,
        owner=", ".join(named) or (None if known else UNSET),
        ownable=True,
        alertable=False,
        parsed=False,
        compiled=False,
        defined=True,
    )
    folder, _, name = file.module.path.removesuffix(".py").rpartition("/")
    if name in _USUAL and folder:
        name = folder.rpartition("/")[2]
    location = Location(file.module.path) if not tasks else place(file, tasks[0].node)
    return subject(record, location, name, symbol=symbol)


def _triggers(tasks: list[Asset]) -> Texts:
    """Gives what starts assets by itself: jobs of other files may start them too, so nothing is not empty."""
    found: dict[str, None] = {}
    for asset in tasks:
        for name in _AUTOMATION:
            given = asset.settings.entries.get(name)
            names = {last_name(part) for part in walk(given[0])} if given is not None else set()
            if given is not None and not (isinstance(given[0], ast.Constant) and given[0].value is None):
                found["schedule" if names & {"on_cron", "cron_tick_passed"} else "data"] = None
    return tuple(found) or UNSET


def _asset(file: File, asset: Asset, name: str, pipeline: str) -> Iterator[Subject]:
    at = place(file, asset.node)
    links = [] if asset.what == "check" else [Link("part_of", pipeline)]
    links += [Link("reads", f"entry:{key}") for key in asset.reads]
    links += [Link("depends_on", f"function:{one}") for one in asset.functions]
    links += [Link("writes", f"dataset:asset://{key}") for key in asset.makes]
    if asset.graph is not None:
        links.append(Link("triggers", f"pipeline:{file.module.path}#{asset.graph}"))
    elif asset.scope is not None:
        links.append(Link("starts", symbol_of(asset.scope)))
    links += _notebook(file, asset)
    symbol = f"task:{file.module.path}#{name}"
    yield subject(_task(file, asset), at, name, symbol=symbol, links=tuple(dict.fromkeys(links)))
    for key in asset.makes:
        yield subject(Dataset(entry=key, uri=f"asset://{key}"), at, key, symbol=f"dataset:asset://{key}")
    if asset.what == "check" and asset.scope is not None:
        record = Use(purpose="data-check", tool="dagster")
        yield subject(record, at, "dagster", links=(file.module.within(asset.scope),))


def _task(file: File, asset: Asset) -> Task:
    record = settings.task(file.module, asset.settings, Settings(), asset.operator, UNSET)
    changes: dict[str, object] = {"lineage": True}
    if asset.what == "asset" and asset.graph is None:
        # What it returns is stored by an I/O manager.
        changes["remote"] = True
    if asset.graph is not None:
        changes |= {"remote": False, "retryable": False}
    if asset.what == "check":
        changes["purpose"] = "data-check"
    return idle(msgspec.structs.replace(record, **changes), asset.scope if asset.graph is None else None)


def _notebook(file: File, asset: Asset) -> list[Link]:
    """The cells of the notebook that an asset runs, where its path is known from that of the file."""
    given = value(file.module, asset.settings, "notebook_path") if "notebook_path" in asset.settings.entries else None
    place = given.removeprefix(HERE) if isinstance(given, str) and given.startswith(HERE) else ""
    if given is UNSET:
        node = asset.settings.entries["notebook_path"][0]
        # `file_relative_path(__file__, "x.ipynb")` is beside the file.
        last = node.args[-1] if isinstance(node, ast.Call) and node.args else None
        if isinstance(last, ast.Constant) and last_name(getattr(node, "func", node)) == "file_relative_path":
            place = posixpath.normpath(posixpath.join(posixpath.dirname(file.module.path), str(last.value)))
    return [Link("starts", f"function:{names_of(place)[0]}.<module>")] if place.endswith(".ipynb") else []
