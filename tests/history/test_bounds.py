"""What a repository may cost: git has a deadline, bounds of memory and output, and reads no large file."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

import pytest

from policy_site.errors import HistoryError
from policy_site.history import read_history
from policy_site.history.blobs import read_blobs
from policy_site.history.renames import LARGEST, find_large_files
from policy_site.history.runner import MOST_MEMORY, run_git, start_git
from tests.support.builder import PolicyRepository

LARGE = bytes(LARGEST + 1)
TEXT = "".join(f"Sentence {number} of this policy says something of its own.\n" for number in range(40))


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> PolicyRepository:
    repository = PolicyRepository(tmp_path_factory.mktemp("policies"))
    repository.write("content/old.md", TEXT).write("content/film.bin", LARGE)
    repository.commit()
    repository.delete("content/old.md").write("content/new.md", TEXT.replace("Sentence 7 ", "Sentence seven "))
    repository.delete("content/film.bin").write("content/movie.bin", LARGE + b"end")
    repository.commit()
    return repository


def test_a_text_that_changed_while_it_moved_is_followed_beside_a_large_file_that_is_not_compared(
    policies: PolicyRepository,
) -> None:
    history = read_history(policies.root, folder="content", branch=None, wanted=lambda path: path == "new.md")
    assert [revision.path for revision in history.revisions["new.md"]] == ["old.md", "new.md"]
    assert history.others == {"movie.bin"}
    assert history.findings == ()


def test_a_large_file_where_a_text_is_wanted_is_still_told(policies: PolicyRepository) -> None:
    history = read_history(policies.root, folder="content", branch=None, wanted=lambda path: path == "movie.bin")
    assert [(finding.path, finding.rule) for finding in history.findings] == [("movie.bin", "file-size")]


def test_what_is_large_is_known_without_being_read(policies: PolicyRepository) -> None:
    log = run_git(policies.root, "log", "--raw", "-z", "--no-abbrev", "-M100%", "--format=%H %ct")[1]
    assert find_large_files(policies.root, log) == {b"content/film.bin", b"content/movie.bin"}
    found = list(
        read_blobs(policies.root, ["HEAD:content/movie.bin", "HEAD:content/new.md", "HEAD:none"], limit=1 << 20)
    )
    assert [blob.is_too_large for blob in found] == [True, False, False]
    assert [blob.content is None for blob in found] == [True, False, True]


@pytest.mark.parametrize("path", ["content/a b.md", "content/:(top)x.md", "content/*.md", "content/ü.md"])
def test_a_large_file_is_left_out_whatever_it_is_called(path: str, tmp_path: Path) -> None:
    repository = PolicyRepository(tmp_path)
    repository.write("content/old.md", TEXT).write(path, LARGE)
    repository.commit()
    repository.delete("content/old.md").write("content/new.md", TEXT + "More.\n")
    repository.delete(path).write("content/other.bin", LARGE + b"end")
    repository.commit()
    history = read_history(repository.root, folder="content", branch=None, wanted=lambda name: name == "new.md")
    assert [revision.path for revision in history.revisions["new.md"]] == ["old.md", "new.md"]


def test_git_that_prints_too_much_is_stopped(policies: PolicyRepository) -> None:
    with pytest.raises(HistoryError, match=r"`git cat-file` prints more than 1 MiB"):
        run_git(policies.root, "cat-file", "blob", "HEAD:content/movie.bin", most=1 << 20)


def test_git_that_does_not_end_is_stopped(policies: PolicyRepository) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as never, pytest.raises(HistoryError, match=r"takes longer than 0.05 s"):
        run_git(policies.root, "hash-object", "--stdin", requests=never, seconds=0.05)
    os.close(writing)


def test_git_that_complains_without_end_does_not_wait_for_us(policies: PolicyRepository) -> None:
    status, _, complaint = run_git(policies.root, "cat-file", "-p", "x" * 100_000)
    assert status != 0
    assert len(complaint) <= 64 * 1024


def test_git_may_not_take_all_memory(policies: PolicyRepository) -> None:
    if sys.platform == "linux":
        reading, writing = os.pipe()
        with (
            os.fdopen(reading, "rb") as waiting,
            start_git(policies.root, "cat-file", "--batch", requests=waiting) as git,
        ):
            assert resource.prlimit(git.pid, resource.RLIMIT_DATA) == (MOST_MEMORY, MOST_MEMORY)
            os.close(writing)


def test_a_tree_without_end_is_refused_as_a_tree_of_many_files(tmp_path: Path) -> None:
    """Ten folders of ten folders of ten …: 10^7 files, of which the tip needs a dozen objects."""
    repository = PolicyRepository(tmp_path).write("x.md", TEXT)
    repository.commit()
    tree = repository.git("rev-parse", "HEAD^{tree}")
    for _ in range(7):
        entries = "".join(f"040000 tree {tree}\tf{number}\n" for number in range(10))
        (tmp_path / "tree").write_text(entries, encoding="utf-8")
        with (tmp_path / "tree").open("rb") as listed:
            tree = run_git(repository.root, "mktree", requests=listed)[1].decode().strip()
    commit = repository.git("commit-tree", "-m", "Grow", tree)
    with pytest.raises(HistoryError, match=r"`git ls-tree` prints more than 8 MiB"):
        run_git(repository.root, "ls-tree", "-r", commit, most=8 << 20)
