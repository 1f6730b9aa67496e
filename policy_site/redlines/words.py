"""Words compared with words: the only door to diff-match-patch.

Each distinct token becomes one private-use character, so no token can be cut. The cost is bounded by structure: a pair
of rows that differ in much is first divided at runs of tokens that stand once on both sides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from diff_match_patch import diff_match_patch
from rapidfuzz.distance import Indel, LCSseq
from rapidfuzz.process import extract_iter

from policy_site.redlines.chains import heaviest_chain
from policy_site.redlines.codebook import Codebook
from policy_site.redlines.tidying import Stretch, joined, tidy

_MANY_DIFFERENCES = 80
"""Tokens that differ, from which on a pair of rows is divided before diff-match-patch gets it."""
_MANY_PRODUCTS = 60_000_000
"""Product of lengths up to which rapidfuzz keeps the matrix of a pair (an eighth of it in bytes)."""
_LONG_ROW = 4_000
"""Tokens from which on each pair of rows is looked at by itself."""
_LONGEST = 40_000
"""Tokens of both rows from which on rapidfuzz finds all equal stretches: as many, at a tenth of the cost."""


def similarity(left: str, right: str, *, at_least: float = 0.0) -> float:
    """Return the share of tokens that stand in both in the same order, 0 to 1; 0 where it is below ``at_least``."""
    if len(left) * len(right) > _MANY_PRODUCTS:
        return _similarity_of_pairs(left, right)
    return float(Indel.normalized_similarity(left, right, score_cutoff=at_least or None))


def _similarity_of_pairs(left: str, right: str) -> float:
    """Return the share of neighbours that are neighbours in both, for rows too long to be laid side by side."""
    mine, other = (Counter(pairwise(row)) for row in (left, right))
    return 2 * (mine & other).total() / max(mine.total() + other.total(), 1)


def find_alike(row: str, others: Mapping[int, str], *, at_least: float) -> Iterator[tuple[int, float]]:
    """Yield which of many rows are like ``row``, and how much."""
    if len(row) > _LONG_ROW:
        for place, other in others.items():
            score = similarity(row, other, at_least=at_least)
            if score >= at_least:
                yield place, score
        return
    for _, score, place in extract_iter(
        row, others, scorer=Indel.normalized_similarity, processor=None, score_cutoff=at_least
    ):
        yield place, float(score)


def match_words(left: str, right: str, codebook: Codebook) -> tuple[Stretch, ...]:
    """Return the equal stretches of two rows of tokens, as a person would have marked them."""
    return tidy(left, right, joined(_match(left, right)), codebook)


def _match(left: str, right: str) -> list[Stretch]:
    """Divide until what differs is small, then let diff-match-patch find the equal stretches."""
    match = _match_with_rapidfuzz if len(left) + len(right) > _LONGEST else _match_with_diff_match_patch
    found: list[Stretch] = []
    work = [(0, len(left), 0, len(right))]
    while work:
        left_start, left_end, right_start, right_end = work.pop()
        mine, other = left[left_start:left_end], right[right_start:right_end]
        start = common_prefix(mine, other)
        if start:
            found.append((left_start, right_start, start))
            left_start, right_start = left_start + start, right_start + start
            mine, other = mine[start:], other[start:]
        end = common_suffix(mine, other)
        if end:
            found.append((left_end - end, right_end - end, end))
            mine, other = mine[:-end], other[:-end]
        if set(mine).isdisjoint(other):
            continue
        inner, gaps = _divide(mine, other, match=match)
        found.extend((left_start + i, right_start + j, length) for i, j, length in inner)
        work.extend((left_start + a, left_start + b, right_start + c, right_start + d) for a, b, c, d in gaps)
    return sorted(found)


def _divide(
    left: str, right: str, *, match: Callable[[str, str], list[Stretch]]
) -> tuple[list[Stretch], list[tuple[int, int, int, int]]]:
    """Return equal stretches, and the gaps between them that are still to be compared."""
    if Indel.distance(left, right, score_cutoff=_MANY_DIFFERENCES) <= _MANY_DIFFERENCES:
        return match(left, right), []
    anchors = _anchors(left, right)
    if not anchors:
        return (_match_with_rapidfuzz(left, right) if len(left) * len(right) <= _MANY_PRODUCTS else []), []
    gaps = []
    left_position = right_position = 0
    for i, j, length in [*anchors, (len(left), len(right), 0)]:
        gaps.append((left_position, i, right_position, j))
        left_position, right_position = i + length, j + length
    return anchors, gaps


def _anchors(left: str, right: str) -> list[Stretch]:
    """Return the runs of three, or else two, tokens that stand once on both sides, in the best common order."""
    for size in (3, 2):
        mine, other = _unique_runs(left, size), _unique_runs(right, size)
        pairs = [(place, other[run], 1.0) for run, place in mine.items() if run in other]
        chosen = joined([(i, j, 1) for i, j in heaviest_chain(pairs)])
        if chosen:
            return chosen
    return []


def _unique_runs(row: str, size: int) -> dict[str, int]:
    places: dict[str, int] = {}
    repeated: set[str] = set()
    for place in range(len(row) - size + 1):
        run = row[place : place + size]
        if run in places:
            repeated.add(run)
        places[run] = place
    return {run: place for run, place in places.items() if run not in repeated}


def _match_with_diff_match_patch(left: str, right: str) -> list[Stretch]:
    engine = diff_match_patch()
    engine.Diff_Timeout = 0
    found: list[Stretch] = []
    i = j = 0
    for operation, run in engine.diff_main(left, right, False):  # noqa: FBT003 - its signature
        if operation == engine.DIFF_EQUAL:
            found.append((i, j, len(run)))
        i += len(run) if operation != engine.DIFF_INSERT else 0
        j += len(run) if operation != engine.DIFF_DELETE else 0
    return found


def _match_with_rapidfuzz(left: str, right: str) -> list[Stretch]:
    return [
        (block.src_start, block.dest_start, block.src_end - block.src_start)
        for block in LCSseq.opcodes(left, right)
        if block.tag == "equal"
    ]


def common_prefix(left: str, right: str) -> int:
    """Return how many characters both texts begin with."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def common_suffix(left: str, right: str) -> int:
    """Return how many characters both texts end with."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[len(left) - middle : len(left) - low] == right[len(right) - middle : len(right) - low]:
            low = middle
        else:
            high = middle - 1
    return low
