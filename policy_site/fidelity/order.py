"""Sections that changed places."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence


def out_of_order(ids: Sequence[str], order: Sequence[str]) -> tuple[str, ...]:
    """Return those of ``ids`` that stand elsewhere than ``order`` has them: as few as explain the difference."""
    places = {name: place for place, name in enumerate(order)}
    known = [name for name in ids if name in places]
    ends: list[int] = []
    lengths: list[int] = []
    for name in known:
        length = bisect_left(ends, places[name])
        ends[length : length + 1] = [places[name]]
        lengths.append(length)
    stays: set[str] = set()
    wanted = len(ends) - 1
    limit = len(order)
    for name, length in zip(reversed(known), reversed(lengths), strict=True):
        if length == wanted and places[name] < limit:
            stays.add(name)
            wanted, limit = wanted - 1, places[name]
    return tuple(name for name in known if name not in stays)
