"""Each section of a translation: current, stale, missing or extra."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from policy_site import redlines
from policy_site.catalogue import current_edition
from policy_site.model import (
    Document,
    Edition,
    Fidelity,
    Policy,
    Section,
    SectionChangeKind,
    SectionFidelity,
    Staleness,
    TranslatedSection,
    Version,
)


def newest_version(policy: Policy) -> Version:
    """Return the version that translators work towards: the last one that was not withdrawn, or else the last."""
    standing = [version for version in policy.versions if version.withdrawn_at is None]
    return (standing or policy.versions)[-1]


Compare = Callable[[Edition, Edition], redlines.Redline | None]
"""Compares two authoritative texts; ``None`` where one cannot be shown. Whoever asks often keeps what it gave."""


def comparison_of(documents: Mapping[str, Document]) -> Compare:
    """Return what compares texts, each pair once; ``documents`` by digest."""
    found: dict[tuple[str, str], redlines.Redline] = {}

    def compare(old: Edition, new: Edition) -> redlines.Redline:
        pair = (old.digest, new.digest)
        if pair not in found:
            found[pair] = redlines.compare(documents[old.digest], documents[new.digest])
        return found[pair]

    return compare


def staleness(
    policy: Policy, version: Version, locale: str, documents: Mapping[str, Document], compare: Compare
) -> tuple[Staleness, redlines.Redline] | None:
    """Say how what readers of ``locale`` have stands to ``version``, with the redline that tells it.

    ``documents`` by digest. ``None`` for the authoritative language, where no translation is there, and where the
    history does not hold the authoritative texts of both versions.
    """
    edition, fidelity = current_edition(policy, version, locale)
    if edition is None or fidelity in (Fidelity.AUTHORITATIVE, Fidelity.MISSING):
        return None
    old = policy.version(edition.version).editions.get(policy.authoritative_locale)
    new = version.editions.get(policy.authoritative_locale)
    if old is None or new is None:
        return None
    redline = compare(old, new)
    if redline is None:
        return None
    sections = assess(documents[edition.digest], documents[old.digest], redline)
    return Staleness(policy.id, version.label, locale, edition.version, sections), redline


def assess(translation: Document, rendered: Document, redline: redlines.Redline) -> tuple[TranslatedSection, ...]:
    """Say of each section how it stands.

    ``rendered`` is the authoritative text of the version that ``translation`` renders, ``redline`` compares it with the
    authoritative text shown. Words of a section that was moved or renumbered only are the same, and so is its
    translation: it is current.
    """
    return tuple(_Assessment(translation, rendered, redline).sections())


class _Assessment:
    def __init__(self, translation: Document, rendered: Document, redline: redlines.Redline) -> None:
        self._translated = {section.id: section for section in translation.sections}
        self._rendered = {section.id: section for section in rendered.sections}
        self._redline = redline
        claimed = {self._own_id(section) for section in redline.sections if section.new_id is not None}
        claimed |= {section.old_id for section in redline.sections if section.new_id is None}
        before: str | None = None
        self._strangers: dict[str | None, Section] = {}
        """Those that only the translation has, by the id of the section before each."""
        for section in translation.sections:
            if section.id not in claimed:
                self._strangers[before] = section
            before = section.id

    def sections(self) -> Iterator[TranslatedSection]:
        """Yield each section once, in the order of the redline."""
        yield from self._strangers_after(None)
        told: set[tuple[str, SectionFidelity]] = set()
        for section in self._redline.sections:
            if section.is_trace and SectionChangeKind.REMOVED not in section.kinds:
                continue  # the old place of one that moved
            found = self._removed(section) if section.new_id is None else self._kept_or_added(section)
            if found is None or (found.id, found.fidelity) in told:
                continue
            told.add((found.id, found.fidelity))
            yield found
            if found.translated_id is not None:
                yield from self._strangers_after(found.translated_id)
        yield from (self._stranger(section) for section in self._strangers.values())

    def _kept_or_added(self, section: redlines.SectionRedline) -> TranslatedSection:
        own = self._own_id(section)
        change = section.kind
        if own is None:
            fidelity = SectionFidelity.MISSING
        elif own == section.old_id and SectionChangeKind.MODIFIED in section.kinds:
            fidelity = SectionFidelity.STALE
        else:
            fidelity = SectionFidelity.CURRENT
        added, deleted = section.words_added, section.words_deleted
        if fidelity is SectionFidelity.MISSING:
            # what is to be translated is the whole section, be it new or never translated
            added, deleted = _count_words(section), 0
            change = SectionChangeKind.ADDED if section.old_id is None else None
        elif fidelity is SectionFidelity.CURRENT:
            added = deleted = 0
        return TranslatedSection(section.id, own, section.heading, fidelity, change, added, deleted)

    def _own_id(self, section: redlines.SectionRedline) -> str | None:
        """Return the id under which the translation has a section: already the new one, or the rendered text's."""
        if section.new_id in self._translated and section.new_id not in self._rendered:
            return section.new_id
        return section.old_id if section.old_id in self._translated else None

    def _removed(self, section: redlines.SectionRedline) -> TranslatedSection | None:
        if section.old_id is None or section.old_id not in self._translated:
            return None
        return TranslatedSection(
            id=section.old_id,
            translated_id=section.old_id,
            heading=section.old_heading,
            fidelity=SectionFidelity.EXTRA,
            change=SectionChangeKind.REMOVED,
            words_deleted=section.words_deleted,
        )

    def _strangers_after(self, before: str | None) -> Iterator[TranslatedSection]:
        """Yield the sections that only the translation has and that follow the one called ``before``."""
        while (following := self._strangers.pop(before, None)) is not None:
            yield self._stranger(following)
            before = following.id

    def _stranger(self, section: Section) -> TranslatedSection:
        return TranslatedSection(section.id, section.id, section.heading, SectionFidelity.EXTRA)


def _count_words(section: redlines.SectionRedline) -> int:
    blocks = [leaf.new for step in section.operations if step.has_new for leaf in step.leaves if leaf.new is not None]
    alone = Section(section.id, section.level, section.heading, "", tuple(blocks))
    return redlines.compare(Document("", ()), Document("", (alone,))).words_added
