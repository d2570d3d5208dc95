"""One pass over a module: its scopes, imports and calls, before anything is resolved."""

import ast

import pytest
from source import module


def scopes(source: str, path: str = "src/train.py") -> list[tuple[str, str]]:
    return [(scope.name, scope.kind) for scope in module(source, path).scopes.all]


def test_every_function_and_class_is_a_scope_under_its_full_name() -> None:
    assert scopes("class A:\n    def f(self):\n        def g(): pass\nasync def h(): pass\n") == [
        ("src.train", "module"),
        ("src.train.A", "class"),
        ("src.train.A.f", "function"),
        ("src.train.A.f.g", "function"),
        ("src.train.h", "function"),
    ]


@pytest.mark.parametrize(
    "guard", ["__name__ == '__main__'", "'__main__' == __name__"], ids=["as usual", "the other way round"]
)
def test_the_main_block_is_a_scope_and_what_it_defines_belongs_to_the_module(guard: str) -> None:
    assert scopes(f"if {guard}:\n    def f(): pass\n") == [
        ("src.train", "module"),
        ("src.train.<main>", "main"),
        ("src.train.f", "function"),
    ]


@pytest.mark.parametrize(
    "guard",
    ["__name__ != '__main__'", "__name__ == 'x'", "name == '__main__'", "__name__ == '__main__' == x"],
)
def test_another_condition_is_no_main_block(guard: str) -> None:
    assert scopes(f"if {guard}:\n    f()\n") == [("src.train", "module")]


def test_two_main_blocks_are_one() -> None:
    found = module("if __name__ == '__main__':\n    a()\nif __name__ == '__main__':\n    b()\n").scopes
    assert [scope.kind for scope in found.all] == ["module", "main"]
    assert {call.scope.kind for call in found.calls} == {"main"}


def test_lambdas_and_comprehensions_are_scopes_inside_another() -> None:
    found = module("def f():\n    return [lambda x: x for y in z if (lambda: 1)]\n").scopes
    function = found.all[1]
    assert [inner.kind for inner in function.inner] == ["comprehension"]
    assert [inner.kind for inner in function.inner[0].inner] == ["lambda", "lambda"]
    assert function.inner[0].inner[0].holder is function


@pytest.mark.parametrize(
    ("source", "imports"),
    [
        ("import a", [("a", "a", False)]),
        ("import a.b as c, d", [("a.b", "a.b", False), ("d", "d", False)]),
        ("from a import b, c as d", [("a", "a.b", False), ("a", "a.c", False)]),
        ("from a import *", [("a", "a.*", False)]),
        ("from . import a", [("src", "src.a", False)]),
        ("from .a import b", [("src.a", "src.a.b", False)]),
        ("from .. import a", [("", "a", False)]),
        ("from ...a import b", [("a", "a.b", False)]),
        ("from ......a import b", [("a", "a.b", False)]),
        ("try:\n    import a\nexcept ImportError:\n    import b", [("a", "a", True), ("b", "b", True)]),
        ("try:\n    pass\nfinally:\n    import a", [("a", "a", False)]),
        ("if x:\n    import a\nelse:\n    import b", [("a", "a", True), ("b", "b", True)]),
        ("if __name__ == '__main__':\n    import a", [("a", "a", False)]),
        ("if __name__ == '__main__':\n    import a\nelse:\n    import b", [("a", "a", False), ("b", "b", True)]),
        ("def f():\n    import a", [("a", "a", True)]),
        ("class A:\n    import a", [("a", "a", False)]),
        ("with x:\n    import a", [("a", "a", False)]),
    ],
)
def test_imports_are_absolute_and_known_to_be_guarded(source: str, imports: list[tuple[str, str, bool]]) -> None:
    assert [(one.module, one.dotted, one.guarded) for one in module(source).imports] == imports


@pytest.mark.parametrize(
    ("path", "imported"),
    [
        ("pkg/sub/__init__.py", "pkg.sub.a"),
        ("pkg/sub/m.py", "pkg.sub.a"),
        ("m.py", "a"),
        ("__init__.py", "a"),
        ("nb/eda.ipynb", "nb.a"),
    ],
)
def test_a_relative_import_starts_at_the_folder_of_the_file(path: str, imported: str) -> None:
    assert module("from .a import b", path).imports[0].module == imported


@pytest.mark.parametrize(
    ("source", "targets"),
    [
        ("x = f()", ("x",)),
        ("x = y = f()", ("x", "y")),
        ("x, (y, z) = f()", ("x", "y", "z")),
        ("x: int = f()", ("x",)),
        ("(x := f())", ("x",)),
        ("self.x = f()", ("self.x",)),
        ("x['a'] = f()", ()),
        ("with f() as x: pass", ("x",)),
        ("x = await f()", ("x",)),
        ("x += f()", ()),
        ("g(f())", ()),
        ("return_ = [f()]", ()),
    ],
)
def test_a_call_knows_the_names_that_its_value_is_assigned_to(source: str, targets: tuple[str, ...]) -> None:
    call = next(c for c in module(source).calls if isinstance(c.node.func, ast.Name) and c.node.func.id == "f")
    assert call.targets == targets


@pytest.mark.parametrize(
    "source",
    [
        "@f()\ndef g(): pass",
        "@f(h())\ndef g(): pass",
        "@f(lambda x=h(): x)\ndef g(): pass",
        "@f(*[h() for i in j()])\nclass G: pass",
        "@h\n@f()\nasync def g(): pass",
    ],
)
def test_a_call_that_decorates_is_known_as_such(source: str) -> None:
    assert [ast.unparse(call.node.func) for call in module(source).calls if call.decorator] == ["f"]


@pytest.mark.parametrize(
    ("source", "acts"),
    [
        ("x = 1", False),
        ("'''docs'''\nimport a\ndef f(): g()", False),
        ("class A:\n    f()", False),
        ("if TYPE_CHECKING:\n    import a", False),
        ("try:\n    import a\nexcept ImportError:\n    a = None", False),
        ("f()", True),
        ("for x in y: z = x", True),
        ("while x: y = 1", True),
        ("with open(x) as y:\n    f(y)", True),
        ("if __name__ == '__main__': f()", True),
        ("await f()", True),
    ],
)
def test_a_module_that_does_more_than_define_acts(source: str, acts: bool) -> None:
    assert module(source).scopes.acts is acts


def test_parameters_of_all_sorts_are_bound() -> None:
    found = module("def f(a, /, b, *c, d, **e): pass\nlambda g, *h: 1\n").scopes
    assert set(found.all[1].bindings) == {"a", "b", "c", "d", "e"}
    assert set(found.all[1].parameters) == {"a", "b", "d"}
    assert set(found.module.inner[0].bindings) == {"g", "h"}


def test_defaults_and_decorators_belong_to_what_is_around() -> None:
    calls = module("class A:\n    @f()\n    def g(self, x=h()): i()\n").calls
    assert {call.node.func.id: call.scope.name for call in calls if isinstance(call.node.func, ast.Name)} == {
        "f": "src.train.A",
        "h": "src.train.A",
        "i": "src.train.A.g",
    }


@pytest.mark.parametrize(
    ("source", "altered"),
    [
        ("a['x'] = 1", {"a"}),
        ("a['x']['y'] = 1", {"a"}),
        ("a['x'] += 1", {"a"}),
        ("del a['x']", {"a"}),
        ("a.b = 1", {".b"}),
        ("a.b['x'] = 1", {".b"}),
        ("a.update(x)", {"a"}),
        ("a.b.append(x)", {".b"}),
        ("for a['x'] in y: pass", {"a"}),
        ("a = 1", set()),
        ("class A:\n    def f(self):\n        self.b = 1", set()),
        ("a.get('x')", set()),
    ],
)
def test_what_is_changed_in_place_is_noted(source: str, altered: set[str]) -> None:
    assert module(source).scopes.altered - {""} == altered


NESTED = {
    "functions": "".join(f"{' ' * depth}def f():\n" for depth in range(90)) + " " * 90 + "pass\n",
    "ifs": "".join(f"{' ' * depth}if x:\n" for depth in range(90)) + " " * 90 + "pass\n",
    "attributes": "x" + ".a" * 500 + "\n",
    "calls": "x" + ".a()" * 100 + "\n",
    "comparisons": "x" + " < 1" * 3000 + "\n",
    "alternatives": "if a: pass\n" + "elif b: pass\n" * 300,
}


@pytest.mark.parametrize("source", NESTED.values(), ids=NESTED.keys())
def test_deep_nesting_that_python_itself_takes_is_read(source: str) -> None:
    assert module(source).scopes.module.name == "src.train"
