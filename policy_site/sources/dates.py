"""The day that a text gives itself, found as ``site.toml`` says, in any usual spelling."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import regex

from policy_site.settings import Settings, VersionSettings
from policy_site.sources.texts import Text

_YEAR_DIGITS = 4
_MATCHES_READ = 50
"""Of one pattern in one text: a list of all changes has fewer."""
_NAMED = r"(?P<month>[^\W\d_]{3,15})\.?"
_ORDINAL = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.|º|ª)?"
_SPELLINGS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})\s?(?P<sign>[-/.])\s?(?P<month>\d{1,2})\s?(?P=sign)\s?(?P<day>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]",
        rf"(?<!\d){_ORDINAL}[\s,-]*(?:(?:of|de|del|di)\s)?{_NAMED}[\s,-]*(?:(?:of|de|del|di)\s)?(?P<year>\d{{4}})(?!\d)",
        rf"{_NAMED}[\s-]*{_ORDINAL}[\s,-]+(?P<year>\d{{4}})(?!\d)",
        rf"(?<!\d)(?P<year>\d{{4}})[\s.,-]+{_NAMED}[\s-]*(?P<day>\d{{1,2}})(?!\d)",
        r"(?<!\d)(?P<day>\d{1,2})\s?(?P<sign>[-/.])\s?(?P<month>\d{1,2})\s?(?P=sign)\s?(?P<year>\d{4})(?!\d)",
        r"(?<!\d)(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?!\d)",
    )
)
"""How people write a day: ``2026-03-31``, ``2026年3月31日``, ``31-March-2026``, ``March 31st, 2026``,
``2026 March 31``, ``31.03.2026``, ``20260331``."""


def read_day(written: str, *, month_names: Mapping[str, int], day_first: bool | None = None) -> date | None:
    """Return the first day that words name; ``None`` where they name none, or one that could be two.

    ``day_first`` says what ``03/04/2026`` is: the 3rd of April where it is True. Without it, days come before months
    where hyphens or dots stand between them, and only ``31/03/2026``, which is one day alone, is read with slashes.
    """
    for spelling in _SPELLINGS:
        for found in spelling.finditer(written):
            parts = found.groupdict()
            month = parts["month"]
            if not month.isdigit():
                number = month_names.get(month.casefold())
                day = _day(parts["year"], str(number), parts["day"]) if number else None
            elif parts.get("sign") and found.start("year") > found.start("day"):
                day = _numeric(parts["day"], month, parts["year"], parts["sign"], day_first=day_first)
            else:
                day = _day(parts["year"], month, parts["day"])
            if day:
                return day
    return None


def _numeric(first: str, second: str, year: str, sign: str, *, day_first: bool | None) -> date | None:
    as_day_first, as_month_first = _day(year, second, first), _day(year, first, second)
    if as_day_first is None or as_month_first is None or as_day_first == as_month_first:
        return as_day_first or as_month_first
    if day_first is None and sign == "/":
        return None
    return as_month_first if day_first is False else as_day_first


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day)) if len(year) == _YEAR_DIGITS else None
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class _Found:
    """A day, and where a pattern found it; ``match`` is ``None`` for one of the front matter."""

    day: date
    match: regex.Match[str] | None = None


def find_date(text: Text, *, settings: Settings, month_names: Mapping[str, int]) -> date | None:
    """Find the date that a text gives itself, by the front matter keys and the patterns of ``site.toml``.

    Of several, the first counts, in the order of keys and patterns, unless ``several_dates`` says otherwise.
    ``month_names`` maps lower-case month names to 1 to 12. A date that no calendar has is none.
    """
    versions = settings.versions
    found = (each.day for each in _dates(text, versions=versions, month_names=month_names))
    if versions.several_dates == "first":
        return next(found, None)
    choose: Callable[..., date | None] = max if versions.several_dates == "newest" else min
    return choose(found, default=None)


@dataclass(frozen=True, slots=True)
class OtherDate:
    """A date that a text names in the same place as its own, and that is another one."""

    day: date
    line: int
    """Of the file, from 1."""


def find_other_date(text: Text, *, settings: Settings, month_names: Mapping[str, int]) -> OtherDate | None:
    """Find where a text names its date twice, in words and for machines say, and the two are different days.

    The one that counts is that of :func:`find_date`; the other is what a later pattern reads in the same words. A date
    of the front matter stands beside no other.
    """
    if settings.versions.date_keys:
        return None
    firsts = replace_several(settings.versions)
    named = list(_dates(text, versions=firsts, month_names=month_names))
    for other in named[1:]:
        own, match = named[0], other.match
        if match is None or own.match is None or match.string is not own.match.string or other.day == own.day:
            continue
        if match.start() < own.match.end() and own.match.start() < match.end():
            start = match.start("date" if match.groupdict().get("date") else "day")
            line = text.body_line if match.string is text.body else 1
            return OtherDate(other.day, line + match.string.count("\n", 0, start))
    return None


def replace_several(versions: VersionSettings) -> VersionSettings:
    """Return settings under which each pattern gives its first date alone."""
    return versions.model_copy(update={"several_dates": "first"})


def _dates(text: Text, *, versions: VersionSettings, month_names: Mapping[str, int]) -> Iterator[_Found]:
    """Yield each day that keys and patterns find, in their order; with ``several_dates``, all of each pattern."""
    for key in versions.date_keys:
        value = fact(text.front_matter, key)
        day = read_day(value, month_names=month_names, day_first=versions.day_first) if value else None
        if day:
            yield _Found(day)
    for pattern in versions.date_patterns:
        for match in _matches(pattern, text, is_every=versions.several_dates != "first"):
            day = _day_of(match, versions=versions, month_names=month_names)
            if day:
                yield _Found(day, match)


def _day_of(match: regex.Match[str], *, versions: VersionSettings, month_names: Mapping[str, int]) -> date | None:
    groups = match.groupdict()
    if groups.get("date"):
        return read_day(groups["date"], month_names=month_names, day_first=versions.day_first)
    if not groups.get("month"):
        return None
    month = month_names.get(groups["month"].casefold(), groups["month"])
    year, day = groups["year"], groups["day"]
    if len(year) < _YEAR_DIGITS <= len(day):  # the year has four digits, wherever it stands
        year, day = day, year
    return _day(year, str(month), day)


def fact(front_matter: Mapping[str, Any], key: str) -> str:
    """Return the words of a fact; dots lead into tables, ``dates.effective``. Empty for none."""
    value: object = front_matter.get(key)
    if value is None and "." in key:
        value = front_matter
        for name in key.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
    return value.strip() if isinstance(value, str) else ""


def unreadable_date(text: Text, *, settings: Settings) -> str:
    """Return what stands where a text names its date, for one in which :func:`find_date` finds none; empty for nothing.

    A front matter key with any value counts, and words that a pattern of ``site.toml`` takes for a date.
    """
    for key in settings.versions.date_keys:
        if text.front_matter.get(key):
            return str(text.front_matter[key])
        if value := fact(text.front_matter, key):
            return value
    found = (next(_matches(pattern, text), None) for pattern in settings.versions.date_patterns)
    return next((match.group() for match in found if match is not None), "")


def without_date(body: str, *, settings: Settings) -> str:
    """Return the text without the words that tell its date, so that two versions can be compared by what they say."""
    for pattern in settings.versions.date_patterns:
        if found := _search(pattern, body):
            return body[: found.start()] + body[found.end() :]
    return body


def undated(text: Text, *, settings: Settings) -> Text:
    """Return a text without the words that tell its date."""
    return replace(text, body=without_date(text.body, settings=settings))


def find_label(text: Text, *, versions: VersionSettings) -> str:
    """Return what a text calls its version, by the key or the patterns of ``site.toml``; empty where it does not."""
    if versions.label_key and (value := fact(text.front_matter, versions.label_key)):
        return value
    for pattern in versions.label_patterns:
        match = next(_matches(pattern, text), None)
        if match is not None and (label := match.group("label")):
            return str(label).strip()
    return ""


def label_in(name: str, pattern: str) -> str:
    """Return the label in the name of a tag, all of which must fit; empty where it does not."""
    try:
        found = regex.compile(pattern).fullmatch(name, timeout=1.0)
    except (TimeoutError, MemoryError):
        return ""
    return str(found.group("label") or "") if found else ""


def says(text: Text, pattern: str) -> bool:
    """Say whether a regular expression of ``site.toml`` finds something in a text."""
    return next(_matches(pattern, text), None) is not None


def _matches(pattern: str, text: Text, *, is_every: bool = False) -> Iterator[regex.Match[str]]:
    """Yield where a pattern matches: in the body first, else in the whole file, with its title and its front matter."""
    for words in (text.body, text.whole):
        if not words:
            continue
        first = _search(pattern, words)
        if first is None:
            continue
        yield first
        if is_every:
            yield from _following(pattern, words, first)
        return


def _following(pattern: str, words: str, first: regex.Match[str]) -> Iterator[regex.Match[str]]:
    place = first
    for _ in range(_MATCHES_READ):
        found = _search(pattern, words, max(place.end(), place.start() + 1))
        if found is None:
            return
        place = found
        yield found


def _search(pattern: str, words: str, start: int = 0) -> regex.Match[str] | None:
    try:
        return regex.compile(pattern).search(words, start, timeout=1.0)
    except (TimeoutError, MemoryError):
        return None
