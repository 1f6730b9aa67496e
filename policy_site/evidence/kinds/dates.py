# ruff: noqa: RUF001 - words of many languages
"""Days of the calendar, in digits or with the month in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache

import regex

from policy_site.evidence.values import Found, Passage
from policy_site.localization import month_names

_BOUND = r"(?<![\p{Nd}./\-])"
_ISO = regex.compile(
    rf"{_BOUND}(?P<y>\p{{Nd}}{{4}})(?P<s>[\-/.])(?P<m>\p{{Nd}}{{1,2}})(?P=s)(?P<d>\p{{Nd}}{{1,2}})(?![\p{{Nd}}\-])"
)
_DIGITS = regex.compile(
    rf"{_BOUND}(?P<a>\p{{Nd}}{{1,2}})(?P<s>[./\-])\s?(?P<b>\p{{Nd}}{{1,2}})(?P=s)\s?(?P<y>\p{{Nd}}{{4}})(?![\p{{Nd}}\-])"
)
_HAN = regex.compile(
    r"(?P<y>\p{Nd}{4})\s?[年년]\s?(?:(?P<m>\p{Nd}{1,2})\s?[月월]\s?(?:(?P<d>\p{Nd}{1,2})\s?[日일号])?+)?+(?![間间度])"
    r"|(?P<m>\p{Nd}{1,2})\s?[月월]\s?(?P<d>\p{Nd}{1,2})\s?[日일号]"
)
_WITH_CAPITALS = frozenset(("en", "de"))
"""Languages that write months with a capital: *may* and *march* are other words."""
_DAY = r"(?P<d>\p{Nd}{1,2})(?:st|nd|rd|th|er|º|ª|°|\.)?+"
_YEAR = r"(?P<y>\p{Nd}{4})(?!\p{Nd})"


def find_dates(passage: Passage) -> Iterator[Found]:
    """Find days, with or without their year, and months: ``2026-09-01``, ``--09-01``, ``2026-09``."""
    text = passage.text
    if not regex.search(r"\p{Nd}", text):
        return
    for found in (*_ISO.finditer(text), *_HAN.finditer(text)):
        value = _value(found["y"], found["m"], found["d"])
        if value:
            yield Found(value, found.start(), found.end())
    for found in _DIGITS.finditer(text):
        month_first = passage.locale.replace("_", "-").lower() in ("en", "en-us", "en-ph")
        first, second = (found["b"], found["a"]) if month_first else (found["a"], found["b"])
        value = _value(found["y"], second, first) or _value(found["y"], first, second)
        if value:
            yield Found(value, found.start(), found.end())
    names, pattern = _months(passage.locale)
    for found in pattern.finditer(text):
        month = str(names[regex.sub(r"\s+", " ", found["name"].casefold())])
        value = _value(found["y"], month, found["d"])
        is_word = passage.language in _WITH_CAPITALS and found["name"][0].islower()
        if value and not is_word:
            yield Found(value, found.start(), found.end())


@lru_cache(maxsize=256)
def _months(locale: str) -> tuple[Mapping[str, int], regex.Pattern[str]]:
    tags = [locale.replace("_", "-"), "en"] if not locale.lower().startswith("en") else [locale.replace("_", "-")]
    names = {
        name: month
        for name, month in month_names(tags).items()
        if len(name) > 2 and not regex.search(r"\p{Nd}", name)  # noqa: PLR2004 - a letter or a number is no name
    }
    name = "(?P<name>" + "|".join(sorted(map(regex.escape, names), key=len, reverse=True)) + r")(?![\p{L}\p{M}])\.?+"
    joint = r"\s*(?:de|del|of|d['’]|ב|z)?\s*"
    pattern = (
        rf"(?<!\p{{Nd}}){_DAY}{joint}{name}(?:,?\s*(?:de|del|of)?\s*{_YEAR})?+"
        rf"|(?<![\p{{L}}\p{{M}}]){name}\s+{_DAY}(?!\p{{Nd}})(?:,?\s+{_YEAR})?+"
        rf"|(?<![\p{{L}}\p{{M}}]){name},?\s*(?:de|del|of)?\s*{_YEAR}"
    )
    return names, regex.compile(pattern, regex.IGNORECASE)


def _value(year: str | None, month: str | None, day: str | None) -> str:
    """Return a date in the form of ISO 8601, as much of it as is said; empty where no calendar has it."""
    y, m, d = (int(part) if part else None for part in (year, month, day))
    try:
        checked = date(y or 2000, m or 1, d or 1)
    except ValueError:
        return ""
    if y and m and d:
        return checked.isoformat()
    if y and m:
        return f"{y:04}-{m:02}"
    if y:
        return f"{y:04}"
    return f"--{m:02}-{d:02}" if m and d else ""
