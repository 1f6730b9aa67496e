"""What a schema cannot see of a change feed: that it agrees with itself.

That a version is announced before it takes effect, and long enough, is for the rules of ``checks``, which can name the
line to mend.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from policy_site.events.canonical import chain_faults
from policy_site.events.chain import ChangeFeed


def feed_faults(feed: ChangeFeed, *, since: int = 0) -> Iterator[str]:
    """Say where a change feed contradicts itself, each fault a sentence.

    The chain is looked at as a whole, the events after number ``since`` one by one: those before are published already,
    and no build can mend them.
    """
    yield from chain_faults(feed.records)
    told: set[str] = set()
    last = ""
    for record in feed.records:
        if record["id"] in told:
            yield f"Event {record['seq']} has an id that is in use."
        if record["seq"] > since:
            yield from _faults_of(record, told, last)
        told.add(record["id"])
        last = record["notice_at"]


def _faults_of(record: Mapping[str, Any], told: set[str], last: str) -> Iterator[str]:
    name = f"Event {record['seq']}, {record['id']},"
    if record["notice_at"] < last:
        yield f"{name} became public before the event in front of it."
    if record["notice_at"] < record["published_at"]:
        yield f"{name} is told before its version was published."
    if record["supersedes"] is not None and record["supersedes"] not in told:
        yield f"{name} mends an event that is not there."
    if record["consent"]["required"] and record["significance"] != "significant":
        yield f"{name} asks for consent though nothing significant changed."
    editions, locale = record["editions"], record["authoritative_language"]
    if locale not in editions or editions[locale]["status"] != "authoritative":
        yield f"{name} lacks its authoritative language."
    if record["language"] is not None and record["language"] not in editions:
        yield f"{name} lacks the language it is about."
    if not _is_on(record["effective_at"], record["effective_date"], record["time_zone"]):
        yield f"{name} names a date and an instant that are not the same in its time zone."


def _is_on(instant: str, day: str, time_zone: str) -> bool:
    """Say whether an instant lies on a day: at its beginning, or where versions are wordings at their commit."""
    try:
        return datetime.fromisoformat(instant).astimezone(ZoneInfo(time_zone)).date().isoformat() == day
    except OverflowError:  # a day at the end of the calendar, which begins in UTC (see the catalogue)
        return instant.startswith(day)
