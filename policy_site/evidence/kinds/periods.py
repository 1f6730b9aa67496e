"""Periods: how long something takes, lasts or is kept."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from policy_site.evidence.quantities import find_quantities
from policy_site.evidence.values import Found, Passage

_PAIRS = {
    "يومين": "2 day", "أسبوعين": "2 week", "شهرين": "2 month", "سنتين": "2 year", "عامين": "2 year", "ساعتين": "2 hour",
    "יומיים": "2 day", "שבועיים": "2 week", "חודשיים": "2 month", "שנתיים": "2 year", "שעתיים": "2 hour",
}  # fmt: skip
"""Words that say two of a unit."""
_PAIR = regex.compile(r"(?<![\p{L}\p{M}])(?:ל|ב|ל-|ב-|ال|لل)?(?P<word>" + "|".join(_PAIRS) + r")(?![\p{L}\p{M}])")


def find_periods(passage: Passage) -> Iterator[Found]:
    """Find numbers that count units of time: ``30 day``, ``14 business day``."""
    for quantity in find_quantities(passage):
        yield Found(f"{quantity.numeral.value} {quantity.unit}", quantity.start, quantity.end)
    if passage.language in ("ar", "he"):
        for found in _PAIR.finditer(passage.text):
            yield Found(_PAIRS[found["word"]], found.start(), found.end())
