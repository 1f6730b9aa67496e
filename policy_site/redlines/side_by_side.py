"""A redline in two columns: the old text and the new one, block beside block, each with its own marks.

What a reader of this HTML (a program, a test) can rely on:

- Each ``div.row`` holds a ``data-side="old"`` and a ``data-side="new"``, or one ``data-side="both"`` where nothing
  differs; ``div.row.same`` holds words that do not differ. The old text is what stands in ``old`` and ``both``; the new
  text what stands in ``new`` and ``both``, less every ``del``. ``data-redline="note"`` belongs to neither.
- Changes have the numbers and the ids that they have in one column; ids of the text are those of the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby

from policy_site.model import Block, Container, Mark, Span
from policy_site.redlines.inline import Inline
from policy_site.redlines.phrases import ENGLISH, RedlinePhrases, fill
from policy_site.redlines.tree import Leaf, Operation, OperationKind, Redline, Run, RunKind, SectionRedline
from policy_site.redlines.writing import VOID, Writer, attributes_of, old_attributes, with_class

_ONE_SIDED = frozenset(
    {OperationKind.ADDED, OperationKind.DELETED, OperationKind.MOVED_FROM, OperationKind.MOVED_TO}
)  # fmt: skip
_CLASSES = {
    OperationKind.ADDED: "redline-added",
    OperationKind.DELETED: "redline-deleted",
    OperationKind.MOVED_FROM: "redline-moved-from",
    OperationKind.MOVED_TO: "redline-moved-to",
}
_IDS = frozenset({"id", "name", "for", "headers", "usemap"})
_OPEN_TAGS = {"details": "div", "summary": "p"}
"""Elements that fold what is compared, and what they become here."""
_PLAIN = frozenset({"ul", "table", "thead", "tbody", "tr", "blockquote"})
"""Containers that are the same in every row, if they have no attributes."""

Face = tuple[Block, list[Leaf]]
"""A block of one side, and the leaves whose words stand in it."""


def render(redline: Redline, phrases: RedlinePhrases = ENGLISH) -> str:
    """Return the whole redline as HTML in two columns."""
    return "\n".join(html for _, html in render_sections(redline, phrases))


def render_sections(redline: Redline, phrases: RedlinePhrases = ENGLISH) -> Iterator[tuple[SectionRedline, str]]:
    """Yield each section with its rows; each is well-formed by itself."""
    renderer = _Renderer(redline, phrases)
    for section in redline.sections:
        yield section, renderer.section(section)


class _Column:
    """One side: its containers are closed and opened again from row to row."""

    def __init__(self, *, is_old: bool) -> None:
        self.writer = Writer()
        self.is_old = is_old
        self._opened: set[int] = set()
        self._items: dict[int, int] = {}
        self._counts: dict[int, int] = {}

    def open(self, path: Sequence[Container]) -> None:
        """Open the containers of a block, those that go on from a row above without their ids and numbers."""
        self.writer.open_new([self._container(path, depth) for depth in range(len(path))])
        self._opened.update(container.ordinal for container in path)

    def _container(self, path: Sequence[Container], depth: int) -> Container:
        container = path[depth]
        if not container.attributes and container.tag in _PLAIN:
            return container
        goes_on = container.ordinal in self._opened
        attributes = old_attributes(container.attributes) if goes_on or self.is_old else container.attributes
        if container.tag == "li":
            self._number(path, depth)
            if goes_on:
                attributes = with_class(attributes, "redline-continued")
        elif container.tag == "ol" and goes_on and depth + 1 < len(path):
            attributes = _starting_at(attributes, self._number(path, depth + 1))
        return replace(container, tag=_OPEN_TAGS.get(container.tag, container.tag), attributes=attributes)

    def _number(self, path: Sequence[Container], depth: int) -> int:
        """Return the place of an item in its list, from 0."""
        item, outer = path[depth].ordinal, path[depth - 1].ordinal if depth else -1
        if item not in self._items:
            self._items[item] = self._counts.get(outer, 0)
            self._counts[outer] = self._items[item] + 1
        return self._items[item]


class _Renderer:
    def __init__(self, redline: Redline, phrases: RedlinePhrases) -> None:
        self._phrases = phrases
        self._moves = {move.number: move for move in redline.moves}
        self._changes = redline.changes
        self._old, self._new = _Column(is_old=True), _Column(is_old=False)
        self._parts: list[str] = []
        self._inline = Inline(self._parts, phrases, changes=self._changes)

    def section(self, section: SectionRedline) -> str:
        """Return the rows of one section."""
        self._parts = []
        self._inline = Inline(self._parts, self._phrases, changes=self._changes)
        self._old.writer.parts = self._new.writer.parts = self._parts
        if all(_is_same(operation) for operation in section.operations):
            self._row([("both", self._new, section.operations)] if section.operations else [], is_same=True)
        else:
            for _, group in groupby(enumerate(section.operations), key=lambda step: _row_key(*step)):
                operations = [operation for _, operation in group]
                is_same = operations[0].kind is OperationKind.UNCHANGED
                self._row([("old", self._old, operations), ("new", self._new, operations)], is_same=is_same)
        self._inline.finish()
        return "".join(self._parts)

    def _row(self, sides: Sequence[tuple[str, _Column, Sequence[Operation]]], *, is_same: bool) -> None:
        if not sides:
            return
        self._parts.append(f'<div class="row{" same" if is_same else ""}">')
        for name, column, operations in sides:
            self._parts.append(f'<div data-side="{name}">')
            for operation in operations:
                for block, leaves in _faces(operation, is_old=column.is_old):
                    self._block(operation, column, block, leaves)
            column.writer.close()
            self._parts.append("</div>")
        self._parts.append("</div>\n")

    def _block(self, operation: Operation, column: _Column, block: Block, leaves: list[Leaf]) -> None:
        column.open(block.containers)
        tag = _OPEN_TAGS.get(block.tag, block.tag) or ("" if block.containers else "div")
        attributes = old_attributes(block.attributes) if column.is_old else block.attributes
        name = _CLASSES.get(operation.kind)
        attributes = with_class(attributes, name) if name else attributes
        if tag in VOID:
            address = self._inline.take_address(operation.change) if operation.change else ()
            self._parts.append(f"<{tag}{attributes_of((*attributes, *address))}>")
            return
        guard = "\n" if tag == "pre" else ""  # a parser drops the first line end of a pre
        self._parts.append(f"<{tag}{attributes_of(attributes)}>{guard}" if tag else "")
        self._signpost(operation)
        self._inline.leaves(leaves, is_moved=False)
        if not column.is_old:
            self._inline.remarks(leaves)
        self._inline.end_block(operation.change)
        self._parts.append(f"</{tag}>" if tag else "")

    def _signpost(self, operation: Operation) -> None:
        if not operation.move:
            return
        move, phrases = self._moves[operation.move], self._phrases
        if operation.kind is OperationKind.MOVED_FROM:
            words = fill(phrases.moved_to, heading=move.to_heading or phrases.unnamed)
            words = phrases.moved_within if move.is_within_section else words
            self._inline.departure(operation.change, move, words)
        else:
            words = fill(phrases.moved_from, heading=move.from_heading or phrases.unnamed)
            words = phrases.moved_here if move.is_within_section else words
            self._inline.arrival(operation.change, move, words)


def _is_same(operation: Operation) -> bool:
    """Say whether not even the form of a character differs."""
    return operation.kind is OperationKind.UNCHANGED and not any(
        leaf.is_changed or any(run.kind is not RunKind.EQUAL for run in leaf.runs) for leaf in operation.leaves
    )


def _row_key(place: int, operation: Operation) -> int | str:
    """Return what neighbours in one row share: both texts have them unchanged, or one text has them alone."""
    if operation.kind is OperationKind.UNCHANGED:
        return "unchanged"
    return "one-sided" if operation.kind in _ONE_SIDED else place


def _faces(operation: Operation, *, is_old: bool) -> Iterator[Face]:
    """Yield the blocks that one text has at this place, with what is marked in them."""
    if not (operation.has_old if is_old else operation.has_new):
        return
    if operation.kind is OperationKind.MOVED_TO or (not is_old and _is_same(operation)):
        take: Callable[[Leaf], Leaf] = _as_it_is  # what moved has its old words elsewhere: the edit is shown here whole
    else:
        take = partial(_one_side, is_old=is_old)
    face: Face | None = None
    for leaf in operation.leaves:
        block = leaf.old if is_old else leaf.new
        goes_on = leaf.continues_old if is_old else leaf.continues_new
        if goes_on and face is not None:
            face[1].append(take(leaf))
        elif block is not None:
            if face is not None:
                yield _joined(face) if is_old else face
            face = (block, [take(leaf)])
    if face is not None:
        yield _joined(face) if is_old else face


def _as_it_is(leaf: Leaf) -> Leaf:
    return leaf


def _joined(face: Face) -> Face:
    """Return the old side of a block that was split as the one block that it was."""
    block, leaves = face
    if len(leaves) == 1:
        return face
    return block, [Leaf(None, block, tuple(run for leaf in leaves for run in leaf.runs))]


def _one_side(leaf: Leaf, *, is_old: bool) -> Leaf:
    if is_old:
        return Leaf(None, leaf.old, tuple(_old_runs(leaf.runs)))
    return replace(leaf, runs=tuple(_new_runs(leaf.runs)))


def _old_runs(runs: Sequence[Run]) -> Iterator[Run]:
    for run in runs:
        spans = tuple(_without_ids(span) for span in run.old)
        if run.kind in (RunKind.EQUAL, RunKind.RECODED):
            yield Run(RunKind.EQUAL, spans, spans)
        elif run.kind is not RunKind.ADDED:
            yield replace(run, old=spans, new=(), notes=())


def _new_runs(runs: Sequence[Run]) -> Iterator[Run]:
    for run in runs:
        if run.kind in (RunKind.EQUAL, RunKind.RECODED):
            yield Run(RunKind.EQUAL, run.new, run.new, run.notes)
        elif run.kind is not RunKind.DELETED:
            yield replace(run, old=())


def _without_ids(span: Span) -> Span:
    if not span.marks or not any(name in _IDS for mark in span.marks for name, _ in mark.attributes):
        return span
    return Span(span.text, tuple(Mark(mark.tag, old_attributes(mark.attributes)) for mark in span.marks))


def _starting_at(attributes: tuple[tuple[str, str], ...], place: int) -> tuple[tuple[str, str], ...]:
    """Return the attributes of a list that goes on from a row above."""
    own = dict(attributes)
    first = own.get("start", "1")
    own["start"] = str((int(first) if first.lstrip("-").isdecimal() else 1) + place)
    return tuple(sorted(own.items()))
