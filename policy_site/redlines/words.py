# ruff: noqa: RUF001 - signs of many scripts
"""Words compared with words: the only door to diff-match-patch.

Each distinct token becomes one private-use character, so no token can be cut. The cost is bounded by structure: a pair
of rows that differ in much is first divided at runs of tokens that stand once on both sides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from diff_match_patch import diff_match_patch
from rapidfuzz.distance import Indel, LCSseq
from rapidfuzz.process import extract_iter

from policy_site.redlines.chains import heaviest_chain
from policy_site.redlines.tokens import is_unspaced_sign, is_wordlike

Stretch = tuple[int, int, int]
"""Equal tokens: place on the left, place on the right, length."""

_PLACES = tuple(chain(range(0xE000, 0xF900), range(0xF0000, 0xFFFFE), range(0x100000, 0x10FFFE)))
"""Private-use characters, and after them those of planes 1 to 14: enough for a million distinct tokens."""
_MANY_DIFFERENCES = 80
"""Tokens that differ, from which on a pair of rows is divided before diff-match-patch gets it."""
_MANY_PRODUCTS = 60_000_000
"""Product of lengths up to which rapidfuzz keeps the matrix of a pair (an eighth of it in bytes)."""
_LONG_ROW = 4_000
"""Tokens from which on each pair of rows is looked at by itself."""
_LONGEST = 40_000
"""Tokens of both rows from which on rapidfuzz finds all equal stretches: as many, at a tenth of the cost."""
_MOST_BETWEEN = 7
"""Tokens that an island between two changes can have: three words, four other signs."""
_SENTENCE_ENDS = frozenset(".!?。！？؟।;")
_CLAUSE_ENDS = frozenset(",:、，،")


class Codebook:
    """Gives each distinct token of a comparison one character."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}
        self._keys: dict[str, str] = {}

    def encode(self, keys: Iterable[str]) -> str:
        """Return one character a token."""
        codes = self._codes
        return "".join([codes.get(key) or self._add(key) for key in keys])

    def _add(self, key: str) -> str:
        number = len(self._codes)
        code = chr(_PLACES[number]) if number < len(_PLACES) else chr(0x10000 + number - len(_PLACES))
        self._codes[key] = code
        self._keys[code] = key
        return code

    def keys(self, row: str) -> list[str]:
        """Return the tokens of a row."""
        return [self._keys[code] for code in row]

    def key(self, code: str) -> str:
        """Return the token of a character."""
        return self._keys[code]


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
    stretches = _joined(_match(left, right))
    return _tidied(left, right, stretches, codebook)


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
        chosen = _joined([(i, j, 1) for i, j in heaviest_chain(pairs)])
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


def _joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for i, j, length in stretches:
        if joined and joined[-1][0] + joined[-1][2] == i and joined[-1][1] + joined[-1][2] == j:
            joined[-1] = (joined[-1][0], joined[-1][1], joined[-1][2] + length)
        elif length:
            joined.append((i, j, length))
    return joined


# --- clean-up: as a person would have marked it ------------------------------------------------------------------


@dataclass(slots=True)
class _Gap:
    """What differs between two equal stretches."""

    left: tuple[int, int]
    right: tuple[int, int]

    @property
    def is_replacement(self) -> bool:
        return self.left[1] > self.left[0] and self.right[1] > self.right[0]

    @property
    def size(self) -> int:
        return self.left[1] - self.left[0] + self.right[1] - self.right[0]


def _tidied(left: str, right: str, stretches: list[Stretch], codebook: Codebook) -> tuple[Stretch, ...]:
    gaps = _gaps(stretches, len(left), len(right))
    gaps = _without_islands(left, gaps, codebook)
    bounds = [0, *(gap.left[1] for gap in gaps)]
    ends = [*(gap.left[0] for gap in gaps), len(left)]
    for index, gap in enumerate(gaps):
        if not gap.is_replacement:
            before = gap.left[0] - bounds[index]
            after = ends[index + 1] - gap.left[1]
            shift = _best_shift(left, right, gap, codebook, before=before, after=after)
            gap.left = (gap.left[0] + shift, gap.left[1] + shift)
            gap.right = (gap.right[0] + shift, gap.right[1] + shift)
            bounds[index + 1] = gap.left[1]
            ends[index] = gap.left[0]
    tidy: list[Stretch] = []
    i = j = 0
    for gap in [*gaps, _Gap((len(left), len(left)), (len(right), len(right)))]:
        tidy.append((i, j, gap.left[0] - i))
        i, j = gap.left[1], gap.right[1]
    return tuple(_joined(tidy))


def _gaps(stretches: list[Stretch], left_length: int, right_length: int) -> list[_Gap]:
    gaps = []
    i = j = 0
    for left_place, right_place, length in [*stretches, (left_length, right_length, 0)]:
        if left_place > i or right_place > j:
            gaps.append(_Gap((i, left_place), (j, right_place)))
        i, j = left_place + length, right_place + length
    return gaps


def _without_islands(left: str, gaps: list[_Gap], codebook: Codebook) -> list[_Gap]:
    """Join two replacements with little between them that stayed: three words at most, and fewer than what changed."""
    kept: list[_Gap] = []
    for gap in gaps:
        while kept and _is_island(left[kept[-1].left[1] : gap.left[0]], kept[-1], gap, codebook):
            before = kept.pop()
            gap = _Gap((before.left[0], gap.left[1]), (before.right[0], gap.right[1]))  # noqa: PLW2901 - it grows
        kept.append(gap)
    return kept


def _is_island(between: str, before: _Gap, after: _Gap, codebook: Codebook) -> bool:
    if len(between) > _MOST_BETWEEN:
        return False
    if not (before.is_replacement and after.is_replacement):
        is_both = (before.left[1] > before.left[0] or after.left[1] > after.left[0]) and (
            before.right[1] > before.right[0] or after.right[1] > after.right[0]
        )
        is_unspaced = all(is_unspaced_sign(codebook.key(code)) for code in between)
        return is_both and is_unspaced and len(between) <= min(before.size, after.size, 3)
    words = sum(is_wordlike(codebook.key(code)) for code in between)
    return words == 0 or (words <= 3 and 2 * len(between) < min(before.size, after.size))  # noqa: PLR2004


def _best_shift(left: str, right: str, gap: _Gap, codebook: Codebook, *, before: int, after: int) -> int:
    """Return how far a pure deletion or addition is to slide so that it begins where a sentence or clause does."""
    row, (start, end) = (left, gap.left) if gap.left[1] > gap.left[0] else (right, gap.right)
    lowest = 0
    while -lowest < before and row[start + lowest - 1] == row[end + lowest - 1]:
        lowest -= 1
    highest = 0
    while highest < after and row[start + highest] == row[end + highest]:
        highest += 1
    if lowest == highest:
        return 0
    return max(range(lowest, highest + 1), key=lambda shift: (_seam(row, start + shift, end + shift, codebook), shift))


def _seam(row: str, start: int, end: int, codebook: Codebook) -> int:
    """Say how well a run from ``start`` to ``end`` stands for itself."""
    before = codebook.key(row[start - 1])[-1] if start else "."
    last = codebook.key(row[end - 1])[-1]
    if before in _SENTENCE_ENDS:
        return 4 if last in _SENTENCE_ENDS else 3
    if before in _CLAUSE_ENDS:
        return 2
    return 1 if codebook.key(row[start])[0] in _CLAUSE_ENDS else 0
