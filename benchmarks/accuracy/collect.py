"""A folder of repositories to their findings, and a sample of them with the lines around, to be read by a person.

    python benchmarks/accuracy/collect.py run /tmp/corpus -o /tmp/findings.jsonl
    python benchmarks/accuracy/collect.py sample /tmp/findings.jsonl TRN002 --most 24
    python benchmarks/accuracy/collect.py table

The verdicts of the reader go to `tally/<rule>.csv` beside this file, one row a finding: repository, commit, path, line,
verdict (true or false), reason. `table` writes their counts into the README beside this file.
"""

import argparse
import csv
import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
_MARK = "<!-- counts: written by `collect.py table` -->"


def main() -> None:
    """Runs the command that the arguments name."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run")
    run.add_argument("corpus", type=Path)
    run.add_argument("-o", "--output", type=Path, required=True)
    run.add_argument("--only", default="")
    run.set_defaults(command=collect)
    sample = commands.add_parser("sample")
    sample.add_argument("findings", type=Path)
    sample.add_argument("rule")
    sample.add_argument("--most", type=int, default=24)
    sample.add_argument("--corpus", type=Path, default=Path("/tmp/corpus"))
    sample.set_defaults(command=show)
    commands.add_parser("table").set_defaults(command=table)
    options = parser.parse_args()
    options.command(options)


def collect(options: argparse.Namespace) -> None:
    """Writes one JSON line a finding and a problem; says of each repository how long it took."""
    with options.output.open("w") as out:
        for folder in sorted(path for path in options.corpus.iterdir() if path.is_dir()):
            if options.only not in folder.name:
                continue
            start = time.perf_counter()
            command = [sys.executable, "-m", "mlops_lint", "check", "--preview", "--output-format", "json", str(folder)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            took = time.perf_counter() - start
            if done.returncode not in (0, 1):
                print(f"{folder.name}: exit {done.returncode}: {done.stderr.strip()}")
                continue
            report = json.loads(done.stdout)
            commit = _commit(folder)
            for row in (*report["findings"], *report["problems"]):
                out.write(json.dumps({"repository": folder.name, "commit": commit} | row) + "\n")
            print(f"{folder.name}: {took:.1f} s, {report['summary']}")


def show(options: argparse.Namespace) -> None:
    """Prints a sample of the findings of one rule: the same for the same findings, spread over repositories."""
    rows = [json.loads(line) for line in options.findings.read_text().splitlines()]
    rows = [row for row in rows if row.get("rule", row.get("code")) == options.rule]
    by_repository: dict[str, list[dict[str, str]]] = {}
    for row in sorted(rows, key=lambda row: hashlib.sha256(str(sorted(row.items())).encode()).hexdigest()):
        by_repository.setdefault(row["repository"], []).append(row)
    chosen: list[dict[str, str]] = []
    while len(chosen) < options.most and any(by_repository.values()):
        chosen.extend(found.pop() for found in by_repository.values() if found)
    print(f"{options.rule}: {len(rows)} findings in {len(by_repository)} repositories, {len(chosen)} shown\n")
    for row in chosen[: options.most]:
        _print(row, options.corpus)


def table(_options: argparse.Namespace) -> None:
    """Writes the counts of all tallies into the README."""
    readme = HERE / "README.md"
    head = readme.read_text().partition(_MARK)[0]
    rows = ["| rule | read | right | precision | repositories |", "| --- | ---: | ---: | ---: | ---: |"]
    for path in sorted((HERE / "tally").glob("*.csv")):
        with path.open() as file:
            read = list(csv.DictReader(file))
        right = sum(row["verdict"] == "true" for row in read)
        share = f"{right / len(read):.2f}" if read else ""
        repositories = len({row["repository"] for row in read})
        rows.append(f"| {path.stem} | {len(read)} | {right} | {share} | {repositories} |")
    readme.write_text(f"{head}{_MARK}\n\n" + "\n".join(rows) + "\n")


def _print(row: dict[str, object], corpus: Path) -> None:
    print(f"--- {row['repository']} {row['path']}:{row['line']} {row['message']}")
    for related in row.get("related", ()):  # type: ignore[union-attr]  # a list in the JSON of findings
        print(f"    see {related['path']}:{related['line']} {related['message']}")
    lines = (corpus / str(row["repository"]) / str(row["path"])).read_text("utf-8", "replace").splitlines()
    at = int(str(row["line"]))
    for number in range(max(1, at - 4), min(len(lines), at + 4) + 1):
        print(f"{number:6}{'>' if number == at else ' '} {lines[number - 1][:160]}")
    print()


def _commit(folder: Path) -> str:
    done = subprocess.run(["git", "-C", folder, "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip() if (folder / ".git").exists() else "wheel"


if __name__ == "__main__":
    main()
