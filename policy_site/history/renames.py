"""Which renames git may look for by likeness: it reads both files whole for that, however large they are."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, cast

from policy_site.history.runner import run_git

LARGEST = 16 * 1024 * 1024
"""Bytes of a file that is compared with others; no text is as large."""
_Entry = tuple[bytes, ...]
"""What a raw log says of one file: the facts, then one path, or two where it moved."""


def find_large_files(folder: Path, output: bytes) -> frozenset[bytes]:
    """Return the paths of files in a raw log that came or went beside others in one commit, and are too large."""
    blobs: dict[bytes, set[bytes]] = {}
    for _, entries in _commits(output):
        came = [entry for entry in entries if entry[0].endswith(b"A")]
        went = [entry for entry in entries if entry[0].endswith(b"D")]
        for entry in (*came, *went) if came and went else ():
            _, _, before, after, change = entry[0].split(b" ")
            blobs.setdefault(after if change == b"A" else before, set()).add(entry[1])
    large = _too_large(folder, sorted(blobs))
    return frozenset(path for blob in large for path in blobs[blob])


def has_candidates(output: bytes) -> bool:
    """Say whether a commit of a raw log has files that came and others that went: what may have been renamed."""
    return any(
        {b"A", b"D"} <= {entry[0][-1:] for entry in entries if entry[0][-2:-1] == b" "}
        for _, entries in _commits(output)
    )


def join_logs(compared: bytes, exact: bytes, *, large: frozenset[bytes]) -> bytes:
    """Put what an exact log says of large files into one that was made without them."""
    found = {head.split(b" ")[0]: entries for head, entries in _commits(compared)}
    tokens: list[bytes] = []
    for head, entries in _commits(exact):
        name = head.split(b" ")[0]
        kept = [*found.get(name, []), *(entry for entry in entries if large.intersection(entry[1:]))]
        if kept:
            tokens += [head, *(token for entry in kept for token in entry)]
    return b"".join(token + b"\0" for token in tokens)


def _too_large(folder: Path, names: Sequence[bytes]) -> Iterator[bytes]:
    if not names:
        return
    with tempfile.TemporaryFile() as requests:
        requests.write(b"".join(name + b"\n" for name in names))
        requests.seek(0)
        _, output, _ = run_git(folder, "cat-file", "--batch-check", "--buffer", requests=cast("IO[bytes]", requests))
    for line in output.splitlines():
        name, *facts = line.split()
        if len(facts) == 2 and int(facts[1]) > LARGEST:  # noqa: PLR2004 - type and size; "missing" stands alone
            yield name


def _commits(output: bytes) -> Iterable[tuple[bytes, list[_Entry]]]:
    tokens = iter(output.split(b"\0"))
    head, entries = b"", list[_Entry]()
    for token in tokens:
        field = token.lstrip(b"\n")
        if field.startswith(b":"):
            is_pair = field.rpartition(b" ")[2][:1] in (b"R", b"C")
            entries.append((field, next(tokens), *((next(tokens),) if is_pair else ())))
        elif field:
            if head:
                yield head, entries
            head, entries = field, []
    if head:
        yield head, entries
