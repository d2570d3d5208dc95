"""Lists of files: whether they are sorted before their order matters."""

import textwrap

import pytest

from mlops_lint.extract import extract

HEAD = "import os\nimport glob\nimport pandas as pd\n"
CASES = {
    "a list that is loaded in its order is collected": (
        """
        frames = [pd.read_csv(path) for path in glob.glob("data/*.csv")]
        """,
        (False, True),
    ),
    "a list that is sorted first is sorted": (
        """
        frames = [pd.read_csv(path) for path in sorted(glob.glob("data/*.csv"))]
        """,
        (True, True),
    ),
    "a name that is sorted later is sorted": (
        """
        paths = glob.glob("data/*.csv")
        paths.sort()
        frames = [pd.read_csv(path) for path in paths]
        """,
        (True, True),
    ),
    "a list that is counted has no order": (
        """
        count = len(os.listdir("data"))
        """,
        (False, False),
    ),
    "a name that is made of itself is followed once": (
        """
        paths = glob.glob("data/*.csv")
        paths = [path for path in paths if "train" in path]
        paths = [path for path in paths if "old" not in path]
        """,
        (False, False),
    ),
}


@pytest.mark.parametrize(("text", "wanted"), CASES.values(), ids=CASES)
def test_the_order_of_a_list_of_files(text: str, wanted: tuple[bool, bool]) -> None:
    facts = extract("train.py", (HEAD + textwrap.dedent(text)).encode())
    assert facts.problems == ()
    found = [one for one in facts.subjects if one.kind == "listing"]
    assert [(one.fields["sorted"], one.fields["collected"]) for one in found] == [wanted]
