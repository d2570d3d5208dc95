"""Modules of Terraform to who uses them with which values: calls, variables with their defaults, and files of values.

What a resource takes from a variable stands at the deployment as a link, which the linker fills in.
Source: https://developer.hashicorp.com/terraform/language/modules and .../language/values/variables
"""

import posixpath
import re
from collections.abc import Iterator

import msgspec

from mlops_lint.extract.registry import texts
from mlops_lint.model import Link, Subject
from mlops_lint.parse.hcl import EXPRESSION, Block, parse
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Node, Scalar, text
from mlops_lint.subjects import Use, subject

_LONGEST = 200
# Of these the linker has a use; no other value is kept, as some are credentials.
_WANTED = re.compile(r"(?i)image|tag|repo|regist|count|replica|instance|version|digest|number|size|min|name")
_UNWANTED = re.compile(r"(?i)pass|secret|token|key|credential|user")
_VARIABLE = re.compile(r"\bvar\.[\w-]+")
_CONTAINER = ("template", "spec", "containers"), ("template", "containers")
_POD = ("spec", "template", "spec", "container")
# Type of a resource -> (field of a deployment, where its value stands).
_FIELDS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "kubernetes_deployment": (("replicas", ("spec", "replicas")), ("image", (*_POD, "image"))),
    "kubernetes_deployment_v1": (("replicas", ("spec", "replicas")), ("image", (*_POD, "image"))),
    "google_cloud_run_service": (("image", (*_CONTAINER[0], "image")),),
    "google_cloud_run_v2_service": (
        ("image", (*_CONTAINER[1], "image")), ("replicas", ("template", "scaling", "min_instance_count")),
    ),
    "aws_lambda_function": (("image", ("image_uri",)),),
    "aws_sagemaker_endpoint_configuration": (("replicas", ("production_variants", "initial_instance_count")),),
}  # fmt: skip
_IN_JSON = re.compile(r"\"?\bimage\"?\s*[:=]\s*(var\.[\w-]+|\"[^\"\n]{0,200}\$\{var\.[^\"\n]{1,200}\")")


@texts("*.tf", words=("module", "variable", "provider", "backend"))
def modules(path: str, written: str) -> Iterator[Subject]:
    """Gives each call of a module of this repository, each variable, and whether the folder is applied by itself."""
    folder = posixpath.dirname(path)
    for block in parse(written):
        if block.type == "module" and block.labels:
            yield from _call(path, folder, block)
        elif block.type == "variable" and block.labels:
            default = block.body.get("default")
            value = _value(block.labels[0], default) if default is not None else ""
            record = Use(purpose="infrastructure-variable", tool=value)
            symbol = f"tf-variable:{folder}#{block.labels[0]}"
            yield subject(record, locate(path, block.start), block.labels[0], symbol=symbol)
        elif (block.type == "terraform" and block.body.get("backend") is not None) or block.type == "provider":
            record = Use(purpose="infrastructure-root", tool="terraform")
            yield subject(record, locate(path, block.start), folder or ".")


@texts("*.tfvars")
def values(path: str, written: str) -> Iterator[Subject]:
    """Gives the values that a file has for the variables of its folder, or of the one above."""
    # A body without a block around it.
    block = next(iter(parse(f"values {{\n{written}\n}}")), None)
    for key, value in block.body.entries if block is not None else ():
        record = Use(purpose="infrastructure-value", tool=_value(key.text, value))
        # One line was put before.
        place = locate(path, key)
        yield subject(record, msgspec.structs.replace(place, line=place.line - 1, end_line=place.line - 1), key.text)


def _call(path: str, folder: str, block: Block) -> Iterator[Subject]:
    source = text(block.body.get("source"))
    if source is None or not source.startswith("."):
        return
    called = posixpath.normpath(posixpath.join(folder, source))
    given = (
        (key.text, _value(key.text, value))
        for key, value in block.body.entries
        if key.text not in ("source", "providers")
    )
    links = tuple(Link("uses", f"tf-input:{name}={value}") for name, value in given)
    record = Use(purpose="infrastructure-module", tool="" if called == "." else called)
    yield subject(record, locate(path, block.start), block.labels[0], links=links)


def _value(name: str, node: Node) -> str:
    """A value as text; what is computed behind a mark, what is not kept as the mark alone."""
    if not isinstance(node, Scalar) or _UNWANTED.search(name) or not _WANTED.search(name):
        return "?"
    if node.tag != EXPRESSION:
        return "?" if node.value is None or len(node.text) > _LONGEST else node.text
    return f"?{node.text}" if len(node.text) <= _LONGEST else "?"


def taken(block: Block) -> Iterator[Link]:
    """Gives the fields of a deployment that a variable decides, with the expression that says how."""
    for field, keys in _FIELDS.get(block.labels[0], ()):
        node = block.body.get(*keys)
        if isinstance(node, Scalar) and node.tag == EXPRESSION and _VARIABLE.search(node.text):
            yield from _link(field, node.text)
    if block.labels[0] == "aws_ecs_task_definition":
        node = block.body.get("container_definitions")
        found = _IN_JSON.search(node.text[:20_000]) if isinstance(node, Scalar) else None
        if found is not None:
            yield from _link("image", found[1].strip('"'))


def _link(field: str, expression: str) -> Iterator[Link]:
    if len(expression) <= _LONGEST:
        yield Link("uses", f"tf-value:{field}={expression}")
