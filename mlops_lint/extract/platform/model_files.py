"""Files that a server of models reads to what it serves: Triton, TorchServe, a bento, a command of Cloud Run.

Source: https://github.com/triton-inference-server/server/blob/main/docs/user_guide/model_configuration.md,
https://docs.pytorch.org/serve/configuration.html, https://docs.bentoml.com/en/latest/reference/bentoml/bento-build-options.html,
https://cloud.google.com/sdk/gcloud/reference/run/deploy
"""

import posixpath
import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.commands.words import HOLE, tokens
from mlops_lint.extract.platform.containers import environment, pinned
from mlops_lint.extract.registry import texts, trees
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, text
from mlops_lint.subjects import Deployment, Flag, subject

_TRITON = re.compile(r'^\s*(?:platform|backend)\s*:\s*"([^"\n]*)"', re.MULTILINE)
_NAME = re.compile(r'^name\s*:\s*"([^"\n]*)"', re.MULTILINE)
_TORCHSERVE = re.compile(r"^(?:model_store|load_models|inference_address)\s*=\s*(\S+)", re.MULTILINE)
_RUN = re.compile(r"\bgcloud\s+(?:beta\s+|alpha\s+)?run\s+deploy\b")
_WORDS = 120


@texts("config.pbtxt", "*.pbtxt")
def triton(path: str, text: str) -> Iterator[Subject]:
    """Gives the model that a repository of Triton holds; its folder is its name, where the file gives none."""
    found = _TRITON.search(text)
    if found is None:
        return
    named = _NAME.search(text)
    folder = posixpath.dirname(path)
    name = named[1] if named is not None else posixpath.basename(folder)
    line = text.count("\n", 0, found.start()) + 1
    record = Deployment(framework="triton", what=found[1] or "model", serves_model=True, model_uri=folder or name)
    yield subject(record, Location(path, line, 1, line, 2), name, symbol=f"deployment:{path}")


@texts("config.properties")
def torchserve(path: str, text: str) -> Iterator[Subject]:
    """Gives the models that TorchServe loads when it starts."""
    found = _TORCHSERVE.search(text)
    if found is None:
        return
    loads = re.search(r"^load_models\s*=\s*(\S+)", text, re.MULTILINE)
    open_ = re.search(r"^disable_token_authorization\s*=\s*true", text, re.MULTILINE)
    line = text.count("\n", 0, found.start()) + 1
    record = Deployment(
        framework="torchserve",
        what="config.properties",
        serves_model=True,
        model_uri=loads[1] if loads else UNSET,
        secured=False if open_ else UNSET,
    )
    yield subject(record, Location(path, line, 1, line, 2), "torchserve", symbol=f"deployment:{path}")


@trees("bentofile.yaml", "bentofile.yml")
def bento(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the bento that is built from a service, which brings its environment and its probes."""
    root = documents[0] if documents else None
    service = text(root.get("service")) if isinstance(root, Mapping) else None
    key = root.key("service") if isinstance(root, Mapping) else None
    if service is None or key is None:
        return
    module = service.partition(":")[0].removesuffix(".py")
    record = Deployment(framework="bentoml", what="bento", image=None, image_pinned=None, probes=("live", "ready"),
                        probed=True)  # fmt: skip
    links = (Link("deploys", f"code:module:{module}"),)
    yield subject(record, locate(path, key), service, symbol=f"deployment:{path}", links=links)


@texts("*.sh", "*.yml", "*.yaml", "Makefile", "*.mk", "Jenkinsfile*", "justfile")
def cloud_run(path: str, text: str) -> Iterator[Subject]:
    """Gives the deployment that each `gcloud run deploy` makes."""
    for found in _RUN.finditer(text) if "run deploy" in text else ():
        start = text.rfind("\n", 0, found.start()) + 1
        if text[start : found.start()].lstrip().startswith(("#", "echo", "//")):
            continue
        line = text.count("\n", 0, found.start()) + 1
        words = _words(text[found.end() : found.end() + 4000])
        yield subject(*_run(path, words, line), symbol=f"deployment:{path}:{line}", links=_source(words))


def _words(rest: str) -> dict[str, str]:
    """The options of one command, and its first operand under ""."""
    options: dict[str, str] = {}
    waiting = ""
    for count, (kind, word) in enumerate(tokens(rest)):
        if kind != "word" or count > _WORDS:
            break
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            options[name] = value
            waiting = "" if equals else name
        elif waiting:
            options[waiting] = word
            waiting = ""
        else:
            options.setdefault("", word)
    return options


def _run(path: str, words: dict[str, str], line: int) -> tuple[Deployment, Location, str]:
    image = words.get("--image")
    hidden = image is not None and (HOLE in image or "$" in image)
    fewest, most = words.get("--min-instances"), words.get("--max-instances")
    opened: Flag = (
        True if "--no-allow-unauthenticated" in words else False if "--allow-unauthenticated" in words else UNSET
    )
    record = Deployment(
        framework="cloud-run",
        what="gcloud run deploy",
        image=UNSET if image is None or hidden else image,
        image_pinned=UNSET if image is None or hidden else pinned(image),
        model_uri=UNSET,
        scales=fewest is None or fewest != most,
        scalable=True,
        rollout="split" if "--no-traffic" in words else "rolling",
        stepwise="--no-traffic" in words,
        # Each deployment is a revision that traffic can be given back to.
        reversible=True,
        probes=UNSET,
        probed=True,
        sized=True,
        requests=("cpu", "memory"),
        limits=("cpu", "memory"),
        environment=environment(path),
        secured=opened,
    )
    named = words.get("", "")
    name = named if named and HOLE not in named and "$" not in named else "gcloud run deploy"
    return record, Location(path, line, 1, line, 2), name


def _source(words: dict[str, str]) -> tuple[Link, ...]:
    source = words.get("--source")
    if source is None or HOLE in source or "$" in source:
        return ()
    file = posixpath.normpath(posixpath.join("", source, "Dockerfile"))
    return () if file.startswith(("..", "/")) else (Link("builds", f"file:{file}"),)
