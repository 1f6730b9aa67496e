"""Objects of git as they are, with which others can follow a file to a branch without the repository."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from policy_site.errors import HistoryError
from policy_site.history.ancestry import find_way
from policy_site.history.blobs import read_blobs
from policy_site.history.repository import open_repository

_LARGEST = 64 * 1024 * 1024
"""Bytes of one object."""
_SHA1_DIGITS = 40


@dataclass(frozen=True, slots=True)
class GitObject:
    """One object of git."""

    name: str
    """Its object name, computed from what it holds."""
    kind: str
    """``commit``, ``tree`` or ``blob``."""
    content: bytes


@dataclass(frozen=True, slots=True)
class FileOnBranch:
    """A file, and what shows that a branch holds it."""

    path: str
    """From the root of the repository."""
    commits: tuple[GitObject, ...]
    """From the newest one down to that of the file, by first parents."""
    trees: tuple[GitObject, ...]
    """Of the last commit: its root, then each folder on the way to the file."""
    blob: GitObject


def read_file_on_branch(repository: Path, path: str, *, commit: str, tip: str) -> FileOnBranch:
    """Return what shows that the branch that ends at ``tip`` had a file at ``commit``.

    Raises :class:`HistoryError` where ``commit`` is not on that branch, or an object is missing.
    """
    folder = open_repository(repository).folder
    way = find_way(folder, commit, tip)
    if way is None:
        raise HistoryError(
            f"The commit {commit[:12]} is not on the branch that ends at {tip[:12]}.",
            remedy="Fetch the whole history; a shallow clone lacks the way to old commits.",
        )
    parents = [parent.as_posix() for parent in reversed(PurePosixPath(path).parents) if parent.as_posix() != "."]
    return FileOnBranch(
        path=path,
        commits=_read(folder, "commit", list(way)),
        trees=_read(folder, "tree", [f"{commit}^{{tree}}", *(f"{commit}:{parent}" for parent in parents)]),
        blob=_read(folder, "blob", [f"{commit}:{path}"])[0],
    )


def read_source(repository: Path, commit: str, path: str) -> bytes:
    """Return the bytes of a file at a commit; :class:`HistoryError` where they are not there."""
    return _read(open_repository(repository).folder, "blob", [f"{commit}:{path}"])[0].content


def _read(folder: Path, kind: str, names: list[str]) -> tuple[GitObject, ...]:
    found: list[GitObject] = []
    for blob in read_blobs(folder, names, limit=_LARGEST):
        if blob.content is None:
            raise HistoryError(
                f"The repository {folder} has no intact {kind} {blob.name}.",
                remedy="Look at it with `git fsck`, then fetch or clone it again.",
            )
        is_sha1 = len(names[0].partition("^")[0].partition(":")[0]) == _SHA1_DIGITS
        found.append(GitObject(_object_name(kind, blob.content, is_sha1=is_sha1), kind, blob.content))
    return tuple(found)


def _object_name(kind: str, content: bytes, *, is_sha1: bool) -> str:
    whole = f"{kind} {len(content)}\0".encode("ascii") + content
    return hashlib.sha1(whole, usedforsecurity=False).hexdigest() if is_sha1 else hashlib.sha256(whole).hexdigest()
