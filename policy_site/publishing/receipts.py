"""What a build found and left, so that the next one can tell by looking at files whether anything is to be done.

A receipt is a memo in the cache: without it, or where anything looks otherwise than it did, the whole way is gone. It
proves by what the file system says of files (size, times, number), as git's index does; nothing is read or compiled.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import policy_site
from policy_site.model import Finding, Severity

_FORM = 1
"""Of the file; a receipt of another form is none."""
_INSTALLED = (".dist-info", ".egg-info", ".egg-link", ".pth")
_TICK = 0.002
_TICKS = 100
"""How long, and how often, to wait until the file system's clock has gone on."""


class Look(StrEnum):
    """What is looked at of a path. What is nowhere looks like nothing, and that is kept, too."""

    FILE = "file"
    """Whether it is the very file it was, untouched."""
    PLACE = "place"
    """Whether there is still something of the same kind: a folder in which others may come and go."""
    TREE = "tree"
    """Every file and folder below it."""
    LIBRARIES = "libraries"
    """Which libraries are installed in a folder, and in which versions."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is told of a build that has ended well."""

    pages: int
    changed: int
    policies: int
    versions: int
    commit: str | None
    is_history_complete: bool
    incompleteness: str
    next_transition: str | None
    """RFC 3339, UTC."""
    next_transition_here: str | None
    """The same to the minute, in the site's time zone."""
    findings: tuple[Finding, ...]
    folder: str
    """Content folder: what the paths of findings are told with."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A finished build, and for how long its outcome stands."""

    call: str
    """Everything that the command was given."""
    as_of: datetime
    until: datetime | None
    """The first instant at which the same content can say something else; ``None`` where that is not known to come."""
    outcome: Outcome

    def holds_at(self, at: datetime) -> bool:
        """Say whether a build at this instant would make the same."""
        return self.as_of <= at and (self.until is None or at < self.until)


Watched = Mapping[str, Look]
"""What is looked at, by path."""


def look_at(watched: Watched) -> dict[str, str]:
    """Return how everything that is watched looks now."""
    return {path: _looks(path, how) for path, how in sorted(watched.items())}


def program_places() -> Watched:
    """Return where this program and the libraries that it runs on are."""
    package = Path(policy_site.__file__).parent
    beside = (package.parent / "translations", package / "translations")
    places = {str(folder): Look.TREE for folder in (package, *beside)}
    return places | {str(Path(folder).absolute()): Look.LIBRARIES for folder in sys.path}


def find_receipt(cache: Path | None, output: Path, call: str) -> Receipt | None:
    """Return what the last build of ``output`` told, where the same call would find everything as that one left it."""
    if cache is None:
        return None
    try:
        place = _place(cache, output)
        if not is_private(place):  # what somebody else left in a shared folder is not believed
            return None
        kept = json.loads(place.read_bytes())
        if kept["form"] != _FORM or kept["call"] != call:
            return None
        watched = {path: Look(how) for path, how in kept["watched"].items()}
        if look_at({**watched, **program_places(), str(output.absolute()): Look.TREE}) != kept["looks"]:
            return None
        return Receipt(
            call,
            datetime.fromisoformat(kept["as_of"]),
            datetime.fromisoformat(kept["until"]) if kept["until"] else None,
            _outcome(kept["outcome"]),
        )
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def keep_receipt(
    cache: Path | None, output: Path, receipt: Receipt, watched: Watched, before: Mapping[str, str]
) -> None:
    """Keep what a build told, unless what it read looks otherwise than ``before``; failing costs the next one time.

    ``before`` is how everything in ``watched``, and the program, looked before anything was read.
    """
    if cache is None or look_at({**watched, **program_places()}) != before:
        return
    place = _place(cache, output)
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        wait_for_the_clock(place.parent, output)
        looks = {**before, str(output.absolute()): _looks(str(output.absolute()), Look.TREE)}
        told = {
            "form": _FORM,
            "call": receipt.call,
            "as_of": receipt.as_of.isoformat(),
            "until": receipt.until.isoformat() if receipt.until else None,
            "outcome": asdict(receipt.outcome),
            "watched": {path: how.value for path, how in watched.items()},
            "looks": looks,
        }
        file, name = tempfile.mkstemp(dir=place.parent)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            json.dump(told, stream)
        Path(name).replace(place)


def is_private(place: Path) -> bool:
    """Say whether a memo is ours, in a folder in which nobody else can put another one in its place."""
    others = stat.S_IWGRP | stat.S_IWOTH
    facts = [place.lstat(), place.parent.lstat()]
    return all(one.st_uid == os.geteuid() and not one.st_mode & others for one in facts)


def _outcome(kept: Mapping[str, Any]) -> Outcome:
    findings = [Finding(**{**each, "severity": Severity(each["severity"])}) for each in kept["findings"]]
    return Outcome(**{**kept, "changed": 0, "findings": tuple(findings)})


def _place(cache: Path, output: Path) -> Path:
    name = hashlib.sha256(os.fsencode(output.absolute())).hexdigest()[:32]
    return cache / "receipts" / f"{name}.json"


def wait_for_the_clock(folder: Path, output: Path) -> None:
    """Wait until a file written now is dated later than every file of the site.

    The clock of a file system goes in steps: a file that is altered within the step in which it was written would keep
    its times. From now on none can.
    """
    newest = max((facts.st_ctime_ns for _, facts in _files(str(output.absolute()))), default=0)
    for _ in range(_TICKS):
        with tempfile.NamedTemporaryFile(dir=folder) as probe:
            if os.fstat(probe.fileno()).st_ctime_ns > newest:
                return
        time.sleep(_TICK)
    raise OSError("the clock of the file system stands still")


def _looks(path: str, how: Look) -> str:
    try:
        if how is Look.LIBRARIES:
            names = (name for name in os.listdir(path) if name.endswith(_INSTALLED))  # noqa: PTH208 - names alone
            return _digest("\0".join(sorted(names)))
        facts = os.stat(path)  # noqa: PTH116 - the path as it is named
        if how is Look.PLACE:
            return f"{stat.S_IFMT(facts.st_mode)} {facts.st_dev} {facts.st_ino}"
        if how is Look.FILE:
            return identity(facts)
        return _digest("\n".join(f"{name}\0{identity(found)}" for name, found in _files(path)))
    except (OSError, ValueError):
        return ""


def _files(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    """Give every file and folder below a folder, by name; compiled Python is left out, links are not followed."""
    stack = [folder]
    while stack:
        place = stack.pop()
        with os.scandir(place) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            if entry.name == "__pycache__":
                continue
            yield entry.path, entry.stat(follow_symlinks=False)
            if entry.is_dir(follow_symlinks=False):
                stack.append(entry.path)


def identity(facts: os.stat_result) -> str:
    """Return what the file system says of a file: no alteration leaves all of it as it was."""
    if stat.S_ISDIR(facts.st_mode):  # what is in it is looked at by itself
        return f"{facts.st_mode}"
    times = f"{facts.st_mtime_ns} {facts.st_ctime_ns}"
    return f"{facts.st_mode} {facts.st_dev} {facts.st_ino} {facts.st_size} {times}"


def _digest(text: str) -> str:
    return hashlib.sha256(os.fsencode(text)).hexdigest()
