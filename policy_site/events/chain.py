"""Entries become records, each with all languages, chained by hashes: the change feed itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from policy_site.characters import clean_html, clean_line, clean_text, instant_text
from policy_site.events.canonical import event_hash
from policy_site.events.entries import Entry
from policy_site.events.records import (
    ChangeRecord,
    ConsentRecord,
    EditionRecord,
    EventRecord,
    ExceptionRecord,
    HeadRecord,
    NoticeRecord,
    SectionRecord,
    SignificanceName,
    SourceRecord,
    Status,
    WordsRecord,
)
from policy_site.model import Consent, Fidelity, RenderedWords, Significance, Version

FEED_ADDRESS = "changes/v1/feed.json"
"""Where the change feed is below a site's base address. A promise: it never changes."""
ARCHIVE_ADDRESS = "changes/v1/archive-{number}.json"
"""Where a page of its archive is; the number has five digits, 00001 for the oldest."""
ARCHIVE_SIZE = 100
"""Events in a page of the archive. Frozen: another number would change pages that are published."""

_NOTHING_KEPT: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
_STATUS: dict[Fidelity, Status] = {
    Fidelity.AUTHORITATIVE: "authoritative",
    Fidelity.FAITHFUL: "current",
    Fidelity.BEHIND: "stale",
    Fidelity.MISSING: "fallback",
}
_SIGNIFICANCE: dict[Significance, SignificanceName] = {
    Significance.TECHNICAL: "editorial",
    Significance.EDITORIAL: "editorial",
    Significance.MINOR: "minor",
    Significance.SIGNIFICANT: "significant",
}


class RecordLinks(Protocol):
    """Addresses, absolute, that the record of an event names. The site knows them; events only ask."""

    def version(self, locale: str, policy: str, version: str) -> str:
        """Address of the permanent page of a version."""

    def changes(self, locale: str, policy: str, version: str) -> str:
        """Address of the account of a change."""

    def compare(self, locale: str, policy: str, older: str, newer: str) -> str:
        """Address of a redline."""


@dataclass(frozen=True, slots=True)
class ChangeFeed:
    """Every event as it is published."""

    entries: tuple[Entry, ...]
    records: tuple[Mapping[str, Any], ...]
    """One for each entry, oldest first, as it is written: of the shape of :class:`EventRecord`, or what an earlier
    version of this program published."""
    time_zone: str

    @property
    def head(self) -> HeadRecord | None:
        """Name of the newest event."""
        return HeadRecord(seq=self.records[-1]["seq"], hash=self.records[-1]["hash"]) if self.records else None

    @property
    def full_pages(self) -> int:
        """Number of pages of the archive."""
        return len(self.records) // ARCHIVE_SIZE


def compose_change_feed(
    entries: Sequence[Entry],
    *,
    links: RecordLinks,
    time_zone: str,
    kept: Mapping[str, Mapping[str, Any]] = _NOTHING_KEPT,
) -> ChangeFeed:
    """Write down each event and chain it to the one before; those of ``kept``, by id, as they are published."""
    records: list[Mapping[str, Any]] = []
    for entry in entries:
        record = kept.get(entry.event.id)
        if record is None:
            draft = _record(entry, links, time_zone, records[-1]["hash"] if records else None).model_dump(mode="json")
            record = {**draft, "hash": event_hash(draft)}
        records.append(record)
    return ChangeFeed(tuple(entries), tuple(records), time_zone)


def _record(entry: Entry, links: RecordLinks, time_zone: str, prev: str | None) -> EventRecord:
    event, version, note = entry.event, entry.version, entry.version.note
    source = version.editions.get(event.locale or entry.policy.authoritative_locale)
    return EventRecord(
        id=event.id,
        type=event.kind,
        seq=event.seq,
        prev=prev,
        policy=event.policy,
        version=event.version,
        previous_version=event.previous_version,
        identical_to=event.identical_to,
        supersedes=event.supersedes,
        language=event.locale,
        significance=significance_name(version),
        significance_declared=version.is_significance_declared,
        changes=[
            ChangeRecord(category=change.category, sections=list(change.sections))
            for change in (note.changes if note else ())
        ],
        consent=consent_record(version),
        retroactive=bool(note and note.retroactive),
        notice=_notice_record(version),
        published_at=instant_text(version.published_at),
        notice_at=instant_text(event.occurred_at),
        effective_at=instant_text(version.effective_at),
        effective_date=version.effective_date.isoformat(),
        time_zone=time_zone,
        sections=[SectionRecord(id=clean_line(section.id), change=section.kind) for section in event.sections],
        authoritative_language=entry.policy.authoritative_locale,
        editions={
            locale: edition_record(
                entry.version,
                entry.words_in(locale),
                title=entry.title_in(locale),
                digest=entry.digest_in(locale),
                fidelity=fidelity,
                page_language=entry.language_of_page(locale),
                compared_with=entry.compared_with,
                redline_language=entry.language_of_redline(locale),
                links=links,
            )
            for locale, fidelity in sorted(entry.fidelities.items())
        },
        source=SourceRecord(commit=source.revision.commit if source else None),
        hash="0" * 64,
    )


def significance_name(version: Version) -> SignificanceName:
    """Return how the feed names a version's significance."""
    return _SIGNIFICANCE[version.significance]


def consent_record(version: Version) -> ConsentRecord:
    """Say whether a version asks for consent again; only a significant one may."""
    required = (
        version.note is not None
        and version.note.consent is Consent.RENEW
        and version.significance is Significance.SIGNIFICANT
    )
    return ConsentRecord(required=required, by=version.effective_date.isoformat() if required else None)


def edition_record(
    version: Version,
    words: RenderedWords,
    *,
    title: str,
    digest: str | None,
    fidelity: Fidelity,
    page_language: str,
    compared_with: str | None,
    redline_language: str,
    links: RecordLinks,
) -> EditionRecord:
    """Write down what readers of the language of ``words`` get of a version.

    ``page_language``, ``redline_language``: the one in which they find its permanent page, and its redline.
    """
    locale, policy, label = words.locale, version.policy, version.label
    return EditionRecord(
        title=clean_line(title) or policy,
        language=words.language,
        summary=_words(words.summary_text, words.summary_html),
        impact=_words(words.impact_text, words.impact_html),
        choices=_words(words.choices_text, words.choices_html),
        version_url=links.version(page_language, policy, label),
        changes_url=links.changes(locale, policy, label),
        compare_url=links.compare(redline_language, policy, compared_with, label) if compared_with else None,
        sha256=digest,
        status=_STATUS[fidelity],
    )


def _words(text: str, html: str) -> WordsRecord | None:
    text, html = clean_text(text).strip(), clean_html(html).strip()
    return WordsRecord(text=text, html=html) if text or html else None


def _notice_record(version: Version) -> NoticeRecord | None:
    note = version.note
    if note is None:
        return None
    return NoticeRecord(
        preset=note.notice,
        days=max((version.effective_date - version.published_date).days, 0),
        exception=ExceptionRecord(reason=clean_line(note.exception.reason)) if note.exception else None,
    )
