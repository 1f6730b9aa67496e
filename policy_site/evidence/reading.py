"""A text read for evidence: block by block, every kind in its order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import regex

from policy_site.evidence.kinds import FINDERS
from policy_site.evidence.kinds.parties import words_asked_for
from policy_site.evidence.values import Evidence, Found, Kind, Passage, read_passage
from policy_site.model import Block, Document, Section, Span

_SHARING = frozenset({Kind.TERM})
"""Kinds that take no words: a defined term is often a party, too."""
_SMALL = regex.compile(r"(?<![\p{L}\p{M}])\p{Ll}[\p{L}\p{M}]++")
_LONGEST = 200_000
"""Characters of a block that are read; a paragraph has some hundreds."""


def read_document(document: Document, *, locale: str) -> tuple[Evidence, ...]:
    """Return what a whole text says that matters, in its order; ``locale`` is the language it is written in."""
    words = vocabulary_of(document.blocks)
    return tuple(
        evidence for section in document.sections for evidence in read_section(section, locale=locale, vocabulary=words)
    )


def read_section(section: Section, *, locale: str, vocabulary: frozenset[str] | None = None) -> tuple[Evidence, ...]:
    """Return what a section says that matters, its heading included.

    ``vocabulary``: words that the whole text has in small letters; without it those of the section.
    """
    words = vocabulary_of(section.blocks) if vocabulary is None else vocabulary
    return tuple(
        evidence
        for place in range(len(section.blocks))
        for evidence in read_block(section, place, locale=locale, vocabulary=words)
    )


def read_block(
    section: Section, place: int, *, locale: str, vocabulary: frozenset[str] = frozenset()
) -> tuple[Evidence, ...]:
    """Return what one block of a section says; places are characters of :attr:`Block.text`."""
    block = section.blocks[place]
    if len(block.text) > _LONGEST:
        return ()
    return _read(
        read_passage(
            block.text,
            locale=locale,
            spans=block.spans,
            vocabulary=vocabulary,
            section=section,
            place=place,
            is_heading=block.tag[:1] == "h" and block.tag[1:].isdigit(),
        )
    )


def read_spans(
    spans: Sequence[Span], *, locale: str, vocabulary: frozenset[str] = frozenset(), is_heading: bool = False
) -> tuple[Evidence, ...]:
    """Return what words say that stand for themselves, with their links; places are characters of all of them."""
    text = "".join(span.text for span in spans)
    if len(text) > _LONGEST:
        return ()
    # the same words stand in the redlines of many pairs, whose texts have other vocabularies
    return _read_spans(text, tuple(spans), locale, vocabulary & words_asked_for(text), is_heading=is_heading)


@lru_cache(maxsize=8192)
def _read_spans(
    text: str, spans: tuple[Span, ...], locale: str, vocabulary: frozenset[str], *, is_heading: bool
) -> tuple[Evidence, ...]:
    return _read(read_passage(text, locale=locale, spans=spans, vocabulary=vocabulary, is_heading=is_heading))


@lru_cache(maxsize=4096)
def read_text(text: str, *, locale: str) -> tuple[Evidence, ...]:
    """Return what a sentence says that matters, without any marks in it."""
    return read_spans((Span(text),), locale=locale)


def vocabulary_of(blocks: Iterable[Block]) -> frozenset[str]:
    """Return the words that blocks have in small letters, case-folded."""
    return frozenset(found[0].casefold() for block in blocks for found in _SMALL.finditer(block.text))


def _read(passage: Passage) -> tuple[Evidence, ...]:
    taken = bytearray(len(passage.text))
    found: list[Evidence] = []
    for kind, find in FINDERS:
        for each in sorted(find(passage), key=lambda hit: (hit.start, -hit.end)):
            if each.start >= each.end or (kind not in _SHARING and any(taken[each.start : each.end])):
                continue
            if kind not in _SHARING:
                taken[each.start : each.end] = b"\x01" * (each.end - each.start)
            found.append(_evidence(kind, each, passage))
    return tuple(sorted(found, key=lambda each: (each.start, each.end, each.kind)))


def _evidence(kind: Kind, found: Found, passage: Passage) -> Evidence:
    return Evidence(
        kind=kind,
        value=found.value,
        words=passage.text[found.start : found.end],
        start=found.start,
        end=found.end,
        block=passage.place,
        section=passage.section.id if passage.section else "",
    )
