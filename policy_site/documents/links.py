"""Addresses in documents: which there are, what they point to, and how they are changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from policy_site.documents.emission import emit
from policy_site.documents.sections import element_ids
from policy_site.model import Block, Document, Mark, Section, Span


def links(document: Document) -> tuple[str, ...]:
    """Return each address that the document links to, once, in order of appearance."""
    found = {
        value: None
        for block in document.blocks
        for span in block.spans
        for mark in span.marks
        for name, value in mark.attributes
        if name == "href"
    }
    return tuple(found)


def anchors(document: Document) -> frozenset[str]:
    """Return each id that ``#…`` can point to in the document."""
    return frozenset(own for section in document.sections for own in element_ids(section.blocks))


def rewrite_links(document: Document, resolve: Callable[[str], str | None]) -> Document:
    """Return the document with each address replaced by what ``resolve`` makes of it; ``None`` leaves it as it is."""
    changes = {address: new for address in links(document) if (new := resolve(address)) is not None and new != address}
    if not changes:
        return document
    return replace(document, sections=tuple(_rewritten(section, changes) for section in document.sections))


def _rewritten(section: Section, changes: dict[str, str]) -> Section:
    blocks = tuple(_rewritten_block(block, changes) for block in section.blocks)
    if all(new is old for new, old in zip(blocks, section.blocks, strict=True)):
        return section
    return replace(section, blocks=blocks, html=emit(blocks))


def _rewritten_block(block: Block, changes: dict[str, str]) -> Block:
    spans = tuple(
        Span(span.text, tuple(_rewritten_mark(mark, changes) for mark in span.marks)) if span.marks else span
        for span in block.spans
    )
    return block if spans == block.spans else replace(block, spans=spans)


def _rewritten_mark(mark: Mark, changes: dict[str, str]) -> Mark:
    if mark.tag != "a":
        return mark
    attributes = tuple(
        (name, changes.get(value, value) if name == "href" else value) for name, value in mark.attributes
    )
    return Mark(mark.tag, attributes)
