"""What is published compared with what a forge's preview shows: two documents of one text, read independently.

Letters and numbers are compared first, as one row; where these agree, where each block begins and what it stands in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from policy_site.documents.cleaning import SURPLUS, WRITTEN
from policy_site.documents.numbering import markers
from policy_site.model import Block, Container, Document

_MOST_PAIRS = 1_000_000
"""Pairs of words among which the places of differences are looked for; beyond, the first one is told."""
_MOST_TOLD = 20
_SHOWN = 60


class Kind(StrEnum):
    """How two readings differ."""

    LOST = "lost"
    """Words of the preview that are not published."""
    ADDED = "added"
    """Words that are published and not in the preview."""
    SURPLUS = "surplus"
    """A cell beyond the heads of a table: the preview leaves it out."""
    UNUSED_NOTE = "unused-note"
    """A note that nothing refers to: the preview leaves it out."""
    NUMBER = "number"
    """The same entry under another number."""
    COUNTED = "counted"
    """An entry was written with another number than both readings show: ``preview`` is the written one."""
    PLACE = "place"
    """The same words in another list, entry, cell, quotation or heading."""
    SPLIT = "split"
    """A new block is published where the preview runs on."""
    JOINED = "joined"
    """Published words run on where the preview begins a new block."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two readings differ."""

    kind: Kind
    words: str
    """The first words of the place, as they are shown; of lost ones those of the preview."""
    published: str = ""
    """What is shown before them, or what they stand in."""
    preview: str = ""


@dataclass(frozen=True, slots=True)
class _Piece:
    letters: str
    steps: tuple[tuple[str, ...], ...]
    number: str
    """Of the innermost numbered entry; empty where there is none."""
    written: str
    """The number that the author gave this entry; empty where it is the one shown, or where nobody knows."""
    row: int
    """Ordinal of the row of clauses that it stands in, -1 outside."""
    block: Block


def letters_of(text: str) -> str:
    """Return the letters and numbers of a text, as they are compared."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def compare_readings(published: Document, preview: Document) -> Iterator[Difference]:
    """Yield where the published reading of a text differs from that of a preview."""
    yield from _left_out(preview)
    ours, theirs = _pieces(published), _pieces(preview)
    if "".join(piece.letters for piece in ours) != "".join(piece.letters for piece in theirs):
        yield from _different_words(ours, theirs)
    else:
        yield from _different_places(ours, theirs)


def _left_out(preview: Document) -> Iterator[Difference]:
    referred = {
        dict(mark.attributes).get("href", "")
        for block in preview.blocks
        for span in block.spans
        for mark in span.marks
        if mark.tag == "a"
    }
    told: set[int] = set()
    for block in preview.blocks:
        around = [block.attributes, *(each.attributes for each in block.containers)]
        row = next((each for each in block.containers if each.tag == "tr"), None)
        if row and row.ordinal not in told and any(("headers", SURPLUS) in each for each in around) and block.text:
            told.add(row.ordinal)
            yield Difference(Kind.SURPLUS, _shown(_row_text(preview, row)))
        for outer, entry in zip(block.containers[1:], block.containers[2:], strict=False):
            is_note = outer.tag == "ol" and ("class", "footnote") in block.containers[0].attributes
            if is_note and entry.ordinal not in told:
                told.add(entry.ordinal)
                if f"#{dict(entry.attributes).get('id', '')}" not in referred:
                    yield Difference(Kind.UNUSED_NOTE, _shown(block.text))


def _row_text(document: Document, row: Container) -> str:
    return " ".join(block.text for block in document.blocks if row in block.containers)


def _different_words(ours: list[_Piece], theirs: list[_Piece]) -> Iterator[Difference]:
    mine, other = ([word for piece in side for word in _words_of(piece.block)] for side in (ours, theirs))
    keys = [[letters_of(word) for word in side] for side in (mine, other)]
    start = next(
        (index for index, (one, two) in enumerate(zip(*keys, strict=False)) if one != two), min(map(len, keys))
    )
    end = 0
    while end < min(map(len, keys)) - start and keys[0][-1 - end] == keys[1][-1 - end]:
        end += 1
    mine, other = mine[start : len(mine) - end], other[start : len(other) - end]
    keys = [side[start : len(side) - end] for side in keys]
    if len(mine) * len(other) > _MOST_PAIRS:
        # to look for each place would take too long, as would reading about it
        yield Difference(Kind.LOST, _shown(" ".join(other[:_MOST_TOLD])), published=_shown(" ".join(mine[:_MOST_TOLD])))
        return
    for operation, first, last, begin, finish in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        if operation == "equal" or "".join(keys[0][first:last]) == "".join(keys[1][begin:finish]):
            continue
        if begin < finish:
            words = " ".join(other[begin:finish])
            yield Difference(Kind.LOST, _shown(words), published=_shown(" ".join(mine[first:last])))
        else:
            yield Difference(Kind.ADDED, _shown(" ".join(mine[first:last])))


def _different_places(ours: list[_Piece], theirs: list[_Piece]) -> Iterator[Difference]:
    starts = [_starts(side) for side in (ours, theirs)]
    told_rows: set[int] = set()
    for place in sorted(starts[0].keys() | starts[1].keys()):
        mine, other = starts[0].get(place), starts[1].get(place)
        if mine is None:
            assert other is not None
            yield Difference(Kind.JOINED, _shown(other.block.text), preview=_told(other))
        elif other is None:
            if mine.row not in told_rows:
                yield Difference(Kind.SPLIT, _shown(mine.block.text), published=_told(mine))
            if mine.row >= 0:
                told_rows.add(mine.row)
        elif mine.steps != other.steps:
            yield Difference(Kind.PLACE, _shown(mine.block.text), _told(mine), _told(other))
        elif mine.number != other.number:
            yield Difference(Kind.NUMBER, _shown(mine.block.text), mine.number, other.number)
        elif other.written and mine.number != other.written:
            yield Difference(Kind.COUNTED, _shown(mine.block.text), mine.number, other.written)


def _starts(pieces: list[_Piece]) -> dict[int, _Piece]:
    starts: dict[int, _Piece] = {}
    place = 0
    for piece in pieces:
        if piece.letters:
            starts[place] = piece
            place += len(piece.letters)
    return starts


def _pieces(document: Document) -> list[_Piece]:
    numbers = markers(document.blocks)
    positions = _positions(document.blocks)
    return [_piece(block, numbers, positions) for block in document.blocks]


def _positions(blocks: tuple[Block, ...]) -> dict[int, int]:
    """Return the place of each entry, row and quotation among those of its own container, from 0."""
    positions: dict[int, int] = {}
    counts: dict[int, int] = {}
    for block in blocks:
        around = -1
        for container in block.containers:
            if container.ordinal not in positions:
                positions[container.ordinal] = counts.get(around, 0)
                counts[around] = counts.get(around, 0) + 1
            around = container.ordinal
    return positions


def _piece(block: Block, numbers: dict[int, str], positions: dict[int, int]) -> _Piece:
    steps: list[tuple[str, ...]] = []
    number, written, row = "", "", -1
    around: Container | None = None
    for container in block.containers:
        if container.tag == "li" and around is not None:
            if around.tag == "ol" and numbers.get(container.ordinal, "") == "":
                row = around.ordinal
            else:
                steps.append((around.tag, str(positions[container.ordinal])))
                number = numbers.get(container.ordinal, "").rstrip(".)") if around.tag == "ol" else ""
                named = dict(container.attributes).get("headers", "")
                written = named.removeprefix(WRITTEN) if named.startswith(WRITTEN) else ""
        elif container.tag in ("blockquote", "dd", "tr", "td", "th"):
            steps.append((container.tag, str(positions[container.ordinal]) if container.tag == "tr" else ""))
        around = container if container.tag not in ("div", "address") else around
    if block.tag in ("h1", "h2", "h3", "h4", "h5", "h6", "pre", "dt", "td", "th"):
        steps.append((block.tag,))
    return _Piece(letters_of(block.text), tuple(steps), number, written, row, block)


def _words_of(block: Block) -> list[str]:
    return [word for word in block.text.split() if letters_of(word)]


def _shown(words: str) -> str:
    words = " ".join(words.split())
    return f"{words[:_SHOWN]}…" if len(words) > _SHOWN else words


_NAMES = {
    "ol": "a numbered list", "ul": "a list", "blockquote": "a quotation", "dd": "a definition", "dt": "a term",
    "tr": "a row", "td": "a cell", "th": "a head of a table", "pre": "code",
}  # fmt: skip


def _told(piece: _Piece) -> str:
    """Say what words stand in, from within."""
    names = [_NAMES.get(step[0], "a heading") for step in reversed(piece.steps)]
    if piece.row >= 0:
        names.insert(0, "a list of clauses")
    if piece.number and names and names[0] == _NAMES["ol"]:
        names[0] = f"number {piece.number} of {names[0]}"
    return " in ".join(names) or "a paragraph"
