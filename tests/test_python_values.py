"""Expressions to what they are worth; `here(...)` marks the one that is asked about. UNSET = cannot be known."""

import ast

import pytest
from msgspec import UNSET
from source import here, module

from mlops_lint.cache import decoded, encoded
from mlops_lint.extract import extract
from mlops_lint.extract.python.operations import Known
from mlops_lint.model import Ref

OPTION = "import argparse\np = argparse.ArgumentParser()\np.add_argument({})\nargs = p.parse_args()"
CASES: dict[str, tuple[str, Known]] = {
    "a text": ("here('a.csv')", "a.csv"),
    "a number": ("here(42)", 42),
    "None": ("here(None)", None),
    "a truth": ("here(True)", True),
    "bytes are no value": ("here(b'a')", UNSET),
    "a complex number is no value": ("here(1j)", UNSET),
    "a negative number": ("here(-1)", -1),
    "a negative fraction": ("here(-0.5)", -0.5),
    "the largest number of 64 bits": (f"here({2**63 - 1})", 2**63 - 1),
    "a number of more than 64 bits": (f"here({2**63})", UNSET),
    "a product of more than 64 bits": (f"here({2**62} * 4)", UNSET),
    "an infinite fraction": ("here(1e999)", UNSET),
    "a sum": ("here(40 + 2)", 42),
    "a product": ("here(60 * 60 * 24)", 86400),
    "a difference": ("here(3 - 1)", 2),
    "a power": ("here(10 ** 6)", 1_000_000),
    "a power that would take for ever": ("here(9 ** 9 ** 9)", UNSET),
    "a quotient": ("here(1 / 4)", 0.25),
    "a whole quotient": ("here(7 // 2)", 3),
    "a division by zero": ("here(1 / 0)", UNSET),
    "a bitwise operation is not calculated": ("here(1 << 70)", UNSET),
    "a name": ("SEED = 42\nhere(SEED)", 42),
    "a name for a name": ("A = 42\nB = A\nhere(B)", 42),
    "a name with one value on every way": ("if a:\n    S = 1\nelse:\n    S = 1\nhere(S)", 1),
    "a name with two values": ("S = 1\nS = 2\nhere(S)", UNSET),
    "a name that is counted up": ("S = 1\nS += 1\nhere(S)", UNSET),
    "a name that is bound in terms of itself": ("S = 'a'\nS = S + 'b'\nhere(S)", UNSET),
    "a name that a loop binds": ("for S in [1]:\n    here(S)", UNSET),
    "a name that nothing binds": ("here(S)", UNSET),
    "a name that a function changes": ("S = 1\ndef f():\n    global S\n    S = 2\nhere(S)", UNSET),
    "an annotated name": ("S: int = 42\nhere(S)", 42),
    "a walrus": ("here(S := 42)", 42),
    "a parameter, whatever its default": ("def f(seed=42):\n    here(seed)", UNSET),
    "a parameter that hides a constant": ("seed = 42\ndef f(seed):\n    here(seed)", UNSET),
    "a constant in a function": ("seed = 42\ndef f():\n    here(seed)", 42),
    "a constant of a class": ("class C:\n    SEED = 42\nhere(C.SEED)", 42),
    "a constant of the class of an instance": ("class C:\n    SEED = 42\nhere(C().SEED)", 42),
    "a constant of a base": ("class B:\n    SEED = 42\nclass C(B): pass\nhere(C.SEED)", 42),
    "a constant that a class states anew": ("class B:\n    SEED = 1\nclass C(B):\n    SEED = 2\nhere(C.SEED)", 2),
    "a constant of a class that is set from outside": ("class C:\n    SEED = 1\nC.SEED = 2\nhere(C.SEED)", UNSET),
    "an attribute of self": (
        "class C:\n    def __init__(self):\n        self.seed = 42\n    def f(self):\n        here(self.seed)",
        42,
    ),
    "an attribute of self from a parameter": (
        """
        class C:
            def __init__(self, seed=42):
                self.seed = seed
            def f(self):
                here(self.seed)
        """,
        UNSET,
    ),
    "an attribute of self that is set twice": (
        """
        class C:
            def __init__(self):
                self.s = 1
            def f(self):
                self.s = 2
                here(self.s)
        """,
        UNSET,
    ),
    "an attribute that hides a constant of its class": (
        "class C:\n    S = 1\n    def __init__(self):\n        self.S = 2\n    def f(self):\n        here(self.S)",
        UNSET,
    ),
    "an attribute of what is unknown": ("here(x.seed)", UNSET),
    "a constant of another module": ("from settings import SEED\nhere(SEED)", Ref("constant:settings.SEED")),
    "a renamed constant of another module": ("from a.b import SEED as S\nhere(S)", Ref("constant:a.b.SEED")),
    "a constant of the same package": ("from .settings import SEED\nhere(SEED)", Ref("constant:src.settings.SEED")),
    "an attribute of another module": ("import a.settings as s\nhere(s.SEED)", Ref("constant:a.settings.SEED")),
    "an attribute of a class of another module": ("from s import C\nhere(C.SEED)", Ref("constant:s.C.SEED")),
    "an attribute of another module that this one sets": ("import s\ns.SEED = 1\nhere(s.SEED)", UNSET),
    "a field of an instance of a foreign class": ("from s import C\nc = C()\nhere(c.seed)", Ref("constant:s.C.seed")),
    "a field of a foreign class that is made of something": ("from s import C\nc = C(x)\nhere(c.seed)", UNSET),
    "a member of an enumeration": ("from enum import Enum\nclass C(Enum):\n    R = 'r'\nhere(C.R.value)", "r"),
    "a member of a foreign enumeration": ("from s import C\nhere(C.RED.value)", Ref("constant:s.C.RED")),
    "a path in a folder of another module": (
        "import os\nfrom s import D\nhere(os.path.join(D, 'raw', 'a.csv'))",
        Ref("constant:s.D", after="/raw/a.csv"),
    ),
    "a path below a folder of another module": (
        "from s import D\nhere(D / 'a.csv')",
        Ref("constant:s.D", after="/a.csv"),
    ),
    "an f-string with a constant of another module": (
        "from s import D\nhere(f'data/{D}.csv')",
        Ref("constant:s.D", "data/", ".csv"),
    ),
    "a text of two constants of another module": ("from s import A, B\nhere(f'{A}{B}')", UNSET),
    "the default of an option": (
        OPTION.format("'--lr', type=float, default=0.1") + "\nhere(args.lr)",
        0.1,
    ),
    "the default of an option, converted": (
        OPTION.format("'--lr', type=float, default='0.1'") + "\nhere(args.lr)",
        0.1,
    ),
    "an option under another name": (
        OPTION.format("'--rate', dest='lr', default=0.1") + "\nhere(args.lr)",
        0.1,
    ),
    "an option without a default": (
        OPTION.format("'--lr', type=float") + "\nhere(args.lr)",
        UNSET,
    ),
    "an option whose default says that it comes": (
        OPTION.format("'--lr', default=None") + "\nhere(args.lr)",
        UNSET,
    ),
    "a flag that may be given": (
        OPTION.format("'--lr', action='store_true', default=False") + "\nhere(args.lr)",
        UNSET,
    ),
    "an option that code sets": (
        OPTION.format("'--lr', default=0.1") + "\nhere(args.lr)\nargs.lr = 2",
        UNSET,
    ),
    "an option in a function that takes the arguments": (
        """
        import argparse
        def main(args):
            here(args.lr)
        p = argparse.ArgumentParser()
        p.add_argument("--lr", default=0.1)
        main(p.parse_args())
        """,
        0.1,
    ),
    "an option of something else that is called like it": (
        OPTION.format("'--lr', default=0.1") + "\nhere(model.lr)",
        UNSET,
    ),
    "an option of click": (
        "import click\n@click.command()\n@click.option('--lr', default=0.1)\ndef main(lr):\n    here(lr)",
        0.1,
    ),
    "an option of typer": (
        "import typer\napp = typer.Typer()\n@app.command()\ndef main(lr: float = typer.Option(0.1)):\n    here(lr)",
        0.1,
    ),
    "a parameter of a function that typer runs": (
        "import typer\ndef main(lr: float = 0.1):\n    here(lr)\ntyper.run(main)",
        0.1,
    ),
    "a parameter of a function that fire runs": ("import fire\ndef main(lr=0.1):\n    here(lr)\nfire.Fire(main)", 0.1),
    "a flag of absl": (
        "from absl import flags\nFLAGS = flags.FLAGS\nflags.DEFINE_float('lr', 0.1, 'rate')\nhere(FLAGS.lr)",
        0.1,
    ),
    "an environment variable with a default": ("import os\nhere(os.environ.get('D', 'data'))", "data"),
    "an environment variable with another default": ("import os\nhere(os.getenv('D') or 'data')", "data"),
    "an environment variable without a default": ("import os\nhere(os.getenv('D'))", UNSET),
    "a parameter that all calls of a script give one value": ("def f(a):\n    here(a)\nf(1)\nf(a=1)", 1),
    "a parameter that calls give several values": ("def f(a):\n    here(a)\nf(1)\nf(2)", UNSET),
    "a parameter that calls leave out": ("def f(a=1):\n    here(a)\nf()", 1),
    "a parameter of a function that is handed on": ("def f(a=1):\n    here(a)\nf()\nmap(f, [2])", UNSET),
    "a parameter of a decorated function": ("@x\ndef f(a=1):\n    here(a)\nf()", UNSET),
    "a parameter of a module that others import": ("def f(a):\n    here(a)\ndef g():\n    f(1)", UNSET),
    "a parameter of a private function": ("def _f(a):\n    here(a)\ndef g():\n    _f(1)", 1),
    "a parameter of a function that calls itself": ("def f(a):\n    f(a)\n    here(a)\nf(1)", UNSET),
    "an attribute of self that the only construction gives": (
        """
        class C:
            def __init__(self, seed):
                self.seed = seed
            def f(self):
                here(self.seed)
        C(42).f()
        """,
        42,
    ),
    "a field of a dataclass": ("class C:\n    lr: float = 0.1\nc = C()\nhere(c.lr)", 0.1),
    "a field that the construction gives": ("class C:\n    lr: float = 0.1\nc = C(lr=1)\nhere(c.lr)", 1),
    "a field that the construction gives by place": (
        "class C:\n    a: int\n    lr: float = 0.1\nc = C(1, 2)\nhere(c.lr)",
        2,
    ),
    "a field that the construction may give": ("class C:\n    lr: float = 0.1\nc = C(**x)\nhere(c.lr)", UNSET),
    "a field with a description": (
        "from pydantic import Field\nclass C:\n    lr: float = Field(0.1, gt=0)\nhere(C().lr)",
        0.1,
    ),
    "a field that is made anew": (
        "from dataclasses import field\nclass C:\n    x: list = field(default_factory=list)\nhere(C().x)",
        UNSET,
    ),
    "an item of a literal with a default": ("D = {'a': 1}\nhere(D.get('a', 2))", 1),
    "a choice between equals": ("here(1 if x else 1)", 1),
    "a choice": ("here(1 if x else 2)", UNSET),
    "a setting of a file": (
        "import yaml\nparams = yaml.safe_load(open('params.yaml'))\nhere(params['train']['lr'])",
        Ref("config:~params.yaml#train.lr"),
    ),
    "a setting of a part of a file": (
        "import yaml\nparams = yaml.safe_load(open('params.yaml'))['train']\nhere(params.get('lr', 1))",
        Ref("config:~params.yaml#train.lr"),
    ),
    "a setting by OmegaConf": (
        "from omegaconf import OmegaConf\ncfg = OmegaConf.load('conf/config.yaml')\nhere(cfg.train.lr)",
        Ref("config:~conf/config.yaml#train.lr"),
    ),
    "a setting by Hydra": (
        """
        import hydra
        @hydra.main(config_path="../conf", config_name="config", version_base=None)
        def main(cfg):
            train(cfg.train)
        def train(options):
            here(options.lr)
        if __name__ == "__main__":
            main()
        """,
        Ref("config:conf/config.yaml#train.lr"),
    ),
    "settings by dvc": (
        "import dvc.api\nparams = dvc.api.params_show()\nhere(params['lr'])",
        Ref("config:~params.yaml#lr"),
    ),
    "an attribute of an annotated parameter": ("from s import C\ndef f(c: C):\n    here(c.seed)", UNSET),
    "a list of texts": ("here(['a', 'b'])", ("a", "b")),
    "a tuple of texts": ("here(('a', 'b'))", ("a", "b")),
    "a list with what is no text": ("here(['a', 1])", UNSET),
    "an f-string": ("D = 'data'\nhere(f'{D}/a.csv')", "data/a.csv"),
    "an f-string with a number": ("N = 3\nhere(f'run-{N}')", "run-3"),
    "an f-string with an unknown part": ("here(f'{x}/a.csv')", UNSET),
    "an f-string with a format": ("N = 3\nhere(f'{N:03d}')", UNSET),
    "an f-string with a conversion": ("N = 'a'\nhere(f'{N!r}')", UNSET),
    "an f-string in parts": ("D = 'data'\nhere(f'{D}/' 'a.csv')", "data/a.csv"),
    "texts together": ("here('a' + '/' + 'b')", "a/b"),
    "a text with %s": ("here('%s/a.csv' % 'data')", "data/a.csv"),
    "a text with several %": ("here('%s/%d.csv' % ('data', 3))", "data/3.csv"),
    "a text with a wide %": ("here('%1000000000d' % 3)", UNSET),
    "a text with too few for its %": ("here('%s/%s' % 'data')", UNSET),
    "a text with % of the wrong sort": ("here('%d' % 'data')", UNSET),
    "a text with an unknown %": ("here('%s' % x)", UNSET),
    "a text with format": ("here('{}/a.csv'.format('data'))", "data/a.csv"),
    "a text with format of two": ("here('{}/{}.csv'.format('data', 3))", "data/3.csv"),
    "a text with format by place": ("here('{1}/{0}'.format('b', 'a'))", "a/b"),
    "a text with format by name": ("here('{d}/a.csv'.format(d='data'))", "data/a.csv"),
    "a text with a format that is more": ("here('{:>1000000000}'.format('a'))", UNSET),
    "a text with format of an attribute": ("here('{0.__class__}'.format('a'))", UNSET),
    "a text with format of what is not given": ("here('{x}'.format(y=1))", UNSET),
    "a path with join": ("import os\nhere(os.path.join('data', 'a.csv'))", "data/a.csv"),
    "a path with join of what is unknown": ("import os\nhere(os.path.join(root, 'a.csv'))", UNSET),
    "a path with join of a list": ("import os\nhere(os.path.join(*parts))", UNSET),
    "a path": ("from pathlib import Path\nhere(Path('data'))", "data"),
    "a path with a slash": ("from pathlib import Path\nhere(Path('data') / 'raw' / 'a.csv')", "data/raw/a.csv"),
    "a path of parts": ("import pathlib\nhere(pathlib.Path('data', 'a.csv'))", "data/a.csv"),
    "a path by joinpath": ("from pathlib import Path\nhere(Path('data').joinpath('a.csv'))", "data/a.csv"),
    "a path as text": ("from pathlib import Path\nhere(str(Path('data') / 'a.csv'))", "data/a.csv"),
    "a path with another ending": ("from pathlib import Path\nhere(Path('a.csv').with_suffix('.pq'))", "a.pq"),
    "a path with another name": ("from pathlib import Path\nhere(Path('d/a.csv').with_name('b.csv'))", "d/b.csv"),
    "the file itself": ("here(__file__)", "@/src/train.py"),
    "beside the file": ("from pathlib import Path\nhere(Path(__file__).parent / 'a.csv')", "@/src/a.csv"),
    "beside the file, resolved": (
        "from pathlib import Path\nhere(Path(__file__).resolve().parent / 'a.csv')",
        "@/src/a.csv",
    ),
    "above the file": ("from pathlib import Path\nhere(Path(__file__).parent.parent / 'a.csv')", "@/a.csv"),
    "above the file by number": ("from pathlib import Path\nhere(Path(__file__).parents[1] / 'a.csv')", "@/a.csv"),
    "beside the file by number": ("from pathlib import Path\nhere(Path(__file__).parents[0] / 'a')", "@/src/a"),
    "above the root": ("from pathlib import Path\nhere(Path(__file__).parents[2] / 'a.csv')", UNSET),
    "above the file by an unknown number": ("from pathlib import Path\nhere(Path(__file__).parents[n])", UNSET),
    "above the file by a huge number": ("from pathlib import Path\nhere(Path(__file__).parents[10**9])", UNSET),
    "a constant for the folder of the file": (
        """
        from pathlib import Path
        ROOT = Path(__file__).resolve().parents[1]
        DATA = ROOT / 'data'
        here(DATA / 'a.csv')
        """,
        "@/data/a.csv",
    ),
    "the folder of the file by os": (
        "import os\nhere(os.path.join(os.path.dirname(__file__), 'a.csv'))",
        "@/src/a.csv",
    ),
    "the absolute folder of the file by os": (
        "import os\nhere(os.path.dirname(os.path.abspath(__file__)))",
        "@/src",
    ),
    "an environment variable by key": ("import os\nhere(os.environ['A'])", UNSET),
    "an argument of the command line": ("import sys\nhere(sys.argv[1])", UNSET),
    "an item of a mapping": ("CFG = {'seed': 42}\nhere(CFG['seed'])", 42),
    "an item of a mapping in a mapping": ("CFG = {'train': {'seed': 42}}\nhere(CFG['train']['seed'])", 42),
    "an item of a mapping made by a call": ("CFG = dict(seed=42)\nhere(CFG['seed'])", 42),
    "an item that is a name": ("S = 42\nCFG = {'seed': S}\nhere(CFG['seed'])", 42),
    "an item that is not there": ("CFG = {'seed': 42}\nhere(CFG['lr'])", UNSET),
    "the last of two items": ("CFG = {'seed': 1, 'seed': 2}\nhere(CFG['seed'])", 2),
    "an item of a mapping with unknown parts": ("CFG = {'seed': 42, **more}\nhere(CFG['seed'])", UNSET),
    "an item of a mapping with an unknown key": ("CFG = {'seed': 42, x: 1}\nhere(CFG['seed'])", UNSET),
    "an item of a mapping that is changed": ("CFG = {'seed': 42}\nCFG['seed'] = 1\nhere(CFG['seed'])", UNSET),
    "an item of a mapping that is updated": ("CFG = {'seed': 42}\nCFG.update(x)\nhere(CFG['seed'])", UNSET),
    "an item of a mapping from which is deleted": ("CFG = {'seed': 42}\ndel CFG['a']\nhere(CFG['seed'])", UNSET),
    "an item of a mapping that is bound twice": ("CFG = {'a': 1}\nCFG = {'a': 2}\nhere(CFG['a'])", UNSET),
    "an item by an unknown key": ("CFG = {'seed': 42}\nhere(CFG[k])", UNSET),
    "an item of a mapping of a class": ("class C:\n    P = {'seed': 42}\nhere(C.P['seed'])", 42),
    "an item of a mapping of self": (
        """
        class C:
            def __init__(self):
                self.p = {'seed': 42}
            def f(self):
                here(self.p['seed'])
        """,
        42,
    ),
    "an item of a list": ("FILES = ['a.csv', 'b.csv']\nhere(FILES[1])", "b.csv"),
    "an item of a list that grows": ("FILES = ['a.csv']\nFILES.insert(0, 'b')\nhere(FILES[0])", UNSET),
    "an item of a list with unknown parts": ("FILES = [*x, 'b.csv']\nhere(FILES[0])", UNSET),
    "an item beyond a list": ("FILES = ['a.csv']\nhere(FILES[1])", UNSET),
    "a text as a number": ("here(int('42'))", 42),
    "a number as a text": ("here(str(42))", "42"),
    "a text that is no number": ("here(int('x'))", UNSET),
    "what an unknown function gives": ("here(load())", UNSET),
    "a lambda": ("here(lambda: 1)", UNSET),
    "two values by a condition": ("here(1 if x else 2)", UNSET),
    "a comparison": ("here(1 < 2)", UNSET),
}


@pytest.mark.parametrize(("source", "expected"), CASES.values(), ids=CASES.keys())
def test_an_expression_is_worth(source: str, expected: Known) -> None:
    of = module(source)
    node, call = here(of)
    found = of.values.value(node, call.scope)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("here(f'models:/{name}/latest')", "models:/…/latest", id="unknown parts of a text are holes"),
        pytest.param("n = 'a'\nhere(f'models:/{n}/{v}')", "models:/a/…", id="known parts of a text stand in it"),
        pytest.param("here(root + '/a.csv')", "…/a.csv", id="a sum"),
        pytest.param("here(root / 'a.csv')", "…/a.csv", id="a path"),
        pytest.param("import os\nhere(os.path.join(root, 'a.csv'))", "…/a.csv", id="a join"),
        pytest.param("p = root + '/a.csv'\nhere(p)", "…/a.csv", id="a name"),
        pytest.param("here(load())", "…", id="what a function gives"),
    ],
)
def test_an_outline_shows_what_is_known_of_a_text(source: str, expected: str) -> None:
    of = module(source)
    node, call = here(of)
    assert of.values.outline(node, call.scope) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("import time\nhere(time.time())", True, id="the clock"),
        pytest.param("import time\nhere(f'run-{time.time()}')", True, id="a text with the clock"),
        pytest.param("from datetime import datetime\nt = datetime.now()\nhere(f'{t:%Y}')", True, id="a name for it"),
        pytest.param("import uuid\nhere(str(uuid.uuid4()))", True, id="a uuid"),
        pytest.param("here('a.csv')", False, id="a text"),
        pytest.param("def f(x):\n    here(x)", False, id="a parameter"),
        pytest.param("import time\nx = x + time.time()\nhere(x)", True, id="a name in terms of itself"),
    ],
)
def test_what_is_made_from_the_clock_changes(source: str, expected: bool) -> None:
    of = module(source)
    node, call = here(of)
    assert of.values.changes(node, call.scope) is expected


def grown(first: str, rest: str, between: str) -> str:
    """Six names, each made of a thousand times the one before, which stands for `~` in `rest`."""
    return first + "".join(
        rest.format(name, between.join(["~"] * 1000)).replace("~", before)
        for before, name in zip("abcdef", "bcdefg", strict=True)
    )


BOMBS = {
    "formatted texts": "a = 'x'\n"
    + "".join(f"{n} = f'{('{' + p + '}') * 1000}'\n" for p, n in zip("abcdef", "bcdefg", strict=True)),
    "items of mappings": "a = {0: 'x'}\n"
    + "".join(f"{n} = {{0: f'{('{' + p + '[0]}') * 1000}'}}\n" for p, n in zip("abcdef", "bcdefg", strict=True)),
    "joined paths": grown("import os\na = 'x'\n", "{} = os.path.join({})\n", ", "),
    "sums of texts": "a = 'x'\n" + "".join(f"{n} = {n} + {p} + {p}\n" for p, n in zip("abcdef", "bcdefg", strict=True)),
    "names in terms of themselves": "g = ''\n" + "g = g + ''\n" * 2000,
    "the clock": grown("import time\na = time\n", "{} = [{}]\n", ", "),
}


@pytest.mark.parametrize("source", BOMBS.values(), ids=BOMBS.keys())
def test_values_that_would_grow_without_end_are_not_made(source: str) -> None:
    of = module(f"{source}here(g)\n")
    node, call = here(of)
    assert of.values.value(node, call.scope) in (UNSET, "")
    assert len(of.values.outline(node, call.scope)) < 2**20
    assert isinstance(of.values.changes(node, call.scope), bool)


def test_the_default_of_a_signature_counts_where_nothing_more_may_be_given() -> None:
    from mlops_lint.extract.python.module import Arguments

    of = module("f(1)\nf(1, *x)\nf(1, **x)\nf(1, b=3)\nf(*x, b=3)\n")
    found = [Arguments(of, call, "a, b=2, *, c=None, d") for call in of.calls]
    assert [one.value("b") for one in found] == [2, UNSET, UNSET, 3, 3]
    assert [one.value("a") for one in found] == [1, 1, 1, 1, UNSET]
    assert [one.value("d") for one in found] == [UNSET] * 5
    assert [one.value("c") for one in found] == [None, None, UNSET, None, None]
    assert [one.value("no") for one in found] == [None, UNSET, UNSET, None, UNSET]


@pytest.mark.parametrize(
    "text",
    [
        r"X = '\ud800'",
        r"open('\udcff.csv')",
        r"open('\U0000dcff.csv')",
        r"X = {'\uD800': 1}['a']",
        "X = 2 ** 62 * 16",
        "X = -(2 ** 62) * 16",
        "X = 1e308 * 1e308 * 0",
    ],
)
def test_every_value_fits_into_the_cache(text: str) -> None:
    facts = extract("a.py", text.encode())
    assert facts.problems == ()
    assert decoded(encoded(facts)) == facts


def test_a_text_that_is_longer_than_anything_a_rule_looks_at_is_not_kept() -> None:
    of = module("pass")
    scope = of.scopes.module
    assert of.values.value(ast.Constant("x" * 10_000), scope) == "x" * 10_000
    assert of.values.value(ast.Constant("x" * 10_001), scope) is UNSET
