"""Any bytes give a tree or a ParseError, never another error, from every parser."""

import ast
import random
import time
from collections.abc import Callable

import pytest

from mlops_lint.errors import ParseError
from mlops_lint.model import PROBLEMS
from mlops_lint.parse import dockerfile, hcl, helm, ini, json, notebook, python, requirements, toml, yaml
from mlops_lint.parse.comments import comments
from mlops_lint.parse.tree import duplicates, plain

PARSERS: dict[str, Callable[[bytes], object]] = {
    "yaml": yaml.parse,
    "toml": toml.parse,
    "json": json.parse,
    "ini": ini.parse,
    "dockerfile": dockerfile.parse,
    "requirements": requirements.parse,
    "notebook": lambda data: notebook.parse(data, "n.ipynb"),
    "python": lambda data: python.parse(data, "p.py"),
    "hcl": lambda data: hcl.parse(data.decode("utf-8", "replace")),
    "helm": helm.outline,
}
PIECES = (
    "[ { ( ] } ) \" ' \"\"\" ''' \n \n\n \t \\ # : ; , = == - -- . .. & &a *a <<: ! !! !x % %% ? | > @ ~ ` \r \x0c "
    "\x85 \u2028 \ufeff é 😀 \\ud83d \\u00e9 \\n 1 0x1 1e999 1979-05-27 inf nan true null {{ }} {% ${A} $A ${A:-$B} "
    '<<EOF EOF FROM x ARG A= ENV A=1 RUN COPY --x=" [a] [[a]] a.b= a: a = 1 - a -r -e git+x @ a[b]==1 --- ... if x: '
    'def f(): !ls %time x? x=!y mlops-lint: # mlops-lint: coding: /* // */ {"cells":[{"cell_type":"code"}]}'
).split(" ")
NOTEBOOK = (
    '{"cells": [{"cell_type": "code", "source": ["x = 1\\n", "!ls\\n", "%%time\\n"], "outputs": [{"text": "é"}]}]}'
)
SEEDS = [
    "a: &a {b: [1, 'x'], c: |\n  text\n}\nd: {<<: *a}\n",
    '[a.b]\nc = [1, {d = \'x\'}]\n[[e]]\nf = """\nx"""\n',
    '{"a": [1, null, {"b": "\\u00e9"}]}\n',
    "[a]\nb = 1\n  2\n['remote \"x\"']\nc\n",
    "ARG V=1\nFROM a:$V AS b\nRUN <<EOF\nx\nEOF\nCOPY --from=b . . \\\n  # c\n  d\n",
    "a[b]==1 ; x == 'y' \\\n  --hash=sha256:0\n-r c.txt\n-e git+https://x#egg=y\n",
    "import a\n\n\ndef f(x):\n    return 'é' + f\"{x}\"\n",
    NOTEBOOK,
    'resource "a" "b" {\n  c = [1, "${d}"]\n  e { f = <<-EOT\n  x\n  EOT\n }\n}\n',
    'a: {{ .Values.b }}\n{{- if c }}\nd: {{ include "e" . | indent 2 }}\n{{- end }}\n',
]


def mutated(chance: random.Random) -> bytes:
    data = bytearray(chance.choice(["", *SEEDS]).encode())
    for _ in range(chance.randrange(12)):
        place, kind = chance.randrange(len(data) + 1), chance.random()
        if kind < 0.6:
            data[place:place] = chance.choice(PIECES).encode("utf-8", "surrogatepass") * chance.choice([1, 1, 1, 2, 50])
        elif kind < 0.8:
            del data[place : place + chance.randrange(20)]
        elif kind < 0.9:
            data[place:place] = chance.randbytes(2)
        else:
            del data[place:]
    return bytes(data)


def problem(language: str, data: bytes) -> ParseError | None:
    """Reads a file and does with it what extractors do; gives the error that says why it cannot be read."""
    try:
        use(PARSERS[language](data))
    except ParseError as error:
        return error
    return None


@pytest.mark.parametrize("language", PARSERS)
@pytest.mark.parametrize("seed", range(8))
def test_a_file_is_read_or_is_a_problem(language: str, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(250):
        data = mutated(chance)
        error = problem(language, data)
        lines = data.count(b"\n") + data.count(b"\r") + data.count(b"\\n") + 2
        assert error is None or (error.code in PROBLEMS and 1 <= error.line <= lines), data
        # The languages of these two are `text` and `yaml`.
        list(comments("p", {"hcl": "text", "helm": "yaml"}.get(language, language), data))


def use(found: object) -> None:
    """Does with a tree what extractors do."""
    if isinstance(found, notebook.Notebook):
        found = found.python
    if isinstance(found, python.PythonTree):
        for node in ast.walk(found.tree):
            location = found.locate(node)
            assert (location.line, location.column) <= (location.end_line, location.end_column)
    elif isinstance(found, tuple):
        for tree in found:
            plain(tree)
            duplicates(tree)


LONG = {
    "letters": "a" * 2_000_000,
    "spaces": " " * 2_000_000,
    "lines": "\n" * 300_000,
    "escapes": '"' + "\\n" * 300_000,
    "digits": "9" * 300_000,
    "dots": "a." * 99_000,
    "quotes": "'" * 99_000,
}


@pytest.mark.parametrize("language", PARSERS)
@pytest.mark.parametrize("kind", LONG)
def test_long_lines_and_many_lines_take_no_long_time(language: str, kind: str) -> None:
    start = time.monotonic()
    error = problem(language, LONG[kind].encode())
    assert error is None or error.code in PROBLEMS
    # All take under 0.5 s; what takes quadratic time takes minutes.
    assert time.monotonic() - start < 10
