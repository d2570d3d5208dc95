"""A catalogue of Kedro to the data that it lists: paths, tables and addresses under their names.

Source: kedro 1.7.0 (`kedro/io/core.py`, `kedro/config/omegaconf_config.py`), kedro-datasets 9.6.0,
https://docs.kedro.org/en/stable/catalog-data/data_catalog/
"""

import posixpath
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.kedro.names import project_of_settings
from mlops_lint.extract.registry import trees
from mlops_lint.model import Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, mappings, text
from mlops_lint.subjects import Dataset, subject

_PATTERNS = (
    *(f"{start}conf/*/catalog*.{end}" for start in ("", "*/") for end in ("yml", "yaml")),
    *(f"{start}conf/*/catalog*/*.{end}" for start in ("", "*/") for end in ("yml", "yaml")),
)


@trees(*_PATTERNS)
def catalog(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives each entry of a catalogue as data; what `base` lists is meant where nodes use its name."""
    project = project_of_settings(path)
    base = path[len(project) :].lstrip("/").startswith("conf/base/")
    for root in documents:
        for key, given in mappings(root):
            kind = text(given.get("type"))
            # A leading `_` is for what others repeat; a brace makes a pattern of names.
            if kind is None or "." not in kind or key.text.startswith("_") or "{" in key.text:
                continue
            symbol, uri = _place(project, key.text, given)
            record = Dataset(
                uri=uri or UNSET,
                entry=f"{project}#{key.text}" if base else UNSET,
                versioned_by="kedro" if text(given.get("versioned")) in ("true", "True") else UNSET,
            )
            yield subject(record, locate(path, key), key.text, symbol=symbol)


def _place(project: str, name: str, given: Mapping) -> tuple[str, str]:
    """Gives the symbol of an entry and its path, address or table; where none is known, one by its name."""
    for key in ("filepath", "path", "url"):
        stated = text(given.get(key)) or text(given.get("dataset", key))
        if stated is not None and "${" not in stated:
            if "://" in stated:
                return f"dataset:{stated}", stated
            below = posixpath.normpath(posixpath.join(project, stated))
            return (f"dataset:{below}", below) if not stated.startswith("/") else (f"dataset:{stated}", stated)
    table = text(given.get("table_name")) or text(given.get("table"))
    if table is not None and "${" not in table:
        return f"dataset:table:{table}", f"table:{table}"
    return f"dataset:memory://{project}#{name}", ""
