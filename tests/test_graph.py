"""Files to one graph: what names mean across files, and what the graph answers."""

import random
from pathlib import Path

import pytest
from generated import notebook

from mlops_lint.discover import Entry
from mlops_lint.extract import extract
from mlops_lint.graph import Graph, Node, link
from mlops_lint.graph.modules import Modules
from mlops_lint.graph.paths import Paths
from mlops_lint.graph.reach import Closure
from mlops_lint.model import Facts, Link, Location, Ref, Subject
from mlops_lint.settings import Settings

READ = "import pandas as pd\n"
DEFINED = "def load():\n    import numpy\n    numpy.random.rand()\n"


def graph(texts: dict[str, str], more: tuple[Facts, ...] = (), tracked: frozenset[str] = frozenset()) -> Graph:
    """Links some files; what is not read, as data, counts as a file too."""
    facts = [extract(path, text.encode()) for path, text in sorted(texts.items())]
    entries = tuple(Entry(path, len(text), path in tracked, False) for path, text in sorted(texts.items()))
    return link(
        [*facts, *more], entries, git=True, settings=Settings(root=Path("/nowhere"), cache_dir=Path("/nowhere"))
    )


def calls(of: Graph, symbol: str) -> set[str]:
    return {node.id for role in ("calls", "imports") for node in of.linked(of.nodes[symbol], role)}


def called_by(texts: dict[str, str], path: str) -> set[str]:
    """The functions, but not the bodies of modules, that the module under `path` uses."""
    name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".").replace(".ipynb", ":ipynb")
    return {id for id in calls(graph(texts), f"function:{name}.<module>") if not id.endswith("<module>")}


IMPORTS = {
    "an absolute import from the root": (
        {"pkg/data.py": DEFINED, "train.py": "from pkg.data import load\nload()\n"},
        "train.py",
        {"function:pkg.data.load"},
    ),
    "an import of a module": (
        {"pkg/data.py": DEFINED, "train.py": "import pkg.data\npkg.data.load()\n"},
        "train.py",
        {"function:pkg.data.load"},
    ),
    "an import of a module under another name": (
        {"pkg/data.py": DEFINED, "train.py": "import pkg.data as d\nd.load()\n"},
        "train.py",
        {"function:pkg.data.load"},
    ),
    "a relative import": (
        {"pkg/data.py": DEFINED, "pkg/train.py": "from .data import load\nload()\n"},
        "pkg/train.py",
        {"function:pkg.data.load"},
    ),
    "a relative import of a module": (
        {"pkg/data.py": DEFINED, "pkg/train.py": "from . import data\ndata.load()\n"},
        "pkg/train.py",
        {"function:pkg.data.load"},
    ),
    "a relative import from above": (
        {"pkg/data.py": DEFINED, "pkg/sub/train.py": "from ..data import load\nload()\n"},
        "pkg/sub/train.py",
        {"function:pkg.data.load"},
    ),
    "a script beside the module": (
        {"scripts/data.py": DEFINED, "scripts/train.py": "from data import load\nload()\n"},
        "scripts/train.py",
        {"function:scripts.data.load"},
    ),
    "a package in a src folder": (
        {"src/pkg/data.py": DEFINED, "src/pkg/train.py": "from pkg.data import load\nload()\n"},
        "src/pkg/train.py",
        {"function:src.pkg.data.load"},
    ),
    "a package in a src folder, from a script outside": (
        {"src/pkg/data.py": DEFINED, "scripts/train.py": "from pkg.data import load\nload()\n"},
        "scripts/train.py",
        {"function:src.pkg.data.load"},
    ),
    "a package in a project folder": (
        {"services/api/pkg/data.py": DEFINED, "services/api/main.py": "from pkg.data import load\nload()\n"},
        "services/api/main.py",
        {"function:services.api.pkg.data.load"},
    ),
    "a re-export of a package": (
        {
            "pkg/__init__.py": "from .data import load\n",
            "pkg/data.py": DEFINED,
            "train.py": "from pkg import load\nload()\n",
        },
        "train.py",
        {"function:pkg.data.load"},
    ),
    "a re-export under another name": (
        {
            "pkg/__init__.py": "from .data import load as read\n",
            "pkg/data.py": DEFINED,
            "train.py": "from pkg import read\nread()\n",
        },
        "train.py",
        {"function:pkg.data.load"},
    ),
    "a re-export of a re-export": (
        {
            "pkg/__init__.py": "from .sub import load\n",
            "pkg/sub/__init__.py": "from .data import load\n",
            "pkg/sub/data.py": DEFINED,
            "train.py": "import pkg\npkg.load()\n",
        },
        "train.py",
        {"function:pkg.sub.data.load"},
    ),
    "re-exports in a circle": (
        {"a.py": "from b import load\n", "b.py": "from a import load\n", "train.py": "from a import load\nload()\n"},
        "train.py",
        set(),
    ),
    "a star import": (
        {"data.py": DEFINED, "train.py": "from data import *\nload()\n"},
        "train.py",
        {"function:data.load"},
    ),
    "a star import of a package that has it from a star import": (
        {
            "pkg/__init__.py": "from .data import *\n",
            "pkg/data.py": DEFINED,
            "train.py": "from pkg import load\nload()\n",
        },
        "train.py",
        {"function:pkg.data.load"},
    ),
    "star imports in a circle": (
        {"a.py": "from b import *\n", "b.py": "from a import *\n", "train.py": "from a import load\nload()\n"},
        "train.py",
        set(),
    ),
    "the nearest of two modules of one name": (
        {"a/data.py": DEFINED, "data.py": DEFINED, "a/train.py": "from data import load\nload()\n"},
        "a/train.py",
        {"function:a.data.load"},
    ),
    "one above of two modules of one name": (
        {"a/data.py": DEFINED, "b/data.py": DEFINED, "a/sub/train.py": "from data import load\nload()\n"},
        "a/sub/train.py",
        {"function:a.data.load"},
    ),
    "none of two that are equally far": (
        {"a/data.py": DEFINED, "b/data.py": DEFINED, "c/train.py": "from data import load\nload()\n"},
        "c/train.py",
        set(),
    ),
    "the only one, wherever it is": (
        {"a/data.py": DEFINED, "c/train.py": "from data import load\nload()\n"},
        "c/train.py",
        {"function:a.data.load"},
    ),
    "a relative import is meant exactly": (
        {"a/data.py": DEFINED, "a/a/data.py": DEFINED, "a/train.py": "from .data import load\nload()\n"},
        "a/train.py",
        {"function:a.data.load"},
    ),
    "a module of the repository with a file's own name": (
        {"a/train.py": DEFINED + "load()\n", "a/a/train.py": DEFINED},
        "a/train.py",
        {"function:a.train.load"},
    ),
    "a name of a package that is there, but not in it": (
        {"pkg/__init__.py": "", "other/pkg/data.py": DEFINED, "train.py": "from pkg.data import load\nload()\n"},
        "train.py",
        set(),
    ),
    "a package that is not of the repository": (
        {"a/torch.py": DEFINED, "b/train.py": "from torch import load\nload()\n"},
        "b/train.py",
        set(),
    ),
    "a notebook": (
        {"pkg/data.py": DEFINED, "nb/eda.ipynb": notebook("from pkg.data import load\nload()\n")},
        "nb/eda.ipynb",
        {"function:pkg.data.load"},
    ),
    "a class": (
        {
            "pkg/data.py": "class Data:\n    def load(self): pass\n",
            "train.py": "from pkg.data import Data\nread(Data())\n",
        },
        "train.py",
        {"function:pkg.data.Data"},
    ),
    "of a class whose instance stays, what is called on it": (
        {
            "pkg/data.py": "class Data:\n    def __init__(self): pass\n    def load(self): pass\n",
            "train.py": "from pkg.data import Data\nData().load()\n",
        },
        "train.py",
        {"function:pkg.data.Data.__init__", "function:pkg.data.Data.load"},
    ),
    "a method of a base in another file": (
        {
            "pkg/base.py": "class Base:\n    def load(self): pass\n",
            "pkg/data.py": "from .base import Base\nclass Data(Base): pass\n",
            "train.py": "from pkg.data import Data\nd = Data()\nd.load()\n",
        },
        "train.py",
        {"function:pkg.data.Data", "function:pkg.base.Base.load"},
    ),
    "a class that is its own base": (
        {
            "a.py": "from b import B\nclass A(B): pass\n",
            "b.py": "from a import A\nclass B(A): pass\n",
            "train.py": "from a import A\nA().load()\n",
        },
        "train.py",
        {"function:a.A"},
    ),
}


@pytest.mark.parametrize(("texts", "path", "expected"), IMPORTS.values(), ids=IMPORTS.keys())
def test_code_uses(texts: dict[str, str], path: str, expected: set[str]) -> None:
    assert called_by(texts, path) == expected


def test_to_import_a_module_is_to_run_its_body() -> None:
    of = graph({"pkg/data.py": "import numpy as np\nnp.random.seed(1)\n", "a.py": "import pkg.data\nprint()\n"})
    assert [one.name for one in of.reach(of.nodes["entry:a.py"], "seed_call")] == ["numpy.random.seed"]
    near = graph(
        {"pkg/data.py": "import numpy as np\nnp.random.seed(1)\n", "pkg/a.py": "from . import data\nprint()\n"}
    )
    assert [one.name for one in near.reach(near.nodes["entry:pkg/a.py"], "seed_call")] == ["numpy.random.seed"]


def test_a_constant_that_is_used_is_no_call_of_something_unseen() -> None:
    of = graph({"settings.py": "SEED = 1\n", "train.py": "from settings import SEED\nprint(SEED)\n"})
    body = of.nodes["function:train.<module>"]
    assert body.dangling == []
    assert [node.id for node in of.linked(body, "uses")] == ["constant:settings.SEED"]


# --- references


def seeds(texts: dict[str, str]) -> list[object]:
    return [node.fields.get("seed", "unknown") for node in graph(texts).of_kind("seed_call")]


SEED = "import random\nrandom.seed(SEED)\n"
REFERENCES = {
    "a constant of another module": ({"s.py": "SEED = 42\n", "t.py": "from s import SEED\n" + SEED}, [42]),
    "a constant that a package re-exports": (
        {"p/__init__.py": "from .s import SEED\n", "p/s.py": "SEED = 42\n", "t.py": "from p import SEED\n" + SEED},
        [42],
    ),
    "a constant for a constant of a third module": (
        {"a.py": "X = 42\n", "b.py": "from a import X\nSEED = X\n", "t.py": "from b import SEED\n" + SEED},
        [42],
    ),
    "an attribute of a module": (
        {"p/s.py": "SEED = 42\n", "t.py": "import random\nfrom p import s\nrandom.seed(s.SEED)\n"},
        [42],
    ),
    "a constant of a class": (
        {"s.py": "class C:\n    SEED = 42\n", "t.py": "import random\nfrom s import C\nrandom.seed(C.SEED)\n"},
        [42],
    ),
    "a constant that is None": ({"s.py": "SEED = None\n", "t.py": "from s import SEED\n" + SEED}, [None]),
    "a constant that is not there": ({"s.py": "", "t.py": "from s import SEED\n" + SEED}, ["unknown"]),
    "a constant with two values": (
        {"s.py": "SEED = 1\nSEED = 2\n", "t.py": "from s import SEED\n" + SEED},
        ["unknown"],
    ),
    "a constant of a module that is not there": ({"t.py": "from s import SEED\n" + SEED}, ["unknown"]),
    "constants in a circle": (
        {"a.py": "from b import X\n", "b.py": "from a import X\n", "t.py": "from a import X as SEED\n" + SEED},
        ["unknown"],
    ),
    "constants that are each other": (
        {"a.py": "import b\nX = b.X\n", "b.py": "import a\nX = a.X\n", "t.py": "from a import X as SEED\n" + SEED},
        ["unknown"],
    ),
    "a constant of the nearest of two modules": (
        {"s.py": "SEED = 1\n", "p/s.py": "SEED = 2\n", "p/t.py": "from s import SEED\n" + SEED},
        [2],
    ),
}


@pytest.mark.parametrize(("texts", "expected"), REFERENCES.values(), ids=REFERENCES.keys())
def test_a_reference_is_worth(texts: dict[str, str], expected: list[object]) -> None:
    assert seeds(texts) == expected
    assert not any(isinstance(v, Ref) for node in graph(texts).nodes.values() for v in node.fields.values())


# --- paths


def datasets(texts: dict[str, str]) -> set[str]:
    return {node.id for node in graph(texts).of_kind("dataset")}


def reading(path: str) -> str:
    return f"{READ}pd.read_csv({path})\n"


PATHS = {
    "from the root": ({"a/t.py": reading("'data/x.csv'"), "data/x.csv": ""}, {"dataset:data/x.csv"}),
    "from the folder of the script": ({"a/t.py": reading("'d/x.csv'"), "a/d/x.csv": ""}, {"dataset:a/d/x.csv"}),
    "from above the script": ({"a/t.py": reading("'../data/x.csv'"), "data/x.csv": ""}, {"dataset:data/x.csv"}),
    "from both: neither": ({"a/t.py": reading("'x.csv'"), "x.csv": "", "a/x.csv": ""}, set()),
    "from nowhere: as from the root": ({"a/t.py": reading("'x.csv'")}, {"dataset:x.csv"}),
    "out of the tree": ({"t.py": reading("'../x.csv'")}, set()),
    "with a name that begins with dots": ({"t.py": reading("'..x.csv'")}, {"dataset:..x.csv"}),
    "absolute": ({"t.py": reading("'/data/x.csv'")}, {"dataset:/data/x.csv"}),
    "of Windows": ({"a/t.py": reading("'data\\\\x.csv'"), "data/x.csv": ""}, {"dataset:data/x.csv"}),
    "with a scheme": ({"t.py": reading("'s3://b/x.csv'")}, {"dataset:s3://b/x.csv"}),
    "beside the file, by its own place": (
        {"a/t.py": "import os\n" + reading("os.path.dirname(__file__) + '/x.csv'"), "x.csv": "", "a/x.csv": ""},
        {"dataset:a/x.csv"},
    ),
    "from the folder in which a task runs the script": (
        {
            "p/dvc.yaml": "stages:\n  s:\n    cmd: python code/t.py\n    deps: [x.csv]\n",
            "p/code/t.py": reading("'x.csv'"), "x.csv": "", "p/x.csv": "", "p/code/x.csv": "",
        },
        {"dataset:p/x.csv"},
    ),
    "from one of two folders in which tasks run the script: where it is": (
        {
            "p/dvc.yaml": "stages:\n  s:\n    cmd: python ../t.py\n",
            "q/dvc.yaml": "stages:\n  s:\n    cmd: python ../t.py\n",
            "t.py": reading("'x.csv'"), "q/x.csv": "",
        },
        {"dataset:q/x.csv"},
    ),
    "from two folders in which tasks run the script: neither": (
        {
            "p/dvc.yaml": "stages:\n  s:\n    cmd: python ../t.py\n",
            "q/dvc.yaml": "stages:\n  s:\n    cmd: python ../t.py\n",
            "t.py": reading("'x.csv'"), "p/x.csv": "", "q/x.csv": "",
        },
        set(),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("texts", "expected"), PATHS.values(), ids=PATHS.keys())
def test_a_path_means(texts: dict[str, str], expected: set[str]) -> None:
    assert datasets(texts) == expected


def test_folders_are_known_by_what_is_in_them() -> None:
    paths = Paths(["a/b/c.csv", "a-b/x.csv", "a.csv"], ["made.csv"])
    assert [paths.is_folder(one) for one in ("a", "a/b", "a-b", "a/b/c.csv", "b", "", ".", "a/")] == [
        True, True, True, False, False, True, True, False,
    ]  # fmt: skip
    assert paths.below("a") == ["a/b/c.csv"]
    assert paths.exists("a.csv")
    assert not paths.exists("made.csv")


def test_one_dataset_of_a_script_a_pipeline_and_a_notebook() -> None:
    of = graph(
        {
            "dvc.yaml": "stages:\n  s:\n    cmd: python t.py\n    outs: [data/x.csv]\n",
            "t.py": f"{READ}pd.DataFrame().to_csv('data/x.csv')\n",
            "nb/eda.ipynb": notebook(reading("'../data/x.csv'")),
        }
    )
    node = of.nodes["dataset:data/x.csv"]
    assert {one.kind for one in of.linked(node, "written_by")} == {"task", "write"}
    assert [one.location.path for one in of.linked(node, "read_by")] == ["nb/eda.ipynb"]


def test_what_a_link_names_is_meant_from_the_file_where_it_stands() -> None:
    """Two files mention one subject; each names a path of its own folder."""

    def mention(path: str) -> Facts:
        links = (Link("reads", "path:x.csv"),)
        return Facts(path, "source", (Subject("model", Location(path), "m", {}, "model:m", links),))

    of = graph({"a/x.csv": "", "b/x.csv": ""}, (mention("a/t.yaml"), mention("b/t.yaml")))
    assert {one.id for one in of.linked(of.nodes["model:m"], "reads")} == {"dataset:a/x.csv", "dataset:b/x.csv"}


def test_what_one_mention_knows_the_subject_has() -> None:
    def mention(path: str, **fields: str | bool | None) -> Facts:
        return Facts(path, "source", (Subject("model", Location(path), "m", dict(fields), "model:m"),))

    of = graph(
        {}, (mention("a", library=None, registered=False), mention("b", library="x"), mention("c", registered=True))
    )
    assert of.nodes["model:m"].fields == {"library": "x", "registered": True}


def test_folders_hold_the_datasets_in_them_the_nearest_first() -> None:
    of = graph({"t.py": reading("'d/e/x.csv'") + reading("'d'") + reading("'d/e'") + reading("'de/y.csv'")})
    inside = {one.id: [two.id for two in of.linked(one, "inside")] for one in of.of_kind("dataset")}
    assert inside == {
        "dataset:d/e/x.csv": ["dataset:d/e"],
        "dataset:d/e": ["dataset:d"],
        "dataset:d": [],
        "dataset:de/y.csv": [],
    }
    assert [one.id for one in of.same_data(of.nodes["dataset:d/e"])] == [
        "dataset:d/e",
        "dataset:d",
        "dataset:d/e/x.csv",
    ]


def test_a_dataset_is_there_and_tracked_with_all_that_is_in_it() -> None:
    texts = {"t.py": reading("'d'") + reading("'e'") + reading("'no'"), "d/x.csv": "", "d/y.csv": "", "e/z.csv": ""}
    of = graph(texts, tracked=frozenset({"d/x.csv", "d/y.csv"}))
    known = {one.id: (one.fields["exists"], one.fields["tracked"]) for one in of.of_kind("dataset")}
    assert known == {"dataset:d": (True, True), "dataset:e": (True, False), "dataset:no": (False, False)}


# --- where runs start


def entries(texts: dict[str, str]) -> set[str]:
    return {node.id for node in graph(texts).of_kind("entry_point")}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param({"t.py": "print()\n"}, {"entry:t.py"}, id="a script"),
        pytest.param({"t.py": "X = 1\n"}, set(), id="a module that only defines"),
        pytest.param({"t.py": "if __name__ == '__main__': f()\n"}, {"entry:t.py"}, id="a main block"),
        pytest.param({"p/__init__.py": "", "p/t.py": "print()\n"}, set(), id="a module of a package"),
        pytest.param(
            {"p/__init__.py": "", "p/t.py": "import joblib\njoblib.dump([1], 'a.joblib')\n"},
            {"entry:p/t.py"},
            id="a module of a package that saves what it makes",
        ),
        pytest.param(
            {
                "p/__init__.py": "",
                "p/t.py": "import joblib\njoblib.dump([1], 'a.joblib')\n",
                "p/u.py": "from p import t\n",
            },
            set(),
            id="such a module that another imports",
        ),
        pytest.param(
            {"p/__init__.py": "", "p/t.py": "if __name__ == '__main__': f()\n"},
            {"entry:p/t.py"},
            id="a main block in a package",
        ),
        pytest.param(
            {"a.py": "print()\n", "t.py": "import a\nprint()\n"}, {"entry:t.py"}, id="a script that is imported"
        ),
        pytest.param({"t.ipynb": notebook("x = 1\nprint(x)\n")}, {"entry:t.ipynb"}, id="a notebook"),
    ],
)
def test_a_run_starts_at(texts: dict[str, str], expected: set[str]) -> None:
    assert entries(texts) == expected


def test_python_m_starts_a_module_and_its_main_block() -> None:
    of = graph(
        {
            "dvc.yaml": "stages:\n  s:\n    cmd: python -m pkg.train\n",
            "pkg/__init__.py": "",
            "pkg/train.py": "import random\nif __name__ == '__main__':\n    random.seed(1)\n",
        }
    )
    task = next(iter(of.of_kind("task")))
    assert [one.name for one in of.reach(task, "seed_call")] == ["random.seed"]


def test_python_m_of_a_package_starts_its_main_module() -> None:
    of = graph(
        {
            "dvc.yaml": "stages:\n  s:\n    cmd: python -m pkg\n",
            "pkg/__init__.py": "",
            "pkg/__main__.py": "import random\nrandom.seed(1)\n",
        }
    )
    task = next(iter(of.of_kind("task")))
    assert [one.name for one in of.reach(task, "seed_call")] == ["random.seed"]


def test_a_task_runs_the_script_of_its_command() -> None:
    of = graph(
        {
            "dvc.yaml": "stages:\n  s:\n    cmd: python src/train.py\n",
            "src/train.py": "from helper import seed\nseed()\n",
            "src/helper.py": "import random\ndef seed():\n    random.seed(1)\n",
        }
    )
    task = next(iter(of.of_kind("task")))
    [call] = of.reach(task, "seed_call")
    assert call.location.path == "src/helper.py"
    assert {one.kind for one in of.runners(call)} == {"task", "entry_point"}


def test_the_runners_of_code_are_those_from_which_calls_lead_to_it() -> None:
    of = graph(
        {
            "a.py": "from m import f\nf()\n",
            "b.py": "from m import g\ng()\n",
            "tests/test_m.py": "from m import f\ndef test_f():\n    f()\n",
            "m.py": "import random\ndef f():\n    h()\ndef g(): pass\ndef h():\n    random.random()\n",
        }
    )
    [draw] = of.of_kind("random_call")
    assert [one.id for one in of.runners(draw)] == ["entry:a.py", "test:tests/test_m.py:2:1"]


TRAINER = (
    "import random\nclass Trainer:\n    def __init__(self):\n        self.x = random.random()\n"
    "    def fit(self):\n        random.shuffle(self.x)\n    def show(self): pass\n"
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def main():\n    t = Trainer()\n    t.show()\n", ["random.random"]),
        ("def main():\n    t = Trainer()\n    t.fit()\n", ["random.random", "random.shuffle"]),
        ("def main():\n    Trainer().show()\n", ["random.random"]),
        ("def main():\n    run(Trainer())\n", ["random.random", "random.shuffle"]),
    ],
)
def test_of_an_instance_that_stays_only_the_methods_that_are_called_run(source: str, expected: list[str]) -> None:
    main = f"from lib import Trainer\n{source}if __name__ == '__main__':\n    main()\n"
    of = graph({"lib.py": TRAINER, "train.py": main})
    [entry] = of.of_kind("entry_point")
    assert sorted(one.name for one in of.reach(entry, "random_call")) == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", "[project.scripts]\ntrain = 'pkg.cli:main'\n"),
        ("pyproject.toml", "[tool.poetry.scripts]\ntrain = {callable = 'pkg.cli:main'}\n"),
        ("setup.cfg", "[options.entry_points]\nconsole_scripts =\n    train = pkg.cli:main\n"),
        ("setup.py", "setup(entry_points={'console_scripts': ['train = pkg.cli:main']})\n"),
    ],
)
def test_a_command_of_an_installation_is_a_run_at_its_function(path: str, text: str) -> None:
    of = graph(
        {path: text, "src/pkg/__init__.py": "", "src/pkg/cli.py": "import random\ndef main():\n    random.seed(1)\n"}
    )
    [entry] = of.of_kind("entry_point")
    assert (entry.name, entry.location.path, entry.location.line) == ("train", "src/pkg/cli.py", 2)
    assert [one.name for one in of.reach(entry, "seed_call")] == ["random.seed"]


def test_a_command_whose_module_is_run_anyway_is_no_second_run() -> None:
    main = "def main(): pass\nif __name__ == '__main__':\n    main()\n"
    assert entries({"pyproject.toml": "[project.scripts]\nt = 'cli:main'\n", "cli.py": main}) == {"entry:cli.py"}


def test_a_command_is_run_by_its_app() -> None:
    cli = "import random, typer\napp = typer.Typer()\n@app.command()\ndef train():\n    random.seed(1)\n"
    of = graph(
        {
            "pyproject.toml": "[project.scripts]\nt = 'pkg.cli:app'\n",
            "pkg/cli.py": cli,
            "use.py": "import pkg.cli\nf()\n",
        }
    )
    command, user = of.nodes["entry:pyproject.toml#t"], of.nodes["entry:use.py"]
    assert [one.name for one in of.reach(command, "seed_call")] == ["random.seed"]
    assert of.reach(user, "seed_call") == []


def test_a_function_that_is_handed_on_is_run() -> None:
    of = graph({"a.py": "import random\ndef f():\n    random.random()\nmap(f, [])\n"})
    assert of.reach(of.nodes["entry:a.py"], "random_call")


def test_what_a_lambda_or_a_comprehension_calls_is_run() -> None:
    of = graph({"a.py": "import random\ndef f():\n    random.random()\nrun(lambda: [f() for x in y])\n"})
    assert of.reach(of.nodes["entry:a.py"], "random_call")


# --- the graph itself


def bare(edges: list[tuple[str, str]], role: str = "calls") -> Graph:
    names = sorted({name for edge in edges for name in edge})
    found = Graph((Node(n, "function", n, Location(f"{n}.py"), "source", {}) for n in names), Paths([], []))
    for source, target in edges:
        found.connect(source, role, target)
    return found


def test_edges_are_read_both_ways_and_twice_is_once() -> None:
    of = bare([("a", "b"), ("a", "b"), ("a", "a")])
    assert [one.id for one in of.linked(of.nodes["a"], "calls")] == ["b", "a"]
    assert [one.id for one in of.linked(of.nodes["b"], "called_by")] == ["a"]
    assert list(of.edges()) == [("a", "calls", "b"), ("a", "calls", "a")]
    assert of.linked(of.nodes["a"], "reads") == []


def test_a_node_is_taken_out_with_all_its_edges() -> None:
    of = bare([("a", "b"), ("b", "c"), ("b", "b"), ("c", "b")])
    of.remove(of.nodes["b"])
    assert list(of.nodes) == ["a", "c"]
    assert list(of.edges()) == []
    assert [one.id for one in of.of_kind("function")] == ["a", "c"]
    assert of.linked(of.nodes["c"], "called_by") == []


def test_what_follows_is_nearest_first_and_a_circle_ends() -> None:
    of = bare([("a", "b"), ("b", "c"), ("c", "a"), ("a", "d")])
    assert [one.id for one in of.follow(of.nodes["a"], ("calls",))] == ["b", "d", "c"]
    assert [one.id for one in of.follow(of.nodes["a"], ("called_by",))] == ["c", "b"]


def test_a_cycle_is_found_among_its_members() -> None:
    of = bare([("a", "b"), ("b", "c"), ("c", "a"), ("d", "d"), ("e", "f")])
    members = [of.nodes[name] for name in "abc"]
    assert {one.id for one in of.cycle(members, "calls")} == {"a", "b", "c"}
    assert of.cycle(members[:2], "calls") == []
    assert [one.id for one in of.cycle([of.nodes["d"]], "calls")] == ["d"]
    assert of.cycle([of.nodes["e"], of.nodes["f"]], "calls") == []
    assert of.cycle([], "calls") == []


def reachable(edges: dict[str, list[str]], start: str) -> set[str]:
    found, wanted = {start}, [start]
    while wanted:
        for after in edges.get(wanted.pop(), []):
            if after not in found:
                found.add(after)
                wanted.append(after)
    return found


@pytest.mark.parametrize("seed", range(30))
def test_a_closure_is_what_a_search_from_each_start_finds(seed: int) -> None:
    """Calls among functions in any order, recursion and mutual recursion included."""
    chance = random.Random(seed)
    names = [str(number) for number in range(chance.randint(1, 25))]
    edges = {name: [chance.choice(names) for _ in range(chance.randint(0, 3))] for name in names}
    bits = {name: 1 << number for number, name in enumerate(names)}
    closure = Closure(lambda name: edges[name], bits)
    asked = [*names, *names]
    chance.shuffle(asked)
    for start in asked:
        found = {name for name in names if closure.mask(start) & bits[name]}
        assert found == reachable(edges, start)


def test_a_closure_is_as_deep_as_it_must_be() -> None:
    size = 50_000
    closure = Closure(lambda name: [str(int(name) + 1)] if int(name) < size else ["0"], {str(size): 1})
    assert closure.mask("0") == closure.mask(str(size // 2)) == 1


def test_mutual_recursion_reaches_what_either_function_does() -> None:
    of = graph(
        {
            "a.py": "import random\ndef f(n):\n    random.random()\n    g(n)\ndef g(n):\n    random.seed(1)\n    f(n)\n"
            "def h():\n    g(1)\n"
        }
    )
    for name in "fgh":
        found = of.reached(of.nodes[f"function:a.{name}"])
        assert {"random_call", "seed_call"} <= {one.kind for one in found}, name


def test_a_class_runs_what_it_inherits_and_defines() -> None:
    of = graph(
        {
            "base.py": "import random\nclass Base:\n    def fit(self):\n        random.random()\n",
            "t.py": "from base import Base\nclass Model(Base):\n    def step(self): pass\nModel()\n",
        }
    )
    assert of.reach(of.nodes["entry:t.py"], "random_call")


def test_linking_does_not_depend_on_the_order_in_which_it_is_asked() -> None:
    texts = {f"p/m{n}.py": f"from p.m{(n + 1) % 9} import f, X\ndef f():\n    f()\nY = X\n" for n in range(9)}
    one, two = graph(texts), graph(texts)
    assert list(one.nodes) == list(two.nodes)
    assert sorted(one.edges()) == sorted(two.edges())


def test_names_of_modules_are_found_in_the_order_of_python() -> None:
    modules = Modules({name: f"{name.replace('.', '/')}.py" for name in ("a.b.c", "a.c", "d.x", "e.x", "a.b")}, {})
    assert modules.module("c", "a.b.main") == "a.b.c"
    assert modules.module("c", "a.main") == "a.c"
    assert modules.module("c", "z.main") is None
    assert modules.module("x", "z.main") is None
    assert modules.module("b.c", "z.main") == "a.b.c"
    assert modules.split("a.b.c.f.g", "main") == ("a.b.c", "f.g")
    assert modules.split("nothing.f", "main") is None


def test_a_metric_in_the_file_of_a_service_watches_it() -> None:
    source = "from fastapi import FastAPI\nfrom prometheus_client import Counter\n\napp = FastAPI()\n"
    linked = graph({"serve.py": f'{source}SEEN = Counter("predictions_total", "Predictions")\n', "other.py": "x = 1\n"})
    (metric,) = linked.of_kind("monitor")
    assert [one.kind for one in linked.linked(metric, "watches")] == ["service"]
