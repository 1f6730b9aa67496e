"""Whether an event says all that a message needs, in values that a calendar and a reader can take.

The hash proves who wrote an event, not that it makes sense: one hostile or broken value must keep neither its
neighbours nor later runs from their work.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, ValidationError

from policy_site.notifier.cleaning import unsafe_addresses

_FIRST_YEAR, _LAST_YEAR = 1900, 2999
"""Days beyond are no days of a policy; at the ends of the calendar a time zone leads out of it."""
_LONGEST_TITLE = 1_000
_LONGEST_WORDS = 200_000
_MOST_EDITIONS = 200


def _instant(written: str) -> str:
    try:
        found = datetime.fromisoformat(written)
        year = found.astimezone(UTC).year if found.tzinfo else 0
    except (OverflowError, ValueError):
        raise ValueError("is not an instant") from None
    if not found.tzinfo:
        raise ValueError("is an instant without a time zone")
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError(f"is not between the years {_FIRST_YEAR} and {_LAST_YEAR}")
    return written


def _day(written: str) -> str:
    try:
        year = date.fromisoformat(written).year
    except ValueError:
        raise ValueError("is not a day") from None
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError(f"is not between the years {_FIRST_YEAR} and {_LAST_YEAR}")
    return written


def _zone(written: str) -> str:
    try:
        ZoneInfo(written)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        raise ValueError("is not a time zone") from None
    return written


_Instant = Annotated[str, Field(max_length=40), AfterValidator(_instant)]
_Day = Annotated[str, Field(max_length=40), AfterValidator(_day)]
_Tag = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8}){0,6}$")]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class _Words(_Shape):
    text: Annotated[str, Field(max_length=_LONGEST_WORDS)]
    html: Annotated[str, Field(max_length=_LONGEST_WORDS)]


class _Edition(_Shape):
    title: Annotated[str, Field(max_length=_LONGEST_TITLE)]
    language: _Tag
    summary: _Words | None
    impact: _Words | None
    choices: _Words | None
    version_url: str
    changes_url: str
    compare_url: str | None


class _Consent(_Shape):
    required: StrictBool
    by: _Day | None = None


class _Notice(_Shape):
    published_at: _Instant
    notice_at: _Instant
    effective_at: _Instant
    effective_date: _Day
    time_zone: Annotated[str, Field(max_length=100), AfterValidator(_zone)]
    previous_version: str | None
    consent: _Consent
    authoritative_language: _Tag
    editions: Annotated[dict[_Tag, _Edition], Field(min_length=1, max_length=_MOST_EDITIONS)]


def oddity_of(record: Mapping[str, Any]) -> str | None:
    """Return what of an event keeps people from being told of it, as part of a sentence; ``None``: nothing."""
    try:
        notice = _Notice.model_validate(record)
    except (RecursionError, ValidationError) as error:
        if not isinstance(error, ValidationError):
            return "it is nested too deep"
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = " ".join(".".join(str(part) for part in first["loc"] if part != "[key]").split())[:100]
        return f"{place} {first['msg'].removeprefix('Value error, ')[:200]}".replace("Field required", "is missing")
    if notice.authoritative_language not in notice.editions:
        return "there is no edition in the authoritative language"
    if unsafe := unsafe_addresses(record):
        return f"editions.{unsafe[0]} is no address that a reader may be sent to"
    return None
