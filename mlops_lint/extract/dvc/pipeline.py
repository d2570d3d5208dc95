"""A dvc.yaml to a pipeline, its tasks, the data they leave behind and the models it declares.

Source: dvc 3.67.1, `dvc/schema.py`; https://dvc.org/doc/user-guide/project-structure/dvcyaml-files
"""

import posixpath
from collections.abc import Iterable, Iterator

from msgspec import UNSET

from mlops_lint.extract.commands import code_links
from mlops_lint.extract.dvc.order import order
from mlops_lint.extract.dvc.places import Place, named_datasets, place
from mlops_lint.extract.dvc.stages import Contents, Output, contents
from mlops_lint.extract.dvc.templates import Variables, stages, variables
from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, mappings
from mlops_lint.subjects import Dataset, Model, Pipeline, Task, Use, subject


@trees("dvc.yaml")
def pipeline(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the pipeline and its tasks, the datasets that it declares, and the models among its artifacts."""
    root = documents[0] if documents else None
    if not isinstance(root, Mapping):
        return
    folder = posixpath.dirname(path)
    known = variables(root, folder)
    named = named_datasets(root)
    found = [contents(path, folder, stage, named) for stage in stages(root, known)]
    if found:
        yield _pipeline(path, root)
        before = order(found)
        made = {output.place.path for stage in found for output in stage.outputs}
        for stage in found:
            yield _task(path, stage, made, before[stage.symbol])
    yield from _measures(path, root)
    yield from _datasets(path, folder, root, known, found)
    yield from _models(path, folder, root, known)


def _measures(path: str, root: Mapping) -> Iterator[Subject]:
    """Gives one use where the file names metrics, its own or those of a stage."""
    holders = [root, *(stage for _, stage in mappings(root.get("stages")))]
    key = next((found for one in holders if (found := one.key("metrics")) is not None), None)
    if key is not None:
        yield subject(Use(purpose="metrics", tool="dvc"), locate(path, key), "metrics")


def _pipeline(path: str, root: Mapping) -> Subject:
    # `dvc repro` is called by somebody: a person, or a job that is described elsewhere.
    record = Pipeline(
        framework="dvc",
        schedule=None,
        managed=True,
        triggers=(),
        schedulable=False,
        alertable=False,
        ownable=False,
        parsed=False,
        compiled=False,
    )
    return subject(record, locate(path, root.key("stages") or root), path, symbol=f"pipeline:{path}")


def _task(path: str, stage: Contents, made: set[str], before: Iterable[str]) -> Subject:
    texts = [command.text for command in stage.commands]
    known = [text for text in texts if text is not None]
    persistent = tuple(output.place.path for output in stage.outputs if output.persistent)
    record = Task(
        framework="dvc",
        operator="command",
        remote=True,
        retryable=False,
        timed=False,
        command="\n".join(known) if known and len(known) == len(texts) else UNSET,
        folder=stage.folder if stage.folder is not None else UNSET,
        # Where some of its paths cannot be read, nobody can say that it leaves one out.
        lineage=True if stage.complete else UNSET,
        persistent=persistent if stage.complete else UNSET,
        image_pinned=None,
        packages=(),
        packages_pinned=None,
        sized=False,
        ignores_failure=False,
    )
    links = dict.fromkeys([
        Link("part_of", f"pipeline:{path}", stage.location),
        *_data_links(stage),
        *(link for link in stage.settings if not _made(link, made)),
        *(link for command in stage.commands for link in code_links(command.partial, stage.folder)),
        *(Link("depends_on", symbol, stage.location) for symbol in before),
    ])  # fmt: skip
    return subject(record, stage.location, stage.name, symbol=stage.symbol, links=tuple(links))


def _made(link: Link, made: set[str]) -> bool:
    """Says whether a link names a setting in a file that a stage writes: its keys are not there to be seen."""
    file = link.symbol.removeprefix("config:").partition("#")[0]
    return link.role == "uses" and any(part in made for part in _holders(file))


def _data_links(stage: Contents) -> Iterator[Link]:
    for found, location in stage.inputs:
        if not found.code:
            yield Link("reads", found.symbol, location)
        if found.inside:
            yield Link("needs", f"file:{found.path}", location)
    for output in stage.outputs:
        yield Link("writes", output.place.symbol, output.location)


def _datasets(path: str, folder: str, root: Mapping, known: Variables, found: Iterable[Contents]) -> Iterator[Subject]:
    outputs: dict[str, Output] = {}
    for stage in found:
        for output in stage.outputs:
            outputs.setdefault(output.place.path, output)
    for output in outputs.values():
        yield _dataset(output.place, output.location, output.cached)
    shown = set(outputs)
    for node in (*_metrics(root), *_plots(root)):
        there = _placed(node, folder, known)
        if there is not None and there.path not in shown:
            shown.add(there.path)
            holder = _holder(there.path, outputs)
            yield _dataset(there, locate(path, node), holder.cached if holder is not None else None)


def _dataset(there: Place, location: Location, cached: bool | None) -> Subject:
    # What DVC does not cache is for git to keep, and only the whole repository tells whether it does.
    versioned = "dvc" if cached is True and there.inside else UNSET
    record = Dataset(
        uri=there.path, scheme=there.scheme, versioned_by=versioned, cached=UNSET if cached is None else cached
    )
    return subject(record, location, there.path, symbol=there.symbol)


def _holder(path: str, outputs: dict[str, Output]) -> Output | None:
    """The output in whose folder a path lies."""
    return next((outputs[one] for one in _holders(path) if one in outputs), None)


def _holders(path: str) -> Iterator[str]:
    """Gives a path and the folders that it lies in."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _metrics(root: Mapping) -> Iterator[Scalar]:
    listed = root.get("metrics")
    if isinstance(listed, Sequence):
        yield from (item for item in listed.items if isinstance(item, Scalar))


def _plots(root: Mapping) -> Iterator[Scalar]:
    """Gives the files of the plots: a plot names them under `y` and `x`, else by its own name."""
    listed = root.get("plots")
    for item in listed.items if isinstance(listed, Sequence) else (listed,):
        if isinstance(item, Scalar):
            yield item
        elif isinstance(item, Mapping):
            for name, plot in item.entries:
                axes = [plot.get(axis) for axis in ("x", "y")] if isinstance(plot, Mapping) else []
                files = [key for axis in axes if isinstance(axis, Mapping) for key, _ in axis.entries]
                yield from files or [name]


def _models(path: str, folder: str, root: Mapping, known: Variables) -> Iterator[Subject]:
    for name, artifact in mappings(root.get("artifacts")):
        kind, at = artifact.get("type"), artifact.get("path")
        if isinstance(kind, Scalar) and kind.value == "model" and isinstance(at, Scalar):
            there = _placed(at, folder, known)
            record = Model(uri=there.path if there is not None else UNSET, registered=True, registry_name=name.text)
            links = (Link("declares", there.symbol, locate(path, at)),) if there is not None else ()
            yield subject(record, locate(path, name), name.text, symbol=f"model:{name.text}", links=links)


def _placed(node: Scalar, folder: str, known: Variables) -> Place | None:
    written = known.fill(node.text).text
    return place(written, folder) if written else None
