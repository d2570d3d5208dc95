"""Whole repositories: what is planted in them is found, and nothing else."""

import shutil
import subprocess
from pathlib import Path

from mlops_lint.run import lint, read
from mlops_lint.settings import Overrides, Settings, load

REPOSITORIES = Path(__file__).parent.parent / "fixtures" / "repos"

CHURN = {
    ("ENV002", "README.md"),
    ("ENV003", "README.md"),
    ("ENV012", "README.md"),
    ("GOV001", "README.md"),
    ("PIP018", "README.md"),
    ("PIP005", "dags/nightly.py"),
    ("PIP015", "dags/nightly.py"),
    ("PIP021", "dags/nightly.py"),
    ("SRV009", "service/app.py"),
    ("GOV006", "src/train.py"),
    ("ENV009", "README.md"),
    ("TST001", "README.md"),
    ("PIP002", "dags/nightly.py"),
    ("PIP008", "dags/nightly.py"),
    ("PIP001", "dags/nightly.py"),
    ("ENV001", "requirements.txt"),
    ("ENV004", "service/Dockerfile"),
    ("MON001", "service/app.py"),
    ("MON003", "service/app.py"),
    ("GOV002", "service/app.py"),
    ("GOV004", "service/app.py"),
    ("SRV007", "service/app.py"),
    ("SRV008", "service/app.py"),
    ("SRV011", "src/fetch.py"),
    ("PIP007", "src/fetch.py"),
    ("PIP012", "src/fetch.py"),
    ("DAT005", "README.md"),
    ("CFG001", "src/train.py"),
    ("DAT012", "src/train.py"),
    ("DAT016", "src/train.py"),
    ("FEA013", "src/train.py"),
    ("TRN010", "src/train.py"),
    ("TRN014", "src/train.py"),
    ("TRN002", "src/train.py"),
    ("TRN016", "src/train.py"),
    ("TRN018", "src/train.py"),
    ("TRN022", "src/train.py"),
    ("TRN023", "src/train.py"),
}


def test_what_is_planted_in_the_churn_repository_is_found_and_nothing_else(tmp_path: Path) -> None:
    root = tmp_path / "churn"
    shutil.copytree(REPOSITORIES / "churn", root)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    report = lint(Settings(root=root, cache_dir=tmp_path / "cache", preview=True, jobs=1))
    assert {(finding.rule, finding.location.path) for finding in report.findings} == CHURN
    assert report.problems == ()


# What is wrong in the repository `demand`, at the file where each of these rules says so.
PLANTED = {
    "GOV002": "billing/invoice.py",
    "PIP012": "flow/retrain.py",
    "PIP013": "flow/ingest.py",
    "PIP017": "dags/retrain.py",
    "FEA004": "service/app.py",
    "MON001": "service/app.py",
}
# What somebody who changes a part wants to find from any other: all else hangs on these.
PARTS = frozenset("pipeline task dataset service endpoint deployment monitor consumer".split())


def demand(tmp_path: Path) -> Settings:
    root = tmp_path / "demand"
    shutil.copytree(REPOSITORIES / "demand", root)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    return load(root, overrides=Overrides(select=tuple(PLANTED), jobs=1, cache=False))


def test_each_rule_finds_what_is_planted_between_the_parts_of_a_repository(tmp_path: Path) -> None:
    found = [(finding.rule, finding.location.path) for finding in lint(demand(tmp_path)).findings]
    assert sorted(found) == sorted(PLANTED.items())


def test_two_pipelines_a_service_a_dashboard_and_a_consumer_are_one_graph(tmp_path: Path) -> None:
    graph = read(demand(tmp_path)).graph
    wanted = {node.id for node in graph.nodes.values() if node.kind in PARTS}
    beside: dict[str, set[str]] = {}
    for source, _, target in graph.edges():
        beside.setdefault(source, set()).add(target)
        beside.setdefault(target, set()).add(source)
    seen, waiting = set[str](), [min(wanted)]
    while waiting:
        id = waiting.pop()
        if id not in seen:
            seen.add(id)
            waiting.extend(beside.get(id, ()))
    assert {graph.nodes[id].kind for id in wanted} == PARTS
    assert wanted <= seen
