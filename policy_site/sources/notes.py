"""A release note: facts in front matter, words below."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, field_validator

from policy_site.model import (
    CATEGORIES,
    Change,
    Consent,
    Finding,
    LanguagesException,
    NoticeException,
    ReleaseNote,
    Revision,
    Significance,
    Words,
)
from policy_site.settings import faults_once
from policy_site.sources.front_matter import FrontMatter, fault, split_front_matter, unknown_key
from policy_site.sources.headings import find_headings
from policy_site.sources.hidden import without_generators_comments


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Change(_Table):
    category: str
    sections: tuple[str, ...] = ()

    @field_validator("category")
    @classmethod
    def _is_known(cls, category: str) -> str:
        if category not in CATEGORIES:
            close = difflib.get_close_matches(category, CATEGORIES, n=1)
            advice = f"write {close[0]!r} instead" if close else f"the categories are {', '.join(CATEGORIES)}"
            raise ValueError(f"the category {category!r} does not exist; {advice}")
        return category


class _Exception(_Table):
    reason: str
    approved_by: str


class _LanguagesException(_Exception):
    languages: tuple[str, ...] = ()


_YEARS = range(1900, 3000)


def _written_day(value: object) -> date:
    """Read a day as people write it; pydantic alone would take any number for seconds since 1970."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        with suppress(ValueError):
            day = date.fromisoformat(value)
            if day.year in _YEARS:
                return day
    shown, meant = repr(value)[:60], _day_meant(str(value))
    raise ValueError(f"{shown} is not a date; write it as {meant or '2026-05-04, with a year from 1900 to 2999'}")


_OTHER_FORMS = (
    re.compile(r"(?P<y>\d{4})[-./](?P<m>\d{1,2})[-./](?P<d>\d{1,2})(?!\d)"),
    re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})(?!\d)"),
)


def _day_meant(written: str) -> str:
    """Return a day in the form that is read, where only the form is another one; empty where it is none."""
    for pattern in (
        r"(?P<y>\d{4})[-./](?P<m>\d{1,2})[-./](?P<d>\d{1,2})",
        r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})",
    ):
        if found := re.match(pattern + r"(?!\d)", written.strip()):
            with suppress(ValueError):
                return date(int(found["y"]), int(found["m"]), int(found["d"])).isoformat()
    return ""


_Day = Annotated[date, BeforeValidator(_written_day)]


class _Facts(_Table):
    effective: _Day
    changes: tuple[_Change, ...] = ()
    published: _Day | None = None
    significance: Significance | None = None
    reason: str = ""
    consent: Consent = Consent.NONE
    retroactive: bool = False
    notice: str | None = None
    exception: _Exception | None = None
    languages_exception: _LanguagesException | None = None
    approved_by: tuple[str, ...] = ()
    withdrawn: _Day | None = None

    @field_validator("significance")
    @classmethod
    def _is_declared_by_people(cls, significance: Significance | None) -> Significance | None:
        if significance is Significance.TECHNICAL:
            raise ValueError(
                "only the program decides that a change is technical; write editorial, minor or significant"
            )
        return significance


def parse_release_note(
    revision: Revision, *, version: str, locale: str
) -> tuple[ReleaseNote | None, tuple[Finding, ...]]:
    """Take a release note in the authoritative language apart: facts and words."""
    parts = split_front_matter(revision.text, path=revision.path)
    if parts.fault:
        return None, (parts.fault,)
    words, findings = parse_words(revision, locale=locale)
    try:
        facts = _Facts.model_validate(parts.facts)
    except ValidationError as errors:
        return None, (*(_finding_of(error, parts, revision.path) for error in faults_once(errors)), *findings)
    asked = max((CATEGORIES[change.category] for change in facts.changes), key=lambda level: level.rank, default=None)
    note = ReleaseNote(
        path=revision.path,
        version=version,
        published=facts.published,
        effective=facts.effective,
        changes=tuple(Change(change.category, change.sections) for change in facts.changes),
        significance=facts.significance or asked or Significance.MINOR,
        reason=facts.reason,
        consent=facts.consent,
        retroactive=facts.retroactive,
        notice=facts.notice,
        exception=NoticeException(facts.exception.reason, facts.exception.approved_by) if facts.exception else None,
        languages_exception=LanguagesException(
            facts.languages_exception.reason,
            facts.languages_exception.approved_by,
            facts.languages_exception.languages,
        )
        if facts.languages_exception
        else None,
        approved_by=facts.approved_by,
        withdrawn=facts.withdrawn,
        words={locale: words},
        digest=revision.digest,
        lines=parts.lines,
    )
    return note, findings


def _finding_of(error: dict[str, Any], parts: FrontMatter, path: str) -> Finding:
    location = [str(part) for part in error["loc"]]
    way = ".".join(location) + "."
    line = next((parts.lines[key] for key in (way, way.rsplit(".", 2)[0] + ".", "") if key in parts.lines), 1)
    if error["type"] == "extra_forbidden":
        inner: dict[str, type[_Table]] = {"changes": _Change, "languages_exception": _LanguagesException}
        model = _Facts if len(location) == 1 else inner.get(location[0], _Exception)
        return unknown_key(location[-1], tuple(model.model_fields), path=path, line=line)
    if error["type"] == "missing":
        remedy = f"Write `{location[-1]}:` and its value between the lines of hyphens at the top."
        return fault(path, line, f"{location[-1]!r} is missing.", remedy, rule="release-note")
    reason, remedy = _said(error, location)
    return fault(path, line, reason, remedy, rule="release-note")


_LIST_OF_CHANGES = "Write each change on a line of its own: `- {category: retention, sections: [data]}`."


def _said(error: Mapping[str, Any], location: list[str]) -> tuple[str, str]:  # noqa: PLR0911 - one for each kind of slip
    """Return what is wrong with a value, and the remedy, in full sentences."""
    name, value, kind = location[-1], error.get("input"), str(error["type"])
    if location[0] == "changes" and (len(location) <= 2 or kind == "tuple_type") and name != "sections":  # noqa: PLR2004
        return "`changes` must be a list in which each entry has a category.", _LIST_OF_CHANGES
    if kind == "tuple_type":
        shown = value if isinstance(value, str) and value else "data"
        return f"`{name}` must be a list.", f"Write it in square brackets: `{name}: [{shown}]`."
    if name == "consent" and kind == "enum":
        return (
            f"`consent: {value}` cannot be understood.",
            "Write `consent: renew` if people must agree again, or `consent: none`.",
        )
    if name == "significance" and kind == "enum":
        close = difflib.get_close_matches(str(value), _DECLARED, n=1, cutoff=0.8)
        return (
            f"{value!r} is not a level of significance.",
            f"Write `significance: {close[0]}`." if close else "Write editorial, minor or significant.",
        )
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return f"`{name}` needs details of its own.", f"Write `{name}: {{reason: …, approved_by: …}}`."
    if kind in ("bool_parsing", "bool_type"):
        return f"`{name}: {value}` is neither true nor false.", "Write `true` or `false`."
    if kind == "string_type":
        return f"`{name}` must be words, not a list.", "Remove the brackets, or put the words in quotation marks."
    reason = str(error["msg"]).removeprefix("Value error, ")
    reason, _, advice = reason.partition("; ")
    message = f"{reason[0].upper()}{reason[1:]}." if reason[:1].isalpha() else f"`{name}`: {reason}."
    return message, f"{advice[0].upper()}{advice[1:]}." if advice else "Correct the value."


_DECLARED = ("editorial", "minor", "significant")


_DEEPEST = 3
"""Headings further down belong to the words."""
_PARTS = ("summary", "impact", "choices")
_SETS_OF_PARTS = tuple(parts for size in (1, 2, 3) for parts in combinations(_PARTS, size))


def report_facts_of_translation(revision: Revision) -> Iterator[Finding]:
    """Yield a finding for each fact in a note's words in another language: nothing reads it there."""
    parts = split_front_matter(revision.text, path=revision.path)
    if parts.fault:
        yield parts.fault
    for name in parts.facts:
        message = f"{name!r} is ignored here: facts belong in the release note in the authoritative language."
        remedy = "Move the line to that note, or delete it."
        yield fault(revision.path, parts.lines.get(f"{name}."), message, remedy, rule="release-note")


def parse_words(revision: Revision, *, locale: str) -> tuple[Words, tuple[Finding, ...]]:
    """Read the words of a release note: the parts under the headings ``{#summary}``, ``{#impact}``, ``{#choices}``."""
    parts = split_front_matter(revision.text, path=revision.path)
    body = without_generators_comments(parts.body)
    found = [heading for heading in find_headings(body) if heading.id and heading.level <= _DEEPEST]
    words: dict[str, str] = {}
    lines: dict[str, int] = {}
    findings: list[Finding] = []
    for number, heading in enumerate(found):
        end = found[number + 1].start if number + 1 < len(found) else len(body)
        name, line = heading.id, parts.body_line + heading.line - 1
        if name not in _PARTS:
            message = f"{name!r} is not a part of a release note."
            meant = next(iter(difflib.get_close_matches(name, _PARTS, n=1)), "")
            remedy = f"Write {{#{meant}}}." if meant else "Its parts are {#summary}, {#impact} and {#choices}."
            settles = tuple(f"release-words {revision.path}#{part}" for part in (meant,) if part)
            found_fault = fault(revision.path, line, message, remedy, rule="release-note")
            findings.append(replace(found_fault, settles=settles))
        elif name in words:
            message = f"The part {name!r} occurs twice."
            findings.append(fault(revision.path, line, message, "Combine the two.", rule="release-note"))
        else:
            said = body[heading.end : end]
            words[name] = said.strip()
            lines[name] = parts.body_line + body.count("\n", 0, heading.end + len(said) - len(said.lstrip()))
    before = body[: found[0].start if found else len(body)]
    if before.strip():
        line = parts.body_line + len(before) - len(before.lstrip("\n"))
        message = "This text is not under one of the three known headings, so it would not be published."
        remedy = "Put it under a heading with the id {#summary}, {#impact} or {#choices}."
        settles = tuple(f"release-words {revision.path}#{','.join(names)}" for names in _SETS_OF_PARTS)
        findings.append(replace(fault(revision.path, line, message, remedy, rule="release-note"), settles=settles))
    return Words(locale, **words, commit=revision.commit, lines=lines), tuple(findings)
