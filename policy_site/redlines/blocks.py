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
_FIRM, _FOUND, _DIVIDED = 0.97, 0.5, 0.55
"""Similarity of a pair beside which nothing was divided; share of the shorter block's tokens that stand in the other,
from which on two hang together; similarity of all that hangs together."""
_MOST_TOKENS = 4_000_000
"""Product of the tokens of both sides up to which blocks that were divided or joined are looked for."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Blocks left and right between two pairs, none yet paired."""

    left: tuple[int, ...]
    right: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks that are one: 1 and 1, or some that were divided or joined, any number to any number."""

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
    """Join the blocks of a gap that were divided or joined, any number to any number.

    Between two pairs that are nearly the same, the words of all blocks are laid side by side: blocks of which most
    words stand in one another hang together.
    """
    if len(gap.left) == len(groups) == len(gap.right):
        return groups
    found: list[Group] = []
    start = (0, 0)
    own: list[Group] = []
    for group in [*groups, None]:
        if group is not None and not _is_firm(left, right, group):
            own.append(group)
            continue
        ends = (
            (gap.left.index(group.left[0]), gap.right.index(group.right[0]))
            if group is not None
            else (len(gap.left), len(gap.right))
        )
        window = Gap(gap.left[start[0] : ends[0]], gap.right[start[1] : ends[1]])
        found.extend(_regrouped(left, right, window, own))
        found.extend([group] if group is not None else [])
        start = (ends[0] + 1, ends[1] + 1)
        own = []
    return sorted(found, key=lambda group: group.right)


def _is_firm(left: Sequence[Piece], right: Sequence[Piece], group: Group) -> bool:
    """Say whether a pair is so much alike that no block beside it can be part of it."""
    mine, other = left[group.left[0]], right[group.right[0]]
    return not may_join([mine], [other]) or similarity(mine.code, other.code, at_least=_FIRM) >= _FIRM


def _regrouped(left: Sequence[Piece], right: Sequence[Piece], window: Gap, pairs: list[Group]) -> list[Group]:
    if len(pairs) == len(window.left) == len(window.right) or min(len(window.left), len(window.right)) == 0:
        return pairs
    tokens = sum(len(left[i].code) for i in window.left) * sum(len(right[j].code) for j in window.right)
    if tokens > _MOST_TOKENS or max(len(window.left), len(window.right)) == 1:
        return pairs
    together = _hanging_together(left, right, window)
    free = (
        set(window.left) - {i for group in (*together, *pairs) for i in group.left},
        set(window.right) - {j for group in (*together, *pairs) for j in group.right},
    )
    several = [
        group
        for group in (Group(_filled(one.left, free[0]), _filled(one.right, free[1])) for one in together)
        if len(group.left) + len(group.right) > 2  # noqa: PLR2004 - more than one to one
        and _are_divided(left, right, group)
    ]
    taken_left = {i for group in several for i in group.left}
    taken_right = {j for group in several for j in group.right}
    kept = [one for one in pairs if taken_left.isdisjoint(one.left) and taken_right.isdisjoint(one.right)]
    return [*kept, *several]


def _filled(places: tuple[int, ...], free: set[int]) -> tuple[int, ...]:
    """Return places with those between them that belong to nothing else."""
    return tuple(place for place in range(places[0], places[-1] + 1) if place in places or place in free)


def _hanging_together(left: Sequence[Piece], right: Sequence[Piece], window: Gap) -> list[Group]:
    """Return the blocks of which most words stand in one another, in order."""
    olds = [owner for owner in window.left for _ in left[owner].code]
    news = [owner for owner in window.right for _ in right[owner].code]
    shared: Counter[Pair] = Counter()
    mine, other = "".join(left[i].code for i in window.left), "".join(right[j].code for j in window.right)
    for block in LCSseq.opcodes(mine, other):
        if block.tag != "equal":
            continue
        stretch: Counter[Pair] = Counter(
            zip(olds[block.src_start : block.src_end], news[block.dest_start : block.dest_end], strict=True)
        )
        shared.update({pair: count for pair, count in stretch.items() if count > 1})
    together: list[tuple[set[int], set[int]]] = []
    for (i, j), count in sorted(shared.items()):
        if count < _FOUND * min(len(left[i].code), len(right[j].code)):
            continue
        same = next((sets for sets in together if i in sets[0] or j in sets[1]), None)
        if same is None:
            together.append(({i}, {j}))
        else:
            same[0].add(i)
            same[1].add(j)
    return [Group(tuple(sorted(mine)), tuple(sorted(other))) for mine, other in together]


def _are_divided(left: Sequence[Piece], right: Sequence[Piece], group: Group) -> bool:
    """Say whether blocks stand side by side, can be read as one, and say much the same."""
    olds, news = [left[i] for i in group.left], [right[j] for j in group.right]
    return (
        group.left[-1] - group.left[0] == len(olds) - 1
        and group.right[-1] - group.right[0] == len(news) - 1
        and may_join(olds, news)
        and similarity("".join(piece.code for piece in olds), "".join(piece.code for piece in news)) >= _DIVIDED
    )
