"""Constructs of the AWS CDK in TypeScript and JavaScript to the deployments and resources that they declare.

Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-construct-library.html
"""

import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.platform.cdk import HOLDS, deployment
from mlops_lint.extract.platform.stores import meant
from mlops_lint.extract.registry import texts
from mlops_lint.model import Location, Subject
from mlops_lint.parse.typescript import Made, items, lines, literal, parse
from mlops_lint.subjects import Flag, Resource, subject

_MODULE = re.compile(r"^(?:aws-cdk-lib[/.]|@aws-cdk/)(aws[-_][\w-]+)\.([\w.]+)$")
_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")


@texts("*.ts", "*.js", "*.mjs", "*.tsx", words=("aws-cdk-lib", "@aws-cdk/"))
def cdk_typescript(path: str, text: str) -> Iterator[Subject]:
    """Gives each construct of a stack that holds, runs or serves something."""
    if path.endswith(".d.ts"):
        return
    places = lines(text)
    for one in parse(text):
        found = _MODULE.match(one.name)
        if found is None:
            continue
        what = f"{found[1].replace('-', '_')}.{found[2]}"
        location = Location(path, *places.place(one.start), *places.place(one.end))
        id = literal(one.arguments[1]) if len(one.arguments) > 1 else None
        name = id if isinstance(id, str) else what
        given = {_CAPITAL.sub(r"_\1", key).lower(): value for key, value in one.given.items()}
        symbol = f"{path}:{location.line}:{location.column}"
        if what in HOLDS:
            moving = any(literal(value) is None for value in given.values())
            public = _public(what, name, given, one)
            record = Resource(framework="cdk", what=what, holds=HOLDS[what], public=public, parameterised=moving)
            yield subject(record, location, name, symbol=f"resource:{symbol}")
        made = deployment(what, frozenset(given), one.whole, items(given.get("production_variants", "")),
                          literal(given.get("desired_count", "1")) if one.whole else None)  # fmt: skip
        if made is not None:
            yield subject(made, location, name, symbol=f"deployment:{symbol}")


def _public(what: str, name: str, given: dict[str, str], one: Made) -> Flag:
    for key in ("public_read_access", "publicly_accessible"):
        if key in given:
            value = literal(given[key])
            return value if isinstance(value, bool) and not meant(name) else UNSET
    if "website_index_document" in given or "access_control" in given:
        return UNSET
    return False if one.whole and what in ("aws_s3.Bucket", "aws_s3.CfnBucket") else UNSET
