"""Answers to the questions of maturity against those of readers.

    python benchmarks/accuracy/scores.py REPOSITORIES [--set first|held-out] [--show REPOSITORY] [--stable] [--write]

REPOSITORIES is a folder of checked-out repositories, OWNER+NAME each, at the commits that `answers/*.csv` name in their
first lines. A reader's `yes/no` accepts either. Ours is yes where a question scores 0.7 or more, and no below;
"cannot tell" where nothing but unknown was said; "na" where nothing was said at all.
"""

import argparse
import csv
import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

HERE = Path(__file__).parent
STANDS = 0.7
Row = tuple[str, str, str, str, str]  # repository, question, ours, reader, reason


def main() -> None:
    """Prints the tables; with `--write` puts them into scores.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", type=Path)
    parser.add_argument("--set", choices=("first", "held-out"))
    parser.add_argument("--show", help="only this repository, with every answer that differs")
    parser.add_argument("--stable", action="store_true", help="ask the stable rules only")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    rows: list[Row] = []
    scores: dict[str, tuple[float, int]] = {}
    for name, place, part in read_order():
        if (options.set and part != options.set) or (options.show and options.show not in name):
            continue
        score = ours(options.repositories / name.replace("/", "+"), options.stable)
        scores[name] = (score["shown"], place)
        rows += compared(name, score)
    for line in tables(rows, scores, options):
        print(line)


def read_order() -> list[tuple[str, int, str]]:
    """Gives each repository with its place in the reader's order, 1 = the most mature, and the set it is in."""
    with (HERE / "answers" / "order.csv").open(newline="", encoding="utf-8") as file:
        return [(row["repository"], int(row["place"]), row["set"]) for row in csv.DictReader(file)]


def ours(folder: Path, stable: bool) -> dict:
    """Gives the JSON of `mlops-lint score`."""
    command = [sys.executable, "-m", "mlops_lint", "score", str(folder), "--format", "json"]
    done = subprocess.run(command + ([] if stable else ["--preview"]), capture_output=True, text=True, check=False)
    if done.returncode > 1:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def compared(name: str, score: dict) -> list[Row]:
    """Gives a row for each question: ours, the reader's, and the reader's reason."""
    said = {one["id"]: one for one in score["questions"]}
    with (HERE / "answers" / f"{name.replace('/', '__')}.csv").open(newline="", encoding="utf-8") as file:
        assert file.readline().startswith("# commit ")
        return [
            (name, row["question"], answer(said[row["question"]], row["answer"]), row["answer"], row["reason"])
            for row in csv.DictReader(file)
        ]


def answer(question: dict, reader: str) -> str:
    """Ours in the reader's words; a failure that is counted at another question is a no."""
    if question["score"] is not None:
        return "yes" if question["score"] >= STANDS else "no"
    if question["repeated"]:
        return "no" if "no" in reader.split("/") else "na"
    return "cannot tell" if question["unknown"] else "na"


def right(row: Row) -> bool:
    """Whether ours is one that the reader accepts."""
    return row[2] in row[3].split("/")


def tables(rows: list[Row], scores: dict[str, tuple[float, int]], options: argparse.Namespace) -> list[str]:
    """Gives the lines of all tables."""
    if options.show:
        return [f"{'  ' if right(row) else '! '}{row[1]:<34} {row[2]:<12} {row[3]:<8} {row[4]}" for row in rows]
    lines = ["| Repository | Right | Wrong | Cannot tell | Said | Right of these |", "|---|---|---|---|---|---|"]
    of: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        of[row[0]].append(row)
    for name, some in (*of.items(), ("**all**", rows)):
        told = [row for row in some if row[2] in ("yes", "no")]
        unsure = sum(row[2] == "cannot tell" for row in some)
        good = sum(map(right, some))
        lines.append(
            f"| {name} | {good} | {len(some) - good - unsure} | {unsure} | {len(told)} | {sum(map(right, told))} |"
        )
    good, unsure = sum(map(right, rows)), sum(row[2] == "cannot tell" for row in rows)
    lines += [
        "",
        f"Right: {good} of {len(rows)} ({good / len(rows):.1%}); of those told {good / (len(rows) - unsure):.1%}",
    ]
    lines += [f"Order: Spearman {spearman(scores):.2f}", ""]
    for name, (value, place) in sorted(scores.items(), key=lambda one: one[1][1]):
        lines.append(f"| {place} | {value:.3f} | {name} |")
    wrong = Counter((row[1], row[2], row[3]) for row in rows if not right(row))
    by = Counter(row[1] for row in rows if not right(row))
    lines += [""]
    lines += [
        f"{q} {n}: " + ", ".join(f"{c}x {a} for {b}" for (k, a, b), c in wrong.items() if k == q)
        for q, n in by.most_common()
    ]
    return lines


def spearman(scores: dict[str, tuple[float, int]]) -> float:
    """Rank correlation of ours with the reader's order; 1 = the same."""
    ranked = sorted(scores, key=lambda name: -scores[name][0])
    places = sorted(scores, key=lambda name: scores[name][1])
    n = len(ranked)
    if n < 2:
        return 1.0
    return 1 - 6 * sum((ranked.index(name) - places.index(name)) ** 2 for name in scores) / (n * (n * n - 1))


if __name__ == "__main__":
    main()
