"""Blocks aligned with blocks: what stayed, what was edited, what was split or merged.

A zone is a stretch of both texts that belongs together. Equal beginnings and ends, then equal blocks, then
similar ones; never by position alone, except where one block stands against one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

from policy_site.redlines.chains import Pair, heaviest_chain
from policy_site.redlines.pieces import Piece
from policy_site.redlines.words import find_alike, similarity

ALIKE = 0.40
"""Similarity from which on two blocks are one, edited."""
ALIKE_ALONE = 0.20
"""The same where one block stands against one, both neighbours being paired."""
UNLIKE_KINDS = 0.15
"""Taken off the similarity of a paragraph and a list item, and so on."""
MOST_COMPARISONS = 1_500_000
"""Pairs of blocks in one gap up to which each is compared with each."""
_MOST_PRODUCTS = 400_000_000
"""Product of block counts up to which the longest common row of equal blocks is looked for."""
_SPLIT_GAIN, _SPLIT_ALIKE, _SPLIT_FOUND = 0.1, 0.6, 0.8


@dataclass(frozen=True, slots=True)
class Gap:
    """Blocks left and right between two pairs, none yet paired."""

    left: tuple[int, ...]
    right: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks that are one: 1 and 1, or 1 and 2 (split), or 2 and 1 (merged)."""

    left: tuple[int, ...]
    right: tuple[int, ...]


def pair_equals(left: Sequence[Piece], right: Sequence[Piece], zone: Gap) -> tuple[list[Pair], list[Gap]]:
    """Return the pairs of equal blocks of a zone, in order, and the gaps between them."""
    mine, other = [left[index] for index in zone.left], [right[index] for index in zone.right]
    shorter = min(len(mine), len(other))
    start = 0
    while start < shorter and _are_equal(mine[start], other[start]):
        start += 1
    end = 0
    while end < shorter - start and _are_equal(mine[-1 - end], other[-1 - end]):
        end += 1
    pairs = [(index, index) for index in range(start)]
    if shorter > start + end:
        middle = mine[start : len(mine) - end]
        inner = _equal_chain(
            [piece.key for piece in middle],
            [piece.key for piece in other[start : len(other) - end]],
            [piece.weight for piece in middle],
        )
        pairs.extend((start + i, start + j) for i, j in inner)
    pairs.extend((len(mine) - end + index, len(other) - end + index) for index in range(end))
    return [(zone.left[i], zone.right[j]) for i, j in pairs], _gaps(zone, pairs)


def _are_equal(left: Piece, right: Piece) -> bool:
    """Say whether two pieces are equal to a reader; most are the same values, which is seen without their keys."""
    return left.leaves == right.leaves or left.key == right.key


def _gaps(zone: Gap, pairs: Sequence[Pair]) -> list[Gap]:
    gaps = []
    left_start = right_start = 0
    for i, j in [*pairs, (len(zone.left), len(zone.right))]:
        if i > left_start or j > right_start:
            gaps.append(Gap(zone.left[left_start:i], zone.right[right_start:j]))
        left_start, right_start = i + 1, j + 1
    return gaps


def _equal_chain(left: list[tuple[str, ...]], right: list[tuple[str, ...]], weights: list[float]) -> list[Pair]:
    """Pair equal blocks: by those that stand once on both sides, or by the longest common row, as keeps more."""
    if not left or not right:
        return []
    candidates = [_chain_of_unique(left, right, weights)]
    if len(left) * len(right) <= _MOST_PRODUCTS and (len(set(left)) < len(left) or len(set(right)) < len(right)):
        candidates.append(_longest_common(left, right))
    return max(candidates, key=lambda chain: sum(weights[i] for i, _ in chain))


def _chain_of_unique(left: list[tuple[str, ...]], right: list[tuple[str, ...]], weights: list[float]) -> list[Pair]:
    mine, other = Counter(left), Counter(right)
    places = {key: index for index, key in enumerate(right) if other[key] == 1}
    unique = [
        (index, places[key], weights[index]) for index, key in enumerate(left) if mine[key] == 1 and key in places
    ]
    chain: list[Pair] = []
    left_start = right_start = 0
    for i, j in [*heaviest_chain(unique), (len(left), len(right))]:
        between = _longest_common(left[left_start:i], right[right_start:j])
        chain.extend((left_start + a, right_start + b) for a, b in between)
        chain.extend([(i, j)] if i < len(left) else [])
        left_start, right_start = i + 1, j + 1
    return chain


def _longest_common(left: list[tuple[str, ...]], right: list[tuple[str, ...]]) -> list[Pair]:
    if not left or not right or len(left) * len(right) > _MOST_PRODUCTS or not set(left) & set(right):
        return []
    names: dict[tuple[str, ...], str] = {}
    mine = "".join([names.setdefault(key, chr(0x10000 + len(names))) for key in left])
    other = "".join([names.setdefault(key, chr(0x10000 + len(names))) for key in right])
    return [
        (block.src_start + offset, block.dest_start + offset)
        for block in LCSseq.opcodes(mine, other)
        if block.tag == "equal"
        for offset in range(block.src_end - block.src_start)
    ]


def pair_alike(left: Sequence[Piece], right: Sequence[Piece], gap: Gap) -> list[Group]:
    """Return the blocks of a gap that are one, edited, in order."""
    if not gap.left or not gap.right:
        return []
    pairs = heaviest_chain(_alike(left, right, gap))
    alone = [
        (inner.left[0], inner.right[0])
        for inner in _gaps(gap, [(gap.left.index(i), gap.right.index(j)) for i, j in pairs])
        if len(inner.left) == len(inner.right) == 1 and _are_one_alone(left[inner.left[0]], right[inner.right[0]])
    ]
    groups = [Group((i,), (j,)) for i, j in sorted([*pairs, *alone])]
    return _with_splits(left, right, gap, groups)


def _alike(left: Sequence[Piece], right: Sequence[Piece], gap: Gap) -> list[tuple[int, int, float]]:
    if len(gap.left) * len(gap.right) > MOST_COMPARISONS or len(gap.left) == len(gap.right) == 1:
        return []
    found = []
    codes = {index: right[index].code for index in gap.right}
    for i in gap.left:
        mine = left[i]
        for j, score in find_alike(mine.code, codes, at_least=ALIKE) if mine.code else ():
            kept = pair_score(mine, right[j], score)
            if kept >= ALIKE:
                found.append((i, j, kept * (len(mine.code) + len(codes[j])) ** 0.5))
    return found


def pair_score(left: Piece, right: Piece, score: float) -> float:
    """Return the similarity of two pieces with what their kinds and first cells say."""
    if left.is_row != right.is_row:
        return 0.0
    if left.kind != right.kind:
        return score - UNLIKE_KINDS
    if left.is_row and left.passages and right.passages:
        first, other = left.passages[0], right.passages[0]
        return min(score + 0.2, 1.0) if first.code == other.code and first.code else score
    return score


def _are_one_alone(left: Piece, right: Piece) -> bool:
    """Say whether two blocks that stand against each other alone are one."""
    if left.kind == right.kind and (left.is_row or max(len(left.code), len(right.code)) <= 3):  # noqa: PLR2004 - tokens
        return bool(left.code) == bool(right.code)
    score = similarity(left.code, right.code) if left.code and right.code else 0.0
    return pair_score(left, right, score) >= ALIKE_ALONE


def may_join(*sides: Sequence[Piece]) -> bool:
    """Say whether the blocks of each side can be read as one text: not rows, headings and code."""
    return not any(piece.kind in ("row", "heading", "pre") or not piece.code for side in sides for piece in side)


def _with_splits(left: Sequence[Piece], right: Sequence[Piece], gap: Gap, groups: list[Group]) -> list[Group]:
    """Join to a pair the unpaired neighbour that it was split from, or merged with."""
    free_left = set(gap.left) - {i for group in groups for i in group.left}
    free_right = set(gap.right) - {j for group in groups for j in group.right}
    grown = []
    for group in groups:
        best, best_gain = group, 0.0
        before: float | None = None
        for side, free in ((group.right, free_right), (group.left, free_left)):
            for neighbour in (side[0] - 1, side[-1] + 1):
                if neighbour in free:
                    if before is None:
                        before = similarity(left[group.left[0]].code, right[group.right[0]].code)
                    wider = tuple(sorted((*side, neighbour)))
                    candidate = Group(group.left, wider) if side is group.right else Group(wider, group.right)
                    gain = _split_gain(left, right, candidate, neighbour_is_right=side is group.right, before=before)
                    if gain > best_gain:
                        best, best_gain = candidate, gain
        free_left -= set(best.left)
        free_right -= set(best.right)
        grown.append(best)
    return grown


def _split_gain(
    left: Sequence[Piece], right: Sequence[Piece], group: Group, *, neighbour_is_right: bool, before: float
) -> float:
    """Return by how much similarity gains; 0 where the blocks are no split or merger."""
    several, one = (right, left) if neighbour_is_right else (left, right)
    parts = [several[index] for index in (group.right if neighbour_is_right else group.left)]
    whole = one[(group.left if neighbour_is_right else group.right)[0]]
    if not may_join(parts, [whole]):
        return 0.0
    joined = "".join(piece.code for piece in parts)
    after = similarity(joined, whole.code)
    shorter = min(parts, key=lambda piece: len(piece.code))
    found = int(LCSseq.similarity(shorter.code, whole.code)) / len(shorter.code)
    if after - before <= 0 or shorter.words < 3:  # noqa: PLR2004 - words
        return 0.0
    is_gain = after - before >= _SPLIT_GAIN and after >= _SPLIT_ALIKE
    return after - before if is_gain or (found > _SPLIT_FOUND and after >= _SPLIT_ALIKE) else 0.0
