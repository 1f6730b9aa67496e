"""The change feed: the change feed as it is written, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from policy_site.characters import json_bytes
from policy_site.events.chain import ARCHIVE_SIZE, ChangeFeed
from policy_site.formats.schema import ArchiveRecord, FeedRecord
from policy_site.formats.values import Links


def write_change_feed(feed: ChangeFeed, links: Links) -> bytes:
    """Write ``feed.json``: the newest full page of events and what follows it."""
    archived = max(feed.full_pages - 1, 0)
    record = FeedRecord(
        schema_url=links.schema(),
        feed_url=links.change_feed(),
        current_url=links.current(),
        head=feed.head,
        prev_archive=links.archive(archived) if archived else None,
        events=[],
    )
    return _written(record, feed.records[archived * ARCHIVE_SIZE :])


def write_archive(feed: ChangeFeed, links: Links, number: int) -> bytes:
    """Write a page of the archive, from 1, the oldest, to :attr:`ChangeFeed.full_pages`."""
    record = ArchiveRecord(
        schema_url=links.schema(),
        feed_url=links.change_feed(),
        archive=number,
        prev_archive=links.archive(number - 1) if number > 1 else None,
        events=[],
    )
    return _written(record, feed.records[(number - 1) * ARCHIVE_SIZE : number * ARCHIVE_SIZE])


def write_event(feed: ChangeFeed, seq: int) -> bytes:
    """Write one event."""
    return json_bytes(feed.records[seq - 1])


def _written(page: FeedRecord | ArchiveRecord, events: Sequence[Mapping[str, Any]]) -> bytes:
    return json_bytes({**page.model_dump(mode="json"), "events": list(events)})
