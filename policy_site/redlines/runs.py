"""From equal stretches of tokens to runs of text: everything between two equal words, down to the last white space."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from policy_site.model import Span
from policy_site.redlines.pieces import Passage
from policy_site.redlines.tidying import Stretch
from policy_site.redlines.tokens import Tokens, is_wordlike, leading_space
from policy_site.redlines.tree import RunKind


@dataclass(frozen=True, slots=True)
class Cut:
    """A run as places in both texts."""

    kind: RunKind
    old: tuple[int, int]
    new: tuple[int, int]


class Joined:
    """Several passages as one text, a line end between two: the side of a split or a merger that has several blocks."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = tuple(passages)
        self.is_verbatim = any(passage.is_verbatim for passage in passages)
        self.offsets: list[int] = []
        position = 0
        for passage in passages:
            self.offsets.append(position)
            position += len(passage.text) + 1
        self.text = "\n".join(passage.text for passage in passages)
        self.code = "".join(passage.code for passage in passages)
        self.tokens = passages[0].tokens if len(passages) == 1 else self._joined_tokens()

    def _joined_tokens(self) -> Tokens:
        pairs = list(zip(self.offsets, self.passages, strict=True))
        return Tokens(
            tuple(offset + start for offset, passage in pairs for start in passage.tokens.starts),
            tuple(offset + end for offset, passage in pairs for end in passage.tokens.ends),
            tuple(key for passage in self.passages for key in passage.tokens.keys),
        )

    def cut(self, start: int, end: int) -> tuple[Span, ...]:
        """Return the spans between two places of one passage."""
        part = sum(offset <= start for offset in self.offsets[1:])
        offset = self.offsets[part]
        return self.passages[part].cut(start - offset, end - offset)

    @property
    def seams(self) -> tuple[int, ...]:
        """Places of the line ends between passages."""
        return tuple(offset - 1 for offset in self.offsets[1:])


def cut_runs(
    old: Joined, new: Joined, stretches: Iterable[Stretch], *, after_numbers: tuple[int, int] | None = None
) -> list[Cut]:
    """Return the runs of two texts whose equal stretches are known; side by side they give both texts.

    With ``after_numbers``, that many tokens on each side are a number that changed, and the words come after it.
    """
    cutter = _Cutter(old, new)
    cuts: list[Cut] = []
    if after_numbers is not None:
        cuts.append(cutter.pass_numbers(*after_numbers))
    cuts.extend(cutter.cut(stretches))
    if not cuts:
        return [Cut(RunKind.EQUAL, (0, 0), (0, 0))]
    cuts = _joined_equals(_cut_at_seams(cuts, old.seams, new.seams))
    return [part for cut in cuts for part in _cut_at_recoded(cut, old, new)]


def _cut_at_recoded(cut: Cut, old: Joined, new: Joined) -> Iterator[Cut]:
    """Cut out the tokens of an equal run that are the same only once they are normalised."""
    mine, other = old.text[slice(*cut.old)], new.text[slice(*cut.new)]
    if cut.kind is not RunKind.EQUAL or mine == other or mine.split() == other.split():
        yield cut
        return
    i, j = bisect_left(old.tokens.starts, cut.old[0]), bisect_left(new.tokens.starts, cut.new[0])
    old_start, new_start = cut.old[0], cut.new[0]
    while i < len(old.tokens) and old.tokens.starts[i] < cut.old[1]:
        old_place, new_place = (old.tokens.starts[i], old.tokens.ends[i]), (new.tokens.starts[j], new.tokens.ends[j])
        if old.text[slice(*old_place)].split() != new.text[slice(*new_place)].split():
            if old_place[0] > old_start or new_place[0] > new_start:
                yield Cut(RunKind.EQUAL, (old_start, old_place[0]), (new_start, new_place[0]))
            yield Cut(RunKind.RECODED, old_place, new_place)
            old_start, new_start = old_place[1], new_place[1]
        i, j = i + 1, j + 1
    if cut.old[1] > old_start or cut.new[1] > new_start:
        yield Cut(RunKind.EQUAL, (old_start, cut.old[1]), (new_start, cut.new[1]))


def _joined_equals(cuts: Iterable[Cut]) -> list[Cut]:
    joined: list[Cut] = []
    for cut in cuts:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.kind is cut.kind is RunKind.EQUAL
            and (last.old[1], last.new[1]) == (cut.old[0], cut.new[0])
        ):
            joined[-1] = Cut(RunKind.EQUAL, (last.old[0], cut.old[1]), (last.new[0], cut.new[1]))
        else:
            joined.append(cut)
    return joined


class _Cutter:
    def __init__(self, old: Joined, new: Joined) -> None:
        self._old, self._new = old, new
        self._has_seams = bool(old.seams or new.seams)
        self._old_position = self._new_position = 0

    def pass_numbers(self, old_count: int, new_count: int) -> Cut:
        """Cut the numbers before the words, with the white space after them."""
        old_end, new_end = (
            joined.tokens.starts[count] if count < len(joined.tokens) else len(joined.text)
            for joined, count in ((self._old, old_count), (self._new, new_count))
        )
        self._old_position, self._new_position = old_end, new_end
        return Cut(RunKind.RENUMBERED, (0, old_end), (0, new_end))

    def cut(self, stretches: Iterable[Stretch]) -> Iterator[Cut]:
        old, new = self._old.tokens, self._new.tokens
        for i, j, length in stretches:
            yield from self._difference(old.starts[i], new.starts[j])
            for offset in range(1, 1 if self._is_plain(i, j, length) else length):
                old_gap = old.ends[i + offset - 1], old.starts[i + offset]
                new_gap = new.ends[j + offset - 1], new.starts[j + offset]
                yield from self._white_space(old_gap, new_gap)
            yield from self._advance(old.ends[i + length - 1], new.ends[j + length - 1])
        yield from self._difference(len(self._old.text), len(self._new.text))

    def _is_plain(self, i: int, j: int, length: int) -> bool:
        """Say whether no white space between the tokens of an equal stretch came or went, without looking at each."""
        if self._old.is_verbatim or self._new.is_verbatim:
            return True
        old, new = self._old.tokens, self._new.tokens
        last = length - 1
        return (
            not self._has_seams
            and self._old.text[old.starts[i] : old.ends[i + last]] == self._new.text[new.starts[j] : new.ends[j + last]]
        )

    def _white_space(self, old: tuple[int, int], new: tuple[int, int]) -> Iterator[Cut]:
        """Cut between two equal tokens only where white space came or went, or a block ends."""
        if (old[0] == old[1]) != (new[0] == new[1]) or (self._has_seams and self._is_seam(old, new)):
            yield from self._advance(old[0], new[0])
            yield from self._difference(old[1], new[1])

    def _is_seam(self, old: tuple[int, int], new: tuple[int, int]) -> bool:
        return any(old[0] <= seam < old[1] for seam in self._old.seams) or any(
            new[0] <= seam < new[1] for seam in self._new.seams
        )

    def _advance(self, old_end: int, new_end: int) -> Iterator[Cut]:
        """Yield what is equal up to two ends."""
        if old_end > self._old_position or new_end > self._new_position:
            yield Cut(RunKind.EQUAL, (self._old_position, old_end), (self._new_position, new_end))
            self._old_position, self._new_position = old_end, new_end

    def _difference(self, old_end: int, new_end: int) -> Iterator[Cut]:
        """Yield what differs up to two ends; white space at its edges is equal where both sides have some."""
        old = self._old.text[self._old_position : old_end]
        new = self._new.text[self._new_position : new_end]
        if self._old.is_verbatim or self._new.is_verbatim:
            lead_old = lead_new = trail_old = trail_new = 0
        else:
            lead_old, lead_new = leading_space(old), leading_space(new)
            is_first = not self._old_position and not self._new_position
            if not (lead_old and lead_new) and not is_first:
                lead_old = lead_new = 0
            rest_old, rest_new = old[lead_old:], new[lead_new:]
            trail_old, trail_new = len(rest_old) - len(rest_old.rstrip()), len(rest_new) - len(rest_new.rstrip())
            is_last = old_end == len(self._old.text) and new_end == len(self._new.text)
            if not (trail_old and trail_new) and not is_last:
                trail_old = trail_new = 0
        yield from self._advance(self._old_position + lead_old, self._new_position + lead_new)
        old_stop, new_stop = old_end - trail_old, new_end - trail_new
        if old_stop > self._old_position:
            yield Cut(RunKind.DELETED, (self._old_position, old_stop), (self._new_position, self._new_position))
        if new_stop > self._new_position:
            yield Cut(RunKind.ADDED, (old_stop, old_stop), (self._new_position, new_stop))
        self._old_position, self._new_position = old_stop, new_stop
        yield from self._advance(old_end, new_end)


def _cut_at_seams(cuts: list[Cut], old_seams: tuple[int, ...], new_seams: tuple[int, ...]) -> list[Cut]:
    """Divide the runs that reach over the end of a block; the line end itself belongs to no run after that."""
    for seam in old_seams:
        cuts = [part for cut in cuts for part in _divided(cut, seam, is_old=True)]
    for seam in new_seams:
        cuts = [part for cut in cuts for part in _divided(cut, seam, is_old=False)]
    return cuts


def _divided(cut: Cut, seam: int, *, is_old: bool) -> Iterator[Cut]:
    """Divide a run at a line end; what the other side has there goes with the first part."""
    start, end = cut.old if is_old else cut.new
    if not start <= seam < end:
        yield cut
        return
    first, second = (start, seam), (seam + 1, end)
    other = cut.new if is_old else cut.old
    gone = (other[1], other[1])
    if first[1] > first[0] or other[1] > other[0]:
        yield Cut(cut.kind, first, other) if is_old else Cut(cut.kind, other, first)
    if second[1] > second[0]:
        yield Cut(cut.kind, second, gone) if is_old else Cut(cut.kind, gone, second)


Parts = tuple[int, int]
"""Which block of the old and of the new side, from 0."""


def parts_of(cuts: Sequence[Cut], old: Joined, new: Joined) -> list[Parts]:
    """Return the blocks that each run belongs to. Where both sides begin one, they begin it together."""
    parts = [(_part(old, cut.old), _part(new, cut.new)) for cut in cuts]
    if len(old.passages) == 1 or len(new.passages) == 1:
        return parts
    for index, cut in enumerate(cuts):
        if cut.kind is RunKind.DELETED and index and parts[index][0] > parts[index - 1][0]:
            rest = range(index, len(cuts))
            after = next((other for other in rest if cuts[other].kind is not RunKind.DELETED), None)
            if after is not None and parts[after][0] == parts[index][0]:
                for other in range(index, after):
                    parts[other] = parts[after]
    return parts


def _part(joined: Joined, place: tuple[int, int]) -> int:
    return sum(offset <= place[0] for offset in joined.offsets[1:])


def count_words(tokens: Tokens, start: int, end: int) -> int:
    """Return the number of words between two places."""
    from_token = bisect_left(tokens.starts, start)
    to_token = bisect_left(tokens.starts, end)
    return sum(is_wordlike(key) for key in tokens.keys[from_token:to_token])
