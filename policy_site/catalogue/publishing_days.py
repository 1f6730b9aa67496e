"""When readers could first read a version: what notes declare, held against what git and the change feed know.

A note may name a later day than that of its merge: until then it is a draft. It cannot name an earlier one: the site
cannot have shown what was not there. Two kinds of version are older than their commit, and their days are believed:
those imported together with the first note of their policy, and those added to the record of the past.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from policy_site.catalogue.grouping import Shelf, Told, start_of
from policy_site.model import ReleaseNote, Revision
from policy_site.sources import parse_release_note

_IMPORT = timedelta(days=1)
"""How long after the first note of a policy others came with it: a repository is begun in a few commits."""
_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Life:
    merged_at: datetime | None
    notes: tuple[tuple[datetime, ReleaseNote], ...]
    """With the instant since which each was said."""

    def note_at(self, at: datetime) -> ReleaseNote | None:
        """Return what was said at an instant."""
        return next((note for since, note in reversed(self.notes) if since <= at), None)


class PublishingDays:
    """The publication of each version of one policy."""

    def __init__(
        self, shelf: Shelf, texts: Mapping[str, Sequence[Revision]], *, locale: str, zone: ZoneInfo, told: Told
    ) -> None:
        self._policy, self._zone, self._told = shelf.policy, zone, told
        self._lives = {
            label: _Life(_merged_at(revisions, texts.get(label, ())), _said(revisions, label, locale))
            for label, revisions in shelf.notes.items()
        }
        begun = [revisions[0].committed_at for revisions in shelf.notes.values() if revisions[0].committed_at]
        self._begun_at = min(begun, default=None)
        self._recorded = {label: self._find_record(label) for label in self._lives}

    def merged_at(self, label: str) -> datetime | None:
        """Return when note and text of a version were both there; ``None`` where git does not say."""
        return self._lives[label].merged_at

    def recorded_at(self, label: str) -> datetime | None:
        """Return when a version of the past was added to the record; ``None`` for one that was to be announced."""
        return self._recorded[label]

    def _find_record(self, label: str) -> datetime | None:
        life = self._lives[label]
        if life.merged_at is None or not life.notes or (self._policy, label) in self._told.published:
            return None
        effective = life.notes[0][1].effective
        for other, theirs in self._lives.items():
            at = self._told.at if (self._policy, other) in self._told.published else None
            was_there = theirs.merged_at is not None and theirs.merged_at < life.merged_at
            at = life.merged_at if was_there else at
            note = theirs.note_at(at) if at else None
            if at and note and note.effective > effective and self._applied(note, at):
                return max(life.merged_at, at)
        return None

    def _applied(self, note: ReleaseNote, at: datetime) -> bool:
        has_begun = start_of(note.effective, self._zone) <= at
        is_announced = note.published is None or start_of(note.published, self._zone) <= at
        return has_begun and is_announced and not (note.withdrawn and start_of(note.withdrawn, self._zone) <= at)

    def earliest(self, label: str) -> datetime | None:
        """Return the instant before which readers cannot have read a version; ``None`` where its note is believed."""
        life = self._lives[label]
        if self.recorded_at(label):
            return None
        if (self._policy, label) in self._told.published:
            return self._told.published[self._policy, label]
        if self._told.knows(self._policy):
            return max((at for at in (life.merged_at, self._told.at) if at), default=None)
        if life.merged_at is None or self._begun_at is None or life.merged_at - self._begun_at < _IMPORT:
            return None
        return life.merged_at

    def published_at(self, label: str, declared: datetime) -> datetime:
        """Return when readers could first read a version whose note declares an instant; a day counts as a whole."""
        earliest = self.earliest(label)
        if earliest is None or earliest.astimezone(self._zone).date() <= declared.astimezone(self._zone).date():
            return declared
        return earliest


def _merged_at(revisions: Sequence[Revision], texts: Sequence[Revision]) -> datetime | None:
    return max((first.committed_at for first in (revisions[0], *texts[:1]) if first.committed_at), default=None)


def _said(revisions: Sequence[Revision], label: str, locale: str) -> tuple[tuple[datetime, ReleaseNote], ...]:
    parsed = (
        (revision.committed_at or _ALWAYS, parse_release_note(revision, version=label, locale=locale)[0])
        for revision in revisions
    )
    return tuple((since, note) for since, note in parsed if note is not None)
