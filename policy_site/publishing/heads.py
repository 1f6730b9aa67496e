"""Heads of the change feed, written down in a second place that only grows: a file elsewhere, or a branch of git.

Who rewrites what was published cannot rewrite what others wrote down of it. A line is one head:
``{"seq": 34, "hash": "…", "manifest": "…"}``.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policy_site.errors import PublishingError, UnreachableError, UsageError
from policy_site.history import append_to_branch, read_from_branch
from policy_site.remote import open_site

_GIT = "git:"
FILE_NAME = "heads.jsonl"
"""In a branch of git."""
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Head:
    """One event that was the newest once."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Witness:
    """A second place, as it is named: a file, ``git:REPOSITORY#BRANCH``, or the address of a file to read."""

    place: str

    def read(self) -> tuple[Head, ...]:
        """Return the heads that are written down there; none where nothing is yet.

        Raises :class:`UsageError` where it is no list of heads, or cannot be read.
        """
        content = self._content()
        return read_heads(content, self.place) if content is not None else ()

    def append(self, head: Head, *, manifest: str) -> None:
        """Write a head down, unless it is the last one there; ``manifest`` is the SHA-256 of the site's."""
        line = json.dumps({"seq": head.seq, "hash": head.hash, "manifest": manifest}) + "\n"
        if "://" in self.place:
            raise UsageError(
                f"Nothing can be written to {self.place}.", remedy="Name a file, or git:REPOSITORY#BRANCH."
            )
        if self.place.startswith(_GIT):
            repository, branch = self._branch()
            before = self._content() or b""
            if not before.endswith(line.encode()):
                append_to_branch(repository, branch, FILE_NAME, before + line.encode())
            return
        _append(Path(self.place), line.encode())

    def _branch(self) -> tuple[Path, str]:
        repository, sign, branch = self.place.removeprefix(_GIT).partition("#")
        if not sign or not branch or not Path(repository).is_dir():
            raise UsageError(f"{self.place!r} names no branch of a repository.", remedy="Write git:REPOSITORY#BRANCH.")
        return Path(repository), branch

    def _content(self) -> bytes | None:
        if self.place.startswith(_GIT):
            repository, branch = self._branch()
            return read_from_branch(repository, branch, FILE_NAME)
        if "://" in self.place:
            base, _, name = self.place.rpartition("/")
            with open_site(f"{base}/") as site:
                return site.read(name)
        try:
            with Path(self.place).open("rb") as file:
                content = file.read(_LARGEST + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UnreachableError(
                f"{self.place} cannot be read: {error.strerror or error}.",
                remedy="Grant access, or name another place.",
            ) from None
        if len(content) > _LARGEST:
            raise UsageError(f"{self.place} is larger than 64 MiB.", remedy="Name a list of heads.")
        return content


def read_heads(content: bytes, place: str) -> tuple[Head, ...]:
    """Take a list of heads, a change feed, or what ``verify --format json`` printed; :class:`UsageError` for others."""
    try:
        whole = json.loads(content)
        records = [*_list(whole.get("events")), whole.get("head")] if isinstance(whole, dict) else []
        if isinstance(whole, dict) and {"seq", "hash"} <= whole.keys():
            records = [whole]
    except ValueError:
        try:
            records = [json.loads(line) for line in content.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            records = [None, None]
    except RecursionError:
        records = [None, None]
    heads = [_head(record) for record in records if record is not None]
    if any(head is None for head in heads) or (records and not heads and len(records) > 1):
        raise UsageError(f"{place} is no list of heads.", remedy="Name a file that `build --witness` writes.")
    return tuple(head for head in heads if head is not None)


def find_forks(heads: Sequence[Head], records: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Say where heads that were written down are not in a chain: each a sentence."""
    found: list[str] = []
    for head in heads:
        if head.seq > len(records):
            found.append(f"it names event {head.seq}, and the change feed ends with event {len(records)}.")
        elif records[head.seq - 1]["hash"] != head.hash:
            there = records[head.seq - 1]["hash"]
            found.append(f"event {head.seq} has the hash {head.hash[:16]}… there, and {there[:16]}… here.")
    return tuple(dict.fromkeys(found))


def refuse_fork(witnesses: Sequence[Witness], records: Sequence[Mapping[str, Any]]) -> None:
    """Refuse to publish a change feed that is not the one which was written down: :class:`PublishingError`."""
    for witness in witnesses:
        forks = find_forks(witness.read(), records)
        if forks:
            raise PublishingError(
                f"The change feed does not continue what {witness.place} wrote down: {forks[0]}",
                remedy="Find out which of the two readers saw; the site published before is untouched.",
            )


def _head(record: object) -> Head | None:
    if not isinstance(record, dict):
        return None
    seq, name = record.get("seq"), record.get("hash")
    is_head = type(seq) is int and seq > 0 and isinstance(name, str)
    return Head(seq, name) if is_head and isinstance(name, str) and isinstance(seq, int) else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _append(path: Path, line: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        with os.fdopen(file, "r+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            before = stream.read()
            if before.endswith(line):
                return
            torn = b"" if not before or before.endswith(b"\n") else b"\n"  # a line that a killed build left
            stream.write(torn + line)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise PublishingError(
            f"The head could not be written to {path}: {error.strerror or error}.",
            remedy="The site is published. Grant access, and build again.",
        ) from None
