"""INI files to a tree of sections."""

import pytest

from mlops_lint.errors import ParseError
from mlops_lint.parse.ini import parse
from mlops_lint.parse.tree import Mapping, Plain, plain


def tree(text: str) -> Mapping:
    (found,) = parse(text.encode())
    assert isinstance(found, Mapping)
    return found


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("[a]\nx = 1\ny: two words\n", {"a": {"x": "1", "y": "two words"}}),
        ("[options]\nrequires =\n    a\n    # no\n    b>=1\n\n    c\nzip = no\n",
         {"options": {"requires": "a\nb>=1\n\nc", "zip": "no"}}),
        ("[core]\n    remote = s3\n    analytics = false\n['remote \"s3\"']\n    url = s3://b/p\n",
         {"core": {"remote": "s3", "analytics": "false"}, 'remote "s3"': {"url": "s3://b/p"}}),
        ('[remote "s3"]\nurl = x\n', {'remote "s3"': {"url": "x"}}),
        ("[a]\nflag\nempty =\n", {"a": {"flag": None, "empty": ""}}),
        ("top = 1\n[a]\n", {"top": "1", "a": {}}),
        ("[a]\nurl = sqlite:///x?y=1\n", {"a": {"url": "sqlite:///x?y=1"}}),
        ("# c\n; c\n[a]\r\nx = 1\r\n", {"a": {"x": "1"}}),
        ("", {}),
    ],
)  # fmt: skip
def test_sections_hold_keys_with_text_values(text: str, values: Plain) -> None:
    assert plain(tree(text)) == values


def test_nodes_know_their_places() -> None:
    root = tree("[core]\n    remote = s3\n['remote \"s3\"']\n    url =\n        one\n        two\n\n")
    url = root.get('remote "s3"', "url")
    key, section = root.key('remote "s3"'), root.get("core")
    assert url is not None
    assert key is not None
    assert section is not None
    assert (url.line, url.column, url.end_line, url.end_column) == (4, 10, 6, 12)
    assert (key.line, key.column, key.end_column) == (3, 2, 15)
    assert (section.line, section.column, section.end_line, section.end_column) == (1, 1, 2, 16)


def test_a_section_that_stands_twice_is_kept_twice() -> None:
    assert [key.text for key, _ in tree("[a]\nx=1\n[a]\nx=2\n").entries] == ["a", "a"]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [(b"x = 1\n[a\n", "MLL002", 2), (b"[a]\n= 1\n", "MLL002", 2), (b"[a]\nx = \xff", "MLL005", 2)],
)
def test_what_cannot_be_read_is_a_problem(text: bytes, code: str, line: int) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert (caught.value.code, caught.value.line) == (code, line)
