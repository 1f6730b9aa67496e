"""A policy text: its title, the version it renders, the date it gives itself."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import regex

from policy_site.model import Finding, Revision
from policy_site.settings import Settings
from policy_site.sources.front_matter import FrontMatter, fault, split_front_matter, unknown_key
from policy_site.sources.hidden import without_generators_comments
from policy_site.sources.titles import Heading, first_heading


@dataclass(frozen=True, slots=True)
class Text:
    """A policy text taken apart."""

    title: str
    version: str
    """Label named in the front matter, or empty."""
    body: str
    """Markdown without front matter."""
    body_line: int
    """Line of the file on which ``body`` begins, from 1."""
    front_matter: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
"""What no title holds: control characters, those that turn what follows it, noncharacters."""
_KNOWN_KEYS = ("title", "version")


@functools.lru_cache(maxsize=16_384)
def parse_text(revision: Revision, *, is_strict: bool) -> Text:
    """Take a policy text apart.

    ``is_strict``: front matter is ours (:attr:`Grouping.is_ours`), so an unknown key is a fault; an adopted
    repository may keep its own keys.
    """
    parts = split_front_matter(revision.text, path=revision.path)
    findings = [parts.fault] if parts.fault else []
    body, body_line = without_generators_comments(parts.body), parts.body_line
    title: object = revision.title or parts.facts.get("title", "")
    if not isinstance(title, str) or not title.strip():
        heading = first_heading(body)
        title = heading.title if heading else ""
        # A text may begin with a smaller heading that is its title to readers; it stays where it is.
        if heading and heading.level == 1:
            body, body_line = _without_heading(body, body_line, heading)
    version = parts.facts.get("version", "")
    if is_strict:
        findings += _faults_of_values(parts, revision.path)
        findings += [
            unknown_key(key, _KNOWN_KEYS, path=revision.path, line=parts.lines.get(f"{key}."))
            for key in parts.facts
            if key not in _KNOWN_KEYS
        ]
    return Text(
        title=" ".join(_UNPRINTABLE.sub("", title).split()),
        version=version if isinstance(version, str) else "",
        body=body,
        body_line=body_line,
        front_matter=parts.facts,
        findings=tuple(findings),
    )


_OPENING_MARKS = {
    "\u201c": "\u201d", "\u201e": "\u201c\u201d", "\u201d": "", "\u2018": "\u2019", "«": "»", "\u2039": "\u203a",
}  # fmt: skip
"""Typographic quotation marks that a value may begin with, each with those that end it."""


def _faults_of_values(parts: FrontMatter, path: str) -> Iterator[Finding]:
    """Say where a title or a version is no words, or has half of a pair of quotation marks around it."""
    for name in ("title", "version"):
        value, line = parts.facts.get(name, ""), parts.lines.get(f"{name}.")
        if not isinstance(value, str):
            yield fault(path, line, f"`{name}` must be words, not a list.", "Remove the brackets.", rule=name)
        elif value[:1] in _OPENING_MARKS and not set(value[1:]) & set(_OPENING_MARKS[value[0]]):
            message = f"The quotation mark {value[0]} in this line is not closed, and readers would see it."
            yield fault(path, line, message, f"Write `{name}: {value[1:].strip()}`.", rule=name)


def _without_heading(body: str, body_line: int, heading: Heading) -> tuple[str, int]:
    """Return the text after its title, and its line; what stands before the title stays, on its line."""
    before = body[: heading.start]
    if before.strip():
        blank = "\n" * body.count("\n", heading.start, heading.end)
        return f"{before}{blank}{body[heading.end :]}", body_line
    return body[heading.end :], body_line + body.count("\n", 0, heading.end)


# --- dates in texts --------------------------------------------------------------------------------------------------


def find_date(text: Text, *, settings: Settings, month_names: Mapping[str, int]) -> date | None:
    """Find the date that a text gives itself, by the front matter key or the patterns of ``site.toml``.

    ``month_names`` maps lower-case month names to 1 to 12. A date that no calendar has is none.
    """
    versions = settings.versions
    if versions.date_key:
        value = text.front_matter.get(versions.date_key)
        found = re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})", value) if isinstance(value, str) else None
        if found and (day := _day(*found.groups())):
            return day
    return next((day for day, _ in _dates(text, settings=settings, month_names=month_names)), None)


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
    if settings.versions.date_key:
        return None
    named = list(_dates(text, settings=settings, month_names=month_names))
    for day, match in named[1:]:
        own_day, own = named[0]
        if day != own_day and match.start() < own.end() and own.start() < match.end():
            start = match.start("date" if match.groupdict().get("date") else "day")
            return OtherDate(day, text.body_line + text.body.count("\n", 0, start))
    return None


def _dates(
    text: Text, *, settings: Settings, month_names: Mapping[str, int]
) -> Iterator[tuple[date, regex.Match[str]]]:
    """Yield each day that a pattern of ``site.toml`` finds, in the order of the patterns."""
    for pattern in settings.versions.date_patterns:
        match = _search(pattern, text.body)
        if match is None:
            continue
        groups = match.groupdict()
        if groups.get("date"):
            digits = re.findall(r"\d+", groups["date"])
            if len(digits) == 3 and (day := _day(*digits)):  # noqa: PLR2004 - year, month, day
                yield day, match
        elif groups.get("month"):
            month = month_names.get(groups["month"].casefold(), groups["month"])
            if day := _day(groups["year"], str(month), groups["day"]):
                yield day, match


def unreadable_date(text: Text, *, settings: Settings) -> str:
    """Return what stands where a text names its date, for one in which :func:`find_date` finds none; empty for nothing.

    A front matter key with any value counts, and words that a pattern of ``site.toml`` takes for a date.
    """
    value = text.front_matter.get(settings.versions.date_key) if settings.versions.date_key else None
    if value:
        return str(value)
    found = (_search(pattern, text.body) for pattern in settings.versions.date_patterns)
    return next((match.group() for match in found if match is not None), "")


def without_date(body: str, *, settings: Settings) -> str:
    """Return the text without the words that tell its date, so that two versions can be compared by what they say."""
    for pattern in settings.versions.date_patterns:
        if found := _search(pattern, body):
            return body[: found.start()] + body[found.end() :]
    return body


def _search(pattern: str, body: str) -> regex.Match[str] | None:
    try:
        return regex.search(pattern, body, timeout=1.0)
    except (TimeoutError, MemoryError):
        return None


def _day(year: str, month: str, day: str) -> date | None:
    if len(year) < 4 <= len(day):  # noqa: PLR2004 - the year has four digits, wherever it stands
        year, day = day, year
    try:
        return date(int(year), int(month), int(day))
    except (ValueError, OverflowError):
        return None
