"""What is aligned: a block, or a table row with its cells; tokens are made where they are needed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby, islice

from policy_site.model import Block, Container, Span
from policy_site.redlines.codebook import Codebook
from policy_site.redlines.numbering import confirmed, read_marker
from policy_site.redlines.shapes import PLAIN, Shape, ShapeReader
from policy_site.redlines.tokens import Tokens, fold, is_wordlike, tokenise_once

OBJECT = "\ufffc"
"""Stands in the text of a passage for an element that shows something without having text: an image, a line break."""
_INVISIBLE = frozenset({"a", "span", "wbr"})


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a span stands in the text of its passage."""

    start: int
    end: int
    span: Span


class Passage:
    """The text of a leaf: characters with marks, tokens, and the tokens as one character each."""

    def __init__(self, spans: Sequence[Span], codebook: Codebook, *, is_verbatim: bool) -> None:
        self.spans = spans
        self.is_verbatim = is_verbatim
        self._codebook = codebook

    @cached_property
    def bounds(self) -> tuple[Bounds, ...]:
        """The spans with their places; one without text that shows nothing takes no room."""
        placed, position = [], 0
        for span in self.spans:
            shown = span.text or ("" if not span.marks or span.marks[-1].tag in _INVISIBLE else OBJECT)
            placed.append(Bounds(position, position + len(shown), span))
            position += len(shown)
        return tuple(placed)

    @cached_property
    def _ends(self) -> list[int]:
        return [place.end for place in self.bounds]

    @cached_property
    def text(self) -> str:
        """The characters, with one sign for each image and line break."""
        return "".join(
            bounds.span.text or OBJECT * (bounds.end - bounds.start)
            for bounds in self.bounds
        )  # fmt: skip

    @cached_property
    def tokens(self) -> Tokens:
        """The tokens; an image and a line break are tokens of their own."""
        tokens = tokenise_once(self.text, is_verbatim=self.is_verbatim)
        if OBJECT not in self.text:
            return tokens
        objects = {
            place.start: place.span.marks[-1].tag
            for place in self.bounds
            if place.end > place.start and not place.span.text
        }
        names = [
            f"<{objects[start]}>" if start in objects else key
            for start, key in zip(tokens.starts, tokens.keys, strict=True)
        ]
        return replace(tokens, keys=tuple(names))

    @cached_property
    def code(self) -> str:
        """One character a token."""
        return self._codebook.encode(self.tokens.keys)

    def cut(self, start: int, end: int) -> tuple[Span, ...]:
        """Return the spans from ``start`` to ``end``; rows of cuts without gaps give every span once."""
        if start == 0 and end >= len(self.text):
            return tuple(self.spans)
        if start >= end:
            return ()
        last = end >= len(self.text)
        spans = []
        for place in islice(self.bounds, bisect_left(self._ends, start), None):
            if place.start > end:
                break
            if place.start == place.end:
                if start <= place.start < end or (last and place.start == end and start < end):
                    spans.append(place.span)
            elif place.start < end and place.end > start:
                if place.span.text and (place.start < start or place.end > end):
                    text = place.span.text[max(start - place.start, 0) : end - place.start]
                    spans.append(Span(text, place.span.marks))
                else:
                    spans.append(place.span)
        return tuple(spans)


class Piece:
    """A unit of alignment: one leaf, or the cells of a table row."""

    def __init__(
        self,
        leaves: Sequence[Block],
        codebook: Codebook,
        *,
        section: int,
        kind: str,
        surroundings: Surroundings | None = None,
    ) -> None:
        self.leaves = tuple(leaves)
        self._surroundings = surroundings
        self.section = section
        """Index of the section it stands in."""
        self.kind = kind
        self._codebook = codebook

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The text of each leaf."""
        return tuple(Passage(leaf.spans, self._codebook, is_verbatim=leaf.tag == "pre") for leaf in self.leaves)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """What makes two pieces equal to a reader, marks apart."""
        return (self.kind, *(leaf_key(leaf) for leaf in self.leaves))

    @cached_property
    def code(self) -> str:
        """The tokens of all leaves, one character each."""
        return "".join(passage.code for passage in self.passages)

    @cached_property
    def words(self) -> int:
        """Number of words."""
        return sum(is_wordlike(key) for passage in self.passages for key in passage.tokens.keys)

    @cached_property
    def weight(self) -> float:
        """How much it counts in an alignment: about its number of words, known without counting them."""
        return 1.0 + sum(len(leaf.text) for leaf in self.leaves) / 5

    @property
    def shape(self) -> Shape:
        """Where it stands: in which list, under which number, in a quotation."""
        if self._surroundings is None or not self.leaves[0].containers:
            return PLAIN
        return self._surroundings.shapes.get(id(self), PLAIN)

    @property
    def number_end(self) -> int:
        """Where the words begin after a number that is a marker; 0 where there is none."""
        return self._surroundings.number_ends.get(id(self), 0) if self._surroundings is not None else 0

    @property
    def is_row(self) -> bool:
        """A table row, whatever the number of its cells."""
        return self.kind == "row"


class Surroundings:
    """Where the blocks of a text stand among one another, found out when the first is asked."""

    def __init__(self) -> None:
        self.pieces: Sequence[Piece] = ()

    @cached_property
    def shapes(self) -> dict[int, Shape]:
        """The shape of each block that stands in something."""
        reader = ShapeReader()
        return {id(piece): reader.read(piece.leaves[0].containers) for piece in self.pieces}

    @cached_property
    def number_ends(self) -> dict[int, int]:
        """The end of each marker, of headings, paragraphs and items each by themselves."""
        ends: dict[int, int] = {}
        for kind in ("heading", "paragraph", "item"):
            own = [piece for piece in self.pieces if piece.kind == kind]
            markers = [read_marker(piece.leaves[0].text, is_heading=kind == "heading") for piece in own]
            if any(markers):
                found = confirmed(markers, are_headings=kind == "heading")
                ends.update((id(piece), end) for piece, end in zip(own, found, strict=True) if end)
        return ends


def leaf_key(leaf: Block) -> str:
    """Return what a reader reads in a leaf, as it is compared."""
    if leaf.tag == "pre":
        return leaf.text
    shown = "".join(
        span.text or ("" if not span.marks or span.marks[-1].tag in _INVISIBLE else f" <{span.marks[-1].tag}> ")
        for span in leaf.spans
    )
    return fold(shown)


def take_pieces(
    blocks: Iterable[Block], codebook: Codebook, *, section: int, surroundings: Surroundings | None = None
) -> list[Piece]:
    """Make the pieces of a section: the cells of a row become one."""
    pieces: list[Piece] = []
    for row, leaves in groupby(blocks, key=_row_of):
        if row is None:
            pieces.extend(
                Piece((leaf,), codebook, section=section, kind=kind_of(leaf), surroundings=surroundings)
                for leaf in leaves
            )
        else:
            pieces.append(Piece(tuple(leaves), codebook, section=section, kind="row", surroundings=surroundings))
    return pieces


def _row_of(block: Block) -> int | None:
    """Return the ordinal of the row whose cell a block is."""
    last = block.containers[-1] if block.containers else None
    return last.ordinal if last is not None and last.tag == "tr" else None


def kind_of(leaf: Block) -> str:
    """Return what a leaf is to a reader: two of one kind are more likely the same."""
    if len(leaf.tag) == 2 and leaf.tag[0] == "h" and leaf.tag[1].isdigit():  # noqa: PLR2004 - h1 to h6
        return "heading"
    if leaf.tag in ("dt", "dd", "pre", "hr", "td", "th", "figcaption", "caption", "summary"):
        return leaf.tag
    inner: Container | None = leaf.containers[-1] if leaf.containers else None
    return "item" if inner is not None and inner.tag in ("li", "dd") else "paragraph"
