"""The shell lines of a notebook to the data that they fetch, unpack and upload, as reads and writes of its code."""

import posixpath
import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.commands.cells import command, commands, leaves
from mlops_lint.extract.commands.downloads import MARK, Transfer, transfers
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.uris import ROLES, data_symbol
from mlops_lint.extract.registry import notebooks
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.notebook import Notebook
from mlops_lint.subjects import Kind, Read, Write, subject

_DATA = re.compile(
    r"(?i)\.(?:csv|tsv|json|jsonl|ndjson|parquet|feather|avro|arrow|orc|npy|npz|xlsx?|zip|tar|tgz|gz|bz2|xz|7z|rar|rec|"
    r"tfrecords?|lst|libsvm|svm|data|hdf5|mat|db|sqlite|txt|dat)$"
)
# Archives hold programs and models as often as data.
_OTHER = re.compile(
    r"(?i)model|weight|checkpoint|ckpt|pretrained|/archive/|releases/download|github\.com/.*\.zip|require"
)
_ENTERS = re.compile(r"\b(?:cd|pushd)\b")
_PLACE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


@notebooks
def cell_downloads(parsed: Notebook, module: Module | None) -> Iterator[Subject]:
    """Gives a read of what is fetched or unpacked, and a write of where it is left; none where all is filled in."""
    if module is None:
        return
    placed = True
    for line in parsed.shell:
        text = command(line) if MARK.search(line.text) else None
        inside = placed
        for at, one in commands(line, text, parsed) if text is not None else ():
            for transfer in transfers(one):
                yield from _subjects(transfer, at, inside, module)
            inside = inside and not _ENTERS.search(one)
        placed = placed and not leaves(line)


def _subjects(one: Transfer, at: Location, placed: bool, module: Module) -> Iterator[Subject]:
    local = one.source is not None and not _PLACE.match(one.source)
    if one.source is not None and (placed or not local):
        record = Read(library=one.tool, uri=one.source, data=_is_data(one), hub=False, pinned=one.fixed or UNSET,
                      verify=one.verified)  # fmt: skip
        yield _made(record, at, one, module)
    if one.target is not None and (placed or _PLACE.match(one.target)):
        yield _made(Write(library=one.tool, uri=one.target, mode="w", appends=False), at, one, module)


def _made(record: Kind, at: Location, one: Transfer, module: Module) -> Subject:
    made = subject(record, at, one.tool)
    symbol = data_symbol(made.kind, made.fields)
    links = (module.within(module.scopes.module), *((Link(ROLES[made.kind], symbol),) if symbol else ()))
    return subject(record, at, one.tool, links=links)


def _is_data(one: Transfer) -> bool:
    if one.tool == "kaggle":
        return True
    name = posixpath.basename((one.source or "").partition("?")[0])
    found = _DATA.search(name) or (_DATA.search(one.target or "") if "." not in name else None)
    return found is not None and not _OTHER.search(f"{one.source} {one.target}")
