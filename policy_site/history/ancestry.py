"""How a commit stands to a branch."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from policy_site.history.repository import open_repository
from policy_site.history.runner import run_git


class Place(StrEnum):
    """Where a commit is, seen from the publishing branch of this clone."""

    ON_BRANCH = "on-branch"
    """It is the tip, or the tip comes from it by first parents."""
    AHEAD = "ahead"
    """It comes from the tip: this clone has not moved its branch there yet."""
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"
    """This clone does not have it."""
    NO_BRANCH = "no-branch"
    """Nobody can tell which branch is the publishing one."""


def find_place(repository: Path, commit: str, *, branch: str | None) -> tuple[Place, int]:
    """Say where a commit is, and how many commits the branch has after it."""
    opened = open_repository(repository)
    found = opened.find_commit(commit)
    if found is None or not commit or found != commit.lower():
        return Place.UNKNOWN, 0
    tip = opened.find_publishing_tip(branch)
    if tip is None:
        return Place.NO_BRANCH, 0
    way = find_way(repository, commit, tip)
    if way is not None:
        return Place.ON_BRANCH, len(way) - 1
    return (Place.AHEAD if opened.find_fork(tip, commit) == tip else Place.ELSEWHERE), 0


def find_way(repository: Path, commit: str, tip: str) -> tuple[str, ...] | None:
    """Return the commits from ``tip`` down to ``commit`` by first parents, both included; ``None``: there is no way."""
    status, output, _ = run_git(repository, "rev-list", "--first-parent", "--end-of-options", tip)
    commits = output.decode("ascii", "replace").split() if status == 0 else []
    return tuple(commits[: commits.index(commit) + 1]) if commit in commits else None
