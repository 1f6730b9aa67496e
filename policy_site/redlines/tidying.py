# ruff: noqa: RUF001 - signs of many scripts
"""Equal stretches of tokens tidied, so that what differs is marked as a person would have marked it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policy_site.redlines.codebook import Codebook
from policy_site.redlines.tokens import is_unspaced_sign, is_wordlike

Stretch = tuple[int, int, int]
"""Equal tokens: place on the left, place on the right, length."""

_MOST_BETWEEN, _MOST_WORDS_BETWEEN = 7, 3
"""Tokens, and words among them, that an island between two changes can have."""
_SENTENCE_ENDS = frozenset(".!?。！？؟।")
_CLAUSE_ENDS = frozenset(",:;、，،；؛")
_CLOSERS = {
    "(": ")",
    "[": "]",
    "“": "”",
    "„": "“”",
    "«": "»",
    "»": "«",
    "‹": "›",
    "「": "」",
    "『": "』",
    "（": "）",
    '"': '"',
}
"""What closes what was opened; a straight mark closes itself."""
_REWRITTEN = 0.4
"""Share of a sentence's tokens that stay, below which it is struck and written anew as a whole."""
_CONFETTI, _LONG_SENTENCE, _LONG_STRETCH = 3, 8, 8
"""Gaps that a rewritten sentence has at least, tokens of the shorter side, and tokens in a row that are kept anyway."""


def joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Return stretches that touch on both sides as one."""
    whole: list[Stretch] = []
    for i, j, length in stretches:
        if whole and whole[-1][0] + whole[-1][2] == i and whole[-1][1] + whole[-1][2] == j:
            whole[-1] = (whole[-1][0], whole[-1][1], whole[-1][2] + length)
        elif length:
            whole.append((i, j, length))
    return whole


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


def tidy(left: str, right: str, stretches: list[Stretch], codebook: Codebook) -> tuple[Stretch, ...]:
    """Return equal stretches as a person would have left them: islands joined, brackets whole, seams at sentences."""
    stretches = _without_confetti(left, right, stretches, codebook)
    gaps = _gaps(stretches, len(left), len(right))
    gaps = _without_islands(left, right, gaps, codebook)
    _close_brackets(left, right, gaps, codebook)
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
    kept: list[Stretch] = []
    i = j = 0
    for gap in [*gaps, _Gap((len(left), len(left)), (len(right), len(right)))]:
        kept.append((i, j, gap.left[0] - i))
        i, j = gap.left[1], gap.right[1]
    return tuple(joined(kept))


def _gaps(stretches: list[Stretch], left_length: int, right_length: int) -> list[_Gap]:
    gaps = []
    i = j = 0
    for left_place, right_place, length in [*stretches, (left_length, right_length, 0)]:
        if left_place > i or right_place > j:
            gaps.append(_Gap((i, left_place), (j, right_place)))
        i, j = left_place + length, right_place + length
    return gaps


def _without_confetti(left: str, right: str, stretches: list[Stretch], codebook: Codebook) -> list[Stretch]:
    """Leave out what stayed by chance in sentences of which most was rewritten."""
    if len(stretches) < _CONFETTI:
        return stretches
    kept: list[Stretch] = []
    sentence: list[Stretch] = []
    start = (0, 0)
    for i, j, length in [*stretches, (len(left), len(right), 0)]:
        ends = [offset for offset in range(length) if codebook.key(left[i + offset])[-1] in _SENTENCE_ENDS]
        head = ends[0] if ends else length
        sentence.extend([(i, j, head)] if head else [])
        if not ends and length:
            continue
        end = (i + head, j + head)
        if not _is_rewritten(sentence, (end[0] - start[0], end[1] - start[1])):
            kept.extend(sentence)
        if ends:
            last = ends[-1] + 1
            kept.append((i + head, j + head, last - head))
            start = (i + last, j + last)
            sentence = [(i + last, j + last, length - last)] if last < length else []
    return joined(kept)


def _is_rewritten(sentence: list[Stretch], sizes: tuple[int, int]) -> bool:
    same = sum(length for _, _, length in sentence)
    return (
        len(sentence) >= _CONFETTI
        and min(sizes) >= _LONG_SENTENCE
        and 2 * same < _REWRITTEN * sum(sizes)
        and max(length for _, _, length in sentence) < _LONG_STRETCH
    )


def _without_islands(left: str, right: str, gaps: list[_Gap], codebook: Codebook) -> list[_Gap]:
    """Join two changes with little between them that stayed: three words at most, and fewer than what changed."""
    kept: list[_Gap] = []
    for gap in gaps:
        while kept and _is_island(left[kept[-1].left[1] : gap.left[0]], kept[-1], gap, codebook):
            wider = _Gap((kept[-1].left[0], gap.left[1]), (kept[-1].right[0], gap.right[1]))
            if not _stays_whole(left, right, wider, codebook):
                break
            kept.pop()
            gap = wider  # noqa: PLW2901 - it grows
        kept.append(gap)
    return kept


def _is_island(between: str, before: _Gap, after: _Gap, codebook: Codebook) -> bool:
    if len(between) > _MOST_BETWEEN:
        return False
    words = sum(is_wordlike(codebook.key(code)) for code in between)
    smaller, larger = sorted((before.size, after.size))
    is_small = words <= _MOST_WORDS_BETWEEN and (
        2 * len(between) < smaller or (5 * len(between) <= larger and len(between) <= 2 * smaller)
    )
    if not (before.is_replacement and after.is_replacement):
        is_both = (before.left[1] > before.left[0] or after.left[1] > after.left[0]) and (
            before.right[1] > before.right[0] or after.right[1] > after.right[0]
        )
        is_unspaced = all(is_unspaced_sign(codebook.key(code)) for code in between)
        if is_both and is_unspaced:
            return len(between) <= min(before.size, after.size, 3)
        return is_small and not _ends_sentence(between, codebook)
    return words == 0 or is_small


def _ends_sentence(between: str, codebook: Codebook) -> bool:
    return any(codebook.key(code)[-1] in _SENTENCE_ENDS for code in between)


# --- brackets and quotation marks stay with what they hold ---


def _unclosed(row: str, codebook: Codebook) -> str:
    """Return the signs that would close what a row of tokens opens and does not close; the innermost is the first."""
    waiting: list[str] = []
    for code in row:
        sign = codebook.key(code)
        if waiting and sign in waiting[-1]:
            waiting.pop()
        elif sign in _CLOSERS:
            waiting.append(_CLOSERS[sign])
    return waiting[-1] if waiting else ""


def _stays_whole(left: str, right: str, gap: _Gap, codebook: Codebook) -> bool:
    """Say whether a gap cuts no bracket from what it holds, or only one that closes right after it."""
    closers = [_unclosed(left[slice(*gap.left)], codebook), _unclosed(right[slice(*gap.right)], codebook)]
    if not any(closers):
        return True
    follows = codebook.key(left[gap.left[1]]) if gap.left[1] < len(left) else ""
    return bool(follows) and all(follows in closer for closer in closers)


def _close_brackets(left: str, right: str, gaps: list[_Gap], codebook: Codebook) -> None:
    """Give replacements the sign that closes what they open on both sides, where it comes right after them."""
    for index, gap in enumerate(gaps):
        limit = gaps[index + 1].left[0] if index + 1 < len(gaps) else len(left)
        if not gap.is_replacement or gap.left[1] >= limit:
            continue
        closers = _unclosed(left[slice(*gap.left)], codebook), _unclosed(right[slice(*gap.right)], codebook)
        follows = codebook.key(left[gap.left[1]])
        if all(closer and follows in closer for closer in closers):
            gap.left, gap.right = (gap.left[0], gap.left[1] + 1), (gap.right[0], gap.right[1] + 1)


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
    if before == last == "|":
        return 3  # a row of a table without its lines
    if before in _SENTENCE_ENDS:
        return 4 if last in _SENTENCE_ENDS else 3
    if before in _CLAUSE_ENDS:
        return 2
    return 1 if codebook.key(row[start])[0] in _CLAUSE_ENDS else 0
