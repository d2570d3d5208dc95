"""Answers to the questions of maturity against those of readers, and the page `scores.md`.

    python benchmarks/accuracy/scores.py REPOSITORIES [--set first|held-out] [--show REPOSITORY] [--stable] [--write]

REPOSITORIES is a folder of checked-out repositories, OWNER+NAME each, at the commits that `answers/*.csv` name in their
first lines. A reader's `yes/no` accepts either. Ours is yes where a question scores 0.7 or more, and no below;
"cannot tell" where nothing but unknown was said; "na" where nothing was said at all. `answers/order.csv` has the order
that readers gave the repositories, and the set: `first` were looked at while the analysis was mended, `held-out` not.
`--write` puts the tables between the marks of `scores.md`.
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
    parser.add_argument("--set", choices=("first", "second", "third", "held-out"))
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
    lines = differing(rows) if options.show else tables(rows, scores)
    if options.write:
        listed = [] if options.stable else ["", *wrong(rows)]
        write("stable" if options.stable else "all", options.set, [*lines, *listed])
    else:
        print("\n".join(lines))


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


def differing(rows: list[Row]) -> list[str]:
    """Gives a line for each answer, with a mark where it differs."""
    return [f"{'  ' if right(row) else '! '}{row[1]:<34} {row[2]:<12} {row[3]:<8} {row[4]}" for row in rows]


def tables(rows: list[Row], scores: dict[str, tuple[float, int]]) -> list[str]:
    """Gives the lines of the tables of repositories and of questions."""
    lines = [
        "| Place | Shown | Repository | Right | Wrong | Cannot tell | Said yes or no | Right of these |",
        "|---:|---:|---|---:|---:|---:|---:|---:|",
    ]
    of: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        of[row[0]].append(row)
    order = sorted(of, key=lambda name: scores[name][1])
    lines += [f"| {scores[name][1]} | {scores[name][0]:.2f} | {name} | {counts(of[name])}" for name in order]
    lines.append(f"| | | all | {counts(rows)}")
    good, unsure = sum(map(right, rows)), sum(row[2] == "cannot tell" for row in rows)
    told = [row for row in rows if row[2] in ("yes", "no")]
    said = sum(map(right, told))
    lines += ["", f"Right: {good} of {len(rows)} ({good / len(rows):.1%}), without those that cannot be told"]
    lines += [
        f"{good / (len(rows) - unsure):.1%}; {said} of {len(told)} ({said / len(told):.1%}) where a yes or no is said."
    ]
    lines += [f"Rank correlation (Spearman) of what is shown with the readers' order: {spearman(scores):.2f}."]
    by = Counter(row[1] for row in rows if not right(row))
    often = ", ".join(f"{name} {count}" for name, count in by.most_common() if count > 2)
    return [*lines, "", f"Wrong more than twice: {often or 'none'}."]


def counts(rows: list[Row]) -> str:
    """Gives the cells of a line: right, wrong, cannot tell, said, right of these."""
    told = [row for row in rows if row[2] in ("yes", "no")]
    good, unsure = sum(map(right, rows)), sum(row[2] == "cannot tell" for row in rows)
    return f"{good} | {len(rows) - good - unsure} | {unsure} | {len(told)} | {sum(map(right, told))} |"


def wrong(rows: list[Row]) -> list[str]:
    """Gives a table of the answers that differ, with what was done about them where `done.csv` says so."""
    with (HERE / "answers" / "done.csv").open(newline="", encoding="utf-8") as file:
        done = {(row["repository"], row["question"]): row["done"] for row in csv.DictReader(file)}
    lines = ["| Repository | Question | Ours | Reader | Reader's reason | Done |", "|---|---|---|---|---|---|"]
    for row in rows:
        if not right(row):
            reason = row[4].replace("|", "/")
            lines.append(f"| {row[0]} | {row[1]} | {row[2]} | {row[3]} | {reason} | {done.get(row[:2], 'left')} |")
    return lines


def write(rules: str, part: str | None, lines: list[str]) -> None:
    """Replaces what stands between two marks of the page."""
    mark = f"<!-- {part or 'both'}, {rules} -->"
    page = HERE / "scores.md"
    before, _, rest = page.read_text("utf-8").partition(mark)
    after = rest.partition("<!-- end -->")[2]
    page.write_text("\n".join([before + mark, "", *lines, "", "<!-- end -->"]) + after, "utf-8")


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
