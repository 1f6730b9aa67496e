"""The shape of the change feed and of ``current.json``, and the JSON Schema (2020-12) made from it.

Within 1.x fields are only added, and consumers ignore what they do not know: the schema forbids nothing more.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, TypeAdapter

from policy_site.characters import json_bytes
from policy_site.events.records import (
    ConsentRecord,
    Day,
    EditionRecord,
    EventRecord,
    HeadRecord,
    Instant,
    Record,
    Seq,
    SignificanceName,
)
from policy_site.formats.values import Links


class FeedRecord(Record):
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


class ArchiveRecord(Record):
    """``archive-00001.json``: a full page of events, never changed again."""

    schema_url: str
    feed_url: str
    archive: Annotated[int, Field(ge=1)]
    """1 holds the oldest events."""
    prev_archive: str | None
    events: list[EventRecord]
    """Oldest first, without gaps."""


class CurrentVersionRecord(Record):
    """A version that applies, or will."""

    version: str
    significance: SignificanceName
    published_at: Instant
    effective_at: Instant
    effective_date: Day
    consent: ConsentRecord
    editions: dict[str, EditionRecord]
    """By language, every language of the site."""


class CurrentPolicyRecord(Record):
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


class CurrentRecord(Record):
    """``current.json``: what is in force, for products that embed a notice."""

    schema_url: str
    feed_url: str
    head: HeadRecord | None
    time_zone: str
    policies: dict[str, CurrentPolicyRecord]


def write_schema(links: Links) -> bytes:
    """Write the JSON Schema of everything the change feed publishes."""
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
