"""The one primitive under all alignment: of many possible pairs, those that keep both orders and weigh most."""

from __future__ import annotations

from collections.abc import Iterable

Pair = tuple[int, int]


def heaviest_chain(pairs: Iterable[tuple[int, int, float]]) -> list[Pair]:
    """Return the pairs, rising on both sides, whose weights have the greatest sum.

    Weights are above 0. Of equal sums the one whose pairs come first on the right is kept. n pairs cost n log n.
    """
    ordered = sorted(pairs, key=lambda pair: (pair[0], -pair[1]))
    if not ordered:
        return []
    rights = sorted({right for _, right, _ in ordered})
    ranks = {right: rank for rank, right in enumerate(rights, start=1)}
    best = [(0.0, -1)] * (len(rights) + 1)  # a Fenwick tree: the heaviest chain that ends at a rank or below
    previous: list[int] = []
    for index, (_, right, weight) in enumerate(ordered):
        rank = ranks[right] - 1
        heaviest, last = 0.0, -1
        while rank:
            if best[rank][0] > heaviest:
                heaviest, last = best[rank]
            rank &= rank - 1
        previous.append(last)
        rank, total = ranks[right], heaviest + weight
        while rank < len(best):
            if total > best[rank][0]:
                best[rank] = (total, index)
            rank += rank & -rank
    chain: list[Pair] = []
    rank = len(rights)
    heaviest, last = 0.0, -1
    while rank:
        if best[rank][0] > heaviest:
            heaviest, last = best[rank]
        rank &= rank - 1
    while last >= 0:
        chain.append(ordered[last][:2])
        last = previous[last]
    return chain[::-1]
