"""Cells of paired rows paired by their columns: a column added or removed is seen once for the whole table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from policy_site.redlines.chains import Pair, heaviest_chain
from policy_site.redlines.pieces import Piece, leaf_key

CellPair = tuple[int | None, int | None]


class ColumnMaps:
    """Which column of an old table is which of the new one."""

    def __init__(self, rows: Iterable[tuple[Piece, Piece]]) -> None:
        """Learn from pairs of rows: columns with the same cells are the same."""
        tables: dict[tuple[int, int], list[tuple[Piece, Piece]]] = defaultdict(list)
        for old, new in rows:
            tables[_table_of(old), _table_of(new)].append((old, new))
        self._rows = tables
        self._maps: dict[tuple[int, int], tuple[int, int, list[Pair]]] = {}

    def pair_cells(self, old: Piece, new: Piece) -> Iterator[CellPair]:
        """Yield the cells of two rows, in the order of both; one alone where a column came or went."""
        table = _table_of(old), _table_of(new)
        if table not in self._maps:
            self._maps[table] = _map_columns(self._rows.get(table, [(old, new)]))
        old_width, new_width, pairs = self._maps[table]
        if (len(old.leaves), len(new.leaves)) != (old_width, new_width):
            pairs = [(place, place) for place in range(min(len(old.leaves), len(new.leaves)))]
        i = j = 0
        for old_place, new_place in [*pairs, (len(old.leaves), len(new.leaves))]:
            yield from ((place, None) for place in range(i, old_place))
            yield from ((None, place) for place in range(j, new_place))
            if old_place < len(old.leaves):
                yield old_place, new_place
            i, j = old_place + 1, new_place + 1


def _table_of(row: Piece) -> int:
    return next((c.ordinal for c in reversed(row.leaves[0].containers) if c.tag == "table"), -1)


def _map_columns(rows: Sequence[tuple[Piece, Piece]]) -> tuple[int, int, list[Pair]]:
    old_width = max(len(old.leaves) for old, _ in rows)
    new_width = max(len(new.leaves) for _, new in rows)
    equal: dict[Pair, float] = defaultdict(float)
    for old, new in rows:
        if (len(old.leaves), len(new.leaves)) != (old_width, new_width):
            continue
        old_keys, new_keys = [leaf_key(leaf) for leaf in old.leaves], [leaf_key(leaf) for leaf in new.leaves]
        for i, old_key in enumerate(old_keys):
            for j, new_key in enumerate(new_keys):
                if old_key == new_key and old_key:
                    equal[i, j] += 1 + (i == j) / (1 + len(rows))
    chain = heaviest_chain((i, j, weight) for (i, j), weight in equal.items())
    pairs: list[Pair] = []
    i = j = 0
    for old_place, new_place in [*chain, (old_width, new_width)]:
        if old_place - i == new_place - j:  # as many columns on both sides: each was edited
            pairs.extend(zip(range(i, old_place), range(j, new_place), strict=True))
        if old_place < old_width:
            pairs.append((old_place, new_place))
        i, j = old_place + 1, new_place + 1
    return old_width, new_width, pairs
