"""The command line: what it prints where, and with which status it ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_lint import __version__
from mlops_lint.cli import COMMANDS, main
from mlops_lint.commands.terminal import colours

CHECKOUT = Path(__file__).parent.parent

POLICY = """\
id: ACME001
name: notebook-in-tree
summary: A notebook is kept in the repository
question: features.code-location
severity: warning
status: stable
profile: research
scope: any
subject: module
where: module.path.endsWith(".ipynb")
must: "false"
message: "{path} is a notebook"
why: Acme runs no notebooks.
how: Move the code to a module. Then delete the notebook.
"""


def mlops_lint(*arguments: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command as a user would."""
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    return subprocess.run(
        [sys.executable, "-m", "mlops_lint", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env={**kept, "PYTHONPATH": str(CHECKOUT), **environment},
        check=False,
    )


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one policy of its own, and two findings of it."""
    (tmp_path / "mlops-lint.yaml").write_text("select: [ACME001]\npolicies: [policies]\n")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "ACME001-notebook-in-tree.yaml").write_text(POLICY)
    (tmp_path / "notebooks").mkdir()
    empty = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    for name in ("eda.ipynb", "notebooks/model.ipynb"):
        (tmp_path / name).write_text(empty)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLOPS_LINT_CACHE_DIR", str(tmp_path.parent / "cache"))
    return tmp_path


def test_findings_make_it_fail_and_the_summary_ends_the_text(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check"]) == 1
    shown = capsys.readouterr()
    assert "warning[ACME001 notebook-in-tree]: eda.ipynb is a notebook" in shown.out
    assert shown.out.splitlines()[-1].startswith("Found 2 findings (2 warnings) in ")
    assert shown.err == ""


def test_paths_restrict_what_is_reported_not_what_is_read(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "notebooks", "--output-format", "concise"]) == 1
    assert capsys.readouterr().out.startswith("notebooks/model.ipynb:1:1: warning[ACME001 notebook-in-tree] ")
    assert main(["check", "mlops-lint.yaml"]) == 0
    assert main(["check", "--report-only-files", "eda.ipynb", "--output-format", "concise"]) == 1
    assert capsys.readouterr().out.count("ACME001 ") == 1


def test_the_root_as_a_path_means_everything(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (".", str(repository), "notebooks/.."):
        assert main(["check", path, "--output-format", "json"]) == 1
        assert len(json.loads(capsys.readouterr().out)["findings"]) == 2


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (["--fail-on", "error"], 0),
        (["--fail-on", "never"], 0),
        (["--fail-on", "note"], 1),
        (["--ignore", "ACME"], 0),
        (["--select", "notebook-in-tree"], 1),
    ],
)
def test_the_status_says_whether_something_is_to_be_mended(repository: Path, options: list[str], status: int) -> None:
    assert main(["check", *options]) == status


def test_several_outputs_in_one_run_and_machine_formats_stand_alone_on_standard_output(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--output-format", "json", "--output", "sarif=a.sarif", "--output", "concise=b.txt"]) == 1
    shown = capsys.readouterr()
    assert json.loads(shown.out)["summary"]["warning"] == 2
    assert shown.err.startswith("Found 2 findings (2 warnings)")
    assert json.loads((repository / "a.sarif").read_text())["version"] == "2.1.0"
    assert (repository / "b.txt").read_text().count("\n") == 2


def test_the_output_can_go_to_a_file_instead(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--output-file", "report.txt", "--quiet"]) == 1
    assert capsys.readouterr() == ("", "")
    assert (repository / "report.txt").read_text().count("ACME001") == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "nowhere"], "nowhere: no such file or folder"),
        (["check", "--config", "nowhere.yaml"], "nowhere.yaml: no such file or folder"),
        (["check", "--select", "XYZ9"], "--select: no rule, prefix or stage is called 'XYZ9'"),
        (["check", "--output", "xml=a"], "--output xml=a: not FORMAT=FILE with one of concise, github,"),
        (["check", "--output-file", "no/such/folder"], "no/such/folder: cannot be written: No such file or directory"),
        (["check", "eda.ipynb", "/"], "/: not in "),
        (["check", "--jobs", "0"], "at least 1"),
        (["check", "--fail-on", "fatal"], "invalid choice: 'fatal'"),
        (["explain", "notebook-in-tre"], "did you mean 'notebook-in-tree'?"),
        (["explode"], "invalid choice: 'explode'"),
    ],
)
def test_a_wrong_command_is_one_line_and_status_two(
    repository: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert message in shown.err
    assert shown.err.startswith("mlops-lint")
    assert shown.err.count("\n") == 1


def test_a_wrong_configuration_is_one_line_and_status_two(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "mlops-lint.yaml").write_text("selct: [ACME001]\n")
    assert main(["check"]) == 2
    assert capsys.readouterr().err == (
        "mlops-lint: mlops-lint.yaml:1: no setting is called 'selct'; did you mean 'select'?\n"
    )


def test_a_rule_that_fails_on_a_subject_is_one_line_and_status_two(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = repository / "policies" / "ACME001-notebook-in-tree.yaml"
    policy.write_text(POLICY.replace('must: "false"', "must: module.name > 1"))
    assert main(["check"]) == 2
    shown = capsys.readouterr().err
    assert "ACME001" in shown
    assert shown.count("\n") == 1


def test_a_bug_of_ours_is_one_line_that_asks_for_a_report(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(COMMANDS, "terminal", "a module that is no command")
    assert main(["terminal"]) == 2
    shown = capsys.readouterr().err
    assert shown.startswith("mlops-lint: internal error: AttributeError: ")
    assert "please report it at https://" in shown
    assert shown.count("\n") == 1
    monkeypatch.setenv("MLOPS_LINT_DEBUG", "1")
    with pytest.raises(AttributeError):
        main(["terminal"])


def test_the_rules_can_be_listed_and_explained(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--format", "json"]) == 0
    listed = {rule["id"]: rule for rule in json.loads(capsys.readouterr().out)}
    assert listed["ACME001"] == {
        "id": "ACME001",
        "name": "notebook-in-tree",
        "summary": "A notebook is kept in the repository",
        "question": "features.code-location",
        "subject": "module",
        "severity": "warning",
        "status": "stable",
        "profile": "research",
        "fixable": False,
    }
    assert main(["rules"]) == 0
    assert "ACME001  warning  notebook-in-tree: A notebook is kept" in capsys.readouterr().out
    for name in ("ACME001", "acme001", "notebook-in-tree"):
        assert main(["explain", name]) == 0
        shown = capsys.readouterr().out
        assert "Acme runs no notebooks." in shown
        assert "# mlops-lint: ignore[ACME001] the reason" in shown
    assert main(["explain", "features.code-location"]) == 0
    assert "ACME001" in capsys.readouterr().out


def test_the_vocabulary_names_every_kind_and_role(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vocabulary"]) == 0
    shown = capsys.readouterr().out
    assert "\nmodel_load: A call that loads a model" in shown
    assert "  reads, read_by" in shown


def test_the_graph_is_one_json_object(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "--format", "json"]) == 0
    graph = json.loads(capsys.readouterr().out)
    assert {"eda.ipynb", "notebooks/model.ipynb"} <= {node["path"] for node in graph["nodes"]}
    known = {node["id"] for node in graph["nodes"]}
    assert all({edge["source"], edge["target"]} <= known for edge in graph["edges"])


def test_help_and_version_are_status_zero_and_no_command_is_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"mlops-lint {__version__}\n"
    for command in COMMANDS:
        assert main([command, "--help"]) == 0
        assert f"usage: mlops-lint {command}" in capsys.readouterr().out
    assert main([]) == 2


def test_a_reader_that_has_had_enough_is_no_error(repository: Path) -> None:
    command = f"{sys.executable} -m mlops_lint vocabulary | head -n 1; exit ${{PIPESTATUS[0]}}"
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_terminal_without_unicode_gets_escapes_not_a_crash(repository: Path) -> None:
    ended = mlops_lint("check", folder=repository, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (ended.returncode, ended.stderr) == (1, "")


def test_colours_are_written_where_they_are_wanted(repository: Path) -> None:
    assert "\x1b[" not in mlops_lint("check", folder=repository).stdout
    assert "\x1b[" in mlops_lint("check", folder=repository, FORCE_COLOR="1").stdout
    assert "\x1b[" not in mlops_lint("check", folder=repository, FORCE_COLOR="1", NO_COLOR="1").stdout


def test_a_terminal_has_colours_unless_it_is_dumb(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    main_end, other_end = os.openpty()
    with os.fdopen(main_end), os.fdopen(other_end, "w") as terminal:
        monkeypatch.setenv("TERM", "xterm")
        assert colours(terminal)
        monkeypatch.setenv("TERM", "dumb")
        assert not colours(terminal)


def test_the_version_costs_no_heavy_import() -> None:
    code = (
        "import sys; from mlops_lint.cli import main; main(['--version']); "
        "print(sorted({'msgspec', 'yaml', 'jsonschema', 'networkx', 'rich', 'cel_expr_python'} & {*sys.modules}))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=CHECKOUT, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"


def test_a_check_imports_nothing_that_only_other_commands_need(repository: Path) -> None:
    code = (
        "import sys; from mlops_lint.cli import main; main(['check', '--jobs', '1']); "
        "print(sorted({'jsonschema', 'networkx', 'rich', 'libcst', 'asyncio', 'importlib.metadata'} & {*sys.modules}))"
    )
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=repository, env=environment, check=True
    )
    assert ended.stdout.splitlines()[-1] == "[]"
