"""A text as pages show it: its sections, how it stands to the authoritative one, and what changed since."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape

from policy_site.localization import Language, find_language
from policy_site.model import Document, Edition, Fidelity, Policy, Version
from policy_site.pages import Page, PageKind, revision_names, section_address
from policy_site.web.editing import split_heading, with_scrollable_tables
from policy_site.web.parts.staleness import NO_NOTES, SectionNote, StaleLine, TranslationNotes, translation_notes
from policy_site.web.parts.values import (
    Badge,
    Contents,
    Passage,
    VersionLink,
    compare_link,
    fidelity_badge,
    section_lines,
    table_of_contents,
    version_link,
)
from policy_site.web.site import Day, Link, Site

_WORDS_A_MINUTE, _SIGNS_A_MINUTE = 230, 500
"""How fast people read: words, and signs of Chinese, Japanese and Thai."""
_SIGNS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_KEY_POINTS = "key-points"
"""The id of the section that sums up a text, as authors write it: ``## Key points {#key-points}``."""


@dataclass(frozen=True, slots=True)
class TextSection:
    """A section of a text, with the way to its history."""

    passage: Passage
    history: Link | None
    """``None`` where the section never changed."""
    note: SectionNote | None = None
    """Of a translation: that the authoritative section is another by now."""
    changed: Day | None = None
    """When the version shown changed it; ``None`` where it did not."""
    redline: Link = Link("")  # noqa: RUF009 - a string, which nobody changes
    """That change, in the redline."""
    heading: str = ""
    """HTML of the heading; ``passage`` is then the rest. Empty where it stays with what wraps the section."""
    id: str = ""
    """Of the heading, where one can link to it."""
    is_key_points: bool = False
    """True for the section that sums up the text: it is shown first."""


@dataclass(frozen=True, slots=True)
class EarlierText:
    """A text that readers of a translation got before the present one."""

    since: Day
    href: str


@dataclass(frozen=True, slots=True)
class ShownText:
    """The text that a page shows, and how it stands to the authoritative one."""

    version: VersionLink
    """The version that the text shown renders."""
    language: Language
    language_name: str
    """In the reader's language."""
    fidelity: Badge
    contents: tuple[Contents, ...]
    sections: tuple[TextSection, ...]
    authoritative: str | None
    """The same page in the authoritative language; ``None`` on it."""
    authoritative_name: str
    """Name of the authoritative language, in the reader's."""
    behind: Link | None
    """What changed in the authoritative text since the version that the translation renders."""
    is_known: bool
    """False of a translation that is behind where nobody can say in which sections."""
    stale: tuple[StaleLine, ...]
    """The sections that changed since."""
    yielded: VersionLink | None = None
    """The stale translation that yields to this text."""
    earlier: tuple[EarlierText, ...] = ()
    """Texts that the translation had before this one."""
    minutes: int = 1
    """How long one reads, about."""


def make_text(
    site: Site,
    page: Page,
    policy: Policy,
    version: Version,
    edition: Edition | None,
    fidelity: Fidelity,
    locale: str,
) -> ShownText | None:
    """Return the text of ``edition``, shown for ``version``; ``None`` where this copy of the history lacks it."""
    document = site.document(edition)
    if edition is None or document is None:
        return None
    phrases = site.phrases(locale)
    language = find_language(edition.locale)
    rendered = policy.version(edition.version)
    names = {"locale": locale, "policy": policy.id}
    is_authoritative = locale == policy.authoritative_locale
    is_translation = edition.locale != policy.authoritative_locale
    notes = translation_notes(site, policy, version, edition, locale) if is_translation else NO_NOTES
    return ShownText(
        version=version_link(site, policy, rendered, locale),
        language=language,
        language_name=phrases.language_name(edition.locale),
        fidelity=fidelity_badge(fidelity, phrases),
        contents=table_of_contents(document),
        sections=_key_points_first(_sections(site, policy, rendered, document, language, notes, locale)),
        authoritative=None if is_authoritative else site.link_in(page, policy.authoritative_locale),
        authoritative_name=phrases.language_name(policy.authoritative_locale),
        behind=site.find_lead(PageKind.COMPARE, **names, older=rendered.label, version=version.label)
        if fidelity is Fidelity.BEHIND
        else None,
        is_known=fidelity is Fidelity.BEHIND and site.comparisons.staleness(policy, version, locale) is not None,
        stale=notes.lines if fidelity is Fidelity.BEHIND else (),
        earlier=earlier_texts(site, policy, version, locale),
        minutes=reading_minutes(document.html),
    )


def reading_minutes(html: str) -> int:
    """Return how many minutes reading a text takes, about; at least one.

    Where words are written without spaces between them, their signs count.
    """
    text = unescape(re.sub(r"<[^<>]*>", " ", html))
    signs = len(_SIGNS.findall(text))
    words = len(_SIGNS.sub(" ", text).split())
    return max(1, round(words / _WORDS_A_MINUTE + signs / _SIGNS_A_MINUTE))


def earlier_texts(site: Site, policy: Policy, version: Version, locale: str) -> tuple[EarlierText, ...]:
    """Return the texts that the translation of ``version`` had before its present one, newest first."""
    names = {"locale": locale, "policy": policy.id, "version": version.label}
    return tuple(
        EarlierText(
            site.day_of(max(revision.committed_at or version.published_at, version.published_at), locale),
            site.link(PageKind.REVISION, **names, revision=name),
        )
        for name, revision in reversed(list(revision_names(policy, version, locale).items()))
    )


def _sections(
    site: Site,
    policy: Policy,
    version: Version,
    document: Document,
    language: Language,
    notes: TranslationNotes,
    locale: str,
) -> Iterator[TextSection]:
    """Yield the sections of a text, and those that a translation lacks where they belong."""
    phrases = site.phrases(locale)
    day, changes = _changes(site, policy, version, locale)
    changed = site.comparisons.sections_changed(policy)
    yield from _untranslated(notes, None)
    for section in document.sections:
        address = section_address(section.id)
        link = site.find_lead(PageKind.SECTION, locale=locale, policy=policy.id, section=address)
        html = with_scrollable_tables(section.html, phrases)
        note = notes.at.get(section.id)
        found = split_heading(html)
        # a heading inside a wrapper stays with what is wrapped
        heading, rest = (found.heading, found.rest) if found and not found.before else ("", html)
        is_named = f' id="{escape(section.id)}"' in heading
        yield TextSection(
            Passage(rest, language),
            link if address in changed else None,
            note,
            changed=day if section.id in changes else None,
            redline=changes.get(section.id, Link("")),
            heading=heading,
            id=section.id if is_named else "",
            is_key_points=section.id == _KEY_POINTS,
        )
        yield from _untranslated(notes, section.id)


def _changes(site: Site, policy: Policy, version: Version, locale: str) -> tuple[Day, Mapping[str, Link]]:
    """Return when a version took effect, and the sections that it changed with the places in its redline."""
    href = compare_link(site, policy, version, locale)
    comparison = site.comparisons.compare_with_previous(policy, version, locale) if href else None
    lines = section_lines(site, comparison, locale, redline=href) if comparison and href else ()
    return site.day(version.effective_date, locale), {line.id: line.href for line in lines}


def _key_points_first(sections: Iterator[TextSection]) -> tuple[TextSection, ...]:
    """Show what sums up the text before the text, wherever its file has it."""
    return tuple(sorted(sections, key=lambda section: not section.is_key_points))


def _untranslated(notes: TranslationNotes, before: str | None) -> Iterator[TextSection]:
    for note, passage in notes.untranslated.get(before, ()):
        yield TextSection(passage, None, note)
