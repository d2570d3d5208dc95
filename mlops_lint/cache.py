"""Facts of former runs, in SQLite: MessagePack rows keyed by what was read and by what read it."""

import hashlib
import os
import sqlite3
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from mlops_lint import __version__
from mlops_lint.model import Facts

_DECODER = msgspec.msgpack.Decoder(Facts)
_ENCODER = msgspec.msgpack.Encoder()
# Rows that were not used for this many runs are dropped.
_KEPT_RUNS = 50
# Longer than another run takes to write; then it is quicker to read the files.
_SECONDS = 1
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def encoded(facts: Facts) -> bytes:
    """Gives the row of some facts."""
    return _ENCODER.encode(facts)


def decoded(row: bytes) -> Facts | None:
    """Gives the facts of a row; None where the row is damaged."""
    try:
        return _DECODER.decode(row)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def key(path: str, data: bytes, tool: bytes) -> bytes:
    """Gives the key of one file: facts are a function of path, bytes and tool."""
    digest = hashlib.blake2b(tool, digest_size=20)
    digest.update(path.encode("utf-8", "surrogateescape"))
    digest.update(b"\0")
    digest.update(data)
    return digest.digest()


def tool_digest(libraries: tuple[Path, ...] = ()) -> bytes:
    """Gives what identifies the tool: its version, that of Python, its own files, and tables from outside."""
    digest = hashlib.blake2b(f"{__version__} {sys.version}".encode(), digest_size=20)
    for folder, folders, files in os.walk(Path(__file__).parent):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(files):
            info = os.stat(os.path.join(folder, name))
            digest.update(f"{name} {info.st_size} {info.st_mtime_ns}".encode())
    for path in libraries:
        digest.update(path.read_bytes())
    return digest.digest()


class Cache:
    """The rows of one database file; any damage to it makes a cold cache, never an error."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "facts.sqlite"
        self._connection: sqlite3.Connection | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = _connected(self._path)
        except OSError:
            return
        except sqlite3.Error as error:
            self._recover(error)

    def _recover(self, error: sqlite3.Error) -> None:
        """Begins anew where the file is damaged; where another run holds it, or nobody may write, goes on without."""
        self.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
            return
        try:
            for ending in ("", "-wal", "-shm"):
                Path(f"{self._path}{ending}").unlink(missing_ok=True)
            self._connection = _connected(self._path)
        except (OSError, sqlite3.Error):
            return

    def load(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """Gives the rows that are there for some keys."""
        wanted, found = list(keys), dict[bytes, bytes]()
        if self._connection is None:
            return found
        try:
            # SQLite binds at most 999 variables in older builds.
            for start in range(0, len(wanted), 900):
                part = wanted[start : start + 900]
                marks = ",".join("?" * len(part))
                query = f"SELECT key, row FROM mlops_lint_1 WHERE key IN ({marks})"  # noqa: S608  # question marks only
                found.update(self._connection.execute(query, part))
        except sqlite3.Error as error:
            self._recover(error)
            return {}
        return found

    def store(self, rows: dict[bytes, bytes], used: Iterable[bytes]) -> None:
        """Keeps new rows, marks what was used, and drops what has not been for long."""
        if self._connection is None or not rows:
            return
        try:
            with self._connection:
                run = self._connection.execute("SELECT COALESCE(MAX(run), 0) + 1 FROM mlops_lint_1").fetchone()[0]
                marked = [(run, one) for one in used]
                self._connection.executemany("UPDATE mlops_lint_1 SET run = ? WHERE key = ?", marked)
                added = [(one, row, run) for one, row in rows.items()]
                self._connection.executemany(
                    "INSERT OR REPLACE INTO mlops_lint_1 (key, row, run) VALUES (?, ?, ?)", added
                )
                self._connection.execute("DELETE FROM mlops_lint_1 WHERE run < ?", (run - _KEPT_RUNS,))
        except sqlite3.Error as error:
            # Another run holds the file, or the disk is full or read-only: the next run is a cold one.
            self._recover(error)

    def close(self) -> None:
        """Lets go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_SECONDS)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        # The number changes with the columns, so that an older or foreign file is neither misread nor lost.
        connection.execute(
            "CREATE TABLE IF NOT EXISTS mlops_lint_1 (key BLOB PRIMARY KEY, row BLOB, run INTEGER) WITHOUT ROWID"
        )
        connection.execute("SELECT key, row, run FROM mlops_lint_1 LIMIT 1").fetchall()
    except sqlite3.Error:
        connection.close()
        raise
    return connection
