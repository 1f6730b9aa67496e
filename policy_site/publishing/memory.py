"""What a finished site was made from, so that the next build makes only those pages again that can be others.

The pages of a policy follow from its portion of the publication alone. Where that is what it was, and its files are
what they were, they are taken over as they stand: hard links, no reading, no rendering, no writing. A memory is a memo
in the cache: without it, or where it is damaged or somebody else's, everything is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from policy_site.publishing.receipts import identity, is_private, wait_for_the_clock

_FORM = 1
"""Of the file; a memory of another form is none."""


@dataclass(frozen=True, slots=True)
class Known:
    """A file of the site as it was put in place."""

    digest: str
    """SHA-256 of what it holds."""
    looks: str
    """What the file system said of it."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the site in a folder was made from."""

    keys: Mapping[str, str]
    """A digest of everything that the pages of a policy are made from, by the policy's id."""
    files: Mapping[str, Known]
    """By their paths in the site."""


NOTHING = Memory({}, {})


def recall(cache: Path | None, output: Path) -> Memory:
    """Return what the last build of ``output`` kept; nothing where that is not to be believed."""
    if cache is None:
        return NOTHING
    try:
        place = _place(cache, output)
        if not is_private(place):
            return NOTHING
        head, _, body = place.read_bytes().partition(b"\n")
        if head.decode() != hashlib.sha256(body).hexdigest():
            return NOTHING
        kept = json.loads(body)
        if kept["form"] != _FORM:
            return NOTHING
        return Memory(dict(kept["keys"]), {name: Known(*known) for name, known in kept["files"].items()})
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return NOTHING


def take_over(memory: Memory, names: Iterable[str], output: Path, folder: Path) -> Mapping[str, str]:
    """Put files of the published site into the new folder, all that are what they were; return their digests.

    What looks otherwise than it did is read, since a site that was copied has other times. A file that cannot be
    linked is copied.
    """
    taken: dict[str, str] = {}
    made: set[Path] = set()
    for name in names:
        known = memory.files.get(name)
        if known is None:
            continue
        source, target = output / name, folder / name
        try:
            facts = source.lstat()
            if not stat.S_ISREG(facts.st_mode):
                continue
            if identity(facts) != known.looks and hashlib.sha256(source.read_bytes()).hexdigest() != known.digest:
                continue
            if target.parent not in made:
                target.parent.mkdir(parents=True, exist_ok=True)
                made.add(target.parent)
            _link(source, target)
        except OSError:
            with suppress(OSError):
                target.unlink()
            continue
        taken[name] = known.digest
    return taken


def keep(cache: Path | None, output: Path, keys: Mapping[str, str], digests: Mapping[str, str]) -> None:
    """Keep what the site in ``output`` was made from; failing costs the next build time.

    Call it while the lock of ``output`` is held, once nothing else has a link to its files.
    """
    if cache is None:
        return
    place = _place(cache, output)
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        wait_for_the_clock(place.parent, output)
        files = {name: (digest, identity((output / name).lstat())) for name, digest in digests.items()}
        body = json.dumps({"form": _FORM, "keys": dict(keys), "files": files}).encode()
        file, name = tempfile.mkstemp(dir=place.parent)
        with os.fdopen(file, "wb") as stream:
            stream.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        Path(name).replace(place)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _place(cache: Path, output: Path) -> Path:
    name = hashlib.sha256(os.fsencode(output.absolute())).hexdigest()[:32]
    return cache / "pages" / f"{name}.json"
