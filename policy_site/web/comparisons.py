"""Comparisons that many pages share, made once in a process, when the first page asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from policy_site import redlines
from policy_site.evidence.definitions import Definition, TermChange, compare_terms, find_terms
from policy_site.fidelity import staleness
from policy_site.localization import Language, Phrases, find_language
from policy_site.model import (
    Document,
    Edition,
    Policy,
    SectionChange,
    SectionChangeKind,
    Staleness,
    Version,
)
from policy_site.pages import comparisons, section_address
from policy_site.publication import Publication
from policy_site.redlines import html as redline_html
from policy_site.redlines import side_by_side
from policy_site.redlines.sentences import trace_sentences
from policy_site.redlines.summary import ChangeLine, list_changes
from policy_site.redlines.threads import History
from policy_site.redlines.weighing import count_matters, weigh
from policy_site.web.editing import heading_apart, with_own_ids
from policy_site.web.redline_phrases import redline_phrases
from policy_site.web.texts import Texts


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of a policy compared, in the language that both are there in."""

    policy: Policy
    older: Version
    newer: Version
    language: Language
    """The language of both texts."""
    is_fallback: bool
    """True where it is the authoritative language, for want of both texts in the reader's."""
    redline: redlines.Redline
    sections: tuple[SectionChange, ...]
    """The sections that differ."""

    @property
    def key(self) -> tuple[str, str]:
        """The digests of the two texts: what comes of the comparison follows from them."""
        older, newer = (version.editions[self.language.tag] for version in (self.older, self.newer))
        return older.digest, newer.digest


class ChangedSection(NamedTuple):
    """A section of a redline with its changes, a line each."""

    section: redlines.SectionRedline
    lines: tuple[ChangeLine, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """The texts of a policy in one language, by effective date, with the threads that run through them."""

    history: History
    places: Mapping[str, int]
    """By the label of the version."""


class Comparisons:
    """Comparisons of a publication's texts. A memo of pure functions: throwing it away costs time alone."""

    def __init__(self, publication: Publication, texts: Texts) -> None:
        self._publication = publication
        self._texts = texts
        self._sections_changed: dict[str, frozenset[str]] = {}
        self._redlines: dict[tuple[str, str], redlines.Redline] = {}
        self._lines: dict[tuple[str, str], Line] = {}
        self._staleness: dict[tuple[str, str, str], Staleness | None] = {}
        self._terms: dict[str, tuple[Definition, ...]] = {}
        self._matters: dict[tuple[str, str], Mapping[str, int]] = {}
        self._anchors: dict[tuple[str, str], frozenset[str]] = {}
        self._changes: dict[tuple[str, str], tuple[ChangedSection, ...]] = {}
        self._pairs: dict[str, tuple[tuple[Version, Version], ...]] = {}

    def pairs(self, policy: Policy) -> tuple[tuple[Version, Version], ...]:
        """Return the pairs of versions that have a redline page, as :func:`policy_site.pages.comparisons` does."""
        if policy.id not in self._pairs:
            self._pairs[policy.id] = comparisons(policy, self._publication)
        return self._pairs[policy.id]

    def compare(self, policy: Policy, older: Version, newer: Version, locale: str) -> Comparison | None:
        """Compare two versions in ``locale``, or in the authoritative language where ``locale`` lacks one of them.

        ``None`` where the history does not hold both texts.
        """
        for language in (locale, policy.authoritative_locale):
            old, new = older.editions.get(language), newer.editions.get(language)
            redline = self._redline(old, new) if old and new else None
            if redline is not None:
                return Comparison(
                    policy=policy,
                    older=older,
                    newer=newer,
                    language=find_language(language),
                    is_fallback=language != locale,
                    redline=redline,
                    sections=redlines.section_changes(redline),
                )
        return None

    def staleness(self, policy: Policy, version: Version, locale: str) -> Staleness | None:
        """Say how what readers of ``locale`` have stands to ``version``, section by section.

        ``None`` where there is no translation, or an authoritative text is missing from the history.
        """
        key = (policy.id, version.label, locale)
        if key not in self._staleness:
            found = staleness(policy, version, locale, self._publication.documents, self._redline)
            self._staleness[key] = found[0] if found else None
        return self._staleness[key]

    def compare_with_previous(self, policy: Policy, version: Version, locale: str) -> Comparison | None:
        """Compare a version with the one before it; ``None`` for the first."""
        return self.compare(policy, policy.version(version.previous), version, locale) if version.previous else None

    def sections_changed(self, policy: Policy) -> frozenset[str]:
        """Return the addresses of the sections that ever changed, in the authoritative language."""
        if policy.id not in self._sections_changed:
            self._sections_changed[policy.id] = frozenset(
                section_address(change.id)
                for version in policy.versions
                for change in self._authoritative_changes(policy, version)
            )
        return self._sections_changed[policy.id]

    def versions_changing(self, policy: Policy, section: str) -> tuple[Version, ...]:
        """Return the versions that changed the section at this address, newest first, in the authoritative language."""
        return tuple(
            version
            for version in reversed(policy.versions)
            if any(section_address(change.id) == section for change in self._authoritative_changes(policy, version))
        )

    def render_section(self, comparison: Comparison, section: str, phrases: Phrases, *, page: str) -> str:
        """Return the redline of the one section at this address as HTML, for a page that holds several of them.

        Ids get the newer version's label before them; links to other sections lead to ``page``.
        """
        language = comparison.language.tag
        parts = [
            self._only_section(version.editions.get(language), section)
            for version in (comparison.older, comparison.newer)
        ]
        html = redline_html.render(redlines.compare(parts[0], parts[1]), redline_phrases(phrases))
        return with_own_ids(html, prefix=f"page-{comparison.newer.label}-", page=page)

    def _only_section(self, edition: Edition | None, section: str) -> Document:
        document = self._texts.document(edition)
        if document is None:
            return Document("", ())
        return Document("", tuple(found for found in document.sections if section_address(found.id) == section))

    def changes(self, comparison: Comparison) -> tuple[ChangedSection, ...]:
        """Return each section with its changes, a line each."""
        if comparison.key not in self._changes:
            self._changes[comparison.key] = tuple(ChangedSection(*found) for found in list_changes(comparison.redline))
        return self._changes[comparison.key]

    def term_changes(self, comparison: Comparison) -> tuple[TermChange, ...]:
        """Return the defined terms that came, changed or went."""
        language = comparison.language.tag
        old, new = comparison.older.editions[language], comparison.newer.editions[language]
        return compare_terms(self._terms_of(old), self._terms_of(new))

    def matters(self, comparison: Comparison) -> Mapping[str, int]:
        """Return how many words of each kind of evidence went or came."""
        if comparison.key not in self._matters:
            self._matters[comparison.key] = count_matters(comparison.redline, locale=comparison.language.tag)
        return self._matters[comparison.key]

    def _terms_of(self, edition: Edition) -> tuple[Definition, ...]:
        if edition.digest not in self._terms:
            self._terms[edition.digest] = find_terms(self._publication.documents[edition.digest])
        return self._terms[edition.digest]

    def anchors(self, comparison: Comparison, phrases: Phrases) -> frozenset[str]:
        """Return the anchors of sections that the redline has, whatever language its notes are in."""
        if comparison.key not in self._anchors:
            parts = render_redline(comparison, phrases, in_columns=False)
            self._anchors[comparison.key] = frozenset(part.anchor for part in parts)
        return self._anchors[comparison.key]

    def _authoritative_changes(self, policy: Policy, version: Version) -> tuple[SectionChange, ...]:
        comparison = self.compare_with_previous(policy, version, policy.authoritative_locale)
        return comparison.sections if comparison else ()

    def _redline(self, old: Edition, new: Edition) -> redlines.Redline | None:
        older, newer = self._texts.document(old), self._texts.document(new)
        if older is None or newer is None:
            return None
        key = (old.digest, new.digest)
        if key not in self._redlines:
            self._redlines[key] = self._composed(old, new) or weigh(redlines.compare(older, newer), locale=new.locale)
        return self._redlines[key]

    def line(self, policy: Policy, locale: str) -> Line:
        """Return the texts of a policy in a language, with their threads."""
        key = (policy.id, locale)
        if key not in self._lines:
            there = {
                version.label: document
                for version in policy.versions
                if (document := self._texts.document(version.editions.get(locale))) is not None
            }
            places = {label: place for place, label in enumerate(there)}
            self._lines[key] = Line(History(tuple(there.values()), locale=locale), MappingProxyType(places))
        return self._lines[key]

    def _composed(self, old: Edition, new: Edition) -> redlines.Redline | None:
        """Compare two texts along the threads of those between them; ``None`` where there are none between."""
        if (old.policy, old.locale) != (new.policy, new.locale):
            return None
        line = self.line(self._publication.policy(old.policy), old.locale)
        older, newer = (line.places.get(edition.version, -1) for edition in (old, new))
        if older < 0 or newer - older < 2:  # noqa: PLR2004 - neighbours are compared directly
            return None
        return trace_sentences(line.history.compare(older, newer))


@dataclass(frozen=True, slots=True)
class RedlinePart:
    """One section of a redline."""

    anchor: str
    """Its id in the page; empty for the place that a section left."""
    html: str
    is_changed: bool
    heading: str = ""
    """HTML of its heading where nothing changed, which is then no part of ``html``; empty where there is none."""


def render_redline(comparison: Comparison, phrases: Phrases, *, in_columns: bool) -> tuple[RedlinePart, ...]:
    """Return the redline section by section as HTML, its hidden words and notes in the reader's language."""
    render = side_by_side.render_sections if in_columns else redline_html.render_sections
    parts: list[RedlinePart] = []
    taken: set[str] = set()
    for section, html in render(comparison.redline, redline_phrases(phrases)):
        anchor = section_anchor(section.id)
        is_place_left = section.is_trace and SectionChangeKind.REMOVED not in section.kinds
        is_named = not is_place_left and anchor not in taken
        if html:
            is_changed = _is_changed(section)
            heading, rest = ("", html) if is_changed else heading_apart(html)
            parts.append(RedlinePart(anchor if is_named else "", rest, is_changed=is_changed, heading=heading))
        if is_named:
            taken.add(anchor)
    return tuple(parts)


def section_anchor(section_id: str) -> str:
    """Return the id that a section has in the page of a redline."""
    return f"page-section-{section_address(section_id)}"


def _is_changed(section: redlines.SectionRedline) -> bool:
    return bool(section.kinds) or any(leaf.is_changed for step in section.operations for leaf in step.leaves)
