"""Parts of a redline's HTML as trees of JSON, for a program that puts redlines together without comparing anything.

A node is a text, or ``[tag, attributes or 0, node…]``. Four things stand for what is only known where the part is used:
``["!", phrase, old, new]`` for words of the reader's language, ``["@", number]`` for the links of a change, ``["<"]``
for where a moved block says that it came, and the attribute ``#`` for the address of a change. Numbers of changes are
those within the part, from 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from html.parser import HTMLParser

import regex

from policy_site.model import Span
from policy_site.redlines.html import leaf_class
from policy_site.redlines.inline import Inline
from policy_site.redlines.phrases import RedlinePhrases
from policy_site.redlines.tree import Note, Operation, OperationKind
from policy_site.redlines.writing import (
    OWN_MARKS,
    VOID,
    Attributes,
    clean,
    clean_value,
    marks_around,
    of_old,
    own_attributes,
    own_tag,
)

Node = str | list[object]
"""A node of a tree, as JSON has it."""

_OPEN, _BETWEEN, _CLOSE = "\ue000", "\ue002", "\ue001"
_SAID = regex.compile(rf"{_OPEN}(\w+)(?:{_BETWEEN}([^{_BETWEEN}]*){_BETWEEN}(.*?))?{_CLOSE}", regex.DOTALL)
_NAMES = {field.name for field in fields(RedlinePhrases)}
_VALUES = f"{_BETWEEN}{{old}}{_BETWEEN}{{new}}"


class _Named(RedlinePhrases):
    """Phrases that say their names, so that the words can be put in their place later."""

    def values_of(self, note: Note) -> tuple[str, str]:
        """Return names of formatting as they are: the words for them are put in their place later, too."""
        return note.old, note.new


_NAMED = _Named(
    **{
        field.name: f"{_OPEN}{field.name}{_VALUES if '{' in str(field.default) else ''}{_CLOSE}"
        for field in fields(RedlinePhrases)
    }
)


def attributes_json(attributes: Attributes) -> object:
    """Return attributes as a dictionary, or 0 for none."""
    return {name: int(value) if name == "#" else clean_value(value) for name, value in attributes} or 0


def content_of(spans: Sequence[Span]) -> list[Node]:
    """Return the words of a block with their marks, each span a text of its own."""
    root: list[Node] = []
    path: list[tuple[object, list[object]]] = []
    for span in spans:
        around = marks_around(span)
        kept = 0
        while kept < min(len(path), len(around)) and path[kept][0] == around[kept]:
            kept += 1
        del path[kept:]
        for mark in around[kept:]:
            element: list[object] = [own_tag(mark), attributes_json(own_attributes(mark))]
            if mark.tag in OWN_MARKS:
                said: list[object] = ["!", "own_deleted" if mark.tag == "del" else "own_added"]
                element.append(["span", {"class": "visually-hidden", "data-redline": "note"}, said, " "])
            (path[-1][1] if path else root).append(element)
            path.append((mark, element))
        place: list[object] = path[-1][1] if path else root  # type: ignore[assignment]
        if span.text:
            place.append(clean(span.text))
        else:
            place.append([span.marks[-1].tag, attributes_json(span.marks[-1].attributes)])
    return root


class _Parts(Inline):
    """Writes places where another Inline writes what depends on the whole redline."""

    def __init__(self) -> None:
        super().__init__([], _NAMED, changes=1 << 30)

    @property
    def parts(self) -> list[str]:
        return self._parts

    def take_address(self, change: int) -> Attributes:
        return tuple(("data-change", name.rpartition("-")[2]) for _, name in super().take_address(change))

    def say_arrival(self, change: int) -> None:
        """Leave the place where a moved block says where it came from."""
        self._addressed.add(change)
        self._in_block.append(change)
        self._parts.append("<redline-arrival></redline-arrival>")

    def _links(self, change: int) -> str:
        return f'<redline-links data-change="{change}"></redline-links>'


def elements_of(operation: Operation) -> list[Node]:
    """Return the blocks that an operation of both texts shows.

    Each is ``[side, place, tag, attributes, node…]``: ``place`` counts the blocks of that side from 0, ``side`` is 0
    for the new text, 1 for the old one, and 2 for a further cell of the row before it. A block of the old text without
    a tag of its own has none here either.
    """
    inline = _Parts()
    places: list[tuple[int, int, str, Attributes, int]] = []
    olds = news = -1
    leaves = list(operation.leaves)
    index = 0
    while index < len(leaves):
        group = [leaves[index]]
        index += 1
        while index < len(leaves) and leaves[index].continues_new and not operation.is_row:
            group.append(leaves[index])
            index += 1
        olds += sum(leaf.old is not None for leaf in group)
        news += sum(leaf.new is not None for leaf in group)
        first = group[0]
        block = first.new or first.old
        assert block is not None
        is_new = first.new is not None
        side = 2 if operation.is_row and places else 0 if is_new or operation.is_row else 1
        own = block.attributes if is_new else of_old(block.attributes)
        attributes = leaf_class(operation, group, own)
        tag = block.tag or ("td" if operation.is_row and not is_new else "")
        places.append((side, (news if is_new else olds) if side < 2 else 0, tag, attributes, len(inline.parts)))  # noqa: PLR2004 - a cell
        if tag in VOID:
            attributes = (*attributes, *_addressed(inline.take_address(operation.change)))
            places[-1] = (*places[-1][:3], attributes, places[-1][4])
            continue
        if operation.kind is OperationKind.MOVED_TO:
            inline.say_arrival(operation.change)
        inline.block(group, change=operation.change, is_moved=operation.kind is OperationKind.MOVED_TO)
    inline.finish()
    ends = [start for *_, start in places[1:]] + [len(inline.parts)]
    return [
        [side, place, tag, attributes_json(attributes), *parse("".join(inline.parts[start:end]))]
        for (side, place, tag, attributes, start), end in zip(places, ends, strict=True)
    ]


def _addressed(address: Attributes) -> Attributes:
    return tuple(("#", number) for _, number in address)


def parse(html: str) -> list[Node]:
    """Return our own HTML as nodes."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return parser.root


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root: list[Node] = []
        self._open: list[list[object]] = []
        self._notes = 0

    @property
    def _place(self) -> list[object]:
        return self._open[-1] if self._open else self.root  # type: ignore[return-value]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "redline-links":
            self._place.append(["@", int(values["data-change"] or 0)])
            return
        if tag == "redline-arrival":
            self._place.append(["<"])
            return
        own = {("#" if name == "data-change" else name): _value(name, value) for name, value in attrs}
        element: list[object] = [tag, own or 0]
        self._place.append(element)
        if tag not in VOID:
            self._open.append(element)
            self._notes += values.get("data-redline") == "note"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("redline-links", "redline-arrival") or not self._open:
            return
        closed = self._open.pop()
        attributes = closed[1]
        self._notes -= isinstance(attributes, dict) and attributes.get("data-redline") == "note"

    def handle_data(self, data: str) -> None:
        position = 0
        for found in _SAID.finditer(data) if self._notes else ():
            if found[1] not in _NAMES:
                continue
            if found.start() > position:
                self._place.append(data[position : found.start()])
            self._place.append(["!", found[1], *([found[2], found[3]] if found[2] is not None else [])])
            position = found.end()
        if position < len(data):
            self._place.append(data[position:])


def _value(name: str, value: str | None) -> object:
    return int(value or 0) if name == "data-change" else value
