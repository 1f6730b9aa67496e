"""What paths there were on a branch, and when: read from one log, without a single text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from policy_site.history.disk import is_utf8
from policy_site.history.history import read_texts
from policy_site.history.log import parse_log
from policy_site.history.repository import open_repository
from policy_site.history.texts import ReadText, date_of


@dataclass(frozen=True, slots=True)
class PathSpan:
    """When a file was at a path."""

    first: datetime
    """UTC, as all instants here."""
    last: datetime
    """When it was last changed there, or deleted or moved away."""
    is_present: bool
    changes: int
    """Commits that left a text there."""
    blob: str = ""
    """Object name of the text that was there last."""
    moved_to: str = ""
    """Where git sees the file move from there, last; empty for none."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a branch has and had."""

    branch: str
    commits: int
    """Commits of the branch, first-parent, that changed a file."""
    spans: Mapping[str, PathSpan]
    """By path from the root of the repository."""
    tags: tuple[str, ...]
    branches: tuple[str, ...]


def survey_branch(repository: Path, *, branch: str | None) -> Survey:
    """Look at the first-parent history of a branch; raise :class:`HistoryError` where there is none."""
    opened = open_repository(repository)
    tip = opened.find_tip(branch=branch, ref=None)
    commits = list(parse_log(opened.read_log(tip.commit, folder=".").output))
    spans: dict[str, PathSpan] = {}
    for commit in reversed(commits):
        at = date_of(commit.seconds)
        for touch in commit.touches:
            for gone in (touch.path if touch.is_deletion else None, touch.renamed_from):
                if gone is not None and gone in spans:
                    moved_to = touch.path if gone == touch.renamed_from else ""
                    spans[gone] = replace(spans[gone], last=at, is_present=False, moved_to=moved_to)
            if touch.is_deletion or not is_utf8(touch.path):
                continue
            before = spans.get(touch.path)
            spans[touch.path] = PathSpan(
                first=before.first if before else at,
                last=at,
                is_present=True,
                changes=(before.changes if before else 0) + 1,
                blob=touch.blob,
            )
    return Survey(tip.branch, len(commits), spans, tuple(sorted(opened.find_tags())), opened.find_branches())


def read_surveyed(repository: Path, survey: Survey, paths: Sequence[str]) -> Mapping[str, str]:
    """Return the texts that are at paths today; without those that are no texts."""
    names = {path: survey.spans[path].blob for path in paths}
    found = read_texts(open_repository(repository), list(dict.fromkeys(names.values())))
    texts = {path: found[name] for path, name in names.items()}
    return {path: text.text for path, text in texts.items() if isinstance(text, ReadText)}
