"""Finished values that several templates show."""

from __future__ import annotations

from dataclasses import dataclass

from policy_site.catalogue.standing import applied_until, edition_for, standing
from policy_site.localization import Language, Phrases, find_language
from policy_site.localization.names import (
    CATEGORY_NAMES,
    FIDELITY_NAMES,
    SECTION_CHANGE_NAMES,
    SIGNIFICANCE_NAMES,
    STANDING_NAMES,
)
from policy_site.model import (
    Document,
    Fidelity,
    Policy,
    RenderedWords,
    SectionChange,
    SectionChangeKind,
    Significance,
    Standing,
    Version,
)
from policy_site.pages import PageKind, section_address
from policy_site.web.comparisons import Comparison, section_anchor
from policy_site.web.site import Day, Link, Site, Title


@dataclass(frozen=True, slots=True)
class Badge:
    """A word of the model, named for readers."""

    kind: str
    """As in the model: for the style sheet."""
    text: str


@dataclass(frozen=True, slots=True)
class VersionLink:
    """A version as other pages name it."""

    label: str
    href: Link
    effective: Day

    @property
    def own_label(self) -> str:
        """The label where it says more than the day; empty where it is the day."""
        return "" if self.label == self.effective.iso else self.label


@dataclass(frozen=True, slots=True)
class Downloads:
    """The files of a text; empty where there is none of the kind."""

    paper: str
    """PDF."""
    markdown: str
    plain: str
    machine: str
    """JSON."""


@dataclass(frozen=True, slots=True)
class Passage:
    """HTML from the content, cleaned, with the language it is in."""

    html: str
    language: Language


@dataclass(frozen=True, slots=True)
class ShownWords:
    """What people wrote about a version."""

    summary: str
    impact: str
    choices: str
    language: Language
    is_fallback: bool


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section in a list of changed ones."""

    id: str
    heading: Title
    badge: Badge
    href: Link
    """Of the redline, at this section."""
    history: Link | None


@dataclass(frozen=True, slots=True)
class Contents:
    """An entry of a table of contents, with those below it."""

    id: str
    heading: str
    children: tuple[Contents, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version with its facts and what there is to read about it."""

    version: VersionLink
    published: Day
    until: Day | None
    """First day on which it did not apply any more."""
    significance: Badge
    is_significance_declared: bool
    standing: Badge
    fidelity: Badge
    categories: tuple[str, ...]
    summary: Passage | None
    changes: str
    redline: Link | None
    """Against the version before."""
    since: str | None
    """What changed since this version: the address that products link to."""
    compared_with_present: Link | None
    """The same by the names of both versions, where the two have a redline."""
    identical_to: VersionLink | None
    is_first: bool


def significance_badge(significance: Significance, phrases: Phrases) -> Badge:
    """Name a significance."""
    return Badge(significance, phrases.gettext(SIGNIFICANCE_NAMES[significance]))


def standing_badge(standing_: Standing, phrases: Phrases) -> Badge:
    """Name a standing."""
    return Badge(standing_, phrases.gettext(STANDING_NAMES[standing_]))


def fidelity_badge(fidelity: Fidelity, phrases: Phrases) -> Badge:
    """Name a fidelity."""
    return Badge(fidelity, phrases.gettext(FIDELITY_NAMES[fidelity]))


def section_change_badge(kind: SectionChangeKind, phrases: Phrases) -> Badge:
    """Name what happened to a section."""
    return Badge(kind, phrases.gettext(SECTION_CHANGE_NAMES[kind]))


def category_names(version: Version, phrases: Phrases) -> tuple[str, ...]:
    """Name what a version's release note says it touches, each once, in its order."""
    categories = dict.fromkeys(change.category for change in version.note.changes) if version.note else {}
    return tuple(phrases.gettext(CATEGORY_NAMES[category]) for category in categories)


def version_link(site: Site, policy: Policy, version: Version, locale: str) -> VersionLink:
    """Return how pages in ``locale`` name and link ``version``."""
    href = site.lead(PageKind.VERSION, locale=locale, policy=policy.id, version=version.label)
    return VersionLink(version.label, href, site.day(version.effective_date, locale))


def make_downloads(site: Site, policy: Policy, label: str, locale: str) -> Downloads:
    """Return the files of the text that the version ``label`` has in ``locale``."""
    names = {"locale": locale, "policy": policy.id, "version": label}
    return Downloads(
        paper=site.find_link(PageKind.VERSION_PAPER, **names) or "",
        markdown=site.find_link(PageKind.VERSION_MARKDOWN, **names) or "",
        plain=site.find_link(PageKind.VERSION_TEXT, **names) or "",
        machine=site.find_link(PageKind.VERSION_JSON, **names) or "",
    )


def name_of(version: VersionLink, phrases: Phrases) -> str:
    """Return what a title calls a version: the day from which it applies, its label after it where that says more."""
    own = f" ({phrases.isolate(version.own_label)})" if version.own_label else ""
    return f"{version.effective.words}{own}"


def version_line(site: Site, policy: Policy, version: Version, locale: str) -> VersionLine:
    """Return a version's line in a list."""
    phrases = site.phrases(locale)
    names = {"locale": locale, "policy": policy.id}
    ended = applied_until(policy, version, site.at)
    identical = policy.version(version.identical_to) if version.identical_to else None
    words = release_words(site, policy, version, locale)
    edition, fidelity = edition_for(policy, version, locale)
    return VersionLine(
        version=version_link(site, policy, version, locale),
        published=site.day(version.published_date, locale),
        until=site.day_of(ended, locale) if ended else None,
        significance=significance_badge(version.significance, phrases),
        is_significance_declared=version.is_significance_declared,
        standing=standing_badge(standing(policy, version, site.at), phrases),
        fidelity=fidelity_badge(fidelity, phrases)
        if edition
        else Badge(Fidelity.MISSING, phrases.gettext("Text missing")),
        categories=category_names(version, phrases),
        summary=Passage(words.summary, words.language) if words and words.summary else None,
        changes=site.link(PageKind.CHANGES, **names, version=version.label),
        redline=compare_link(site, policy, version, locale),
        since=site.find_link(PageKind.SINCE, **names, older=version.label),
        compared_with_present=_present_link(site, policy, version, locale),
        identical_to=version_link(site, policy, identical, locale) if identical else None,
        is_first=version.previous is None,
    )


def compare_link(site: Site, policy: Policy, version: Version, locale: str) -> Link | None:
    """Return the link to a version's redline against the one before."""
    if version.previous is None:
        return None
    return site.find_lead(
        PageKind.COMPARE, locale=locale, policy=policy.id, older=version.previous, version=version.label
    )


def _present_link(site: Site, policy: Policy, version: Version, locale: str) -> Link | None:
    present = site.in_force(policy)
    if present is None:
        return None
    names = {"locale": locale, "policy": policy.id, "older": version.label}
    since = site.find_lead(PageKind.SINCE, **names)
    found = site.find_lead(PageKind.COMPARE, **names, version=present.label)
    return found if found and (not found.language or since is None) else since


def release_words(site: Site, policy: Policy, version: Version, locale: str) -> ShownWords | None:
    """Return what people wrote about a version, its links into the text leading to the version's page."""
    words: RenderedWords | None = site.publication.words.get((policy.id, version.label, locale))
    if words is None:
        return None
    led = site.texts.words(words, policy, version)
    return ShownWords(
        summary=led.summary_html,
        impact=led.impact_html,
        choices=led.choices_html,
        language=find_language(words.language),
        is_fallback=words.is_fallback,
    )


def section_lines(site: Site, comparison: Comparison, locale: str, *, redline: Link) -> tuple[SectionLine, ...]:
    """Return the sections that a comparison found changed, each linked to its place in the page ``redline``."""
    phrases = site.phrases(locale)
    names = {"locale": locale, "policy": comparison.policy.id}
    anchors = site.comparisons.anchors(comparison, phrases)
    return tuple(
        SectionLine(
            id=change.id,
            heading=_heading_for_readers(site, comparison, change, locale),
            badge=section_change_badge(change.kind, phrases),
            href=redline.at(anchor) if (anchor := section_anchor(change.id)) in anchors else redline,
            history=site.find_lead(PageKind.SECTION, **names, section=section_address(change.id)),
        )
        for change in comparison.sections
    )


def _heading_for_readers(site: Site, comparison: Comparison, change: SectionChange, locale: str) -> Title:
    """Return the heading of a changed section in the reader's language where any translation has one."""
    phrases = site.phrases(locale)
    if not change.heading:
        return Title(phrases.gettext("Introduction"), phrases.language)
    if comparison.language.tag != locale:
        policy = comparison.policy
        last = policy.versions.index(comparison.newer)
        for version in (*reversed(policy.versions[: last + 1]), *policy.versions[last + 1 :]):
            document = site.document(version.editions.get(locale))
            for section in document.sections if document else ():
                if section.id == change.id and section.heading:
                    return Title(section.heading, find_language(locale))
    return Title(change.heading, comparison.language)


def table_of_contents(document: Document) -> tuple[Contents, ...]:
    """Return the headings of a document: those of the highest level, with the next level below them."""
    sections = [section for section in document.sections if section.level and section.heading]
    if not sections:
        return ()
    top = min(section.level for section in sections)
    entries: list[tuple[str, str, list[Contents]]] = []
    for section in sections:
        if section.level == top or not entries:
            entries.append((section.id, section.heading, []))
        elif section.level == top + 1:
            entries[-1][2].append(Contents(section.id, section.heading))
    return tuple(Contents(name, heading, tuple(children)) for name, heading, children in entries)


def site_description(site: Site, phrases: Phrases) -> str:
    """Say what the site is, for search engines."""
    settings = site.publication.settings
    return phrases.gettext(
        "The policies of %(publisher)s: the texts in force, every earlier version, and what changed.",
        publisher=settings.publisher or settings.title,
    )
