"""The machine feed's shape: models that write it, and the JSON Schema (2020-12) made from them.

Within 1.x fields are only added, and consumers ignore what they do not know: the schema forbids nothing more.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from policy_site.formats.characters import json_bytes
from policy_site.formats.values import Links
from policy_site.model import EventKind, SectionChangeKind

Instant = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Seq = Annotated[int, Field(ge=1)]
SignificanceName = Literal["significant", "minor", "editorial"]
Status = Literal["authoritative", "current", "stale", "fallback"]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class WordsRecord(_Record):
    """Words of a release note in two forms."""

    text: str
    """Plain text."""
    html: str
    """Cleaned HTML: no script, no style."""


class EditionRecord(_Record):
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


class ChangeRecord(_Record):
    """One categorised change."""

    category: str
    sections: list[str]


class ConsentRecord(_Record):
    """Whether people who accepted an earlier version are asked again."""

    required: bool
    """Only with a significant version."""
    by: Day | None
    """The day from which the version applies to them."""


class ExceptionRecord(_Record):
    """Why readers get less notice than is promised."""

    reason: str


class NoticeRecord(_Record):
    """How long before it takes effect the version was announced."""

    preset: str | None
    """Name of the promise."""
    days: Annotated[int, Field(ge=0)]
    """Days between the announcement and the effective date."""
    exception: ExceptionRecord | None


class SectionRecord(_Record):
    """How one section differs from the version before, in the authoritative language."""

    id: str
    change: SectionChangeKind


class SourceRecord(_Record):
    """Where the text comes from."""

    commit: str | None
    """The git commit that brought it; null for texts older than the repository."""


class EventRecord(_Record):
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


class HeadRecord(_Record):
    """The newest event."""

    seq: Seq
    hash: Digest


class FeedRecord(_Record):
    """``feed.json``: the newest events."""

    schema_url: str
    feed_url: str
    current_url: str
    head: HeadRecord | None
    """null before the first event."""
    prev_archive: str | None
    """The archive page that ends right before the first event here; null where all events are here."""
    events: list[EventRecord]
    """Oldest first, without gaps, up to the head."""


class ArchiveRecord(_Record):
    """``archive-00001.json``: a full page of events, never changed again."""

    schema_url: str
    feed_url: str
    archive: Annotated[int, Field(ge=1)]
    """1 holds the oldest events."""
    prev_archive: str | None
    events: list[EventRecord]
    """Oldest first, without gaps."""


class CurrentVersionRecord(_Record):
    """A version that applies, or will."""

    version: str
    significance: SignificanceName
    published_at: Instant
    effective_at: Instant
    effective_date: Day
    consent: ConsentRecord
    editions: dict[str, EditionRecord]
    """By language, every language of the site."""


class CurrentPolicyRecord(_Record):
    """One policy today."""

    seq: Seq | None
    """Number of the event with which the version in force took effect: keep it with an acceptance."""
    consent_seq: Seq | None
    """The same of the newest version in force until today that asks for consent; whoever accepted less is asked."""
    authoritative_language: str
    urls: dict[str, str]
    """The page of the text in force, by language."""
    in_force: CurrentVersionRecord | None
    """null before the first effective date."""
    upcoming: list[CurrentVersionRecord]
    """Announced versions, the next one first."""
    reviewed_at: Instant | None
    """When people last looked through the text and found nothing to change; null where nobody said so."""
    retired_at: Instant | None
    """Since when the policy no longer applies to anyone; null while it does."""


class CurrentRecord(_Record):
    """``current.json``: what is in force, for products that embed a notice."""

    schema_url: str
    feed_url: str
    head: HeadRecord | None
    time_zone: str
    policies: dict[str, CurrentPolicyRecord]


def write_schema(links: Links) -> bytes:
    """Write the JSON Schema of everything the machine feed publishes."""
    adapter: TypeAdapter[FeedRecord | ArchiveRecord | EventRecord | CurrentRecord] = TypeAdapter(
        FeedRecord | ArchiveRecord | EventRecord | CurrentRecord
    )
    schema = adapter.json_schema(mode="serialization")
    return json_bytes(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": links.schema(),
            "title": "Change feed 1.0",
            "description": "feed.json, an archive page, one event, or current.json.",
            **schema,
        }
    )
