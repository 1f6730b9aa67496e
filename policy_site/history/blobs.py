"""Contents of files by their object names, all in one go."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from policy_site.history.runner import run_git, start_git


@dataclass(frozen=True, slots=True)
class Blob:
    """What git has under an object name."""

    name: str
    content: bytes | None
    """``None`` where git has no such object, or a damaged one, or one too large."""
    is_too_large: bool = False


def read_blobs(folder: Path, names: Sequence[str], *, limit: int) -> Iterator[Blob]:
    """Read objects in the order of their names; contents over ``limit`` bytes are passed over."""
    too_large = _find_too_large(folder, names, limit=limit)
    wanted = [name for name in names if name not in too_large]
    found = _read_all(folder, wanted, limit=limit)
    for name in names:
        yield Blob(name=name, content=None, is_too_large=True) if name in too_large else next(found)


def _find_too_large(folder: Path, names: Sequence[str], *, limit: int) -> frozenset[str]:
    """Return what git need not unpack at all: to give a file out, it may hold it whole."""
    too_large: set[str] = set()
    with tempfile.TemporaryFile() as requests:
        requests.write("".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape"))
        requests.seek(0)
        _, output, _ = run_git(
            folder, "cat-file", "--batch-check=%(objectsize)", "--buffer", requests=cast("IO[bytes]", requests)
        )
    for name, size in zip(names, output.split(b"\n"), strict=False):
        if size.isdigit() and int(size) > limit:
            too_large.add(name)
    return frozenset(too_large)


def _read_all(folder: Path, names: Sequence[str], *, limit: int) -> Iterator[Blob]:
    position = 0
    while position < len(names):
        for blob in _read_until_damage(folder, names[position:], limit=limit):
            position += 1
            yield blob
        if position < len(names):  # git gives up at a damaged object: name it, go on behind it
            yield Blob(name=names[position], content=None)
            position += 1


def _read_until_damage(folder: Path, names: Sequence[str], *, limit: int) -> Iterator[Blob]:
    with tempfile.TemporaryFile() as requests:
        requests.write("".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape"))
        requests.seek(0)
        with start_git(folder, "cat-file", "--batch", "--buffer", requests=requests) as process:
            output, complaints = cast("IO[bytes]", process.stdout), cast("IO[bytes]", process.stderr)
            # Nobody may fill this pipe: git would wait for us, and we for git.
            drain = threading.Thread(target=complaints.read, daemon=True)
            drain.start()
            try:
                yield from _take_blobs(output, names, limit=limit)
            finally:
                process.kill()
                drain.join()


def _take_blobs(output: IO[bytes], names: Iterable[str], *, limit: int) -> Iterator[Blob]:
    for name in names:
        header = output.readline().split()
        if not header:
            return
        if header[-1] == b"missing":
            yield Blob(name=name, content=None)
            continue
        size = int(header[-1])
        if size <= limit:
            content = output.read(size + 1)
            if len(content) <= size:
                return
            yield Blob(name=name, content=content[:-1])
        else:
            left = size + 1
            while left and (part := output.read(min(left, 1 << 20))):
                left -= len(part)
            if left:
                return
            yield Blob(name=name, content=None, is_too_large=True)
