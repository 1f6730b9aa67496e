"""What is said about files that cannot be read, today's or old ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from policy_site.history.disk import is_utf8
from policy_site.history.log import Sighting
from policy_site.history.repository import Tip
from policy_site.history.texts import MISSING, SYMBOLIC_LINK, Fault
from policy_site.model import Finding, Severity

MOVES_NOT_FOLLOWED = Finding(
    path=".",
    line=None,
    rule="missing-object",
    severity=Severity.WARNING,
    message="An old revision is missing or damaged, so files that changed while they moved are not followed back.",
    remedy=MISSING.remedy,
)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A revision that is left out, and why."""

    sighting: Sighting
    fault: Fault


def report_fault(path: str, fault: Fault) -> Finding:
    """Say why the file of today is no text. Paths here are from the root of the repository."""
    return Finding(
        path=path,
        line=fault.line,
        rule=fault.rule,
        severity=Severity.ERROR,
        message=fault.message,
        remedy=fault.remedy,
    )


def report_skipped(path: str, skipped: Sequence[Skipped], *, is_partial: bool) -> Iterator[Finding]:
    """Say which old revisions of a file are left out: one finding for each reason.

    What was committed stays committed, so it must not be held against the author for ever: a note. Only what is
    missing can be mended, and of a partial clone it is said once, for all.
    """
    by_rule = defaultdict[str, list[Skipped]](list)
    for entry in skipped:
        by_rule[entry.fault.rule].append(entry)
    for group in by_rule.values():
        newest = group[-1]
        is_missing = newest.fault is MISSING
        if is_missing and is_partial:
            continue
        count = len({entry.sighting.blob for entry in group})
        subject = "An old revision is" if count == 1 else f"{count} old revisions are"
        place = f"{'' if count == 1 else 'the newest '}in commit {newest.sighting.commit[:12]}"
        yield replace(
            report_fault(path, newest.fault),
            line=None,
            severity=Severity.WARNING if is_missing else Severity.NOTE,
            message=f"{subject} left out: {newest.fault.what}, {place}.",
            remedy=newest.fault.remedy if is_missing else "No action needed: the current text is not affected.",
        )


def report_names(paths: Iterable[str]) -> Iterator[Finding]:
    """Say which files have names that no text could name."""
    for path in sorted(path for path in paths if not is_utf8(path)):
        yield Finding(
            path=path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"),
            line=None,
            rule="file-name",
            severity=Severity.WARNING,
            message="The name of this file contains characters that cannot be read, so the file is ignored.",
            remedy="Rename the file.",
        )


def report_linked_folders(paths: Iterable[str]) -> Iterator[Finding]:
    """Say which links to folders are not followed."""
    for path in paths:
        yield replace(report_fault(path, SYMBOLIC_LINK), severity=Severity.WARNING)


def report_tip(tip: Tip) -> Iterator[Finding]:
    """Say what is published where no branch is checked out."""
    if tip.is_head_detached:
        yield Finding(
            path=".",
            line=None,
            rule="detached-head",
            severity=Severity.NOTE,
            message=f"No branch is checked out; what is published is the branch {tip.branch!r} ({tip.commit[:12]}).",
            remedy="Name another revision with `--ref`, should that be meant.",
        )
