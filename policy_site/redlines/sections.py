"""Sections aligned with sections: by the same text, then by id, by heading, and by similarity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence

from rapidfuzz.distance import LCSseq

from policy_site.model import Section
from policy_site.redlines.chains import Pair, heaviest_chain
from policy_site.redlines.numbering import without_number
from policy_site.redlines.pieces import Piece
from policy_site.redlines.tokens import fold
from policy_site.redlines.words import similarity

_ALIKE = 0.5
"""Similarity from which on two sections with different ids and headings are one."""
_ALIKE_WITH_ID = 0.15
"""Similarity below which two sections with one id but other headings are two."""
_HELD, _SHORTEST = 0.65, 8
"""Share of the shorter section's tokens that stand in the other, and how many it has at least, for two that stand alone
between pairs to be one that was renamed and shortened."""
_MOST_COMPARISONS = 20_000


class SectionPairs:
    """Pairs of sections, made one rule after the other: what one has paired, the next leaves alone."""

    def __init__(
        self, left: Sequence[Section], right: Sequence[Section], pieces: tuple[list[list[Piece]], list[list[Piece]]]
    ) -> None:
        self._left, self._right = left, right
        self._left_pieces, self._right_pieces = pieces
        self.pairs: dict[int, int] = {}
        self._taken: set[int] = set()

    def pair_all(self) -> dict[int, int]:
        """Return the partner of each section on the left that has one."""
        if [section.id for section in self._left] == [section.id for section in self._right] and all(
            self._have_one_heading(index, index) for index in range(len(self._left))
        ):
            return {index: index for index in range(len(self._left))}
        self._pair_by(lambda section: tuple(fold(block.text) for block in section.blocks))
        self._pair_by(lambda section: section.id, accept=self._may_share_id)
        self._pair_by(lambda section: fold(without_number(section.heading)).casefold())
        self._pair_by_similarity()
        self._pair_by(lambda section: section.id)
        self._pair_alone()
        return self.pairs

    def _have_one_heading(self, i: int, j: int) -> bool:
        left, right = self._left[i], self._right[j]
        return left.heading == right.heading or without_number(left.heading) == without_number(right.heading)

    def _free(self) -> tuple[list[int], list[int]]:
        return (
            [index for index in range(len(self._left)) if index not in self.pairs],
            [index for index in range(len(self._right)) if index not in self._taken],
        )

    def _add(self, i: int, j: int) -> None:
        self.pairs[i] = j
        self._taken.add(j)

    def _pair_by(
        self, name: Callable[[Section], Hashable], *, accept: Callable[[int, int], bool] = lambda _i, _j: True
    ) -> None:
        """Pair sections that alone have a name, on both sides."""
        mine, other = self._free()
        left_names = {index: name(self._left[index]) for index in mine}
        right_names = {index: name(self._right[index]) for index in other}
        left_counts, right_counts = Counter(left_names.values()), Counter(right_names.values())
        places = {value: index for index, value in right_names.items()}
        for i, value in left_names.items():
            if (
                value not in ("", ())
                and left_counts[value] == 1
                and right_counts[value] == 1
                and accept(i, places[value])
            ):
                self._add(i, places[value])

    def _may_share_id(self, i: int, j: int) -> bool:
        """One id is one section, unless neither heading nor words are alike: ids made of headings can wander."""
        if self._have_one_heading(i, j) or not self._left[i].heading:
            return True
        mine, other = self._code(self._left_pieces[i]), self._code(self._right_pieces[j])
        return similarity(mine, other) >= _ALIKE_WITH_ID

    @staticmethod
    def _code(pieces: Sequence[Piece]) -> str:
        return "".join(piece.code for piece in pieces)

    def _pair_by_similarity(self) -> None:
        mine, other = self._free()
        if not mine or not other or len(mine) * len(other) > _MOST_COMPARISONS:
            return
        left_codes = {i: self._code(self._left_pieces[i]) for i in mine}
        right_codes = {j: self._code(self._right_pieces[j]) for j in other}
        found = [
            (score, -i, -j)
            for i, left in left_codes.items()
            for j, right in right_codes.items()
            if left and right and (score := similarity(left, right, at_least=_ALIKE)) >= _ALIKE
        ]
        for _, i, j in sorted(found, reverse=True):
            if -i not in self.pairs and -j not in self._taken:
                self._add(-i, -j)

    def _pair_alone(self) -> None:
        """Pair two sections that stand alone between pairs, if most of the shorter one stands in the other."""
        for i in range(len(self._left)):
            if i in self.pairs or (i and i - 1 not in self.pairs):
                continue
            j = self.pairs[i - 1] + 1 if i else 0
            is_alone = (
                j < len(self._right)
                and j not in self._taken
                and self.pairs.get(i + 1, len(self._right) if i + 1 == len(self._left) else -1) == j + 1
            )
            if is_alone and self._holds_most(i, j):
                self._add(i, j)

    def _holds_most(self, i: int, j: int) -> bool:
        mine, other = self._code(self._left_pieces[i]), self._code(self._right_pieces[j])
        shorter, longer = sorted((len(mine), len(other)))
        if shorter < _SHORTEST or shorter * longer > _MOST_COMPARISONS * _SHORTEST:
            return False
        return int(LCSseq.similarity(mine, other)) >= _HELD * shorter


def stable_pairs(pairs: dict[int, int], weights: Sequence[float]) -> list[Pair]:
    """Return the pairs that kept their order; of two that changed places, the shorter one moved."""
    return heaviest_chain((i, j, weights[i]) for i, j in pairs.items())
