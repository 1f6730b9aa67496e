"""A history as JSON: all that a browser needs to put together the redline of any two versions.

It compares nothing. Each version is a row of blocks with their threads; what the engine found of any two states of a
block that meet in some pair of versions is there as finished HTML, in parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any

from policy_site.model import Section
from policy_site.redlines.alignment import Side
from policy_site.redlines.blocks import may_join
from policy_site.redlines.building import Builder, Step
from policy_site.redlines.compare import is_modified, is_renumbered
from policy_site.redlines.fragments import attributes_json, content_of, elements_of
from policy_site.redlines.moves import Match
from policy_site.redlines.pieces import Piece
from policy_site.redlines.rows import ColumnMaps
from policy_site.redlines.threads import History, Threads
from policy_site.redlines.tree import Operation
from policy_site.redlines.weighing import weigh_operation
from policy_site.redlines.writing import clean

FORMAT = "policy-site-threads-1"
"""Stands in every file, so that a reader knows what it reads."""
MOST_PAIRS = 10_000
"""Pairs of versions whose marks are prepared, the newest ones first; of others, blocks that differ are shown whole."""

Json = dict[str, Any]
Key = tuple[object, ...]


def to_json(history: History) -> Json:
    """Return a history as values that JSON has."""
    return _Writer(history).write()


class _Names:
    """Numbers for distinct values, in the order in which they come."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._numbers: dict[object, int] = {}

    def number(self, key: object, make: Callable[[], object]) -> int:
        """Return the number of a value; one that is new is made."""
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.values)
            self.values.append(make())
        return number


class _Writer:
    def __init__(self, history: History) -> None:
        self._history = history
        self._states, self._sections = _Names(), _Names()
        self._states_of: list[list[int]] = []
        self._pairs: dict[str, list[Any]] = {}
        self._exceptions: dict[str, dict[str, int]] = {}
        self._built: dict[tuple[str, Key], int] = {}

    def write(self) -> Json:
        history = self._history
        versions = [self._version(place) for place in range(len(history.documents))]
        newest_first = combinations(range(len(history.documents) - 1, -1, -1), 2)
        for number, (newer, older) in enumerate(newest_first):
            if number == MOST_PAIRS:
                break
            self._pair(older, newer)
        return {
            "format": FORMAT,
            "versions": versions,
            "sections": self._sections.values,
            "blocks": self._states.values,
            "pairs": self._pairs,
            "exceptions": self._exceptions,
        }

    # --- versions ---

    def _version(self, place: int) -> list[Any]:
        """Return the title and the sections of a version, by their numbers."""
        document, side, row = (
            self._history.documents[place],
            self._history.sides[place],
            self._history.rows[place],
        )
        self._states_of.append([self._state(piece) for piece in side.pieces])
        shared = _containers_of_many(side)
        numbers = []
        for index, section in enumerate(document.sections):
            start, end = side.starts[index], side.starts[index + 1]
            own: dict[int, int] = {}
            rows = [
                [
                    self._states_of[-1][piece],
                    *_path(side.pieces[piece], own, shared),
                    *([list(held)] if (held := row.threads[piece]) else []),
                ]
                for piece in range(start, end)
            ]
            value = [*_facts(section), row.sections[index], rows]
            numbers.append(self._sections.number(repr(value), lambda value=value: value))  # type: ignore[misc]
        return [clean(document.title), numbers]

    def _state(self, piece: Piece) -> int:
        key = (
            piece.kind,
            piece.shape,
            piece.number_end,
            tuple(
                (leaf.tag, leaf.attributes, leaf.spans, tuple((c.tag, c.attributes) for c in leaf.containers))
                for leaf in piece.leaves
            ),
        )
        return self._states.number(key, lambda: _state_json(piece))

    # --- pairs ---

    def _pair(self, older: int, newer: int) -> None:
        sides = self._history.sides[older], self._history.sides[newer]
        mine, other = self._states_of[older], self._states_of[newer]
        found = self._history.alignment(older, newer)
        differing = [
            match
            for match in found.matches
            if len(match.left) > 1 or len(match.right) > 1 or mine[match.left[0]] != other[match.right[0]]
        ]
        if not differing:
            return
        columns: ColumnMaps | None = None
        for match in differing:
            olds, news = [sides[0].pieces[i] for i in match.left], [sides[1].pieces[j] for j in match.right]
            name = f"{_joined(mine, match.left)}>{_joined(other, match.right)}{'!' if match.is_moved else ''}"
            cells: Key = ()
            if olds[0].is_row and columns is None:
                columns = ColumnMaps(_rows(found.matches, sides))
            if olds[0].is_row and columns is not None:
                cells = tuple(columns.pair_cells(olds[0], news[0]))
            number = self._built.get((name, cells))
            if number is None:
                variants = self._pairs.setdefault(name, [])
                number = self._built[name, cells] = len(variants)
                variants.append(self._part(olds, news, columns, is_moved=match.is_moved))
            if number:
                self._exceptions.setdefault(f"{older} {newer}", {})[name] = number

    def _part(
        self, olds: Sequence[Piece], news: Sequence[Piece], columns: ColumnMaps | None, *, is_moved: bool
    ) -> list[Any]:
        """Return what is shown of blocks of both texts, and what is counted of it."""
        builder = Builder(olds, news, columns=columns or ColumnMaps(()), codebook=self._history.sides[0].codebook)
        step = Step(tuple(range(len(olds))), tuple(range(len(news))), 1 if is_moved else 0)
        (operation,) = builder.build([step])
        if self._history.locale:
            operation = weigh_operation(operation, locale=self._history.locale)
        return [builder.changes, *_counts(operation), elements_of(operation)]


def _counts(operation: Operation) -> list[int]:
    """Return the words that went and came, and as bits whether anything differs, is modified, has another number."""
    differs = any(leaf.is_changed for leaf in operation.leaves)
    bits = differs + 2 * is_modified(operation) + 4 * is_renumbered(operation)
    return [operation.words_deleted, operation.words_added, bits]


def _rows(matches: Sequence[Match], sides: tuple[Side, Side]) -> Iterator[tuple[Piece, Piece]]:
    for match in matches:
        old, new = sides[0].pieces[match.left[0]], sides[1].pieces[match.right[0]]
        if old.is_row and new.is_row:
            yield old, new


def _joined(states: Sequence[int], places: Threads) -> str:
    return ",".join(str(states[place]) for place in places)


def _facts(section: Section) -> list[Any]:
    return [clean(section.id), clean(section.heading), section.level]


def _state_json(piece: Piece) -> list[Any]:
    """Return a block or a row: its kind, its containers, its characters, its words, and its leaves.

    The kind is 1 for a row, 0 for what can be divided and joined, 2 for the rest.
    """
    containers = [[one.tag, attributes_json(one.attributes)] for one in piece.leaves[0].containers]
    leaves = [[leaf.tag, attributes_json(leaf.attributes), *content_of(leaf.spans)] for leaf in piece.leaves]
    kind = 1 if piece.is_row else 0 if may_join([piece]) else 2
    return [kind, containers, sum(len(leaf.text) for leaf in piece.leaves), piece.words, leaves]


def _containers_of_many(side: Side) -> frozenset[int]:
    """Return the containers that hold blocks of several sections."""
    sections: dict[int, int] = {}
    shared: set[int] = set()
    for piece in side.pieces:
        for container in piece.leaves[0].containers:
            if sections.setdefault(container.ordinal, piece.section) != piece.section:
                shared.add(container.ordinal)
    return frozenset(shared)


def _path(piece: Piece, own: dict[int, int], shared: frozenset[int]) -> list[int]:
    """Return names of the containers of a block: from 1 within its section, below 0 for those of several sections."""
    return [
        -1 - container.ordinal if container.ordinal in shared else own.setdefault(container.ordinal, len(own) + 1)
        for container in piece.leaves[0].containers
    ]
