"""What stands on top of a redline: how much changed, which sections, which defined terms, each change on a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policy_site.evidence.definitions import TermChangeKind
from policy_site.localization import Phrases
from policy_site.localization.names import N_, SECTION_CHANGE_NAMES
from policy_site.model import SectionChangeKind
from policy_site.redlines import SectionRedline
from policy_site.redlines.counts import Counts, count_changes
from policy_site.redlines.phrases import RedlinePhrases, fill, matter_of
from policy_site.redlines.summary import ChangeLine, repeated_replacements
from policy_site.web.comparisons import Comparison, section_anchor
from policy_site.web.parts.values import Badge
from policy_site.web.redline_phrases import redline_phrases
from policy_site.web.site import Site

_TERM_CHANGE_NAMES = {
    TermChangeKind.ADDED: N_("New"),
    TermChangeKind.CHANGED: N_("Changed"),
    # Translators: Said of a defined term that is not defined any more.
    TermChangeKind.DROPPED: N_("No longer defined"),
}


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """A change, linked to its place."""

    href: str
    old: str
    """The beginning of what went."""
    new: str
    """The beginning of what came or moved."""
    words: str
    """What is said of it, where no word changed."""


@dataclass(frozen=True, slots=True)
class SectionEntry:
    """A section that changed, linked to its place, with its changes."""

    heading: str
    href: str
    badges: tuple[Badge, ...]
    words_deleted: int
    words_added: int
    changes: tuple[ChangeEntry, ...]


@dataclass(frozen=True, slots=True)
class TermEntry:
    """A defined term, linked to the section that defines it."""

    term: str
    href: str


@dataclass(frozen=True, slots=True)
class TermGroup:
    """Defined terms of which the same became: they came, changed or went."""

    badge: Badge
    terms: tuple[TermEntry, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What changed, before one reads how."""

    words_deleted: int
    words_added: int
    title: str
    """Said where the title changed; empty where it did not."""
    counts: Counts
    repeated: tuple[str, ...]
    """A sentence for each replacement that was made at many places."""
    matters: tuple[tuple[str, int], ...]
    """What sort of words went or came, and how many."""
    sections: tuple[SectionEntry, ...]
    """Those of which more changed than the number."""
    renumbered: tuple[SectionEntry, ...]
    """Those of which only the number changed."""
    terms: tuple[TermGroup, ...]
    first_change: str | None
    has_moves: bool

    @property
    def section_count(self) -> int:
        """How many sections differ."""
        return len(self.sections) + len(self.renumbered)


def make_summary(site: Site, comparison: Comparison, locale: str, *, anchors: frozenset[str]) -> Summary:
    """Sum up a comparison for readers of ``locale``, in a page that has ``anchors``."""
    phrases = site.phrases(locale)
    redline = comparison.redline
    said = redline_phrases(phrases)
    changed = {id(section) for section in redline.changed_sections}
    entries: list[SectionEntry] = []
    renumbered: list[SectionEntry] = []
    for section, lines in site.comparisons.changes(comparison):
        if id(section) in changed or lines:
            is_only_number = section.kinds == (SectionChangeKind.RENUMBERED,) and not lines
            (renumbered if is_only_number else entries).append(
                _section_entry(section, lines, said, phrases, anchors=anchors)
            )
    return Summary(
        words_deleted=redline.words_deleted,
        words_added=redline.words_added,
        title=fill(said.title, old=redline.old_title, new=redline.new_title)
        if redline.old_title != redline.new_title
        else "",
        counts=count_changes(redline),
        repeated=tuple(
            phrases.gettext(
                "“%(old)s” became “%(new)s”, %(count)s times", old=one.old, new=one.new, count=str(one.times)
            )
            for one in repeated_replacements(redline)
        ),
        matters=tuple((matter_of(said, kind), count) for kind, count in site.comparisons.matters(comparison).items()),
        sections=tuple(entries),
        renumbered=tuple(renumbered),
        terms=tuple(_term_groups(site, comparison, phrases, anchors=anchors)),
        first_change="#change-1" if redline.changes else None,
        has_moves=bool(redline.moves),
    )


def _term_groups(
    site: Site, comparison: Comparison, phrases: Phrases, *, anchors: frozenset[str]
) -> Iterator[TermGroup]:  # fmt: skip
    present = {section_anchor(section.id) for section in comparison.redline.sections}
    changes = [
        change for change in site.comparisons.term_changes(comparison) if section_anchor(change.section) in present
    ]  # fmt: skip
    for kind, name in _TERM_CHANGE_NAMES.items():
        terms = tuple(
            TermEntry(change.term, _place(change.section, (), anchors)) for change in changes if change.kind is kind
        )
        if terms:
            yield TermGroup(Badge(kind, phrases.gettext(name)), terms)


def _section_entry(
    section: SectionRedline,
    lines: tuple[ChangeLine, ...],
    said: RedlinePhrases,
    phrases: Phrases,
    *,
    anchors: frozenset[str],
) -> SectionEntry:
    kinds = section.kinds or (SectionChangeKind.MODIFIED,)  # of one in which blocks moved, the words are the same
    return SectionEntry(
        heading=section.heading,
        href=_place(section.id, lines, anchors),
        badges=tuple(Badge(kind, phrases.gettext(SECTION_CHANGE_NAMES[kind])) for kind in kinds),
        words_deleted=section.words_deleted,
        words_added=section.words_added,
        changes=tuple(
            ChangeEntry(f"#change-{line.number}", line.old, line.new, _words(line, said, phrases)) for line in lines
        ),
    )


def _place(section: str, lines: tuple[ChangeLine, ...], anchors: frozenset[str]) -> str:
    """Return the link to a section; where its words stand in a neighbour's part, to its first change."""
    anchor = section_anchor(section)
    if anchor in anchors:
        return f"#{anchor}"
    return f"#change-{lines[0].number}" if lines else "#page-redline"


def _words(line: ChangeLine, said: RedlinePhrases, phrases: Phrases) -> str:
    """Return what is said of a change that no word shows."""
    if line.note is not None:
        return said.of(line.note)
    if line.move is not None and line.move.is_within_section:
        return said.moved_here
    if line.move is not None:
        return fill(said.moved_from, heading=line.move.from_heading or said.unnamed)
    if line.is_split:
        return phrases.gettext("A paragraph was divided")
    if line.is_merged:
        return phrases.gettext("Paragraphs were joined")
    return "" if line.old or line.new else phrases.gettext("Change other than to the wording")
