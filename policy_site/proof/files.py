"""The files of a published site, wherever it is: read one by one, each within a limit, links never followed."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from policy_site.errors import UnreachableError
from policy_site.exchange import Limits
from policy_site.pages import quote_address
from policy_site.remote import PublishedSite

MOST_FILES = 200_000
"""Of a site. Beyond it, the manifest is not of this program."""
LARGEST = 64 * 1024 * 1024
"""Bytes of one file."""
REQUEST_LIMITS = Limits(seconds=120, wire_bytes=LARGEST, content_bytes=LARGEST)
"""Of one file over HTTP."""
_MOST_BYTES = 8 * 1024**3
"""Bytes of all files over HTTP."""
_MOST_SECONDS = 4 * 3600.0
"""For all files over HTTP."""


class SiteFiles(Protocol):
    """What verifying asks of a published site."""

    @property
    def name(self) -> str:
        """Its place, for people, without anything secret."""

    @property
    def names(self) -> frozenset[str] | None:
        """The files that are there; ``None`` where a site gives no list."""

    def read(self, name: str) -> bytes | None:
        """Return a file; ``None`` where there is none. :class:`UnreachableError` where nobody can say."""


def is_name(name: object) -> bool:
    """Say whether something can be the name of a file in a site."""
    return (
        isinstance(name, str)
        and not any(part in ("", ".", "..") for part in name.split("/"))
        and not any(sign in name for sign in "\\\0")
    )


class FolderFiles:
    """A site in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = str(folder)
        found: set[str] = set()
        for place, folders, files in os.walk(folder):
            linked = [one for one in folders if (Path(place) / one).is_symlink()]
            found |= {(Path(place) / one).relative_to(folder).as_posix() for one in (*files, *linked)}
        self.names: frozenset[str] | None = frozenset(found)

    def read(self, name: str) -> bytes | None:
        """Return a file's content; a link, or anything but a file, is none."""
        if not is_name(name):
            return None
        path = self._folder / name
        parts = name.split("/")
        if any(self._folder.joinpath(*parts[:end]).is_symlink() for end in range(1, len(parts) + 1)):
            return None
        try:
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
                found = os.fstat(file.fileno())
                if not stat.S_ISREG(found.st_mode):
                    return None
                if found.st_size > LARGEST:
                    raise _too_large(str(path))
                return file.read(LARGEST)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise UnreachableError(
                f"{path} cannot be read: {error.strerror or error}.", remedy="Grant access, and try again."
            ) from None


@dataclass(slots=True)
class ServedFiles:
    """A site at an address. It is asked for each file once, as visitors ask for it."""

    site: PublishedSite
    names: frozenset[str] | None = None
    _bytes: int = 0
    _files: int = 0
    _feed: dict[str, bytes | None] = field(default_factory=dict)
    """What is looked at more than once: what belongs to the change feed, the manifest and what vouches for it."""
    _ends_at: float = field(default_factory=lambda: time.monotonic() + _MOST_SECONDS)

    @property
    def name(self) -> str:
        """The address."""
        return self.site.name

    def read(self, name: str) -> bytes | None:
        """Ask for a file; :class:`UnreachableError` where no answer comes, or where all together become too much."""
        if not is_name(name):
            return None
        if name in self._feed:
            return self._feed[name]
        self._files += 1
        if self._files > 2 * MOST_FILES or self._bytes > _MOST_BYTES or time.monotonic() > self._ends_at:
            raise UnreachableError(
                f"{self.name} was asked for {self._files} files, {self._bytes // 2**20} MiB, which is enough.",
                remedy="Verify a copy in a folder.",
            )
        content = self.site.read(_address_of(name))
        self._bytes += len(content or b"")
        if name.startswith(("changes/", "current.json", "manifest.json")):
            self._feed[name] = content
        return content


def _address_of(name: str) -> str:
    """Return the address of a file as visitors know it; a host may lead from ``index.html`` elsewhere."""
    if name == "index.html":
        return "?choose=language"  # without it, hosts lead to a language
    return quote_address(name.removesuffix("index.html") if name.endswith("/index.html") else name)


def _too_large(place: str) -> UnreachableError:
    return UnreachableError(f"{place} is larger than {LARGEST // 2**20} MiB.", remedy="No file of a site is so large.")
