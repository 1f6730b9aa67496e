"""Tags on the publishing branch: from which of its commits on the branch has what was tagged."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from policy_site.history.repository import Repository
from policy_site.history.texts import date_of


@dataclass(frozen=True, slots=True)
class TaggedCommit:
    """A tag, and the first commit of the branch, first-parent, that has what it points to."""

    name: str
    commit: str
    committed_at: datetime
    """UTC."""
    place: int
    """On the branch, from 0 at its oldest commit."""


def read_tags(repository: Repository, line: dict[str, tuple[int, int]]) -> Iterator[TaggedCommit]:
    """Yield the tags of the branch that ``line`` is of; those of other branches that were never merged are none.

    A tag of a commit that came with a merge counts from that merge on.
    """
    names = list(line)
    for name, commit in sorted(repository.find_tags().items()):
        if not name.isprintable():
            continue
        on_branch = commit if commit in line else _merge_of(repository, commit, names)
        if on_branch is not None:
            place, seconds = line[on_branch]
            yield TaggedCommit(name, on_branch, date_of(seconds), place)


def _merge_of(repository: Repository, commit: str, names: list[str]) -> str | None:
    """Return the first commit of the branch, oldest first, in whose history ``commit`` is."""
    if not names or not repository.is_ancestor(commit, names[-1]):
        return None
    return names[bisect_left(names, 1, key=lambda name: int(repository.is_ancestor(commit, name)))]
