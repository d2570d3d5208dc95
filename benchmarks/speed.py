"""A tree to the time and memory that mlops-lint and other tools need for it, side by side in one run.

    pip install ruff bandit
    python benchmarks/speed.py /tmp/corpus/pypi__mlflow

Each command runs as often as `--times` says; the fastest run counts, as the others measure what else the machine did.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Prints one row a tool."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tree", type=Path)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    tree = str(options.tree.resolve())
    with tempfile.TemporaryDirectory() as cache:
        own = [sys.executable, "-m", "mlops_lint"]
        check = [*own, "check", "--preview", "--fail-on", "never", "--output-format", "concise", tree]
        commands = {
            "mlops-lint --version": [*own, "--version"],
            "mlops-lint cold": [*check, "--no-cache"],
            "mlops-lint warm": [*check, "--cache-dir", cache],
            "ruff --select ALL, no cache": ["ruff", "check", "--select=ALL", "--no-cache", "--exit-zero", "-q", tree],
            "bandit": ["bandit", "-q", "-r", tree, "--exit-zero"],
        }
        _run(commands["mlops-lint warm"])
        print(f"{'':30}{'seconds':>9}{'MB':>7}")
        for name, command in commands.items():
            if shutil.which(command[0]) is None:
                print(f"{name:30} not installed")
                continue
            times = 1 if name == "bandit" else options.times
            seconds, megabytes = min(_run(command) for _ in range(times))
            print(f"{name:30}{seconds:9.2f}{megabytes:7.0f}", flush=True)


def _run(command: list[str]) -> tuple[float, float]:
    """Seconds by the clock, and the most memory of one process of the command."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    _, _, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - start
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    return took, _memory(usage) / unit


def _memory(usage: resource.struct_rusage) -> float:
    return float(usage.ru_maxrss)


if __name__ == "__main__":
    main()
