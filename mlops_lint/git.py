"""A folder to what git says of it, without running what the repository may name."""

import datetime as dt
import os
import subprocess
from pathlib import Path

# git may be told by a repository's own configuration to start programs; these settings forbid it.
_GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.untrackedCache=false")
# Nor may it fetch what a partial clone lacks: a repository can name any program for that.
_GIT_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none",
    "LC_ALL": "C",
}  # fmt: skip
# It waits for ever on a FIFO where it looks for a file; a listing of a million files takes a few seconds.
_GIT_SECONDS = 20


def git(root: Path, *arguments: str, stdin: bytes | None = None) -> bytes | None:
    """Runs git in a folder that may be hostile, and gives what it writes; None where it fails or takes too long."""
    environment = {**os.environ, **_GIT_ENVIRONMENT}
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"):
        environment.pop(name, None)
    try:
        done = subprocess.run(
            [*_GIT, *arguments], cwd=root, env=environment, input=stdin or b"", capture_output=True,
            timeout=_GIT_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def top_level(path: Path) -> Path | None:
    """Gives the folder of the git repository that holds `path`; None where there is none."""
    for folder in (path, *path.parents):
        if os.path.exists(folder / ".git"):
            return folder
    return None


def is_repository(folder: Path) -> bool:
    """Whether git finds files where it looks for files, not FIFOs on which it would wait for ever."""
    if not os.path.isdir(folder):
        return os.path.isfile(folder)
    names = ("HEAD", "config", "config.worktree", "index", "packed-refs", "info/exclude", "info/attributes")
    return not any(os.path.exists(folder / name) and not os.path.isfile(folder / name) for name in names)


def commit(root: Path) -> tuple[str, str] | None:
    """Gives the hash and the day, in UTC, of the commit that is checked out; None where there is none."""
    out = git(root, "-c", "log.showSignature=false", "log", "-1", "--no-show-signature", "--format=%H %ct", "HEAD")
    words = out.decode("ascii", "replace").split() if out else []
    if len(words) != 2 or not words[1].isdigit():
        return None
    return words[0], dt.datetime.fromtimestamp(int(words[1]), tz=dt.UTC).date().isoformat()
