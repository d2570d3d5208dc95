"""Pages that people write to what they say of data and models.

Source: https://huggingface.co/docs/hub/datasets-cards, https://huggingface.co/docs/hub/model-cards (front matter),
Gebru et al., Datasheets for Datasets (arXiv:1803.09010); Mitchell et al., Model Cards (arXiv:1810.03993)
"""

import re
from collections.abc import Iterator

from mlops_lint.extract.registry import texts
from mlops_lint.model import Location, Subject
from mlops_lint.subjects import Use, subject

_PAGES = ("*.md", "*.rst", "*.qmd", "readme", "readme.txt", "README", "README.txt", "description")
_FRONT = re.compile(r"\A---\r?\n(.{1,8000}?)\r?\n---\r?$", re.DOTALL | re.MULTILINE)
_OF_DATA = re.compile(r"^(?:dataset_info|task_categories|size_categories|annotations_creators)\s*:", re.MULTILINE)
_LICENCE_KEY = re.compile(r"^licen[cs]e\s*:\s*\S", re.MULTILINE)
_CARD = re.compile(r"(?i)(?:^|/)(?:data_?-?sheet|data_?-?card|dataset_?-?card|data_?-?dictionary|codebook)[^/]*\.\w+$")
_MODEL_CARD = re.compile(r"(?i)model[-_ ]?card|(?:^|/)cards?/")
_DATA_FOLDER = re.compile(r"(?i)(?:^|/)(?:data|datasets?|raw|input|inputs)/(?:\w+/)*readme(?:\.\w+)?$")
# A heading about data; `pytest data/` and `Database` are none.
_HEADING = re.compile(
    r"(?im)^(?:#{1,6}\s+|\*\*)[^\n]{0,60}?(?<![\w-])(?:data ?sets?|data|corpus|data dictionary|features|attributes|"
    r"columns|variables)(?![\w-])[^\n]{0,60}$|^[^\n]{0,40}\b(?:data ?sets?|data)\b[^\n]{0,40}\n[=\-~^]{3,}$"
)
# A sentence that says what the data is, or where it is from.
_SAID = re.compile(
    r"(?i)\b(?:data ?sets?|training data|raw data|the data|corpus)\b|\bkaggle\b|\buci\b|\bhugging ?face\.co/datasets"
)
_ENDING = re.compile(r"\.(?:csv|tsv|parquet|jsonl?|xlsx?|feather|npy|npz|h5|hdf5|zip|gz|xml|arff|txt|pkl)(?![\w/])")
_STEM = re.compile(r"[\w.-]{1,80}$")
_LICENCE = re.compile(
    r"(?i)licen[cs]e|\bCC[- ]?(?:BY|0)\b|creative commons|public domain|open data commons|\bODbL\b|terms of use|"
    r"copyright"
)
_LICENCE_STARTS = ("licen", "cc", "creative", "public domain", "open data", "odbl", "terms of use", "copyright")
_DATA_WORD = re.compile(r"(?i)\bdata ?sets?\b|\bdata\b|\bcorpus\b|\bimages\b|\bannotations\b|\.csv\b|\.parquet\b")
_OWNER = re.compile(
    r"(?im)^[^\w\n]{0,12}(?:model )?(?:owners?|maintainers?|maintained by|contacts?|authors?|developed by|created by|"
    r"made by|built by|team)\b|^#{1,6} *(?:autor|auteur|autoren)\w*|\bcontact \[[^\]\n]{1,60}\]\("
)
_ADDRESS = re.compile("://")
_ORIGIN = re.compile(
    r"(?i)https?://(?:www\.)?(?:kaggle\.com/(?:datasets|c|competitions|\w+/[\w-]+)|archive\.ics\.uci\.edu|"
    r"huggingface\.co/datasets|zenodo\.org|(?:www\.)?openml\.org|doi\.org|figshare\.com|data\.[\w.-]+)"
)
# In code, words on data count only where they say something of it.
_COMMENT = re.compile(
    r"(?im)^\s*[#\"'][^\n]{0,80}\bdata ?sets?\b[^\n]{0,60}\b(?:from|contains?|columns?|rows?|description|about|"
    r"consists?|source|overview)\b"
)
_DATA_SET = re.compile("data ?set")
_AUTHOR = re.compile(r"(?im)^\s*(?:author|maintainer)\w*\s*=\s*[^\s,)]")
_NEAR = 400
_MOST = 100


@texts(*_PAGES)
def page(path: str, text: str) -> Iterator[Subject]:
    """Gives what a page says of data, that it describes it, names its files or states a licence, and of owners."""
    front = _FRONT.match(text)
    of_data = front is not None and _OF_DATA.search(front[1]) is not None
    heading = _HEADING.search(text)
    if of_data or _CARD.search(path) or _DATA_FOLDER.search(path):
        yield _use(path, text, 0, "data-description", "page")
    elif heading is not None:
        yield _use(path, text, heading.start(), "data-description", "page")
    elif (said := _SAID.search(text)) is not None:
        yield _use(path, text, said.start(), "data-mention", "page")
    for name, at in _named(text):
        yield _use(path, text, at, "data-file-named", name)
    licence = front.start(1) if of_data and front is not None and _LICENCE_KEY.search(front[1]) else _licensed(text)
    if licence is not None:
        yield _use(path, text, licence, "data-licence", "page")
    origin = _origin(text)
    if origin is not None:
        yield _use(path, text, origin.start(), "data-origin", origin[0])
    owner = _OWNER.search(text)
    if owner is not None:
        yield _use(path, text, owner.end(), "model-owner" if _MODEL_CARD.search(path) else "contact", "page")


_SPOKEN = ("ataset", "ata set", "kaggle.com", "uci.edu", "zenodo.org", "openml.org", "figshare.com", "doi.org")


@texts("*.py", "*.ipynb", "*.R", "*.Rmd", words=_SPOKEN)
def comment(path: str, text: str) -> Iterator[Subject]:
    """Gives a use `data-mention` for code whose comments or cells of text say what its data is or where it is from."""
    origin = _origin(text)
    at = origin.start() if origin is not None else _commented(text)
    if at is not None:
        yield _use(path, text, at, "data-mention", "comment")


@texts("pyproject.toml", "setup.py", "setup.cfg")
def package(path: str, text: str) -> Iterator[Subject]:
    """Gives a use `contact` for a package that names its authors: whoever looks for an owner may ask them."""
    found = _AUTHOR.search(text)
    if found is not None:
        yield _use(path, text, found.end(), "contact", "package")


def _named(text: str) -> Iterator[tuple[str, int]]:
    """The names of data files, each once."""
    seen: set[str] = set()
    for found in _ENDING.finditer(text):
        stem = _STEM.search(text[max(0, found.start() - 80) : found.start()])
        name = f"{stem[0]}{found[0]}" if stem is not None else ""
        if name and name not in seen and len(seen) < _MOST:
            seen.add(name)
            yield name, found.start()


def _origin(text: str) -> re.Match[str] | None:
    """The first address of data; to look for what follows `http` takes ten times as long."""
    for found in _ADDRESS.finditer(text):
        at = found.start()
        origin = _ORIGIN.match(text, max(at - 5, 0)) or _ORIGIN.match(text, max(at - 4, 0))
        if origin is not None:
            return origin
    return None


def _commented(text: str) -> int | None:
    """Where the first comment on data starts, with the blank lines above it; to look at all lines takes longer."""
    for found in _DATA_SET.finditer(text.lower()):
        line = text.rfind("\n", 0, found.start()) + 1
        if _COMMENT.match(text, line):
            above = len(text[:line].rstrip())
            return text.find("\n", above, line) + 1 if above else 0
    return None


def _licensed(text: str) -> int | None:
    """Where a licence is spoken of in one paragraph with data."""
    lower = text.lower()
    if not any(start in lower for start in _LICENCE_STARTS):
        return None
    for number, found in enumerate(_LICENCE.finditer(text)):
        if number >= _MOST:
            return None
        start = max(text.rfind("\n\n", 0, found.start()), found.start() - _NEAR)
        end = text.find("\n\n", found.end(), found.end() + _NEAR)
        if _DATA_WORD.search(text, max(start, 0), end if end >= 0 else found.end() + _NEAR):
            return found.start()
    return None


def _use(path: str, text: str, at: int, purpose: str, name: str) -> Subject:
    line = text.count("\n", 0, at) + 1
    return subject(Use(purpose=purpose, tool="prose"), Location(path, line, 1, line, 1), name)
