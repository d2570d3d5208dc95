"""What is mended is the whole file that stands in the fixture as `fixed`, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from mlops_lint import run
from mlops_lint.cli import main
from mlops_lint.fix import mended
from mlops_lint.fix.files import repair
from mlops_lint.fixture import Block, Case, read, write
from mlops_lint.model import Fix, Location, Report
from mlops_lint.rules import load
from mlops_lint.settings import Overrides
from mlops_lint.settings import load as settings

FIXTURES = Path(__file__).parent.parent / "fixtures" / "rules"
RULES = {f"{rule.id}-{rule.name}": rule for rule in load() if rule.fixable}
CASES = [
    pytest.param(RULES[path.stem].id, case, id=f"{RULES[path.stem].id} {case.heading}")
    for path in sorted(FIXTURES.glob("*.md"))
    if path.stem in RULES
    for case in read(path).cases
    if any("fixed" in block.words for block in case.blocks)
]


def lint(folder: Path, rule: str) -> Report:
    overrides = Overrides(select=(rule,), profile="production", jobs=1, cache=False)
    return run.lint(settings(folder, overrides=overrides))


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_a_fix_gives_the_file_that_the_fixture_shows(rule: str, case: Case, tmp_path: Path) -> None:
    write(case, tmp_path)
    repaired = repair(lint(tmp_path, rule), write=True)
    blocks = {block.path: block for block in case.blocks if "fixed" in block.words}
    assert repaired.files == len(blocks)
    for path, block in blocks.items():
        assert (tmp_path / path).read_text() == block.text
    left = {finding.location.path for finding in lint(tmp_path, rule).findings if finding.fixable}
    assert not left & set(blocks), "what was mended is still found"


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_that_can_mend_shows_how(rule: object) -> None:
    assert any(parameter.values[0] == rule.id for parameter in CASES)  # type: ignore[attr-defined]


def fix(kind: str, argument: str, source: str, marked: str) -> str:
    """The source after a fix at the only place where `marked` stands."""
    start = source.index(marked)
    line, column = source.count("\n", 0, start) + 1, start - source.rfind("\n", 0, start)
    end = start + len(marked)
    end_line, end_column = source.count("\n", 0, end) + 1, end - source.rfind("\n", 0, end)
    after, _ = mended(source.encode(), [Fix(Location("x.py", line, column, end_line, end_column), kind, argument)])
    return after.decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("f()", "f(seed=1)", id="a call without arguments"),
        pytest.param("f(a)", "f(a, seed=1)", id="an argument more"),
        pytest.param("f(a, seed=None)", "f(a, seed=1)", id="one that stands there is replaced"),
        pytest.param("f(a,)", "f(a, seed=1,)", id="a comma at the end stays"),
        pytest.param(
            "f(\n    a,\n    b,  # both\n)", "f(\n    a,\n    b,  # both\n    seed=1,\n)", id="a line of its own"
        ),
        pytest.param("f(a, **more)", "f(a, **more)", id="what `**` may hold already is left alone"),
        pytest.param("f(*a)", "f(*a, seed=1)", id="behind a star"),
    ],
)
def test_an_argument_is_set_and_all_else_stays(before: str, after: str) -> None:
    source = f"# ä\nx = {before}\n"
    assert fix("set_argument", "seed=1", source, before) == f"# ä\nx = {after}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("os.listdir(a)", "sorted(os.listdir(a))", id="a list of files"),
        pytest.param("enumerate(set(a))", "enumerate(sorted(set(a)))", id="a set that is numbered"),
        pytest.param("os.scandir(a)", "os.scandir(a)", id="entries have no order"),
    ],
)
def test_what_has_no_order_is_sorted_where_that_can_be(before: str, after: str) -> None:
    assert fix("sort", "", f"for one in {before}:\n    pass\n", before) == f"for one in {after}:\n    pass\n"


def test_lines_end_as_they_did() -> None:
    assert fix("set_argument", "seed=1", "a = f()\r\nb = 2\r\n", "f()") == "a = f(seed=1)\r\nb = 2\r\n"


def test_a_file_that_is_no_python_stays_as_it_is() -> None:
    fixes = [Fix(Location("x.py", 1, 1, 1, 4), "set_argument", "seed=1")]
    assert mended(b"f() f(\n", fixes) == (b"f() f(\n", 0)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    source = (
        "import requests\nfrom sklearn.model_selection import train_test_split\n\n"
        "data = requests.get('https://example.org/rows')\nparts = train_test_split(data.json())\n"
    )
    (tmp_path / "train.py").write_text(source)
    (tmp_path / "train.py").chmod(0o755)
    (tmp_path / "dvc.yaml").write_text("stages:\n  train:\n    cmd: python train.py\n")
    return tmp_path


def test_what_is_mended_is_no_longer_reported(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    selected = ["check", "--select", "TRN002,SRV011", "--no-cache", str(repository)]
    assert main(selected) == 1
    assert "2 can be mended with --fix" in capsys.readouterr().out
    assert main([*selected, "--fix"]) == 0
    text = (repository / "train.py").read_text()
    assert "rows', timeout=30)" in text
    assert "random_state=42)" in text
    assert (repository / "train.py").stat().st_mode & 0o777 == 0o755
    assert "2 places in 1 files mended" in capsys.readouterr().err


def test_differences_alone_change_nothing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (repository / "train.py").read_text()
    assert main(["check", "--select", "TRN002", "--no-cache", "--fix", "--diff-only", str(repository)]) == 1
    shown = capsys.readouterr().out
    assert "+parts = train_test_split(data.json(), random_state=42)\n" in shown
    assert (repository / "train.py").read_text() == before


def test_a_link_is_not_written_through(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    report = lint(repository, "TRN002")
    outside = tmp_path_factory.mktemp("outside") / "train.py"
    (repository / "train.py").replace(outside)
    (repository / "train.py").symlink_to(outside)
    before = outside.read_text()
    assert repair(report, write=True).files == 0
    assert outside.read_text() == before


def test_a_scan_does_not_import_what_mends(repository: Path) -> None:
    program = (
        "import sys; from mlops_lint.cli import main; main(['check', '--no-cache', '--jobs', '1', sys.argv[1]]); "
        "sys.exit('libcst' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(repository)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_blocks_that_are_fixed_are_of_files_that_are_there() -> None:
    for path in FIXTURES.glob("*.md"):
        for case in read(path).cases:
            fixed: list[Block] = [block for block in case.blocks if "fixed" in block.words]
            assert {block.path for block in fixed} <= {b.path for b in case.blocks if "fixed" not in b.words}
