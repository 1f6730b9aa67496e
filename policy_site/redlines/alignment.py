"""The whole alignment of two texts: sections, then blocks in the zones between them, then what moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from policy_site.model import Document, Section
from policy_site.redlines.blocks import Gap, Group, pair_alike, pair_equals
from policy_site.redlines.chains import Pair
from policy_site.redlines.codebook import Codebook
from policy_site.redlines.moves import Match, find_alike_moves, find_equal_moves, number_moves
from policy_site.redlines.pieces import Piece, Surroundings, take_pieces
from policy_site.redlines.sections import SectionPairs, stable_pairs


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which sections and which pieces of two texts are one."""

    sections: tuple[Pair, ...]
    moved_sections: frozenset[Pair]
    matches: tuple[Match, ...]
    """By their place on the right. Those that did not move keep both orders."""


@dataclass(slots=True)
class Side:
    """One of the two texts: its sections, and their pieces in one row."""

    sections: Sequence[Section]
    pieces: list[Piece]
    codebook: Codebook
    """Names the tokens of both sides."""
    starts: list[int] = field(init=False)
    """Where each section's pieces begin; one more for the end."""

    def __post_init__(self) -> None:
        counts = Counter(piece.section for piece in self.pieces)
        self.starts = [0]
        for index in range(len(self.sections)):
            self.starts.append(self.starts[-1] + counts[index])

    @classmethod
    def of(cls, document: Document, codebook: Codebook) -> Side:
        """Take a document apart."""
        surroundings = Surroundings()
        pieces = [
            piece
            for index, section in enumerate(document.sections)
            for piece in take_pieces(section.blocks, codebook, section=index, surroundings=surroundings)
        ]
        surroundings.pieces = pieces
        return cls(document.sections, pieces, codebook)

    def pieces_of(self, section: int) -> list[Piece]:
        """Return the pieces of a section."""
        return self.pieces[self.starts[section] : self.starts[section + 1]]

    def places(self, sections: Iterable[int]) -> tuple[int, ...]:
        """Return the places of the pieces of sections."""
        return tuple(
            place for section in sections for place in range(self.starts[section], self.starts[section + 1])
        )  # fmt: skip


@dataclass(slots=True)
class _Zone:
    """A stretch of both texts that belongs together."""

    gap: Gap
    sections: Pair | None
    """The pair of sections it begins with."""
    is_moved: bool = False


def align(left: Side, right: Side, *, same: Callable[[int, int], bool]) -> Alignment:
    """Align two texts. ``same`` says of a pair of sections, quickly, that they are the same piece by piece."""
    by_section = (
        [left.pieces_of(index) for index in range(len(left.sections))],
        [right.pieces_of(index) for index in range(len(right.sections))],
    )
    pairs = SectionPairs(left.sections, right.sections, by_section).pair_all()
    weights = [1.0 + sum(len(block.text) for block in section.blocks) for section in left.sections]
    stable = stable_pairs(pairs, weights)
    moved = sorted(set(pairs.items()) - set(stable), key=lambda pair: pair[1])
    matches: list[Match] = []
    zones: list[_Zone] = []
    for zone in _zones(left, right, stable, moved):
        if zone.sections is not None and same(*zone.sections):
            mine, other = left.places([zone.sections[0]]), right.places([zone.sections[1]])
            matches.extend(
                Match((i,), (j,), is_moved=zone.is_moved) for i, j in zip(mine, other, strict=True)
            )  # fmt: skip
            zone.gap = Gap(zone.gap.left[len(mine) :], zone.gap.right[len(other) :])
            zone.sections = None
        zones.append(zone)
    matches.extend(_align_zones(left, right, zones, pairs))
    return Alignment(
        tuple(sorted(pairs.items(), key=lambda pair: pair[1])),
        frozenset(moved),
        number_moves(matches, left.pieces, right.pieces),
    )


def mirrored(alignment: Alignment, left: Sequence[Piece], right: Sequence[Piece]) -> Alignment:
    """Return an alignment as seen from the other side; ``left`` and ``right`` are the sides it will have."""
    return Alignment(
        tuple(sorted(((j, i) for i, j in alignment.sections), key=lambda pair: pair[1])),
        frozenset((j, i) for i, j in alignment.moved_sections),
        number_moves((replace(match, left=match.right, right=match.left) for match in alignment.matches), left, right),
    )


def _zones(left: Side, right: Side, stable: list[Pair], moved: list[Pair]) -> Iterable[_Zone]:
    """Yield each pair of sections that stayed, with the unpaired ones after it, and each pair that moved."""
    taken_left, taken_right = {i for i, _ in moved}, {j for _, j in moved}
    starts = [(0, 0), *stable]
    ends = [*stable, (len(left.sections), len(right.sections))]
    for index, ((i, j), (next_i, next_j)) in enumerate(zip(starts, ends, strict=True)):
        yield _Zone(
            Gap(
                left.places(section for section in range(i, next_i) if section not in taken_left),
                right.places(section for section in range(j, next_j) if section not in taken_right),
            ),
            sections=(i, j) if index else None,
        )
    for i, j in moved:
        yield _Zone(Gap(left.places([i]), right.places([j])), sections=(i, j), is_moved=True)


def _align_zones(left: Side, right: Side, zones: list[_Zone], partners: Mapping[int, int]) -> list[Match]:
    matches: list[Match] = []
    gaps: list[tuple[Gap, bool]] = []
    for zone in zones:
        gap = zone.gap
        if zone.sections is not None and _begin_with_headings(left, right, gap):
            matches.append(Match(gap.left[:1], gap.right[:1], is_moved=zone.is_moved))
            gap = Gap(gap.left[1:], gap.right[1:])
        pairs, inner = pair_equals(left.pieces, right.pieces, gap)
        matches.extend(Match((i,), (j,), is_moved=zone.is_moved) for i, j in pairs)
        gaps.extend((one, zone.is_moved) for one in inner)
    moved = find_equal_moves(left.pieces, right.pieces, [gap for gap, _ in gaps], partners)
    matches.extend(Match((i,), (j,), is_moved=True) for i, j in moved)
    gone = [Group((i,), (j,)) for i, j in moved]
    leftovers: list[Gap] = []
    for gap, is_moved in gaps:
        rest = _without(gap, gone) if gone else gap
        groups = pair_alike(left.pieces, right.pieces, rest)
        matches.extend(Match(group.left, group.right, is_moved=is_moved) for group in groups)
        leftovers.append(_without(rest, groups))
    alike = find_alike_moves(left.pieces, right.pieces, leftovers)
    matches.extend(Match((i,), (j,), is_moved=True) for i, j in alike)
    return matches


def _begin_with_headings(left: Side, right: Side, gap: Gap) -> bool:
    if not gap.left or not gap.right:
        return False
    return left.pieces[gap.left[0]].kind == right.pieces[gap.right[0]].kind == "heading"


def _without(gap: Gap, groups: list[Group]) -> Gap:
    taken_left = {i for group in groups for i in group.left}
    taken_right = {j for group in groups for j in group.right}
    return Gap(
        tuple(i for i in gap.left if i not in taken_left), tuple(j for j in gap.right if j not in taken_right)
    )  # fmt: skip
