"""A redline as HTML, emitted from the model: the page of the new text, with what went from the old one between.

What a reader of this HTML (a program, a test) can rely on:

- The new text: drop every ``del`` and every element with ``data-redline="old"`` or ``data-redline="note"``, and take
  every ``ins`` away from around what it holds. Links, ids and blocks are those of the new document.
- The old text: drop every ``ins`` and every ``data-redline="note"``, and take every ``del`` away.
- Each change has the id ``change-1``, ``change-2`` …; no script, no inline style.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from policy_site.model import Container
from policy_site.redlines.inline import Inline
from policy_site.redlines.phrases import ENGLISH, RedlinePhrases, fill
from policy_site.redlines.shapes import ItemNumbers
from policy_site.redlines.tree import Leaf, Move, Operation, OperationKind, Redline, SectionRedline
from policy_site.redlines.writing import VOID, Attributes, Key, Writer, attributes_of, escape_text, of_old, with_class


def render(redline: Redline, phrases: RedlinePhrases = ENGLISH) -> str:
    """Return the whole redline as HTML."""
    parts = [html for _, html in render_sections(redline, phrases) if html]
    return "\n".join([title_note(redline, phrases), *parts] if redline.old_title != redline.new_title else parts)


def title_note(redline: Redline, phrases: RedlinePhrases) -> str:
    """Return the line that says that the title of the text changed."""
    words = fill(phrases.title, old=redline.old_title, new=redline.new_title)
    return f'<p class="redline-note redline-title" data-redline="note">{escape_text(words)}</p>'


def render_sections(redline: Redline, phrases: RedlinePhrases = ENGLISH) -> Iterator[tuple[SectionRedline, str]]:
    """Yield each section with its HTML; one by one they are well-formed, and together they are :func:`render`."""
    renderer = _Renderer(redline, phrases)
    for section in redline.sections:
        yield section, renderer.section(section)


class _Renderer:
    def __init__(self, redline: Redline, phrases: RedlinePhrases) -> None:
        self._phrases = phrases
        self._moves = {move.number: move for move in redline.moves}
        self._changes = redline.changes
        self._numbers = item_numbers(redline)
        self._writer = Writer()
        self._inline = self._new_inline()
        self._pairs = [pair for operation in redline.operations for pair in _containers(operation)]

    def _new_inline(self) -> Inline:
        return Inline(self._writer.parts, self._phrases, changes=self._changes)

    def section(self, section: SectionRedline) -> str:
        """Return the HTML of one section."""
        self._writer = Writer(self._numbers)
        for old, new in self._pairs:
            self._writer.learn(old, new)
        self._inline = self._new_inline()
        following = _following(section.operations)
        groups = groupby(
            zip(section.operations, following, strict=True),
            key=lambda step: step[0].change if _is_stub(step[0]) else -id(step[0]),
        )
        for _, group in groups:
            steps = list(group)
            if _is_stub(steps[0][0]):
                self._stub([operation for operation, _ in steps], steps[-1][1])
            else:
                self._operation(*steps[0])
        self._writer.close()
        self._inline.finish()
        return "".join(self._writer.parts).rstrip("\n")

    # --- operations ---

    def _operation(self, operation: Operation, following: Sequence[Container]) -> None:
        if operation.is_row:
            self._row(operation, following)
            return
        index = 0
        while index < len(operation.leaves):
            leaves = [operation.leaves[index]]
            index += 1
            while index < len(operation.leaves) and operation.leaves[index].continues_new:
                leaves.append(operation.leaves[index])
                index += 1
            self._leaf(operation, leaves, following)

    def _leaf(self, operation: Operation, leaves: Sequence[Leaf], following: Sequence[Container]) -> None:
        first = leaves[0]
        block = first.new or first.old
        assert block is not None
        if first.new is not None:
            self._writer.open_new(first.new.containers)
            attributes = block.attributes
        else:
            self._writer.open_old(block.containers, block.tag or "div", following=following)
            attributes = of_old(block.attributes)
        tag = block.tag or ("div" if first.new is None and self._writer.is_in_new else "")
        self._element(tag, leaf_class(operation, leaves, attributes), operation, leaves)

    def _element(self, tag: str, attributes: Attributes, operation: Operation, leaves: Sequence[Leaf]) -> None:
        parts = self._writer.parts
        if tag in VOID:
            address = self._inline.take_address(operation.change) if operation.change else ()
            parts.append(f"<{tag}{attributes_of((*attributes, *address))}>")
            return
        if tag:
            guard = "\n" if tag == "pre" else ""  # a parser drops the first line end of a pre
            parts.append(f"<{tag}{attributes_of(attributes)}>{guard}")
        if operation.kind is OperationKind.MOVED_TO:
            self._inline.arrival(operation.change, self._moves[operation.move], self._arrival(operation))
        self._inline.block(leaves, change=operation.change, is_moved=operation.kind is OperationKind.MOVED_TO)
        if tag:
            parts.append(f"</{tag}>")

    def _row(self, operation: Operation, following: Sequence[Container]) -> None:
        new = next((leaf.new for leaf in operation.leaves if leaf.new is not None), None)
        if new is not None:
            self._writer.open_new(new.containers)
        for leaf in operation.leaves:
            block = leaf.new or leaf.old
            assert block is not None
            if new is None:
                self._writer.open_old(block.containers, block.tag or "td", following=following)
            attributes = block.attributes if leaf.new is not None else of_old(block.attributes)
            tag = block.tag or ("" if leaf.new is not None else "td")
            self._element(tag, leaf_class(operation, [leaf], attributes), operation, [leaf])

    # --- moves ---

    def _arrival(self, operation: Operation) -> str:
        move = self._moves[operation.move]
        if move.is_within_section:
            return self._phrases.moved_here
        return fill(self._phrases.moved_from, heading=move.from_heading or self._phrases.unnamed)

    def _departure(self, move: Move) -> str:
        if move.is_within_section:
            return self._phrases.moved_within
        return fill(self._phrases.moved_to, heading=move.to_heading or self._phrases.unnamed)

    def _stub(self, operations: Sequence[Operation], following: Sequence[Container]) -> None:
        """Write what moved away: where to, and the words folded under it."""
        move = self._moves[operations[0].move]
        for is_row, group in groupby(operations, key=lambda operation: operation.is_row):
            if is_row:
                for operation in group:
                    self._departed_row(operation, move, following)
            else:
                self._departed_blocks(list(group), move, following)

    def _departed_row(self, operation: Operation, move: Move, following: Sequence[Container]) -> None:
        for leaf in operation.leaves:
            assert leaf.old is not None
            self._writer.open_old(leaf.old.containers, leaf.old.tag or "td", following=following)
            attributes = with_class(of_old(leaf.old.attributes), "redline-moved-from")
            tag = leaf.old.tag or "td"
            self._writer.parts.append(f"<{tag}{attributes_of(attributes)}>")
            self._inline.departure(operation.change, move, self._departure(move))
            self._inline.departed(leaf)
            self._inline.end_block(operation.change)
            self._writer.parts.append(f"</{tag}>")

    def _departed_blocks(self, operations: Sequence[Operation], move: Move, following: Sequence[Container]) -> None:
        blocks = [leaf.old for operation in operations for leaf in operation.leaves if leaf.old is not None]
        path = _common(blocks[0].containers, [block.containers for block in blocks])
        self._writer.open_old(path, "div", following=following)
        parts = self._writer.parts
        parts.append('<div class="redline-moved-from" data-redline="old">')
        self._inline.departure(operations[0].change, move, self._departure(move))
        self._inline.end_block(operations[0].change)
        # what one clicks to unfold holds no link: one would not know which of the two a click means
        shown = escape_text(self._phrases.moved_words)
        parts.append(f'<details><summary><span data-redline="note">{shown}</span></summary>')
        inner = Writer(self._numbers)
        inner.parts = parts
        for operation in operations:
            for leaf in operation.leaves:
                assert leaf.old is not None
                inner.open_old(leaf.old.containers[len(path) :], leaf.old.tag or "div", following=())
                attributes = attributes_of(of_old(leaf.old.attributes))
                tag = leaf.old.tag or ("div" if inner.is_in_new else "")
                if tag in VOID:
                    parts.append(f"<{tag}{attributes}>")
                    continue
                guard = "\n" if tag == "pre" else ""
                parts.append(f"<{tag}{attributes}>{guard}" if tag else "")
                self._inline.departed(leaf)
                parts.append(f"</{tag}>" if tag else "")
        inner.close()
        parts.append("</details></div>\n")


def item_numbers(redline: Redline) -> dict[Key, int]:
    """Return the number of each item of a numbered list, of both texts."""
    sides = (("old", redline.old_blocks()), ("new", redline.new_blocks()))
    return {
        (side, ordinal): number for side, blocks in sides for ordinal, number in ItemNumbers(blocks).numbers.items()
    }


def _is_stub(operation: Operation) -> bool:
    return operation.kind is OperationKind.MOVED_FROM


def _following(operations: Sequence[Operation]) -> list[tuple[Container, ...]]:
    """Return for each operation the containers of the block of the new text that comes next, its own included."""
    following: list[tuple[Container, ...]] = []
    path: tuple[Container, ...] = ()
    for operation in reversed(operations):
        new = next((leaf.new for leaf in operation.leaves if leaf.new is not None), None)
        path = new.containers if new is not None and operation.has_new else path
        following.append(path)
    return following[::-1]


def _containers(operation: Operation) -> Iterator[tuple[tuple[Container, ...], tuple[Container, ...]]]:
    """Yield the containers of what stands at one place in both texts."""
    if operation.kind is OperationKind.MOVED_TO:
        return
    old = next((leaf.old for leaf in operation.leaves if leaf.old is not None), None)
    new = next((leaf.new for leaf in operation.leaves if leaf.new is not None), None)
    if old is not None and new is not None and (old.containers or new.containers):
        yield old.containers, new.containers


def _common(first: tuple[Container, ...], paths: Sequence[tuple[Container, ...]]) -> tuple[Container, ...]:
    """Return the containers that all share, down to a list and not into its item."""
    depth = len(first)
    for path in paths:
        shared = 0
        while shared < min(depth, len(path)) and path[shared].ordinal == first[shared].ordinal:
            shared += 1
        depth = shared
    while depth and first[depth - 1].tag in ("li", "dd", "dt", "td", "th", "tr"):
        depth -= 1
    return first[:depth]


_CLASSES = {
    OperationKind.ADDED: "redline-added",
    OperationKind.DELETED: "redline-deleted",
    OperationKind.MOVED_TO: "redline-moved-to",
}


def leaf_class(operation: Operation, leaves: Sequence[Leaf], attributes: Attributes) -> Attributes:
    """Return attributes with the class of what became of the block as a whole."""
    name = _CLASSES.get(operation.kind)
    if operation.kind is OperationKind.REPLACED or (operation.is_row and name is None):
        first = leaves[0]
        name = "redline-added" if first.old is None else "redline-deleted" if first.new is None else None
    return with_class(attributes, name) if name else attributes
