"""Sections of two languages paired by what no translation changes: where links lead, numbers, the build of the text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from policy_site.model import Section

_NUMBER = re.compile(r"\d{1,9}")
_MOST_CELLS = 250_000
"""Pairs that are weighed at most: beyond, headings keep what they have."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What of a section is the same in every language."""

    id: str
    addresses: frozenset[str]
    numbers: frozenset[int]
    blocks: int


def traits_of(section: Section) -> Traits:
    """Return what of a section is the same in every language."""
    addresses = (
        value
        for block in section.blocks
        for span in block.spans
        for mark in span.marks
        for name, value in mark.attributes
        if name == "href"
    )
    numbers = (int(number) for block in section.blocks for number in _NUMBER.findall(block.text))
    return Traits(section.id, frozenset(addresses), frozenset(numbers), len(section.blocks))


def resemblance(one: Traits, other: Traits) -> float:
    """Return how alike two sections of different languages are, from 1: more means more alike."""
    blocks = sorted((one.blocks + 1, other.blocks + 1))
    return (
        1
        + 5 * (one.id == other.id)
        + 2 * _share(one.addresses, other.addresses)
        + _share(one.numbers, other.numbers)
        + 0.5 * blocks[0] / blocks[1]
    )


def sure_pairs(left: int, right: int, weight: Callable[[int, int], float]) -> list[tuple[int, int]]:
    """Pair two rows of things in their order, as well as can be, and leave out the pairs that could as well be others.

    ``weight`` says how well two go together; 0 or less for those that never do.
    """
    if left * right > _MOST_CELLS:
        return []
    weights = [[weight(i, j) for j in range(right)] for i in range(left)]
    backwards = [row[::-1] for row in weights[::-1]]
    found = set(_best_chain(weights))
    mirrored = {(left - 1 - i, right - 1 - j) for i, j in _best_chain(backwards)}
    return sorted(found & mirrored)


def _share(one: frozenset[str] | frozenset[int], other: frozenset[str] | frozenset[int]) -> float:
    both = one | other
    return len(one & other) / len(both) if both else 0.0


def _best_chain(weights: list[list[float]]) -> list[tuple[int, int]]:
    """Return the heaviest pairs that keep the order; of equally heavy ones those whose members come first."""
    left, right = len(weights), len(weights[0]) if weights else 0
    best = [[0.0] * (right + 1) for _ in range(left + 1)]
    for i in range(left - 1, -1, -1):
        for j in range(right - 1, -1, -1):
            together = best[i + 1][j + 1] + weights[i][j] if weights[i][j] > 0 else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], together)
    chain: list[tuple[int, int]] = []
    i = j = 0
    while i < left and j < right:
        if weights[i][j] > 0 and best[i][j] == best[i + 1][j + 1] + weights[i][j]:
            chain.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            i += 1
    return chain
