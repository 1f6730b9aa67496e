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
class Ending:
    """How a file came to be no longer where it was."""

    commit: str
    seconds: int
    moved_to: str = ""
    """Its new path, as far as git sees it; empty where it was deleted."""


@dataclass(frozen=True, slots=True)
class Lineages:
    """Every file there was, by its newest path, and which of them are still there."""

    sightings: dict[str, list[Sighting]]
    """Oldest first."""
    present: frozenset[str]
    endings: dict[str, Ending]
    """Of each path at which there is no file any more, the last one."""


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

    A path that is wanted keeps its past to itself; the past of any other moves along when it is renamed. Where the new
    path has a past of its own, that of the old one follows it only if it began there: a file that was moved away and
    back was edited meanwhile, on the days on which it was.
    """
    following = _Following(wanted)
    for order, commit in enumerate(commits):
        following.take(commit, order)
    return Lineages(sightings=following.pasts, present=frozenset(following.present), endings=following.endings)


class _Following:
    """Where each file is, and was, up to a commit."""

    def __init__(self, wanted: Callable[[str], bool]) -> None:
        self._wanted = wanted
        self.pasts: dict[str, list[Sighting]] = {}
        self.present: set[str] = set()
        self.endings: dict[str, Ending] = {}
        self._homes: dict[str, str] = {}
        """Of a file that was moved to where it is not wanted: the wanted path at which it began."""

    def take(self, commit: Commit, order: int) -> None:
        """Follow what one commit did."""
        moving, homes = self._leave(commit)
        for touch in commit.touches:
            if touch.is_deletion:
                continue
            home = homes.get(touch.path)
            if home == touch.path:
                self.pasts.setdefault(touch.path, []).extend(moving.get(touch.path, []))
            elif home is not None and not self._wanted(touch.path):
                self._homes[touch.path] = home
            self.pasts.setdefault(touch.path, moving.get(touch.path, [])).append(
                Sighting(
                    path=touch.path,
                    mode=touch.mode,
                    blob=touch.blob,
                    commit=commit.name,
                    seconds=commit.seconds,
                    order=order,
                )
            )
            self.endings.pop(touch.path, None)
            self.present.add(touch.path)

    def _leave(self, commit: Commit) -> tuple[dict[str, list[Sighting]], dict[str, str]]:
        """Take files from where they are no longer; return the pasts that move, and where moved files began."""
        moving: dict[str, list[Sighting]] = {}
        homes: dict[str, str] = {}
        for touch in commit.touches:
            old = touch.path if touch.is_deletion else touch.renamed_from
            if old is None:
                continue
            self.present.discard(old)
            self.endings[old] = Ending(commit.name, commit.seconds, "" if touch.is_deletion else touch.path)
            home = self._homes.pop(old, None)
            if touch.is_deletion:
                continue
            if self._wanted(old):
                homes[touch.path] = old
            else:
                moving[touch.path] = self.pasts.pop(old, [])
                if home is not None:
                    homes[touch.path] = home
        return moving, homes


def _decode(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
