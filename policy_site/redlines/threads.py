"""Threads: what became of each block through a policy's history, from the alignments of neighbours alone.

A block holds one or more threads. Of a block that is edited or moved, the next version's block holds the same; one that
is divided shares its threads out, and one that is joined gathers them; a block that comes back takes up those it had.
Any two versions are aligned by the threads they share: one alignment a neighbouring pair serves every pair.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from policy_site.model import Document
from policy_site.redlines.alignment import Alignment, Side
from policy_site.redlines.blocks import may_join
from policy_site.redlines.chains import Pair, heaviest_chain
from policy_site.redlines.codebook import Codebook
from policy_site.redlines.compare import Comparison
from policy_site.redlines.moves import Match, number_moves
from policy_site.redlines.pieces import Piece
from policy_site.redlines.sections import stable_pairs
from policy_site.redlines.tree import Redline
from policy_site.redlines.weighing import weigh

_NEAR = 0.15
"""Share of a text by which the place where a block is divided can miss the place where two had been joined."""

Threads = tuple[int, ...]


@dataclass(slots=True)
class Row:
    """The blocks of one version with the threads they hold, and the same of its sections."""

    threads: list[Threads]
    sections: list[int]


class History:
    """The versions of one text, oldest first, and the threads that run through them."""

    def __init__(self, documents: Sequence[Document], *, locale: str = "") -> None:
        """Align neighbours. With ``locale``, the language of all, edits say what sort of words they change."""
        self.locale = locale
        self.documents = tuple(documents)
        codebook = Codebook()
        self.sides = [Side.of(document, codebook) for document in documents]
        self.rows: list[Row] = []
        self._next = 0
        self._next_section = 0
        self._gone: dict[tuple[str, ...], Threads] = {}
        self._gone_sections: dict[str, int] = {}
        for place in range(len(self.documents)):
            self._add(place)

    def compare(self, older: int, newer: int) -> Redline:
        """Compare two versions by their places, whatever lies between them."""
        pair = Comparison(
            self.documents[older],
            self.documents[newer],
            (self.sides[older], self.sides[newer]),
            self.alignment(older, newer),
        )
        redline = pair.redline()
        return weigh(redline, locale=self.locale) if self.locale else redline

    def alignment(self, older: int, newer: int) -> Alignment:
        """Return which sections and which blocks of two versions share threads."""
        return compose((self.sides[older], self.rows[older]), (self.sides[newer], self.rows[newer]))

    # --- the threads of one version ---

    def _add(self, place: int) -> None:
        side = self.sides[place]
        if not place:
            self.rows.append(
                Row([self._spin() for _ in side.pieces], [self._spin_section() for _ in side.sections])
            )  # fmt: skip
            return
        found = Comparison.of_sides(
            self.documents[place - 1], self.documents[place], (self.sides[place - 1], side)
        ).alignment
        before = self.rows[-1]
        threads: list[Threads | None] = [None] * len(side.pieces)
        for match in found.matches:
            for mine, held in zip(match.right, self._hand_over(place, match), strict=True):
                threads[mine] = held
        taken = {thread for held in threads if held for thread in held}
        for i, held in enumerate(before.threads):
            if taken.isdisjoint(held):
                self._gone[self.sides[place - 1].pieces[i].key] = held
        row = []
        for piece, own in zip(side.pieces, threads, strict=True):
            held = own if own is not None else self._take_up(piece, taken)
            taken.update(held)
            row.append(held)
        self.rows.append(Row(row, self._sections(place, found)))

    def _spin(self) -> Threads:
        self._next += 1
        return (self._next - 1,)

    def _spin_section(self) -> int:
        self._next_section += 1
        return self._next_section - 1

    def _take_up(self, piece: Piece, taken: set[int]) -> Threads:
        """Return the threads that a block had before it went away, or a new one."""
        held = self._gone.pop(piece.key, None)
        return held if held is not None and taken.isdisjoint(held) else self._spin()

    def _hand_over(self, place: int, match: Match) -> list[Threads]:
        """Share the threads of blocks out to those that they became, dividing threads where there are too few."""
        before = self.rows[-1].threads
        held = [thread for i in match.left for thread in before[i]]
        if len(match.right) == 1:
            return [tuple(held)]
        olds, news = (
            [self.sides[place - 1].pieces[i].weight for i in match.left],
            [self.sides[place].pieces[j].weight for j in match.right],
        )
        ends: list[float] = []
        for start, end, i in zip([0.0, *_shares(olds)], _shares(olds), match.left, strict=False):
            count = len(before[i])
            ends.extend(start + (end - start) * (number + 1) / count for number in range(count))
        for cut in _shares(news)[:-1]:
            if min(abs(cut - end) for end in (0.0, *ends)) > _NEAR:
                index = next(index for index, end in enumerate(ends) if end > cut)
                held.insert(index + 1, self._divide(held[index]))
                ends.insert(index, cut)
        handed: list[list[int]] = [[] for _ in match.right]
        middles = [(start + end) / 2 for start, end in pairwise((0.0, *ends))]
        shares = _shares(news)
        for thread, middle in zip(held, middles, strict=True):
            handed[min(sum(share <= middle for share in shares), len(news) - 1)].append(thread)
        return [tuple(threads) if threads else self._spin() for threads in handed]

    def _divide(self, thread: int) -> int:
        """Make two threads of one, in every version so far."""
        (other,) = self._spin()
        for row in self.rows:
            for index, held in enumerate(row.threads):
                if thread in held:
                    at = held.index(thread) + 1
                    row.threads[index] = (*held[:at], other, *held[at:])
        return other

    def _sections(self, place: int, found: Alignment) -> list[int]:
        before = self.rows[-1].sections
        partners = {j: i for i, j in found.sections}
        kept = {i for i, _ in found.sections}
        for i, section in enumerate(self.documents[place - 1].sections):
            if i not in kept:
                self._gone_sections[section.id] = before[i]
        names = []
        for j, section in enumerate(self.documents[place].sections):
            if j in partners:
                names.append(before[partners[j]])
            else:
                name = self._gone_sections.pop(section.id, None)
                names.append(name if name is not None else self._spin_section())
        return names


def _shares(weights: Sequence[float]) -> list[float]:
    total = sum(weights)
    return [end / total for end in accumulate(weights)]


Threaded = tuple[Side, Row]


def compose(older: Threaded, newer: Threaded) -> Alignment:
    """Align two versions by the threads they share. Of what changed places, the lighter part moved."""
    (left, left_row), (right, right_row) = older, newer
    places = {name: i for i, name in enumerate(left_row.sections)}
    sections = {places[name]: j for j, name in enumerate(right_row.sections) if name in places}
    weights = [1.0 + sum(len(block.text) for block in section.blocks) for section in left.sections]
    stable = set(stable_pairs(sections, weights))
    moved_sections = frozenset(set(sections.items()) - stable)
    moved_left = {i for i, _ in moved_sections}
    groups = list(_groups(left, left_row.threads, right, right_row.threads))
    is_away = [
        left.pieces[olds[0]].section in moved_left
        and sections[left.pieces[olds[0]].section] == right.pieces[news[0]].section
        for olds, news in groups
    ]
    staying = [
        (olds[0], news[0], left.pieces[olds[0]].weight)
        for (olds, news), away in zip(groups, is_away, strict=True)
        if not away
    ]
    kept = {i for i, _ in _in_order(staying)}
    matches = [Match(olds, news, is_moved=olds[0] not in kept) for olds, news in groups]
    return Alignment(
        tuple(sorted(sections.items(), key=lambda pair: pair[1])),
        moved_sections,
        number_moves(matches, left.pieces, right.pieces),
    )


def _in_order(pairs: list[tuple[int, int, float]]) -> list[Pair]:
    ordered = sorted(pairs)
    if all(before[1] < after[1] for before, after in pairwise(ordered)):
        return [(i, j) for i, j, _ in ordered]
    return heaviest_chain(ordered)


def _groups(
    left: Side, left_threads: Sequence[Threads], right: Side, right_threads: Sequence[Threads]
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Yield the blocks of both sides that hang together, by their place on the right."""
    holders = {thread: i for i, held in enumerate(left_threads) for thread in held}
    olds_of = [sorted({holders[thread] for thread in held if thread in holders}) for held in right_threads]
    news_of: dict[int, list[int]] = {}
    for j, olds in enumerate(olds_of):
        for i in olds:
            news_of.setdefault(i, []).append(j)
    done: set[int] = set()
    for j, olds in enumerate(olds_of):
        if j in done or not olds:
            continue
        mine, other = set(olds), {j}
        while True:
            wider = {new for old in mine for new in news_of[old]}
            back = {old for new in wider for old in olds_of[new]}
            if wider == other and back == mine:
                break
            mine, other = back, wider
        done |= other
        yield from _joinable(left, right, tuple(sorted(mine)), tuple(sorted(other)))


def _joinable(
    left: Side, right: Side, olds: tuple[int, ...], news: tuple[int, ...]
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Yield blocks as one group where they stand side by side and can be read as one, else pairs of like size."""
    if len(olds) == len(news) == 1 or (
        olds[-1] - olds[0] == len(olds) - 1
        and news[-1] - news[0] == len(news) - 1
        and may_join([left.pieces[i] for i in olds], [right.pieces[j] for j in news])
    ):
        yield olds, news
        return
    free = list(news)
    for i in olds:
        kind = left.pieces[i].is_row
        fitting = [j for j in free if right.pieces[j].is_row == kind]
        if fitting:
            best = min(fitting, key=lambda j: (abs(right.pieces[j].weight - left.pieces[i].weight), j))
            free.remove(best)
            yield (i,), (best,)
