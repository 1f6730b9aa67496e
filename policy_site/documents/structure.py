"""The blocks of a text by the rules of CommonMark and GFM: lines in, a tree of nodes out; no library, no HTML.

The way is the specification's own: the containers that are open are matched with each line, then new blocks are
begun, then what is left goes to the innermost leaf. Footnotes and definition lists are read beside what a forge knows.
"""

from __future__ import annotations

from collections.abc import Iterable

from policy_site.documents.nodes import Node, is_list_tight, read_alert
from policy_site.documents.starts import (
    ATX,
    ATX_END,
    DEFINITION,
    FENCE,
    FOOTNOTE,
    RULE,
    SETEXT,
    Marker,
    html_end,
    read_alignments,
    read_marker,
    shown_information,
)

_CODE_INDENT = 4
_MAXIMUM_OPEN = 100
"""Containers inside each other; what would open more stays text, and is refused later for its depth."""
_LEAVES_WITH_LINES = frozenset({"code", "fence", "html", "footnote"})
_CONTAINERS = frozenset({"document", "quote", "list", "item", "definition"})


def read_structure(
    lines: Iterable[str], *, has_tables: bool = True, has_definitions: bool = False, has_footnotes: bool = False
) -> Node:
    """Return the document that ``lines``, without tabs, make."""
    reader = _Reader(has_tables=has_tables, has_definitions=has_definitions, has_footnotes=has_footnotes)
    for line in lines:
        reader.take(line)
    reader.finish()
    return reader.root


class _Reader:
    def __init__(self, *, has_tables: bool, has_definitions: bool, has_footnotes: bool) -> None:
        self._has_tables = has_tables
        self._has_definitions = has_definitions
        self._has_footnotes = has_footnotes
        self.root = Node("document")
        self._path = [self.root]
        self._line = ""
        self._at = 0

    def finish(self) -> None:
        self._close(1)

    # --- one line ---

    def take(self, line: str) -> None:
        self._line, self._at = line, 0
        depth, is_done = self._matched()
        if is_done:
            return
        matched = self._path[depth - 1]
        if matched.kind in _LEAVES_WITH_LINES:
            self._close(depth)
            self._add_line(matched)
            return
        depth = self._begin_blocks(depth)
        self._place_rest(depth)

    def _matched(self) -> tuple[int, bool]:  # noqa: C901, PLR0911, PLR0912 - one branch for each kind of block
        """Return how many of the open blocks this line goes on with, and whether that was all there is to it."""
        for depth, node in enumerate(self._path[1:], start=1):
            indent, is_blank = self._indent()
            if node.kind == "quote":
                if indent >= _CODE_INDENT or not self._line.startswith(">", self._at + indent):
                    return depth, False
                self._at += indent + 1
                self._at += self._line.startswith(" ", self._at)
            elif node.kind in ("item", "definition"):
                if is_blank:
                    if not node.children:
                        return depth, False
                elif indent >= node.level:
                    self._at += node.level
                else:
                    return depth, False
            elif node.kind == "fence":
                if indent < _CODE_INDENT and self._ends_fence(node, self._line[self._at + indent :]):
                    self._close(depth)
                    return depth, True
                self._at += min(indent, node.offset)
            elif node.kind in ("code", "footnote"):
                if indent >= _CODE_INDENT:
                    self._at += _CODE_INDENT
                elif is_blank:
                    self._at += indent
                else:
                    return depth, False
            elif (
                (node.kind == "html" and is_blank and node.end is None)
                or (node.kind == "paragraph" and is_blank)
                or node.kind == "table"
            ):
                return depth, False
        return len(self._path), False

    def _begin_blocks(self, depth: int) -> int:
        """Begin the blocks that this line begins, in what is matched to ``depth``; return the new depth."""
        while True:
            container = self._path[depth - 1]
            indent, is_blank = self._indent()
            if is_blank:
                return depth
            rest = self._line[self._at + indent :]
            in_paragraph = container.kind == "paragraph"
            is_lazy = not in_paragraph and self._path[-1].kind == "paragraph"
            if indent >= _CODE_INDENT:
                if not in_paragraph and not is_lazy:
                    self._at += _CODE_INDENT
                    return self._open_leaf(depth, Node("code"))
                return depth
            began = self._begin(depth, rest, indent, in_paragraph=in_paragraph, is_lazy=is_lazy)
            if began is None:
                return depth
            depth, goes_on = began
            if not goes_on:
                return depth

    def _begin(  # noqa: C901, PLR0911 - one branch for each kind of block, in the specification's order
        self, depth: int, rest: str, indent: int, *, in_paragraph: bool, is_lazy: bool
    ) -> tuple[int, bool] | None:
        first = rest[0]
        if first == ">" and self._has_room(depth):
            self._at += indent + 1
            self._at += self._line.startswith(" ", self._at)
            return self._open(depth, Node("quote")), True
        if first == "#" and (found := ATX.match(rest)):
            heading = Node(
                "heading", level=len(found.group(1)), lines=[ATX_END.sub("", rest[found.end() :].rstrip(" "))]
            )
            return self._open_leaf(depth, heading, closes=True), False
        if first in "`~" and (found := FENCE.match(rest)):
            information = shown_information(rest[found.end() :])
            shown = [information] if information else []
            fence = Node("fence", mark=found.group()[0], level=found.end(), offset=indent, lines=shown)
            self._at = len(self._line)
            return self._open_leaf(depth, fence), False
        if first == "<":
            begins, end = html_end(rest, interrupts=in_paragraph or is_lazy)
            if begins:
                return self._open_leaf(depth, Node("html", end=end)), False
        if in_paragraph and first in "=-" and SETEXT.match(rest):
            # a paragraph of nothing but definitions of links has no words for a heading
            paragraph = self._path[depth - 1]
            paragraph.kind, paragraph.level = "heading", 1 if first == "=" else 2
            self._at = len(self._line)
            self._close(depth - 1)
            return depth - 1, False
        if first in "*-_" and RULE.match(rest):
            return self._open_leaf(depth, Node("rule"), closes=True), False
        if (marker := read_marker(rest)) and self._has_room(depth):
            return self._begin_item(depth, marker, rest, indent, in_paragraph=in_paragraph)
        if self._has_footnotes and first == "[" and (found := FOOTNOTE.match(rest)):
            self._at += indent + found.end()
            return self._open_leaf(depth, Node("footnote", mark=found.group(1))), False
        if self._has_definitions and first == ":" and (found := DEFINITION.match(rest)):
            return self._begin_definition(depth, found.end(), indent)
        return None

    def _begin_item(
        self, depth: int, marker: Marker, rest: str, indent: int, *, in_paragraph: bool
    ) -> tuple[int, bool] | None:
        after = rest[marker.width :]
        is_empty = not after.strip(" ")
        if in_paragraph and (is_empty or marker.number not in (None, 1)):
            return None
        spaces = len(after) - len(after.lstrip(" "))
        padding = 1 if is_empty or spaces > _CODE_INDENT else spaces
        if in_paragraph:
            self._close(depth - 1)
            depth -= 1
        container = self._path[depth - 1]
        if container.kind != "list" or container.marker is None or container.marker.kind != marker.kind:
            if container.kind == "list":
                self._close(depth - 1)
                depth -= 1
            depth = self._open(depth, Node("list", marker=marker))
        self._at += indent + marker.width + (0 if is_empty else padding)
        item = Node("item", marker=marker, level=indent + marker.width + padding)
        return self._open(depth, item), True

    def _begin_definition(self, depth: int, width: int, indent: int) -> tuple[int, bool] | None:
        container = self._path[depth - 1]
        if container.kind == "paragraph":
            self._close(depth - 1)
            depth -= 1
            container = self._path[depth - 1]
        elif container.kind == "list":
            return None
        last = container.children[-1] if container.children else None
        if last is None or last.kind not in ("paragraph", "definition"):
            return None
        is_tight = not last.ends_blank
        if last.kind == "paragraph":
            last.kind = "term"
        self._at += indent + width
        definition = Node("definition", level=min(indent + width, _CODE_INDENT), is_tight=is_tight)
        return self._open(depth, definition), True

    def _place_rest(self, depth: int) -> None:  # noqa: C901 - the cases exclude one another
        indent, is_blank = self._indent()
        tip = self._path[-1]
        if tip.kind == "paragraph" and not is_blank and len(self._path) > depth:
            tip.lines.append(self._line[self._at + indent :])  # a lazy line goes on with the paragraph
            tip.offset = _CODE_INDENT  # and is the head of no table
            return
        if tip.kind == "table" and len(self._path) == depth + 1 and not is_blank:
            tip.lines.append(self._line[self._at + indent :])
            return
        if tip.kind == "footnote" and not is_blank and any(tip.lines[-1:]) and len(self._path) == depth + 1:
            tip.lines.append(self._line[self._at + indent :])
            return
        self._close(depth)
        container = self._path[-1]
        if is_blank:
            self._note_blank(container)
            return
        for node in self._path:
            node.ends_blank = False
        if container.kind == "paragraph":
            self._add_to_paragraph(container, indent)
        elif container.kind in _LEAVES_WITH_LINES:
            if self._at < len(self._line):
                self._add_line(container)
        elif container.kind in _CONTAINERS and self._at < len(self._line):
            if container.kind == "list":
                self._close(len(self._path) - 1)
            self._path[-1].children.append(Node("paragraph", lines=[self._line[self._at + indent :]]))
            self._path.append(self._path[-1].children[-1])

    # --- what a line is added to ---

    def _add_to_paragraph(self, paragraph: Node, indent: int) -> None:
        rest = self._line[self._at + indent :]
        is_near = self._has_tables and max(indent, paragraph.offset) < _CODE_INDENT
        if is_near and (alignments := read_alignments(rest, paragraph.lines[-1])) is not None:
            header = paragraph.lines.pop()
            depth = len(self._path) - 1
            parent = self._path[depth - 1]
            if not paragraph.lines:
                parent.children.remove(paragraph)
            self._close(depth)
            table = Node("table", lines=[header], alignments=alignments)
            self._open_leaf(depth, table)
            return
        paragraph.lines.append(rest)
        paragraph.offset = indent

    def _add_line(self, leaf: Node) -> None:
        line = self._line[self._at :]
        leaf.lines.append(line)
        for node in self._path:
            node.ends_blank = False
        if leaf.kind in ("code", "footnote") and not line.strip(" "):
            leaf.ends_blank = True
        if leaf.kind == "html" and leaf.end is not None and leaf.end.search(line):
            self._close(len(self._path) - 1)

    def _note_blank(self, container: Node) -> None:
        for node in self._path[:-1]:
            node.ends_blank = False
        is_new_item = container.kind == "item" and not container.children
        container.ends_blank = container.kind not in ("quote", "fence") and not is_new_item
        if container.children and container.kind not in ("quote", "fence"):
            container.children[-1].ends_blank = True

    # --- opening and closing ---

    def _indent(self) -> tuple[int, bool]:
        rest = self._line[self._at :]
        stripped = rest.lstrip(" ")
        return len(rest) - len(stripped), not stripped

    def _ends_fence(self, fence: Node, rest: str) -> bool:
        run = rest.rstrip(" ")
        return len(run) >= fence.level and not run.strip(fence.mark)

    def _has_room(self, depth: int) -> bool:
        return depth < _MAXIMUM_OPEN

    def _open(self, depth: int, node: Node) -> int:
        self._close(depth)
        while self._path[-1].kind not in _CONTAINERS or (self._path[-1].kind == "list" and node.kind != "item"):
            self._close(len(self._path) - 1)
        for each in self._path:
            each.ends_blank = False
        self._path[-1].children.append(node)
        self._path.append(node)
        return len(self._path)

    def _open_leaf(self, depth: int, node: Node, *, closes: bool = False) -> int:
        self._open(depth, node)
        if closes:
            self._at = len(self._line)
            self._close(len(self._path) - 1)
        return len(self._path)

    def _close(self, depth: int) -> None:
        """Close what is open beyond ``depth``."""
        while len(self._path) > depth:
            node = self._path.pop()
            if node.kind == "list":
                node.is_tight = is_list_tight(node)
            elif node.kind in ("code", "footnote"):
                while node.lines and not node.lines[-1].strip(" "):
                    node.lines.pop()
            elif node.kind == "quote":
                read_alert(node)


def _ends_at_blank(node: Node) -> bool:
    return node.kind == "html" and node.end is None
