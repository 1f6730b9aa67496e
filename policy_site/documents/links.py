"""Addresses in documents: which there are, what they point to, and how they are changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import groupby

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


def pictures(document: Document) -> tuple[str, ...]:
    """Return the address of each picture in the document, once, in order of appearance."""
    found = {
        dict(span.marks[-1].attributes).get("src", ""): None
        for block in document.blocks
        for span in block.spans
        if not span.text and span.marks and span.marks[-1].tag == "img"
    }
    return tuple(found)


def links_to_nowhere(document: Document) -> tuple[str, ...]:
    """Return the words of each link without an address: it was empty, or nobody may be led there."""
    found: dict[str, None] = {}
    for block in document.blocks:
        for is_lost, spans in groupby(block.spans, key=_leads_nowhere):
            words = " ".join("".join(span.text for span in spans).split())
            if is_lost and words:
                found[words] = None
    return tuple(found)


def _leads_nowhere(span: Span) -> bool:
    names = ("href", "id")
    return any(mark.tag == "a" and not any(name in names for name, _ in mark.attributes) for mark in span.marks)


def rewrite_links(document: Document, resolve: Callable[[str], str | None]) -> Document:
    """Return the document with each address of a link or a picture replaced by what ``resolve`` makes of it.

    ``None`` leaves one as it is. Of one that becomes empty the words stay, or what stands for the picture.
    """
    addresses = dict.fromkeys((*links(document), *pictures(document)))
    changes = {address: new for address in addresses if (new := resolve(address)) is not None and new != address}
    if not changes:
        return document
    return replace(document, sections=tuple(_rewritten(section, changes) for section in document.sections))


def _rewritten(section: Section, changes: dict[str, str]) -> Section:
    blocks = tuple(_rewritten_block(block, changes) for block in section.blocks)
    if all(new is old for new, old in zip(blocks, section.blocks, strict=True)):
        return section
    return replace(section, blocks=blocks, html=emit(blocks))


def _rewritten_block(block: Block, changes: dict[str, str]) -> Block:
    rewritten = (_rewritten_span(span, changes) if span.marks else span for span in block.spans)
    spans = tuple(span for span in rewritten if span is not None)
    return block if spans == block.spans else replace(block, spans=spans)


def _rewritten_span(span: Span, changes: dict[str, str]) -> Span | None:
    """Return a span with its addresses changed; ``None`` for a picture that is gone and that no words stand for."""
    marks = tuple(_rewritten_mark(mark, changes) for mark in span.marks)
    if not span.text and marks[-1].tag == "img":
        attributes = dict(marks[-1].attributes)
        if not attributes.get("src"):
            return Span(words, marks[:-1]) if (words := attributes.get("alt", "")) else None
    return Span(span.text, marks)


def _rewritten_mark(mark: Mark, changes: dict[str, str]) -> Mark:
    name = {"a": "href", "img": "src"}.get(mark.tag)
    if name is None:
        return mark
    attributes = dict(mark.attributes)
    new = changes.get(attributes.get(name, ""))
    if new is None:
        return mark
    attributes[name] = new
    if not new:
        del attributes[name]
        attributes.pop("rel", None)
    return Mark(mark.tag, tuple(sorted(attributes.items())))
