"""A Python file to its functions, constants, entry point and tests, and who uses whom."""

import pytest
from generated import notebook

from mlops_lint.extract import extract
from mlops_lint.model import Ref, Subject, Value


def subjects(source: str, kind: str, path: str = "src/train.py") -> list[Subject]:
    facts = extract(path, (notebook(source) if path.endswith(".ipynb") else source).encode())
    assert facts.problems == ()
    return [one for one in facts.subjects if one.kind == kind]


def links(source: str, symbol: str, path: str = "src/train.py") -> set[str]:
    [found] = [one for one in subjects(source, "function", path) if one.symbol == symbol]
    return {f"{link.role} {link.symbol}" for link in found.links}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("train.py", "train"),
        ("src/pkg/train.py", "src.pkg.train"),
        ("src/pkg/__init__.py", "src.pkg"),
        ("nb/eda.ipynb", "nb.eda:ipynb"),
        ("stubs/a.pyi", "stubs.a"),
    ],
)
def test_a_module_is_called_by_its_path(path: str, name: str) -> None:
    [found] = subjects("x = 1\n", "module", path)
    assert (found.name, found.symbol) == (name, f"module:{name}")


def test_a_module_exports_what_it_takes_from_the_repository() -> None:
    source = (
        "from .a import b\nfrom .c import *\nimport numpy as np\nimport os\nfrom acme import d as e\nimport acme.f\n"
    )
    [found] = subjects(source, "module", "pkg/__init__.py")
    assert found.fields["exports"] == ("b=pkg.a.b", "e=acme.d", "acme=acme", "*=pkg.c")


USED = {
    "a function that it calls": ("def g(): pass\ndef f():\n    g()\n", {"calls function:src.train.g"}),
    "a function that it hands on": ("def g(): pass\ndef f():\n    map(g, x)\n", {"calls function:src.train.g"}),
    "a function that it returns": ("def g(): pass\ndef f():\n    return g\n", {"calls function:src.train.g"}),
    "a function in a lambda": ("def g(): pass\ndef f():\n    x(lambda: g())\n", {"calls function:src.train.g"}),
    "a function in a comprehension": (
        "def g(): pass\ndef f():\n    [g(x) for x in y]\n",
        {"calls function:src.train.g"},
    ),
    "a function of another module": ("from a import g\ndef f():\n    g()\n", {"calls function:a.g"}),
    "a function of an imported module": ("import a\ndef f():\n    a.b.g()\n", {"calls function:a.b.g"}),
    "a function from a star import": ("from a import *\ndef f():\n    g()\n", {"calls function:a.g"}),
    "a method of an instance": (
        "class A:\n    def g(self): pass\ndef f():\n    a = A()\n    a.g()\n",
        {"makes function:src.train.A", "calls function:src.train.A.g"},
    ),
    "an instance that is called on at once": (
        "from a import A\ndef f():\n    A().g()\n",
        {"makes function:a.A", "calls function:a.A.g"},
    ),
    "any method of an instance that is handed on": (
        "from a import A\ndef f():\n    a = A()\n    a.g()\n    h(a)\n",
        {"calls function:a.A", "calls function:a.A.g"},
    ),
    "any method of an instance that an inner function takes": (
        "from a import A\ndef f():\n    a = A()\n    def g(): return a\n",
        {"calls function:a.A"},
    ),
    "any method of a class that is handed on": (
        "from a import A\ndef f():\n    a = A()\n    isinstance(x, A)\n",
        {"calls function:a.A"},
    ),
    "any method of an instance that stays in another": (
        "from a import A\ndef f(self):\n    self.a = A()\n",
        {"calls function:a.A"},
    ),
    "any method of an instance of what may come from several modules": (
        "from a import *\nfrom b import *\ndef f():\n    c = A()\n    c.g()\n",
        {"calls function:a.A", "calls function:b.A"},
    ),
    "its decorators": ("from a import g\n@g(1)\ndef f(): pass\n", {"calls function:a.g"}),
    "what it wraps for later": (
        "import functools\ndef g(): pass\ndef f():\n    functools.partial(g, 1)\n",
        {"calls function:src.train.g"},
    ),
    "the commands of its group": (
        "import click\n@click.group()\ndef f(): pass\n@f.command()\ndef g(): pass\n",
        {"calls function:src.train.g", "calls function:click.group"},
    ),
    "the app that it starts": (
        "import typer\napp = typer.Typer()\n@app.command()\ndef g(): pass\ndef f():\n    app()\n",
        {"calls function:src.train.app", "calls function:typer.Typer"},
    ),
    "not an app with which it registers": (
        "import typer\napp = typer.Typer()\n@app.command()\ndef g(): pass\ndef f():\n    app.add_typer(x)\n",
        set(),
    ),
    "a function inside it": ("def f():\n    def g(): pass\n    g()\n", {"calls function:src.train.f.g"}),
    "a module that it imports": ("def f():\n    import a.b\n", {"imports module:a.b"}),
    "a name that it imports": ("def f():\n    from a import b\n", {"imports module:a.b"}),
    "nothing of a library": ("import numpy\ndef f():\n    numpy.zeros(1)\n    print(len(x))\n", set()),
    "not itself": ("def f():\n    f()\n", set()),
    "not a parameter that is called as a function is": ("def g(): pass\ndef f(g):\n    g()\n", set()),
    "not a variable of a comprehension": ("def g(): pass\ndef f():\n    [g() for g in x]\n", set()),
    "nothing of what is unknown": ("def f():\n    x.y.z()\n", set()),
}


@pytest.mark.parametrize(("source", "expected"), USED.values(), ids=USED.keys())
def test_a_function_uses(source: str, expected: set[str]) -> None:
    assert links(source, "function:src.train.f") == expected


def test_a_class_calls_its_methods_and_inherits_from_its_bases() -> None:
    source = (
        "from a import Base\nimport torch\nclass C(Base, torch.nn.Module):\n    def f(self): pass\n    class D: pass\n"
    )
    assert links(source, "function:src.train.C") == {
        "calls function:src.train.C.f",
        "calls function:src.train.C.D",
        "inherits function:a.Base",
    }


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("class C:\n    def f(self): self.x = 1\n", True, id="yes"),
        pytest.param("import abc\nclass C(abc.ABC):\n    def f(self): self.g()\n", True, id="with a quiet base"),
        pytest.param("import torch\nclass C(torch.nn.Module):\n    def f(self): pass\n", None, id="a base calls them"),
        pytest.param("from a import B\nclass C(B):\n    def f(self): pass\n", None, id="a base may call them"),
        pytest.param("class C:\n    def f(self): return self\n", None, id="an instance is handed out"),
        pytest.param("class C:\n    def f(self): getattr(self, x)()\n", None, id="methods are looked up by name"),
        pytest.param("class C:\n    def f(self): g(lambda: h(self))\n", None, id="a lambda hands it out"),
        pytest.param("from a import d\n@d\nclass C:\n    def f(self): pass\n", None, id="a decorator may call them"),
        pytest.param("class C(metaclass=M):\n    def f(self): pass\n", None, id="a metaclass may call them"),
    ],
)
def test_the_methods_of_a_class_are_run_only_by_those_who_call_them(source: str, expected: bool | None) -> None:
    [found] = [one for one in subjects(source, "function") if one.fields["what"] == "class"]
    assert found.fields.get("closed") is expected


def test_a_method_calls_those_of_the_bases() -> None:
    source = "from a import B\nclass C(B):\n    def f(self):\n        super().f()\n"
    assert links(source, "function:src.train.C.f") == {"calls function:a.B.f"}


def test_functions_of_one_name_in_branches_are_both_there() -> None:
    found = subjects("if x:\n    def f(): g()\nelse:\n    def f(): h()\n", "function")
    assert [one.symbol for one in found].count("function:src.train.f") == 2


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("A = 1\nB = 'x'\nC = None\n", {"A": 1, "B": "x", "C": None}, id="literals"),
        pytest.param("A = 1\nA = 2\nB = 3\nB += 1\n", {}, id="nothing that is bound twice"),
        pytest.param("A = f()\nB = x\nC = [1, 2]\n", {}, id="nothing that is unknown"),
        pytest.param("class C:\n    S = 1\n", {"S": 1}, id="those of classes"),
        pytest.param("def f():\n    A = 1\n", {}, id="nothing of functions"),
        pytest.param("from a import B\nC = B\n", {"C": Ref("constant:a.B")}, id="references"),
        pytest.param("if __name__ == '__main__':\n    A = 1\n", {"A": 1}, id="those of the main block"),
        pytest.param("for A in x:\n    pass\nwith y as B: pass\n", {}, id="nothing of loops"),
    ],
)
def test_constants_are(source: str, expected: dict[str, Value]) -> None:
    assert {one.name: one.fields["value"] for one in subjects(source, "constant")} == expected


def test_of_a_file_of_constants_the_first_are_enough() -> None:
    assert len(subjects("".join(f"A{n} = {n}\n" for n in range(1000)), "constant")) == 300


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        ("t.py", "print()\n", [("script", {"starts function:t.<module>"})]),
        ("t.py", "x = 1\n", []),
        (
            "t.py",
            "if __name__ == '__main__':\n    f()\n",
            [("main", {"starts function:t.<module>", "starts function:t.<main>"})],
        ),
        ("t.ipynb", "print()\n", [("notebook", {"starts function:t:ipynb.<module>"})]),
        ("p/__init__.py", "print()\n", []),
        ("setup.py", "setup()\n", []),
        ("tests/conftest.py", "load()\n", []),
    ],
)
def test_an_entry_point_starts_the_body_and_the_main_block(
    path: str, source: str, expected: list[tuple[str, set[str]]]
) -> None:
    found = subjects(source, "entry_point", path)
    assert [(one.fields["how"], {f"{li.role} {li.symbol}" for li in one.links}) for one in found] == expected


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        ("tests/test_a.py", "def test_a(): pass\ndef helper(): pass\n", [("test_a", "pytest")]),
        ("tests/test_a.py", "class TestA:\n    def test_a(self): pass\n", [("test_a", "pytest")]),
        (
            "tests/test_a.py",
            "import unittest\nclass A(unittest.TestCase):\n    def test_a(self): pass\n",
            [("test_a", "unittest")],
        ),
        (
            "tests/test_a.py",
            "from unittest import TestCase\nclass B(TestCase): pass\nclass A(B):\n    def test_a(self): pass\n",
            [("test_a", "unittest")],
        ),
        ("src/a.py", "def test_a(): pass\n", []),
        ("test_a.py", "async def test_a(): pass\n", [("test_a", "pytest")]),
    ],
)
def test_tests_are_functions_of_test_files(path: str, source: str, expected: list[tuple[str, str]]) -> None:
    assert [(one.name, one.fields["framework"]) for one in subjects(source, "test", path)] == expected


@pytest.mark.parametrize(
    ("path", "head", "sort"),
    [
        ("src/a.py", "", "source"),
        ("a.ipynb", "", "notebook"),
        ("tests/a.py", "", "test"),
        ("src/test_a.py", "", "test"),
        ("src/a_test.py", "", "test"),
        ("conftest.py", "", "test"),
        ("src/latest.py", "", "source"),
        ("examples/a.py", "", "example"),
        ("docs/a.py", "", "docs"),
        ("docs/examples/a.py", "", "example"),
        ("third_party/tests/a.py", "", "vendored"),
        ("src/a_pb2.py", "", "generated"),
        ("src/a.py", "# Generated by the protocol buffer compiler. DO NOT EDIT!\n", "generated"),
        ("src/a.py", "\n" * 500 + "# do not edit\n", "source"),
        ("Tests/A.py", "", "test"),
    ],
)
def test_the_context_says_who_wrote_a_file_and_why(path: str, head: str, sort: str) -> None:
    data = notebook(head) if path.endswith(".ipynb") else head
    assert extract(path, data.encode()).context == sort


def test_a_function_is_shown_by_its_first_line() -> None:
    [found] = [one for one in subjects("x = 1\ndef f():\n    pass\n", "function") if one.name == "src.train.f"]
    assert (found.location.line, found.location.end_line) == (2, 2)
