"""The change feed walked: its chain, its archive, the file of each event, and what else names its head."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policy_site.errors import UnreachableError, UsageError
from policy_site.events.chain import ARCHIVE_ADDRESS, ARCHIVE_SIZE, FEED_ADDRESS
from policy_site.events.published import PublishedFeed, read_published_feed
from policy_site.pages import PageKind
from policy_site.proof.differences import Cause, Difference
from policy_site.proof.files import SiteFiles

_CURRENT = PageKind.CURRENT.pattern


@dataclass(frozen=True, slots=True)
class WalkedFeed:
    """What the walk found."""

    feed: PublishedFeed | None
    """``None`` where there is none, or where it is damaged."""
    differences: tuple[Difference, ...]


def walk_feed(files: SiteFiles) -> WalkedFeed:
    """Read the change feed to its first event, and everything that repeats it."""
    try:
        feed = read_published_feed(files)
    except UnreachableError:
        raise
    except UsageError as error:
        return WalkedFeed(None, (Difference(Cause.ALTERED, FEED_ADDRESS, error.message),))
    if feed is None:
        return WalkedFeed(None, (Difference(Cause.MISSING, FEED_ADDRESS, "There is no change feed."),))
    return WalkedFeed(feed, tuple(_walk(files, feed)))


def _walk(files: SiteFiles, feed: PublishedFeed) -> Iterator[Difference]:
    for number in range(1, len(feed.records) // ARCHIVE_SIZE + 1):
        name = ARCHIVE_ADDRESS.format(number=f"{number:05}")
        page = _parsed(files.read(name))
        events = feed.records[(number - 1) * ARCHIVE_SIZE : number * ARCHIVE_SIZE]
        if page is None:
            yield Difference(Cause.MISSING, name, f"The archive page with events {events[0]['seq']} and on is missing.")
        elif not isinstance(page, dict) or not _are_same(page.get("events"), events):
            yield Difference(Cause.ALTERED, name, "The archive page holds other events than the chain has there.")
    for record in feed.records:
        name = PageKind.EVENT.pattern.format(seq=f"{record['seq']:06}")
        content = files.read(name)
        if content is None:
            yield Difference(Cause.MISSING, name, f"The file of event {record['seq']} is missing.")
        elif _parsed(content) != record:
            yield Difference(Cause.ALTERED, name, f"It is not event {record['seq']} as the change feed has it.")
    content = files.read(_CURRENT)
    if content is not None:
        current = _parsed(content)
        head = {"seq": feed.records[-1]["seq"], "hash": feed.records[-1]["hash"]} if feed.records else None
        if not isinstance(current, dict) or current.get("head") != head:
            yield Difference(Cause.ALTERED, _CURRENT, "It names another head than the change feed has.")


def _parsed(content: bytes | None) -> object:
    try:
        parsed: object = json.loads(content) if content is not None else None
    except (ValueError, RecursionError):
        return False
    return parsed


def _are_same(found: object, events: Sequence[Mapping[str, Any]]) -> bool:
    return isinstance(found, list) and found == list(events)
