"""The record of an event: its shape in the change feed, which the JSON Schema is made from.

Within 1.x fields are only added, and consumers ignore what they do not know: the schema forbids nothing more.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from policy_site.model import EventKind, SectionChangeKind

Instant = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Seq = Annotated[int, Field(ge=1)]
SignificanceName = Literal["significant", "minor", "editorial"]
Status = Literal["authoritative", "current", "stale", "fallback"]


class Record(BaseModel):
    """What all records share."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class WordsRecord(Record):
    """Words of a release note in two forms."""

    text: str
    """Plain text."""
    html: str
    """Cleaned HTML: no script, no style."""


class EditionRecord(Record):
    """What readers of one language get."""

    title: str
    language: str
    """Of the words: another than asked for where nobody translated them."""
    summary: WordsRecord | None
    """What changed; null where nobody wrote it."""
    impact: WordsRecord | None
    """What it means for readers."""
    choices: WordsRecord | None
    """What they can do."""
    version_url: str
    """The permanent page of the version."""
    changes_url: str
    """The account of the change."""
    compare_url: str | None
    """The redline against the version before; null for a first version."""
    sha256: Digest | None
    """Of the source of the text at version_url; null where an incomplete history does not hold it."""
    status: Status
    """authoritative; current: a translation of this version; stale: readers of this language have a translation of an
    earlier version; fallback: they have the authoritative text."""


class ChangeRecord(Record):
    """One categorised change."""

    category: str
    sections: list[str]


class ConsentRecord(Record):
    """Whether people who accepted an earlier version are asked again."""

    required: bool
    """Only with a significant version."""
    by: Day | None
    """The day from which the version applies to them."""


class ExceptionRecord(Record):
    """Why readers get less notice than is promised."""

    reason: str


class NoticeRecord(Record):
    """How long before it takes effect the version was announced."""

    preset: str | None
    """Name of the promise."""
    days: Annotated[int, Field(ge=0)]
    """Days between the announcement and the effective date."""
    exception: ExceptionRecord | None


class SectionRecord(Record):
    """How one section differs from the version before, in the authoritative language."""

    id: str
    change: SectionChangeKind


class SourceRecord(Record):
    """Where the text comes from."""

    commit: str | None
    """The git commit that brought it; null for texts older than the repository."""


class EventRecord(Record):
    """One event: written once, never changed."""

    id: str
    """A tag URI (RFC 4151): the name of this event for ever. Keep it to act on an event once."""
    type: EventKind
    seq: Seq
    """1, 2, 3 … without gaps, over all policies."""
    prev: Digest | None
    """The hash of the event before; null for the first."""
    policy: str
    version: str
    previous_version: str | None
    """The version before, by effective date, as known then."""
    identical_to: str | None
    """An earlier version with the same wording."""
    supersedes: str | None
    """Id of the event that this one mends."""
    language: str | None
    """The language of a translation; null for everything else."""
    significance: SignificanceName
    """As people declared it, or what the site declares for versions without a release note."""
    significance_declared: bool
    """False where no release note says it."""
    changes: list[ChangeRecord]
    consent: ConsentRecord
    retroactive: bool
    notice: NoticeRecord | None
    """null where there is no release note."""
    published_at: Instant
    """When the version was published."""
    notice_at: Instant
    """When this event became public, and people may be told."""
    effective_at: Instant
    """The beginning of effective_date in time_zone; where versions are wordings, the commit."""
    effective_date: Day
    time_zone: str
    sections: list[SectionRecord]
    authoritative_language: str
    editions: dict[str, EditionRecord]
    """By language, each that readers had by then; for any other take authoritative_language. A translation names its
    own and the authoritative one alone."""
    source: SourceRecord
    hash: Digest
    """SHA-256 of this event without hash, in canonical form (RFC 8785)."""


class HeadRecord(Record):
    """The newest event."""

    seq: Seq
    hash: Digest
