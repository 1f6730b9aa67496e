"""Edits planted into real documents, so that it is known what a redline has to show."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count, pairwise

from policy_site.model import Block, Container, Document, Mark, Section, Span
from policy_site.redlines import Operation, OperationKind, Redline, RunKind, compare
from policy_site.redlines.tokens import is_wordlike, tokenise

Marks = list[tuple[str, str]]
"""What is marked: ``("-", words)`` and ``("+", words)``, in order."""
Planted = tuple[Document, Marks]
Edit = tuple[Document, Document, Marks]
"""The text before, the text after, and what is marked."""
Plant = Callable[[random.Random, Document], Edit | None]
Check = Callable[[Redline, Marks], bool]
SENTENCE = "This planted sentence stands in no other policy."
_ORDINALS = count(10_000_000)
_MOVES_OF_A_REDLINE = 2
"""A move is two changes: at the old place and at the new one."""


def marked(redline: Redline) -> Marks:
    """Return what a redline marks, in order; what stands side by side in several blocks is one mark a block."""
    return [
        ("-" if run.kind is RunKind.DELETED else "+", " ".join((run.old_text + run.new_text).split()))
        for operation in redline.operations
        for leaf in operation.leaves
        for run in leaf.runs
        if run.kind in (RunKind.DELETED, RunKind.ADDED)
    ]


@dataclass(frozen=True, slots=True)
class Place:
    """A block of a document."""

    document: Document
    section: int
    block: int

    @property
    def value(self) -> Block:
        """The block."""
        return self.document.sections[self.section].blocks[self.block]

    def replaced(self, *blocks: Block) -> Document:
        """Return the document with other blocks at this place."""
        section = self.document.sections[self.section]
        rows = (*section.blocks[: self.block], *blocks, *section.blocks[self.block + 1 :])
        return _with_section(self.document, self.section, replace(section, blocks=rows))


def _with_section(document: Document, index: int, section: Section) -> Document:
    sections = (*document.sections[:index], section, *document.sections[index + 1 :])
    return replace(document, sections=sections)


def places(document: Document, accept: Callable[[Block], bool]) -> list[Place]:
    """Return the places of the blocks that are accepted."""
    return [
        Place(document, index, number)
        for index, section in enumerate(document.sections)
        for number, block in enumerate(section.blocks)
        if accept(block)
    ]


def _is_prose(block: Block) -> bool:
    return block.tag in ("p", "") and block.text.isascii() and len(block.text.split()) >= 8  # noqa: PLR2004 - words


def _is_cell(block: Block) -> bool:
    return block.tag == "td" and any(is_wordlike(key) for key in tokenise(block.text).keys)


def is_paragraph(block: Block) -> bool:
    """Say whether a block is a paragraph of some length in no list, table or quotation."""
    return block.tag == "p" and not block.containers and len(block.text.split()) >= 5  # noqa: PLR2004 - words


def _edit(chooser: random.Random, place: Place, edit: Callable[[str], tuple[str, Marks] | None]) -> Planted | None:
    """Edit the text of one span of a block."""
    spans = place.value.spans
    index = chooser.randrange(len(spans)) if spans else 0
    found = edit(spans[index].text) if spans else None
    if found is None:
        return None
    span = replace(spans[index], text=found[0])
    block = replace(place.value, spans=(*spans[:index], span, *spans[index + 1 :]))
    return place.replaced(block), found[1]


def _replace_token(
    chooser: random.Random, text: str, accept: Callable[[str], bool], make: Callable[[str], str]
) -> tuple[str, Marks] | None:
    """Replace one token that stands between white space, so that nothing else is part of it."""
    tokens = tokenise(text)
    chosen = [
        (start, end)
        for start, end, key in zip(tokens.starts, tokens.ends, tokens.keys, strict=True)
        if accept(key) and start and text[start - 1].isspace() and text[end : end + 1].isspace()
    ]
    if not chosen:
        return None
    start, end = chooser.choice(chosen)
    new = make(text[start:end])
    return text[:start] + new + text[end:], [("-", " ".join(text[start:end].split())), ("+", " ".join(new.split()))]


def plant_word(chooser: random.Random, document: Document) -> Planted | None:
    """Replace one word."""
    return _plant(
        chooser,
        places(document, _is_prose),
        lambda text: _replace_token(chooser, text, str.isalpha, lambda _: "plantedword"),
    )


def plant_number(chooser: random.Random, document: Document) -> Planted | None:
    """Change the digits of one number, date, amount or duration."""

    def other(number: str) -> str:
        return "".join(str((int(sign) + 1) % 10) if sign.isdecimal() else sign for sign in number)

    chosen = places(document, lambda block: block.tag != "pre" and any(sign in "0123456789" for sign in block.text))
    return _plant(
        chooser,
        chosen,
        lambda text: _replace_token(
            chooser, text, lambda key: key.isascii() and key[0].isdecimal() and key[-1].isalnum(), other
        ),
    )


def plant_not(chooser: random.Random, document: Document) -> Planted | None:
    """Insert a "not"."""

    def insert(text: str) -> tuple[str, Marks] | None:
        tokens = tokenise(text)
        inner = [
            start
            for start, (before, after) in zip(tokens.starts[1:], pairwise(tokens.keys), strict=True)
            if before.isalpha() and after.isalpha() and "not" not in (before, after)
        ]
        if not inner:
            return None
        place = chooser.choice(inner)
        return f"{text[:place]}not {text[place:]}", [("+", "not")]

    return _plant(chooser, places(document, _is_prose), insert)


def plant_sentence(chooser: random.Random, document: Document) -> Planted | None:
    """Insert a sentence after another one."""

    def insert(text: str) -> tuple[str, Marks] | None:
        ends = [i + 1 for i in range(len(text) - 1) if text[i] == "." and text[i + 1] == " " and text[i - 1].isalpha()]
        if not ends:
            return None
        end = chooser.choice(ends)
        return f"{text[:end]} {SENTENCE}{text[end:]}", [("+", SENTENCE)]

    return _plant(chooser, places(document, _is_prose), insert)


def plant_paragraph(chooser: random.Random, document: Document) -> Planted | None:
    """Add a paragraph after another one."""
    chosen = places(document, is_paragraph)
    if not chosen:
        return None
    place = chooser.choice(chosen)
    words = f"{SENTENCE} It says what nobody asked for, in words that belong to it alone."
    return place.replaced(place.value, Block("p", (), (), (Span(words),))), [("+", words)]


def plant_cell(chooser: random.Random, document: Document) -> Planted | None:
    """Replace all words of one cell."""
    chosen = places(document, lambda block: _is_cell(block) and len(block.spans) == 1)
    if not chosen:
        return None
    place = chooser.choice(chosen)
    block = replace(place.value, spans=(replace(place.value.spans[0], text="Planted Cell"),))
    return place.replaced(block), [("-", " ".join(place.value.text.split())), ("+", "Planted Cell")]


def plant_row(chooser: random.Random, document: Document) -> Planted | None:
    """Add a row after another one, as wide as it."""
    chosen = places(document, lambda block: _is_cell(block) and block.containers[-1].tag == "tr")
    if not chosen:
        return None
    place = chooser.choice(chosen)
    blocks = place.document.sections[place.section].blocks
    row = place.value.containers[-1].ordinal
    cells = [i for i, block in enumerate(blocks) if block.containers and block.containers[-1].ordinal == row]
    containers = (*place.value.containers[:-1], Container("tr", (), next(_ORDINALS)))
    added = [replace(blocks[i], containers=containers, spans=(Span(f"Planted {i}"),)) for i in cells]
    last = Place(document, place.section, cells[-1])
    return last.replaced(last.value, *added), [("+", f"Planted {i}") for i in cells]


def _plant(
    chooser: random.Random, chosen: Sequence[Place], edit: Callable[[str], tuple[str, Marks] | None]
) -> Planted | None:
    for place in chooser.sample(list(chosen), min(4, len(chosen))):
        found = _edit(chooser, place, edit)
        if found is not None:
            return found
    return None


def plant_block_move(chooser: random.Random, document: Document) -> Planted | None:
    """Move a paragraph that stands once over more than its own length; what it passes stays."""
    chosen = places(document, is_paragraph)
    known = Counter(block.text for block in document.blocks)
    movable = [place for place in chosen if known[place.value.text] == 1]
    if len(movable) < 2:  # noqa: PLR2004 - one to move, one to pass
        return None
    place, target = chooser.sample(movable, 2)
    first, last = sorted([place, target], key=lambda one: (one.section, one.block))
    between = [
        block
        for index, section in enumerate(document.sections)
        for number, block in enumerate(section.blocks)
        if (first.section, first.block) < (index, number) < (last.section, last.block)
    ]
    if sum(len(block.text) for block in between) <= 2 * len(place.value.text) or _is_only(place):
        return None
    without = place.replaced()
    number = target.block - (place.section == target.section and place.block < target.block)
    target = Place(without, target.section, number)
    return target.replaced(target.value, place.value), []


def _is_only(place: Place) -> bool:
    return len(place.document.sections[place.section].blocks) <= 2  # noqa: PLR2004 - a heading and it


def plant_section_move(chooser: random.Random, document: Document) -> Planted | None:
    """Move a section over others that are longer together."""
    sections = list(document.sections)
    chosen = [i for i, one in enumerate(sections) if i and one.heading and len(one.blocks) > 1]
    if len(chosen) < 3:  # noqa: PLR2004 - one to move, two to pass
        return None
    place, target = chooser.sample(chosen, 2)
    passed = sections[place + 1 : target + 1] if target > place else sections[target:place]
    if sum(_length(one) for one in passed) <= 2 * _length(sections[place]):
        return None
    section = sections.pop(place)
    sections.insert(target, section)
    return replace(document, sections=tuple(sections)), []


def _length(section: Section) -> int:
    return sum(len(block.text) for block in section.blocks)


def plant_link(chooser: random.Random, document: Document) -> Planted | None:
    """Change the target of one link."""
    chosen = places(document, lambda block: any(span.text.strip() and _is_link(span) for span in block.spans))
    if not chosen:
        return None
    place = chooser.choice(chosen)
    target = Mark("a", (("href", "https://example.org/planted"),))
    spans = tuple(
        replace(span, marks=tuple(target if mark.tag == "a" else mark for mark in span.marks))
        for span in place.value.spans
    )
    return place.replaced(replace(place.value, spans=spans)), []


def _is_link(span: Span) -> bool:
    return any(mark.tag == "a" and any(name == "href" for name, _ in mark.attributes) for mark in span.marks)


_SEEN = ("start", "reversed", "type", "value")
"""Attributes of lists and items that readers see as numbers: no renderer may drop them."""


def render_otherwise(document: Document) -> Document:
    """Return what another version of the renderer could make of a text: other white space, spans, attributes, HTML."""

    def unstyled(container: Container) -> Container:
        kept = tuple((name, value) for name, value in container.attributes if name in _SEEN)
        return replace(container, ordinal=container.ordinal + 7, attributes=kept)

    def otherwise(block: Block) -> Block:
        spans: list[Span] = []
        for span in block.spans:
            marks = tuple(replace(mark, tag={"strong": "b", "em": "i"}.get(mark.tag, mark.tag)) for mark in span.marks)
            middle = span.text.find(" ") if block.tag != "pre" else -1
            parts = [span.text] if middle < 0 else [span.text[:middle], "\n" + span.text[middle + 1 :]]
            spans.extend(Span(part, marks) for part in parts if part or not span.text)
        return replace(block, spans=tuple(spans), containers=tuple(unstyled(one) for one in block.containers))

    sections = (
        replace(section, html="", blocks=tuple(otherwise(block) for block in section.blocks))
        for section in document.sections
    )
    return replace(document, sections=tuple(sections))


def is_exact(redline: Redline, expected: Marks) -> bool:
    """Say whether a redline marks what was planted and nothing else."""
    return marked(redline) == expected and not redline.moves


def is_one_move(redline: Redline, _: Marks) -> bool:
    """Say whether a redline shows one move and nothing else."""
    return len(redline.moves) == 1 and not marked(redline) and redline.changes == _MOVES_OF_A_REDLINE


def is_link_only(redline: Redline, _: Marks) -> bool:
    """Say whether a redline shows a changed target and no changed word."""
    return not redline.is_empty and not marked(redline) and not redline.moves


Planter = Callable[[random.Random, Document], Planted | None]
EDITS: tuple[tuple[str, Planter, Check], ...] = (
    ("one word", plant_word, is_exact),
    ("a number", plant_number, is_exact),
    ('a "not"', plant_not, is_exact),
    ("a sentence", plant_sentence, is_exact),
    ("a paragraph", plant_paragraph, is_exact),
    ("a table cell", plant_cell, is_exact),
    ("a table row", plant_row, is_exact),
    ("a block moved", plant_block_move, is_one_move),
    ("a section moved", plant_section_move, is_one_move),
    ("a link's target", plant_link, is_link_only),
)


def plant_all(documents: Sequence[Document], *, each: int) -> dict[str, tuple[int, int]]:
    """Return of each kind of edit how many of how many redlines show it exactly, every second one backwards."""
    results = {
        name: try_edit(name, _beside_the_document(plant), is_shown, documents, each=each)
        for name, plant, is_shown in EDITS
    }
    otherwise = [compare(document, render_otherwise(document)).is_empty for document in documents[:each]]
    results["another renderer"] = (sum(otherwise), len(otherwise))
    return results


def try_edit(name: str, plant: Plant, is_shown: Check, documents: Sequence[Document], *, each: int) -> tuple[int, int]:
    """Return how many redlines show an edit exactly, of how many tried; every second one backwards."""
    chooser = random.Random(name)  # noqa: S311 - a sample, not a secret
    right = tried = 0
    for document in chooser.sample(list(documents), len(documents)):
        planted = plant(chooser, document)
        if planted is None:
            continue
        old, new, expected = planted
        if tried % 2:
            old, new, expected = new, old, mirrored(expected)
        right += is_shown(compare(old, new), expected)
        tried += 1
        if tried == each:
            break
    return right, tried


def _beside_the_document(plant: Planter) -> Plant:
    """Return the same edit with the document as it was for its old side."""

    def edit(chooser: random.Random, document: Document) -> Edit | None:
        planted = plant(chooser, document)
        return (document, *planted) if planted else None

    return edit


def mirrored(marks: Marks) -> Marks:
    """Return what is marked of an edit taken back."""
    return sorted((("+" if sign == "-" else "-", words) for sign, words in marks), key=_sign_order)


def _sign_order(mark: tuple[str, str]) -> bool:
    return mark[0] == "+"


def false_moves(redline: Redline) -> tuple[int, int]:
    """Return how many moves passed nothing that stayed, or share less than half of their words; and how many there are.

    Both can be told without knowing what the author did: a move that passes nothing is none, and one that has more new
    words than old ones is a coincidence.
    """
    order = list(redline.operations)
    false = 0
    for move in redline.moves:
        ends = {OperationKind.MOVED_FROM, OperationKind.MOVED_TO}
        own = [i for i, operation in enumerate(order) if operation.move == move.number and operation.kind in ends]
        passed = any(_stays(operation, move.number) for operation in order[min(own) : max(own)])
        there = [order[i] for i in own if order[i].kind is OperationKind.MOVED_TO]
        texts = [leaf.new.text for operation in there for leaf in operation.leaves if leaf.new is not None]
        words = sum(is_wordlike(key) for text in texts for key in tokenise(text).keys)
        added = sum(operation.words_added for operation in there)
        false += not passed or 2 * added > words
    return false, len(redline.moves)


def _stays(operation: Operation, move: int) -> bool:
    """Say whether a block with words stands at its place in both texts, or belongs to another move."""
    return operation.move not in (0, move) or (
        operation.has_old and operation.has_new and any(leaf.old and leaf.old.text.strip() for leaf in operation.leaves)
    )
