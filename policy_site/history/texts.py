"""Bytes become a text, or the reason why they are none."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

SIZE_LIMIT = 2 * 1024 * 1024
"""Bytes. The longest policy measured anywhere has a tenth of it."""

_LAST_SECOND = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())

_LFS_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v\d+\r?\n")


@dataclass(frozen=True, slots=True)
class ReadText:
    """A file that can be read."""

    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file is no text that could be published."""

    rule: str
    what: str
    """What it is instead, in the plural: ``symbolic links``."""
    message: str
    remedy: str
    line: int | None = None


NOT_A_FILE = Fault(
    rule="regular-file",
    what="something other than a file",
    message="This is neither a file nor a folder, so it has no text.",
    remedy="Put a file here.",
)
SYMBOLIC_LINK = Fault(
    rule="symbolic-link",
    what="symbolic links",
    message="This is a symbolic link, and links are not followed: what they point to has no history here.",
    remedy="Put the text itself here.",
)
SUBMODULE = Fault(
    rule="submodule",
    what="submodules",
    message="This is a submodule, and submodules are not read.",
    remedy="Put the text itself here, or name the other repository with `--repository`.",
)
MISSING = Fault(
    rule="missing-object",
    what="missing or damaged in the repository",
    message="The repository has no intact copy of this file.",
    remedy="Look at it with `git fsck`, then fetch or clone it again.",
)
TOO_LARGE = Fault(
    rule="file-size",
    what=f"larger than {SIZE_LIMIT // 1024 // 1024} MiB",
    message=f"This file is larger than {SIZE_LIMIT // 1024 // 1024} MiB, too large for a policy.",
    remedy="Shorten it, or exclude it in site.toml.",
)
UNREADABLE = Fault(
    rule="unreadable-file",
    what="unreadable",
    message="This file may not be read.",
    remedy="Give the user who runs this command permission to read it.",
)


def read_text(content: bytes, *, encoding: str = "") -> ReadText | Fault:
    """Decode a file: UTF-8, byte order mark dropped, line ends as LF.

    ``encoding``: what those are in that are not UTF-8; empty where all must be.
    """
    if len(content) > SIZE_LIMIT:
        return TOO_LARGE
    if _LFS_POINTER.match(content):
        return Fault(
            rule="lfs-pointer",
            what="pointers to Git LFS",
            message="This file is in Git LFS: git has a pointer to the text, not the text.",
            remedy="Take Markdown out of LFS (`git lfs untrack`, `git lfs migrate export`).",
            line=1,
        )
    text = _decode_as(content, encoding)
    try:
        text = content.decode("utf-8") if text is None else text
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        return Fault(
            rule="utf-8",
            what="not UTF-8",
            message=f"This file is {'UTF-16' if is_utf16 else 'not UTF-8'}; texts must be UTF-8.",
            remedy=(
                "Save it as UTF-8."
                if not encoding
                else f"Save it as UTF-8, or correct content.encodings in site.toml, where it is {encoding!r}."
            ),
            line=1 if is_utf16 else line,
        )
    if "\0" in text:
        return Fault(
            rule="nul-character",
            what="binary",
            message="This file contains a NUL character, so it is not a text file.",
            remedy="Save it again as plain text (UTF-8).",
            line=text.count("\n", 0, text.index("\0")) + 1,
        )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    line_of_conflict = _find_conflict(text)
    if line_of_conflict is not None:
        return Fault(
            rule="conflict-marker",
            what="unresolved merge conflicts",
            message="This file contains an unresolved merge conflict.",
            remedy="Choose one of the two texts and delete the lines <<<<<<<, ======= and >>>>>>>.",
            line=line_of_conflict,
        )
    return ReadText(text=text, digest=hashlib.sha256(content).hexdigest())


def _decode_as(content: bytes, encoding: str) -> str | None:
    """Return the words of a file that is not UTF-8, in the encoding that the operator declared."""
    if not encoding:
        return None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return content.decode(encoding)
        except UnicodeError:
            return None
    return None


def _find_conflict(text: str) -> int | None:
    if "<<<<<<< " not in text:
        return None
    begin, has_middle = 0, False
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith("<<<<<<< "):
            begin, has_middle = number, False
        elif line == "=======" and begin:
            has_middle = True
        elif line.startswith(">>>>>>> ") and has_middle:
            return begin
    return None


def date_of(seconds: int) -> datetime:
    """Return a committer date; what lies beyond the calendar becomes its nearest day."""
    return datetime.fromtimestamp(min(max(seconds, 0), _LAST_SECOND), tz=UTC)
