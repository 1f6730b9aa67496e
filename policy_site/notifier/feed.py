"""The published feed is read: its page, and as much of its archive as is not known yet."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError

from policy_site.errors import FeedConflictError, FeedUnreachableError
from policy_site.notifier.chain import NOTHING_KNOWN, Known, new_events
from policy_site.notifier.fetching import NO_VALIDATORS, Page, Validators, open_place
from policy_site.notifier.model import FeedEvent

_LARGEST_WALK = 512 * 2**20
"""Bytes of the feed and all archive pages of one run: five thousand events of a hundred kilobytes."""
_DEEPEST = 64
"""Objects and arrays within each other; an event of the contract has 5."""
_NOT_A_FEED = "Name the address of the site's `changes/v1/feed.json` as `feed` in the settings."

Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=1000)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Seq = Annotated[int, Field(ge=1, lt=2**31, strict=True)]


class _Shape(BaseModel):
    # of each thing only what is needed here: within 1.x feeds may add to it
    model_config = ConfigDict(extra="ignore", frozen=True)


class _EventShape(_Shape):
    seq: Seq
    id: Line
    hash: Digest
    prev: Digest | None
    type: Line
    policy: Line
    version: Line
    significance: Line
    supersedes: Line | None = None


class _HeadShape(_Shape):
    seq: Seq
    hash: Digest


class _ArchiveShape(_Shape):
    prev_archive: str | None
    events: Annotated[list[dict[str, Any]], FailFast()]


class _FeedShape(_ArchiveShape):
    head: _HeadShape | None


_Page = TypeVar("_Page", bound=_ArchiveShape)


@dataclass(frozen=True, slots=True)
class FeedReading:
    """What a feed says that is new."""

    events: tuple[FeedEvent, ...]
    """Oldest first, verified; none where the feed ends with what is known."""
    validators: Validators
    """To ask with next time."""


def read_feed(feed: str, *, validators: Validators = NO_VALIDATORS, known: Known = NOTHING_KNOWN) -> FeedReading | None:
    """Read what follows the known events; ``None`` where the server says that nothing changed since ``validators``.

    ``feed``: a path, or an address of HTTP. Raises :class:`FeedUnreachableError` where it or a page of its archive
    cannot be read or is no such page, :class:`FeedConflictError` where it says otherwise than before or contradicts
    itself, :class:`FeedRolledBackError` where it ends before what is known.
    """
    with open_place(feed) as place:
        page = place.read_feed(validators)
        if page is None:
            return None
        shape = _parse_page(page, _FeedShape)
        events = _parse_events(page, shape.events)
        weight, prev_archive = len(page.content), shape.prev_archive
        while prev_archive and events and events[0].seq > known.seq + 1:
            older = place.read_beside(prev_archive)
            weight += len(older.content)
            if weight > _LARGEST_WALK:
                raise FeedUnreachableError(
                    f"The feed and its archive, read back to {older.address}, are larger than "
                    f"{_LARGEST_WALK // 2**20} MiB.",
                    remedy=_NOT_A_FEED,
                )
            archive = _parse_page(older, _ArchiveShape)
            found = _parse_events(older, archive.events)
            if not found or found[-1].seq != events[0].seq - 1:
                ending = f"ends with event {found[-1].seq}" if found else "is empty"
                raise FeedConflictError(
                    f"{older.address} {ending}, and the page after it begins with event {events[0].seq}.",
                    remedy="Nothing was changed. Ask the publisher; pages of the archive never change.",
                )
            events = found + events
            prev_archive = archive.prev_archive
    head = (shape.head.seq, shape.head.hash) if shape.head else None
    return FeedReading(new_events(events, head, known), page.validators)


def parse_event(record: Mapping[str, Any]) -> FeedEvent:
    """Return an event of a feed, its hash not verified; raise :class:`ValueError` where parts are missing."""
    shape = _EventShape.model_validate(record)
    return FeedEvent(**shape.model_dump(), record=record)


def _parse_events(page: Page, records: list[dict[str, Any]]) -> list[FeedEvent]:
    events: list[FeedEvent] = []
    for number, record in enumerate(records, start=1):
        try:
            events.append(parse_event(record))
        except ValidationError as errors:
            seq = record.get("seq")
            name = f"Event {seq}" if isinstance(seq, int) and abs(seq) < 2**31 else f"The event at place {number}"
            raise FeedConflictError(
                f"{name} of {page.address} is not as a change feed has it: {_first_fault(errors)}.",
                remedy="Nothing was changed. Ask the publisher.",
            ) from None
    return events


def _parse_page(page: Page, shape: type[_Page]) -> _Page:
    try:
        value = json.loads(page.content.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_refuse_constant)
        _refuse_depth(value)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error).rstrip(".")
        raise FeedUnreachableError(
            f"{page.address} is not the JSON of a change feed: {reason[:300]}.", remedy=_NOT_A_FEED
        ) from None
    try:
        return shape.model_validate(value)
    except ValidationError as errors:
        raise FeedUnreachableError(
            f"{page.address} is JSON, but not a page of a change feed: {_first_fault(errors)}.", remedy=_NOT_A_FEED
        ) from None


def _first_fault(errors: ValidationError) -> str:
    first = errors.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the whole"
    return f"{place}: {first['msg'][:200]}"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: readers would disagree about what an event says."""
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the key {twice[:100]!r} stands twice in one object")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _refuse_depth(value: object) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            entry
            for container in level
            if isinstance(container, dict | list)
            for entry in (container.values() if isinstance(container, dict) else container)
        ]
        if not level:
            return
    raise ValueError(f"it is nested more than {_DEEPEST} deep")
