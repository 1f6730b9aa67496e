"""What a text says by its structure: which entry belongs to which, by which number it is called, what is quoted."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from policy_site.documents.numbering import markers
from policy_site.documents.plain import words
from policy_site.model import Block, Document

_CONTAINERS = frozenset({"ul", "ol", "li", "dl", "dt", "dd", "blockquote"})
_MARKS = {"abbr": "title", "time": "datetime"}
_SPANNING = frozenset({"colspan", "rowspan"})


def form(document: Document) -> str:
    """Return the SHA-256 of words and structure: equal where a text says the same in the same structure.

    Structure is what readers see of it: how deep a list entry stands, the number it shows, quotations, cells and the
    rows and columns they span, long forms of abbreviations, machine-readable times. How a text is divided into
    paragraphs, its emphasis and its links are none.
    """
    lines = (" ".join(words(document)), *_structure(document))
    return sha256("\n".join(lines).encode()).hexdigest()


def _structure(document: Document) -> Iterator[str]:
    """Yield each block that stands in a structure, with its words, so that what stands where is told."""
    shown = markers(document.blocks)
    for block in document.blocks:
        path = [
            f"{container.tag}{shown.get(container.ordinal, '')}"
            for container in block.containers
            if container.tag in _CONTAINERS
        ]
        told = [*path, *_cell(block), *_marks(block)]
        if told:
            yield f"{' '.join(told)}\t{' '.join(block.text.split())}"


def _cell(block: Block) -> Iterator[str]:
    elements = [(block.tag, block.attributes), *((each.tag, each.attributes) for each in block.containers)]
    for tag, attributes in elements:
        if tag in ("td", "th"):
            yield " ".join(
                [tag, *(f"{name}={value}" for name, value in attributes if name in _SPANNING and value != "1")]
            )


def _marks(block: Block) -> Iterator[str]:
    for span in block.spans:
        for mark in span.marks:
            wanted = _MARKS.get(mark.tag)
            yield from (f"{mark.tag} {value}" for name, value in mark.attributes if name == wanted)
