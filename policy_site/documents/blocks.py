"""Clean HTML taken apart into leaf blocks.

What comes in was written by nh3: every element that is not void is closed, attributes stand in double quotes, text is
escaped. So a tokenizer of one expression reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import unescape

from policy_site.documents.cleaning import CONTAINERS, FLEXIBLE, INLINE, LEAVES, VOID
from policy_site.documents.limits import UNPRINTABLE
from policy_site.hyperlinks import Kind, judge
from policy_site.model import Block, Container, Mark, Span

MAXIMUM_NESTING = 100
"""Elements inside each other."""
MAXIMUM_ORDINAL = 1 << 16
"""Containers of one chunk are counted below this."""

_TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"]*")*)>|([^<]+)')
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_WHITE_SPACE = re.compile("[ \t\n\r\f]+")
_BLOCK_ELEMENTS = CONTAINERS | FLEXIBLE | LEAVES
_KEPT_WHEN_EMPTY = frozenset({"td", "th", "li", "dd", "dt", "tr"})
"""Their place says something even where they hold nothing."""


class NestingError(ValueError):
    """The elements of a text stand too deep inside each other."""


@dataclass(slots=True)
class _Element:
    tag: str
    attributes: tuple[tuple[str, str], ...]
    children: list[_Element | str] = field(default_factory=list)
    has_blocks: bool = False


def parse_blocks(html: str, *, first_ordinal: int = 0) -> tuple[Block, ...]:
    """Return the leaf blocks of clean HTML; containers are counted from ``first_ordinal``.

    Raises :class:`NestingError` where elements stand too deep inside each other.
    """
    reader = _Reader(first_ordinal)
    reader.read(_parse_tree(html), marks=(), containers=())
    reader.flush(())
    return tuple(reader.blocks)


def _parse_tree(html: str) -> _Element:
    root = _Element("", ())
    path = [root]
    for found in _TOKEN.finditer(html):
        closing, tag, attributes, text = found.groups()
        if text is not None:
            path[-1].children.append(_written(text))
        elif closing:
            if len(path) > 1:
                element = path.pop()
                path[-1].has_blocks |= element.has_blocks or element.tag in _BLOCK_ELEMENTS
        else:
            element = _Element(tag, _clean_attributes(tag, attributes))
            path[-1].children.append(element)
            if tag == "hr":
                path[-1].has_blocks = True
            if tag not in VOID:
                path.append(element)
            if len(path) > MAXIMUM_NESTING:
                raise NestingError
    return root


def _written(source: str) -> str:
    """Return what escaped text says; a reference can name signs that no text may hold."""
    return UNPRINTABLE.sub("", unescape(source))


def _clean_attributes(tag: str, source: str) -> tuple[tuple[str, str], ...]:
    if not source:
        return ()
    attributes = {name: _written(value) for name, value in _ATTRIBUTE.findall(source)}
    if tag == "a":
        name = attributes.pop("name", "")
        attributes.setdefault("id", name)
        link = judge(attributes.pop("href", ""))
        if link.kind not in (Kind.NOWHERE, Kind.REFUSED):
            attributes["href"] = link.address
        if link.kind is Kind.WEB:
            attributes["rel"] = "noopener noreferrer"
    if "id" in attributes:
        attributes["id"] = "".join(attributes["id"].split())
    return tuple(sorted((name, value) for name, value in attributes.items() if value or name not in ("id", "class")))


class _Reader:
    def __init__(self, first_ordinal: int) -> None:
        self.blocks: list[Block] = []
        self._spans: list[Span] = []
        self._next = first_ordinal
        self._last = first_ordinal + MAXIMUM_ORDINAL

    def read(self, element: _Element, *, marks: tuple[Mark, ...], containers: tuple[Container, ...]) -> None:
        for child in element.children:
            if isinstance(child, str):
                self._spans.append(Span(child, marks))
            elif child.tag in INLINE:
                self._read_inline(child, marks, containers)
            elif child.tag in CONTAINERS or (child.tag in FLEXIBLE and child.has_blocks):
                self.flush(containers)
                self._read_container(child, marks, containers)
            else:
                self.flush(containers)
                self._read_leaf(child, marks, containers)

    def take_spans(self) -> list[Span]:
        """Hand over the words read since the last block."""
        spans, self._spans = self._spans, []
        return spans

    def flush(self, containers: tuple[Container, ...]) -> None:
        """Make a block of the words that stand directly in the innermost container."""
        spans = fold_spans(self.take_spans())
        if spans:
            last = self.blocks[-1] if self.blocks else None
            follows_bare = last is not None and not last.tag and last.containers == containers
            self.blocks.append(Block("p" if follows_bare or not containers else "", (), containers, spans))

    def _read_inline(self, element: _Element, marks: tuple[Mark, ...], containers: tuple[Container, ...]) -> None:
        # a policy asks nobody else for anything: pages would not show it, feed readers would tell who reads
        if element.tag == "img":
            source = judge(dict(element.attributes).get("src", ""))
            if source.kind not in (Kind.PATH, Kind.SITE):
                self._spans.append(Span(dict(element.attributes).get("alt", ""), marks))
                return
        is_nested_link = element.tag == "a" and any(mark.tag == "a" for mark in marks)
        inner = marks if is_nested_link else (*marks, Mark(element.tag, element.attributes))
        if element.tag in VOID:
            self._spans.append(Span("", inner))
            return
        if not element.children and not is_nested_link and any(name == "id" for name, _ in element.attributes):
            self._spans.append(Span("", inner))
        self.read(element, marks=inner, containers=containers)

    def _read_container(self, element: _Element, marks: tuple[Mark, ...], containers: tuple[Container, ...]) -> None:
        if self._next >= self._last:
            raise NestingError
        element = replace(element, tag=_nestable(element.tag, containers))
        inner = (*containers, Container(element.tag, element.attributes, self._next))
        self._next += 1
        before = len(self.blocks)
        self.read(element, marks=marks, containers=inner)
        self.flush(inner)
        if len(self.blocks) == before and _is_kept(element):
            self.blocks.append(Block("", (), inner, ()))

    def _read_leaf(self, element: _Element, marks: tuple[Mark, ...], containers: tuple[Container, ...]) -> None:
        raw = list(_leaf_spans(element, marks))
        spans = _merged(raw) if element.tag == "pre" else fold_spans(raw)
        if spans or element.tag == "hr" or _is_kept(element):
            self.blocks.append(Block(element.tag, element.attributes, containers, spans))


def _nestable(tag: str, containers: tuple[Container, ...]) -> str:
    """Return ``div`` for an entry right inside an entry: a parser would close the outer one first."""
    entries = next((group for group in (("li",), ("dd", "dt")) if tag in group), ())
    around = next((container.tag for container in reversed(containers) if container.tag not in ("div", "address")), "")
    return "div" if around in entries else tag


def _is_kept(element: _Element) -> bool:
    return element.tag in _KEPT_WHEN_EMPTY or any(name == "id" for name, _ in element.attributes)


def _leaf_spans(element: _Element, marks: tuple[Mark, ...]) -> Iterator[Span]:
    """Yield what stands in a leaf; block elements inside it (a list in a heading) leave their words."""
    reader = _Reader(0)
    reader.read(replace(element, children=_flattened(element)), marks=marks, containers=())
    yield from reader.take_spans()


def _flattened(element: _Element) -> list[_Element | str]:
    flat: list[_Element | str] = []
    for child in element.children:
        if isinstance(child, str):
            flat.append(child)
        elif child.tag in _BLOCK_ELEMENTS:
            flat.extend((" ", *_flattened(child), " "))
        else:
            flat.append(replace(child, children=_flattened(child)))
    return flat


def fold_spans(spans: list[Span]) -> tuple[Span, ...]:
    """Fold white space as a browser shows it, join neighbours under the same marks, drop what is empty.

    After a line break exactly one space stands, so that the words around it stay apart for those who read text only.
    """
    folded: list[Span] = []
    is_after_space, is_after_break = True, False
    for span in spans:
        if not span.text and span.marks:
            if span.marks[-1].tag == "br":
                _strip_end(folded)
                is_after_space = is_after_break = True
            elif span.marks[-1].tag == "img":
                is_after_space = is_after_break = False
            folded.append(span)
            continue
        text = _WHITE_SPACE.sub(" ", span.text)
        text = text[1:] if is_after_space and text.startswith(" ") else text
        if text:
            folded.append(Span(f" {text}" if is_after_break else text, span.marks))
            is_after_space, is_after_break = text.endswith(" "), False
    _strip_end(folded)
    return _merged(folded)


def _strip_end(spans: list[Span]) -> None:
    """Take the space off the end of the words, which may stand before empty anchors."""
    for index in range(len(spans) - 1, -1, -1):
        if not spans[index].text:
            if spans[index].marks[-1].tag in VOID:
                return
            continue
        text = spans[index].text.rstrip(" ")
        if text:
            spans[index] = Span(text, spans[index].marks)
            return
        del spans[index]


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in spans:
        if not span.text and (not span.marks or (span.marks[-1].tag not in VOID and not _has_id(span.marks[-1]))):
            continue
        if merged and span.text and merged[-1].text and merged[-1].marks == span.marks:
            merged[-1] = Span(merged[-1].text + span.text, span.marks)
        else:
            merged.append(span)
    return tuple(merged)


def _has_id(mark: Mark) -> bool:
    return any(name == "id" for name, _ in mark.attributes)
