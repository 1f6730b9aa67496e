"""Time zones that lists name, by the time zone database."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def is_time_zone(name: str) -> bool:
    """Say whether a name, such as ``Europe/Berlin``, is one of the database."""
    return name in _known()
