"""Edits of structure planted into real documents: no word may be marked that did not change."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import count

from benchmarks.redlines_planted import (
    Check,
    Edit,
    Marks,
    Place,
    Plant,
    is_exact,
    is_paragraph,
    marked,
    places,
    try_edit,
)
from policy_site.model import Block, Container, Document, Span
from policy_site.redlines import Redline
from policy_site.redlines.counts import count_changes

_ORDINALS = count(20_000_000)
_SENTENCE = re.compile(r"(?<=[a-z]{3}[.!?])\s+(?=[A-Z])")
_LONG = "Planted terms may be raised once a year by no more than five per cent of the fee."


def _container(tag: str, *attributes: tuple[str, str]) -> Container:
    return Container(tag, attributes, next(_ORDINALS))


def _listed(
    texts: list[str], tag: str, *attributes: tuple[str, str], around: tuple[Container, ...] = ()
) -> list[Block]:
    outer = _container(tag, *attributes)
    return [Block("", (), (*around, outer, _container("li")), (Span(text),)) for text in texts]


def _several_sentences(block: Block, least: int) -> list[str]:
    if not is_paragraph(block) or len(block.spans) != 1:
        return []
    sentences = _SENTENCE.split(" ".join(block.text.split()))
    return sentences if len(sentences) >= least and all(len(one.split()) >= 4 for one in sentences) else []  # noqa: PLR2004


def _choose(chooser: random.Random, document: Document, accept: Callable[[Block], bool]) -> Place | None:
    chosen = places(document, accept)
    return chooser.choice(chosen) if chosen else None


def _alone(document: Document) -> Place | None:
    """Return a place after which something can be planted that nothing else in the text is like."""
    chosen = places(document, is_paragraph)
    return chosen[len(chosen) // 2] if chosen else None


def plant_split(chooser: random.Random, document: Document, *, parts: int, as_list: bool) -> Edit | None:
    """Divide a paragraph into several, or into items of a list."""
    place = _choose(chooser, document, lambda block: bool(_several_sentences(block, parts)))
    if place is None:
        return None
    sentences = _several_sentences(place.value, parts)
    texts = [*sentences[: parts - 1], " ".join(sentences[parts - 1 :])]
    blocks = _listed(texts, "ul") if as_list else [replace(place.value, spans=(Span(text),)) for text in texts]
    whole = replace(place.value, spans=(Span(" ".join(sentences)),))
    return _pair(place, [whole], blocks)


def _pair(place: Place, old: list[Block], new: list[Block], marks: Marks | None = None) -> Edit:
    return place.replaced(*old), place.replaced(*new), marks or []


ITEMS = ["alder planted first of all", "birch planted in the second place", "cedar planted as the last one"]


def _plant_beside(document: Document, old: list[Block], new: list[Block], marks: Marks | None = None) -> Edit | None:
    place = _alone(document)
    return _pair(place, [place.value, *old], [place.value, *new], marks) if place else None


def plant_level(_: random.Random, document: Document) -> Edit | None:
    """Make an item a sub-item."""
    flat = _listed(ITEMS, "ul")
    inner = flat[0].containers
    deep = Block("", (), (*inner, _container("ul"), _container("li")), flat[1].spans)
    return _plant_beside(document, flat, [flat[0], deep, flat[2]])


def plant_kind(_: random.Random, document: Document) -> Edit | None:
    """Make numbers of bullets."""
    return _plant_beside(document, _listed(ITEMS, "ul"), _listed(ITEMS, "ol"))


def plant_start(_: random.Random, document: Document) -> Edit | None:
    """Let a list begin with another number."""
    return _plant_beside(document, _listed(ITEMS, "ol"), _listed(ITEMS, "ol", ("start", "3")))


def plant_quotation(chooser: random.Random, document: Document) -> Edit | None:
    """Make a quotation of a paragraph."""
    place = _choose(chooser, document, is_paragraph)
    if place is None:
        return None
    return _pair(place, [place.value], [replace(place.value, containers=(_container("blockquote"),))])


def plant_title(_: random.Random, document: Document) -> Edit | None:
    """Change the title."""
    return document, replace(document, title=f"{document.title} planted"), []


def plant_first_number(_: random.Random, document: Document) -> Edit | None:
    """Change the number with which an item begins."""
    old = _listed(["20 Euro for each reminder", *ITEMS], "ul")
    new = [replace(old[0], spans=(Span("40 Euro for each reminder"),)), *old[1:]]
    return _plant_beside(document, old, new, [("-", "20"), ("+", "40")])


def plant_figures(_: random.Random, document: Document) -> Edit | None:
    """Change a number in words and in figures."""
    old, new = (
        [Block("p", (), (), (Span(f"You pay each planted invoice within {words} days."),))]
        for words in ("thirty (30)", "sixty (60)")
    )
    return _plant_beside(document, old, new, [("-", "thirty (30)"), ("+", "sixty (60)")])


def plant_sentence_move(chooser: random.Random, document: Document) -> Edit | None:
    """Move a sentence to a paragraph of another section."""
    chosen = [place for place in places(document, is_paragraph) if len(place.value.spans) == 1]
    if len({place.section for place in chosen}) < 2:  # noqa: PLR2004 - from one to another
        return None
    first = chooser.choice(chosen)
    second = chooser.choice([place for place in chosen if place.section != first.section])

    def longer(document: Document, place: Place) -> Document:
        block = place.value
        return replace(place, document=document).replaced(replace(block, spans=(Span(f"{block.text} {_LONG}"),)))

    return longer(document, first), longer(document, second), []


def is_structure_alone(redline: Redline, _: Marks, *, least: int = 1) -> bool:
    """Say whether structure or numbering is shown, and no word is marked."""
    counts = count_changes(redline)
    return (
        counts.structure + counts.numbering >= least
        and not any(word.strip(":") for _, word in marked(redline))
        and not redline.moves
        and redline.words_added == redline.words_deleted == 0
    )


def is_moved_sentence(redline: Redline, _: Marks) -> bool:
    """Say whether a sentence is shown as moved, without a changed word."""
    runs = [run for one in redline.operations for leaf in one.leaves for run in leaf.runs if run.moved is not None]
    return len(runs) == 2 and redline.words_added == redline.words_deleted == 0  # noqa: PLR2004 - from and to


EDITS: tuple[tuple[str, Plant, Check], ...] = (
    *(
        (
            f"a paragraph {'made a list of' if as_list else 'divided in'} {parts}, and back",
            partial(plant_split, parts=parts, as_list=as_list),
            partial(is_structure_alone, least=parts - 1),
        )
        for as_list in (False, True)
        for parts in (2, 3, 4)
    ),
    ("an item made a sub-item, and back", plant_level, is_structure_alone),
    ("bullets made numbers, and back", plant_kind, partial(is_structure_alone, least=3)),
    ("a list begins with another number", plant_start, partial(is_structure_alone, least=3)),
    ("a quotation, and back", plant_quotation, is_structure_alone),
    ("the title", plant_title, is_structure_alone),
    ("a number first in an item", plant_first_number, is_exact),
    ("thirty (30)", plant_figures, is_exact),
    ("a sentence moved between sections", plant_sentence_move, is_moved_sentence),
)


def plant_structure(documents: Sequence[Document], *, each: int) -> dict[str, tuple[int, int]]:
    """Return of each kind of edit how many of how many redlines show it exactly, every second one backwards."""
    return {name: try_edit(name, plant, is_shown, documents, each=each) for name, plant, is_shown in EDITS}
