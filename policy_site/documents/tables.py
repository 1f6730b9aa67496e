"""Tables as plain text: in aligned columns where they are narrow, otherwise listed by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from policy_site.documents.characters import width
from policy_site.model import Block

MAXIMUM_WIDTH = 100
"""Columns of a terminal up to which a table is aligned."""
_CELLS = ("td", "th")


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    is_header: bool
    is_wide: bool
    """It spans several columns or rows."""


def write_table(blocks: Sequence[Block], say: Callable[[Block], str]) -> str:
    """Return the lines of one table, its caption first; ``say`` gives the words of a block."""
    captions = [say(block) for block in blocks if _is_caption(block)]
    rows = [
        _cells(list(row), say)
        for ordinal, row in groupby((block for block in blocks if not _is_caption(block)), key=_row)
        if ordinal is not None
    ]
    lines = [line for caption in captions for line in caption.split("\n")]
    return "\n".join([*lines, *(_write_rows(rows) if rows else ())])


def _is_caption(block: Block) -> bool:
    return block.tag == "caption" or any(container.tag == "caption" for container in block.containers)


def _row(block: Block) -> int | None:
    return next((container.ordinal for container in block.containers if container.tag == "tr"), None)


def _cells(row: list[Block], say: Callable[[Block], str]) -> list[_Cell]:
    cells: list[_Cell] = []
    for _, group in groupby(enumerate(row), key=_cell_key):
        blocks = [block for _, block in group]
        first = blocks[0]
        around = next((each for each in first.containers if each.tag in _CELLS), None)
        tag, attributes = (around.tag, around.attributes) if around else (first.tag, first.attributes)
        words = " / ".join(" / ".join(filter(None, say(block).strip().split("\n"))) for block in blocks)
        spans = dict(attributes)
        is_wide = any(spans.get(name, "1") not in ("1", "") for name in ("colspan", "rowspan"))
        cells.append(_Cell(words, tag == "th", is_wide))
    return cells


def _cell_key(numbered: tuple[int, Block]) -> tuple[int, int]:
    number, block = numbered
    around = next((each.ordinal for each in block.containers if each.tag in _CELLS), None)
    return (1, around) if around is not None else (0, number)


def _write_rows(rows: list[list[_Cell]]) -> list[str]:
    is_grid = len({len(row) for row in rows}) == 1 and not any(cell.is_wide for row in rows for cell in row)
    has_head = is_grid and len(rows) > 1 and all(cell.is_header for cell in rows[0])
    if is_grid:
        widths = [max(width(row[column].text) for row in rows) for column in range(len(rows[0]))]
        if sum(widths) + 3 * (len(widths) - 1) <= MAXIMUM_WIDTH:
            lines = [_aligned(row, widths) for row in rows]
            rule = "-|-".join("-" * column for column in widths)
            return [lines[0], rule, *lines[1:]] if has_head else lines
    if has_head:
        return _listed(rows[0], rows[1:])
    return [f"| {' | '.join(cell.text for cell in row)}".rstrip() for row in rows]


def _aligned(row: list[_Cell], widths: list[int]) -> str:
    cells = (f"{cell.text}{' ' * (column - width(cell.text))}" for cell, column in zip(row, widths, strict=True))
    return " | ".join(cells).rstrip()


def _listed(head: list[_Cell], rows: list[list[_Cell]]) -> list[str]:
    """Return a line for each cell, with the head of its column before it; an empty one between two rows."""
    lines: list[str] = []
    for row in rows:
        lines += ["|"] if lines else []
        lines += [f"| {name.text}: {cell.text}".rstrip() for name, cell in zip(head, row, strict=True)]
    return lines
