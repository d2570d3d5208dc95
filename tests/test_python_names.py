"""Expressions to the full names of what they are; `here(...)` marks the one that is asked about."""

import pytest
from source import here, module

CASES = {
    "an import has its own name": ("import pandas\nhere(pandas)", "pandas"),
    "an alias has the name of what it stands for": ("import pandas as pd\nhere(pd.read_csv)", "pandas.read_csv"),
    "the alias of a part of a package is the part": (
        "import sklearn.metrics as m\nhere(m.f1_score)",
        "sklearn.metrics.f1_score",
    ),
    "to import a part binds the package": ("import os.path\nhere(os.path.join)", "os.path.join"),
    "a name from a module": (
        "from sklearn.model_selection import train_test_split\nhere(train_test_split)",
        "sklearn.model_selection.train_test_split",
    ),
    "a renamed name from a module": (
        "from sklearn.model_selection import train_test_split as tts\nhere(tts)",
        "sklearn.model_selection.train_test_split",
    ),
    "a relative import starts at the package": ("from .data import load\nhere(load)", "src.data.load"),
    "two dots start above the package": ("from ..data import load\nhere(load)", "data.load"),
    "a chain of attributes": ("import numpy as np\nhere(np.random.rand)", "numpy.random.rand"),
    "a name for a function": ("import numpy as np\nrand = np.random.rand\nhere(rand)", "numpy.random.rand"),
    "an instance has the name of its class": (
        "from sklearn.svm import SVC\nmodel = SVC()\nhere(model.fit)",
        "sklearn.svm.SVC.fit",
    ),
    "an instance on which a method is called at once": (
        "from sklearn.svm import SVC\nhere(SVC().fit)",
        "sklearn.svm.SVC.fit",
    ),
    "what a known function returns": (
        "import pandas as pd\ndf = pd.read_csv('a')\nhere(df.sample)",
        "pandas.DataFrame.sample",
    ),
    "what an unknown function returns keeps the call in its name": (
        "import acme\nx = acme.load()\nhere(x.fit)",
        "acme.load().fit",
    ),
    "a name that is bound anew in terms of itself": (
        "import pandas as pd\ndf = pd.read_csv('a')\ndf = df.dropna()\ndf = df.fillna(0)\nhere(df.sample)",
        "pandas.DataFrame.sample",
    ),
    "a name that is only bound in terms of itself is unknown": ("x = x.next()\nhere(x.fit)", "?.fit"),
    "a name bound in terms of one that is bound in terms of it": (
        "import pandas as pd\na = pd.read_csv('x')\nb = a.dropna()\na = b.fillna(0)\nhere(b.sample)",
        "pandas.DataFrame.sample",
    ),
    "two names bound in terms of each other end": ("a = b.f()\nb = a.g()\nhere(a)", "?"),
    "an attribute bound in terms of itself ends": (
        """
        class A:
            def step(self):
                self.x = self.x.next()
                here(self.x.fit)
        """,
        "?.fit",
    ),
    "two classes for one name are their base": (
        "from sklearn.svm import SVC, SVR\nm = SVC()\nm = SVR()\nhere(m.fit)",
        "sklearn.Model.fit",
    ),
    "two classes without a base are unknown": (
        "from sklearn.svm import SVC\nimport pandas\nm = SVC()\nm = pandas.DataFrame()\nhere(m.fit)",
        "?.fit",
    ),
    "a part of what a function gives": (
        "from sklearn.svm import SVC\ndef f():\n    return 1, SVC()\na, m = f()\nhere(m.fit)",
        "sklearn.svm.SVC.fit",
    ),
    "a part in the main block": (
        (
            "from sklearn.svm import SVC\ndef f():\n    return 1, SVC()\n"
            "if __name__ == '__main__':\n    a, m = f()\n    here(m.fit)"
        ),
        "sklearn.svm.SVC.fit",
    ),
    "a part that is not there": (
        "from sklearn.svm import SVC\ndef f():\n    return (SVC(),)\na, m = f()\nhere(m.fit)",
        "?.fit",
    ),
    "what is sometimes nothing is what it is else": (
        "from sklearn.svm import SVC\nm = None\nm = SVC()\nhere(m.fit)",
        "sklearn.svm.SVC.fit",
    ),
    "both branches of a condition agree": (
        "from sklearn.svm import SVC\nm = SVC(1) if a else SVC(2)\nhere(m)",
        "sklearn.svm.SVC",
    ),
    "branches of a condition agree on a base": (
        "from sklearn.svm import SVC, SVR\nm = SVC() if a else SVR()\nhere(m)",
        "sklearn.Model",
    ),
    "branches of a condition do not agree": (
        "from sklearn.svm import SVC\nimport pandas\nm = SVC() if a else pandas.DataFrame()\nhere(m)",
        "?",
    ),
    "a self attribute": (
        """
        from sklearn.svm import SVC
        class Trainer:
            def __init__(self):
                self.model = SVC()
            def train(self):
                here(self.model.fit)
        """,
        "sklearn.svm.SVC.fit",
    ),
    "a self attribute that is set from a name of the method where it is set": (
        """
        from sklearn.svm import SVC
        class Trainer:
            def __init__(self, model):
                pass
            def build(self):
                model = SVC()
                self.model = model
            def train(self):
                here(self.model.fit)
        """,
        "sklearn.svm.SVC.fit",
    ),
    "a self attribute of a base in the same file": (
        """
        from sklearn.svm import SVC
        class Base:
            def __init__(self):
                self.model = SVC()
        class Trainer(Base):
            def train(self):
                here(self.model.fit)
        """,
        "sklearn.svm.SVC.fit",
    ),
    "a class attribute": (
        """
        from sklearn.svm import SVC
        class Trainer:
            model = SVC()
            def train(self):
                here(self.model.fit)
        """,
        "sklearn.svm.SVC.fit",
    ),
    "a class attribute that is only annotated": (
        """
        import pandas as pd
        class Trainer:
            data: pd.DataFrame
            def train(self):
                here(self.data.sample)
        """,
        "pandas.DataFrame.sample",
    ),
    "a class attribute that is no instance has its own name": (
        "class Config:\n    seed = 1\nhere(Config.seed)",
        "src.train.Config.seed",
    ),
    "a property is what it returns": (
        """
        from sklearn.svm import SVC
        class Trainer:
            @property
            def model(self):
                return SVC()
            def train(self):
                here(self.model.fit)
        """,
        "sklearn.svm.SVC.fit",
    ),
    "the first argument of a static method is no instance": (
        """
        class Trainer:
            @staticmethod
            def train(model):
                here(model.fit)
        """,
        "?.fit",
    ),
    "the first argument of a class method is the class": (
        "class Trainer:\n    @classmethod\n    def make(cls):\n        here(cls.fit)\n    def fit(self): pass",
        "src.train.Trainer.fit",
    ),
    "a method": (
        "class Trainer:\n    def fit(self): pass\nt = Trainer()\nhere(t.fit)",
        "src.train.Trainer.fit",
    ),
    "a method of a base in the same file": (
        """
        class Base:
            def fit(self): pass
        class Trainer(Base): pass
        t = Trainer()
        here(t.fit)
        """,
        "src.train.Base.fit",
    ),
    "a method of a base of a base": (
        """
        class A:
            def fit(self): pass
        class B(A): pass
        class C(B): pass
        here(C().fit)
        """,
        "src.train.A.fit",
    ),
    "what a function of the file returns": (
        "from sklearn.svm import SVC\ndef build():\n    return SVC()\nhere(build().fit)",
        "sklearn.svm.SVC.fit",
    ),
    "what a function returns from a name of its own": (
        "from sklearn.svm import SVC\ndef build():\n    m = SVC()\n    return m\nhere(build().fit)",
        "sklearn.svm.SVC.fit",
    ),
    "a function that returns one of two things": (
        """
        from sklearn.svm import SVC, SVR
        def build(x):
            if x:
                return SVC()
            return SVR()
        here(build(1).fit)
        """,
        "sklearn.Model.fit",
    ),
    "a function that returns itself ends": ("def f():\n    return f()\nhere(f())", "?"),
    "what an asynchronous function returns": (
        "import httpx\nasync def f():\n    c = httpx.AsyncClient()\n    x = await make(c)\n    here(c.get)\n",
        "httpx.AsyncClient.get",
    ),
    "the target of a with": (
        "import requests\nwith requests.Session() as s:\n    here(s.get)",
        "requests.Session.get",
    ),
    "several targets of a with": (
        "import requests\nwith open('a') as f, requests.Session() as s:\n    here(s.get)",
        "requests.Session.get",
    ),
    "parts of a tuple": (
        "from sklearn.svm import SVC, SVR\na, b = SVC(), SVR()\nhere(b.fit)",
        "sklearn.svm.SVR.fit",
    ),
    "parts of what is no tuple are unknown": ("import acme\na, b = acme.load()\nhere(b.fit)", "?.fit"),
    "a walrus": (
        "from sklearn.svm import SVC\nif (m := SVC()):\n    here(m.fit)",
        "sklearn.svm.SVC.fit",
    ),
    "a walrus in a comprehension binds outside": (
        "from sklearn.svm import SVC\n[m := SVC() for i in range(3)]\nhere(m.fit)",
        "sklearn.svm.SVC.fit",
    ),
    "a name in a function hides that of the module": (
        "import numpy as np\nx = np.random\ndef f():\n    x = load()\n    here(x.rand)",
        "?.rand",
    ),
    "a parameter hides an import": ("import numpy as np\ndef f(np):\n    here(np.random.rand)", "?.rand"),
    "a star parameter hides an import": ("import numpy as np\ndef f(*np):\n    here(np.x)", "?.x"),
    "keyword parameters hide an import": ("import numpy as np\ndef f(**np):\n    here(np.x)", "?.x"),
    "a name of a class body is not seen in its methods": (
        "import numpy as np\nclass A:\n    np = 1\n    def f(self):\n        here(np.random)",
        "numpy.random",
    ),
    "a function inside a function sees the names around it": (
        "import pandas as pd\ndef f():\n    df = pd.read_csv('a')\n    def g():\n        here(df.sample)",
        "pandas.DataFrame.sample",
    ),
    "the variable of a loop is unknown": ("for m in models:\n    here(m.fit)", "?.fit"),
    "the variable of a comprehension is unknown": ("[here(m.fit) for m in models]", "?.fit"),
    "the variable of a comprehension hides that of the module": (
        "from sklearn.svm import SVC\nm = SVC()\n[here(m.fit) for m in models]",
        "?.fit",
    ),
    "the variable of a comprehension is gone after it": (
        "from sklearn.svm import SVC\nm = SVC()\nx = [m for m in models]\nhere(m.fit)",
        "sklearn.svm.SVC.fit",
    ),
    "the second loop of a comprehension sees the variable of the first": (
        "from sklearn.svm import SVC\nxs = SVC()\n{k: v for xs in a for k, v in here(xs.fit)}",
        "?.fit",
    ),
    "the parameter of a lambda hides that of the module": (
        "from sklearn.svm import SVC\nm = SVC()\nf = lambda m: here(m.fit)",
        "?.fit",
    ),
    "a lambda sees the names around it": (
        "from sklearn.svm import SVC\nm = SVC()\nf = lambda x: here(m.fit)",
        "sklearn.svm.SVC.fit",
    ),
    "a captured name of a pattern hides that of the module": (
        "import numpy as np\ndef f(x):\n    match x:\n        case [np, *_]:\n            here(np.rand)",
        "?.rand",
    ),
    "the name of an exception is unknown": ("try:\n    f()\nexcept E as e:\n    here(e.args)", "?.args"),
    "an annotated parameter": (
        "import pandas as pd\ndef f(df: pd.DataFrame):\n    here(df.sample)",
        "pandas.DataFrame.sample",
    ),
    "a parameter with an annotation that is a text": (
        "import pandas as pd\ndef f(df: 'pd.DataFrame'):\n    here(df.sample)",
        "pandas.DataFrame.sample",
    ),
    "a parameter that may be None": (
        """
        import pandas as pd
        from typing import Optional
        def f(df: Optional[pd.DataFrame] = None):
            here(df.sample)
        """,
        "pandas.DataFrame.sample",
    ),
    "a parameter that may be None, by an operator, in a text": (
        "import pandas as pd\ndef f(df: 'pd.DataFrame | None' = None):\n    here(df.sample)",
        "pandas.DataFrame.sample",
    ),
    "a parameter of one of two classes is unknown": (
        "import pandas as pd\nimport numpy as np\ndef f(df: pd.DataFrame | np.ndarray):\n    here(df.sample)",
        "?.sample",
    ),
    "a parameter that may be anything is unknown": (
        "from typing import Any\ndef f(df: Any):\n    here(df.sample)",
        "?.sample",
    ),
    "an annotation that is no expression is unknown": ("def f(df: 'no such('):\n    here(df.sample)", "?.sample"),
    "two annotations that are texts are not taken for each other": (
        "import pandas as pd\ndef g(x: 'int'): x.y()\ndef f(df: 'pd.DataFrame'):\n    here(df.sample)",
        "pandas.DataFrame.sample",
    ),
    "a parameter that is bound again is what is known of it": (
        "import pandas as pd\ndef f(df=None):\n    df = pd.read_csv('a')\n    here(df.sample)",
        "pandas.DataFrame.sample",
    ),
    "an import for the type checker alone": (
        """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            import pandas as pd
        def f(df: 'pd.DataFrame'):
            here(df.sample)
        """,
        "pandas.DataFrame.sample",
    ),
    "of two imports under try the one that the tables know": (
        "try:\n    import cupy as np\nexcept ImportError:\n    import numpy as np\nhere(np.random.rand)",
        "numpy.random.rand",
    ),
    "of two imports that the tables do not know, none": (
        "try:\n    import acme as np\nexcept ImportError:\n    import ecma as np\nhere(np.random.rand)",
        "?.rand",
    ),
    "an import that may be missing": (
        "try:\n    import torch\nexcept ImportError:\n    torch = None\nhere(torch.rand)",
        "torch.rand",
    ),
    "a function instead of a missing import is one of two": (
        "try:\n    from acme import f\nexcept ImportError:\n    def f(): pass\nhere(f)",
        "?",
    ),
    "a global name": (
        """
        from sklearn.svm import SVC
        model = None
        def f():
            global model
            model = SVC()
        def g():
            here(model.fit)
        """,
        "sklearn.svm.SVC.fit",
    ),
    "a nonlocal name": (
        """
        from sklearn.svm import SVC
        def f():
            model = None
            def g():
                nonlocal model
                model = SVC()
            here(model.fit)
        """,
        "sklearn.svm.SVC.fit",
    ),
    "a name of the main block is one of the module": (
        "from sklearn.svm import SVC\ndef f():\n    here(model.fit)\nif __name__ == '__main__':\n    model = SVC()",
        "sklearn.svm.SVC.fit",
    ),
    "a decorated function is the function": ("@cache\ndef f(): pass\nhere(f)", "src.train.f"),
    "a decorated class is the class": ("@dataclass\nclass A: pass\nhere(A().x)", "src.train.A.x"),
    "a function inside a function": ("def f():\n    def g(): pass\n    here(g)", "src.train.f.g"),
    "a builtin": ("here(open)", "builtins.open"),
    "a name that nothing binds is unknown": ("here(undefined.fit)", "?.fit"),
    "a builtin that is hidden": ("from gzip import open\nhere(open)", "gzip.open"),
    "a star import of a library brings the names that its table knows": (
        "from sklearn.model_selection import *\nfrom acme import *\nhere(train_test_split)",
        "sklearn.model_selection.train_test_split",
    ),
    "the only star import brings what nothing else binds": ("from helpers import *\nhere(load)", "helpers.load"),
    "of two star imports none is guessed": ("from a import *\nfrom b import *\nhere(load)", "?"),
    "a star import brings no builtins": ("from helpers import *\nhere(len)", "builtins.len"),
    "a subscript is unknown": ("models = {}\nhere(models['a'].fit)", "?.fit"),
    "a literal is unknown": ("here([1].append)", "?.append"),
    "an instance that is called makes no instance": (
        "import torch\ncriterion = torch.nn.MSELoss()\nloss = criterion(1)\nhere(loss.backward)",
        "?.backward",
    ),
    "an augmented name keeps what it is": (
        "import pandas as pd\ndf = pd.read_csv('a')\ndf += 1\nhere(df.sample)",
        "pandas.DataFrame.sample",
    ),
}


@pytest.mark.parametrize(("source", "expected"), CASES.values(), ids=CASES.keys())
def test_an_expression_has_the_name_of_what_it_is(source: str, expected: str) -> None:
    of = module(source)
    node, call = here(of)
    assert of.names.name(node, call.scope) == expected


def test_the_bases_of_a_class_are_nearest_first() -> None:
    of = module("import torch\nclass A(torch.nn.Module): pass\nclass B(A): pass\n")
    assert of.names.bases("src.train.B")[:2] == ("src.train.A", "torch.nn.Module")


def test_classes_that_are_their_own_bases_end() -> None:
    of = module("class A(B): pass\nclass B(A): pass\nhere(A().fit)\n")
    node, call = here(of)
    assert of.names.name(node, call.scope) == "src.train.A.fit"
    assert {"src.train.A", "src.train.B"} <= set(of.names.bases("src.train.A"))


def test_a_name_bound_a_thousand_times_in_terms_of_itself_is_resolved_once() -> None:
    steps = "".join(f"df = df.assign(a{number}=df.b)\n" for number in range(1000))
    of = module(f"import pandas as pd\ndf = pd.read_csv('a')\n{steps}here(df.sample)\n")
    node, call = here(of)
    assert of.names.name(node, call.scope) == "pandas.DataFrame.sample"
