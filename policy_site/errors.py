"""What can go wrong, and who has to act.

    PolicySiteError
    ├── UsageError          the call or the configuration is wrong         exit status 2
    │   ├── SettingsError   site.toml: every fault at once, as findings
    │   ├── HistoryError    there is no history to read, or no right to
    │   └── UnreachableError  a machine or folder that was named does not answer
    ├── ContentError        the content has findings that stop a build      exit status 1
    ├── PublishingError     the site could not be written: disk, interrupt, defect
    └── NoticeError         notices cannot go out
        ├── FeedUnreachableError   the feed, or a page of its archive, is not there     exit status 3
        ├── FeedConflictError      it says otherwise than before: rewritten, a gap      exit status 4
        ├── FeedRolledBackError    it ends before what was read                         exit status 5
        └── HeldError              a person must decide first                           exit status 6

A fault of an author is a :class:`policy_site.model.Finding`, gathered with all others; an exception is for operators
and developers. Every message is a sentence naming the place, the fact and the next step.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policy_site.model import Finding


class PolicySiteError(Exception):
    """What this program says instead of a traceback.

    ``message`` is what is wrong, ``remedy`` the next step; both are full sentences.
    """

    exit_status = 1

    def __init__(self, message: str, *, remedy: str = "", findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.findings = findings

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class UsageError(PolicySiteError):
    """The call or the configuration is wrong: the operator acts."""

    exit_status = 2


class SettingsError(UsageError):
    """``site.toml`` has faults; ``findings`` holds all of them."""


class HistoryError(UsageError):
    """There is no history to read at the place named, or git refuses to read it."""


class UnreachableError(UsageError):
    """A machine or folder that was named does not answer, so that nobody knows what is there."""


class ContentError(PolicySiteError):
    """The content has findings that stop a build; ``findings`` holds all of them."""


class PublishingError(PolicySiteError):
    """The site could not be written. The one published before is untouched."""


class NoticeError(PolicySiteError):
    """Notices cannot go out; the notifier's ledger is as it was."""


class FeedUnreachableError(NoticeError):
    """The feed, or a page of its archive, is not there or no answer came."""

    exit_status = 3


class FeedConflictError(NoticeError):
    """The feed says otherwise than what was read before: an event was rewritten or left out, a hash does not fit."""

    exit_status = 4


class FeedRolledBackError(NoticeError):
    """The feed ends before what was read."""

    exit_status = 5


class HeldError(NoticeError):
    """A person must decide before anything more is sent."""

    exit_status = 6


def from_root(finding: Finding, folder: str) -> Finding:
    """Return a finding as people see their files: paths begin at the root, where ``folder`` is the content folder."""
    if folder in ("", "."):
        return finding
    path = f"{folder}/{finding.path}" if finding.path else ""
    return replace(finding, path=path, message=_rooted(finding.message, folder), remedy=_rooted(finding.remedy, folder))


_QUOTED = re.compile(r"(“[^”]*”)")
"""Words of a text, which stay as they are."""
_PATH = re.compile(r"(?:(?<=[\s(])|^)((?:[\w-]+/)+[\w.-]+\.(?:md|toml))\b")


def _rooted(words: str, folder: str) -> str:
    parts = _QUOTED.split(words)
    parts[::2] = (_PATH.sub(lambda found: f"{folder}/{found[1]}", part) for part in parts[::2])
    return "".join(parts)
