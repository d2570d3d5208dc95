"""Files to facts: from the cache where they are known, else in worker processes."""

import contextlib
import os
import signal
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from mlops_lint.cache import Cache, decoded, encoded, key, tool_digest
from mlops_lint.discover import Entry
from mlops_lint.extract import extract, load, prepare
from mlops_lint.extract.libraries import teach
from mlops_lint.model import Facts, Problem
from mlops_lint.parse.languages import LIMITS, language
from mlops_lint.settings import Settings

# A pool costs about 0.1 s to start, as much as this many files cost to read.
_POOL_FROM = 64
_CHUNK = 16
# Seconds for one file; a file of 10 MB of Python takes about 5.
_SECONDS = 20


class _TooLong(BaseException):
    """The alarm of one file; not an Exception, so that nothing on the way takes it for an error of its own."""


Progress = Callable[[int, int], None]
# A path, the key under which its facts may be kept (None = not at all), and the row that holds them.
_Row = tuple[str, bytes | None, bytes]


def scan(
    files: tuple[Entry, ...], settings: Settings, cache: Cache | None = None, progress: Progress | None = None
) -> list[Facts]:
    """Gives the facts of every file that is in a language we read, in the order of `files`."""
    root, libraries = settings.root, settings.libraries
    teach(libraries)
    wanted = [entry for entry in files if language(entry.path) is not None]
    # It looks at every file of ours, which nobody needs to know where nothing is kept.
    tool = tool_digest(libraries) if cache is not None else b""
    facts: dict[str, Facts] = {}
    keys: dict[str, bytes] = {}
    for entry in wanted:
        data = _read(root, entry)
        if isinstance(data, Facts):
            facts[entry.path] = data
        else:
            keys[entry.path] = key(entry.path, data, tool)
    rows = cache.load(keys.values()) if cache is not None else {}
    for path, one in keys.items():
        if one in rows and (known := decoded(rows[one])) is not None:
            facts[path] = known
    missing = [one.path for one in sorted(wanted, key=_largest_first) if one.path in keys and one.path not in facts]
    fresh: dict[bytes, bytes] = {}
    for count, (path, kept, row) in enumerate(_extracted(missing, tool, settings), 1):
        found = decoded(row)
        assert found is not None, path
        facts[path] = found
        if kept is not None:
            fresh[kept] = row
        if progress is not None:
            progress(count, len(missing))
    if cache is not None:
        cache.store(fresh, rows)
    return [facts[entry.path] for entry in wanted]


def _largest_first(entry: Entry) -> tuple[int, str]:
    return -entry.size, entry.path


def _extracted(paths: list[str], tool: bytes, settings: Settings) -> Iterator[_Row]:
    root, libraries = settings.root, settings.libraries
    jobs = settings.jobs or os.cpu_count() or 1
    if jobs <= 1 or len(paths) < _POOL_FROM:
        for path in paths:
            yield _row(root, path, tool)
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_start_method

    if get_start_method() == "fork":
        # Workers that are copies of this process need not load the extractors, each by itself.
        load()
    # Each chunk has as many large files as the others: one that has all of them would be waited for at the end.
    count = -(-len(paths) // _CHUNK)
    chunks = [paths[start::count] for start in range(count)]
    done: set[str] = set()
    try:
        with ProcessPoolExecutor(jobs, initializer=prepare, initargs=(libraries,)) as pool:
            for future in as_completed([pool.submit(_rows, root, chunk, tool) for chunk in chunks]):
                for row in future.result():
                    done.add(row[0])
                    yield row
    except BrokenProcessPool:
        # One file killed its worker: each of the rest gets a process of its own, to find out which.
        yield from _isolated(root, [path for path in paths if path not in done], tool, libraries)


def _isolated(root: Path, paths: list[str], tool: bytes, libraries: tuple[Path, ...]) -> Iterator[_Row]:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    pool = ProcessPoolExecutor(1, initializer=prepare, initargs=(libraries,))
    for path in paths:
        try:
            yield from pool.submit(_rows, root, [path], tool).result()
        except BrokenProcessPool:
            pool = ProcessPoolExecutor(1, initializer=prepare, initargs=(libraries,))
            yield path, None, encoded(_problem(path, "MLL004", "reading it ends the process that reads it"))
    pool.shutdown()


def _rows(root: Path, paths: list[str], tool: bytes) -> list[_Row]:
    return [_row(root, path, tool) for path in paths]


def _row(root: Path, path: str, tool: bytes) -> _Row:
    data = _read(root, Entry(path, 0))
    if isinstance(data, Facts):
        return path, None, encoded(data)
    try:
        with _time_limit():
            # It may have changed since it was looked for in the cache: the key is that of what is read now.
            return path, key(path, data, tool), encoded(extract(path, data))
    except _TooLong:
        return path, None, encoded(_problem(path, "MLL004", f"takes longer than {_SECONDS} seconds to analyse"))


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    """Ends what takes too long, where the platform has alarms."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _read(root: Path, entry: Entry) -> bytes | Facts:
    """The bytes of a file, or facts that say why there are none; never waits on a FIFO, never follows a link."""
    limit = LIMITS[language(entry.path) or "text"]
    if entry.size > limit:
        return _problem(entry.path, "MLL003", f"{entry.size:,} bytes; at most {limit:,} are read")
    try:
        descriptor = os.open(
            root / entry.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        )
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return _problem(entry.path, "MLL001", "not a regular file")
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "cannot be opened"
        return _problem(entry.path, "MLL001", reason)
    if len(data) > limit:
        return _problem(entry.path, "MLL003", f"more than {limit:,} bytes")
    return data


def _problem(path: str, code: str, message: str) -> Facts:
    return Facts(path, "source", problems=(Problem(path, 1, code, message),))
