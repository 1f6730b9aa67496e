"""Writes one file to a branch of its own, a commit each time; no work tree, no index, no hook."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO

from policy_site.errors import HistoryError
from policy_site.history.objects import read_source
from policy_site.history.repository import open_repository
from policy_site.history.runner import run_git

_AUTHOR = ("-c", "user.name=policy-site", "-c", "user.email=policy-site@localhost", "-c", "commit.gpgSign=false")


def read_from_branch(repository: Path, branch: str, name: str) -> bytes | None:
    """Return a file of a branch; ``None`` where there is no such branch. :class:`HistoryError` where git lacks it."""
    commit = open_repository(repository).find_commit(f"refs/heads/{branch}")
    return None if commit is None else read_source(repository, commit, name)


def append_to_branch(repository: Path, branch: str, name: str, content: bytes) -> None:
    """Commit ``content`` as the one file of ``branch``; a branch that went on in between is not overwritten.

    Raises :class:`HistoryError` where git refuses.
    """
    folder = open_repository(repository).folder
    _git(folder, "check-ref-format", f"refs/heads/{branch}")
    before = open_repository(repository).find_commit(f"refs/heads/{branch}")
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        blob = _git(folder, "hash-object", "-w", "--no-filters", "--", file.name)
    with tempfile.TemporaryDirectory() as index:
        tree = _tree(folder, name, blob, Path(index))
    parents = ("-p", before) if before else ()
    commit = _git(folder, *_AUTHOR, "commit-tree", *parents, "-m", "Write down a head of the change feed", tree)
    _git(folder, "update-ref", f"refs/heads/{branch}", commit, before or "0" * len(commit))


def _tree(folder: Path, name: str, blob: str, place: Path) -> str:
    listed = place / "tree"
    listed.write_text(f"100644 blob {blob}\t{name}\n", encoding="utf-8")
    with listed.open("rb") as file:
        return _git(folder, "mktree", requests=file)


def _git(folder: Path, *arguments: str, requests: IO[bytes] | None = None) -> str:
    status, output, complaint = run_git(folder, *arguments, requests=requests)
    if status != 0:
        said = (complaint.strip().splitlines() or ["nothing"])[-1].removeprefix("fatal: ")
        raise HistoryError(
            f"git does not write to {folder}: it says {said!r}.", remedy="Mend what git names, then build again."
        )
    return output.decode("utf-8", "replace").strip()
