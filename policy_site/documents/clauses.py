"""Clauses that lawyers number by hand, ``(a)``, ``iv)``, ``2.1``: lists, though CommonMark knows none of these marks.

What is written stays in the words: a list of clauses only tells that they are entries of one list, so a reader without
style sheets, a feed and a search for "(b)" all find the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from policy_site.documents.nodes import Node
from policy_site.documents.structure import read_structure

_MARK = re.compile(r"(\(?)([a-z]{1,6}|[A-Z]{1,6}|\d{1,3}|\d{1,3}(?:\.\d{1,3})+)([.)]?)(?=[ ]+\S)")
_ROMAN = re.compile(r"m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})$")
_ROMAN_SIGNS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}


@dataclass(frozen=True, slots=True)
class Clause:
    """One way to read the number of a clause: a row of them goes on while form and kind stay the same."""

    form: str
    """The signs around the number: ``()``, ``)``, ``.`` …"""
    kind: str
    """``a A i I 1``, or the numbers before the last dot: ``2.``."""
    value: int

    @property
    def following(self) -> Clause:
        """The clause after it."""
        return Clause(self.form, self.kind, self.value + 1)


def read_clause(line: str) -> tuple[Clause, ...]:
    """Return the ways to read the number that ``line`` begins with: ``(i)`` follows ``(h)``, and begins a row, too."""
    found = _MARK.match(line)
    if found is None:
        return ()
    opening, number, closing = found.groups()
    form = f"{opening}{closing}"
    if (opening and closing != ")") or (not closing and "." not in number):
        return ()
    if "." in number:
        head, _, last = number.rpartition(".")
        return (Clause(form, f"{head}.", int(last)),)
    if number.isdigit():
        # 1. and 1) are CommonMark's own
        return (Clause(form, "1", int(number)),) if opening else ()
    ways = []
    is_upper = number.isupper()
    if len(number) == 1:
        ways.append(Clause(form, "A" if is_upper else "a", ord(number.lower()) - ord("a") + 1))
    elif len(set(number)) == 1 and len(number) == 2:  # noqa: PLR2004 - after (z) comes (aa)
        ways.append(Clause(form, "A" if is_upper else "a", ord(number[0].lower()) - ord("a") + 27))
    if _ROMAN.match(number.lower()):
        ways.append(Clause(form, "I" if is_upper else "i", _roman(number.lower())))
    return tuple(ways)


def _roman(number: str) -> int:
    values = [_ROMAN_SIGNS[sign] for sign in number]
    return sum(
        -value if index + 1 < len(values) and values[index + 1] > value else value for index, value in enumerate(values)
    )


def find_clauses(node: Node) -> None:
    """Make lists of the clauses in a document, in place."""
    if node.kind == "list" and not node.attributes:
        for item in node.children:
            find_clauses(item)
        return
    if not node.children:
        return
    node.children = _with_rows([each for child in node.children for each in split_clauses(child)])
    for child in node.children:
        if not child.attributes:
            find_clauses(child)


# --- clauses on lines of one paragraph ---


def split_clauses(node: Node) -> list[Node]:
    """Return a paragraph as the words before its clauses and a list of these; any other node as it is."""
    if node.kind != "paragraph" or len(node.lines) < 2:  # noqa: PLR2004 - one clause is no list
        return [node]
    return _split_lines(node.lines, node) or [node]


def _split_lines(lines: list[str], node: Node) -> list[Node]:
    ways = [read_clause(line) for line in lines]
    start, row = _first_row(ways)
    if start < 0:
        return []
    starts = [start]
    following = row.following
    for index in range(start + 1, len(lines)):
        if following in ways[index]:
            starts.append(index)
            following = following.following
    items = []
    for begin, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        paragraph = Node("paragraph", lines=lines[begin:end])
        inner = _split_lines(lines[begin + 1 : end], node) if end - begin > 2 else []  # noqa: PLR2004
        if inner:
            words = inner[0].lines if inner[0].kind == "paragraph" else []
            items.append(_item([Node("paragraph", lines=[lines[begin], *words]), *inner[bool(words) :]]))
        else:
            items.append(_item([paragraph]))
    rows = _row(row, items)
    rows.ends_blank = node.ends_blank
    before = [Node("paragraph", lines=lines[:start])] if start else []
    return [*before, rows]


def _first_row(ways: list[tuple[Clause, ...]]) -> tuple[int, Clause]:
    """Return where a row of at least two clauses begins; in the midst of words it begins with the first number."""
    after: dict[Clause, int] = {}
    found = -1, Clause("", "", 0)
    for index in range(len(ways) - 1, -1, -1):
        for way in ways[index]:
            if way.following in after and (index == 0 or way.value == 1):
                found = index, way
        for way in ways[index]:
            after[way] = index
    return found


# --- clauses that are paragraphs ---


def _with_rows(nodes: list[Node]) -> list[Node]:
    """Return siblings with paragraphs that are clauses, one after the other, made entries of lists."""
    ways = [read_clause(node.lines[0]) if node.kind == "paragraph" else () for node in nodes]
    result: list[Node] = []
    index = 0
    while index < len(nodes):
        end, row = _row_end(nodes, ways, index)
        if row is None:
            result.append(nodes[index])
            index += 1
            continue
        items: list[Node] = []
        following = row
        for node, each in zip(nodes[index:end], ways[index:end], strict=True):
            if following in each:
                items.append(_item([node]))
                following = following.following
            elif node.kind == "code":
                # indented below a clause: words of it, not code
                items[-1].children.extend(read_structure(node.lines, has_tables=False).children)
            else:
                items[-1].children.append(node)
        for item in items:
            item.children = _with_rows(
                [item.children[0], *(x for child in item.children[1:] for x in split_clauses(child))]
            )
        made = _row(row, items)
        made.is_tight = False
        result.append(made)
        index = end
    return result


def _row_end(nodes: list[Node], ways: list[tuple[Clause, ...]], start: int) -> tuple[int, Clause | None]:
    """Return where the row of clauses that begins at ``start`` ends, and its first; ``None``: there is none."""
    for way in ways[start]:
        following, end, count = way.following, start + 1, 1
        index = start + 1
        while index < len(nodes) and index - end < _MOST_BETWEEN:
            if following in ways[index]:
                following, count, end = following.following, count + 1, index + 1
            elif nodes[index].kind not in ("code", "list") and not ways[index]:
                break
            index += 1
        if count > 1:
            while end < len(nodes) and nodes[end].kind == "code":
                end += 1
            return end, way
    return start, None


_MOST_BETWEEN = 40
"""Blocks between two clauses of a row."""


def _item(children: list[Node]) -> Node:
    return Node("item", children=children)


def _row(first: Clause, items: list[Node]) -> Node:
    attributes = {"class": "written"}
    if first.kind in ("a", "A", "i", "I"):
        attributes["type"] = first.kind
    if first.value != 1:
        attributes["start"] = str(first.value)
    return Node("list", children=items, attributes=attributes)
