"""What is kept of former runs: whatever is wrong with it, the worst that happens is a cold run."""

import os
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest

from mlops_lint.cache import Cache, decoded, encoded, key, tool_digest
from mlops_lint.discover import discover
from mlops_lint.extract import extract
from mlops_lint.fixture import read, write
from mlops_lint.model import Facts, Location, Problem, Ref, Subject, Suppression
from mlops_lint.scan import scan
from mlops_lint.settings import Settings

FIXTURES = Path(__file__).parent.parent / "fixtures"
FACTS = Facts(
    "a.py",
    "source",
    (
        Subject(
            "constant", Location("a.py", 1, 2, 3, 4, 5, 6), "X",
            {
                "a": None, "b": True, "c": -(2**63), "d": 0.5, "e": "é\0\n", "f": ("x", "y"), "g": (),
                "h": Ref("constant:b"),
            },
            "constant:a.X",
        ),
    ),
    (Suppression(Location("a.py"), ("TRN001",), None, "reason"), Suppression(Location("a.py"), (), (1, 2), "")),
    (Problem("a.py", 1, "MLL002", "…"),),
)  # fmt: skip


def kept(folder: Path, rows: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """What a new run finds of some rows."""
    cache = Cache(folder)
    found = cache.load(rows)
    cache.close()
    return found


def store(folder: Path, rows: dict[bytes, bytes]) -> None:
    cache = Cache(folder)
    cache.store(rows, ())
    cache.close()


def test_facts_of_every_sort_come_back_as_they_were() -> None:
    assert decoded(encoded(FACTS)) == FACTS
    fields = decoded(encoded(FACTS)).subjects[0].fields  # type: ignore[union-attr]
    assert {name: type(value) for name, value in fields.items()} == {
        name: type(value) for name, value in FACTS.subjects[0].fields.items()
    }


def test_the_facts_of_every_fixture_come_back_as_they_were(tmp_path: Path) -> None:
    count = 0
    for number, path in enumerate(sorted(FIXTURES.glob("*/*.md"))):
        for place, case in enumerate(read(path).cases):
            for block in case.blocks:
                if block.path in ("", "expectations", "facts") or "fixed" in block.words:
                    continue
                facts = extract(block.path, block.text.encode())
                assert decoded(encoded(facts)) == facts, (number, place, block.path)
                count += 1
    assert count > 100


@pytest.mark.parametrize(
    "row", [b"", b"\xc1", b"nonsense", encoded(FACTS)[:-1], encoded(FACTS)[:20], b"\x90", b"\x93\x01"]
)
def test_a_row_that_is_damaged_is_none(row: bytes) -> None:
    assert decoded(row) is None


def test_the_key_is_made_of_path_content_and_tool() -> None:
    tool = tool_digest()
    keys = [
        key("a.py", b"x", tool), key("b.py", b"x", tool), key("a.py", b"y", tool), key("a.py", b"x", b"other"),
        key("a", b".py\0x", tool), key(os.fsdecode(b"\xff.py"), b"x", tool),
    ]  # fmt: skip
    assert len(set(keys)) == len(keys)
    assert key("a.py", b"x", tool_digest()) == keys[0]


def test_tables_from_outside_belong_to_the_tool(tmp_path: Path) -> None:
    table = tmp_path / "acme.yaml"
    table.write_text("a")
    before = tool_digest((table,))
    table.write_text("b")
    assert len({tool_digest(), before, tool_digest((table,))}) == 3


def test_rows_are_found_again(tmp_path: Path) -> None:
    rows = {bytes([number]) * 20: b"row %d" % number for number in range(200)}
    store(tmp_path, rows)
    assert kept(tmp_path, rows) == rows
    assert kept(tmp_path, {b"another": b""}) == {}


def test_more_rows_than_one_query_may_ask_for_are_found(tmp_path: Path) -> None:
    rows = {b"%020d" % number: b"%d" % number for number in range(3000)}
    store(tmp_path, rows)
    assert kept(tmp_path, rows) == rows


def test_the_folder_is_made(tmp_path: Path) -> None:
    store(tmp_path / "a/b", {b"k": b"v"})
    assert kept(tmp_path / "a/b", {b"k": b""}) == {b"k": b"v"}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="an empty file"),
        pytest.param(b"no database at all, but long enough to look at" * 100, id="a file of another sort"),
        pytest.param(b"SQLite format 3\0" + b"\0" * 2000, id="a file with nothing but the head"),
        pytest.param(b"SQLite format 3\0" + b"\xff" * 2000, id="a file with a head and nonsense"),
    ],
)
def test_a_broken_file_is_a_cold_cache_and_warm_after_that(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "facts.sqlite").write_bytes(content)
    assert kept(tmp_path, {b"k": b""}) == {}
    store(tmp_path, {b"k": b"v"})
    assert kept(tmp_path, {b"k": b""}) == {b"k": b"v"}


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_file_that_was_cut_off_is_a_cold_cache_and_warm_after_that(tmp_path: Path, part: float) -> None:
    rows = {b"%020d" % number: b"x" * 1000 for number in range(300)}
    store(tmp_path, rows)
    path = tmp_path / "facts.sqlite"
    for ending in ("-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    found = kept(tmp_path, rows)
    assert found == {} or found.items() <= rows.items()
    store(tmp_path, rows)
    store(tmp_path, rows)
    assert kept(tmp_path, rows) == rows


def test_a_file_with_damage_in_the_middle_is_a_cold_cache_and_warm_after_that(tmp_path: Path) -> None:
    rows = {b"%020d" % number: b"x" * 1000 for number in range(300)}
    store(tmp_path, rows)
    path = tmp_path / "facts.sqlite"
    content = bytearray(path.read_bytes())
    content[8192:-4096] = b"\xff" * (len(content) - 8192 - 4096)
    path.write_bytes(content)
    assert all(rows[one] == row for one, row in kept(tmp_path, rows).items())
    store(tmp_path, rows)
    store(tmp_path, rows)
    assert kept(tmp_path, rows) == rows


def test_a_database_of_another_program_is_left_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "facts.sqlite") as other:
        other.execute("CREATE TABLE facts (a TEXT)")
        other.execute("INSERT INTO facts VALUES ('theirs')")
    other.close()
    store(tmp_path, {b"k": b"v"})
    assert kept(tmp_path, {b"k": b""}) == {b"k": b"v"}
    with sqlite3.connect(tmp_path / "facts.sqlite") as other:
        assert other.execute("SELECT a FROM facts").fetchall() == [("theirs",)]
    other.close()


def test_where_nothing_can_be_written_a_run_goes_on_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file/below", Path("/proc/nowhere"), Path("/dev/null/x")):
        store(folder, {b"k": b"v"})
        assert kept(folder, {b"k": b""}) == {}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_only_be_read_is_no_error(tmp_path: Path) -> None:
    store(tmp_path, {b"k": b"v"})
    tmp_path.chmod(0o500)
    try:
        assert kept(tmp_path, {b"k": b""}) in ({}, {b"k": b"v"})
        store(tmp_path, {b"x": b"y"})
    finally:
        tmp_path.chmod(0o700)


def test_a_file_that_another_run_holds_is_waited_for_but_a_moment_and_is_not_lost(tmp_path: Path) -> None:
    store(tmp_path, {b"k": b"v"})
    holder = sqlite3.connect(tmp_path / "facts.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    store(tmp_path, {b"x": b"y"})
    holder.execute("ROLLBACK")
    holder.close()
    assert kept(tmp_path, {b"k": b""}) == {b"k": b"v"}


def test_runs_at_the_same_time_keep_what_they_can(tmp_path: Path) -> None:
    rows = [{b"%d-%d" % (run, number): b"x" * 100 for number in range(50)} for run in range(6)]
    runs = [threading.Thread(target=store, args=(tmp_path, one)) for one in rows]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    found = kept(tmp_path, {name: row for one in rows for name, row in one.items()})
    assert any(one.items() <= found.items() for one in rows)
    assert all(row == b"x" * 100 for row in found.values())


def test_rows_that_are_not_used_for_long_are_dropped(tmp_path: Path) -> None:
    store(tmp_path, {b"old": b"1", b"used": b"2"})
    for number in range(60):
        cache = Cache(tmp_path)
        cache.store({b"%d" % number: b""}, [b"used"])
        cache.close()
    assert kept(tmp_path, {b"old": b"", b"used": b""}) == {b"used": b"2"}


# --- with real files


def scanned(root: Path, folder: Path) -> list[Facts]:
    cache = Cache(folder)
    facts = scan(discover(root).files, Settings(root=root, cache_dir=folder, jobs=1), cache)
    cache.close()
    return facts


def poison(folder: Path, row: bytes) -> None:
    """Puts one row in place of all, so that one sees from where a run has its facts."""
    with sqlite3.connect(folder / "facts.sqlite") as database:
        database.execute("UPDATE mlops_lint_1 SET row = ?", (row,))
    database.close()


def test_what_is_known_is_not_read_again_and_what_changed_is(tmp_path: Path) -> None:
    root, folder = tmp_path / "tree", tmp_path / "cache"
    root.mkdir()
    (root / "a.py").write_text("A = 1\n")
    (root / "b.py").write_text("B = 1\n")
    cold = scanned(root, folder)
    assert scanned(root, folder) == cold
    marker = Facts("marker", "source")
    poison(folder, encoded(marker))
    assert scanned(root, folder) == [marker, marker]
    (root / "b.py").write_text("B = 2\n")
    changed = scanned(root, folder)
    assert changed[0] == marker
    assert changed[1] == extract("b.py", b"B = 2\n")


def test_the_same_content_under_another_name_is_another_file(tmp_path: Path) -> None:
    root, folder = tmp_path / "tree", tmp_path / "cache"
    root.mkdir()
    (root / "a.py").write_text("A = 1\n")
    scanned(root, folder)
    (root / "a.py").rename(root / "b.py")
    assert scanned(root, folder) == [extract("b.py", b"A = 1\n")]


def test_a_damaged_row_is_read_again(tmp_path: Path) -> None:
    root, folder = tmp_path / "tree", tmp_path / "cache"
    root.mkdir()
    (root / "a.py").write_text("A = 1\n")
    cold = scanned(root, folder)
    poison(folder, b"nonsense")
    assert scanned(root, folder) == cold
    assert scanned(root, folder) == cold


def test_an_empty_cache_folder_between_two_runs_is_no_error(tmp_path: Path) -> None:
    root, folder = tmp_path / "tree", tmp_path / "cache"
    root.mkdir()
    (root / "a.py").write_text("A = 1\n")
    cold = scanned(root, folder)
    shutil.rmtree(folder)
    assert scanned(root, folder) == cold


def test_every_fixture_is_the_same_cold_and_warm(tmp_path: Path) -> None:
    for place, case in enumerate(read(min((FIXTURES / "rules").glob("*.md"))).cases):
        root = tmp_path / str(place)
        write(case, root)
        assert scanned(root, tmp_path / "cache") == scanned(root, tmp_path / "cache")
