"""Files to facts: the same from the cache, from one process and from several, whatever single files do."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest
from generated import files, write

from mlops_lint.cache import Cache
from mlops_lint.discover import Entry, discover
from mlops_lint.extract import extract
from mlops_lint.model import Facts
from mlops_lint.parse.languages import LIMITS
from mlops_lint.scan import scan
from mlops_lint.settings import Settings


def settings(root: Path, jobs: int = 1) -> Settings:
    return Settings(root=root, jobs=jobs, cache_dir=root.parent / "cache")


def problems(facts: list[Facts]) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for one in facts for problem in one.problems]


def test_facts_are_those_of_extract_in_the_order_of_the_files(tmp_path: Path) -> None:
    write(tmp_path, files(2))
    found = discover(tmp_path).files
    facts = scan(found, settings(tmp_path))
    assert facts == [extract(one.path, (tmp_path / one.path).read_bytes()) for one in found]


def test_files_in_no_language_that_we_read_have_no_facts(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", "b.csv": "", "c.png": "", "d": ""})
    assert [one.path for one in scan(discover(tmp_path).files, settings(tmp_path))] == ["a.py"]


def test_several_processes_and_a_cache_give_the_same_facts(tmp_path: Path) -> None:
    root = tmp_path / "tree"
    write(root, files(30))
    found = discover(root).files
    alone = scan(found, settings(root))
    assert scan(found, settings(root, jobs=3)) == alone
    for _ in ("cold", "warm"):
        cache = Cache(tmp_path / "cache")
        assert scan(found, settings(root, jobs=2), cache) == alone
        cache.close()


def test_a_worker_that_dies_costs_no_file_its_facts(tmp_path: Path) -> None:
    """Killed as the kernel kills what takes too much memory."""
    texts = {f"a{number:02}.py": "x = f(a, b=[1, 2])\n" * 300 for number in range(100)}
    write(tmp_path, texts)
    killed: list[int] = []

    def kill(done: int, _of: int) -> None:
        if done == 1:
            for worker in multiprocessing.active_children():
                worker.kill()
                killed.append(worker.pid or 0)

    facts = scan(discover(tmp_path).files, settings(tmp_path, jobs=2), None, kill)
    assert killed
    assert facts == [extract(path, text.encode()) for path, text in sorted(texts.items())]


def test_progress_counts_what_is_not_in_the_cache(tmp_path: Path) -> None:
    root = tmp_path / "tree"
    write(root, files(2))
    seen: list[tuple[int, int]] = []
    for _ in ("cold", "warm"):
        cache = Cache(tmp_path / "cache")
        scan(discover(root).files, settings(root), cache, lambda done, of: seen.append((done, of)))
        cache.close()
    total = len(seen)
    assert seen == [(count, total) for count in range(1, total + 1)]


def test_a_file_that_is_gone_since_it_was_found_is_said(tmp_path: Path) -> None:
    assert problems(scan((Entry("gone.py", 10),), settings(tmp_path))) == [("gone.py", "MLL001")]


def test_a_file_that_has_become_a_link_or_a_pipe_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text("SECRET = 1\n")
    root = tmp_path / "tree"
    root.mkdir()
    (root / "link.py").symlink_to(tmp_path / "outside.py")
    os.mkfifo(root / "pipe.py")
    (root / "folder.py").mkdir()
    names = ("folder.py", "link.py", "pipe.py", "null\0.py")
    facts = scan(tuple(Entry(name, 1) for name in names), settings(root))
    assert problems(facts) == [(name, "MLL001") for name in names]
    assert not any(one.subjects for one in facts)


def test_a_file_that_has_grown_since_it_was_found_is_not_read_to_its_end(tmp_path: Path) -> None:
    with open(tmp_path / "a.py", "wb") as file:
        file.truncate(LIMITS["python"] + 1)
    assert problems(scan((Entry("a.py", 1),), settings(tmp_path))) == [("a.py", "MLL003")]


@pytest.mark.parametrize("name", ["a.py", "a.ipynb", "a.yaml", "a.toml", "a.json", "requirements.txt", "Dockerfile"])
def test_a_file_over_the_limit_of_its_language_is_said(tmp_path: Path, name: str) -> None:
    with open(tmp_path / name, "wb") as file:
        file.truncate(200_000_000)
    facts = scan(discover(tmp_path).files, settings(tmp_path))
    assert problems(facts) == [(name, "MLL003")]
    assert "200,000,000 bytes" in facts[0].problems[0].message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("")
    (tmp_path / "a.py").chmod(0)
    assert problems(scan(discover(tmp_path).files, settings(tmp_path))) == [("a.py", "MLL001")]


def test_problems_of_reading_are_not_kept(tmp_path: Path) -> None:
    """A file that could not be opened once may be opened the next time, with the same content."""
    root = tmp_path / "tree"
    root.mkdir()
    entry = Entry("a.py", 6)
    cache = Cache(tmp_path / "cache")
    assert problems(scan((entry,), settings(root), cache)) == [("a.py", "MLL001")]
    (root / "a.py").write_text("A = 1\n")
    assert problems(scan((entry,), settings(root), cache)) == []
    cache.close()


def test_the_alarm_of_the_caller_is_given_back(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": ""})
    before = signal.getsignal(signal.SIGALRM)
    scan(discover(tmp_path).files, settings(tmp_path))
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
