"""A Python module to the packages that it imports from outside the standard library, one subject for each.

Source: https://docs.python.org/3/library/ of all versions from 3.6, and `distributions.yaml`.
"""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Import
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Import as ImportKind
from mlops_lint.subjects import subject

# Modules of the standard library in some version from 3.6 that the Python which runs us may lack.
_OTHER_VERSIONS = (
    *("annotationlib", "asynchat", "asyncore", "audioop", "binhex", "cgi", "cgitb", "chunk", "compression", "crypt"),
    *("distutils", "dummy_threading", "formatter", "graphlib", "imghdr", "imp", "lib2to3", "macpath", "mailcap"),
    *("msilib", "nis", "nntplib", "ossaudiodev", "parser", "pipes", "smtpd", "sndhdr", "spwd", "sunau", "symbol"),
    *("telnetlib", "tomllib", "uu", "xdrlib", "zoneinfo"),
)
# Of Python 2: what imports them guards it, or runs on no Python of today.
_PYTHON_2 = (
    *("__builtin__", "_winreg", "ConfigParser", "Cookie", "HTMLParser", "Queue", "StringIO", "Tkinter", "cPickle"),
    *("cStringIO", "commands", "cookielib", "exceptions", "httplib", "md5", "sets", "sha", "thread", "urllib2"),
    *("tkFileDialog", "urlparse", "SocketServer", "BaseHTTPServer"),
)
_STANDARD = frozenset((*sys.stdlib_module_names, *_OTHER_VERSIONS, *_PYTHON_2, "__main__", "_typeshed"))

# Packages that many distributions share -> how many further parts of a name belong to that of the distribution.
_SHARED = {
    "google.cloud": 1, "google": 1, "azure.mgmt": 1, "azure": 2, "airflow.providers": 1, "backports": 1, "zope": 1,
    "airflow.providers.apache": 1, "airflow.providers.cncf": 1, "airflow.providers.common": 1,
    "airflow.providers.dbt": 1, "airflow.providers.microsoft": 1, "flytekitplugins": 1, "jaraco": 1, "databricks": 1,
    "opentelemetry.exporter": 2, "opentelemetry.instrumentation": 1, "sphinxcontrib": 1, "ruamel": 1,
    "llama_index.embeddings": 1, "llama_index.llms": 1, "llama_index.readers": 1, "llama_index.vector_stores": 1,
}  # fmt: skip
_PREFIXES = {"airflow": "apache-airflow"}
_PART = re.compile(r"-(?:base|core|cpu|gpu)$")


@python
def imports(module: Module) -> Iterator[Subject]:
    """Gives one subject for each third-party package, at its first import; whose the package is, linking decides."""
    found: dict[str, list[Import]] = {}
    known: dict[str, tuple[str, ...]] = {}
    for one in module.imports:
        if isinstance(one.node, ast.ImportFrom) and one.node.level:
            continue
        name, distributions = provided(one.dotted)
        if distributions and name.partition(".")[0] not in _STANDARD:
            known[name] = distributions
            found.setdefault(name, []).append(one)
    for name, every in found.items():
        record = ImportKind(
            top=name.partition(".")[0],
            distributions=known[name],
            named=tuple(_named(known[name])),
            guarded=all(one.guarded for one in every),
        )
        first = next((one for one in every if not one.guarded), every[0])
        yield subject(record, module.locate(first.node), name, links=(module.within(first.scope),))


def _named(distributions: tuple[str, ...]) -> Iterator[str]:
    """Gives the distributions without those that are a build or a part of one before: `torchvision-cpu` of conda."""
    for index, one in enumerate(distributions):
        if _PART.sub("", one) not in distributions[:index]:
            yield one


@cache
def provided(dotted: str) -> tuple[str, tuple[str, ...]]:
    """Gives the package to which an imported name belongs, and the distributions that may provide it."""
    parts = dotted.removesuffix(".*").split(".")
    for size in range(len(parts), 0, -1):
        prefix = ".".join(parts[:size])
        if prefix in _table():
            return prefix, _table()[prefix]
        if prefix in _SHARED and size < len(parts):
            whole = ".".join(parts[: size + _SHARED[prefix]])
            return whole, _namesake(whole)
    return parts[0], _namesake(parts[0])


def _namesake(package: str) -> tuple[str, ...]:
    root, dot, rest = package.partition(".")
    # `google.cloud.pubsub_v1` is of google-cloud-pubsub; `airflow.providers.x` of apache-airflow-providers-x.
    plain = re.sub(r"_v\d+(?:(?:alpha|beta)\d+)?$", "", f"{_PREFIXES.get(root, root)}{dot}{rest}")
    own = re.sub(r"[-_.]+", "-", plain).lower()
    return (own, *_table().get(root, ())) if dot else (own,)


@cache
def _table() -> dict[str, tuple[str, ...]]:
    path = Path(__file__).with_name("distributions.yaml")
    return msgspec.yaml.decode(path.read_bytes(), type=dict[str, tuple[str, ...]])
