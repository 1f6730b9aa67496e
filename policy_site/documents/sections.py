"""Blocks become sections with ids, sections become a document.

Parts come from chunks and are shared by every document that holds the chunk; only where ids of a document collide, or
where its title is taken out, are parts made anew.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from policy_site.documents.emission import emit
from policy_site.model import Block, Container, Document, Mark, Section, Span

PREAMBLE = "preamble"
RESERVED_PREFIXES = ("page-", "change-")
"""Ids that begin so belong to the page around a text; content gets ``section-`` before them."""

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MAXIMUM_ID = 120


@dataclass(frozen=True, slots=True)
class Part:
    """A section as its chunk alone tells it, and the ids that it brings to a document."""

    section: Section
    """Level 0 where a chunk begins without a heading: its words belong to the section before."""
    has_own_id: bool
    """False where the heading's id was made from its words."""
    ids: tuple[str, ...]
    """Of all elements but the heading, in order, with repetitions."""


def make_id(words: str) -> str:
    """Make an id of a heading's words: letters and digits of any script, hyphens between words."""
    folded = unicodedata.normalize("NFC", words).lower()
    kept = "".join(sign if sign.isalnum() or unicodedata.category(sign)[0] == "M" else " " for sign in folded)
    return safe_id("-".join(kept.split())[:_MAXIMUM_ID].strip("-") or "section")


def safe_id(own: str) -> str:
    """Return an author's id as it is used: one that the page needs for itself gets ``section-`` before it."""
    own = unicodedata.normalize("NFC", own)
    return f"section-{own}" if own.startswith(RESERVED_PREFIXES) or own == PREAMBLE else own


def split_parts(blocks: Sequence[Block]) -> tuple[Part, ...]:
    """Split a chunk's blocks at the headings that stand in no container."""
    safe = [_with_ids(replace(block, tag="h2") if _is_inner_title(block) else block, {}) for block in blocks]
    starts = [index for index, block in enumerate(safe) if is_heading(block)]
    bounds = [0, *(index for index in starts if index), len(safe)]
    return tuple(_make_part(tuple(safe[start:end])) for start, end in pairwise(bounds) if end)


def _is_inner_title(block: Block) -> bool:
    return block.tag == "h1" and bool(block.containers)


def is_heading(block: Block) -> bool:
    """Say whether a block begins a section."""
    return not block.containers and block.tag in _HEADINGS


def join_parts(parts: Iterable[Part], *, title: str) -> Document:
    """Make a document of the parts of its chunks, in order; see :func:`policy_site.documents.render_document`."""
    joined: list[Part] = []
    for part in parts:
        if part.section.level or not joined:
            joined.append(part)
        else:
            joined[-1] = _joined(joined[-1], part)
    title, joined = _without_title(joined, title)
    return Document(title, _with_unique_ids([_demoted(part) for part in joined]))


def make_section(blocks: tuple[Block, ...]) -> Section:
    """Make a section of blocks, whose heading has its id already."""
    heading = blocks[0]
    if not is_heading(heading):
        return Section(PREAMBLE, 0, "", emit(blocks), blocks)
    own = dict(heading.attributes)["id"]
    return Section(own, int(heading.tag[1]), " ".join(heading.text.split()), emit(blocks), blocks)


def replace_ids(section: Section, changes: dict[str, str], *, links: dict[str, str]) -> Section:
    """Return a section with ids changed (to nothing: dropped) and its links to ``#…`` following."""
    blocks = tuple(_with_ids(block, changes, links=links) for block in section.blocks)
    return section if blocks == section.blocks else make_section(blocks)


def _make_part(blocks: tuple[Block, ...]) -> Part:
    heading = blocks[0]
    has_own_id = is_heading(heading) and any(name == "id" for name, _ in heading.attributes)
    if is_heading(heading) and not has_own_id:
        attributes = tuple(sorted((*heading.attributes, ("id", make_id(heading.text)))))
        blocks = (replace(heading, attributes=attributes), *blocks[1:])
    section = make_section(blocks)
    ids = tuple(element_ids(blocks))
    return Part(section, has_own_id, ids[1:] if section.level else ids)


def element_ids(blocks: Iterable[Block]) -> Iterable[str]:
    """Yield the ids that the HTML of blocks carries, in order."""
    containers: set[int] = set()
    for block in blocks:
        for container in block.containers:
            if container.ordinal not in containers:
                containers.add(container.ordinal)
                yield from _id_of(container.attributes)
        yield from _id_of(block.attributes)
        before: tuple[Mark, ...] = ()
        for span in block.spans:
            for depth, mark in enumerate(span.marks):
                is_new = span.marks[: depth + 1] != before[: depth + 1] or (not span.text and mark is span.marks[-1])
                if is_new:
                    yield from _id_of(mark.attributes)
            before = span.marks if span.text else span.marks[:-1]


def _id_of(attributes: tuple[tuple[str, str], ...]) -> Iterable[str]:
    return (value for name, value in attributes if name == "id")


def _joined(first: Part, second: Part) -> Part:
    blocks = first.section.blocks + second.section.blocks
    section = replace(first.section, blocks=blocks, html=f"{first.section.html}\n{second.section.html}")
    return replace(first, section=section, ids=first.ids + second.ids)


def _without_title(parts: list[Part], title: str) -> tuple[str, list[Part]]:
    if not parts or parts[0].section.level != 1:
        return title, parts
    first = parts[0].section
    if title and " ".join(title.split()) != first.heading:
        return title, parts
    rest = first.blocks[1:]
    kept = [Part(make_section(rest), has_own_id=False, ids=parts[0].ids)] if rest else []
    return title or first.heading, [*kept, *parts[1:]]


def _demoted(part: Part) -> Part:
    """Make a first-level heading one of the second level: a page has one ``h1``, the title."""
    if part.section.level != 1:
        return part
    heading = part.section.blocks[0]
    return replace(part, section=make_section((replace(heading, tag="h2"), *part.section.blocks[1:])))


def _with_unique_ids(parts: list[Part]) -> tuple[Section, ...]:
    everything = [name for part in parts for name in (*part.ids, *([part.section.id] if part.section.level else ()))]
    repeated = {name for name, count in Counter(everything).items() if count > 1}
    if not repeated:
        return tuple(part.section for part in parts)
    headings: dict[int, str] = {}
    own = [index for index, part in enumerate(parts) if part.section.level and part.has_own_id]
    made = [index for index, part in enumerate(parts) if part.section.level and not part.has_own_id]
    taken: set[str] = set()
    counts: Counter[str] = Counter()
    for index in own:
        headings[index] = _free_id(parts[index].section.id, taken, counts)
    elements = set(taken)
    taken.update(name for part in parts for name in part.ids)
    for index in made:
        headings[index] = _free_id(parts[index].section.id, taken, counts)
    sections = (
        _with_heading_id(
            part.section if repeated.isdisjoint(part.ids) else _without_repeated_ids(part.section, elements),
            headings.get(index),
        )
        for index, part in enumerate(parts)
    )
    return tuple(section for section in sections if section.blocks)


def _free_id(wanted: str, taken: set[str], counts: Counter[str]) -> str:
    """Return the first id that is free; ``counts`` remembers how far each was counted, or many would take long."""
    free, count = wanted, max(counts[wanted], 1)
    while free in taken:
        count += 1
        free = f"{wanted}-{count}"
    counts[wanted] = count
    taken.add(free)
    return free


def _with_heading_id(section: Section, own: str | None) -> Section:
    if own is None or own == section.id:
        return section
    heading = section.blocks[0]
    attributes = tuple((name, own if name == "id" else value) for name, value in heading.attributes)
    return make_section((replace(heading, attributes=attributes), *section.blocks[1:]))


def _without_repeated_ids(section: Section, taken: set[str]) -> Section:
    """Drop each id that an element before it has; ``taken`` grows."""
    blocks: list[Block] = []
    containers: dict[int, Container] = {}
    for index, block in enumerate(section.blocks):
        if index == 0 and section.level:
            heading = replace(block, spans=_spans_without_ids(block.spans, taken))
            blocks.append(heading if heading != block else block)
            continue
        for container in block.containers:
            if container.ordinal not in containers:
                kept = replace(container, attributes=_first_id(container.attributes, taken))
                containers[container.ordinal] = kept
        kept_block = Block(
            block.tag,
            _first_id(block.attributes, taken),
            tuple(containers[container.ordinal] for container in block.containers),
            _spans_without_ids(block.spans, taken),
        )
        if kept_block.spans or kept_block.attributes or not block.spans or block.tag in ("td", "th", "dt", ""):
            blocks.append(kept_block)
    result = tuple(blocks)
    if not result:
        return replace(section, html="", blocks=())
    return section if result == section.blocks else make_section(result)


def _spans_without_ids(spans: tuple[Span, ...], taken: set[str]) -> tuple[Span, ...]:
    kept: list[Span] = []
    before: tuple[Mark, ...] = ()
    mended: tuple[Mark, ...] = ()
    for span in spans:
        shared = 0
        for mine, other in zip(before, span.marks if span.text else span.marks[:-1], strict=False):
            if mine != other:
                break
            shared += 1
        new = (replace(mark, attributes=_first_id(mark.attributes, taken)) for mark in span.marks[shared:])
        marks = (*mended[:shared], *new)
        if span.text or marks[-1].tag in ("br", "img") or any(name == "id" for name, _ in marks[-1].attributes):
            kept.append(Span(span.text, marks))
        depth = len(span.marks) if span.text else len(span.marks) - 1
        before, mended = span.marks[:depth], marks[:depth]
    return tuple(kept)


def _first_id(attributes: tuple[tuple[str, str], ...], taken: set[str]) -> tuple[tuple[str, str], ...]:
    for name, value in attributes:
        if name == "id":
            if value in taken:
                return tuple(pair for pair in attributes if pair[0] != "id")
            taken.add(value)
    return attributes


def _with_ids(block: Block, changes: dict[str, str], *, links: dict[str, str] | None = None) -> Block:
    """Return a block with its ids changed, made safe, and its links following."""
    if not (
        block.attributes or block.containers or any(mark.attributes for span in block.spans for mark in span.marks)
    ):
        return block

    def changed(attributes: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        if not attributes:
            return attributes
        return tuple((name, _changed_value(name, value, changes, links or {})) for name, value in attributes)

    return Block(
        block.tag,
        changed(block.attributes),
        tuple(
            replace(container, attributes=changed(container.attributes)) if container.attributes else container
            for container in block.containers
        ),
        tuple(
            Span(span.text, tuple(Mark(mark.tag, changed(mark.attributes)) for mark in span.marks))
            if span.marks
            else span
            for span in block.spans
        ),
    )


def _changed_value(name: str, value: str, changes: dict[str, str], links: dict[str, str]) -> str:
    if name == "id":
        return changes.get(value, safe_id(value))
    if name == "href" and value.startswith("#"):
        return f"#{links.get(value[1:], safe_id(value[1:]))}"
    return value
