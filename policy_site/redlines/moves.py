"""What was left unpaired on both sides and yet is one: it moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from policy_site.redlines.blocks import ALIKE, MOST_COMPARISONS, Gap
from policy_site.redlines.chains import Pair
from policy_site.redlines.pieces import Piece
from policy_site.redlines.words import find_alike, similarity

MOVED = 0.60
"""Similarity from which on two unpaired blocks are one that moved and was edited."""
_WORDS_OF_EQUAL, _WORDS_ELSEWHERE, _WORDS_OF_ALIKE = 2, 4, 5
"""Words that a block needs at least to be said to have moved: unchanged, unchanged into another section, edited."""


@dataclass(frozen=True, slots=True)
class Match:
    """Pieces left and right that are one: 1 and 1, or some that were divided or joined."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    is_moved: bool = False
    move: int = 0
    """Number of the move, from 1 in the order of the right side; 0 for what did not move."""


def find_equal_moves(
    left: Sequence[Piece], right: Sequence[Piece], gaps: Iterable[Gap], partners: Mapping[int, int]
) -> list[Pair]:
    """Return the unpaired blocks that stand once, unchanged, on both sides. ``partners`` are the pairs of sections."""
    mine, other = _unpaired(gaps)
    if not mine or not other:
        return []
    left_counts = Counter(left[i].key for i in mine)
    right_counts = Counter(right[j].key for j in other)
    places = {right[j].key: j for j in other}
    return [
        (i, places[key])
        for i in mine
        if left_counts[key := left[i].key] == 1
        and right_counts[key] == 1
        and _says_enough(left[i], right[places[key]], partners)
    ]


def _says_enough(left: Piece, right: Piece, partners: Mapping[int, int]) -> bool:
    """Say whether a block is long enough to be known again; a date is one token of several words.

    In another section fewer than four words are a phrase that many sections have: "No stipulation."
    """
    least = _WORDS_OF_EQUAL if left.is_row or partners.get(left.section) == right.section else _WORDS_ELSEWHERE
    return left.words >= least or any(" " in key for passage in left.passages for key in passage.tokens.keys)


def find_alike_moves(left: Sequence[Piece], right: Sequence[Piece], gaps: Iterable[Gap]) -> list[Pair]:
    """Return the unpaired blocks that are alike, best first, and their unpaired neighbours that went with them."""
    mine, other = _unpaired(gaps)
    free_left, free_right = set(mine), set(other)
    if not mine or not other or len(mine) * len(other) > MOST_COMPARISONS:
        return []
    found: list[tuple[float, int, int]] = []
    codes = {j: right[j].code for j in other if right[j].words >= _WORDS_OF_ALIKE}
    for i in mine:
        if left[i].words >= _WORDS_OF_ALIKE:
            alike = find_alike(left[i].code, codes, at_least=MOVED)
            found.extend((-score, i, j) for j, score in alike if left[i].kind == right[j].kind)
    pairs: list[Pair] = []
    for _, i, j in sorted(found):
        if i in free_left and j in free_right:
            pairs.append((i, j))
            free_left.remove(i)
            free_right.remove(j)
    return [*pairs, *_companions(left, right, pairs, (free_left, free_right))]


def _unpaired(gaps: Iterable[Gap]) -> tuple[list[int], list[int]]:
    """Return the places that are unpaired; a gap with both sides in it comes back too, since it may hold a swap."""
    gaps = list(gaps)
    return sorted(i for gap in gaps for i in gap.left), sorted(j for gap in gaps for j in gap.right)


def _companions(
    left: Sequence[Piece], right: Sequence[Piece], pairs: list[Pair], free: tuple[set[int], set[int]]
) -> list[Pair]:
    """Return unpaired neighbours of moved blocks that are alike: a heading travels with what stands under it."""
    free_left, free_right = free
    companions: list[Pair] = []
    for pair in pairs:
        for step in (-1, 1):
            i, j = pair[0] + step, pair[1] + step
            while i in free_left and j in free_right and _travel_together(left[i], right[j]):
                companions.append((i, j))
                free_left.remove(i)
                free_right.remove(j)
                i, j = i + step, j + step
    return companions


def _travel_together(left: Piece, right: Piece) -> bool:
    return left.key == right.key or (left.kind == right.kind and similarity(left.code, right.code) >= ALIKE)


def number_moves(matches: Iterable[Match], left: Sequence[Piece], right: Sequence[Piece]) -> tuple[Match, ...]:
    """Return the matches in the order of the right side; neighbours that moved together get one number."""
    numbered: list[Match] = []
    number = 0
    last: Match | None = None
    for match in sorted(matches, key=lambda match: match.right):
        if not match.is_moved:
            numbered.append(match)
            last = None
            continue
        if last is None or not _are_neighbours(last, match, left, right):
            number += 1
        numbered.append(replace(match, move=number))
        last = match
    return tuple(numbered)


def _are_neighbours(before: Match, after: Match, left: Sequence[Piece], right: Sequence[Piece]) -> bool:
    """Blocks side by side on both sides, or of one pair of sections even where some between them are new or gone."""
    if before.left[-1] + 1 == after.left[0] and before.right[-1] + 1 == after.right[0]:
        return True
    return before.left[-1] < after.left[0] and all(
        pieces[mine].section == pieces[other].section
        for pieces, mine, other in ((left, before.left[-1], after.left[0]), (right, before.right[-1], after.right[0]))
    )
