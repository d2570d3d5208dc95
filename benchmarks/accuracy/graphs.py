"""The counts in `graphs/`, one file an orchestrator, to the page `graphs.md`.

    python benchmarks/accuracy/graphs.py

A row counts the stages or edges of some pipelines of one repository: how many there truly are, how many the graph has,
how many of these are false, and how many it misses.
"""

import csv
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
_HEAD = """# Graphs compared with the truth

For each orchestrator pipelines of public repositories were compared with what they truly are.
That was told by reading them, or by what their own compiler makes of them, never by our extractor.
Recall is the share of what is there that the graph has, precision the share of what the graph has that is there.
The rows are in `graphs/`, one file an orchestrator; `python benchmarks/accuracy/graphs.py` writes this page.

| orchestrator | | there | found | false | missed | recall | precision | repositories |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |
"""


def main() -> None:
    """Writes the page."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    where: dict[tuple[str, str], set[str]] = defaultdict(set)
    remarks: list[str] = []
    for path in sorted((HERE / "graphs").glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                key = (row["framework"], row["what"])
                sums[key] = [
                    a + int(row[b]) for a, b in zip(sums[key], ("true", "found", "false", "missed"), strict=True)
                ]
                repository = row["repository"].replace("__", "/", 1)
                where[key].add(f"{repository}@{row['commit'][:8]}")
                if row["remark"]:
                    remarks.append(f"- {row['framework']}, {row['what']} of {repository}: {row['remark']}")
    lines = []
    for (framework, what), (true, found, false, missed) in sums.items():
        recall = f"{(true - missed) / true:.2f}" if true else ""
        precision = f"{(found - false) / found:.2f}" if found else ""
        places = ", ".join(sorted(where[framework, what]))
        lines.append(
            f"| {framework} | {what} | {true} | {found} | {false} | {missed} | {recall} | {precision} | {places} |"
        )
    (HERE / "graphs.md").write_text(
        _HEAD + "\n".join(lines) + "\n\n## How they were read\n\n" + "\n".join(remarks) + "\n"
    )


if __name__ == "__main__":
    main()
