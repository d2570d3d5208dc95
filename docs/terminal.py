"""Draws `terminal.svg`, the picture in the README, from a real run on `fixtures/repos/churn`."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
COMMAND = ["check", "--preview", "--no-cache", "--select", "TRN002,PIP008,PIP012,MON001"]


def main() -> None:
    """Runs the linter in a copy of the repository and writes what the terminal showed."""
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder) / "churn"
        shutil.copytree(HERE.parent / "fixtures" / "repos" / "churn", repository)
        subprocess.run(["git", "init", "-q", "."], cwd=repository, check=True)
        environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": "110"}
        shown = subprocess.run(
            [sys.executable, "-m", "mlops_lint", *COMMAND], cwd=repository, env=environment, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
    console = Console(record=True, width=124, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115
    console.print(Text("$ mlops-lint check", style="bold"))
    console.print(Text.from_ansi(shown.stdout + shown.stderr))
    console.save_svg(str(HERE / "terminal.svg"), title="mlops-lint")


if __name__ == "__main__":
    main()
