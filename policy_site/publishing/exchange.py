"""The new site takes the place of the published one in one step."""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_EXCHANGE = 2
"""RENAME_EXCHANGE of renameat2(2)."""
_AT_FDCWD = -100


def retired_folder(output: Path) -> Path:
    """Return where the published site stands while the new one takes its place in two steps."""
    return output.parent / f".{output.name}.new-retired"


@contextmanager
def new_folder(output: Path) -> Iterator[Path]:
    """Give a new folder beside ``output``; what is left of it in the end is removed."""
    folder = Path(tempfile.mkdtemp(prefix=f".{output.name}.new-", dir=output.parent))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keep_times(folder: Path, output: Path) -> int:
    """Give unchanged files the time they had, so that a deployment copies only what changed; count the others."""
    changed = 0
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        before = output / path.relative_to(folder)
        if before.is_file() and os.path.samestat(before.lstat(), path.lstat()):
            continue  # the same file
        if before.is_file() and before.read_bytes() == path.read_bytes():
            times = before.stat()
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        else:
            changed += 1
    return changed


def put_in_place(folder: Path, output: Path) -> None:
    """Exchange the new folder and the published one; no visitor finds half a site."""
    if not output.exists():
        folder.rename(output)
        return
    if _exchange(folder, output):
        return
    # Where the system cannot exchange two folders, the site is away for the time of two renames.
    retired = retired_folder(output)
    output.rename(retired)
    folder.rename(output)
    shutil.rmtree(retired, ignore_errors=True)


def _exchange(first: Path, second: Path) -> bool:
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    return bool(rename(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _EXCHANGE) == 0)
