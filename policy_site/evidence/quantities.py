# ruff: noqa: RUF001 - signs and words of many scripts
"""A number with the unit of time that stands after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from policy_site.evidence.numerals import Numeral
from policy_site.evidence.units import LONGEST_UNSPACED, is_between, is_of_business, unit_of
from policy_site.evidence.values import Passage


@dataclass(frozen=True, slots=True)
class Quantity:
    """So many of a unit of time."""

    numeral: Numeral
    unit: str
    """``day``, ``business day``, ``year``."""
    start: int
    end: int


_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}ヶヵ"
_REPEATED = regex.compile(r"\s?\((?:[\p{L}\p{M} \-‐‑]{1,30}|\p{Nd}{1,5})\)")
"""The number once more in a parenthesis: *thirty (30) days*, *30 (thirty) days*."""
_GAP = regex.compile(r"[\s\u00a0]{0,2}[\-‐‑]?\s?")
_WORD = regex.compile(r"[\p{L}\p{M}]++(?:['’ʼ][\p{L}\p{M}]++)?+")
_RANGE = regex.compile(
    r"\s*(?:[\-–—〜～~]|(?:to|or|and|through|bis|oder|und|à|ou|et|a|o|y|e|do|lub|i|ile|veya|إلى|أو|עד|או)(?=\s)|から|至|到)\s*",
    regex.IGNORECASE,
)


def find_quantities(passage: Passage) -> Iterator[Quantity]:
    """Yield each number that counts a unit of time, the first of *30 to 60 days* too."""
    numerals, text = passage.numerals, passage.text
    pending: list[Numeral] = []
    for place, numeral in enumerate(numerals):
        found = _unit_after(text, numeral)
        following = numerals[place + 1] if place + 1 < len(numerals) else None
        if found is None:
            is_range = following is not None and _joins(text, numeral, following)
            pending = [*pending, numeral] if is_range and len(pending) < 4 else []  # noqa: PLR2004 - 1, 2, 3 or 4 days
            continue
        unit, end = found
        yield from (Quantity(first, unit, first.start, first.end) for first in pending)
        pending = []
        yield Quantity(numeral, unit, numeral.start, end)


def _joins(text: str, numeral: Numeral, following: Numeral) -> bool:
    return _RANGE.fullmatch(text, numeral.end, following.start) is not None


def _unit_after(text: str, numeral: Numeral) -> tuple[str, int] | None:
    """Return the unit that follows a number, and where it ends."""
    position = numeral.end
    if text[position : position + 1] == ")" and text[: numeral.start].endswith("("):
        position += 1
    elif repeated := _REPEATED.match(text, position):
        position = repeated.end()
    gap = _GAP.match(text, position)
    position = gap.end() if gap else position
    if regex.match(rf"[{_UNSPACED}]", text[position : position + 1]):
        return _unspaced_unit(text, position)
    return _spaced_unit(text, position)


def _unspaced_unit(text: str, position: int) -> tuple[str, int] | None:
    for length in range(LONGEST_UNSPACED, 0, -1):
        unit = unit_of(text[position : position + length])
        if unit:
            return unit, position + length
    return None


def _spaced_unit(text: str, position: int) -> tuple[str, int] | None:
    is_business = False
    for _ in range(3):
        word = _WORD.match(text, position)
        if word is None:
            return None
        unit = unit_of(word[0])
        if unit:
            after = _WORD.match(text, word.end() + 1)
            is_after = after is not None and unit == "day" and is_of_business(after[0])
            end = after.end() if after is not None and is_after else word.end()
            return ("business day" if unit == "day" and (is_business or is_after) else unit), end
        if not is_between(word[0]):
            return None
        is_business |= is_of_business(word[0])
        position = word.end() + 1
    return None
