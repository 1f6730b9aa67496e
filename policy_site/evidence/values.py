"""What a text says that matters, as frozen values, and what a kind is given to find it in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from policy_site.evidence.numerals import Numeral, find_numerals
from policy_site.model import Section, Span


class Kind(StrEnum):
    """What sort of words they are."""

    EMAIL = "email"
    LINK = "link"
    DATE = "date"
    AGE = "age"
    PERIOD = "period"
    PERCENTAGE = "percentage"
    AMOUNT = "amount"
    REFERENCE = "reference"
    NUMBER = "number"
    NEGATION = "negation"
    MODAL = "modal"
    PARTY = "party"
    TERM = "term"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of a text that say something a reader may act on."""

    kind: Kind
    value: str
    """The same for all ways to write it, and as far as can be for all languages: ``30 day``, ``1000.5 EUR``,
    ``2026-09-01``."""
    words: str
    """As they are written."""
    start: int
    """Where they begin in the text of their block, in characters."""
    end: int
    block: int = 0
    """Place of the block in its section, from 0."""
    section: str = ""
    """Id of the section."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a kind found in a passage."""

    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """The text of one block, with what there is to know for reading it."""

    text: str
    language: str
    """Primary tag: ``pt`` of ``pt-BR``."""
    locale: str
    spans: tuple[Span, ...] = ()
    """What ``text`` is made of; empty for words that have no marks."""
    vocabulary: frozenset[str] = frozenset()
    """Words that the whole text has in small letters: what is among them is no name."""
    section: Section | None = None
    """Absent for words that stand for themselves; then no term is defined in them."""
    place: int = 0
    """Of the block in ``section``."""
    is_heading: bool = False
    numerals: tuple[Numeral, ...] = field(default=(), compare=False)


Finder = Callable[[Passage], Iterator[Found]]
"""Finds everything of one kind in a passage, in any order."""


def read_passage(
    text: str,
    *,
    locale: str,
    spans: tuple[Span, ...] = (),
    vocabulary: frozenset[str] = frozenset(),
    section: Section | None = None,
    place: int = 0,
    is_heading: bool = False,
) -> Passage:
    """Return a passage with its numerals read in the way of ``locale`` (BCP 47)."""
    language = locale.replace("_", "-").split("-", 1)[0].lower()
    return Passage(
        text=text,
        language=language,
        locale=locale,
        spans=spans,
        vocabulary=vocabulary,
        section=section,
        place=place,
        is_heading=is_heading,
        numerals=find_numerals(text, locale=locale, language=language),
    )
