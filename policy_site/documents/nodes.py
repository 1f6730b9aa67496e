"""What blocks are made of before they are HTML: nodes of a tree, and what is told by looking at a whole one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from policy_site.documents.starts import ALERT, Marker, split_cells


@dataclass(slots=True, eq=False)
class Node:
    """A block: ``document quote list item definition`` hold nodes, all others lines."""

    kind: str
    children: list[Node] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    level: int = 0
    """Of a heading; of a fence its length, of a list item or definition the column of its words."""
    marker: Marker | None = None
    """Of a list that of its first item, of an item its own."""
    mark: str = ""
    """The sign of a fence, the label of a footnote, the word of an alert."""
    alignments: list[str] = field(default_factory=list)
    is_tight: bool = True
    attributes: dict[str, str] = field(default_factory=dict)
    """Of a list and an item, where they are more than their numbers say."""
    end: re.Pattern[str] | None = None
    ends_blank: bool = False
    """Whether the last line that reached it was empty."""
    offset: int = 0
    """Columns before a fence, or before the last line of a paragraph."""

    @property
    def text(self) -> str:
        """The lines, as one text."""
        return "\n".join(self.lines)


def is_list_tight(node: Node) -> bool:
    """Say whether no empty line stands between a list's entries, nor between the blocks of one."""
    last = node.children[-1]
    for item in node.children:
        if item is not last and _ends_blank(item):
            return False
        for child in item.children:
            if (item is not last or child is not item.children[-1]) and _ends_blank(child):
                return False
    return True


def _ends_blank(node: Node) -> bool:
    while True:
        if node.ends_blank:
            return True
        if node.kind not in ("list", "item") or not node.children:
            return False
        node = node.children[-1]


def read_alert(quote: Node) -> None:
    """Take the line ``[!NOTE]`` off a quotation that begins with it, and remember its word."""
    first = quote.children[0] if quote.children else None
    if first is not None and first.kind == "paragraph" and (found := ALERT.match(first.lines[0])):
        quote.mark = found.group(1).capitalize()
        del first.lines[0]
        if not first.lines:
            del quote.children[0]


def table_rows(table: Node) -> list[list[str]]:
    """Return the rows of a table, its heads first: rows too short are filled, those too long keep their cells."""
    rows = [split_cells(line) for line in table.lines]
    return [row + [""] * (len(table.alignments) - len(row)) for row in rows]
