"""One ``git log --raw -z`` taken apart, and every file followed through its renames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

SYMBOLIC_LINK = "120000"
SUBMODULE = "160000"


@dataclass(frozen=True, slots=True)
class Touch:
    """What a commit did to one file."""

    path: str
    """From the root of the repository; bytes that are not UTF-8 stand as lone surrogates."""
    mode: str
    blob: str
    """Object name; all zeros where the file was deleted."""
    renamed_from: str | None = None

    @property
    def is_deletion(self) -> bool:
        """Whether the file is gone."""
        return not self.blob.strip("0")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of the publishing branch, and what it changed against its first parent."""

    name: str
    seconds: int
    """Committer date, since 1970."""
    touches: tuple[Touch, ...]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A file as a commit left it."""

    path: str
    mode: str
    blob: str
    commit: str
    seconds: int
    order: int
    """Place of the commit on the branch, from 0."""


@dataclass(frozen=True, slots=True)
class Lineages:
    """Every file there was, by its newest path, and which of them are still there."""

    sightings: dict[str, list[Sighting]]
    """Oldest first."""
    present: frozenset[str]


def parse_log(output: bytes) -> Iterator[Commit]:
    """Take ``git log --raw -z --format='%H %ct'`` apart; commits come in the order of the log."""
    tokens = iter(output.split(b"\0"))
    name, seconds, touches = "", 0, list[Touch]()
    for token in tokens:
        field = token.lstrip(b"\n")
        if field.startswith(b":"):
            _, mode, _, blob, change = field.decode("ascii").split(" ")
            renamed_from = _decode(next(tokens)) if change.startswith("R") else None
            touches.append(Touch(path=_decode(next(tokens)), mode=mode, blob=blob, renamed_from=renamed_from))
        elif field:
            if name:
                yield Commit(name=name, seconds=seconds, touches=tuple(touches))
            name, _, date = field.decode("ascii").partition(" ")
            seconds, touches = int(date or 0), []  # git leaves out a date that it cannot read
    if name:
        yield Commit(name=name, seconds=seconds, touches=tuple(touches))


def follow_files(commits: Iterable[Commit], *, wanted: Callable[[str], bool]) -> Lineages:
    """Follow files from the oldest commit to the newest.

    A path that is wanted keeps its past to itself; the past of any other moves along when it is renamed, unless the
    new path has one of its own.
    """
    pasts: dict[str, list[Sighting]] = {}
    present: set[str] = set()
    for order, commit in enumerate(commits):
        moving: dict[str, list[Sighting]] = {}
        for touch in commit.touches:
            if touch.is_deletion:
                present.discard(touch.path)
            elif touch.renamed_from is not None:
                present.discard(touch.renamed_from)
                if not wanted(touch.renamed_from):
                    moving[touch.path] = pasts.pop(touch.renamed_from, [])
        for touch in commit.touches:
            if touch.is_deletion:
                continue
            past = pasts.setdefault(touch.path, moving.get(touch.path, []))
            past.append(
                Sighting(
                    path=touch.path,
                    mode=touch.mode,
                    blob=touch.blob,
                    commit=commit.name,
                    seconds=commit.seconds,
                    order=order,
                )
            )
            present.add(touch.path)
    return Lineages(sightings=pasts, present=frozenset(present))


def _decode(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
