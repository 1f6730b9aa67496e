"""The files of a folder on disk. Links are never followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from policy_site.history.texts import NOT_A_FILE, SIZE_LIMIT, SYMBOLIC_LINK, TOO_LARGE, UNREADABLE, Fault

SMALL_LIMIT = 1024 * 1024
"""Bytes of a file that belongs to the site and is no text."""


def read_files(folder: Path, *, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes | Fault]]:
    """Yield each wanted file below ``folder`` by its path with ``/``, in the order of paths."""
    for path in sorted(_find_paths(folder, wanted=wanted)):
        yield path, _read_file(folder / path)


def find_linked_folders(folder: Path) -> Iterator[str]:
    """Yield the links to folders that are not followed, hidden folders left aside."""
    for place, folders, _ in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in folders:
            if (Path(place) / name).is_symlink():
                yield (Path(place) / name).relative_to(folder).as_posix()


def read_small_files(
    folder: Path, *, suffix: str = "", limit: int = SMALL_LIMIT, is_deep: bool = False
) -> dict[str, bytes | None]:
    """Return the files of a folder whose names end with ``suffix``, as :func:`read_committed_files` does of a commit.

    No folder, or a link to one: no files. Links inside are not followed.
    """
    if folder.is_symlink() or not folder.is_dir():
        return {}
    found: dict[str, bytes | None] = {}
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(folders) if is_deep else []
        linked = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in sorted([*files, *linked]):
            path = Path(place) / name
            if name.endswith(suffix):
                content = _read_file(path, limit=limit)
                found[path.relative_to(folder).as_posix()] = content if isinstance(content, bytes) else None
    return dict(sorted(found.items()))


def _find_paths(folder: Path, *, wanted: Callable[[str], bool]) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for name in files:
            path = (Path(place) / name).relative_to(folder).as_posix()
            if not is_utf8(path) or wanted(path):
                yield path


def find_others(folder: Path, *, wanted: Callable[[str], bool]) -> Iterator[str]:
    """Yield the files below ``folder`` that are not wanted, hidden folders left aside."""
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = (Path(place) / name).relative_to(folder).as_posix()
            if is_utf8(path) and not wanted(path):
                yield path


def is_utf8(path: str) -> bool:
    """Whether a path from the file system or git has a name in UTF-8."""
    return path.isascii() or not any("\udc80" <= character <= "\udcff" for character in path)


def _read_file(file: Path, *, limit: int = SIZE_LIMIT) -> bytes | Fault:
    try:
        information = file.lstat()
        if stat.S_ISLNK(information.st_mode):
            return SYMBOLIC_LINK
        if not stat.S_ISREG(information.st_mode):
            return NOT_A_FILE
        if information.st_size > limit:
            return TOO_LARGE
        # it can be another one by now
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as opened:
            content = opened.read(limit + 1)
        return content if len(content) <= limit else TOO_LARGE
    except OSError:
        return UNREADABLE
