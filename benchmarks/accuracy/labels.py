"""Labels of others to precision, recall and F1 of the rules of their topic, beside what other tools reach.

    python benchmarks/accuracy/labels.py REPOSITORIES ../shared/labels/dev.jsonl [--topic T] [--source S] [--show]

REPOSITORIES is a folder of git repositories (see `labelled.py`); what is not there is counted as missing.
Each labelled file is judged alone, as a repository of one file, and as code of its own: labels hold in tests too.
By file: right where a rule of the topic speaks in a file that has a defect. By line: where it speaks on that line. A
file with labels is taken to be labelled whole, unless lines of it are labelled as free of the defect.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec
from labelled import Repositories, Row

from mlops_lint.discover import discover
from mlops_lint.evaluate import evaluate
from mlops_lint.graph import link
from mlops_lint.rules import Rule, load
from mlops_lint.scan import scan
from mlops_lint.settings import Overrides
from mlops_lint.settings import load as settings

TOPICS = {
    "random-seed": ("TRN001", "TRN002", "TRN003", "TRN004", "TST006"),
    "leakage-preprocessing": ("TRN010", "TRN011"),
    "leakage-overlap": ("TRN009", "TRN012"),
    "pandas-dtype-not-set": ("DAT016",),
    "pandas-merge-params": ("DAT006",),
    "pandas-iteration": ("FEA001",),
    "torch-zero-grad": ("TRN029",),
    "torch-train-eval-mode": ("TRN028",),
    "hyperparameters-not-set": ("TRN015",),
    "unsafe-deserialization": ("TRN027",),
    "unversioned-model-or-dataset": ("TRN019", "DAT002"),
    "torch-deterministic": ("TRN005",),
    "torch-cudnn-benchmark": ("TRN005",),
}
# Labels of seeds mean every draw, whatever it is for and whoever runs it, those of hyperparameters every estimator,
# kept or not: so the rules are asked of all of them.
ASKED = {
    "TRN001": "true",
    "TRN003": "has(estimator.random) && estimator.random",
    "TRN015": "true",
}
# Published with the labels, on the whole sets.
PUBLISHED = {
    ("tse-e1", "leakage-preprocessing"): "LeakLens 0.11, 462 notebooks, by file: P 0.70 R 0.43",
    ("specdetect4ai-mlflow", "random-seed"): "dslinter, by file: P 0.50 R 0.25",
}
# What ruff says of a topic is measured on the same files.
RUFF = {
    "random-seed": "NPY002,S311",
    "unsafe-deserialization": "S301,S302,S506",
}


class Said(NamedTuple):
    """One finding in one piece of code."""

    first: int
    last: int
    rule: str


class Counts(NamedTuple):
    """Right findings, wrong ones, and defects that were not found."""

    right: int
    wrong: int
    missed: int

    def __str__(self) -> str:
        if self.right + self.missed == 0:
            return f"no defect, {self.wrong} wrong"
        recall = self.right / (self.right + self.missed)
        if self.right + self.wrong == 0:
            return f"P  -   R {recall:.2f} F1  -   ({self.right}/{self.wrong}/{self.missed})"
        precision = self.right / (self.right + self.wrong)
        f1 = 2 * precision * recall / (precision + recall) if self.right else 0.0
        return f"P {precision:.2f} R {recall:.2f} F1 {f1:.2f} ({self.right}/{self.wrong}/{self.missed})"


def main() -> None:
    """Prints the table; with `--show` every disagreement too."""
    parser = argparse.ArgumentParser()
    parser.add_argument("repositories", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--topic", choices=sorted(TOPICS))
    parser.add_argument("--source")
    parser.add_argument("--show", action="store_true", help="each disagreement, as file:line")
    options = parser.parse_args()
    every = [_row(json.loads(line)) for line in options.labels.read_text("utf-8").splitlines()]
    rows = [
        row
        for row in every
        if row.topic in TOPICS
        and options.topic in (None, row.topic)
        and options.source in (None, row.source)
    ]  # fmt: skip
    repositories = Repositories(options.repositories, every)
    code = {row.place: text for row in rows if (text := repositories.code(row)) is not None}
    said = _said_by_us(code, rows)
    by_ruff = _said_by_ruff(code)
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.source, row.topic].append(row)
    for (source, topic), group in sorted(groups.items()):
        there = [row for row in group if row.place in code]
        missing = f", {len(group) - len(there)} labels of code that is not there" if len(there) < len(group) else ""
        print(f"{source} {topic}: {len(there)} labels{missing}")
        _print("mlops-lint", there, {place: said[place, topic] for place in code}, options.show)
        if topic in RUFF:
            codes = tuple(RUFF[topic].split(","))
            ruff = {place: [one for one in found if one.rule.startswith(codes)] for place, found in by_ruff.items()}
            _print(f"ruff {RUFF[topic]}", there, ruff, False)
        if (source, topic) in PUBLISHED:
            print(f"    published   {PUBLISHED[source, topic]}")


def _row(fields: dict[str, object]) -> Row:
    if fields.get("pair_level"):
        # The line of the model that is trained on what leaks, which is not where it leaks.
        fields = fields | {"line": None}
    return Row(**{name: fields[name] for name in Row._fields if name in fields})  # type: ignore[arg-type]


def _print(tool: str, rows: list[Row], said: dict[str, list[Said]], show: bool) -> None:
    by_file, wrong_files = _by_file(rows, said)
    print(f"    {tool:<11} by file  {by_file}")
    if any(row.line is not None for row in rows if row.expected):
        by_line, wrong_lines = _by_line(rows, said)
        print(f"    {'':<11} by line  {by_line}")
        wrong_files = wrong_lines
    for line in wrong_files if show else ():
        print(f"        {line}")


def _by_file(rows: Iterable[Row], said: dict[str, list[Said]]) -> tuple[Counts, list[str]]:
    bad: dict[str, bool] = defaultdict(bool)
    for row in rows:
        bad[row.place] |= row.expected
    spoken = {place for place in bad if said.get(place)}
    defects = {place for place, defect in bad.items() if defect}
    differ = [f"wrong {_first(said[place])} {place}" for place in sorted(spoken - defects)]
    differ += [f"missed {place}" for place in sorted(defects - spoken)]
    return Counts(len(spoken & defects), len(spoken - defects), len(defects - spoken)), differ


def _first(found: list[Said]) -> str:
    return f"{found[0].rule}:{found[0].first}"


def _by_line(rows: Iterable[Row], said: dict[str, list[Said]]) -> tuple[Counts, list[str]]:
    bad: dict[str, set[int]] = defaultdict(set)
    good: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        lines = (bad if row.expected else good)[row.place]
        lines.update([row.line] if row.line is not None else [])
    right = missed = wrong = 0
    differ: list[str] = []
    for place in sorted({*bad, *good}):
        found = said.get(place, [])
        hit = {line for line in bad[place] if any(one.first <= line <= one.last for one in found)}
        right, missed = right + len(hit), missed + len(bad[place] - hit)
        differ += [f"missed {place}:{line}" for line in sorted(bad[place] - hit)]
        others = [one for one in found if not any(one.first <= line <= one.last for line in bad[place])]
        if good[place]:
            others = [one for one in others if any(one.first <= line <= one.last for line in good[place])]
        wrong += len({one.first for one in others})
        differ += [f"wrong {one.rule} {place}:{one.first}" for one in others]
    return Counts(right, wrong, missed), differ


def _said_by_us(code: dict[str, str], rows: list[Row]) -> dict[tuple[str, str], list[Said]]:
    """What the rules of each topic say of each piece of code that has a label of it."""
    rules = {
        rule.id: msgspec.structs.replace(rule, scope="any", where=ASKED.get(rule.id, rule.where)) for rule in load()
    }
    topics: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        topics[row.place].add(row.topic)
    found: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for place, text in code.items():
        wanted = {id: topic for topic in topics[place] for id in TOPICS[topic] if id in rules}
        for one in _judged(text, tuple(rules[id] for id in sorted(wanted))):
            for topic in topics[place]:
                if one.rule in TOPICS[topic]:
                    found[place, topic].append(one)
    return found


def _judged(text: str, rules: tuple[Rule, ...]) -> list[Said]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "code.py").write_text(text)
        chosen = settings(Path(folder), overrides=Overrides(jobs=1, cache=False))
        files = discover(chosen.root, chosen.exclude)
        facts = scan(files.files, chosen, None)
        verdicts = evaluate(link(facts, files.files, files.git, chosen), rules, "production")
    return [
        Said(verdict.location.line, verdict.location.end_line or verdict.location.line, verdict.rule)
        for verdict in verdicts
        if verdict.outcome == "fail"
    ]


def _said_by_ruff(code: dict[str, str]) -> dict[str, list[Said]]:
    found: dict[str, list[Said]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        places = {f"{number}.py": place for number, place in enumerate(code)}
        for name, place in places.items():
            (Path(folder) / name).write_text(code[place])
        select = ",".join(sorted(RUFF.values()))
        options = ["--isolated", "--no-cache", "--exit-zero", "--select", select, "--output-format", "json"]
        command = [sys.executable, "-m", "ruff", "check", *options, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    for row in json.loads(done.stdout):
        said = Said(row["location"]["row"], row["end_location"]["row"], row["code"] or "")
        found[places[Path(row["filename"]).name]].append(said)
    return found


if __name__ == "__main__":
    main()
