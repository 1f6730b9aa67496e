"""Several documents on one page: no id stands there twice, and footnotes count on from one to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from policy_site.documents.links import anchors
from policy_site.documents.phrasing import is_note_reference, note_number
from policy_site.documents.sections import make_section, replace_ids
from policy_site.model import Block, Container, Document, Section, Span


def set_apart(documents: Mapping[str, Document]) -> tuple[Document, ...]:
    """Return documents fit to stand on one page, in order.

    ``documents``: by what stands before all ids of each, and before what its links to itself name.
    """
    apart: list[Document] = []
    before = 0
    for prefix, document in documents.items():
        names = anchors(document)
        changes = {name: f"{prefix}{name}" for name in names}
        sections = tuple(replace_ids(section, changes, links=changes) for section in document.sections)
        numbers = {number for block in document.blocks for _, number in note_number(block.spans)}
        if before and numbers:
            sections = tuple(_counting_on(section, before) for section in sections)
        before += len(numbers)
        apart.append(replace(document, sections=sections) if names else document)
    return tuple(apart)


def _counting_on(section: Section, before: int) -> Section:
    blocks = tuple(
        replace(
            block,
            spans=tuple(_span_on(span, before) for span in block.spans),
            containers=tuple(_containers_on(block, before)),
        )
        for block in section.blocks
    )
    return section if blocks == section.blocks else make_section(blocks)


def _span_on(span: Span, before: int) -> Span:
    if not is_note_reference(span):
        return span
    digits = "".join(filter(str.isdigit, span.text))
    return replace(span, text=span.text.replace(digits, str(int(digits) + before))) if digits else span


def _containers_on(block: Block, before: int) -> Iterable[Container]:
    is_in_notes = False
    for container in block.containers:
        attributes = dict(container.attributes)
        if container.tag == "ol" and is_in_notes:
            start = str(int(attributes.get("start", "1")) + before)
            yield replace(container, attributes=tuple(sorted({**attributes, "start": start}.items())))
            is_in_notes = False
        else:
            is_in_notes = is_in_notes or (container.tag == "div" and attributes.get("class") == "footnote")
            yield container
