"""Files that texts show or link: read at the commit of the text, so that an old page keeps its own picture."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath

from policy_site.history.blobs import read_blobs
from policy_site.history.runner import run_git

_REGULAR = (b"100644", b"100755", b"100664")
SIZE_LIMIT = 10 * 1024 * 1024
"""Bytes."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that a text names."""

    commit: str | None
    """Where the text stands; ``None`` where it is on disk alone, or outside the branch's history."""
    path: str
    """From the content folder."""


@dataclass(frozen=True, slots=True)
class AttachedFiles:
    """Where the files beside texts are read from."""

    repository: Path | None = None
    """``None`` outside a repository."""
    folder: str = "."
    """The content folder, from the root of the repository."""
    tip: str | None = None
    """The newest commit."""
    disk: Path | None = None
    """The content folder on disk, where files there count."""

    def read(self, wanted: Iterable[Wanted], *, mendable: Collection[Wanted] = ()) -> Mapping[Wanted, bytes | None]:
        """Return the content of each file, ``None`` for one that is too large; what is nowhere is absent.

        Those in ``mendable``, and those without a commit, are looked for at the tip, and on disk before, where their
        commit lacks them.
        """
        asked = sorted(set(wanted), key=lambda each: (each.commit or "", each.path))
        found: dict[Wanted, bytes | None] = {}
        for commit, group in groupby((each for each in asked if each.commit), key=lambda each: each.commit):
            self._take(found, commit, list(group))
        rest = [each for each in asked if each not in found and (each.commit is None or each in mendable)]
        for each in rest:
            content = self._on_disk(each.path)
            if content is not None:
                found[each] = content if len(content) <= SIZE_LIMIT else None
        self._take(found, self.tip, [each for each in rest if each not in found])
        return found

    def _take(self, found: dict[Wanted, bytes | None], commit: str | None, wanted: list[Wanted]) -> None:
        if self.repository is None or commit is None or not wanted:
            return
        names = {each.path if self.folder == "." else f"{self.folder}/{each.path}": each for each in wanted}
        blobs = self._names_of_blobs(self.repository, commit, list(names))
        for blob in read_blobs(self.repository, sorted(set(blobs.values())), limit=SIZE_LIMIT):
            for path, name in blobs.items():
                if name == blob.name and (blob.content is not None or blob.is_too_large):
                    found[names[path]] = blob.content

    @staticmethod
    def _names_of_blobs(repository: Path, commit: str, paths: list[str]) -> dict[str, str]:
        """Return the object names of the regular files among ``paths``; links are not followed."""
        status, output, _ = run_git(repository, "ls-tree", "-z", "--full-tree", commit, "--", *paths)
        blobs: dict[str, str] = {}
        for entry in output.split(b"\0")[:-1] if status == 0 else ():
            facts, _, path = entry.partition(b"\t")
            mode, *_, name = facts.split()
            if mode in _REGULAR:
                blobs[path.decode("utf-8", "surrogateescape")] = name.decode("ascii")
        return blobs

    def _on_disk(self, path: str) -> bytes | None:
        if self.disk is None:
            return None
        place = self.disk
        parts = PurePosixPath(path).parts
        try:
            for number, part in enumerate(parts):
                place /= part
                mode = place.lstat().st_mode
                if part == ".." or not (stat.S_ISREG(mode) if number + 1 == len(parts) else stat.S_ISDIR(mode)):
                    return None
            with os.fdopen(os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
                return file.read(SIZE_LIMIT + 1)
        except OSError:
            return None
