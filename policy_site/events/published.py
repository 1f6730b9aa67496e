"""The change feed as it is published already: read, verified, and never trusted further than its chain."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from policy_site.errors import UsageError
from policy_site.events.canonical import chain_faults
from policy_site.events.chain import ARCHIVE_ADDRESS, ARCHIVE_SIZE, FEED_ADDRESS
from policy_site.model import Event, EventKind, SectionChange, SectionChangeKind
from policy_site.remote import PublishedSite

_TEXTS = ("id", "type", "policy", "version", "notice_at", "hash")


@dataclass(frozen=True, slots=True)
class PublishedFeed:
    """Every event that is published, from the first one to the head."""

    place: str
    """Where it was read, for people."""
    base_url: str
    """As the change feed names it."""
    records: tuple[Mapping[str, Any], ...]
    """As they are published, oldest first."""

    @property
    def events(self) -> tuple[Event, ...]:
        """The same as events."""
        return tuple(_event_of(record) for record in self.records)

    @property
    def head_at(self) -> datetime | None:
        """When the newest event became public."""
        return datetime.fromisoformat(self.records[-1]["notice_at"]) if self.records else None


def read_published_feed(site: PublishedSite) -> PublishedFeed | None:
    """Read the change feed of a published site from its head to its first event; ``None`` where it has none.

    Raises :class:`UnreachableError` where it cannot be read, and :class:`UsageError` where what is there is no feed,
    or one that was changed, cut or put in another order.
    """
    name = FEED_ADDRESS
    content = site.read(name)
    if content is None:
        return None
    feed = _parsed(content, f"{site.name}: {name}")
    records, number = _events_in(feed, site.name), _number_before(feed, site.name)
    base_url = str(feed.get("feed_url", "")).removesuffix(name)
    while number:
        name = ARCHIVE_ADDRESS.format(number=f"{number:05}")
        content = site.read(name)
        if content is None:
            raise _damaged(site.name, f"the archive page {name} is missing")
        page = _parsed(content, f"{site.name}: {name}")
        before = _events_in(page, site.name)
        if len(before) != ARCHIVE_SIZE or _number_before(page, site.name) != number - 1:
            raise _damaged(site.name, f"the archive page {name} is not a full page in its place")
        records, number = [*before, *records], number - 1
    _verify(records, feed.get("head"), site.name)
    return PublishedFeed(site.name, base_url, tuple(records))


def _verify(records: list[Mapping[str, Any]], head: object, place: str) -> None:
    try:
        faults = list(chain_faults(records))
    except (ValueError, RecursionError) as error:
        raise _damaged(place, f"an event has no canonical form ({error})") from None
    if faults:
        raise _damaged(place, " ".join(faults[:3]).rstrip("."))
    if records and records[0]["seq"] != 1:
        raise _damaged(place, f"it begins with event {records[0]['seq']}")
    if len({record["id"] for record in records}) != len(records):
        raise _damaged(place, "an id is used twice")
    named = (head.get("seq"), head.get("hash")) if isinstance(head, dict) else None
    if named != ((records[-1]["seq"], records[-1]["hash"]) if records else None):
        raise _damaged(place, "its head is not its last event")


def _parsed(content: bytes, place: str) -> Mapping[str, Any]:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or not isinstance(value.get("events"), list):
        raise UsageError(
            f"{place} is not a change feed.",
            remedy="Name the folder or base address of a published site; some hosts answer a wrong one with a page.",
        )
    return value


def _events_in(page: Mapping[str, Any], place: str) -> list[Mapping[str, Any]]:
    for record in page["events"]:
        is_whole = (
            isinstance(record, dict)
            and isinstance(record.get("seq"), int)
            and all(isinstance(record.get(name), str) for name in _TEXTS)
            and isinstance(record.get("prev", 0), str | None)
            and record["type"] in list(EventKind)
        )
        if not is_whole:
            raise _damaged(place, "it holds what is no event, or one of a kind that a newer policy-site wrote")
        try:
            is_dated = datetime.fromisoformat(record["notice_at"]).tzinfo is not None
        except ValueError:
            is_dated = False
        if not is_dated:
            raise _damaged(place, f"event {record['seq']} has no date")
    return list(page["events"])


def _number_before(page: Mapping[str, Any], place: str) -> int:
    """Return the number of the archive page before one, 0 for none.

    The name counts and not the address, so that a copy of a site elsewhere can be read.
    """
    address = page.get("prev_archive")
    if address is None:
        return 0
    number = str(address).rpartition("/archive-")[2].removesuffix(".json")
    if not number.isascii() or not number.isdigit() or len(number) > len("00001"):
        raise _damaged(place, "it names an archive page that cannot be")
    return int(number)


def _damaged(place: str, fact: str) -> UsageError:
    return UsageError(
        f"The change feed published at {place} is damaged: {fact}.",
        remedy="Publish the last good copy of the site again; a change feed cannot be continued from a broken one.",
    )


def _event_of(record: Mapping[str, Any]) -> Event:
    sections = record.get("sections")
    return Event(
        seq=record["seq"],
        id=record["id"],
        kind=EventKind(record["type"]),
        policy=record["policy"],
        version=record["version"],
        occurred_at=datetime.fromisoformat(record["notice_at"]),
        locale=_text(record.get("language")),
        sections=tuple(
            SectionChange(str(section.get("id")), "", SectionChangeKind(section["change"]))
            for section in (sections if isinstance(sections, list) else [])
            if isinstance(section, dict) and section.get("change") in list(SectionChangeKind)
        ),
        previous_version=_text(record.get("previous_version")),
        identical_to=_text(record.get("identical_to")),
        supersedes=_text(record.get("supersedes")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
