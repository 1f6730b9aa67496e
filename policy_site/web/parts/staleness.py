"""What readers of a translation are told: which sections changed since, and where each redline is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policy_site.documents import anchors
from policy_site.localization import find_language
from policy_site.model import (
    Document,
    Edition,
    Policy,
    SectionChangeKind,
    SectionFidelity,
    Staleness,
    TranslatedSection,
    Version,
)
from policy_site.pages import PageKind
from policy_site.web.comparisons import section_anchor
from policy_site.web.editing import among_others, with_scrollable_tables
from policy_site.web.parts.values import Badge, Passage, section_change_badge
from policy_site.web.site import Link, Site, Title


@dataclass(frozen=True, slots=True)
class SectionNote:
    """What stands at one section of a translation."""

    fidelity: str
    """As in the model: ``stale``, ``missing`` or ``extra``."""
    is_new: bool
    """Of a missing one: the authoritative text has it only since a version that was not translated."""
    href: Link | None
    """Of the redline, at this section."""


@dataclass(frozen=True, slots=True)
class StaleLine:
    """One section in the list on top of a stale translation."""

    heading: Title
    badge: Badge
    href: Link | None


@dataclass(frozen=True, slots=True)
class TranslationNotes:
    """What a page says of a translation, on top and at its sections."""

    lines: tuple[StaleLine, ...]
    """What changed since, in the order of the authoritative text."""
    at: Mapping[str, SectionNote]
    """By the section's id in the translation."""
    untranslated: Mapping[str | None, tuple[tuple[SectionNote, Passage], ...]]
    """Authoritative sections that the translation has not, by the id of the section in it that they follow."""


NO_NOTES = TranslationNotes((), {}, {})


def translation_notes(site: Site, policy: Policy, version: Version, edition: Edition, locale: str) -> TranslationNotes:
    """Return what is to be said of ``edition``, a translation shown for ``version``."""
    translation = site.document(edition)
    source = site.document(version.editions.get(policy.authoritative_locale))
    is_matched_by_id = site.publication.settings.grouping_of(policy.id).is_ours
    if translation is None or source is None:
        return NO_NOTES
    if edition.version == version.label and (not is_matched_by_id or _have_same_ids(translation, source)):
        return NO_NOTES
    state = site.comparisons.staleness(policy, version, locale)
    if state is None or state.rendered != edition.version:
        return NO_NOTES
    redline = _Redline(site, policy, version, edition, locale)
    # where sections meet by their places, one that seems never to have been translated may stand elsewhere
    told = [section for section in state.sections if is_matched_by_id or section.change is not None]
    return TranslationNotes(
        lines=tuple(_line(site, section, translation, policy, locale, redline) for section in state.changed),
        at={
            section.translated_id: SectionNote(section.fidelity, is_new=False, href=redline.at(section))
            for section in state.changed
            if section.translated_id is not None
        },
        untranslated=_untranslated(site, state, told, translation, source, redline),
    )


def _have_same_ids(translation: Document, source: Document) -> bool:
    return {section.id for section in translation.sections} == {section.id for section in source.sections}


class _Redline:
    """Links into the redline between the version that a translation renders and the one shown."""

    def __init__(self, site: Site, policy: Policy, version: Version, edition: Edition, locale: str) -> None:
        rendered = policy.version(edition.version)
        names = {"locale": locale, "policy": policy.id, "older": rendered.label, "version": version.label}
        self.page = site.find_lead(PageKind.COMPARE, **names)
        self.source = site.link(
            PageKind.VERSION, locale=policy.authoritative_locale, policy=policy.id, version=version.label
        )
        self.language = find_language(policy.authoritative_locale)
        comparison = site.comparisons.compare(policy, rendered, version, locale) if self.page else None
        self._anchors = site.comparisons.anchors(comparison, site.phrases(locale)) if comparison else frozenset()

    def at(self, section: TranslatedSection) -> Link | None:
        """Return the link to one section of the redline."""
        anchor = section_anchor(section.id)
        return self.page.at(anchor) if self.page and anchor in self._anchors else self.page


def _line(
    site: Site, section: TranslatedSection, translation: Document, policy: Policy, locale: str, redline: _Redline
) -> StaleLine:
    phrases = site.phrases(locale)
    kind = {
        SectionFidelity.MISSING: SectionChangeKind.ADDED,
        SectionFidelity.EXTRA: SectionChangeKind.REMOVED,
    }.get(section.fidelity, SectionChangeKind.MODIFIED)
    own = next((found.heading for found in translation.sections if found.id == section.translated_id), "")
    if own:
        heading = Title(own, find_language(locale))
    elif section.heading:
        heading = Title(section.heading, find_language(policy.authoritative_locale))
    else:
        heading = Title(phrases.gettext("Introduction"), phrases.language)
    return StaleLine(heading, section_change_badge(kind, phrases), redline.at(section))


def _untranslated(
    site: Site,
    state: Staleness,
    told: list[TranslatedSection],
    translation: Document,
    source: Document,
    redline: _Redline,
) -> Mapping[str | None, tuple[tuple[SectionNote, Passage], ...]]:
    sections = {section.id: section for section in source.sections}
    phrases = site.phrases(state.locale)
    taken = set(anchors(translation))
    found: dict[str | None, tuple[tuple[SectionNote, Passage], ...]] = {}
    before: str | None = None
    for section in state.sections:
        if section.fidelity is SectionFidelity.MISSING and section in told and section.id in sections:
            note = SectionNote(
                section.fidelity,
                is_new=section.change is not None,
                href=redline.at(section) if section.change else None,
            )
            html = among_others(sections[section.id], taken, redline.source)
            passage = Passage(with_scrollable_tables(html, phrases), redline.language)
            found[before] = (*found.get(before, ()), (note, passage))
        elif section.translated_id is not None:
            before = section.translated_id
    return found
