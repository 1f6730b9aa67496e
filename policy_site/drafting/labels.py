"""A label that nobody uses yet."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date


def free_label(day: date, taken: Collection[str]) -> str:
    """Return the day, or the day with a letter where that is in use: ``2027-03-01``, ``2027-03-01-b``."""
    folded = {label.casefold() for label in taken}
    names = [day.isoformat(), *(f"{day.isoformat()}-{letter}" for letter in "bcdefghijklmnopqrstuvwxyz")]
    return next(name for name in (*names, f"{day.isoformat()}-{len(folded) + 1}") if name.casefold() not in folded)
