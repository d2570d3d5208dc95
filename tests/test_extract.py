"""Every extractor says of the files in its fixture what the fixture states.

A block `yaml facts` lists the subjects that the files of a case hold, all of the kinds that it names:
`fields` and `links` are among those of the subject, `unknown` names fields that are left out, and `exactly` gives for a
role all that is linked by it. Where nothing is expected, it is a mapping of the kinds that there must be none of.
"""

from pathlib import Path

import msgspec
import pytest

from mlops_lint.extract import extract
from mlops_lint.fixture import Case, read
from mlops_lint.model import Ref, Subject
from mlops_lint.parse.tree import Plain, plain
from mlops_lint.parse.yaml import parse

FIXTURES = Path(__file__).parent.parent / "fixtures" / "extract"
CASES = [
    pytest.param(case, id=f"{path.stem}: {case.heading}")
    for path in sorted(FIXTURES.glob("*.md"))
    for case in read(path).cases
]


class Stated(msgspec.Struct, forbid_unknown_fields=True):
    kind: str
    name: str
    line: int
    symbol: str | None = None
    fields: dict[str, object] = {}
    unknown: list[str] = []
    links: list[str] = []
    exactly: dict[str, list[str]] = {}


def facts(case: Case) -> tuple[list[Stated], set[str]]:
    stated: Plain = plain(parse(case.block("facts").text.encode())[0])
    if isinstance(stated, dict):
        return [], set(stated)
    expected = msgspec.convert(stated, list[Stated])
    return expected, {one.kind for one in expected}


def readable(value: object) -> object:
    if isinstance(value, Ref):
        kind, _, name = value.symbol.partition(":")
        return {kind: name}
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("case", CASES)
def test_files_hold_what_their_fixture_says(case: Case) -> None:
    expected, kinds = facts(case)
    extracted = [extract(one.path, one.text.encode()) for one in case.blocks if one.path not in ("", "facts")]
    assert [facts.problems for facts in extracted if facts.problems] == []
    found = {
        (one.kind, one.name, one.location.line): one
        for facts in extracted
        for one in facts.subjects
        if one.kind in kinds
    }
    assert set(found) == {(one.kind, one.name, one.line) for one in expected}
    for one in expected:
        compare(found[one.kind, one.name, one.line], one)


def compare(subject: Subject, stated: Stated) -> None:
    fields = {name: readable(value) for name, value in subject.fields.items()}
    assert {name: fields.get(name, "unknown") for name in stated.fields} == stated.fields, stated.name
    assert set(stated.unknown).isdisjoint(fields), stated.name
    assert set(stated.links) <= {f"{link.role} {link.symbol}" for link in subject.links}, stated.name
    for role, symbols in stated.exactly.items():
        assert {link.symbol for link in subject.links if link.role == role} == set(symbols), (stated.name, role)
    if stated.symbol is not None:
        assert subject.symbol == stated.symbol
