"""Files that a company publishes with its policies, as they are: an icon, ``.well-known/security.txt``, ``CNAME``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from policy_site.errors import ContentError
from policy_site.model import Finding, Severity

LARGEST = 10 * 1024 * 1024
"""Bytes of one file."""
MOST = 1000
_PASSIVE = frozenset(
    (
        "", ".asc", ".avif", ".csv", ".gif", ".ico", ".jpeg", ".jpg", ".json", ".md", ".nojekyll", ".pdf", ".pem",
        ".png", ".pub", ".txt", ".webmanifest", ".webp", ".woff2",
    )
)  # fmt: skip
"""Endings of files in which no browser runs anything: whoever may propose a change could bring others."""


def take_extra_files(files: Mapping[str, bytes | None], *, folder: str) -> Mapping[str, bytes]:
    """Return the files that may be published, by their paths; ``None``: a link, or larger than :data:`LARGEST`.

    ``folder`` is where they are, for messages. Raises :class:`ContentError` with a finding for each that may not.
    """
    findings = tuple(_findings(files, folder))
    if findings:
        raise ContentError("Files beside the policies cannot be published.", findings=findings)
    return {path: content for path, content in files.items() if content is not None}


def _findings(files: Mapping[str, bytes | None], folder: str) -> Iterator[Finding]:
    if len(files) > MOST:
        yield _finding(folder, f"This folder holds {len(files)} files; {MOST} are the most.", "Publish them elsewhere.")
        return
    for path, content in sorted(files.items()):
        suffix, place = PurePosixPath(path).suffix.lower(), PurePosixPath(folder, path).as_posix()
        if content is None:
            yield _finding(place, f"This is a link, or larger than {LARGEST // 1024 // 1024} MiB.", "Put a file here.")
        elif suffix not in _PASSIVE:
            yield _finding(
                place,
                f"Files with the ending {suffix!r} are not published: a browser could run what they hold.",
                "Take it out of this folder.",
            )
        elif not path.isprintable() or "\\" in path:
            yield _finding(place, "This name holds signs that nobody sees.", "Give the file another name.")


def _finding(path: str, message: str, remedy: str) -> Finding:
    return Finding(path=path, line=None, rule="extra-files", severity=Severity.ERROR, message=message, remedy=remedy)
