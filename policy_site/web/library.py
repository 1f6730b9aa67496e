"""Comparisons that many pages share, made once in a process, when the first page asks."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape, unescape
from urllib.parse import unquote, urljoin, urlsplit

from policy_site import redlines
from policy_site.documents import rewrite_links
from policy_site.events.chain import Ledger, compose_ledger
from policy_site.events.entries import Entry, compose_entries
from policy_site.fidelity import staleness
from policy_site.localization import Language, Phrases, find_language
from policy_site.model import (
    Document,
    Edition,
    Policy,
    RenderedWords,
    SectionChange,
    SectionChangeKind,
    Staleness,
    Version,
    Words,
)
from policy_site.pages import PageKind, make_page, quote_address, section_address
from policy_site.publication import Publication
from policy_site.redlines import html as redline_html
from policy_site.redlines import side_by_side
from policy_site.redlines.summary import ChangeLine, list_changes
from policy_site.redlines.terms import Definition, TermChange, compare_terms, find_terms
from policy_site.sources import Places, Role
from policy_site.web.addresses import Addresses
from policy_site.web.redline_phrases import redline_phrases

_LINKS = frozenset({"http", "https", "mailto"})
"""What a link in a feed may begin with."""
_TAG = re.compile(r'<(a|img)((?: [^\s"=<>/]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([^\s"=<>/]+)="([^"]*)"')
"""As cleaned HTML is written."""

SectionChanges = tuple[redlines.SectionRedline, tuple[ChangeLine, ...]]


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


class Library:
    """Comparisons of a publication's texts. A memo of pure functions: throwing it away costs time alone."""

    def __init__(self, publication: Publication) -> None:
        self._publication = publication
        self._places = Places(publication.settings)
        self._sections_changed: dict[str, frozenset[str]] = {}
        self._documents: dict[tuple[str, str], Document] = {}
        self._redlines: dict[tuple[str, str], redlines.Redline] = {}
        self._staleness: dict[tuple[str, str, str], Staleness | None] = {}
        self._terms: dict[str, tuple[Definition, ...]] = {}
        self._anchors: dict[int, frozenset[str]] = {}
        self._changes: dict[int, tuple[SectionChanges, ...]] = {}

    def document(self, edition: Edition | None) -> Document | None:
        """Return the text of ``edition`` with its links to other texts leading to their pages."""
        if edition is None or edition.digest not in self._publication.documents:
            return None
        key = (edition.digest, edition.revision.path)
        if key not in self._documents:
            self._documents[key] = rewrite_links(
                self._publication.documents[edition.digest], lambda href: self._page_meant(href, edition.revision.path)
            )
        return self._documents[key]

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
        return _with_own_ids(html, prefix=f"page-{comparison.newer.label}-", page=page)

    def _only_section(self, edition: Edition | None, section: str) -> Document:
        document = self.document(edition)
        if document is None:
            return Document("", ())
        return Document("", tuple(found for found in document.sections if section_address(found.id) == section))

    def changes(self, comparison: Comparison) -> tuple[SectionChanges, ...]:
        """Return each section with its changes, a line each."""
        key = id(comparison.redline)  # it lives as long as this library
        if key not in self._changes:
            self._changes[key] = tuple(list_changes(comparison.redline))
        return self._changes[key]

    def term_changes(self, comparison: Comparison) -> tuple[TermChange, ...]:
        """Return the defined terms that came, changed or went."""
        language = comparison.language.tag
        old, new = comparison.older.editions[language], comparison.newer.editions[language]
        return compare_terms(self._terms_of(old), self._terms_of(new))

    def _terms_of(self, edition: Edition) -> tuple[Definition, ...]:
        if edition.digest not in self._terms:
            self._terms[edition.digest] = find_terms(self._publication.documents[edition.digest])
        return self._terms[edition.digest]

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The events with what was known when they happened."""
        return compose_entries(
            self._publication.events, self._publication.policies, self.words_abroad, self._earlier_words_abroad()
        )

    @cached_property
    def words_abroad(self) -> Mapping[tuple[str, str, str], RenderedWords]:
        """Words of release notes for those who read them elsewhere: links into the text are whole addresses."""
        return {key: self._abroad(words, *key[:2]) for key, words in self._publication.words.items()}

    def _earlier_words_abroad(self) -> Mapping[Words, RenderedWords]:
        abroad: dict[Words, RenderedWords] = {}
        for policy in self._publication.policies:
            for version in policy.versions:
                for state in version.earlier:
                    for said in state.note.words.values() if state.note else ():
                        abroad[said] = self._abroad(self._publication.earlier_words[said], policy.id, version.label)
        return abroad

    def _abroad(self, words: RenderedWords, policy: str, version: str) -> RenderedWords:
        """Make every link whole: newsreaders and mail programs know no page that one could start from."""
        settings = self._publication.settings
        address = make_page(PageKind.VERSION, locale=words.locale, policy=policy, version=version).address
        page = f"{settings.base_url}{quote_address(address)}"
        note = self._publication.policy(policy).version(version).note
        path = note.path if note else ""

        def whole(tag: re.Match[str]) -> str:
            return f"<{tag[1]}{_ATTRIBUTE.sub(whole_attribute, tag[2])}>"

        def whole_attribute(found: re.Match[str]) -> str:
            if found[1] not in ("href", "src"):
                return found[0]
            link = unescape(found[2])
            try:
                target = urljoin(page, self._page_meant(link, path) or link)
                is_known = urlsplit(target).scheme in _LINKS
            except ValueError:
                is_known = False
            return f' {found[1]}="{escape(target)}"' if is_known else ""

        parts = {
            name: _TAG.sub(whole, getattr(words, name)) for name in ("summary_html", "impact_html", "choices_html")
        }
        return replace(words, **parts)

    @cached_property
    def ledger(self) -> Ledger:
        """The events as the machine feed tells them."""
        settings = self._publication.settings
        return compose_ledger(
            self.entries,
            links=Addresses(settings.base_url),
            time_zone=settings.time_zone,
            kept=self._publication.kept_records,
        )

    def anchors(self, comparison: Comparison, phrases: Phrases) -> frozenset[str]:
        """Return the anchors of sections that the redline has, whatever language its notes are in."""
        key = id(comparison.redline)
        if key not in self._anchors:
            parts = render_redline(comparison, phrases, in_columns=False)
            self._anchors[key] = frozenset(part.anchor for part in parts)
        return self._anchors[key]

    def _authoritative_changes(self, policy: Policy, version: Version) -> tuple[SectionChange, ...]:
        comparison = self.compare_with_previous(policy, version, policy.authoritative_locale)
        return comparison.sections if comparison else ()

    def _page_meant(self, href: str, source: str) -> str | None:
        """Return the link to the page of the text that a path from the file ``source`` means; ``None`` for others."""
        parts = urlsplit(href)
        if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
            return None
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), unquote(parts.path)))
        place = self._places.of(path)
        settings = self._publication.settings
        if place is None or place.role is not Role.TEXT or place.locale not in settings.languages:
            return None
        page = make_page(PageKind.POLICY, locale=place.locale, policy=place.policy)
        fragment = f"#{parts.fragment}" if parts.fragment else ""
        return f"{settings.base_path}{quote_address(page.address)}{fragment}"

    def _redline(self, old: Edition, new: Edition) -> redlines.Redline | None:
        older, newer = self.document(old), self.document(new)
        if older is None or newer is None:
            return None
        key = (old.digest, new.digest)
        if key not in self._redlines:
            self._redlines[key] = redlines.compare(older, newer)
        return self._redlines[key]


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
            heading, rest = ("", html) if is_changed else _without_heading(html)
            parts.append(RedlinePart(anchor if is_named else "", rest, is_changed=is_changed, heading=heading))
        if is_named:
            taken.add(anchor)
    return tuple(parts)


_HEADING = re.compile(
    r"(?P<before>(?:<div[^<>]*>\s*)*)(?P<heading><h(?P<level>[1-6])\b[^<>]*>.*?</h(?P=level)>)\n?(?P<rest>.*)",
    re.DOTALL,
)


def _without_heading(html: str) -> tuple[str, str]:
    """Return the heading that a section begins with, and the rest; the HTML is our own, so a tag is a tag.

    The heading is to stand where one clicks: its links lead nowhere there.
    """
    found = _HEADING.fullmatch(html)
    if found is None:
        return "", html
    rest = f"{found['before']}{found['rest']}"
    is_alone = not re.sub(r"<[^<>]*>", "", found["rest"]).strip() and "<img" not in rest
    return re.sub(r'(<a\b[^<>]*?) href="[^"]*"', r"\1", found["heading"]), "" if is_alone else rest


def section_anchor(section_id: str) -> str:
    """Return the id that a section has in the page of a redline."""
    return f"page-section-{section_address(section_id)}"


def _is_changed(section: redlines.SectionRedline) -> bool:
    return bool(section.kinds) or any(leaf.is_changed for step in section.operations for leaf in step.leaves)


def _with_own_ids(html: str, *, prefix: str, page: str) -> str:
    """Give the ids of a redline a prefix, since its page holds others; the HTML is our own, so a tag is a tag."""

    def renamed(tag: re.Match[str]) -> str:
        text = re.sub(r' id="', f' id="{prefix}', tag[0])
        text = re.sub(r' href="#(?=change-)', f' href="#{prefix}', text)
        return re.sub(rf' href="#(?!{re.escape(prefix)})', f' href="{page}#', text)

    return re.sub(r"<[a-z][^<>]*>", renamed, html)
