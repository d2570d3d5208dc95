"""A repository made by an adversary: nothing outside it is read, nothing of it runs, and the rest of it is reported."""

import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from generated import notebook

from mlops_lint.cache import decoded, encoded
from mlops_lint.extract import extract
from mlops_lint.fixture import read
from mlops_lint.parse.languages import language

CHECKOUT = Path(__file__).parent.parent
DEEP = 10_000
# Seconds for one file, on a busy machine.
PATIENCE = 8

GOOD = "from sklearn.model_selection import train_test_split\nprint(1)\ntrain_test_split(X)\n"


def aliases(opening: str) -> str:
    """Ten lists, each of nine times the one before: a billion items to who follows them."""
    lines = [f"a0: &a0 {opening}"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 11)]
    return "\n".join(lines) + "\n"


def nested(start: str, middle: str, end: str, close: str) -> str:
    return start + middle * DEEP + end + close * DEEP


# Path -> content, and the codes of problems of which one must be said; "" = it may be fine as it is.
FILES: dict[str, tuple[str | bytes, str]] = {
    "cut/a.py": ("def f(:\n  x = '''", "MLL002"),
    "cut/a.ipynb": (notebook("x = 1")[:-20], "MLL002"),
    "cut/b.ipynb": ('{"cells": 1, "nbformat": 4}', "MLL002"),
    "cut/c.ipynb": ('{"cells": [1, null, {"cell_type": 5}, {"source": {}}], "nbformat": 4}', ""),
    "cut/a.yaml": ("a: [1, 2\nb: 'x", ""),
    "cut/a.toml": ("[a\nb = ", ""),
    "cut/a.json": ('{"a": [1, ', ""),
    "cut/params.yaml": ("a: [1, 2\nb: 'x", "MLL002"),
    "cut/dvc.yaml": ("stages: {a: [", "MLL002"),
    "cut/pyproject.toml": ("[project\n", "MLL002"),
    "cut/Dockerfile": ("FROM a\nRUN b \\", ""),
    "binary/a.py": (bytes(range(256)) * 10, "MLL005"),
    "binary/a.ipynb": (bytes(range(256)) * 10, "MLL005"),
    "binary/a.yaml": (bytes(range(256)) * 10, "MLL005"),
    "binary/params.yaml": (bytes(range(256)) * 10, "MLL005"),
    "binary/pyproject.toml": (bytes(range(256)) * 10, "MLL005"),
    "binary/Dockerfile": (bytes(range(256)) * 10, "MLL005"),
    "binary/requirements.txt": (bytes(range(256)) * 10, "MLL005"),
    "utf/a.py": (b"x = '\xff\xfe'\n", "MLL005 MLL002"),
    "utf/params.yaml": (b"x: '\xff\xfe'\n", "MLL005"),
    "utf/a.ipynb": (notebook("x = 'y'").encode().replace(b"y", b"\xff"), "MLL005"),
    "utf/b.py": (b"# -*- coding: nothing -*-\nx = 1\n", "MLL005 MLL002"),
    "utf/c.py": (b"# -*- coding: idna -*-\nx = 1\n", "MLL005 MLL002"),
    "utf/d.py": (r"x = '\ud800'" + "\nopen(x)\n", ""),
    "utf/params.json": (r'{"a": "\ud800", "\udcff": 1}', ""),
    "utf/conf/a.yaml": ('a: "\\ud800"\n', ""),
    "utf/b.ipynb": (notebook("open('X')").replace("X", r"\ud800"), ""),
    "deep/a.py": (nested("x = ", "[", "1", "]"), "MLL002 MLL004"),
    "deep/b.py": (nested("x = ", "(", "1", ")"), "MLL002 MLL004"),
    "deep/c.py": ("x = " + "-" * DEEP + "1\n", "MLL002 MLL004"),
    "deep/d.py": ("x = " + "not " * DEEP + "1\n", "MLL002 MLL004"),
    "deep/e.py": ("x = " + " + ".join(["a"] * 5000) + "\n", ""),
    "deep/f.py": ("x = a" + ".b" * DEEP + "\n", "MLL002 MLL004"),
    "deep/g.py": ("x = a" + "(1)" * 5000 + "\n", "MLL002 MLL004"),
    "deep/h.py": ("".join(f"{' ' * n}def f():\n" for n in range(99)) + " " * 99 + "pass\n", ""),
    "deep/i.py": ("".join(f"{' ' * n}if x:\n" for n in range(99)) + " " * 99 + "pass\n", ""),
    "deep/j.py": ("if x: pass\n" + "elif x: pass\n" * 3000, "MLL002 MLL004"),
    "deep/k.py": ("x = " + "lambda: " * DEEP + "1\n", "MLL002 MLL004"),
    "deep/l.py": ("x = " + "f'{" * 200 + "1" + "}'" * 200 + "\n", "MLL002 MLL004"),
    "deep/m.py": ("x = y" + "[0" * 3000 + "]" * 3000 + "\n", "MLL002 MLL004"),
    "deep/n.py": ("x = " + "a if b else " * 5000 + "c\n", "MLL002 MLL004"),
    "deep/o.py": ("x = " + " ** ".join(["9"] * 5000) + "\n", "MLL002 MLL004"),
    "deep/params.json": (nested("", "[", "", "]"), "MLL004"),
    "deep/b/params.json": (nested("", '{"a":', "1", "}"), "MLL004"),
    "deep/params.yaml": (nested("a: ", "[", "", "]"), "MLL004"),
    "deep/b/params.yaml": (nested("a: ", "{a: ", "1", "}"), "MLL004"),
    "deep/c/params.yaml": ("".join(f"{' ' * n}a:\n" for n in range(2000)), "MLL004"),
    "deep/d/params.yaml": ("- " * DEEP + "1\n", "MLL004"),
    "deep/pyproject.toml": (nested("a = ", "[", "", "]"), "MLL002 MLL004"),
    "deep/b/pyproject.toml": (f"[{'.'.join(['a'] * DEEP)}]\n", "MLL002 MLL004"),
    "deep/a.ipynb": (nested("", "[", "", "]"), "MLL002 MLL004"),
    "deep/b.ipynb": (nested('{"cells": [], "nbformat": 4, "metadata": ', "[", "", "]") + "}", "MLL002 MLL004"),
    "deep/c.ipynb": (notebook(nested("x = ", "[", "1", "]")), "MLL002 MLL004"),
    "bomb/params.yaml": (aliases("[x, x]"), ""),
    "bomb/b/params.yaml": (aliases("{x: 1}"), ""),
    "bomb/c/params.yaml": ("a: &a [*a]\nb: *a\n", ""),
    "bomb/d/params.yaml": ("a: &a\n  <<: *a\n  b: 1\n", ""),
    "bomb/dvc.yaml": (aliases("[x, x]") + "stages: *a10\n", ""),
    "bomb/a.py": ("a = 'x' * 1000\n" + "".join(f"a{n} = f'{'{a}' * 1000}'\n" for n in range(9)), ""),
    "bomb/b.py": ("x = 9 ** 9 ** 9 ** 9\ny = 'a' * 10 ** 10\nz = 1 << 10 ** 10\n", ""),
    "bomb/c.py": ("x = " + "9" * 5000 + "\n", ""),
    "bomb/d.py": ("x = 1" + " < 1" * 20_000 + "\n", ""),
    "bomb/e.py": ("class A(A): pass\nclass B(C): pass\nclass C(B): pass\ndef f(): return f()\nx = x\n", ""),
    "bomb/f.py": ("x = ''\n" + "x = x + ''\n" * 3000 + "open(x)\n", ""),
    "bomb/g.py": (
        "\n".join(f"x{i} = " + " or ".join(f"x{j}.f()" for j in range(60)) for i in range(60)) + "\nx1.fit()\n",
        "",
    ),
    "bomb/requirements.txt": ("a" * 1_000_000 + "\n" + "-r requirements.txt\n" + "b>=1" + ",<2" * 10_000 + "\n", ""),
    "bomb/Dockerfile": ("ARG A=${A}\nARG B=${B}${B}\nFROM ${A}${B}\n" + "RUN a \\\n" * 10_000, ""),
    "long/a.py": ("x = '" + "a" * 1_500_000 + "'\n", ""),
    "long/b.py": ("x = [" + "1, " * 300_000 + "]\n", ""),
    "long/c.py": ("#" + "a" * 1_900_000 + "\n", ""),
    "long/d.py": ("x = 1;" * 100_000 + "\n", ""),
    "long/params.yaml": ("a: " + "b" * 2_000_000 + "\n", ""),
    "long/a.sh": ("export X=" + "a" * 1_900_000 + "\n", ""),
    "long/a.md": ("[" * 500_000 + "\n", ""),
    "long/.env": ("API_KEY=" * 200_000 + "\n", ""),
    "odd/url.py": ("import pandas as pd\npd.read_csv('http://[x')\npd.read_csv('x.cshttp://[')\n", ""),
    "odd/empty.py": ("", ""),
    "odd/empty.ipynb": ("", "MLL002"),
    "odd/params.yaml": ("", ""),
    "odd/pyproject.toml": ("", ""),
    "odd/params.json": ("", ""),
    "odd/bom.py": (b"\xef\xbb\xbfx = 1\n", ""),
    "odd/utf16.py": ("x = 1\n".encode("utf-16"), "MLL005"),
    "odd/cr.py": ("x = 1\ry = 2\r", ""),
    "odd/bidi.py": ("x = 'a\u202e\u2066b' # \u2069\n", ""),
    "odd/new\nline.py": ("x = (\n", "MLL002"),
    "odd/\x1b[31mred.py": ("x = (\n", "MLL002"),
    "odd/\u202egpj.py": ("x = (\n", "MLL002"),
    "odd/a b;c$(touch x)`d`'e.py": ("x = (\n", "MLL002"),
    "odd/--version.py": ("x = (\n", "MLL002"),
}  # fmt: skip


def code(path: str) -> str:
    found = FILES[path][0]
    return found if isinstance(found, str) else found.decode("latin-1")


def data(path: str) -> bytes:
    found = FILES[path][0]
    return found.encode() if isinstance(found, str) else found


@pytest.mark.parametrize("path", FILES)
def test_a_hostile_file_is_a_problem_or_fine_and_takes_no_time(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLOPS_LINT_DEBUG", "1")
    started = time.monotonic()
    facts = extract(path, data(path))
    assert time.monotonic() - started < PATIENCE
    assert decoded(encoded(facts)) == facts
    wanted = FILES[path][1].split()
    found = {problem.code for problem in facts.problems}
    assert found & set(wanted) if wanted else found <= {"MLL002", "MLL004", "MLL005", "MLL008"}
    assert len(encoded(facts)) < 4_000_000


def plant(root: Path) -> None:
    """Puts every sort of trap into a folder, and one file with a finding among them."""
    for path in FILES:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data(path))
    (root / "good.py").write_text(GOOD)
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "secret.py").write_text("SECRET_OF_ANOTHER = 'AKIA5XQ2SECRETOTHER1'\nimport secret_module\n" + GOOD)
    traps = root / "traps"
    traps.mkdir()
    (traps / "link.py").symlink_to(outside / "secret.py")
    (traps / "folder").symlink_to(outside)
    (traps / "passwd.py").symlink_to("/etc/passwd")
    (traps / "loop.py").symlink_to("loop.py")
    (traps / "up").symlink_to("..")
    (traps / "one").symlink_to("two")
    (traps / "two").symlink_to("one")
    os.mkfifo(traps / "pipe.py")
    os.mkfifo(traps / "pipe.ipynb")
    for name in ("huge.py", "huge.csv", "huge.yaml", "params.yaml", "huge.ipynb"):
        with open(traps / name, "wb") as file:
            file.truncate(200_000_000)
    with open(os.fsencode(traps) + b"/caf\xe9.py", "wb") as file:
        file.write(GOOD.encode())
    here = Path.cwd()
    os.chdir(traps)
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("socket.py")
    finally:
        os.chdir(here)


def commit(root: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)

    git("init", "-q")
    git("add", "good.py", "cut", "traps/link.py", "traps/folder")
    ran = root.parent / "ran"
    for key in ("core.fsmonitor", "core.sshCommand", "core.pager"):
        git("config", key, f"touch {ran}")


@pytest.mark.parametrize("place", ["in git", "outside git"])
def test_a_hostile_repository_is_reported_and_harms_nobody(place: str, tmp_path: Path) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    plant(root)
    if place == "in git":
        commit(root)
    started = time.monotonic()
    done = subprocess.run(
        [
            sys.executable, "-m", "mlops_lint", "check", "--preview", "--jobs=2", f"--cache-dir={tmp_path / 'cache'}",
            *(f"--output={name}={tmp_path / name}" for name in ("json", "sarif", "text", "concise")),
        ],
        cwd=root, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert time.monotonic() - started < 60
    report = json.loads((tmp_path / "json").read_text())
    assert ("good.py", 3) in {(one["path"], one["line"]) for one in report["findings"]}
    said = {(one["path"], one["code"]) for one in report["problems"]}
    for path, (_, codes) in FILES.items():
        assert not codes or any((path, one) in said for one in codes.split()), path
    for path, one in {
        "traps/link.py": "MLL007", "traps/folder": "MLL007", "traps/passwd.py": "MLL007", "traps/pipe.py": "MLL001",
        "traps/pipe.ipynb": "MLL001", "traps/socket.py": "MLL001", "traps/huge.py": "MLL003",
        "traps/huge.yaml": "MLL003", "traps/huge.ipynb": "MLL003", os.fsdecode(b"traps/caf\xe9.py"): "MLL001",
    }.items():  # fmt: skip
        assert (path, one) in said, path
    assert "MLL009" not in {one for _, one in said}
    assert not (tmp_path / "ran").exists()
    for name in ("json", "sarif", "text", "concise"):
        written = (tmp_path / name).read_text("utf-8")
        assert "SECRET_OF_ANOTHER" not in written
        assert "secret_module" not in written
        assert "\x1b[31m" not in written
        assert "\u202e" not in written


# --- any bytes


def seeds() -> list[tuple[str, bytes]]:
    """Files of all fixtures, of every language."""
    found: list[tuple[str, bytes]] = []
    for path in sorted((CHECKOUT / "fixtures").glob("*/*.md")):
        for case in read(path).cases:
            for block in case.blocks:
                if block.path not in ("", "facts", "expectations") and language(block.path) not in (None, "text"):
                    text = notebook(block.text) if block.path.endswith(".ipynb") else block.text
                    found.append((block.path, text.encode()))
    return found


PIECES = [
    b"", b"\0", b"\xff", b"\\ud800", b"(", b")", b"[", b"{", b"}", b"'", b'"', b"'''", b"\n", b"\t", b":", b"%", b"{{",
    b"*", b"&a ", b"*a", b"<<: ", b"|", b"#", b"\\", b"None", b"1e999", b"9" * 30, b"-", b"lambda:", b"await ",
    b"yield ", b"\xe2\x80\xa8", b"\r", b"self", b"=", b"http://[", b"${", b"../..", b"/", b"f'{x!r:{y}}'", b"**",
    b"import *", b"@",
]  # fmt: skip


def mutations(content: bytes, chance: random.Random) -> Iterator[bytes]:
    """The content with some places cut, doubled, swapped or filled with something else."""
    for _ in range(4):
        changed = bytearray(content)
        for _ in range(chance.randint(1, 4)):
            start = chance.randrange(len(changed) + 1)
            end = min(len(changed), start + chance.choice((0, 1, 3, 20)))
            other = chance.randrange(len(changed) + 1)
            piece = chance.choice((*PIECES, bytes(changed[other : other + chance.randint(0, 40)])))
            changed[start:end] = piece
        yield bytes(changed)


def test_no_bytes_make_the_analysis_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLOPS_LINT_DEBUG", "1")
    chance = random.Random(20)
    every = seeds()
    assert {language(path) for path, _ in every} >= {"python", "notebook", "yaml", "toml", "dockerfile", "requirements"}
    for path, content in every:
        for changed in mutations(content, chance):
            facts = extract(path, changed)
            assert decoded(encoded(facts)) == facts, (path, changed)


def test_no_path_makes_the_analysis_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLOPS_LINT_DEBUG", "1")
    for path in (
        "a.py", ".py", "..py", "a..py", "a/.py", "__init__.py", "a/__init__.py", "a.b/c d.py", "é/ü.py", "a\n.py",
        "-.py", "a.ipynb.py", ".ipynb", "x.ipynb.ipynb", "Dockerfile.", "requirements/.txt", "a.PY",
        "dvc.yaml/dvc.yaml",
    ):  # fmt: skip
        facts = extract(path, GOOD.encode())
        assert facts.path == path


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("notes/a.yaml", "a: [1,\nb: {"),
        ("notes/a.toml", "a = ["),
        ("notes/a.json", '{"a": ['),
        ("b.json", "[" * 10_000),
    ],
)
def test_a_broken_file_that_no_extractor_wants_is_a_problem_too(path: str, text: str) -> None:
    (problem,) = extract(path, text.encode()).problems
    assert problem.code in ("MLL002", "MLL004")
