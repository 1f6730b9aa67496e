"""File by file: what is there, what the manifest names, and what git makes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from policy_site.errors import UnreachableError
from policy_site.pages import PageKind
from policy_site.proof.differences import Cause, Difference
from policy_site.proof.files import SiteFiles
from policy_site.proof.statements import Statement
from policy_site.proof.substance import say_the_same
from policy_site.publishing.manifest import MANIFEST_NAME

_STATIC = "static/"
_FOR_HOSTS = frozenset(
    kind.pattern
    for kind in (
        PageKind.HEADERS,
        PageKind.REDIRECTS,
        PageKind.HTACCESS,
        PageKind.NGINX_HTTP,
        PageKind.NGINX_SERVER,
        PageKind.CADDY,
    )
)
"""Files that hosts read, and give to nobody."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The site as git gives it today."""

    folder: Path
    digests: Mapping[str, str]
    ground: Cause
    """What a file that differs from it differs by, where the manifest agrees with the file: ``ALTERED``, if nothing
    else is known that makes all of the site another one."""


@dataclass(frozen=True, slots=True)
class FilesCompared:
    """Compares the files of one site."""

    files: SiteFiles
    statement: Statement | None
    rebuilt: Rebuilt | None
    set_aside: frozenset[str]
    """Files that are looked at elsewhere: the manifest, its signatures."""

    def names(self) -> list[str]:
        """Return every file that is there, or that anybody says to be there, in order."""
        named = set(self.statement.files if self.statement else ())
        made = set(self.rebuilt.digests if self.rebuilt else ())
        return sorted({*named, *made, *(self.files.names or ())} - {MANIFEST_NAME} - self.set_aside)

    def compare(self, name: str) -> Iterator[Difference]:
        """Say how one file differs."""
        try:
            content = self.files.read(name)
        except UnreachableError as error:
            if self.files.names is not None or name not in _FOR_HOSTS:
                yield Difference(Cause.UNREACHABLE, name, error.message)
            return
        if content is None:
            yield from self._missing(name)
        else:
            yield from self._compare_content(name, content)

    def _missing(self, name: str) -> Iterator[Difference]:
        stated = self.statement.files.get(name) if self.statement else None
        if self.files.names is None and name in _FOR_HOSTS:
            return
        if self.files.names is not None and name in self.files.names:
            yield Difference(Cause.ALTERED, name, "It is a link, or no file.")
        elif stated is None and self.statement and self._is_by_another_program(name):
            yield Difference(Cause.PROGRAM, name, "The version that wrote the site had no such file.", counts=False)
        elif stated is None and self.statement:
            yield Difference(Cause.MISSING, name, "It is not there, and the manifest does not name it.")
        else:
            yield Difference(Cause.MISSING, name, "It is not there.")

    def _compare_content(self, name: str, content: bytes) -> Iterator[Difference]:
        digest = hashlib.sha256(content).hexdigest()
        stated = self.statement.files.get(name) if self.statement else digest
        made = self.rebuilt.digests.get(name) if self.rebuilt else stated
        if stated is None and made is None:
            yield Difference(Cause.FOREIGN, name, "Neither the manifest nor git knows it.")
        elif stated is None:
            yield Difference(Cause.ALTERED, MANIFEST_NAME, f"It does not name {name}, which is there.")
        elif digest != stated:
            is_true = made is not None and digest == made and self.rebuilt is not None
            what = "The file is as git gives it" if is_true else f"Its SHA-256 is {digest[:16]}…"
            yield Difference(Cause.ALTERED, name, f"{what}; the manifest names {stated[:16]}….")
        elif self.rebuilt and digest != made:
            yield from self._compare_rebuilt(name, content, self.rebuilt, made=made)

    def _compare_rebuilt(
        self, name: str, content: bytes, rebuilt: Rebuilt, *, made: str | None
    ) -> Iterator[Difference]:
        if rebuilt.ground is not Cause.PROGRAM:
            fact = (
                "The manifest names it, and git has nothing that it could come from."
                if made is None
                else "The file and the manifest agree with each other; git gives another one."
            )
            yield Difference(Cause.FOREIGN if made is None else rebuilt.ground, name, fact)
        elif made is None:
            is_look = self._is_by_another_program(name) and name.endswith((".css", ".svg"))
            fact = "Another version of the program wrote it; this one has nothing that it could come from."
            yield Difference(Cause.PROGRAM if is_look else Cause.FOREIGN, name, fact, counts=not is_look)
        elif say_the_same(name, content, (rebuilt.folder / name).read_bytes()):
            yield Difference(
                Cause.PROGRAM, name, "Another version of the program wrote it; it says the same.", counts=False
            )
        else:
            yield Difference(
                Cause.ALTERED,
                name,
                "It says otherwise than git. Where the version that wrote the site said it in other words, verify with"
                " that version.",
            )

    def _is_by_another_program(self, name: str) -> bool:
        return self.rebuilt is not None and self.rebuilt.ground is Cause.PROGRAM and name.startswith(_STATIC)
